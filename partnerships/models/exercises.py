"""Exercises: a series, its editions, and who took part in each."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Kind, Row, WebAddressField
from .choices import SeveralField
from .partners import ALPHA2, Partner
from .time import EdgeField, EdtfField, UnknownLast


class Exercise(Kind):
    """A series of exercises. Who leads it matters: most of what the press calls a NATO exercise isn't one."""

    plural = "exercises"

    class Form(models.TextChoices):
        LARGE_SCALE = "large_scale_drill", _("Large-scale drill")
        LIVE = "live_exercise", _("Live exercise")
        FIELD = "field_training", _("Field training")
        SPECIALISED = "specialised_training", _("Specialised training")
        CYBER = "cyber", _("Cyber exercise")
        SIMULATION = "scenario_simulation", _("Scenario-based simulation")
        COMMAND_POST = "command_post", _("Command post exercise")

    class Domain(models.TextChoices):
        JOINT = "joint", _("Joint")
        LAND = "land", _("Land")
        MARITIME = "maritime", _("Maritime")
        AIR = "air", _("Air")
        CYBER = "cyber", _("Cyber")
        CIVIL = "civil_emergency", _("Civil emergency")

    class Focus(models.TextChoices):
        INTEROPERABILITY = "interoperability", _("Interoperability")
        CRISIS_RESPONSE = "crisis_response", _("Crisis response")
        COLLECTIVE_DEFENCE = "collective_defence", _("Collective defence")
        PEACE_SUPPORT = "peace_support", _("Peace support")
        MARITIME_SECURITY = "maritime_security", _("Maritime security")
        CYBER_DEFENCE = "cyber_defence", _("Cyber defence")
        COUNTER_TERRORISM = "counter_terrorism", _("Counter-terrorism")
        DISASTER_RESPONSE = "disaster_response", _("Disaster response")
        SPECIAL_OPERATIONS = "special_operations", _("Special operations")
        AIR_DEFENCE = "air_defence", _("Air defence")

    class Relationship(models.TextChoices):
        NATO_LED = "nato_led", _("Led by NATO")
        NATO_AFFILIATED = "nato_affiliated", _("Affiliated to NATO")
        ALLY_LED = "ally_led_open_to_partners", _("Led by Allies, open to partners")
        PARTNER_HOSTED = "partner_hosted", _("Hosted by a partner")

    led_by = models.CharField(max_length=200, blank=True)
    form = models.CharField(max_length=24, choices=Form)
    domain = models.CharField(max_length=16, choices=Domain)
    focus = SeveralField(of=Focus)
    relationship = models.CharField("relationship to NATO", max_length=28, choices=Relationship)
    first_held = EdtfField()
    first_held_earliest = EdgeField(of="first_held", edge="earliest")
    frequency = models.CharField(max_length=120, blank=True)
    official_address = WebAddressField("official page")


class Edition(Kind):
    """One running of a series. First and last day are both included. Its slug is unique among all editions."""

    plural = "editions"
    owns = ("participants",)

    series = models.ForeignKey(Exercise, models.PROTECT, related_name="editions")
    first_day = EdtfField()
    first_day_earliest = EdgeField(of="first_day", edge="earliest", db_index=True)
    first_day_latest = EdgeField(of="first_day", edge="latest")
    last_day = EdtfField()
    last_day_latest = EdgeField(of="last_day", edge="latest")
    place = models.CharField(max_length=200, blank=True)
    personnel = models.PositiveIntegerField(
        "personnel, about", null=True, blank=True, help_text="As the source announced it."
    )
    nations = models.PositiveSmallIntegerField(
        "number of nations",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="As the source states it.",
    )
    official_address = WebAddressField("official page")

    class Meta(Kind.Meta):
        indexes = [models.Index(UnknownLast("first_day_earliest"), "record", name="edition_by_first_day")]

    def clean(self):
        super().clean()
        if self.first_day_earliest and self.last_day_latest and self.last_day_latest < self.first_day_earliest:
            raise ValidationError({"last_day": "The exercise ends before it begins."})


class Participant(Row):
    """A country that took part in an edition. Hosts are participants with that role.

    It points to the partner record where there is one. A country without a record (most Allies) has a code and the
    name it bore at the time instead: a membership is never invented to hold a participant.
    """

    owner = "edition"

    class Role(models.TextChoices):
        HOST = "host", _("Host")
        PARTICIPANT = "participant", _("Participant")
        OBSERVER = "observer", _("Observer")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="participants")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, blank=True, related_name="took_part")
    code = models.CharField("country code", max_length=2, validators=[ALPHA2], blank=True)
    name = models.CharField("name at the time", max_length=80, blank=True)
    role = models.CharField(max_length=12, choices=Role, default=Role.PARTICIPANT)
    note = models.CharField(max_length=200, blank=True)

    class Meta(Row.Meta):
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(partner__isnull=False) & models.Q(code="", name=""))
                | (models.Q(partner__isnull=True) & ~models.Q(code="") & ~models.Q(name="")),
                name="participant_is_partner_or_named",
                violation_error_message="Choose a partner record, or give a country code and a name: one or the other.",
            ),
            models.UniqueConstraint(
                fields=["edition", "partner", "role"],
                condition=models.Q(partner__isnull=False),
                name="participant_once_per_role",
                violation_error_message="This country stands twice in the same role.",
            ),
            models.UniqueConstraint(
                fields=["edition", "code", "role"],
                condition=models.Q(partner__isnull=True),
                name="named_participant_once_per_role",
                violation_error_message="This country stands twice in the same role.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner or self.name} ({self.get_role_display().lower()})"

"""Partners: countries, what they belong to and take part in, and what they were called when."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Kind, Record, Row, WebAddressField
from .frameworks import Framework
from .programmes import Programme
from .regions import Region
from .time import EdgeField, EdtfField, EndIs, InForce, Period, PeriodQuerySet, period_constraints

ALPHA2 = RegexValidator(r"^[A-Z]{2}\Z", "Two capital letters.")
ALPHA3 = RegexValidator(r"^[A-Z]{3}\Z", "Three capital letters.")


class CodeStatus(models.TextChoices):
    """How a country code of ISO 3166-1 stands: XK is user-assigned, not official."""

    OFFICIAL = "official", _("officially assigned")
    USER_ASSIGNED = "user_assigned", _("user-assigned")
    FORMER = "former", _("formerly used")


class PartnerStatus(models.TextChoices):
    """What a country is on a day. Never stored: it follows from its memberships."""

    PARTNER = "partner", _("Partner")
    SUSPENDED = "suspended", _("Partner, suspended")
    ALLY = "ally", _("Ally, once a partner")
    FORMER = "former_partner", _("Former partner")
    NONE = "none", _("In no framework")
    UNCERTAIN = "uncertain", _("Uncertain")


class PartnerQuerySet(models.QuerySet):
    """Countries on a day."""

    def with_status(self, day: date) -> Self:
        """Annotates `status`: the SQL twin of `status_on`."""
        rows = Membership._base_manager.filter(partner=models.OuterRef("pk")).exclude(status=MembershipStatus.INVITED)
        sure, possible = Period.certain_on(day), Period.possible_on(day)
        active, suspended = models.Q(status=MembershipStatus.ACTIVE), models.Q(status=MembershipStatus.SUSPENDED)
        ended = models.Q(to_latest__lte=day)
        cases = (
            (models.Exists(rows.filter(active & sure)), PartnerStatus.PARTNER),
            (models.Exists(rows.filter(active & possible)), PartnerStatus.UNCERTAIN),
            (models.Exists(rows.filter(suspended & sure)), PartnerStatus.SUSPENDED),
            (models.Exists(rows.filter(possible)), PartnerStatus.UNCERTAIN),
            (models.Exists(rows.filter(ended, end_reason=EndReason.ACCEDED)), PartnerStatus.ALLY),
            (models.Exists(rows.filter(ended)), PartnerStatus.FORMER),
        )
        return self.annotate(
            status=models.Case(
                *(models.When(condition, then=models.Value(status)) for condition, status in cases),
                default=models.Value(PartnerStatus.NONE),
                output_field=models.CharField(),
            )
        )


class Partner(Kind):
    """A country with a record: a partner, a former partner, or one that is often taken for a partner.

    What it is on a day (partner, suspended, Ally, …) is not stored: it follows from its memberships.
    """

    plural = "partners"
    owns = ("memberships", "participations", "names", "focus")

    class Aspiration(models.TextChoices):
        NONE = "", _("none recorded")
        DECLARED = "declared", _("declared aspirant")
        NOT_SOUGHT = "not_sought", _("membership not sought")

    iso2 = models.CharField("ISO 3166-1 alpha-2", max_length=2, validators=[ALPHA2], blank=True)
    iso3 = models.CharField("ISO 3166-1 alpha-3", max_length=3, validators=[ALPHA3], blank=True)
    code_status = models.CharField(max_length=14, choices=CodeStatus, default=CodeStatus.OFFICIAL)
    official_name = models.CharField(max_length=200, blank=True)
    capital = models.CharField(max_length=80, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="partners")
    relations_since = EdtfField("relations with NATO since")
    relations_since_earliest = EdgeField(of="relations_since", edge="earliest")
    aspiration = models.CharField("wish to join", max_length=12, choices=Aspiration, blank=True)
    aspiration_since = EdtfField("wish declared")
    aspiration_note = models.CharField(max_length=300, blank=True)
    membership_note = models.TextField(blank=True, help_text="What its relation to membership of the Alliance is.")
    location_note = models.CharField(max_length=300, blank=True)
    key_dates = models.TextField(blank=True, help_text="The chief dates and formats in one line.")
    official_address = WebAddressField("NATO's page on the country")

    objects = PartnerQuerySet.as_manager()

    class Meta(Kind.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=[code],
                condition=~models.Q(**{code: ""}),
                name=f"one_partner_per_{code}",
                violation_error_message="Another partner has this country code already.",
            )
            for code in ("iso2", "iso3")
        ]


class MembershipStatus(models.TextChoices):
    """The status of one period. There is no "ended": a stay has ended when no row follows."""

    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class EndReason(models.TextChoices):
    """Why the last row of a stay ends."""

    ACCEDED = "acceded", _("joined the Alliance")
    WITHDREW = "withdrew", _("withdrew")
    TERMINATED = "terminated", _("was terminated")
    CLOSED = "framework_closed", _("framework closed")
    REPLACED = "framework_replaced", _("framework replaced")


class MembershipQuerySet(PeriodQuerySet):
    """Memberships on a day. Suspended ones are in force; invited ones are not."""

    def counted(self):
        """Rows that count as membership: everything but an invitation."""
        return self.exclude(status=MembershipStatus.INVITED)


class Membership(Row, Period):
    """One period of one status of a partner in a framework. A stay is a run of adjoining rows.

    A suspension is a row of its own and counts as in force. Rows of one pair don't overlap.
    """

    owner = "partner"

    class Scope(models.TextChoices):
        NONE = "", _("–")
        ALL = "all", _("all cooperation")
        PRACTICAL = "practical", _("practical cooperation")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="memberships")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="memberships")
    status = models.CharField(max_length=10, choices=MembershipStatus, default=MembershipStatus.ACTIVE)
    scope = models.CharField("suspension covers", max_length=10, choices=Scope, blank=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["start_earliest", "id"]
        constraints = [
            *period_constraints("membership"),
            models.CheckConstraint(
                condition=models.Q(status="suspended") | models.Q(scope=""),
                name="membership_scope_of_suspension",
                violation_error_message="Only a suspension has a scope.",
            ),
        ]
        indexes = [models.Index(fields=["framework", "start_earliest", "to_latest"], name="membership_on_a_day")]

    def __str__(self) -> str:
        return f"{self.framework}: {self.get_status_display().lower()} {self.period_words()}"

    @property
    def counts(self) -> bool:
        return self.status != MembershipStatus.INVITED

    def overlaps(self, other: Membership) -> bool:
        """Whether the two rows are in force together on some day beyond doubt."""
        start = max((day for day in (self.start_latest, other.start_latest) if day), default=None)
        if not start or not (self.start_latest and other.start_latest):
            return False
        for row in (self, other):
            if row.end_is == EndIs.UNKNOWN or (row.to_earliest and row.to_earliest <= start):
                return False
        return True

    def clean(self):
        super().clean()
        if self.end_reason and self.end_is == EndIs.OPEN:
            raise ValidationError({"end_reason": "A period that is still open has no reason for its end."})


def first_overlap(rows: list[Membership]) -> tuple[Membership, Membership] | None:
    """The first two memberships of one framework that overlap beyond doubt."""
    rows = sorted((row for row in rows if row.start_latest), key=lambda row: (str(row.framework_id), row.start_latest))
    for earlier, later in itertools.pairwise(rows):
        if earlier.framework_id == later.framework_id and earlier.overlaps(later):
            return earlier, later
    return None


class Participation(Row, Period):
    """A partner's part in a programme. An empty start means that the start is unknown."""

    owner = "partner"

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="participations")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="participations")
    note = models.CharField(max_length=300, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["start_earliest", "id"]
        constraints = period_constraints("participation")

    def __str__(self) -> str:
        return f"{self.programme} {self.period_words()}"


class Name(Row, Period):
    """What a country was called in a period. The record's title is the name of today."""

    owner = "partner"

    class Type(models.TextChoices):
        SHORT = "short", _("short name")
        OFFICIAL = "official", _("official name")
        PROVISIONAL = "provisional", _("provisional reference")
        STATE = "state", _("name of an earlier state")
        ACRONYM = "acronym", _("acronym")
        ALPHA2 = "iso2", _("two-letter code")
        ALPHA3 = "iso3", _("three-letter code")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="names")
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=12, choices=Type, default=Type.SHORT)
    note = models.CharField(max_length=300, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["start_earliest", "id"]
        constraints = period_constraints("name")

    def __str__(self) -> str:
        return f"{self.name} ({self.get_type_display()}) {self.period_words()}"


def status_on(memberships: list[Membership], day: date) -> PartnerStatus:
    """What a country is on a day, from all its memberships.

    In force beats what has ended. An Ally is a country whose stay ended by accession; a suspended partner has rows in
    force, none of them active. Where a row may or may not be in force and that decides, the answer is uncertain.
    """
    rows = [(row.status, row.in_force(day), row) for row in memberships if row.counts]
    if any(status == MembershipStatus.ACTIVE and answer == InForce.YES for status, answer, _ in rows):
        return PartnerStatus.PARTNER
    if any(status == MembershipStatus.ACTIVE and answer == InForce.UNCERTAIN for status, answer, _ in rows):
        return PartnerStatus.UNCERTAIN
    if any(answer == InForce.YES for _, answer, _ in rows):
        return PartnerStatus.SUSPENDED
    if any(answer == InForce.UNCERTAIN for _, answer, _ in rows):
        return PartnerStatus.UNCERTAIN
    ended = [row for _, _, row in rows if row.to_latest and row.to_latest <= day]
    if any(row.end_reason == EndReason.ACCEDED for row in ended):
        return PartnerStatus.ALLY
    return PartnerStatus.FORMER if ended else PartnerStatus.NONE


TITLE_NAMES = (Name.Type.SHORT, Name.Type.PROVISIONAL, Name.Type.STATE)


def name_on(partner: Partner, day: date) -> str:
    """The name that the country bore on a day; the title where no other name surely holds.

    Reads `partner.names`: prefetch it. A name with an unknown start counts until its end, so "Turkey" (to June 2022) is
    the name of 2010; on an uncertain day the title stands.
    """
    for row in partner.names.all():
        ended = row.to_earliest and row.to_earliest <= day
        if row.type in TITLE_NAMES and not ended and (not row.start_latest or row.start_latest <= day):
            return row.name
    return partner.title


class Focus(Row, Period):
    """What the work with a partner is about: an objective, a threat or an activity."""

    owner = "partner"

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="focus")
    topic = models.ForeignKey(Record, models.PROTECT, related_name="focus_of")
    note = models.CharField(max_length=300, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name_plural = "focus"
        constraints = [
            *period_constraints("focus"),
            models.UniqueConstraint(fields=["partner", "topic", "start"], name="focus_once"),
        ]

    def __str__(self) -> str:
        return str(self.topic)

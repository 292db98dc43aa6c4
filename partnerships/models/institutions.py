"""Institutions: places where partners train, liaise and learn together."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Kind, WebAddressField
from .partners import ALPHA2, Partner
from .time import EdgeField, EdtfField


class Institution(Kind):
    """A training centre, centre of excellence or liaison office. Its host is a partner record, or an Ally by code and name."""

    plural = "institutions"

    class Type(models.TextChoices):
        PTEC = "ptec", _("Partnership training and education centre")
        JOINT_CENTRE = "joint_training_centre", _("Joint training centre")
        REGIONAL_CENTRE = "regional_centre", _("Regional centre")
        LIAISON_OFFICE = "liaison_office", _("Liaison office")
        EXCELLENCE = "centre_of_excellence", _("NATO centre of excellence")
        SCHOOL = "nato_school", _("NATO school")
        OTHER = "other", _("Other")

    type = models.CharField(max_length=24, choices=Type)
    host = models.ForeignKey(Partner, models.PROTECT, null=True, blank=True, related_name="institutions")
    host_code = models.CharField("host's country code", max_length=2, validators=[ALPHA2], blank=True)
    host_name = models.CharField("host's name", max_length=80, blank=True)
    opened = EdtfField("opened, or recognised as such a centre")
    opened_earliest = EdgeField(of="opened", edge="earliest")
    official_address = WebAddressField("official page")

    def clean(self):
        super().clean()
        if self.host_id and (self.host_code or self.host_name):
            raise ValidationError(
                {"host": "Choose a partner record as host, or give a code and a name: one or the other."}
            )

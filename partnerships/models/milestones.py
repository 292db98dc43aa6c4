"""Milestones: dated events. The partners and frameworks concerned stand in the links."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Kind
from .time import EdgeField, EdtfField


class Milestone(Kind):
    """One dated event."""

    plural = "milestones"

    class Type(models.TextChoices):
        NATO_ACT = "nato_act", _("Act of NATO")
        PARTNER_ACT = "partner_act", _("Act of a partner")
        EXTERNAL = "external_event", _("External event")

    date = EdtfField(blank=False)
    date_earliest = EdgeField(of="date", edge="earliest", db_index=True)
    date_latest = EdgeField(of="date", edge="latest")
    type = models.CharField(max_length=16, choices=Type, blank=True, help_text="Empty: not classified.")

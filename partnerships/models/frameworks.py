"""Frameworks: the formats in which partners and the Allies meet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import InstrumentType, Kind, WebAddressField
from .time import Period, PeriodQuerySet, period_constraints


class Framework(Kind, Period):
    """A partnership framework. Its period is the life of the framework itself: from its founding to its closing.

    A category such as "partners across the globe" has no founding act: its start stays unknown.
    """

    plural = "frameworks"

    class Type(models.TextChoices):
        PROGRAMME = "programme", _("Programme of bilateral cooperation")
        FORUM = "forum", _("Multilateral forum")
        CATEGORY = "category", _("Category, not an organisation")
        BILATERAL = "bilateral_body", _("Bilateral body")

    type = models.CharField(max_length=20, choices=Type)
    instrument = models.CharField(max_length=12, choices=InstrumentType, default=InstrumentType.DIALOGUE)
    founding_document = models.CharField(max_length=300, blank=True)
    scope = models.CharField("area", max_length=200, blank=True)
    mutual_defence = models.BooleanField(
        default=False, help_text="Whether the framework carries a promise of mutual defence."
    )
    mutual_defence_note = models.CharField(max_length=300, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")
    official_address = WebAddressField("official page")

    objects = PeriodQuerySet.as_manager()

    class Meta(Kind.Meta):
        constraints = period_constraints("framework")

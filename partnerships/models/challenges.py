"""Challenges: what makes the work with partners hard."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Kind


class Challenge(Kind):
    """A difficulty: whom and what it affects stands in its links, what is done about it in `mitigation`."""

    plural = "challenges"

    class Category(models.TextChoices):
        STRATEGIC = "strategic", _("Strategic priorities")
        CAPABILITY = "capability", _("Capabilities")
        POLITICAL = "political", _("Politics and governance")
        DIPLOMATIC = "diplomatic", _("Diplomacy and conflict")
        PRACTICAL = "practical", _("Practical constraints")

    class Severity(models.TextChoices):
        NONE = "", _("Not judged")
        LOW = "low", _("Low")
        MODERATE = "moderate", _("Moderate")
        HIGH = "high", _("High")

    category = models.CharField(max_length=12, choices=Category)
    effect = models.CharField(max_length=300, blank=True)
    severity = models.CharField(
        max_length=10,
        choices=Severity,
        blank=True,
        help_text="An editorial judgement. Leave empty unless it is argued.",
    )
    mitigation = models.TextField(blank=True)

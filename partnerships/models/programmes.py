"""Programmes: the tools with which a partner and NATO plan and do their work."""

from django.db import models

from .base import InstrumentType, Kind, WebAddressField
from .time import Period, PeriodQuerySet, period_constraints


class Programme(Kind, Period):
    """A cooperation programme or tool; its period is the life of the programme, not of any country's part in it."""

    plural = "programmes"

    instrument = models.CharField(max_length=12, choices=InstrumentType, default=InstrumentType.PROGRAMME)
    purpose = models.TextField(blank=True)
    official_address = WebAddressField("official page")

    objects = PeriodQuerySet.as_manager()

    class Meta(Kind.Meta):
        constraints = period_constraints("programme")

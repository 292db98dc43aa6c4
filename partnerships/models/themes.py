"""Themes: what the partnerships are for, against, and what is done. Assessments are judgement and always labelled so."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import InstrumentType, Kind
from .choices import SeveralField
from .partners import Partner
from .time import Period, PeriodQuerySet, period_constraints


class Objective(Kind):
    """An aim of the partnerships; sub-areas have a parent."""

    plural = "objectives"

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    position = models.PositiveSmallIntegerField(default=0, help_text="Order among its siblings.")

    def clean(self):
        super().clean()
        above = self.parent
        while above:
            if above.pk == self.pk:
                raise ValidationError({"parent": "An objective can't stand below itself."})
            above = above.parent


class Threat(Kind):
    """A danger that partners and the Allies meet together."""

    plural = "threats"

    transnational = models.BooleanField("crosses borders", default=False)


class Activity(Kind):
    """Something that is done: an exercise type, a form of help, a way of consulting."""

    plural = "activities"

    class Benefit(models.TextChoices):
        INTEROPERABILITY = "interoperability", _("Interoperability")
        CAPACITY = "capacity_building", _("Capacity building")
        OPERATIONS = "joint_operations", _("Joint operations")

    class Outcome(models.TextChoices):
        KNOWLEDGE = "knowledge", _("Shared knowledge")
        TRUST = "trust", _("Trust")
        NETWORKS = "networks", _("Wider networks")

    class Role(models.TextChoices):
        NONE = "", _("–")
        EXERCISE_TYPE = "exercise_type", _("Type of exercise")
        EXERCISE_FOCUS = "exercise_focus", _("Focus of exercises")

    instrument = models.CharField(max_length=12, choices=InstrumentType, blank=True)
    benefits = SeveralField(of=Benefit)
    outcomes = SeveralField(of=Outcome)
    exercise_role = models.CharField("for exercises", max_length=16, choices=Role, blank=True)

    class Meta(Kind.Meta):
        verbose_name_plural = "activities"


class Assessment(Kind):
    """A judgement: an influence claimed, a direction forecast, a significance argued. Never a fact."""

    plural = "assessments"

    class Type(models.TextChoices):
        INFLUENCE = "influence", _("Influence on regional security")
        DIRECTION = "future_direction", _("Future direction")
        SIGNIFICANCE = "significance", _("Strategic significance")

    class Direction(models.TextChoices):
        NONE = "", _("–")
        POSITIVE = "positive", _("Positive")
        CLAIMED = "claimed_positive", _("Claimed to be positive")
        MIXED = "mixed", _("Adverse or mixed")
        ADVERSE = "adverse", _("Adverse")

    class Basis(models.TextChoices):
        NONE = "", _("–")
        FORECAST = "forecast", _("Forecast")
        ANNOUNCED = "announced", _("Announced")
        UNDER_WAY = "under_way", _("Under way")

    class Evidence(models.TextChoices):
        NONE = "", _("Not assessed")
        DOCUMENTED = "documented", _("Documented")
        STATED = "stated_aim", _("A stated aim")
        PARTIAL = "partial", _("Partial")
        UNPROVEN = "unproven", _("Unproven")
        UNSUPPORTED = "not_supported", _("Not supported")
        CONTRADICTED = "contradicted", _("Contradicted by events")

    type = models.CharField(max_length=20, choices=Type)
    direction = models.CharField(max_length=20, choices=Direction, blank=True)
    basis = models.CharField(max_length=12, choices=Basis, blank=True)
    evidence = models.CharField("level of evidence", max_length=16, choices=Evidence, blank=True)

    def clean(self):
        super().clean()
        self.assessment = True


class CaseStudy(Kind, Period):
    """NATO's support to one partner, told from aims to limits. Its period is what the study covers."""

    plural = "case-studies"

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="case_studies")
    aims = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    results = models.TextField(blank=True)
    limits = models.TextField(blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta(Kind.Meta):
        verbose_name_plural = "case studies"
        constraints = period_constraints("casestudy")

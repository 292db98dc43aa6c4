"""What the partnerships are for and against, what is done, what is judged, what happened and what is claimed."""

from __future__ import annotations

from rest_framework import serializers

from partnerships.models import (
    Activity,
    Assessment,
    CaseStudy,
    Challenge,
    Claim,
    InstrumentType,
    Milestone,
    Objective,
    Partner,
    Source,
    Threat,
    Verdict,
)

from .base import RecordSerializer
from .fields import PartialDateSerializer, PeriodSerializer, Several, StubSerializer, Text, Word


class ObjectiveSerializer(RecordSerializer):
    """An aim of the partnerships; sub-areas have a parent."""

    model = Objective

    parent = StubSerializer(Objective, optional=True)
    position = serializers.IntegerField(help_text="Order among its siblings.")


class ThreatSerializer(RecordSerializer):
    """A danger that partners and the Allies meet together."""

    model = Threat

    transnational = serializers.BooleanField(help_text="Crosses borders.")


class ActivitySerializer(RecordSerializer):
    """Something that is done: an exercise type, a form of help, a way of consulting."""

    model = Activity

    instrument = Word(InstrumentType, optional=True)
    benefits = Several(Activity.Benefit)
    outcomes = Several(Activity.Outcome)
    exercise_role = Word(Activity.Role, optional=True, help_text="Whether it is a type or a focus of exercises.")


class ChallengeSerializer(RecordSerializer):
    """What makes the work with partners hard. Whom and what it affects stands in its links."""

    model = Challenge

    category = Word(Challenge.Category)
    effect = Text()
    severity = Word(Challenge.Severity, optional=True, help_text="An editorial judgement.")
    mitigation = Text(help_text="What is done about it. Markdown.")


class AssessmentSerializer(RecordSerializer):
    """A judgement: an influence claimed, a direction forecast, a significance argued. Never a fact."""

    model = Assessment

    type = Word(Assessment.Type)
    direction = Word(Assessment.Direction, optional=True)
    basis = Word(Assessment.Basis, optional=True)
    evidence = Word(Assessment.Evidence, optional=True, help_text="Level of evidence.")


class CaseStudySerializer(RecordSerializer):
    """NATO's support to one partner. Its period is what the study covers."""

    model = CaseStudy

    partner = StubSerializer(Partner)
    period = PeriodSerializer()
    aims = Text()
    measures = Text()
    results = Text()
    limits = Text()


class MilestoneSerializer(RecordSerializer):
    """A dated event. The partners and frameworks concerned stand in its links."""

    model = Milestone
    turns = True

    date = PartialDateSerializer(allow_null=False)
    type = Word(Milestone.Type, optional=True)


class ClaimSerializer(RecordSerializer):
    """A statement made elsewhere, checked. What it is about stands in its links."""

    model = Claim

    statement = serializers.CharField(help_text="What was stated, in the portal's words.")
    made_in = StubSerializer(Source, optional=True)
    made_at = Text(help_text="The place in that source.")
    verdict = Word(Verdict)
    explanation = Text()
    corrected_statement = Text()

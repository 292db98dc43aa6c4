"""Exercises: series, editions, who took part; and the institutions where partners train."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from partnerships.models import Edition, Exercise, Institution, Participant, Partner, PartnerStatus
from partnerships.queries.participants import name_then, status_then

from ..addresses import page_url
from .base import PageAddress, RecordSerializer, RowAddress, RowSerializer
from .fields import (
    Address,
    Derived,
    PartialDateSerializer,
    Several,
    StubSerializer,
    Text,
    Word,
    needs_of,
    stubs,
)


class ExerciseSerializer(RecordSerializer):
    """A series of exercises."""

    model = Exercise

    led_by = Text()
    form = Word(Exercise.Form)
    domain = Word(Exercise.Domain)
    focus = Several(Exercise.Focus)
    relationship = Word(Exercise.Relationship, help_text="Relationship to NATO.")
    first_held = PartialDateSerializer()
    frequency = Text()
    official_address = Address()


# Participants ---------------------------------------------------------------------------------------------------------------


def countries() -> QuerySet:
    """Partners that took part, with what tells their name and status at the time."""
    return stubs(Partner, "iso2").prefetch_related("names", "memberships")


class OfCountry(Derived):
    """Mixed into what is said of a country at the time of the edition."""

    def needs(self, day):
        return [
            Prefetch("edition", queryset=stubs(Edition, "first_day")),
            Prefetch("partner", queryset=countries()),
        ]


class CountryCode(OfCountry, serializers.CharField):
    def to_representation(self, participant):
        return participant.code or (participant.partner.iso2 if participant.partner else "") or None


class CountryName(OfCountry, serializers.CharField):
    def to_representation(self, participant):
        return name_then(participant)


class StatusThen(OfCountry, Word):
    def to_representation(self, participant):
        status = status_then(participant)
        return str(status) if status else None


class ParticipantSerializer(RowSerializer):
    """A country that took part in an edition. Countries without a record here (most Allies) have a code and a name."""

    model = Participant
    endpoint = "participants"
    turns = True

    url = RowAddress()
    record = StubSerializer(
        source="edition", rows=lambda: stubs(Edition, "first_day"), help_text="The edition in which it took part."
    )
    partner = StubSerializer(rows=countries, optional=True, help_text="Its record here, where there is one.")
    code = CountryCode(allow_null=True, help_text="Two-letter country code.")
    name = CountryName(help_text="The name at the time.")
    role = Word(Participant.Role)
    status_then = StatusThen(
        PartnerStatus,
        optional=True,
        help_text="What the country was to the Alliance when the edition began; null without a record of it.",
    )
    note = Text()


class HostList(serializers.ListSerializer):
    def needs(self, day):
        rows = Participant.objects.filter(role=Participant.Role.HOST).order_by("position", "id")
        needs = needs_of(self.child.fields.values(), day, known=Participant.owner)
        return [Prefetch("participants", queryset=rows.prefetch_related(*needs), to_attr="hosts")]


class HostSerializer(serializers.Serializer):
    """A country that hosted an edition."""

    partner = StubSerializer(rows=countries, optional=True)
    code = CountryCode(allow_null=True)
    name = CountryName()

    class Meta:
        list_serializer_class = HostList


class EditionPage(PageAddress):
    def needs(self, day):
        return [Prefetch("series", queryset=stubs(Exercise))]

    def to_representation(self, edition):
        return page_url(edition, edition.series.slug)


class EditionSerializer(RecordSerializer):
    """One running of a series. First and last day are both included."""

    model = Edition
    turns = True

    page = EditionPage(help_text="Its public page.")
    series = StubSerializer(Exercise)
    first_day = PartialDateSerializer()
    last_day = PartialDateSerializer()
    place = Text()
    personnel = serializers.IntegerField(allow_null=True, help_text="About; as the source announced it.")
    nations = serializers.IntegerField(allow_null=True, help_text="As the source states it.")
    official_address = Address()
    hosts = HostSerializer(many=True)
    participants = ParticipantSerializer(many=True)


class InstitutionSerializer(RecordSerializer):
    """A training centre, centre of excellence or liaison office."""

    model = Institution

    type = Word(Institution.Type)
    host = StubSerializer(Partner, optional=True, help_text="The partner that hosts it.")
    host_code = Text(help_text="Of a host without a record here.")
    host_name = Text(help_text="Of a host without a record here.")
    opened = PartialDateSerializer(help_text="Opened, or recognised as such a centre.")
    official_address = Address()

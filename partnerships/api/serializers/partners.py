"""Partners and what they belong to: frameworks, programmes, regions."""

from __future__ import annotations

from django.db.models import Prefetch
from rest_framework import serializers

from partnerships.models import (
    EndReason,
    Focus,
    Framework,
    InstrumentType,
    Membership,
    MembershipStatus,
    Name,
    Participation,
    Partner,
    PartnerStatus,
    Programme,
    Region,
    name_on,
)
from partnerships.models.partners import CodeStatus
from partnerships.queries.standing import standings, strongest

from ..addresses import row_url
from .base import RecordSerializer, RowAddress, RowSerializer
from .fields import (
    Address,
    Derived,
    InForceField,
    PartialDateSerializer,
    PeriodSerializer,
    StubSerializer,
    Text,
    Word,
    partial_date,
    stub,
    stubs,
)


class RegionSerializer(RecordSerializer):
    """The portal's own grouping of countries."""

    model = Region


# Frameworks and programmes ------------------------------------------------------------------------------------------------


class StandingSerializer(Derived, serializers.Serializer):
    """How many countries belong to the framework on the day, and what was counted."""

    in_force = serializers.IntegerField(help_text="Surely in force: the active and the suspended ones.")
    active = serializers.IntegerField()
    suspended = serializers.IntegerField()
    uncertain = serializers.IntegerField(help_text="Possibly in force; not counted in `in_force`.")
    rule = serializers.CharField(help_text="What is counted, in a sentence.")

    def to_representation(self, framework):
        standing = self.context["standings"][framework.pk]
        return {name: getattr(standing, name) for name in self.fields}


class FrameworkSerializer(RecordSerializer):
    """A format in which partners and the Allies meet. Its period is the life of the framework itself."""

    model = Framework
    turns = True

    type = Word(Framework.Type)
    instrument = Word(InstrumentType)
    period = PeriodSerializer()
    in_force = InForceField()
    members = StandingSerializer(help_text="How many countries belong to it on the day shown.")
    founding_document = Text()
    scope = Text(help_text="The area that it covers.")
    mutual_defence = serializers.BooleanField(help_text="Whether it carries a promise of mutual defence.")
    mutual_defence_note = Text()
    successor = StubSerializer(Framework, optional=True)
    official_address = Address()

    @classmethod
    def prepared(cls, rows, chosen, day, questions=None):
        context = super().prepared(rows, chosen, day, questions)
        return context | ({"standings": standings(rows, day.day)} if "members" in chosen else {})


class ProgrammeSerializer(RecordSerializer):
    """A cooperation programme or tool. Its period is the life of the programme, not of any country's part in it."""

    model = Programme
    turns = True

    instrument = Word(InstrumentType)
    period = PeriodSerializer()
    in_force = InForceField()
    purpose = Text()
    official_address = Address()


# Rows of partners -----------------------------------------------------------------------------------------------------------


class MembershipSerializer(RowSerializer):
    """One period of one status of a partner in a framework. A suspension is a row of its own and is in force."""

    model = Membership
    endpoint = "memberships"
    turns = True

    url = RowAddress()
    record = StubSerializer(Partner, source="partner", help_text="The partner.")
    framework = StubSerializer(Framework)
    status = Word(MembershipStatus)
    scope = Word(Membership.Scope, optional=True, help_text="What a suspension covers.")
    period = PeriodSerializer()
    in_force = InForceField()
    end_reason = Word(EndReason, optional=True, help_text="Why the last row of a stay ends.")
    note = Text()


class ParticipationSerializer(RowSerializer):
    """A partner's part in a programme."""

    model = Participation
    endpoint = "participations"
    turns = True

    url = RowAddress()
    record = StubSerializer(Partner, source="partner", help_text="The partner.")
    programme = StubSerializer(Programme)
    period = PeriodSerializer()
    in_force = InForceField()
    note = Text()


class NameSerializer(RowSerializer):
    """What a country was called in a period."""

    model = Name

    record = StubSerializer(Partner, source="partner")
    name = serializers.CharField()
    type = Word(Name.Type)
    period = PeriodSerializer()
    in_force = InForceField()
    note = Text()


class FocusSerializer(RowSerializer):
    """What the work with a partner is about."""

    model = Focus

    record = StubSerializer(Partner, source="partner")
    topic = StubSerializer()
    period = PeriodSerializer()
    in_force = InForceField()
    note = Text()


# Partners -------------------------------------------------------------------------------------------------------------------


class NameOnDay(Derived, serializers.CharField):
    def needs(self, day):
        return [NameSerializer.prefetch("names", day)]

    def to_representation(self, partner):
        return name_on(partner, self.context["day"].day)


class MembershipOnDaySerializer(Derived, serializers.Serializer):
    """The membership for which a partner stands in a list that asks for `framework`."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    framework = StubSerializer(Framework)
    status = Word(MembershipStatus)
    scope = Word(Membership.Scope, optional=True)
    in_force = InForceField(help_text="yes or uncertain")

    def get_fields(self):
        return super().get_fields() | PeriodSerializer().get_fields()

    def to_representation(self, partner):
        row = self.context["memberships"][partner.pk]
        return {
            "id": str(row.pk),
            "url": row_url(MembershipSerializer.endpoint, row.pk),
            "framework": stub(row.framework),
            "status": row.status,
            "scope": row.scope or None,
            "in_force": str(row.in_force(self.context["day"].day)),
            "from": partial_date(row.start),
            "to": partial_date(row.end),
            "end": row.end_is,
        }


class PartnerSerializer(RecordSerializer):
    """A country: a partner, a former one, or one that is often taken for a partner. `status` says what it is on the day."""

    model = Partner
    turns = True
    conditional = ("membership",)

    name = NameOnDay(help_text="What the country was called on the day shown.")
    status = Word(PartnerStatus, help_text="What the country is on the day shown, derived from its memberships.")
    membership = MembershipOnDaySerializer(help_text="Only in lists that ask for `framework`: the period that fits.")
    official_name = Text()
    iso2 = Text()
    iso3 = Text()
    code_status = Word(CodeStatus, help_text="How the codes stand in ISO 3166-1.")
    capital = Text()
    region = StubSerializer(Region, optional=True)
    relations_since = PartialDateSerializer()
    aspiration = Word(Partner.Aspiration, optional=True, help_text="Wish to join the Alliance.")
    aspiration_since = PartialDateSerializer()
    aspiration_note = Text()
    membership_note = Text()
    location_note = Text()
    key_dates = Text()
    official_address = Address()
    memberships = MembershipSerializer(many=True)
    participations = ParticipationSerializer(many=True)
    names = NameSerializer(many=True)
    focus = FocusSerializer(many=True)

    @classmethod
    def made_possible(cls, given):
        return cls.conditional if "framework" in given else ()

    @classmethod
    def fetched(cls, queryset, chosen, day):
        queryset = super().fetched(queryset, chosen, day)
        return queryset.with_status(day.day) if "status" in chosen else queryset

    @classmethod
    def prepared(cls, rows, chosen, day, questions=None):
        context = super().prepared(rows, chosen, day, questions)
        if "membership" not in chosen:
            return context
        return context | {"memberships": _memberships(rows, questions)}


def _memberships(partners: list[Partner], questions) -> dict:
    """Of each partner the period it is listed for: in the first of the frameworks asked for that holds it on the day."""
    rows = questions.memberships().filter(partner__in=[partner.pk for partner in partners])
    found: dict = {}
    by_framework: dict = {}
    for row in rows.prefetch_related(Prefetch("framework", queryset=stubs(Framework))):
        by_framework.setdefault(row.framework_id, []).append(row)
    for framework in questions.frameworks:
        for partner, row in strongest(by_framework.get(framework, ()), questions.day).items():
            found.setdefault(partner, row)
    return found

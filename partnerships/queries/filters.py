"""The questions that can be asked of a list: one FilterSet per kind, the same for pages and API.

Days come as arguments: the door has read `as_of` before it builds the set.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import cast

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from partnerships.models import (
    KINDS,
    Activity,
    Assessment,
    CaseStudy,
    Challenge,
    Citation,
    Claim,
    Edition,
    Exercise,
    Framework,
    Image,
    InForce,
    Institution,
    InstrumentType,
    Link,
    Membership,
    MembershipStatus,
    Milestone,
    Notice,
    Objective,
    Page,
    Participant,
    Participation,
    Partner,
    PartnerStatus,
    Period,
    Programme,
    Region,
    Source,
    Term,
    Threat,
    UnknownLast,
    Verdict,
)
from partnerships.models.partners import MembershipQuerySet
from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public

from . import presence, reach
from .parameters import BadParameter
from .questions import (
    ChoiceListFilter,
    QueryFilter,
    Question,
    Questions,
    RecordListFilter,
    YearFilter,
    YesNoFilter,
)
from .search import ranked


def linked(queryset, pks):
    """Records that link to any of the given ones."""
    return queryset.filter(pk__in=public(Link).filter(other__in=pks).order_by().values("record"))


class RecordQuestions(Questions):
    """What can be asked of every kind."""

    q = QueryFilter(help_text=_("Words in titles, other names, codes and texts"))
    source = RecordListFilter(kind=Source, method="cites", help_text=_("Cites one of these sources"))

    def cites(self, queryset, name, pks):
        return queryset.filter(pk__in=public(Citation).filter(source__in=pks).order_by().values("record"))


class LinkedQuestions(RecordQuestions):
    """What can be asked of kinds that say in their links what they are about."""

    partner = RecordListFilter(kind=Partner, method="links_to", help_text=_("About one of these partners"))
    framework = RecordListFilter(kind=Framework, method="links_to", help_text=_("About one of these frameworks"))

    def links_to(self, queryset, name, pks):
        return linked(queryset, pks)


class FrameworkQuestions(RecordQuestions):
    type = ChoiceListFilter(choices=Framework.Type, help_text=_("Type of framework"))
    partner = RecordListFilter(
        kind=Partner, method="with_partner", help_text=_("Holds one of these partners on the day")
    )

    orderings = {"title": F("title"), "founded": UnknownLast("start_earliest")}

    def with_partner(self, queryset, name, pks):
        rows = Membership._base_manager.filter(Period.possible_on(self.day), framework=OuterRef("pk"), partner__in=pks)
        return queryset.filter(Exists(rows.exclude(status=MembershipStatus.INVITED)))


class ProgrammeQuestions(RecordQuestions):
    partner = RecordListFilter(
        kind=Partner, method="with_partner", help_text=_("One of these partners takes part on the day")
    )

    orderings = {"title": F("title"), "started": UnknownLast("start_earliest")}

    def with_partner(self, queryset, name, pks):
        rows = Participation._base_manager.filter(
            Period.possible_on(self.day), programme=OuterRef("pk"), partner__in=pks
        )
        return queryset.filter(Exists(rows))


class RegionQuestions(RecordQuestions):
    pass


class PartnerQuestions(RecordQuestions):
    status = ChoiceListFilter(
        choices=PartnerStatus, method="with_status", help_text=_("What the country is on the day")
    )
    region = RecordListFilter(kind=Region, field_name="region", help_text=_("In one of these regions"))
    framework = RecordListFilter(
        kind=Framework,
        method="in_framework",
        help_text=_(
            "With a period of one of these frameworks in force on the day, suspended and uncertain ones included"
        ),
    )
    membership_status = ChoiceListFilter(
        choices=MembershipStatus, method="in_framework_as", help_text=_("Narrows “framework” to periods of this status")
    )
    programme = RecordListFilter(
        kind=Programme, method="in_programme", help_text=_("Takes part in one of these programmes on the day")
    )
    aspiration = ChoiceListFilter(choices=Partner.Aspiration, help_text=_("Wish to join the Alliance"))

    orderings = {"title": F("title"), "relations_since": UnknownLast("relations_since_earliest"), "iso2": F("iso2")}

    def with_status(self, queryset, name, words):
        return queryset.with_status(self.day).filter(status__in=words)

    frameworks: list = []
    """The frameworks that were asked for, by id, in the order in which they were named. Known once `qs` is read."""

    def in_framework(self, queryset, name, pks):
        self.frameworks = pks
        return queryset.filter(Exists(self.memberships().filter(partner=OuterRef("pk"))))

    def memberships(self):
        """The periods that `framework` and `membership_status` ask for, of all countries: in force, or possibly so."""
        rows = cast(MembershipQuerySet, public(Membership)).possibly_on(self.day).filter(framework__in=self.frameworks)
        if narrowed := (self.data.get("membership_status") or "").strip():
            return rows.filter(status__in=self.filters["membership_status"].read(narrowed))
        return rows.counted()

    def in_framework_as(self, queryset, name, words):
        if not self.data.get("framework"):
            raise BadParameter("membership_status", "“membership_status” narrows “framework”; give that as well.")
        return queryset

    def in_programme(self, queryset, name, pks):
        rows = Participation._base_manager.filter(
            Period.possible_on(self.day), partner=OuterRef("pk"), programme__in=pks
        )
        return queryset.filter(Exists(rows))


class ExerciseQuestions(RecordQuestions):
    form = ChoiceListFilter(choices=Exercise.Form, help_text=_("Form of the exercise"))
    domain = ChoiceListFilter(choices=Exercise.Domain, help_text=_("Domain"))
    relationship = ChoiceListFilter(choices=Exercise.Relationship, help_text=_("Relationship to NATO"))
    focus = ChoiceListFilter(choices=Exercise.Focus, method="with_focus", help_text=_("Focus"))
    partner = RecordListFilter(
        kind=Partner, method="with_partner", help_text=_("One of these partners took part in an edition")
    )

    orderings = {"title": F("title"), "first_held": UnknownLast("first_held_earliest")}

    def with_focus(self, queryset, name, words):
        condition = Q()
        for word in words:  # whole words: none of them is part of another, which a test holds
            condition |= Q(focus__contains=word)
        return queryset.filter(condition)

    def with_partner(self, queryset, name, pks):
        rows = public(Participant).filter(partner__in=pks)
        return queryset.filter(pk__in=rows.order_by().values("edition__series"))


class EditionQuestions(RecordQuestions):
    series = RecordListFilter(kind=Exercise, field_name="series", help_text=_("Of one of these series"))
    year = YearFilter(field_name="first_day_earliest", help_text=_("Began in this year, or range of years"))
    partner = RecordListFilter(kind=Partner, method="with_partner", help_text=_("One of these partners took part"))
    host = RecordListFilter(kind=Partner, method="hosted_by", help_text=_("Hosted by one of these partners"))

    orderings = {"first_day": UnknownLast("first_day_earliest"), "title": F("title")}
    default_ordering = "-first_day"
    begins = "first_day_earliest"

    def with_partner(self, queryset, name, pks):
        return queryset.filter(pk__in=public(Participant).filter(partner__in=pks).order_by().values("edition"))

    def hosted_by(self, queryset, name, pks):
        rows = public(Participant).filter(partner__in=pks, role=Participant.Role.HOST)
        return queryset.filter(pk__in=rows.order_by().values("edition"))


class InstitutionQuestions(RecordQuestions):
    type = ChoiceListFilter(choices=Institution.Type, help_text=_("Type of institution"))
    partner = RecordListFilter(kind=Partner, field_name="host", help_text=_("Hosted by one of these partners"))


class ObjectiveQuestions(LinkedQuestions):
    parent = RecordListFilter(kind=Objective, field_name="parent", help_text=_("Part of one of these objectives"))

    orderings = {"position": F("position"), "title": F("title")}
    default_ordering = "position"


class ThreatQuestions(LinkedQuestions):
    transnational = YesNoFilter(help_text=_("Crosses borders"))


class ActivityQuestions(LinkedQuestions):
    instrument = ChoiceListFilter(choices=InstrumentType, help_text=_("Instrument"))
    exercise_role = ChoiceListFilter(choices=Activity.Role, help_text=_("Type or focus of exercises"))


class ChallengeQuestions(LinkedQuestions):
    category = ChoiceListFilter(choices=Challenge.Category, help_text=_("Category"))
    region = RecordListFilter(kind=Region, method="links_to", help_text=_("Affects one of these regions"))


class AssessmentQuestions(LinkedQuestions):
    type = ChoiceListFilter(choices=Assessment.Type, help_text=_("Type of assessment"))
    direction = ChoiceListFilter(choices=Assessment.Direction, help_text=_("Direction"))
    evidence = ChoiceListFilter(choices=Assessment.Evidence, help_text=_("Level of evidence"))


class CaseStudyQuestions(RecordQuestions):
    partner = RecordListFilter(kind=Partner, field_name="partner", help_text=_("On one of these partners"))


class MilestoneQuestions(LinkedQuestions):
    year = YearFilter(field_name="date_earliest", help_text=_("In this year, or range of years"))
    type = ChoiceListFilter(choices=Milestone.Type, help_text=_("Type of event"))

    orderings = {"date": UnknownLast("date_earliest"), "title": F("title")}
    default_ordering = "-date"
    begins = "date_earliest"


class ClaimQuestions(LinkedQuestions):
    verdict = ChoiceListFilter(choices=Verdict, help_text=_("Verdict"))
    made_in = RecordListFilter(kind=Source, field_name="made_in", help_text=_("Made in one of these sources"))

    orderings = {"title": F("title"), "slug": F("slug")}
    default_ordering = "slug"


class SourceQuestions(RecordQuestions):
    tier = ChoiceListFilter(choices=Source.Tier, help_text=_("Tier"))
    publisher = Question(method="by_publisher", help_text=_("Publisher, as written"))

    orderings = {"title": F("title"), "publisher": F("publisher"), "published": UnknownLast("published_earliest")}

    def by_publisher(self, queryset, name, value):
        return queryset.filter(publisher__iexact=value)


class PageQuestions(RecordQuestions):
    pass


class TermQuestions(RecordQuestions):
    pass


class NoticeQuestions(RecordQuestions):
    type = ChoiceListFilter(choices=Notice.Type, help_text=_("Type of notice"))
    active = YesNoFilter(help_text=_("Switched on"))


class ImageQuestions(RecordQuestions):
    pass


class PeriodQuestions(Questions):
    """What can be asked of owned rows that have a period."""

    in_force = ChoiceListFilter(choices=InForce, method="in_force_on", help_text=_("Whether in force on the day"))

    orderings = {"start": UnknownLast("start_earliest")}
    default_ordering = "start"
    begins = "start_earliest"

    def in_force_on(self, queryset, name, answers):
        sure, possible = Period.certain_on(self.day), Period.possible_on(self.day)
        conditions = {InForce.YES: sure, InForce.UNCERTAIN: possible & ~sure, InForce.NO: ~possible}
        return queryset.filter(reduce(or_, (conditions[InForce(answer)] for answer in answers)))


class MembershipQuestions(PeriodQuestions):
    partner = RecordListFilter(kind=Partner, field_name="partner", help_text=_("Of one of these partners"))
    framework = RecordListFilter(kind=Framework, field_name="framework", help_text=_("In one of these frameworks"))
    status = ChoiceListFilter(choices=MembershipStatus, help_text=_("Status of the period"))


class ParticipationQuestions(PeriodQuestions):
    partner = RecordListFilter(kind=Partner, field_name="partner", help_text=_("Of one of these partners"))
    programme = RecordListFilter(kind=Programme, field_name="programme", help_text=_("In one of these programmes"))


class ParticipantQuestions(Questions):
    edition = RecordListFilter(kind=Edition, field_name="edition", help_text=_("In one of these editions"))
    partner = RecordListFilter(kind=Partner, field_name="partner", help_text=_("One of these partners"))
    role = ChoiceListFilter(choices=Participant.Role, help_text=_("Role"))
    code = Question(method="by_code", help_text=_("Two-letter country code, partner or not"))
    year = YearFilter(
        field_name="edition__first_day_earliest", help_text=_("In editions of this year, or range of years")
    )

    orderings = {"first_day": UnknownLast("edition__first_day_earliest")}
    default_ordering = "-first_day"
    begins = "edition__first_day_earliest"

    def by_code(self, queryset, name, value):
        partners = list(public(Partner).filter(iso2=value.upper()).order_by().values_list("pk", flat=True))
        return queryset.filter(Q(code=value.upper()) | Q(partner__in=partners))


class SearchQuestions(Questions):
    """The search over all kinds: its rows are entries of the search index, the best first."""

    q = QueryFilter(method="ranked", help_text=_("Words in titles, other names, codes and texts"))
    kind = ChoiceListFilter(choices=KINDS, field_name="kind", help_text=_("Only records of these kinds"))
    region = RecordListFilter(
        kind=Region, method="in_region", help_text=_("Only what lies in one of these regions, or links to what does")
    )
    framework = RecordListFilter(
        kind=Framework,
        method="of_framework",
        help_text=_("Only these frameworks, countries with one of them in force on the day, and what links to one"),
    )

    orderings: dict = {}
    default_ordering = "rank"

    @classmethod
    def sort_names(cls):
        return ["rank"]

    def ranked(self, queryset, name, words):
        return ranked(words, queryset)

    def in_region(self, queryset, name, pks):
        return reach.narrow(reach.regions(), queryset, pks)

    def of_framework(self, queryset, name, pks):
        return reach.narrow(reach.frameworks(self.day), queryset, pks)

    def sorted(self, ordering):
        if (ordering or self.default_ordering) != "rank":
            raise BadParameter("ordering", "The search is sorted by “rank”, the best first.", hint="rank")
        if not (self.data.get("q") or "").strip():
            raise BadParameter("q", "Say what to search for: give “q”.", kind="missing-parameter")
        return self.qs, "rank", [("rank", False), ("title", False), ("record", False)]


QUESTIONS: dict[type[models.Model], type[Questions]] = {
    Framework: FrameworkQuestions,
    Programme: ProgrammeQuestions,
    Region: RegionQuestions,
    Partner: PartnerQuestions,
    Exercise: ExerciseQuestions,
    Edition: EditionQuestions,
    Institution: InstitutionQuestions,
    Objective: ObjectiveQuestions,
    Threat: ThreatQuestions,
    Activity: ActivityQuestions,
    Challenge: ChallengeQuestions,
    Assessment: AssessmentQuestions,
    CaseStudy: CaseStudyQuestions,
    Milestone: MilestoneQuestions,
    Claim: ClaimQuestions,
    Source: SourceQuestions,
    Page: PageQuestions,
    Term: TermQuestions,
    Notice: NoticeQuestions,
    Image: ImageQuestions,
    Membership: MembershipQuestions,
    Participation: ParticipationQuestions,
    Participant: ParticipantQuestions,
    SearchEntry: SearchQuestions,
}
"""Every list that can be asked, and how."""

for _model, _asked in QUESTIONS.items():
    if _model is not SearchEntry:
        presence.offer(_model, _asked)

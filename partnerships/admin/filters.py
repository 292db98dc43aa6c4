"""What narrows a list, as conditions on records: the lists' filters and the numbers on the home page use the same ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import ClassVar

from django.contrib.admin import SimpleListFilter
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import capfirst

from partnerships.editorial.models import LinkState, Release, ReleaseItem, Review, Revision, Standing, State
from partnerships.editorial.permissions import people_who_may
from partnerships.models import Citation, Claim, SeveralField, Source

UNPUBLISHED = (Standing.NEVER, Standing.CHANGED)
NOBODY, ME = "nobody", "me"


def _states(*conditions, **values) -> Q:
    return Q(pk__in=State.objects.filter(*conditions, **values).values("record"))


def standing(which: str) -> Q:
    """How a record stands to the public edition; one without a state was never public."""
    if which == Standing.NEVER:
        return ~_states(~Q(standing=Standing.NEVER))
    return _states(standing=which)


def stage(which: str) -> Q:
    """How far what isn't public yet has come on its way."""
    return _states(standing__in=UNPUBLISHED, review=which)


def owned(who: str, me: str) -> Q:
    if who == NOBODY:
        return ~_states(~Q(owner=""))
    return _states(owner=me if who == ME else who)


def due(which: str, today: date) -> Q:
    match which:
        case "overdue":
            return Q(review_by__lt=today)
        case "none":
            return Q(review_by__isnull=True)
    return Q(review_by__range=(today, today + timedelta(days=int(which))))


def work(which: str, me: str) -> Q:
    """What waits for one person: drafts that are theirs, reviews that others ask for, and what was sent back to them."""
    if which == "drafts":
        newest = Revision.objects.filter(record=OuterRef("record"), number=OuterRef("revision"), by=me)
        return _states(Q(owner=me) | Exists(newest), standing__in=UNPUBLISHED, review=Review.DRAFT)
    if which == "sent_back":
        return _states(Q(owner=me) | Q(submitted_by=me), review=Review.CHANGES)
    # To review: nothing of it since the public revision is by this person, as the rule of two people has it.
    public = Revision.objects.filter(record=OuterRef("record"), digest=OuterRef("public_digest")).order_by("-number")
    reach = Coalesce(Subquery(public.values("number")[:1]), 0)
    own = Revision.objects.filter(record=OuterRef("record"), by=me, number__gt=OuterRef("reach"))
    waiting = State.objects.filter(review=Review.IN_REVIEW).annotate(reach=reach).filter(~Exists(own))
    return Q(pk__in=waiting.values("record"))


def plan(which: str) -> Q:
    status = {"scheduled": Release.Status.PLANNED, "failed": Release.Status.FAILED}[which]
    return Q(pk__in=ReleaseItem.objects.filter(release__status=status).values("record"))


def evidence(which: str) -> Q:
    match which:
        case "unsourced":
            return ~Q(unsourced="")
        case "unverified":
            return Q(pk__in=Citation.objects.filter(verified_on__isnull=True).values("record"))
    return Q(pk__in=Claim.objects.filter(corrected_statement="").values("pk"))


def link(which: str) -> Q:
    if which == "unarchived":
        return Q(pk__in=Source.objects.exclude(web_address="").filter(archive_address="").values("pk"))
    return Q(pk__in=LinkState.objects.filter(status=LinkState.Status.BROKEN).values("source"))


# The filters ----------------------------------------------------------------------------------------------------------


class Narrowing(SimpleListFilter):
    """A filter whose choices are conditions. What it doesn't offer narrows nothing."""

    offered: ClassVar[list[tuple[str, str]]] = []

    def __init__(self, request, params, model, model_admin):
        self.me = request.user.get_username()
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return self.offered

    def condition(self, value: str) -> Q:
        raise NotImplementedError

    def queryset(self, request, queryset):
        if self.value() not in {value for value, _ in self.lookup_choices}:
            return queryset
        return queryset.filter(self.condition(self.value()))


def narrowing(
    name: str, said: str, choices: list[tuple[str, str]], condition: Callable[[str, str], Q]
) -> type[Narrowing]:
    """A filter of a name, a title, choices, and what each means for a person."""

    class Made(Narrowing):
        title, parameter_name, offered = said, name, choices

        def condition(self, value):
            return condition(value, self.me)

    return Made


StandingFilter = narrowing("standing", "state", Standing.choices, lambda value, me: standing(value))
StageFilter = narrowing("stage", "review", Review.choices, lambda value, me: stage(value))
ReviewFilter = narrowing(
    "review",
    "freshness",
    [
        ("overdue", "Overdue"),
        ("30", "Due in 30 days"),
        ("60", "Due in 60 days"),
        ("90", "Due in 90 days"),
        ("none", "No day set"),
    ],
    lambda value, me: due(value, timezone.now().date()),
)
WorkFilter = narrowing(
    "work",
    "my work",
    [("drafts", "My drafts"), ("review", "Waits for my review"), ("sent_back", "Sent back to me")],
    work,
)
PlanFilter = narrowing(
    "plan", "plan", [("scheduled", "Scheduled"), ("failed", "Failed")], lambda value, me: plan(value)
)
EvidenceFilter = narrowing(
    "evidence",
    "evidence",
    [
        ("unsourced", "Unsourced facts"),
        ("unverified", "Unverified citations"),
        ("uncorrected", "Claims, no correction"),
    ],
    lambda value, me: evidence(value),
)
LinksFilter = narrowing(
    "links", "links", [("broken", "Broken link"), ("unarchived", "No archived copy")], lambda value, me: link(value)
)


class OwnerFilter(Narrowing):
    title, parameter_name = "owner", "owner"

    def lookups(self, request, model_admin):
        people = [(one.get_username(), one.get_full_name() or one.get_username()) for one in people_who_may("change")]
        return [(ME, "Me"), (NOBODY, "Nobody"), *(one for one in people if one[0] not in (ME, NOBODY))]

    def condition(self, value):
        return owned(value, self.me)


class KindFilter(SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        kinds = model_admin.admin_site.visible_kinds(request)
        return [(kind._meta.model_name, capfirst(kind._meta.verbose_name_plural)) for kind in kinds]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


def several(name: str) -> type[SimpleListFilter]:
    """A filter for a field that holds several words: records that have the chosen one among theirs."""

    class Has(SimpleListFilter):
        title = name.replace("_", " ")
        parameter_name = name

        def field(self, model) -> SeveralField:
            return model._meta.get_field(name)

        def lookups(self, request, model_admin):
            return self.field(model_admin.model).of.choices

        def queryset(self, request, queryset):
            if self.value() not in self.field(queryset.model).of.values:
                return queryset
            return queryset.filter(**{f"{name}__contains": self.value()})

    return Has


FOR_ALL = (StandingFilter, StageFilter, OwnerFilter, WorkFilter, PlanFilter)


def with_state(queryset: models.QuerySet) -> models.QuerySet:
    """Annotates how each record stands, `standing` and `public_version`, its `stage`, `owner_name` and `newest` revision."""
    state = State.objects.filter(record=OuterRef("pk"))

    def found(name: str, otherwise) -> Coalesce:
        return Coalesce(Subquery(state.values(name)[:1]), models.Value(otherwise))

    return queryset.annotate(
        standing=found("standing", Standing.NEVER.value),
        public_version=found("public_version", 0),
        stage=found("review", Review.DRAFT.value),
        owner_name=found("owner", ""),
        newest=Subquery(state.values("revision")[:1]),
    )

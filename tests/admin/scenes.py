"""Where the permission walk goes: a world with records in every state, with releases and links, and everybody signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partnerships.admin.addresses import address, list_address
from partnerships.editorial import people, presence, preview, releases
from partnerships.editorial.models import (
    Presence,
    PreviewLink,
    Release,
    Review,
    Revision,
    SavedFilter,
    Standing,
    State,
)
from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.reports import take_in
from partnerships.editorial.review import submit
from partnerships.editorial.saving import record_saved
from partnerships.models import KINDS, Citation, Kind, Partner, Record, Region
from tests.world import World, resave, save

from .browser import typed
from .records import required
from .walking import MARK, PEOPLE, Forged, fits, has


@dataclass
class Scene:
    """A world with one record of a kind for each standing, two that could be merged with them, and everybody signed in."""

    kind: str
    records: dict[str, Kind]
    twin: Kind
    clients: dict[str, Client]
    standing: str = "public"
    review: str = "draft"

    @property
    def record(self) -> Kind:
        return self.records[self.standing]

    @property
    def state(self) -> State:
        return State.objects.get(record=self.record.pk)

    @property
    def version(self) -> str:
        return str(Record.objects.get(pk=self.record.pk).version)

    def stand(self, standing: str, review: str) -> None:
        """Choose the record to walk over, and set how far its review is."""
        self.standing, self.review = standing, review
        state = self.state
        state.review, state.review_digest = review, state.digest
        state.submitted_by, state.reviewed_by = ("anna", "bruno") if review != Review.DRAFT else ("", "")
        state.review_note = "More of it." if review == Review.CHANGES else ""
        state.review_at = timezone.now()
        state.save()

    def where(self, page: str) -> str:
        """The address of a page about the record, or about its kind."""
        lists = {
            "changelist": "",
            "add": "add/",
            "export": "export/",
            "import": "import/",
            "autosave_new": "add/autosave/",
            "discard_new": "add/discard/",
            "file": "file/nothing.webp",
        }
        if page in lists:
            return list_address(self.kind) + lists[page]
        if page in ("restore", "previewed"):
            return address(self.record, page, number=1)
        return address(self.record, page)

    def able(self, one: Forged, name: str) -> bool:
        """Whether a post changes something when this person sends it."""
        return (
            one.verb != "never"
            and fits(name, one.verb, self.standing, self.review, self.kind)
            and self.standing in one.works
        )

    def form(self, page: str, **changes) -> dict:
        """The page's own form as an administrator's browser would send it."""
        return typed(self.clients["dag"].get(self.where(page)), **changes)


def _made(kind: str, slug: str) -> Kind:
    """A record of the scene by Anna, with a citation that can be verified."""
    fields = required(kind) | ({"partner": World().malta} if kind == "casestudy" else {})
    record = save(KINDS[kind](slug=slug, title=f"{MARK} {kind}, {slug}", **fields))
    if kind == "claim":
        record = resave(record, corrected_statement="It isn't so.", made_in=World().nato_topic)
    return record


def _cited(record: Kind) -> Kind:
    record = type(record).objects.get(pk=record.pk)
    whole = {"locator": "page 4", "quotation": "So it is.", "checked_on": "2026-11-01"}
    Citation.objects.create(record=record, source=World().nato_topic, **whole)
    record_saved(record, by="anna", expected=record.version)
    return type(record).objects.get(pk=record.pk)


def build(kind: str) -> Scene:
    """Fill the world with the scene of a kind."""
    made = {standing: _cited(_made(kind, f"walked-{standing}")) for standing in Standing.values}
    twin = _made(kind, "walked-twin")
    publish([*(record for standing, record in made.items() if standing != Standing.NEVER), twin], by="chiara")
    withdraw([made[Standing.WITHDRAWN]], by="chiara", note="It was wrong.")
    made[Standing.CHANGED] = resave(made[Standing.CHANGED], short_title="Changed")
    assert {standing: State.objects.get(record=one.pk).standing for standing, one in made.items()} == {
        standing: standing for standing in Standing.values
    }
    return Scene(kind, made, twin, signed_in())


def signed_in() -> dict[str, Client]:
    """Everybody's browser."""
    User.objects.create(username="rolf", is_staff=True)
    clients = {name: Client() for name in PEOPLE}
    for name, client in clients.items():
        if name != "nobody":
            client.force_login(User.objects.get(username=name))
    return clients


# Pages about no record --------------------------------------------------------------------------------------------------


@dataclass
class Rest(Scene):
    """What the other pages are about: releases that stand in every way, somebody's link, somebody's filter."""

    releases: dict[str, Release] = field(default_factory=dict)
    link: PreviewLink | None = None
    filter: SavedFilter | None = None
    report: UUID | None = None

    def able(self, one: Forged, name: str) -> bool:
        return bool(one.works) and (name in one.who if one.who else has(name, one.verb))

    def where(self, page: str) -> str:
        model, _, rest = page.partition(" ")
        if model == "release":
            return reverse("admin:release", args=[self.releases[rest or "open"].pk])
        if model in ("user", "publication", "report", "record", "partner"):
            app = {"user": "auth", "publication": "publishing", "report": "editorial"}.get(model, "partnerships")
            subject = {"user": self.sam.pk, "publication": 1, "report": self.report}.get(model, self.record.pk)
            return reverse(f"admin:{app}_{model}_{rest}", args=[] if rest in ("changelist", "add") else [subject])
        match page:
            case "preview_release":
                return reverse("admin:preview_release", args=[self.releases["open"].pk])
            case "app_list":
                return reverse("admin:app_list", args=["partnerships"])
            case "view_on_site":
                return reverse("admin:view_on_site", args=[1, self.record.pk])
            case "autocomplete":
                asked = {"app_label": "partnerships", "model_name": "partner", "field_name": "region", "term": MARK}
                return f"{reverse('admin:autocomplete')}?{urlencode(asked)}"
        return reverse(f"admin:{page}")

    @property
    def sam(self) -> User:
        return User.objects.get(username="sam")


def build_rest() -> Rest:
    """Fill the world with what the other pages are about."""

    def partner(number: int, **more) -> Partner:
        return save(Partner(slug=f"walked-{number}", title=f"{MARK} {number}", iso2=f"X{'ABCDE'[number]}", **more))

    dag, chiara = World().user("dag"), World().user("chiara")
    found = {name: releases.make(f"{MARK}, {name}", by=chiara) for name in ("open", "review", "planned", "done")}
    found["lacking"] = releases.make(f"{MARK}, lacking", by=chiara)
    europe = save(Region(slug="walked-region", title=f"{MARK} region"))
    held = {name: partner(n, **({"region": europe} if name == "lacking" else {})) for n, name in enumerate(found)}
    for name, one in found.items():
        releases.collect(one, [held[name]], by=chiara)
    submit([held["review"]], by=World().user("anna"))
    releases.plan(found["planned"], timezone.now() + timedelta(days=1), by=chiara)
    Release.objects.filter(pk=found["planned"].pk).update(planned_by="retired")  # for anybody to take over
    releases.publish_now(found["done"], by=chiara)
    revision = Revision.objects.get(record=held["open"].pk)
    link, _ = preview.make_link(revision, by=World().user("anna"))
    people.make_link(World().user("sam"), by=dag)
    kept = SavedFilter.objects.create(owner="anna", kind="partner", name="Mine", query="q=x", shared=True)
    presence.here("a-tab-of-annas", held["open"].pk, World().user("anna"), dirty=False)
    Presence.objects.update(until=timezone.now() + timedelta(hours=1))  # the walk may take longer than a tab counts
    found = {name: Release.objects.get(pk=one.pk) for name, one in found.items()}
    report = take_in(held["done"], version=1, text="It is wrong.").pk
    more = {"releases": found, "link": link, "filter": kept, "report": report}
    return Rest("partner", {"public": held["open"]}, held["open"], signed_in(), **more)

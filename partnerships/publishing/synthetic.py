"""A published database that grew: as many editions, participants and citations as asked for, all of them made up.

For measuring what depends on size. It takes the way of real content: documents into the log, the log into `published`; so
whatever works on a portal works on it, rebuilding and verifying included. The same scale gives the same bytes, anywhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from uuid import UUID

from django.db import models, transaction

from partnerships.models import KINDS, Record

from .documents import Document, canonical, columns, digest, owned_rows, value_of
from .feed import Refusal, load
from .log import EDITORIAL, PUBLISHED, Step, append, locked_head, next_entries
from .models import Action, ChangeKind, Head, LogHead

EDITIONS, PARTNERS, PARTICIPANTS = 100_000, 200, 8
"""At full size; participants for each edition. The partners are as many at any scale: there are only so many countries."""
TOGETHER = 500
"""Entries of a release."""
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "xo", "zu", "bra", "dre", "fli", "gro", "klu")  # fmt: skip
ALLIES = [("BE", "Belgium"), ("CA", "Canada"), ("DE", "Germany"), ("FR", "France"), ("GB", "United Kingdom"),
          ("IT", "Italy"), ("NL", "Netherlands"), ("NO", "Norway"), ("PL", "Poland"), ("US", "United States")]  # fmt: skip
FEW: dict[str, dict] = {
    "institution": {"type": "ptec", "opened": "2001"},
    "objective": {},
    "threat": {"transnational": True},
    "activity": {"instrument": "exercise", "exercise_role": "exercise_type"},
    "challenge": {"category": "political"},
    "assessment": {"type": "influence", "direction": "mixed", "evidence": "partial", "assessment": True},
    "term": {},
}
"""Kinds of which there are a dozen, and what their fields say."""


class Maker:
    """Makes documents one after the other. `scale` 1 is full size."""

    def __init__(self, scale: float):
        self.editions = max(round(EDITIONS * scale), 10)
        self.random = random.Random(2026)  # noqa: S311 (made-up content, the same each time)
        self.number = 0
        self.ids: dict[str, list[str]] = {}
        self.empty = {name: _empty(kind) for name, kind in KINDS.items()}
        self.empty_rows = {
            model: _empty(model) for kind in KINDS.values() for model in owned_rows(kind).values()
        }  # fmt: skip

    def id(self) -> str:
        """An identity of version 7 that sorts after the one before."""
        self.number += 1
        at = int(BEGAN.timestamp() * 1000) + self.number // 1000
        return str(UUID(int=(at << 80) | (7 << 76) | (2 << 62) | self.number))

    def words(self, number: int) -> str:
        """Words of a language that nobody speaks."""
        pick = self.random.choices
        return " ".join("".join(pick(SYLLABLES, k=3)) for _ in range(number))

    def row(self, kind: str, list_: str, /, **values) -> dict:
        return self.empty_rows[owned_rows(KINDS[kind])[list_]] | {"id": self.id()} | values

    def document(self, kind: str, slug: str, title: str, *, fields: dict | None = None, **rows: list[dict]) -> Document:
        document: Document = {
            "kind": kind,
            "schema": KINDS[kind].schema,
            "id": self.id(),
            "slug": slug,
            "fields": self.empty[kind] | {"title": title, "summary": self.words(20)} | (fields or {}),
            "rows": {name: rows.get(name, []) for name in owned_rows(KINDS[kind])},
        }
        self.ids.setdefault(kind, []).append(document["id"])
        return document

    def some(self, kind: str, number: int) -> list[str]:
        return self.random.sample(self.ids[kind], number)

    def cited(self, kind: str) -> list[dict]:
        said = {"source": self.random.choice(self.ids["source"]), "locator": "p. 3", "checked_on": "2026-01-05"}
        return [self.row(kind, "citations", **said)]

    def day(self) -> date:
        return date(1994, 1, 1) + timedelta(days=self.random.randrange(32 * 365))

    def documents(self) -> Iterator[Document]:
        """All of it: what is pointed at comes before what points there."""
        for n in range(max(self.editions // 20, 20)):
            said: dict = {"publisher": f"Publisher {n % 40}", "published": str(self.day()), "tier": "primary",
                      "web_address": f"https://example.org/{n}"}  # fmt: skip
            yield self.document("source", f"source-{n}", f"Source {n} {self.words(4)}", fields=said)
        for slug in ("home", "about", "method", "overview"):
            yield self.document("page", slug, slug.capitalize(), fields={"body": self.words(60)})
        yield self.document("notice", "notice", "Made up", fields={"type": "other", "placement": "everywhere"})
        for n in range(12):
            said = {"type": "forum", "start": str(1991 + n), "founding_document": self.words(5)}
            yield self.document("framework", f"framework-{n}", f"Framework {n}", fields=said)
            yield self.document("programme", f"programme-{n}", f"Programme {n}", fields={"start": str(1994 + n)})
            yield self.document("region", f"region-{n}", f"Region {n}")
        yield from self.countries()
        for kind, said in FEW.items():
            for n in range(12):
                links = [self.row(kind, "links", other=other) for other in self.some("partner", 2)]
                yield self.document(kind, f"{kind}-{n}", f"{kind.capitalize()} {n}", fields=said, links=links)
        for n in range(4):
            fields = {"partner": self.ids["partner"][n], "aims": self.words(30)}
            yield self.document("casestudy", f"study-{n}", f"Study {n}", fields=fields)
        yield from self.events()
        yield from self.exercises()

    def countries(self) -> Iterator[Document]:
        for n in range(PARTNERS):
            code = "QRSTUVWXYZ"[n % 10] + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n // 10]
            memberships = [
                self.row("partner", "memberships", framework=framework, start=str(self.day()), position=place)
                for place, framework in enumerate(self.some("framework", 3))
            ]
            participations = [
                self.row("partner", "participations", programme=programme, start=str(self.day()))
                for programme in self.some("programme", 3)
            ]
            names = [self.row("partner", "names", name=f"Former Country {n}", end="2001", end_is="until")]
            fields = {"iso2": code, "iso3": f"{code}X", "region": self.ids["region"][n % 12], "relations_since": "1994"}
            yield self.document(
                "partner", f"country-{n}", f"Country {n}", fields=fields, memberships=memberships,
                participations=participations, names=names, citations=self.cited("partner"),
            )  # fmt: skip

    def events(self) -> Iterator[Document]:
        for n in range(max(self.editions // 100, 40)):
            others = (*self.some("partner", 2), *self.some("framework", 1))
            for kind, fields in (
                ("milestone", {"date": str(self.day()), "type": "nato_act"}),
                ("claim", {"statement": self.words(12), "verdict": "supported", "made_in": self.ids["source"][0]}),
            ):
                links = [self.row(kind, "links", other=other, relation="concerns") for other in others]
                title = f"{kind.capitalize()} {n} {self.words(3)}"
                yield self.document(kind, f"{kind}-{n}", title, fields=fields, links=links, citations=self.cited(kind))

    def exercises(self) -> Iterator[Document]:
        """Series, and a hundred editions of each."""
        named: dict[str, str] = {}
        for n in range(max(self.editions // 100, 10)):
            fields = {"form": "live_exercise", "domain": "joint", "focus": "interoperability",
                      "relationship": "nato_led", "first_held": str(1994 + n % 20)}  # fmt: skip
            series = self.document("exercise", f"series-{n}", f"Series {n} {self.words(2)}", fields=fields)
            named[series["id"]] = series["fields"]["title"]
            yield series
        for n in range(self.editions):
            series_id = self.ids["exercise"][n % len(self.ids["exercise"])]
            day = self.day()
            participants = [
                self.row(
                    "edition", "participants", partner=partner, role="participant" if place else "host", position=place
                )
                for place, partner in enumerate(self.some("partner", PARTICIPANTS - 3))
            ] + [
                self.row("edition", "participants", code=code, name=name, role="participant", position=PARTICIPANTS)
                for code, name in self.random.sample(ALLIES, 3)
            ]
            said: dict = {"series": series_id, "first_day": str(day), "last_day": str(day + timedelta(days=9)),
                      "place": self.words(1), "personnel": 500 + n % 900, "summary": f"An exercise: {self.words(12)}."}  # fmt: skip
            yield self.document(
                "edition", f"edition-{n}", f"{named[series_id]} {day.year}", fields=said,
                participants=participants, citations=self.cited("edition"),
            )  # fmt: skip


def _empty(model: type[models.Model]) -> dict:
    """The values of a new instance, as a document says them."""
    instance = model()
    return {field.name: value_of(field, instance) for field in columns(model)}


def steps(maker: Maker) -> Iterator[Step]:
    """The log: everything published, in releases at first and singly at the end; of a hundred editions one was corrected
    since, and of a thousand one withdrawn."""
    corrected: list[Document] = []
    withdrawn: list[Document] = []
    singly = maker.editions - maker.editions // 50
    for number, document in enumerate(maker.documents()):
        release = UUID(int=(7 << 76) | (2 << 62) | (number // TOGETHER + 1)) if number < singly else None
        yield _published(document, ChangeKind.FIRST, release=release, release_title="Made up" if release else "")
        if document["kind"] == "edition":
            if number % 100 == 57:
                corrected.append(document)
            elif number % 1000 == 450:
                withdrawn.append(document)
    for document in corrected:
        said = document | {"fields": document["fields"] | {"place": maker.words(1)}}
        yield _published(said, ChangeKind.CORRECTION, note="The place was another.", wrong="The place.")
    for document in withdrawn:
        yield Step(
            action=Action.RETRACT, kind="edition", record=UUID(document["id"]), slug=document["slug"], by="grow",
            change_kind=ChangeKind.WITHDRAWAL, note="It never took place.",
        )  # fmt: skip


def _published(document: Document, change_kind: str, **more) -> Step:
    return Step(
        action=Action.PUBLISH, kind=document["kind"], record=UUID(document["id"]), slug=document["slug"], by="grow",
        change_kind=change_kind, document=document, **more,
    )  # fmt: skip


def grow(scale: float) -> int:
    """Fill an empty portal: the log in one transaction, then `published` from it. Returns the number of entries.

    Memory holds some hundred documents, and the few that are published twice. Raises Refusal where anything is there.
    """
    refuse_unless_empty()
    count = 0
    with transaction.atomic(using=EDITORIAL):
        for some in batched(steps(Maker(scale)), TOGETHER):
            kept = {digest(step.document): canonical(step.document) for step in some if step.document}
            entries = next_entries(
                locked_head(LogHead, EDITORIAL), some, now=BEGAN + timedelta(hours=count // TOGETHER)
            )
            append(entries, kept)
            count += len(entries)
    load(PUBLISHED)
    return count


def refuse_unless_empty() -> None:
    """Raises Refusal unless nothing was ever written or published here: made-up content has no place beside real content."""
    used = (
        LogHead.objects.using(EDITORIAL).get(pk=1).seq
        or Head.objects.using(PUBLISHED).get(pk=1).seq
        or any(Record._base_manager.using(using).exists() for using in (EDITORIAL, PUBLISHED))
    )
    if used:
        raise Refusal(
            "Something is here already, and made-up content has no place beside it. Point VAR_DIR, or DATABASE_URL and "
            "PUBLISHED_DATABASE_URL, at databases that were migrated and never used."
        )

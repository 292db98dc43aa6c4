"""What was published of a record: its entries in the public log, and each version as its document says.

A version names other records as they were called when it was published, so it reads the same for ever. Its text is gone
only if it was taken down.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.db.models import Max, QuerySet

from partnerships.models import KINDS, Edition, Kind
from partnerships.publishing.differences import Differences, Said, differences, label_of, rows_said
from partnerships.publishing.documents import Document, owned_rows, references
from partnerships.publishing.log import PUBLISHED
from partnerships.publishing.models import Action, Change, ChangeKind, FormerSlug, PublicDocument, Tombstone
from partnerships.publishing.reading import Moved, public
from partnerships.publishing.upgrades import upgraded

from .addresses import past_path
from .records import Stub, series_of

AT_HEAD = ("title", "slug", "short_title")
"""Fields that stand in the heading of a version."""


@dataclass(frozen=True)
class Past:
    """A record that is or was public, at the address that its versions have."""

    record: UUID
    kind: str
    slug: str
    title: str
    series: str = ""
    stone: Tombstone | None = None
    """What stands in its place, if it was withdrawn."""

    @property
    def path(self) -> str:
        """Where its history begins: the address of its page, or the one that it had."""
        return past_path(self.kind, self.slug, self.series)


def past(kind: type[Kind], slug: str, series: str = "") -> Past | Moved | None:
    """Whose history stands at an address. A merged record keeps its own; a former slug leads to the present one.

    None where nothing ever was public: a draft takes the same queries as a slug that nobody used.
    """
    name = kind.kind_name()
    if record := public(kind).filter(slug=slug).only("slug", "title").first():
        of = series_of([record.pk]).get(record.pk, "") if kind is Edition else ""
        return Past(record.pk, name, slug, record.title, of)
    stone = Tombstone.objects.using(PUBLISHED).filter(kind=name, slug=slug).order_by("-seq").first()
    former = FormerSlug.objects.using(PUBLISHED).filter(kind=name, slug=slug).order_by("-seq").first()
    if former and (not stone or former.seq > stone.seq):
        if record := public(kind).filter(pk=former.record).only("slug").first():
            return Moved(name, record.slug)
        other = Tombstone.objects.using(PUBLISHED).filter(record=former.record).first()
        if other and other.slug != slug:
            return Moved(name, other.slug)
        stone = other or stone
    return Past(stone.record, name, slug, stone.title, series, stone) if stone else None


# The log of a record --------------------------------------------------------------------------------------------------


def entries(record: UUID, limit: int, *, before: int = 0) -> list[Change]:
    """What the public log says of a record, the newest first; of more, those before a seq. One query."""
    rows = Change.objects.using(PUBLISHED).filter(record=record).order_by("-seq")
    return list((rows.filter(seq__lt=before) if before else rows).defer("refs", "chain")[:limit])


def corrections_after(record: UUID, seq: int) -> list[Change]:
    """The corrections of a record that came after an entry, the oldest first. One query."""
    rows = Change.objects.using(PUBLISHED).filter(record=record, seq__gt=seq, change_kind=ChangeKind.CORRECTION)
    return list(rows.order_by("seq").defer("refs", "chain"))


def newest(record: UUID) -> Change | None:
    """The entry of the newest version. One query."""
    return all_versions(record).order_by("-version").first()


def published_as(record: UUID, number: int) -> Change | None:
    """The entry that published a version. One query."""
    return all_versions(record).filter(version=number).first()


def body_of(digest: str) -> str | None:
    """A document to the letter; None if it was taken down. One query."""
    return PublicDocument.objects.using(PUBLISHED).filter(digest=digest).values_list("body", flat=True).first()


def taken_down_by(entry: Change) -> Change | None:
    """The entry that took a version down. One query."""
    rows = Change.objects.using(PUBLISHED).filter(record=entry.record, seq__gt=entry.seq, action=Action.TAKE_DOWN)
    return rows.order_by("seq").first()


def all_versions(record: UUID) -> QuerySet[Change]:
    """The entries that published versions of a record."""
    return Change.objects.using(PUBLISHED).filter(record=record, action=Action.PUBLISH)


def kept(digests: Iterable[str]) -> set[str]:
    """Those of some documents that can still be read: the others were taken down. One query."""
    rows = PublicDocument.objects.using(PUBLISHED).filter(digest__in=set(digests))
    return set(rows.values_list("digest", flat=True))


def documents(digests: Iterable[str]) -> dict[str, Document]:
    """The documents that can still be read, by digest. One query."""
    rows = PublicDocument.objects.using(PUBLISHED).filter(digest__in=set(digests))
    return {digest: upgraded(json.loads(body)) for digest, body in rows.values_list("digest", "body")}


# Versions -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """A version as its document says it."""

    entry: Change
    document: Document
    others: dict[UUID, Stub] = field(default_factory=dict)
    """The records that it names, as they were called then."""

    @property
    def number(self) -> int:
        return self.entry.version

    @property
    def kind(self) -> type[Kind]:
        return KINDS[self.document["kind"]]

    @property
    def title(self) -> str:
        return self.document["fields"]["title"]

    def text(self, name: str) -> str:
        """What a field of the document says."""
        return self.document["fields"].get(name) or ""

    @property
    def names(self) -> dict[str, str]:
        return {str(pk): stub.title for pk, stub in self.others.items()}

    @property
    def paths(self) -> dict[UUID, str]:
        return {pk: stub.path for pk, stub in self.others.items() if stub.path}

    @cached_property
    def _said(self) -> Differences:
        return differences(None, self.document, self.names)

    def fields(self, *, facts: bool) -> list[tuple[str, str]]:
        """The short fields, label and words: those that state facts, or those about the text."""
        heading = {label_of(self.kind, name) for name in AT_HEAD}
        return [(one.label, one.after) for one in self._said.fields if one.fact == facts and one.label not in heading]

    def texts(self) -> list[tuple[str, list[str]]]:
        """The longer texts besides summary and body: label and paragraphs."""
        own = {label_of(self.kind, name) for name in ("summary", "body")}
        return [
            (one.label, ["".join(bit.text for bit in paragraph) for paragraph in one.paragraphs])
            for one in self._said.texts
            if one.label not in own
        ]

    @cached_property
    def _rows(self) -> dict[str, dict[str, Said]]:
        return rows_said(self.document, self.names)

    def lists(self) -> list[tuple[str, list[Said]]]:
        """What the record owns, citations left out: the label of each list and its rows in words."""
        return [
            (label_of(self.kind, name), self._in_order(name))
            for name in owned_rows(self.kind)
            if name not in ("citations", "aliases") and self._rows.get(name)
        ]

    def citations(self) -> list[Said]:
        """What the version rests on, in the order in which its notes are numbered."""
        return self._in_order("citations")

    def notes_of(self, slug: str, place: str) -> list[int]:
        """The numbers of the notes that a text means by the slug of a source, and the place in it."""
        rows = self._ordered("citations")
        mine = [
            (number, row["locator"])
            for number, row in enumerate(rows, 1)
            if (source := self.others.get(UUID(row["source"]))) and source.slug == slug
        ]
        return [number for number, locator in mine if not place or locator.casefold() == place.casefold()]

    def _ordered(self, name: str) -> list[dict]:
        return sorted(self.document["rows"].get(name, ()), key=lambda row: (row["position"], row["id"]))

    def _in_order(self, name: str) -> list[Said]:
        return [self._rows[name][row["id"]] for row in self._ordered(name)]


def version(entry: Change) -> Version | None:
    """The version that an entry published; None if its text was taken down. Five queries at most."""
    document = documents([entry.digest]).get(entry.digest)
    return Version(entry, document, called_then(references(document), _together(entry))) if document else None


def _together(entry: Change) -> int:
    """The seq up to which records may be named: what was published together may name each other in any order."""
    if not entry.release:
        return entry.seq
    rows = Change.objects.using(PUBLISHED).filter(release=entry.release)
    return rows.aggregate(last=Max("seq"))["last"]


def called_then(ids: Iterable[UUID], seq: int) -> dict[UUID, Stub]:
    """Records as they were called, and where they stood, when the log was at an entry; those taken down are missing.

    Two queries, and two more for the series of editions.
    """
    if not (ids := set(ids)):
        return {}
    changes = Change.objects.using(PUBLISHED).filter(action=Action.PUBLISH)
    last = changes.filter(record__in=ids, seq__lte=seq).order_by().values("record").annotate(last=Max("seq"))
    rows = list(changes.filter(seq__in=last.values("last")).values_list("record", "kind", "slug", "digest"))
    told = documents(digest for *_, digest in rows)
    series_ids = {
        pk: UUID(told[digest]["fields"]["series"])
        for pk, kind, _, digest in rows
        if kind == "edition" and digest in told
    }
    series = called_then(series_ids.values(), seq)
    found = {}
    for pk, kind, slug, digest in rows:
        if digest in told:
            of = series.get(series_ids[pk]) if pk in series_ids else None
            found[pk] = Stub(pk, kind, slug, told[digest]["fields"]["title"], of.slug if of else "")
    return found


def compared(before: Version, after: Version) -> Differences:
    """What the one says that the other doesn't; other records stand under what they were called for the later one."""
    return differences(before.document, after.document, before.names | after.names)

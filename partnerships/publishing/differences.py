"""What differs between two documents of one record, said as an editor would say it.

Data, not HTML: labels, words, and which words went or came. No ids and no JSON: references are titles, dates are words,
choices are their labels, and an owned row is a name ("Partnership for Peace") with a sentence ("active from 3 April 2008").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst

from partnerships.models import (
    KINDS,
    MARKDOWN,
    Citation,
    EdtfField,
    EndIs,
    Focus,
    Kind,
    Link,
    Membership,
    Name,
    Participant,
    Participation,
    Period,
    Record,
    Rendition,
    Row,
    SeveralField,
    with_addresses,
    with_pictures,
    words,
)
from partnerships.models.choices import labels

from .documents import Document, columns, instances, owned_rows
from .wording import stated as stated_in

GONE = "a record that is gone"
PERIOD = ("start", "end", "end_is")
WORD = r"\w+(?:[^\w\s]+\w+)*\s*|[^\w\s]+\s*"
"""A word with what stands inside it (1,000; counter-terrorism; nato.int), or marks by themselves; with the space behind."""
MOST_PARAGRAPHS = 400
MOST_PAIRS = 4_000_000
"""Two texts of so many pairs of words or paragraphs aren't matched word by word: it would take seconds."""


class Bit(NamedTuple):
    """A stretch of text. `sign` is "same", "del" (it went), "ins" (it came) or "skip" (`text` says what is left out)."""

    sign: str
    text: str


@dataclass(frozen=True)
class FieldChange:
    """A field that says something else. Empty words: nothing stood, or stands, there."""

    label: str
    before: str
    after: str
    fact: bool


@dataclass(frozen=True)
class TextChange:
    """A prose field, paragraph by paragraph. It is a fact that differs if a number, date or name does."""

    label: str
    paragraphs: tuple[tuple[Bit, ...], ...]
    fact: bool


@dataclass(frozen=True)
class RowChange:
    """An owned row that came, went, or says something else."""

    sign: str
    name: str
    bits: tuple[Bit, ...]

    def __str__(self) -> str:
        match self.sign:
            case "changed":
                before = "".join(bit.text for bit in self.bits if bit.sign != "ins").strip()
                after = "".join(bit.text for bit in self.bits if bit.sign != "del").strip()
                return f"{self.name}: {after} (was: {before})"
            case _:
                said = "".join(bit.text for bit in self.bits).strip()
                return f"{self.name}: {said}, {self.sign}" if said else f"{self.name}, {self.sign}"


@dataclass(frozen=True)
class ListChange:
    """A list of owned rows in which something differs; `same` rows don't."""

    label: str
    rows: tuple[RowChange, ...]
    same: int
    fact: bool


@dataclass(frozen=True)
class Differences:
    """All that differs. False when nothing does."""

    fields: tuple[FieldChange, ...]
    texts: tuple[TextChange, ...]
    lists: tuple[ListChange, ...]

    def __bool__(self) -> bool:
        return bool(self.fields or self.texts or self.lists)

    def __len__(self) -> int:
        return len(self.fields) + len(self.texts) + sum(len(part.rows) for part in self.lists)

    @property
    def labels(self) -> tuple[str, ...]:
        """What differs, in a word each: "Capital", "Summary", "2 memberships"."""
        named = [change.label for change in self.fields] + [change.label for change in self.texts]
        return (*named, *(f"{part.label} ({len(part.rows)})" for part in self.lists))

    def sentences(self) -> Iterator[str]:
        """Each difference as one plain sentence."""
        for change in self.fields:
            yield f"{change.label}: {change.after or 'empty'} (was: {change.before or 'empty'})"
        for text in self.texts:
            yield f"{text.label}: the text differs"
        for part in self.lists:
            yield from (str(row) for row in part.rows)


# Comparing --------------------------------------------------------------------------------------------------------------


def differences(before: Document | None, after: Document, names: Mapping[str, str]) -> Differences:
    """What `after` says that `before` doesn't, and the other way round. Without `before`, everything is new.

    `names` are the titles of the records that they point at, by id.
    """
    kind = KINDS[after["kind"]]
    facts = kind.facts()
    old = before["fields"] | {"slug": before["slug"]} if before else None
    new = after["fields"] | {"slug": after["slug"]}
    fields: list[FieldChange] = []
    texts: list[TextChange] = []
    for field in _fields(kind):
        label, say = label_of(kind, field.name), _saying(kind, field, names)
        was, now = say(old) if old else "", say(new)
        if was == now or (old is None and new[field.name] is False):
            continue
        if isinstance(field, models.TextField):
            stated = stated_in(old[field.name] if old else "", new[field.name])
            texts.append(TextChange(label, prose(was, now), field.name in facts or bool(stated)))
        else:
            fields.append(FieldChange(label, was, now, field.name in facts))
    return Differences(tuple(fields), tuple(texts), tuple(_lists(kind, before, after, names)))


def _fields(kind: type[Kind]) -> list[models.Field]:
    """The fields of a document: names first, then what is the kind's own, then how the text stands."""
    slug = Record._meta.get_field("slug")
    held = [slug, *(field for field in kind._meta.concrete_fields if field in columns(kind))]
    first = {"title": 0, "short_title": 1, "slug": 2}
    held.sort(key=lambda field: first.get(field.name, 4 if field.model is Record else 3))
    within_period = {"end", "end_is"} if issubclass(kind, Period) else set()
    return [field for field in held if field.name not in within_period]


def _saying(kind: type[Kind], field: models.Field, names: Mapping[str, str]) -> Callable[[dict], str]:
    """How to say the value of a field. The three fields of a period are said together, under the first."""
    if issubclass(kind, Period) and field.name == "start":
        return lambda values: kind(**{name: values[name] for name in PERIOD}).period_words()
    if field.name in MARKDOWN:  # a link reads as its record's title, not as an id

        def called(pk: UUID) -> str:
            return f"→ {names.get(str(pk), GONE)}"

        return lambda values: with_addresses(with_pictures(values.get(field.name) or "", called), called)
    if field.name == "unsourced":
        return lambda values: ", ".join(_known(kind, name) for name in (values.get(field.name) or "").split())
    return lambda values: value_words(field, values.get(field.name), names)


def label_of(kind: type[Kind], name: str) -> str:
    """What a field, or a list of owned rows, is called on the form."""
    if name == "start" and issubclass(kind, Period):
        return "Period"
    if rows := owned_rows(kind).get(name):
        return capfirst(str(rows._meta.verbose_name_plural))
    return capfirst(str(getattr(kind._meta.get_field(name), "verbose_name", name)))


def _known(kind: type[Kind], name: str) -> str:
    """The label of what somebody called a field; what is none stays as it was typed."""
    try:
        return label_of(kind, name)
    except FieldDoesNotExist:
        return name


def value_words(field: models.Field, value, names: Mapping[str, str]) -> str:
    """The value of a document's field as an editor would say it; empty when there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.is_relation:
        return names.get(str(value), GONE)
    if isinstance(field, SeveralField):
        return ", ".join(labels(field.of, value)) if field.of else value
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateField | EdtfField):
        return words(str(value))
    return str(value)


# Owned rows -------------------------------------------------------------------------------------------------------------


def _lists(
    kind: type[Kind], before: Document | None, after: Document, names: Mapping[str, str]
) -> Iterator[ListChange]:
    was, now = (rows_said(document, names) if document else {} for document in (before, after))
    facts = kind.facts()
    for name, model in owned_rows(kind).items():
        old, new = (
            {row["id"]: row for row in (document["rows"].get(name, ()) if document else ())}
            for document in (before, after)
        )
        if old == new:
            continue
        changes = [_alone("removed", "del", was[name][pk]) for pk in old.keys() - new.keys()]
        changes += [_alone("added", "ins", now[name][pk]) for pk in new.keys() - old.keys()]
        changes += [
            _changed(was[name][pk], now[name][pk], model, old[pk], new[pk], names)
            for pk in old.keys() & new.keys()
            if old[pk] != new[pk]
        ]
        order = ("changed", "added", "removed")
        changes.sort(key=lambda change: (order.index(change.sign), change.name, change.bits))
        same = sum(old.get(pk) == row for pk, row in new.items())
        yield ListChange(label_of(kind, name), tuple(changes), same, name in facts)


def _alone(sign: str, mark: str, row: Said) -> RowChange:
    return RowChange(sign, row.name, (Bit(mark, row.words),) if row.words else ())


def _changed(was: Said, now: Said, model: type[Row], old: dict, new: dict, names: Mapping[str, str]) -> RowChange:
    """A row of which something differs. What its sentence leaves out (its place in the order) is said by field."""
    if was == now:
        fields = [field for field in columns(model) if old.get(field.name) != new.get(field.name)]
        before, after = (
            "; ".join(f"{f.verbose_name} {value_words(f, row.get(f.name), names) or 'empty'}" for f in fields)
            for row in (old, new)
        )
        return RowChange("changed", now.name, _words(before, after))
    bits = _words(was.words, now.words)
    if was.name != now.name:
        bits = (Bit("del", f"{was.name} "), Bit("ins", f"{now.name} "), *bits)
    return RowChange("changed", now.name, bits)


class Said(NamedTuple):
    """An owned row in words: what it is about, and what it says of it."""

    name: str
    words: str

    def __str__(self) -> str:
        return f"{self.name}, {self.words}" if self.words else self.name

    @property
    def brief(self) -> str:
        """Without the note on it."""
        first = self.words.partition("; ")[0]
        return f"{self.name}, {first}" if first else self.name


def rows_said(document: Document, names: Mapping[str, str]) -> dict[str, dict[str, Said]]:
    """All owned rows of a document in words: by list, then by id."""
    kind = KINDS[document["kind"]]
    rows = instances(document)[1]
    cited = rows.pop("citations")
    found = {name: {str(row.pk): said(row, names) for row in part} for name, part in rows.items()}
    supported = {pk: row.brief for part in found.values() for pk, row in part.items()}
    return found | {"citations": {str(row.pk): said(row, names, kind=kind, rows=supported) for row in cited}}


def said(
    row: Row, names: Mapping[str, str], *, kind: type[Kind] | None = None, rows: Mapping[str, str] | None = None
) -> Said:
    """An owned row in words. `names` are titles by id; `kind` and `rows` (words by id) say what a citation supports."""

    def title(field: str) -> str:
        return names.get(str(getattr(row, f"{field}_id")), GONE)

    match row:
        case Membership():
            scope = f" ({row.get_scope_display()})" if row.scope else ""
            ended = f", {row.get_end_reason_display()}" if row.end_reason else ""
            status = str(row.get_status_display()).lower()
            return Said(title("framework"), _with(f"{status}{scope} {row.period_words()}{ended}", row.note))
        case Participation():
            return Said(title("programme"), _with(row.period_words(), row.note))
        case Name():
            return Said(row.name, _with(f"{row.get_type_display()} {row.period_words()}", row.note))
        case Focus():
            dated = row.start or row.end or row.end_is != EndIs.OPEN
            return Said(title("topic"), _with(row.period_words() if dated else "", row.note))
        case Participant():
            who = title("partner") if row.partner_id else f"{row.name} ({row.code})"
            return Said(who, _with(str(row.get_role_display()).lower(), row.note))
        case Link():
            return Said(title("other"), _with(f"this {row.get_relation_display()} it", row.note))
        case Citation():
            return Said(title("source"), _citation(row, kind, rows or {}))
        case Rendition():
            return Said(f"{row.width} × {row.height}", f"{row.media_type}, {row.bytes} bytes")
    return Said(str(row), "")


def _with(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _citation(row: Citation, kind: type[Kind] | None, rows: Mapping[str, str]) -> str:
    what = "the record as a whole"
    if row.field:
        what = label_of(kind, row.field) if kind and row.field in kind.citable() else row.field
    elif row.row:
        what = rows.get(str(row.row), "a row that is gone")
    checked = f"checked on {words(str(row.checked_on))}" if row.checked_on else ""
    if checked and row.checked_as:
        checked += f" by {row.checked_as}"
    return _with(
        f"{row.get_stance_display()} {what}",
        row.locator,
        f"“{row.quotation}”" if row.quotation else "",
        checked,
        f"read as {row.get_read_as_display()}" if row.read_as else "",
        f"verified on {words(str(row.verified_on))}" if row.verified_on else "",
    )


# Prose ------------------------------------------------------------------------------------------------------------------


def prose(before: str, after: str) -> tuple[tuple[Bit, ...], ...]:
    """Two texts, paragraph by paragraph: unchanged ones are counted, in the others words are marked."""
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[tuple[Bit, ...]] = []
    for tag, i, j, k, l in _steps(old, new):  # noqa: E741 (difflib's own names)
        if tag == "equal":
            found.append((Bit("skip", f"{j - i} paragraph{'s' if j - i > 1 else ''} unchanged"),))
        elif j - i == l - k:
            found += [_words(a, b) for a, b in zip(old[i:j], new[k:l])]
        else:
            found += _paired(old[i:j], new[k:l])
    return tuple(found)


def _paired(old: list[str], new: list[str]) -> Iterator[tuple[Bit, ...]]:
    """Paragraphs of which some came or went: those that say much the same are compared, in their order."""
    if len(old) * len(new) > MOST_PARAGRAPHS:
        yield from ((Bit("del", text),) for text in old)
        yield from ((Bit("ins", text),) for text in new)
        return
    for text in old:
        pair = next((n for n, other in enumerate(new) if _alike(text, other)), None)
        if pair is None:
            yield (Bit("del", text),)
            continue
        yield from ((Bit("ins", other),) for other in new[:pair])
        yield _words(text, new[pair])
        new = new[pair + 1 :]
    yield from ((Bit("ins", text),) for text in new)


def _alike(one: str, other: str) -> bool:
    """Whether half of the words of two paragraphs are the same, in their order."""
    words = re.findall(r"\w+", one), re.findall(r"\w+", other)
    if len(words[0]) * len(words[1]) > MOST_PAIRS:
        return False
    matcher = SequenceMatcher(None, *words, autojunk=False)
    return matcher.quick_ratio() >= 0.5 and matcher.ratio() >= 0.5


def _paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n[ \t]*\n\s*", text.strip()) if part]


def _words(before: str, after: str) -> tuple[Bit, ...]:
    """Two stretches of text, word by word; a comma or full stop behind a word is one of its own."""
    old, new = (re.findall(WORD, text) for text in (before, after))
    bits: list[Bit] = []
    for tag, i, j, k, l in _steps([word.strip() for word in old], [word.strip() for word in new]):  # noqa: E741 (difflib's own names)
        if tag == "equal":
            bits.append(Bit("same", "".join(new[k:l])))
            continue
        if i < j:
            bits.append(Bit("del", "".join(old[i:j])))
        if k < l:
            bits.append(Bit("ins", "".join(new[k:l])))
    return tuple(bits)


def _steps(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(old) * len(new) > MOST_PAIRS:
        return [("replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()

"""The facts of a record as label and value, by kind.

Some hold on every day, or say their own day; the others are those of the day that the text describes, and stand with the
text when a page is turned to another day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from partnerships.models import InForce, Kind, Name
from partnerships.models.choices import labels
from partnerships.queries.as_of import Day
from partnerships.queries.records import Stub, stub_of

from .days import by
from .wording import number, upfirst, written


@dataclass(frozen=True)
class Fact:
    """One fact. Its value is words, a partial date, a record or an address of the web; `aside` qualifies it."""

    label: str
    field: str
    words: str = ""
    day: str = ""
    record: Stub | None = None
    web: str = ""
    aside: str = ""
    timeless: bool = True
    """Whether it can stand under any day."""

    def __bool__(self) -> bool:
        return bool(self.words or self.day or self.record or self.web)


def facts_of(record: Kind, day: Day) -> list[Fact]:
    """The facts of a record that its page may show, empty ones left out."""
    make = FACTS.get(record.kind)
    return [fact for fact in make(record, day) if fact] if make else []


# By kind --------------------------------------------------------------------------------------------------------------


def _choice(record: Kind, label: str, field: str, **more: Any) -> Fact:
    words = getattr(record, f"get_{field}_display")() if getattr(record, field) else ""
    return Fact(label, field, words=upfirst(str(words)), **more)


def _several(record: Kind, label: str, field: str, **more: Any) -> Fact:
    choices = record._meta.get_field(field).of
    return Fact(label, field, words=", ".join(labels(choices, getattr(record, field))), **more)


def _record(label: str, field: str, thing: Kind | None, **more: Any) -> Fact:
    return Fact(label, field, record=stub_of(thing) if thing else None, **more)


def _official(record: Kind) -> Fact:
    return Fact(_("Official page"), "official_address", web=record.official_address)


def _period(record: Kind, day: Day, begun: str, closed: str) -> list[Fact]:
    """The life of a framework or programme. An end that came after the day is not known on it."""
    start = Fact(begun, "start", day=record.start, words="" if record.start else _("day unknown"))
    ended = record.end and (not day.dated or bool(record.to_earliest and record.to_earliest <= day.day))
    return [start, Fact(closed, "end", day=record.end if ended else "", aside=_through(record) if ended else "")]


def _through(record: Kind) -> str:
    return _("last day, month or year in force") if record.end_is == "through" else _("first day no longer in force")


def framework(record, day: Day) -> Iterable[Fact]:
    yield _choice(record, _("Type"), "type")
    yield from _period(record, day, _("Founded"), _("Closed"))
    yield Fact(_("Founding document"), "founding_document", words=record.founding_document)
    yield Fact(_("Area"), "scope", words=record.scope)
    yield Fact(
        _("Mutual defence"),
        "mutual_defence",
        words=record.mutual_defence_note or (_("Yes") if record.mutual_defence else _("None")),
    )
    if record.successor and (not day.dated or record.in_force(day.day) == InForce.NO):
        yield _record(_("Followed by"), "successor", record.successor)
    yield _choice(record, _("Instrument"), "instrument")
    yield _official(record)


def programme(record, day: Day) -> Iterable[Fact]:
    yield _choice(record, _("Instrument"), "instrument")
    yield from _period(record, day, _("Started"), _("Closed"))
    yield _official(record)


def partner(record, day: Day) -> Iterable[Fact]:
    yield Fact(_("Official name"), "official_name", words=record.official_name, timeless=False)
    yield Fact(_("Capital"), "capital", words=record.capital, timeless=False)
    yield _record(_("Region"), "region", record.region)
    yield Fact(_("Codes"), "iso2", words=", ".join(_codes(record, day)), aside=_code_scheme(record))
    if by(record.relations_since, day):
        yield Fact(_("Relations since"), "relations_since", day=record.relations_since)
    if by(record.aspiration_since, day):
        since = _("declared %(day)s") % {"day": written(record.aspiration_since)} if record.aspiration_since else ""
        yield _choice(
            record,
            _("Wish to join"),
            "aspiration",
            aside="; ".join(filter(None, (since, record.aspiration_note))),
            timeless=False,
        )
    yield Fact(_("Membership of the Alliance"), "membership_note", words=record.membership_note, timeless=False)
    yield Fact(_("Place"), "location_note", words=record.location_note, timeless=False)
    yield Fact(_("Key dates"), "key_dates", words=record.key_dates, timeless=False)
    yield _official(record)


def _codes(record, day: Day) -> list[str]:
    """The codes of the day: a dated one that surely held then, else the record's own."""
    held = {row.type: row.name for row in record.names.all() if row.in_force(day.day) == InForce.YES}
    return list(filter(None, (held.get(Name.Type.ALPHA2, record.iso2), held.get(Name.Type.ALPHA3, record.iso3))))


def _code_scheme(record) -> str:
    return f"ISO 3166-1, {record.get_code_status_display()}"


def exercise(record, day: Day) -> Iterable[Fact]:
    yield _choice(record, _("Relationship to NATO"), "relationship", timeless=False)
    yield Fact(_("Led by"), "led_by", words=record.led_by, timeless=False)
    yield _choice(record, _("Form"), "form")
    yield _choice(record, _("Domain"), "domain")
    yield _several(record, _("Focus"), "focus", timeless=False)
    yield Fact(_("First held"), "first_held", day=record.first_held)
    yield Fact(_("Frequency"), "frequency", words=record.frequency, timeless=False)
    yield _official(record)


def edition(record, day: Day) -> Iterable[Fact]:
    yield _record(_("Series"), "series", record.series)
    yield Fact(_("First day"), "first_day", day=record.first_day)
    yield Fact(_("Last day"), "last_day", day=record.last_day)
    yield Fact(_("Place"), "place", words=record.place)
    if record.personnel:
        yield Fact(_("Personnel"), "personnel", words=_("about %(number)s") % {"number": number(record.personnel)})
    if record.nations:
        yield Fact(_("Nations"), "nations", words=str(record.nations), aside=_("as the source states"))
    yield _official(record)


def institution(record, day: Day) -> Iterable[Fact]:
    yield _choice(record, _("Type"), "type")
    yield _record(_("Host"), "host", record.host)
    yield Fact(_("Host"), "host_name", words=record.host_name, aside=record.host_code)
    yield Fact(_("Opened"), "opened", day=record.opened, aside=_("or recognised as such a centre"))
    yield _official(record)


def objective(record, day: Day) -> Iterable[Fact]:
    yield _record(_("Part of"), "parent", record.parent)


def threat(record, day: Day) -> Iterable[Fact]:
    yield Fact(
        _("Crosses borders"), "transnational", words=_("Yes") if record.transnational else _("Not by its nature")
    )


def activity(record, day: Day) -> Iterable[Fact]:
    yield _choice(record, _("Instrument"), "instrument")
    yield _several(record, _("Benefits"), "benefits")
    yield _several(record, _("Outcomes"), "outcomes")
    yield _choice(record, _("For exercises"), "exercise_role")


def challenge(record, day: Day) -> Iterable[Fact]:
    yield _choice(record, _("Category"), "category")
    yield Fact(_("Effect"), "effect", words=record.effect, timeless=False)
    yield _choice(record, _("Severity"), "severity", aside=_("an editorial judgement"), timeless=False)


def assessment(record, day: Day) -> Iterable[Fact]:
    yield _choice(record, _("Type"), "type")
    yield _choice(record, _("Direction"), "direction", timeless=False)
    yield _choice(record, _("Basis"), "basis", timeless=False)
    yield _choice(record, _("Level of evidence"), "evidence", timeless=False)


def casestudy(record, day: Day) -> Iterable[Fact]:
    yield _record(_("Partner"), "partner", record.partner)
    yield from _period(record, day, _("Covers from"), _("Covers until"))


def milestone(record, day: Day) -> Iterable[Fact]:
    yield Fact(_("Date"), "date", day=record.date)
    yield _choice(record, _("Type"), "type")


def source(record, day: Day) -> Iterable[Fact]:
    yield Fact(_("Publisher"), "publisher", words=record.publisher)
    yield Fact(_("Author"), "author", words=record.author)
    yield Fact(_("Published or updated"), "published", day=record.published)
    yield Fact(_("Address"), "web_address", web=record.web_address)
    yield Fact(_("Archived copy"), "archive_address", web=record.archive_address)
    if record.retrieved_on:
        yield Fact(_("Last opened"), "retrieved_on", day=record.retrieved_on.isoformat())
    yield _choice(record, _("Tier"), "tier")
    yield Fact(_("Language"), "language", words=record.language)
    yield Fact(_("Licence"), "licence", words=record.licence)


FACTS: dict[str, Callable[[Any, Day], Iterable[Fact]]] = {
    make.__name__: make
    for make in (
        framework,
        programme,
        partner,
        exercise,
        edition,
        institution,
        objective,
        threat,
        activity,
        challenge,
        assessment,
        casestudy,
        milestone,
        source,
    )
}


def texts_of(record: Kind) -> list[tuple[str, str, str]]:
    """The longer texts of a record besides summary and body: label, field and text. They describe the day of the text."""
    labelled = {
        "purpose": _("Purpose"),
        "mitigation": _("What is done about it"),
        "aims": _("Aims"),
        "measures": _("Measures"),
        "results": _("Results"),
        "limits": _("Limits"),
    }
    return [(label, name, text) for name, label in labelled.items() if (text := getattr(record, name, ""))]

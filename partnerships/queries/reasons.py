"""Why a search found what it found: the title, another name, a code, or the text, in a word and as it is written there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from partnerships.models import Alias, InForce, Name, Partner, Record
from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public

from .hits import Hits, plain


class Where(TextChoices):
    """Where the words of a search were found."""

    TITLE = "title", _("in the title")
    NAME = "name", _("other name")
    FORMER = "former_name", _("former name")
    ACRONYM = "acronym", _("acronym")
    CODE = "code", _("code")
    ADDRESS = "former_address", _("former address")
    SOME = "title_and_text", _("some words in the title or another name, the others in the text")
    TEXT = "text", _("in the text")


class Reason(NamedTuple):
    """What made a record a result. `said` is the name or code as it is written; empty for titles and texts."""

    where: Where
    said: str = ""


def reasons(entries: Iterable[SearchEntry], hits: Hits, day: date) -> dict[UUID, Reason]:
    """Why each of the entries was found, by record. A name is a former one if it was no more on the day.

    Four queries at most, none when titles and texts tell it all.
    """
    found, named = {}, {}
    for entry in entries:
        if hits.all_in(entry.title):
            found[entry.record] = Reason(Where.TITLE)
        elif said := _best(entry.names.splitlines(), hits):
            named[entry.record] = said
        else:
            some = hits.any_in(f"{entry.title}\n{entry.names}")
            found[entry.record] = Reason(Where.SOME if some else Where.TEXT)
    what = _what_names_are(list(named), day)
    return found | {pk: Reason(what.get((pk, said), Where.NAME), said) for pk, said in named.items()}


def _best(names: list[str], hits: Hits) -> str:
    """The name that the words are, or else the shortest that holds them."""
    return min((name for name in names if hits.all_in(name)), key=len, default="")


def _what_names_are(records: list[UUID], day: date) -> dict[tuple[UUID, str], Where]:
    """What each name and code of the records is, by record and name."""
    if not records:
        return {}
    what: dict[tuple[UUID, str], Where] = {}
    for pk, slug in public(Alias).filter(record__in=records).values_list("record", "slug"):
        what[pk, slug] = Where.ADDRESS
    for row in public(Name).filter(partner__in=records):
        if row.type in (Name.Type.ALPHA2, Name.Type.ALPHA3):
            what[row.partner_id, row.name] = Where.CODE
        elif row.in_force(day) == InForce.NO:
            what[row.partner_id, row.name] = Where.FORMER
        else:
            what[row.partner_id, row.name] = Where.ACRONYM if row.type == Name.Type.ACRONYM else Where.NAME
    for pk, short in public(Record).filter(pk__in=records).order_by().values_list("pk", "short_title"):
        what[pk, short] = Where.ACRONYM if is_acronym(short) else Where.NAME
    for pk, *codes in public(Partner).filter(pk__in=records).order_by().values_list("pk", "iso2", "iso3"):
        what |= {(pk, code): Where.CODE for code in codes}
    return what


def is_acronym(name: str) -> bool:
    """Whether a short name is one word with more than one capital: PfP and NUC, but not Türkiye."""
    return " " not in name and sum(letter.isupper() for letter in name) > 1 and plain(name) != name

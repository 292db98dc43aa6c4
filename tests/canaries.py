"""A world in which every text of every kind, in every state, holds a word of its own, found by introspection.

A word of what isn't public must turn up nowhere in public. A new field gets its word the day it appears; one that can
hold none has to be named here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from string import ascii_uppercase

from django.db import models

from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.saving import record_saved
from partnerships.models import KINDS, EdtfField, Kind, Participant, Record, SeveralField
from partnerships.publishing.documents import columns, owned_rows

NO_WORD = {"iso2", "iso3", "code", "host_code"}  # two or three capital letters


@dataclass
class Canaries:
    """The words by where they stand: (state, kind, table, field) → word."""

    words: dict[tuple[str, str, str, str], str] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    codes = iter(["".join(pair) for pair in product(ascii_uppercase, repeat=2)])

    def word(self, state: str, kind: str, table: str, name: str) -> str:
        key = (state, kind, table, name)
        return self.words.setdefault(key, f"zq{len(self.words):05x}q")

    def of(self, *states: str, but: tuple[str, ...] = ()) -> dict[str, tuple]:
        """word → where it stands, for states; `but` leaves out fields of the record itself."""
        return {
            word: key
            for key, word in self.words.items()
            if key[0] in states and not (key[3] in but and key[2] == key[1])
        }


def can_hold_a_word(column: models.Field) -> bool:
    text = isinstance(column, (models.CharField, models.TextField))
    bound = isinstance(column, (SeveralField, EdtfField)) or column.choices or column.name in NO_WORD
    return text and not bound


def fill(canaries: Canaries, state: str, kind: type[Kind], model: type[models.Model], hub: dict[str, Record]) -> dict:
    """Values for all fields of a model: words in texts, public records behind foreign keys, defaults elsewhere."""
    values: dict = {}
    for column in columns(model):
        table = kind.kind_name() if model is kind else model._meta.model_name
        if can_hold_a_word(column):
            word = canaries.word(state, kind.kind_name(), table, column.name)
            values[column.name] = f"https://{word}.example.org/" if isinstance(column, models.URLField) else word
        elif column.name in NO_WORD:
            code = next(canaries.codes)
            values[column.name] = code if column.max_length == 2 else f"{code}Q"
        elif column.is_relation:
            any_other = "framework" if kind.kind_name() == "region" else "region"
            wanted = any_other if column.related_model is Record else column.related_model._meta.model_name
            itself = model is kind and wanted == kind.kind_name()
            values[column.attname] = hub[wanted].pk if wanted in hub and not itself else None
        elif isinstance(column, EdtfField):
            values[column.name] = "" if column.name == "end" else "2001"
        elif column.choices and not column.has_default() and not column.blank:
            values[column.name] = column.choices[0][0]
        elif isinstance(column, models.IntegerField) and not column.null and not column.has_default():
            values[column.name] = 1
    if model is Participant:
        values |= {"partner_id": None}
    return values


def write(canaries: Canaries, state: str, kind: type[Kind], hub: dict[str, Record], record: Kind | None = None) -> Kind:
    """Save a record of a kind, or a new text of one, with a row of each sort that it owns."""
    word = canaries.word(state, kind.kind_name(), kind.kind_name(), "slug")
    record = record or kind()
    for name, value in ({"slug": word} | fill(canaries, state, kind, kind, hub)).items():
        setattr(record, name, value)
    record.save()
    for model in owned_rows(kind).values() if len(hub) == len(KINDS) else ():
        model.objects.filter(**{model.owner: record.pk}).delete()
        model.objects.create(**{f"{model.owner}_id": record.pk} | fill(canaries, state, kind, model, hub))
    record_saved(record, by="anna", expected=record.version)
    return record


def make_canaries() -> Canaries:
    """Every kind: public, never public (draft), changed since, retracted, taken down."""
    canaries, hub = Canaries(), {}
    for kind in sorted(KINDS.values(), key=depth):
        hub[kind.kind_name()] = canaries.records["public", kind.kind_name()] = write(canaries, "public", kind, hub)
    for kind in KINDS.values():  # once more, now that there is something of every kind to point at
        write(canaries, "public", kind, hub, hub[kind.kind_name()])
    publish(list(hub.values()), by="chiara", title="Canaries")
    for state, kind in product(("draft", "before", "retracted", "taken"), KINDS.values()):
        canaries.records[state, kind.kind_name()] = write(canaries, state, kind, hub)

    def those(state: str) -> list[Record]:
        return [canaries.records[state, name] for name in KINDS]

    publish(those("before") + those("retracted") + those("taken"), by="chiara", title="More canaries")
    for name, kind in KINDS.items():
        changed = kind.objects.get(pk=canaries.records["before", name].pk)
        canaries.records["changed", name] = write(canaries, "changed", kind, hub, changed)
    withdraw(those("retracted"), by="chiara", note="For a reason.")
    withdraw(those("taken"), by="dag", note="For a reason.", action="take_down")
    return canaries


def depth(kind: type[Kind]) -> int:
    """How many kinds have to be there first: those behind foreign keys that can't be empty."""
    needed = [
        column.related_model
        for model in (kind, *owned_rows(kind).values())
        for column in columns(model)
        if column.is_relation and not column.null and column.related_model in KINDS.values()
    ]
    return 1 + max((depth(other) for other in needed if other is not kind), default=0)


def fields_without_a_word(canaries: Canaries) -> list[str]:
    """Text fields in which no word stands: the sweep would be blind there."""
    have = Counter((key[2], key[3]) for key in canaries.words)
    return [
        f"{model._meta.model_name}.{column.name}"
        for kind in KINDS.values()
        for model in (kind, *owned_rows(kind).values())
        for column in columns(model)
        if isinstance(column, (models.CharField, models.TextField))
        and can_hold_a_word(column)
        and not have[kind.kind_name() if model is kind else model._meta.model_name, column.name]
    ]

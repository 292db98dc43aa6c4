"""A crowded world: three records of every kind, each field filled, the first with one owned row of each sort, the last with
three. For tests that look at every field of every kind."""

from __future__ import annotations

import hashlib
from datetime import date

from django.db import models

from partnerships.editorial.publication import publish
from partnerships.editorial.saving import record_saved
from partnerships.models import (
    KINDS,
    EdgeField,
    EdtfField,
    Framework,
    Kind,
    Link,
    Partner,
    Record,
    Region,
    Row,
    SeveralField,
    Source,
    Term,
)
from tests.world import make_cast

PICTURE = b"not really a picture"
"""What every rendition holds: its file is named by the digest."""
HOW_MANY = 3
LETTERS = "ABC"
ORDINALS = ("first", "second", "third")


def make_crowd() -> None:
    make_cast()
    made: dict[type[models.Model], list[Kind]] = {}
    for kind in (Source, *(kind for kind in KINDS.values() if kind is not Source)):
        made[kind] = []
        for number in range(HOW_MANY):
            record = filled(kind, number, made)
            record.full_clean()
            record.save()
            made[kind].append(record)
    for kind, records in made.items():
        for number, record in enumerate(records):
            for row in rows_of(kind, number, made):
                setattr(row, row.owner, record)
                row.full_clean()
                row.save()
            record_saved(record, by="anna", expected=record.version)
    publish([record for records in made.values() for record in records], by="chiara", title="A crowd")


def filled(kind: type[Kind], number: int, made: dict) -> Kind:
    name = f"{kind._meta.model_name}-{number + 1}"
    values = {"slug": name, "title": f"Title of {name}, the {ORDINALS[number]}"}
    for field in kind._meta.concrete_fields:
        if field.name not in ("id", "record", "kind", "version", "updated_at", *values) and not isinstance(
            field, EdgeField
        ):
            values[field.name] = value_of(field, f"{name} {field.name}", number, made)
    return kind(**values | special(kind, number))


def special(kind: type[Kind], number: int) -> dict:
    """What the rules of a kind ask for."""
    match kind.__name__:
        case "Partner":
            return {"iso2": f"X{LETTERS[number]}", "iso3": f"XX{LETTERS[number]}"}
        case "Edition":
            return {"last_day": "2003"}
        case "Institution":
            return {"host_code": "", "host_name": ""}
        case "Image":
            return {"original": ""}
    return {}


def value_of(field: models.Field, text: str, number: int, made: dict):
    match field:
        case models.ForeignKey():
            target = made.get(field.related_model)
            return target[-1] if target else None
        case EdtfField():
            return "" if field.name == "end" else "2001-02"
        case SeveralField():
            return ";".join(field.of.values)
        case _ if field.choices:
            return "open" if field.name == "end_is" else [value for value, _ in field.choices if value][number % 2]
        case models.BooleanField():
            return True
        case models.DateField():
            return date(2026, 1, 1 + number)
        case models.IntegerField():
            return number + 1
        case models.URLField():
            return f"https://example.org/{text.replace(' ', '/')}"
        case _ if field.name == "unsourced":
            return "title summary"
        case _:
            return text[: field.max_length]


def rows_of(kind: type[Kind], number: int, made: dict) -> list[Row]:
    models_of_rows = [kind._meta.get_field(name).related_model for name in kind.owned()]
    return [row_of(model, kind, number, position, made) for model in models_of_rows for position in range(number + 1)]


def row_of(model: type[Row], kind: type[Kind], number: int, position: int, made: dict) -> Row:
    text = f"{kind._meta.model_name}-{number + 1} row {LETTERS[position]}"
    values = {}
    for field in model._meta.concrete_fields:
        if field.name in ("id", model.owner) or isinstance(field, EdgeField):
            continue
        if isinstance(field, models.ForeignKey):
            values[field.name] = target_of(model, field, kind, number, position, made)
        else:
            values[field.name] = value_of(field, f"{text} {field.name}", position, made)
    match model.__name__:
        case "Rendition":
            values["file"] = f"{hashlib.sha256(PICTURE).hexdigest()}.png"
        case "Alias":
            values["slug"] = f"former-{kind._meta.model_name}-{LETTERS[number]}{LETTERS[position]}"
        case "Citation":
            values |= {"field": "summary" if position else "", "row": None, "value_digest": "0" * 64}
        case "Membership":
            values |= {"status": "suspended", "scope": "practical", "end_reason": ""}
        case "Participant":
            values |= {"code": "", "name": ""}
    return model(**values)


def target_of(model: type[Row], field: models.ForeignKey, kind: type[Kind], number: int, position: int, made: dict):
    """Rows lead to different records: the first to the first, and so on. Links lead to a partner, a framework, a region."""
    if field.related_model is not Record:
        return made[field.related_model][position]
    if model is not Link:
        return made[Term][position]
    target = (Partner, Framework, Region)[position]
    return made[Term][0] if (kind, number) == (target, 0) else made[target][0]

"""Old documents are not migrated; they are read through here.

When the fields of a kind change their meaning or name, raise the model's `schema` and add a function that makes a
document of the old schema one of the new. Each schema that was ever in use keeps a fixture document in
tests/publishing/schemas/, which the suite applies.
"""

from __future__ import annotations

from collections.abc import Callable

from partnerships.models import KINDS

UPGRADES: dict[tuple[str, int], Callable[[dict], dict]] = {}
"""(kind, schema) → the function that lifts a document of that schema by one."""


class TooNew(ValueError):
    """A document of a schema that this version of the portal doesn't know."""


def upgraded(document: dict) -> dict:
    """The document in its kind's present schema; itself when it is there already."""
    kind, present = document["kind"], KINDS[document["kind"]].schema
    if document["schema"] > present:
        raise TooNew(
            f"{kind}/{document['slug']} has schema {document['schema']}; this portal reads up to {present}. Update it."
        )
    while document["schema"] < present:
        document = UPGRADES[kind, document["schema"]](document) | {"schema": document["schema"] + 1}
    return document

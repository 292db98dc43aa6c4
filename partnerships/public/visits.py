"""A visit: one request as the public pages see it. They get its path, parameters and day, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict

from partnerships.queries.addresses import with_query
from partnerships.queries.as_of import Day

TRACKING = re.compile(r"utm_\w+|fbclid|gclid|msclkid|mc_\w+")


@dataclass(frozen=True)
class Visit:
    """What a page is asked: where, with which parameters, and for which day."""

    path: str
    day: Day
    given: dict[str, str] = field(default_factory=dict)
    """The parameters besides `as_of`, in the order of the address."""

    def keep(self, path: str) -> str:
        """An address within the portal, turned to the same day as this page."""
        return with_query(path, [("as_of", self.day.asked)] if self.day.dated else [])

    def at(self, path: str, **parameters: str) -> str:
        """An address within the portal with parameters of its own, turned to the same day."""
        return self.keep(with_query(path, list(parameters.items())))

    def here(self, **changes: str | None) -> str:
        """This page with some parameters changed; an empty one is left out. A list starts again at its top."""
        query = self.given | {"cursor": "", "as_of": self.day.asked} | changes
        return with_query(self.path, [(name, value) for name, value in query.items() if value])

    def parameters_to_keep(self) -> dict[str, str]:
        """What the form that turns this page to another day has to send along."""
        return {name: value for name, value in self.given.items() if name != "cursor"}


class Elsewhere(Exception):
    """The page has another address for good."""

    def __init__(self, path: str):
        super().__init__(path)
        self.path = path


class Withdrawn(Exception):
    """The record was withdrawn; `tombstone` says what stands in its place."""

    def __init__(self, tombstone):
        super().__init__(tombstone.slug)
        self.tombstone = tombstone


def tidied(query: QueryDict, lists: Iterable[str] = ()) -> list[tuple[str, str]] | None:
    """The parameters as they should be written; None when they are.

    Tracking parameters go, and so do empty ones, which every form sends. The values of a list, which checkboxes send one
    by one, are joined with commas. So a page has one address, whoever made it.
    """
    tidy = []
    for name, values in query.lists():
        values = [value for value in values if value.strip()]
        if TRACKING.fullmatch(name) or not values:
            continue
        tidy += [(name, ",".join(values))] if name in lists else [(name, value) for value in values]
    given = [(name, value) for name, values in query.lists() for value in values]
    return None if tidy == given else tidy

"""The addresses below the page of a record: its past, its feed, and how to cite it."""

from __future__ import annotations

from django.urls import URLPattern, path

from partnerships.models import Kind

from .citing import cite
from .history import feed, history, one_version
from .serving import page


def below(kind: type[Kind], base: str) -> list[URLPattern]:
    """The routes below the page of a kind's records, whose address is `base`. None of them has a day to turn to."""
    plural, of_kind = kind.plural, {"kind": kind}
    undated = page(dated=False)
    return [
        path(f"{base}history/", page("from", "to", "before", dated=False)(history), of_kind, name=f"{plural}-history"),
        path(f"{base}feed.atom", undated(feed), of_kind, name=f"{plural}-record-feed"),
        path(f"{base}versions/<int:number>/", undated(one_version), of_kind, name=f"{plural}-version"),
        path(f"{base}cite/<str:form>", undated(cite), of_kind, name=f"{plural}-cite"),
    ]

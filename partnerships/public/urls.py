"""All addresses of the public pages. Names are `<plural>-list` and `<plural>-detail`, others say what they are."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import path

from partnerships.models import Edition, Kind, Page

from . import (
    atlas,
    challenges,
    changes,
    charts,
    chronicle,
    claims,
    compare,
    datasets,
    downloads,
    embeds,
    exercises,
    frameworks,
    home,
    media,
    pages,
    partners,
    search,
    sources,
    suggestions,
    themes,
)
from .below import below
from .details import RecordPage
from .finding import find
from .frame import LIST_TITLES
from .lists import list_view
from .markdown import as_markdown
from .serving import page
from .visits import Visit

OWN: dict[type[Kind], type[RecordPage]] = {
    kind: own
    for module in (partners, frameworks, exercises, challenges, claims, sources, themes)
    for kind, own in module.PAGE.items()
}
"""Kinds with a page of their own; any other has the page that all share."""


def detail_view(kind: type[Kind]) -> Callable[..., HttpResponse]:
    """The view of a kind's records."""
    shown = OWN.get(kind, RecordPage)

    @page()
    def view(visit: Visit, slug: str) -> HttpResponse:
        return shown(find(shown.records(kind), kind, slug), visit).response()

    return view


def markdown_view(kind: type[Kind]) -> Callable[..., HttpResponse]:
    """The view of a kind's records as Markdown."""
    shown = OWN.get(kind, RecordPage)

    @page()
    def view(visit: Visit, slug: str) -> HttpResponse:
        return as_markdown(visit, lambda visit: shown(find(shown.records(kind), kind, slug), visit))

    return view


def own_markdown(visit: Visit, slug: str) -> HttpResponse:
    """A page of the portal's own as Markdown."""
    return as_markdown(visit, lambda visit: pages.own(visit, slug))


def edition_markdown(visit: Visit, series: str, slug: str) -> HttpResponse:
    """An edition as Markdown."""
    return as_markdown(visit, lambda visit: exercises.edition_page(visit, series, slug))


urlpatterns = [
    path("", home.home, name="home"),
    path("map/", atlas.map_page, name="map"),
    path("timeline/", chronicle.timeline_page, name="timeline"),
    path("compare/", compare.compare, name="compare"),
    path("matrix/", atlas.matrix, name="matrix"),
    path("search/", search.search, name="search"),
    path("search/suggestions.json", suggestions.suggestions, name="suggestions"),
    path("changes/", changes.changes, name="changes"),
    path("changes/feed.atom", changes.feed, name="changes-feed"),
    path("corrections/", changes.corrected, name="corrections"),
    path("corrections/feed.atom", changes.corrections_feed, name="corrections-feed"),
    path("glossary/", pages.glossary, name="glossary"),
    path("data/", datasets.data, name="data"),
    path("data/<str:name>", datasets.snapshot, name="snapshot"),
    path("about/", pages.own_page, {"slug": "about"}, name="about"),
    path("about/method/", pages.own_page, {"slug": "method"}, name="method"),
    path("pages/<slug:slug>/", pages.own_page, name="pages-detail"),
    path("about.md", page()(own_markdown), {"slug": "about"}, name="about-markdown"),
    path("about/method.md", page()(own_markdown), {"slug": "method"}, name="method-markdown"),
    path("pages/<slug:slug>.md", page()(own_markdown), name="pages-markdown"),
    path("exercises/<slug:series>/<slug:slug>.md", page()(edition_markdown), name="editions-markdown"),
    *below(Page, "pages/<slug:slug>/"),
    *below(Edition, "exercises/<slug:series>/<slug:slug>/"),
    *(route for kind in LIST_TITLES for route in below(kind, f"{kind.plural}/<slug:slug>/")),
    path("exercises/<slug:series>/<slug:slug>/", page()(exercises.edition), name="editions-detail"),
    path("robots.txt", pages.robots, name="robots"),
    path("llms.txt", pages.for_models, name="llms"),
    path("oembed", embeds.oembed, name="oembed"),
    path("media/<str:name>", media.rendition, name="media"),
    path("sitemap.xml", pages.sitemap, name="sitemap"),
    path("sitemap-<int:part>.xml", pages.sitemap_part, name="sitemap-part"),
]
for kind, (chart, _) in charts.CHARTS.items():
    urlpatterns.append(path(f"{kind.plural}/{chart}.csv", charts.file_view(kind), name=f"{kind.plural}-chart-csv"))
for kind in (*LIST_TITLES, Edition):
    card = embeds.card_view(kind, exercises.EditionPage if kind is Edition else OWN.get(kind, RecordPage))
    urlpatterns.append(path(f"embed/{kind.plural}/<slug:slug>/", card, name=f"{kind.plural}-embed"))
for kind in LIST_TITLES:
    urlpatterns += [
        *(
            path(f"{kind.plural}.{form}", downloads.download_view(kind, form), name=f"{kind.plural}-{form}")
            for form in downloads.FORMS
        ),
        path(f"{kind.plural}/", list_view(kind), name=f"{kind.plural}-list"),
        path(f"{kind.plural}/feed.atom", changes.kind_feed, {"kind": kind}, name=f"{kind.plural}-feed"),
        path(f"{kind.plural}/<slug:slug>.md", markdown_view(kind), name=f"{kind.plural}-markdown"),
        path(f"{kind.plural}/<slug:slug>/", detail_view(kind), name=f"{kind.plural}-detail"),
    ]

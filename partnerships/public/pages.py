"""Pages of the portal's own: about, method and others, the glossary, how to get the data; and what crawlers ask for."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import KINDS, Disclosure, Page, Record, Source, Term
from partnerships.publishing.reading import public
from partnerships.queries.addresses import PAGELESS, list_path, page_path
from partnerships.queries.changes import last_changes
from partnerships.queries.holdings import holdings, together
from partnerships.queries.notes import citations
from partnerships.queries.paging import count
from partnerships.queries.prose import paths_in
from partnerships.queries.records import series_of

from .addresses import PLACES, absolute, address
from .details import RecordPage
from .finding import find
from .frame import LIST_TITLES, Place, many, render
from .serving import page
from .visits import Elsewhere, Visit


class OwnPage(RecordPage):
    """A text of the portal about itself or its subject."""

    template = "page.html"

    def crumbs(self) -> list[Place]:
        above = [Place(_("About"), PLACES["about"])] if self.record.slug == "method" else []
        return [*above, Place(self.title, "")]


class AboutPage(OwnPage):
    """What the portal is, with its numbers. They follow the portal, not the world: a page that is turned leaves them out."""

    template = "about.html"
    columns = {
        "records": gettext_lazy("Records"),
        "sourced": gettext_lazy("Sourced"),
        "gaps": gettext_lazy("With gaps"),
        "citations": gettext_lazy("Citations"),
        "verified": gettext_lazy("Verified"),
        "unreviewed": gettext_lazy("Unreviewed"),
        "overdue": gettext_lazy("Overdue"),
    }
    rules = (
        (columns["sourced"], gettext_lazy("The record cites at least one source.")),
        (columns["gaps"], gettext_lazy("The record names facts for which no source was found.")),
        (
            columns["verified"],
            gettext_lazy("A second person found the quotation in the source, and the fact hasn’t changed since."),
        ),
        (
            columns["unreviewed"],
            gettext_lazy("The text was written with the help of a machine, and no person has reviewed it yet."),
        ),
        (columns["overdue"], gettext_lazy("The day on which somebody should have looked again has passed.")),
    )

    def context(self) -> dict:
        if self.day.dated:
            return {"holdings": []}
        found = holdings([kind for kind in LIST_TITLES if kind is not Source], self.day.today)
        return {
            "holdings": [(kind, many(kind), one) for kind, one in found.items()],
            "total": together(found.values()),
            "columns": self.columns,
            "rules": self.rules,
        }


PAGES: dict[str, type[OwnPage]] = {"about": AboutPage}
"""Texts whose pages say more than the text."""


def own(visit: Visit, slug: str) -> OwnPage:
    """A page by its slug; one with an address of its own is only there."""
    record = find(public(Page), Page, slug)
    if (path := address(record)) != visit.path:
        raise Elsewhere(path)
    return PAGES.get(slug, OwnPage)(record, visit)


@page()
def own_page(visit: Visit, slug: str) -> HttpResponse:
    return own(visit, slug).response()


@page()
def glossary(visit: Visit) -> HttpResponse:
    """All terms with their definitions, and below each the works it rests on. Two queries, and one for links to records."""
    terms = list(public(Term).order_by("title", "id"))
    sources: dict = {}
    for citation in citations(record__kind="term"):
        sources.setdefault(citation.record_id, {})[citation.source_id] = citation.source
    context = {
        "terms": [(term, list(sources.get(term.pk, {}).values())) for term in terms],
        "paths": paths_in(term.body for term in terms),
        "disclosed": any(term.disclosure != Disclosure.HUMAN and not term.reviewed_on for term in terms),
    }
    return render(visit, "glossary.html", context, crumbs=[Place(_("Glossary"), "")])


# For crawlers ---------------------------------------------------------------------------------------------------------


@page(dated=False)
def robots(visit: Visit) -> HttpResponse:
    text = render_to_string("robots.txt", {"sitemap": absolute("/sitemap.xml")}, using="site")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@page(dated=False)
def for_models(visit: Visit) -> HttpResponse:
    """What the portal is and where things are, for programs that read text (llms.txt). No query."""
    lists = [Place(many(kind), absolute(address(kind))) for kind in LIST_TITLES]
    ways = [
        Place(name, absolute(PLACES[name])) for name in ("api", "feed", "corrections_feed", "changes", "corrections")
    ]
    text = render_to_string(
        "llms.txt", {"lists": lists, "ways": dict(ways), "method": absolute(PLACES["method"])}, using="site"
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


PART = 2000
"""Records in one sitemap; where there are more, there are several, and an index of them."""


def _mapped() -> QuerySet[Record]:
    """The records whose pages stand in sitemaps."""
    return public(Record).exclude(kind__in=[*PAGELESS, "term"]).order_by("kind", "slug")


def _xml(template: str, **context) -> HttpResponse:
    text = render_to_string(template, context, using="site")
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


@page(dated=False)
def sitemap(visit: Visit) -> HttpResponse:
    """Every page with the time of its last publication, or an index of the sitemaps that say so."""
    parts = -(-count(_mapped()) // PART)
    if parts > 1:
        return _xml("sitemaps.xml", parts=[absolute(f"/sitemap-{part}.xml") for part in range(1, parts + 1)])
    return _part(1)


@page(dated=False)
def sitemap_part(visit: Visit, part: int) -> HttpResponse:
    """Some of the pages: the first part has those that are no record's."""
    if not 1 <= part <= max(-(-count(_mapped()) // PART), 1):
        raise Http404
    return _part(part)


def _part(part: int) -> HttpResponse:
    """Lists have the time of the last publication of their kind, pages of all that of the log's. Three queries."""
    rows = _mapped().values_list("pk", "kind", "slug", "updated_at")[(part - 1) * PART : part * PART]
    rows = list(rows)
    series = series_of(pk for pk, kind, *_ in rows if kind == "edition")
    places = _general() if part == 1 else []
    for pk, kind, slug, at in rows:
        path = page_path(kind, slug, series.get(pk, ""))
        if path and path != PLACES["home"]:
            places.append((absolute(path), at))
    return _xml("sitemap.xml", places=places)


def _general() -> list[tuple[str, datetime | None]]:
    last = last_changes()
    latest = max(last.values(), default=None)
    places = [(absolute(PLACES[name]), latest) for name in ("home", "map", "matrix", "timeline", "changes")]
    places += [(absolute(path), last.get(kind)) for kind in KINDS if (path := list_path(kind))]
    return places + [(absolute(PLACES[name]), None) for name in ("corrections", "data")]

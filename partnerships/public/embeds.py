"""Cards of records for other people's pages, and the oEmbed provider that tells their programs how to show one.

Cards are the only addresses that may stand in a frame of another site. Nothing in them knows who reads.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override

from partnerships.models import Edition, Kind
from partnerships.publishing.reading import public
from partnerships.queries.parameters import BadParameter

from .addresses import absolute, address
from .details import RecordPage
from .finding import find
from .frame import LIST_TITLES
from .serving import page
from .visits import Visit

WIDTH, HEIGHT, LEAST = 600, 280, 200
"""Of a card in pixels, unless the other page has less room; and the least that it can do with."""

FRAMED = settings.SECURE_CSP | {"frame-ancestors": ["*"], "form-action": ["'none'"], "script-src": ["'none'"]}


def card_view(kind: type[Kind], shown: type[RecordPage]) -> Callable[..., HttpResponse]:
    """The view of the cards of a kind's records."""

    @page()
    def card(visit: Visit, slug: str) -> HttpResponse:
        record = shown(find(shown.records(kind), kind, slug), visit)
        html = render_to_string("embed.html", {"page": record, "visit": visit}, using="site")
        response = HttpResponse(html)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return csp_override(FRAMED)(xframe_options_exempt(card))


def card_path(record: Kind) -> str:
    """Where the card of a record is."""
    return f"/embed/{record.plural}/{record.slug}/"


@page("url", "format", "maxwidth", "maxheight", dated=False)
def oembed(visit: Visit) -> HttpResponse:
    """How to show the page at `url` on another (oEmbed 1.0, as JSON). 404 where the address has no card, 501 for XML."""
    given = visit.given
    form = given.get("format", "json")
    if form not in ("json", "xml"):
        raise BadParameter("format", _("“format” is json."), hint="json")
    if form == "xml":
        return HttpResponse(_("Only JSON is offered."), status=501, content_type="text/plain; charset=utf-8")
    if "url" not in given:
        raise BadParameter("url", _("Say which page to show: give its address as “url”."))
    record = _record_at(given["url"])
    width, height = _at_most("maxwidth", given, WIDTH), _at_most("maxheight", given, HEIGHT)
    frame = '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"></iframe>'
    return JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "provider_name": settings.SPECTACULAR_SETTINGS["TITLE"],
            "provider_url": absolute("/"),
            "title": record.title,
            "width": width,
            "height": height,
            "html": frame.format(absolute(card_path(record)), width, height, escape(record.title)),
        },
        headers={"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"},
    )


def _at_most(name: str, given: dict[str, str], usual: int) -> int:
    text = given.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) >= LEAST):
        raise BadParameter(
            name, _("“%(name)s” is a whole number of pixels, at least %(least)d.") % {"name": name, "least": LEAST}
        )
    return min(int(text), usual)


def _record_at(url: str) -> Kind:
    """The public record whose page has this address. Raises Http404 for any other address."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_ORIGIN:
        raise Http404
    try:
        found = resolve(parts.path)
    except Resolver404:
        raise Http404 from None
    plural, _sep, what = (found.url_name or "").rpartition("-")
    kind = next((one for one in (*LIST_TITLES, Edition) if one.plural == plural), None)
    if what != "detail" or kind is None:
        raise Http404
    record = public(kind).filter(slug=found.kwargs["slug"]).first()
    if record is None or address(record) != parts.path:
        raise Http404
    return record

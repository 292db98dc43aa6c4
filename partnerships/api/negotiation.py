"""Which format an answer has: JSON, or one of the forms that some addresses have besides."""

from __future__ import annotations

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation

JSON = "application/json"

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
    "jsonld": "application/ld+json",
}
"""The forms besides JSON: the end of their addresses, and their media type."""

SPELLINGS = {media.partition(";")[0]: form for form, media in FORMS.items()} | {"application/x-ndjson": "jsonl"}

OFFERED = frozenset(
    {
        "*/*",
        "application/*",
        JSON,
        "application/problem+json",
        "application/feed+json",
        "application/link-format",
        "application/vnd.oai.openapi+json",
        # A browser that follows a link into the API asks for these; it is shown the JSON.
        "text/*",
        "text/html",
        "application/xhtml+xml",
    }
)


class JsonOnly(BaseContentNegotiation):
    """JSON for whoever takes it, browsers included. Who asks only for what the API doesn't have gets a 406."""

    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        renderer = renderers[0]
        if not accepts_json(request.META.get("HTTP_ACCEPT", "")):
            raise NotAcceptable
        return renderer, renderer.media_type


def accepts_json(accept: str) -> bool:
    """Whether an Accept header leaves room for JSON. An empty one does."""
    ranges = [part.strip() for part in accept.split(",") if part.strip()]
    return not ranges or any(_offered(one) for one in ranges)


def _offered(media_range: str) -> bool:
    name, *parameters = (part.strip().lower() for part in media_range.split(";"))
    refused = any(parameter.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for parameter in parameters)
    return name in OFFERED and not refused


def wanted_form(accept: str, offered: tuple[str, ...]) -> str:
    """The form that an Accept header prefers to JSON; empty where JSON will do. Of equals, JSON and then the first wins."""
    best, most = "", 0.0
    for part in accept.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        weight = next((one.partition("=")[2] for one in parameters if one.replace(" ", "").startswith("q=")), "1")
        try:
            weighs = float(weight)
        except ValueError:
            continue
        form = SPELLINGS.get(name)
        if form in offered and weighs > most:
            best, most = form, weighs
        elif name in OFFERED and weighs >= most:
            best, most = "", weighs
    return best

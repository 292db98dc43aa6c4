"""Records as linked data: what the API's JSON says, in the words of schema.org as far as they have one for it.

The API answers with it, and pages carry it for what they show; both give the same members under the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from .addresses import absolute

NAME = str(settings.SPECTACULAR_SETTINGS["TITLE"])


TYPES = {
    "partner": "Country",
    "exercise": "EventSeries",
    "edition": "Event",
    "milestone": "Event",
    "institution": "Organization",
    "source": "CreativeWork",
    "claim": "ClaimReview",
    "term": "DefinedTerm",
    "page": "WebPage",
    "image": "ImageObject",
    "region": "Place",
    "casestudy": "Article",
}
"""Kinds that have a word of their own; any other is a Thing."""


def _partner(one: dict) -> dict:
    names = [name["name"] for name in one.get("names") or [] if name.get("name") != one["title"]]
    codes = [
        {"@type": "PropertyValue", "propertyID": scheme, "value": one[name]}
        for name, scheme in (("iso2", "ISO 3166-1 alpha-2"), ("iso3", "ISO 3166-1 alpha-3"))
        if one.get(name)
    ]
    return {"alternateName": names, "identifier": codes}


def _event(one: dict) -> dict:
    series = one.get("series")
    return {
        "startDate": _text(one.get("first_day") or one.get("date")),
        "endDate": _text(one.get("last_day")),
        "location": {"@type": "Place", "name": one["place"]} if one.get("place") else None,
        "superEvent": {"@id": series["url"], "@type": "EventSeries", "name": series["title"]} if series else None,
    }


def _source(one: dict) -> dict:
    publisher = one.get("publisher")
    return {
        "publisher": {"@type": "Organization", "name": publisher} if publisher else None,
        "datePublished": _text(one.get("published")),
        "sameAs": one.get("web_address"),
        "archivedAt": one.get("archive_address"),
        "license": one.get("licence"),
    }


def _claim(one: dict) -> dict:
    return {
        "claimReviewed": one.get("statement"),
        "reviewRating": {"@type": "Rating", "alternateName": one["verdict"]} if one.get("verdict") else None,
        "reviewBody": one.get("corrected_statement"),
        "author": {"@type": "Organization", "name": NAME, "url": absolute("/")},
    }


def _term(one: dict) -> dict:
    return {"inDefinedTermSet": absolute("/glossary/")}


def _image(one: dict) -> dict:
    return {"creditText": one.get("credit"), "caption": one.get("alt"), "license": one.get("licence")}


MORE: dict[str, Callable[[dict], dict]] = {
    "partner": _partner,
    "edition": _event,
    "milestone": _event,
    "source": _source,
    "claim": _claim,
    "term": _term,
    "image": _image,
}


def _text(value: Any) -> str | None:
    """A partial date as schema.org writes dates; what is only about known has none."""
    text = value.get("text") if isinstance(value, dict) else value
    return text if text and not text.endswith("~") else None


def linked_data(one: dict) -> dict:
    """An object of the API as JSON-LD. What isn't known is left out."""
    cited = [
        {"@id": citation["source"]["url"], "@type": "CreativeWork", "name": citation["source"]["title"]}
        for citation in one.get("citations") or []
    ]
    said = {
        "@context": "https://schema.org",
        "@id": one["url"],
        "@type": TYPES.get(one["kind"], "Thing"),
        "name": one.get("title"),
        "alternateName": one.get("short_title"),
        "description": one.get("summary"),
        "url": one.get("page"),
        "version": one.get("version"),
        "dateModified": one.get("updated_at"),
        "license": settings.LICENCE,
        "citation": list({work["@id"]: work for work in cited}.values()),
        "isPartOf": {"@type": "Dataset", "name": NAME, "url": absolute("/data/")},
    }
    if one["kind"] in MORE:
        said |= {name: value for name, value in MORE[one["kind"]](one).items() if value}
    return {name: value for name, value in said.items() if value not in (None, [], "")}

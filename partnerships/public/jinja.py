"""The environment of the public templates: what they can say, and how dates, numbers and links are written."""

from __future__ import annotations

from functools import cache

import jinja2
from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import gettext, ngettext
from markupsafe import Markup

from partnerships.models import Participant, Verdict
from partnerships.queries.addresses import list_path
from partnerships.queries.glossary import Glossary
from partnerships.queries.notes import Notes
from partnerships.queries.prose import linked, noted, to_html

from .addresses import PLACES, absolute, address
from .linked import breadcrumbs, dataset, of_record
from .wording import machine, number, upfirst, written

VERDICTS = {verdict.value: verdict.label for verdict in Verdict}
ROLES = {role.value: role.label for role in Participant.Role}


@jinja2.pass_context
def href(context, thing, **options) -> str:
    """Where a record or a path of the portal is, turned to the day of the page."""
    path = thing if isinstance(thing, str) else address(thing, **options)
    visit = context.get("visit")
    return visit.keep(path) if visit else path


@jinja2.pass_context
def html(context, text: str, notes: Notes | None = None, glossary: Glossary | None = None) -> Markup:
    """A text in Markdown as HTML, its links turned to the day of the page and its notes numbered as the page's are.
    The first uses of words that the page explains lead there.

    `paths` in the context holds what the texts of the page link to; without it each text asks for its own.
    """
    visit = context.get("visit")
    text = glossary.marked(text) if glossary else text
    text = linked(noted(text, notes.of_source if notes else nowhere), context.get("paths"))
    return to_html(text, visit.day.asked if visit else "")


def nowhere(slug: str, place: str) -> list[int]:
    """The notes of a text whose page has none."""
    return []


words = cache(gettext)
"""A word of the pages in the one language there is so far; a page has a thousand of them. With a second language, which
its path names, this is kept for each."""


def environment(**options) -> jinja2.Environment:
    options |= {
        "autoescape": True,
        "undefined": jinja2.StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n"],
    }
    made = jinja2.Environment(**options)  # noqa: S701 (`autoescape` is among the options)
    made.install_gettext_callables(words, ngettext, newstyle=True)
    made.policies["ext.i18n.trimmed"] = True
    made.globals |= {
        "static": cache(static) if settings.HASHED_STATIC else static,
        "address": address,
        "href": href,
        "absolute": absolute,
        "places": PLACES,
        "licence": settings.LICENCE,
        "list_of": list_path,
        "verdict_words": VERDICTS,
        "roles": ROLES,
        "breadcrumbs": breadcrumbs,
        "linked_record": of_record,
        "linked_dataset": dataset,
    }
    made.filters |= {
        "written": written,
        "machine": machine,
        "number": number,
        "upfirst": upfirst,
        "html": html,
    }
    return made

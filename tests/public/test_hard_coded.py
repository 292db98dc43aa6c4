"""No template of the public pages says a word that can't be translated."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest
from django.conf import settings

SITE = Path(settings.BASE_DIR) / "templates" / "site"
ENGLISH = {"api_docs.html"}
"""The documentation of the API is as English as the schema that it draws."""
TEMPLATES = sorted(path for path in SITE.rglob("*.html") if path.name not in ENGLISH)
LETTERS = re.compile(r"[^\W\d_]{2,}")
SPOKEN = re.compile(r"""\s(?:title|alt|aria-label|placeholder|label)=["']([^"'{]*)["']""")
NAMES = {
    # of programs, formats and licences, and what is typed: the same in every language
    *(
        "Datasette",
        "Frictionless",
        "pandas",
        "SHA",
        "CC",
        "BY",
        "CSV",
        "JSON",
        "API",
        "Atom",
        "Markdown",
        "ISO",
        "MB",
        "kB",
    ),
    *("UTC", "RSS", "XLSX", "GeoJSON"),
}


def said(template: str) -> list[str]:
    """The words that stand in a template outside `{% trans %}`, between tags or in attributes that are read out."""
    pieces, depth = [], 0
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"])  # noqa: S701
    waiting = False
    for _line, kind, value in environment.lex(template):
        if kind == "block_begin":
            waiting = True
        elif waiting and kind == "name":
            depth += {"trans": 1, "endtrans": -1}.get(value, 0)
            waiting = False
        elif kind == "data" and not depth:
            pieces.append(value)
        elif kind == "variable_begin":
            pieces.append("{")
        elif kind == "variable_end":
            pieces.append("}")
    text = "".join(pieces)
    text = re.sub(r"<(code|script|svg|style)\b.*?</\1>", " ", text, flags=re.S)
    spoken = SPOKEN.findall(text)
    between = re.sub(r"""<[^>]*>|\s[\w-]+="[^"]*"|&\w+;""", " ", text)
    return [word for piece in (*spoken, between) for word in LETTERS.findall(piece) if word not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SITE)))
def test_every_word_of_a_template_can_be_translated(path):
    assert said(path.read_text("utf-8")) == []


def test_the_reading_finds_words_wherever_they_hide():
    assert said("<p>Hello</p>{% trans %}Welcome{% endtrans %}") == ["Hello"]
    assert said('<a title="Open it" href="/x">{{ name }}</a>') == ["Open", "it"]
    assert said('{% if one %}<b aria-label="{% trans %}fine{% endtrans %}">{% endif %}<code>ls -l</code>') == []
    assert said("{% trans n=count %}{{ n }} event{% pluralize %}{{ n }} events{% endtrans %} left over") == [
        "left",
        "over",
    ]

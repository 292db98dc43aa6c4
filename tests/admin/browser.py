"""What a browser does with the desk's pages: reading a form as it stands, and counting what a request asks the databases."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from html.parser import HTMLParser

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext


class Form(HTMLParser):
    """The fields that a browser would send from the (last) POST form of a page, buttons left out."""

    def __init__(self, html: str):
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._inside = False
        self._select = self._textarea = ""
        self._options: list[tuple[str, bool]] = []
        self._text = ""
        self._dead = 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self._inside = given.get("method") == "post" and "logout" not in given.get("action", "")
            if self._inside:
                self.fields = {}
        if not self._inside:
            return
        self._dead += tag == "template"
        if self._dead:
            return
        name = given.get("name", "")
        if tag == "input" and name and "disabled" not in given:
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                empty = "on" if given.get("type") in ("checkbox", "radio") else ""
                self.fields.setdefault(name, []).append(given.get("value", empty))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._textarea, self._text = name, ""

    def handle_data(self, data):
        if self._textarea:
            self._text += data

    def handle_endtag(self, tag):
        self._dead -= tag == "template"
        if tag == "select" and self._select and not self._dead:
            chosen = [value for value, selected in self._options if selected] or [v for v, _ in self._options[:1]]
            self.fields[self._select] = chosen[-1:]
            self._select = ""
        elif tag == "textarea" and self._textarea:
            self.fields[self._textarea] = [self._text.removeprefix("\n")]
            self._textarea = ""


def typed(response, **changes) -> dict:
    """The form of a page with some fields filled in differently; a field given as None isn't sent."""
    fields = Form(response.content.decode()).fields
    for name, value in changes.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value if isinstance(value, list) else [value]
    return fields


def add_row(fields: dict, prefix: str, **values) -> dict:
    """The form with one more row in a list, as "Add another" makes it."""
    number = int(fields[f"{prefix}-TOTAL_FORMS"][0])
    blank = {name: value for name, value in fields.items() if name.startswith(f"{prefix}-__prefix__-")}
    for name, value in blank.items():
        fields[name.replace("__prefix__", str(number))] = value
    for name, value in values.items():
        fields[f"{prefix}-{number}-{name}"] = [str(value)]
    fields[f"{prefix}-TOTAL_FORMS"] = [str(number + 1)]
    return fields


@contextmanager
def watched():
    """The statements that go to both databases meanwhile."""
    with ExitStack() as stack:
        captures = [
            stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in ("default", "published")
        ]
        statements: list[str] = []
        yield statements
        for capture in captures:
            statements += [query["sql"] for query in capture.captured_queries]


def count(client: Client, address: str) -> int:
    """How many statements a page takes."""
    with watched() as statements:
        assert client.get(address).status_code == 200
    return len(statements)


WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER")


def writes(statements: list[str]) -> list[str]:
    """The statements among some that change anything but the session."""
    return [sql for sql in statements if sql.lstrip().upper().startswith(WRITES) and "django_session" not in sql]

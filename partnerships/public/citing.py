"""How to cite the page of a record: its title, and the address of the version that it shows, which stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import Kind, words
from partnerships.queries.versions import newest

from .addresses import absolute
from .history import whose
from .visits import Visit, Withdrawn

SITE = "Partnerships Portal"


@dataclass(frozen=True)
class Cited:
    """A version of a record as works are cited."""

    title: str
    kind: str
    slug: str
    version: int
    day: date
    path: str

    @property
    def address(self) -> str:
        return absolute(self.path)

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.slug}-v{self.version}"


def plain(one: Cited) -> str:
    """One sentence for a list of works."""
    said = _("%(site)s. “%(title)s”, version %(version)s, %(day)s. %(address)s")
    return said % {
        "site": SITE,
        "title": one.title,
        "version": one.version,
        "day": words(one.day.isoformat()),
        "address": one.address,
    }


BIBTEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
BIBTEX |= {character: f"\\{character}" for character in "&%$#_{}"}


def bibtex(one: Cited) -> str:
    title = re.sub(r"[\\~^&%$#_{}]", lambda found: BIBTEX[found[0]], one.title)
    lines = [
        f"@online{{{one.key},",
        f"  author = {{{{{SITE}}}}},",
        f"  title = {{{{{title}}}}},",
        f"  version = {{{one.version}}},",
        f"  date = {{{one.day.isoformat()}}},",
        f"  year = {{{one.day.year}}},",
        f"  url = {{{one.address}}}",
        "}",
    ]
    return "\n".join(lines)


def ris(one: Cited) -> str:
    fields = [
        ("TY", "ELEC"),
        ("AU", f"{SITE},"),  # the comma says that this is no person's first and last name
        ("TI", " ".join(one.title.split())),
        ("PB", SITE),
        ("ET", str(one.version)),
        ("PY", str(one.day.year)),
        ("DA", one.day.strftime("%Y/%m/%d")),
        ("UR", one.address),
        ("ID", one.key),
        ("ER", ""),
    ]
    return "\r\n".join(f"{name}  - {value}" for name, value in fields)


def csl(one: Cited) -> str:
    item = {
        "id": one.key,
        "type": "webpage",
        "title": one.title,
        "author": [{"literal": SITE}],
        "container-title": SITE,
        "version": str(one.version),
        "issued": {"date-parts": [[one.day.year, one.day.month, one.day.day]]},
        "URL": one.address,
    }
    return json.dumps([item], ensure_ascii=False, indent=2)


@dataclass(frozen=True)
class Form:
    """A form of citation: what readers call it, its media type, and how it is written."""

    label: object
    media: str
    write: Callable[[Cited], str]


FORMS = {
    "text": Form(gettext_lazy("Plain text"), "text/plain", plain),
    "bibtex": Form("BibTeX", "application/x-bibtex", bibtex),
    "ris": Form("RIS", "application/x-research-info-systems", ris),
    "csl-json": Form("CSL-JSON", "application/vnd.citationstyles.csl+json", csl),
}
"""The forms by what stands in the address."""


def cite(visit: Visit, kind: type[Kind], slug: str, form: str, series: str = "") -> HttpResponse:
    """How to cite the newest version of a record. 410 for a withdrawn one, 404 for a form that isn't there."""
    if form not in FORMS:
        raise Http404
    one = whose(kind, slug, visit, series)
    if one.stone:
        raise Withdrawn(one.stone)
    if not (entry := newest(one.record)):
        raise Http404
    path = f"{one.path}versions/{entry.version}/"
    cited = Cited(one.title, one.kind, one.slug, entry.version, entry.at.date(), path)
    made = FORMS[form]
    return HttpResponse(made.write(cited) + "\n", content_type=f"{made.media}; charset=utf-8")

"""Sources by their address: what the form of an address tells of a work, and which sources are the same work.

Nothing is asked of the web here: an address is read as text, and what the portal's own sources say of its host is added.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit
from uuid import UUID

from django.db.models import Q
from django.utils.text import capfirst, slugify

from partnerships.models import Source
from partnerships.publishing.log import EDITORIAL

TRACKING = re.compile(r"utm_\w+|fbclid|gclid|msclkid|mc_\w+|cmp|ref|src|amp", re.IGNORECASE)
ARCHIVED = re.compile(
    r"https?://[^/]*(?:archive|wayback)[^/]*/(?:[a-z]+/)?(?P<at>\d{4,14})(?:[a-z]{2}_)?\*?/(?P<to>https?:/{1,2}.+)",
    re.IGNORECASE,
)
DOI = re.compile(r"\b(10\.\d{4,9}/[^\s?#]+)")
ISBN = re.compile(r"(?:isbn[\s:-]*)?((?:97[89][\s-]?)?(?:\d[\s-]?){9}[\dx])", re.IGNORECASE)
DAYS = (
    re.compile(r"/(?P<y>(?:19|20)\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:/|$)"),
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(r"/(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:\d{3,})?(?:[-/_]|$)"),
    re.compile(r"/(?P<y>(?:19|20)\d\d)/(?P<m>\d{1,2})/"),
    re.compile(r"/(?P<y>(?:19|20)\d\d)/"),
)
NATO_DAY = re.compile(
    r"/docu/(?:basictxt/[a-z]|comm/\d{4}/|pr/\d{4}/[a-z]|speech/\d{4}/[a-z])(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)"
)
"""Papers of the years before 2009: b940110b.htm is the basic text of 10 January 1994."""
LANGUAGES = frozenset(
    [
        "en",
        "fr",
        "de",
        "ru",
        "uk",
        "es",
        "it",
        "sv",
        "fi",
        "da",
        "no",
        "pl",
        "ro",
        "sr",
        "bs",
        "mk",
        "sq",
        "ka",
        "hy",
        "az",
        "tr",
        "ar",
        "he",
        "ja",
        "ko",
    ]
)
PRIMARY = re.compile(
    r"(^|\.)(nato\.int|mil|gov|europa\.eu|osce\.org|un\.org)$|\.(gov|mil|gob|gouv)\.[a-z]{2}$|\b(mfa|mod)\b"
)
TERTIARY = re.compile(r"(^|\.)(wikipedia\.org|wikimili\.com|britannica\.com|dbpedia\.org)$")
MOST = 500
"""Sources of one host that are looked at."""


class NoAddress(ValueError):
    """What was given is no address that a source can have. The message says so to an editor."""


def unwrapped(address: str) -> tuple[str, str]:
    """The address of a work and that of its archived copy: an archive's address holds both."""
    if found := ARCHIVED.fullmatch(address):
        return re.sub(r"^(https?):/+", r"\1://", found["to"]), address
    return address, ""


def normalised(address: str) -> str:
    """An address without what makes no other work of it: scheme, www, port, final slash, order and tracking, fragment."""
    parts = _split(unwrapped(address)[0])
    host = re.sub(r"^(?:www\d?|m|amp)\.", "", (parts.hostname or "").rstrip("."))
    path = re.sub(
        r"/(?:index|default)\.(?:html?|php|aspx?)$",
        "",
        quote(unquote(parts.path), safe="/:@!$&'()*+,;=~"),
        flags=re.IGNORECASE,
    )
    query = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(name)
    ]
    return f"{host}{path.rstrip('/')}" + (f"?{urlencode(sorted(query))}" if query else "")


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        parts.hostname, parts.port  # noqa: B018 (both raise for an address that can't be)
    except ValueError:
        return urlsplit("")
    return parts


def prefilled(given: str) -> dict[str, str]:
    """What an address, a DOI or an ISBN tells of a source: values for its form, all for an editor to check.

    Raises NoAddress. One query: what the sources of the same host say of publisher, tier and language.
    """
    given = given.strip()
    if not re.match(r"https?://", given, re.IGNORECASE):
        if doi := DOI.search(given):
            given = f"https://doi.org/{doi[1]}"
        elif (isbn := ISBN.fullmatch(given)) and (number := re.sub(r"[\s-]", "", isbn[1]).upper()) and _is_isbn(number):
            return {"slug": f"isbn-{number.lower()}", "summary": f"ISBN {number}"}
        elif re.match(r"[\w-]+(\.[\w-]+)+(/|$)", given):
            given = f"https://{given}"
    address, archive = unwrapped(given)
    parts = _split(address)
    if (
        parts.scheme not in ("http", "https")
        or "." not in (parts.hostname or "")
        or re.search(r"\s", address)
        or len(address) > 500
    ):
        raise NoAddress("This is no web address, DOI or ISBN. An address begins with https://.")
    if doi := DOI.search(unquote(parts.path)):
        address = f"https://doi.org/{doi[1]}"
    else:
        query = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.fullmatch(n)]
        address = parts._replace(query=urlencode(query), fragment="").geturl()
    host = (parts.hostname or "").removeprefix("www.")
    known = _of_host(host)
    title = _title(parts.path)
    short = "nato" if host.endswith("nato.int") else host.split(".")[0]
    last = re.sub(r"\.\w{2,5}$", "", unquote(parts.path.rstrip("/").rpartition("/")[2]))
    return {
        "title": title,
        "slug": slugify(f"{short} {last}".replace("_", " "))[:60].strip("-"),
        "publisher": known.get("publisher") or _publisher(host),
        "web_address": address,
        "archive_address": archive,
        "published": _day(parts.path),
        "tier": known.get("tier") or _tier(host),
        "language": _language(parts),
    }


def _is_isbn(number: str) -> bool:
    """Whether the last sign is the check digit of the others."""
    digits = [10 if sign == "X" else int(sign) for sign in number]
    if len(digits) == 10:
        return sum((10 - place) * digit for place, digit in enumerate(digits)) % 11 == 0
    return (
        len(digits) == 13 and 10 not in digits and sum(d * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10 == 0
    )


def _of_host(host: str) -> dict[str, str]:
    """What most sources of a host say of publisher and tier, where they agree well enough."""
    rows = Source.objects.using(EDITORIAL).filter(_at(host)).order_by()
    values = list(rows.values_list("publisher", "tier")[:MOST])
    found = {}
    for place, name in enumerate(("publisher", "tier")):
        if counted := Counter(row[place] for row in values if row[place]).most_common(1):
            found[name] = counted[0][0]
    return found


def _at(host: str) -> Q:
    return Q(web_address__icontains=f"://{host}/") | Q(web_address__icontains=f"://www.{host}/")


def _publisher(host: str) -> str:
    if host.endswith("nato.int"):
        return "NATO"
    return "" if host in ("doi.org", "dx.doi.org") else host


def _tier(host: str) -> str:
    if TERTIARY.search(host):
        return Source.Tier.TERTIARY.value
    return Source.Tier.PRIMARY.value if PRIMARY.search(host) else ""


def _title(path: str) -> str:
    """The words of the last part of a path, if there are enough to be a title."""
    last = re.sub(r"\.\w{2,5}$", "", unquote(path.rstrip("/").rpartition("/")[2]))
    words = [word for word in re.split(r"[-_+\s]+", last) if word and not re.fullmatch(r"\d{5,}|[0-9a-f]{8,}", word)]
    return capfirst(" ".join(words))[:200] if len(words) > 2 else ""


def _day(path: str) -> str:
    """A day, month or year that stands in a path, as it is written in the form."""
    if found := NATO_DAY.search(path):
        year = int(found["y"])
        return _valid(1900 + year if year > 40 else 2000 + year, int(found["m"]), int(found["d"]))
    for pattern in DAYS:
        if (found := pattern.search(path)) and (day := _valid(*(int(number) for number in found.groups()))):
            return day
    return ""


def _valid(year: int, month: int = 0, day: int = 0) -> str:
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return ""
    return "-".join([f"{year:04}", *(f"{number:02}" for number in (month, day) if number)])


def _language(parts: SplitResult) -> str:
    asked = dict(parse_qsl(parts.query))
    words = [asked.get("selectedLocale", ""), asked.get("lang", "")[:2], *parts.path.split("/")[1:4]]
    words.append((parts.hostname or "").partition(".")[0])
    return next((word.lower() for word in words if word.lower() in LANGUAGES), "")


def twins(*, address: str = "", title: str = "", publisher: str = "", exclude: UUID | None = None) -> list[Source]:
    """Other sources that look like the same work: the same address but for its form, or the same title and publisher.

    Two queries.
    """
    rows = Source.objects.using(EDITORIAL).defer("body", "summary").order_by("title")
    rows = rows.exclude(pk=exclude) if exclude else rows
    found: dict[UUID, Source] = {}
    wanted = normalised(address) if address else ""
    if host := wanted.split("/")[0].split("?")[0]:
        near = Q(web_address__icontains=host) | Q(archive_address__icontains=host)
        for row in rows.filter(near):
            if wanted in (normalised(row.web_address), normalised(row.archive_address)):
                found[row.pk] = row
    if title.strip():
        same = rows.filter(title__iexact=title.strip(), publisher__iexact=publisher.strip())
        found |= {row.pk: row for row in same}
    return list(found.values())

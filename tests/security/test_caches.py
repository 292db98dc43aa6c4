"""Nobody can put anything into a cache for others: whatever was asked before, the next plain request is answered as ever."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory

from portal.middleware import EDITORIAL_PATHS
from portal.store import Store
from tests.public.samples import SAMPLES, filled
from tests.sweep import FULL, some

SLUGS = {
    "partner": ["malta"],
    "framework": ["pfp"],
    "programme": ["itpp"],
    "region": ["europe"],
    "source": ["nato-topic"],
    "page": ["about"],
    "exercise": ["sea-breeze"],
    "edition": ["sea-breeze/sea-breeze-2021"],
    "milestone": ["malta-returns"],
    "claim": ["c065"],
    "word": ["malta"],
}
API = [
    "/api/v1/",
    "/api/v1/partners/",
    "/api/v1/partners/?status=ally&as_of=2014",
    "/api/v1/partners.csv",
    "/api/v1/partners.jsonl",
    "/api/v1/partners/malta/",
    "/api/v1/partners/malta.jsonld",
    "/api/v1/partners/malta/versions/1/",
    "/api/v1/search/?q=malta",
    "/api/v1/changes/",
    "/api/v1/changes/feed.json",
]

HEADERS = [
    {"host": "localhost:99999"},
    {"x-forwarded-host": "evil.example"},
    {"x-forwarded-host": "evil.example, localhost", "x-forwarded-port": "8443"},
    {"x-forwarded-server": "evil.example", "x-host": "evil.example"},
    {"x-forwarded-scheme": "http", "x-forwarded-ssl": "off"},
    {"x-forwarded-prefix": "/evil", "x-script-name": "/evil", "x-forwarded-path": "/evil"},
    {"forwarded": "for=1.2.3.4;host=evil.example;proto=http"},
    {"x-forwarded-for": "127.0.0.1, <script>", "x-real-ip": "127.0.0.1", "true-client-ip": "::1"},
    {"x-original-url": "/admin/", "x-rewrite-url": "/admin/"},
    {"x-http-method-override": "DELETE", "x-http-method": "PUT", "x-method-override": "POST"},
    {"x_forwarded_host": "evil.example"},
    {"origin": "https://evil.example", "referer": "https://evil.example/"},
    {"accept-language": "de-DE<script>", "user-agent": "evil\x00"},
    {"cookie": "a=b; theme=<script>"},
    {"cache-control": "no-cache, only-if-cached", "pragma": "no-cache"},
    {"x-requested-with": "XMLHttpRequest", "x-requested-by": "evil"},
    {"x-request-id": "evil-0123456789"},
]
"""What a hostile client says beside the address. None of it has any effect on the answer."""

ODD = [
    {"host": "evil.example"},
    {"accept": "text/css,*/*;q=0.1"},
    {"accept": "application/xml"},
    {"accept-encoding": "identity;q=0, *;q=0"},
    {"if-none-match": "*"},
    {"if-modified-since": "Wed, 25 Nov 2099 00:00:00 GMT"},
    {"range": "bytes=0-0"},
    {"authorization": "Basic eA=="},
    {"cookie": f"{settings.SESSION_COOKIE_NAME}=guessed"},
]
"""What may be answered otherwise, to the one who said it."""

ENDS = [
    ";.css",
    ".css",
    "/.css",
    "/x.css",
    "%2e",
    "%2e%2e/",
    "%2f",
    "//",
    "%3b.js",
    "%00.png",
    "%0d%0aX-Evil:%201",
    "?_method=DELETE",
    "%3f.jpg",
    "~",
    "%23",
]
QUERIES = [
    "_method=DELETE",
    "evil=1",
    "as_of=2014&as_of=2015",
    "utm_source=evil",
    "callback=evil",
    "q=1;q=2",
    "=",
    "%00",
    "lang=de",
    "format=html",
    "_=1",
]


def ask(app, address: str, method: str = "GET", **headers: str) -> tuple[str, list, bytes]:
    """What an application says over the wire."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    environ = RequestFactory().generic(method, address, headers={"host": "localhost"} | given).environ
    environ["wsgi.input"] = BytesIO()
    said: list = []
    parts = app(environ, lambda status, found, error=None: said.extend((status, found)))
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return said[0], sorted((name.lower(), value) for name, value in said[1]), body


def stored() -> Store:
    return Store(WSGIHandler(), lambda: ("edition", 1), private=EDITORIAL_PATHS, cookie=settings.SESSION_COOKIE_NAME)


def addresses() -> list[str]:
    answered = [one for one in dict.fromkeys(filled(SLUGS, SAMPLES)) if "{" not in one]
    return [*answered[20 :: 18 if FULL else 400], *some(API, 20, 1)]


@pytest.mark.services
@pytest.mark.slow
def test_whatever_was_asked_before_a_plain_request_is_answered_as_ever(still_world):
    tried, wrong = 0, []
    for address in addresses():
        plain = ask(stored(), address)
        store, path = stored(), address.partition("?")[0]
        mark = "&" if "?" in address else "?"
        for headers in HEADERS:
            said = ask(store, address, **headers)
            if said != plain:
                wrong.append(f"{address} with {headers}: {said[0]}")
        odd = [(address, one) for one in ODD]
        odd += [(path.rstrip("/") + end, {}) for end in ENDS] + [(path + end, {}) for end in ENDS]
        odd += [(f"{address}{mark}{query}", {}) for query in QUERIES]
        for where, headers in odd:
            status, found, body = ask(store, where, **headers)
            if (
                status[0] == "5"
                or b"evil.example" in body
                or any("evil" in value for name, value in found if name != "location")
            ):
                wrong.append(f"{where} with {headers}: {status}")
            if headers.get("host", "localhost") != "localhost" and status[:3] != "400":
                wrong.append(f"{where} for {headers}: {status}")
        for method in ("POST", "DELETE", "OPTIONS", "HEAD", "PROPFIND", "GET\t"):
            ask(store, address, method=method)
        tried += len(HEADERS) + len(odd) + 6
        if ask(store, address) != plain:
            wrong.append(f"{address} is answered otherwise afterwards")
    print(f"\ncaches: hostile requests tried {tried} / plain answers changed {len(wrong)}")
    assert wrong == []
    assert tried > (1000 if FULL else 100)


@pytest.mark.sampled
def test_no_private_page_is_kept_whatever_its_address_ends_with(world):
    """A cache that goes by the end of an address must not keep somebody's page."""
    client = Client()
    client.force_login(world.user("dag"))
    for address in ("/admin/", f"/admin/partnerships/partner/{world.malta.pk}/change/", "/accounts/2fa/"):
        for end in ("", *some(ENDS, 4)):
            response = client.get(address + end)
            assert response.headers["Cache-Control"] == "no-store, private", address + end
            assert response.status_code < 500
            assert not (end and response.status_code == 200 and "css" in end), address + end

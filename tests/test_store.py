"""The store of ready answers, in front of a small application: what is kept, for whom, for how long, and what never is."""

from __future__ import annotations

import gzip
import threading
from io import BytesIO
from wsgiref.util import setup_testing_defaults

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.store import Store, best_encoding, canonical

PAGE = [("Content-Type", "text/html"), ("Cache-Control", "public, max-age=0"), ("X-Request-ID", "once")]


class Portal:
    """An application whose every answer says how many it has given, and a store in front of it."""

    def __init__(self, status="200 OK", headers=PAGE, body=b"", **store):
        self.status, self.headers, self.body = status, headers, body
        self.asked: list[dict] = []
        self.now = ("edition", 1)
        self.store = Store(self, lambda: self.now, private=("/admin/",), formats={"text/csv"}, **store)

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        start_response(self.status, list(self.headers))
        return [self.body or f"{'answer ' * 100}{len(self.asked)} {environ['QUERY_STRING']}".encode()]

    def get(self, path="/partners/", query="", method="GET", **headers):
        environ = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method, "wsgi.input": BytesIO()}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        setup_testing_defaults(environ)
        said = []
        parts = self.store(environ, lambda status, headers: said.extend((status, headers)))
        body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        return said[0], {name.lower(): value for name, value in said[1]}, body


def test_an_answer_is_made_once_in_an_edition():
    portal = Portal()
    first, again = portal.get(), portal.get()
    assert first == again
    assert len(portal.asked) == 1
    assert first[1]["content-length"] == str(len(first[2]))
    assert "x-request-id" not in first[1]
    portal.now = ("edition", 2)
    assert portal.get() != first
    assert len(portal.asked) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/frameworks/"},
        {"query": "as_of=2014"},
        {"host": "other.example.org"},
        {"x_forwarded_proto": "https"},
        {"path": "/api/v1/", "accept": "text/csv"},
    ],
)
def test_what_could_answer_otherwise_is_kept_apart(other):
    portal = Portal()
    asked = {"path": other.get("path", "/partners/")} if "accept" in other else {}
    assert portal.get(**asked) != portal.get(**other)
    assert len(portal.asked) == 2


def test_parameters_in_another_order_are_the_same_question():
    portal = Portal()
    assert portal.get(query="b=2&a=1%20x") == portal.get(query="a=1+x&b=2")
    assert [one["QUERY_STRING"] for one in portal.asked] == ["a=1+x&b=2"]
    portal.get(query="b=2&b=1")
    assert portal.asked[-1]["QUERY_STRING"] == "b=2&b=1"  # a repeated one is for the address to refuse
    portal.get(query="%ff=1")
    assert portal.asked[-1]["QUERY_STRING"] == "%ff=1"  # not ours to put right


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Basic eA=="},
        {"range": "bytes=0-1"},
        {"cookie": "sessionid=x"},
        {"method": "POST"},
        {"path": "/admin/"},
        {"path": "/api/v1/", "accept": "application/json;q=0.9, */*"},
    ],
)
def test_what_goes_past_the_store(headers):
    portal = Portal()
    portal.get(**headers)
    _status, said, _ = portal.get(**headers)
    assert len(portal.asked) == 2
    assert "etag" not in said


@pytest.mark.parametrize(
    "made",
    [
        {"status": "404 Not Found"},
        {"status": "410 Gone"},
        {"status": "500 Internal Server Error"},
        {"status": "301 Moved Permanently"},
        {"headers": [*PAGE, ("Set-Cookie", "a=b")]},
        {"headers": [("Content-Type", "text/html")]},
        {"headers": [("Cache-Control", "no-store, private")]},
        {"headers": [("Cache-Control", "public, no-store")]},
        {"body": b"x" * 3_000_000},
        {"headers": [*PAGE, ("Content-Length", "3000000")]},
    ],
)
def test_what_is_never_kept(made):
    portal = Portal(**made)
    first = portal.get()
    assert first[0] == made.get("status", "200 OK")
    assert first[2]
    portal.get()
    assert len(portal.asked) == 2
    assert not any(shelf.kept for shelf in portal.store.shelves.values())
    assert portal.get(method="HEAD")[2] == b""


def test_an_edition_that_ends_meanwhile_is_not_kept():
    portal = Portal()
    made = portal.__call__

    def publishing(environ, start_response):
        portal.now = ("edition", 2)
        return made(environ, start_response)

    portal.store.app = publishing
    assert portal.get()[0] == "200 OK"
    portal.store.app = portal
    portal.get()
    assert len(portal.asked) == 2


def test_nothing_is_kept_or_given_while_the_edition_is_unknown():
    portal = Portal()
    kept = portal.get()
    portal.now = None
    assert portal.get() != kept
    assert portal.get(if_none_match=kept[1]["etag"])[0] == "200 OK"
    portal.now = ("edition", 1)
    assert portal.get() == kept


def test_each_encoding_has_its_bytes_and_its_tag():
    portal = Portal()
    plain, zipped, brotlied = portal.get(), portal.get(accept_encoding="gzip"), portal.get(accept_encoding="br, gzip")
    assert gzip.decompress(zipped[2]) == brotli.decompress(brotlied[2]) == plain[2]
    assert [one[1].get("content-encoding") for one in (plain, zipped, brotlied)] == [None, "gzip", "br"]
    assert len({one[1]["etag"] for one in (plain, zipped, brotlied)}) == 3
    assert {one[1]["vary"] for one in (plain, zipped, brotlied)} == {"Accept-Encoding"}
    for one, accepted in ((plain, {}), (zipped, {"accept_encoding": "gzip"}), (brotlied, {"accept_encoding": "br"})):
        status, said, body = portal.get(if_none_match=f'"x", W/{one[1]["etag"]}', **accepted)
        assert (status, body) == ("304 Not Modified", b"")
        assert said["etag"] == one[1]["etag"]
        assert "content-length" not in said
        assert "content-type" not in said
    assert len(portal.asked) == 1


@pytest.mark.parametrize(
    ("kind", "shrinks"),
    [
        ("application/json", True),
        ("application/geo+json", True),
        ("application/jsonl", True),
        ("application/atom+xml; charset=utf-8", True),
        ("text/csv; charset=utf-8", True),
        ("image/svg+xml", True),
        ("image/png", False),
        ("application/zip", False),
    ],
)
def test_what_is_text_is_compressed(kind, shrinks):
    portal = Portal(headers=[("Content-Type", kind), ("Cache-Control", "public")])
    assert (portal.get(accept_encoding="gzip")[1].get("content-encoding") == "gzip") == shrinks


def test_the_same_bytes_in_a_later_edition_have_the_same_tag():
    portal = Portal(body=b"unchanged " * 100)
    tag = portal.get(accept_encoding="br")[1]["etag"]
    portal.now = ("edition", 2)
    assert portal.get(accept_encoding="br", if_none_match=tag)[0] == "304 Not Modified"


def test_a_head_has_the_headers_of_a_get():
    portal = Portal()
    _status, said, body = portal.get(method="HEAD", accept_encoding="gzip")
    assert body == b""
    assert said == portal.get(accept_encoding="gzip")[1]
    assert portal.asked[0]["REQUEST_METHOD"] == "GET"


def test_the_day_of_last_change_is_asked_only_without_a_tag():
    modified = [*PAGE, ("Last-Modified", "Thu, 03 Apr 2008 00:00:00 GMT")]
    portal = Portal(headers=modified)
    assert portal.get(if_modified_since="Thu, 03 Apr 2008 00:00:00 GMT")[0] == "304 Not Modified"
    assert portal.get(if_modified_since="Thu, 03 Apr 2008 00:00:00 GMT", if_none_match='"x"')[0] == "200 OK"


def test_room_is_bounded_and_dated_answers_have_a_quarter_of_it():
    portal = Portal(body=b"x" * 10_000, room=200_000)
    for number in range(40):
        portal.get(query=f"as_of={1990 + number}")
    undated, dated = portal.store.shelves[False], portal.store.shelves[True]
    assert 0 < dated.size <= 50_000
    for number in range(40):
        portal.get(query=f"page={number}")
    assert undated.size + dated.size <= 200_000
    assert undated.size > 100_000
    assert undated.size == sum(kept.size for kept in undated.kept.values())
    assert portal.get(query="page=39")
    assert len(portal.asked) == 80


def test_many_who_ask_at_once_wait_for_one():
    portal = Portal()
    inside, go = threading.Event(), threading.Event()
    made = portal.__call__

    def slow(environ, start_response):
        inside.set()
        go.wait(5)
        return made(environ, start_response)

    portal.store.app = slow
    answers = []
    crowd = [threading.Thread(target=lambda: answers.append(portal.get())) for _ in range(8)]
    crowd[0].start()
    inside.wait(5)
    for one in crowd[1:]:
        one.start()
    go.set()
    for one in crowd:
        one.join(5)
    assert len(answers) == 8
    assert len({body for *_, body in answers}) == 1
    assert len(portal.asked) == 1


def test_one_who_fails_leaves_the_others_to_try_themselves():
    portal = Portal()
    failing = [True]
    made = portal.__call__

    def once(environ, start_response):
        if failing.pop() if failing else False:
            raise RuntimeError("no")
        return made(environ, start_response)

    portal.store.app = once
    with pytest.raises(RuntimeError):
        portal.get()
    assert portal.get()[0] == "200 OK"
    assert not portal.store.flights


def test_the_most_asked_are_made_anew():
    clock = [60.0]
    portal = Portal(clock=lambda: clock[0])
    for path, times in (("/a/", 1), ("/b/", 3), ("/c/", 2)):
        for _ in range(times):
            portal.get(path, accept_encoding="gzip")
    clock[0] += 60  # the minute before counts as well
    portal.now = ("edition", 2)
    assert portal.store.refresh(2) == 2
    assert [one["PATH_INFO"] for one in portal.asked[-2:]] == ["/b/", "/c/"]
    before = len(portal.asked)
    assert portal.get("/b/")[2] == b"answer " * 100 + b"4 "
    assert len(portal.asked) == before
    assert portal.store.refresh(2) == 0


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=5))
def test_a_canonical_question_asks_the_same(parameters):
    from urllib.parse import parse_qsl, urlencode

    query = canonical(urlencode(parameters))
    assert query is not None
    assert dict(parse_qsl(query, keep_blank_values=True)) == parameters
    assert canonical(query) == query


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("br;q=x", ""),
        ("GZIP ; q=1", "gzip"),
    ],
)
def test_the_encoding_is_one_that_the_caller_takes(accepted, best):
    assert best_encoding(accepted) == best

"""Answers kept ready in front of Django: the outermost layer of WSGI. No framework in it.

What is public is a function of the edition (head of `published`, and the day) and of the request's host, path, parameters,
format and encoding. So an answer is kept under those, together with the edition that was read *before* it was made, and is
given only while that edition is still the one in force. Only anonymous GETs that were answered with 200 and
`Cache-Control: public` are kept; a 404, a 410, an error, a preview or anything with a cookie never is. Parameters that an
address doesn't know are refused by the address itself, so what is kept has none.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import re
import sys
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable
from urllib.parse import parse_qsl, urlencode

import brotli

COMPRESSIBLE = re.compile(r"text/|image/svg|application/(.*\b)?(json|jsonl|xml|javascript|link-format)\b")
"""What is text, whatever its media type calls itself."""

OF_ONE_ANSWER = frozenset({"content-length", "x-request-id", "ratelimit", "etag", "vary", "connection", "date"})
"""Headers that belong to one answer or are made anew, in small letters."""

WORTH_COMPRESSING = 400  # bytes
WAIT = 20  # seconds for somebody else's making of the same answer
ORIGIN = "portal.origin"
"""Where a request is told how it was answered: `store`, or `made` where the store had nothing; absent when it went past."""
Environ = dict
Edition = object


class Kept:
    """An answer: what was asked, the edition it was made in, and its bytes in each encoding that was wanted so far."""

    __slots__ = ("edition", "environ", "forms", "headers", "type")

    def __init__(self, edition: Edition, environ: Environ, headers: list[tuple[str, str]], body: bytes):
        vary = next((value for name, value in headers if name.lower() == "vary"), "")
        names = [name.strip() for name in vary.split(",") if name.strip()]
        if "accept-encoding" not in (name.lower() for name in names):
            names.append("Accept-Encoding")
        self.edition, self.environ = edition, environ
        self.type = next((value for name, value in headers if name.lower() == "content-type"), "")
        self.headers = [pair for pair in headers if pair[0].lower() not in OF_ONE_ANSWER]
        self.headers.append(("Vary", ", ".join(names)))
        self.forms: dict[str, Form] = {"": Form(self, body, "")}

    def form(self, encoding: str) -> tuple[Form, int]:
        """The answer in an encoding, and by how many bytes that made the store larger."""
        plain = self.forms[""]
        if not encoding or len(plain.body) < WORTH_COMPRESSING or not COMPRESSIBLE.match(self.type):
            return plain, 0
        if (form := self.forms.get(encoding)) is not None:
            return form, 0
        form = self.forms[encoding] = Form(self, ENCODERS[encoding](plain.body), encoding)
        return form, form.size

    @property
    def size(self) -> int:
        return 2000 + sum(form.size for form in list(self.forms.values()))


class Form:
    """The bytes of an answer in one encoding, with the headers of a 200 and of a 304."""

    __slots__ = ("body", "headers", "modified", "tag", "unchanged")

    def __init__(self, kept: Kept, body: bytes, encoding: str):
        self.body = body
        self.tag = f'"{hashlib.sha256(body).hexdigest()}"'
        common = [*kept.headers, ("ETag", self.tag)]
        self.modified = next((value for name, value in common if name.lower() == "last-modified"), None)
        self.unchanged = [pair for pair in common if not pair[0].lower().startswith("content-")]
        self.headers = [*common, ("Content-Length", str(len(body)))]
        if encoding:
            self.headers.append(("Content-Encoding", encoding))

    @property
    def size(self) -> int:
        return len(self.body) + 1000


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}


class Flight:
    """The making of one answer, for which others wait."""

    __slots__ = ("done", "kept")

    def __init__(self):
        self.done, self.kept = threading.Event(), None


class Store:
    """`app`, with its public answers kept. `edition()` gives the one in force, or None while that isn't known.

    `private` are beginnings of paths that go past the store, `cookie` is the name of the cookie that makes a caller
    somebody, `formats` are the spellings of `Accept` that stand for a format of the API (any other goes past the store). `room` is in bytes, of which answers as of a day take a quarter at most; an answer above `largest` is passed on.
    """

    def __init__(
        self,
        app,
        edition: Callable[[], Edition | None],
        *,
        private: tuple[str, ...] = (),
        cookie: str = "sessionid",
        formats: Collection[str] = (),
        room: int = 64_000_000,
        largest: int = 2_000_000,
        clock: Callable[[], float] = time.time,
    ):
        self.app, self.edition, self.private, self.cookie = app, edition, private, cookie
        self.formats, self.room, self.largest, self.clock = formats, room, largest, clock
        self.shelves = {False: Shelf(), True: Shelf()}  # undated and dated
        self.flights: dict[tuple, Flight] = {}
        self.lock = threading.Lock()
        self.minute, self.asked, self.asked_before = 0, Counter(), Counter()
        self.encodings: dict[str, str] = {}

    # A request ----------------------------------------------------------------------------------------------------

    def __call__(self, environ: Environ, start_response) -> Iterable[bytes]:
        key = self.key(environ)
        if key is None:
            return self.app(environ, start_response)
        edition = self.edition()
        kept = self.shelves[key[0]].get(key)
        environ[ORIGIN] = "store"
        if kept is None or edition is None or kept.edition != edition:
            environ[ORIGIN] = "made"
            made = self.made(key, edition, environ)
            if not isinstance(made, Kept):
                return passed_on(made, environ, start_response)
            kept = made
        self.count(key)
        return self.given(key, kept, environ, start_response)

    def key(self, environ: Environ) -> tuple | None:
        """What the answer depends on, beside the edition; None for what goes past the store."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or path.startswith(self.private):
            return None
        if "HTTP_AUTHORIZATION" in environ or "HTTP_RANGE" in environ:
            return None
        if self.cookie in environ.get("HTTP_COOKIE", ""):
            return None
        accepted = environ.get("HTTP_ACCEPT", "") if path.startswith("/api/") else ""
        if accepted == "*/*":
            accepted = ""
        query = canonical(environ.get("QUERY_STRING", ""))
        if query is None or (accepted and accepted not in self.formats):
            return None
        scheme = (environ.get("wsgi.url_scheme"), environ.get("HTTP_X_FORWARDED_PROTO"))
        dated = "as_of=" in query or "known_at=" in query
        return dated, environ.get("HTTP_HOST", ""), scheme, path, query, accepted

    def given(self, key: tuple, kept: Kept, environ: Environ, start_response) -> Iterable[bytes]:
        form = self.form(key, kept, self.encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))
        if has_it(environ, form):
            start_response("304 Not Modified", list(form.unchanged))
            return ()
        start_response("200 OK", list(form.headers))  # a copy: wsgiref's server writes into it
        return (form.body,) if environ["REQUEST_METHOD"] == "GET" else ()

    def form(self, key: tuple, kept: Kept, encoding: str) -> Form:
        """An answer in an encoding; made at first demand."""
        form, grown = kept.form(encoding)
        if grown and self.shelves[key[0]].get(key) is kept:
            self.shelves[key[0]].grow(grown)
            self.make_room()
        return form

    def encoding(self, accepted: str) -> str:
        """The encoding that a caller takes and we like best. What was read once is known."""
        found = self.encodings.get(accepted)
        if found is None:
            found = best_encoding(accepted)
            if len(self.encodings) < 500:
                self.encodings[accepted] = found
        return found

    # Making an answer ---------------------------------------------------------------------------------------------

    def made(self, key: tuple, edition: Edition | None, environ: Environ) -> Kept | Passing:
        """The answer, made once for all who ask meanwhile in the same edition, and kept if the edition still holds."""
        if edition is None:
            return self.ask(environ, edition, key)
        place = (key, edition)
        with self.lock:
            flight = self.flights.get(place)
            mine = flight is None
            if flight is None:
                flight = self.flights[place] = Flight()
        if not mine:
            if flight.done.wait(WAIT) and flight.kept is not None:
                return flight.kept
            return self.ask(environ, edition, key)
        try:
            made = self.ask(environ, edition, key)
            if isinstance(made, Kept):
                flight.kept = made
                if self.edition() == edition:
                    self.keep(key, made)
            return made
        finally:
            with self.lock:
                del self.flights[place]
            flight.done.set()

    def ask(self, environ: Environ, edition: Edition | None, key: tuple) -> Kept | Passing:
        """Let the application answer, as to a plain GET; what may be kept comes back whole."""
        asked = {name: value for name, value in environ.items() if name not in CONDITIONS}
        asked["REQUEST_METHOD"], asked["QUERY_STRING"] = "GET", key[4]
        said: list = []
        parts = self.app(asked, lambda status, headers, error=None: said.extend((status, headers)))
        chunks = iter(parts)
        head = next(chunks, b"")  # an application may call start_response as late as with its first bytes
        status, headers = said
        names = {name.lower(): value for name, value in headers}
        may = status.startswith("200") and "set-cookie" not in names and "content-encoding" not in names
        policy = names.get("cache-control", "")
        may = may and "public" in policy and "no-store" not in policy
        if may and int(names.get("content-length", 0)) <= self.largest:
            while len(head) <= self.largest:
                if (chunk := next(chunks, None)) is None:
                    close(parts)
                    return Kept(edition, reduced(asked), headers, head)
                head += chunk
        return Passing(status, headers, head, chunks, parts)

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return sum(shelf.size for shelf in self.shelves.values())

    # The shelves --------------------------------------------------------------------------------------------------

    def keep(self, key: tuple, kept: Kept) -> None:
        self.shelves[key[0]].put(key, kept)
        self.make_room()

    def make_room(self) -> None:
        undated, dated = self.shelves[False], self.shelves[True]
        while dated.size > self.room // 4 and dated.drop():
            pass
        while undated.size + dated.size > self.room and (undated.drop() or dated.drop()):
            pass

    def count(self, key: tuple) -> None:
        minute = int(self.clock() // 60)
        if minute != self.minute:
            self.asked_before = self.asked if minute == self.minute + 1 else Counter()
            self.minute, self.asked = minute, Counter()
        if key in self.asked or len(self.asked) < 10_000:
            self.asked[key] += 1

    def most_asked(self, number: int) -> list[tuple]:
        """The keys most asked for in this minute and the one before."""
        return [key for key, _ in (Counter(self.asked) + Counter(self.asked_before)).most_common(number)]

    def refresh(self, number: int = 200) -> int:
        """Make the most asked answers anew after the edition has changed; returns how many. Stops when it changes again."""
        edition, made = self.edition(), 0
        for key in self.most_asked(number):
            kept = self.shelves[key[0]].get(key)
            if kept is None or kept.edition == edition:
                continue
            if edition is None or self.edition() != edition:
                break
            again = self.made(key, edition, {**kept.environ, "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr})
            if isinstance(again, Kept):
                for encoding in [name for name in kept.forms if name]:
                    self.form(key, again, encoding)
                made += 1
            else:
                again.close()
        return made


class Shelf:
    """Kept answers by key, the longest unasked first, with their size in bytes."""

    def __init__(self):
        self.kept: OrderedDict[tuple, Kept] = OrderedDict()
        self.size = 0
        self.lock = threading.Lock()

    def get(self, key: tuple) -> Kept | None:
        kept = self.kept.get(key)
        if kept is not None:
            with contextlib.suppress(KeyError):  # dropped meanwhile
                self.kept.move_to_end(key)
        return kept

    def put(self, key: tuple, kept: Kept) -> None:
        with self.lock:
            if (old := self.kept.pop(key, None)) is not None:
                self.size -= old.size
            self.kept[key] = kept
            self.size += kept.size

    def grow(self, size: int) -> None:
        with self.lock:
            self.size += size

    def drop(self) -> bool:
        with self.lock:
            if not self.kept:
                self.size = 0
                return False
            self.size -= self.kept.popitem(last=False)[1].size
            return True


class Passing:
    """An answer that isn't kept: what the application said, with the part of its body that was read already."""

    __slots__ = ("chunks", "head", "headers", "parts", "status")

    def __init__(self, status: str, headers: list[tuple[str, str]], head: bytes, chunks, parts):
        self.status, self.headers, self.head, self.chunks, self.parts = status, headers, head, chunks, parts

    def __iter__(self):
        return self

    def __next__(self) -> bytes:
        if self.head:
            head, self.head = self.head, b""
            return head
        return next(self.chunks)

    def close(self) -> None:
        close(self.parts)


CONDITIONS = frozenset(
    {
        "HTTP_IF_NONE_MATCH",
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_IF_MATCH",
        "HTTP_IF_UNMODIFIED_SINCE",
        "HTTP_ACCEPT_ENCODING",
    }
)
"""What the store answers itself."""

AGAIN = "portal.again"
"""Set in a request that the store makes for itself: nobody waits for it, and it counts for nobody's limit."""


def reduced(environ: Environ) -> Environ:
    """As much of a request as is needed to ask again: text, and what the server says of itself."""
    return {name: value for name, value in environ.items() if isinstance(value, str | bool | tuple)} | {AGAIN: True}


def passed_on(passing: Passing, environ: Environ, start_response) -> Iterable[bytes]:
    """An answer that isn't kept, as the caller asked for it: without a body to a HEAD, as a 304 to whom has it already."""
    tag = next((value for name, value in passing.headers if name.lower() == "etag"), "")
    if passing.status.startswith("200") and tag and matches(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
        passing.close()
        start_response("304 Not Modified", [p for p in passing.headers if not p[0].lower().startswith("content-")])
        return ()
    start_response(passing.status, passing.headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        passing.close()
        return ()
    return passing


def has_it(environ: Environ, form: Form) -> bool:
    """Whether the caller has these very bytes (RFC 9110, 13.2.2: the tag decides where one is given)."""
    if (tags := environ.get("HTTP_IF_NONE_MATCH")) is not None:
        return matches(tags, form.tag)
    return form.modified is not None and environ.get("HTTP_IF_MODIFIED_SINCE") == form.modified


def matches(tags: str, tag: str) -> bool:
    return tags == tag or tags.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in tags.split(","))


def canonical(query: str) -> str | None:
    """Parameters in the order of their names, spelt in one way; None for what can't be read back as it was."""
    if not query:
        return ""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=50)
    except ValueError:
        return None
    return urlencode(sorted(pairs, key=lambda pair: pair[0]))


def best_encoding(accepted: str) -> str:
    """`br` or `gzip`, whichever the caller weighs higher (brotli when equal), or neither."""
    weights = {}
    for one in accepted.lower().split(","):
        name, _, rest = one.partition(";")
        weight = rest.strip().removeprefix("q=") if rest.strip().startswith("q=") else "1"
        try:
            weights[name.strip()] = float(weight)
        except ValueError:
            weights[name.strip()] = 0.0
    best, most = "", 0.0
    for encoding in ("br", "gzip"):
        weight = weights.get(encoding, weights.get("*", 0.0))
        if weight > most:
            best, most = encoding, weight
    return best


def close(parts) -> None:
    if (closing := getattr(parts, "close", None)) is not None:
        closing()

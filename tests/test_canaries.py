"""Nothing that isn't public turns up in public: no page, feed or answer of the API holds a word of a draft."""

from __future__ import annotations

import re

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partnerships.api.urls import urlpatterns as api_patterns
from partnerships.models import KINDS, Membership, Participant, Participation
from partnerships.publishing.documents import columns, owned_rows
from tests.canaries import NO_WORD, Canaries, can_hold_a_word, fields_without_a_word, make_canaries
from tests.public.samples import SAMPLES, filled
from tests.sweep import FULL, some

ROWS = {"memberships": Membership, "participations": Participation, "participants": Participant}
STATES = ("public", "draft", "before", "changed", "retracted", "taken")


@pytest.fixture(scope="module")
def canaries(root, empty_template, django_db_blocker):
    """The world of canaries, made once for this module and only read."""
    import pickle

    from tests import databases

    note = root / "canaries.pickle"
    with django_db_blocker.unblock():
        pair = databases.template(
            root, "canaries", lambda: note.write_bytes(pickle.dumps(make_canaries())), base=empty_template
        )
        with databases.using(pair):
            yield pickle.loads(note.read_bytes())  # noqa: S301 (our own, of this run)


def forbidden(canaries: Canaries) -> dict[str, tuple]:
    """Words that may stand nowhere. A tombstone tells a retracted record's title; addresses and the log keep slugs."""
    words = canaries.of("draft", "changed")
    words |= canaries.of("retracted", but=("title", "slug"))
    words |= canaries.of("taken", but=("slug",))
    aliases = {word for word, key in words.items() if key[2] == "alias" and key[0] in ("retracted", "taken")}
    return {word: key for word, key in words.items() if word not in aliases}


def slugs(canaries: Canaries) -> dict[str, list[str]]:
    """Of each kind: the slugs of all states, and a former one."""
    return {
        name: [canaries.words[state, name, name, "slug"] for state in STATES]
        + [canaries.words["public", name, "alias", "slug"]]
        for name in KINDS
    }


def addresses(canaries: Canaries) -> list[str]:
    """Every public address with every slug in its places, and every address of the API."""
    known = slugs(canaries)
    public = canaries.words["public", "exercise", "exercise", "slug"]
    details = [route for route in SAMPLES if route.endswith("-detail")]
    paired = known | {"edition": [f"{public}/{slug}" for slug in known["edition"]]}
    past = [route for route in SAMPLES if route.endswith(("-history", "-version"))]
    pages = list(filled(paired, [*details, *past]))
    # Lists are asked for a public one and a draft.
    some = {name: slugs[:2] for name, slugs in known.items()} | {"word": ["zq"]}
    rest = [route for route in SAMPLES if route not in (*details, *past)]
    pages += filled(some, [route for route in rest if not route.startswith("editions-")])
    pages += filled(paired, [route for route in rest if route.startswith("editions-")])
    answers = []
    for pattern in api_patterns:
        plural, _, shape = (pattern.name or "").rpartition("-")
        if shape == "detail" and plural in ROWS:
            pks = [str(pk) for pk in ROWS[plural].objects.using("default").values_list("pk", flat=True)]
            answers += [f"/api/v1/{plural}/{pk}/" for pk in pks]
        elif shape == "detail":
            kind = next(kind for kind in KINDS.values() if kind.plural == plural)
            answers += [
                f"/api/v1/{plural}/{slug}/{below}" for slug in known[kind.kind_name()] for below in ("", "versions/1/")
            ]
        elif shape == "list":
            answers += [
                f"/api/v1/{plural}/",
                f"/api/v1/{plural}/?page_size=200&as_of=2014",
                f"/api/v1/{plural}/?ordering=-id",
                *([f"/api/v1/{plural}/?known_at=1"] if FULL else []),  # its edition takes seconds to make
            ]
    answers += [
        "/api/v1/",
        "/api/v1/search/?q=zq",
        "/api/v1/changes/",
        "/api/v1/changes/?page_size=200",
        "/api/v1/changes/?page_size=200&include=document,patch",
        "/api/v1/changes/feed.json",
        "/api/v1/corrections/",
        "/api/v1/schema/",
    ]
    return pages + answers + ["/api/v1/docs/", "/nowhere/", "/api/v1/nowhere/", "/healthz", "/readyz"]


def test_every_text_holds_a_word(canaries):
    assert fields_without_a_word(canaries) == []
    codes = {
        column.name
        for kind in KINDS.values()
        for model in (kind, *owned_rows(kind).values())
        for column in columns(model)
        if column.get_internal_type() == "CharField" and not column.choices and not can_hold_a_word(column)
    }
    assert {name for name in codes if name in NO_WORD} == NO_WORD


def test_the_sweep_would_see_a_leak(canaries):
    """The positive control: words of public records do turn up, from each kind."""
    seen = "".join(Client().get(f"/api/v1/{kind.plural}/").content.decode() for kind in KINDS.values())
    for name in KINDS:
        assert canaries.words["public", name, name, "title"] in seen
        assert canaries.words["before", name, name, "title"] in seen


def kept(address: str, key: tuple) -> bool:
    """Whether a word may stand there: what was retracted stays readable in versions, in the stream and in its own time."""
    return key[0] == "retracted" and any(
        place in address for place in ("/versions/", "/history/", "include=document", "known_at=")
    )


@pytest.mark.sampled
def test_no_word_of_what_is_not_public_anywhere(canaries, settings, tmp_path):
    settings.EDITIONS_ROOT = tmp_path
    secret, leaks, statuses = forbidden(canaries), [], set()
    shape = re.compile(r"zq[0-9a-f]{5}q")
    for number, address in enumerate(some(addresses(canaries), 3)):
        for method in ("get", "head", "options") if number % 10 == 0 else ("get",):
            response = getattr(Client(), method)(address)
            statuses.add(response.status_code)
            text = response.content.decode("utf-8", "replace") + str(dict(response.headers))
            leaks += [
                (method, address, secret[word])
                for word in set(shape.findall(text))
                if word in secret and word not in address and not kept(address, secret[word])
            ]
    assert leaks == [], f"{len(leaks)} leaks, from {sorted({key[2:] for _, _, key in leaks})}"
    assert statuses == {200, 204, 301, 400, 404, 405, 410}


def test_every_public_route_has_a_sample():
    from partnerships.public.urls import urlpatterns

    assert {pattern.name for pattern in urlpatterns} <= set(SAMPLES) | {
        "media"
    }  # files that are named by a digest of their bytes


@pytest.mark.parametrize("state", ["draft", "changed", "taken"])
def test_search_does_not_find_it(canaries, state):
    for name, kind in KINDS.items():
        for where in ("title", "body", "summary"):
            word = canaries.words[state, name, name, where]
            assert Client().get(f"/api/v1/search/?q={word}").json()["count"] == 0
            assert Client().get(f"/api/v1/{kind.plural}/?q={word}").json()["count"] == 0


@pytest.mark.parametrize(
    ("name", "plural"),
    [("partner", "milestones"), ("framework", "claims"), ("region", "partners"), ("source", "pages")],
)
def test_filters_do_not_know_it(canaries, name, plural):
    """A slug of a draft is refused as one that never was; what is hinted at instead is public."""
    public = set(canaries.of("public", "before", "retracted"))
    answers = []
    draft = canaries.words["draft", name, name, "slug"]
    # made of the same sorts of letters, so that the search for what was meant takes the same way
    never = draft.translate(str.maketrans("0123456789abcdef", "1234567890bcdefa"))
    assert never not in canaries.words.values()
    for slug in (draft, never):
        problem = Client().get(f"/api/v1/{plural}/?{name}={slug}").json()
        assert problem.pop("hint", "") in public | {""}
        answers.append(problem | {"detail": problem["detail"].replace(slug, "…").partition(" Did you mean")[0]})
    assert answers[0] == answers[1]
    assert answers[0]["status"] == 400


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("term", "notice", "image")])
@pytest.mark.parametrize("door", ["", "/api/v1"])
def test_a_draft_and_what_never_was_answer_alike(canaries, name, door):
    """Status, bytes, headers, number and text of the queries: nothing tells them apart but what was asked."""
    kind, twins = KINDS[name], []
    series = canaries.words["public", "exercise", "exercise", "slug"]
    base = f"{door}/{kind.plural}/" if door or name != "edition" else f"/exercises/{series}/"
    draft = canaries.words["draft", name, name, "slug"]
    # made of the same sorts of letters, so that the search for what was meant takes the same way
    never = draft.translate(str.maketrans("0123456789abcdef", "1234567890bcdefa"))
    assert never not in canaries.words.values()
    for slug in (draft, never):
        with CaptureQueriesContext(connections["published"]) as queries:
            response = Client().get(f"{base}{slug}/")
        said = response.content.decode().replace(slug, "…"), sorted(response.headers.items())
        twins.append(
            (
                response.status_code,
                said[0],
                str(said[1]).replace(slug, "…"),
                [q["sql"].replace(slug, "…") for q in queries],
            )
        )
    assert twins[0][0] == 404
    # An ETag is a digest of the bytes, and these name the slug that was asked for.
    twins = [(status, body, re.sub(r"[0-9a-f]{32,}", "…", headers), sql) for status, body, headers, sql in twins]
    assert twins[0] == twins[1]

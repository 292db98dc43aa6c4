"""Who may do what, walked: every page of the desk for everybody, looked at and posted to, records standing in every way.

Each post is one that would do something if its sender might do it, which those who may show; where nobody may, or the
sender mayn't, nothing at all is different afterwards. `make test-slow` walks all kinds and all states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager

import pytest
from django.db import connections

from partnerships.editorial.models import Review, Standing
from partnerships.editorial.permissions import RIGHTS
from partnerships.models import KINDS
from tests import databases
from tests.sweep import FULL

from .browser import watched, writes
from .walking import (
    FORGED,
    FORGED_ELSEWHERE,
    HIDDEN,
    MARK,
    OUTSIDE,
    PEOPLE,
    Answer,
    Forged,
    Scene,
    ask,
    build,
    build_rest,
    copied,
    everything,
    has,
    page_of,
    patterns,
    signed,
    table,
    walkers,
)

SOME = sorted(KINDS) if FULL else ["notice"]
WAYS = [(standing, review) for standing in Standing.values for review in Review.values]

ROLLED_BACK = {"kind previewed": "the public side holds the revision while its page is made, and then no more"}
"""Pages that write when they are looked at, and why nothing of it stays."""


class Tally:
    """Cells walked, and those that were not as the table says."""

    def __init__(self):
        self.cells: Counter = Counter()
        self.deviations: list[str] = []

    def cell(self, sort: str, good: bool, *about) -> None:
        self.cells[sort] += 1
        if not good:
            self.deviations.append(f"{sort}: {' · '.join(map(str, about))}")

    def done(self, what: str) -> None:
        counted = ", ".join(f"{n} {sort}" for sort, n in self.cells.items())
        print(f"\n{what}: {self.cells.total()} cells ({counted}), {len(self.deviations)} deviations")
        assert not self.deviations, "\n".join(self.deviations)
        assert self.cells


@pytest.fixture
def scene_of(own, world_template, tmp_path):
    """A context manager with the scene of a kind, and another inside it with a copy that may be spoilt."""

    @contextmanager
    def scene_of(kind: str):
        with own(world_template) as pair:
            scene = build(kind) if kind else build_rest()
            with databases.using(pair):  # closes what is open, so that the files are whole

                def spoilt():
                    connections.close_all()
                    return copied(pair, tmp_path)

                yield scene, spoilt

    return scene_of


def refused(name: str, answer: Answer, page: str = "") -> bool:
    """Whether somebody was turned away: to the sign-in from outside the desk, mostly by 403 within."""
    if name in OUTSIDE:
        return answer.code == 302 and answer.response.url.startswith("/admin/login/")
    if PEOPLE[name] == "no role" and page in HIDDEN:
        return answer.code == HIDDEN[page]
    return answer.code == 403


def shows(answer: Answer) -> bool:
    return MARK in answer.body


# The table and the desk -------------------------------------------------------------------------------------------------


def test_every_page_of_the_desk_is_in_the_table():
    there = {page_of(pattern, name) for pattern, name in patterns()} - {""}
    assert there == set(table())


def test_every_right_is_walked():
    looked = {verb for verb, _ in table().values()}
    assert set(RIGHTS) <= looked | {one.verb for one in FORGED} | {"switch"}
    assert {one.page for one in FORGED} <= {page.removeprefix("kind ") for page in table()}


# Looking ----------------------------------------------------------------------------------------------------------------


def _looking(scene: Scene, tally: Tally) -> None:
    """Each page about records for everybody: who may sees it, nobody else learns anything, and nothing is written."""
    before = everything()
    for page, (verb, codes) in table().items():
        if not page.startswith("kind ") or (page == "kind file" and scene.kind != "image"):
            continue
        where = scene.where(page.removeprefix("kind "))
        for name in walkers(verb):
            answer = ask(scene.clients[name], "get", where, before=before)
            _looked(tally, page, name, answer, verb, codes, scene.kind, scene.standing)


def _looked(tally: Tally, page: str, name: str, answer: Answer, verb: str, codes: tuple[int, ...], *about) -> None:
    about = (*about, page, name, answer.code)
    if verb == "open":
        tally.cell("pages shown", answer.code in codes, *about)
    elif name in OUTSIDE or verb == "never" or (verb in RIGHTS and not has(name, verb)):
        tally.cell("refusals to show", refused(name, answer, page) and not shows(answer), *about)
    else:
        tally.cell("pages shown", answer.code in codes, *about)
    tally.cell("looks without writing", not (answer.changed if page in ROLLED_BACK else answer.wrote), *about)


# Posts ------------------------------------------------------------------------------------------------------------------


def _posting(scene: Scene, spoilt, tally: Tally, posts: Sequence[Forged]) -> None:
    """Send each post as everybody: those who may do it in a copy of their own, the others in one that stays as it was."""
    before = everything()
    for one in posts:
        where = scene.where(one.page)
        with watched() as statements:
            fields = one.fields(scene)
        tally.cell("forms opened without writing", not writes(statements), scene.kind, scene.standing, one.name)
        able = [name for name in PEOPLE if scene.able(one, name)]
        for name in PEOPLE if one.who else walkers(one.verb):
            if name not in able:
                answer = ask(scene.clients[name], "post", where, signed(fields, scene, name), before)
                _refused(scene, one, name, answer, tally)
        for name in able if FULL else able[:1]:
            with spoilt():
                answer = ask(scene.clients[name], "post", where, signed(fields, scene, name), before)
                about = (scene.kind, scene.standing, scene.review, one.name, name, answer.code)
                tally.cell("posts that do it", answer.changed and answer.code in (200, 302), *about)


def _refused(scene: Scene, one: Forged, name: str, answer: Answer, tally: Tally) -> None:
    about = (scene.kind, scene.standing, scene.review, one.name, name, answer.code)
    tally.cell("posts that change nothing", not answer.changed, *about, *answer.wrote)
    if not has(name, "view"):
        turned = refused(name, answer) or (one.verb == "never" and answer.code == 400)
        tally.cell("posts turned away", turned and not shows(answer), *about)
    elif one.verb != "never" and not one.action and not has(name, one.verb):
        tally.cell("posts turned away", answer.code == 403, *about)


def _chosen(scene: Scene) -> dict[tuple[str, str], list[Forged]]:
    """Which posts are tried in which ways a record can stand: all, or each where it does something and where it doesn't."""
    if FULL:
        return dict.fromkeys(WAYS, FORGED)
    chosen: dict[tuple[str, str], list[Forged]] = {}
    for one in FORGED:
        does = {}
        for way in WAYS:
            scene.standing, scene.review = way
            does.setdefault(any(scene.able(one, name) for name in PEOPLE), way)
        for way in does.values():
            chosen.setdefault(way, []).append(one)
    return chosen


@pytest.mark.sampled
@pytest.mark.parametrize("kind", SOME)
def test_the_pages_of_records(scene_of, kind):
    tally = Tally()
    with scene_of(kind) as (scene, spoilt):
        for number, (way, posts) in enumerate(_chosen(scene).items()):
            scene.stand(*way)
            if FULL or not number:
                _looking(scene, tally)
            _posting(scene, spoilt, tally, posts)
    tally.done(f"The pages of {kind}")


# Everything else --------------------------------------------------------------------------------------------------------


def test_the_other_pages_of_the_desk(scene_of):
    """Releases, people, the log, the work lists: looked at by everybody, then posted to with their own forms."""
    tally = Tally()
    with scene_of("") as (scene, spoilt):
        before = everything()
        for page, (verb, codes) in table().items():
            if not page.startswith("kind "):
                for name in walkers(verb):
                    answer = ask(scene.clients[name], "get", scene.where(page), before=before)
                    _looked(tally, page, name, answer, verb, codes)
        _posting(scene, spoilt, tally, FORGED_ELSEWHERE)
        posted = {one.page for one in FORGED_ELSEWHERE} | {"logout"}
        idle = {"confirmed": "1", "post": "yes", "note": "x", "version": "1", "action": "delete_selected"}
        for page, (verb, _) in table().items():
            if not page.startswith("kind ") and page not in posted:
                for name in walkers(verb):
                    answer = ask(scene.clients[name], "post", scene.where(page), idle, before)
                    tally.cell("posts that change nothing", not answer.changed, page, name, answer.code)
                    if verb in RIGHTS and not has(name, verb):
                        turned = refused(name, answer, page) or (answer.code == 405 and name not in OUTSIDE)
                        tally.cell("posts turned away", turned and not shows(answer), page, name, answer.code)
    tally.done("The other pages")

"""Who may do what, walked: every page of the desk for everybody, looked at and posted to, records standing in every way.

Each post is one that would do something if its sender might do it, which those who may show; where nobody may, or the
sender mayn't, nothing at all is different afterwards. `make walk` walks all kinds and all states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db import connections
from django.urls import reverse

from partnerships.admin.base import KindAdmin
from partnerships.admin.provider import NAME
from partnerships.editorial.models import Review, Standing
from partnerships.editorial.permissions import RIGHTS
from partnerships.editorial.preview import make_link
from partnerships.models import KINDS, Notice, Record
from tests import databases

from .browser import watched, writes
from .fake_provider import configured
from .forged import FORGED, FORGED_ELSEWHERE, signed
from .scenes import Scene, build, build_rest
from .walking import (
    HIDDEN,
    MARK,
    OUTSIDE,
    PEOPLE,
    WHOLE,
    Answer,
    Forged,
    ask,
    copied,
    everything,
    has,
    page_of,
    patterns,
    patterns_below,
    table,
    walkers,
)

SOME = sorted(KINDS) if WHOLE else ["notice"]
THOROUGH = ("partner", "notice")
"""The kinds whose records stand in every way in the sweep; the others in those in which a post does something, or not."""
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
        for name in able if WHOLE else able[:1]:
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
    if WHOLE and scene.kind in THOROUGH:
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


@pytest.mark.parametrize("kind", SOME)
def test_the_pages_of_records(scene_of, kind):
    tally = Tally()
    with scene_of(kind) as (scene, spoilt):
        for number, (way, posts) in enumerate(_chosen(scene).items()):
            scene.stand(*way)
            if not number or (WHOLE and way[1] == Review.DRAFT):
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


# What a form or a list holds for some only ------------------------------------------------------------------------------


def test_a_list_offers_the_actions_that_one_may_take(scene_of):
    actions = {
        one.name: one.verb for one in FORGED if one.action and one.name.endswith(("_selected", "_owner", "_day"))
    }
    with scene_of("notice") as (scene, _):
        assert set(actions) == set(KindAdmin.actions)
        for name in ("anna", "bruno", "chiara", "dag"):
            page = scene.clients[name].get(scene.where("changelist"))
            offered = {action for action, _ in page.context["action_form"].fields["action"].choices if action}
            assert offered == {action for action, verb in actions.items() if has(name, verb)}, name
    for kind in KINDS.values():
        assert site.get_model_admin(kind).actions == KindAdmin.actions, kind


def test_only_those_who_may_switch_a_notice(scene_of):
    """By its form, sent as an administrator's would be, with the box that the others don't have."""
    with scene_of("notice") as (scene, spoilt):
        scene.stand("never", "draft")
        was = scene.record.active
        fields = scene.form("change", title="Another title", active=None if was else "on")
        for name in ("anna", "bruno", "chiara", "dag"):
            with spoilt():
                assert scene.clients[name].post(scene.where("change"), fields).status_code == 302
                notice = Notice.objects.get(pk=scene.record.pk)
                assert (notice.title, notice.active != was) == ("Another title", has(name, "switch")), name


# Accounts ---------------------------------------------------------------------------------------------------------------

ACCOUNTS = """
account_index                  302 302
account_login                  200 302
account_logout                 302 302,200
account_inactive               200 200
account_reauthenticate         own 302,200
account_change_password        own 302,200
account_start                  404 404
account_outside                own 200
account_outside_sign_in        405 405
account_outside_return         403 403
account_outside_connect        own 405
account_outside_remove         own 405
usersessions_list              own 200
account_end_session            own 404,405
mfa_index                      own 200
mfa_authenticate               302 302
mfa_reauthenticate             own 302,200
mfa_activate_totp              own 200,302
account_totp_picture           own 404
mfa_deactivate_totp            own 404,302
mfa_view_recovery_codes        own 404,302
mfa_generate_recovery_codes    own 404,302
mfa_list_webauthn              302 302
mfa_add_webauthn               own 200,302
mfa_login_webauthn             200,302,400,405 200,302,400,405
mfa_reauthenticate_webauthn    own 302,200,404
mfa_remove_webauthn            own 302,404
mfa_edit_webauthn              own 302,404
"""
"""The pages of one's own account: what they answer to nobody ("own": the sign-in) and to somebody signed in. Those with
a number name what is another's."""


def test_the_pages_of_an_account_are_its_own(scene_of, settings):
    settings.OIDC = configured()
    tally = Tally()
    lines = [line.split() for line in ACCOUNTS.strip().splitlines()]
    answers = {name: (alone, codes) for name, alone, codes in lines}
    there = dict((name, pattern) for pattern, name in patterns_below("accounts/"))
    assert set(there) == set(answers)
    with scene_of("") as (scene, _):
        sams = scene.sam
        session = UserSession.objects.create(user=sams, ip="127.0.0.1", user_agent="A browser", session_key="sams")
        key = Authenticator.objects.create(user=sams, type=Authenticator.Type.WEBAUTHN, data={"name": "Sam's key"})
        identity = SocialAccount.objects.create(user=sams, provider=NAME, uid="7", extra_data={"called": "Sam there"})
        numbers = {"account_end_session": session.pk, "account_outside_remove": identity.pk}
        numbers |= {"mfa_remove_webauthn": key.pk, "mfa_edit_webauthn": key.pk}
        before = everything()
        for name, (alone, codes) in answers.items():
            where = there[name].replace("<int:pk>", str(numbers.get(name))).replace("<str:token>", "guessed")
            for person in ("nobody", "rolf", "anna", "dag"):
                for method in ("get", "post"):
                    if name == "account_logout" and method == "post":
                        continue  # it ends the session, as it should
                    answer = ask(scene.clients[person], method, where, {"name": "Mine", "note": "x"}, before)
                    about = (name, method, person, answer.code)
                    tally.cell(f"{method}s that change nothing", not answer.changed, *about, *answer.wrote)
                    if person != "nobody":
                        fine = str(answer.code) in codes.split(",") or method == "post"
                    elif alone == "own":
                        fine = answer.code == 302 and answer.response.url.startswith("/accounts/login/")
                    else:
                        fine = str(answer.code) in alone.split(",") or method == "post"
                    tally.cell("answers", fine and "Sam" not in answer.body, *about)
    tally.done("Accounts")


# Preview links ----------------------------------------------------------------------------------------------------------


def test_a_preview_link_shows_what_it_was_made_for(scene_of):
    tally = Tally()
    there = {name for _, name in patterns_below("preview/")}
    assert there == {"preview", "preview-record", "preview-page"}
    with scene_of("") as (scene, _):
        _, of_record = make_link(scene.link.revision, by=User.objects.get(username="anna"))
        _, of_release = make_link(scene.releases["open"], by=User.objects.get(username="anna"))
        other = Record.objects.get(slug="walked-1").pk
        before = everything()
        for token, pk, code in (
            (of_record, scene.record.pk, 200),
            (of_release, scene.record.pk, 200),
            (of_record, other, 404),
            (of_release, other, 404),
            ("guessed", scene.record.pk, 404),
        ):
            for page in sorted(there):
                where = reverse(page, args=[token] if page == "preview" else [token, pk])
                expects = 200 if page == "preview" and token != "guessed" else code
                for person in PEOPLE if WHOLE else ("nobody", "rolf", "dag"):
                    seen = ask(scene.clients[person], "get", where, before=before)
                    about = (page, token[:7], person, seen.code)
                    tally.cell("pages", seen.code == expects, *about)
                    tally.cell("looks that keep nothing", not seen.changed, *about)
                    sent = ask(scene.clients[person], "post", where, {"revoke": str(scene.link.pk)}, before)
                    tally.cell("posts that change nothing", sent.code == 405 and not sent.wrote, *about, sent.code)
    tally.done("Preview links")

"""Every page of the desk in a real browser: axe finds nothing, the content policy holds, nothing is wider than the screen.

The list of pages is the URLconf's: a route that is neither visited nor named as no page fails.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from partnerships.admin.addresses import address, list_address
from partnerships.editorial import releases
from partnerships.editorial.models import Revision
from partnerships.editorial.people import make_link
from partnerships.editorial.preview import make_link as make_preview
from partnerships.editorial.publication import Reason
from partnerships.editorial.review import comment, submit
from partnerships.models import KINDS, Citation, Edition
from partnerships.publishing.models import Publication
from tests import databases
from tests.admin.live import chromium, server, session_of
from tests.admin.records import make
from tests.world import World, resave

pytestmark = pytest.mark.e2e

DOORS = ("admin/", "accounts/", "preview/")
NO_PAGE = {
    # answers to scripts, files and redirects
    *("autocomplete", "jsi18n", "writing_preview", "writing_notes", "calendar_ics", "app_list", "view_on_site"),
    *("presence", "autosave", "discard", "autosave_new", "discard_new", "export", "file", "account_totp_picture"),
    *("login", "logout", "password_change", "password_change_done", "account_index", "mfa_list_webauthn"),
    # only by POST
    *("review", "auth_user_revoke", "account_end_session"),
    # what can't be asked of these: they are only looked at
    *("record_add", "record_change", "record_history", "record_delete"),
    *("publication_add", "publication_history", "publication_delete"),
    # for somebody who isn't signed in, or has a second factor: test_signin_browser.py goes through them
    *("account_login", "mfa_authenticate", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_remove_webauthn", "mfa_edit_webauthn"),
}
"""Routes without a page of their own; a name stands for the route of every kind."""
WAYS = ((1280, "light"), (1280, "dark"), (390, "dark"), (390, "light"))
"""The ways in which somebody may see a page."""
ONE_OF_ALL = {"changelist", "add", "change"}
"""Pages that differ from kind to kind; the others are the same for all, and looked at for a partner."""


def routes() -> set[str]:
    """The routes of the desk by name: `partner_change`, `queue`."""
    found = set()

    def walk(patterns):
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns)
            elif isinstance(one, URLPattern) and one.name:
                found.add(short(one.name))

    walk([one for one in get_resolver().url_patterns if str(one.pattern) in DOORS])
    return found


def short(name: str) -> str:
    return name.removeprefix("partnerships_").removeprefix("publishing_")


def needed() -> set[str]:
    """The routes that must be visited."""
    kinds = {f"{kind}_{page}": (kind, page) for kind in KINDS for page in _pages_of_a_kind()}
    return {
        name
        for name in routes()
        if name not in NO_PAGE
        and kinds.get(name, ("", ""))[1] not in NO_PAGE
        and (name not in kinds or kinds[name][0] == "partner" or kinds[name][1] in ONE_OF_ALL)
    }


def _pages_of_a_kind() -> set[str]:
    return {name.removeprefix("partner_") for name in routes() if name.startswith("partner_")} | {"file"}


def pages() -> dict[str, list[str]]:
    """A world with something on every page, and the addresses of the pages by who looks at them; "" has no account."""
    world = World()
    anna, chiara, dag = (world.user(name) for name in ("anna", "chiara", "dag"))
    records = {kind: model.objects.first() or make(kind) for kind, model in KINDS.items()}
    source, edition = world.nato_topic, Edition.objects.first()
    for where, quotation in (("p. 4", "It has no part in it."), ("", "")):
        Citation.objects.create(record=world.finland, source=source, locator=where, quotation=quotation)
    finland = resave(world.finland, by="anna", capital="Helsinki")
    japan = resave(world.japan, by="anna", capital="Tokyo", body="It is *currently* a partner.\n\n- one\n- two")
    submit([japan, finland], by=anna, note="A long word: " + "Kooperationsrahmenvereinbarung" * 3)
    comment(japan, by=chiara, text="Seen.")
    opened = releases.make("Capitals", by=chiara, note="Two of them.", records=[japan])
    when = timezone.now() + timedelta(days=1)
    planned = releases.plan_records([finland], when, by=chiara, reason=Reason("new_evidence", "It is named."))
    _, shared = make_preview(Revision.objects.filter(record=japan.pk).latest("number"), by=chiara)
    _, together = make_preview(opened, by=chiara)
    _, token = make_link(anna, by=dag)
    malta, person = world.malta, f"/admin/auth/user/{anna.pk}"
    log = Publication.objects.latest("seq").pk
    at_desk = ["/admin/", "/admin/queue/", "/admin/releases/", f"/admin/releases/{opened.pk}/"]
    at_desk += [f"/admin/releases/{planned.pk}/", f"/admin/calendar/?month={when:%Y-%m}", "/admin/verification/"]
    at_desk += [f"/admin/preview/{opened.pk}/", list_address("record"), f"{list_address('partner')}?q=nothing-like-it"]
    own = ("history", "delete", "publish", "withdraw", "changes", "preview", "uses", "verify")
    at_desk += [address(japan), *(address(japan, page) for page in own), address(japan, "restore", number=1)]
    at_desk += [address(finland, page) for page in ("publish", "withdraw", "verify")]
    at_desk += [address(malta, page) for page in ("changes", "publish", "withdraw")]
    at_desk += [address(world.atlantis, "delete"), address(edition), address(japan, "previewed", number=2)]
    at_desk += [f"{list_address('partner')}import/", "/admin/publishing/publication/"]
    at_desk += [f"/admin/publishing/publication/{log}/change/", "/admin/auth/user/", "/admin/auth/user/add/"]
    at_desk += [f"{person}/{page}/" for page in ("change", "history", "delete", "link", "sessions")]
    at_desk += [f"/accounts/{page}/" for page in ("password/change", "sessions", "2fa", "2fa/totp/activate")]
    at_desk += ["/accounts/2fa/webauthn/add/", "/accounts/reauthenticate/", "/accounts/logout/", "/accounts/inactive/"]
    for kind, record in records.items():
        at_desk += [list_address(kind), f"{list_address(kind)}add/", address(record)]
    without = [f"/accounts/start/{token}/", "/accounts/start/nothing/", "/accounts/login/", f"/preview/{shared}/"]
    without += [f"/preview/{together}/", f"/preview/{together}/{japan.pk}/", f"/preview/{together}/{japan.pk}/page/"]
    return {"dag": at_desk, "": without}


def test_every_route_is_visited_or_known_as_no_page(world):
    visited = {short(resolve(where.partition("?")[0]).url_name) for group in pages().values() for where in group}
    assert needed() - visited == set()
    gone = {name for name in NO_PAGE if not any(f"_{route}".endswith(f"_{name}") for route in routes())}
    assert gone == set()  # what is excused is there


def is_alike(page: str) -> bool:
    """Whether a page is one of those that every kind has, of another kind than partners."""
    name = short(resolve(page.partition("?")[0]).url_name)
    return any(name == f"{kind}_{one}" for kind in KINDS if kind != "partner" for one in ONE_OF_ALL)


@pytest.fixture
def site(own, world_template, tmp_path, monkeypatch):
    if databases.on_postgresql():
        pytest.skip("the server of this test reads SQLite files")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop in this thread
    with own(world_template) as pair:
        everything = pages()
        cookie = session_of("dag")
        connections.close_all()
        with server(pair, tmp_path) as where:
            yield where, everything, cookie


def test_every_page_is_for_everybody(site):
    axe_script = pytest.importorskip("axe_playwright_python.sync_playwright").Axe().axe_script
    where, everything, cookie = site
    faults: list[tuple] = []
    with chromium() as browser:
        for who, addresses in everything.items():
            context = browser.new_context(base_url=where, reduced_motion="reduce")
            if who:
                context.add_cookies([cookie])
            tab, other = context.new_page(), context.new_page()
            complaints: list[str] = []
            tab.on("console", lambda said, heard=complaints: said.type == "error" and heard.append(said.text))
            tab.on("pageerror", lambda error, heard=complaints: heard.append(str(error)))
            for number, page in enumerate(addresses):
                complaints.clear()
                tab.set_viewport_size({"width": 1280, "height": 900})
                answer = tab.goto(page, wait_until="load")
                expected = 404 if "nothing/" in page else 200
                if answer is None or answer.status != expected:
                    faults.append((page, "status", answer and answer.status))
                tab.wait_for_timeout(60)
                faults += [(page, "policy", said) for said in complaints if "status of 404" not in said]
                other.goto(page)  # a tab of its own: the tool tries styles, of which the browser complains
                other.evaluate(axe_script)
                # The pages that every kind has look at one of the four ways in turn, the others at two that differ in both.
                turn = number % 4
                wanted = WAYS[turn : turn + 1] if is_alike(page) else WAYS[turn % 2 :: 2]
                for width in (1280, 390):
                    tab.set_viewport_size({"width": width, "height": 900})
                    if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
                        faults.append((page, width, "wider than the screen"))
                    for scheme in (scheme for one, scheme in wanted if one == width):
                        other.set_viewport_size({"width": width, "height": 900})
                        other.emulate_media(color_scheme=scheme)
                        found = other.evaluate(
                            "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
                        )
                        for one in found:
                            node = one["nodes"][0]
                            faults.append((page, width, scheme, one["id"], node["html"][:160], node["failureSummary"]))
            context.close()
    connections.close_all()
    assert faults == [], "\n" + "\n".join(map(str, faults))

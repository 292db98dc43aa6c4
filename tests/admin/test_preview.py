"""Preview at the desk and by link: the very page that would be public, refusals included, and nobody else's business."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from partnerships.admin.addresses import address
from partnerships.admin.preview import OUT
from partnerships.editorial import preview, releases
from partnerships.editorial.models import PreviewLink, Revision
from partnerships.editorial.publication import publish
from partnerships.models import Framework, Membership, Notice, Partner
from partnerships.publishing.dump import dump_digest
from partnerships.publishing.log import LogHead
from tests.world import resave, save

from .browser import watched, writes
from .records import make

pytestmark = pytest.mark.services


def newest(record) -> Revision:
    return Revision.objects.filter(record=record.pk).order_by("-number").first()


def frame_of(response) -> str:
    return re.search(r'<iframe[^>]*src="([^"]+)"', response.content.decode())[1].replace("&amp;", "&")


@pytest.fixture
def token(world) -> str:
    return preview.make_link(newest(world.malta), by=world.user("anna"))[1]


@pytest.mark.parametrize("query", ["", "?as_of=2001-05-05", "?as_of=nonsense"])
def test_the_page_is_byte_for_byte_what_readers_get_afterwards(world, at, query):
    publish([world.malta], by="chiara", change_kind="new_evidence", note="The capital is named.")
    malta = resave(world.malta, body="An *island* state, with [a link](https://example.org/).")
    with time_machine.travel("2030-01-02 10:00", tick=False):
        shown = at("anna").get(address(malta, "previewed", number=newest(malta).number) + query)
        publish([malta], by="chiara", change_kind="editorial")
        public = Client().get(f"/partners/malta/{query}")
    assert shown.status_code == public.status_code == (400 if "nonsense" in query else 200)
    assert OUT in shown.content
    assert OUT not in public.content
    assert shown.content.replace(OUT, b"") == public.content


def test_links_lead_out_of_the_frame_and_marks_on_the_page_stay(world, at):
    page = at("anna").get(address(world.malta, "previewed", number=1)).content.decode()
    links = re.findall(r"<a\b[^>]*>", page)
    assert links
    for link in links:
        assert ('target="_top"' in link) == ('href="#' not in link), link
    assert all('target="_top"' in form for form in re.findall(r"<form\b[^>]*>", page))
    assert re.search(r'<link rel="stylesheet" href="/static/', page)


def test_nothing_is_kept_and_nobody_may_keep_it(world, at):
    before, log = dump_digest("published"), LogHead.objects.get(pk=1).seq
    with watched() as statements:
        response = at("anna").get(address(world.malta, "previewed", number=2))
    assert "Valletta" in response.content.decode()
    assert writes(statements)  # in a transaction
    assert (dump_digest("published"), LogHead.objects.get(pk=1).seq) == (before, log)
    assert "Valletta" not in Client().get("/partners/malta/").content.decode()
    assert not response.streaming
    assert response.headers["Cache-Control"] == "no-store, private"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


def test_only_the_page_itself_may_be_framed_and_only_here(world, at):
    anna = at("anna")
    outer, inner = anna.get(address(world.malta, "preview")), anna.get(address(world.malta, "previewed", number=2))
    assert outer.headers["X-Frame-Options"] == "DENY"
    assert inner.headers["X-Frame-Options"] == "SAMEORIGIN"
    policies = [response.headers["Content-Security-Policy"] for response in (outer, inner)]
    assert "frame-src 'self'" in policies[0]
    assert "frame-ancestors 'none'" in policies[0]
    assert "frame-src" not in policies[1]
    assert "frame-ancestors 'self'" in policies[1]
    assert "frame-src" not in anna.get(address(world.malta)).headers["Content-Security-Policy"]


def test_the_preview_page_shows_the_newest_revision_or_the_one_asked_for(world, at):
    anna = at("anna")
    assert frame_of(anna.get(address(world.malta, "preview"))) == address(world.malta, "previewed", number=2)
    page = anna.get(address(world.malta, "preview") + "?revision=1&as_of=2001-05-05")
    assert frame_of(page) == address(world.malta, "previewed", number=1) + "?as_of=2001-05-05"
    for wrong in ("9", "x", "-1", "٣", "9" * 40):
        assert anna.get(address(world.malta, "preview") + f"?revision={wrong}").status_code == 404
    for where in ("change", "history", "changes"):
        assert address(world.malta, "preview") in anna.get(address(world.malta, where)).content.decode()


def test_a_refusal_is_a_sentence(world, at):
    mu = save(Partner(slug="mu", title="Mu", disclosure="ai_generated"))
    response = at("anna").get(address(mu, "previewed", number=1))
    assert response.status_code == 409
    assert "Mu: " in response.content.decode()


def test_a_draft_of_a_release_is_seen_with_the_rest_of_it(world, at):
    lost = save(Framework(slug="lost", title="The lost framework", type="forum"))
    mu = save(Partner(slug="mu", title="Mu"), memberships=[Membership(framework=lost, start="2001")])
    where = address(mu, "previewed", number=1)
    assert "pointed at: The lost framework" in at("anna").get(where).content.decode()
    one = releases.make("Lands below", by=world.user("chiara"))
    releases.collect(one, [mu, lost], by=world.user("chiara"))
    page = at("anna").get(where)
    assert page.status_code == 200
    assert "/frameworks/lost/" in page.content.decode()
    desk = at("anna").get(reverse("admin:preview_release", args=[one.pk]))
    assert address(mu, "preview") in desk.content.decode()


@pytest.mark.parametrize("kind", ["image", "notice", "term", "edition", "claim", "page"])
def test_kinds_without_a_page_of_the_usual_form(world, at, kind):
    record = (
        save(Notice(slug="n", title="N", type="other", summary="Hear.", active=True))
        if kind == "notice"
        else make(kind)
    )
    page = at("anna").get(address(record, "previewed", number=1))
    assert page.status_code == (409 if kind == "image" else 200)
    assert {"image": "has no page of its own", "notice": "Hear."}.get(kind, record.title) in page.content.decode()


def test_without_the_right_nobody_previews(world, at):
    sam = world.user("sam")
    sam.is_staff = True
    sam.save()
    browser = at("sam")
    one = releases.make("One", by=world.user("chiara"))
    pages = [address(world.malta, "preview"), address(world.malta, "previewed", number=2)]
    for where in [*pages, reverse("admin:preview_release", args=[one.pk])]:
        assert browser.get(where).status_code == 403
        assert browser.post(where, {"days": "7"}).status_code == 403
        assert Client().get(where).status_code == 302
    assert not PreviewLink.objects.exists()


# Links ----------------------------------------------------------------------------------------------------------------


def test_a_link_is_made_shown_once_used_and_revoked(world, at):
    anna, where = at("anna"), address(world.malta, "preview")
    made = anna.post(where, {"days": "1"}).content.decode()
    token = re.search(r"/preview/([\w-]{43})/", made)[1]
    assert token not in anna.get(where).content.decode()
    stranger = Client()
    page = stranger.get(f"/preview/{token}/")
    assert page.status_code == 200
    assert "this isn&#x27;t public" in page.content.decode() or "this isn't public" in page.content.decode()
    assert "/admin/partnerships/" not in page.content.decode()
    assert "Valletta" in stranger.get(frame_of(page)).content.decode()
    revoked = anna.post(where, {"revoke": str(PreviewLink.objects.get().pk)}, follow=True)
    assert "is revoked" in revoked.content.decode()
    assert stranger.get(f"/preview/{token}/").status_code == 404
    assert stranger.get(frame_of(page)).status_code == 404


def test_a_link_needs_a_post_with_its_token(world):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.user("anna"))
    assert browser.post(address(world.malta, "preview"), {"days": "7"}).status_code == 403
    assert browser.get(address(world.malta, "preview") + "?days=7").status_code == 200
    assert not PreviewLink.objects.exists()


def test_bad_input_gets_a_sentence_or_404(world, at, token):
    anna, where = at("anna"), address(world.malta, "preview")
    for days in ("", "0", "365", "x", "٣"):
        assert "lasts from 1 to 30 days" in anna.post(where, {"days": days}).content.decode()
    for wrong in ("", "x", "0" * 32):
        assert anna.post(where, {"revoke": wrong}).status_code == 404
    assert "Only who made a link" in at("bruno").post(where, {"revoke": PreviewLink.objects.get().pk}).content.decode()
    assert PreviewLink.objects.filter(revoked_at=None).count() == 1


def test_twelve_forgeries_are_refused_and_look_alike(world, token):
    link = PreviewLink.objects.get()
    swapped = token.swapcase()
    last = "A" if token[-1] != "A" else "B"
    forged = [
        token[:-1] + last,
        token[:-1],
        token + "A",
        swapped,
        token[::-1],
        "x",
        "A" * 43,
        link.token_digest,
        str(link.pk),
        str(link.revision.record),
        f"{token}:1",
        "%00" + token[3:],
        token + "%20",
        "é" * 43,
    ]
    record = world.malta.pk
    answers = set()
    for wrong in forged:
        for rest in ("", f"{record}/", f"{record}/page/"):
            response = Client().get(f"/preview/{wrong}/{rest}")
            assert response.status_code == 404, wrong
            answers.add(response.content)
    japan = Client().get(f"/preview/{token}/{world.japan.pk}/page/")  # another record than the link's
    assert japan.status_code == 404
    assert answers == {japan.content}


@pytest.mark.parametrize("rest", ["", "{pk}/", "{pk}/page/"])
def test_a_link_is_never_kept_and_sets_nothing(world, token, rest):
    for client in (Client(), Client(headers={"cookie": "sessionid=nonsense"})):
        with watched() as statements:
            response = client.get(f"/preview/{token}/{rest.format(pk=world.malta.pk)}")
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store, private"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert not response.cookies
        if "page" not in rest:
            assert not writes(statements)
        assert Client().post(f"/preview/{token}/{rest.format(pk=world.malta.pk)}").status_code == 405


def test_a_link_to_a_release_lists_its_records(world):
    chiara = world.user("chiara")
    one = releases.make("Capitals", by=chiara)
    releases.collect(one, [world.malta, resave(world.japan, capital="Tokyo")], by=chiara)
    _, token = preview.make_link(one, by=chiara)
    stranger = Client()
    listed = stranger.get(f"/preview/{token}/").content.decode()
    assert f"/preview/{token}/{world.japan.pk}/" in listed
    page = stranger.get(f"/preview/{token}/{world.japan.pk}/")
    assert "Tokyo" in stranger.get(frame_of(page)).content.decode()
    assert stranger.get(f"/preview/{token}/{world.russia.pk}/").status_code == 404

"""Review, releases and the calendar in a real browser: clicked through, under the content policy, on a desk and a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from partnerships.admin.addresses import address
from partnerships.editorial import releases
from partnerships.editorial.models import Release, State
from partnerships.editorial.publication import Reason
from partnerships.editorial.review import comment, submit
from tests.world import World, resave

from .test_browser import desk, tab  # noqa: F401 (fixtures)

pytestmark = pytest.mark.e2e


def test_a_record_is_approved_and_planned_by_clicking(tab):  # noqa: F811
    world = World()
    submit([resave(world.japan, by="anna", capital="Tokyo")], by=world.user("anna"), note="Please look.")
    tab.goto("/admin/")
    tab.click("#desk-nav >> text=Queue")
    tab.click("text=What would change >> nth=0")
    tab.wait_for_selector("ins:has-text('Tokyo')")
    tab.fill("[name=note]", "Well sourced.")
    tab.click("button[value=approve]")
    assert "Japan is approved." in tab.inner_text(".messagelist")
    tab.click("text=Publish… >> nth=-1")
    assert not tab.locator("[name=at]").is_visible()  # asked only when it matters
    tab.check("[name=change_kind][value=new_evidence]")
    tab.fill("[name=note]", "The capital is named.")
    tab.check("[name=when][value=at]")
    when = timezone.now() + timedelta(days=3)
    tab.fill("[name=at]", f"{when:%Y-%m-%dT%H:%M}")
    tab.click("text=Plan for that time")
    assert "planned for" in tab.inner_text(".messagelist")
    assert State.objects.get(record=world.japan.pk).review == "approved"
    one = Release.objects.get()
    assert (one.status, f"{one.due_at:%H:%M}") == ("planned", f"{when:%H:%M}")
    tab.goto(f"/admin/calendar/?month={when:%Y-%m}")
    tab.click("section.days >> text=Japan >> nth=0")
    tab.click("text=Cancel the plan")
    tab.wait_for_selector("text=Publish now")
    assert tab.complaints == []


def test_the_pages_keep_the_policy_fit_a_phone_and_pass_axe(tab):  # noqa: F811
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    world = World()
    chiara = world.user("chiara")
    records = [resave(world.japan, by="anna", capital="Tokyo"), resave(world.finland, by="anna", capital="Helsinki")]
    submit(records, by=world.user("anna"), note="A long word: " + "Kooperationsrahmenvereinbarung" * 3)
    comment(records[0], by=chiara, text="Seen.")
    one = releases.make("Capitals", by=chiara, records=records[:1])
    when = timezone.now() + timedelta(days=1)
    releases.plan_records(records[1:], when, by=chiara, reason=Reason("new_evidence", "It is named."))
    pages = ["/admin/queue/", "/admin/releases/", f"/admin/releases/{one.pk}/", f"/admin/calendar/?month={when:%Y-%m}"]
    pages += [address(records[0], page) for page in ("changes", "history", "publish")]
    pages += [address(records[1], page) for page in ("publish", "withdraw")]
    for width, scheme in ((1280, "light"), (390, "dark")):
        tab.set_viewport_size({"width": width, "height": 844})
        tab.emulate_media(color_scheme=scheme)
        for where in pages:
            tab.goto(where, wait_until="networkidle")
            assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth"), (where, width)
            assert tab.complaints == [], where
    for scheme in ("dark", "light"):  # last, because axe itself tries inline styles
        tab.emulate_media(color_scheme=scheme)
        for where in pages:
            tab.goto(where)
            found = [(broken["id"], broken["nodes"][0]["html"][:90]) for broken in axe.run(tab).response["violations"]]
            assert found == [], (where, scheme)

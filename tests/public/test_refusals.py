"""What can't be answered is answered in the site's own look, and says what would do."""

import errno

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory

from partnerships.public import refusals

# Parameters -----------------------------------------------------------------------------------------------------------


def test_an_unknown_parameter_is_refused_with_the_nearest_known_one(world, read):
    page = read("/partners/?statsu=ally", 400)
    assert "There is no parameter “statsu” here. Did you mean “status”?" in page.main
    assert "/partners/?status=ally" in page.links()


def test_an_unknown_parameter_without_a_near_one_leads_to_the_page_itself(world, read):
    page = read("/about/?zzz=1", 400)
    assert "There is no parameter “zzz” here." in page.main
    assert "/about/" in page.links()


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("/partners/?utm_source=x&utm_medium=y", "/partners/"),
        ("/partners/?fbclid=1&status=ally&gclid=2&msclkid=3&mc_cid=4", "/partners/?status=ally"),
        ("/partners/malta/?utm_campaign=x&as_of=2014", "/partners/malta/?as_of=2014"),
    ],
)
def test_tracking_parameters_are_removed_by_a_redirect(world, reader, asked, left):
    response = reader.get(asked)
    assert (response.status_code, response.headers["Location"]) == (301, left)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("/partners/?status=ally&status=partner", "/partners/?status=ally,partner"),
        ("/partners/?q=&status=ally&as_of=", "/partners/?status=ally"),
        ("/partners/?region=europe&status=&q=+", "/partners/?region=europe"),
    ],
)
def test_what_forms_send_becomes_one_address(world, reader, asked, left):
    response = reader.get(asked)
    assert (response.status_code, response.headers["Location"]) == (301, left)
    assert reader.get(left).status_code == 200


def test_a_repeated_parameter_that_is_no_list_is_refused(world, read):
    assert "give it once" in read("/partners/?ordering=title&ordering=iso2", 400).main


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/partners/?status=alley", "Did you mean “ally”?"),
        ("/partners/?framework=pfpp", "Did you mean “pfp”?"),
        ("/partners/?membership_status=active", "narrows “framework”"),
        ("/partners/?ordering=size", "can't be sorted by “size”"),
        ("/partners/?cursor=zzz", "Start again without one."),
        ("/milestones/?year=abc", "is no year"),
        ("/search/?q=a&kind=partner", "Did you mean “partners”?"),
        ("/search/?q=" + "a" * 201, "can have 200 characters"),
        ("/search/?q=1+2+3+4+5+6+7+8+9", "can have 8 words"),
        ("/changes/?before=x", "is no number of an entry"),
        ("/changes/?before=" + "9" * 30, "is no number of an entry"),
        ("/partners/?q=a%00b", "no text can hold"),
        ("/robots.txt?as_of=2014", "There is no parameter “as_of” here."),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(world, read, asked, said):
    assert said in read(asked, 400).main


# Days -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["yesterday", "2014-13", "2014-02-30", "1994~", "01.03.2014", "2014/03"])
def test_an_unreadable_day_says_what_is_expected_and_offers_the_form_again(world, read, typed):
    page = read(f"/partners/?status=ally&as_of={typed}", 400)
    assert "Write a day (2014-03-01), a month (2014-03) or a year (2014)" in page.main
    assert page.one("input", id="day").attributes["value"] == typed
    assert page.one("input", type="hidden", name="status").attributes["value"] == "ally"


@pytest.mark.parametrize("day", ["1949-04-03", "1066", "2036-11-26", "2099"])
def test_a_day_outside_what_can_be_shown_is_refused(world, read, day):
    assert "lies outside what can be shown" in read(f"/?as_of={day}", 400).main


@pytest.mark.parametrize("day", ["1949-04-04", "2036-11-25"])
def test_the_first_and_the_last_day_can_be_shown(world, read, day):
    read(f"/?as_of={day}")
    read(f"/partners/malta/?as_of={day}")


# Records that aren't there --------------------------------------------------------------------------------------------


def test_a_draft_and_a_slug_that_nobody_used_get_the_same_answer(world, reader):
    draft, never = reader.get("/partners/atlantis/"), reader.get("/partners/lemurian/")
    assert draft.status_code == never.status_code == 404
    assert draft.text.replace("atlantis", "lemurian") == never.text
    assert draft.headers == never.headers


def test_not_found_helps_to_search(world, read):
    page = read("/partners/north-atlantis/", 404)
    assert page.one("input", id="q2").attributes["value"] == "north atlantis"
    assert not page.all("link", rel="canonical")


def test_an_address_that_is_no_route_is_not_found_either(world, read):
    read("/nowhere/at-all/", 404)
    read("/partners/malta/elsewhere/", 404)
    read("/exercises/sea-breeze/nowhere/", 404)


def test_a_withdrawn_record_is_gone_and_says_why(world, read):
    page = read("/sources/old-page/", 410)
    assert "Old page" in page.main
    assert "It was the same as the topic page." in page.main
    assert "1 version had been published." in page.main


def test_a_record_that_was_taken_down_keeps_no_title(world, read):
    from partnerships.editorial.publication import withdraw

    withdraw([world.malta_returns], by="dag", note="By order.", action="take_down")
    page = read("/milestones/malta-returns/", 410)
    assert "Taken down" in page.main
    assert "Malta" not in page.main


def test_a_former_slug_leads_to_the_present_one_and_keeps_the_question(world, reader):
    from partnerships.editorial.publication import publish
    from tests.world import resave

    publish([resave(world.japan, slug="nippon")], by="chiara", change_kind="editorial")
    response = reader.get("/partners/japan/?as_of=2014")
    assert (response.status_code, response.headers["Location"]) == (301, "/partners/nippon/?as_of=2014")
    assert reader.get("/partners/nippon/").status_code == 200


def test_a_former_slug_of_an_edition_leads_below_its_series(world, reader):
    from partnerships.editorial.publication import publish
    from tests.world import resave

    publish([resave(world.sea_breeze_2021, slug="sea-breeze-21")], by="chiara", change_kind="editorial")
    response = reader.get("/exercises/sea-breeze/sea-breeze-2021/")
    assert response.headers["Location"] == "/exercises/sea-breeze/sea-breeze-21/"


def test_an_edition_below_another_series_leads_to_its_own(world, reader):
    for series in ("another", "atlantis"):
        response = reader.get(f"/exercises/{series}/sea-breeze-2021/?as_of=2022")
        assert response.status_code == 301
        assert response.headers["Location"] == "/exercises/sea-breeze/sea-breeze-2021/?as_of=2022"


def test_a_page_with_an_address_of_its_own_is_only_there(world, reader):
    assert reader.get("/pages/about/").headers["Location"] == "/about/"
    assert reader.get("/pages/home/").headers["Location"] == "/"
    assert reader.get("/about/method/").status_code == 404


def test_a_missing_slash_is_added(world, reader):
    assert reader.get("/partners/malta").headers["Location"] == "/partners/malta/"


def test_pages_can_only_be_read(world, reader):
    for method in (reader.post, reader.put, reader.delete):
        assert method("/partners/malta/").status_code == 405
    assert reader.head("/partners/malta/").status_code == 200


# Our own failures -----------------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_a_page_without_any_query(settings, monkeypatch):
    """No database is open in this test: a query would be an error."""
    response = refusals.broken(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something failed on our side" in response.text
    response = refusals.bad_address(RequestFactory().get("/"))
    assert response.status_code == 400


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    ("path", "kind"), [("/partners/", "text/html"), ("/api/v1/partners/", "application/problem+json")]
)
def test_while_the_database_is_away_nothing_is_asked(monkeypatch, error, path, kind):
    """No database is open in this test: a query would be another error, and another page."""

    def away():
        raise error("could not connect")

    monkeypatch.setattr("portal.middleware.snapshot", away)
    response = Client(raise_request_exception=False).get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"].startswith(kind)
    assert "database" in response.text


def test_who_sent_something_is_told_how_not_to_lose_it(monkeypatch):
    def full():
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("portal.middleware.snapshot", full)
    browser = Client(raise_request_exception=False)
    assert "way back" not in browser.get("/partners/").text
    monkeypatch.setattr("portal.watching.Requests.__call__", lambda self, request: full())
    sent = browser.post("/admin/partnerships/partner/add/", {"title": "Typed for an hour"})
    assert (sent.status_code, sent.headers["Retry-After"]) == (503, "30")
    assert "your browser’s way back brings you to the form" in sent.text


def test_a_database_that_goes_away_in_the_middle_is_told_from_a_fault(world, monkeypatch):
    def away(model):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("partnerships.public.frame.public", away)
    monkeypatch.setattr("partnerships.api.facts.public", away)
    for path in ("/partners/", "/api/v1/partners/"):
        assert Client(raise_request_exception=False).get(path).status_code == 503


def test_too_many_requests_are_refused_without_any_query():
    response = refusals.too_many(RequestFactory().get("/"), 7)
    assert response.status_code == 429
    assert "Try again in 7 seconds" in response.text


def test_a_fault_in_a_view_shows_that_page(world, monkeypatch):
    from partnerships.public import frame

    monkeypatch.setattr(frame, "change_days", lambda: 1 / 0)
    response = Client(raise_request_exception=False).get("/partners/")
    assert response.status_code == 500
    assert "Something failed on our side" in response.text


@pytest.mark.parametrize("address", ["/partners/matla/", "/malta", "/frameworks/malta/"])
def test_an_address_that_leads_nowhere_offers_what_is_near(world, read, address):
    page = read(address, 404)
    assert "Perhaps you meant" in page.main
    assert "/partners/malta/" in page.links()


@pytest.mark.parametrize("address", ["/partners/qqqqqq/", "/" + "-".join("abcdefghijkl") + "/", "/partners/%22*/"])
def test_an_address_that_is_near_to_nothing_offers_only_the_search(world, read, address):
    page = read(address, 404)
    assert "Perhaps you meant" not in page.main
    assert page.one("input", id="q2")

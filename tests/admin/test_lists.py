"""Lists: every kind is shown, searched and narrowed, with as many queries for many records as for few."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db.models import ForeignKey
from django.utils import timezone

from partnerships.admin.addresses import list_address
from partnerships.editorial.models import LinkState, SavedFilter, State
from partnerships.editorial.review import submit
from partnerships.models import KINDS, Citation, Membership, Name, Partner, Region, Source
from partnerships.publishing.documents import columns, owned_rows
from tests.world import resave, save

from .browser import count, watched
from .records import make

AUTOCOMPLETE = "/admin/autocomplete/"
KEYS = sorted(
    {
        (model._meta.model_name, field.name)
        for kind in KINDS.values()
        for model in (kind, *owned_rows(kind).values())
        for field in columns(model)
        if isinstance(field, ForeignKey)
    }
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_list_takes_constant_queries_and_answers_searches(at, kind):
    make(kind)
    anna = at("anna")
    address = list_address(kind)
    few = [count(anna, address), count(anna, f"{address}?q=test+number")]
    for number in range(2, 8):
        make(kind, number)
    assert [count(anna, address), count(anna, f"{address}?q=test+number")] == few
    assert max(few) <= 14


def test_a_hundred_partners_with_all_columns_take_the_queries_of_a_few(world, at):
    anna = at("anna")
    few = count(anna, list_address("partner"))
    regions = [save(Region(slug=f"region-{number}", title=f"Region {number}")) for number in range(10)]
    partners = []
    for number in range(100):  # written as rows: a hundred revisions would take seconds, and no list shows them
        code = f"Q{chr(65 + number // 26)}{chr(65 + number % 26)}"
        there = {"region": regions[number % 10], "review_by": date(2001, 1, 1)}
        partners.append(Partner(slug=f"p-{number}", title=f"Partner {number}", iso3=code, **there))
        partners[-1].save()
    Membership.objects.bulk_create(
        Membership(partner=one, framework=world.pfp, start="1994", end="2000", end_is="until") for one in partners
    )
    State.objects.bulk_create(State(kind="partner", record=one.pk, owner="anna") for one in partners)
    with watched() as statements:
        page = anna.get(list_address("partner"))
    assert len(statements) <= few
    table = page.content.decode()
    assert len(page.context["cl"].result_list) == 100
    for shown in ("Region 3", "QBC", "overdue", "anna", "Former"):
        assert shown.lower() in table.lower(), shown


@pytest.mark.parametrize("kind", KINDS)
def test_every_filter_answers(at, kind):
    make(kind)
    anna = at("anna")
    page = anna.get(list_address(kind)).context["cl"]
    choices = [[*spec.choices(page)][-1]["query_string"] for spec in page.filter_specs]
    assert len(page.filter_specs) >= 3
    for choice in choices:
        response = anna.get(list_address(kind) + choice)
        assert (response.status_code, choice) == (200, choice)


def titles(response) -> list[str]:
    return [record.title for record in response.context["cl"].result_list]


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ("never", ["Atlantis"]),
        ("changed", ["Malta"]),
        ("withdrawn", []),
        ("public", ["Finland", "Japan", "Russia"]),
    ],
)
def test_states_are_shown_and_narrow_the_list(at, standing, expected):
    anna = at("anna")
    response = anna.get(list_address("partner", standing=standing))
    assert titles(response) == expected
    assert response.context["cl"].result_count == len(expected)
    everything = anna.get(list_address("partner")).content.decode()
    assert "Never public" in everything
    assert "Changed since v1" in everything


def test_partners_are_found_by_code_and_by_former_name(world, at):
    Name.objects.create(partner=world.japan, name="Nippon")
    Name.objects.create(partner=world.japan, name="Nihon, also Nippon")
    anna = at("anna")
    assert titles(anna.get(list_address("partner"), {"q": "Nippon"})) == ["Japan"]
    assert titles(anna.get(list_address("partner"), {"q": "MLT"})) == ["Malta"]
    assert titles(anna.get(list_address("partner"), {"status": "suspended"})) == ["Russia"]
    assert titles(anna.get(list_address("partner"), {"region__record__exact": str(world.europe.pk)})) == [
        "Finland",
        "Malta",
        "Russia",
    ]


def test_freshness_is_told_and_narrows_the_list(world, at):
    today = timezone.now().date()
    for record, days in ((world.malta, -1), (world.japan, 20), (world.finland, 45), (world.russia, 80)):
        resave(record, review_by=today + timedelta(days=days))
    anna = at("anna")
    for value, expected in {
        "overdue": ["Malta"],
        "30": ["Japan"],
        "60": ["Finland", "Japan"],
        "90": ["Finland", "Japan", "Russia"],
        "none": ["Atlantis"],
    }.items():
        assert titles(anna.get(list_address("partner"), {"review": value})) == expected
    page = anna.get(list_address("partner")).content.decode()
    assert (page.count("Overdue: "), page.count("Due: "), page.count("Fresh: ")) == (1, 1, 2)


def test_evidence_links_and_stage_narrow_the_list(world, at):
    resave(world.japan, unsourced="capital")
    Citation.objects.create(record=world.malta, source=world.nato_topic)
    LinkState.objects.create(
        source=world.nato_topic.pk, address="https://example.org/topic", status="broken", checked_at=timezone.now()
    )
    submit([world.malta], by=world.user("anna"))
    resave(world.c065, verdict="unverifiable", corrected_statement="")
    anna = at("anna")
    for asked, expected in (
        ({"evidence": "unsourced"}, ["Japan"]),
        ({"evidence": "unverified"}, ["Malta"]),
        ({"evidence": "uncorrected"}, [world.c065.title]),
        ({"links": "broken"}, ["Topic page"]),
        ({"links": "unarchived"}, ["Old page", "Topic page"]),
        ({"stage": "in_review"}, ["Malta"]),
        ({"owner": "somebody else"}, titles(anna.get(list_address("record")))),
    ):
        assert titles(anna.get(list_address("record"), asked)) == expected, asked


def test_a_field_of_several_words_narrows_by_one_of_them(world, at):
    exercise = world.sea_breeze
    exercise.focus = "interoperability;maritime_security"
    exercise.save()
    anna = at("anna")
    assert titles(anna.get(list_address("exercise"), {"focus": "maritime_security"})) == ["Sea Breeze"]
    assert titles(anna.get(list_address("exercise"), {"focus": "air_defence"})) == []


def test_editions_are_found_by_year(at):
    anna = at("anna")
    assert titles(anna.get(list_address("edition"), {"first_day_earliest__year": "2021"})) == ["Sea Breeze 2021"]
    assert titles(anna.get(list_address("edition"), {"first_day_earliest__year": "2020"})) == []


def test_a_partial_date_stands_under_its_earliest_day(world, at):
    save(Source(slug="undated", title="Undated"))
    save(Source(slug="of-a-year", title="Of a year", published="2003"))
    save(Source(slug="of-a-month", title="Of a month", published="2003-06"))
    where, of_2003 = list_address("source"), {"published_earliest__year": "2003"}
    anna = at("anna")
    assert sorted(titles(anna.get(where, of_2003))) == ["Of a month", "Of a year"]
    assert titles(anna.get(where, of_2003 | {"published_earliest__month": "6"})) == ["Of a month"]
    assert titles(anna.get(where, of_2003 | {"published_earliest__month": "1"})) == ["Of a year"]
    assert "published_earliest__year=2003" in anna.get(where).content.decode()  # the hierarchy leads there
    anna.post(where, {"save_filter": "save", "name": "2003", "query": urlencode(of_2003)})
    assert SavedFilter.objects.get(name="2003").query == urlencode(of_2003)


def test_all_records_are_in_one_list_and_lead_to_their_own_pages(world, at):
    anna = at("anna")
    response = anna.get(list_address("record", standing="changed"))
    assert titles(response) == ["Malta"]
    pk = world.malta.pk
    for page in ("change", "delete", "history"):
        response = anna.get(f"/admin/partnerships/record/{pk}/{page}/")
        assert response.url == f"/admin/partnerships/partner/{pk}/{page}/"
    assert anna.get("/admin/partnerships/record/add/").status_code == 403
    assert anna.get(f"/admin/partnerships/record/{pk}/publish/").status_code in (302, 404)


# Choosing a record ----------------------------------------------------------------------------------------------------


def test_every_control_for_a_record_is_answered(at):
    anna = at("anna")
    assert len(KEYS) > 12
    for model, field in KEYS:
        asked = {"app_label": "partnerships", "model_name": model, "field_name": field, "term": ""}
        response = anna.get(AUTOCOMPLETE, asked)
        assert response.status_code == 200, (model, field)
        assert response.json()["results"] or field in ("topic", "parent"), (model, field)


def test_choosing_takes_constant_queries_and_says_the_kind(world, at):
    asked = "?app_label=partnerships&model_name=link&field_name=other&term="
    anna = at("anna")
    few = count(anna, AUTOCOMPLETE + asked)
    for number in range(15):
        make("objective", number)
    assert count(anna, AUTOCOMPLETE + asked) == few
    found = anna.get(AUTOCOMPLETE + asked + "malta").json()["results"]
    assert {"id": str(world.malta.pk), "text": "Malta · partner", "slug": "malta"} in found


def test_the_focus_of_a_partner_is_an_objective_a_threat_or_an_activity(at):
    make("threat")
    make("challenge")
    asked = {"app_label": "partnerships", "model_name": "focus", "field_name": "topic", "term": "test"}
    found = [item["text"] for item in at("anna").get(AUTOCOMPLETE, asked).json()["results"]]
    assert found == ["A threat of the test, number 1 · threat"]


# What nobody should type ----------------------------------------------------------------------------------------------

NASTIES = [
    {"q": "word " * 3000},
    {"q": "'\"; DROP TABLE partnerships_record; --"},
    {"q": "\u202e\ufeff٣"},
    {"q": "a" * 60_000},
    {"p": "9" * 40},
    {"p": "-1"},
    {"o": "9.-9.nonsense"},
    {"all": "1"},
    {"standing": "nonsense"},
    {"status": "nonsense"},
    {"review": "1e999"},
    {"region__record__exact": "no-uuid"},
    {"first_day_earliest__year": "1" + "0" * 40},
    {"first_day_earliest__year": "9999"},
    {"first_day_earliest__year": "2021", "first_day_earliest__month": "13"},
    {"date_earliest__gte": "never"},
    {"id__exact": "x"},
    {"body__regex": "(a+)+$"},
    {"title__startswith": "M"},
    {"version__gt": "1"},
    {"citations__source__title": "T"},
    {"nonsense": "1"},
    {"_to_field": "body"},
    {"_popup": "1"},
    {"e": "1"},
]


@pytest.mark.filterwarnings("ignore:Pagination may yield")
@pytest.mark.parametrize(
    "kind", ["partner", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("edition", "milestone", "record"))]
)
def test_no_parameter_breaks_a_list(at, kind):
    anna = at("anna")
    for nasty in NASTIES:
        assert anna.get(list_address(kind), nasty, follow=True).status_code in (200, 400), str(nasty)[:80]


def test_only_what_the_filters_offer_can_be_asked(at):
    anna = at("anna")
    for parameter in ("body__regex", "title__startswith", "version__gt", "citations__source__title"):
        assert anna.get(list_address("partner"), {parameter: "1"}).status_code == 400


def test_a_nul_byte_is_refused_with_a_sentence(at):
    anna = at("anna")
    for address in (list_address("partner") + "?q=%00", AUTOCOMPLETE + "?term=%00"):
        response = anna.get(address)
        assert response.status_code == 400
        assert "no text can hold" in response.content.decode()


def test_no_term_breaks_a_choice(at):
    anna = at("anna")
    for term in ("word " * 3000, "a" * 60_000, "\u202e٣"):
        asked = {"app_label": "partnerships", "model_name": "link", "field_name": "other", "term": term}
        assert anna.get(AUTOCOMPLETE, asked).status_code == 200


def test_a_forged_selection_is_refused(at):
    chiara = at("chiara")
    for pk in ("x", "\x00", "1", "'"):
        sent = {"action": "publish_selected", "_selected_action": [pk], "index": "0"}
        assert chiara.post(list_address("partner"), sent).status_code == 400


def test_every_kind_is_registered_over_the_one_base():
    from partnerships.admin.base import KindAdmin

    assert all(isinstance(admin.site.get_model_admin(kind), KindAdmin) for kind in KINDS.values())

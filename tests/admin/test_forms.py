"""The record's form: what it holds, what it saves, what it refuses, and that nothing typed is ever lost."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry

from partnerships.admin import base
from partnerships.admin.addresses import address, list_address
from partnerships.editorial.models import Revision, State
from partnerships.editorial.saving import Stale, hold
from partnerships.models import KINDS, Citation, Membership, Participant, Partner, Record, Rendition
from partnerships.publishing.documents import columns, owned_rows
from tests.world import resave

from .browser import add_row, count, typed
from .records import make, required


def errors(response) -> str:
    """All sentences of refusal on a form that came back."""
    context = response.context
    found = [*context["errors"]]
    for table in context["inline_admin_formsets"]:
        found += [str(error) for form in table.formset.forms for error in form.errors.values()]
    return unescape(" ".join(str(error) for error in found))


def fill_up(record, number: int, framework) -> None:
    """Give a country a number of memberships, end to end."""
    Membership.objects.bulk_create(
        Membership(partner=record, framework=framework, start=str(1001 + i), end=str(1002 + i), end_is="until")
        for i in range(number)
    )


# Every kind -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_added_changed_and_shown(at, kind):
    anna = at("anna")
    blank = anna.get(f"{list_address(kind)}add/")
    values = {"title": "A new one", "slug": "a-new-one"}
    for name, value in required(kind).items():
        values[name] = str(value.pk) if isinstance(value, Record) else "on" if value is True else value
    response = anna.post(f"{list_address(kind)}add/", typed(blank, **values, save_note="First try"))
    assert response.status_code == 302, errors(response)
    record = KINDS[kind].objects.get(slug="a-new-one")
    assert record.version == 1
    assert State.objects.get(record=record.pk).standing == "never"
    [revision] = Revision.objects.filter(record=record.pk)
    assert (revision.by, revision.number, revision.note) == ("anna", 1, "First try")

    page = anna.get(address(record))
    response = anna.post(address(record), typed(page, summary="Said in a sentence.", _continue="1"))
    assert response.status_code == 302, errors(response)
    assert KINDS[kind].objects.get(pk=record.pk).summary == "Said in a sentence."
    assert Revision.objects.filter(record=record.pk).count() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_holds_every_field_and_every_list_of_its_kind(at, kind):
    page = at("anna").get(f"{list_address(kind)}add/")
    on_form = set(page.context["adminform"].form.fields) | set(page.context["adminform"].readonly_fields)
    editable = {field.name for field in columns(KINDS[kind]) if field.editable} | {"slug"}
    assert editable - {"active"} <= on_form
    assert {table.formset.prefix for table in page.context["inline_admin_formsets"]} == set(owned_rows(KINDS[kind])) - {
        "renditions"  # nothing to show of a picture that isn't saved
    } | ({"renditions"} if kind == "image" else set())


@pytest.mark.parametrize("kind", KINDS)
def test_a_save_that_changes_nothing_keeps_no_revision(at, kind):
    anna, record = at("anna"), make(kind)
    before = Record.objects.get(pk=record.pk)
    response = anna.post(address(record), typed(anna.get(address(record))))
    assert response.status_code == 302, errors(response)
    after = Record.objects.get(pk=record.pk)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    assert Revision.objects.filter(record=record.pk).count() == 1


@pytest.mark.parametrize("kind", ["partner", "edition", "notice", "image"])
def test_what_is_on_no_form_can_not_be_changed(at, kind):
    anna, record = at("anna"), make(kind)
    forged = {"kind": "page", "updated_at": "2001-01-01", "record": "x", "standing": "public", "public_version": "9"}
    forged |= {"id": "00000000-0000-7000-8000-000000000000", "original": "../../etc/passwd"}
    assert anna.post(address(record), typed(anna.get(address(record)), **forged)).status_code == 302
    after = KINDS[kind].objects.get(pk=record.pk)
    assert (after.kind, after.pk, after.updated_at) == (kind, record.pk, Record.objects.get(pk=record.pk).updated_at)
    assert State.objects.get(record=record.pk).standing == "never"
    assert getattr(after, "original", "") == ""


# An editor's day ------------------------------------------------------------------------------------------------------


def test_an_editor_changes_fields_and_rows_at_once(world, at):
    anna, japan = at("anna"), world.japan
    fields = typed(anna.get(address(japan)), capital="Tokyo", relations_since="about 1990", body="An *island* state.")
    add_row(fields, "memberships", framework=world.pfp.pk, start="2014", status="active", end_is="open")
    add_row(fields, "names", name="Nippon", type="short", end_is="open")
    add_row(fields, "citations", source=world.nato_topic.pk, supports="field:capital", locator="para 2")
    add_row(fields, "links", other=world.malta.pk, relation="related", position="1")
    response = anna.post(address(japan), fields | {"_continue": "1"}, follow=True)
    assert response.redirect_chain[0][0] == address(japan)
    japan = world.japan
    assert (japan.capital, japan.relations_since) == ("Tokyo", "1990~")
    assert [str(row) for row in japan.memberships.all()] == ["Partnership for Peace: active from 2014"]
    assert japan.names.get().name == "Nippon"
    assert (japan.citations.get().field, japan.citations.get().locator) == ("capital", "para 2")
    assert japan.links.get().other_id == world.malta.pk
    assert "Changed since v1" in response.content.decode()
    assert LogEntry.objects.latest("pk").get_change_message() == (
        "Changed: Capital, Relations with NATO since, Body, memberships (1 added), names (1 added), links (1 added), "
        "citations (1 added)."
    )


def test_rows_are_changed_and_removed(world, at):
    anna, malta = at("anna"), world.malta
    _, second = malta.memberships.all()
    fields = typed(anna.get(address(malta)), **{"memberships-0-DELETE": "on", "memberships-1-note": "Came back."})
    assert anna.post(address(malta), fields).status_code == 302
    [left] = world.malta.memberships.all()
    assert (left.pk, left.note) == (second.pk, "Came back.")
    assert left.start_earliest == second.start_earliest
    assert LogEntry.objects.latest("pk").get_change_message() == "Changed: memberships (1 changed, 1 removed)."


def test_two_rows_may_swap_what_must_be_unique(world, at):
    anna, edition = at("anna"), world.sea_breeze_2021
    Participant.objects.create(edition=edition, partner=world.japan, role="participant")
    edition = resave(edition)
    fields = typed(anna.get(address(edition)))
    keys = [key for key in fields if key.endswith("-partner") and fields[key] != [""] and "__prefix__" not in key]
    assert len(keys) == 2
    fields[keys[0]], fields[keys[1]] = fields[keys[1]], fields[keys[0]]
    response = anna.post(address(edition), fields)
    assert response.status_code == 302, errors(response)
    assert edition.participants.filter(partner__isnull=False).count() == 2


def test_the_slug_is_made_from_the_title_of_new_records_only(world, at):
    anna = at("anna")
    blank = anna.get(f"{list_address('partner')}add/").content.decode()
    assert "prepopulated-fields" in blank
    assert "dependency_ids" in blank
    assert "#id_title" not in anna.get(address(world.japan)).content.decode()


def test_several_words_are_ticked(world, at):
    anna, exercise = at("anna"), world.sea_breeze
    fields = typed(anna.get(address(exercise)), focus=["maritime_security", "interoperability"])
    assert anna.post(address(exercise), fields).status_code == 302
    assert world.sea_breeze.focus == "interoperability;maritime_security"
    assert typed(anna.get(address(exercise)))["focus"] == ["interoperability", "maritime_security"]


def test_save_and_publish_leads_to_the_page_of_publishing(world, at):
    chiara = at("chiara")
    fields = typed(chiara.get(address(world.japan)), capital="Tokyo", _publish="1")
    assert chiara.post(address(world.japan), fields).url == address(world.japan, "publish")
    assert world.japan.capital == "Tokyo"
    anna = at("anna")  # may not publish: the same button, forged, only saves
    fields = typed(anna.get(address(world.japan)), capital="Kyoto", _publish="1")
    assert anna.post(address(world.japan), fields).url == list_address("partner")


# Citations ------------------------------------------------------------------------------------------------------------


def test_a_citation_supports_a_field_a_list_or_a_saved_row(world, at):
    anna, malta = at("anna"), world.malta
    row = malta.memberships.first()
    page = anna.get(address(malta))
    html = page.content.decode()
    assert html.count('<option value="field:capital">Capital</option>') == 1
    assert f'<option value="row:{row.pk}">Partnership for Peace, active from 26 April 1995' in html
    fields = typed(page)
    for what in ("", "field:capital", "field:memberships", f"row:{row.pk}"):
        add_row(fields, "citations", source=world.nato_topic.pk, supports=what)
    response = anna.post(address(malta), fields)
    assert response.status_code == 302, errors(response)
    found = {(citation.field, citation.row) for citation in malta.citations.all()}
    assert found == {("", None), ("capital", None), ("memberships", None), ("", row.pk)}
    shown = anna.get(address(malta)).content.decode()
    assert f'<option value="row:{row.pk}" selected>Partnership for Peace' in shown


@pytest.mark.parametrize("what", ["field:slug", "field:version", "row:00000000-0000-7000-8000-000000000000", "x"])
def test_a_citation_supports_nothing_else(world, at, what):
    anna = at("anna")
    fields = add_row(typed(anna.get(address(world.malta))), "citations", source=world.nato_topic.pk, supports=what)
    response = anna.post(address(world.malta), fields)
    assert "Choose one of the fields or rows" in errors(response)
    assert not world.malta.citations.exists()


def test_a_row_is_not_removed_under_its_citation(world, at):
    anna, malta = at("anna"), world.malta
    Citation.objects.create(record=malta, source=world.nato_topic, row=malta.memberships.first().pk)
    fields = typed(anna.get(address(malta)), **{"memberships-0-DELETE": "on"})
    response = anna.post(address(malta), fields)
    assert "supports a row that you are removing" in errors(response)
    fields |= {"citations-0-DELETE": "on"}
    assert anna.post(address(malta), fields).status_code == 302


def test_a_citation_that_changes_is_no_longer_verified(world, at):
    anna, malta = at("anna"), world.malta
    Citation.objects.create(
        record=malta,
        source=world.nato_topic,
        locator="para 2",
        quotation="In Valletta.",
        checked_on="2026-11-01",
        verified_on="2026-11-02",
        value_digest="x",
    )
    fields = typed(anna.get(address(malta)), **{"citations-0-note": "", "citations-0-position": "3"})
    assert anna.post(address(malta), fields).status_code == 302
    assert malta.citations.get().verified_on is not None
    fields = typed(anna.get(address(malta)), **{"citations-0-quotation": "At Valletta."})
    assert anna.post(address(malta), fields).status_code == 302
    assert (malta.citations.get().verified_on, malta.citations.get().value_digest) == (None, "")


# Refusals: a sentence, and all that was typed -----------------------------------------------------------------------


def test_a_stale_save_is_refused_and_keeps_what_was_typed(world, at):
    anna = at("anna")
    page = anna.get(address(world.japan))
    resave(world.japan, by="bruno", capital="Kyoto")
    fields = typed(page, capital="Tokyo", body="A text of an hour's work.")
    add_row(fields, "names", name="Nippon", type="short", end_is="open")
    response = anna.post(address(world.japan), fields)
    assert response.status_code == 200
    assert "Bruno Reviewer saved this record" in errors(response)
    html = response.content.decode()
    assert "A text of an hour&#x27;s work." in html
    assert 'value="Tokyo"' in html
    assert 'value="Nippon"' in html
    assert f'<a href="{address(world.japan)}" target="_blank"' in html
    assert world.japan.capital == "Kyoto"
    assert not world.japan.names.exists()
    assert anna.post(address(world.japan), typed(response)).status_code == 302  # looked at, and chosen
    assert (world.japan.capital, [row.name for row in world.japan.names.all()]) == ("Tokyo", ["Nippon"])


def test_rows_stay_on_the_page_when_somebody_else_removed_them(world, at):
    anna, malta = at("anna"), world.malta
    page = anna.get(address(malta))
    malta.memberships.all().delete()
    resave(malta, by="bruno")
    fields = typed(page, **{"memberships-0-note": "typed here", "memberships-1-note": "and here"})
    html = anna.post(address(malta), fields).content.decode()
    assert "typed here" in html
    assert "and here" in html
    assert not world.malta.memberships.exists()


@pytest.mark.parametrize("version", [None, "", "nonsense", "0", "99", "-1"])
def test_a_form_without_its_version_saves_nothing(world, at, version):
    anna = at("anna")
    fields = typed(anna.get(address(world.japan)), capital="Tokyo", version=version)
    response = anna.post(address(world.japan), fields)
    assert response.status_code == 200
    assert world.japan.capital == ""


def test_a_save_that_is_outrun_between_check_and_writing_comes_back_too(world, at, monkeypatch):
    anna, japan = at("anna"), world.japan
    calls = []

    def outrun(pk, expected):
        calls.append(pk)
        raise Stale

    def found(self, request, object_id, from_field=None):
        if calls:  # the first try was rolled back; by now somebody else's save is there
            resave(japan, by="bruno", capital="Kyoto")
            monkeypatch.setattr(base.KindAdmin, "get_object", admin.ModelAdmin.get_object)
        return admin.ModelAdmin.get_object(self, request, object_id, from_field)

    fields = typed(anna.get(address(japan)), capital="Tokyo")
    monkeypatch.setattr(base, "hold", outrun)
    monkeypatch.setattr(base.KindAdmin, "get_object", found)
    response = anna.post(address(japan), fields)
    assert "Bruno Reviewer saved this record" in errors(response)
    assert 'value="Tokyo"' in response.content.decode()
    assert world.japan.capital == "Kyoto"


def test_holding_a_record_refuses_another_version(world):
    hold(world.japan.pk, world.japan.version)
    with pytest.raises(Stale):
        hold(world.japan.pk, world.japan.version - 1)


def test_overlapping_memberships_are_named(world, at):
    anna, malta = at("anna"), world.malta
    fields = add_row(
        typed(anna.get(address(malta))),
        "memberships",
        framework=world.pfp.pk,
        start="2010",
        status="active",
        end_is="open",
    )
    response = anna.post(address(malta), fields)
    assert (
        "Two periods of Partnership for Peace overlap: “active from 3 April 2008” and “active from 2010”. "
        "End the earlier where the later begins." in errors(response)
    )
    assert 'value="2010"' in response.content.decode()
    assert world.malta.memberships.count() == 2


@pytest.mark.parametrize(
    ("prefix", "values", "sentence"),
    [
        ("memberships", {"start": "soon", "end_is": "open"}, "no date the portal can read"),
        ("memberships", {"start": "2015", "end": "2014", "end_is": "until"}, "ends before it begins"),
        ("memberships", {"start": "2015", "end_is": "until"}, "Give the end"),
        ("memberships", {"start": "2015", "end_is": "open", "scope": "all"}, "Only a suspension has a scope"),
        ("memberships", {"start": "2015", "end_is": "open", "framework": ""}, "required"),
        ("memberships", {"framework": "00000000-0000-7000-8000-000000000000"}, "isn't there any more"),
        ("memberships", {"framework": "nonsense"}, "isn't there any more"),
        ("aliases", {"slug": "history"}, "part of the portal"),
    ],
)
def test_a_row_is_refused_with_a_sentence(world, at, prefix, values, sentence):
    anna = at("anna")
    given = (
        {"framework": world.pfp.pk, "status": "active", "end_is": "open"} if prefix == "memberships" else {}
    ) | values
    fields = add_row(typed(anna.get(address(world.japan))), prefix, **given)
    response = anna.post(address(world.japan), fields)
    assert sentence in errors(response)
    assert not world.japan.memberships.exists()


def test_twins_among_new_rows_are_refused_with_a_sentence(world, at):
    anna, edition = at("anna"), world.sea_breeze_2021
    fields = typed(anna.get(address(edition)))
    for _ in range(2):
        add_row(fields, "participants", partner=world.japan.pk, role="observer")
    assert "stands twice in the same role" in errors(anna.post(address(edition), fields))
    fields = typed(anna.get(address(world.japan)))
    for _ in range(2):
        add_row(fields, "links", other=world.malta.pk, relation="related")
    assert "linked twice" in errors(anna.post(address(world.japan), fields))


def test_a_row_of_another_record_can_not_be_taken(world, at):
    anna = at("anna")
    foreign = world.russia.memberships.first()
    fields = typed(
        anna.get(address(world.malta)), **{"memberships-0-id": str(foreign.pk), "memberships-0-note": "mine"}
    )
    response = anna.post(address(world.malta), fields)
    assert "isn't one of the record's" in errors(response)
    fields = typed(anna.get(address(world.malta)), **{"memberships-0-partner": str(world.japan.pk)})
    anna.post(address(world.malta), fields)  # whose a row is, the form doesn't say
    fields["memberships-0-note"] = ["moved?"]
    anna.post(address(world.malta), fields)
    assert not world.japan.memberships.exists()
    assert Membership.objects.get(pk=foreign.pk).partner_id == world.russia.pk
    assert world.malta.memberships.count() == 2


def test_a_taken_slug_and_a_taken_code_are_refused_with_a_sentence(world, at):
    anna = at("anna")
    response = anna.post(address(world.japan), typed(anna.get(address(world.japan)), slug="malta", iso2="MT"))
    assert "has this slug already" in errors(response)
    assert "has this country code already" in errors(response)


def test_a_text_beyond_the_limit_is_refused_whole(world, at, settings):
    anna = at("anna")
    text = "a" * (settings.LIMITS["text_length"] + 1)
    response = anna.post(address(world.japan), typed(anna.get(address(world.japan)), body=text))
    assert "60000 characters" in errors(response)
    assert text in response.content.decode()


def test_more_rows_than_the_limit_get_a_sentence(world, at, settings):
    settings.LIMITS = settings.LIMITS | {"owned_rows": 3}
    anna = at("anna")
    fields = typed(anna.get(address(world.japan)))
    for number in range(4):
        add_row(fields, "names", name=f"Name {number}", type="short", end_is="open")
    response = anna.post(address(world.japan), fields)
    assert "at most 3 rows" in errors(response)
    assert 'value="Name 3"' in response.content.decode()
    assert not world.japan.names.exists()


def test_more_fields_than_the_limit_get_a_sentence(world, at, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 50
    anna = at("anna")
    page = anna.get(address(world.malta))
    assert 'data-most="50"' in page.content.decode()
    response = anna.post(address(world.malta), typed(page, capital="Mdina"))
    assert response.status_code == 400
    assert "more than 50 fields" in response.content.decode()
    assert "way back" in response.content.decode()
    assert world.malta.capital == "Valletta"


def test_records_are_not_copied_by_a_forged_button(world, at):
    anna = at("anna")
    fields = typed(anna.get(address(world.malta)), _saveasnew="1", slug="malta-2")
    assert anna.post(address(world.malta), fields).status_code == 400
    assert world.malta.memberships.count() == 2


# Notices --------------------------------------------------------------------------------------------------------------


def test_only_administrators_switch_a_notice(world, at):
    anna, notice = at("anna"), world.ai
    page = anna.get(address(notice))
    assert "active" not in page.context["adminform"].form.fields
    assert anna.post(address(notice), typed(page, title="Still here", active=None)).status_code == 302
    assert (world.ai.title, world.ai.active) == ("Still here", True)
    dag = at("dag")
    page = dag.get(address(notice))
    assert dag.post(address(notice), typed(page, active=None)).status_code == 302
    assert not world.ai.active


# Images ---------------------------------------------------------------------------------------------------------------


def test_the_renditions_of_an_image_are_shown_and_never_changed(at):
    image = make("image")
    Rendition.objects.create(image=image, file="abc.webp", media_type="image/webp", width=800, height=600, bytes=1234)
    image = resave(image)
    anna = at("anna")
    page = anna.get(address(image))
    assert "abc.webp" in page.content.decode()
    forged = {
        "renditions-0-file": "evil",
        "renditions-0-DELETE": "on",
        "renditions-1-file": "evil",
        "renditions-1-width": "1",
    }
    fields = typed(page, credit="Somebody else", **forged, **{"renditions-TOTAL_FORMS": "2"})
    response = anna.post(address(image), fields)
    assert response.status_code == 302, errors(response)
    assert type(image).objects.get(pk=image.pk).credit == "Somebody else"
    assert [row.file for row in image.renditions.all()] == ["abc.webp"]


# Size -----------------------------------------------------------------------------------------------------------------


def test_a_country_with_500_rows_takes_the_queries_of_one_with_five(world, at):
    anna, japan = at("anna"), world.japan
    anna.get(address(japan))  # Django asks once for the ids of its content types
    taken = []
    for number in (5, 500):
        japan.memberships.all().delete()
        japan.citations.all().delete()
        fill_up(japan, number, world.pfp)
        rows = japan.memberships.all()
        Citation.objects.bulk_create(Citation(record=japan, source=world.nato_topic, row=row.pk) for row in rows)
        taken.append(count(anna, address(japan)))
    assert taken[0] == taken[1]
    assert taken[1] <= 25


@pytest.mark.slow
def test_a_country_with_500_rows_saves_what_changed(world, at):
    anna, japan = at("anna"), world.japan
    fill_up(japan, 500, world.pfp)
    japan = resave(japan)
    fields = typed(anna.get(address(japan)), capital="Tokyo", **{"memberships-250-note": "The middle one."})
    add_row(fields, "memberships", framework=world.ici.pk, start="2014", status="active", end_is="open")
    response = anna.post(address(japan), fields)
    assert response.status_code == 302, errors(response)
    assert Partner.objects.get(pk=japan.pk).capital == "Tokyo"
    assert japan.memberships.count() == 501
    assert japan.memberships.get(note="The middle one.").start == "1251"


@pytest.mark.slow
def test_saving_500_new_rows_takes_constant_statements(world, at):
    from .browser import watched

    anna, japan = at("anna"), world.japan
    taken = []
    for number in (5, 100):
        fields = typed(anna.get(address(japan)))
        for i in range(number):
            add_row(fields, "names", name=f"Name {number}.{i}", type="short", end_is="open")
        with watched() as statements:
            response = anna.post(address(japan), fields)
        assert response.status_code == 302, errors(response)
        taken.append(len([sql for sql in statements if "INSERT" in sql or "DELETE" in sql]))
    assert taken[0] == taken[1]
    assert japan.names.count() == 105

"""Verifying citations: the quotation beside the fact, another person, and what takes the mark away again."""

from __future__ import annotations

import pytest
from django.test import Client

from partnerships.admin.addresses import address
from partnerships.editorial.models import Event, Revision
from partnerships.editorial.publication import publish
from partnerships.editorial.review import approve, submit
from partnerships.editorial.saving import record_saved
from partnerships.editorial.verification import entered_by
from partnerships.models import Citation, Membership, Partner
from tests.admin.browser import add_row, count, typed, watched, writes
from tests.world import save

pytestmark = pytest.mark.services
LIST = "/admin/verification/"
WHOLE = {"locator": "page 4", "quotation": "The capital is Valletta.", "checked_on": "2026-11-01"}


def cite(record, source, *, by: str = "anna", **values) -> Citation:
    """A citation that somebody enters with a save of the record."""
    citation = Citation.objects.create(record=record, source=source, **values)
    record = type(record).objects.get(pk=record.pk)
    record_saved(record, by=by, expected=record.version)
    return citation


def send(client: Client, citation: Citation, version: int | None = None):
    record = citation.record.as_kind()
    version = type(record).objects.get(pk=record.pk).version if version is None else version
    return client.post(address(record, "verify"), {"citation": str(citation.pk), "version": str(version)}, follow=True)


def mark(citation: Citation):
    return Citation.objects.get(pk=citation.pk).verified_on


def test_the_page_shows_the_quotation_beside_the_fact(at, world):
    malta = world.malta
    cite(malta, world.nato_topic, field="capital", **WHOLE)
    cite(malta, world.nato_topic, row=malta.memberships.get(start="2008-04-03").pk)
    cite(malta, world.nato_topic)
    bruno = at("bruno")
    with watched() as statements:
        page = bruno.get(address(malta, "verify")).content.decode()
    assert writes(statements) == []
    assert page.index("<h2>Capital</h2><p>Valletta</p>") < page.index(
        "<blockquote>The capital is Valletta.</blockquote>"
    )
    assert "<strong>Partnership for Peace</strong> active from 3 April 2008" in page
    assert 'href="https://example.org/topic"' in page
    assert "page 4" in page
    assert "It can&#x27;t be verified yet: it needs a locator, a quotation and the day on which it was checked." in page
    assert page.count("I found it: verify") == 1


def test_another_person_verifies_and_that_is_a_save_like_any_other(at, world):
    citation = cite(world.malta, world.nato_topic, field="capital", **WHOLE)
    before = Revision.objects.filter(record=world.malta.pk).count()
    page = send(at("bruno"), citation).content.decode()
    assert "is verified." in page
    assert "1 of 1 verified" in page
    assert mark(citation)
    newest = Revision.objects.filter(record=world.malta.pk).first()
    assert (newest.number, newest.by) == (before + 1, "bruno")
    event = Event.objects.get(verb="verify")
    assert (event.by, event.before, event.after, event.digest) == ("bruno", "sourced", "verified", newest.digest)
    publish([world.malta], by="chiara", change_kind="new_evidence", note="The capital is verified.")
    [shown] = Client().get("/api/v1/partners/malta/").json()["citations"]
    assert shown["verification"] == "verified"


def test_who_entered_a_citation_does_not_verify_it(at, world):
    citation = cite(world.malta, world.nato_topic, field="capital", by="bruno", **WHOLE)
    page = send(at("bruno"), citation).content.decode()
    assert "You entered this citation, so another person has to verify it." in page
    assert mark(citation) is None
    send(at("chiara"), citation)
    assert mark(citation)


def test_who_changed_a_citation_last_has_entered_it(at, world):
    citation = cite(world.malta, world.nato_topic, field="capital", **WHOLE)
    assert entered_by(world.malta.pk, [citation]) == {citation.pk: "anna"}
    bruno = at("bruno")
    fields = typed(bruno.get(address(world.malta)), **{"citations-0-quotation": "Its capital is Valletta."})
    bruno.post(address(world.malta), fields)
    fields = typed(at("chiara").get(address(world.malta)), summary="An island state.")
    at("chiara").post(address(world.malta), fields)  # an edit elsewhere changes nothing
    assert entered_by(world.malta.pk, [citation]) == {citation.pk: "bruno"}


@pytest.mark.parametrize("missing", list(WHOLE))
def test_a_verification_needs_all_of_the_evidence(at, world, missing):
    given = {name: value for name, value in WHOLE.items() if name != missing}
    citation = cite(world.malta, world.nato_topic, field="capital", **given)
    assert "It can&#x27;t be verified yet: it needs" in send(at("bruno"), citation).content.decode()
    assert mark(citation) is None


def test_an_author_may_look_and_not_verify(at, world):
    citation = cite(world.malta, world.nato_topic, field="capital", by="chiara", **WHOLE)
    anna = at("anna")
    page = anna.get(address(world.malta, "verify")).content.decode()
    assert "Your account can&#x27;t verify citations" in page
    assert send(anna, citation).status_code == 403
    assert send(at("sam"), citation).status_code in (302, 403, 200)
    assert mark(citation) is None


def test_a_page_that_is_out_of_date_verifies_nothing(at, world):
    citation = cite(world.malta, world.nato_topic, field="capital", **WHOLE)
    page = send(at("bruno"), citation, version=1).content.decode()
    assert "Somebody else saved this record while the page was open." in page
    page = at("bruno").post(address(world.malta, "verify"), {"citation": "x", "version": "y"}).content.decode()
    assert "This citation isn&#x27;t there any more." in page
    elsewhere = cite(world.japan, world.nato_topic, **WHOLE)
    version = Partner.objects.get(slug="malta").version
    at("bruno").post(address(world.malta, "verify"), {"citation": str(elsewhere.pk), "version": version})
    assert (mark(citation), mark(elsewhere)) == (None, None)


def test_a_fact_that_changes_drops_the_mark_and_a_changed_citation_loses_it(at, world):
    citation = cite(world.malta, world.nato_topic, field="capital", **WHOLE)
    send(at("bruno"), citation)
    assert "It is verified already." in send(at("chiara"), citation).content.decode()
    anna = at("anna")
    anna.post(address(world.malta), typed(anna.get(address(world.malta)), capital="Mdina"))
    assert mark(citation)
    page = at("bruno").get(address(world.malta, "verify")).content.decode()
    assert "but the fact has changed since." in page
    assert "0 of 1 verified" in page
    send(at("bruno"), citation)
    anna.post(address(world.malta), typed(anna.get(address(world.malta)), **{"citations-0-stance": "contradicts"}))
    assert mark(citation) is None


def test_who_verifies_may_still_approve(at, world):
    citation = cite(world.japan, world.nato_topic, field="capital", **WHOLE)
    send(at("bruno"), citation)
    submit([world.japan], by=world.user("anna"))
    [state] = approve([world.japan], by=world.user("bruno"))
    assert state.reviewed_by == "bruno"


def test_the_work_list_names_what_each_needs(at, world):
    ready = cite(world.malta, world.nato_topic, field="capital", **WHOLE)
    cite(world.japan, world.nato_topic)
    page = at("bruno").get(LIST).content.decode()
    assert page.index(f"{address(world.malta, 'verify')}#c{ready.pk}") < page.index(address(world.japan, "verify"))
    assert "a second person" in page
    assert "a locator, a quotation, the day on which it was checked" in page
    only = at("bruno").get(f"{LIST}?ready=1").content.decode()
    assert address(world.japan, "verify") not in only
    send(at("bruno"), ready)
    assert "Every citation is verified." in at("bruno").get(f"{LIST}?ready=1").content.decode()
    assert at("sam").get(LIST).status_code in (302, 403)


def test_queries_do_not_grow_with_the_citations(at, world):
    bruno = at("bruno")
    rows = [Membership(framework=world.pfp, start=str(1950 + n), end=str(1951 + n), end_is="until") for n in range(40)]
    big = save(Partner(slug="big", title="Big"), memberships=rows)
    cite(big, world.nato_topic, row=rows[0].pk, **WHOLE)
    one, few = count(bruno, address(big, "verify")), count(bruno, LIST)
    for row in rows:
        Citation.objects.create(record=big, source=world.nato_topic, row=row.pk, **WHOLE)
    record_saved(Partner.objects.get(pk=big.pk), by="anna", expected=None)
    assert (count(bruno, address(big, "verify")), count(bruno, LIST)) == (one, few)


def test_a_citation_that_was_just_added_by_the_form_is_its_authors(at, world):
    bruno = at("bruno")
    fields = add_row(typed(bruno.get(address(world.japan))), "citations", source=world.nato_topic.pk, **WHOLE)
    bruno.post(address(world.japan), fields)
    citation = Citation.objects.get(record=world.japan.pk)
    assert entered_by(world.japan.pk, [citation]) == {citation.pk: "bruno"}

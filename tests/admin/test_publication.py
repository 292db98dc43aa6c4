"""Publishing, withdrawing and merging from the desk: what is shown, what is refused, and what becomes public."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from partnerships.admin.addresses import address, list_address
from partnerships.editorial.models import State
from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Citation, Claim, Framework, Membership, Partner, Source
from partnerships.publishing.models import Publication, PublicDocument, Tombstone
from partnerships.publishing.reading import Moved, public, where_now
from tests.world import resave, save

from .browser import count, typed, watched, writes


def text(response) -> str:
    return unescape(response.content.decode())


def standing(record) -> str:
    return State.objects.get(record=record.pk).standing


@pytest.fixture
def tokyo(world):
    """Japan, with a change that isn't public."""
    return resave(world.japan, capital="Tokyo")


# Publishing -------------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_would_change_and_changes_nothing(tokyo, at):
    chiara = at("chiara")
    with watched() as statements:
        page = text(chiara.get(address(tokyo, "publish")))
    assert "1 change against public version 1" in page
    assert "<ins>Tokyo</ins>" in page
    assert "Not possible: facts change (Capital)." in page
    assert not writes(statements)
    assert standing(tokyo) == "changed"


def test_publishing_with_a_reason_and_a_note(tokyo, at):
    chiara = at("chiara")
    page = chiara.get(address(tokyo, "publish"))
    sent = typed(page, change_kind="new_evidence", note="The capital is named.")
    response = chiara.post(address(tokyo, "publish"), sent, follow=True)
    assert "Japan is published as version 2." in text(response)
    assert response.redirect_chain[-1][0] == address(tokyo)
    assert public(Partner).get(slug="japan").capital == "Tokyo"
    entry = Publication.objects.latest("seq")
    assert (entry.by, entry.change_kind, entry.note) == ("chiara", "new_evidence", "The capital is named.")
    line = LogEntry.objects.latest("pk")
    assert line.content_type == ContentType.objects.get_for_model(Partner)
    assert (line.object_id, line.get_change_message()) == (
        str(tokyo.pk),
        "Published (new evidence): The capital is named.",
    )


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ({}, "Say why this is published"),
        ({"change_kind": "new_evidence"}, "Write a note for the public"),
        ({"change_kind": "new_evidence", "note": "   "}, "Write a note for the public"),
        ({"change_kind": "editorial", "note": "Wording."}, "This changes facts"),
        ({"change_kind": "correction", "note": "The capital was missing."}, "Say what was wrong"),
        (
            {"change_kind": "correction", "note": "x", "wrong": "y", "wrong_since": "soon"},
            "no date the portal can read",
        ),
        ({"change_kind": "first_publication", "note": "x"}, "Select a valid choice"),
        ({"change_kind": "nonsense", "note": "x"}, "Select a valid choice"),
    ],
)
def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(tokyo, at, reason, sentence):
    chiara = at("chiara")
    sent = typed(chiara.get(address(tokyo, "publish")), **{"wrong": "A typed explanation."} | reason)
    if sentence.startswith("Say what"):
        sent["wrong"] = [""]
    response = chiara.post(address(tokyo, "publish"), sent)
    assert response.status_code == 200
    assert sentence in text(response)
    assert f">\n{reason.get('note', '')}</textarea>" in text(response)
    assert public(Partner).get(slug="japan").capital == ""
    assert LogEntry.objects.count() == 0


def test_a_correction_says_what_was_wrong_and_since_when(tokyo, at):
    chiara = at("chiara")
    sent = typed(
        chiara.get(address(tokyo, "publish")),
        change_kind="correction",
        note="The capital is Tokyo.",
        wrong="No capital was given.",
        wrong_since="2024-05",
    )
    assert chiara.post(address(tokyo, "publish"), sent).status_code == 302
    entry = Publication.objects.latest("seq")
    assert (entry.wrong, entry.wrong_since) == ("No capital was given.", "2024-05")


def test_what_the_page_showed_is_what_is_published(tokyo, at):
    chiara = at("chiara")
    sent = typed(chiara.get(address(tokyo, "publish")), change_kind="new_evidence", note="The capital is named.")
    resave(tokyo, by="anna", capital="Kyoto")
    response = chiara.post(address(tokyo, "publish"), sent)
    assert "while this page was open" in text(response)
    assert "<ins>Kyoto</ins>" in text(response)
    assert public(Partner).get(slug="japan").capital == ""
    again = typed(response)  # what was typed stands there, and now it is known what is published
    assert again["note"] == ["The capital is named."]
    assert chiara.post(address(tokyo, "publish"), again).status_code == 302
    assert public(Partner).get(slug="japan").capital == "Kyoto"


def test_a_first_publication_asks_for_no_reason(world, at):
    chiara = at("chiara")
    page = chiara.get(address(world.atlantis, "publish"))
    assert "for the first time" in text(page)
    assert "change_kind" not in text(page)
    assert chiara.post(address(world.atlantis, "publish"), typed(page)).status_code == 302
    assert public(Partner).filter(slug="atlantis").exists()


def test_what_it_points_at_comes_along(world, at):
    source = save(Source(slug="new-page", title="New page"))
    dialogue = save(
        Framework(slug="md", title="Mediterranean Dialogue", type="forum"), citations=[Citation(source=source)]
    )
    chiara = at("chiara")
    page = chiara.get(address(dialogue, "publish"))
    assert "New page" in text(page)
    assert "Publish these 2 together" in text(page)
    response = chiara.post(address(dialogue, "publish"), typed(page))  # a forged form, without the button
    assert "Not public yet, but pointed at: New page" in text(response)
    assert not public(Source).filter(slug="new-page").exists()
    response = chiara.post(address(dialogue, "publish"), typed(page, together="1"), follow=True)
    assert "2 records are published: Mediterranean Dialogue, New page." in text(response)
    assert public(Framework).get(slug="md").citations.get().source.slug == "new-page"
    assert LogEntry.objects.count() == 2


def test_broken_rules_are_said_before_anything_is_tried(world, at):
    malta = world.malta
    Membership.objects.create(partner=malta, framework=world.pfp, start="2010")
    resave(malta, disclosure="ai_generated")
    page = text(at("chiara").get(address(malta, "publish")))
    assert "can't overlap" in page
    assert "only after a person has reviewed it" in page


def test_nothing_to_publish_is_said(world, at):
    assert "nothing to publish" in text(at("chiara").get(address(world.finland, "publish")))


def test_a_record_whose_text_was_taken_down_says_so(world, at):
    withdraw([world.c065], by="dag", note="Privacy.", action="take_down")
    page = at("chiara").get(address(world.c065, "publish"))
    assert page.status_code == 200
    assert "was taken down" in text(page)


# Withdrawing ------------------------------------------------------------------------------------------------------------


def test_withdrawing_asks_why(world, at):
    chiara = at("chiara")
    page = chiara.get(address(world.c065, "withdraw"))
    assert "Say why" in text(chiara.post(address(world.c065, "withdraw"), typed(page)))
    response = chiara.post(address(world.c065, "withdraw"), typed(page, note="Published by mistake."), follow=True)
    assert "is withdrawn." in text(response)
    assert standing(world.c065) == "withdrawn"
    assert Tombstone.objects.get(record=world.c065.pk).note == "Published by mistake."
    assert LogEntry.objects.latest("pk").get_change_message() == "Retracted: Published by mistake."


def test_what_points_there_is_listed_and_can_go_too(world, at):
    chiara = at("chiara")
    page = chiara.get(address(world.ici, "withdraw"))
    assert world.c065.title in text(page)
    response = chiara.post(address(world.ici, "withdraw"), typed(page, note="Both wrong."))
    assert "Public records still point here" in text(response)
    assert public(Framework).filter(slug="ici").exists()
    sent = typed(response, also=[str(world.c065.pk)])
    response = chiara.post(address(world.ici, "withdraw"), sent, follow=True)
    assert "2 records are withdrawn" in text(response)
    assert not public(Claim).exists()


def test_only_administrators_take_down(world, at):
    chiara = at("chiara")
    page = chiara.get(address(world.c065, "withdraw"))
    assert "Take down" not in text(page)
    response = chiara.post(address(world.c065, "withdraw"), typed(page, note="Privacy.", how="take_down"))
    assert response.status_code == 403
    assert standing(world.c065) == "public"
    dag = at("dag")
    sent = typed(dag.get(address(world.c065, "withdraw")), note="Privacy.", how="take_down")
    assert dag.post(address(world.c065, "withdraw"), sent).status_code == 302
    digests = Publication.objects.filter(record=world.c065.pk).exclude(digest="").values("digest")
    assert not PublicDocument.objects.filter(digest__in=list(digests.values_list("digest", flat=True))).exists()


def test_what_was_never_public_has_nothing_to_withdraw(world, at):
    assert "nothing to withdraw" in text(at("chiara").get(address(world.atlantis, "withdraw")))


# Several at once --------------------------------------------------------------------------------------------------------


def select(browser: Client, kind: str, action: str, *records):
    """The page that an action of a list opens."""
    chosen = [str(record.pk) for record in records]
    return browser.post(list_address(kind), {"action": action, "_selected_action": chosen, "index": "0"})


def test_several_are_published_together_or_not_at_all(world, tokyo, at):
    chiara = at("chiara")
    page = select(chiara, "partner", "publish_selected", tokyo, world.malta, world.atlantis, world.finland)
    assert "3 records become public" in text(page)
    assert Publication.objects.filter(note="Capitals.").count() == 0
    response = chiara.post(list_address("partner"), typed(page, change_kind="new_evidence"))
    assert "Write a note" in text(response)
    assert public(Partner).get(slug="japan").capital == ""
    sent = typed(response, note="Capitals.")
    response = chiara.post(list_address("partner"), sent, follow=True)
    assert "3 records are published: Atlantis, Japan, Malta." in text(response)
    assert public(Partner).get(slug="japan").capital == "Tokyo"
    entries = Publication.objects.order_by("-seq")[:3]
    assert len({entry.release for entry in entries}) == 1
    assert LogEntry.objects.count() == 3


def test_several_are_withdrawn_together(world, at):
    other = save(Claim(slug="c066", title="Another claim.", statement="So it is.", verdict="outdated"))
    publish([other], by="chiara")
    chiara = at("chiara")
    page = select(chiara, "claim", "withdraw_selected", world.c065, other)
    assert public(Claim).count() == 2
    response = chiara.post(list_address("claim"), typed(page, note="Both wrong."), follow=True)
    assert "2 records are withdrawn" in text(response)
    assert not public(Claim).exists()


def test_an_action_carries_exactly_what_its_page_showed(world, tokyo, at):
    chiara = at("chiara")
    page = select(chiara, "partner", "publish_selected", tokyo)
    assert typed(page)["_selected_action"] == [str(tokyo.pk)]
    sent = typed(page, change_kind="new_evidence", note="x", _selected_action=[str(tokyo.pk), str(world.malta.pk)])
    response = chiara.post(list_address("partner"), sent)
    assert "while this page was open" in text(response)
    assert Publication.objects.filter(note="x").count() == 0


def test_the_page_takes_constant_queries(world, at):
    chiara = at("chiara")
    drafts = [
        save(Partner(slug=f"draft-{n}", title=f"Draft {n}"), memberships=[Membership(framework=world.pfp)])
        for n in range(20)
    ]
    taken = []
    for records in (drafts[:2], drafts):
        with watched() as statements:
            assert select(chiara, "partner", "publish_selected", *records).status_code == 200
        taken.append(len(statements))
    assert taken[0] == taken[1]
    assert count(chiara, address(drafts[0], "publish")) < 40


# Merging ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def twin(world):
    source = save(Source(slug="topic-page", title="Topic page again", web_address="https://example.org/topic?x"))
    publish([source], by="chiara")
    japan = resave(world.japan)
    japan.citations.create(source=source)
    japan = resave(japan)
    publish([japan], by="chiara", change_kind="new_evidence", note="A source.")
    return source


def test_two_become_one(world, twin, at):
    chiara = at("chiara")
    page = select(chiara, "source", "merge_selected", twin, world.nato_topic)
    assert "Which of the two stays?" in text(page)
    assert Source.objects.filter(slug="topic-page").exists()
    response = chiara.post(list_address("source"), typed(page))
    assert "Say which of the two stays." in text(response)
    sent = typed(page, survivor=str(world.nato_topic.pk), note="One page under two addresses.")
    response = chiara.post(list_address("source"), sent, follow=True)
    assert "Topic page again was merged into Topic page." in text(response)
    assert response.redirect_chain[-1][0] == address(world.nato_topic)
    assert world.japan.citations.get().source.slug == "nato-topic"
    assert where_now(Source, "topic-page") == Moved("source", "nato-topic")


def test_a_merge_that_is_refused_says_why(world, twin, at):
    resave(world.japan, capital="Tokyo")
    chiara = at("chiara")
    page = select(chiara, "source", "merge_selected", twin, world.nato_topic)
    response = chiara.post(list_address("source"), typed(page, survivor=str(world.nato_topic.pk)))
    assert "Publish or undo the changes of these first: Japan." in text(response)
    assert Source.objects.filter(slug="topic-page").exists()


@pytest.mark.parametrize("number", [1, 3])
def test_merging_takes_two(world, at, number):
    records = [world.malta, world.japan, world.finland][:number]
    response = at("chiara").post(
        list_address("partner"),
        {"action": "merge_selected", "_selected_action": [str(r.pk) for r in records], "index": "0"},
        follow=True,
    )
    assert "exactly two" in text(response)


def test_a_survivor_from_elsewhere_is_refused(world, twin, at):
    chiara = at("chiara")
    page = select(chiara, "source", "merge_selected", twin, world.nato_topic)
    response = chiara.post(list_address("source"), typed(page, survivor=str(world.malta.pk)))
    assert response.status_code == 200
    assert Source.objects.filter(slug="topic-page").exists()

"""What holds for every record of the content: honest citations, whole references, and the models' own rules."""

import re
from collections import Counter
from uuid import UUID

import pytest
from django.db import models

from fixtures.converter import reading
from partnerships.editorial.rules import broken
from partnerships.models import BY_PLURAL, KINDS, Citation, EdgeField
from partnerships.publishing.documents import instances, owned_rows, pointed, value_digest


def test_references_lead_to_records_of_the_content(documents, labels):
    for label, document in documents.items():
        for pk, kind in pointed(document):
            assert str(pk) in labels, f"{label} points at {pk}"
            assert not kind or labels[str(pk)].startswith(f"{kind}/"), f"{label} points at {labels[str(pk)]}"


def test_records_follow_the_rules_of_publishing(documents):
    assert {label: list(broken(document)) for label, document in documents.items() if list(broken(document))} == {}


def test_every_record_and_row_passes_its_models_validation(converted):
    converted.check()  # raises; the database's own rules are held by the loading tests


def test_identities_slugs_codes_and_addresses_are_taken_once(items, documents):
    assert [pk for pk, count in Counter((item["model"], item["pk"]) for item in items).items() if count > 1] == []
    for field in ("iso2", "iso3", "web_address"):
        values = [document["fields"][field] for document in documents.values() if document["fields"].get(field)]
        assert len(values) == len(set(values)), field
    for constraint, model in ((c, m) for m in _row_models() for c in m._meta.constraints):
        if isinstance(constraint, models.UniqueConstraint):
            rows = [row for row in _rows(documents, model) if _holds(constraint, row)]
            keys = Counter(
                tuple(getattr(row, model._meta.get_field(n).attname) for n in constraint.fields) for row in rows
            )
            assert [key for key, count in keys.items() if count > 1] == [], constraint.name


def _row_models():
    return {model for kind in KINDS.values() for model in owned_rows(kind).values()}


def _rows(documents, model):
    for document in documents.values():
        for rows in instances(document)[1].values():
            yield from (row for row in rows if type(row) is model)


def _holds(constraint, row) -> bool:
    """Whether a unique constraint covers the row: ours have no condition, or that a partner is set or isn't."""
    if constraint.condition is None:
        return True
    ((lookup, wanted),) = constraint.condition.children
    return (getattr(row, f"{lookup.removesuffix('__isnull')}_id") is None) == wanted


def test_files_hold_no_derived_days_and_no_bookkeeping(items):
    derived = {f.name for kind in KINDS.values() for m in (kind, *owned_rows(kind).values()) for f in _edges(m)}
    for item in items:
        assert not derived & item["fields"].keys()
        if item["model"] == "partnerships.record":
            assert item["fields"]["version"] == 0
            assert item["fields"]["updated_at"] is None


def _edges(model):
    return [field for field in model._meta.concrete_fields if isinstance(field, EdgeField)]


# Honesty ----------------------------------------------------------------------------------------------------------------


def test_no_citation_pretends_to_more_than_was_done(documents):
    for document in documents.values():
        for citation in document["rows"]["citations"]:
            assert citation["locator"] == ""
            assert citation["quotation"] == ""
            assert citation["verified_on"] is None
            assert citation["value_digest"] == ""
            assert citation["checked_as"] == ""
            assert citation["read_as"] == "archived_excerpt"
            assert citation["checked_on"] == "2026-11-23"


def test_citations_support_fields_and_rows_that_are_there(documents):
    for label, document in documents.items():
        citable = KINDS[document["kind"]].citable()
        for citation in document["rows"]["citations"]:
            assert not citation["field"] or citation["field"] in citable, label
            if citation["row"]:
                assert value_digest(document, row=citation["row"]) != value_digest(document, row="no such row"), label


def test_texts_say_that_they_are_ai_assisted_and_unreviewed(documents):
    for document in documents.values():
        assert document["fields"]["disclosure"] == "ai_assisted"
        assert document["fields"]["reviewed_on"] is None


def test_sources_contradict_only_what_the_verdict_calls_contradicted(documents):
    contradicting = {
        label
        for label, document in documents.items()
        if any(c["stance"] == Citation.Stance.CONTRADICTS for c in document["rows"]["citations"])
    }
    assert contradicting == {"claim/c065"}


def test_judgements_are_labelled(documents):
    labelled = {label for label, document in documents.items() if document["fields"]["assessment"]}
    assessments = {label for label in documents if label.startswith("assessment/")}
    assert labelled == assessments | {"page/closing-summary"}


def test_verdicts_are_those_of_the_ledger(documents):
    verdicts = Counter(d["fields"]["verdict"] for label, d in documents.items() if label.startswith("claim/"))
    assert verdicts == {
        "supported": 78,
        "partly_supported": 38,
        "misleading": 12,
        "outdated": 4,
        "contradicted": 1,
        "unverifiable": 8,
    }


def test_rows_known_and_not_read_have_no_citation_of_their_own(documents):
    """Their sources support the record, not the dates; so nothing may look as if they did."""
    known = {("memberships", "framework"): "memberships", ("participations", "programme"): "programme_participation"}
    for (rows, target), file in known.items():
        for line in reading.rows(file):
            if line["confidence"] != "knowledge":
                continue
            partner = next(d for d in documents.values() if d["fields"].get("iso2") == line["iso2"])
            wanted = documents[f"{target}/{line[f'{target}_slug']}"]["id"]
            mine = {row["id"] for row in partner["rows"][rows] if row[target] == wanted}
            assert mine
            assert not mine & {citation["row"] for citation in partner["rows"]["citations"]}


def test_hosts_known_and_not_read_say_so_and_are_not_cited(documents, labels):
    editions = [document for label, document in documents.items() if label.startswith("edition/")]
    noted = [(d, row) for d in editions for row in d["rows"]["participants"] if row["note"]]
    assert len(noted) == len([r for r in reading.rows("exercise_participants") if r["confidence"] == "knowledge"]) == 18
    for document, row in noted:
        cited = {(citation["field"], citation["row"]) for citation in document["rows"]["citations"]}
        assert ("", row["id"]) not in cited
        assert ("participants", None) not in cited


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ("edition/eager-lion-2015", "first_day last_day personnel"),
        ("edition/combined-resolve-2025", "title first_day last_day"),
        ("edition/eadrcc-ukraine-2015", "place"),
        ("exercise/saber-junction", "first_held"),
        ("programme/deep", "start"),
        ("institution/nlo-moldova", "opened"),
        ("institution/ptec-ankara", "title type host_code host_name opened summary"),
        ("institution/ptec-fincent", "title type host summary"),
        ("claim/c044", "verdict explanation"),
        ("partner/north-macedonia", "names"),
        ("partner/georgia", "location_note"),
    ],
)
def test_fields_without_a_source_are_marked(documents, record, fields):
    assert documents[record]["fields"]["unsourced"] == fields


def test_every_record_marked_as_not_wholly_read_marks_a_field_or_a_row(documents):
    for file, kind in (("exercise_editions", "edition"), ("exercise_series", "exercise"), ("programmes", "programme")):
        for row in reading.rows(file):
            document = documents[f"{kind}/{row['slug']}"]["fields"]
            if row["confidence"] == "sourced":
                assert document["unsourced"] == "", row["slug"]
            elif row["slug"] not in HOSTS_NOT_READ:
                assert document["unsourced"], row["slug"]


HOSTS_NOT_READ = {"defender-europe-2021", "steadfast-defender-2024"}
"""Editions of which only hosts are known and not read: their rows say so."""


def test_links_between_records_name_no_record_twice(documents):
    for label, document in documents.items():
        others = [UUID(link["other"]) for link in document["rows"]["links"]]
        assert len(others) == len(set(others)), label


def test_texts_lead_to_records_that_exist(documents):
    """Addresses within the portal in our own Markdown: a list, or a record by its kind's plural and its slug."""
    texts = [(label, d["fields"]["body"]) for label, d in documents.items() if label.startswith(("page/", "notice/"))]
    for label, text in texts:
        for plural, slug in re.findall(r"\]\(/([a-z-]+)/(?:([a-z0-9-]+)/)?\)", text):
            if slug and plural in BY_PLURAL:
                assert f"{BY_PLURAL[plural]._meta.model_name}/{slug}" in documents, label

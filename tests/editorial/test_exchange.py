"""Export and import: a round trip changes nothing, one changed cell changes one field, and it is all or nothing."""

from __future__ import annotations

import csv
import io
import json
from uuid import UUID

import pytest
from django.db import models, transaction
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as sampling
from hypothesis import strategies as st
from openpyxl import load_workbook

from partnerships.editorial.checks import complaints, holds
from partnerships.editorial.exchange import Plan, Refused, carry_out, plan, shown
from partnerships.editorial.exchange_entries import CHANGED, NEW, SAME
from partnerships.editorial.exchange_forms import export, fields, lists
from partnerships.editorial.exchange_reading import Unfit, read
from partnerships.editorial.models import Event, Review, Revision, State
from partnerships.editorial.permissions import may
from partnerships.models import KINDS, Citation, Kind, Notice, Participant, Partner, Record, Source
from partnerships.models.cells import safe, unsafe
from partnerships.publishing.documents import build_one, columns, instances, owned_rows, write
from partnerships.publishing.log import EDITORIAL
from partnerships.publishing.models import Publication
from tests.admin.browser import watched, writes
from tests.sweep import examples
from tests.world import resave, save

pytestmark = pytest.mark.services


def exported(kind: type[Kind], form: str = "csv", records=None) -> bytes:
    out = io.BytesIO()
    records = kind.objects.order_by("title") if records is None else records
    export(kind, [record.pk for record in records], form, out)
    return out.getvalue()


def table(data: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def as_csv(rows: list[dict]) -> bytes:
    out = io.StringIO(newline="")
    lines = csv.DictWriter(out, list(rows[0]))
    lines.writeheader()
    lines.writerows(rows)
    return out.getvalue().encode()


def planned(kind: type[Kind], data: bytes, user) -> Plan:
    entries, faults = read(kind, data)
    return plan(kind, entries, user, faults)


def said(made: Plan) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.sentence) for fault in made.faults]


def edited(kind: type[Kind], who: str, **cells) -> bytes:
    """The export of a kind with some cells of one record's row changed."""
    rows = table(exported(kind))
    for row in rows:
        if row["slug"] == who:
            row |= cells
    return as_csv(rows)


@pytest.fixture
def anna(world):
    return world.user("anna")


# A round trip -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "excel", "json"])
def test_an_export_imported_again_changes_nothing(world, anna, form):
    for kind in KINDS.values():
        if not kind.objects.exists():
            continue
        made = planned(kind, exported(kind, form), anna)
        assert (made.faults, made.writing) == ([], []), kind
        assert len(made.lines) == kind.objects.count()


def test_cells_say_what_the_form_says(world):
    row = next(row for row in table(exported(Partner)) if row["slug"] == "malta")
    assert (row["region"], row["assessment"], row["version"]) == ("europe", "no", str(world.malta.version))
    [now] = [one for one in json.loads(row["memberships"]) if "end" not in one]
    row_id = str(world.malta.memberships.get(end="").pk)
    assert now == {"id": row_id, "framework": "framework/pfp", "start": "2008-04-03"}
    links = json.loads(table(exported(KINDS["milestone"]))[0]["links"])
    assert {link["other"] for link in links} == {"partner/malta", "framework/pfp"}


NASTY = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
) | st.sampled_from(
    [
        "=1+1",
        "'=1+1",
        "''",
        "'",
        "-",
        "@x",
        "\tx",
        "\rx",
        "+49",
        "a\nb",
        'a"b,c;d',
        "＝1",
        "’s",
        " 1 ",
        "﻿x",
        "[]",
        "\r\n",
    ]
)


def texts(model) -> list[models.Field]:
    """The fields of a model that may hold any text (a participant's code and name hang together)."""
    return [
        field
        for field in fields(model)
        if type(field) in (models.CharField, models.TextField) and not field.choices and model is not Participant
    ]


@pytest.mark.sampled
@sampling(max_examples=examples(2000, 60))
@given(cell=NASTY)
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(cell):
    assert unsafe(safe(cell)) == cell
    assert not safe(cell).startswith(tuple("=+-@\t\r＝＋－＠"))


@pytest.mark.sampled
@sampling(max_examples=examples(100, 8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_text_survives_the_round_trip(world, data):
    user, slugs = world.user("anna"), sorted(Record.objects.values_list("slug", flat=True))
    record = getattr(world, data.draw(st.sampled_from(slugs)))
    document = build_one(record, EDITORIAL)
    for model, values in [
        (type(record), document["fields"]),
        *((owned_rows(type(record))[name], row) for name, rows in document["rows"].items() for row in rows),
    ]:
        for field in texts(model):
            values[field.name] = data.draw(NASTY)[: field.max_length]
    with transaction.atomic(using=EDITORIAL):
        parts, rows = instances(document, {"version": record.version})
        for part in (*parts, *(row for some in rows.values() for row in some)):
            write(part, EDITORIAL)
        for form in ("csv", "json"):
            made = planned(type(record), exported(type(record), form, [record]), user)
            assert (made.faults, [line.sign for line in made.lines]) == ([], [SAME])
        exported(type(record), "xlsx", [record])
        transaction.set_rollback(True, using=EDITORIAL)


@pytest.mark.sampled
@sampling(max_examples=examples(100, 8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_cell_changes_that_field_and_nothing_else(world, data):
    kind = KINDS[data.draw(st.sampled_from(["partner", "source", "claim", "edition"]))]
    record = kind.objects.order_by("title").first()
    field = data.draw(st.sampled_from([one for one in texts(kind) if not one.name.startswith("iso")]))
    text = data.draw(NASTY)[: field.max_length]
    before = build_one(record, EDITORIAL)
    assume(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    made = planned(kind, edited(kind, record.slug, **{field.name: safe(text)}), world.user("anna"))
    [line] = made.writing
    assert made.faults == []
    assert line.document["slug"] == record.slug
    assert line.document["rows"] == before["rows"]
    assert {n: v for n, v in line.document["fields"].items() if v != before["fields"][n]} == {field.name: text}
    assert len(line.differences) == 1


def test_the_line_ends_of_a_spreadsheet_are_no_change(world, anna):
    resave(world.malta, body="One.\r\n\r\nTwo.")
    made = planned(Partner, exported(Partner).replace(b"One.\r\n\r\nTwo.", b"One.\n\nTwo."), anna)
    assert (made.faults, made.writing) == ([], [])


@pytest.mark.parametrize("divider", [";", "\t"])
def test_a_spreadsheet_may_divide_cells_in_its_own_way(world, anna, divider):
    out = io.StringIO(newline="")
    rows = table(exported(Partner))
    lines = csv.DictWriter(out, list(rows[0]), delimiter=divider)
    lines.writeheader()
    lines.writerows(rows)
    made = planned(Partner, out.getvalue().encode(), anna)
    assert (made.faults, made.writing, len(made.lines)) == ([], [], 5)


def test_a_workbook_has_a_sheet_for_each_list_and_no_formula(world):
    resave(world.malta, capital="=1+1", body="x" * 40_000)
    book = load_workbook(io.BytesIO(exported(Partner, "xlsx")))
    sheet = book["partners"]
    head = [cell.value for cell in sheet[1]]
    row = {name: cell for name, cell in zip(head, next(r for r in sheet.iter_rows(2) if r[2].value == "malta"))}
    assert (row["capital"].value, row["capital"].data_type, row["capital"].quotePrefix) == ("=1+1", "s", True)
    assert row["body"].value.endswith("CSV and JSON have the whole text.)")
    assert len(row["body"].value) == 32_767
    assert row["version"].value == world.malta.version
    assert [r[3].value for r in book["memberships"].iter_rows(2) if r[0].value == "russia"]


# What an import does ----------------------------------------------------------------------------------------------------


def test_an_import_writes_drafts_with_their_history(world, anna):
    rows = table(exported(Partner))
    rows = [row for row in rows if row["slug"] in ("malta", "japan")]
    for row in rows:
        row["capital"] = {"malta": "Mdina", "japan": "Tokyo"}[row["slug"]]
    rows.append(dict.fromkeys(rows[0], "") | {"slug": "palau", "title": "Palau", "code_status": "official"})
    rows[-1] |= {"disclosure": "human", "origin": "editor", "assessment": "no", "region": "partner/europe"}
    made = planned(Partner, as_csv(rows), anna)
    assert said(made) == [(4, "region", "There is no record “partner/europe”.")]
    rows[-1] |= {"region": "europe", "memberships": '[{"framework": "pfp", "start": "1995"}]'}
    made = planned(Partner, as_csv(rows), anna)
    assert made.faults == []
    assert [(line.sign, line.title) for line in made.lines] == [(CHANGED, "Japan"), (CHANGED, "Malta"), (NEW, "Palau")]
    assert list(made.lines[0].differences.sentences()) == ["Capital: Tokyo (was: empty)"]
    assert "Partnership for Peace: active from 1995, added" in list(made.lines[2].differences.sentences())
    log, versions = Publication.objects.count(), dict(Record.objects.values_list("slug", "version"))
    carry_out(Partner, shown(made), anna, "partners.csv")
    assert (world.malta.capital, world.japan.capital, world.palau.region.slug) == ("Mdina", "Tokyo", "europe")
    assert world.palau.memberships.get().framework.slug == "pfp"
    assert world.palau.version == 1
    assert world.malta.version == versions["malta"] + 1
    assert world.russia.version == versions["russia"]
    for record in (world.malta, world.palau):
        newest = Revision.objects.filter(record=record.pk).first()
        assert (newest.by, newest.note) == ("anna", "Imported from partners.csv")
        state = State.objects.get(record=record.pk)
        assert (state.digest, state.review) == (newest.digest, Review.DRAFT)
    event = Event.objects.first()
    assert (event.by, event.verb, event.title, event.note) == (
        "anna", "import", "partners.csv", "partners: 1 new, 2 changed",
    )  # fmt: skip
    assert Publication.objects.count() == log
    assert planned(Partner, exported(Partner), anna).writing == []


def test_a_column_that_is_left_out_stays(world, anna):
    malta = world.malta
    made = planned(Partner, f"id,version,capital\n{malta.pk},{malta.version},Mdina\n".encode(), anna)
    assert list(made.lines[0].differences.sentences()) == ["Capital: Mdina (was: Valletta)"]


def test_rows_keep_their_identity_and_what_only_the_desk_writes(world, anna):
    malta, first = world.malta, world.malta.memberships.first()
    Citation.objects.create(
        record=malta, source=world.nato_topic, row=first.pk, locator="p. 1", quotation="Malta", checked_on="2026-11-01",
        verified_on="2026-11-02", value_digest="x" * 64,
    )  # fmt: skip
    resave(malta)
    for note, verified in (("read twice", True), ("", False)):
        row = next(row for row in table(exported(Partner)) if row["slug"] == "malta")
        citations = json.loads(row["citations"])
        citations[0] |= {"checked_as": "editor"} if verified else {"locator": "p. 2"}
        made = planned(Partner, edited(Partner, "malta", citations=json.dumps(citations), capital=note), anna)
        assert made.faults == []
        [written] = made.lines[3].document["rows"]["citations"]
        assert bool(written["verified_on"]) is verified
        assert written["row"] == str(first.pk)


def test_records_of_one_file_may_point_at_each_other(world, anna):
    rows = (
        "slug,title,type,successor\n"
        "old-forum,Old forum,forum,new-forum\n"
        "new-forum,New forum,forum,\n"
    )  # fmt: skip
    made = planned(KINDS["framework"], rows.encode(), anna)
    assert made.faults == []
    carry_out(KINDS["framework"], shown(made), anna, "x.csv")
    assert world.old_forum.successor.slug == "new-forum"


# What is refused --------------------------------------------------------------------------------------------------------


def test_what_somebody_else_has_saved_is_not_overwritten(world, anna):
    stale = edited(Partner, "malta", capital="Mdina")
    before = planned(Partner, stale, anna)
    resave(world.malta, by="bruno", summary="An island state.")
    [(row, column, sentence)] = said(planned(Partner, stale, anna))
    assert (row, column) == (5, "version")
    assert sentence.startswith("bruno saved this record on ")
    with pytest.raises(Refused, match="saved meanwhile"):
        carry_out(Partner, shown(before), anna, "x.csv")
    assert world.malta.capital == "Valletta"
    assert not Event.objects.filter(verb="import").exists()


def test_an_old_file_without_changes_of_its_own_is_refused_only_where_it_would_undo_something(world, anna):
    old = exported(Partner)
    resave(world.malta, by="bruno", summary="An island state.")
    assert [(row, column) for row, column, _ in said(planned(Partner, old, anna))] == [(5, "version")]


def test_all_faults_are_said_at_once_with_row_and_column(world, anna):
    rows = {row["slug"]: row for row in table(exported(Partner))}
    overlap = json.loads(rows["russia"]["memberships"])
    next(row for row in overlap if row.get("status") == "suspended")["start"] = "2000-01-01"
    rows["atlantis"] |= {"iso2": "FI", "region": "atlantic", "version": "x"}
    rows["finland"] |= {"disclosure": "robot", "assessment": "maybe", "relations_since": "Feb-94"}
    rows["japan"] |= {"title": "", "citations": "[{]", "focus": '[{"topic": "partner/malta"}]'}
    rows["malta"] |= {
        "memberships": '[{"framework": "pfp", "start": "1995", "scope": "all"}, {"start": "1995", "rank": 1}]'
    }
    rows["russia"] |= {"memberships": json.dumps(overlap), "slug": "malta 2"}
    found = {
        (row, column): sentence for row, column, sentence in said(planned(Partner, as_csv(list(rows.values())), anna))
    }
    assert found.keys() >= {
        (2, "iso2"), (2, "region"), (2, "version"), (3, "disclosure"), (3, "assessment"), (3, "relations_since"),
        (4, "title"), (4, "citations"), (4, "focus, row 1"), (5, "memberships, row 2"), (6, "memberships"), (6, "slug"),
    }  # fmt: skip
    assert found[2, "iso2"] == "“FI” stands more than once in this file."
    assert found[2, "region"] == "There is no record “region/atlantic”."
    assert found[3, "disclosure"] == "“robot” can't stand here: choose from human, ai_assisted, ai_generated."
    assert found[3, "relations_since"].startswith("“Feb-94” is no date the portal can read.")
    assert found[4, "citations"].startswith("The rows can't be read as JSON: line 1, character ")
    assert found[4, "focus, row 1"] == "topic: A focus is one of these kinds: objective, threat, activity."
    assert found[5, "memberships, row 2"].startswith("There is no “rank”.")
    assert found[6, "memberships"].startswith("Two periods of Partnership for Peace overlap: “active from ")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"   \n", "The file is empty."),
        (b"PK\x03\x04....", "workbook of a spreadsheet"),
        ("id;titel\n".encode("utf-16"), "UTF-16"),
        ("slug,title\nx,Caf\xe9\n".encode("latin-1"), "isn't UTF-8 text: line 2"),
        (b"slug,title\nx,\0\n", "zero bytes"),
        (b'slug,title\nx,"open\n', "can't be read as CSV"),
        (b"name,age\nx,1\n", "The first row must name the columns. They can be: id, version, slug, title"),
        (b"{", "can't be read as JSON: line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"records": [NaN], "kind": "partner"}', "NaN is no number"),
        (b'{"a": 1}', "one object with"),
        (
            b'{"kind": "region", "schema": 1, "records": []}',
            "The file holds records of the kind “region”; here partners",
        ),
        (b'{"kind": "partner", "schema": 0, "records": []}', "made by a portal whose fields differ"),
    ],
)
def test_a_file_that_is_none_gets_a_sentence(data, sentence):
    with pytest.raises(Unfit) as refusal:
        read(Partner, data)
    assert sentence in str(refusal.value)


def test_more_than_the_portal_takes_is_refused(settings):
    settings.LIMITS = settings.LIMITS | {"import_rows": 2, "import_bytes": 100}
    with pytest.raises(Unfit, match=r"larger than 0\.0001 MB"):
        read(Partner, b"slug\n" + b"x" * 100)
    for data in (b"slug,title\n" + b"a,b\n" * 3, b'{"kind": "partner", "schema": 1, "records": [1, 2, 3]}'):
        with pytest.raises(Unfit, match="more than 2 records"):
            read(Partner, data)


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"slug,titel\nx,y\n", [(1, "titel", "There is no column “titel”."), (1, "title", "is missing: a new record")]),
        (b"slug,title,title\nx,y,z\n", [(1, "title", "stands there twice")]),
        (b"slug,title\nx\n", [(2, "", "The row has 1 cells where the first row has 2.")]),
        (b"slug,title\nx,y\nx,z\n", [(2, "slug", "more than once"), (3, "slug", "more than once")]),
        (b"slug,title\nmalta,y\n", [(2, "slug", "(It is “Malta”.)")]),
        (b"id,version,slug,title\nx,1,x,y\n", [(2, "id", "“x” is no id.")]),
        (b"id,slug,title\n,x,y\n", [(1, "version", "is missing")]),
        (
            b"id,version,slug,title\n01900000-0000-7000-8000-000000000000,1,x,y\n",
            [(2, "id", "There is no such partner (any more).")],
        ),
        (b'{"kind":"partner","schema":1,"records":[{"slug":"x","size":1},7]}', [(1, "", "no “size”"), (2, "", "object")]),
        (
            b'{"kind":"partner","schema":1,"records":[{"slug":"x","fields":{"title":["y"],"capital":"\\ud800"}}]}',
            [(1, "title", "A single word"), (1, "capital", "can't be kept")],
        ),
        (
            b'{"kind":"partner","schema":1,"records":[{"slug":"x","fields":{"title":"y"},"rows":{"names":[3, {"id":"q"}]}}]}',
            [(1, "names, row 1", "curly"), (1, "names, row 2", "none of the record's rows")],
        ),
        (b'{"kind":"partner","schema":1,"records":[{"slug":"x","rows":{"renditions":[]}}]}', [(1, "", "no “renditions”")]),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_said_with_its_place(world, anna, data, faults):
    found = said(planned(Partner, data, anna))
    assert [(row, column) for row, column, _ in found] == [(row, column) for row, column, _ in faults]
    for (_, _, sentence), (_, _, part) in zip(found, faults):
        assert part in sentence


def test_a_notice_is_switched_only_by_who_may(world, anna):
    off = edited(Notice, "ai", active="no")
    [(row, column, sentence)] = said(planned(Notice, off, anna))
    assert (row, column) == (2, "active")
    assert "needs a right" in sentence
    forged = shown(planned(Notice, off, world.user("dag")))
    with pytest.raises(Refused, match="needs a right"):
        carry_out(Notice, forged, anna, "x.csv")
    carry_out(Notice, forged, world.user("dag"), "x.csv")
    assert not world.ai.active


def test_all_or_nothing(world, anna, monkeypatch):
    rows = [row | {"capital": "Elsewhere"} for row in table(exported(Partner))]
    wanted = shown(planned(Partner, as_csv(rows), anna))
    wanted[-1][2] = wanted[-1][2].replace('"slug":"russia"', '"slug":"malta"')
    with pytest.raises(Refused):
        carry_out(Partner, wanted, anna, "x.csv")
    assert not Partner.objects.filter(capital="Elsewhere").exists()
    assert not Revision.objects.filter(note__startswith="Imported").exists()


# The rules, and what they cost ------------------------------------------------------------------------------------------


def test_constraints_are_reckoned_as_the_database_reckons_them(world):
    """Every check constraint of every kind and row, over rows that keep and break it."""
    tried = set()
    for model in {*KINDS.values(), *(row for kind in KINDS.values() for row in owned_rows(kind).values())}:
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):
                for row in ROWS.get(model.__name__, ROWS["Period"]):
                    one = model(**{name: value for name, value in row.items() if hasattr(model, name)})
                    against = one._get_field_expression_map(meta=model._meta)
                    found = holds(constraint.condition, one)
                    assert (found is not False) == constraint.condition.check(against), (constraint.name, row)
                    tried.add((constraint.name, found is not False))
    names = {name for name, _ in tried}
    assert len(names) >= 13
    assert {(name, answer) for name in names for answer in (True, False)} == tried


ONE, OTHER = UUID(int=1), UUID(int=2)
ROWS = {
    "Period": [
        {"start": "1994", "end": end, "end_is": how}
        for end in ("", "1990", "1999")
        for how in ("open", "until", "through", "unknown")
    ] + [{"end": "1999", "end_is": "until"}],
    "Link": [{"record_id": ONE, "other_id": ONE}, {"record_id": ONE, "other_id": OTHER}],
    "Citation": [
        {"field": field, "row": row, "verified_on": day, "checked_on": day, "locator": locator, "quotation": "x"}
        for field in ("", "capital") for row in (None, ONE) for day in (None, "2026-11-25") for locator in ("", "p. 1")
    ],
    "Participant": [
        {"partner_id": partner, "code": code, "name": code} for partner in (None, ONE) for code in ("", "TR")
    ],
}  # fmt: skip
ROWS["Membership"] = [row | more for row in ROWS["Period"] for more in (
    {"status": "suspended", "scope": "all"}, {"status": "active", "scope": "all"}, {},
)]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_stands_in_the_world_is_in_order(world, kind):
    documents = [build_one(record, EDITORIAL) for record in kind.objects.all()]
    assert complaints(documents) == []


def test_many_records_take_the_queries_of_one(world, anna):
    def asked(data: bytes) -> int:
        with watched() as statements:
            made = planned(Source, data, anna)
        assert not writes(statements)
        assert made.faults == []
        assert made.writing
        return len(statements)

    def both() -> tuple[int, int]:
        with watched() as statements:
            data = exported(Source)
        rows = [row | {"publisher": "Somebody"} for row in table(data)]
        new = dict.fromkeys(rows[0], "") | {"disclosure": "human", "origin": "editor", "assessment": "no"}
        rows += [
            new | {"slug": f"new-{n}", "title": "New", "web_address": f"https://e.org/{n}"} for n in range(len(rows))
        ]
        return len(statements), asked(as_csv(rows))

    assert may(anna, "import", Source)  # the role is asked for once
    few = both()
    for n in range(12):
        save(Source(slug=f"s{n}", title=f"Source {n}", web_address=f"https://example.org/{n}"))
    assert both() == few
    assert few[0] <= 8
    assert few[1] <= 12


def test_every_field_of_every_kind_has_its_column():
    for kind in KINDS.values():
        held = {field.name for field in fields(kind)} | lists(kind).keys()
        everything = {field.name for field in columns(kind)} | owned_rows(kind).keys()
        assert everything - held <= {"original", "renditions"}

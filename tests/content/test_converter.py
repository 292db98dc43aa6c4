"""The converter makes the same files of the reference data every time, and accounts for every row of it."""

from collections import Counter
from uuid import RFC_4122

import pytest

from fixtures.converter import __main__ as command
from fixtures.converter import reading
from fixtures.converter.accounting import Accounts, Outcome
from fixtures.converter.ids import identity
from fixtures.converter.output import outputs
from fixtures.converter.partners import end_of_participation, name_at_the_time
from partnerships.models import bounds


def test_the_files_are_what_the_converter_makes():
    for name, text in outputs().items():
        assert (command.REPOSITORY / name).read_text("utf-8") == text, f"run python -m fixtures.converter: {name}"


def test_check_writes_nothing_and_says_what_differs(monkeypatch, capsys, tmp_path):
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures" / "99_ghosts.json").write_text("[]")
    monkeypatch.setattr(command, "REPOSITORY", tmp_path)
    monkeypatch.setattr("sys.argv", ["converter", "--check"])
    assert command.main() == 1
    said = capsys.readouterr().out
    assert "fixtures/README.md differs" in said
    assert "99_ghosts.json belongs to no kind" in said
    assert [path.name for path in (tmp_path / "fixtures").iterdir()] == ["99_ghosts.json"]


def test_identities_come_from_names_alone():
    assert identity("partner/ukraine") == identity("partner/ukraine")
    assert identity("partner/ukraine") != identity("partner/georgia")
    for name in ("partner/ukraine", "partner/malta#memberships/pfp/active/1995-04-26"):
        assert identity(name).version == 7
        assert identity(name).variant == RFC_4122


def test_identities_carry_the_day_of_compilation():
    milliseconds = identity("partner/ukraine").int >> 80
    assert milliseconds == 1_795_392_000_000  # 2026-11-23T00:00:00Z


# The books --------------------------------------------------------------------------------------------------------------


def test_every_reference_row_is_accounted_for(converted):
    assert converted.accounts.unbalanced() == []
    for file, lines in converted.accounts.lines.items():
        assert len(lines) == len(reading.rows(file))


def test_a_row_without_an_account_is_noticed():
    assert "memberships" in Accounts().unbalanced()


def test_what_the_books_say_was_made_is_there(converted, items):
    made = sum((converted.accounts.made(file) for file in converted.accounts.lines), start=Counter())
    there = Counter(item["model"].split(".")[1] for item in items)
    added = {"source": 1, "milestone": len(reading.rows("portal/milestones"))}  # the seed article; ours
    for what, count in made.items():
        assert there[what] == count + added.get(what, 0), what


@pytest.mark.parametrize(
    ("file", "rows", "made"),
    [
        ("countries", 60, {"partner": 60}),
        ("memberships", 115, {"membership": 121}),
        ("programme_participation", 124, {"participation": 124}),
        ("exercise_participants", 1340, {"participant": 1340}),
        ("claims", 141, {"claim": 141}),
        ("milestones", 94, {"milestone": 94}),
    ],
)
def test_rows_in_and_out(converted, file, rows, made):
    assert len(reading.rows(file)) == rows
    assert dict(converted.accounts.made(file)) == made


def test_rows_that_make_nothing_say_why(converted):
    for lines in converted.accounts.lines.values():
        for line in lines:
            assert line.reason or line.outcome == Outcome.KEPT


def test_one_record_for_each_address_of_a_source(converted, documents):
    rows = [row for name in ("partners", "exercises", "claims") for row in reading.rows(f"sources_{name}")]
    sources = [document for label, document in documents.items() if label.startswith("source/")]
    addresses = {row["url"] for row in rows if row["url"]}
    found = [document["fields"]["web_address"] for document in sources]
    assert {address for address in found if address} == addresses
    assert len(addresses) == len([address for address in found if address])
    known = {document["slug"] for document in sources}
    known |= {alias["slug"] for document in sources for alias in document["rows"]["aliases"]}
    assert {row["source_id"].lower() for row in rows} <= known


# Small rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("programme", "end", "note", "meant"),
    [
        ("itpp", "2026", "Programme for 2023-2026", "through"),
        ("ntm-i", "2011-12", "", "through"),
        ("ipcp", "2023", "Renewed in 2019, replaced by the ITPP (end inferred from its start)", "until"),
        ("ipcp", "2024-02", "Start not established", "until"),
        ("eop", "2023-04-04", "Ended on accession", "until"),
        ("deep", "", "", "open"),
    ],
)
def test_how_the_end_of_a_participation_is_meant(programme, end, note, meant):
    row = {"programme_slug": programme, "end_on": end, "note": note}
    assert end_of_participation(row) == meant


@pytest.mark.parametrize(
    ("code", "title", "day", "name"),
    [
        ("TR", "Türkiye", "2018-06-09", "Turkey"),
        ("TR", "Türkiye", "2024-05-12", "Türkiye"),
        ("TR", "Türkiye", "2022-06-05", "Türkiye"),  # the month of the change: nobody knows, so today's name stands
        ("CV", "Cabo Verde", "2012-01-01", "Cape Verde"),
        ("US", "United States", "1995-08-08", "United States"),
    ],
)
def test_countries_without_a_record_are_named_as_they_were_called(code, title, day, name):
    assert name_at_the_time(code, title, bounds(day).earliest) == name

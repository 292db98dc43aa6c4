"""Every item of the seed article's inventory is covered by a record that exists, or says why not."""

from itertools import groupby

from fixtures.converter import reading

ITEMS = {1: 6, 2: 8, 3: 11, 4: 6, 5: 11, 6: 8, 7: 7, 8: 11, 9: 8, 10: 8, 11: 11, 12: 11, 13: 12, 14: 9, 15: 11, 16: 7}
ITEMS |= {17: 9, 18: 7}
"""Items of each section of the inventory."""


def test_all_items_of_the_inventory_are_there():
    wanted = [f"S{section}.{number}" for section, count in ITEMS.items() for number in range(1, count + 1)]
    assert [row["item"] for row in reading.rows("portal/coverage")] == wanted
    assert len(wanted) == 161


def test_each_item_has_records_that_exist_or_a_reason(documents):
    for row in reading.rows("portal/coverage"):
        assert row["records"] or row["note"], row["item"]
        for record in reading.split(row["records"]):
            assert record in documents, f"{row['item']}: {record}"


def test_every_claim_is_covered():
    named = {record for row in reading.rows("portal/coverage") for record in reading.split(row["records"])}
    assert {f"claim/{row['claim_id'].lower()}" for row in reading.rows("claims")} <= named


def test_sections_follow_each_other():
    sections = [section for section, _ in groupby(row["item"].split(".")[0] for row in reading.rows("portal/coverage"))]
    assert sections == [f"S{number}" for number in ITEMS]

"""Rows of the evidence have their places, and every place named exists."""

import re

import pytest

from sim.studies.validate import PATTERNS

from .rows import EVIDENCE, ROOT, ROWS

NAMES = {name for names in PATTERNS for name in names.split(", ")}
TAGS = {"ENT", "PAR", "RULE", "SCN", "VAL", "OUT", "CTX"}


def test_all_rows_stand_in_order_in_the_table_and_on_the_page():
    assert list(ROWS) == EVIDENCE
    text = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    assert all(re.search(rf"\b{row}\b", text) for row in EVIDENCE)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_what_it_is_and_where_it_lives(row):
    entry = ROWS[row]
    assert entry["item"]
    assert entry["zh"]
    assert entry["tags"]
    assert set(entry["tags"]) <= TAGS
    if set(entry["tags"]) == {"CTX"}:
        assert entry["why"], "no reason"
    else:
        assert entry["where"], "no place"
        assert entry["shown"], "nothing shows it"
    if {"PAR", "RULE"} & set(entry["tags"]):
        assert entry["effects"], "no effect is shown"


@pytest.mark.parametrize("row", ROWS)
def test_places_and_proofs_exist(row):
    for place in ROWS[row].get("where", ()):
        file, _, name = place.partition("#")
        assert (ROOT / file).is_file(), place
        assert name in (ROOT / file).read_text("utf-8"), place
    for proof in ROWS[row].get("shown", ()):
        assert proof in NAMES or (ROOT / proof).is_file(), proof

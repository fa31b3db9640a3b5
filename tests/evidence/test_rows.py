"""Every row of the evidence has its place, and every place named exists."""

import pytest

from sim.studies.validate import PATTERNS

from .rows import EVIDENCE, ROOT, ROWS

TAGS = {"ENT", "PAR", "RULE", "SCN", "VAL", "OUT", "CTX"}


def test_every_row_is_listed_once_and_in_order():
    assert list(ROWS) == EVIDENCE


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_what_it_is_and_where_it_lives(row):
    entry = ROWS[row]
    assert entry["item"]
    assert entry["zh"]
    assert entry["tags"]
    assert set(entry["tags"]) <= TAGS
    if set(entry["tags"]) != {"CTX"}:
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
        assert proof in PATTERNS or (ROOT / proof).is_file(), proof

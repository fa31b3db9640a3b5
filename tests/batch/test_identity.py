"""Identity of runs: the quick hash is that of the whole scenario, and nothing but what decides a number is in it."""

import datetime as dt

import numpy as np
import pytest

from sim.batch import identity
from sim.batch.identity import Identities, scenario_hash
from sim.engines.run import run
from sim.scenario import load_scenario, with_changes

MAKER = {"version": "1"}


def identities(base):
    return Identities(base, 7, "arrays", MAKER)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("brand.content.quality", [0.2, 0.5, 1, 0.0]),
        ("pool.trust", [0.2, 0.35, 1.0]),
        ("pool.fans", [20, 30, 55]),
        ("logics.depletion.discount", [0.1, 0.3]),
        ("start", [dt.date(2021, 8, 1), dt.date(2022, 1, 1)]),
        ("market.season.2021-11-01", [1.5, 2.0, 3]),
        ("platforms[0].channels[0].open", [0.1, 0.2, 0.9]),
        ("pool", [{"fans": 33}, {"fans": 34, "trust": 0.3}]),
    ],
)
def test_quick_hashes_are_those_of_the_whole_scenario(key, values):
    base = load_scenario("livestream-group")
    found = identities(base)
    for logic in base.logics:
        for value in values:
            whole = scenario_hash(with_changes(base, {key: value}), logic)
            assert found.of({key: value}, logic).scenario == whole


def test_points_that_differ_in_numbers_are_hashed_without_being_built(monkeypatch):
    built = []

    def counting(base, changes):
        built.append(changes)
        return with_changes(base, changes)

    monkeypatch.setattr(identity, "with_changes", counting)
    found = identities(load_scenario("livestream-group"))
    points = [{"brand.content.quality": n / 500, "pool.fans": 20 + n % 7} for n in range(500)]
    assert len({found.of(point, "growth").scenario for point in points}) == 500
    assert len(built) == 1


def test_what_decides_nothing_is_left_out_and_all_else_is_in():
    base = load_scenario("livestream-group")
    told = scenario_hash(base, "growth")
    same = {"title": "Another", "question": "Why?", "currency": "€", "logics.depletion.discount": 0.11}
    assert scenario_hash(with_changes(base, same), "growth") == told
    for changes in ({"days": 99}, {"pool.fans": 31}, {"brand.content.quality": 0.123}):
        assert scenario_hash(with_changes(base, changes), "growth") != told
    assert scenario_hash(base, "depletion") != told


def test_other_logics_decide_no_number_of_a_run():
    base = with_changes(load_scenario("livestream-group"), {"days": 12, "pool.fans": 200})
    alone = with_changes(base, {"logics.depletion": False})
    whole, single = run(base, "growth", 3, 1), run(alone, "growth", 3, 1)
    assert np.array_equal(whole.ledger.tallies, single.ledger.tallies)
    assert whole.summary["delivered"] > 0


def test_keys_differ_in_everything_that_decides():
    base = load_scenario("livestream-group")
    a = identities(base)
    keys = {
        a.key("s", "growth", 0), a.key("t", "growth", 0), a.key("s", "depletion", 0), a.key("s", "growth", 1),
        Identities(base, 8, "arrays", MAKER).key("s", "growth", 0),
        Identities(base, 7, "agents", MAKER).key("s", "growth", 0),
        Identities(base, 7, "arrays", {"version": "2"}).key("s", "growth", 0),
    }  # fmt: skip
    assert len(keys) == 7
    assert a.key("s", "growth", 0) == identities(base).key("s", "growth", 0)


def test_an_impossible_point_has_an_identity_of_its_own():
    base = load_scenario("livestream-group")
    a = identities(base)
    bad = [a.of({"brand.content.quality": value}, "growth").scenario for value in (7.0, 8.0)]
    assert len({*bad, a.of({}, "growth").scenario}) == 3


def test_a_logic_of_ones_own_is_its_text_wherever_it_lies(tmp_path):
    text = "from sim.logics.base import Logic\nfrom sim.plans import Plan\n\n\nclass Quiet(Logic):\n" \
           "    def plan(self, brief, seen):\n        return Plan()\n"  # fmt: skip
    hashes = []
    for folder, code in (("a", text), ("b", text), ("c", text + "\n# other\n")):
        place = tmp_path / folder
        place.mkdir()
        (place / "quiet.py").write_text(code)
        (place / "s.toml").write_text('extends = "livestream-group"\n[logics.quiet]\nkind = "quiet.py:Quiet"\n')
        hashes.append(scenario_hash(load_scenario(place / "s.toml"), "quiet"))
    assert hashes[0] == hashes[1] != hashes[2]

"""Common random numbers: the same people under every logic; one more person changes nobody."""

import numpy as np
import pytest
from worlds import begun, equal_tables, run_through, small

from sim.domains import BYTES_PER_ROW
from sim.engines.population import STUBS
from sim.engines.reservoir import cell_address, pool_address
from sim.rules.people import person_at
from sim.rules.rows import Fan, Person
from sim.scenario import load_scenario, with_changes

TRAITS = [name for name in Person._fields if name not in ("key", "trust_prior")]


def rows_by_key(simulation):
    table = simulation.rows.table()
    return {int(key): {name: column[i] for name, column in table.items()} for i, key in enumerate(table["key"])}


def test_every_logic_meets_the_same_people():
    scenario = small("liquor", {"feed.exposures_at_least": 2000, "logics.depletion.ads_per_day": 30.0})
    rows = []
    for logic in ("growth", "depletion"):
        simulation = begun(scenario, logic)
        run_through(simulation)
        rows.append(rows_by_key(simulation))
    growth, depletion = rows
    common = growth.keys() & depletion.keys()
    assert len(common) > 1500
    assert growth.keys() <= depletion.keys() or depletion.keys() <= growth.keys()  # ranks are a prefix
    pool = {pool_address(n) for n in range(300)}
    assert pool <= common
    for key in common:
        a, b = growth[key], depletion[key]
        assert all(a[trait] == b[trait] for trait in TRAITS)
        assert a["trust_prior"] == b["trust_prior"] or key not in pool
    for key in list(common - pool)[:300]:  # the prior follows from how one was met first, and from nothing else
        priors = [
            np.float32(person_at(key, int(growth[key]["segment"]), mean, simulation.world, simulation.key).trust_prior)
            for mean in (simulation.world.brand.trust, simulation.world.brand.trust_bought)
        ]
        assert {growth[key]["trust_prior"], depletion[key]["trust_prior"]} <= set(priors)
    strangers = common - pool
    assert any(growth[key]["joined_on"] != depletion[key]["joined_on"] for key in strangers)  # another day …
    assert any(growth[key]["source"] != depletion[key]["source"] for key in strangers)  # … or another source
    assert {cell_address(0, rank) for rank in range(len(strangers))} == strangers


QUIET = {
    "logics.growth": False,
    "logics.depletion": False,
    "logics.fixed": {"kind": "fixed", "pushes_per_week": {"group": 60.0}, "value_share": 0.3, "lives_per_week": 7.0},
    "days": 60,
    "rules.groups.talk": 0.0,  # how lively a group is, depends on all of its members
}  # fmt: skip


@pytest.mark.parametrize("more", [1, 40])
def test_more_people_who_touch_nobody_change_nobody(more):
    tables = []
    for fans in (200, 200 + more):
        simulation = begun(with_changes(load_scenario("livestream-group"), QUIET | {"pool.fans": fans}))
        run_through(simulation)
        tables.append(simulation.rows.table())
    small_pool, large_pool = tables
    assert len(large_pool["key"]) == 200 + more
    assert equal_tables(small_pool, {name: column[:200] for name, column in large_pool.items()})
    assert len(np.unique(small_pool["left_on"])) > 10  # lives were lived


def test_a_channel_that_nobody_is_in_changes_nobody():
    tables = []
    for platforms in (["wechat-2021-07"], ["wechat-2021-07", "douyin-2021-07"]):
        changes = QUIET | {"platforms": platforms, "pool.channels": {"wechat-group": 1.0}, "feed": None, "ads": None}
        if len(platforms) > 1:
            changes |= {"feed.exposures_at_least": 0, "feed.exposures_per_fan": 0.0}
        changes = {key: value for key, value in changes.items() if value is not None}
        changes |= {"channels.wechat-group.joins_per_month.liking": 0.0}
        for channel in (
            "wecom",
            "official-account",
            "moments",
            "wechat-group",
            *(["douyin-group"] if len(platforms) > 1 else []),
        ):
            changes |= {f"channels.{channel}.joins_per_month.{tier}": 0.0 for tier in ("liking", "devoted")}
        simulation = begun(with_changes(load_scenario("livestream-group"), changes))
        run_through(simulation)
        tables.append(simulation.rows.table())
    assert equal_tables(*tables)


def test_another_seed_is_another_world():
    tables = []
    for seed in (0, 1):
        simulation = begun(with_changes(load_scenario("livestream-group"), QUIET), seed=seed)
        run_through(simulation)
        tables.append(simulation.rows.table())
    assert not np.array_equal(tables[0]["tolerance"], tables[1]["tolerance"])
    assert np.array_equal(tables[0]["key"], tables[1]["key"])  # the addresses stay


def test_a_row_takes_at_most_100_bytes():
    rows = begun(small("livestream-group")).rows
    assert rows.people.itemsize + rows.fans.itemsize + STUBS.itemsize <= BYTES_PER_ROW <= 100
    assert len(rows.people) == len(rows.fans)
    assert set(rows.table()) == {*Person._fields, *Fan._fields}  # nothing is kept beside the records

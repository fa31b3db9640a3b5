"""The feed's table: traffic pools as a list, with one pedigree for all of it, and what contradicts itself."""

import pytest

from sim.scenario import ScenarioError, assumptions, load_scenario, with_changes


def test_a_list_has_one_pedigree_for_all_its_values():
    found = {a.key: a for a in assumptions("liquor")}
    for number, size in enumerate((4e3, 15e3, 125e3, 5e5, 2e6, 8.5e6)):
        pool = found[f"feed.pools[{number}]"]
        assert (pool.value, pool.unit, pool.trust) == (size, "plays", "weak")
        assert pool.origin == "preset douyin-2021-07"
        assert pool.source.startswith("M1")


def test_a_file_says_other_pools():
    scenario = with_changes(load_scenario("liquor"), {"feed.pools": [1000, 2000]})
    assert scenario.platforms[0].feed.pools == (1000.0, 2000.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"feed.first_pool_least": 600},
            "feed.first_pool_least = 600 is more than first_pool_most = 500. Lower one or raise the other.",
        ),
        (
            {"feed.pools": [1000, -5]},
            "feed.pools[1] = -5 is not above 0 and at most 1,000,000,000,000. Did you mean 5?",
        ),
        ({"feed.pools": 1000}, "feed.pools = 1000 is not a list. Write it in [ ]."),
        ({"feed.pools": [1000.0] * 8}, "is not possible: Tuple should have at most 7 items"),
        ({"brand.content.per_day": 0}, "brand.content.per_day = 0 is not above 0 and at most 10,000."),
        ({"feed.head_cap": 0}, "feed.head_cap = 0 is not above 0 and at most 1."),
    ],
)
def test_what_contradicts_itself_is_said(changes, message):
    with pytest.raises(ScenarioError) as caught:
        with_changes(load_scenario("liquor"), changes)
    assert message in str(caught.value)

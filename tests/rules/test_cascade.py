"""The cascade by hand: value tables, bounds, monotonicity, and pools as a feed gives them."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engines.feed import pools_of
from sim.rules.cascade import MAX_POOLS, TrafficPools, content_draws, content_plays, expected_plays, pass_probability
from sim.rules.climate import compilable
from sim.scenario import from_dict
from sim.scenario.reach import Feed

share = st.floats(0.0, 1.0)


def pools(sizes, least, most, passed=0.25):
    """Traffic pools in the form of rules."""
    size = [(least + most) / 2, *map(float, sizes)]
    rest = [0.0] * (MAX_POOLS - len(size))
    return compilable(TrafficPools(len(size), float(least), float(most - least + 1), size + rest, passed))


THREE = pools([4000, 15_000], 200, 500)
FULL = compilable(pools_of(Feed(), 10**9))
some_pools = st.builds(
    lambda sizes, least, width, passed: pools(sizes, least, least + width, passed),
    st.lists(st.integers(1, 10**7), max_size=7), st.integers(0, 1000), st.integers(0, 1000), st.floats(0.01, 0.9),
)  # fmt: skip

VALUES = [
    (expected_plays, (0.0, THREE), 350.0),
    (expected_plays, (0.25, THREE), 350 + 1000 + 937.5),
    (expected_plays, (1.0, THREE), 19_350.0),
    (expected_plays, (0.25, FULL), 10_222.0703125),
    (content_plays, (0.0, 0.9, 0.25, THREE), 200),
    (content_plays, (0.999999, 0.9, 0.25, THREE), 500),
    (content_plays, (0.5, 0.25, 0.25, THREE), 350),  # the draw must lie below the probability
    (content_plays, (0.5, 0.2499, 0.25, THREE), 4350),
    (content_plays, (0.5, 0.0625, 0.25, THREE), 4350),
    (content_plays, (0.5, 0.0624, 0.25, THREE), 19_350),
    (content_plays, (0.5, 0.9, 1.0, THREE), 19_350),
    (content_plays, (0.5, 1e-9, 0.0, THREE), 350),
    (pass_probability, (1.0, THREE), 0.25),
    (pass_probability, (2.0, THREE), (-4000 + math.sqrt(16e6 + 4 * 15_000 * (2 * 2287.5 - 350))) / 30_000),
    (pass_probability, (350 / 2287.5, THREE), 0.0),
    (pass_probability, (19_350 / 2287.5, THREE), 1.0),
    (pass_probability, (100.0, THREE), 1.0),
    (pass_probability, (3.0, pools([], 10, 20)), 1.0),  # one pool: there is nothing to pass
]


@pytest.mark.parametrize(("rule", "given", "value"), VALUES, ids=lambda x: getattr(x, "__name__", None))
def test_rule_has_the_value_of_its_formula(rule, given, value):
    assert rule(*given) == pytest.approx(value, rel=1e-9)


@given(st.floats(0.0, 50.0), some_pools)
def test_the_pass_probability_brings_the_plays_that_the_weight_asks_for(weight, found):
    passed = pass_probability(weight, found)
    wanted = weight * expected_plays(found.passed, found)
    assert 0.0 <= passed <= 1.0
    least, most = expected_plays(0.0, found), expected_plays(1.0, found)
    assert expected_plays(passed, found) == pytest.approx(min(most, max(least, wanted)), rel=1e-8)


@given(share, share, some_pools)
def test_more_weight_never_means_fewer_plays(a, b, found):
    low, high = sorted((20 * a, 20 * b))
    assert pass_probability(low, found) <= pass_probability(high, found) + 1e-12


@given(share, share, share, share, some_pools)
def test_the_same_content_gets_at_least_as_far_with_a_higher_pass_probability(start, luck, a, b, found):
    low, high = sorted((a, b))
    start = min(start, 1 - 1e-9)
    plays = content_plays(start, luck, low, found)
    assert found.least <= plays <= content_plays(start, luck, high, found)
    assert plays <= found.least + found.spread - 1 + sum(found.adds[1 : found.used])


def test_draws_of_a_content_depend_on_its_address_alone():
    here = content_draws(5, 3, 40, 2)
    assert here == content_draws(5, 3, 40, 2)
    others = [(6, 3, 40, 2), (5, 4, 40, 2), (5, 3, 41, 2), (5, 3, 40, 3), (5, 3, -1, 2)]
    assert len({here, *(content_draws(*other) for other in others)}) == 6


def test_pools_hold_whole_plays_and_end_with_the_users():
    found = pools_of(Feed(), 40_000)
    assert found.adds[:4] == [350.0, 4000.0, 15_000.0, 20_500.0]
    assert found.used == 4
    assert found.least + found.spread - 1 + sum(found.adds[1:4]) == 40_000
    assert pools_of(Feed(), 300).used == 1
    assert pools_of(Feed(), 300).least + pools_of(Feed(), 300).spread - 1 == 300
    assert pools_of(Feed(), 1).adds[0] == 1.0


def test_a_head_cap_moves_plays_from_head_contents_to_the_others():
    plain, capped = pools_of(Feed(), 10**9), pools_of(Feed(head_cap=0.3), 10**9)
    assert expected_plays(0.25, compilable(capped)) == pytest.approx(expected_plays(0.25, compilable(plain)), rel=1e-4)
    head = sum(size * 0.25**k for k, size in enumerate(capped.adds) if k >= 3)
    assert head / expected_plays(0.25, compilable(capped)) == pytest.approx(0.3, abs=1e-4)
    assert pools_of(Feed(head_cap=0.8), 10**9) == plain  # more than head contents have


def test_kuaishou_caps_what_head_contents_get_and_douyin_does_not():
    """M1: on Kuaishou head videos have at most 30 % of the traffic."""
    heads = {}
    for platform in ("kuaishou-2021", "douyin-2021-07"):
        tree = {
            "title": "T",
            "days": 9,
            "start": dt.date(2021, 8, 1),
            "industry": "frequent-online",
            "logics": {"growth": {}},
        }
        feed = from_dict(tree | {"platforms": [platform]}).platforms[0].feed
        sizes = pools_of(feed, 10**9)
        head = sum(size * feed.passed**k for k, size in enumerate(sizes.adds) if k >= 3)
        heads[platform] = head / expected_plays(feed.passed, compilable(sizes))
    assert heads["kuaishou-2021"] == pytest.approx(0.3, abs=1e-4)
    assert heads["douyin-2021-07"] > 0.5

"""What a bought fan costs, in the engine: CPM / (1000 · p_follow · (1 − F/K)) (evidence M2, theory 4.15)."""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory.cascade import acquisition_cost

from .pools import ONLY

CLICK, FOLLOW, DAYS, USERS = 0.5, 0.8, 8, 200_000


@lru_cache(maxsize=2)
def bought(fans, click=CLICK):
    """Book of a run in which people come by ads alone, to a pool of a given size."""
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY
        | {
            "logics.quiet": {"kind": "fixed", "ads_per_day": 400.0}, "pool.fans": fans, "market.users": USERS,
            "days": DAYS, "feed.exposures_at_least": 0.0, "feed.exposures_per_fan": 0.0, "feed.accounts": 0,
            "ads.click": click, "ads.follow": FOLLOW, "ads.retarget_share": 0.0, "rules.ads.targeting": 0.0,
            "rules.exposure.known": 0.0, "rules.purchase.base": -30.0, "pool.channels": {"douyin-subscription": 1.0},
        },
    )  # fmt: skip
    return run(scenario, "quiet", 42).ledger


def cost_z(fans, click=CLICK):
    """Distance of the fans bought from spend ÷ cost, in standard errors of a Poisson count."""
    book, expected = bought(fans, click), 0.0
    rows = np.append(fans, book.of("ROWS").sum(axis=1)[:-1])  # who has a row cannot be won by an ad
    for day in range(DAYS):
        impressions = int(book.impressions[day])
        reach = 1 - (1 + 1.5 * impressions / USERS) ** (-1 / 1.5)
        meets = -math.expm1(-reach * CLICK)  # within a day the untouched become fewer
        per_impression = meets * FOLLOW / (impressions / USERS)
        price = 1000 * book.ad_spend[day] / impressions
        expected += book.ad_spend[day] / acquisition_cost(price, per_impression, rows[day], USERS)
    return (int(book.of("JOINS")[:, 2].sum()) - expected) / math.sqrt(expected)


@pytest.mark.statistical
@pytest.mark.parametrize("fans", [1000, 120_000])
def test_a_bought_fan_costs_more_where_fewer_are_left(fans):
    assert abs(cost_z(fans)) < FAR
    assert bought(fans).of("JOINS")[:, 2].sum() > 10_000


@pytest.mark.statistical
def test_clicks_5_percent_off_are_found_out():
    assert cost_z(1000, 1.05 * CLICK) > FAR


def test_the_last_users_are_dear():
    costs = [acquisition_cost(2000.0, 0.006, share * 1e6, 1e6) for share in (0.0, 0.5, 0.9)]
    assert costs == pytest.approx([2000 / 6, 2 * 2000 / 6, 10 * 2000 / 6])

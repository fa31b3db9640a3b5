"""What limits a pool that grows, and what makes it grow: users who are left (theory 4.1), margin put into ads (4.2)."""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, z_of_mean

from sim.domains import Source
from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory import pool as laws
from sim.theory.cascade import acquisition_cost

from .friends import MANY, MONTH, friends, probability
from .pools import BUYING, ONLY

# -------------------------------------------------------------------------------- a pool that meets its limit (4.1)

USERS, DAYS, RUNS = 4000, 160, 24
BIRTH, LEAVE = 0.12, 0.04  # a day: R_fan is near 3


@lru_cache(maxsize=2)
def grown(factor):
    """Followers by run at the end, of pools in which everybody can meet everybody and may come back; on sharing."""
    scenario = with_changes(friends(400, DAYS, factor * BIRTH, LEAVE), {"market.users": USERS, "network": MANY})
    return np.array([run(scenario, "quiet", 41, r).ledger.of("ROWS")[-1, 2] for r in range(RUNS)])


def rest_by_day():
    """Where followers come to rest: each shares or not, then leaves or stays; then invitations meet anybody."""
    p, q, fans = probability(BIRTH), probability(LEAVE), 400.0
    for _ in range(DAYS):
        stay = fans * (1.0 - q)
        fans = stay + (USERS - stay) * -math.expm1(fans * p * math.log1p(-1.0 / USERS))
    return fans


@pytest.mark.statistical
def test_a_growing_pool_comes_to_rest_below_the_people_there_are():
    assert abs(z_of_mean(grown(1.0), rest_by_day())) < FAR


@pytest.mark.statistical
def test_sharing_5_percent_off_is_found_out():
    assert z_of_mean(grown(1.05), rest_by_day()) > FAR


def test_days_tend_to_the_rest_of_the_law():
    step = 1e-3
    p, q, fans = BIRTH * step, LEAVE * step, 400.0
    for _ in range(400_000):
        fans += (USERS - fans) * -math.expm1(-fans * p / USERS) - fans * q
    assert fans == pytest.approx(laws.stationary_size(0.0, BIRTH, LEAVE, USERS), rel=1e-3)


# ----------------------------------------------------------------------------------- margin put into ads (4.2)

FANS, LENGTH, WINDOW, NATURAL, SHARE = 60_000, 126, 90, 0.6, 0.05
CLICK, FOLLOW, REACHABLE = 0.02, 0.1, 100_000_000


@lru_cache(maxsize=2)
def reinvested(leave):
    """Book of a run in which fans buy, half of what they bring buys others, and nobody comes in another way."""
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY
        | BUYING
        | {
            "logics.quiet": {"kind": "growth", "pushes_per_week": {}, "reinvest_ads": SHARE, "reinvest_content": 0.0},
            "pool.fans": FANS, "market.users": REACHABLE, "days": LENGTH, "industry.need_interval": 14.0,
            "pool.channels": {"douyin-subscription": 1.0}, "feed.exposures_at_least": 0.0,
            "feed.exposures_per_fan": 0.0, "feed.accounts": 0, "brand.content.videos_per_week": 0.0,
            "ads.click": CLICK, "ads.follow": FOLLOW, "ads.retarget_share": 0.0, "rules.ads.targeting": 0.0,
            "rules.exposure.known": 0.0, "rules.leaving.natural": leave,
        },
    )  # fmt: skip
    return run(scenario, "quiet", 42)


def gain_z(leave):
    """Distance of R_fan as measured from ι·LTV/CAC at the exit rate of NATURAL, in standard errors of its counts."""
    found = reinvested(leave)
    book, late = found.ledger, slice(-WINDOW, None)
    fan_days = float(book.of("ROWS")[:, 2][late].sum())
    exits, joins = int(book.of("EXITS")[late].sum()), int(book.of("JOINS")[late, Source.AD].sum())
    assert joins == int(book.of("JOINS")[late].sum())
    week_before = slice(-WINDOW - 7, -7)  # what is spent in a week was earned in the one before
    margin = float(book.contribution[week_before].sum()) / fan_days
    spent, impressions = int(book.ad_spend[late].sum()), int(book.impressions[late].sum())
    assert np.array_equal(book.ad_spend[late] > 0, book.ads_reinvested[late] > 0)
    cost = acquisition_cost(1000 * spent / impressions, CLICK * FOLLOW, FANS, REACHABLE)
    law = laws.r_fan_of_economics(0.0, 0.0, probability(NATURAL / MONTH), SHARE, margin, cost)
    measured = found.summary["r_fan"]
    return (measured / law - 1.0) / math.sqrt(1.0 / joins + 1.0 / exits), law


@pytest.mark.statistical
def test_reinvested_margin_brings_fans_as_lifetime_value_over_cost():
    z, law = gain_z(NATURAL)
    assert 0.5 < law < 1.5
    assert abs(z) < FAR


@pytest.mark.statistical
def test_an_exit_rate_5_percent_off_is_found_out():
    assert gain_z(1.05 * NATURAL)[0] < -FAR

"""Immigration and death: without fans who bring fans the pool is Poisson (theory 4.5, β = 0)."""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, z_of_mean

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes

from .pools import ONLY

DAYS, RUNS, SEGMENTS = 40, 40, 4
PER_DAY, RATE = 8.0, 0.05  # joins of a segment, exits per fan


@lru_cache(maxsize=4)
def pools(factor):
    """Fans by segment at the end of runs that begin empty, and joins by day; ``factor`` on the intensity of the feed.

    Equal segments of one run are as independent of each other as runs are.
    """
    equal = {f"segments.s{n}.share": 1.0 / SEGMENTS for n in range(SEGMENTS)}
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY
        | equal
        | {
            "segments.everyone": False,
            "pool.fans": 0, "pool.channels": None, "days": DAYS, "market.users": 10**9,
            "feed.cascade": False, "feed.explore_share": 0.0, "feed.accounts": 0,
            "feed.exposures_at_least": factor * SEGMENTS * PER_DAY / 0.008, "brand.content.quality": 0.5,
            "rules.follow.followers": 0.0, "rules.exposure.feedback": 0.0, "rules.exposure.known": 0.0,
            "rules.purchase.base": -30.0, "rules.leaving.natural": RATE * 30.4375,
        },
    )  # fmt: skip
    found = [run(scenario, "quiet", 42, r).ledger for r in range(RUNS)]
    fans = np.concatenate([ledger.of("SEGMENT")[-1, :SEGMENTS] for ledger in found])
    return fans, np.concatenate([ledger.of("JOINS").sum(axis=1) for ledger in found])


# who joins on a day is at risk from the next one on
STOCK = PER_DAY * sum(math.exp(-RATE * day) for day in range(DAYS))


@pytest.mark.statistical
def test_a_fed_pool_is_poisson():
    fans, joins = pools(1.0)
    assert abs(z_of_mean(fans, STOCK)) < FAR
    assert abs(z_of_mean(joins, SEGMENTS * PER_DAY)) < FAR
    for sample in (fans, joins):  # variance = mean: the index of dispersion is χ² with n − 1 degrees
        dispersion = sample.var(ddof=1) / sample.mean()
        assert abs(dispersion - 1) < FAR * math.sqrt(2 / (len(sample) - 1))


@pytest.mark.statistical
def test_a_feed_5_percent_off_is_found_out():
    fans, joins = pools(1.05)
    assert z_of_mean(fans, STOCK) > FAR
    assert z_of_mean(joins, SEGMENTS * PER_DAY) > FAR


def test_the_stock_tends_to_inflow_over_exit_rate():
    forever = PER_DAY / -math.expm1(-RATE)
    assert forever * (1 - math.exp(-RATE * DAYS)) == pytest.approx(STOCK)
    assert forever == pytest.approx(PER_DAY / RATE, rel=0.03)

"""Known people outside the private domain meet the brand again at k_known·e^affinity times the exposure of a head."""

from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, ks_distance
from worlds import begun

from sim.scenario import load_scenario, with_changes

from .pools import ONLY

FANS, EMPTY, DAYS = 20_000, 70, 30  # everyone has left after 70 days; then 30 days are counted
KNOWN, PER_HEAD = 30.0, 0.02


def leaving_pool(known):
    """A pool that nobody can come to and everybody leaves, without needs."""
    return with_changes(
        load_scenario("liquor"),
        ONLY
        | {
            "pool.fans": FANS, "pool.channels": {"douyin-subscription": 1.0}, "market.users": FANS,
            "days": EMPTY + DAYS, "feed.exposures_at_least": PER_HEAD * FANS, "feed.exposures_per_fan": 0.0,
            "feed.cascade": False,
            "brand.content.quality": 0.5, "rules.exposure.known": known, "rules.follow.base": 1e-9,
            "rules.purchase.base": -30.0, "rules.leaving.natural": 10.0,
        },
    )  # fmt: skip


@lru_cache(maxsize=4)
def touches(known):
    """Touches of each of the last days, and the affinities of the people who are outside."""
    simulation = begun(leaving_pool(known), seed=42)
    for _ in range(EMPTY + DAYS):
        simulation.step()
    assert not simulation.ledger.of("ROWS")[EMPTY:, 2].any()
    return simulation.ledger.one("TOUCHES")[EMPTY:], simulation.rows.table()["affinity"].astype(float)


def touch_z(known):
    """Largest distance of the touches of a day, and of all days, from independent Bernoulli draws."""
    by_day, affinity = touches(known)
    p = -np.expm1(-KNOWN * np.exp(affinity) * PER_HEAD)  # at most one a day
    error = np.sqrt((p * (1 - p)).sum())
    daily = (by_day - p.sum()) / error
    return max(abs(daily).max(), abs(daily.sum()) / np.sqrt(DAYS))


@pytest.mark.statistical
def test_known_people_are_met_at_their_own_rate():
    assert touch_z(KNOWN) < FAR


@pytest.mark.statistical
def test_a_rate_5_percent_off_is_found_out():
    assert touch_z(KNOWN * 1.05) > FAR


def waiting_distance(known):
    """Distance from Exp(1) of what is left to wait, in exposures of one's own, for those who left on the last day."""
    simulation, days = begun(leaving_pool(known), seed=42), 3
    for _ in range(days):
        simulation.step()
    table = simulation.rows.table()
    left = table["left_on"] == days - 1
    waits = (table["threshold"] - days * PER_HEAD) * KNOWN * np.exp(table["affinity"].astype(float))
    assert left.sum() > 2000
    return ks_distance(waits[left], lambda w: -np.expm1(-w)) + FAR * (len(np.unique(waits[left])) < 0.99 * left.sum())


@pytest.mark.statistical
def test_who_leaves_waits_exponentially_for_the_next_exposure():
    assert waiting_distance(KNOWN) < FAR


@pytest.mark.statistical
def test_waiting_15_percent_off_is_found_out():
    assert waiting_distance(KNOWN * 1.15) > FAR

"""Known people outside the private domain meet the brand again at k_known·e^affinity times the exposure of a head."""

from functools import lru_cache

import numpy as np
import pytest
from samples import FAR
from worlds import begun

from sim.scenario import load_scenario, with_changes

from .pools import ONLY

FANS, EMPTY, DAYS = 20_000, 70, 30  # everyone has left after 70 days; then 30 days are counted
KNOWN, PER_HEAD = 30.0, 0.02


@lru_cache(maxsize=4)
def touches(known):
    """Touches of each of the last days, and the affinities of the people who are outside."""
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY
        | {
            "pool.fans": FANS, "pool.channels": {"douyin-subscription": 1.0}, "market.users": FANS,
            "days": EMPTY + DAYS, "feed.exposures_at_least": PER_HEAD * FANS, "feed.exposures_per_fan": 0.0,
            "brand.content.quality": 0.5, "rules.exposure.known": known, "rules.follow.base": 1e-9,
            "rules.purchase.base": -30.0, "rules.leaving.natural": 10.0,
        },
    )  # fmt: skip
    simulation = begun(scenario, seed=42)
    for _ in range(scenario.days):
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

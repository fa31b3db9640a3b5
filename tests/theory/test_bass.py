"""Full mixing without exits is the diffusion of Bass (theory 4.12), day by day.

Everybody has the same, large number of friends, so an invitation meets anybody with equal probability.
"""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, z_of_mean

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes

from .friends import MANY, probability, sharing
from .pools import ONLY, STEADY_FEED

USERS, DAYS, RUNS = 20_000, 60, 24
INNOVATION, IMITATION = 0.002, 0.10  # per day


@lru_cache(maxsize=2)
def adopters(factor):
    """Followers by run and day; factor on imitation."""
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY
        | STEADY_FEED
        | sharing(factor * IMITATION)
        | {
            "pool.fans": 0, "pool.channels": None, "days": DAYS, "market.users": USERS, "network": MANY,
            "feed.exposures_at_least": INNOVATION * USERS / 0.008, "brand.content.quality": 0.5,
            "rules.follow.followers": 0.0, "rules.exposure.feedback": 0.0, "rules.exposure.known": 0.0,
            "rules.purchase.base": -30.0,
        },
    )  # fmt: skip
    return np.array([run(scenario, "quiet", 42, r).ledger.of("ROWS")[:, 2] for r in range(RUNS)])


def bass_by_day(innovation, imitation, users, days):
    """Expected adopters: the day's innovators leave the untouched first, then each invitation meets anybody."""
    found, adopted = [], 0.0
    for _ in range(days):
        invitations = adopted * probability(imitation)
        untouched = (users - adopted) * math.exp(-innovation)
        untouched *= math.exp(invitations * math.log1p(-1.0 / users))
        adopted = users - untouched
        found.append(adopted)
    return np.array(found)


def bass(p, q, t):
    """F(t) of Bass (1969)."""
    return (1 - math.exp(-(p + q) * t)) / (1 + q / p * math.exp(-(p + q) * t))


@pytest.mark.statistical
def test_full_mixing_is_bass():
    law = bass_by_day(INNOVATION, IMITATION, USERS, DAYS)
    distances = [z_of_mean(adopters(1.0)[:, day], law[day]) for day in range(4, DAYS, 5)]
    assert max(map(abs, distances)) < FAR
    assert law[-1] > 0.8 * USERS  # the whole curve was seen


@pytest.mark.statistical
def test_imitation_5_percent_off_is_found_out():
    law = bass_by_day(INNOVATION, IMITATION, USERS, DAYS)
    assert z_of_mean(adopters(1.05)[:, 40], law[40]) > FAR


def test_days_of_bass_tend_to_the_closed_form():
    p, q = 0.03, 0.38  # a year
    errors = []
    for steps in (10, 100, 1000):
        days = bass_by_day(p / steps, q / steps, 10**9, 12 * steps)
        errors.append(max(abs(days[year * steps - 1] / 10**9 - bass(p, q, year)) for year in range(1, 13)))
    assert errors[0] > 5 * errors[1] > 25 * errors[2]
    assert errors[2] < 1e-3
    peak = math.log(q / p) / (p + q)
    assert peak == pytest.approx(6.19, abs=0.005)
    rate = (bass(p, q, peak + 1e-4) - bass(p, q, peak - 1e-4)) / 2e-4
    assert rate == pytest.approx((p + q) ** 2 / (4 * q), rel=1e-6)

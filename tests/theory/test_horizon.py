"""Growth against depletion is a matter of the horizon, in the engine too (theory 4.6, 4.7).

In closed pools of fans who are alike, margin π̂(f) and exit rate μ̂(f) are measured at fixed frequencies. What V_T says
of them must come true in other runs: which frequency earns most by when, where elasticities are equal, the crossover.
"""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, z_of_mean

from sim.domains import Domain
from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory import frequency

from .test_outlook import SELLING

pytestmark = [pytest.mark.statistical, pytest.mark.slow]

FANS, DAYS, WARM, RUNS, LONG = 3000, 200, 40, 2, 540
GROUPS = (7.0, 14.0, 28.0, 56.0, 112.0)
CASES = {  # scenario → its one channel, the frequencies that are tried, pushes a week
    "livestream-group": ("wechat-group", GROUPS),
    "liquor": ("douyin-group", GROUPS),
    "email-newsletter": ("email", (1.0, 2.0, 3.5, 7.0, 14.0)),
}
# messages sell and do harm; nobody comes in
CLOSED = SELLING | {
    "rules.leaving.fatigue": 0.05,
    "rules.leaving.natural": 0.08,
    "rules.messages.recovery": 0.2,  # load, prices and closeness settle at once: V_T knows no beginning
    "rules.purchase.half_intimacy": 1e-4,
    "rules.deals.notice": 0.0,
    "rules.deals.adaptation": 0.0,
    "rules.follow.base": 1e-9,
    "rules.exposure.known": 0.0,
    "costs.item": 0.0,
    "pool.fans": FANS,
    "market.users": FANS,
}


def closed(name, days):
    scenario = load_scenario(name)
    channel, frequencies = CASES[name]
    channels = [c.name for c in scenario.channels]
    changes = {key: value for key, value in CLOSED.items() if not key.startswith(("channels.", "logics."))}
    changes |= {f"channels.{c}.joins_per_month": {"liking": 0.0, "devoted": 0.0} for c in channels}
    changes |= {f"logics.{logic}": False for logic in scenario.logics}
    changes |= {f"logics.{logic_of(f)}": plan_of(channel, f) for f in frequencies}
    if any(c.half_life is not None for c in scenario.channels if c.name == channel):
        changes[f"channels.{channel}.half_life"] = 3650.0  # the talk of a group does not die down
    return with_changes(scenario, changes | {"days": days, "pool.channels": {channel: 1.0}})


def logic_of(f):
    return f"push-{10 * f:g}"


def plan_of(channel, f):
    return {"kind": "fixed", "pushes_per_week": {channel: f}, "value_share": 0.5, "discount": 0.2}


def earned(ledger):
    """Cents by day that followers bring, less fees."""
    return ledger.one("CONTRIBUTION_FOLLOWERS") - ledger.fees


@lru_cache(maxsize=4)
def measured(name):
    """π̂ and μ̂ per fan and day at each frequency, of pools in which load has settled."""
    scenario, margins, exits = closed(name, DAYS), [], []
    for f in CASES[name][1]:
        ledgers = [run(scenario, logic_of(f), 7, r).ledger for r in range(RUNS)]
        assert sum(g.of("JOINS").sum() for g in ledgers) == 0
        fan_days = sum(g.of("ROWS")[WARM - 1 : -1, Domain.PRIVATE].sum() for g in ledgers)
        margins.append(sum(earned(g)[WARM:].sum() for g in ledgers) / fan_days)
        exits.append(-math.log1p(-sum(g.of("EXITS")[WARM:].sum() for g in ledgers) / fan_days))
    return np.array(margins), np.array(exits)


def curves(name):
    """Both as functions, power laws between the frequencies that were measured."""
    logs = np.log(CASES[name][1])
    margins, exits = map(np.log, measured(name))
    return (
        lambda f: math.exp(np.interp(math.log(f), logs, margins)),
        lambda f: math.exp(np.interp(math.log(f), logs, exits)),
    )


def best(name, horizon):
    """Of the frequencies that were measured, the one with the largest V_T."""
    margin, exits = curves(name)
    return max(CASES[name][1], key=lambda f: frequency.value(f, margin, exits, horizon=horizon))


@lru_cache(maxsize=16)
def cumulative(name, f):
    """Cents per fan of the pool, by run and day, of other people."""
    scenario = closed(name, LONG)
    return np.array([earned(run(scenario, logic_of(f), 8, r).ledger).cumsum() for r in range(6)]) / FANS


@pytest.mark.parametrize("name", CASES)
def test_elasticities_cross_at_the_best_frequency(name):
    """Below f* margin rises by more than the hazard, in proportion; above it by less."""
    logs = np.log(CASES[name][1])
    margins, exits = map(np.log, measured(name))
    gain = (np.diff(margins) - np.diff(exits)) / np.diff(logs)
    at = CASES[name][1].index(best(name, math.inf))
    assert (gain[:at] > 0).all()
    assert (gain[at:] < 0).all()


@pytest.mark.parametrize("name", CASES)
def test_a_short_horizon_favours_depletion(name):
    """The counter-case: the best frequency falls with the horizon, and for a short one it is not the growth logic's."""
    found = [best(name, days) for days in (7.0, 30.0, 90.0, 360.0, math.inf)]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1]


@pytest.mark.parametrize("name", CASES)
def test_what_v_says_of_the_horizons_comes_true(name):
    few, many = best(name, math.inf), CASES[name][1][-1]
    lead = cumulative(name, few) - cumulative(name, many)
    margin, exits = curves(name)
    crossing = frequency.crossover(few, many, margin, exits)
    assert 3 < crossing < LONG / 2
    assert z_of_mean(lead[:, -1], 0.0) > FAR
    at = round(crossing)
    assert abs(z_of_mean(lead[:, at - 1], 0.0)) < FAR
    assert z_of_mean(lead[:, round(0.5 * at) - 1], 0.0) < -FAR
    assert z_of_mean(lead[:, 2 * at - 1], 0.0) > FAR


@pytest.mark.parametrize("name", CASES)
def test_a_crossover_of_hazards_5_percent_off_is_found_out(name):
    """With the hazard of the louder logic 5 % off, V_T gives another day, on which runs are not even."""
    few, many = best(name, math.inf), CASES[name][1][-1]
    lead = cumulative(name, few) - cumulative(name, many)
    margin, exits = curves(name)
    days = [
        round(frequency.crossover(few, many, margin, lambda f, off=off: exits(f) * (off if f > few else 1.0)))
        for off in (0.95, 1.05)
    ]
    assert max(abs(z_of_mean(lead[:, day - 1], 0.0)) for day in days) > FAR

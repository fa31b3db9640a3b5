"""The mean fan against the simulation: exact where fans are alike, and good enough to choose a frequency where not."""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, z_of_mean, z_of_share
from worlds import begun, small

from sim.domains import Domain
from sim.engines.run import run
from sim.logics import oracle as oracle_module
from sim.rules.climate import compilable
from sim.rules.mean_fan import worth_of

pytestmark = pytest.mark.statistical

# all fans alike, no slow clock that moves: what is left is messages, opening, need, order, and the hazard
ALIKE = {
    "pool.fans": 10_000,
    "market.users": 10_000,
    "days": 150,
    "rules.messages.tolerance_spread": 0.0,
    "rules.messages.value_relief": 0.0,
    "rules.messages.relevance_effect": 0.0,
    "rules.leaving.frailty": 0.0,
    "rules.leaving.relevance": 0.0,
    "rules.leaving.devoted": 0.0,
    "rules.leaving.first_week": 1.0,
    "rules.leaving.first_month": 1.0,
    "rules.leaving.neglect": 0.0,
    "rules.leaving.natural": 0.1,
    "rules.leaving.fatigue": 0.1,
    "rules.leaving.shock": 0.02,
    "rules.trust.prior_size": 1000.0,
    "rules.trust.gain": 0.0,
    "rules.trust.experience": 0.0,
    "rules.deals.lesson": 0.0,
    "rules.deals.adaptation": 0.0,
    "rules.deals.notice": 0.0,
    "rules.purchase.attrition_a": 0.001,
    "rules.purchase.attrition_b": 1000.0,
    "rules.purchase.need_shape": 100.0,
    "rules.purchase.half_intimacy": 1e-4,
    "rules.purchase.impulse": 0.0,
    "rules.purchase.base": -1.5,
    "industry.need_interval": 10.0,
    **{f"channels.{name}.joins_per_month": {"liking": 0.0, "devoted": 0.0} for name in ("official-account", "moments")},
    "channels.wecom.joins_per_month": {"liking": 0.0, "devoted": 0.0},
    "logics.growth": False,
    "logics.depletion": {
        "kind": "fixed",
        "pushes_per_week": {"group": 28.0},
        "value_share": 0.5,
        "discount": 0.2,
        "lives_per_week": 0.0,
    },
}  # fmt: skip
WARM = 40  # days in which load settles


def measured_and_predicted(changes=None):
    """Exits, orders and follower-days of a settled pool, and what the mean fan of the truth says of them."""
    simulation = begun(small("livestream-group", ALIKE | (changes or {})), "depletion")
    for _ in range(WARM):
        simulation.step()
    truth, plan = simulation.brand.truth(), simulation.brand.plan
    pushes = [list(tiers) for tiers in plan.pushes]
    rates = np.zeros(2)
    for group, fans in zip(truth.groups, truth.fans, strict=True):
        steady = oracle_module.steady_plan(plan, pushes, group.tier, simulation.brand.brief, truth, 0.0)
        worth = worth_of(compilable(group), steady, truth.world)
        rates += fans * np.array([worth.margin, worth.exits])
    margin, exits = rates / sum(truth.fans)
    for _ in range(simulation.scenario.days - WARM):
        simulation.step()
    ledger = simulation.ledger
    followers = ledger.of("ROWS")[WARM - 1 : -1, Domain.PRIVATE].sum()
    return {
        "followers": int(followers),
        "exits": int(ledger.of("EXITS")[WARM:].sum()),
        "contribution": int(ledger.contribution[WARM:].sum()),
        "orders": int(ledger.one("ORDERS_FOLLOWERS")[WARM:].sum()),
        "margin_rate": float(margin),
        "exit_rate": float(exits),
    }


@pytest.fixture(scope="module")
def alike():
    return measured_and_predicted()


def z_of_exits(found, factor=1.0):
    return z_of_share(found["exits"], found["followers"], -math.expm1(-factor * found["exit_rate"]))


def z_of_margin(found, factor=1.0):
    """Orders are Poisson and their values log-normal with mean 1 and log-sd .4."""
    expected = factor * found["margin_rate"] * found["followers"]
    error = expected * math.sqrt(math.exp(0.4**2) / found["orders"])
    return (found["contribution"] - expected) / error


def test_exits_of_fans_who_are_alike(alike):
    assert alike["exits"] > 4000
    assert abs(z_of_exits(alike)) < FAR


def test_margin_of_fans_who_are_alike(alike):
    assert alike["orders"] > 10_000
    assert abs(z_of_margin(alike)) < FAR


def test_five_percent_more_margin_would_be_noticed(alike):
    assert abs(z_of_margin(alike, 1.05)) > FAR


def test_ten_percent_more_exits_would_be_noticed(alike):
    assert abs(z_of_exits(alike, 1.10)) > FAR


# --------------------------------------------------------------------------------------- the oracle in a closed pool

# Everything but the push frequency is the same for both: growth without reinvestment has the oracle's value share,
# discount and content. Needs are frequent, so that a small pool says something.
CLOSED = {
    "pool.fans": 600,
    "market.users": 600,
    "days": 420,
    "industry.need_interval": 10.0,
    "logics.depletion": False,
    "logics.growth.reinvest_content": 0.0,
    "logics.oracle": {"pushes_per_week": {"group": 7.0}},
}
PAIRS = 5


def pool_of(frequencies):
    """The closed pool under the oracle, under growth, and under growth that keeps to each of some frequencies."""
    fixed = {
        f"logics.fixed-{f:g}": {
            "kind": "growth", "pushes_per_week": {"group": f}, "reinvest_content": 0.0, "open_alarm": 1.0,
            "exit_alarm": 100.0,
        }
        for f in frequencies
    }  # fmt: skip
    return small("livestream-group", CLOSED | fixed)


GRID = (0, 2, 7, 14, 28, 112)


@lru_cache(maxsize=16)
def worth_under(logic):
    """Of the closed pool, without looking at it twice."""
    return worth_of_pool(pool_of(GRID), logic)


def worth_of_pool(scenario, logic):
    """Discounted margin of a pool without inflow, per initial fan, by replication: what the oracle maximises."""
    weights = np.exp(-np.log(1.08) / 365.25 * np.arange(scenario.days))
    runs = [run(scenario, logic, 3, replication) for replication in range(PAIRS)]
    assert sum(r.summary["joins"] for r in runs) == 0
    return np.array([float((r.ledger.margin * weights).sum()) for r in runs]) / scenario.pool.fans


def test_the_oracle_makes_fans_worth_more_than_growth_does():
    assert z_of_mean(worth_under("oracle") - worth_under("growth"), 0.0) > FAR


def test_an_oracle_that_wanted_the_opposite_would_be_noticed(monkeypatch):
    best = oracle_module.worth_of_groups
    monkeypatch.setattr(oracle_module, "worth_of_groups", lambda *facts: -best(*facts))
    assert z_of_mean(worth_of_pool(pool_of(()), "oracle") - worth_under("growth"), 0.0) < -FAR


@pytest.mark.slow
def test_no_fixed_frequency_is_clearly_better_than_the_oracle():
    """Against every frequency of a coarse grid; some may come out even, none better by more than chance."""
    for f in GRID:
        assert z_of_mean(worth_under("oracle") - worth_under(f"fixed-{f:g}"), 0.0) > -FAR, f

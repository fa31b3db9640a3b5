"""The mean field: exact where fans are alike, what simulations tend to as pools grow, and within 3 % in liquor."""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, z_of_mean

from sim.domains import Domain
from sim.engines.run import run
from sim.rules.mean_state import SIZE
from sim.scenario import load_scenario, with_changes
from sim.theory.meanfield import MeanPool, calm, mean_field

from .pools import ONLY, STEADY_FEED, pool

PER_MONTH = 0.3
RATE = PER_MONTH / 30.4375


def followers(ledger):
    return ledger.of("ROWS")[:, Domain.PRIVATE]


def sizes(mean):
    return sum(cells.states[:, SIZE].sum() for cells in mean.rows._all())


# -------------------------------------------------------------------------------------- exact where fans are alike


def test_natural_exit_alone_is_exponential():
    mean = MeanPool(pool(10_000, 90, {"rules.leaving.natural": PER_MONTH}), "quiet")
    for _ in range(90):
        mean.step()
    assert sizes(mean) == pytest.approx(10_000 * math.exp(-90 * RATE), rel=1e-9)
    found = followers(mean.brand.book.ledger)
    assert np.abs(found - 10_000 * np.exp(-RATE * np.arange(1, 91))).max() < 1.0  # whole people, carried over


def test_frailty_is_a_gamma_mixture():
    changes = {"rules.leaving.natural": PER_MONTH, "rules.leaving.frailty": 1.0}
    found = followers(mean_field(pool(10_000, 120, changes), "quiet", nodes=256).ledger)[-1]
    assert found == pytest.approx(10_000 / (1 + 120 * RATE), rel=5e-3)
    off = followers(mean_field(pool(10_000, 120, changes | {"rules.leaving.natural": 1.05 * PER_MONTH}), "quiet",
                               nodes=256).ledger)[-1]  # fmt: skip
    assert off != pytest.approx(10_000 / (1 + 120 * RATE), rel=5e-3)


def test_a_fed_pool_has_the_stock_of_immigration_and_death():
    per_day, rate, days = 32.0, 0.05, 60
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY
        | STEADY_FEED
        | {
            "pool.fans": 0, "pool.channels": None, "days": days, "market.users": 10**9, "feed.accounts": 0,
            "feed.exposures_at_least": per_day / 0.008, "brand.content.quality": 0.5, "rules.follow.followers": 0.0,
            "rules.exposure.feedback": 0.0, "rules.exposure.known": 0.0, "rules.purchase.base": -30.0,
            "rules.leaving.natural": rate * 30.4375,
        },
    )  # fmt: skip
    stock = per_day * sum(math.exp(-rate * day) for day in range(days))
    assert followers(mean_field(scenario, "quiet").ledger)[-1] == pytest.approx(stock, rel=2e-3)


def test_nobody_gets_lost():
    """Sizes of all cells are the pool and those who came, less those who left; also with every mechanism at work."""
    mean = MeanPool(calm(with_changes(load_scenario("liquor"), {"days": 40})), "depletion", 16)
    came = gone = 0.0
    for _ in range(40):
        mean.step()
        came += mean.rows.flow[slice(12, 28)].sum()
        gone += mean.rows.flow[slice(29, 35)].sum()
    assert came > 100
    assert gone > 100
    assert sizes(mean) == pytest.approx(20_000 + came - gone, rel=1e-6)  # negligible cells do not leave


# ------------------------------------------------------------------------------------ simulations tend to the mean

# fans differ in tolerance and interest, are tired by messages, and leave one group; nobody buys, so no slow clock moves
TIRED = {
    "rules.messages.tolerance_spread": 0.7,
    "rules.leaving.natural": 0.1,
    "rules.leaving.fatigue": 0.15,
    "rules.purchase.base": -30.0,
    "rules.trust.gain": 0.0,
    "rules.trust.prior_size": 1000.0,
    **{f"channels.{name}.joins_per_month": {"liking": 0.0, "devoted": 0.0} for name in ("official-account", "moments")},
    "channels.wecom.joins_per_month": {"liking": 0.0, "devoted": 0.0},
    "logics.quiet": {"kind": "fixed", "value_share": 0.5, "pushes_per_week": {"group": 28.0}},
}  # fmt: skip
DAYS, SIZES, RUNS = 90, (250, 1000, 4000, 16_000), 16


def tired(fans):
    return pool(fans, DAYS, TIRED)


@lru_cache(maxsize=1)
def share_left():
    """Share of a large pool that is left in the mean field."""
    return followers(mean_field(tired(1_000_000), "quiet", nodes=512).ledger)[-1] / 1e6


@lru_cache(maxsize=8)
def shares(fans):
    return np.array([followers(run(tired(fans), "quiet", 5, r).ledger)[-1] / fans for r in range(RUNS)])


@pytest.mark.statistical
def test_simulations_lie_around_the_mean_field():
    assert 0.3 < share_left() < 0.8
    assert abs(z_of_mean(shares(SIZES[-1]), share_left())) < FAR
    assert abs(z_of_mean(shares(SIZES[-1]), 1.05 * share_left())) > FAR


@pytest.mark.statistical
def test_the_distance_falls_with_the_root_of_the_pool():
    distance = [math.sqrt(((shares(n) - share_left()) ** 2).mean()) for n in SIZES]
    slope = np.polyfit(np.log(SIZES), np.log(distance), 1)[0]
    # a root mean square of R runs has the relative error 1/√(2R)
    spread = np.log(SIZES) - np.mean(np.log(SIZES))
    error = 1 / math.sqrt(2 * RUNS) / math.sqrt((spread**2).sum())
    assert abs(slope + 0.5) < FAR * error
    assert abs(slope + 0.5 * 1.6) > abs(slope + 0.5)


# ----------------------------------------------------------------------------------------------- the liquor scenario

LIQUOR = {"days": 180, "feed.cascade": False, "feed.accounts": 0}
PAIRS = 4


@lru_cache(maxsize=4)
def simulated(logic):
    scenario = with_changes(load_scenario("liquor"), LIQUOR)
    return np.mean([followers(run(scenario, logic, 42, r).ledger) for r in range(PAIRS)], axis=0)


@pytest.mark.statistical
@pytest.mark.parametrize("logic", ["growth", "depletion"])
def test_followers_of_liquor_are_within_3_percent(logic):
    found = followers(mean_field(with_changes(load_scenario("liquor"), LIQUOR), logic).ledger)
    relative = found / simulated(logic) - 1
    assert abs(relative.mean()) < 0.03
    assert abs(relative).max() < 0.06


def test_a_pool_that_is_fed_a_quarter_less_is_found_out():
    less = with_changes(load_scenario("liquor"), LIQUOR | {"feed.exposures_per_fan": 0.04})
    found = followers(mean_field(less, "growth").ledger)
    assert abs((found / simulated("growth") - 1).mean()) > 0.03


ONE_CHANNEL = {
    "days": 150,
    "pool.fans": 8000,
    "market.users": 8_000_000,
    "pool.channels": {"douyin-group": 1.0},
    "channels.douyin-group.joins_at_follow": 1.0,
    "channels.douyin-subscription.joins_at_follow": 0.0,
    "logics.growth": False,
    "logics.depletion": {
        "kind": "fixed", "pushes_per_week": {"group": 63.0}, "value_share": 0.1, "discount": 0.4, "lives_per_week": 3.0,
    },
}  # fmt: skip


@pytest.mark.statistical
def test_with_one_channel_orders_and_exits_are_exact_to_a_few_percent():
    """Every mechanism is at work but a choice of channels: memberships that are shares are what is lacking."""
    scenario = load_scenario("liquor")
    still = {f"channels.{c.name}.joins_per_month": {"liking": 0.0, "devoted": 0.0} for c in scenario.channels}
    scenario = calm(with_changes(scenario, still | ONE_CHANNEL))
    mean = mean_field(scenario, "depletion", nodes=128).ledger
    runs = [run(scenario, "depletion", 5, r).ledger for r in range(3)]
    for name, bias in (("EXITS", 0.02), ("ORDERS", 0.03)):
        counted = sum(int(g.of(name).sum()) for g in runs)
        error = 1 / math.sqrt(counted)
        assert abs(mean.of(name).sum() * len(runs) / counted - 1) < FAR * error + bias
        assert abs(1.25 * mean.of(name).sum() * len(runs) / counted - 1) > FAR * error + bias

"""Patterns of word of mouth and of conformity: V20, L15, L16, L17, observed on shipped scenarios."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import mean_interval
from sim.domains import Source
from sim.engines.arrays import ArrayRows
from sim.engines.run import run
from sim.engines.simulation import Simulation
from sim.results import Interval
from sim.scenario import load_scenario, with_changes
from sim.scenario.schema import Scenario
from sim.studies.verdict import Verdict, decided

Table = dict[str, npt.NDArray[Any]]

QUALITIES = (0.3, 0.5, 0.7, 0.9)
TEN_COACHES = {"pool.fans": 20_000, "feed.exposures_at_least": 2000, "sources.trial-lessons.per_day": 5.0}
REPEAT_AT_MOST = 0.05  # "≈ 0"
WORLDS = 200
ELASTICITY = 0.53
CARRY_OVER = (14.0, 28.0)  # days; three weeks
VALUE = 1.16


def ended(scenario: Scenario, logic: str, seed: int, replication: int) -> Simulation:
    """A simulation at its horizon, to look into its rows."""
    simulation = Simulation(scenario, logic, seed, replication, partial(ArrayRows, threads=1))
    for _ in range(scenario.days):
        simulation.step()
    return simulation


def inviters(simulation: Simulation) -> npt.NDArray[np.int64]:
    """Number of the row that brought each row, −1 for those who came by themselves."""
    assert simulation.word_of_mouth is not None
    return simulation.word_of_mouth.inviters(simulation.rows.keys())


def _table(simulation: Simulation) -> Table:
    rows: Any = simulation.rows
    found: Table = rows.table()
    return found


def _shown(x: Interval, digits: int = 2) -> str:
    return f"{x.estimate:.{digits}f} ({x.low:.{digits}f}–{x.high:.{digits}f})"


def coach(seed: int, _: int) -> Iterator[Verdict]:
    """V20: a course is bought once, and what it leads to is what the buyers tell."""
    again, brought = [], []
    for quality in QUALITIES:
        scenario = with_changes(load_scenario("tennis-coach"), TEN_COACHES | {"brand.product.quality": quality})
        per_buyer = []
        for replication in range(5):
            simulation = ended(scenario, "growth", seed, replication)
            table = _table(simulation)
            buyer = table["orders"] > 0
            buyers = max(1, int(np.count_nonzero(buyer)))
            inviter = inviters(simulation)
            child = np.flatnonzero(inviter >= 0)
            after = table["joined_on"][child] >= table["ordered_on"][inviter[child]]
            told = buyer[inviter[child]] & after
            per_buyer.append(np.count_nonzero(told) / buyers)
            again.append(np.count_nonzero(table["orders"] > 1) / buyers)
        brought.append(np.array(per_buyer))
    repeat = mean_interval(np.array(again))
    yield Verdict(
        "V20",
        "Low frequency, high price: buyers who buy again within two years",
        "tennis-coach, ten of them",
        f"{repeat.estimate:.1%} ({repeat.low:.1%}–{repeat.high:.1%}) of buyers",
        f"about none: below {REPEAT_AT_MOST:.0%}",
        decided(repeat.low, repeat.high, 0.0, REPEAT_AT_MOST),
    )
    gains = [mean_interval(b - a) for a, b in pairwise(brought)]
    yield Verdict(
        "V20",
        "The better the delivered result, the more friends a buyer brings afterwards",
        "tennis-coach, ten of them",
        ", ".join(f"{q:g}: {x.mean():.3f}" for q, x in zip(QUALITIES, brought, strict=True)) + " a buyer",
        "rises with the quality of the product at every step",
        None if any(gain.low <= 0.0 <= gain.high for gain in gains) else all(gain.low > 0.0 for gain in gains),
    )


def popularity(seed: int, pairs: int) -> Iterator[Verdict]:
    """L15: showing how many bought raises demand as a list of the most popular did."""
    for logic in ("growth", "depletion"):
        scenario = with_changes(load_scenario("liquor"), {"days": 120})
        shown = with_changes(scenario, {"brand.shows_sales": True})
        lift, sold = [], []
        for r in range(pairs):
            a, b = (run(s, logic, seed, r).ledger.of("ORDERS").sum(axis=1) for s in (scenario, shown))
            lift.append(b[30:].sum() / a[30:].sum() - 1.0)
            sold.append(30.0 * b[30:].mean())
        gain = mean_interval(np.array(lift))
        yield Verdict(
            "L15",
            f"Demand when the brand shows its sales, under {logic}",
            "liquor, 120 days",
            f"{gain.estimate:+.1%} ({gain.low:+.1%} … {gain.high:+.1%}) at {np.mean(sold):,.0f} orders shown",
            "+13 % … +20 %",
            decided(gain.low, gain.high, 0.13, 0.20),
            "γ_n is calibrated to the middle of this range at 1,000 orders shown",
        )


def elasticity(seed: int, pairs: int) -> Iterator[Verdict]:
    """L16: how joins follow invitations in the long run, and how long a burst of invitations is felt."""
    base = with_changes(load_scenario("forum-super-users"), {"days": 540})
    rho = base.rules.referral.share  # type: ignore[attr-defined]
    more = with_changes(base, {"rules.referral.share": 1.1 * rho})
    found = []
    for r in range(pairs):
        a, b = (run(s, "talk", seed, r).ledger for s in (base, more))
        joins = math.log(b.of("JOINS").sum() / a.of("JOINS").sum())
        found.append(joins / math.log(b.one("INVITATIONS").sum() / a.one("INVITATIONS").sum()))
    long_run = mean_interval(np.array(found))
    yield Verdict(
        "L16",
        "Long-run elasticity of joins to invitations",
        "forum-super-users, 540 days, sharing + 10 %",
        _shown(long_run),
        f"{ELASTICITY} ± a quarter",
        decided(long_run.low, long_run.high, 0.75 * ELASTICITY, 1.25 * ELASTICITY),
        "the share of joins by invitation decides it, and that is a matter of the case",
    )
    yield _carry_over(base, seed, pairs)


def _carry_over(base: Scenario, seed: int, pairs: int) -> Verdict:
    """Days after a week of rewards by which nine tenths of the joins that it brings within 90 days have come."""
    first, week, felt = 180, 7, 90
    start = base.start
    dates = [np.datetime64(start) + day for day in (first, first + week)]
    on, off = (
        {"from": date.astype(object), "incentive": reward} for date, reward in zip(dates, (10.0, 0.0), strict=True)
    )
    fixed = {"kind": "calendar", "pushes_per_week": {"group": 7.0}, "value_share": 0.75, "discount": 0.05}
    both = with_changes(
        base,
        {"days": first + felt, "logics.plain": fixed, "logics.burst": fixed | {"phases": [on, off]}},
    )
    days = []
    for r in range(2 * pairs):
        a, b = (run(both, logic, seed, r).ledger.of("JOINS").sum(axis=1) for logic in ("plain", "burst"))
        excess = (b - a)[first:].cumsum()
        days.append(float(np.argmax(excess >= 0.9 * excess[-1])))
    carried = mean_interval(np.array(days))
    return Verdict(
        "L16",
        "Days until nine tenths of the joins that a week of rewards brings within 90 days have come",
        "forum-super-users",
        _shown(carried, 0),
        "three weeks: 14–28",
        decided(carried.low, carried.high, *CARRY_OVER),
    )


def referred(seed: int, pairs: int) -> Iterator[Verdict]:
    """L17: people whom fans brought, against those who came from the feed in the same months."""
    for logic in ("growth", "depletion"):
        scenario = with_changes(load_scenario("liquor"), {"network": {}})
        value, loyal = [], []
        for r in range(pairs):
            table = _table(ended(scenario, logic, seed, r))
            worth, stays = _against_feed(table, scenario.days)
            value.append(worth)
            loyal.append(stays)
        worth_more, stay_more = mean_interval(np.array(value)), mean_interval(np.array(loyal))
        yield Verdict(
            "L17",
            f"What people spend whom fans brought, relative to those from the feed, under {logic}",
            "liquor with friends",
            f"× {_shown(worth_more)}",
            f"at least × {VALUE}",
            decided(worth_more.low, worth_more.high, VALUE, math.inf),
        )
        yield Verdict(
            "L17",
            f"Share of them who still follow at the end, relative to those from the feed, under {logic}",
            "liquor with friends",
            f"× {_shown(stay_more, 3)}",
            "above 1",
            decided(stay_more.low, stay_more.high, 1.0, math.inf),
        )


def _against_feed(table: Table, days: int) -> tuple[float, float]:
    """Spend and retention of the invited ÷ those from the feed, of people first met before the last half year.

    Both groups are weighted to the same months of joining.
    """
    joined, follows = table["joined_on"].astype(int), (table["channels"] & ~table["muted"]) != 0
    months = np.arange(0, days - 180, 30)
    sums = np.zeros((2, 2))
    for first in months:
        here = (joined >= first) & (joined < first + 30)
        groups = [here & (table["source"] == source) for source in (Source.INVITATION, Source.FEED)]
        if not all(group.any() for group in groups):
            continue
        weight = np.count_nonzero(groups[0])
        for g, group in enumerate(groups):
            sums[g] += weight * np.array([table["spend"][group].mean(), follows[group].mean()])
    return float(sums[0, 0] / sums[1, 0]), float(sums[0, 1] / sums[1, 1])


TELLING_PATTERNS: dict[str, Callable[[int, int], Iterator[Verdict]]] = {
    "V20": coach,
    "L15": popularity,
    "L16": elasticity,
    "L17": referred,
}

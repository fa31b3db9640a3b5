"""Deals, trust and expectation: L13, L18 and V21."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.engines.reservoir import pool_address
from sim.results import Interval
from sim.scenario.schema import Scenario
from sim.studies.samples import (
    Floats,
    Pattern,
    closed,
    in_threads,
    log_ratio,
    logics,
    runs,
    sample,
    shown,
    tables,
    within,
)
from sim.studies.verdict import MONTH, Verdict

START = dt.date(2021, 8, 1)  # of the shipped scenarios used here
CAMPAIGN = 28  # days


def _campaign(depth: float, days: int, then: float, **more: Any) -> dict[str, Any]:
    """A calendar: promotions of some depth, then of another."""
    after = {"from": START + dt.timedelta(days=days), "discount": then} | more.pop("later", {})
    plan = {"kind": "calendar", "pushes_per_week": {"group": 7.0}, "value_share": 0.5, "discount": depth}
    return plan | more | {"phases": [after]}


def deep_deals(seed: int, pairs: int) -> Iterator[Verdict]:
    """L13: what deep deals do to later orders, by new and established customers, and to the response to later deals."""
    yield from _new_and_established(seed, pairs)
    yield from _deal_sensitivity(seed, pairs)


def _new_and_established(seed: int, _: int) -> Iterator[Verdict]:
    """L13 after Anderson and Simester (2004): four weeks of deep or shallow deals, then three quarters at full price.

    Established: the members of the pool, all of whom have bought before. New: everybody who was nobody's customer and
    no row when the campaign began. Both groups are the same people under both depths; who responds is not selected.
    """
    silence = {"lives_per_week": 0.0}
    plans = {
        name: _campaign(depth, CAMPAIGN, 0.0, lives_per_week=14.0, later=silence)
        for name, depth in (("deep", 0.5), ("shallow", 0.1))
    }
    changes = {"days": CAMPAIGN + 270, "pool.customers": 1.0, "pool.channels": {"douyin-group": 1.0}}
    feed = {"feed.exposures_at_least": 6000}
    scenario = sample("liquor", 6000, changes | feed | logics(**plans))
    pairs = 18
    cells = [(logic, pair) for logic in scenario.logics for pair in range(pairs)]
    later = in_threads(lambda cell: _later_orders(scenario, cell[0], seed, cell[1]), cells)
    deep, shallow = np.array(later[:pairs]), np.array(later[pairs:])
    for group, (name, sign) in enumerate((("established", -1.0), ("new", 1.0))):
        change = mean_interval((deep[:, group] - shallow[:, group]) / shallow[:, group].mean())
        yield Verdict(
            "L13",
            f"Deals of 50 % instead of 10 % for four weeks: later orders of {name} customers, at full price",
            "liquor, 6,000 customers and the public",
            f"{shown(change, '+.1%')}",
            "below 0" if sign < 0 else "above 0",
            within(change, *((-np.inf, 0.0) if sign < 0 else (0.0, np.inf))),
        )


def _later_orders(scenario: Scenario, logic: str, seed: int, pair: int) -> list[float]:
    """Orders after the campaign by members of the pool and by everybody else."""
    campaign, horizon = tables(scenario, logic, seed, pair, [CAMPAIGN, scenario.days])
    pool = pool_address(0)

    def orders(table: dict[str, Any]) -> Floats:
        member = table["key"] < 2 * pool  # addresses of cells lie above
        return np.array([table["orders"][member].sum(), table["orders"][~member].sum()], np.float64)

    return [float(x) for x in orders(horizon) - orders(campaign)]


def _deal_sensitivity(seed: int, _: int) -> Iterator[Verdict]:
    """L13 after Elberg et al. (2019): twelve weeks of deals of 30 or 10 %, then twelve weeks of 10 % for both.

    A supermarket's customers: a need a day, all of them customers, none of them lost after an order.
    """
    weeks = 12 * 7
    shop = {
        "days": 2 * weeks, "pool.customers": 1.0, "pool.trust": 0.8, "industry.need_interval": 1.0,
        "rules.purchase.attrition_a": 0.001,
    }  # fmt: skip
    plans = {
        name: _campaign(depth, weeks, 0.1, pushes_per_week={"group": 14.0})
        for name, depth in (("deep", 0.3), ("shallow", 0.1))
    }
    found = runs(closed(5000, shop | logics(**plans)), seed, 4)
    deals = {
        name: np.array([run.ledger.of("ORDERS_BAND")[:, 4:].sum(axis=1) for run in of], np.float64)
        for name, of in found.items()
    }
    now, then = (log_ratio(*(d[:, days].sum(axis=1).tolist() for d in deals.values())) for days in (
        slice(0, weeks), slice(weeks, None)
    ))  # fmt: skip
    room = "closed group of 5,000 supermarket customers"
    yield Verdict(
        "L13",
        "Orders on deals of 10 %, after deals of 30 % instead of 10 %",
        room,
        f"× {shown(then, '.3f')}; the field experiment: × 1.224",
        "1.10 – 1.35",
        within(then, 1.10, 1.35),
        "sets δ_d and κ: a check of the build, not a test",
    )
    share = (then.estimate - 1.0) / (now.estimate - 1.0)
    bounds = [(t - 1.0) / (n - 1.0) for t, n in ((then.low, now.high), (then.high, now.low))]
    ratio = Interval(share, *bounds)
    yield Verdict(
        "L13",
        "That effect relative to the effect of the deeper deals while they lasted",
        room,
        f"{shown(ratio)}; deeper deals sold × {shown(now, '.2f')}",
        "0.61; 0.3 – 0.9",
        within(ratio, 0.3, 0.9),
    )


def bad_news(seed: int, _: int) -> Iterator[Verdict]:
    """L18: products as much better as worse than the expectation of .6, with which everybody begins."""
    base = {
        "days": 2 * MONTH, "industry.need_interval": 7.0, "rules.purchase.base": -2.0,
        "rules.trust.experience": 0.0, "rules.purchase.surprise": 0.0,
    }  # fmt: skip
    silent = logics(silent={"kind": "fixed"})
    moved = {}
    for name, quality in (("good", 0.65), ("bad", 0.55)):
        scenario = closed(3000, base | silent | {"brand.product.quality": quality})
        moved[name] = in_threads(lambda r, s=scenario: _trust_per_order(s, seed, r), list(range(4)))  # type: ignore[misc]
    ratio = log_ratio([-x for x in moved["bad"]], moved["good"])
    yield Verdict(
        "L18",
        "A product worse than expected moves trust by more than one as much better",
        "closed pool of 3,000, expectation .60, products of .65 and .55",
        f"{shown(ratio)} times as much per order",
        "above 1",
        within(ratio, 1.0, np.inf),
    )


def _trust_per_order(scenario: Scenario, seed: int, replication: int) -> float:
    """Mean change of trust of the buyers of two months per order."""
    table = tables(scenario, "silent", seed, replication, [scenario.days])[0]
    bought = table["orders"] > 0
    return float((table["trust"] - table["trust_prior"])[bought].sum() / table["orders"][bought].sum())


def long_pause(seed: int, _: int) -> Iterator[Verdict]:
    """V21: five months of silence in a pool that trusts and in one that does not."""
    kept, back = {}, {}
    for trust in (0.65, 0.2):
        scenario = sample("trusted-pause", 3000, {"pool.trust": trust, "logics.on-air": False})
        first, last = ((day - scenario.start).days for day in (dt.date(2021, 5, 1), dt.date(2021, 10, 1)))
        of = runs(scenario, seed, 18)["pause"]
        exits = [run.ledger.of("EXITS").sum(axis=1) for run in of]
        fans = [run.daily.fans_private for run in of]
        kept[trust] = [
            1.0 - float(left[first:last].sum() / (f[first - 1] + left[first:last].sum()))
            for left, f in zip(exits, fans, strict=True)
        ]
        gmv = [run.ledger.of("GMV").sum(axis=1) for run in of]
        back[trust] = [float(g[last : last + 2 * MONTH].sum() / g[first - 2 * MONTH : first].sum()) for g in gmv]
    for meaning, found in (
        ("share of fans who stay through the silence", kept),
        ("GMV after, relative to before", back),
    ):
        gap = mean_interval(np.array(found[0.65]) - np.array(found[0.2]))
        yield Verdict(
            "V21",
            f"High trust survives five months of silence better: {meaning}",
            "trusted-pause, 3,000 fans, trust .65 and .20",
            f"{np.mean(found[0.65]):.1%} and {np.mean(found[0.2]):.1%}; difference {shown(gap, '+.1%')}",
            "above 0",
            within(gap, 0.0, np.inf),
        )


DEAL_PATTERNS: dict[str, Pattern] = {
    "L13": deep_deals,
    "L18": bad_news,
    "V21": long_pause,
}

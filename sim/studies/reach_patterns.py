"""Patterns of the public and the commercial domain: concentration, unstable acquisition, rising cost, cold start."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import stats

from sim.analysis.pairs import mean_interval
from sim.domains import Source
from sim.engines.feed import pools_of
from sim.engines.field import Others, gini
from sim.engines.run import run
from sim.engines.world import rules_of
from sim.observables import Ledger, observables
from sim.rules.climate import compilable
from sim.scenario import load_scenario, with_changes
from sim.scenario.schema import Scenario
from sim.streams import replication_key
from sim.studies.samples import shown
from sim.studies.verdict import MONTH, Verdict, decided

ORGANIC = (Source.FEED, Source.LIVE)


def _ledgers(scenario: Scenario, logic: str, seed: int, runs: int) -> list[Ledger]:
    return [run(scenario, logic, seed, r).ledger for r in range(runs)]


def _column(ledger: Ledger, name: str) -> Any:
    found = next(o for o in observables(ledger.channels, ledger.segments) if o.name == name)
    return np.asarray(found.value(ledger), float)


def _concentration(seed: int, _: int) -> Iterator[Verdict]:
    """The other accounts are the same under every logic and for every pool: a small one is enough."""
    scenario = with_changes(load_scenario("liquor"), {"days": 4 * MONTH, "pool.fans": 300})
    found = _ledgers(scenario, "growth", seed, 20)
    concentration = mean_interval(np.array([_column(g, "gini_exposure").mean() for g in found]))
    head = mean_interval(np.array([_column(g, "head_share").mean() for g in found]))
    yield Verdict(
        "V12",
        "Exposure is concentrated: Gini coefficient of plays over contents",
        "liquor, 20 feeds of 500 accounts",
        shown(concentration, ".3f"),
        ".93; .88–.96",
        decided(concentration.low, concentration.high, 0.88, 0.96),
        note=f"a fifth of the accounts has {head.estimate:.0%} of the plays (E-2: 80 %)",
    )


def _unstable(seed: int, _: int) -> Iterator[Verdict]:
    scenario = with_changes(load_scenario("liquor"), {"days": 12 * MONTH})
    for logic in scenario.logics:
        organic, private = [], []
        for ledger in _ledgers(scenario, logic, seed, 6):
            joins = ledger.of("JOINS")[:, list(ORGANIC)].sum(axis=1)
            sold = ledger.one("GMV_FOLLOWERS")
            organic.append(joins.std() / joins.mean())
            private.append(sold.std() / sold.mean())
        gap = mean_interval(np.array(organic) - np.array(private))
        yield Verdict(
            "V13",
            f"Acquisition is less steady than private GMV under {logic}: difference of their daily CV",
            "liquor, 12 months, 6 runs",
            f"{np.mean(organic):.2f} against {np.mean(private):.2f}: {shown(gap, '.2f')}",
            "above 0",
            decided(gap.low, gap.high, 0.0, math.inf),
        )


def _monthly_cost(ledger: Ledger) -> Any:
    """Ad spend per fan who joined by an ad, month by month."""
    months = len(ledger.ad_spend) // MONTH
    spend = ledger.ad_spend[: months * MONTH].reshape(months, MONTH).sum(axis=1)
    joins = ledger.of("JOINS")[: months * MONTH, Source.AD].reshape(months, MONTH).sum(axis=1)
    return spend / joins


def _slope(costs: Any) -> float:
    """Growth of a cost per month: slope of its logarithm."""
    return float(np.polyfit(np.arange(len(costs)), np.log(costs), 1)[0])


def _rising_cost(seed: int, _: int) -> Iterator[Verdict]:
    base = {"days": 12 * MONTH, "logics.growth.ads_per_day": 300.0}
    slopes = {
        growth: np.array(
            [
                _slope(_monthly_cost(ledger))
                for ledger in _ledgers(
                    with_changes(load_scenario("liquor"), base | {"ads.competitors": growth}), "growth", seed, 6
                )
            ]
        )
        for growth in (0.0, 0.069, 0.138)
    }
    rise = mean_interval(slopes[0.069])
    yield Verdict(
        "V14",
        "A bought fan costs more every month at a constant budget of ¥300 a day",
        "liquor, 12 months, 6 runs",
        f"{shown(rise, '.4f')} a month",
        "above 0",
        decided(rise.low, rise.high, 0.0, math.inf),
    )
    steeper = [mean_interval(slopes[b] - slopes[a]) for a, b in ((0.0, 0.069), (0.069, 0.138))]
    yield Verdict(
        "V14",
        "… steeper the faster competitors multiply: 0, 6.9 and 13.8 % a month",
        "liquor, 12 months, 6 runs",
        ", ".join(f"{s.mean():.4f}" for s in slopes.values())
        + " a month; steps "
        + ", ".join(shown(s, ".4f") for s in steeper),
        "steps above 0",
        decided(min(s.low for s in steeper), min(s.high for s in steeper), 0.0, math.inf),
    )


def _cold_start(seed: int, _: int) -> Iterator[Verdict]:
    shares = (0.05, 0.1, 0.2, 0.4, 0.8)
    active, viewers, strangers = [], [], []
    for share in shares:
        changes = {"days": 2 * MONTH, "pool.channels": {"douyin-subscription": 1.0, "douyin-group": share}}
        for ledger in _ledgers(with_changes(load_scenario("liquor"), changes), "growth", seed, 4):
            live = ledger.lives > 0
            active.append(_column(ledger, "visits_douyin_group")[live].mean())
            viewers.append(_column(ledger, "live_audience")[live].mean())
            strangers.append(_column(ledger, "exposures_live")[live].mean())
    ranks = [float(stats.spearmanr(active, audience).statistic) for audience in (viewers, strangers)]
    yield Verdict(
        "V18",
        "More active groups, bigger live audience: rank correlation, all viewers and those who do not follow",
        f"liquor with {', '.join(f'{s:.0%}' for s in shares)} in the group, 4 runs each",
        f"{ranks[0]:.2f} and {ranks[1]:.2f}",
        "above .8",
        min(ranks) > 0.8,
    )


def _fields(scenario: Scenario, feedback: float, seed: int, worlds: int) -> Iterator[Others]:
    """The other accounts of a scenario's feed in several worlds: the same accounts, another luck."""
    feed = scenario.platforms[0].feed
    assert feed
    pools = compilable(pools_of(feed, scenario.market.users))
    for world in range(worlds):
        yield Others(feed, pools, feedback, replication_key(seed, world))


def _worlds(scenario: Scenario, feedback: float, seed: int, worlds: int, days: int) -> Any:
    """Share of each account in the plays of all others over a time, by world: the same accounts, another luck."""
    found = []
    for field in _fields(scenario, feedback, seed, worlds):
        plays = np.zeros(len(field.total), np.int64)
        for day in range(days):
            field.play(day)
            plays += field.window[day % len(field.window)]
        found.append(plays[1:] / plays[1:].sum())
    return np.array(found)


def _inequality(shares: Any) -> Any:
    """Gini coefficient of the accounts in each world."""
    accounts = shares.shape[1]
    ranks = 2 * np.arange(1, accounts + 1) - accounts - 1
    return (np.sort(shares, axis=1) * ranks).sum(axis=1) / accounts


def _unpredictability(shares: Any) -> Any:
    """Share of plays that lies elsewhere in another world, for independent pairs of worlds."""
    return abs(shares[0::2] - shares[1::2]).sum(axis=1) / 2.0


def _influence(seed: int, _: int) -> Iterator[Verdict]:
    scenario = with_changes(load_scenario("liquor"), {"feed.opening": 0.0})
    feedback = float(rules_of(scenario).exposure.feedback)
    with_, without = (_worlds(scenario, k, seed, 80, 6 * MONTH) for k in (feedback, 0.0))
    for meaning, measure in (
        ("unequal: Gini coefficient", _inequality),
        ("unpredictable: plays that lie elsewhere in another world", _unpredictability),
    ):
        more, less = measure(with_), measure(without)
        gap = mean_interval(more - less)
        yield Verdict(
            "L14",
            f"With feedback of standing, plays of half a year are more {meaning}",
            "feed of liquor, 80 worlds",
            f"{more.mean():.3f} against {less.mean():.3f}: {shown(gap, '.3f')}",
            "above 0",
            decided(gap.low, gap.high, 0.0, math.inf),
        )


def _followed(seed: int, _: int) -> Iterator[Verdict]:
    """Every play has the same chance of winning a fan, so that fans are in proportion to plays since the opening."""
    scenario = load_scenario("liquor")
    found = []
    for field in _fields(scenario, float(rules_of(scenario).exposure.feedback), seed, 20):
        fans = np.zeros(len(field.total), np.int64)
        for day in range(12 * MONTH):
            field.play(day)
            fans += field.window[day % len(field.window)]
            fans[field.opened == day + 1] = 0
        found.append(gini(fans[1:]))
    concentration = mean_interval(np.array(found))
    yield Verdict(
        "L22",
        "People follow few of the accounts: Gini coefficient of fans over accounts",
        "feed of liquor, 20 feeds of 500 accounts, a year",
        shown(concentration),
        ".90; .85–.95",
        decided(concentration.low, concentration.high, 0.85, 0.95),
    )


def _elasticity(seed: int, _: int) -> Iterator[Verdict]:
    """Response of GMV to a budget of about a tenth of it, raised and lowered by a quarter."""
    budget, step = 100.0, 1.25
    spans = {"in the first quarter": (90, 0.12), "over two years": (720, 0.24)}
    responses: dict[str, list[float]] = {when: [] for when in spans}
    spent, total = 0, 0
    for r in range(8):
        low, high = (
            run(with_changes(load_scenario("liquor"), {"logics.growth.ads_per_day": b}), "growth", seed, r).ledger
            for b in (budget / step, budget * step)
        )
        less, more = (g.of("GMV").sum(axis=1) for g in (low, high))
        for when, (days, _target) in spans.items():
            responses[when].append(math.log(more[:days].sum() / less[:days].sum()) / (2.0 * math.log(step)))
        spent += int(low.ad_spend.sum() + high.ad_spend.sum())
        total += int(less.sum() + more.sum())
    for when, (_days, target) in spans.items():
        found = mean_interval(np.array(responses[when]))
        yield Verdict(
            "L19",
            f"Advertising elasticity of GMV {when}",
            f"liquor under growth with ads of {spent / total:.0%} of GMV, 8 runs",
            shown(found, ".2f"),
            f"{target:g}; half to double",
            decided(found.low, found.high, target / 2.0, 2.0 * target),
        )


REACH_PATTERNS: dict[str, Callable[[int, int], Iterator[Verdict]]] = {
    "V12": _concentration,
    "V13": _unstable,
    "V14": _rising_cost,
    "V18": _cold_start,
    "L14": _influence,
    "L19": _elasticity,
    "L22": _followed,
}

"""Fans and their orders: V5 to V7 and L8 to L12."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.domains import Cause, Domain
from sim.parameters import DAYS_PER_MONTH
from sim.results import Run
from sim.scenario.schema import Scenario
from sim.studies.samples import (
    YEAR,
    Floats,
    Pattern,
    closed,
    in_threads,
    log_ratio,
    runs,
    sample,
    shown,
    tables,
    within,
)
from sim.studies.verdict import MONTH, Verdict

LOCALYTICS = ((1.0, 0.10), (5.0, 0.47), (10.0, 0.80))  # messages a week → share who would switch them off
SPROUT = {"promotion": 0.46, "irrelevant": 0.41, "too many": 0.35}  # several answers possible
STATED = {
    "promotion": (Cause.SHOCK, Cause.DISTRUST),
    "irrelevant": (Cause.NATURAL, Cause.NEGLECT),
    "too many": (Cause.FATIGUE,),
}


def a_year_of_liquor(seed: int, _: int) -> Iterator[Verdict]:
    """V5, V6, V7 and L9 on one year of both logics."""
    found = runs(sample("liquor", 5000, {"days": YEAR}), seed, 4)
    for logic, of in found.items():
        place = f"liquor, 5,000 fans, one year of {logic}"
        share = mean_interval(np.array([run.summary["gmv_followers_share"] for run in of]))
        active = mean_interval(np.array([float(run.daily.active_share.mean()) for run in of]))
        earned = mean_interval(np.array([_gmv_per_fan_month(run) for run in of]))
        yield Verdict(
            "V5", "Share of fans in GMV", place, shown(share, ".1%"), "83 %; 70–92 %", within(share, 0.70, 0.92)
        )
        yield Verdict(
            "V6", "Fans active on a day", place, shown(active, ".1%"), "19 %; 12–28 %", within(active, 0.12, 0.28)
        )
        yield Verdict(
            "V7",
            "GMV per fan and month",
            place,
            f"¥{shown(earned)}",
            "at most ¥3.33 (best month), same order: 0.33–3.33",
            within(earned, 0.333, 3.333),
        )
        yield _causes(logic, of, place)


def _gmv_per_fan_month(run: Run) -> float:
    fan_months = run.ledger.of("ROWS")[:, Domain.PRIVATE].sum() / DAYS_PER_MONTH
    return float(run.ledger.of("GMV").sum() / 100.0 / fan_months)


def _causes(logic: str, of: list[Run], place: str) -> Verdict:
    """L9: stated reasons against causes: shock and distrust, natural and neglect, fatigue."""
    counts = np.array([run.ledger.of("EXITS").sum(axis=0) for run in of], np.float64)
    total = sum(SPROUT.values())
    words, inside = [], []
    for reason, causes in STATED.items():
        share = mean_interval(counts[:, list(causes)].sum(axis=1) / counts.sum(axis=1))
        target = SPROUT[reason] / total
        words.append(f"{reason} {shown(share, '.0%')}, target {target:.0%}")
        inside.append(within(share, target - 0.15, target + 0.15))
    holds = None if None in inside and False not in inside else all(inside)
    return Verdict(
        "L9", "Why fans leave", place, "; ".join(words), "46 : 41 : 35 of answers, each share ± 15 points", holds
    )


def tolerance_law(seed: int, _: int) -> Iterator[Verdict]:
    """L8: share of people whose tolerance lies below a number of messages a week."""
    scenario = closed(20_000, {"days": 1})
    tolerance = 7.0 * tables(scenario, "growth", seed, 0, [1])[0]["tolerance"]
    found = [(f, share, float((tolerance < f).mean())) for f, share in LOCALYTICS]
    yield Verdict(
        "L8",
        "Tolerance is log-normal with a median of about five messages a week",
        "closed pool of 20,000",
        ", ".join(f"below {f:g} a week {ours:.1%} (survey {share:.0%})" for f, share, ours in found)
        + f"; median {np.median(tolerance):.1f}",
        "each within 6 points",
        all(abs(ours - share) <= 0.06 for _, share, ours in found),
        "the law is put in: a check of the build",
    )


def flattening(seed: int, _: int) -> Iterator[Verdict]:
    """L10: monthly exit rates of one cohort that has just begun to follow."""
    scenario = closed(6000, {"days": 12 * MONTH, "pool.age": 0.0, "logics.depletion": False})
    of = runs(scenario, seed, 4)["growth"]
    rates = []
    for run in of:
        left = run.ledger.of("EXITS").sum(axis=1).reshape(12, MONTH).sum(axis=1)
        there = run.ledger.initial_fans - np.concatenate([[0], left.cumsum()[:-1]])
        rates.append(left / there)
    by_month = np.array(rates, np.float64)
    fall = log_ratio(by_month[:, -3:].mean(axis=1).tolist(), by_month[:, 0].tolist())
    yield Verdict(
        "L10",
        "The exit rate falls with tenure: months 10–12 relative to the first",
        "closed group of 6,000 new fans under growth",
        f"× {shown(fall)}; {by_month[:, 0].mean():.2%} in month 1, {by_month[:, -1].mean():.2%} in month 12",
        "below 1 (telecom contracts: .562 → .095)",
        within(fall, 0.0, 1.0),
    )


def heavy_buyers(seed: int, _: int) -> Iterator[Verdict]:
    """L11 and L12 on the people of two years: how concentrated revenue is, and whether heavy buyers stay heavy."""
    scenario = sample("liquor", 6000, {"days": 2 * YEAR})
    for logic in scenario.logics:
        found = in_threads(lambda r, of=logic: _two_years(scenario, of, seed, r), list(range(3)))  # type: ignore[misc]
        top = mean_interval(np.array([share for share, _ in found]))
        place = f"liquor, 6,000 fans, two years of {logic}"
        yield Verdict(
            "L11",
            "Share of the top 20 % of buyers in revenue",
            place,
            shown(top, ".1%"),
            "67 %; 60–74 %",
            within(top, 0.60, 0.74),
        )
        years = np.array([x for _, x in found], np.float64)
        slope = log_ratio(years[:, 1].tolist(), years[:, 0].tolist())
        yield Verdict(
            "L12",
            "Buyers of two or more orders in the first year: orders of the second year per order of the first",
            place,
            f"× {shown(slope)}; people without an order in the first year: {years[:, 2].mean():.3f} in the second",
            "below 1, and above 0 for the others",
            within(slope, 0.0, 1.0) and bool((years[:, 2] > 0).all()),
        )


def _two_years(scenario: Scenario, logic: str, seed: int, replication: int) -> tuple[float, Floats]:
    """Share of the top fifth of buyers in revenue; orders of heavy buyers in both years, of others in the second."""
    early, table = tables(scenario, logic, seed, replication, [YEAR, 2 * YEAR])
    spend = np.sort(table["spend"][table["orders"] > 0])[::-1]
    top = float(spend[: max(1, round(0.2 * len(spend)))].sum() / spend.sum())
    first, both = _by_person(early), _by_person(table)
    before = np.array(list(first.values()))
    after = np.array([both[key] for key in first]) - before
    heavy, none = before >= 2, before == 0
    return top, np.array([before[heavy].mean(), after[heavy].mean(), after[none].mean()])


def _by_person(table: dict[str, Any]) -> dict[int, int]:
    return dict(zip(table["key"].tolist(), table["orders"].tolist(), strict=True))


FAN_PATTERNS: dict[str, Pattern] = {
    "V5, V6, V7, L9": a_year_of_liquor,
    "L8": tolerance_law,
    "L10": flattening,
    "L11, L12": heavy_buyers,
}

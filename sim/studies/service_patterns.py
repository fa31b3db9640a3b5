"""Patterns of service and leads, observed on the dealer of used cars and the workplace course."""

from collections.abc import Callable, Iterator

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.engines.run import run
from sim.observables import BINS_KEPT, Ledger
from sim.parameters import DAYS_PER_MONTH
from sim.results import Interval
from sim.scenario import load_scenario, with_changes
from sim.scenario.schema import Scenario
from sim.studies.verdict import Verdict, decided

_OVER_60 = slice(BINS_KEPT + 1, None)  # bins of ``answer_bin`` beyond an hour
_AROUND_30 = slice(BINS_KEPT - 1, BINS_KEPT + 1)  # 15 to 60 minutes


def service_patterns(seed: int, pairs: int) -> Iterator[Verdict]:
    """V8, V9, V10, V17 and L20 on used cars, E-112 on the workplace course.

    pairs  replications
    """
    cars = load_scenario("used-cars")
    quick = _ledgers(cars, "growth", seed, pairs)
    yield from _funnel(quick)
    yield from _answers(cars, quick, seed, pairs)
    yield from _group_buyers(seed, pairs)


def _ledgers(scenario: Scenario, logic: str, seed: int, replications: int) -> list[Ledger]:
    return [run(scenario, logic, seed, r).ledger for r in range(replications)]


def _ratio(ledgers: list[Ledger], part: Callable[[Ledger], int], whole: Callable[[Ledger], int]) -> Interval:
    """A ratio of sums by run, with its interval over runs."""
    return mean_interval(np.array([part(g) / max(1, whole(g)) for g in ledgers]))


def _total(name: str) -> Callable[[Ledger], int]:
    return lambda g: int(g.of(name).sum())


def _fan_months(g: Ledger) -> float:
    return float(g.of("TIER").sum() / DAYS_PER_MONTH)


def _in_band(pattern: str, meaning: str, found: Interval, low: float, high: float, target: str) -> Verdict:
    shown = f"{found.estimate:.2%} ({found.low:.2%} – {found.high:.2%})"
    return Verdict(pattern, meaning, "used-cars, growth", shown, target, decided(found.low, found.high, low, high))


def _funnel(ledgers: list[Ledger]) -> Iterator[Verdict]:
    per_fan = mean_interval(np.array([_total("LEADS")(g) / _fan_months(g) for g in ledgers]))
    yield _in_band("V8", "Leads per fan and month", per_fan, 0.008, 0.025, "1.54 %; 0.8–2.5 %")
    sold = _ratio(ledgers, _total("SALES_LEADS"), _total("LEADS"))
    yield _in_band("V9", "Sales per lead", sold, 0.006, 0.02, "1.0–1.33 %; 0.6–2 %")
    share = _ratio(ledgers, _total("SALES_LEADS"), lambda g: _total("SALES_LEADS")(g) + _total("SALES_WALK_INS")(g))
    yield _in_band("V10", "Share of the platform in the sales of the store", share, 0.2, 0.4, "30 %; 20–40 %")


def _qualified(ledgers: list[Ledger], bins: slice) -> Interval:
    """Share of leads that an answer within certain bins of time qualified."""
    return _ratio(
        ledgers, lambda g: int(g.of("QUALIFIED")[:, bins].sum()), lambda g: int(g.of("LEAD_ANSWERS")[:, bins].sum())
    )


def _answers(cars: Scenario, quick: list[Ledger], seed: int, pairs: int) -> Iterator[Verdict]:
    slow = _ledgers(with_changes(cars, {"logics.growth.reply_minutes": 120.0}), "growth", seed, pairs)
    soon, late = _qualified(slow, slice(0, BINS_KEPT)), _qualified(slow, _OVER_60)
    yield Verdict(
        "V17",
        "Leads answered within 30 minutes qualify more often than those answered after an hour",
        "used-cars, growth at 120 minutes",
        f"{soon.estimate:.1%} against {late.estimate:.1%}: {soon.estimate / late.estimate:.0f} times as often",
        "at least twice",
        decided(soon.low / late.high, soon.high / max(1e-9, late.low), 2.0, np.inf),
    )
    gain = np.array(
        [
            _total("SALES_LEADS")(a) / _total("LEADS")(a) - _total("SALES_LEADS")(b) / _total("LEADS")(b)
            for a, b in zip(quick, slow, strict=True)
        ]
    )
    more = mean_interval(gain)
    yield Verdict(
        "V17",
        "Sales per lead: a promise of 30 minutes against one of 120, all else equal",
        "used-cars, growth",
        f"{more.estimate:+.2%} of leads ({more.low:+.2%} … {more.high:+.2%})",
        "above 0",
        decided(more.low, more.high, 0.0, np.inf),
    )
    at_once, around = _qualified(slow, slice(0, 1)), _qualified(slow, _AROUND_30)
    low, high = at_once.low / around.high, at_once.high / max(1e-9, around.low)
    yield Verdict(
        "L20",
        "Fall of qualification from answers at once (up to 7.5 minutes) to those after 15 to 60 minutes",
        "used-cars, growth at 120 minutes",
        f"to one in {at_once.estimate / around.estimate:.1f} ({low:.1f} – {high:.1f})",
        "to one in 21; 14–32",
        decided(low, high, 14.0, 32.0),
    )


def _group_buyers(seed: int, pairs: int) -> Iterator[Verdict]:
    course = load_scenario("workplace-course")
    group = next(c for c, channel in enumerate(course.channels) if channel.kind == "group")
    ledgers = _ledgers(course, "growth", seed, pairs)
    bought = _ratio(ledgers, lambda g: int(g.of("GMV_MEMBERS")[:, group].sum()), _total("GMV"))
    inside = _ratio(ledgers, lambda g: int(g.of("MEMBERS")[:, 3 * group : 3 * group + 3].sum()), _total("TIER"))
    yield Verdict(
        "E-112",
        "Members of the group buy most of the course",
        "workplace-course, growth",
        f"{inside.estimate:.0%} of fans bring {bought.estimate:.0%} of GMV ({bought.low:.0%} – {bought.high:.0%})",
        "more than half, from less than half of the fans",
        decided(bought.low, bought.high, 0.5, 1.0) if inside.high < 0.5 else False,
    )

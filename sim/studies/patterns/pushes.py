"""How often to push: L1 to L7, the stylised facts on frequency."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.results import Interval
from sim.scenario import with_changes
from sim.scenario.schema import Scenario
from sim.studies.patterns.verdict import (
    MONTH,
    YEAR,
    Floats,
    Pattern,
    Verdict,
    closed,
    log_ratio,
    logics,
    paired,
    runs,
    sample,
    shown,
    within,
)

GRID = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)  # group pushes per week, each twice the one before
STEPS = 2  # of the grid: four times too often against four times too rarely


def _plan(group: float, value_share: float = 0.5, wecom: float = 0.0) -> dict[str, Any]:
    pushes = {"group": group, "wecom": wecom}
    return {"kind": "fixed", "pushes_per_week": pushes, "value_share": value_share, "discount": 0.1}


def _margins(seed: int, scenario: Scenario, replications: int, wecom: float = 0.0) -> Floats:
    """Cumulative margin of the grid's frequencies, ¥, shape [replications, frequencies]."""
    plans = {f"f{n}": _plan(f, wecom=wecom) for n, f in enumerate(GRID)}
    found = runs(with_changes(scenario, logics(**plans)), seed, replications)
    return np.array([[run.summary["margin"] / 100.0 for run in of] for of in found.values()], np.float64).T


def _best(margins: Floats) -> float:
    """Frequency at the top of the parabola through the best point of the grid and its neighbours, in log frequency."""
    at = int(np.clip(margins.argmax(), 1, len(GRID) - 2))
    left, middle, right = margins[at - 1 : at + 2]
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return float(math.log2(GRID[at]) + np.clip(shift, -1.0, 1.0))


def lifetime_profit(seed: int, _: int) -> Iterator[Verdict]:
    """L1, L2: an interior optimum of the margin of two years, and what it costs to miss it on either side."""
    margins = _margins(seed, sample("liquor", 5000, {"days": 720}), replications=6)
    top = int(margins.mean(axis=0).argmax())
    ends = [paired(margins[:, top].tolist(), margins[:, end].tolist()) for end in (0, -1)]
    inside = 0 < top < len(GRID) - 1
    yield Verdict(
        "L1",
        "Inverted U of two years' margin in push frequency",
        "liquor, 5,000 fans, a fixed plan per frequency",
        f"best at {GRID[top]:g} group pushes a week; ahead of {GRID[0]:g} by ¥{shown(ends[0], ',.0f')}, "
        f"of {GRID[-1]:g} by ¥{shown(ends[1], ',.0f')}",
        "best inside, both ends clearly worse",
        inside and all(end.low > 0.0 for end in ends) if inside or min(e.low for e in ends) > 0.0 else False,
    )
    low, high = max(0, top - STEPS), min(len(GRID) - 1, top + STEPS)
    gap = paired(margins[:, low].tolist(), margins[:, high].tolist())
    yield Verdict(
        "L2",
        f"Too frequent ({GRID[high]:g}) is worse than too rare ({GRID[low]:g})",
        "liquor, 5,000 fans",
        f"too rare earns ¥{shown(gap, ',.0f')} more",
        "above 0",
        within(gap, 0.0, np.inf),
    )


def other_channels(seed: int, _: int) -> Iterator[Verdict]:
    """L3: the ideal frequency of one channel falls as another one rises."""
    both = {"days": YEAR, "pool.channels": {"douyin-group": 1.0, "wecom": 1.0}}
    best = []
    for wecom in (0.0, 4.0):
        margins = _margins(seed, sample("liquor", 3000, both), 6, wecom)
        best.append([_best(row) for row in margins])
    fall = paired(best[1], best[0])
    yield Verdict(
        "L3",
        "The ideal group frequency falls when WeCom messages rise from 0 to 4 a week",
        "liquor, 3,000 fans in both channels, one year",
        f"by the factor {shown(Interval(2.0**fall.estimate, 2.0**fall.low, 2.0**fall.high))}",
        "below 1",
        within(fall, -np.inf, 0.0),
    )


def little_contact(seed: int, _: int) -> Iterator[Verdict]:
    """L4: two messages a month against none, five months, a channel that is read like a letter."""
    days = 5 * MONTH
    silent, some = ({"kind": "fixed", "value_share": 1.0, "pushes_per_week": {"wecom": f}} for f in (0.0, 0.5))
    scenario = closed(10_000, {"days": days, "pool.channels": {"wecom": 1.0}} | logics(none=silent, little=some))
    found = runs(scenario, seed, 6)
    odds = {name: [run.summary["exits"] / (10_000 - run.summary["exits"]) for run in of] for name, of in found.items()}
    ratio = log_ratio(odds["little"], odds["none"])
    yield Verdict(
        "L4",
        "A little contact (two useful messages a month) lowers the odds of leaving",
        "closed WeCom pool of 10,000, 5 months",
        f"odds × {shown(ratio, '.3f')}; the field experiment: × .737",
        "below 1",
        within(ratio, 0.0, 1.0),
    )


def fewer_and_better(seed: int, _: int) -> Iterator[Verdict]:
    """L5: half the messages, all of the promotions gone with it; active fans in the first month and after a year."""
    many = _plan(28.0, value_share=0.25)
    few = _plan(14.0, value_share=0.5)
    scenario = sample("liquor", 5000, {"days": YEAR + MONTH} | logics(many=many, few=few))
    found = runs(scenario, seed, 6)
    active = {name: [run.ledger.one("ACTIVE") for run in of] for name, of in found.items()}
    first, last = slice(0, MONTH), slice(YEAR, YEAR + MONTH)
    for meaning, days, least, most in (
        ("first month: fewer active fans", first, 0.0, 1.0),
        ("after a year: more active fans", last, 1.0, np.inf),
    ):
        ratio = log_ratio(*([float(a[days].sum()) for a in active[name]] for name in ("few", "many")))
        yield Verdict(
            "L5",
            f"Half the messages, as many of them useful; {meaning}",
            "liquor, 5,000 fans, 28 → 14 group messages a week",
            f"active fans × {shown(ratio, '.3f')}",
            "below 1" if most == 1.0 else "above 1",
            within(ratio, least, most),
        )


def slow_sensitivity(seed: int, _: int) -> Iterator[Verdict]:
    """L6: what twice the promotions do to active fans, in the first month and after a year."""
    plans = {"once": _plan(14.0, value_share=0.0), "twice": _plan(28.0, value_share=0.0)}
    found = runs(sample("liquor", 5000, {"days": YEAR + 6 * MONTH} | logics(**plans)), seed, 6)
    active = {name: np.array([run.ledger.one("ACTIVE") for run in of], np.float64) for name, of in found.items()}

    def effect(first: int) -> Floats:
        days = slice(first, first + MONTH)
        return np.asarray(np.log(active["twice"][:, days].sum(axis=1) / active["once"][:, days].sum(axis=1)))

    month, year, later = effect(0), effect(YEAR - MONTH), effect(YEAR + 5 * MONTH)
    more = mean_interval(2.0 * month - year)  # above 0: the year's effect is more than twice as negative
    yield Verdict(
        "L6",
        "Twice the promotions: the effect on active fans after a year is at least twice that of the first month",
        "liquor, 5,000 fans, 14 → 28 promotions a week",
        f"log effect {month.mean():+.3f} in month 1, {year.mean():+.3f} in month 12, {later.mean():+.3f} in month 18; "
        f"2 × month 1 − month 12: {shown(more, '+.3f')}",
        "2 × month 1 − month 12 above 0",
        within(more, 0.0, np.inf),
        "visits of a group rise with its messages, so that the first month's effect is positive",
    )


def response_per_send(seed: int, _: int) -> Iterator[Verdict]:
    """L7: elasticity of openings per message to messages, between 6 and 25 a month, one month."""
    weeks = MONTH / 7.0
    plans = {
        name: {"kind": "fixed", "value_share": 0.0, "discount": 0.1, "pushes_per_week": {"wecom": sends / weeks}}
        for name, sends in (("six", 6.0), ("many", 25.0))
    }
    scenario = closed(5000, {"days": 3 * MONTH, "pool.channels": {"wecom": 1.0}} | logics(**plans))
    found = runs(scenario, seed, 4)
    rates = {
        name: [run.ledger.of("OPENED")[2 * MONTH :].sum() / run.ledger.of("DELIVERED")[2 * MONTH :].sum() for run in of]
        for name, of in found.items()
    }
    ratio = log_ratio(rates["many"], rates["six"])
    power = Interval(*(math.log(x) / math.log(25.0 / 6.0) for x in (ratio.estimate, ratio.low, ratio.high)))
    yield Verdict(
        "L7",
        "Response per send falls like 1/n between 6 and 25 messages a month",
        "closed WeCom pool of 5,000, third month",
        f"exponent {shown(power)}; MailChimp −.97",
        "−1.2 … −0.7",
        within(power, -1.2, -0.7),
    )


PATTERNS: dict[str, Pattern] = {
    "L1, L2": lifetime_profit,
    "L3": other_channels,
    "L4": little_contact,
    "L5": fewer_and_better,
    "L6": slow_sensitivity,
    "L7": response_per_send,
}

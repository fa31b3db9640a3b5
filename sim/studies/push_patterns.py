"""How often to push: L1 to L7, the stylised facts on frequency."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.results import Interval
from sim.scenario import with_changes
from sim.scenario.schema import Scenario
from sim.studies.samples import (
    YEAR,
    Floats,
    Pattern,
    closed,
    log_ratio,
    logics,
    paired,
    runs,
    sample,
    shown,
    within,
)
from sim.studies.verdict import MONTH, Verdict

GRID = (0.5, 1.5, 4.5, 13.5, 40.5, 121.5)  # group pushes per week, each three times the one before


def _plan(group: float, value_share: float = 0.5, wecom: float = 0.0) -> dict[str, Any]:
    pushes = {"group": group, "wecom": wecom}
    return {"kind": "fixed", "pushes_per_week": pushes, "value_share": value_share, "discount": 0.1}


def _margins(seed: int, scenario: Scenario, replications: int, wecom: float = 0.0) -> Floats:
    """Cumulative margin of the grid's frequencies, ¥, shape [replications, frequencies]."""
    plans = {f"f{n}": _plan(f, wecom=wecom) for n, f in enumerate(GRID)}
    found = runs(with_changes(scenario, logics(**plans)), seed, replications)
    return np.array([[run.summary["margin"] / 100.0 for run in of] for of in found.values()], np.float64).T


def _best(margins: Floats) -> float:
    """Log₂ of the frequency at the top of the parabola through the best point of the grid and its neighbours."""
    at = int(np.clip(margins.argmax(), 1, len(GRID) - 2))
    left, middle, right = margins[at - 1 : at + 2]
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return math.log2(GRID[at]) + float(np.clip(shift, -1.0, 1.0)) * math.log2(GRID[1] / GRID[0])


def lifetime_profit(seed: int, _: int) -> Iterator[Verdict]:
    """L1, L2: an interior optimum of the margin of two years, and what it costs to miss it on either side."""
    margins = _margins(seed, sample("liquor", 3000, {"days": 720}), replications=4)
    top = int(margins.mean(axis=0).argmax())
    ends = [paired(margins[:, top].tolist(), margins[:, end].tolist()) for end in (0, -1)]
    inside = 0 < top < len(GRID) - 1
    clear = all(end.low > 0.0 for end in ends)
    yield Verdict(
        "L1",
        "Inverted U of two years' margin in push frequency",
        "liquor, 3,000 fans, a fixed plan per frequency",
        f"best at {GRID[top]:g} group pushes a week; ahead of {GRID[0]:g} by ¥{shown(ends[0], ',.0f')}, "
        f"of {GRID[-1]:g} by ¥{shown(ends[1], ',.0f')}",
        "best inside, both ends clearly worse",
        False if not inside else True if clear else None,
    )
    low, high = max(0, top - 1), min(len(GRID) - 1, top + 1)
    gap = paired(margins[:, low].tolist(), margins[:, high].tolist())
    yield Verdict(
        "L2",
        f"Too frequent ({GRID[high]:g}) is worse than too rare ({GRID[low]:g})",
        "liquor, 3,000 fans",
        f"too rare earns ¥{shown(gap, ',.0f')} more",
        "above 0",
        within(gap, 0.0, np.inf),
    )


def other_channels(seed: int, _: int) -> Iterator[Verdict]:
    """L3: the ideal frequency of one channel falls as another one rises."""
    both = {"days": YEAR, "pool.channels": {"douyin-group": 1.0, "wecom": 1.0}}
    best = []
    for wecom in (0.0, 4.0):
        margins = _margins(seed, sample("liquor", 2000, both), 4, wecom)
        best.append([_best(row) for row in margins])
    fall = paired(best[1], best[0])
    yield Verdict(
        "L3",
        "The ideal group frequency falls when WeCom messages rise from 0 to 4 a week",
        "liquor, 2,000 fans in both channels, one year",
        f"by the factor {shown(Interval(2.0**fall.estimate, 2.0**fall.low, 2.0**fall.high))}",
        "below 1",
        within(fall, -np.inf, 0.0),
    )


def _alerts(per_week: float, value_share: float = 0.0) -> dict[str, Any]:
    """Messages that come one by one to one's own address: the nearest to e-mails and notifications."""
    return {"kind": "fixed", "value_share": value_share, "discount": 0.1, "pushes_per_week": {"wecom": per_week}}


def _alerted(fans: int, days: int, **plans: dict[str, Any]) -> Scenario:
    return closed(fans, {"days": days, "pool.channels": {"wecom": 1.0}} | logics(**plans))


def little_contact(seed: int, _: int) -> Iterator[Verdict]:
    """L4: two messages a month against none, five months."""
    scenario = _alerted(5000, 5 * MONTH, none=_alerts(0.0), little=_alerts(0.5, value_share=1.0))
    odds = {
        name: [run.summary["exits"] / run.summary["fans_end"] for run in of]
        for name, of in runs(scenario, seed, 4).items()
    }
    ratio = log_ratio(odds["little"], odds["none"])
    yield Verdict(
        "L4",
        "A little contact (two useful messages a month) lowers the odds of leaving",
        "closed WeCom pool of 5,000, 5 months",
        f"odds × {shown(ratio, '.3f')}; the field experiment: × .737",
        "below 1",
        within(ratio, 0.0, 1.0),
    )


def fewer_and_better(seed: int, _: int) -> Iterator[Verdict]:
    """L5: half the messages, all of what goes being promotion; visits in the first month and after a year."""
    scenario = _alerted(3000, YEAR + MONTH, many=_alerts(14.0, value_share=0.25), few=_alerts(7.0, value_share=0.5))
    visits = {name: [run.ledger.of("VISITS").sum(axis=1) for run in of] for name, of in runs(scenario, seed, 4).items()}
    for meaning, days, least, most in (
        ("visits fall in the first month", slice(0, MONTH), 0.0, 1.0),
        ("and have risen after a year", slice(YEAR, YEAR + MONTH), 1.0, np.inf),
    ):
        ratio = log_ratio(*([float(v[days].sum()) for v in visits[name]] for name in ("few", "many")))
        yield Verdict(
            "L5",
            f"Half the messages, as many of them useful: {meaning}",
            "closed WeCom pool of 3,000, 14 → 7 messages a week",
            f"visits × {shown(ratio, '.3f')}",
            "below 1" if most == 1.0 else "above 1",
            within(ratio, least, most),
        )


def slow_sensitivity(seed: int, _: int) -> Iterator[Verdict]:
    """L6: what a half more of promotions does to visits per message sent, in the first month and after a year."""
    scenario = _alerted(3000, YEAR + 6 * MONTH, once=_alerts(7.0), more=_alerts(10.5))
    reach = {
        name: np.array([run.ledger.of("VISITS").sum(axis=1) for run in of], np.float64) / weight
        for (name, of), weight in zip(runs(scenario, seed, 4).items(), (1.0, 1.5), strict=True)
    }

    def effect(first: int) -> Floats:
        days = slice(first, first + MONTH)
        return np.asarray(np.log(reach["more"][:, days].sum(axis=1) / reach["once"][:, days].sum(axis=1)))

    month, year, later = effect(0), effect(YEAR - MONTH), effect(YEAR + 5 * MONTH)
    ratio = mean_interval(year / month)
    yield Verdict(
        "L6",
        "Half more promotions: the effect on visits per message after a year is a multiple of the first month's",
        "closed WeCom pool of 3,000, 7 → 10.5 promotions a week",
        f"log effect {month.mean():+.3f} in month 1, {year.mean():+.3f} in month 12, {later.mean():+.3f} in month 18; "
        f"month 12 ÷ month 1: {shown(ratio)}",
        "at least 2",
        within(ratio, 2.0, np.inf) if month.max() < 0.0 else False,
    )


def response_per_send(seed: int, _: int) -> Iterator[Verdict]:
    """L7: elasticity of openings per message to messages, between 6 and 25 a month, third month."""
    weeks = MONTH / 7.0
    scenario = _alerted(3000, 3 * MONTH, six=_alerts(6.0 / weeks), many=_alerts(25.0 / weeks))
    last = slice(2 * MONTH, None)
    rates = {
        name: [float(run.ledger.of("OPENED")[last].sum() / run.ledger.of("DELIVERED")[last].sum()) for run in of]
        for name, of in runs(scenario, seed, 4).items()
    }
    ratio = log_ratio(rates["many"], rates["six"])
    power = Interval(*(math.log(x) / math.log(25.0 / 6.0) for x in (ratio.estimate, ratio.low, ratio.high)))
    yield Verdict(
        "L7",
        "Response per send falls like 1/n between 6 and 25 messages a month",
        "closed WeCom pool of 3,000, third month",
        f"exponent {shown(power)}; MailChimp −0.97",
        "−1.2 … −0.7",
        within(power, -1.2, -0.7),
    )


PUSH_PATTERNS: dict[str, Pattern] = {
    "L1, L2": lifetime_profit,
    "L3": other_channels,
    "L4": little_contact,
    "L5": fewer_and_better,
    "L6": slow_sensitivity,
    "L7": response_per_send,
}

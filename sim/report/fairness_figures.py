"""Figures of the chapter on fairness: spend and lead with the same money, shares of the elements."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report.axes import calendar, clean, dates, in_money, label_ends, thinned
from sim.report.fairness import anybody_spends
from sim.report.numbers import money_tick
from sim.report.style import FAINT, INK, canvas, colours, drawing
from sim.report.words import Lang, Words, words_of
from sim.results import Comparison, Interval, Run
from sim.studies.decompose import Decomposition
from sim.studies.equal_spend import EqualSpend
from sim.studies.fairness import Fairness

_APART = 0.14  # of a row, between the two points of a logic


def figures_of_fairness(comparison: Comparison, fairness: Fairness, lang: Lang) -> dict[str, Figure]:
    """The figures of the parts that were made, by name."""
    w = words_of(comparison.scenario, lang)
    makers: dict[str, Callable[[], Figure]] = {}
    if (money := fairness.equal_spend) and anybody_spends(money):
        makers["equal-spend"] = lambda: equal_spend(comparison, money, w)
    if split := fairness.decomposition:
        makers["shares"] = lambda: shares(split, w)
    with drawing():
        return {name: make() for name, make in makers.items()}


def equal_spend(c: Comparison, e: EqualSpend, w: Words) -> Figure:
    """First: cumulative spend of each logic, alone and with the reference's money. Second: the reference's lead."""
    if len(e.logics) == 1:
        figure, (spend, lead) = canvas(1, 2, 2.7, width_ratios=(5, 4))
    else:
        height = 0.7 + 0.4 * len(e.logics)
        figure, (spend, lead) = canvas(2, 1, 3.3 + height, height_ratios=(2.9, height))
    _spends(spend, c, e, w)
    _leads(lead, c, e, w)
    marks = [
        Line2D([], [], color=FAINT, linestyle=(0, (3, 2)), marker="o", markerfacecolor="white", markersize=5),
        Line2D([], [], color=INK, marker="o", markersize=5),
    ]
    names = [w("figure.alone"), w("figure.with_money", reference=w.logic(e.reference))]
    figure.legend(marks, names, loc="outside lower center", ncols=2)
    return figure


def _spends(axes: Axes, c: Comparison, e: EqualSpend, w: Words) -> None:
    """Cumulative spend by day."""
    colour, days = colours(c.scenario), c.scenario.days
    at = thinned(days)
    x = dates(c.scenario.start, days)[at]
    ends = []
    for logic in c.logics:
        path = _cumulative(c.runs[logic][: e.pairs])
        alone: dict[str, Any] = (
            {"linestyle": "solid"} if logic == e.reference else {"linestyle": (0, (3, 2)), "linewidth": 1.2}
        )
        axes.plot(x, path[at], color=colour[logic], **alone)
        ends.append((float(path[-1]), w.logic(logic), colour[logic]))
        if logic in e.runs:
            axes.plot(x, _cumulative(e.runs[logic])[at], color=colour[logic], linewidth=1.2)
    axes.set_title(w("figure.spend"))
    calendar(axes, c.scenario.start, days, w.lang, most=4)
    in_money(axes, w)
    axes.set_ylim(bottom=0)
    label_ends(axes, ends)


def _cumulative(runs: list[Run]) -> Any:
    return np.mean([run.ledger.spend.cumsum() for run in runs], axis=0)


def _leads(axes: Axes, c: Comparison, e: EqualSpend, w: Words) -> None:
    """The reference's lead over each other logic, with its interval."""
    colour = colours(c.scenario)
    axes.axvline(0, color=FAINT, linewidth=0.9)
    for row, x in enumerate(e.logics.values()):
        _point(axes, x.own_lead, row - _APART, colour[x.logic], hollow=True)
        _point(axes, x.lead, row + _APART, colour[x.logic])
    axes.set_yticks(range(len(e.logics)), [w.logic(name) for name in e.logics])
    axes.set_ylim(len(e.logics) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.set_title(w("figure.lead_of", reference=w.logic(e.reference)))
    _money_along(axes, w)


def _point(axes: Axes, interval: Interval, at: float, colour: str, hollow: bool = False) -> None:
    """An estimate with its interval as a line."""
    line: dict[str, Any] = (
        {"linestyle": (0, (3, 2)), "linewidth": 1.2} if hollow else {"linestyle": "solid", "linewidth": 1.6}
    )
    axes.plot([interval.low, interval.high], [at, at], color=colour, **line)
    axes.plot(interval.estimate, at, "o", color=colour, markerfacecolor="white" if hollow else colour, markersize=5)


def _money_along(axes: Axes, w: Words) -> None:
    axes.xaxis.set_major_formatter(FuncFormatter(lambda cents, _: money_tick(clean(cents), w)))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))


def shares(d: Decomposition, w: Words) -> Figure:
    """Bars of the shares with their intervals, and the whole difference under them."""
    figure, (axes,) = canvas(1, 1, 2.5)
    intervals = [*d.shares.values(), d.difference]
    names = [w(f"element.{key}") for key in d.shares] + [w("shares.sum")]
    rows = np.arange(len(intervals))
    estimates = [i.estimate for i in intervals]
    fill = ["#7fb3c8"] * len(d.shares) + ["#5d6672"]
    errors = [[i.estimate - i.low for i in intervals], [i.high - i.estimate for i in intervals]]
    axes.barh(rows, estimates, color=fill, height=0.62, linewidth=0)
    axes.errorbar(estimates, rows, xerr=errors, fmt="none", ecolor=INK, elinewidth=1.0, capsize=2.5)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.axhline(len(d.shares) - 0.5, color=FAINT, linewidth=0.8)
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_title(w("figure.minus", winner=w.logic(d.logic), other=w.logic(d.reference)))
    _money_along(axes, w)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7))
    return figure

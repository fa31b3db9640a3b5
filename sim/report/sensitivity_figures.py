"""Figures of sensitivity: indices with their intervals, how they settle, and where a conclusion flips."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from sim.analysis.sensitivity import Indices
from sim.report.study_axes import shown, titled, words_for
from sim.report.style import DASHES, DEPLETION, FAINT, GROWTH, INK, canvas, colours, drawing
from sim.report.words import Lang, Words
from sim.results import Interval
from sim.scenario import Scenario
from sim.studies.sensitivity import Flip, Sensitivity

FIRST, TOTAL = GROWTH, "#9bbfe0"


def sensitivity_figures(scenario: Scenario, found: Sensitivity, lang: Lang = "en") -> dict[str, Figure]:
    """All figures of a sensitivity study by name."""
    w = words_for(scenario, lang)
    with drawing():
        figures = {"indices": _indices(found, w)}
        if len(found.course) > 1:
            figures["convergence"] = _convergence(found.course, w)
        if found.flip is not None:
            figures["flips"] = _flips(scenario, found.flip, w)
        return figures


def title_of(found: Sensitivity, w: Words) -> str:
    """What the indices are of."""
    return titled(found.figure, w, found.logic, found.reference)


def _indices(found: Sensitivity, w: Words) -> Figure:
    """A bar per factor and kind of index, the most important factor on top."""
    indices = found.indices
    figure, (axes,) = canvas(1, 1, 1.2 + 0.42 * len(indices.names))
    order = list(reversed(indices.ranked))
    at = np.arange(len(order), dtype=np.float64)
    kinds: list[tuple[Sequence[Interval], str, str]] = [(indices.first, FIRST, w(f"study.{indices.method}"))]
    if indices.total is not None:
        kinds.append((indices.total, TOTAL, w("study.total")))
    height = 0.72 / len(kinds)
    for number, (values, colour, label) in enumerate(kinds):
        offset = height * (len(kinds) - 1 - 2 * number) / 2
        estimates = np.array([values[k].estimate for k in order])
        errors = np.array([[values[k].estimate - values[k].low, values[k].high - values[k].estimate] for k in order]).T
        axes.barh(at + offset, estimates, height, color=colour, label=label)
        axes.errorbar(
            estimates, at + offset, xerr=np.maximum(errors, 0.0), fmt="none", ecolor=INK, elinewidth=0.9, capsize=2
        )
    if indices.floor is not None:
        axes.axvline(indices.floor, color=DEPLETION, linewidth=1.0, linestyle=DASHES[1], label=w("study.floor"))
    axes.axvline(0, color=FAINT, linewidth=0.8)
    axes.set_yticks(at, [indices.names[k] for k in order])
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_title(title_of(found, w))
    if indices.method == "morris":
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(found.figure, value, w)))
    if len(kinds) > 1 or indices.floor is not None:
        axes.legend(loc="lower right")
    else:
        axes.set_xlabel(w(f"study.{indices.method}"))
    return figure


def _convergence(course: Sequence[Indices], w: Words) -> Figure:
    """Indices by the number of base points: first-order left, total right."""
    figure, panels = canvas(1, 2, 3.0, sharey=True)
    last = course[-1]
    shown_of = last.ranked[:6]
    sizes = [one.samples for one in course]
    palette = (GROWTH, DEPLETION, "#3a63b8", "#8a4fa3", "#a07800", "#4d4d4d")
    for axes, kind in zip(panels, ("first", "total"), strict=True):
        for number, k in enumerate(shown_of):
            values = [getattr(one, kind)[k] for one in course]
            _band(axes, sizes, values, palette[number], last.names[k], number)
        axes.set_xscale("log", base=2)
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.minorticks_off()
        axes.set_xlabel(w("study.base_points"))
        axes.set_title(w("study.sobol" if kind == "first" else "study.total"))
        axes.axhline(0, color=FAINT, linewidth=0.8)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=1 if max(map(len, names)) > 40 else 2)
    return figure


def _band(axes: Axes, x: Sequence[int], values: Sequence[Interval], colour: str, label: str, number: int) -> None:
    axes.fill_between(x, [v.low for v in values], [v.high for v in values], color=colour, alpha=0.12, linewidth=0)
    dash = DASHES[number % len(DASHES)]
    axes.plot(x, [v.estimate for v in values], color=colour, linestyle=dash, marker="o", markersize=3, label=label)


def _flips(scenario: Scenario, flip: Flip, w: Words) -> Figure:
    """Share of the space that either logic wins clearly, by horizon, and the share won in the mean."""
    figure, (axes,) = canvas(1, 1, 3.0)
    colour = colours(scenario)
    days = np.array(flip.days)
    clear, against = (np.array([getattr(s, kind).estimate for s in flip.shares]) for kind in ("clear", "against"))
    axes.fill_between(days, 0, clear, color=colour[flip.logic], alpha=0.35, linewidth=0)
    axes.fill_between(days, 1 - against, 1, color=colour[flip.reference], alpha=0.35, linewidth=0)
    wins = [s.wins for s in flip.shares]
    axes.errorbar(
        days, [i.estimate for i in wins], yerr=_either_side(wins), color=INK, marker="o", markersize=4, capsize=3,
        linewidth=1.4, elinewidth=0.9, clip_on=False,
    )  # fmt: skip
    axes.set_ylim(0, 1)
    axes.set_xlim(days.min() if len(days) > 1 else 0, days.max() * (1.02 if len(days) > 1 else 2))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel(w("study.horizon_days"))
    axes.set_title(w("study.share_won", logic=w.logic(flip.logic), reference=w.logic(flip.reference)))
    for logic, share, height, anchor in ((flip.logic, clear, 0.02, "bottom"), (flip.reference, against, 0.98, "top")):
        widest = int(share.argmax())
        axes.annotate(
            w("study.clearly", logic=w.logic(logic)), (days[widest], height), xycoords=axes.get_xaxis_transform(),
            xytext=(4 if widest < len(days) / 2 else -4, 0), textcoords="offset points",
            ha="left" if widest < len(days) / 2 else "right", va=anchor, color=colour[logic], fontweight="bold",
            fontsize=8.5,
        )  # fmt: skip
    return figure


def _either_side(intervals: Sequence[Interval]) -> Any:
    return np.maximum(0.0, np.array([[i.estimate - i.low, i.high - i.estimate] for i in intervals]).T)

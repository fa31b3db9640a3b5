"""Figures of sweeps: response curves with bands, and heat maps."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.analysis.curves import Curve, Heat
from sim.report.study_axes import along, is_log, positions, shown, titled, values_up, words_for
from sim.report.study_names import figure_name
from sim.report.style import FAINT, INK, canvas, colours, dashes, drawing
from sim.report.words import Lang, Words
from sim.scenario import Scenario

DIVERGING = "RdBu"  # red below zero, blue above; both ends differ in print, too
RISING = "YlGnBu"
_TITLE = 40  # characters of a line above a panel


def curve_figure(
    scenario: Scenario,
    curves: Mapping[str, Mapping[str, Curve]],
    factor: str,
    lang: Lang = "en",
    ahead: Curve | None = None,
    logics: Sequence[str] = (),
) -> Figure:
    """Response curves over one factor: a panel per figure of the summary, a line with its band per logic.

    curves  figure → logic → curve
    ahead   paired difference of the margin between the first two of ``logics``, in a panel of its own: pairs share
            their luck, so that its band is narrower than those of the two lines tell
    """
    w = words_for(scenario, lang)
    colour, dash = colours(scenario), dashes(tuple(scenario.logics))
    with drawing():
        number = len(curves) + (ahead is not None)
        columns = min(2, number)
        rows = -(-number // columns)
        figure, panels = canvas(rows, columns, 0.5 + 2.4 * rows)
        for axes, (name, by_logic) in zip(panels, curves.items(), strict=False):
            for logic, curve in by_logic.items():
                _line(axes, factor, curve, colour.get(logic, INK), dash.get(logic, "solid"), w.logic(logic))
            _finish(axes, name, figure_name(name, w), w, columns)
        if ahead is not None:
            axes = panels[len(curves)]
            _line(axes, factor, ahead, INK, "solid", "")
            _finish(axes, "margin", titled("margin", w, logics[0], logics[1]), w, columns)
        for axes in panels[number:]:
            axes.set_visible(False)
        for axes in panels[: number - columns]:
            axes.set_xlabel("")
        _legend(figure, panels[0])
        return figure


def within_figure(
    scenario: Scenario, parts: Mapping[str, Mapping[str, Curve]], factor: str, figure_of: str, lang: Lang = "en"
) -> Figure:
    """Response curves within each value of a factor with names: a panel per value, each on a scale of its own.

    parts  value → logic → curve of ``figure_of`` over ``factor``
    """
    w = words_for(scenario, lang)
    colour, dash = colours(scenario), dashes(tuple(scenario.logics))
    with drawing():
        columns = min(2, len(parts))
        rows = -(-len(parts) // columns)
        figure, panels = canvas(rows, columns, 0.7 + 2.4 * rows)
        for axes, (value, by_logic) in zip(panels, parts.items(), strict=False):
            for logic, curve in by_logic.items():
                _line(axes, factor, curve, colour.get(logic, INK), dash.get(logic, "solid"), w.logic(logic))
            _finish(axes, figure_of, value, w, columns)
        for axes in panels[len(parts) :]:
            axes.set_visible(False)
        for axes in panels[: len(parts) - columns]:
            axes.set_xlabel("")
        figure.suptitle(figure_name(figure_of, w), x=0.01, ha="left", fontsize=10, fontweight="bold")
        _legend(figure, panels[0])
        return figure


def _legend(figure: Figure, axes: Axes) -> None:
    """The logics below all panels, where no curve is in the way; none for a single one."""
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1:
        figure.legend(handles, labels, loc="outside lower center", ncols=min(4, len(labels)))


def _line(axes: Axes, factor: str, curve: Curve, colour: str, dash: Any, label: str) -> None:
    at = along(axes, factor, curve.values, is_log(curve.values))
    known = np.isfinite(curve.low) & np.isfinite(curve.high)
    axes.fill_between(at, curve.low, curve.high, where=known, color=colour, alpha=0.15, linewidth=0)
    axes.plot(at, curve.mean, marker="o", markersize=3.5, color=colour, linestyle=dash, label=label)


def _finish(axes: Axes, figure: str, title: str, w: Words, columns: int) -> None:
    axes.set_title(fill(title, _TITLE if columns > 1 else 2 * _TITLE))
    values_up(axes, figure, w)
    low, high = axes.get_ylim()
    if low < 0.0 < high:
        axes.axhline(0, color=FAINT, linewidth=0.8)


def heat_figure(
    scenario: Scenario, heats: Mapping[str, Heat], factors: tuple[str, str], figure_of: str, lang: Lang = "en"
) -> Figure:
    """Heat maps over two factors, a panel per logic on one scale; cells whose sign luck may reverse are crossed.

    heats  title of the panel → map; where values stand on both sides of 0, so does the scale
    """
    w = words_for(scenario, lang)
    every = np.concatenate([heat.mean.ravel() for heat in heats.values()])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    signed = low < 0.0 < high
    if signed:
        low, high = -max(-low, high), max(-low, high)
    with drawing():
        columns = min(2, len(heats))
        rows = -(-len(heats) // columns)
        figure, panels = canvas(rows, columns, 0.8 + 2.9 * rows)
        for axes, (title, heat) in zip(panels, heats.items(), strict=False):
            drawn = _cells(axes, heat, factors, (low, high), DIVERGING if signed else RISING)
            for n, m in zip(*np.nonzero((heat.low < 0.0) & (heat.high > 0.0)), strict=True):
                axes.plot(m, n, marker="x", color=INK, markersize=4, markeredgewidth=0.9)
            axes.set_title(w.logic(title))
        for axes in panels[len(heats) :]:
            axes.set_visible(False)
        bar = figure.colorbar(drawn, ax=panels[: len(heats)], shrink=0.9, pad=0.02)
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(figure_of, value, w)))
        bar.outline.set_visible(False)
        figure.suptitle(figure_name(figure_of, w), x=0.01, ha="left", fontsize=10, fontweight="bold")
        return figure


def _cells(axes: Axes, heat: Heat, factors: tuple[str, str], ends: tuple[float, float], colours: str) -> Any:
    """Cells of equal size, whatever the distances of the values."""
    drawn = axes.pcolormesh(
        np.arange(len(heat.x)), np.arange(len(heat.y)), heat.mean, cmap=colours, vmin=ends[0], vmax=ends[1],
        shading="nearest", linewidth=0.6, edgecolor="white",
    )  # fmt: skip
    axes.grid(visible=False)
    axes.set_facecolor("#f3f4f6")
    axes.set_xticks(np.arange(len(heat.x)), _labels(heat.x))
    axes.set_yticks(np.arange(len(heat.y)), _labels(heat.y))
    axes.set_xlabel(factors[0])
    axes.set_ylabel(factors[1])
    return drawn


def _labels(values: Sequence[object]) -> list[str]:
    _, names = positions(values)
    return names if names is not None else [f"{v:.3g}" if isinstance(v, float) else str(v) for v in values]

"""Axes and words that the figures of studies share: a factor along the axis, a figure of the summary up it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from sim.report.axes import clean
from sim.report.numbers import count, money_tick, percent
from sim.report.study_names import SHARES, figure_name, is_money
from sim.report.words import Lang, Words, words_of
from sim.scenario import Scenario

_TEN = 10.0
_TICKS = 9  # values of a factor that are all written along a logarithmic axis


def words_for(scenario: Scenario, lang: Lang) -> Words:
    """The texts for a study of a scenario."""
    return words_of(scenario, lang)


def titled(figure: str, w: Words, logic: str, reference: str | None = None) -> str:
    """A figure of a logic, or its difference to another."""
    whose = w.logic(logic) if reference is None else f"{w.logic(logic)} − {w.logic(reference)}"
    return f"{figure_name(figure, w)}{w('list.colon')}{whose}"


def shown(figure: str, value: float, w: Words) -> str:
    """A value of a figure as axes show it."""
    if is_money(figure):
        return money_tick(clean(value), w)
    if figure in SHARES:
        return percent(clean(value))
    return count(clean(value)) if abs(value) >= _TEN else f"{clean(value):.3g}".replace("-", "−")


def along(axes: Axes, factor: str, values: Sequence[Any], log: bool) -> Any:
    """Prepare the axis for a factor; returns where its values stand along it."""
    axes.set_xlabel(factor)
    at, labels = positions(values)
    if labels is not None:
        axes.set_xticks(at, labels)
    elif log:
        _logarithmic(axes.xaxis, axes.set_xscale, at)
    return at


def _logarithmic(axis: Any, set_scale: Any, at: Any) -> None:
    set_scale("log")
    if len(at) <= _TICKS:
        axis.set_ticks(at)
        axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    axis.set_minor_formatter(NullFormatter())


def positions(values: Sequence[Any]) -> tuple[Any, list[str] | None]:
    """Where values stand on an axis: numbers and dates where they are, everything else side by side with a name."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.array(values, np.float64), None
    if all(isinstance(value, dt.date) for value in values):
        return np.array(values, "datetime64[D]"), None
    return np.arange(len(values), dtype=np.float64), ["–" if value is None else str(value) for value in values]


def is_log(values: Sequence[Any]) -> bool:
    """Whether numbers are spread so that equal steps are nearer to equal ratios than to equal differences."""
    at, labels = positions(values)
    if labels is not None or at.dtype.kind == "M" or len(at) < 3 or at.min() <= 0:
        return False
    steps, ratios = np.diff(at), np.diff(np.log(at))
    return bool(steps.std() / abs(steps.mean()) > ratios.std() / abs(ratios.mean()))


def values_up(axes: Axes, figure: str, w: Words) -> None:
    """Values of a figure up the axis."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(figure, value, w)))


def values_along(axes: Axes, figure: str, w: Words) -> None:
    """Values of a figure along the axis."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(figure, value, w)))

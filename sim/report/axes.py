"""Axes of the figures: calendars, money, counts, and names at the ends of lines."""

import datetime as dt
import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from sim.parameters import DAYS_PER_MONTH
from sim.report.numbers import count, money_tick
from sim.report.words import Lang, Words

_SHORT = 90  # days; longer runs have months along the axis
_POINTS = 220  # of a line; more cannot be seen
_LABEL_GAP = 0.06  # of the height of the axes


def calendar(axes: Axes, start: dt.date, days: int, lang: Lang, most: int = 7) -> None:
    """Dates along the axis: first days of months, or every so many days of a short run; at most ``most``."""
    axes.set_xlim(date(start, 0), date(start, max(1, days - 1)))  # type: ignore[arg-type]
    if days > _SHORT:
        span = math.ceil(days / DAYS_PER_MONTH)
        step = next(s for s in (1, 2, 3, 4, 6, 12) if span / s <= most or s == 12)
        every = [start + dt.timedelta(days=d) for d in range(days)]
        ticks = [d for d in every if d.day == 1 and (d.month - 1) % step == 0]
        labels = [f"{d:%Y-%m}" if lang == "zh" else f"{d:%b %Y}" for d in ticks]
    else:
        step = next(s for s in (1, 2, 7, 14, 28) if days / s <= most or s == 28)
        ticks = [start + dt.timedelta(days=d) for d in range(0, days, step)]
        labels = [f"{d:%m-%d}" for d in ticks]
    axes.set_xticks([np.datetime64(d) for d in ticks], labels)


def date(start: dt.date, day: int) -> np.datetime64:
    """The date of a day of the run, as axes take it."""
    return np.datetime64(start) + np.timedelta64(int(day), "D")


def dates(start: dt.date, days: int) -> Any:
    """The dates of all days of the run."""
    return np.datetime64(start) + np.arange(days)


def thinned(days: int) -> Any:
    """Days that are drawn: evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, days - 1, min(days, _POINTS)).round().astype(int))


def in_money(axes: Axes, w: Words) -> None:
    """Amounts of money up the axis."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda cents, _: money_tick(clean(cents), w)))


def in_counts(axes: Axes) -> None:
    """Counts up the axis."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))


def clean(value: float) -> float:
    """A value without the noise of its last digits."""
    return float(f"{value:.6g}")


def label_ends(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Names of lines at their right ends, pushed apart where they would overlap: (value, name, colour)."""
    low, high = axes.get_ylim()
    ends = sorted(ends)
    places = [(value - low) / (high - low) for value, _, _ in ends]
    for n in range(1, len(places)):
        places[n] = max(places[n], places[n - 1] + _LABEL_GAP)
    for n in range(len(places)):  # a crowd at the top moves down
        places[n] = min(places[n], 1.02 - _LABEL_GAP * (len(places) - 1 - n))
    for (_, name, colour), at in zip(ends, places, strict=True):
        axes.annotate(
            name,
            (1, at),
            xycoords="axes fraction",
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontweight="bold",
            fontsize=8.5,
            annotation_clip=False,
        )

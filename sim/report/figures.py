"""Figures of the report: each a function of a comparison (or a run) and a language."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from sim.domains import Cause, Source, Tier
from sim.report.axes import calendar as _calendar
from sim.report.axes import clean as _clean
from sim.report.axes import date as _date
from sim.report.axes import dates as _dates
from sim.report.axes import in_counts as _in_counts
from sim.report.axes import in_money as _in_money
from sim.report.axes import label_ends as _label_ends
from sim.report.axes import thinned as _thinned
from sim.report.gain import in_theory
from sim.report.numbers import count, date_of, percent
from sim.report.rivals_figures import fans_of_all
from sim.report.style import DASHES, FAINT, INK, STACK, canvas, colours, dashes, drawing
from sim.report.tables import Floats, by_month, causes, mean_of, months, retention, sources, tier_shares
from sim.report.verdict import is_dated
from sim.report.words import Lang, Words, words_of
from sim.results import Comparison, Run

TIER_COLOURS = ("#d5dde3", "#7fb3c8", "#1f5f7a")
_SOURCES = "#e3e6ea #9ccfc4 #2f8f83 #175e57 #c8b560 #8a6d9e #f0c987 #c98b3c #d98e32 #a9bce3 #6c86c4 #3c5496"
SOURCE_COLOURS = dict(zip(Source, _SOURCES.split(), strict=True))
CAUSE_COLOURS = dict(zip(Cause, STACK[2:], strict=False))


def figures_of(comparison: Comparison, lang: Lang) -> dict[str, Figure]:
    """All figures of a comparison by name, in the order of the report."""
    w = words_of(comparison.scenario, lang)
    makers: Mapping[str, Callable[[Comparison, Words], Figure]] = {
        "margin": margin,
        "fans": fans,
        "flows": flows,
        "retention": retained,
        "tiers": tiers,
        "trust-and-load": trust_and_load,
        "gmv": gmv,
        "horizon": horizon,
        **({"rivals": fans_of_all} if comparison.scenario.rivals else {}),
    }
    with drawing():
        return {name: make(comparison, w) for name, make in makers.items()}


def _bands(axes: Axes, c: Comparison, observable: str, w: Words) -> list[tuple[float, str, str]]:
    """Draw the bands of all logics; what ``_label_ends`` needs, once the axis has its final limits."""
    colour, dash = colours(c.scenario), dashes(c.logics)
    ends = []
    for logic in c.logics:
        band = c.bands[logic][observable]
        at = _thinned(len(band.mean))
        x = _dates(c.scenario.start, len(band.mean))[at]
        axes.fill_between(x, band.low[at], band.high[at], color=colour[logic], alpha=0.18, linewidth=0)
        axes.plot(x, band.mean[at], color=colour[logic], linestyle=dash[logic])
        ends.append((float(band.mean[-1]), w.logic(logic), colour[logic]))
    _calendar(axes, c.scenario.start, c.scenario.days, w.lang)
    return ends


def margin(c: Comparison, w: Words) -> Figure:
    """Cumulative margin of every logic with its band, and the crossover of the best over the runner-up."""
    figure, (axes,) = canvas(1, 1, 3.5)
    axes.axhline(0, color=FAINT, linewidth=0.8)
    ends = _bands(axes, c, "margin_cum", w)
    _in_money(axes, w)
    _label_ends(axes, ends)
    _mark_crossover(axes, c, w)
    return figure


def _mark_crossover(axes: Axes, c: Comparison, w: Words) -> None:
    duel = c.duels[c.ranking[0], c.ranking[1]]
    cross = duel.crossover
    if cross.day is None or not is_dated(duel):
        return
    start, last = c.scenario.start, c.scenario.days - 1
    low, high = cross.low or 0, last if cross.high is None else cross.high
    axes.axvspan(_date(start, low), _date(start, high), color=INK, alpha=0.07, linewidth=0)  # type: ignore[arg-type]
    axes.axvline(_date(start, cross.day), color=INK, linewidth=0.9, linestyle=(0, (3, 2)))  # type: ignore[arg-type]
    right = cross.day > 0.6 * last
    key = "figure.crossover_open" if cross.high is None else "figure.crossover"
    axes.annotate(
        w(
            key,
            day=count(cross.day + 1),
            date=date_of(start, cross.day, w.lang),
            low=count(low + 1),
            high=count(high + 1),
        ),
        (_date(start, cross.day), 1),
        xycoords=("data", "axes fraction"),
        xytext=(-6 if right else 6, -4),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top",
        fontsize=8.5,
        bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "alpha": 0.85, "linewidth": 0},
    )


def fans(c: Comparison, w: Words) -> Figure:
    """Fans in the private domain, and where theory expects them."""
    figure, (axes,) = canvas(1, 1, 3.0)
    ends = _bands(axes, c, "fans_private", w)
    for logic in c.logics:
        mean = in_theory(c.scenario, logic)
        if mean is not None:
            followers = np.array(mean.columns()[0])
            at = _thinned(len(followers))
            x = _dates(c.scenario.start, len(followers))[at]
            axes.plot(x, followers[at], color=colours(c.scenario)[logic], linestyle=":", linewidth=1.1)
    axes.set_ylim(bottom=0)
    _label_ends(axes, ends)
    _in_counts(axes)
    return figure


def flows(c: Comparison, w: Words) -> Figure:
    """Joins by source above the line, exits by cause below it, month by month."""
    columns = min(3, len(c.logics))
    rows = math.ceil(len(c.logics) / columns)
    figure, panels = canvas(rows, columns, 0.9 + 2.5 * rows, sharey=True, sharex=True)
    seen: dict[str, Any] = {}
    lowest = panels[len(c.logics) - columns : len(c.logics)]
    for axes, logic in zip(panels, c.logics, strict=False):
        runs = c.runs[logic]
        stretches = months(c.scenario.days)
        x = np.arange(1, len(stretches) + 1)
        _stack(axes, x, {(w.member(m), SOURCE_COLOURS[m]): v for m, v in sources(runs).items()}, 1, seen)
        _stack(axes, x, {(w.member(m), CAUSE_COLOURS[m]): v for m, v in causes(runs).items()}, -1, seen)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_title(w.logic(logic), color=colours(c.scenario)[logic])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: count(abs(value))))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.tick_params(labelbottom=axes in lowest)
        if axes in lowest:
            axes.set_xlabel(w("figure.month"))
    for axes in panels[len(c.logics) :]:
        axes.set_visible(False)
    panels[0].set_ylabel(w("figure.left_and_joined"))
    names = [w.member(m) for m in (*Source, *Cause) if w.member(m) in seen]
    figure.legend([seen[n] for n in names], names, loc="outside lower center", ncols=min(8, len(names)))
    return figure


def _stack(axes: Axes, x: Any, parts: dict[tuple[str, str], Floats], sign: int, seen: dict[str, Any]) -> None:
    base = np.zeros(len(x))
    for (name, colour), values in parts.items():
        if values.any():
            seen[name] = axes.bar(x, sign * values, bottom=sign * base, color=colour, width=0.85, linewidth=0)
            base = base + values


def retained(c: Comparison, w: Words) -> Figure:
    """Who is left of the initial pool, and of those who joined later, by months."""
    figure, (pool, later) = canvas(1, 2, 2.9, sharey=True)
    colour, dash = colours(c.scenario), dashes(c.logics)
    for logic in c.logics:
        kept = retention(c.runs[logic])
        style: dict[str, Any] = {"color": colour[logic], "linestyle": dash[logic], "label": w.logic(logic)}
        if len(kept.pool):
            pool.plot(np.arange(len(kept.pool) + 1), [1.0, *kept.pool], **style)
        later.plot(np.arange(len(kept.joiners)), kept.joiners, **style)
    for axes, key in ((pool, "figure.pool_left"), (later, "figure.joiners_left")):
        axes.set_title(w(key))
        axes.set_ylim(0, 1.02)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    pool.set_xlabel(w("figure.months_run"))
    later.set_xlabel(w("figure.months_since"))
    later.legend(loc="lower left")
    return figure


def tiers(c: Comparison, w: Words) -> Figure:
    """Tiers of followers as shares."""
    columns = min(3, len(c.logics))
    rows = math.ceil(len(c.logics) / columns)
    figure, panels = canvas(rows, columns, 0.6 + 2.0 * rows, sharey=True)
    handles: list[Any] = []
    for axes, logic in zip(panels, c.logics, strict=False):
        shares = tier_shares(c.runs[logic])
        at = _thinned(len(shares))
        x = _dates(c.scenario.start, len(shares))[at]
        handles = axes.stackplot(x, shares[at].T, colors=TIER_COLOURS, linewidth=0)
        _calendar(axes, c.scenario.start, c.scenario.days, w.lang, most=4)
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_title(w.logic(logic), color=colours(c.scenario)[logic])
        axes.grid(visible=False)
    for axes in panels[len(c.logics) :]:
        axes.set_visible(False)
    figure.legend(handles, [w.member(t) for t in Tier], loc="outside lower center", ncols=3)
    return figure


def trust_and_load(c: Comparison, w: Words) -> Figure:
    """Trust and load: the median fan, and the middle 80 %."""
    figure, panels = canvas(1, 2, 2.8)
    colour, dash = colours(c.scenario), dashes(c.logics)
    for axes, name in zip(panels, ("trust", "load"), strict=True):
        for logic in c.logics:
            at = _thinned(c.scenario.days)
            p10, p50, p90 = (_weekly(c.bands[logic][f"{name}_p{p}"].mean)[at] for p in (10, 50, 90))
            x = _dates(c.scenario.start, c.scenario.days)[at]
            axes.fill_between(x, p10, p90, color=colour[logic], alpha=0.12, linewidth=0)
            axes.plot(x, p50, color=colour[logic], linestyle=dash[logic], label=w.logic(logic))
        axes.set_title(w(f"figure.{name}"))
        axes.set_ylim(bottom=0)
        _calendar(axes, c.scenario.start, c.scenario.days, w.lang, most=4)
    panels[1].legend(loc="best")
    return figure


def _weekly(values: Any) -> Floats:
    """Trailing mean of seven days."""
    series = np.asarray(values, float)
    sums = np.concatenate([[0.0], series.cumsum()])
    ends = np.arange(1, len(series) + 1)
    starts = np.maximum(0, ends - 7)
    found: Floats = (sums[ends] - sums[starts]) / (ends - starts)
    return found


def gmv(c: Comparison, w: Words) -> Figure:
    """GMV a month by the channel whose message sold."""
    columns = min(3, len(c.logics))
    rows = math.ceil(len(c.logics) / columns)
    figure, panels = canvas(rows, columns, 0.9 + 2.2 * rows, sharey=True, sharex=True)
    seen: dict[str, Any] = {}
    lowest = panels[len(c.logics) - columns : len(c.logics)]
    names = [*(w.channel(channel.name) for channel in c.scenario.channels), w("figure.no_channel")]
    palette = (*STACK[1:7], "#c9a3b8", "#5a8f53", "#d9c27a", "#4f7cac", "#a6705b", "#9aa5b1")[: len(names) - 1]
    for axes, logic in zip(panels, c.logics, strict=False):
        monthly = by_month(mean_of(c.runs[logic], "GMV"))
        x = np.arange(1, len(monthly) + 1)
        series = [*(monthly[:, k] for k in range(len(names) - 1)), monthly[:, -1]]
        base = np.zeros(len(x))
        for name, values, colour in zip(names, series, [*palette, "#c4c9cf"], strict=False):
            if values.any():
                seen[name] = axes.bar(x, values, bottom=base, color=colour, width=0.85, linewidth=0)
                base = base + values
        axes.set_title(w.logic(logic), color=colours(c.scenario)[logic])
        _in_money(axes, w)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.tick_params(labelbottom=axes in lowest)
        if axes in lowest:
            axes.set_xlabel(w("figure.month"))
    for axes in panels[len(c.logics) :]:
        axes.set_visible(False)
    if seen:
        figure.legend(seen.values(), seen.keys(), loc="outside lower center", ncols=min(4, len(seen)))
    return figure


def horizon(c: Comparison, w: Words) -> Figure:
    """Had we stopped earlier: difference and share of pairs won by horizon, the best against each other."""
    figure, (difference, wins) = canvas(2, 1, 4.4, sharex=True, height_ratios=(3, 2))
    best = c.ranking[0]
    for number, other in enumerate(c.ranking[1:]):
        duel = c.duels[best, other]
        colour = colours(c.scenario)[other] if len(c.logics) > 2 else INK
        at = _thinned(len(duel.difference.mean))
        x = _dates(c.scenario.start, len(duel.difference.mean))[at]
        label = w("figure.minus", winner=w.logic(best), other=w.logic(other))
        dash = DASHES[number % len(DASHES)]
        band = duel.difference
        difference.fill_between(x, band.low[at], band.high[at], color=colour, alpha=0.15, linewidth=0)
        difference.plot(x, band.mean[at], color=colour, linestyle=dash, label=label)
        wins.plot(x, duel.wins_by_day[at], color=colour, linestyle=dash)
    difference.axhline(0, color=FAINT, linewidth=0.9)
    difference.set_title(w("figure.difference_by_horizon"))
    _in_money(difference, w)
    difference.legend(loc="best")
    wins.axhline(0.5, color=FAINT, linewidth=0.9, linestyle=(0, (3, 2)))
    wins.set_title(w("figure.wins_by_horizon", winner=w.logic(best)))
    wins.set_ylim(-0.02, 1.02)
    wins.yaxis.set_major_formatter(FuncFormatter(lambda share, _: percent(_clean(share), 0)))
    wins.set_xlabel(w("figure.if_ended"))
    _calendar(wins, c.scenario.start, c.scenario.days, w.lang)
    return figure


def plot(run: Run, lang: Lang = "en") -> Figure:
    """Overview of a run: fans, joins and exits, margin, GMV, trust and load."""
    w = words_of(run.scenario, lang)
    daily, start, days = run.daily, run.scenario.start, len(run.daily)
    x, colour = _dates(start, days), colours(run.scenario)[run.logic]
    with drawing():
        figure, panels = canvas(3, 2, 6.2)
        series: list[tuple[str, list[tuple[str, Any]]]] = [
            ("fans_private", [("", daily["fans_private"])]),
            ("moves", [("joins", _weekly(daily["joins"])), ("exits", _weekly(daily["exits"]))]),
            ("margin_cum", [("", daily["margin_cum"])]),
            ("gmv", [("", _weekly(daily["gmv"]))]),
            ("trust", [(f"p{p}", _weekly(daily[f"trust_p{p}"])) for p in (10, 50, 90)]),
            ("load", [(f"p{p}", _weekly(daily[f"load_p{p}"])) for p in (10, 50, 90)]),
        ]
        for axes, (name, lines) in zip(panels, series, strict=True):
            for number, (label, values) in enumerate(lines):
                axes.plot(x, values, color=colour, linestyle=DASHES[number], label=label and w(f"figure.{label}"))
            axes.set_title(w(f"figure.{name}"))
            if name in ("margin_cum", "gmv"):
                _in_money(axes, w)
            elif name in ("fans_private", "moves"):
                _in_counts(axes)
            if name != "margin_cum":
                axes.set_ylim(bottom=0)
            if len(lines) > 1:
                axes.legend(loc="best")
            _calendar(axes, start, max(2, days), lang, most=4)
        figure.suptitle(f"{run.scenario.title}{w('list.colon')}{w.logic(run.logic)}", x=0.01, ha="left", fontsize=11)
    return figure

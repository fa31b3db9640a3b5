"""Figures of an optimisation: the search, the plans on fresh pairs, and the front of margin and fans."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from sim.analysis.pareto import non_dominated
from sim.report.study_axes import values_along, values_up, words_for
from sim.report.study_names import figure_name
from sim.report.style import DEPLETION, FAINT, GROWTH, INK, canvas, colours, drawing
from sim.report.words import Lang, Words
from sim.studies.optimise import Judged, Optimum, Trial

HOPED = "#b9c2cc"


def optimum_figures(found: Optimum, lang: Lang = "en") -> dict[str, Figure]:
    """All figures of an optimisation by name."""
    w = words_for(found.scenario, lang)
    with drawing():
        figures = {"search": _front(found, w) if len(found.aims) > 1 else _search(found, w)}
        if found.judged:
            figures["fresh"] = _fresh(found, w)
        return figures


def _search(found: Optimum, w: Words) -> Figure:
    """Candidates in their order: given up, missing a limit, finished; and the best so far."""
    figure, (axes,) = canvas(1, 1, 2.9)
    aim = found.aims[0]
    kinds: tuple[tuple[str, list[Trial], dict[str, Any]], ...] = (
        ("pruned", [t for t in found.trials if t.status == "pruned"], {"marker": "x", "color": FAINT}),
        (
            "missing",
            [t for t in found.trials if t.status == "done" and not t.keeps],
            {"marker": "v", "color": DEPLETION},
        ),
        ("finished", [t for t in found.trials if t.status == "done" and t.keeps], {"marker": "o", "color": GROWTH}),
    )
    best: list[tuple[int, float]] = []
    for key, trials, style in kinds:
        if trials:
            axes.plot(
                [t.number + 1 for t in trials], [t.mean(aim) for t in trials], linestyle="none", markersize=4,
                label=w(f"study.{key}"), **style,
            )  # fmt: skip
        if key == "finished":
            for trial in trials:
                if not best or trial.mean(aim) > best[-1][1]:
                    best.append((trial.number + 1, trial.mean(aim)))
    if best:
        x, y = zip(*best, (len(found.trials), best[-1][1]), strict=True)
        axes.step(x, y, where="post", color=INK, linewidth=1.2, label=w("study.best_so_far"))
    axes.set_xlabel(w("study.candidate"))
    axes.set_title(figure_name(aim, w))
    values_up(axes, aim, w)
    axes.legend(loc="lower right")
    return figure


def _front(found: Optimum, w: Words) -> Figure:
    """All candidates by both aims on the pairs of the search, and the chosen ones and the logics on fresh pairs."""
    figure, (axes,) = canvas(1, 1, 3.9)
    x, y = found.aims
    for status, colour, marker in (("pruned", "#d5dae0", "x"), ("done", HOPED, "o")):
        of = [t for t in found.trials if t.status == status]
        axes.plot(
            [t.mean(x) for t in of], [t.mean(y) for t in of], linestyle="none", marker=marker, markersize=4,
            color=colour, label=w("study.pruned" if status == "pruned" else "study.finished"),
        )  # fmt: skip
    plans = [
        (judged.figures[x].estimate, judged.figures[y].estimate) for judged in found.judged if judged.trial is not None
    ]
    if plans:
        best = sorted(plan for plan, keeps in zip(plans, non_dominated(np.array(plans)), strict=True) if keeps)
        axes.plot(*zip(*best, strict=True), color=INK, linewidth=1, label=w("study.front_fresh"))
    colour_of = colours(found.scenario)
    for judged in found.judged:
        colour = INK if judged.trial is not None else colour_of[judged.name]
        _cross(axes, judged, (x, y), colour)
        _name(axes, judged, (x, y), colour, w)
    values_along(axes, x, w)
    values_up(axes, y, w)
    axes.set_xlabel(figure_name(x, w))
    axes.set_ylabel(figure_name(y, w))
    axes.set_title(w("study.front"))
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _name(axes: Axes, judged: Judged, aims: tuple[str, str], colour: str, w: Words) -> None:
    """Beside its point the number of a plan, or a logic's name."""
    at = (judged.figures[aims[0]].estimate, judged.figures[aims[1]].estimate)
    if judged.trial is not None:
        label, place, side = judged.name.removeprefix("best-"), (4, 4), "left"
    else:
        label, place, side = w.logic(judged.name), (-5, -11), "right"
    axes.annotate(
        label, at, xytext=place, textcoords="offset points", ha=side, fontsize=8.5, color=colour, fontweight="bold",
        bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.5}, zorder=5,
    )  # fmt: skip


def _cross(axes: Axes, judged: Judged, aims: tuple[str, str], colour: str) -> None:
    x, y = (judged.figures[aim] for aim in aims)
    across, along = ([[i.estimate - i.low], [i.high - i.estimate]] for i in (x, y))
    faint = to_rgba(colour, 0.4)  # many of them lie across each other
    style: dict[str, Any] = {"fmt": "o", "color": colour, "ecolor": faint, "markersize": 5, "elinewidth": 1}
    axes.errorbar(x.estimate, y.estimate, xerr=across, yerr=along, **style)


def _fresh(found: Optimum, w: Words) -> Figure:
    """What the search hoped for and what fresh pairs give, by plan and logic; a panel per aim."""
    names = [w.logic(j.name) if j.trial is None else j.name for j in found.judged]
    figure, panels = canvas(1, len(found.aims), 1.3 + 0.36 * len(names), sharey=True)
    at = np.arange(len(names))[::-1]
    for axes, aim in zip(panels, found.aims, strict=True):
        of = [j.figures[aim] for j in found.judged]
        errors = np.maximum(0.0, np.array([[i.estimate - i.low, i.high - i.estimate] for i in of]).T)
        axes.errorbar(
            [i.estimate for i in of], at, xerr=errors, fmt="o", color=GROWTH, markersize=5, capsize=2, elinewidth=1,
            label=w("study.fresh"),
        )  # fmt: skip
        hoped = [j.hoped[aim] for j in found.judged]
        axes.plot(hoped, at, linestyle="none", marker="D", markersize=4, color=DEPLETION, label=w("study.hoped"))
        axes.set_yticks(at, names)
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.set_title(figure_name(aim, w))
        values_along(axes, aim, w)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure

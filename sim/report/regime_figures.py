"""The regime map: where over two factors a pool grows, is fed or runs dry, with the theory's boundary drawn in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.tri import LinearTriInterpolator, Triangulation

from sim.analysis.regimes import SURE, states_of
from sim.domains import PoolState
from sim.report.study_axes import words_for
from sim.report.style import INK, canvas, drawing
from sim.report.words import Lang, Words
from sim.scenario import Scenario
from sim.studies.regimes import Boundary, Cell, RegimeMap

COLOURS = {PoolState.GROWING: "#00766c", PoolState.FED: "#d9b23c", PoolState.DEPLETING: "#b5442e"}
FINE = 160  # pixels of the shading along each axis
TICKS = 5


def regime_figure(scenario: Scenario, found: RegimeMap, lang: Lang = "en") -> Figure:
    """A panel per logic: runs as points, filled where their regime is sure, over the shading between them."""
    w = words_for(scenario, lang)
    with drawing():
        columns = min(2, len(found.cells))
        rows = -(-len(found.cells) // columns)
        figure, panels = canvas(rows, columns, 0.9 + 3.2 * rows)
        for axes, (logic, cells) in zip(panels, found.cells.items(), strict=False):
            _panel(axes, cells, found.theory.get(logic))
            axes.set_title(w.logic(logic))
            axes.set_xlabel(found.factors[0])
            axes.set_ylabel(found.factors[1])
        for axes in panels[len(found.cells) :]:
            axes.set_visible(False)
        figure.legend(handles=_legend(w, bool(found.theory)), loc="outside lower center", ncols=3)
        return figure


def _panel(axes: Axes, cells: Sequence[Cell], theory: Boundary | None) -> None:
    """Everything is drawn at the places 0 … 1 of the factors; the ticks say their values."""
    known = [cell for cell in cells if cell.regime is not None and cell.regime.state is not None]
    axes.grid(visible=False)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    if len(known) >= 4:
        _shade(axes, known)
    if theory is not None:
        at = np.linspace(0.0, 1.0, len(theory.x))
        axes.contour(at, at, theory.own, levels=[0.0], colors=[INK], linestyles=[(0, (5, 2))], linewidths=1.5)
        net = np.where(theory.own > 0.0, np.nan, theory.net)
        if np.nanmin(net, initial=np.inf) < 0.0 < np.nanmax(net, initial=-np.inf):
            axes.contour(at, at, net, levels=[0.0], colors=[INK], linestyles=[(0, (1, 1.5))], linewidths=1.5)
    _points(axes, known)
    for cell in cells:
        if cell.regime is None:
            axes.plot(*cell.place, marker="x", color=INK, markersize=5)
    _ticks(axes, cells)


def _points(axes: Axes, known: Sequence[Cell]) -> None:
    """All points of a regime at once: filled those that are sure, open the others."""
    for state, colour in COLOURS.items():
        for sure in (True, False):
            places = [
                cell.place
                for cell in known
                if cell.regime is not None and cell.regime.state == state and (cell.regime.confidence >= SURE) == sure
            ]
            if places:
                axes.plot(
                    *zip(*places, strict=True), linestyle="none", marker="o", markersize=4.2, clip_on=False,
                    markeredgecolor="white" if sure else colour, markerfacecolor=colour if sure else "white",
                    markeredgewidth=0.5 if sure else 1.2,
                )  # fmt: skip


def _shade(axes: Axes, known: Sequence[Cell]) -> None:
    """The regime of the values between the runs, linear in the triangles between them."""
    x, y = np.array([cell.place for cell in known]).T
    triangles = Triangulation(x, y)
    at = np.linspace(0.0, 1.0, FINE)
    across, along = np.meshgrid(at, at)
    own, net = (
        LinearTriInterpolator(triangles, [getattr(c.regime, rate).estimate for c in known])(across, along).filled(
            np.nan
        )
        for rate in ("own", "net")
    )
    states = np.where(np.isfinite(own), states_of(own, net).astype(np.float64), np.nan)
    shades = ListedColormap([COLOURS[state] for state in PoolState])
    axes.pcolormesh(at, at, states, cmap=shades, vmin=-0.5, vmax=len(PoolState) - 0.5, alpha=0.32, rasterized=True)


def _ticks(axes: Axes, cells: Sequence[Cell]) -> None:
    """Values of the factors at even places, from the grid that the map began with."""
    for side, set_ticks in enumerate((axes.set_xticks, axes.set_yticks)):
        values: dict[float, Any] = {cell.place[side]: cell.values[side] for cell in cells}
        even = [at for at in np.linspace(0.0, 1.0, TICKS).tolist() if at in values]
        set_ticks(even, [_label(values[at]) for at in even])


def _label(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _legend(w: Words, theory: bool) -> list[Any]:
    handles: list[Any] = [Patch(color=COLOURS[state], alpha=0.6, label=w.member(state)) for state in PoolState]
    dot: dict[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 5, "color": INK}
    handles.append(Line2D([], [], label=w("study.sure"), **dot))
    handles.append(Line2D([], [], markerfacecolor="white", label=w("study.unsure"), **dot))
    if theory:
        handles.append(Line2D([], [], color=INK, linestyle=(0, (5, 2)), label=w("study.theory_grows")))
        handles.append(Line2D([], [], color=INK, linestyle=(0, (1, 1.5)), label=w("study.theory_holds")))
    return handles

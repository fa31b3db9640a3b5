"""The figure of the chapter on other brands: fans of every brand, market by market."""

import numpy as np
from matplotlib.figure import Figure

from sim.domains import Domain
from sim.report.axes import calendar, dates, in_counts, label_ends, thinned
from sim.report.rivals import brand_name, brands_of, ledger_of
from sim.report.style import DASHES, FAINT, INK, canvas
from sim.report.tables import Floats
from sim.report.words import Words
from sim.results import Comparison

COLOURS = (INK, "#b8682c", "#4f7cac", "#8a6d9e", "#5a8f53", "#a6705b", "#c8b560", FAINT)


def fans_of_all(c: Comparison, w: Words) -> Figure:
    """Fans of every brand, one panel for each logic of the own brand."""
    columns = min(3, len(c.logics))
    rows = -(-len(c.logics) // columns)
    figure, panels = canvas(rows, columns, 0.6 + 2.2 * rows, sharey=True)
    for axes, logic in zip(panels, c.logics, strict=False):
        ends = []
        for number, brand in enumerate(brands_of(c)):
            mean: Floats = np.mean(
                [ledger_of(run, brand).of("ROWS")[:, Domain.PRIVATE] for run in c.runs[logic]], axis=0
            )
            at = thinned(len(mean))
            x, colour = dates(c.scenario.start, len(mean))[at], COLOURS[number % len(COLOURS)]
            axes.plot(x, mean[at], color=colour, linestyle=DASHES[number % len(DASHES)])
            ends.append((float(mean[-1]), brand_name(brand, w), colour))
        axes.set_ylim(bottom=0)
        calendar(axes, c.scenario.start, c.scenario.days, w.lang, most=4)
        label_ends(axes, ends)
        in_counts(axes)
        axes.set_title(w("brands.panel", logic=w.logic(logic)))
    for axes in panels[len(c.logics) :]:
        axes.set_visible(False)
    return figure

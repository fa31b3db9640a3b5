"""Responses of a study: curves and maps of its figures over its factors, from the table of its runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.analysis.curves import MOST_VALUES, Curve, Heat, heat, response
from sim.analysis.samples import NotAnalysable
from sim.batch.experiment import Study

if TYPE_CHECKING:
    import pandas as pd

FEW = 6  # figures that are drawn where an experiment does not say which
USUAL = ("margin", "fans_end", "exits_per_month", "r_fan")
MOST_FACTORS = 8  # for which curves are drawn
MOST_PARTS = 6  # values of a factor with names that get curves of their own


@dataclass(frozen=True)
class Responses:
    """What a table says of its figures.

    curves  factor → figure → logic → curve
    heats   figure → logic → map over the two factors; empty but for a grid of two
    ahead   factor → paired differences of the margin between the first two logics; empty with one
    leads   the same over the two factors; None without
    within  factor → value of the one factor with names → logic → curve of the first figure at that value alone; empty
            where no factor of the grid has names, or more than one has
    """

    factors: tuple[str, ...]
    curves: dict[str, dict[str, dict[str, Curve]]]
    ahead: dict[str, Curve]
    heats: dict[str, dict[str, Heat]]
    leads: Heat | None
    within: dict[str, dict[str, dict[str, Curve]]]


def figures_of(study: Study) -> tuple[str, ...]:
    """The figures that are looked at: those that the experiment observes, or the usual ones."""
    return study.experiment.observe[:FEW] or USUAL


def responses(study: Study, table: "pd.DataFrame", figures: Sequence[str] = ()) -> Responses:
    """Curves of every free factor, and maps where there are two on a grid.

    Figures or factors of which nothing can be drawn are left out; raises NotAnalysable where nothing is left.
    """
    free = study.points.free[:MOST_FACTORS]
    curves: dict[str, dict[str, dict[str, Curve]]] = {}
    ahead: dict[str, Curve] = {}
    refused: list[str] = []
    alone = study.experiment.design.kind == "one-at-a-time"
    for factor in free:
        rows = table[table[factor].notna()] if alone else table  # where it is left alone, others are changed
        for figure in figures or figures_of(study):
            try:
                found = {logic: response(rows, factor, figure, logic) for logic in study.logics}
            except NotAnalysable as error:
                refused.append(str(error))
                continue
            curves.setdefault(factor, {})[figure] = found
        if factor in curves and len(study.logics) > 1:
            ahead[factor] = response(rows, factor, "margin", study.logics[0], study.logics[1])
    if not curves:
        raise NotAnalysable(refused[0] if refused else "the table has no factors")
    heats: dict[str, dict[str, Heat]] = {}
    leads = None
    if len(free) == 2 and _is_grid(study, free):
        x, y = free
        for figure in figures or figures_of(study):
            heats[figure] = {logic: heat(table, x, y, figure, logic) for logic in study.logics}
        if len(study.logics) > 1:
            leads = heat(table, x, y, "margin", study.logics[0], study.logics[1])
    within = _within(study, table, (figures or figures_of(study))[0])
    return Responses(tuple(curves), curves, ahead, heats, leads, within)


def _within(study: Study, table: "pd.DataFrame", figure: str) -> dict[str, dict[str, dict[str, Curve]]]:
    """Curves apart for each value of a factor with names: kinds of business are not to be averaged."""
    free = study.points.free[:MOST_FACTORS]
    named = [key for key in free if all(isinstance(value, str) for value in study.points.column(key))]
    if study.experiment.design.kind != "grid" or len(named) != 1:
        return {}
    parts = {str(value): rows for value, rows in table.groupby(named[0], sort=False)}
    if len(parts) > MOST_PARTS:
        return {}
    return {
        factor: {
            value: {logic: response(rows, factor, figure, logic) for logic in study.logics}
            for value, rows in parts.items()
        }
        for factor in free
        if factor != named[0]
    }


def _is_grid(study: Study, free: Sequence[str]) -> bool:
    kind = study.experiment.design.kind
    return kind in ("grid", "table") and all(len(set(study.points.column(key))) <= MOST_VALUES for key in free)

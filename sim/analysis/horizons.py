"""Horizons: what a conclusion would be if the run ended earlier, and the day on which it turns."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import Floats, stays_above
from sim.analysis.samples import NotAnalysable, samples
from sim.results import HORIZONS

if TYPE_CHECKING:
    import pandas as pd


def margins_by_horizon(
    table: "pd.DataFrame", logic: str, reference: str, days: int
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Days, [H], and paired differences of cumulative margin after them, [P, R, H].

    days  of the runs; the last of the horizons. Raises NotAnalysable for a table without margins.
    """
    columns = {day: f"margin_{day}" for day in HORIZONS if day < days} | {days: "margin"}
    missing = [name for name in columns.values() if name not in table.columns]
    if missing:
        raise NotAnalysable(
            f"the table lacks {missing[0]}: it was made by a version that did not tell it. Run it again"
        )
    found = [samples(table, name, logic, reference).values for name in columns.values()]
    return np.array(list(columns), np.int64), np.stack(found, axis=-1)


def crossover_days(days: npt.NDArray[np.int64], differences: Floats) -> Floats:
    """The day from which each path of differences stays above 0; linear between the days that are known.

    days  [H], increasing;  differences [..., H]

    From the start: 0. Never: the last day, a lower bound, so that indices of it see the horizon as a wall. NaN where a
    difference is missing.
    """
    with_start = np.concatenate([np.zeros((*differences.shape[:-1], 1)), differences], axis=-1)
    at = np.concatenate([[0], days]).astype(np.float64)
    first = stays_above(differences)
    never = first == differences.shape[-1]
    after = np.minimum(first, differences.shape[-1] - 1) + 1
    high = np.take_along_axis(with_start, after[..., None], axis=-1)[..., 0]
    low = np.take_along_axis(with_start, after[..., None] - 1, axis=-1)[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(high > low, -low / (high - low), 0.0)
    found = at[after - 1] + np.clip(share, 0.0, 1.0) * (at[after] - at[after - 1])
    found = np.where(never, float(days[-1]), np.where(first == 0, 0.0, found))
    missing = ~np.isfinite(differences).all(axis=-1)
    kept: Floats = np.where(missing, np.nan, found)
    return kept

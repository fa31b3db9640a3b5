"""Sensitivity of a study: which factors a figure hangs on, and which conclusions flip, from the table of its runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.curves import factor_of
from sim.analysis.flips import Decided, Share, deciders, share_won
from sim.analysis.horizons import crossover_days, margins_by_horizon
from sim.analysis.pairs import Floats
from sim.analysis.samples import Noise, NotAnalysable, Samples, complete, noise, samples
from sim.analysis.sensitivity import Indices, MissingExtra, convergence, morris, pawn
from sim.batch.designs import Morris, Saltelli
from sim.batch.experiment import Study

if TYPE_CHECKING:
    import pandas as pd

CROSSOVER = "crossover_day"  # of two logics: the day from which the first one's cumulative margin stays ahead


@dataclass(frozen=True)
class Flip:
    """How often a conclusion holds in the space of a study.

    logic, reference  the conclusion: ``logic`` has earned more than ``reference``
    days, shares      by horizon
    contested         the horizon at which the share is nearest to one half: where the conclusion flips most
    decided           what decides it at that horizon; None where that cannot be told, and ``why`` says why
    """

    logic: str
    reference: str
    days: tuple[int, ...]
    shares: tuple[Share, ...]
    contested: int
    decided: Decided | None
    why: str = ""


@dataclass(frozen=True)
class Sensitivity:
    """What a figure hangs on.

    figure            a figure of a run's summary, or ``CROSSOVER``
    logic, reference  whose figure it is; with a reference the paired difference
    indices           by the method that the design is made for: Sobol, Morris, otherwise PAWN
    course            Sobol indices from an eighth, a quarter and half of the sample, and all of it
    noise             share of luck in the means of points; None with a single replication
    flip              None for a study of one logic
    """

    figure: str
    logic: str
    reference: str | None
    indices: Indices
    course: tuple[Indices, ...]
    noise: Noise | None
    points: int
    replications: int
    flip: Flip | None


def sensitivity(
    study: Study, table: "pd.DataFrame", figure: str, logic: str, reference: str | None = None, seed: int = 0
) -> Sensitivity:
    """Analyse a table of a study.

    table  of all points, see ``sim.analysis.samples``;  seed: of resampling

    Raises NotAnalysable and MissingExtra.
    """
    found = _samples(study, table, figure, logic, reference)
    indices, course = _indices(study, complete(found, figure), seed)
    flip = None
    if len(study.logics) > 1:
        against = reference or next(name for name in study.logics if name != logic)
        flip = flips(study, table, logic, against, seed)
    return Sensitivity(
        figure, logic, reference, indices, course, noise(found), len(found.points), len(found.replications), flip
    )


def _samples(study: Study, table: "pd.DataFrame", figure: str, logic: str, reference: str | None) -> Samples:
    if figure != CROSSOVER:
        return samples(table, figure, logic, reference)
    if reference is None:
        raise NotAnalysable("a crossover is between two logics, and one is named. Name the other, too")
    like = samples(table, "margin", logic, reference)
    days, differences = margins_by_horizon(table, logic, reference, _days(study))
    return Samples(like.points, like.replications, crossover_days(days, differences))


def _days(study: Study) -> int:
    if "days" in study.factors:
        raise NotAnalysable("days is a factor of this study, and conclusions by horizon need runs of equal length")
    return study.base.days


def _indices(study: Study, means: Floats, seed: int) -> tuple[Indices, tuple[Indices, ...]]:
    design, names = study.experiment.design, study.points.free
    if isinstance(design, Saltelli):
        course = convergence(means, names, design.second_order, seed)
        return course[-1], tuple(course)
    places = np.asarray(study.points.places, np.float64)
    if isinstance(design, Morris):
        return morris(places, means, names, design.levels, seed), ()
    return pawn(places, means, names, seed), ()


def flips(study: Study, table: "pd.DataFrame", logic: str, reference: str, seed: int = 0) -> Flip:
    """In which share of the space ``logic`` earns more than ``reference``, by horizon, and what decides it.

    Raises NotAnalysable where nothing ran.
    """
    try:
        days, differences = margins_by_horizon(table, logic, reference, _days(study))
    except NotAnalysable:
        days = np.array([study.base.days])
        differences = samples(table, "margin", logic, reference).values[:, :, None]
    design = study.experiment.design
    block = design.block(len(study.points.free)) if isinstance(design, Saltelli | Morris) else 1
    shares = tuple(share_won(differences[:, :, h], block) for h in range(len(days)))
    at = min(range(len(days)), key=lambda h: abs(shares[h].wins.estimate - 0.5))
    decided, why = _decided(study, table, Samples(*_like(table, logic), differences[:, :, at]), seed)
    return Flip(logic, reference, tuple(int(day) for day in days), shares, int(days[at]), decided, why)


def _like(table: "pd.DataFrame", logic: str) -> tuple[np.ndarray, np.ndarray]:
    like = samples(table, "margin", logic)
    return like.points, like.replications


def _decided(study: Study, table: "pd.DataFrame", found: Samples, seed: int) -> tuple[Decided | None, str]:
    """What decides the sign of the mean differences, or why that cannot be told."""
    import pandas as pd

    means = found.means
    usable = np.isfinite(means)
    names: Sequence[str] = study.points.free
    factors = pd.DataFrame({name: factor_of(table, name, found) for name in names})[usable]
    try:
        return deciders(factors, means[usable] > 0.0, seed), ""
    except (NotAnalysable, MissingExtra) as error:
        return None, str(error)

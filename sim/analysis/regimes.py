"""Regimes: does a pool grow by itself, live on inflow or run dry, and how sure is that from a few runs?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import Floats, mean_interval
from sim.domains import PoolState
from sim.results import Interval

FIGURES = ("r_fan", "joins_per_month", "exits_per_month")
SURE = 0.95  # confidence from which a regime counts as known
FINE = 201  # values along each side of the lattice on which two maps are compared


@dataclass(frozen=True)
class Regime:
    """How a pool lives, by the last 90 days of some runs of it.

    state       None where nobody comes and nobody goes
    confidence  probability that the state of the mean is this one, given the luck of the runs; NaN with a single run
    own         fans that fans bring less fans lost, a share of the fans a month: above 0 where R_fan > 1
    net         fans gained in any way less fans lost, a share of the fans a month
    gain        mean R_fan
    """

    state: PoolState | None
    confidence: float
    own: Interval
    net: Interval
    gain: float


def regime(r_fan: Floats, joins: Floats, exits: Floats) -> Regime:
    """The regime of a pool from its figures in replications.

    r_fan         [R] loop gain;  NaN where nobody left, which counts as 0 as in ``sim.loop``
    joins, exits  [R] per fan and month

        own = (R_fan − 1)·exits        net = joins − exits
        growing: own > 0        fed: own ≤ 0, net ≥ 0        depleting: net < 0      (``sim.loop.pool_state``)

    Both are rates and not ratios, so that their mean over runs weighs a run by what happened in it. The confidence is
    that of t distributions about the means: of own > 0 for a growing pool; for the others that both signs are as they
    seem, by Bonferroni's bound, since the two move together.
    """
    gains = np.where(np.isfinite(r_fan), r_fan, 0.0)
    own, net = (gains - 1.0) * exits, joins - exits
    if not joins.any() and not exits.any():
        nothing = Interval(0.0, 0.0, 0.0)
        return Regime(None, 1.0, nothing, nothing, 0.0)
    brings, lasts = _above_zero(own, at_zero=0.0), _above_zero(net, at_zero=1.0)
    if own.mean() > 0.0:
        state, confidence = PoolState.GROWING, brings
    elif net.mean() >= 0.0:
        state, confidence = PoolState.FED, max(0.0, lasts - brings)
    else:
        state, confidence = PoolState.DEPLETING, max(0.0, 1.0 - lasts - brings)
    if len(own) < 2:
        confidence = float("nan")
    left = float(exits.sum())
    gain = float((gains * exits).sum()) / left if left > 0.0 else 0.0
    return Regime(state, confidence, mean_interval(own), mean_interval(net), gain)


def _above_zero(values: Floats, at_zero: float) -> float:
    """Probability that a mean lies above 0, given replications; ½ with one of them. at_zero: of what is exactly 0."""
    n = len(values)
    if n < 2:
        return 0.5
    error = float(values.std(ddof=1)) / np.sqrt(n)
    if error == 0.0:
        return 1.0 if values.mean() > 0.0 else 0.0 if values.mean() < 0.0 else at_zero
    from scipy.special import stdtr

    return float(stdtr(n - 1, values.mean() / error))


def states_of(own: Floats, net: Floats) -> npt.NDArray[np.int64]:
    """Numbers of the states for given rates, any shape; see ``regime``."""
    return np.where(own > 0.0, PoolState.GROWING, np.where(net >= 0.0, PoolState.FED, PoolState.DEPLETING))


@dataclass(frozen=True)
class Apart:
    """How far a predicted map of regimes is from the one that was observed.

    area    share of the map on which the two name different regimes. Where a boundary crosses the map once, that is the
            mean distance between where it is predicted and where it is observed, as a share of the range
    sure    points whose observed regime is known (confidence of 95 % or more)
    missed  of these, the ones for which another regime is predicted
    """

    area: float
    sure: int
    missed: int


def apart(places: Floats, observed: Floats, sure: npt.NDArray[np.bool_], predicted: Floats) -> Apart:
    """Compare regimes observed at scattered points with those predicted on a lattice.

    places     [P, 2] of the points, fractions of the ranges of the two factors;  P ≥ 4, not on one line
    observed   [P, 2] own and net of ``regime``;  sure [P] whether its state is known
    predicted  [L, L, 2] own and net at even fractions, rows along the second factor

    Rates are linear in the triangles between points and between places of the lattice; what lies outside of all
    triangles is left out.
    """
    from scipy.interpolate import LinearNDInterpolator, RegularGridInterpolator

    at = np.linspace(0.0, 1.0, len(predicted))
    told = RegularGridInterpolator((at, at), predicted.transpose(1, 0, 2))
    fine = np.linspace(0.0, 1.0, FINE)
    everywhere = np.stack(np.meshgrid(fine, fine), axis=-1).reshape(-1, 2)
    seen = LinearNDInterpolator(places, observed)(everywhere)
    inside = np.isfinite(seen).all(axis=1)
    differ = _states(seen[inside]) != _states(told(everywhere[inside]))
    missed = _states(observed[sure]) != _states(told(places[sure]))
    return Apart(float(differ.mean()), int(sure.sum()), int(missed.sum()))


def _states(rates: Floats) -> npt.NDArray[np.int64]:
    return states_of(rates[..., 0], rates[..., 1])

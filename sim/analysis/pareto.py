"""Pareto fronts: what cannot be bettered in one aim without loss in another. All aims are to be large."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import Floats, mean_band

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Front:
    """Which candidates stand on the front.

    best      [N] those that no other betters in the means
    possible  [N] those that no other betters clearly: the paired differences to it do not tell; contains ``best``
    """

    best: Mask
    possible: Mask


def non_dominated(aims: Floats) -> Mask:
    """Candidates that no other betters: as good in all aims and better in one.

    aims  [N, K], large is good; NaN stands on no front. Returns [N].
    """
    usable = np.isfinite(aims).all(axis=1)
    found = usable.copy()
    for n in np.flatnonzero(usable):
        others = aims[usable]
        found[n] = not bool(((others >= aims[n]).all(axis=1) & (others > aims[n]).any(axis=1)).any())
    return found


def front(aims: Floats) -> Front:
    """The front of candidates whose aims are known from paired replications.

    aims  [N, R, K]: candidate, replication (the same people and luck for all), aim; large is good

    A candidate is bettered clearly by another when the 95 % t interval of the mean paired difference lies above 0 in
    one aim and does not lie below 0, nor the mean, in any other. With one replication nothing is clear. Many candidates
    are compared, so that ``possible`` leaves out about one in forty of those that belong to it for each that is close.
    """
    means = aims.mean(axis=1)
    best = non_dominated(means)
    possible = np.isfinite(means).all(axis=1)
    if aims.shape[1] >= 2:
        for n in np.flatnonzero(possible & ~best):
            possible[n] = not any(_clearly_above(aims[m] - aims[n]) for m in np.flatnonzero(best))
    return Front(best, possible)


def _clearly_above(differences: Floats) -> bool:
    """Paired differences [R, K]: at least as good in the mean of each aim, and clearly better in one."""
    band = mean_band(differences)
    return bool((band.mean >= 0.0).all() and (band.low > 0.0).any())

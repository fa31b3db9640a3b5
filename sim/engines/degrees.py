"""Degrees: how many friends people have, as a few classes of equal degree.

Numbers of friends are log-normal, cut at the platform's limit. The family is that of the followed accounts of 27,285
users of Kuaishou (KuaiRand): a log-normal with their median 155 and mean 410 has a Gini index of .670 (measured .675)
and a 90 % quantile of 998 (measured 1,021).

Five classes between the quantiles .3, .7, .97 and .995, each with its mean degree, keep the mean, the mean degree of a
friend (Σd²/Σd, which decides how far invitations spread) and how many friends a few invitations can reach
(E min(d, n), n = 3 … 100) within 10 %; no four classes keep them within 14 %.
"""

import math
from statistics import NormalDist

from sim.scenario.schema import Network

QUANTILES = (0.3, 0.7, 0.97, 0.995)
_NORMAL = NormalDist()
_WIDEST = 10.0  # log-sd


def _mean_below(median: float, spread: float, most: float, end: float) -> float:
    """∫ of min(X, most) over the quantiles below ``end`` of a log-normal X."""
    if end <= 0.0:
        return 0.0
    z = math.inf if end >= 1.0 else _NORMAL.inv_cdf(end)
    cut = math.log(most / median) / spread
    free = median * math.exp(0.5 * spread * spread) * _NORMAL.cdf(min(z, cut) - spread)
    return free + (most * (end - _NORMAL.cdf(cut)) if z > cut else 0.0)


def spread_of(network: Network) -> float:
    """Log-sd at which the cut log-normal has the mean asked for; 0 if it equals the median. By bisection."""
    if network.mean <= network.median:
        return 0.0
    low, high = 0.0, _WIDEST
    for _ in range(200):
        spread = 0.5 * (low + high)
        if _mean_below(network.median, spread, network.most, 1.0) < network.mean:
            low = spread
        else:
            high = spread
    return 0.5 * (low + high)


def degree_classes(network: Network) -> tuple[tuple[float, int], ...]:
    """Share of people and degree of each class, from the fewest friends to the most; one class without spread."""
    spread = spread_of(network)
    if spread <= 0.0:
        return ((1.0, round(network.median)),)
    ends = (0.0, *QUANTILES, 1.0)
    below = [_mean_below(network.median, spread, network.most, end) for end in ends]
    return tuple(
        (b - a, round((after - before) / (b - a)))
        for a, b, before, after in zip(ends, ends[1:], below, below[1:], strict=False)
    )

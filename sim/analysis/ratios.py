"""Ratios over runs: Σ a ÷ Σ b with an interval."""

import math

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import LEVEL
from sim.results import Interval


def ratio_interval(above: npt.NDArray[np.float64], below: npt.NDArray[np.float64]) -> Interval | None:
    """Ratio of two means over runs, with a 95 % t interval of its linearisation; None where nothing stands below.

        R = Σa ÷ Σb        se = sd(aᵢ − R·bᵢ) ÷ (√n · mean b)

    above, below  [n], one of each per run

    A percentile bootstrap of ten runs covers less than it promises (docs/architecture.md), this covers 95 % there.
    With one run the interval is open.
    """
    n, total = len(above), float(below.sum())
    if total <= 0.0:
        return None
    ratio = float(above.sum()) / total
    if n < 2:
        return Interval(ratio, -math.inf, math.inf)
    error = float((above - ratio * below).std(ddof=1)) / (math.sqrt(n) * total / n)
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) * error
    return Interval(ratio, ratio - half, ratio + half)

"""Sequential replications: how many are enough for a mean to be known well, and how many to make next.

A rule that looks at the interval again and again stops too early, when the variance so far happens to be small. Three
things keep the level: no look before ``LEAST`` replications; the interval must be narrow enough at the last ``STEADY``
+ 1 sizes, not only at one; and between looks as many replications are made as the variance so far asks for, so that
there are few looks. Measured in 10,000 repetitions (tests/analysis has some of them): where 12, 20 or 50 normal values
are enough, 95 % intervals cover 94.5 %; with looks from the third value on 91.8, 92.3 and 93.9 %. Of exponential values
they cover 89 to 90 %, where the interval of 20 of them without any looking covers 92 %.
"""

import math

import numpy as np

from sim.analysis.pairs import LEVEL, Floats

LEAST = 10
STEADY = 5
GROWTH = 2  # replications after a round over those before it, at most


def half_widths(values: Floats) -> Floats:
    """Half widths of the 95 % t intervals of the means of the first 1, 2, … values; infinite for one value.

    values  [n] independent replications, in their order
    """
    from scipy.special import stdtrit

    n = np.arange(1, len(values) + 1)
    centred = values - values.mean() if len(values) else values  # so that squares of large means do not cancel
    mean = np.cumsum(centred) / n
    squares = np.maximum(np.cumsum(centred**2) - n * mean**2, 0.0)
    found = np.full(len(values), np.inf)
    found[1:] = stdtrit(n[1:] - 1, 0.5 + LEVEL / 2) * np.sqrt(squares[1:] / (n[1:] - 1) / n[1:])
    return found


def targets(values: Floats, width: float, relative: bool) -> Floats:
    """Half widths that are narrow enough for the means of the first 1, 2, … values.

    A share γ of the unknown mean is reached when the half width is γ / (1 + γ) of the mean that was found, since that
    one may be too large by as much (Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1).
    """
    if not relative:
        return np.full(len(values), width)
    means = np.cumsum(values) / np.arange(1, len(values) + 1)
    return np.abs(means) * width / (1.0 + width)


def is_narrow(values: Floats, width: float, relative: bool = False, least: int = LEAST) -> bool:
    """True when the interval of a mean is narrow enough, and was so at the ``STEADY`` sizes before.

    values  [n] replications;  least: size of the first of these sizes, at least
    """
    first = len(values) - STEADY
    if first < least:
        return False
    at = slice(first - 1, None)
    return bool(np.all(half_widths(values)[at] <= targets(values, width, relative)[at]))


def more_needed(values: Floats, width: float, relative: bool = False, least: int = LEAST) -> int:
    """Replications to make before looking again: 0 when the mean is known well enough.

    As many as the variance so far asks for, but at least ``STEADY`` and at most as many as there are.
    """
    n = len(values)
    if n < least + STEADY:
        return least + STEADY - n
    if is_narrow(values, width, relative, least):
        return 0
    half, target = float(half_widths(values)[-1]), float(targets(values, width, relative)[-1])
    wanted = n * (half / target) ** 2 if target > 0.0 else math.inf
    return max(STEADY, min(math.ceil(min(wanted, 1e9)) - n, (GROWTH - 1) * n))

"""Small numeric helpers of the rules: bounded exponents, logistic, fixed-point integers.

Rules use + − × ÷, comparisons and ``math.exp, log, log1p, expm1, sqrt, pow, tanh, erf, floor`` only: outside this
list compiled code and plain Python differ in the last bit.
"""

import math

from sim.compiled import rule

FIXED_POINT = 1048576.0  # 2²⁰


@rule
def bounded_exp(x: float) -> float:
    """e^x with x cut to [−700, 700], so that it neither overflows nor vanishes."""
    return math.exp(min(700.0, max(-700.0, x)))


@rule
def logistic(x: float) -> float:
    """1 / (1 + e^−x)."""
    return 1.0 / (1.0 + bounded_exp(-x))


@rule
def log_odds(p: float) -> float:
    """ln(p / (1 − p)); p in (0, 1)."""
    return math.log(p / (1.0 - p))


@rule
def between(low: float, x: float, high: float) -> float:
    """x cut to [low, high]."""
    return min(high, max(low, x))


@rule
def normal_distribution(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * (1.0 + math.erf(x / 1.4142135623730951))


@rule
def fixed(x: float) -> int:
    """round(x · 2²⁰): how a real number enters an aggregate, so that sums are exact in any order."""
    return math.floor(x * FIXED_POINT + 0.5)


@rule
def share_of(amount: int, basis_points: int) -> int:
    """Share of an amount of cents, rounded half up to the cent; amount and share ≥ 0."""
    return (amount * basis_points + 5000) // 10000


@rule
def kept(elapsed: float, time: float) -> float:
    """Share that is left after ``elapsed`` days of what falls to 1/e in ``time`` days: e^(−elapsed/time)."""
    return math.exp(-elapsed / time)

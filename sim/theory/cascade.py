"""The cascade of traffic pools: mean, variance, concentration and tail of plays; what a bought fan costs.

Source: evidence M1, M2. ``sizes`` are the plays that each pool adds, the mean of the first one first; every pool is
passed with the same probability.
"""

import math
from collections.abc import Sequence


def outcomes(sizes: Sequence[float], passed: float) -> list[tuple[float, float]]:
    """Probability and mean plays of ending in each pool: p^k·(1 − p), for the last one p^k; Σ sizes up to it."""
    found, total = [], 0.0
    for k, size in enumerate(sizes):
        total += size
        ends = passed**k * (1.0 if k == len(sizes) - 1 else 1.0 - passed)
        found.append((ends, total))
    return found


def mean_plays(sizes: Sequence[float], passed: float) -> float:
    """Expected plays of a content: Σ size_k·p^k."""
    return sum(size * passed**k for k, size in enumerate(sizes))


def variance_plays(sizes: Sequence[float], passed: float, width: float) -> float:
    """Variance of the plays of a content whose first pool is uniform with a given width (most − fewest)."""
    mean = mean_plays(sizes, passed)
    return sum(p * (plays - mean) ** 2 for p, plays in outcomes(sizes, passed)) + width**2 / 12.0


def gini_plays(sizes: Sequence[float], passed: float, width: float) -> float:
    """Gini coefficient of plays over contents, E|V − V'| / (2·E[V]).

    Two contents that end in different pools differ by the means of these pools, two of the same by width/3 on average.
    Exact while every further pool is larger than ``width``, so that no two pools overlap.
    """
    ends = outcomes(sizes, passed)
    between = sum(p * q * abs(a - b) for p, a in ends for q, b in ends)
    within = sum(p * p for p, _ in ends) * width / 3.0
    return (between + within) / (2.0 * mean_plays(sizes, passed))


def tail_exponent(passed: float, growth: float) -> float:
    """Exponent α = −ln p / ln g of P(V > v) ~ v^−α, for pools that grow by the factor g; at most 1: no finite mean."""
    return -math.log(passed) / math.log(growth)


def acquisition_cost(price: float, follow: float, reached: float, people: float) -> float:
    """Cost of a fan bought by ads: CPM / (1000 · p_follow · (1 − F/K)), in the money of the price.

    price   CPM, per 1,000 impressions;  follow: follows per impression seen by one who does not follow yet
    reached F, followers and others whom an ad cannot win;  people: K, users who are shown ads
    """
    return price / (1000.0 * follow * (1.0 - reached / people))

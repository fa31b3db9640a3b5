"""Comparing a sample with theory: distances in standard errors, never in guessed tolerances.

A statistical test asserts ``distance < FAR``; its perturbed sibling asserts ``distance > FAR``. At 4 standard errors a
right rule fails once in 16,000 seeds; seeds are fixed.
"""

import math

import numpy as np

FAR = 4.0
_KS_FAR = math.sqrt(math.log(2 / 6.3e-5) / 2)  # Kolmogorov: as improbable as 4 standard errors


def z_of_mean(sample, mean):
    """Sample mean − mean, in standard errors of the sample."""
    sample = np.asarray(sample, float)
    return (sample.mean() - mean) / (sample.std(ddof=1) / math.sqrt(len(sample)))


def z_of_variance(sample, variance):
    """Sample variance − variance, in standard errors from the sample's fourth moment."""
    sample = np.asarray(sample, float)
    squares = (sample - sample.mean()) ** 2
    return (sample.var(ddof=1) - variance) / (squares.std(ddof=1) / math.sqrt(len(sample)))


def z_of_share(successes, trials, p):
    """Share of successes − p, in standard errors of a binomial."""
    return (successes / trials - p) / math.sqrt(p * (1 - p) / trials)


def ks_distance(sample, distribution):
    """Kolmogorov distance of a continuous sample, on the scale of standard errors."""
    ordered = np.sort(np.asarray(sample, float))
    n = len(ordered)
    cdf = distribution(ordered)
    gap = max((np.arange(1, n + 1) / n - cdf).max(), (cdf - np.arange(n) / n).max())
    return FAR * gap * math.sqrt(n) / _KS_FAR


def chi_square_z(observed, expected):
    """Pearson's χ² as a normal deviate (Wilson and Hilferty); cells with few expected are the caller's to pool."""
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    freedom = len(observed) - 1
    chi2 = ((observed - expected) ** 2 / expected).sum()
    return ((chi2 / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))

"""Samplers against their distributions: means, variances, Kolmogorov distances; each with a sibling that is 5 % off."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import FAR, ks_distance, z_of_mean, z_of_variance
from scipy import stats

from sim.streams import (
    Decision,
    beta,
    exponential,
    gamma,
    normal,
    normal_quantile,
    poisson,
    replication_key,
    uniform,
)

KEY = replication_key(20210801, 0)
N = 200_000
NEED = Decision.NEED.value

# name: draw of person i, its distribution, the draw with a rule that is 5 % off
CASES = {
    "uniform": (lambda i: uniform(KEY, 1, i, 0, 0), stats.uniform(), lambda i: 1.05 * uniform(KEY, 1, i, 0, 0)),
    "uniform by day and number": (
        lambda i: uniform(KEY, 3, 7, i % 1000, i // 1000),
        stats.uniform(),
        lambda i: 0.95 * uniform(KEY, 3, 7, i % 1000, i // 1000),
    ),
    "exponential": (
        lambda i: exponential(KEY, 2, i, 3, 1),
        stats.expon(),
        lambda i: 1.05 * exponential(KEY, 2, i, 3, 1),
    ),
    "normal": (lambda i: normal(KEY, 3, i, 0, 0), stats.norm(), lambda i: 1.05 * normal(KEY, 3, i, 0, 0)),
    **{
        f"gamma {shape}": (
            functools.partial(lambda shape, i: gamma(shape, KEY, 4, i, 0, 0), shape),
            stats.gamma(shape),
            functools.partial(lambda shape, i: gamma(1.05 * shape, KEY, 4, i, 0, 0), shape),
        )
        for shape in (0.3, 0.8, 1.0, 5.0)
    },
    **{
        f"beta {a} {b}": (
            functools.partial(lambda a, b, i: beta(a, b, KEY, 5, i, 0, 0), a, b),
            stats.beta(a, b),
            functools.partial(lambda a, b, i: beta(1.05 * a, b, KEY, 5, i, 0, 0), a, b),
        )
        for a, b in ((2.8, 5.2), (0.7929, 2.4258))
    },
}  # fmt: skip


def drawn(draw):
    return np.fromiter((draw(i) for i in range(N)), float, N)


def distance(sample, law):
    moments = max(abs(z_of_mean(sample, law.mean())), abs(z_of_variance(sample, law.var())))
    return max(moments, ks_distance(sample, law.cdf))


@pytest.mark.statistical
@pytest.mark.parametrize("name", CASES)
def test_sampler_follows_its_law(name):
    draw, law, _ = CASES[name]
    assert distance(drawn(draw), law) < FAR


@pytest.mark.statistical
@pytest.mark.parametrize("name", CASES)
def test_sampler_that_is_5_percent_off_is_found_out(name):
    _, law, perturbed = CASES[name]
    assert distance(drawn(perturbed), law) > FAR


def poisson_distance(mean, true_mean, n):
    sample = np.fromiter((poisson(true_mean, KEY, NEED, i, 5, 0) for i in range(n)), float, n)
    return max(abs(z_of_mean(sample, mean)), abs(z_of_variance(sample, mean)))


@pytest.mark.statistical
@pytest.mark.parametrize(("mean", "n"), [(0.0357, 500_000), (0.5, N), (6.0, N)])
def test_poisson_follows_its_law(mean, n):
    assert poisson_distance(mean, mean, n) < FAR


@pytest.mark.statistical
@pytest.mark.parametrize(("mean", "n"), [(0.0357, 500_000), (0.5, N), (6.0, N)])
def test_poisson_that_is_5_percent_off_is_found_out(mean, n):
    assert poisson_distance(mean, 1.05 * mean, n) > FAR


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.5, 3.0, 9.0])
def test_poisson_is_the_inversion_of_its_uniform(mean):
    for i in range(500):
        u = uniform(KEY, NEED, i, 2, 1)
        expected = 0 if mean == 0 else int(stats.poisson(mean).ppf(u))
        assert poisson(mean, KEY, NEED, i, 2, 1) == expected


@given(st.floats(1e-300, 1 - 1e-16))
def test_normal_quantile_is_scipys(p):
    expected = stats.norm.ppf(p)
    assert abs(normal_quantile(p) - expected) <= 1e-12 * max(1.0, abs(expected))


def test_normal_quantile_at_the_ends_of_the_uniform():
    for p in (0.5 / 2**32, 1 - 0.5 / 2**32, 0.075, 0.925, 0.5):
        assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), abs=1e-12)


@given(st.floats(0.05, 50), st.integers(0, 10**6))
def test_gamma_is_positive_and_finite(shape, person):
    assert 0.0 < gamma(shape, KEY, 4, person, 0, 0) < 1e6


@given(st.floats(0.05, 50), st.floats(0.05, 50), st.integers(0, 10**6))
def test_beta_is_a_share(a, b, person):
    assert 0.0 <= beta(a, b, KEY, 5, person, 0, 0) <= 1.0

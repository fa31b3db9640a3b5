"""Points of the quadrature: those of SciPy's scrambled Sobol sequence, digit by digit."""

import numpy as np
import pytest
from scipy.stats import beta, gamma, norm, qmc

from sim.domains import MAX_CHANNELS
from sim.rules.mean_state import FRAILTY, PRIOR, TOLERANCE
from sim.theory import sobol
from sim.theory.people import traits_at

from .test_outlook import curves


def reference(dimensions, exponent=9):
    return qmc.Sobol(dimensions, scramble=True, seed=sobol.SEED).random_base2(exponent)


@pytest.mark.parametrize("dimensions", range(1, sobol.MOST_DIMENSIONS + 1))
def test_points_are_those_of_scipy(dimensions):
    theirs = np.clip(reference(dimensions), 1e-6, 1.0 - 1e-6)
    for number in (1, 12, 100, 512):
        assert np.array_equal(sobol.points(number, dimensions), theirs[:number])


def test_there_are_dimensions_for_every_channel():
    assert sobol.MOST_DIMENSIONS >= 6 + MAX_CHANNELS


def test_they_are_more_even_than_chance():
    ours, rough = sobol.points(256, 6), np.random.default_rng(1).random((256, 6))
    assert qmc.discrepancy(ours) < 0.2 * qmc.discrepancy(rough)


def test_traits_are_quantiles_of_the_laws():
    world = curves().brand.world
    u = sobol.points(64, 6)
    found, rules = traits_at(u, 0, 0.4, world), world.rules
    spread, frailty, size = (
        float(x) for x in (rules.messages.tolerance_spread, rules.leaving.frailty, rules.trust.prior_size)
    )
    assert np.allclose(found[:, TOLERANCE], float(world.segments.tolerance[0]) * np.exp(spread * norm.ppf(u[:, 0])))
    assert np.allclose(found[:, FRAILTY], gamma.ppf(u[:, 1], 1.0 / frailty, scale=frailty))
    mean = 0.4  # no segment's shift
    assert np.allclose(found[:, PRIOR], beta.ppf(u[:, 4], size * mean, size * (1.0 - mean)))
    assert not np.allclose(found[:, PRIOR], beta.ppf(u[:, 4], 1.05 * size * mean, size * (1.0 - mean)))

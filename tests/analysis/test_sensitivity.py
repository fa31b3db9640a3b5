"""Sensitivity indices against closed forms: Ishigami's function, and the stationary pool of theory 4.1."""

import sys

import numpy as np
import pytest
from scipy.integrate import dblquad

from sim.analysis.samples import NotAnalysable
from sim.analysis.sensitivity import MissingExtra, convergence, morris, pawn, sobol
from sim.theory.pool import stationary_size

SALib = pytest.importorskip("SALib")
from SALib.sample import morris as morris_sample  # noqa: E402
from SALib.sample import sobol as sobol_sample  # noqa: E402

NAMES = ("x1", "x2", "x3")
A, B = 7.0, 0.1


def problem(k):
    return {"num_vars": k, "names": [str(n) for n in range(k)], "bounds": [[0.0, 1.0]] * k}


def saltelli(k, base, seed=1, second_order=False):
    return sobol_sample.sample(problem(k), base, calc_second_order=second_order, seed=np.random.default_rng(seed))


def ishigami(x):
    z = np.pi * (2 * x - 1)
    return np.sin(z[:, 0]) + A * np.sin(z[:, 1]) ** 2 + B * z[:, 2] ** 4 * np.sin(z[:, 0])


def ishigami_indices(a=A, b=B):
    """First and total, from the variances of its parts."""
    v1, v2 = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8
    v13 = 8 * b**2 * np.pi**8 / 225
    whole = v1 + v2 + v13
    return np.array([v1, v2, 0]) / whole, np.array([v1 + v13, v2, v13]) / whole


# Λ, β and μ of a pool; F* = Λ/(μ − β)
LOW, HIGH = np.array([5.0, 0.001, 0.010]), np.array([15.0, 0.006, 0.020])


def pool(x):
    inflow, birth, leaving = (LOW + x * (HIGH - LOW)).T
    return np.array([stationary_size(*one) for one in zip(inflow, birth, leaving, strict=True)])


def pool_indices():
    """F* = Λ·g with g = 1/(μ − β), Λ independent of g: indices from moments of g, which are integrals of logarithms."""
    (l0, b0, m0), (l1, b1, m1) = LOW, HIGH
    mean_l, var_l = (l0 + l1) / 2, (l1 - l0) ** 2 / 12
    area = (b1 - b0) * (m1 - m0)
    tight = {"epsabs": 1e-12, "epsrel": 1e-12}

    def moment(power):
        return dblquad(lambda m, b: (m - b) ** -power, b0, b1, m0, m1, **tight)[0] / area

    mean_g, square_g = moment(1), moment(2)
    var_g = square_g - mean_g**2
    b, m = (np.linspace(*ends, 20001) for ends in ((b0, b1), (m0, m1)))
    given_b = np.log((m1 - b) / (m0 - b)) / (m1 - m0)
    given_m = np.log((m - b0) / (m - b1)) / (b1 - b0)
    var_b, var_m = (np.trapezoid(g**2, dx=1 / 20000) - mean_g**2 for g in (given_b, given_m))
    whole = (var_l + mean_l**2) * square_g - (mean_l * mean_g) ** 2
    first = np.array([var_l * mean_g**2, mean_l**2 * var_b, mean_l**2 * var_m]) / whole
    both = var_l + mean_l**2
    total = np.array([var_l * square_g, both * (var_g - var_m), both * (var_g - var_b)]) / whole
    return first, total


def outside(found, truth):
    return [not i.low <= t <= i.high for i, t in zip(found, truth, strict=True)]


@pytest.mark.statistical
@pytest.mark.parametrize("second_order", [False, True])
@pytest.mark.parametrize(("model", "truth"), [(ishigami, ishigami_indices), (pool, pool_indices)])
def test_sobol_indices_agree_with_the_closed_form_within_their_intervals(model, truth, second_order):
    found = sobol(model(saltelli(3, 1024, second_order=second_order)), NAMES, second_order)
    first, total = truth()
    assert found.samples == 1024
    assert not any(outside(found.first, first) + outside(found.total, total))


@pytest.mark.statistical
def test_indices_of_a_model_that_is_a_little_different_are_told_apart():
    found = sobol(ishigami(saltelli(3, 4096)), NAMES)
    first, total = ishigami_indices(a=1.15 * A)
    assert any(outside(found.first, first) + outside(found.total, total))
    assert not any(outside(found.total, ishigami_indices()[1]))


def test_intervals_shrink_as_the_sample_grows_and_the_last_is_the_whole():
    values = ishigami(saltelli(3, 512))
    course = convergence(values, NAMES)
    assert [one.samples for one in course] == [64, 128, 256, 512]
    assert course[-1] == sobol(values, NAMES)
    widths = [one.total[0].high - one.total[0].low for one in course]
    assert widths == sorted(widths, reverse=True)


def test_ranking_is_by_total_effect():
    assert sobol(ishigami(saltelli(3, 512)), NAMES).ranked == (0, 1, 2)


def test_luck_that_all_points_share_leaves_indices_alone_and_luck_of_their_own_does_not():
    """Common random numbers are what makes indices of a simulation mean something."""
    x = saltelli(3, 512)
    clean = ishigami(x)
    alone, shared = sobol(clean, NAMES), sobol(clean + 3.0, NAMES)
    assert [i.estimate for i in shared.total] == pytest.approx([i.estimate for i in alone.total])
    noisy = sobol(clean + 3.0 * np.random.default_rng(3).normal(size=len(clean)), NAMES)
    assert noisy.total[2].low > alone.total[2].high  # luck passes for interaction


def test_intervals_do_not_depend_on_global_chance_not_even_with_seed_0():
    values = ishigami(saltelli(3, 64))
    np.random.seed(1)  # noqa: NPY002
    one = sobol(values, NAMES, seed=0)
    np.random.seed(2)  # noqa: NPY002
    assert sobol(values, NAMES, seed=0) == one
    assert sobol(values, NAMES, seed=1).first[0].high != one.first[0].high


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda y: np.where(np.arange(len(y)) == 3, np.nan, y), "1 of 320 values are missing"),
        (lambda y: y[:-1], "319 values are no multiple of 5"),
        (lambda y: np.full(len(y), 4.0), "all values are 4: nothing varies"),
        (lambda y: y[:0], "0 values"),
    ],
)
def test_what_would_give_silent_zeros_is_refused(spoil, message):
    with pytest.raises(NotAnalysable, match=message):
        sobol(spoil(ishigami(saltelli(3, 64))), NAMES)


def linear(x):
    return 4.0 * x[:, 0] - 2.0 * x[:, 1] + 3.0 * x[:, 0] * x[:, 2]


def test_morris_of_a_plane_is_its_slopes_without_spread_but_where_factors_interact():
    x = morris_sample.sample(problem(4), 40, num_levels=4, seed=5)
    found = morris(x, linear(x), ("a", "b", "c", "d"))
    assert found.samples == 40
    assert found.first[1].estimate == pytest.approx(2.0)
    assert found.signed[1] == pytest.approx(-2.0)
    assert found.spread[1] == pytest.approx(0.0, abs=1e-9)
    assert found.spread[0] > 0.5  # with c
    assert found.first[3].estimate == pytest.approx(0.0, abs=1e-9)
    assert found.first[0].low < 5.5 < found.first[0].high  # 4 + 3·E[c]
    assert found.ranked[0] == 0


def test_morris_knows_other_numbers_of_levels():
    x = morris_sample.sample(problem(2), 20, num_levels=8, seed=5)
    assert morris(x, 3.0 * x[:, 0] + x[:, 1], ("a", "b"), levels=8).first[0].estimate == pytest.approx(3.0)


def test_pawn_tells_factors_from_chance_in_any_sample():
    x = np.random.default_rng(4).random((600, 4))
    found = pawn(x, ishigami(x[:, :3]), (*NAMES, "nothing"))
    assert found.ranked[0] == 1
    assert found.first[0].low > found.floor
    assert found.first[1].low > found.floor
    assert found.first[3].low < found.floor < found.first[3].high


def test_pawn_sees_the_last_of_two_values():
    """Slices between quantiles of a switch are empty but for one; ranks with ties broken fill them all."""
    rng = np.random.default_rng(4)
    x = np.column_stack([rng.integers(0, 2, 400), rng.random(400)]).astype(float)
    found = pawn(x, 5.0 * x[:, 0] + x[:, 1], ("switch", "level"))
    assert found.first[0].estimate == pytest.approx(0.5, abs=0.1)
    assert found.first[0].low > found.first[1].high


def test_pawn_wants_points_for_its_slices():
    with pytest.raises(NotAnalysable, match="40 points are too few"):
        pawn(np.random.default_rng(1).random((40, 2)), np.arange(40.0), ("a", "b"))


def test_without_salib_a_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.analyze.sobol", None)
    with pytest.raises(MissingExtra, match=r'needs SALib.*pip install "sanyu\[study\]"'):
        sobol(ishigami(saltelli(3, 64)), NAMES)

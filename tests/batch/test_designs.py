"""Designs: the structure of each kind, and that points are held compactly."""

import sys

import numpy as np
import pytest

from sim.batch.designs import (
    KINDS,
    DesignError,
    Grid,
    LatinHypercube,
    Morris,
    OneAtATime,
    Points,
    Saltelli,
    Sobol,
    points,
    problem,
)
from sim.batch.factors import Factor

UNIT = {key: Factor(**{"from": 0, "to": 1}) for key in "abc"}


def test_a_grid_has_every_combination_and_linked_factors_add_none():
    factors = {
        "a": Factor(**{"from": 1, "to": 100, "scale": "log", "levels": 3}),
        "b": Factor(values=["x", "y"]),
        "c": Factor(values=[5, 6], like="b"),
    }
    found = points(Grid(), factors)
    assert len(found) == 6
    assert [round(p["a"]) for p in found[::2]] == [1, 10, 100]
    assert all(p["c"] == {"x": 5, "y": 6}[p["b"]] for p in found)
    assert found.column("c") == [p["c"] for p in found]
    assert found.free == ("a", "b")


def test_one_at_a_time_begins_with_the_scenario_and_changes_one_key():
    factors = {"a": Factor(values=[1, 2]), "b": Factor(values=[3]), "c": Factor(values=[7, 8], like="a")}
    found = points(OneAtATime(), factors)
    assert list(found) == [{}, {"a": 1, "c": 7}, {"a": 2, "c": 8}, {"b": 3}]
    assert found.column("a") == [None, 1, 2, None]


@pytest.mark.parametrize("kind", [LatinHypercube, Sobol])
def test_a_sample_has_one_point_in_each_sixteenth_of_every_range(kind):
    factors = {key: Factor(**{"from": 0, "to": 16}) for key in "abc"}
    found = points(kind(samples=16, seed=3), factors)
    for key in "abc":
        assert sorted(int(p[key]) for p in found) == list(range(16))
    assert list(found) != list(points(kind(samples=16, seed=4), factors))


@pytest.mark.parametrize(
    "design", [LatinHypercube(samples=8), Sobol(samples=8), Saltelli(samples=8), Morris(trajectories=3)]
)
def test_the_same_seed_gives_the_same_points_and_zero_is_a_seed(design):
    first, again = points(design, UNIT), points(design, UNIT)
    other = points(design.model_copy(update={"seed": 1}), UNIT)
    assert np.array_equal(first.places, again.places)
    assert not np.array_equal(first.places, other.places)


@pytest.mark.parametrize("second_order", [False, True])
def test_saltelli_takes_one_column_after_the_other_from_the_other_half(second_order):
    design = Saltelli(samples=4, second_order=second_order, seed=2)
    found = points(design, UNIT).places
    blocks = found.reshape(4, design.block(3), 3)
    assert design.block(3) == (8 if second_order else 5)
    for block in blocks:
        a, b = block[0], block[-1]
        for column in range(3):
            expected = a.copy()
            expected[column] = b[column]
            assert np.array_equal(block[1 + column], expected)
            if second_order:
                expected = b.copy()
                expected[column] = a[column]
                assert np.array_equal(block[4 + column], expected)


def test_morris_changes_one_factor_at_a_time_by_two_thirds():
    design = Morris(trajectories=6, seed=1)
    found = points(design, UNIT).places.reshape(6, design.block(3), 3)
    steps = np.abs(np.diff(found, axis=1))
    assert np.allclose(steps.max(axis=2), 2 / 3)
    assert np.array_equal((steps > 1e-9).sum(axis=2), np.ones((6, 3)))
    assert np.array_equal((steps > 1e-9).sum(axis=1), np.ones((6, 3)))
    assert set(np.round(3 * found.ravel()).astype(int)) == {0, 1, 2, 3}


@pytest.mark.parametrize(("given", "said"), [(100, "Try 64 or 128"), (3, "Try 2 or 4")])
@pytest.mark.parametrize("kind", [Sobol, Saltelli])
def test_sobol_explains_why_it_wants_a_power_of_two(kind, given, said):
    with pytest.raises(ValueError, match=rf"balanced.*{said}"):
        kind(samples=given)


def test_morris_wants_an_even_number_of_places():
    with pytest.raises(ValueError, match="Try 6"):
        Morris(trajectories=3, levels=5)


def test_indices_of_a_linear_function_come_out_of_the_order_of_the_points():
    """S₁ of Y = 3a + 2b + c is 9/14, 4/14, 1/14; the elementary effects are 3, 2, 1."""
    from SALib.analyze import morris, sobol

    weights = np.array([3.0, 2.0, 1.0])
    sample = points(Saltelli(samples=1024, seed=5), UNIT).places
    found = sobol.analyze(problem(3), sample @ weights, calc_second_order=False, seed=1)
    assert np.all(np.abs(found["S1"] - weights**2 / 14) < 1.5 * found["S1_conf"])
    sample = points(Morris(trajectories=4, seed=5), UNIT).places
    assert np.allclose(morris.analyze(problem(3), sample, sample @ weights, seed=1)["mu_star"], weights)


def test_points_that_rounding_makes_equal_stay_where_the_design_has_them():
    factors = {"a": Factor(**{"from": 0, "to": 1, "integer": True}), "b": Factor(**{"from": 0, "to": 1})}
    found = points(Saltelli(samples=8), factors)
    assert len(found) == 8 * 4
    assert len({tuple(p.items()) for p in found}) < 8 * 4


def test_a_million_points_take_a_few_bytes_each():
    factors = {key: Factor(**{"from": 0, "to": 1, "levels": 10}) for key in "abcdef"}
    found = points(Grid(), factors)
    assert len(found) == 10**6
    assert found.places.nbytes == 6 * 4 * 10**6
    assert sys.getsizeof(found) < 1000
    assert found[123456] == {key: pytest.approx(n / 9) for key, n in zip("abcdef", (1, 2, 3, 4, 5, 6), strict=True)}


def test_a_grid_that_nobody_can_run_is_refused_before_it_fills_the_memory():
    factors = {key: Factor(**{"from": 0, "to": 1, "levels": 100}) for key in "abcdef"}
    with pytest.raises(DesignError, match=r"1,000,000,000,000 points.*Take fewer levels"):
        points(Grid(), factors)
    with pytest.raises(DesignError, match="Take fewer samples"):
        points(Saltelli(samples=2**22), UNIT)


def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    with pytest.raises(DesignError, match=r"sanyu\[study\]"):
        points(Morris(trajectories=2), UNIT)


def test_every_kind_is_known_by_its_name():
    assert list(KINDS) == ["grid", "one-at-a-time", "latin-hypercube", "sobol", "saltelli", "morris", "table"]
    assert isinstance(points(Grid(), {"a": Factor(values=[1])}), Points)

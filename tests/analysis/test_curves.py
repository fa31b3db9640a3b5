"""Response curves and heat maps."""

import datetime as dt

import numpy as np
import pytest

from sim.analysis.curves import BINS, heat, response
from sim.analysis.pairs import mean_interval
from sim.analysis.samples import NotAnalysable
from tests.analysis.runs import luck, table_of

GRID = [{"a": a, "b": b} for a in (1.0, 4.0, 2.0) for b in (0.1, 0.2)]


def model(point, logic, r):
    return {"margin": 10 * point["a"] + 100 * point["b"] - (5.0 if logic == "depletion" else 0.0) + luck(3, r)}


def test_curve_is_the_mean_over_the_other_factor_with_the_band_of_replications():
    found = response(table_of(GRID, model), "a", "margin")
    assert found.values == (1.0, 2.0, 4.0)  # in their order, not that of the points
    for at, a in enumerate(found.values):
        expected = mean_interval(np.array([10 * a + 15.0 + luck(3, r) for r in range(3)]))
        assert found.mean[at] == pytest.approx(expected.estimate)
        assert (found.low[at], found.high[at]) == pytest.approx((expected.low, expected.high))
    assert found.runs == (3, 3, 3)


def test_the_change_over_the_range_is_paired():
    """Luck of a replication cancels; what moves the slope from one to the next remains."""
    table = table_of(GRID, lambda point, logic, r: {"margin": point["a"] * (10.0 + luck(5, r)) + 1000.0 * luck(3, r)})
    found = response(table, "a", "margin").change
    expected = mean_interval(np.array([3.0 * (10.0 + luck(5, r)) for r in range(3)]))
    assert (found.estimate, found.low, found.high) == pytest.approx((expected.estimate, expected.low, expected.high))
    for points in ([{"a": "x"}, {"a": "y"}], [{"a": 1.0}], [{"a": True}, {"a": False}]):
        assert response(table_of(points, lambda *_: {"y": 1.0}), "a", "y").change is None


def test_a_paired_curve_has_none_of_the_luck_that_pairs_share():
    found = response(table_of(GRID, model, ("growth", "depletion")), "b", "margin", "growth", "depletion")
    np.testing.assert_allclose([found.mean, found.low, found.high], 5.0)


def test_a_replication_that_some_point_lacks_is_left_out_of_its_value():
    table = table_of(GRID, model)
    table = table[~((table["point"] == 0) & (table["replication"] == 2))]
    assert response(table, "a", "margin").runs == (2, 3, 3)


@pytest.mark.parametrize("values", [("b", "a", "c"), (True, False), (dt.date(2022, 1, 1), dt.date(2021, 1, 1))])
def test_names_switches_and_dates_are_factors(values):
    points = [{"x": value} for value in values]
    found = response(table_of(points, lambda p, *_: {"y": float(values.index(p["x"]))}), "x", "y")
    assert found.values == tuple(sorted(values))
    assert list(found.mean) == [values.index(value) for value in found.values]


def test_a_key_left_as_the_scenario_has_it_is_a_value_of_its_own():
    points = [{"a": 1.0, "b": None}, {"a": None, "b": 2.0}]
    found = response(table_of(points, lambda p, *_: {"y": 7.0 if p["a"] is None else 3.0}), "a", "y")
    assert found.values == (1.0, None)
    assert list(found.mean) == [3.0, 7.0]


def test_a_sampled_factor_is_gathered_into_bins_that_follow_the_trend():
    rng = np.random.default_rng(2)
    points = [{"x": float(x)} for x in rng.random(240)]
    found = response(table_of(points, lambda p, _, r: {"y": 3 * p["x"] + 0.1 * luck(4, r)}), "x", "y")
    assert found.binned
    assert len(found.values) == BINS
    assert found.runs == (20,) * BINS
    np.testing.assert_allclose(np.diff(found.mean) / np.diff(found.values), 3.0, rtol=0.25)


def test_heat_has_a_cell_for_every_pair_of_values_and_none_where_nothing_ran():
    found = heat(table_of(GRID[:-1], model), "a", "b", "margin")
    assert (found.x, found.y) == ((1.0, 2.0, 4.0), (0.1, 0.2))
    shift = np.mean([luck(3, r) for r in range(3)])
    np.testing.assert_allclose(found.mean, np.array([[20, 30, 50], [30, np.nan, 60]]) + shift)
    assert np.isnan(found.low[1, 1])
    assert (found.low < found.mean).sum() == 5


def test_heat_refuses_a_sample():
    points = [{"a": float(n), "b": 1.0} for n in range(30)]
    with pytest.raises(NotAnalysable, match="a has 30 different values, more than 24"):
        heat(table_of(points, lambda *_: {"y": 1.0}), "a", "b", "y")


def test_unknown_factor():
    with pytest.raises(NotAnalysable, match='no factor "c"'):
        response(table_of(GRID, model), "c", "margin")

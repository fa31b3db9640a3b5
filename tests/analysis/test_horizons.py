"""Conclusions by horizon, and the day on which one turns."""

import numpy as np
import pytest

from sim.analysis.horizons import crossover_days, margins_by_horizon
from sim.analysis.samples import NotAnalysable
from sim.engines.run import run
from sim.results import HORIZONS
from tests.analysis.runs import table_of
from tests.worlds import small

DAYS = np.array([30, 60, 90])


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ([1.0, 2.0, 3.0], 0.0),  # ahead from the start
        ([-1.0, 1.0, 2.0], 45.0),  # half of the way from 30 to 60
        ([-3.0, 1.0, 2.0], 52.5),
        ([-1.0, -1.0, 3.0], 67.5),
        ([1.0, -1.0, 1.0], 75.0),  # a lead that was lost does not count
        ([-1.0, -1.0, -1.0], 90.0),  # never: the horizon
        ([-1.0, np.nan, 1.0], np.nan),
    ],
)
def test_crossover_is_read_off_between_the_days_that_are_known(path, day):
    assert crossover_days(DAYS, np.array(path)) == pytest.approx(day, nan_ok=True)


def test_crossover_of_a_daily_path_is_found_within_the_grid():
    """A difference that falls and rises again, sampled at the horizons only."""
    days = np.arange(1, 721)
    path = -100.0 * np.minimum(days, 100) + 60.0 * np.maximum(days - 100, 0)  # back at 0 on day 266.7
    grid = np.array(HORIZONS)
    assert crossover_days(grid, path[grid - 1]) == pytest.approx(266.7, abs=1.0)


def test_margins_by_horizon_are_paired_and_end_with_the_whole_run():
    def model(point, logic, r):
        own = 1.0 if logic == "growth" else -1.0
        return {f"margin_{d}": own * d * point["f"] + r for d in HORIZONS if d <= 200} | {"margin": own * 200 + r}

    table = table_of([{"f": 1.0}, {"f": 2.0}], model, ("growth", "depletion"))
    days, found = margins_by_horizon(table, "growth", "depletion", 200)
    assert days.tolist() == [30, 60, 90, 120, 180, 200]
    assert found.shape == (2, 3, 6)
    np.testing.assert_array_equal(found[1, 0], [120, 240, 360, 480, 720, 400])


def test_a_table_without_margins_says_so():
    table = table_of([{"f": 1.0}], lambda *_: {"margin": 1.0}, ("growth", "depletion"))
    with pytest.raises(NotAnalysable, match="lacks margin_30"):
        margins_by_horizon(table, "growth", "depletion", 90)


def test_a_run_tells_its_margin_at_each_horizon_its_spend_and_its_trust():
    found = run(small("liquor", {"days": 100}), "growth")
    daily = found.daily
    for day in HORIZONS:
        expected = daily["margin_cum"].iloc[day - 1] if day <= 100 else None
        assert found.summary[f"margin_{day}"] == expected
    assert found.summary["spend"] == daily["spend"].sum()
    assert found.summary["trust_end"] == pytest.approx(daily["trust_mean"].iloc[-1])

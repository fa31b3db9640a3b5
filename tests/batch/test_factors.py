"""Factors: from a place in a range, or the number of a level, to a value."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.batch.factors import Factor


def ranged(low, high, **options):
    return Factor(**{"from": low, "to": high}, **options)


@pytest.mark.parametrize(
    ("factor", "fraction", "value"),
    [
        (ranged(0.2, 0.8), 0.0, 0.2),
        (ranged(0.2, 0.8), 0.5, 0.5),
        (ranged(0.2, 0.8), 1.0, 0.8),
        (ranged(1, 100, scale="log"), 0.5, 10.0),
        (ranged(1, 3, integer=True), 0.33, 1),
        (ranged(1, 3, integer=True), 0.34, 2),
        (ranged(1, 3, integer=True), 1.0, 3),
        (ranged(dt.date(2021, 1, 1), dt.date(2021, 1, 2)), 0.49, dt.date(2021, 1, 1)),
        (ranged(dt.date(2021, 1, 1), dt.date(2021, 1, 2)), 1.0, dt.date(2021, 1, 2)),
        (Factor(values=["a", "b", "c"]), 0.34, "b"),
        (Factor(values=[False, True]), 1.0, True),
    ],
)
def test_values_at_places(factor, fraction, value):
    assert factor.at(fraction) == pytest.approx(value) if isinstance(value, float) else factor.at(fraction) == value


@pytest.mark.parametrize(
    ("factor", "values"),
    [
        (ranged(0, 1, levels=3), [0.0, 0.5, 1.0]),
        (ranged(1, 100, scale="log", levels=3), [1.0, 10.0, 100.0]),
        (ranged(0, 100, integer=True, levels=5), [0, 25, 50, 75, 100]),
        (
            ranged(dt.date(2021, 1, 1), dt.date(2021, 1, 31), levels=3),
            [dt.date(2021, 1, 1), dt.date(2021, 1, 16), dt.date(2021, 1, 31)],
        ),
        (Factor(values=[3, "x"]), [3, "x"]),
    ],
)
def test_values_of_levels(factor, values):
    found = [factor.level(number) for number in range(factor.steps)]
    assert [pytest.approx(v) if isinstance(v, float) else v for v in values] == found
    assert [type(v) for v in values] == [type(v) for v in found]


@pytest.mark.parametrize("count", [2, 3, 7])
def test_whole_numbers_days_and_values_have_equal_shares_of_the_range(count):
    places = [(n + 0.5) / (60 * count) for n in range(60 * count)]
    first = dt.date(2021, 5, 1)
    for factor in (
        ranged(1, count, integer=True),
        ranged(first, first + dt.timedelta(count - 1)),
        Factor(values=list(range(count))),
    ):
        assert set(Counter(map(factor.at, places)).values()) == {60}


@given(st.floats(0, 1), st.floats(1e-3, 1e6), st.floats(1.001, 1e6), st.booleans())
def test_a_value_lies_in_its_range_and_grows_with_the_place(fraction, low, ratio, log):
    factor = ranged(low, low * ratio, scale="log" if log else "linear")
    assert low <= factor.at(fraction) <= low * ratio
    assert factor.at(fraction / 2) <= factor.at(fraction)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"values": [1], "from": 1}, "either values"),
        ({}, "either values"),
        ({"from": 1}, "both be there"),
        ({"from": 1, "to": dt.date(2021, 1, 1)}, "both be numbers or both dates"),
        ({"from": 3, "to": 2}, "Did you exchange them"),
        ({"from": float("nan"), "to": 2}, "finite"),
        ({"from": 0, "to": 2, "scale": "log"}, 'Try scale = "linear"'),
        ({"from": 0.5, "to": 2, "integer": True}, "from = 0.5 is no whole number"),
        ({"from": 1, "to": 3, "integer": True, "levels": 5}, "Write levels = 3"),
        ({"from": dt.date(2021, 1, 1), "to": dt.date(2021, 1, 2), "levels": 4}, "Write levels = 2"),
        ({"from": dt.date(2021, 1, 1), "to": dt.date(2021, 1, 2), "integer": True}, "whole days anyway"),
        ({"values": [1, 2], "scale": "log"}, "Leave scale out"),
        ({"values": [1, 2], "levels": 3}, "Leave levels out"),
    ],
)
def test_a_factor_that_contradicts_itself_is_refused(given_, said):
    with pytest.raises(ValueError, match=said):
        Factor(**given_)

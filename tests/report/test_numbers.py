import datetime as dt
import math

import pytest

from sim.report.numbers import (
    bare,
    count,
    date_of,
    decimal,
    headed,
    money,
    money_interval,
    money_tick,
    not_negative,
    percent,
    percent_interval,
    rounded,
    trend,
)
from sim.report.words import words
from sim.results import Interval

EN, ZH = words("en"), words("zh")


@pytest.mark.parametrize(
    ("cents", "en", "zh"),
    [
        (0, "¥0", "0元"),
        (1, "¥0.01", "0.01元"),
        (1250, "¥12.5", "12.5元"),
        (-1250, "−¥12.5", "−12.5元"),
        (99_960_00, "¥100k", "10.0万元"),
        (123_456_700, "¥1.23M", "123万元"),
        (99_999_900, "¥1.00M", "100万元"),
        (123_456_789_012, "¥1.23B", "12.3亿元"),
        (None, "–", "–"),
        (math.nan, "–", "–"),
    ],
)
def test_money_has_three_digits_that_mean_something(cents, en, zh):
    assert money(cents, EN) == en
    assert money(cents, ZH) == zh


@pytest.mark.parametrize(
    ("currency", "en", "zh"),
    [
        ("€", "−€12.3k", "−€1.23万"),
        ("$", "−$12.3k", "−$1.23万"),
        ("CHF", "−CHF\u00a012.3k", "−CHF\u00a01.23万"),
        ("¥", "−¥12.3k", "−1.23万元"),
    ],
)
def test_money_is_shown_in_the_currency_of_the_scenario(currency, en, zh):
    english, chinese = words("en", currency), words("zh", currency)
    assert (money(-1_230_000, english), money(-1_230_000, chinese)) == (en, zh)
    assert (money_tick(-1_230_000, english), money_tick(-1_230_000, chinese)) == (en, zh)
    assert (bare(en, english), bare(zh, chinese)) == (en, "−1.23万")
    assert headed("margin", english) == "margin"
    assert headed("利润", chinese) == f"利润({'元' if currency == '¥' else currency})"


def test_ends_of_an_interval_share_a_unit_and_can_be_told_apart():
    narrow = Interval(1_234_000_00, 1_230_000_00, 1_238_000_00)
    assert money_interval(narrow, EN) == ("¥1.234M", "¥1.230M", "¥1.238M")
    assert money_interval(Interval(5e6, -9e5, 1.1e7), EN) == ("¥50k", "−¥9k", "¥110k")
    assert money_interval(Interval(0.0, -100_00, 100_00), EN) == ("¥0", "−¥100", "¥100")


def test_money_below_a_thousand_is_plain_yuan():
    assert money(46_000, EN) == "¥460"
    assert money_interval(Interval(460_00, -1_200_00, 2_120_00), EN) == ("¥460", "−¥1.20k", "¥2.12k")
    assert money_interval(Interval(460_00, -99_00, 52_000_00), ZH) == ("460元", "−99元", "5.20万元")
    assert money_interval(Interval(0, -2_000_00, 2_000_00), EN)[0] == "¥0"


def test_what_cannot_be_negative_is_cut_at_0():
    assert not_negative(Interval(3.0, -2.0, 8.0)) == Interval(3.0, 0.0, 8.0)
    assert not_negative(Interval(3.0, 1.0, 8.0)) == Interval(3.0, 1.0, 8.0)
    assert not_negative(Interval(3.0, -math.inf, math.inf)) == Interval(3.0, -math.inf, math.inf)


def test_a_trend_comes_from_mean_rates():
    w = words("en")
    assert trend(0.0, 30.4375 * math.log(2) / 100, 200, w) == "halves in 100 days"
    assert trend(30.4375 * math.log(2), 0.0, 200, w) == "doubles in 1 day"
    assert trend(0.05, 0.05, 200, w) == "steady"
    assert trend(math.nan, 0.05, 200, w) == "–"


def test_an_open_interval_shows_its_estimate_only():
    assert money_interval(Interval(100_00, -math.inf, math.inf), EN)[1:] == ("–", "–")
    assert percent_interval(Interval(0.5, -math.inf, math.inf)) == ("50%", "–", "–")


@pytest.mark.parametrize(
    ("cents", "shown"), [(0, "¥0"), (2_000_000, "¥20k"), (250_000, "¥2.5k"), (-16_000_000, "−¥160k")]
)
def test_axes_show_no_digit_that_is_not_needed(cents, shown):
    assert money_tick(cents, EN) == shown


def test_percent_never_rounds_to_certainty():
    assert percent(0.9996) == ">99.9%"
    assert percent(0.00001) == "<0.01%"
    assert percent(0.996) == "99.6%"
    assert percent(1.0) == "100%"
    assert percent(0.0) == "0%"
    assert percent(0.004) == "0.40%"
    assert percent(None) == "–"


def test_percent_interval_tells_low_from_high():
    assert percent_interval(Interval(0.036, 0.0352, 0.0368)) == ("3.6%", "3.5%", "3.7%")
    assert percent_interval(Interval(0.5, 0.2, 0.8)) == ("50%", "20%", "80%")


def test_counts():
    assert count(12345) == "12,345"
    assert count(-3) == "−3"
    assert rounded(42_770_548, "en") == "42.8M"
    assert rounded(42_770_548, "zh") == "4,277万"
    assert rounded(999_999, "en") == "999,999"
    assert decimal(0.3456) == "0.35"


def test_dates():
    assert date_of(dt.date(2021, 8, 1), 235, "en") == "24 March 2022"
    assert date_of(dt.date(2021, 8, 1), 0, "zh") == "2021年8月1日"

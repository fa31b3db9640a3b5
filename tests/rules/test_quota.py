"""Quotas of a calendar month, as one fan meets them."""

import pytest

from sim.rules.fan_day import advance_fan
from sim.rules.rivalry import ALONE
from sim.rules.rows import NEVER
from sim.rules.tally import Slot, new_tally
from sim.streams import daily_draws

from . import golden_day
from .golden_day import DAY, FAN, KEY, LETTER, PERSON

BITS = 7
# counts of the letter so far this month → delivered, blocked of the two of today (one useful, one promotion)
CUTS = [(0, 2, 0), (6, 2, 0), (7, 1, 1), (8, 0, 2), (100, 0, 2)]


def letters(fan, day=DAY, key=KEY):
    """Delivered and blocked letters of a fan's day, and the fan after it."""
    tally = new_tally()
    climate = golden_day.climate()
    after = advance_fan(PERSON, fan, daily_draws(key, PERSON.key, day), ALONE, climate, golden_day.world(), key, tally)
    return int(tally[Slot.DELIVERED + LETTER]), int(tally[Slot.BLOCKED + LETTER]), after


@pytest.mark.parametrize(("counted", "delivered", "blocked"), CUTS)
def test_quota_cuts_the_days_messages(counted, delivered, blocked):
    found = letters(FAN._replace(month_counts=counted << BITS * LETTER))
    assert found[:2] == (delivered, blocked)
    assert found[2].month_counts >> BITS * LETTER == counted + delivered


def test_what_is_useful_goes_first():
    """With one left of the quota the value message is delivered: a promotion would tire more."""
    tired = [letters(FAN._replace(month_counts=n << BITS * LETTER))[2].fatigue for n in (8, 7, 6)]
    value, promotion = tired[1] - tired[0], tired[2] - tired[1]
    assert 0 < value < promotion


def test_counts_of_one_channel_leave_the_others_alone():
    after = letters(FAN._replace(month_counts=6 << BITS * LETTER | 5 << 3 * BITS))[2]
    assert after.month_counts == 8 << BITS * LETTER | 5 << 3 * BITS


def test_a_new_month_starts_from_nothing():
    """The last visit lies before day 31, the first of this month."""
    assert letters(FAN._replace(month_counts=8 << BITS * LETTER, updated_on=30))[:2] == (2, 0)
    assert letters(FAN._replace(month_counts=8 << BITS * LETTER, updated_on=31))[:2] == (0, 2)


def test_muted_and_foreign_channels_get_nothing():
    assert letters(FAN._replace(muted=1 << LETTER))[:2] == (0, 0)
    assert letters(FAN._replace(channels=0b01))[:2] == (0, 0)


def test_who_was_met_outside_in_a_new_month_starts_from_nothing():
    left = FAN._replace(
        channels=0, tier=0, left_on=20, updated_on=20, due_on=NEVER, threshold=0.0, month_counts=8 << BITS * LETTER
    )  # fmt: skip
    tally = new_tally()
    met = advance_fan(
        PERSON, left, daily_draws(KEY, PERSON.key, DAY), ALONE, golden_day.climate(), golden_day.world(), KEY, tally
    )
    assert tally[Slot.TOUCHES] == 1
    won_back = met._replace(channels=1 << LETTER, updated_on=DAY - 1)  # followed that evening
    assert letters(won_back)[:2] == (2, 0)

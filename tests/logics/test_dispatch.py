"""From pushes per week to messages: carried remainders lose nothing, whatever the plan does."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.domains import TIERS
from sim.engines.dispatch import Dispatch

from .observed import START, brief, plan

frequencies = st.lists(
    st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 7.0, 20.0, 140.0]) | st.floats(0, 200), min_size=1, max_size=60
)


def sent_under(plans, members=(1, 1, 1)):
    """Value and promotion messages by day, [days, channels · tiers], and the messages themselves."""
    days = list(sent_by_day(plans, members))
    return np.array([d.value for d in days]), np.array([d.promotion for d in days]), days


class Day(NamedTuple):
    """What is sent on a day, by channel · tier; messages of the week; notices of lives by channel; the rest."""

    value: np.ndarray
    promotion: np.ndarray
    week: np.ndarray
    notice: list[int]
    lives: int
    cost: int


def sent_by_day(plans, members):
    dispatch = Dispatch(brief(), 30_000.0)
    for d, p in enumerate(plans):
        found, cells = dispatch.day(d, p, members), dispatch.climate.cells
        week = cells["week"][0, : dispatch.cells].copy()
        notice = cells["notice"][:3].tolist()
        yield Day(dispatch.sent("value")[0], dispatch.sent("promotion")[0], week, notice, found.lives, found.cost)


@given(frequencies)
def test_sent_is_the_floor_of_what_was_planned_even_when_the_plan_changes(weekly):
    value, promotion, _ = sent_under([plan(pushes=f) for f in weekly])
    total = np.cumsum(value + promotion, axis=0)
    exact = Fraction(0)
    for day, f in enumerate(weekly):
        exact += Fraction(f) / 7
        assert set(total[day].tolist()) <= {
            math.floor(exact - Fraction(1, 10**6)),
            math.floor(exact + Fraction(1, 10**6)),
        }


@given(frequencies, st.floats(0, 1))
def test_value_share_is_kept_by_a_second_remainder(weekly, share):
    shares = ((share,) * TIERS,) * 3
    value, promotion, _ = sent_under([plan(pushes=f, value_share=shares) for f in weekly])
    useful, sent = np.cumsum(value, axis=0), np.cumsum(value + promotion, axis=0)
    assert (useful <= share * sent + 1e-6).all()
    assert (useful > share * sent - 1 - 1e-6).all()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
def test_value_share_may_change_too(shares):
    value, promotion, _ = sent_under([plan(pushes=21.0, value_share=((s,) * TIERS,) * 3) for s in shares])
    assert (value + promotion == 3).all()
    due = np.cumsum([3 * s for s in shares])
    assert (abs(np.cumsum(value[:, 0]) - due) <= 1 + 1e-6).all()


def test_once_a_week_is_sent_on_the_seventh_day():
    value, promotion, _ = sent_under([plan(pushes=1.0)] * 21)
    assert np.flatnonzero((value + promotion)[:, 0]).tolist() == [6, 13, 20]


@given(st.sets(st.integers(0, 6), min_size=1), st.integers(0, 1000).map(lambda n: n / 8), st.floats(0, 1))
def test_a_schedule_moves_messages_within_the_week_and_makes_none(days, weekly, share):
    """Whole weeks from the Sunday on which the brief starts; every week ends with what an unscheduled one has sent."""
    shares = ((share,) * TIERS,) * 3
    free = plan(pushes=weekly, value_share=shares)
    chosen = plan(pushes=weekly, value_share=shares, schedule=((), tuple(sorted(days)), ()))
    (value, promotion, _), (useful, selling, _) = sent_under([free] * 28), sent_under([chosen] * 28)
    total, moved = value + promotion, useful + selling
    room = slice(TIERS, 2 * TIERS)
    for day in range(28):
        assert (START.weekday() + day) % 7 in days or not moved[day, room].any()
    assert (total.cumsum(axis=0)[6::7] == moved.cumsum(axis=0)[6::7]).all()
    assert (useful.sum(axis=0) == value.sum(axis=0)).all()
    assert (np.delete(total, room, axis=1) == np.delete(moved, room, axis=1)).all()


@given(frequencies)
def test_the_week_is_the_sum_of_the_last_seven_days(weekly):
    value, promotion, days = sent_under([plan(pushes=f) for f in weekly])
    total = value + promotion
    for d, messages in enumerate(days):
        assert messages.week.tolist() == total[max(0, d - 6) : d + 1].sum(axis=0).tolist()


def test_lives_announce_themselves_where_notices_go():
    _, promotion, days = sent_under([plan(pushes=0.0, lives_per_week=3.5)] * 14)
    assert sum(m.lives for m in days) == 7
    assert promotion.sum(axis=0).reshape(3, TIERS).tolist() == [[0] * 3, [7] * 3, [0] * 3]
    assert [m.notice for m in days if m.lives] == [[0, 1, 0]] * 7


@pytest.mark.parametrize(
    ("pushes", "share", "lives", "cents"),
    [
        (7.0, 1.0, 0.0, 3 * 3000 * math.exp(1.8)),  # one useful item per channel and day, shared by the tiers
        (7.0, 0.0, 0.0, 3 * 3000),
        (21.0, 0.5, 0.0, None),
        (0.0, 0.5, 0.0, 0),
        (0.0, 0.5, 7.0, 30_000),  # a live; its notice needs no item
        (70.0, 0.0, 0.0, 3 * 3000),
    ],
)
def test_items_cost_once_per_channel_day_and_kind(pushes, share, lives, cents):
    _, _, days = sent_under([plan(pushes=pushes, value_share=((share,) * TIERS,) * 3, lives_per_week=lives)] * 8)
    if cents is None:  # 3 a day, of which 1 or 2 are useful: both kinds on every day
        cents = 3 * 3000 * (1 + math.exp(1.8))
    assert days[7].cost == pytest.approx(cents, abs=0.5)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_nothing_is_made_for_a_channel_without_members(channel):
    plans = [plan(pushes=7.0, value_share=((0.0,) * TIERS,) * 3)] * 3
    members = tuple(int(c == channel) for c in range(3))
    value, promotion, days = sent_under(plans, members)
    everyone = sent_under(plans)
    assert [m.cost for m in days] == [3000] * 3
    assert (value == everyone[0]).all()
    assert (promotion == everyone[1]).all()

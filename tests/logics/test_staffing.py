"""Staffing: how many seats each logic takes for its promise, and on what it goes by."""

import dataclasses

import pytest

from sim.logics import Calendar, Depletion, Fixed, Growth
from sim.logics.mixed import Mixed
from sim.rules.service import answered_within

from .observed import SERVICE, START, brief, day, members, month, seen

MU = 8 / 60


def seats(logic, history=(), **values):
    return logic.plan(brief(**values), seen(history)).service_seats


def kept(found, minutes, contacts=120.0):
    """Share of contacts answered in time."""
    return answered_within(minutes, found, contacts / 720, MU, 1440.0)


@pytest.mark.parametrize(("logic", "minutes"), [(Growth(), 30), (Depletion(), 120), (Fixed(), 60)])
def test_nine_in_ten_contacts_are_answered_in_time(logic, minutes):
    found = seats(logic)
    assert kept(found, minutes) >= 0.9 > kept(found - 0.02, minutes)


def test_growth_staffs_more_than_depletion():
    assert seats(Growth()) > 1.1 * seats(Depletion()) > 0


@pytest.mark.parametrize("kind", [Growth, Depletion])
def test_adaptive_logics_staff_for_what_they_have_seen(kind):
    busy = month({"queued": 400}, {"queued": 200})  # 250 a day in the mean
    assert kept(seats(kind(), busy), kind().reply_minutes, 250.0) == pytest.approx(0.9, abs=0.02)
    assert seats(kind(), busy) > 1.5 * seats(kind())


@pytest.mark.parametrize("kind", [Growth, Depletion])
def test_before_a_week_is_seen_what_was_expected_counts(kind):
    assert seats(kind(), [day(n, queued=900) for n in range(6)]) == seats(kind())
    assert seats(kind(), [day(n, queued=900) for n in range(7)]) > 5 * seats(kind())


@pytest.mark.parametrize("kind", [Fixed, Calendar])
def test_logics_that_look_at_nothing_staff_for_what_was_expected(kind):
    assert seats(kind(), month({"queued": 900}, {"queued": 900})) == seats(kind()) > 0


@pytest.mark.parametrize("kind", members())
def test_given_seats_are_taken_and_nobody_asked_nobody_sits(kind):
    assert seats(kind(service_seats=2.5), month()) == 2.5
    assert seats(kind(), month(), service=None) == 0.0
    assert seats(kind(), service=dataclasses.replace(SERVICE, contacts=0.0)) == 0.0


def test_a_calendar_can_answer_sooner_from_a_date_on():
    logic = Calendar(reply_minutes=120, phases=({"from": START, "reply_minutes": 30},))
    assert seats(logic) == seats(Growth())
    assert seats(Calendar(phases=({"from": START, "service_seats": 4.0},))) == 4.0


def test_service_of_one_logic_with_the_rest_of_another():
    growth, depletion = Growth(), Depletion()
    mixed = Mixed(growth, depletion, frozenset({"service"}))
    found = mixed.plan(brief(), seen(month()))
    assert found == dataclasses.replace(growth.plan(brief(), seen(month())), service_seats=seats(depletion, month()))

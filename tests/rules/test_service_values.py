"""Service and leads by value: Erlang's formulas, the queue with a patience, staffing, steps of a deal."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from sim.rules.leads import qualify_probability, step_probability
from sim.rules.service import (
    ANSWER_BINS,
    FIRST_EDGE,
    Desk,
    answer_bin,
    answer_event,
    answered_within,
    desk_of,
    lost_calls,
    seats_needed,
    wait_probability,
    waited,
)

from .tables import table

MU = 8 / 60  # answers per minute and seat
FOREVER = 1e6  # minutes; a patience that never ends


@pytest.mark.parametrize(
    ("seats", "load", "lost"),
    [(0, 2.0, 1.0), (1, 2.0, 2 / 3), (2, 2.0, 0.4), (3, 2.5, 0.28216), (10, 8.0, 0.12166), (1, 0.5, 1 / 3)],
)
def test_erlang_b(seats, load, lost):
    assert lost_calls(float(seats), load) == pytest.approx(lost, rel=1e-4)


@pytest.mark.parametrize("seats", [0.5, 1.25, 1.9, 2.5, 4.75, 12.4])
@pytest.mark.parametrize("load", [0.8, 1.5, 4.0])
def test_erlang_b_between_whole_seats_is_the_integral_that_continues_it(seats, load):
    exact = 1 / (load * quad(lambda t: math.exp(-load * t) * (1 + t) ** seats, 0, math.inf)[0])
    assert lost_calls(seats, load) == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize(
    ("seats", "load", "waits"), [(3, 2.5, 0.70225), (1, 0.6, 0.6), (2, 1.0, 1 / 3), (4, 4.0, 1.0), (2, 0.0, 0.0)]
)
def test_erlang_c(seats, load, waits):
    assert wait_probability(float(seats), load) == pytest.approx(waits, rel=1e-4)


def test_three_seats_at_20_contacts_an_hour_keep_the_promise_in_905_of_1000():
    """Theory 4.16."""
    assert answered_within(30.0, 3.0, 20 / 60, MU, FOREVER) == pytest.approx(0.905, abs=5e-4)
    assert answered_within(0.0, 3.0, 20 / 60, MU, FOREVER) == pytest.approx(1 - 0.70225, rel=1e-4)


@pytest.mark.parametrize("seats", [0.9, 2.6, 3.0, 7.5])
@pytest.mark.parametrize("minutes", [0.0, 12.0, 90.0])
def test_without_limit_of_patience_waits_are_erlangs(seats, minutes):
    arrivals = 0.8 * seats * MU
    slack = seats * MU - arrivals
    expected = 1 - wait_probability(seats, arrivals / MU) * math.exp(-slack * minutes)
    assert answered_within(minutes, seats, arrivals, MU, FOREVER) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("seats", "arrivals", "lost"),
    [(2.0, 4 * MU, 0.5), (1.0, 1.25 * MU, 0.2), (0.0, MU, 1.0), (3.0, 0.0, 0.0), (40.0, 0.01 * MU, 0.0)],
)
def test_what_is_never_answered(seats, arrivals, lost):
    """In overload the share that the seats cannot do; nothing where nobody asks; all without seats."""
    assert answered_within(1440.0, seats, arrivals, MU, 1440.0) == pytest.approx(1 - lost, abs=1e-6)


def test_the_limit_between_spare_time_and_overload_is_smooth():
    share = [answered_within(200.0, 2.0 * f, 2 * MU, MU, 1440.0) for f in (1 - 1e-7, 1 - 1e-12, 1.0, 1 + 1e-7)]
    assert share == pytest.approx([share[0]] * 4, abs=1e-5)


@pytest.mark.parametrize("busy", [0.5, 0.95, 1.0, 1.1, 2.0])
def test_a_wait_is_the_inverse_of_its_distribution(busy):
    seats = 2.3
    p = table("service")
    desk = desk_of(seats * 8 * 12 * busy, seats, 8.0, 12.0, p)
    for u in (0.001, 0.2, 0.6, 0.9, 0.999):
        wait = waited(u, desk)
        if wait < 0:
            assert u >= desk.in_time
        elif wait == 0:
            assert u < desk.at_once
        else:
            assert answered_within(wait, seats, seats * MU * busy, MU, 60 * p.patience) == pytest.approx(u, abs=1e-6)


def test_a_desk_with_nothing_to_do_answers_at_once():
    assert waited(0.999999, Desk()) == 0.0
    assert waited(0.999999, desk_of(0.0, 2.0, 8.0, 12.0, table("service"))) == 0.0
    assert waited(0.000001, desk_of(5.0, 0.0, 8.0, 12.0, table("service"))) == -1.0


@pytest.mark.parametrize("contacts", [0.5, 40.0, 240.0, 3000.0])
@pytest.mark.parametrize("minutes", [5.0, 30.0, 120.0])
def test_the_fewest_seats_that_keep_a_promise(contacts, minutes):
    seats = seats_needed(contacts, minutes, 0.9, 8.0, 12.0, 24.0)
    arrivals = contacts / 720
    assert answered_within(minutes, seats, arrivals, MU, 1440.0) >= 0.9
    assert answered_within(minutes, seats - 0.012, arrivals, MU, 1440.0) < 0.9
    assert round(100 * seats) == pytest.approx(100 * seats)


def test_nobody_asks_nobody_sits():
    assert seats_needed(0.0, 30.0, 0.9, 8.0, 12.0, 24.0) == 0.0


@pytest.mark.parametrize(
    ("minutes", "at"),
    [(0, 0), (7.5, 0), (7.6, 1), (15, 1), (30, 2), (31, 3), (60, 3), (120, 4), (960, 7), (961, 8), (9e9, 8)],
)
def test_bins_double(minutes, at):
    assert answer_bin(float(minutes)) == at
    assert ANSWER_BINS == 9
    assert FIRST_EDGE * 2**2 == 30


@pytest.mark.parametrize(("minutes", "event"), [(0, 1), (30, 1), (30.1, 0), (60, 0), (60.1, -1), (1440, -1), (-1, -1)])
def test_quick_answers_are_good_and_slow_ones_bad(minutes, event):
    assert answer_event(float(minutes), table("service")) == event
    assert answer_event(float(minutes), table("service", event=0.0)) == 0


@pytest.mark.parametrize(
    ("minutes", "chance"), [(0, 0.4), (5, 0.4), (10, 0.17411), (30, 0.046588), (120, 0.0088262), (1440, 0.00044750)]
)
def test_a_lead_cools(minutes, chance):
    assert qualify_probability(float(minutes), table("leads")) == pytest.approx(chance, rel=1e-4)


def test_the_study_of_leads_would_need_a_steeper_law():
    """L20 asks for a factor of 21 from 5 to 30 minutes; b = 1.2 gives 8.6, b = 1.7 gives 21."""
    for delay, factor in ((1.2, 8.586), (1.7, 21.03)):
        p = table("leads", delay=delay)
        assert qualify_probability(5.0, p) / qualify_probability(30.0, p) == pytest.approx(factor, rel=1e-3)


@pytest.mark.parametrize(
    ("share", "trust", "discount", "price", "chance"),
    [
        (0.2, 0.35, 0.0, 1.0, 0.2),
        (0.2, 0.60, 0.0, 1.0, 1 / (1 + 4 * math.exp(-1))),
        (0.5, 0.35, 0.1, 1.0, 1 / (1 + math.exp(-1.25 * 1.5 * 0.1) * 0.9**1.5)),
        (0.5, 0.35, 0.0, 2.0, 1 / (1 + 2**1.5)),
        (0.0, 0.9, 0.5, 1.0, 0.0),
        (1.0, 0.1, 0.0, 2.0, 1.0),
    ],
)
def test_steps_of_a_deal(share, trust, discount, price, chance):
    found = step_probability(share, trust, discount, 1.5, price, 0.0, table("purchase"))
    assert found == pytest.approx(chance)


def test_more_seats_never_make_anybody_wait_longer():
    kept = [answered_within(30.0, seats, 0.5, MU, 1440.0) for seats in np.linspace(0.1, 9, 300)]
    assert np.all(np.diff(kept) > -1e-12)

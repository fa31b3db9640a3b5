"""The service queue against a simulation of it, contact by contact (theory 4.16)."""

import heapq

import numpy as np
import pytest
from rules.tables import table
from samples import FAR

from sim.rules.service import answered_within, desk_of, waited
from sim.streams import Decision, uniform

ARRIVALS, RATE, PATIENCE = 20 / 60, 8 / 60, 240.0  # per minute, per minute and seat, minutes
CONTACTS, BATCHES = 400_000, 40


def waits(seats, arrivals, seed=1):
    """Waits of contacts who come one after the other, −1 for those who would wait longer than the patience."""
    chance = np.random.default_rng(seed)
    came = np.cumsum(chance.exponential(1 / arrivals, CONTACTS)).tolist()
    takes = chance.exponential(1 / RATE, CONTACTS).tolist()
    free = [0.0] * seats
    found = np.empty(CONTACTS)
    for n, at in enumerate(came):
        start = max(at, free[0])
        if start - at > PATIENCE:
            found[n] = -1.0
            continue
        found[n] = start - at
        heapq.heapreplace(free, start + takes[n])
    return found


def z_of_share(inside, share):
    """How far a share of a correlated series is from theory, by the spread of its batches."""
    means = inside.reshape(BATCHES, -1).mean(axis=1)
    return (means.mean() - share) / (means.std(ddof=1) / np.sqrt(BATCHES))


@pytest.mark.statistical
@pytest.mark.parametrize(("seats", "arrivals"), [(3, ARRIVALS), (1, 0.9 * RATE), (3, 24 / 60), (2, 20 / 60)])
def test_waits_are_those_of_the_queue(seats, arrivals):
    """With time to spare, nearly without, at the limit, and in overload."""
    found, compared = waits(seats, arrivals), 0
    for minutes in (0.0, 10.0, 30.0, 60.0, 120.0, 180.0, PATIENCE):
        share = answered_within(minutes, float(seats), arrivals, RATE, PATIENCE)
        if 1e-3 < share < 1 - 1e-3:  # beyond, batches are all alike
            compared += 1
            assert abs(z_of_share((found >= 0) & (found <= minutes), share)) < FAR
    assert compared >= 2


@pytest.mark.statistical
def test_a_load_5_percent_off_is_found_out():
    found = waits(3, ARRIVALS)
    share = answered_within(30.0, 3.0, 1.05 * ARRIVALS, RATE, PATIENCE)
    assert abs(z_of_share((found >= 0) & (found <= 30.0), share)) > FAR


def drawn(contacts):
    desk = desk_of(contacts, 3.0, 8.0, 12.0, table("service"))
    return np.array([waited(uniform(5, Decision.REPLY.value, n, 0, 0), desk) for n in range(40_000)])


@pytest.mark.statistical
@pytest.mark.parametrize(("contacts", "found_out"), [(240.0, False), (252.0, True)])
def test_contacts_of_a_day_wait_as_erlang_says(contacts, found_out):
    """c = 3, λ = 20/h, 8/h each: .702 wait, .905 are answered in half an hour; 5 % more contacts do not pass."""
    found = drawn(contacts)
    for share, inside in ((1 - 0.70225, found == 0), (0.90496, found <= 30)):
        z = (inside.mean() - share) / np.sqrt(share * (1 - share) / len(found))
        assert (abs(z) > FAR) == found_out

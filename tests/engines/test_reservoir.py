"""The reservoir: who responds when, against the closed form; the same people whatever the intensities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import FAR, chi_square_z, ks_distance

from sim.engines.reservoir import Reservoir, Response, cell_address, pool_address
from sim.streams import replication_key

KEY = replication_key(17, 0)
KINDS = len(Response)
rates = st.lists(st.floats(0, 0.05), min_size=KINDS, max_size=KINDS).map(tuple)


def days_of(untouched, rate, days, key=KEY):
    """Number of people of one cell who respond on each day."""
    reservoir = Reservoir([untouched], key)
    split = tuple(rate * share for share in SHARES)
    return np.array([len(reservoir.respond((split,)).kinds) for _ in range(days)])


SHARES = (0.4, 0.1, 0.25, 0.2, 0.05)


def days_z(rate, true_rate, untouched=40_000, days=60):
    """Distance of the days of response from 1 − e^(−rate·t)."""
    counts = days_of(untouched, true_rate, days)
    law = np.diff(1 - np.exp(-rate * np.arange(days + 1)))
    observed = np.append(counts, untouched - counts.sum())
    return chi_square_z(observed, untouched * np.append(law, 1 - law.sum()))


@pytest.mark.statistical
@pytest.mark.parametrize("rate", [0.02, 0.05])
def test_response_days_follow_the_closed_form(rate):
    assert abs(days_z(rate, rate)) < FAR


@pytest.mark.statistical
@pytest.mark.parametrize("rate", [0.02, 0.05])
def test_response_days_at_a_rate_5_percent_off_are_found_out(rate):
    assert days_z(rate, 1.05 * rate) > FAR


def first_distance(rate, true_rate, cells=20_000, people=25):
    """Distance of the first response of many small cells from Exp(people · rate), in continuous time."""
    found = []
    for r in range(cells):
        found.append(Reservoir([people], replication_key(3, r)).waiting[0] / (people * true_rate))
    return ks_distance(found, lambda t: 1 - np.exp(-people * rate * t))


@pytest.mark.statistical
def test_the_first_of_a_cell_waits_exponentially():
    assert first_distance(0.01, 0.01) < FAR
    assert first_distance(0.01, 0.0110) > FAR


def kinds_z(shares, true_shares):
    reservoir = Reservoir([400_000], KEY)
    found = reservoir.respond((tuple(2.0 * share for share in true_shares),)).kinds
    counts = np.bincount(found, minlength=len(shares))
    return chi_square_z(counts, len(found) * np.array(shares))


@pytest.mark.statistical
def test_sources_come_by_their_share_of_the_intensity():
    assert kinds_z(SHARES, SHARES) < FAR


@pytest.mark.statistical
def test_sources_5_percent_off_are_found_out():
    off = np.array(SHARES) * (1.05, 1, 1, 1, 1)
    assert kinds_z(SHARES, off / off.sum()) > FAR


@given(st.lists(rates, min_size=1, max_size=8), st.integers(0, 400))
def test_people_respond_in_rank_and_never_twice(days, untouched):
    reservoir = Reservoir([untouched], KEY)
    found = [int(a) for day in days for a in reservoir.respond((day,)).addresses]
    assert found == [cell_address(0, rank) for rank in range(len(found))]
    assert reservoir.untouched[0] == untouched - len(found) >= 0


@given(st.lists(rates, min_size=1, max_size=5), st.integers(1, 6))
def test_intensity_counts_not_days(days, parts):
    """A day split into parts of the same intensity meets the same people."""
    whole, split = Reservoir([3000], KEY), Reservoir([3000], KEY)
    for day in days:
        met = len(whole.respond((day,)).addresses)
        again = sum(len(split.respond((tuple(r / parts for r in day),)).addresses) for _ in range(parts))
        assert abs(met - again) <= 1  # a person on the boundary, by rounding
    assert whole.waiting[0] == pytest.approx(split.waiting[0], rel=1e-6, abs=1e-6) or whole.ranks != split.ranks


def test_a_source_without_intensity_brings_nobody():
    for kind in Response:
        only = tuple(0.5 if k == kind else 0.0 for k in Response)
        assert set(Reservoir([2000], KEY).respond((only,)).kinds.tolist()) == {kind.value}
    assert len(Reservoir([2000], KEY).respond(((0.0,) * KINDS,)).kinds) == 0


def test_a_flood_meets_everyone_once():
    reservoir = Reservoir([3000, 5], KEY)
    found = reservoir.respond(((50.0,) * KINDS, (50.0,) * KINDS))
    assert len(found.addresses) == 3005
    assert len(set(found.addresses.tolist())) == 3005
    assert np.bincount(found.segments).tolist() == [3000, 5]
    assert reservoir.untouched == [0, 0]
    assert len(reservoir.respond(((50.0,) * KINDS,) * 2).addresses) == 0


def test_addresses_of_all_kinds_are_distinct():
    found = [pool_address(n) for n in (0, 1, 10**9)]
    found += [cell_address(c, n) for c in range(8) for n in (0, 1, 10**9, (1 << 44) - 1)]
    assert len(set(found)) == len(found)
    assert max(found) < 1 << 63

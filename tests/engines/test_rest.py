"""Known people who do not follow rest until exposure may reach them; a run cannot tell, and does not read them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import FINDING, STORE, begun, equal_tables, everything, small

from sim.engines.arrays import ArrayRows
from sim.engines.rest import CHURNED, STEPS, Rest, rest_of, steps_gone
from sim.rules.rows import NEVER

DAYS = 100
WORLDS = {
    "mechanisms": everything({"days": DAYS}),
    "store": everything(STORE | {"days": DAYS}),
    "searches": everything(FINDING | {"days": DAYS}),
    "liquor": small("liquor", {"days": DAYS}),
    "rivals": small("two-brands", {"days": DAYS}),
}


def resting(rows):
    """Which rows rest on the day for which the scale stands."""
    rest = rows._rest
    return (rest.until[: rows.count] & STEPS) > steps_gone(rest.gone, rest.step or 1.0)


def lived(scenario, monkeypatch, restless=False):
    """Tallies of all brands, tables of all rows, and which share of days do rest who do not follow."""
    morning, part, seen = Rest.morning, ArrayRows._part, [0, 0]

    def without_rest(rest, climate):
        morning(rest, climate)
        rest.end()

    def watched(rows, start, stop, *more):
        fans = rows.fans[start:stop]
        seen[0] += int(resting(rows)[start:stop].sum())
        seen[1] += int(((fans.channels & ~fans.muted) == 0).sum())
        return part(rows, start, stop, *more)

    with monkeypatch.context() as patched:
        patched.setattr(ArrayRows, "_part", watched)
        if restless:
            patched.setattr(Rest, "morning", without_rest)
        simulation = begun(scenario)
        for _ in range(scenario.days):
            simulation.step()
    brands = simulation.brands
    return [brand.book.ledger.tallies for brand in brands], [brand.rows.table() for brand in brands], seen[0] / seen[1]


@pytest.mark.parametrize("world", WORLDS)
def test_a_run_in_which_nobody_rests_is_the_same(world, monkeypatch):
    tallies, tables, share = lived(WORLDS[world], monkeypatch)
    least = 0.0 if world == "rivals" else 0.3  # strangers, who are known to another brand only, do not rest
    assert share == 0.0 if world == "searches" else share > least
    plain, plain_tables, nobody = lived(WORLDS[world], monkeypatch, restless=True)
    assert nobody == 0.0
    assert all(np.array_equal(a, b) for a, b in zip(tallies, plain, strict=True))
    assert all(equal_tables(a, b) for a, b in zip(tables, plain_tables, strict=True))


def test_rows_at_rest_are_not_read(monkeypatch):
    """Whoever rests is written over with a follower, for as long as the day of the rows takes."""
    truth, _, _ = lived(WORLDS["liquor"], monkeypatch)
    part, unread = ArrayRows._part, []

    def blind(rows, start, stop, *rest):
        fans, hidden = rows.fans, np.flatnonzero(resting(rows))
        kept = fans[hidden].copy()
        fans.channels[hidden], fans.muted[hidden], fans.threshold[hidden] = 1, 0, 0.0
        found = part(rows, start, stop, *rest)
        fans[hidden] = kept
        unread.append(len(hidden))
        return found

    monkeypatch.setattr(ArrayRows, "_part", blind)
    found, _, _ = lived(WORLDS["liquor"], monkeypatch)
    assert sum(unread) > 1000
    assert all(np.array_equal(a, b) for a, b in zip(truth, found, strict=True))


GROWTH = st.floats(0.0, 3.0) | st.just(0.0)


class Today:
    """Of a climate what rest depends on."""

    def __init__(self, exposure):
        self.exposure = exposure


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(GROWTH, GROWTH), min_size=2, max_size=300), st.floats(1e-9, 60.0), st.integers(0, 1))
def test_nobody_rests_on_a_day_of_a_touch(growths, lacking, segment):
    """One who looks for rest every evening, in a world where exposure grows by leaps."""
    rest, exposure = Rest(), np.zeros(2)
    rest.make_room(1)
    threshold = None
    for day, grown in enumerate(growths):
        exposure = exposure + np.array(grown)
        rest.morning(Today(exposure.tolist()))
        threshold = exposure[segment] + lacking if threshold is None else threshold
        if exposure[segment] >= threshold:
            assert (int(rest.until[0]) & STEPS) <= steps_gone(rest.gone, rest.step)
            threshold = exposure[segment] + lacking
        if (int(rest.until[0]) & STEPS) <= steps_gone(rest.gone, rest.step):
            left = threshold - exposure[segment]
            rest.until[0] = rest_of(left, rest.gone, rest.step, 0, NEVER, NEVER, NEVER, day)


def test_rest_ends_before_what_lies_ahead():
    plain = (2.0, 0.5, 0.25, 0, NEVER, NEVER, NEVER, 40)
    assert rest_of(*plain) == 9  # 2.5 / .25 less a trifle
    assert rest_of(*plain[:6], 12, 40) == 9 + CHURNED
    assert rest_of(*plain[:3], 1, *plain[4:]) == 0  # waits for a place
    assert rest_of(*plain[:4], 10, NEVER, NEVER, 40) == 0  # clicked 30 days ago
    assert rest_of(*plain[:4], 9, NEVER, NEVER, 40) == 9
    assert rest_of(*plain[:5], 41, NEVER, 40) == 0  # decides tomorrow
    assert rest_of(1e9, *plain[1:]) == STEPS


def test_new_rows_and_those_something_happened_to_do_not_rest():
    rest = Rest()
    rest.make_room(3)
    assert rest.until.tolist() == [0, 0, 0]
    rest.until[:] = 7
    rest.make_room(5)
    rest.wake(np.array([1]))
    assert rest.until.tolist() == [7, 0, 7, 0, 0]

"""What a person costs: at most 100 bytes with a row, nothing without one. Peaks are those of processes of their own."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from worlds import TESTS, begun, small

from sim.engines.arrays import ArrayRows
from sim.engines.network import BLOCK
from sim.engines.population import FAN, PERSON, STUBS
from sim.engines.rest import Rest

MOST = 100  # bytes a row, per person and brand


def arrays_in(thing, seen, depth=0):
    """All NumPy arrays that an object holds, in its attributes, lists, tuples and tables, each once."""
    if id(thing) in seen or depth > 12:
        return
    seen[id(thing)] = thing  # kept, so that no identity is used twice
    if isinstance(thing, np.ndarray):
        if thing.dtype != object:
            yield thing
    elif isinstance(thing, dict | list | tuple):
        for one in thing.values() if isinstance(thing, dict) else thing:
            yield from arrays_in(one, seen, depth + 1)
    elif hasattr(thing, "__dict__") and type(thing).__module__.startswith("sim."):
        yield from arrays_in(vars(thing), seen, depth + 1)


def owner(array):
    """The array that holds the memory of a view."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def bytes_held(fans, changes=None, days=2):
    """Bytes in all arrays of a simulation after some days, and its rows."""
    base = {"pool.fans": fans, "market.users": 400_000, "network": {"median": 4.0, "mean": 8.0, "most": 40.0}}
    simulation = begun(small("liquor", base | {"rules.referral.share": 2.0} | (changes or {})))
    for _ in range(days):
        simulation.step()
    owners = {id(whole): whole for whole in map(owner, arrays_in(simulation, {}))}
    return sum(whole.nbytes for whole in owners.values()), simulation.rows.count


def test_a_row_is_at_most_100_bytes():
    rest = Rest().until.itemsize
    assert PERSON.itemsize + FAN.itemsize + rest + STUBS.itemsize <= MOST
    assert 8 / BLOCK < 0.05  # the network's tree, of one word for so many rows, is what may come on top


def test_a_simulation_holds_nothing_else_by_the_person():
    """Whatever arrays hang on a simulation: they grow by 100 bytes a person, and the room into which rows grow."""
    small_one, few = bytes_held(20_000)
    large_one, many = bytes_held(120_000)
    each = (large_one - small_one) / (many - few)
    room = 1.5  # arrays have room for a quarter more and grow by an eighth, stubs by doubling
    assert PERSON.itemsize + FAN.itemsize <= each <= room * MOST


def test_platform_users_without_a_row_take_no_array():
    held = [bytes_held(500, {"market.users": users}, days=20)[0] for users in (10**6, 10**9)]
    assert abs(held[1] - held[0]) < 100_000


def test_brands_have_rows_of_their_own_and_nothing_more():
    simulation = begun(small("two-brands"))
    rows = [brand.rows for brand in simulation.brands]
    for of_brand in rows:
        held = sum(array.nbytes for array in arrays_in([of_brand.people, of_brand.fans, of_brand._rest.until], {}))
        assert held / len(of_brand.people) <= MOST
    assert len({len(of_brand.people) for of_brand in rows}) == 1


# -------------------------------------------------------------------------------------------- of the process

PEAK = """
import json, sys
sys.path.insert(0, sys.argv[1])
from sim.engines.simulation import Simulation
from sim.engines.arrays import ArrayRows
from sim.scenario import load_scenario, with_changes
changes = json.loads(sys.argv[2])
simulation = Simulation(with_changes(load_scenario("liquor"), changes), "growth", 7, 0, ArrayRows)
for _ in range(simulation.scenario.days):
    simulation.step()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([1024 * int(peak.split()[1]), simulation.rows.count]))
"""


def peak_of(**changes):
    """Peak memory in bytes of a process that does nothing but simulate, and its rows."""
    changes = {"days": 20, "feed.exposures_at_least": 4000} | {k.replace("__", "."): v for k, v in changes.items()}
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(TESTS), json.dumps(changes)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


needs_linux = pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="peaks are read from /proc")


@needs_linux
def test_a_billion_users_take_no_more_memory_than_a_million():
    """One bit of each would be 125 million bytes."""
    few, rows = peak_of(pool__fans=2000, market__users=10**6)
    many, more = peak_of(pool__fans=2000, market__users=10**9)
    assert abs(more - rows) < 0.2 * rows
    assert abs(many - few) < 20_000_000


@needs_linux
def test_two_hundred_thousand_rows_more_take_their_records_and_room_to_grow():
    few, rows = peak_of(pool__fans=20_000)
    many, more = peak_of(pool__fans=220_000)
    each = (many - few) / (more - rows)
    assert PERSON.itemsize + FAN.itemsize <= each <= 3.0 * MOST  # old and new arrays side by side while they grow


def test_rows_grow_where_they_lie_and_leave_a_view_alone():
    rows = ArrayRows(np.zeros(1), 1)
    rows._make_room(4000)
    rows.count = 4000
    rows.people.key[:4000] = 7
    same = id(rows._people)
    rows._make_room(5000)
    assert id(rows._people) == same
    assert len(rows._people) >= 9000
    rows.count, view = 9000, rows.people
    rows._make_room(50_000)
    assert id(rows._people) != same  # a caller's view would point nowhere
    assert view.key[3999] == rows.people.key[3999] == 7
    assert len(rows._people) == len(rows._fans) >= 59_000

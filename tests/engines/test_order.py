"""Threads, the order of rows and the order of agents decide nothing, to the integer."""

import mesa
import numpy as np
import pytest
from worlds import STORE, begun, equal_tables, everything, run_through

from sim.engines import arrays as arrays_engine
from sim.engines.run import run
from sim.scenario import with_changes

SEED = 3


@pytest.fixture(scope="module", params=[{}, STORE], ids=["online", "store"])
def scenario(request):
    return everything(request.param | {"days": 90})


@pytest.fixture(scope="module")
def reference(scenario):
    return run_through(begun(scenario, "depletion", SEED))


@pytest.mark.parametrize("threads", [2, 3, 4])
def test_threads_give_equal_integers(scenario, reference, threads, monkeypatch):
    monkeypatch.setattr(arrays_engine, "ROWS_PER_THREAD", 10)
    parts = []
    advance_part = arrays_engine.advance_part

    def counted(people, fans, start, stop, *rest):
        parts.append((start, stop))
        return advance_part(people, fans, start, stop, *rest)

    monkeypatch.setattr(arrays_engine, "advance_part", counted)
    found = run(scenario, "depletion", SEED, threads=threads).ledger.tallies
    assert len(parts) > 2 * scenario.days  # the rows were split
    assert np.array_equal(found, reference)


def test_permuted_rows_change_nothing(scenario, reference):
    simulation = begun(scenario, "depletion", SEED)
    chance = np.random.default_rng(1)
    for _ in range(scenario.days):
        simulation.rows.permute(chance.permutation(simulation.rows.count))
        simulation.step()
    assert np.array_equal(simulation.ledger.tallies, reference)


def test_permuted_rows_are_the_same_people(scenario):
    a, b = begun(scenario, "depletion", SEED), begun(scenario, "depletion", SEED)
    chance = np.random.default_rng(2)
    for _ in range(40):
        b.rows.permute(chance.permutation(b.rows.count))
        a.step()
        b.step()
    tables = []
    for simulation in (a, b):
        table = simulation.rows.table()
        order = np.argsort(table["key"])
        tables.append({name: column[order] for name, column in table.items()})
    assert not np.array_equal(a.rows.table()["key"], b.rows.table()["key"])
    assert equal_tables(*tables)


def test_shuffled_agents_change_nothing(scenario, reference, monkeypatch):
    days, shuffled, agents = 40, [], type(mesa.Model().agents)

    def shuffle_do(self, *given):
        shuffled.append(given)
        return self.shuffle_do(*given)

    monkeypatch.setattr(agents, "do", shuffle_do)
    found = run(with_changes(scenario, {"days": days}), "depletion", SEED, engine="agents").ledger.tallies
    assert np.array_equal(found, reference[:days])
    assert len(shuffled) == days


def test_the_length_of_a_run_changes_no_day_of_it(scenario, reference):
    assert np.array_equal(run(with_changes(scenario, {"days": 30}), "depletion", SEED).ledger.tallies, reference[:30])

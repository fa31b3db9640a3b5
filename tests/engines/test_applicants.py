"""Who waits for a scarce place is known from the day's long ways; looking at all rows finds the same."""

from functools import partial

import numpy as np
import pytest

import sim.engines.arrays as arrays_engine
from sim.engines.arrays import ArrayRows
from sim.engines.simulation import Simulation
from sim.scenario import load_scenario

CASES = [("tennis-coach", "growth", 1), ("tennis-coach", "growth", 2), ("two-brands", "growth", 2)]


@pytest.mark.parametrize(("name", "logic", "threads"), [*CASES, ("liquor", "depletion", 1)])
def test_applicants_are_those_found_by_looking_at_all_rows(name, logic, threads, monkeypatch):
    monkeypatch.setattr(arrays_engine, "ROWS_PER_THREAD", 10)
    found = []
    seat = ArrayRows.seat

    def compared(self, free, day, tally, *choose):
        known = self._applicants()
        heard, self._applied = self._applied, None
        assert np.array_equal(known, self._applicants())
        self._applied = heard
        found.append((heard is not None, len(known)))
        seat(self, free, day, tally, *choose)

    monkeypatch.setattr(ArrayRows, "seat", compared)
    simulation = Simulation(load_scenario(name), logic, 0, 0, partial(ArrayRows, threads=threads))
    for _ in range(60):
        simulation.step()
    simulation.close()
    assert sum(number for heard, number in found if heard) > 10

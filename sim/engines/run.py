"""``run``: one logic of a scenario, once, on the engine asked for."""

import time
from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol

from sim.engines.engine import RowsMaker
from sim.engines.simulation import Simulation
from sim.results import Ending, Run
from sim.scenario.schema import Scenario

Engine = Literal["arrays", "agents"]


class Keeper(Protocol):
    """Who keeps the state of a run that may be broken off."""

    def begin(self, simulation: Simulation) -> float:
        """Let a run that was just set up go on where it was broken off, if it was; returns seconds spent before."""
        ...

    def after_day(self, simulation: Simulation, seconds: float) -> None:
        """A day is over; seconds: spent on the run so far."""


def run(
    scenario: Scenario,
    logic: str | None = None,
    seed: int = 0,
    replication: int = 0,
    engine: Engine = "arrays",
    threads: int = 1,
    progress: Callable[[int], None] | None = None,
    keeper: Keeper | None = None,
    shards: int = 1,
    make_rows: RowsMaker | None = None,
) -> Run:
    """Run one logic of a scenario.

    logic        name of a logic in the scenario, default the first
    seed         0 … 2⁶⁴ − 1; the same seed gives the same integers, whatever the engine and the number of threads
    replication  number of the pair: same people and same luck under every logic
    engine       "arrays" (fast) or "agents" (one mesa.Agent per row)
    progress     called with the number of each finished day
    keeper       keeps checkpoints of the run, see ``sim/engines/unfinished.py``
    shards       processes of this machine among which the people are divided, see ``run_sharded``
    make_rows    makes rows of another kind than the engine's own: those of one shard, see ``sim.engines.sharded``

    Raises KeyError for an unknown logic and ValueError for an impossible seed.
    """
    name = next(iter(scenario.logics)) if logic is None else logic
    if name not in scenario.logics:
        raise KeyError(f'there is no logic "{name}"; the scenario has: {", ".join(scenario.logics)}')
    if shards != 1:
        from sim.engines.sharded import run_sharded

        if engine != "arrays":
            raise ValueError('shards need the engine "arrays".')
        return run_sharded(scenario, name, seed, replication, shards=shards, threads=threads, progress=progress)
    began = time.perf_counter()
    if make_rows is not None:
        simulation = Simulation(scenario, name, seed, replication, make_rows)
    elif engine == "agents":
        from sim.engines.model import FanModel

        simulation = FanModel.of(scenario, name, seed, replication).simulation
    else:
        from sim.engines.arrays import ArrayRows

        simulation = Simulation(scenario, name, seed, replication, partial(ArrayRows, threads=threads))
    try:
        before = keeper.begin(simulation) if keeper else 0.0
        if progress:
            for day in range(simulation.day):
                progress(day)
        for day in range(simulation.day, scenario.days):
            simulation.step()
            if keeper:
                keeper.after_day(simulation, before + time.perf_counter() - began)
            if progress:
                progress(day)
    finally:
        simulation.close()
    own = simulation.brand
    return Run(
        scenario=scenario,
        logic=name,
        seed=seed,
        replication=replication,
        engine=engine,
        ledger=simulation.ledger,
        ending=Ending("horizon", scenario.days),
        seconds=before + time.perf_counter() - began,
        cohort_months=own.cohort_names(),
        cohort_counts=tuple(own.cohorts),
        tasks=tuple((task.advice, task.done) for task in own.tasks.tasks),
        rivals={brand.name: brand.book.ledger for brand in simulation.brands[1:]},
    )

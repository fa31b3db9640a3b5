"""Many small runs of fan-lite: the batch layer against ``mesa.batch_run`` and Starsim's ``MultiSim`` on the same work.

A run is ``FANS`` agents over ``DAYS`` days with a seed of its own; what is wanted of each are its purchases. Everything
from the call to the table counts, starting processes, too; two processes each. Sanyu's runs go through what a sweep
goes through, except for a scenario: the supervisor, its workers, chunks of about a second, Parquet shards that are
there whole or not at all. The peers keep results in memory.

Whether all did the same work is told by the mean of purchases over all agents, in standard errors.
"""

import tempfile
import time
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fan_lite.check import EACH, REPLICATIONS, exact, replicated
from benchmarks.fan_lite.model import VARIANTS

FANS, DAYS, PROCESSES = 2000, 180, 2


def told(bought: Sequence[float], variant: str, seconds: float) -> dict[str, Any]:
    """Runs a second, and by how many standard errors the mean of all agents' purchases is off."""
    rules, agents = VARIANTS[variant], FANS * len(bought)
    known = rules.leave == 0.0
    mean, spread = (exact if known else replicated)(rules, DAYS)["bought"]
    variance = spread[0] ** 2 * (1.0 / agents + (0.0 if known else 1.0 / (REPLICATIONS * EACH)))
    off = float(abs(np.sum(bought) / agents - mean[0]) / np.sqrt(variance))
    return {"runs": len(bought), "variant": variant, "rate": len(bought) / seconds, "off": off}


def by_mesa(runs: int, variant: str) -> dict[str, Any]:
    """``mesa.batch_run`` with one seed a run."""
    import mesa

    from benchmarks.fan_lite.on_mesa import Counted

    began = time.perf_counter()
    rows = mesa.batch_run(
        Counted,
        {"agents": FANS, "rules": [VARIANTS[variant]]},
        number_processes=PROCESSES,
        max_steps=DAYS,
        data_collection_period=-1,
        display_progress=False,
        rng=list(range(runs)),
    )
    seconds = time.perf_counter() - began
    return told([row["bought"] for row in rows], variant, seconds)


def by_starsim(runs: int, variant: str) -> dict[str, Any]:
    """``MultiSim`` of one simulation, which gives each run a seed."""
    import starsim as ss

    from benchmarks.fan_lite.on_starsim import simulation

    began = time.perf_counter()
    many = ss.MultiSim(simulation(FANS, DAYS, 0, VARIANTS[variant]), n_runs=runs, n_cpus=PROCESSES, copy_sim=True)
    many.run()
    bought = [float(np.sum(sim.results.brand.bought)) for sim in many.sims]
    return told(bought, variant, time.perf_counter() - began)


class Seeds:
    """Seeds that are handed out, for the supervisor."""

    def __init__(self, runs: int) -> None:
        self.left, self.chunks = iter(range(runs)), 0

    def take(self, most: int) -> Any:
        from sim.batch.supervisor import Chunk

        seeds = list(islice(self.left, most))
        self.chunks += 1
        return Chunk(f"{self.chunks}", seeds) if seeds else None

    def finished(self, chunk: Any, result: int) -> None:
        assert result == len(chunk.tasks)

    def recovered(self, chunk: Any) -> None:
        return None

    def killed(self, task: int) -> None:
        raise RuntimeError(f"the run of seed {task} kills its worker")

    def beat(self) -> None:
        pass


def shard(folder: Path, variant: str, token: str, seeds: Sequence[int]) -> int:
    """Run seeds and write what they bought."""
    import pyarrow as pa

    from benchmarks.fan_lite.on_sanyu import prepare
    from sim.batch.store import write_table

    bought = [int(prepare(FANS, DAYS, seed, VARIANTS[variant])().purchases.sum()) for seed in seeds]
    write_table(folder / f"{token}.parquet", pa.table({"seed": list(seeds), "bought": bought}))
    return len(seeds)


def own(runs: int, variant: str) -> dict[str, Any]:
    """The supervisor of sweeps, with shards in a folder."""
    _supervised(2 * PROCESSES, variant)  # the loop is compiled and kept on disk
    bought, seconds = _supervised(runs, variant)
    return told(bought, variant, seconds)


def _supervised(runs: int, variant: str) -> tuple[list[int], float]:
    import pyarrow.parquet as pq

    from sim.batch.supervisor import Processes, supervise

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        began = time.perf_counter()
        workers = Processes(PROCESSES)
        try:
            supervise(Seeds(runs), partial(shard, folder, variant), workers)
        finally:
            workers.close()
        table = pq.read_table(folder)
        assert sorted(table["seed"].to_pylist()) == list(range(runs))
        return table["bought"].to_pylist(), time.perf_counter() - began

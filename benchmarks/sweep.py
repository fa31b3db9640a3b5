"""Sweeps: runs of 2,000 fans over 180 days on two processes, against ``mesa.batch_run`` on the ``agents`` engine."""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

FANS, DAYS, PROCESSES = 2000, 180, 2
LOGIC = "depletion"


def _one(seed: int, days: int = DAYS) -> int:
    """One run; returns its private fans at the end."""
    from sim.domains import Domain
    from sim.engines.run import run
    from sim.rules.tally import Slot
    from sim.scenario import load_scenario, with_changes

    found = run(with_changes(load_scenario("liquor"), {"pool.fans": FANS, "days": days}), LOGIC, seed)
    return int(found.ledger.tallies[-1, Slot.ROWS + Domain.PRIVATE])


def own(runs: int) -> dict[str, Any]:
    """Runs per second of Sanyu on a pool of processes, each of which has loaded the kernel before."""
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        list(pool.map(_one, range(2 * PROCESSES), [1] * (2 * PROCESSES)))
        began = time.perf_counter()
        ends = list(pool.map(_one, range(runs), chunksize=max(1, runs // (8 * PROCESSES))))
        seconds = time.perf_counter() - began
    return {"runs": runs, "days": DAYS, "rate": runs / seconds, "fans": ends}


def by_mesa(runs: int, days: int) -> dict[str, Any]:
    """Runs per second of ``mesa.batch_run`` on ``FanModel``; of runs over fewer days, the share of days is counted."""
    import mesa

    from sim.engines.model import FanModel

    mesa.batch_run(FanModel, {"file": "liquor", "logic": LOGIC, "fans": 50, "days": 1}, rng=[0], display_progress=False)
    began = time.perf_counter()
    rows = mesa.batch_run(
        FanModel,
        {"file": "liquor", "logic": LOGIC, "fans": FANS, "days": days},
        number_processes=PROCESSES,
        max_steps=days,
        data_collection_period=-1,
        display_progress=False,
        rng=list(range(runs)),
    )
    seconds = time.perf_counter() - began
    return {"runs": runs, "days": days, "rate": runs * days / DAYS / seconds, "fans": [r["fans_private"] for r in rows]}

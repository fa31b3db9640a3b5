"""The full model: fan-days per second, memory, and what a day costs outside the compiled loop.

A fan-day is one follower on one day. Liquor scenario, depletion logic.
"""

import statistics
import time
from functools import partial
from typing import Any

from benchmarks.child import Memory

WARM_UP = 3
USERS = 20_000_000


def _scenario(fans: int, days: int, users: int = 0) -> Any:
    from sim.scenario import load_scenario, with_changes

    changes = {"pool.fans": fans, "days": days, "market.users": users or max(USERS, 100 * fans)}
    return with_changes(load_scenario("liquor"), changes)


def _simulation(scenario: Any, engine: str, replication: int, threads: int) -> Any:
    if engine == "agents":
        from sim.engines.model import FanModel

        return FanModel.of(scenario, "depletion", 0, replication).simulation
    from sim.engines.arrays import ArrayRows
    from sim.engines.simulation import Simulation

    return Simulation(scenario, "depletion", 0, replication, partial(ArrayRows, threads=threads))


def full_model(
    fans: int, days: int, engine: str = "arrays", threads: int = 1, users: int = 0, repeats: int = 1
) -> dict[str, Any]:
    """Best rate of some stretches of days of one run; filling the pool and the first days are not counted.

    bytes   peak memory of the run, above what the process needed before it;  record: of a row, as it is stored
    """
    if engine == "arrays":
        _simulation(_scenario(1000, 2), engine, 0, threads).step()  # load what is compiled
    scenario = _scenario(fans, repeats * days + WARM_UP, users)
    memory = Memory()
    began = time.perf_counter()
    simulation = _simulation(scenario, engine, 0, threads)
    filled = time.perf_counter() - began
    for _ in range(WARM_UP):
        simulation.step()
    rates, busy, per_day = [], [], []
    for _ in range(repeats):
        began, processor = time.perf_counter(), time.process_time()
        fan_days = sum(simulation.step().fans for _ in range(days))
        per_day.append((time.perf_counter() - began) / days)
        rates.append(fan_days / days / per_day[-1])
        busy.append(fan_days / (time.process_time() - processor))
    rows = len(simulation.rows.keys()) if engine == "arrays" else fans
    record = simulation.rows.people.itemsize + simulation.rows.fans.itemsize if engine == "arrays" else 0
    peak = memory.peak()
    simulation.close()
    return {
        "engine": engine, "fans": fans, "threads": threads, "users": scenario.market.users, "days": days,
        "rate": max(rates), "rates": rates, "rate_of_processor": max(busy), "seconds_per_day": min(per_day),
        "fill": filled, "rows": rows, "bytes": peak, "record": record,
    }  # fmt: skip


def two_at_a_time(fans: int, days: int) -> dict[str, Any]:
    """Two runs in two threads of one process."""
    from concurrent.futures import ThreadPoolExecutor

    _simulation(_scenario(1000, 2), "arrays", 0, 1).step()
    scenario = _scenario(fans, days + WARM_UP)

    def one(replication: int) -> tuple[int, float, float]:
        simulation = _simulation(scenario, "arrays", replication, 1)
        for _ in range(WARM_UP):
            simulation.step()
        began, processor = time.perf_counter(), time.thread_time()
        fan_days = sum(simulation.step().fans for _ in range(days))
        return fan_days, time.perf_counter() - began, time.thread_time() - processor

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, range(2)))
    fan_days, seconds, busy = (list(column) for column in zip(*found, strict=True))
    return {"fans": fans, "rate": sum(fan_days) / max(seconds), "rate_of_processor": sum(fan_days) / sum(busy)}


def day_loop(fans: int, days: int) -> dict[str, Any]:
    """Median microseconds of a day of a tiny pool: all of it, and outside the compiled loop over the rows.

    Of processor time, since nothing here runs beside anything; ``clock`` is what passed meanwhile.
    """
    simulation = _simulation(_scenario(fans, days + WARM_UP), "arrays", 0, 1)
    inside = 0.0
    advance = simulation.rows.advance

    def timed(*arguments: Any) -> None:
        nonlocal inside
        began = time.process_time()
        advance(*arguments)
        inside += time.process_time() - began

    simulation.rows.advance = timed
    for _ in range(WARM_UP):
        simulation.step()
    whole, outside, clock = [], [], []
    for _ in range(days):
        inside, began, by_clock = 0.0, time.process_time(), time.perf_counter()
        simulation.step()
        taken = time.process_time() - began
        clock.append((time.perf_counter() - by_clock) * 1e6)
        whole.append(taken * 1e6)
        outside.append((taken - inside) * 1e6)
    return {
        "fans": fans, "days": days, "day": statistics.median(whole), "outside": statistics.median(outside),
        "best": min(outside), "clock": statistics.median(clock),
    }  # fmt: skip

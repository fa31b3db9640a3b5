"""Benchmark of checkpoints: seconds to write, to read and to set up, and megabytes, beside the seconds of a day.

    python benchmarks/checkpoints.py [--fans 100000 1000000] [--folder DIR]

One run of the depletion logic on the liquor scenario, with a network of friends, one thread. Writing includes waiting
for the disk (fsync). Resuming is the set-up of a fresh run and the reading of the file. Medians of five.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DAYS, TIMES = 365, 5


def timed(call: Callable[[], Any], times: int = TIMES) -> float:
    """Median seconds of some calls."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def measure(fans: int, folder: Path) -> tuple[float, float, float, float, float]:
    """Seconds of a day, of writing, of reading and of setting up; megabytes."""
    from sim.engines.arrays import ArrayRows
    from sim.engines.checkpoints import read_checkpoint, write_checkpoint
    from sim.engines.memory import restore, state_of
    from sim.engines.simulation import Simulation
    from sim.scenario import load_scenario, with_changes

    changes = {"pool.fans": fans, "days": DAYS, "market.users": 100 * fans, "network": {}}
    scenario = with_changes(load_scenario("liquor"), changes)

    def fresh() -> Simulation:
        return Simulation(scenario, "depletion", 0, 0, ArrayRows)

    simulation, path = fresh(), folder / "checkpoint"
    for _ in range(3):
        simulation.step()
    day = timed(simulation.step)
    write = timed(lambda: write_checkpoint(path, {}, state_of(simulation)))
    empty = fresh()
    read = timed(lambda: restore(empty, read_checkpoint(path)[1]))
    return day, write, read, timed(fresh, 1), path.stat().st_size / 1e6


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fans", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="on the disk to be measured [default: a temporary folder]")
    options = parser.parse_args()
    print("| fans | a day, s | write, s | read, s | set-up, s | MB |\n|---|---|---|---|---|---|")
    for fans in options.fans:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            day, write, read, fresh, size = measure(fans, Path(folder))
        print(f"| {fans:,} | {day:.3f} | {write:.3f} | {read:.3f} | {fresh:.2f} | {size:.1f} |")


if __name__ == "__main__":
    main()

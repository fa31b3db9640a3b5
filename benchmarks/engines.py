"""Benchmark of the engines: fan-days per second on the same machine in the same run, printed as ratios.

    python benchmarks/engines.py [--fans 100000] [--days 60] [--json FILE]

The rows are: agents with interpreted rules (a subprocess with NUMBA_DISABLE_JIT=1), agents with compiled rules, arrays
with one and two threads, and arrays with two runs at a time. The agents rows run fewer fans for fewer days, since
their cost per fan-day does not depend on either (shown by two sizes). Machines differ and are noisy: read ratios.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

WARM_UP = 3


def measure(engine: str, fans: int, days: int, threads: int, runs: int = 1) -> dict[str, Any]:
    """Fan-days per second of the day loop of the depletion logic on the liquor scenario, warm-up apart."""
    from sim.engines.model import FanModel
    from sim.engines.run import Simulation
    from sim.scenario import load_scenario, with_changes

    changes = {"pool.fans": fans, "days": days + WARM_UP, "market.users": max(20_000_000, 100 * fans)}
    scenario = with_changes(load_scenario("liquor"), changes)

    def one(replication: int) -> tuple[int, float]:
        if engine == "agents":
            simulation = FanModel.of(scenario, "depletion", 0, replication).simulation
        else:
            from functools import partial

            from sim.engines.arrays import ArrayRows

            simulation = Simulation(scenario, "depletion", 0, replication, partial(ArrayRows, threads=threads))
        for _ in range(WARM_UP):
            simulation.step()
        began = time.perf_counter()
        fan_days = sum(simulation.step().fans for _ in range(days))
        return fan_days, time.perf_counter() - began

    with ThreadPoolExecutor(runs) as pool:
        found = list(pool.map(one, range(runs)))  # filling the pool and warming up are not counted
    fan_days, seconds = sum(days for days, _ in found), max(taken for _, taken in found)
    return {"engine": engine, "fans": fans, "days": days, "threads": threads, "runs": runs, "rate": fan_days / seconds}


def interpreted(fans: int, days: int) -> dict[str, Any]:
    """The same for agents with rules interpreted as plain Python."""
    command = [sys.executable, __file__, "--child", str(fans), str(days)]
    out = subprocess.run(
        command, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, check=True, text=True
    )
    return json.loads(out.stdout)


def first_and_later_compile() -> tuple[float, float]:
    """Seconds of a one-day run in a new process with an empty cache, and in the next one."""
    import tempfile

    code = (
        "import time; t = time.perf_counter()\n"
        "from sim.scenario import load_scenario, with_changes\n"
        "from sim.engines.run import run\n"
        "run(with_changes(load_scenario('liquor'), {'pool.fans': 100, 'days': 1}))\n"
        "print(time.perf_counter() - t)"
    )
    with tempfile.TemporaryDirectory() as folder:
        seconds = [
            float(
                subprocess.run(
                    [sys.executable, "-c", code],
                    env=os.environ | {"SANYU_CACHE_DIR": folder},
                    capture_output=True,
                    check=True,
                    text=True,
                ).stdout
            )
            for _ in range(2)
        ]
    return seconds[0], seconds[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fans", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--json")
    parser.add_argument("--child", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure("agents", *options.child, threads=1)))
        return
    from rich.console import Console
    from rich.table import Table

    measure("arrays", 1000, 2, 1)  # compile, or load what is compiled
    few = max(1000, options.fans // 100)
    rows = [
        ("agents, interpreted rules", interpreted(few, 5)),
        (f"agents, interpreted rules, {options.fans:,} fans", interpreted(options.fans, 1)),
        ("agents, compiled rules", measure("agents", few, 5, 1)),
        ("arrays, 1 thread", measure("arrays", options.fans, options.days, 1)),
        ("arrays, 2 threads", measure("arrays", options.fans, options.days, 2)),
        ("arrays, 2 runs at a time", measure("arrays", options.fans, options.days, 1, runs=2)),
    ]
    base = rows[1][1]["rate"]
    table = Table(title="Full model, liquor scenario, depletion logic")
    for column in ("engine", "fans", "days", "fan-days per second", "ratio"):
        table.add_column(column, justify="left" if column == "engine" else "right")
    for name, row in rows:
        table.add_row(name, f"{row['fans']:,}", str(row["days"]), f"{row['rate']:,.0f}", f"{row['rate'] / base:,.1f}")
    console = Console()
    console.print(table)
    first, later = first_and_later_compile()
    console.print(f"first one-day run in a new process with an empty cache {first:.1f} s, the next {later:.1f} s")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"rows": [{"name": n, **r} for n, r in rows], "first": first, "later": later}, file, indent=2)


if __name__ == "__main__":
    main()

"""What the batch layer costs: seconds a run beside the run itself, and memory while a sweep grows.

``python -m benchmarks.overhead cost`` runs the layer in one process, where every second of it is counted; ``python -m
benchmarks.overhead memory RUNS`` watches driver and workers of a sweep of trivial runs.
"""

import json
import pickle
import sys
import tempfile
import threading
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

PROCESSES = 2
LOGICS = 2


def study(runs: int, points: int) -> Any:
    """A study of so many runs of a day of twenty fans, at so many points."""
    from sim.batch.experiment import Experiment, study_of
    from sim.scenario import load_scenario

    replications = max(1, runs // (LOGICS * points))
    tree = {
        "scenario": "livestream-group",
        "design": {"kind": "latin-hypercube", "samples": points},
        "replications": {"paired": replications},
        "observe": ["margin"],
        "fixed": {"days": 1, "pool.fans": 20},
        "vary": {"brand.content.quality": {"from": 0.2, "to": 0.8}, "pool.trust": {"from": 0.1, "to": 0.9}},
    }
    return study_of(Experiment.model_validate(tree), load_scenario("livestream-group"))


class Here(Executor):
    """An executor that does everything at once in this process, and packs and unpacks it as if it went to another."""

    width = 1

    def executor(self) -> Executor:
        return self

    def close(self) -> None:
        pass

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        fn, args = pickle.loads(pickle.dumps((fn, args)))
        future.set_result(pickle.loads(pickle.dumps(fn(*args, **kwargs))))
        return future


def cost(runs: int, points: int) -> dict[str, float]:
    """Milliseconds of processor a run: of the whole sweep, of the runs alone, and of the layer; best of three."""
    from sim.batch import sweep as sweeps
    from sim.engines.run import run

    asked = study(runs, points)
    replications = asked.experiment.replications.most
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            outcome = sweeps.sweep(asked, Path(folder) / "out", Path(folder) / "store", executor=Here())
            whole = (time.process_time() - began) / outcome.runs
        began = time.process_time()
        for point in range(points):
            scenario = asked.scenario(point)  # which every way of running it has to build
            for replication in range(replications):
                for logic in asked.logics:
                    run(scenario, logic, 0, replication).summary  # noqa: B018
        alone = (time.process_time() - began) / outcome.runs
        found.append((whole - alone, whole, alone))
    layer, whole, alone = min(found)
    return {"runs": runs, "points": points, "whole": 1e3 * whole, "alone": 1e3 * alone, "layer": 1e3 * layer}


def memory(runs: int) -> dict[str, Any]:
    """MiB of driver and workers while so many runs are made, at every tenth of them; and runs a second."""
    import psutil

    from sim.batch.sweep import sweep

    driver, curve = psutil.Process(), []
    done = 0

    def hear(progress: Any) -> None:
        nonlocal done
        done = progress.done

    def watch() -> None:
        following = 0
        while not over.wait(0.2):
            if done >= following:
                workers = [w.memory_info().rss for s in driver.children() for w in s.children(recursive=True)]
                curve.append((done, driver.memory_info().rss / 2**20, sum(workers) / 2**20 / max(1, len(workers))))
                following += runs // 10
        curve.append((done, driver.memory_info().rss / 2**20, curve[-1][2]))

    over = threading.Event()
    watcher = threading.Thread(target=watch)
    with tempfile.TemporaryDirectory() as folder:
        asked = study(runs, max(1, runs // 200))
        watcher.start()
        outcome = sweep(asked, Path(folder) / "out", Path(folder) / "store", processes=PROCESSES, progress=hear)
        over.set()
        watcher.join()
    return {"runs": outcome.runs, "seconds": outcome.seconds, "rate": outcome.runs / outcome.seconds, "curve": curve}


if __name__ == "__main__":
    if sys.argv[1] == "cost":
        print(json.dumps([cost(2000, points) for points in (5, 100, 1000)], indent=1))
    else:
        print(json.dumps(memory(int(sys.argv[2]))))

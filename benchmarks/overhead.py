"""What the batch layer costs: seconds a run beside the run itself, and memory while a sweep grows.

``cost`` runs the layer in one process, where every second of it is counted; ``memory`` makes a sweep of many small runs
in one call, in a process of its own, and watches the peaks of the driver and of its workers.
"""

import os
import pickle
import tempfile
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

PROCESSES = 2
LOGICS = 2


def study(runs: int, points: int, days: int = 1, fans: int = 20) -> Any:
    """A study of so many runs, at so many points, of a small scenario; by default a day of twenty fans."""
    from sim.batch.experiment import Experiment, study_of
    from sim.scenario import load_scenario

    replications = max(1, runs // (LOGICS * points))
    tree = {
        "scenario": "livestream-group",
        "design": {"kind": "latin-hypercube", "samples": points},
        "replications": {"paired": replications},
        "observe": ["margin"],
        "fixed": {"days": days, "pool.fans": fans},
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
    """Milliseconds of processor time a run: of the whole sweep, of the runs alone, and of the layer; best of two."""
    from sim.batch import sweep as sweeps
    from sim.engines.run import run

    asked = study(runs, points)
    replications = asked.experiment.replications.most
    found = []
    for _ in range(2):
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


def memory(runs: int, days: int, fans: int) -> dict[str, Any]:
    """Peaks of memory of the driver and of its largest worker, in MiB, while a sweep goes on, and at its end.

    curve  at each tenth of the runs: runs done, peak of the driver so far, peak of the largest worker so far
    """
    from sim.batch.sweep import sweep

    asked = study(runs, max(1, runs // 200), days, fans)
    watch = _Watch(runs)
    with tempfile.TemporaryDirectory() as folder:
        before = _peak(os.getpid())
        outcome = sweep(asked, Path(folder) / "out", Path(folder) / "store", processes=PROCESSES, progress=watch)
        files = [file.stat().st_size for file in Path(folder).rglob("*.parquet")]
    watch.note(outcome.runs)
    return {
        "runs": outcome.runs,
        "days": days,
        "fans": fans,
        "seconds": outcome.seconds,
        "rate": outcome.runs / outcome.seconds,
        "failures": len(outcome.failures),
        "before": before,
        "driver": _peak(os.getpid()),
        "worker": watch.worker,
        "bytes_on_disk": sum(files),
        "curve": watch.curve,
    }


class _Watch:
    """Hears of the progress of a sweep, about once a second."""

    def __init__(self, runs: int) -> None:
        self.every, self.following, self.worker = runs / 10, 0.0, 0.0
        self.curve: list[tuple[int, float, float]] = []

    def __call__(self, progress: Any) -> None:
        if progress.done >= self.following:
            self.note(progress.done)
            self.following = progress.done + self.every

    def note(self, done: int) -> None:
        import psutil

        servers = psutil.Process().children()
        self.worker = max([self.worker, *(_peak(w.pid) for s in servers for w in s.children())])
        self.curve.append((done, _peak(os.getpid()), self.worker))


def _peak(process: int) -> float:
    """MiB that a process has taken at most; 0 where the system does not tell, or the process is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

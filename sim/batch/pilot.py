"""Before a study runs: how many runs, how long, how much disk and memory, from a timed pilot."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from sim.batch.experiment import Study
from sim.batch.identity import Identities, maker
from sim.batch.order import Row, figure_of, rows_of
from sim.batch.store import Store, columns
from sim.batch.supervisor import SECONDS
from sim.engines.run import run
from sim.scenario import Scenario, ScenarioError
from sim.scenario.machine import cores

POINTS = 24  # that are built, to find the cheapest and the dearest
MOST_COUNTED = 100_000  # runs that are looked up in the store; of more, a sample
LONGEST = 3.0  # seconds of one run of the pilot, which is then broken off and reckoned up
STARTING = 3.0  # seconds until workers are there and have loaded the rules
ROW, FOOTER = 130, 14_000  # bytes of a run beside its figures, and of a shard beside its runs


@dataclass(frozen=True)
class Estimate:
    """What a study will take.

    runs           one per point, logic and replication; in rounds, at most
    reused         of them, those that are in the store or are shared between points
    seconds        of the whole study, on processes as asked
    bytes_on_disk  store and results, at most: files are compressed
    memory         bytes of all processes together
    pilot_runs     runs of the pilot
    """

    runs: int
    reused: int
    seconds: float
    bytes_on_disk: int
    memory: int
    pilot_runs: int


class _Enough(Exception):
    pass


def estimate(study: Study, store: Path, processes: int) -> Estimate:
    """What a study will take; runs the cheapest, the middle and the dearest of some points under every logic here.

    processes  at once;  more than there are cores make nothing faster

    Takes some seconds, and where no rule is compiled yet, as long as compiling takes.
    """
    asked = study.experiment
    runs = len(study.points) * len(study.logics) * asked.replications.most
    scenarios, building = _some_scenarios(study)
    seconds, pilots = _seconds_per_run(study, scenarios)
    reused = _reused(study, store)
    left = runs - reused
    built = building * left / asked.replications.most  # a point is built again for another logic, or kept: at most
    at_once = max(1, min(processes, cores()))
    total = (left * seconds + built) / at_once + (STARTING if left else 0.0)
    shards = left if seconds > SECONDS else left * seconds / SECONDS + at_once
    row = ROW + 8 * len(columns())
    series = sum(scenario.days for scenario in scenarios) / max(1, len(scenarios)) * 8 * len(asked.daily)
    disk = int(left * (row + series) + shards * FOOTER + runs * (row + series))
    own = _peak_memory()
    return Estimate(runs, reused, total, disk, own * (1 + processes) + 24 * runs + study.points.places.nbytes, pilots)


def _some_scenarios(study: Study) -> tuple[list[Scenario], float]:
    """Possible points from all over the design, and seconds that building one takes."""
    count = len(study.points)
    chosen = np.unique(np.linspace(0, count - 1, POINTS).astype(int)) if count > POINTS else np.arange(count)
    began, found = time.perf_counter(), []
    for number in chosen:
        try:
            found.append(study.scenario(int(number)))
        except ScenarioError:
            continue  # a failed run, which costs nothing
    return found, (time.perf_counter() - began) / len(chosen)


def _seconds_per_run(study: Study, scenarios: Sequence[Scenario]) -> tuple[float, int]:
    """Mean seconds of a run over the points, and the number of runs that were timed."""
    if not scenarios:
        return 0.0, 0
    ordered = sorted(scenarios, key=_size)
    pilots = [ordered[0], ordered[len(ordered) // 2], ordered[-1]]
    for logic in study.logics:
        _timed(study, pilots[0].model_copy(update={"days": 2}), logic)  # loads the rules
    sizes, seconds = [], []
    for pilot in pilots:
        for logic in study.logics:
            sizes.append(_size(pilot))
            seconds.append(_timed(study, pilot, logic))
    mean = float(np.mean([_size(scenario) for scenario in scenarios]))
    if max(sizes) > 1.2 * min(sizes):
        slope, rest = np.polyfit(sizes, seconds, 1)
        if slope > 0 and rest > 0:
            return float(rest + slope * mean), len(seconds)
    return float(np.mean(seconds)), len(seconds)


def _size(scenario: Scenario) -> float:
    """Days of all people who are there at first: what makes runs of one design cheap or dear."""
    return scenario.days * (scenario.pool.fans + 1.0)


def _timed(study: Study, scenario: Scenario, logic: str) -> float:
    """Seconds of a run; a long one is broken off, and its other days are taken to be like those it had.

    Of those it had the longest is left out, in which something may have been loaded or compiled.
    """
    ends = [time.perf_counter()]

    def count(_: int) -> None:
        ends.append(time.perf_counter())
        if ends[-1] - ends[0] > LONGEST and len(ends) > 2:
            raise _Enough

    try:
        run(scenario, logic, study.experiment.seed, engine=study.experiment.engine, progress=count)
    except _Enough:
        days = sorted(float(day) for day in np.diff(ends))[:-1]
        return scenario.days * sum(days) / len(days)
    except Exception:
        pass  # it fails in the study, too
    return time.perf_counter() - ends[0]


def _reused(study: Study, store: Path) -> int:
    """Runs that need not be made: of a large study from a sample of its points."""
    made = maker(study.base)
    identities = Identities(study.base, study.experiment.seed, study.experiment.engine, made)
    index = Store.of(store, made).index(figure_of(study), tuple(sorted(study.experiment.daily)))
    most = study.experiment.replications.most
    per_point = len(study.logics) * most
    points = np.arange(len(study.points))
    if len(points) * per_point > MOST_COUNTED:
        points = np.unique(np.linspace(0, len(points) - 1, max(1, MOST_COUNTED // per_point)).astype(int))
    seen: set[str] = set()
    there = counted = 0
    rows = (row for point in points for row in rows_of(study, identities, int(point), range(most)))
    for row in islice(rows, MOST_COUNTED):
        counted += 1
        there += _is_known(row, seen) or index.get(bytes.fromhex(row.task.key)) is not None
    return round(there / counted * len(study.points) * per_point) if counted else 0


def _is_known(row: Row, seen: set[str]) -> bool:
    """Whether another point has the run, too."""
    known = row.task.key in seen
    seen.add(row.task.key)
    return known


def _peak_memory() -> int:
    """Bytes that this process, which has just done what a worker does, took at most."""
    try:
        import resource
    except ImportError:  # not on Windows
        return 300_000_000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak

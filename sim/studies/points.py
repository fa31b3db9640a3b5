"""Points: all runs of a study by a runner, as the table that analysis works on."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.batch.experiment import Study
from sim.batch.replications import Paired
from sim.scenario import ScenarioError
from sim.studies.runner import Outcome, Runner, Wanted

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE = 64  # runs handed out together


def table_of(study: Study, run: Runner, progress: Callable[[int, int], None] | None = None) -> "pd.DataFrame":
    """Make all runs of a study with a fixed number of replications.

    progress  called with the runs finished and the runs in all

    A row per point, logic and replication, sorted so. Interrupted (KeyboardInterrupt), it raises, and the runner
    remembers what is finished. A point whose scenario is impossible is recorded as failed.
    """
    import pandas as pd

    asked = study.experiment.replications
    if not isinstance(asked, Paired):
        raise ValueError("a runner takes a fixed number of replications")
    addresses = [(n, logic, r) for n in range(len(study.points)) for r in range(asked.paired) for logic in study.logics]
    rows: list[dict[str, Any]] = []
    for chunk in _chunks(addresses):
        rows += _rows(study, chunk, run)
        if progress:
            progress(len(rows), len(addresses))
    table = pd.DataFrame(rows)
    return table.sort_values(["point", "logic", "replication"], kind="stable", ignore_index=True)


def _chunks(addresses: Sequence[tuple[int, str, int]]) -> Iterator[Sequence[tuple[int, str, int]]]:
    for first in range(0, len(addresses), AT_ONCE):
        yield addresses[first : first + AT_ONCE]


def _rows(study: Study, chunk: Sequence[tuple[int, str, int]], run: Runner) -> list[dict[str, Any]]:
    scenarios: dict[int, Any] = {}
    for point in {point for point, _, _ in chunk}:
        try:
            scenarios[point] = study.scenario(point)
        except ScenarioError as error:
            scenarios[point] = Outcome("failed", {}, str(error))
    possible = [one for one in chunk if not isinstance(scenarios[one[0]], Outcome)]
    seed = study.experiment.seed
    outcomes = iter(run([Wanted(scenarios[point], logic, seed, r) for point, logic, r in possible]))
    rows = []
    for point, logic, replication in chunk:
        known = scenarios[point]
        outcome = known if isinstance(known, Outcome) else next(outcomes)
        own = {"point": point, "logic": logic, "replication": replication, "status": outcome.status}
        rows.append({**study.points[point], **outcome.figures, **own, "message": outcome.message})
    return rows

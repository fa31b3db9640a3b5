"""Ensembles: a study from Python, from the question to its table in one call."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.batch.experiment import Experiment, Study, load_experiment, study_of
from sim.batch.folder import record_of
from sim.batch.results import read, read_daily
from sim.batch.supervisor import Workers
from sim.batch.sweep import Failure, Outcome, Progress
from sim.batch.sweep import sweep as _sweep
from sim.scenario import Scenario, load_scenario

if TYPE_CHECKING:
    import pandas as pd

HOME = Path("runs")


@dataclass(frozen=True)
class Ensemble:
    """The runs of a study."""

    study: Study
    outcome: Outcome

    @property
    def folder(self) -> Path:
        """Where the study lies; ``sanyu resume`` goes on with it, and so does the same call."""
        return self.outcome.folder

    @property
    def failures(self) -> list[Failure]:
        """Runs that failed, or killed their worker."""
        return self.outcome.failures

    @cached_property
    def table(self) -> "pd.DataFrame":
        """One row per point, logic and replication: factors, status, and all figures of the run's summary."""
        return read(self.folder)

    @cached_property
    def daily(self) -> "pd.DataFrame":
        """One row per run and day of the series that the experiment asked for; empty where it asked for none."""
        return read_daily(self.folder)


def sweep(
    experiment: Experiment | Study | Path | str,
    scenario: Scenario | None = None,
    out: Path | str | None = None,
    store: Path | str | None = None,
    executor: str | Workers = "local",
    processes: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    address: str | None = None,
) -> Ensemble:
    """Make all runs of an experiment that the store lacks.

    experiment  a file, an ``Experiment``, or a checked ``Study``
    scenario    instead of the one that an ``Experiment`` names
    out         folder of the study, default runs/TITLE-HASH
    store       of all studies, default runs/store
    executor    "local", "dask" or "ray";  address: of a running cluster
    processes   workers, default one per core
    progress    called about once a second

    A script that calls this needs ``if __name__ == "__main__":`` around the call, since workers import it.

    Raises ScenarioError with all mistakes of the experiment, NotThisSweep where the folder holds another study, and
    DiskFull where runs cannot be kept.
    """
    study = _study(experiment, scenario)
    keep = Path(store) if store else HOME / "store"
    folder = Path(out) if out else default_folder(study)
    return Ensemble(study, _sweep(study, folder, keep, executor, processes, progress, address))


def default_folder(study: Study) -> Path:
    """runs/TITLE-HASH: the same study finds its folder again, another one does not."""
    record = record_of(study, HOME, "local", None, None)
    decisive = [record.experiment, record.points, record.scenarios, record.maker]
    told = hashlib.sha256(json.dumps(decisive, sort_keys=True, default=str).encode()).hexdigest()[:8]
    name = re.sub(r"[^\w.-]+", "-", study.experiment.title.lower()).strip("-.") or "sweep"
    return HOME / f"{name}-{told}"


def _study(experiment: Experiment | Study | Path | str, scenario: Scenario | None) -> Study:
    if isinstance(experiment, Study):
        return experiment
    if isinstance(experiment, Experiment):
        return study_of(experiment, scenario or load_scenario(experiment.scenario))
    return load_experiment(Path(experiment))

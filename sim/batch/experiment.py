"""Experiment files: which scenario is run at which points of which design, how often, and what is observed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.batch.designs import Design, Factor, Point, points
from sim.engines.run import Engine
from sim.scenario import Mistake, Scenario, ScenarioError, load_scenario, with_changes
from sim.scenario.document import Document, read
from sim.scenario.mistakes import did_you_mean, shown

MOST_CHECKED = 3  # points with mistakes, after which no more are looked at


class Replications(BaseModel):
    """paired: runs of every logic at every point, with the same people and luck at all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    paired: int = Field(10, ge=1)


class Experiment(BaseModel):
    """What an experiment file says.

    scenario  a scenario file beside this one, or the name of a shipped scenario
    vary      dotted key of the scenario → factor
    fixed     dotted key → value, changed at all points alike
    logics    names of logics, default all of the scenario
    observe   figures of a run's summary, default all
    seed      of all chance
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    scenario: str
    design: Design
    vary: dict[str, Factor] = Field(min_length=1)
    fixed: dict[str, Any] = {}
    replications: Replications = Replications(paired=10)
    logics: tuple[str, ...] = ()
    observe: tuple[str, ...] = ()
    seed: int = Field(0, ge=0, lt=2**64)
    engine: Engine = "arrays"


@dataclass(frozen=True)
class Study:
    """An experiment that was checked: its scenario, and the scenario of each of its points."""

    experiment: Experiment
    base: Scenario
    points: tuple[Point, ...]
    scenarios: tuple[Scenario, ...]

    @property
    def logics(self) -> tuple[str, ...]:
        """Names of the logics that are run."""
        return self.experiment.logics or tuple(self.base.logics)


def load_experiment(file: Path) -> Study:
    """Load an experiment file and validate the scenario of every point.

    Raises ScenarioError with all mistakes, each with its place in the file.
    """
    document = read(file, str(file))
    try:
        experiment = Experiment.model_validate(document.tree)
    except ValidationError as error:
        raise ScenarioError([_mistake(document, one) for one in error.errors()]) from None
    beside = file.parent / experiment.scenario
    return study_of(experiment, load_scenario(beside if beside.is_file() else experiment.scenario), document)


def study_of(experiment: Experiment, scenario: Scenario, document: Document | None = None) -> Study:
    """Check an experiment on a scenario; document: the file that it was read from.

    Raises ScenarioError with all mistakes.
    """
    of = document or Document({})
    mistakes = _names(experiment, scenario, of)
    if mistakes:
        raise ScenarioError(mistakes)
    base = with_changes(scenario, experiment.fixed) if experiment.fixed else scenario
    chosen = points(experiment.design, experiment.vary)
    scenarios: list[Scenario] = []
    wrong: dict[tuple[str, str], Mistake] = {}
    failed = 0
    for point in chosen:
        try:
            scenarios.append(with_changes(base, point))
        except ScenarioError as error:
            for found in error.mistakes:
                placed = _placed(found, experiment.vary, of)
                wrong.setdefault((placed.key, placed.message), placed)
            failed += 1
            if failed == MOST_CHECKED:
                break
    if wrong:
        raise ScenarioError(wrong.values())
    return Study(experiment, base, tuple(chosen), tuple(scenarios))


def _names(experiment: Experiment, scenario: Scenario, of: Document) -> list[Mistake]:
    """Mistakes about names: logics, keys that others move with, and factors without levels."""
    found = []
    for number, logic in enumerate(experiment.logics):
        if logic not in scenario.logics:
            remedy = did_you_mean(logic, scenario.logics, "Logics")
            found.append(of.mistake(("logics", number), f"logics: there is no logic {shown(logic)}. {remedy}"))
    free = {key: factor for key, factor in experiment.vary.items() if factor.like is None}
    stepped = experiment.design.kind in ("grid", "one-at-a-time")
    for key, factor in experiment.vary.items():
        at = ("vary", key)
        if factor.like is not None and factor.like not in free:
            remedy = did_you_mean(factor.like, free, "Factors")
            found.append(of.mistake((*at, "like"), f"{key}: like = {shown(factor.like)} is no free factor. {remedy}"))
            continue
        leader = experiment.vary[factor.like] if factor.like else factor
        if stepped and leader.steps is None:
            found.append(of.mistake(at, f"{key} needs values or levels in this design. Try levels = 5"))
        elif stepped and factor.steps not in (None, leader.steps):
            message = f"{key} has {factor.steps} levels, and {factor.like}, with which it moves, {leader.steps}"
            found.append(of.mistake(at, message))
        elif stepped and factor.steps is None:
            found.append(of.mistake(at, f"{key} needs as many levels as {factor.like}: levels = {leader.steps}"))
    return found


def _placed(mistake: Mistake, vary: Mapping[str, Factor], of: Document) -> Mistake:
    """A mistake in the scenario of a point, at the factor that made it."""
    keys = [key for key in vary if mistake.key == key or mistake.key.startswith(f"{key}.")]
    at = ("vary", keys[0]) if keys else ("vary",)
    placed = of.mistake(at, mistake.message)
    return Mistake(placed.file, placed.line, placed.column, mistake.key, placed.message)


def _mistake(document: Document, one: Any) -> Mistake:
    """What pydantic found, in the words of scenario files."""
    at = tuple(one["loc"])
    key = ".".join(map(str, at))
    if one["type"] == "extra_forbidden":
        inner: dict[str, type[BaseModel]] = {"design": Design, "vary": Factor, "replications": Replications}
        model = inner.get(str(at[0]), Experiment) if len(at) > 1 else Experiment
        known = [field.alias or name for name, field in model.model_fields.items()]
        return document.mistake(at, f"{key} is not known here. {did_you_mean(str(at[-1]), known)}")
    if one["type"] == "missing":
        return document.mistake(at[:-1], f"{key} is missing")
    message = one["msg"].removeprefix("Value error, ")
    if one["type"] == "value_error":
        return document.mistake(at, f"{key}: {message}")
    return document.mistake(at, f"{key} = {shown(one['input'])} is not possible: {message}")

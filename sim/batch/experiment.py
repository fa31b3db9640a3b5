"""Experiment files: which scenario is run at which points of which design, how often, and what is observed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.batch.checks import Checked, check
from sim.batch.designs import KINDS, Design, Points
from sim.batch.factors import Factor
from sim.batch.replications import Paired, Replications, UntilKnown
from sim.engines.run import Engine
from sim.scenario import Mistake, Scenario, ScenarioError, load_scenario, with_changes
from sim.scenario.document import Document, read
from sim.scenario.mistakes import did_you_mean, shown

TITLE = "experiment"


class Experiment(BaseModel):
    """What an experiment file says."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: Annotated[str, Field(description="What the study is called (default: the name of the file)")] = ""
    scenario: Annotated[
        str, Field(description="A scenario file, from the folder of this one, or the name of a shipped scenario")
    ]
    design: Annotated[Design, Field(description="How the points are chosen")]
    vary: Annotated[
        dict[str, Factor], Field(description="Dotted key of the scenario → what it varies over; none for a table")
    ] = {}
    fixed: Annotated[
        dict[str, Any], Field(description="Dotted key of the scenario → value, changed at all points alike")
    ] = {}
    replications: Annotated[Replications, Field(description="Runs of every logic at a point")] = Paired(paired=10)
    logics: Annotated[tuple[str, ...], Field(description="Names of logics (default: all of the scenario)")] = ()
    observe: Annotated[
        tuple[str, ...], Field(description="Figures of a run's summary that are watched (default: all)")
    ] = ()
    daily: Annotated[
        tuple[str, ...], Field(description="Observables that are kept by day, such as margin_cum (default: none)")
    ] = ()
    seed: Annotated[int, Field(ge=0, lt=2**64, description="Seed of all chance of the runs")] = 0
    engine: Annotated[Engine, Field(description="Engine of the runs; both give the same numbers")] = "arrays"


@dataclass(frozen=True)
class Study:
    """An experiment that was checked: its scenario with what is fixed, and the points of its design."""

    experiment: Experiment
    base: Scenario
    points: Points

    @property
    def logics(self) -> tuple[str, ...]:
        """Names of the logics that are run."""
        return self.experiment.logics or tuple(self.base.logics)

    @property
    def factors(self) -> Mapping[str, Factor]:
        """Dotted key → factor; of a table its columns."""
        return self.points.factors

    def scenario(self, point: int) -> Scenario:
        """The scenario of a point; raises ScenarioError where it is impossible."""
        return with_changes(self.base, self.points[point])


def load_experiment(file: Path) -> Study:
    """Load and check an experiment file.

    Every factor is tried at the ends of its range or all of its values, and some tens of points as a whole, so that a
    large design is checked in a second; a point that turns out impossible later is recorded as failed.

    Raises ScenarioError with all mistakes, each with its place in the file.
    """
    document = read(file, str(file))
    try:
        experiment = Experiment.model_validate(document.tree)
    except ValidationError as error:
        raise ScenarioError(_mistake(document, one) for one in error.errors()) from None
    if not experiment.title:
        experiment = experiment.model_copy(update={"title": file.stem})
    return study_of(experiment, _scenario(experiment, file.parent, document), document, file.parent)


def study_of(
    experiment: Experiment, scenario: Scenario, document: Document | None = None, folder: Path | None = None
) -> Study:
    """Check an experiment on a scenario.

    document  the file that it was read from
    folder    where a table of points is looked up, default the current one

    Raises ScenarioError with all mistakes.
    """
    found: Checked = check(experiment, scenario, document or Document({}), folder or Path())
    return Study(experiment, found.base, found.points)


def _scenario(experiment: Experiment, folder: Path, document: Document) -> Scenario:
    beside = folder / experiment.scenario
    try:
        return load_scenario(beside if beside.is_file() else experiment.scenario)
    except ScenarioError as error:
        if any(mistake.line for mistake in error.mistakes):
            raise  # they have a place in the scenario file
        said = "; ".join(mistake.message for mistake in error.mistakes)
        message = f"scenario = {shown(experiment.scenario)}: {said}"
        raise ScenarioError([document.mistake(("scenario",), message)]) from None


_INNER: dict[str, type[BaseModel]] = {"vary": Factor}


def _mistake(document: Document, one: Any) -> Mistake:
    """What pydantic found, in the words of scenario files."""
    model, at = _model(document, tuple(one["loc"]))
    key = ".".join(map(str, at))
    if one["type"] == "extra_forbidden":
        known = [field.alias or name for name, field in model.model_fields.items()]
        return document.mistake(at, f"{key} is not known here. {did_you_mean(str(at[-1]), known)}")
    if one["type"] in ("missing", "union_tag_not_found"):
        if at[-1:] == ("design",) and one["type"] == "union_tag_not_found":
            at = (*at, "kind")
        return document.mistake(at[:-1], f"{'.'.join(map(str, at))} is missing. {_remedy(model, at)}")
    if one["type"] == "union_tag_invalid":
        kind = str(one["ctx"]["tag"])
        message = f"design.kind = {shown(kind)} is no kind of design. {did_you_mean(kind, KINDS, 'Kinds')}"
        return document.mistake(("design", "kind"), message)
    message = one["msg"].removeprefix("Value error, ")
    if one["type"] == "value_error":
        return document.mistake(at, f"{key}: {message}")
    return document.mistake(at, f"{key} = {shown(one['input'])} is not possible: {message}")


def _model(document: Document, at: tuple[str | int, ...]) -> tuple[type[BaseModel], tuple[str | int, ...]]:
    """The model in which a mistake is, and its path in the file: pydantic puts the kind of a union between."""
    if at[:1] == ("design",) and len(at) > 1 and at[1] in KINDS:
        return KINDS[str(at[1])], (at[0], *at[2:])
    if at[:1] == ("replications",) and len(at) > 1 and at[1] in ("paired", "until"):
        return (Paired if at[1] == "paired" else UntilKnown), (at[0], *at[2:])
    return (_INNER.get(str(at[0]), Experiment) if len(at) > 1 else Experiment), at


def _remedy(model: type[BaseModel], at: tuple[str | int, ...]) -> str:
    """How to write what is missing."""
    examples = {
        "scenario": 'Write scenario = "liquor", or the path of a scenario file',
        "design": 'Write design = { kind = "grid" }',
        "kind": did_you_mean("", KINDS, "Kinds"),
        "samples": "Write samples = 64",
        "trajectories": "Write trajectories = 20",
        "file": 'Write file = "points.csv"',
        "paired": "Write replications = { paired = 10 }",
        "until_half_width": "It is the half width to reach, in the unit of the figure",
        "of": 'Write of = "margin", or another figure of a run',
        "at_most": "Write at_most = 200, the replications after which a point stops anyway",
    }
    return examples.get(str(at[-1]), "")

"""Loading: from a scenario file, or the name of a shipped one, to a frozen ``Scenario``."""

from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from sim.scenario.checks import check
from sim.scenario.document import Document, Mark, marked
from sim.scenario.gather import extended, gather
from sim.scenario.mistakes import ScenarioError
from sim.scenario.pedigree import Assumption, assumptions_of
from sim.scenario.resolve import resolve
from sim.scenario.schema import Scenario
from sim.scenario.validate import validate


@dataclass(frozen=True)
class Loaded:
    """A scenario and what each of its values rests on.

    path  the file as it was named
    """

    scenario: Scenario
    assumptions: tuple[Assumption, ...]
    path: str


def load(source: str | File) -> Loaded:
    """Load a scenario file, or a shipped scenario by its bare name, with the pedigree of its values.

    Raises ScenarioError with all mistakes of the file.
    """
    document = gather(source)
    label = document.marks[()].file
    scenario = scenario_of(document)
    return Loaded(scenario, assumptions_of(scenario, document), label)


def load_scenario(source: str | File) -> Scenario:
    """Load a scenario file, or a shipped scenario by its bare name: ``load_scenario("liquor")``.

    Raises ScenarioError with all mistakes of the file.
    """
    return load(source).scenario


def assumptions(source: str | File) -> list[Assumption]:
    """Every value of a scenario with its unit, source and trust, in the order of the schema."""
    return list(load(source).assumptions)


def from_dict(tree: dict[str, Any]) -> Scenario:
    """A scenario from a table with the keys of a scenario file.

    Raises ScenarioError with all mistakes.
    """
    return scenario_of(extended(plain_document(tree)))


def plain_document(tree: dict[str, Any]) -> Document:
    """A document that comes from no file."""
    return marked(tree, {}, Mark("", 0, 0, ()))


def scenario_of(document: Document) -> Scenario:
    """Resolve, validate and check a gathered document."""
    resolve(document)
    scenario, broken = validate(document)
    if scenario is not None:
        check(scenario, document, broken)
    if document.mistakes or scenario is None:
        raise ScenarioError(document.mistakes)
    return scenario

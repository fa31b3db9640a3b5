"""Changing: a scenario with some values replaced, validated anew."""

import copy
import tomllib
from collections.abc import Mapping
from typing import Any

from sim.scenario.document import Document
from sim.scenario.gather import lay_over
from sim.scenario.load import plain_document, scenario_of
from sim.scenario.mistakes import Mistake, ScenarioError
from sim.scenario.positions import Path
from sim.scenario.schema import Scenario
from sim.scenario.write import to_dict


def with_changes(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """A scenario with some values changed: ``with_changes(s, {"pool.fans": 300, "days": 120})``.

    Keys are those that an extending file would write, dotted. Tables are merged, None goes back to the
    default, and False removes a logic or a segment. Raises ScenarioError with all mistakes.
    """
    base = plain_document(to_dict(scenario))
    over: dict[str, Any] = {}
    for key, value in changes.items():
        path = _path(key)
        if value is None:
            _forget(base, path)
            continue
        table = over
        for name in path[:-1]:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise ScenarioError([Mistake("", 0, 0, key, f"{key} contradicts another change, of {name}")])
        table[path[-1]] = copy.deepcopy(value)  # a later change may go into it
    lay_over(base, plain_document(over))
    return scenario_of(base)


def _path(key: str) -> tuple[str, ...]:
    """The names in a dotted key, read as TOML reads it."""
    try:
        table: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        table = {}
    path: tuple[str, ...] = ()
    while isinstance(table, dict) and len(table) == 1:
        name = next(iter(table))
        path, table = (*path, name), table[name]
    if table != 0:
        message = f'"{key}" is not a dotted key like pool.fans or logics.growth.discount'
        raise ScenarioError([Mistake("", 0, 0, key, message)])
    return path


def _forget(base: Document, path: Path) -> None:
    parent = base.at(path[:-1])
    if isinstance(parent, dict) and path[-1] in parent:
        base.take(path)

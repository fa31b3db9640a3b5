"""Changing: a scenario with some values replaced, validated anew."""

import copy
import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sim.scenario.document import Document, Mark, dotted
from sim.scenario.fields import is_series
from sim.scenario.gather import lay_over, whole
from sim.scenario.load import plain_document, scenario_of
from sim.scenario.mistakes import Mistake, ScenarioError, shown
from sim.scenario.positions import Path
from sim.scenario.resolve import resolve
from sim.scenario.schema import Scenario
from sim.scenario.validate import validate
from sim.scenario.write import to_dict

_INDEX = re.compile(r"\[(\d{1,9})\]")
_NAME = re.compile(r"""[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")


def with_changes(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """A scenario with some values changed: ``with_changes(s, {"pool.fans": 300, "days": 120})``.

    Keys are those that an extending file would write, dotted; ``platforms[1]`` and ``logics.ours.phases[0].from`` reach
    into lists, and ``market.season.2021-11-01`` changes a value by date from that day on and leaves the other dates as
    they are. Tables are merged, None goes back to the default, and False removes a logic or a segment.

    Raises ScenarioError with all mistakes.
    """
    return scenario_of(_changed(scenario, changes))


def wrong_values(scenario: Scenario, changes: Mapping[str, Any]) -> tuple[Mistake, ...]:
    """Mistakes of changes in keys, types and ranges; what contradicts another value is not among them."""
    try:
        document = _changed(scenario, changes)
    except ScenarioError as error:
        return error.mistakes
    resolve(document)
    validate(document)
    return tuple(document.mistakes)


def path_of(key: str) -> Path:
    """The names and numbers in a dotted key: ``logics.ours.phases[0].from`` → logics, ours, phases, 0, from.

    Raises ScenarioError for a text that is no dotted key.
    """
    path: list[str | int] = []
    rest = key.strip()
    while rest:
        index, name = _INDEX.match(rest), _NAME.match(rest)
        if index and path:
            path.append(int(index[1]))
            rest = rest[index.end() :]
        elif name:
            path.append(_unquoted(name[0]))
            rest = rest[name.end() :]
        else:
            break
        if rest.startswith(".") and len(rest) > 1 and rest[1] != "[":
            rest = rest[1:]
        elif rest and not rest.startswith("["):
            break
    if rest or not path:
        message = f'"{key}" is not a dotted key like pool.fans or logics.growth.discount'
        raise ScenarioError([Mistake("", 0, 0, key, message)])
    return tuple(path)


def _unquoted(name: str) -> str:
    if name[0] not in "\"'":
        return name
    try:
        return next(iter(tomllib.loads(f"{name} = 0")))
    except tomllib.TOMLDecodeError:
        raise ScenarioError([Mistake("", 0, 0, name, f"{name} is not a name in quotes")]) from None


def _changed(scenario: Scenario, changes: Mapping[str, Any]) -> Document:
    """The document of a scenario with changes, not yet resolved."""
    base = plain_document(to_dict(scenario))
    over: dict[str, Any] = {}
    inside: list[tuple[Path, Any]] = []  # of lists and of series
    for key, value in changes.items():
        path = path_of(key)
        if any(isinstance(name, int) for name in path) or _is_date(base, path):
            inside.append((path, copy.deepcopy(value)))
        elif value is None:
            _forget(base, path)
        else:
            _add(over, path, key, copy.deepcopy(value))  # a later change may go into it
    lay_over(base, plain_document(over))
    for path, value in inside:
        _put(base, path, value)
    return base


def _add(over: dict[str, Any], path: Path, key: str, value: Any) -> None:
    table = over
    for name in path[:-1]:
        table = table.setdefault(str(name), {})
        if not isinstance(table, dict):
            raise ScenarioError([Mistake("", 0, 0, key, f"{key} contradicts another change, of {name}")])
    table[str(path[-1])] = value


def _forget(base: Document, path: Path) -> None:
    parent = base.at(path[:-1])
    if isinstance(parent, dict) and path[-1] in parent:
        base.take(path)


def _is_date(base: Document, path: Path) -> bool:
    """True for a date within a series: ``market.season.2021-11-01``."""
    return is_series(path[:-1]) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(path[-1])) is not None


def _put(base: Document, path: Path, value: Any) -> None:
    """Change a value inside a list or a series that is there."""
    _check_place(base, path)
    if is_series(path[:-1]):
        _dates(base, path[:-1])
    if value is None:
        if isinstance(path[-1], int):
            message = f"{dotted(path)} is an entry of a list and has no default. Change the list as a whole"
            raise ScenarioError([Mistake("", 0, 0, dotted(path), message)])
        _forget(base, path)
        return
    while base.at(path[:-1]) is None:  # a table that the scenario leaves out, such as [feed] of a platform
        path, value = path[:-1], {str(path[-1]): value}
    document = plain_document({"value": value})
    marks = {key: _renamed(mark, path) for key, mark in document.under(("value",)).items()}
    fresh = isinstance(value, dict) and "extends" in value

    def as_a_whole(at: Path, old: Any, new: Any) -> bool:
        return fresh or whole(at, old, new)

    for length in range(1, len(path)):  # where messages say that a parent is
        base.marks[path[:length]] = replace(base.marks[()], key=path[:length])
    base.merge(document.tree["value"], marks, path, as_a_whole)


def _renamed(mark: Mark, path: Path) -> Mark:
    return replace(mark, key=(*path, *mark.key[1:]))


def _check_place(base: Document, path: Path) -> None:
    """Every list of a path is there, and long enough."""
    for length, name in enumerate(path):
        parent, at = base.at(path[:length]), dotted(path[:length])
        message = ""
        if isinstance(name, int) and not isinstance(parent, list):
            found = "is not there" if parent is None else f"= {shown(parent)}"
            message = f"{at} {found}, and {dotted(path)} wants a list"
        elif isinstance(name, int) and name >= len(parent):
            has = f"{len(parent)} entries, {at}[0] … {at}[{len(parent) - 1}]" if parent else "no entries"
            message = f"{dotted(path[: length + 1])} is not there: {at} has {has}"
        elif isinstance(name, str) and not (parent is None or isinstance(parent, dict) or is_series(path[:length])):
            message = f"{dotted(path)} is not possible: {at} = {shown(parent)} is not a table"
        if message:
            raise ScenarioError([Mistake("", 0, 0, dotted(path), message)])


def _dates(base: Document, path: Path) -> None:
    """Make a value that is the same on all days a table by date, which begins with the run."""
    constant, start = base.at(path), base.at(("start",))
    if isinstance(constant, int | float) and isinstance(start, dt.date):
        mark = base.mark(path)[0]
        first = start.isoformat()
        base.put(path, {first: constant}, {(): mark, (first,): mark})

"""Pedigree: what every value of a scenario rests on."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from sim.parameters import Series
from sim.scenario.document import TRUSTS, Document, Mark, dotted
from sim.scenario.fields import Declared, declaration, fields_of
from sim.scenario.positions import Path
from sim.scenario.resolve import PARTS
from sim.scenario.rivals import OWN
from sim.scenario.schema import YUAN, Scenario

DEFAULT = "default"
OWN_SOURCE = "scenario file"
_WORDS = ("name", "kind", "title", "question", "currency")  # they name things; nothing rests on them


@dataclass(frozen=True, slots=True)
class Assumption:
    """One value of a scenario and what it rests on.

    key      as an override in a file would write it: ``channels.wechat-group.open``
    value    number, text, date, true or false; a ``Series`` for what changes in time
    source   row of the evidence; "scenario file" for what a file says without a source
    trust    stated, measured, weak or assumed
    origin   ``file:line``, ``preset NAME`` or ``default``
    meaning  one sentence
    """

    key: str
    value: Any
    unit: str
    source: str
    trust: str
    origin: str
    meaning: str


def _own(path: Path, scenario: Scenario) -> Any:
    found: Any = scenario
    for key in path:
        found = found.get(key) if isinstance(found, dict) else getattr(found, str(key), None)
    return found


def weakest_first(assumptions: Iterable[Assumption]) -> list[Assumption]:
    """Assumed values first, stated ones last; within a trust, in the order given."""
    rank = {trust: number for number, trust in enumerate(("assumed", "weak", "measured", "stated"))}
    assert set(rank) == set(TRUSTS)
    return sorted(assumptions, key=lambda assumption: rank[assumption.trust])


def assumptions_of(scenario: Scenario, document: Document) -> tuple[Assumption, ...]:
    """Every value of a scenario, in the order of the schema; the document knows where each was written."""
    found = []
    for path, value, known in _leaves(scenario, Declared(Scenario), ()):
        mark = document.marks.get(path)
        if mark is None and isinstance(path[-1], int):  # a list with one pedigree
            mark = document.marks.get(path[:-1])
        if value is None and mark is None:
            continue
        if path[0] == "rivals" and path[2] in OWN and value == _own(path[2:], scenario):
            continue  # as with the scenario's own brand, where it is listed
        found.append(
            Assumption(
                key=_as_written(path, scenario),
                value=value,
                unit=known.unit.replace(YUAN, scenario.currency) or (mark and mark.unit) or "",
                source=_source(known, mark),
                trust=_trust(known, mark),
                origin=_origin(mark),
                meaning=known.meaning,
            )
        )
    return tuple(found)


def _leaves(value: Any, known: Declared, path: Path) -> Iterator[tuple[Path, Any, Declared]]:
    if isinstance(value, BaseModel):
        for name, field in fields_of(type(value)).items():
            if name not in _WORDS or (name == "kind" and (path[:1] == ("logics",) or path[2:] == ("logic",))):
                own = next(own for own, info in type(value).model_fields.items() if (info.alias or own) == name)
                yield from _leaves(getattr(value, own), field, (*path, name))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, declaration(known.item), (*path, name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _leaves(item, declaration(known.item), (*path, number))
    elif isinstance(value, Series) or known.type is not None:
        yield path, value, known


def _source(known: Declared, mark: Mark | None) -> str:
    if mark is None:
        return known.source
    return mark.source or (known.source if _is_shipped(mark) else OWN_SOURCE)


def _trust(known: Declared, mark: Mark | None) -> str:
    if mark is None:
        return known.trust or "assumed"
    return mark.trust or "assumed"


def _origin(mark: Mark | None) -> str:
    if mark is None:
        return DEFAULT
    if _is_shipped(mark):
        return mark.file
    return f"{mark.file}:{mark.line}" if mark.line else mark.file


def _is_shipped(mark: Mark) -> bool:
    """True for a value of a shipped preset; one of the user's own is named by its file."""
    return mark.preset is not None and mark.file == f"preset {mark.preset}"


def _as_written(path: Path, scenario: Scenario) -> str:
    """The key by which a file changes a value; a channel by its name, the only feed without its platform."""
    if path[:1] != ("platforms",) or len(path) < 3 or not isinstance(path[1], int):
        return dotted(path)
    platform = scenario.platforms[path[1]]
    if path[2] == "channels" and isinstance(path[3], int):
        return dotted(("channels", platform.channels[path[3]].name, *path[4:]))
    owners: Counter[str] = Counter(part for one in scenario.platforms for part in PARTS if part in one.model_fields_set)
    if owners[str(path[2])] == 1 and path[2] in platform.model_fields_set:
        return dotted(path[2:])
    return dotted(("platforms", platform.name, *path[2:]))

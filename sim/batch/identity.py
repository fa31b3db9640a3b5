"""Identity of a run: a key of 16 bytes from all that decides its numbers, and from nothing else.

A scenario is hashed leaf by leaf: every value of its fully resolved file, with its path, is hashed alone, and the
hashes are added modulo 2¹²⁸. A point of a design then costs one subtraction and one addition for each number that it
changes, some microseconds, where building its scenario takes ten milliseconds; and the sum is the same whichever way a
scenario was come by. What decides no number of a run is left out: titles, the sign of the money, and the other logics.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sim.logics.own import source, source_of
from sim.scenario import Scenario, ScenarioError, to_dict, with_changes
from sim.scenario.change import path_of
from sim.scenario.positions import Path as Keys

BYTES = 16
_MODULUS = 1 << (8 * BYTES)
_DECIDES_NOTHING = ("title", "question", "currency")
_MOST_REFERENCES = 4096

Changes = dict[str, Any]


class Identity(NamedTuple):
    """What one logic is run on at a point.

    changes   those of the point that this logic can notice
    scenario  hash of the scenario as far as it decides a run of this logic
    """

    changes: Changes
    scenario: str


class Identities:
    """Hashes of the points of a design, and keys of their runs.

    maker  versions and sources that decide numbers, see ``sim.engines.unfinished.maker_of``
    """

    def __init__(self, base: Scenario, seed: int, engine: str, maker: Mapping[str, str]) -> None:
        self.base, self.seed, self.engine = base, seed, engine
        self.maker = maker_hash(maker)
        self._references: dict[Any, _Reference] = {}

    def of(self, point: Mapping[str, Any], logic: str) -> Identity:
        """What a logic is run on at a point; an impossible point has an identity, too."""
        changes = {key: value for key, value in point.items() if _concerns(key, logic)}
        return Identity(changes, f"{self._total(changes, logic):032x}")

    def key(self, scenario: str, logic: str, replication: int) -> bytes:
        """Key of a run."""
        text = f"{scenario}\n{logic}\n{self.seed}\n{replication}\n{self.engine}\n{self.maker}"
        return hashlib.blake2b(text.encode(), digest_size=BYTES).digest()

    def _total(self, changes: Changes, logic: str) -> int:
        shape = (logic, *((key, None if _is_plain(value) else repr(value)) for key, value in changes.items()))
        try:
            reference = self._references.get(shape)
            if reference is None:
                reference = _Reference(self.base, changes, logic)
                if len(self._references) >= _MOST_REFERENCES:
                    self._references.clear()
                self._references[shape] = reference
                return reference.total
            quick = reference.total_at(changes)
            return _Reference(self.base, changes, logic).total if quick is None else quick
        except ScenarioError:
            told = f"impossible: {logic} {scenario_hash(self.base, logic)} {sorted(map(repr, changes.items()))}"
            return _hash(told, "")


class _Reference:
    """A point that was built: others that differ from it in numbers are hashed by difference."""

    def __init__(self, base: Scenario, changes: Changes, logic: str) -> None:
        leaves = dict(_leaves(_decisive(with_changes(base, changes), logic)))
        numbers = {_path_text(_path(key)) for key, value in changes.items() if _is_plain(value)}
        self.leaves = {path: text for path, text in leaves.items() if path in numbers}
        self.total = sum(_hash(path, text) for path, text in leaves.items()) % _MODULUS

    def total_at(self, changes: Changes) -> int | None:
        """The hash of a point with other numbers, None where a number is no leaf of the tree."""
        total = self.total
        for key, value in changes.items():
            if _is_plain(value):
                path = _path_text(_path(key))
                old, new = self.leaves.get(path), _text(value)
                if old is None:
                    return None
                if old != new:
                    total += _hash(path, new) - _hash(path, old)
        return total % _MODULUS


def scenario_hash(scenario: Scenario, logic: str) -> str:
    """Hash of a scenario as far as it decides a run of one of its logics."""
    leaves = _leaves(_decisive(scenario, logic))
    return f"{sum(_hash(path, text) for path, text in leaves) % _MODULUS:032x}"


def maker(base: Scenario) -> dict[str, str]:
    """Versions and sources that decide the numbers of a study's runs in this process."""
    from sim.engines.unfinished import maker_of  # needs the kernel

    return maker_of(base)


def maker_hash(of: Mapping[str, str]) -> str:
    """A short hash of what computes."""
    return hashlib.sha256(json.dumps(dict(of), sort_keys=True).encode()).hexdigest()[:12]


def _decisive(scenario: Scenario, logic: str) -> dict[str, Any]:
    """The table of a scenario without what decides no run of this logic."""
    tree = {key: value for key, value in to_dict(scenario).items() if key not in _DECIDES_NOTHING}
    tree["logics"] = {logic: tree["logics"].get(logic)}
    for own in [tree["logics"][logic], *(rival["logic"] for rival in tree.get("rivals", {}).values())]:
        if own is not None and source_of(own["kind"]) is not None:
            text = hashlib.sha256(source(own["kind"])).hexdigest()
            own["kind"] = f"{text}:{own['kind'].rpartition(':')[2]}"  # a file is its text, wherever it lies
    return tree


def _concerns(key: str, logic: str) -> bool:
    """False for a key of another logic."""
    path = _path(key)
    return path[0] != "logics" or len(path) == 1 or path[1] == logic


@cache
def _path(key: str) -> Keys:
    return path_of(key)


@cache
def _path_text(path: Keys) -> str:
    return json.dumps(path, ensure_ascii=False)


def _is_plain(value: Any) -> bool:
    """True for numbers, dates, true and false: they are leaves, and change nothing but their own."""
    return isinstance(value, bool | int | float | dt.date)


def _text(value: Any) -> str:
    """A leaf; 1 and 1.0 are the same value of a scenario."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value)) if float(value) == value else repr(value)
    return f"{type(value).__name__} {value}"


def _leaves(value: Any, path: Keys = ()) -> Iterator[tuple[str, str]]:
    """Paths and texts of all values of a tree; of a table also the order of its names, which can decide."""
    if isinstance(value, dict):
        yield _path_text(path), json.dumps(list(value), ensure_ascii=False)
        for name, item in value.items():
            yield from _leaves(item, (*path, name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield _path_text(path), f"{len(value)} entries"
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, number))
    else:
        yield _path_text(path), _text(value)


@lru_cache(65536)
def _hash(path: str, text: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{path}\n{text}".encode(), digest_size=BYTES).digest())

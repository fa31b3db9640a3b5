"""A day's climate as rules read it: a record of some 1,500 numbers, written anew every morning in the same place.

Most of it are the cells audience × channel × tier. What sends messages writes them straight into the record
(``dispatch``, ``promise``, ``openings``); the rest is packed in one go.
"""

import math
import struct
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import INTERPRETED
from sim.domains import MAX_CHANNELS, TIERS
from sim.rules.climate import Climate, type_of
from sim.rules.service import Desk
from sim.rules.tally import MAX_SEGMENTS

CELLS = TIERS * MAX_CHANNELS  # of one audience
# what is written cell by cell: the room of each
WRITTEN: dict[str, tuple[int, ...]] = {
    "value": (MAX_SEGMENTS, CELLS),
    "promotion": (MAX_SEGMENTS, CELLS),
    "sending": (MAX_SEGMENTS, TIERS),
    "week": (MAX_SEGMENTS, CELLS),
    "base": (MAX_SEGMENTS, CELLS),
    "breach": (MAX_SEGMENTS, CELLS),
    "notice": (MAX_CHANNELS,),
}
# vectors that are packed, and their room
_PACKED = {
    "audience": MAX_SEGMENTS,
    "exposure": MAX_SEGMENTS,
    "ad_share": MAX_SEGMENTS,
    "commission": MAX_CHANNELS,
    "ask_to_join": MAX_CHANNELS,
    "chatter": MAX_CHANNELS,
    "closed": MAX_CHANNELS,
    "lost": MAX_CHANNELS,
    "encounters": MAX_SEGMENTS,
    "desk": len(Desk._fields),
}
_SCALARS = [name for name in Climate._fields if name not in WRITTEN and name not in _PACKED]
_INTEGERS = ("audience", "value", "promotion", "sending", "notice", "commission", "closed", "lost")
_WORD = 8  # bytes of a number

Numbers = npt.NDArray[Any]


def _code(name: str) -> str:
    return "q" if Climate.__annotations__[name] is int or name in _INTEGERS else "d"


@cache
def _kind() -> Any:
    """The type of a climate's record, what is packed first; every number in it takes 64 bits."""
    fields: list[tuple[str, Any]] = [(name, f"{_code(name)}") for name in _SCALARS]
    fields += [(name, (_code(name), (room,))) for name, room in _PACKED.items() if name != "desk"]
    fields += [("desk", type_of(Desk()))]
    fields += [(name, (_code(name), (math.prod(room),))) for name, room in WRITTEN.items()]
    return np.dtype((np.record, np.dtype(fields, align=True)))


@cache
def _packing(sizes: tuple[int, ...]) -> struct.Struct:
    """How numbers are packed: scalars, then vectors of these lengths; what is left of a vector's room is 0."""
    codes = [_code(name) for name in _SCALARS]
    for (name, room), size in zip(_PACKED.items(), sizes, strict=True):
        assert size <= room, (name, size, room)
        codes.append(f"{size}{_code(name)}{_WORD * (room - size)}x")
    return struct.Struct("=" + "".join(codes))


class ClimateRoom:
    """The place of a brand's climate.

    record  array of one record;  cells: its vectors that are written from outside, by name, in their room
    """

    PASSING = ("record", "cells")

    def __init__(self) -> None:
        self.record: Any = np.zeros(1, _kind())
        self.cells: dict[str, Numbers] = {name: self.record[name][0].reshape(room) for name, room in WRITTEN.items()}

    def clear(self) -> None:
        """Nothing is sent to anybody."""
        for cells in self.cells.values():
            cells[...] = 0

    def written(self, facts: dict[str, Any]) -> Any:
        """The day's climate as rules read it (see ``compilable``), which holds until the next one is written.

        facts  all that is not in ``cells``; vectors are lists, tuples or ranges, and may be shorter than their room
        """
        if INTERPRETED:
            rest = {name: cells.ravel().tolist() for name, cells in self.cells.items()}
            filled = {name: _filled(name, facts[name]) for name in _PACKED if name != "desk"}
            return Climate(**{**facts, **filled, **rest})
        numbers = [facts[name] for name in _SCALARS]
        sizes = []
        for name in _PACKED:
            vector = facts[name]
            numbers += vector
            sizes.append(len(vector))
        _packing(tuple(sizes)).pack_into(self.record, 0, *numbers)
        return self.record[0]


def _filled(name: str, values: Any) -> list[Any]:
    return [*values, *[0 if name in _INTEGERS else 0.0] * (_PACKED[name] - len(values))]

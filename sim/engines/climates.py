"""A day's climate as rules read it, filled field by field: a record of some 1,500 numbers made anew every day."""

import math
import struct
from functools import cache
from typing import Any

import numpy as np

from sim.compiled import INTERPRETED
from sim.domains import MAX_CHANNELS, TIERS
from sim.rules.climate import Climate, type_of
from sim.rules.service import Desk
from sim.rules.tally import MAX_SEGMENTS

_BY_SEGMENT = (MAX_SEGMENTS,)
_BY_CHANNEL = (MAX_CHANNELS,)
_BY_CELL = (MAX_SEGMENTS, TIERS * MAX_CHANNELS)  # [A·C·T]
_ROOM: dict[str, tuple[int, ...]] = {
    "audience": _BY_SEGMENT,
    "value": _BY_CELL,
    "promotion": _BY_CELL,
    "sending": (MAX_SEGMENTS * TIERS,),
    "week": _BY_CELL,
    "base": _BY_CELL,
    "notice": _BY_CHANNEL,
    "exposure": _BY_SEGMENT,
    "ad_share": _BY_SEGMENT,
    "commission": _BY_CHANNEL,
    "breach": _BY_CELL,
    "ask_to_join": _BY_CHANNEL,
    "chatter": _BY_CHANNEL,
    "closed": _BY_CHANNEL,
    "lost": _BY_CHANNEL,
    "encounters": _BY_SEGMENT,
}
_WORD = 8  # bytes of a number
_INTEGERS = ("audience", "value", "promotion", "sending", "notice", "commission", "closed", "lost")


_DIMENSIONS = [1 if name == "desk" else len(_ROOM.get(name, ())) for name in Climate._fields]


@cache
def _kind() -> Any:
    """The type of a climate's record; every number in it takes 64 bits."""
    fields = []
    for name, of in Climate.__annotations__.items():
        plain: Any = np.int64 if of is int or name in _INTEGERS else np.float64
        plain = type_of(Desk()) if of is Desk else plain
        fields.append((name, (plain, (math.prod(_ROOM[name]),)) if name in _ROOM else plain))
    return np.dtype((np.record, np.dtype(fields, align=True)))


@cache
def _packing(sizes: tuple[int, ...]) -> struct.Struct:
    """How numbers are written into a climate, field by field; what is left of a vector's room is 0.

    sizes  lengths of the vectors, and of those of cells rows and the length of each
    """
    rest, codes = iter(sizes), []
    for name, dimensions in zip(Climate._fields, _DIMENSIONS, strict=True):
        code = "q" if Climate.__annotations__[name] is int or name in _INTEGERS else "d"
        if dimensions == 0:
            codes.append(code)
        elif dimensions == 1:
            size = next(rest)
            codes.append(f"{size}{code}{_WORD * (_ROOM.get(name, (size,))[0] - size)}x")
        else:
            (rows, width), (size, of_row) = _ROOM[name], (next(rest), next(rest))
            codes += [f"{of_row}{code}{_WORD * (width - of_row)}x"] * size
            codes.append(f"{_WORD * width * (rows - size)}x")
    found = struct.Struct("=" + "".join(codes))
    assert found.size == _kind().itemsize, (found.size, _kind().itemsize)
    return found


def climate_of(facts: Climate) -> Any:
    """A day's climate as rules read it: see ``compilable``.

    facts  vectors may be shorter than their room, those of cells [audiences][channels and tiers in use]; what is
           beyond is 0. Every number has the type of its field, vectors are lists, tuples or ranges.
    """
    if INTERPRETED:
        filled: dict[str, Any] = {name: _filled(name, getattr(facts, name)) for name in _ROOM}
        return facts._replace(**filled)
    numbers: list[Any] = []
    sizes: list[int] = []
    for value, dimensions in zip(facts, _DIMENSIONS, strict=True):
        if dimensions == 0:
            numbers.append(value)
        elif dimensions == 1:
            numbers += value
            sizes.append(len(value))
        else:
            for row in value:
                numbers += row
            sizes += (len(value), len(value[0]))
    room = bytearray(_kind().itemsize)
    _packing(tuple(sizes)).pack_into(room, 0, *numbers)
    return np.frombuffer(room, _kind())[0]


def _filled(name: str, values: Any) -> Any:
    found = np.zeros(_ROOM[name], np.int64 if name in _INTEGERS else np.float64)
    found[tuple(map(slice, np.shape(values)))] = values
    return found.ravel().tolist()

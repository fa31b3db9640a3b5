"""A day's climate as rules read it, filled field by field: a record of some 1,500 numbers made anew every day."""

import math
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
_INTEGERS = ("audience", "value", "promotion", "sending", "notice", "commission", "closed", "lost")


@cache
def _blank() -> Any:
    """A climate of zeros, as a NumPy array without dimensions."""
    fields = []
    for name, kind in Climate.__annotations__.items():
        plain: Any = np.int64 if kind is int or name in _INTEGERS else np.float64
        if kind is Desk:
            plain = type_of(Desk())
        fields.append((name, (plain, (math.prod(_ROOM[name]),)) if name in _ROOM else plain))
    return np.zeros((), np.dtype(fields, align=True))


def climate_of(facts: Climate) -> Any:
    """A day's climate as rules read it: see ``compilable``.

    facts  vectors may be shorter than their room, those of cells [audiences][channels and tiers in use]; what is
           beyond is 0. Every number has the type of its field.
    """
    if INTERPRETED:
        filled: dict[str, Any] = {name: _filled(name, getattr(facts, name)) for name in _ROOM}
        return facts._replace(**filled)
    record = _blank().copy()
    for name, value in zip(Climate._fields, facts, strict=True):
        room = _ROOM.get(name)
        if room is None:
            record[name] = value
        elif len(room) == 1:
            record[name][: len(value)] = value
        else:
            record[name].reshape(room)[: len(value), : len(value[0])] = value
    return record.view(np.recarray)[()]


def _filled(name: str, values: Any) -> Any:
    found = np.zeros(_ROOM[name], np.int64 if name in _INTEGERS else np.float64)
    found[tuple(map(slice, np.shape(values)))] = values
    return found.ravel().tolist()

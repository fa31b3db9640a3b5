"""Values as plain data for JSON, and as the tables of assumptions show them."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.report.numbers import NOTHING
from sim.scenario import Assumption

_DEEP = ("logics", "channels", "rules", "segments", "platforms")


def plain(value: Any) -> Any:
    """Plain data for JSON: dataclasses as tables, NumPy numbers as numbers, NaN as null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)


def shown_value(value: Any) -> str:
    """A value of a scenario as a table shows it; a series by date as its steps."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.10g}"
    steps = getattr(value, "steps", None)
    if steps is not None:
        (_, first), *later = steps
        return ", ".join([f"{first:g}", *(f"{number:g} ({date})" for date, number in later)])
    return NOTHING if value is None else str(value)


def group_of(key: str) -> str:
    """The table that a key stands under: ``logics.growth``, ``rules.trust``, ``brand``."""
    parts = key.split(".")
    depth = 2 if parts[0] in _DEEP and len(parts) > 2 else 1
    return ".".join(parts[:depth]) if len(parts) > 1 else "scenario"


def evidence_of(assumptions: Sequence[Assumption]) -> list[Assumption]:
    """Values of presets, rules and the scenario's facts: all but what the user chooses, days, start and logics."""
    return [a for a in assumptions if a.key not in ("days", "start") and not a.key.startswith("logics.")]


def plain_assumptions(assumptions: Sequence[Assumption]) -> list[dict[str, Any]]:
    """Assumptions as plain data for JSON."""
    return [plain(assumption) | {"value": _plain_value(assumption.value)} for assumption in assumptions]


def _plain_value(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else shown_value(value)

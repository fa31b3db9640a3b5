"""Declaring a parameter: once, beside the rule or logic that uses it.

The schema of files, the reference page and the axis labels are made from these declarations.
"""

from functools import cache
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints

from pydantic import Field
from pydantic.fields import FieldInfo

Trust = Literal["stated", "measured", "weak", "assumed"]

DAYS_PER_MONTH = 30.4375
_PER_DAY = {"1/month": 1.0 / DAYS_PER_MONTH, "1/week": 1.0 / 7.0}


def parameter(
    meaning: str,
    *,
    unit: str = "–",
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    source: str,
    trust: Trust = "assumed",
) -> Any:
    """Declare a parameter, for use inside ``Annotated``.

    meaning  one sentence
    unit     "–" for a pure number; rates in "1/month" or "1/week" become rates per day where they are used
    low      smallest allowed value (``above``: excluded bound)
    high     largest allowed value
    source   row of the evidence
    trust    how good the source is: stated, measured, weak or assumed
    """
    return Field(
        description=meaning,
        ge=low,
        gt=above,
        le=high,
        json_schema_extra={"unit": unit, "source": source, "trust": trust},
    )


def fraction(meaning: str, *, source: str, trust: Trust = "assumed") -> Any:
    """Declare a parameter between 0 and 1."""
    return parameter(meaning, low=0.0, high=1.0, source=source, trust=trust)


def over_time(
    meaning: str,
    *,
    unit: str = "–",
    low: float,
    high: float,
    source: str,
    trust: Trust = "assumed",
) -> Any:
    """Declare a parameter that may change in time: a ``Series`` with values in ``low`` … ``high``."""
    extra = {"unit": unit, "source": source, "trust": trust, "low": low, "high": high}
    return Field(description=meaning, json_schema_extra=cast(Any, extra))


@cache
def declared(table: type) -> dict[str, FieldInfo]:
    """Declarations of a table of parameters (a NamedTuple or a model), by name; not to be changed."""
    found: dict[str, FieldInfo] = {}
    for name, hint in get_type_hints(table, include_extras=True).items():
        if get_origin(hint) is Annotated:
            found.update((name, item) for item in get_args(hint)[1:] if isinstance(item, FieldInfo))
    return found


def daily[Table: tuple[Any, ...]](table: Table) -> Table:
    """Copy of a rule table as the engine uses it: floats, and rates per day.

    A month is 30.4375 days; fields whose unit is neither "1/month" nor "1/week" keep their value.
    """
    values = [float(value) * factor for value, factor in zip(table, _per_day(type(table)), strict=True)]
    return cast(Table, cast(Any, type(table))(*values))


@cache
def _per_day(table: type) -> list[float]:
    """What makes the values of a table those of a day, field by field."""
    extras = [cast(dict[str, Any], field.json_schema_extra or {}) for field in declared(table).values()]
    return [_PER_DAY.get(extra.get("unit", "–"), 1.0) for extra in extras]

"""The rows as a struct of arrays: state and traits in 32 bits or less, accumulators and thresholds in 64."""

from typing import Any, NamedTuple

import numpy as np

from sim.rules.rows import Fan, Person


class People(NamedTuple):
    """Traits of the rows, each [N]; see ``Person``."""

    key: Any  # int64
    segment: Any  # int8
    tolerance: Any  # float32, weighted messages per day
    frailty: Any  # float32
    need_rate: Any  # float32, per day
    affinity: Any  # float32, log-odds
    trust_prior: Any  # float32
    attrition: Any  # float32


class Fans(NamedTuple):
    """State of the rows, each [N]; see ``Fan``."""

    source: Any  # int8
    channels: Any  # uint8
    muted: Any  # uint8
    tier: Any  # int8
    cause: Any  # int8
    attrited: Any  # int8
    exposures: Any  # uint8
    joined_on: Any  # int16
    left_on: Any  # int16
    clicked_on: Any  # int16
    ordered_on: Any  # int16
    active_on: Any  # int16
    updated_on: Any  # int16
    due_on: Any  # int16
    orders: Any  # int16
    trust: Any  # float32
    fatigue: Any  # float32
    intimacy: Any  # float32
    expectation: Any  # float32
    need_debt: Any  # float32
    month_counts: Any  # int64
    spend: Any  # int64, cents
    threshold: Any  # float64, accumulated exposure


PEOPLE_TYPES = {"key": np.int64, "segment": np.int8}
FAN_TYPES = (
    dict.fromkeys(("source", "tier", "cause", "attrited"), np.int8)
    | dict.fromkeys(("channels", "muted", "exposures"), np.uint8)
    | dict.fromkeys(("joined_on", "left_on", "clicked_on", "ordered_on", "active_on", "updated_on", "due_on"), np.int16)
    | {"orders": np.int16, "month_counts": np.int64, "spend": np.int64, "threshold": np.float64}
)


def _columns(fields: tuple[str, ...], types: dict[str, Any], rows: int) -> list[Any]:
    return [np.zeros(rows, types.get(name, np.float32)) for name in fields]


def new_people(rows: int) -> People:
    """Empty columns of traits."""
    return People(*_columns(People._fields, PEOPLE_TYPES, rows))


def new_fans(rows: int) -> Fans:
    """Empty columns of state."""
    return Fans(*_columns(Fans._fields, FAN_TYPES, rows))


def rounded_person(person: Person) -> Person:
    """A person as the columns keep it: real traits in 32 bits."""
    return Person(person.key, person.segment, *(float(np.float32(x)) for x in person[2:]))


def rounded_fan(fan: Fan) -> Fan:
    """A fan as the columns keep it at the end of the day: real state in 32 bits, the threshold in 64."""
    values: Any = [
        float(np.float32(value)) if name not in FAN_TYPES else value
        for name, value in zip(Fan._fields, fan, strict=True)
    ]
    return Fan(*values)

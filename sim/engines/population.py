"""The rows as arrays of records: state and traits in 32 bits or less, accumulators and thresholds in 64.

A row's fields lie side by side: a day reads and writes all of them, and one address serves them all. With a column
per field the day took 54 streams of memory and as many index computations.
"""

from typing import Any

import numpy as np

from sim.rules.rows import Fan, Person

Rows = Any  # np.recarray of PERSON or FAN

PEOPLE_TYPES = {"key": np.int64, "segment": np.int8}
# fields of Fan that share the 16 bits of one column, ``marks``: first bit, number of bits, what is added to the value
MARKS = {"source": (0, 4, 0), "cause": (4, 3, 1), "tier": (7, 2, 0), "prospect": (9, 2, 0), "grade": (11, 5, 16)}
# the counts of messages leave 8 bits of their 64 free, which hold the attempts: column ``counts``
COUNTED = ("month_counts", "attempts")
COUNTS_BITS, NO_ATTEMPTS = 56, 128  # attempts − 128, so that the sum stays within 64 bits with a sign
COUNTS = (1 << COUNTS_BITS) - 1
FAN_TYPES = (
    dict.fromkeys(MARKS, np.int8)
    | {"marks": np.uint16, "counts": np.int64}
    | dict.fromkeys(("channels", "muted", "attempts"), np.uint8)
    | dict.fromkeys(("joined_on", "left_on", "clicked_on", "ordered_on", "active_on", "updated_on", "due_on"), np.int16)
    | {"orders": np.int16, "month_counts": np.int64, "threshold": np.float64}
)


def _record(fields: tuple[str, ...], types: dict[str, Any]) -> np.dtype[Any]:
    return np.dtype([(name, types.get(name, np.float32)) for name in fields])


PERSON = _record(Person._fields, PEOPLE_TYPES)  # 29 bytes
FAN = _record(
    ("marks", "counts", *(name for name in Fan._fields if name not in MARKS and name not in COUNTED)), FAN_TYPES
)  # 68 bytes; one more tells how long a row rests
STUBS = np.dtype(np.uint16)  # kept by the network, where there is one: the row's hundred bytes


def unpacked(fans: Rows) -> dict[str, np.ndarray]:
    """The columns that share ``marks`` or ``counts``."""
    found = {
        name: ((fans.marks >> first & (1 << bits) - 1).astype(np.int16) - added).astype(np.int8)
        for name, (first, bits, added) in MARKS.items()
    }
    attempts = ((fans.counts >> COUNTS_BITS) + NO_ATTEMPTS).astype(np.uint8)
    return found | {"month_counts": fans.counts & COUNTS, "attempts": attempts}


def new_rows(rows: int, kind: np.dtype[Any]) -> Rows:
    """Empty rows of traits (``PERSON``) or of state (``FAN``)."""
    return np.zeros(rows, kind).view(np.recarray)


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

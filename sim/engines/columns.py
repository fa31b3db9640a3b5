"""Columns: what decides a follower's day, of a batch of rows, side by side in the fastest cache.

Rows lie in memory as records, since a day as a whole reads and writes nearly all of a row. What only runs on, or is
compared with a draw, is the same few sums for every row: taken out of the records into columns, it runs in vectors.
All columns have 64 bits, so that one vector of each takes the same number of rows.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.compiled import INTERPRETED, rule
from sim.domains import TIERS
from sim.engines.population import Rows
from sim.engines.records import real, whole

Columns = Any  # a record of COLUMNS

BATCH = 128  # followers whose day begins in one go; their columns stay in the fastest cache
LENGTH = BATCH + 8  # of a column: entries n of columns 1024 bytes apart would compete for the same places of the cache
MEMBERSHIPS = 256  # sets of channels that a row can belong to

_INTEGERS = (
    "row",  # in the records
    "segment", "marks", "channels", "muted", "orders",  # of the row
    "last_on",  # day of the last opened message, order or following, whichever was last
    "tier",  # yesterday's
    "audience", "listening",  # audience of the segment; channels that are not muted
    "more",  # 1: the day may be more than calm; at the end exactly those that go the long way
    "asked",  # 1: it may be, unless today's content is too little relevant
    "needing",  # 1: there may be a need
    "useful",  # useful messages heard today, or more
    "picked",  # rows of the batch, in a list
    "tier_now", "stage", "trust_bin", "load_bin",  # as the row is counted in the evening
)  # fmt: skip
_REALS = (
    "tolerance", "frailty", "need_rate", "trust_prior", "reference_price",  # of the row
    "trust", "fatigue", "intimacy", "deal_proneness",  # … after today's clocks
    "around",  # fatigue from the other brands
    "per_fatigue",  # load of one unit of fatigue
    "limit",  # of opening ÷ base
    "noise", "evening",  # fatigue from other members' messages; from all messages, or more
    "relevance",  # of useful content, where there is any
)  # fmt: skip
COLUMNS = np.dtype(
    [(name, (np.int64, (LENGTH,))) for name in _INTEGERS]
    + [(name, (np.float64, (LENGTH,))) for name in _REALS]
    + [("members", (np.int64, (TIERS * MEMBERSHIPS,)))]  # calm rows counted by tier and set of channels
)
NAMES = COLUMNS.names or ()


def new_columns() -> Any:
    """Columns of zeros, boxed as ``sim.rules.climate.boxed`` does; in plain Python lists, which it reads sooner."""
    if INTERPRETED:
        return [SimpleNamespace(**{name: np.zeros(COLUMNS[name].shape, COLUMNS[name].base).tolist() for name in NAMES})]
    return np.zeros(1, COLUMNS)


@rule
def take_row(people: Rows, fans: Rows, i: int, columns: Columns, n: int, day: int) -> None:
    """Row i becomes row n of the batch; what no calm day can be is marked."""
    person, fan = people[i], fans[i]
    columns.row[n] = i
    columns.segment[n] = whole(person.segment)
    columns.tolerance[n] = real(person.tolerance)
    columns.frailty[n] = real(person.frailty)
    columns.need_rate[n] = real(person.need_rate)
    columns.trust_prior[n] = real(person.trust_prior)
    columns.marks[n] = whole(fan.marks)
    columns.channels[n] = whole(fan.channels)
    columns.muted[n] = whole(fan.muted)
    columns.orders[n] = whole(fan.orders)
    columns.last_on[n] = whole(max(fan.active_on, fan.ordered_on, fan.joined_on))
    columns.trust[n] = real(fan.trust)
    columns.fatigue[n] = real(fan.fatigue)
    columns.intimacy[n] = real(fan.intimacy)
    columns.deal_proneness[n] = real(fan.deal_proneness)
    columns.reference_price[n] = real(fan.reference_price)
    columns.more[n] = int(fan.updated_on != day - 1) | int(fan.due_on == day)


@rule
def put_row(columns: Columns, n: int, fans: Rows, day: int) -> None:
    """Write what a calm day moves into the row; this is where it is rounded to 32 bits."""
    fan = fans[columns.row[n]]
    fan.updated_on = day
    fan.trust = columns.trust[n]
    fan.fatigue = columns.fatigue[n]
    fan.intimacy = columns.intimacy[n]
    fan.deal_proneness = columns.deal_proneness[n]
    if columns.tier_now[n] != columns.tier[n]:
        fan.marks = int(fan.marks) & ~(3 << 7) | columns.tier_now[n] << 7

"""What a day adds up to: integer counters that rules add to, in any order, on any thread.

A slot is one counter, or the first of a block: ``DELIVERED + channel``, ``FLOW + 3 · from + to``.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sim.domains import CAUSES, MAX_CHANNELS, TIERS

MAX_SEGMENTS = 8
SOURCES = 8  # room for sources to come
TRUST_BINS = 20  # of width 0.05
LOAD_BINS = 40  # of width 0.1, the last one open
UNTOUCHED = 3  # row of the flow table for people without a row until today
NO_CHANNEL = MAX_CHANNELS  # column of orders that no message sold

_SIZES = {
    # the day's events
    "FLOW": 4 * 3,  # from PUBLIC, COMMERCIAL, PRIVATE, UNTOUCHED to PUBLIC, COMMERCIAL, PRIVATE
    "JOINS": SOURCES,  # by source, first follows and win-backs together
    "WIN_BACKS": 1,
    "EXITS": CAUSES,
    "TOUCHES": 1,  # of people who have responded before and do not follow
    "AD_CLICKS": 1,
    "DELIVERED": MAX_CHANNELS,
    "OPENED": MAX_CHANNELS,
    "BLOCKED": MAX_CHANNELS,
    "VISITS": MAX_CHANNELS,
    "CHANNEL_JOINS": MAX_CHANNELS,
    "CHANNEL_LEAVES": MAX_CHANNELS,
    "MUTES": MAX_CHANNELS,
    "VALUE_EVENTS": 1,  # opened value that was useful
    "PROMOTION_EVENTS": 1,  # opened promotion that disappointed
    "WATCHES": 1,
    "LIVE_MINUTES": 1,
    "TIER_UPS": 1,
    "TIER_DOWNS": 1,
    "NEEDS": 1,
    "VANISHED_NEEDS": 1,  # taken by an earlier impulse
    "OPEN_DECISIONS": 1,
    "IMPULSES": 1,
    "ORDERS": MAX_CHANNELS + 1,  # by the channel whose message sold, the last for none
    "GMV": MAX_CHANNELS + 1,
    "ORDERS_FOLLOWERS": 1,
    "GMV_FOLLOWERS": 1,
    "ORDERS_FIRST": 1,
    "GMV_FIRST": 1,
    "ORDERS_LIVE": 1,
    "LIST_VALUE": 1,
    "COMMISSION": 1,
    "GOODS": 1,
    "DISAPPOINTMENTS": 1,  # orders below expectation
    "ATTRITED": 1,  # buyers who will not buy again
    # the stock at the end of the day
    "ROWS": 3,  # by domain
    "TIER": TIERS,
    "LIFECYCLE": 5,
    "SEGMENT": MAX_SEGMENTS,
    "MEMBERS": MAX_CHANNELS * TIERS,
    "MUTED": MAX_CHANNELS,
    "ACTIVE": 1,  # followers who opened something today
    "ACTIVE_CORE": 1,  # … of them liking or devoted
    "TRUST_SUM": 1,
    "FATIGUE_SUM": 1,
    "LOAD_SUM": 1,
    "INTIMACY_SUM": 1,
    "TRUST_BIN": TRUST_BINS,
    "LOAD_BIN": LOAD_BINS,
}

_starts = dict(zip(_SIZES, np.cumsum([0, *_SIZES.values()]).tolist(), strict=False))
Slot = IntEnum("Slot", _starts)  # type: ignore[misc]
Slot.__doc__ = "First position of each counter or block of counters."

TALLY_SIZE = sum(_SIZES.values())

Tally = npt.NDArray[np.int64]


def new_tally() -> Tally:
    """A tally of zeros, shape [TALLY_SIZE]."""
    return np.zeros(TALLY_SIZE, np.int64)


def block(tally: Tally, name: str) -> Tally:
    """The counters of a block, shape [size of the block]."""
    start = _starts[name]
    return tally[start : start + _SIZES[name]]

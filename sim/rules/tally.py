"""What a day adds up to: integer counters that rules add to, in any order, on any thread.

A slot is one counter, or the first of a block: ``DELIVERED + channel``, ``FLOW + 3 · from + to``.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sim.domains import CAUSES, MAX_CHANNELS, TIERS

MAX_SEGMENTS = 8
SOURCES = 16  # room for sources to come
TRUST_BINS = 20  # of width 0.05
LOAD_BINS = 40  # of width 0.1, the last one open
UNTOUCHED = 3  # row of the flow table for people without a row until today
NO_CHANNEL = MAX_CHANNELS  # column of orders that no message sold


class Slot(IntEnum):
    """First position of each counter or block of counters; each begins where the one before ends."""

    # the day's events
    FLOW = 0  # from PUBLIC, COMMERCIAL, PRIVATE, UNTOUCHED to PUBLIC, COMMERCIAL, PRIVATE
    JOINS = FLOW + 4 * 3  # by source, first follows and win-backs together
    WIN_BACKS = JOINS + SOURCES
    EXITS = WIN_BACKS + 1
    TOUCHES = EXITS + CAUSES  # of people who have responded before and do not follow
    AD_CLICKS = TOUCHES + 1
    DELIVERED = AD_CLICKS + 1
    OPENED = DELIVERED + MAX_CHANNELS
    BLOCKED = OPENED + MAX_CHANNELS
    VISITS = BLOCKED + MAX_CHANNELS
    CHANNEL_JOINS = VISITS + MAX_CHANNELS
    CHANNEL_LEAVES = CHANNEL_JOINS + MAX_CHANNELS
    MUTES = CHANNEL_LEAVES + MAX_CHANNELS
    VALUE_EVENTS = MUTES + MAX_CHANNELS  # opened value that was useful
    PROMOTION_EVENTS = VALUE_EVENTS + 1  # opened promotion that disappointed
    WATCHES = PROMOTION_EVENTS + 1
    LIVE_MINUTES = WATCHES + 1
    TIER_UPS = LIVE_MINUTES + 1
    TIER_DOWNS = TIER_UPS + 1
    NEEDS = TIER_DOWNS + 1
    VANISHED_NEEDS = NEEDS + 1  # taken by an earlier impulse
    OPEN_DECISIONS = VANISHED_NEEDS + 1
    IMPULSES = OPEN_DECISIONS + 1
    ORDERS = IMPULSES + 1  # by the channel whose message sold, the last for none
    GMV = ORDERS + MAX_CHANNELS + 1
    ORDERS_FOLLOWERS = GMV + MAX_CHANNELS + 1
    GMV_FOLLOWERS = ORDERS_FOLLOWERS + 1
    CONTRIBUTION_FOLLOWERS = GMV_FOLLOWERS + 1  # before message fees
    ORDERS_FIRST = CONTRIBUTION_FOLLOWERS + 1
    GMV_FIRST = ORDERS_FIRST + 1
    ORDERS_LIVE = GMV_FIRST + 1
    LIST_VALUE = ORDERS_LIVE + 1
    COMMISSION = LIST_VALUE + 1
    GOODS = COMMISSION + 1
    DISAPPOINTMENTS = GOODS + 1  # orders below expectation
    ATTRITED = DISAPPOINTMENTS + 1  # buyers who will not buy again
    SHARES = ATTRITED + 1  # followers who shared today
    REWARDED_SHARES = SHARES + 1  # … of them those who would not have without the reward
    INVITATIONS = REWARDED_SHARES + 1  # shares that reached a friend not asked before
    INVITED_KNOWN = INVITATIONS + 1  # … of them friends who had a row already
    INCENTIVES = INVITED_KNOWN + 1  # cents
    # the stock at the end of the day
    ROWS = INCENTIVES + 1  # by domain
    TIER = ROWS + 3
    LIFECYCLE = TIER + TIERS
    SEGMENT = LIFECYCLE + 5
    MEMBERS = SEGMENT + MAX_SEGMENTS
    MUTED = MEMBERS + MAX_CHANNELS * TIERS
    ACTIVE = MUTED + MAX_CHANNELS  # followers who opened something today
    ACTIVE_CORE = ACTIVE + 1  # … of them liking or devoted
    TRUST_SUM = ACTIVE_CORE + 1
    FATIGUE_SUM = TRUST_SUM + 1
    LOAD_SUM = FATIGUE_SUM + 1
    INTIMACY_SUM = LOAD_SUM + 1
    TRUST_BIN = INTIMACY_SUM + 1
    LOAD_BIN = TRUST_BIN + TRUST_BINS
    END = LOAD_BIN + LOAD_BINS


TALLY_SIZE = int(Slot.END)
_ENDS = dict(zip(Slot, [*list(Slot)[1:], Slot.END], strict=True))

Tally = npt.NDArray[np.int64]


def new_tally() -> Tally:
    """A tally of zeros, shape [TALLY_SIZE]."""
    return np.zeros(TALLY_SIZE, np.int64)


def block(tally: Tally, name: str) -> Tally:
    """The counters of a block, shape [size of the block]."""
    start = Slot[name]
    return tally[start : _ENDS[start]]

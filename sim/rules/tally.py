"""What a day adds up to: integer counters that rules add to, in any order, on any thread.

A slot is one counter, or the first of a block: ``DELIVERED + channel``, ``FLOW + 3 · from + to``,
``GMV_BAND + 4 · price band + 2 · (returning) + (follows)``.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sim.domains import CAUSES, HOMEPAGE_SOURCES, MAX_CHANNELS, PRICE_BANDS, TIERS
from sim.rules.service import ANSWER_BINS

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
    SEARCHES = ATTRITED + 1  # needs that led to the brand by a search, first responses included
    ORDERS_SEARCH = SEARCHES + 1
    GMV_SEARCH = ORDERS_SEARCH + 1
    # the stock at the end of the day
    ROWS = GMV_SEARCH + 1  # by domain
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
    # events of mechanisms that were built later
    RETARGETED = LOAD_BIN + LOAD_BINS  # retargeted ads that reached someone of the commercial domain
    # service and leads, added later
    QUESTIONS = RETARGETED + 1  # of followers
    AUTOMATIC = QUESTIONS + 1  # … that the automatic reply settles
    QUEUED = AUTOMATIC + 1  # contacts for the team: the other questions, and leads
    ANSWERS = QUEUED + 1  # of the team, by ``answer_bin``
    ANSWER_MINUTES = ANSWERS + ANSWER_BINS
    UNANSWERED = ANSWER_MINUTES + 1
    GIVE_UPS = UNANSWERED + 1  # fans who leave over questions without a tolerable answer
    LEADS = GIVE_UPS + 1
    LEADS_FOLLOWERS = LEADS + 1
    LEAD_ANSWERS = LEADS_FOLLOWERS + 1  # by ``answer_bin``
    QUALIFIED = LEAD_ANSWERS + ANSWER_BINS  # leads, by ``answer_bin`` of their answer
    STORE_VISITS = QUALIFIED + ANSWER_BINS  # of qualified leads
    WALK_INS = STORE_VISITS + 1  # visitors of the store who come of their own accord
    SALES_LEADS = WALK_INS + 1
    SALES_WALK_INS = SALES_LEADS + 1
    MOVED = SALES_WALK_INS + 1  # orders closed off the platform to save its commission
    FRICTION = MOVED + 1  # what moving them cost, cents
    GMV_MEMBERS = FRICTION + 1  # GMV of followers who are members of a channel, by channel
    # deals and promises, added later
    ORDERS_BAND = GMV_MEMBERS + MAX_CHANNELS  # by price band, returning buyer or not, follower or not
    GMV_BAND = ORDERS_BAND + 4 * PRICE_BANDS
    ORDERS_RETURNING = GMV_BAND + 4 * PRICE_BANDS  # of people who had ordered before, by channel as ORDERS
    BREACHES = ORDERS_RETURNING + MAX_CHANNELS + 1  # opened promotions that broke a promise
    PRONENESS_SUM = BREACHES + 1
    REFERENCE_SUM = PRONENESS_SUM + 1
    # the reach path
    HOMEPAGE = REFERENCE_SUM + 1  # visits, by what led there
    GUIDED = HOMEPAGE + HOMEPAGE_SOURCES  # buyers who were asked to follow after the payment
    WRITTEN = GUIDED + 1  # followers who wrote a direct message
    FAN_ANSWERS = WRITTEN + 1  # of fans to direct messages
    # rules of channels and accounts
    PAID = FAN_ANSWERS + 1  # messages beyond a quota, for which the platform is paid
    APPLICATIONS = PAID + MAX_CHANNELS  # for scarce places
    TURNED_AWAY = APPLICATIONS + MAX_CHANNELS  # applications of yesterday without a place this morning
    BANS = TURNED_AWAY + MAX_CHANNELS  # of accounts
    # groups
    USEFUL = BANS + MAX_CHANNELS  # opened value that was useful, by channel
    CHATTER = USEFUL + MAX_CHANNELS  # messages of other members that reached a member, fixed point
    ACTIVITY = CHATTER + MAX_CHANNELS  # how alive a group is, fixed point
    # word of mouth, added later
    SHARES = ACTIVITY + MAX_CHANNELS  # followers who shared today
    REWARDED_SHARES = SHARES + 1  # … of them those who would not have without the reward
    INVITATIONS = REWARDED_SHARES + 1  # shares that reached a friend not asked before
    INVITED_KNOWN = INVITATIONS + 1  # … of them friends who had a row already
    INCENTIVES = INVITED_KNOWN + 1  # cents: red packets, rewards for joining and for people brought
    END = INCENTIVES + 1


TALLY_SIZE = int(Slot.END)
_ENDS = dict(zip(Slot, [*list(Slot)[1:], Slot.END], strict=True))

Tally = npt.NDArray[np.int64]


def new_tally() -> Tally:
    """A tally of zeros, shape [TALLY_SIZE]."""
    return np.zeros(TALLY_SIZE, np.int64)


SPANS = {slot.name: slice(int(slot), int(_ENDS[slot])) for slot in Slot if slot != Slot.END}


def block(tally: Tally, name: str) -> Tally:
    """The counters of a block, shape [size of the block]."""
    return tally[SPANS[name]]

"""A day's messages cell by cell, in compiled calls: what is sent, what must be made for it, how it is met.

A cell is channel × tier of an audience. Results are written into a climate's record (``climates``).
"""

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import at_once, rare, rule
from sim.domains import TIERS
from sim.rules.climate import Boxed
from sim.rules.messages import attention, visible_share
from sim.rules.promise import breach_probability, expected_mix

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_ROUNDING = 1e-9  # 7 × (1/7) must send
NOTHING = -1.0  # a share of promotion among no messages


@rule
def due(remainder: float, more: float) -> tuple[int, float]:
    """⌊c⌋ after c ← c + more, and what is left of c."""
    total = remainder + more
    whole = math.floor(total + _ROUNDING)
    return whole, total - whole


@rare
def send_cells(
    pushes: Floats, shares: Floats, remainder: Floats, value_remainder: Floats, value: Integers, promotion: Integers
) -> None:
    """Messages of today, filled in by [audience, cell]; a second remainder on the value share tells their kinds.

    pushes  of today;  shares: of value among them
    """
    for a in range(pushes.shape[0]):
        for n in range(pushes.shape[1]):
            value[a, n] = promotion[a, n] = 0
            if pushes[a, n] == 0.0:
                continue
            sent, remainder[a, n] = due(remainder[a, n], pushes[a, n])
            for _ in range(sent):
                useful, value_remainder[a, n] = due(value_remainder[a, n], shares[a, n])
                value[a, n] += useful
                promotion[a, n] += 1 - useful


@rule
def any_sent(messages: Integers, a: int, c: int) -> bool:
    """Whether a channel sends any to an audience, of any tier."""
    found = 0
    for n in range(TIERS * c, TIERS * c + TIERS):
        found += messages[a, n]
    return found > 0


@rare
def items_made(messages: Integers, had: Integers, inhabited: int, makers: Integers) -> int:
    """Items that must be made for the messages of one kind: one per channel and day, shared by tiers.

    What was made for one audience serves every other on a day of its own: a new item is needed when an audience has had
    all that were made so far.

    had        [audiences, C] items had so far, which is moved on
    inhabited  bit set of the channels with members: nothing is made for one without
    makers     [C] accounts that each make the items of the channel
    """
    made = 0
    for c in range(had.shape[1]):
        if inhabited >> c & 1 == 0:
            continue
        before = after = 0
        for a in range(had.shape[0]):
            before = max(before, had[a, c])
            if any_sent(messages, a, c):
                had[a, c] += 1
            after = max(after, had[a, c])
        made += (after - before) * makers[c]
    return made


@rare
def useful_published(value: Integers, audiences: int, inhabited: int, channels: int) -> int:
    """Value messages published: the most to any audience and tier of a channel, over channels with members."""
    total = 0
    for c in range(channels):
        most = 0
        for a in range(audiences):
            for n in range(TIERS * c, TIERS * c + TIERS):
                most = max(most, value[a, n])
        total += most * (inhabited >> c & 1)
    return total


@rare
def send_day(
    pushes: Floats,
    shares: Floats,
    remainder: Floats,
    value_remainder: Floats,
    last: Integers,
    of_seven_days: Integers,
    items: Integers,
    makers: Integers,
    notices: Integers,
    inhabited: int,
    value: Integers,
    promotion: Integers,
    sending: Integers,
    week: Floats,
    made: Integers,
) -> None:
    """Messages of a day: see ``Dispatch``.

    last     [A, cells] messages of the same weekday a week ago, in whose place today's are put
    notices  [2, C] videos that announce themselves in a channel as something useful, and lives as a promotion
    value … week  of a climate's record, to be filled in
    made     [3] to be filled in: useful items, promoting items, value messages published
    """
    audiences, cells = pushes.shape
    channels = cells // TIERS
    send_cells(pushes, shares, remainder, value_remainder, value, promotion)
    made[0] = items_made(value, items[0], inhabited, makers)
    made[1] = items_made(promotion, items[1], inhabited, makers)
    made[2] = useful_published(value, audiences, inhabited, channels)
    for a in range(audiences):
        for t in range(TIERS):
            sending[a, t] = 0
        for n in range(cells):
            c = n // TIERS
            value[a, n] += notices[0, c]  # made for the feed anyway
            promotion[a, n] += notices[1, c]  # needs no item of its own
            today = value[a, n] + promotion[a, n]
            of_seven_days[a, n] += today - last[a, n]
            last[a, n] = today
            week[a, n] = float(of_seven_days[a, n])
            if today > 0:
                sending[a, n % TIERS] |= 1 << c


@rare
def open_day(
    of_seven_days: Integers, often: Floats, groups: Integers, fold_after: Floats, lively: Floats, rules: Boxed,
    base: Floats,
) -> None:  # fmt: skip
    """Fill in the opening at load 0 by audience × channel × tier: reach · o_c · attention · visible share · activity.

    often  [C] reach · o_c;  groups: [C] 1 for a group;  fold_after: [C] messages a day, 0: all are shown
    lively [C] factor of the day on visits
    """
    for a in range(of_seven_days.shape[0]):
        for n in range(of_seven_days.shape[1]):
            c, n7 = n // TIERS, float(of_seven_days[a, n])
            noticed = attention(n7, groups[c] == 1, rules[0])
            base[a, n] = often[c] * noticed * visible_share(n7, fold_after[c]) * lively[c]


@rare
def promise_day(shares: Floats, expected: Floats, keep: float, rules: Boxed, breach: Floats) -> None:
    """Fill in the probability that an opened promotion breaks the promise, [A, cells]; then move expectations.

    shares    [A, cells] of promotion among planned pushes, or ``NOTHING``
    expected  [A, cells] share of promotion, or ``NOTHING``: what the first plan sends
    """
    for a in range(shares.shape[0]):
        for n in range(shares.shape[1]):
            share = shares[a, n]
            breach[a, n] = 0.0
            if share == NOTHING:
                continue
            before = share if expected[a, n] == NOTHING else expected[a, n]
            breach[a, n] = breach_probability(before, share, rules[0])
            expected[a, n] = expected_mix(before, share, keep)


day_sent, day_opened, day_promised = map(at_once, (send_day, open_day, promise_day))

"""Delivery: which of the day's messages a platform lets through to a member (model.md §3.4b; M17, M18)."""

from sim.compiled import rare, rule
from sim.rules.accounts import account_of, follows_two
from sim.rules.climate import Climate, World
from sim.rules.numbers import fixed
from sim.rules.rows import COUNT_BITS, MOST_COUNTED
from sim.rules.tally import Slot, Tally


@rule
def delivered(
    c: int,
    values: int,
    promotions: int,
    counts: int,
    person: int,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> tuple[int, int, int]:
    """Useful messages and promotions of a channel that reach a member today, and the counts that limit them.

    values, promotions  sent by one account of the brand
    counts  messages of this calendar month by channel, or of a conversation since the fan's last answer

    A quota holds per account, fan and calendar month (E-37), a conversation limit until the fan answers (E-39): what is
    useful goes first, the rest is blocked, or paid for where the platform sells it (E-69). One who follows two accounts
    is sent the messages of both, within two quotas. A banned account reaches nobody (E-63).
    """
    quota = world.channels.quota[c]
    if quota >= 0 and world.channels.matrix >> c & 1 and follows_two(person, world, key):
        values, promotions, quota = 2 * values, 2 * promotions, 2 * quota
    if climate.closed[c] != 0 and climate.closed[c] >> account_of(person, world.channels.accounts[c]) & 1:
        tally[Slot.BLOCKED + c] += values + promotions
        return 0, 0, counts
    if quota < 0:
        return values, promotions, counts
    counted = counts >> (COUNT_BITS * c) & MOST_COUNTED
    left = max(0, quota - counted)
    wanted = values + promotions
    if wanted > left:
        if world.channels.paid >> c & 1:
            tally[Slot.PAID + c] += wanted - left
        else:
            values = min(values, left)  # what is useful goes first
            promotions = min(promotions, left - values)
            tally[Slot.BLOCKED + c] += wanted - values - promotions
    counts += min(values + promotions, MOST_COUNTED - counted) << (COUNT_BITS * c)
    return values, promotions, counts


@rule
def counts_on(counts: int, updated_on: int, climate: Climate, world: World) -> int:
    """The counts as the day begins: those of conversations stay, those of a calendar month begin anew with it."""
    return counts if updated_on >= climate.month_start else counts & world.channels.conversations


@rule
def after_answer(counts: int, c: int, world: World) -> int:
    """The counts after a fan's message in a channel: its conversation begins anew. Source: evidence E-39."""
    return counts & ~(world.channels.conversations & MOST_COUNTED << (COUNT_BITS * c))


@rare
def chatter(listening: int, climate: Climate, world: World, tally: Tally) -> float:
    """Fatigue that other members' messages add today: Σ w_c·chatter·activity over groups that the fan listens to.

    listening  bit set of channels

    They are promotions to the fan, and nobody's messages to the brand. Blacklists and filters keep a share of them out
    (already taken off ``climate.chatter``). Source: evidence E-41, E-43, L21.
    """
    fatigue = 0.0
    for c in range(world.channels.joined):
        if listening >> c & 1:
            fatigue += world.channels.weight[c] * climate.chatter[c]
            tally[Slot.CHATTER + c] += fixed(climate.chatter[c])
    return fatigue

"""Membership: joining a channel, applying where places are scarce, and who keeps the brand out (M18, E-58 … E-60)."""

import math

from sim.compiled import rare, rule
from sim.domains import MAX_CHANNELS, TIERS, Domain
from sim.rules.accounts import account_of
from sim.rules.climate import Climate, World
from sim.rules.rows import NEVER, Person, count_channels, domain_on, reachable
from sim.rules.tally import Slot, Tally
from sim.streams import Decision, uniform


@rule
def keeps_out(person: int, c: int, world: World, key: int) -> bool:
    """True for one who joins a channel and blocks the brand in it (the Moments permission): the same for good.

    Source: evidence E-58.
    """
    share: float = world.channels.blocked[c]
    return share > 0.0 and uniform(key, Decision.PERMISSION, person, 0, c) < share


@rule
def entered(channels: int, muted: int, c: int, person: int, world: World, key: int, tally: Tally) -> tuple[int, int]:
    """Memberships and mutes of one who joins a channel.

    Where places are scarce this is an application: a mute of a channel to which one does not belong. It is decided next
    morning, so that joining takes effect at the same time everywhere. Source: model.md §3.4.
    """
    bit = 1 << c
    if world.channels.limited & bit:
        tally[Slot.APPLICATIONS + c] += 1
        return channels, muted | bit
    tally[Slot.CHANNEL_JOINS + c] += 1
    return channels | bit, muted | bit if keeps_out(person, c, world, key) else muted


@rare
def all_entered(
    channels: int, muted: int, joining: int, person: int, world: World, key: int, tally: Tally
) -> tuple[int, int]:
    """Memberships and mutes of one who joins a set of channels in which the person neither is nor waits."""
    for c in range(world.channels.joined):
        if joining >> c & 1:
            channels, muted = entered(channels, muted, c, person, world, key, tally)
    return channels, muted


@rule
def applications(channels: int, muted: int) -> int:
    """Bit set of the channels for which a person waits until the morning."""
    return muted & ~channels


@rare
def channels_at_follow(person: int, day: int, world: World, key: int) -> int:
    """Bit set of the channels that a new follower joins at once; the widest one if chance gives none."""
    channels, widest = 0, 0
    for c in range(world.channels.joined):
        if uniform(key, Decision.JOIN_AT_FOLLOW, person, day, c) < world.channels.joins_at_follow[c]:
            channels |= 1 << c
        if world.channels.joins_at_follow[c] > world.channels.joins_at_follow[widest]:
            widest = c
    return channels if channels != 0 else 1 << widest


@rare
def channels_at_scan(person: int, day: int, origin: int, world: World, key: int) -> int:
    """Bit set of the channels that a visitor of a source joins at once; its widest one if chance gives none.

    origin  number of the source
    """
    first, channels, widest = MAX_CHANNELS * origin, 0, 0
    for c in range(world.channels.joined):
        if uniform(key, Decision.JOIN_AT_FOLLOW, person, day, c) < world.sources.joins[first + c]:
            channels |= 1 << c
        if world.sources.joins[first + c] > world.sources.joins[first + widest]:
            widest = c
    return channels if channels != 0 else 1 << widest


@rare
def first_memberships(joining: int, person: int, world: World, key: int, tally: Tally) -> tuple[int, int]:
    """Channels and mutes of one outside the private domain who joins a set of channels today.

    One whom no channel reaches, because it is only applied for or keeps the brand out, does not follow (yet).
    """
    channels = joining & ~world.channels.limited
    muted = joining & world.channels.limited
    for c in range(world.channels.joined):
        if channels >> c & 1 and keeps_out(person, c, world, key):
            muted |= 1 << c
    if not reachable(channels, muted):
        channels, muted = 0, muted & ~channels
    count_channels(Slot.CHANNEL_JOINS, channels, world, tally)
    count_channels(Slot.APPLICATIONS, applications(channels, muted), world, tally)
    return channels, muted


@rare
def seated(
    person: int,
    channels: int,
    muted: int,
    admitted: int,
    source: int,
    joined_on: int,
    left_on: int,
    clicked_on: int,
    attempts: int,
    day: int,
    world: World,
    key: int,
    tally: Tally,
) -> tuple[int, int, int, int, int]:
    """The morning after applying: in where admitted, every other application lapses.

    admitted  bit set, part of ``applications``;  the others are fields of ``Fan``

    Returns memberships, mutes, days of following and of the last click, and attempts. One whom a channel reaches
    from now on has followed yesterday; one whom none reaches is in none. Source: model.md §3.4, Decision.ADMISSION.
    """
    followed = reachable(channels, muted)
    count_channels(Slot.TURNED_AWAY, applications(channels, muted) & ~admitted, world, tally)
    muted &= channels
    for c in range(world.channels.joined):
        if admitted >> c & 1 and keeps_out(person, c, world, key):
            muted |= 1 << c
    if not reachable(channels | admitted, muted):
        return 0, 0, joined_on, clicked_on, attempts
    count_channels(Slot.CHANNEL_JOINS, admitted, world, tally)
    if not followed:
        before = domain_on(0, 0, clicked_on, day - 1)
        tally[Slot.FLOW + 3 * before + Domain.PRIVATE] += 1
        tally[Slot.JOINS + source] += 1
        if left_on > NEVER:
            tally[Slot.WIN_BACKS] += 1
        joined_on, clicked_on, attempts = day - 1, NEVER, 0
    return channels | admitted, muted, joined_on, clicked_on, attempts


@rule
def channel_joined(person: Person, joinable: int, tier: int, climate: Climate, world: World, key: int) -> int:
    """The channel that a follower joins today, −1 for none: competing rates, so at most one a day.

    joinable  bit set of channels with a rate for the tier to which the follower does not belong

    How hard the brand asks for it scales a channel's rate. Source: details.md, joining channels.
    """
    total, c = 0.0, 0
    while joinable >> c:
        if joinable >> c & 1:
            total += world.channels.joins[TIERS * c + tier] * climate.ask_to_join[c]
        c += 1
    if total <= 0.0:
        return -1
    u = uniform(key, Decision.JOIN_LATER, person.key, climate.day, 0)
    if u >= total:  # 1 − e^−total lies below total
        return -1
    chance = -math.expm1(-total)
    if u >= chance:
        return -1
    at, joined, c = u / chance * total, -1, 0
    while joinable >> c and at >= 0.0:
        rate = world.channels.joins[TIERS * c + tier] * climate.ask_to_join[c]
        if joinable >> c & 1 and rate > 0.0:
            joined = c
            at -= rate
        c += 1
    return joined


@rare
def without_lost(
    person: int, channels: int, muted: int, climate: Climate, world: World, tally: Tally
) -> tuple[int, int]:
    """Memberships and mutes after bans: who was reached through a lost account is out of its channel.

    Source: evidence E-63.
    """
    for c in range(world.channels.joined):
        if (
            channels >> c & 1
            and climate.lost[c] != 0
            and climate.lost[c] >> account_of(person, world.channels.accounts[c]) & 1
        ):
            tally[Slot.CHANNEL_LEAVES + c] += 1
            channels &= ~(1 << c)
            muted &= ~(1 << c)
    return channels, muted

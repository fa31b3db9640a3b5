"""Guiding: what a brand that has set up its reach path makes of buyers and of visitors of its homepage (E-40, E-90)."""

from sim.compiled import rare, rule
from sim.rules.climate import World
from sim.rules.membership import entered
from sim.rules.tally import Slot, Tally
from sim.streams import Decision, uniform


@rule
def is_guided(person: int, day: int, world: World, key: int, tally: Tally) -> bool:
    """True when a buyer who does not follow completes the guided path from the payment to following (E-90).

    P = Π steps        a path of fewer steps of the same kind brings more (E-92); no path: nobody is asked
    """
    if world.path.guided <= 0.0:
        return False
    tally[Slot.GUIDED] += 1
    return uniform(key, Decision.GUIDED, person, day, 0) < world.path.guided


@rare
def write_to_brand(
    person: int, day: int, channels: int, muted: int, counts: int, world: World, key: int, tally: Tally
) -> tuple[bool, int, int, int]:
    """A follower on the homepage may write a direct message; the automatic reply shows the entry to the group.

    Returns whether the follower wrote, memberships, mutes and counts. Writing opens the channel of direct messages, and
    its conversation begins anew; joining it or the group takes effect next morning. Source: evidence E-28, E-40, E-45.
    """
    path, rules = world.path, world.rules.path
    if uniform(key, Decision.WRITE, person, day, 0) >= rules.write:
        return False, channels, muted, counts
    tally[Slot.WRITTEN] += 1
    counts = counts & ~path.conversation
    if path.direct >= 0 and not (channels | muted) >> path.direct & 1:
        channels, muted = entered(channels, muted, path.direct, person, world, key, tally)
    if (
        path.group >= 0
        and not (channels | muted) >> path.group & 1
        and uniform(key, Decision.GROUP_ENTRY, person, day, 0) < rules.group
    ):
        channels, muted = entered(channels, muted, path.group, person, world, key, tally)
    return True, channels, muted, counts

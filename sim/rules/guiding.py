"""Guiding: what a brand that has set up its reach path makes of buyers and of visitors of its homepage (E-40, E-90)."""

from sim.compiled import rare, rule
from sim.rules.asking import channels_at_answer
from sim.rules.climate import Climate, World
from sim.rules.membership import all_entered
from sim.rules.rows import Person
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
    person: Person, channels: int, muted: int, counts: int, climate: Climate, world: World, key: int, tally: Tally
) -> tuple[bool, int, int, int]:
    """A follower on the homepage may write a direct message, which menus and keywords answer at once.

    Returns whether the follower wrote, memberships, mutes and counts. Writing opens the channel of direct messages, and
    its conversation begins anew; like every answer, the automatic one brings into channels, the group above all.
    Joining takes effect next morning. What menus cannot settle is a question to the team (``asking``).
    Source: evidence E-28, E-40, E-45.
    """
    path = world.path
    if uniform(key, Decision.WRITE, person.key, climate.day, 0) >= world.rules.path.write:
        return False, channels, muted, counts
    tally[Slot.WRITTEN] += 1
    joining = channels_at_answer(person, climate, world, key)
    if path.direct >= 0:
        joining |= 1 << path.direct
    channels, muted = all_entered(channels, muted, joining & ~(channels | muted), person.key, world, key, tally)
    return True, channels, muted, counts & ~path.conversation

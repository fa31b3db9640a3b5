"""Asking: a follower's question of one day, and the answer to a question or a lead (model.md §3.4d)."""

from typing import NamedTuple

from sim.compiled import rare, rule
from sim.domains import TIERS
from sim.rules.climate import Climate, World
from sim.rules.rows import Fan, Person
from sim.rules.service import answer_bin, answer_event, waited
from sim.rules.tally import Slot, Tally
from sim.rules.trust import gained, lost
from sim.streams import Decision, uniform

QUESTION_WAIT, AUTOMATIC, GIVE_UP, LEAD_WAIT = 0, 1, 2, 3  # draws of Decision.REPLY


class Asked(NamedTuple):
    """What asking left behind."""

    trust: float
    closeness: float  # intimacy gained
    attempts: int  # questions in a row without a tolerable answer
    gives_up: bool
    joined: int  # bit set of channels to join from tomorrow on


@rule
def ask(person: Person, fan: Fan, trust: float, climate: Climate, world: World, key: int, tally: Tally) -> Asked:
    """A follower asks the brand something today, or does not; at most one question a day.

    Source: evidence M13, E-54.
    """
    at = fan.tier
    if fan.channels & ~fan.muted & world.service.strong != 0:
        at += TIERS
    chance = world.service.asks[at]
    if chance <= 0.0 or uniform(key, Decision.CONTACT, person.key, climate.day, 0) >= chance:
        return Asked(trust, 0.0, fan.attempts, False, 0)
    return question(person, fan.attempts, trust, climate, world, key, tally)


@rare
def question(
    person: Person, attempts: int, trust: float, climate: Climate, world: World, key: int, tally: Tally
) -> Asked:
    """A question: settled by the automatic reply, or answered by the team when it gets there.

    From the fourth question in a row without a tolerable answer on, each may be the last. Source: evidence E-40, M13.
    """
    rules, day = world.rules.service, climate.day
    tally[Slot.QUESTIONS] += 1
    minutes, closeness = 0.0, 0.0
    if uniform(key, Decision.REPLY, person.key, day, AUTOMATIC) < world.service.automatic:
        tally[Slot.AUTOMATIC] += 1
    else:
        minutes = answer_time(person, QUESTION_WAIT, climate, key, tally)
        count_answer(minutes, tally)
        if minutes >= 0.0:
            closeness = world.rules.tiers.reply
    trust = trust_after_answer(trust, minutes, world)
    gives_up = False
    if answer_event(minutes, rules) >= 0.0:
        attempts = 0
    else:
        attempts = min(255, attempts + 1)
        gives_up = attempts >= rules.calls and uniform(key, Decision.REPLY, person.key, day, GIVE_UP) < rules.give_up
        if gives_up:
            tally[Slot.GIVE_UPS] += 1
    joined = 0 if minutes < 0.0 else channels_at_answer(person, climate, world, key)
    return Asked(trust, closeness, attempts, gives_up, joined)


@rule
def answer_time(person: Person, draw: int, climate: Climate, key: int, tally: Tally) -> float:
    """Minutes of service until the team answers a contact of today, −1: never."""
    tally[Slot.QUEUED] += 1
    minutes = waited(uniform(key, Decision.REPLY, person.key, climate.day, draw), climate.desk)
    if minutes < 0.0:
        tally[Slot.UNANSWERED] += 1
    return minutes


@rule
def count_answer(minutes: float, tally: Tally) -> None:
    """Count an answer of the team by the time it took; −1: none."""
    if minutes >= 0.0:
        tally[Slot.ANSWERS + answer_bin(minutes)] += 1
        tally[Slot.ANSWER_MINUTES] += int(minutes + 0.5)


@rule
def trust_after_answer(trust: float, minutes: float, world: World) -> float:
    """Trust after an answer: more if it was quick, less if it was slow or never came. Source: evidence M7, M13."""
    event = answer_event(minutes, world.rules.service)
    if event > 0.0:
        return gained(trust, event, world.rules.trust)
    return lost(trust, -event, world.rules.trust)


@rare
def channels_at_answer(person: Person, climate: Climate, world: World, key: int) -> int:
    """Channels that one who is answered joins: the reply brings the entry of a group, or a friend on WeChat.

    Source: evidence E-45, E-100, E-111.
    """
    joined = 0
    for c in range(world.channels.used):
        if (
            world.service.joins[c] > 0.0
            and uniform(key, Decision.CONTACT, person.key, climate.day, 1 + c) < world.service.joins[c]
        ):
            joined |= 1 << c
    return joined

"""The words of the generator that a batch of rows may need today, made in loops over keys that lie side by side.

Alone in such a loop the generator runs in vectors, at a fifth of its cost between other work.
"""

import numpy as np

from sim.compiled import rare, rule
from sim.domains import MAX_CHANNELS
from sim.rules.climate import Climate, World
from sim.streams import MASK32, DailyDraws, Decision, block_of, daily_words, unit

# rows of a batch's words, one per decision that is open to many on one day
VISIT, NEED, LEAVE, IMPULSE, SHARE, JOIN, CONTACT, VISIT_NEXT = range(8)  # the last: of channels 1, 2, …
WORDS = VISIT_NEXT + MAX_CHANNELS - 1


@rare
def fill_daily_words(words: np.ndarray, keys: np.ndarray, day: int, key: int) -> None:
    """The words of ``daily_draws`` of people with these keys, [rows]."""
    w0, w1, w2, w3 = words[VISIT], words[NEED], words[LEAVE], words[IMPULSE]
    for i in range(len(keys)):
        w0[i], w1[i], w2[i], w3[i] = daily_words(key, int(keys[i]), day)


@rare
def fill_words(words: np.ndarray, keys: np.ndarray, decision: int, day: int, k: int, key: int) -> None:
    """The words of draw k of one decision of people with these keys, [rows]; its lane is no branch in the loop."""
    lane = decision & 3
    in0, in1 = MASK32 * (lane == 0), MASK32 * (lane == 1)
    in2, in3 = MASK32 * (lane == 2), MASK32 * (lane == 3)
    for i in range(len(keys)):
        w0, w1, w2, w3 = block_of(key, decision, int(keys[i]), day, k)
        words[i] = w0 & in0 | w1 & in1 | w2 & in2 | w3 & in3


@rare
def most_asking(world: World) -> float:
    """Largest probability of a question a day."""
    most = 0.0
    for chance in world.service.asks:
        most = max(most, chance)
    return most


@rare
def channels_of_interest(climate: Climate, world: World) -> int:
    """Bit set of the channels beyond the first whose visits are open today: those that send, and those of one's own."""
    found = 0
    for n in range(len(climate.sending)):
        found |= climate.sending[n]
    for c in range(world.channels.joined, world.channels.used):
        found |= 1 << c
    return found & ~1


@rare
def fill_batch(words: np.ndarray, keys: np.ndarray, visited: int, climate: Climate, world: World, key: int) -> None:
    """All words of people with these keys, [rows], that today's climate leaves open.

    visited  see ``channels_of_interest``
    """
    day = climate.day
    fill_daily_words(words, keys, day, key)
    if climate.share_limit > 0.0:
        fill_words(words[SHARE], keys, Decision.SHARE.value, day, 0, key)
    if world.channels.joinable[0] | world.channels.joinable[1] | world.channels.joinable[2]:
        fill_words(words[JOIN], keys, Decision.JOIN_LATER.value, day, 0, key)
    if most_asking(world) > 0.0:
        fill_words(words[CONTACT], keys, Decision.CONTACT.value, day, 0, key)
    for c in range(1, world.channels.used):
        if visited >> c & 1:
            fill_words(words[VISIT_NEXT + c - 1], keys, Decision.VISIT.value, day, c, key)


@rule
def draw(words: np.ndarray, decision: int, at: int) -> float:
    """The uniform number of one decision of one row of a batch."""
    return unit(int(words[decision, at]) + 0)


@rule
def load_draws(words: np.ndarray, at: int) -> DailyDraws:
    """The daily draws of one row of a batch."""
    return DailyDraws(
        draw(words, VISIT, at),
        draw(words, NEED, at),
        draw(words, LEAVE, at),
        draw(words, IMPULSE, at),
        draw(words, SHARE, at),
    )


@rule
def visit_draw(words: np.ndarray, c: int, at: int) -> float:
    """The draw of visiting a channel of one row of a batch."""
    return draw(words, VISIT if c == 0 else VISIT_NEXT + c - 1, at)

"""fan-lite on Sanyu's own machinery: rules, addressed draws, rows as records, batches of draws, threads.

Rules and loop stand in one file: a compiled loop outside ``sim`` is compiled anew when its own file changes.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from benchmarks.fan_lite.model import GONE, PRIVATE, PUBLIC, Daily, FanLite
from sim.compiled import rare, rule
from sim.streams import block_of, normal, replication_key, unit

MESSAGES = 4096  # decisions 4096 … 4099: opened and liked of both messages, one block of the generator
EVENING = 4100  # 4100 … 4102: follow, leave, buy
TOLERANCE = 4104
BATCH = 512  # rows whose draws are made in one go
ROW = np.dtype(
    [("key", "i8"), ("tolerance", "f4"), ("trust", "f4"), ("fatigue", "f4"), ("purchases", "i4"), ("domain", "i1")]
)
TRUST_UNIT = 1 << 20  # sums are integers, so that threads and their order change nothing
JOINED, LEFT, BOUGHT, TRUST = range(4)  # what a day adds up to; trust: its change


class Fan(NamedTuple):
    """A member of the private domain."""

    tolerance: float
    trust: float
    fatigue: float


@rule
def read(fan: Fan, opens: float, likes: float, rules: FanLite) -> Fan:
    """One message; without a branch, since chance decides and no processor can guess."""
    liked = fan.trust + rules.gain * (1.0 - fan.trust) if likes < rules.liked else fan.trust - rules.loss * fan.trust
    trust = liked if opens < rules.opened else fan.trust
    fatigue = fan.fatigue + 1.0 if opens < rules.opened else fan.fatigue
    return Fan(fan.tolerance, trust, fatigue)


@rule
def leaves(fan: Fan, draw: float, rules: FanLite) -> bool:
    """Whether the fan leaves: draw < 1 − e^−h. The exponential is needed only where draw < h, its bound."""
    hazard = rules.leave * fan.fatigue / fan.tolerance * (1.0 - fan.trust)
    return draw < hazard and draw < 1.0 - math.exp(-hazard)


@rule
def fixed(x: float) -> int:
    """A real number as an integer that can be added in any order."""
    return int(x * TRUST_UNIT + 0.5)


@rare
def fill_words(words: np.ndarray, decision: int, keys: np.ndarray, n: int, day: int, key: int) -> None:
    """Draws of the first n of these keys; alone in a loop, on keys side by side, the generator runs in vectors."""
    w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
    for j in range(n):
        w0[j], w1[j], w2[j], w3[j] = block_of(key, decision, keys[j], day, 0)


@rare
def advance_rows(
    fans: np.ndarray, start: int, stop: int, day: int, key: int, rules: FanLite, tally: np.ndarray
) -> None:
    """One day of the rows start … stop − 1; those who are gone cost a comparison."""
    public, private = np.empty(BATCH, np.int64), np.empty(BATCH, np.int64)
    callers, members = np.empty(BATCH, np.int64), np.empty(BATCH, np.int64)
    morning, evening = np.empty((4, BATCH), np.uint32), np.empty((4, BATCH), np.uint32)
    for first in range(start, stop, BATCH):
        outside, inside = 0, 0
        for i in range(first, min(first + BATCH, stop)):
            public[outside], private[inside] = i, i  # written always, kept where it is so: no branch to guess
            callers[outside], members[inside] = fans[i].key, fans[i].key
            outside += fans[i].domain == PUBLIC
            inside += fans[i].domain == PRIVATE
        fill_words(evening, EVENING, callers, outside, day, key)
        for j in range(outside):
            if unit(int(evening[0, j])) < rules.exposure * rules.follow:
                fans[public[j]].domain = PRIVATE
                tally[JOINED] += 1
        fill_words(morning, MESSAGES, members, inside, day, key)
        fill_words(evening, EVENING, members, inside, day, key)
        for j in range(inside):
            row = fans[private[j]]
            fan = Fan(float(row.tolerance), float(row.trust), float(row.fatigue))
            fan = read(fan, unit(int(morning[0, j])), unit(int(morning[1, j])), rules)
            fan = read(fan, unit(int(morning[2, j])), unit(int(morning[3, j])), rules)
            fan = Fan(fan.tolerance, fan.trust, fan.fatigue * rules.recovery)
            before = fixed(float(row.trust))
            row.trust, row.fatigue = fan.trust, fan.fatigue
            tally[TRUST] += fixed(float(row.trust)) - before
            if leaves(fan, unit(int(evening[1, j])), rules):
                row.domain = GONE
                tally[LEFT] += 1
            elif unit(int(evening[2, j])) < rules.buy * fan.trust:
                row.purchases += 1
                tally[BOUGHT] += 1


@rare
def populate(fans: np.ndarray, key: int, rules: FanLite) -> None:
    """Everybody in the public domain."""
    for i in range(len(fans)):
        row = fans[i]
        row.key, row.trust, row.domain = i, rules.trust, PUBLIC
        row.tolerance = math.exp(rules.spread * normal(key, TOLERANCE, i, 0, 0))


def population(agents: int, seed: int, rules: FanLite) -> Any:
    """Rows at the start."""
    fans = np.zeros(agents, ROW).view(np.recarray)
    populate(fans, replication_key(seed, 0), rules)
    return fans


def prepare(agents: int, days: int, seed: int, rules: FanLite, threads: int = 1) -> Callable[[], Daily]:
    """Rows in as many threads as asked; no number depends on them."""
    fans, key = population(agents, seed, rules), replication_key(seed, 0)
    parts = 1 if threads == 1 else 4 * threads
    edges = np.linspace(0, agents, parts + 1).astype(int).tolist()
    start = fixed(float(np.float32(rules.trust))) * agents

    def part(day: int, first: int, last: int) -> np.ndarray:
        tally = np.zeros(4, np.int64)
        advance_rows(fans, first, last, day, key, rules, tally)
        return tally

    def run() -> Daily:
        daily, stock, trust = Daily.empty(days), np.array([agents, 0, 0]), start
        with ThreadPoolExecutor(threads) as pool:
            lived = map if threads == 1 else pool.map
            for day in range(days):
                tally = sum(lived(part, [day] * parts, edges[:-1], edges[1:]))
                stock = stock + np.array([-tally[JOINED], tally[JOINED] - tally[LEFT], tally[LEFT]])
                trust += int(tally[TRUST])
                daily.domains[day], daily.purchases[day] = stock, tally[BOUGHT]
                daily.trust[day] = trust / TRUST_UNIT / agents
        return daily

    return run

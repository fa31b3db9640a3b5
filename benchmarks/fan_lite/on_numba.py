"""fan-lite as a loop written by hand for Numba: columns, one pass, Philox written out; the draws are Sanyu's."""

import math
from collections.abc import Callable

import numba
import numpy as np

from benchmarks.fan_lite.model import GONE, PRIVATE, PUBLIC, Daily, FanLite

MASK = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
MESSAGES, EVENING = 1024, 1025  # blocks of four decisions: see on_sanyu.py
TRUST_UNIT = 1 << 20
CHUNK = 4096
_jit = numba.njit(nogil=True, cache=True, error_model="numpy")


@_jit
def philox(person, day, block, key):
    """Philox4x32-10 (Salmon and others 2011)."""
    c0, c1 = person & MASK, person >> _32
    c2, c3 = day | block << np.uint64(16), np.uint64(0)
    k0, k1 = key & MASK, key >> _32
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = p1 >> _32 ^ c1 ^ k0, p1 & MASK, p0 >> _32 ^ c3 ^ k1, p0 & MASK
        k0, k1 = k0 + np.uint64(0x9E3779B9) & MASK, k1 + np.uint64(0xBB67AE85) & MASK
    return c0, c1, c2, c3


@_jit
def uniform(word):
    return (np.float64(word) + 0.5) / 4294967296.0


@_jit
def live_day(domain, trust, fatigue, tolerance, purchases, first, last, day, key, rules):
    """One day of agents first … last − 1: joined, left, bought, sum of trust in units of 2⁻²⁰."""
    joined, left, bought, total = 0, 0, 0, 0
    for i in range(first, last):
        if domain[i] == PUBLIC:
            follows, _, _, _ = philox(np.uint64(i), np.uint64(day), np.uint64(EVENING), key)
            if uniform(follows) < rules.exposure * rules.follow:
                domain[i] = PRIVATE
                joined += 1
        elif domain[i] == PRIVATE:
            opened1, liked1, opened2, liked2 = philox(np.uint64(i), np.uint64(day), np.uint64(MESSAGES), key)
            _, leaves, buys, _ = philox(np.uint64(i), np.uint64(day), np.uint64(EVENING), key)
            t, f = np.float64(trust[i]), np.float64(fatigue[i])
            for opened, liked in ((opened1, liked1), (opened2, liked2)):
                if uniform(opened) < rules.opened:
                    f += 1.0
                    if uniform(liked) < rules.liked:
                        t += rules.gain * (1.0 - t)
                    else:
                        t -= rules.loss * t
            f *= rules.recovery
            trust[i], fatigue[i] = t, f
            if uniform(leaves) < 1.0 - math.exp(-(rules.leave * f / tolerance[i] * (1.0 - t))):
                domain[i] = GONE
                left += 1
            elif uniform(buys) < rules.buy * t:
                purchases[i] += 1
                bought += 1
        total += int(np.float64(trust[i]) * TRUST_UNIT + 0.5)
    return joined, left, bought, total


@numba.njit(parallel=True, cache=True, error_model="numpy")
def live_day_parallel(domain, trust, fatigue, tolerance, purchases, day, key, rules):
    agents = len(domain)
    chunks = (agents + CHUNK - 1) // CHUNK
    joined, left, bought, total = 0, 0, 0, 0
    for c in numba.prange(chunks):
        a, b, d, e = live_day(
            domain, trust, fatigue, tolerance, purchases, c * CHUNK, min(agents, (c + 1) * CHUNK), day, key, rules
        )
        joined += a
        left += b
        bought += d
        total += e
    return joined, left, bought, total


def prepare(agents: int, days: int, seed: int, rules: FanLite, threads: int = 1) -> Callable[[], Daily]:
    """Columns of 32 bits, as Sanyu's rows."""
    from benchmarks.fan_lite.on_sanyu import population
    from sim.streams import replication_key

    tolerance = population(agents, seed, rules).tolerance.copy()
    key = np.uint64(replication_key(seed, 0) & (1 << 64) - 1)
    domain, purchases = np.zeros(agents, np.int8), np.zeros(agents, np.int32)
    trust, fatigue = np.full(agents, rules.trust, np.float32), np.zeros(agents, np.float32)
    numba.set_num_threads(threads)

    def run() -> Daily:
        daily, stock = Daily.empty(days), np.array([agents, 0, 0])
        for day in range(days):
            if threads == 1:
                found = live_day(domain, trust, fatigue, tolerance, purchases, 0, agents, day, key, rules)
            else:
                found = live_day_parallel(domain, trust, fatigue, tolerance, purchases, day, key, rules)
            joined, left, bought, total = found
            stock = stock + np.array([-joined, joined - left, left])
            daily.domains[day], daily.purchases[day] = stock, bought
            daily.trust[day] = total / TRUST_UNIT / agents
        return daily

    return run

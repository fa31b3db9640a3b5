"""fan-lite in plain NumPy: columns, and each day's draws for those who need them."""

from collections.abc import Callable

import numpy as np

from benchmarks.fan_lite.model import GONE, PRIVATE, PUBLIC, Daily, FanLite


def prepare(agents: int, days: int, seed: int, rules: FanLite, threads: int = 1) -> Callable[[], Daily]:
    """One thread, whatever is asked."""
    rng = np.random.default_rng(seed)
    tolerance = rng.lognormal(0.0, rules.spread, agents)
    domain, purchases = np.full(agents, PUBLIC, np.int8), np.zeros(agents, np.int32)
    trust, fatigue = np.full(agents, rules.trust), np.zeros(agents)

    def day() -> int:
        public, private = np.flatnonzero(domain == PUBLIC), np.flatnonzero(domain == PRIVATE)
        t, f = trust[private], fatigue[private]
        for _ in range(2):
            opened = rng.random(len(private)) < rules.opened
            liked = rng.random(len(private)) < rules.liked
            f += opened
            t += np.where(opened, np.where(liked, rules.gain * (1.0 - t), -rules.loss * t), 0.0)
        f *= rules.recovery
        trust[private], fatigue[private] = t, f
        leave = -np.expm1(-rules.leave * f / tolerance[private] * (1.0 - t))
        leaves = rng.random(len(private)) < leave
        buys = ~leaves & (rng.random(len(private)) < rules.buy * t)
        domain[private[leaves]] = GONE
        purchases[private[buys]] += 1
        domain[public[rng.random(len(public)) < rules.exposure * rules.follow]] = PRIVATE
        return int(buys.sum())

    def run() -> Daily:
        daily = Daily.empty(days)
        for d in range(days):
            daily.purchases[d] = day()
            daily.domains[d] = np.bincount(domain, minlength=3)
            daily.trust[d] = trust.mean()
        return daily

    return run

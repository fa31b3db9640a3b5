"""A cheap model of a comparison with a known truth: pairs of pools that share their luck.

Two logics work a pool: the busy one sells more per fan and loses more of them, the light one pays for content, so that
it is behind first and ahead later. The luck of a pair multiplies the inflow of both. Every expectation is linear in the
pool and known exactly; the cost of content is set so that the lead at the horizon is a given number of its standard
deviations.
"""

from dataclasses import dataclass

import numpy as np

DAYS, WINDOW, START = 160, 90, 300.0
INFLOW = 1.5  # joins a day
EXIT = {"light": 0.004, "busy": 0.012}
BUY = {"light": 0.020, "busy": 0.033}
INVITE = 0.002
RETURNING = 0.6  # share of orders
PRICE = 1000.0
LUCK = {"even": None, "heavy": 4.0, "skewed": 1.0}  # shape of the gamma luck; no luck but counts


@dataclass(frozen=True)
class Pairs:
    """Pairs of a number of comparisons: [comparison, pair] or [comparison, pair, day], by logic; money in cents."""

    margin: dict  # cumulative, by day
    caused: dict
    exits: dict
    orders: dict
    returning: dict
    truth: dict  # name → expectation
    path: np.ndarray  # expected lead of the light logic, by day


def expected(logic):
    """Expected fans before each day, by day."""
    fans, found = START, []
    for _ in range(DAYS):
        found.append(fans)
        fans += INFLOW + fans * (INVITE - EXIT[logic])
    return np.array(found)


def pairs(chance, comparisons, most, lead, luck="heavy"):
    """Draw comparisons of up to ``most`` pairs; the lead at the horizon is ``lead`` standard deviations."""
    shape = LUCK[luck]
    size = (comparisons, most)
    shared = np.ones(size) if shape is None else chance.gamma(shape, 1.0 / shape, size)
    margin, caused, exits, orders, returning, path = {}, {}, {}, {}, {}, {}
    for logic, exit_rate in EXIT.items():
        fans, sold = np.full(size, START), np.empty((*size, DAYS))
        caused[logic], exits[logic] = np.zeros(size), np.zeros(size)
        for day in range(DAYS):
            bought = chance.poisson(BUY[logic] * fans)
            invited, left = chance.poisson(INVITE * fans), chance.binomial(fans.astype(int), exit_rate)
            sold[..., day] = bought
            if day >= DAYS - WINDOW:
                caused[logic] += invited
                exits[logic] += left
            fans = fans + chance.poisson(INFLOW * shared) + invited - left
        margin[logic] = PRICE * sold.cumsum(axis=-1)
        orders[logic] = sold[..., -WINDOW:].sum(axis=-1)
        returning[logic] = chance.binomial(orders[logic].astype(int), RETURNING).astype(float)
        path[logic] = PRICE * np.cumsum(BUY[logic] * expected(logic))
    gap = path["light"] - path["busy"]
    spread = (margin["light"][..., -1] - margin["busy"][..., -1]).std()
    content = (gap[-1] - lead * spread) / DAYS * np.arange(1, DAYS + 1)
    margin["light"] = margin["light"] - content
    return Pairs(margin, caused, exits, orders, returning, _truth(path, content), gap - content)


def _truth(path, content):
    late = {logic: expected(logic)[-WINDOW:].sum() for logic in EXIT}
    return {
        "margin": path["light"][-1] - content[-1],
        "lead": path["light"][-1] - content[-1] - path["busy"][-1],
        "orders": BUY["light"] * late["light"],
        "r_fan": INVITE / EXIT["light"],
        "returning": RETURNING,
        "ratio of spends": np.nan,
    }

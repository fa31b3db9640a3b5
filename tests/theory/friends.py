"""Pools in which fans invite friends at a constant rate, and nothing else happens but what a test switches on."""

import math

import numpy as np
from worlds import begun

from sim.engines.network import OPEN
from sim.engines.reservoir import invited_address
from sim.scenario import load_scenario, with_changes

from .pools import ONLY

MONTH = 30.4375
MANY = {"median": 8000.0, "mean": 8000.0, "most": 8000.0}  # friends: nobody comes to an end


def sharing(per_day):
    """Changes that make every follower share at a rate per day, whatever the trust, tier and satisfaction."""
    flat = dict.fromkeys(("trust", "satisfaction", "likeness", "passed_trust", "accept_trust"), 0.0)
    flat |= dict.fromkeys(("passer_by", "liking", "devoted", "accept"), 1.0)
    changes = {f"rules.referral.{name}": value for name, value in flat.items()}
    return changes | {"rules.referral.share": 2.0 * MONTH * per_day}  # σ(0) = ½


def friends(fans, days, share, leave=0.0, changes=None):
    """A pool of a WeChat group whose members share and leave at constant rates per day, among 10⁹ people."""
    base = ONLY | sharing(share) | {
        "pool.fans": fans, "market.users": 10**9, "days": days, "network": MANY,
        "rules.leaving.natural": MONTH * leave, "rules.purchase.base": -30.0,
    }  # fmt: skip
    return with_changes(load_scenario("livestream-group"), base | (changes or {}))


def probability(per_day):
    """Of an event of a rate on a day."""
    return -math.expm1(-per_day)


def families(simulation, fans):
    """For every row in the order of birth the number of the initial fan it descends from, by the addresses."""
    degree = simulation.word_of_mouth.network.degrees[0]
    used = degree - (simulation.word_of_mouth.network.stubs.astype(int) & OPEN)
    keys = simulation.rows.table()["key"].tolist()
    number = {key: n for n, key in enumerate(keys)}
    family = np.full(len(keys), -1)
    family[:fans] = np.arange(fans)
    for n, key in enumerate(keys):  # parents are born before children
        for ordinal in range(used[n]):
            child = number.get(int(invited_address(key, ordinal)))
            if child is not None:
                family[child] = family[n]
    assert (family >= 0).all()
    return family


def lived(scenario, seed=42, replication=0):
    """A simulation at its horizon."""
    simulation = begun(scenario, seed=seed, replication=replication)
    for _ in range(scenario.days):
        simulation.step()
    return simulation

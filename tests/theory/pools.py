"""Pools in which all mechanisms but one are switched off."""

from functools import lru_cache

from worlds import NO_LEAVING, SILENT, begun

from sim.scenario import load_scenario, with_changes

ONLY = {
    **NO_LEAVING,
    "rules.leaving.frailty": 0.0,
    "rules.leaving.first_week": 1.0,
    "rules.leaving.first_month": 1.0,
    "rules.leaving.relevance": 0.0,
    "rules.leaving.devoted": 0.0,
    "rules.leaving.trust": 0.0,
    "logics.growth": False,
    "logics.depletion": False,
    "logics.quiet": SILENT,
}
# a feed that shows the brand at a constant rate, whatever its luck, its age and its groups
STEADY_FEED = {"feed.cascade": False, "feed.explore_share": 0.0, "rules.exposure.cold_start": 0.0}
# every need becomes an order
BUYING = {
    "rules.purchase.base": 30.0,
    "rules.purchase.salience": 1.0,
    "rules.purchase.half_intimacy": 1e-6,
    "rules.purchase.attrition_a": 1e-9,
    "rules.purchase.attrition_satisfaction": 0.0,
    "rules.tiers.fading": 3650.0,
}


def pool(fans, days, changes=None):
    """A pool of a WeChat group in which nothing happens but what ``changes`` switches on."""
    base = ONLY | {"pool.fans": fans, "market.users": max(1, fans), "days": days}
    return with_changes(load_scenario("livestream-group"), base | (changes or {}))


@lru_cache(maxsize=16)
def orders_of(fans, stops, need_interval, changes=()):
    """Orders of every fan up to each stop (days), where every need becomes an order."""
    scenario = pool(fans, stops[-1], BUYING | {"industry.need_interval": need_interval} | dict(changes))
    simulation, found = begun(scenario, seed=42), []
    for day in range(1, stops[-1] + 1):
        simulation.step()
        if day in stops:
            found.append(simulation.rows.table()["orders"].astype(float))
    return found

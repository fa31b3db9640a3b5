"""Searching: people find goods (人找货). A need leads to the brand on a shelf, without any message (E-16)."""

import math

from sim.compiled import rare, rule
from sim.domains import Prospect
from sim.rules.climate import Climate, World
from sim.rules.rows import Fan, Person, reachable
from sim.streams import Decision, uniform


@rule
def found_by_search(orders: int, world: World) -> float:
    """Probability that a need leads to the brand by a search.

        of one who has not bought:  use · share        of one who has:  r + (1 − r) · use · share

    use    share of needs that begin with a search on the platform
    share  the brand's share of what such a search shows
    r      repurchase intent: who has bought before looks for the same brand again

    All 0: goods find people, never the other way round. Source: evidence E-16.
    """
    return world.brand.found_again if orders > 0 else world.brand.found


@rare
def searches(
    address: int, need_rate: float, orders: int, prospect: int, climate: Climate, world: World, key: int
) -> bool:
    """True when a need of today leads one who does not follow to the brand: 1 − e^(−λ·season·found).

    need_rate  λ, needs per day;  prospect: nobody searches whose need is under way, or who will not buy again

    Source: evidence E-16.
    """
    if prospect != Prospect.OPEN or world.brand.found_again <= 0.0:
        return False
    chance = -math.expm1(-need_rate * climate.season * found_by_search(orders, world))
    return uniform(key, Decision.SEARCH, address, climate.day, 0) < chance


@rule
def needs_visit(person: Person, fan: Fan, climate: Climate, world: World, key: int) -> bool:
    """True when something can happen to a row today: it follows, is touched, has a decision due, or searches."""
    return (
        reachable(fan.channels, fan.muted)
        or climate.exposure[person.segment] >= fan.threshold
        or fan.due_on == climate.day
        or searches(person.key, person.need_rate, fan.orders, fan.prospect, climate, world, key)
    )

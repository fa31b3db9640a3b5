"""Clocks: what runs down or drifts back by itself between two visits of a row (M5, M7, M12, M15)."""

from sim.compiled import rule
from sim.rules.climate import World
from sim.rules.numbers import kept
from sim.rules.rows import Fan, Person
from sim.rules.trust import drifted, experienced_prior


@rule
def clocks(person: Person, fan: Fan, day: int, world: World) -> tuple[float, float, float, float]:
    """Fatigue, trust, intimacy and deal proneness after the days since the last visit, in closed form (M5, M7, M12)."""
    keep_fatigue, keep_trust, keep_intimacy = world.one_day.fatigue, world.one_day.trust, world.one_day.intimacy
    keep_proneness = world.one_day.proneness
    if day - fan.updated_on != 1:
        elapsed = float(day - fan.updated_on)
        keep_fatigue = kept(elapsed, world.rules.messages.recovery)
        keep_trust = kept(elapsed, world.rules.trust.drift)
        keep_intimacy = kept(elapsed, world.rules.tiers.fading)
        keep_proneness = kept(elapsed, world.rules.deals.memory)
    return run_on(
        fan.fatigue, fan.trust, fan.intimacy, fan.deal_proneness, person.trust_prior, fan.orders,
        keep_fatigue, keep_trust, keep_intimacy, keep_proneness, world,
    )  # fmt: skip


@rule
def run_on(
    fatigue: float,
    trust: float,
    intimacy: float,
    deal_proneness: float,
    trust_prior: float,
    orders: int,
    keep_fatigue: float,
    keep_trust: float,
    keep_intimacy: float,
    keep_proneness: float,
    world: World,
) -> tuple[float, float, float, float]:
    """Fatigue, trust, intimacy and deal proneness, given the shares of each that are kept."""
    prior = experienced_prior(trust_prior, orders, world.brand.product_quality, world.rules.trust)
    return (
        fatigue * keep_fatigue,
        drifted(trust, prior, keep_trust),
        intimacy * keep_intimacy,
        deal_proneness * keep_proneness,
    )

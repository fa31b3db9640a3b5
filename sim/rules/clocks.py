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
    return (
        fan.fatigue * keep_fatigue,
        drifted(
            fan.trust,
            experienced_prior(person.trust_prior, fan.orders, world.brand.product_quality, world.rules.trust),
            keep_trust,
        ),
        fan.intimacy * keep_intimacy,
        fan.deal_proneness * keep_proneness,
    )

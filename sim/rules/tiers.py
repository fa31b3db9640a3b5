"""Tiers: from passer-by to devoted fan by intimacy, with hysteresis (M15)."""

from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import parameter


class TierRules(NamedTuple):
    """Intimacy: how it fades, what adds to it, and where the tiers begin."""

    fading: Annotated[
        float, parameter("τ_I: time in which intimacy falls to 1/e", unit="days", above=0, high=3650, source="M15")
    ] = 30.0
    visit: Annotated[
        float, parameter("Intimacy of a visit with an opened message", low=0, high=10, source="details")
    ] = 0.05
    live_minute: Annotated[float, parameter("Intimacy of a minute of a live", low=0, high=1, source="details")] = 0.01
    live_most: Annotated[float, parameter("Most intimacy from one live", low=0, high=10, source="details")] = 0.3
    reply: Annotated[
        float,
        parameter(
            "Intimacy of a reply, of a person to the fan or of the fan to the brand", low=0, high=10, source="details"
        ),
    ] = 0.10
    order: Annotated[float, parameter("Intimacy of an order", low=0, high=10, source="details")] = 1.0
    liking_up: Annotated[
        float, parameter("Intimacy at which a passer-by becomes liking", low=0, high=100, source="details")
    ] = 0.6
    liking_down: Annotated[
        float, parameter("Intimacy under which a liking fan falls back", low=0, high=100, source="details")
    ] = 0.4
    devoted_up: Annotated[
        float, parameter("Intimacy at which a liking fan becomes devoted", low=0, high=100, source="details")
    ] = 2.0
    devoted_down: Annotated[
        float, parameter("Intimacy under which a devoted fan falls back", low=0, high=100, source="details")
    ] = 1.4
    share: Annotated[float, parameter("Intimacy of sharing", low=0, high=10, source="details")] = 0.3


@rule
def tier_of(intimacy: float, tier: int, p: TierRules) -> int:
    """Tier after today, given yesterday's: rises at the upper thresholds, falls under the lower ones.

    Source: evidence M15, E-47.
    """
    liking_up, liking_down = p.liking_up, p.liking_down  # all read in any case: a loop over rows then runs in vectors
    devoted_up, devoted_down = p.devoted_up, p.devoted_down
    if tier == 2:
        if intimacy < liking_down:
            return 0
        return 1 if intimacy < devoted_down else 2
    if intimacy >= devoted_up:
        return 2
    if tier == 1:
        return 0 if intimacy < liking_down else 1
    return 1 if intimacy >= liking_up else 0

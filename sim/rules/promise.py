"""Promise: followers came for something, and notice when they are sold to instead (认知割裂, E-85).

What the audience of a channel expects is a slow average of the share of promotion that it has been sent. It belongs to
the audience, by channel and tier, so that no row pays for it: newcomers expect what the channel has become.
"""

from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter


class PromiseRules(NamedTuple):
    """The expected mix of content, and what happens when it is broken."""

    memory: Annotated[
        float,
        parameter(
            "τ_m: time in which the expected mix follows the sent one",
            unit="days",
            above=0,
            high=3650,
            source="E-85, M5: slow learning",
        ),
    ] = 90.0
    zone: Annotated[
        float, fraction("Rise of the share of promotion that nobody notices (zone of tolerance)", source="E-85")
    ] = 0.1
    breach: Annotated[
        float,
        parameter(
            "Probability, per unit of excess, that an opened promotion breaks the promise",
            low=0,
            high=10,
            source="E-85",
        ),
    ] = 0.5


@rule
def expected_mix(expected: float, sent: float, keep: float) -> float:
    """Expected share of promotion after a day: sent + (expected − sent)·e^(−1/τ_m), keep = e^(−1/τ_m).

    Source: evidence E-85.
    """
    return sent + (expected - sent) * keep


@rule
def breach_probability(expected: float, sent: float, p: PromiseRules) -> float:
    """Probability that an opened promotion breaks the promise: k·max(0, sent − expected − zone), at most 1.

    sent, expected  share of promotion in the channel, in [0, 1]

    Less promotion than expected does nothing. k = 0 switches the promise off. Source: evidence E-85, M9.
    """
    return min(1.0, p.breach * max(0.0, sent - expected - p.zone))

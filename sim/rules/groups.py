"""Groups: how alive they are, and what red packets do to them (E-41, E-64, L21)."""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter


class GroupRules(NamedTuple):
    """What keeps a group alive."""

    useful: Annotated[
        float,
        parameter(
            "s₀: useful messages among those opened, at and above which a group stays fully active",
            above=0,
            high=1,
            source="E-64, L21",
        ),
    ] = 0.2
    talk: Annotated[
        float,
        fraction(
            "ν: share of the visits of a lively group that are owed to its being lively",
            source="M4: groups with 40–50 % and with under 20 % of members active",
        ),
    ] = 0.5
    packet: Annotated[
        float, parameter("Factor of a day's red packet on visits of the group", low=1, high=10, source="E-41")
    ] = 1.5
    revival: Annotated[
        float, fraction("Share of the lost activity that a red packet brings back", source="E-41, E-79")
    ] = 0.1


@rule
def activity_tomorrow(activity: float, share: float, keep: float, packets: float, p: GroupRules) -> float:
    """Activity of a group tomorrow, relative to that of a lively one.

        target = min(1, s/s₀)
        A ← target + (A − target)·2^(−1/H), where A lies above its target, or below it
        a red packet: A ← A + revival·(1 − A)

    activity  A in [0, 1], today;  share: s, useful among the messages opened in the group today, in [0, 1]
    keep      2^(−1/H), H: half-life of a group in which nothing useful is said
    packets   red packets of today

    Other members write in proportion to it; visits follow ``lively_visits``.
    s ≥ s₀ → 1; s = 0 → the group halves in H days and falls silent.
    H = ∞ (keep = 1) switches it off. Source: evidence E-64, L21.
    """
    target = min(1.0, share / p.useful)
    after = target + (activity - target) * keep
    if packets > 0.0:
        after += (1.0 - math.pow(1.0 - p.revival, packets)) * (1.0 - after)
    return min(1.0, max(0.0, after))


@rule
def lively_visits(activity: float, p: GroupRules) -> float:
    """Factor of a group's activity on visits: 1 − ν·(1 − A).   A = 1 → 1; A = 0 → 1 − ν.   Source: evidence M4, L21."""
    return 1.0 - p.talk * (1.0 - activity)


@rule
def half_life_kept(days: float) -> float:
    """2^(−1/H): what a day leaves of what halves in H days; H > 0."""
    return math.exp(-0.6931471805599453 / days)

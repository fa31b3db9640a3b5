"""What the audience of a channel has come to expect of it: a slow average of the share of promotion (E-85).

It is kept by channel × tier and not by person: newcomers expect what the channel has become.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domains import TIERS
from sim.engines.climates import ClimateRoom
from sim.engines.sending import NOTHING, day_promised
from sim.plans import Brief, Plan
from sim.rules.climate import boxed, compilable
from sim.rules.numbers import kept
from sim.rules.promise import PromiseRules

Floats = npt.NDArray[np.float64]


class Promises:
    """Expected share of promotion by audience × channel × tier.

    expected  [audiences, C·T] in [0, 1], or ``NOTHING``: what the first plan sends
    climate   into which the day's broken promises are written
    """

    CARRIED = ("expected",)
    PASSING = ("planned", "planned_parts")

    def __init__(
        self, brief: Brief, used_to: float | None, rules: PromiseRules, climate: ClimateRoom | None = None
    ) -> None:
        self.brief, self.rules = brief, boxed(compilable(rules) if isinstance(rules, PromiseRules) else rules)
        self.keep = float(kept(1.0, rules.memory))
        self.planned = np.zeros((0, 0))  # shares of promotion, of the plan with these parts
        self.planned_parts: tuple[Any, ...] = ()
        self.expected = np.full((1, TIERS * len(brief.channels)), NOTHING if used_to is None else float(used_to))
        self.climate = climate or ClimateRoom()

    def day(self, plan: Plan) -> None:
        """Write the probability that an opened promotion of today breaks the promise; then expectations move.

        A channel that sends nothing leaves its audience's expectation where it is.
        """
        audiences = len(self.brief.segments) if plan.by_segment else 1
        if audiences != len(self.expected):
            self.expected = np.repeat(self.expected[:1], audiences, axis=0)
        day_promised(self._shares(plan), self.expected, self.keep, self.rules, self.climate.cells["breach"])

    def _shares(self, plan: Plan) -> Floats:
        """``shares`` of all audiences, made once for every plan."""
        parts = (
            plan.pushes,
            plan.value_share,
            plan.lives_per_week,
            plan.segment_frequency,
            plan.segment_value_share,
            plan.segment_schedule,
        )
        if parts != self.planned_parts:
            self.planned = np.array([self.shares(plan, audience) for audience in range(len(self.expected))])
            self.planned_parts = parts
        return self.planned

    def shares(self, plan: Plan, audience: int = 0) -> list[float]:
        """Share of promotion among planned pushes, notices of lives included; ``NOTHING`` where nothing is planned."""
        found: list[float] = []
        for c, channel in enumerate(self.brief.channels):
            lives = plan.lives_per_week if channel.live_notice else 0.0
            for t in range(TIERS):
                pushes, value = plan.pushes_to(audience, c, t), plan.value_share_to(audience, c, t)
                total = pushes + lives
                found.append((pushes * (1.0 - value) + lives) / total if total > 0.0 else NOTHING)
        return found

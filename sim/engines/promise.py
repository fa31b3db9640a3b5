"""What the audience of a channel has come to expect of it: a slow average of the share of promotion (E-85).

It is kept by channel × tier and not by person: newcomers expect what the channel has become.
"""

from typing import Any

from sim.compiled import plain
from sim.domains import TIERS
from sim.engines.plain import plain_table
from sim.plans import Brief, Plan
from sim.rules.numbers import kept
from sim.rules.promise import PromiseRules, breach_probability, expected_mix

_breach, _mix = plain(breach_probability), plain(expected_mix)


class Promises:
    """Expected share of promotion by audience × channel × tier.

    expected  [audiences][C·T] in [0, 1]; None: what the first plan sends
    """

    CARRIED = ("expected",)
    PASSING = ("planned", "planned_parts", "settled")

    def __init__(self, brief: Brief, used_to: float | None, rules: PromiseRules) -> None:
        self.brief, self.rules = brief, plain_table(PromiseRules, rules)
        self.keep = float(kept(1.0, rules.memory))
        self.planned: list[list[float | None]] = []  # shares of promotion, of the plan with these parts
        self.planned_parts: tuple[Any, ...] = ()
        self.settled: list[float] | None = None  # the day's probabilities, once no expectation moves any more
        self.expected: list[list[float | None]] = [[used_to] * (TIERS * len(brief.channels))]

    def day(self, plan: Plan) -> list[float]:
        """Probability by audience × channel × tier that an opened promotion of today breaks the promise, [A·C·T].

        Then expectations move.

        A channel that sends nothing leaves its audience's expectation where it is.
        """
        audiences = len(self.brief.segments) if plan.by_segment else 1
        if audiences != len(self.expected):
            self.expected = [list(self.expected[0]) for _ in range(audiences)]
        shares = self._shares(plan)
        if self.settled is not None:
            return self.settled
        before = [list(expected) for expected in self.expected]
        by_audience = [self._audience(audience, shares) for audience, shares in enumerate(shares)]
        found = [broken for of_audience in by_audience for broken in of_audience]
        if before == self.expected:
            self.settled = found
        return found

    def _shares(self, plan: Plan) -> list[list[float | None]]:
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
            self.planned = [self.shares(plan, audience) for audience in range(len(self.expected))]
            self.planned_parts, self.settled = parts, None
        return self.planned

    def _audience(self, audience: int, shares: list[float | None]) -> list[float]:
        found, expectations = [], self.expected[audience]
        known: dict[tuple[float | None, float], tuple[float, float]] = {}  # tiers are mostly treated alike
        for at, share in enumerate(shares):
            if share is None:
                found.append(0.0)
                continue
            pair = (expectations[at], share)
            if pair not in known:
                expected = share if pair[0] is None else pair[0]
                known[pair] = _breach(expected, share, self.rules), _mix(expected, share, self.keep)
            broken, expectations[at] = known[pair]
            found.append(broken)
        return found

    def shares(self, plan: Plan, audience: int = 0) -> list[float | None]:
        """Share of promotion among planned pushes, notices of lives included; None where nothing is planned."""
        found: list[float | None] = []
        for c, channel in enumerate(self.brief.channels):
            lives = plan.lives_per_week if channel.live_notice else 0.0
            for t in range(TIERS):
                pushes, value = plan.pushes_to(audience, c, t), plan.value_share_to(audience, c, t)
                total = pushes + lives
                found.append((pushes * (1.0 - value) + lives) / total if total > 0.0 else None)
        return found

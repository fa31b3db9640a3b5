"""What the audience of a channel has come to expect of it: a slow average of the share of promotion (E-85).

It is kept by channel × tier and not by person: newcomers expect what the channel has become.
"""

from sim.domains import TIERS
from sim.plans import Brief, Plan
from sim.rules.climate import bare
from sim.rules.numbers import kept
from sim.rules.promise import PromiseRules, breach_probability, expected_mix


class Promises:
    """Expected share of promotion by audience × channel × tier.

    expected  [audiences][C·T] in [0, 1]; None: what the first plan sends
    """

    CARRIED = ("expected",)

    def __init__(self, brief: Brief, used_to: float | None, rules: PromiseRules) -> None:
        self.brief, self.rules = brief, bare(rules)
        self.keep = kept(1.0, rules.memory)
        self.expected: list[list[float | None]] = [[used_to] * (TIERS * len(brief.channels))]

    def day(self, plan: Plan) -> list[float]:
        """Probability by audience × channel × tier that an opened promotion of today breaks the promise, [A·C·T].

        Then expectations move.

        A channel that sends nothing leaves its audience's expectation where it is.
        """
        audiences = len(self.brief.segments) if plan.by_segment else 1
        if audiences != len(self.expected):
            self.expected = [list(self.expected[0]) for _ in range(audiences)]
        return [found for audience in range(audiences) for found in self._audience(audience, plan)]

    def _audience(self, audience: int, plan: Plan) -> list[float]:
        found, expectations = [], self.expected[audience]
        for at, share in enumerate(self.shares(plan, audience)):
            expected = expectations[at]
            if share is None:
                found.append(0.0)
                continue
            if expected is None:
                expected = share
            found.append(float(breach_probability(expected, share, self.rules)))
            expectations[at] = float(expected_mix(expected, share, self.keep))
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

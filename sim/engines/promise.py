"""What the audience of a channel has come to expect of it: a slow average of the share of promotion (E-85).

It is kept by channel × tier and not by person: newcomers expect what the channel has become.
"""

from sim.domains import TIERS
from sim.plans import Brief, Plan
from sim.rules.numbers import kept
from sim.rules.promise import PromiseRules, breach_probability, expected_mix


class Promises:
    """Expected share of promotion by channel × tier.

    expected  [C·T] in [0, 1]; None: what the first plan sends
    """

    def __init__(self, brief: Brief, used_to: float | None, rules: PromiseRules) -> None:
        self.brief, self.rules = brief, rules
        self.keep = kept(1.0, rules.memory)
        cells = TIERS * len(brief.channels)
        self.expected: list[float | None] = [used_to] * cells

    def day(self, plan: Plan) -> list[float]:
        """Probability by channel × tier that an opened promotion of today breaks the promise; then expectations move.

        A channel that sends nothing leaves its audience's expectation where it is.
        """
        found = []
        for at, share in enumerate(self.shares(plan)):
            expected = self.expected[at]
            if share is None:
                found.append(0.0)
                continue
            if expected is None:
                expected = share
            found.append(float(breach_probability(expected, share, self.rules)))
            self.expected[at] = float(expected_mix(expected, share, self.keep))
        return found

    def shares(self, plan: Plan) -> list[float | None]:
        """Share of promotion among planned pushes, notices of lives included; None where nothing is planned."""
        found: list[float | None] = []
        for c, channel in enumerate(self.brief.channels):
            lives = plan.lives_per_week if channel.live_notice else 0.0
            for pushes, value in zip(plan.pushes[c], plan.value_share[c], strict=True):
                total = pushes + lives
                found.append((pushes * (1.0 - value) + lives) / total if total > 0.0 else None)
        return found

"""Sources beyond feed, ads, searches and the store: codes, employees' Moments, partners.

A partner lends their private domain. Each is one more way to respond for the first time, so its people come through the
reservoir like all others.
"""

import math

import numpy as np

from sim.domains import MAX_CHANNELS, MAX_SOURCES, Source
from sim.engines.reservoir import Responders
from sim.parameters import DAYS_PER_MONTH
from sim.plans import Plan
from sim.rules.climate import Sources as SourceFacts
from sim.rules.climate import World
from sim.rules.follow import follow_probability, relevance
from sim.rules.response import SCANS
from sim.scenario.schema import ExternalSource, Scenario

KINDS = {"code": Source.CODE, "partner": Source.PARTNER, "employee": Source.EMPLOYEE}
KNOWN_TRUST = 0.5  # prior of people who know the brand from nearer than the feed (evidence M7)


def trust_of(source: ExternalSource, met: float) -> float:
    """Mean prior trust of the people of a source: the file's, or by its kind; ``met``: of people met in the feed."""
    if source.trust is not None:
        return source.trust
    return met if source.kind == "code" else KNOWN_TRUST


def source_facts(scenario: Scenario, met: float) -> SourceFacts:
    """What the rules know of the sources; ``met``: mean prior trust of people met in the feed."""
    room = MAX_SOURCES
    sources = list(scenario.sources.values())
    joins = [0.0] * (room * MAX_CHANNELS)
    for j, source in enumerate(sources):
        for c, channel in enumerate(scenario.channels):
            given = source.channels
            joins[MAX_CHANNELS * j + c] = channel.joins_at_follow if given is None else given.get(channel.name, 0.0)
    spare = room - len(sources)
    return SourceFacts(
        used=len(sources),
        source=[*(int(KINDS[source.kind]) for source in sources), *[0] * spare],
        rewarded=[*(int(source.rewarded) for source in sources), *[0] * spare],
        trust=[*(float(trust_of(source, met)) for source in sources), *[0.0] * spare],
        joins=joins,
    )


def among_all(rate: float, share: float) -> float:
    """Intensity per head at which as many of all people respond as of a share of them at a rate: ≤ the share.

        r = −ln(1 − share · (1 − e^−rate))

    share = 1 → rate (up to 27); small rates → rate · share.
    """
    return -math.log1p(-min(1.0 - 1e-12, -math.expm1(-rate) * share))


class Sources:
    """All sources of a scenario, day by day.

    left  people of each partner's private domain who have not responded yet; a mean, so not whole
    """

    CARRIED = ("left",)

    def __init__(self, scenario: Scenario, world: World) -> None:
        self.world = world
        self.sources = list(scenario.sources.values())
        self.users = scenario.market.users
        self.segments = list(scenario.segments)
        days = (scenario.start, scenario.days)
        self.per_day = [source.per_day.daily(*days) for source in self.sources]
        self.exposures = [source.exposures_per_month.daily(*days) / DAYS_PER_MONTH for source in self.sources]
        self.left = [float(source.members) for source in self.sources]

    def rates(
        self, day: int, plan: Plan, untouched: list[int], followers: float, uplift: float, proof: float
    ) -> list[tuple[float, ...]]:
        """Intensity per untouched person, [S][2 · sources]: of their own accord and for the reward, in turn.

        untouched  people without a row by segment;  uplift: of today's reward;  proof: an authority's
        """
        found: list[list[float]] = [[] for _ in self.segments]
        for j, source in enumerate(self.sources):
            people = max(1, sum(n for s, n in enumerate(untouched) if self._reaches(j, s)))
            more = uplift - 1.0 if source.rewarded else 0.0
            for s, rates in enumerate(found):
                rate = 0.0
                if self._reaches(j, s):
                    rate = float(self.per_day[j][day]) / people
                    if source.kind == "partner":
                        follows = self._follows(s, float(self.world.sources.trust[j]), plan, followers, proof)
                        rate += among_all(float(self.exposures[j][day]) * follows, self.left[j] / people)
                rates += [rate, rate * more]
        return [tuple(rates) for rates in found]

    def came(self, responders: Responders, untouched: list[int]) -> int:
        """Take today's responders out of the partners' domains; returns what the sources cost today, cents.

        untouched  people without a row by segment, after today's responses
        """
        cost = 0.0
        for j, source in enumerate(self.sources):
            mine = (responders.kinds == SCANS + 2 * j) | (responders.kinds == SCANS + 2 * j + 1)
            own = int(np.count_nonzero(mine))
            cost += 100.0 * (source.cost_per_day + own * source.cost_per_person)
            if source.members:  # of the others who responded, as many belong to the partner as of all people
                reached = [s for s in range(len(untouched)) if self._reaches(j, s)]
                others = int(np.count_nonzero(np.isin(responders.segments, reached) & ~mine))
                before = max(1, sum(untouched[s] for s in reached) + others + own)
                self.left[j] = max(0.0, self.left[j] * (1.0 - others / before) - own)
        return math.floor(cost + 0.5)

    def _reaches(self, number: int, segment: int) -> bool:
        return self.sources[number].segment in (None, self.segments[segment])

    def _follows(self, segment: int, trust: float, plan: Plan, followers: float, proof: float) -> float:
        """Probability that a member of a partner's domain follows when shown the brand by the partner (M3, M11)."""
        brand, rules = self.world.brand, self.world.rules
        return follow_probability(
            plan.quality,
            relevance(float(self.world.segments.match_value[segment]), 0.0),
            trust,
            followers,
            float(brand.certified),
            0.0,
            proof + rules.conformity.authority,
            rules.follow,
        )

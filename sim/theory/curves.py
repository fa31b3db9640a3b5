"""Margin and exit rate of a scenario's pool as functions of push frequency, without a run (theory 4.6, 4.7).

The pool of day 0 is a quadrature of traits × tier; each node is a ``MeanFan`` that earns π and leaves at μ under a
constant plan by the rules of the simulation (``worth_of``). A plan's *frequency* is the pushes per week that a mean fan
of the starting pool is sent in all channels together; other frequencies scale the plan's pushes in every channel alike,
within quotas. The frequency that is best for a horizon maximises Σ V_T over the nodes, of a *segment by tolerance* over
its own. Where fans differ, a longer horizon may have a higher best frequency: those who stay are the tolerant ones.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.domains import MAX_CHANNELS, TIERS
from sim.engines.operation import Operation
from sim.engines.world import commission_on
from sim.logics.base import within_quotas
from sim.logics.oracle import Truth, steady_plan
from sim.plans import Plan
from sim.rules.climate import World, compilable_rows
from sim.rules.mean_fan import MeanFan, worths_of
from sim.rules.mean_state import AFFINITY, FRAILTY, NEED, PRIOR, TOLERANCE
from sim.rules.people import START_INTIMACY
from sim.scenario.schema import Scenario
from sim.theory.people import pool_nodes

Floats = npt.NDArray[np.float64]
MOST = 140.0  # pushes per week that are looked at
LEAST = 0.05
GRID = tuple(math.exp(x) for x in np.linspace(math.log(LEAST), math.log(MOST), 33).tolist())
EVEN = 0.95  # of the best value: frequencies that are nearly as good
THIRDS = 3  # segments by tolerance
YEAR = 365.25
INTEREST = math.log(1.08) / YEAR  # δ per day: discounting of 8 % a year


@dataclass(frozen=True)
class Rates:
    """Of each node under a constant plan, [n]: cents and exits per day, orders, trust, load, intimacy."""

    margin: Floats
    exits: Floats
    orders: Floats
    trust: Floats
    load: Floats
    intimacy: Floats


@dataclass(frozen=True)
class Curves:
    """A pool under the constant plans of a logic's starting plan, scaled.

    groups, fans  nodes of the pool and how many fans each stands for;  third: [n] segment by tolerance, 0 the least
    """

    scenario: Scenario
    plan: Plan
    brand: Operation
    groups: tuple[MeanFan, ...]
    fans: Floats
    third: npt.NDArray[np.int64]
    tiers: npt.NDArray[np.int64]

    @cached_property
    def planned(self) -> float:
        """Pushes per week that a mean fan is sent under the plan as it is."""
        return self._sent(self.plan.pushes)

    @cached_property
    def notices(self) -> float:
        """Notices of lives per week that a mean fan is sent beside them."""
        sent = 0.0
        for c, channel in enumerate(self.brand.brief.channels):
            if channel.live_notice:
                sent += self.plan.lives_per_week * self._share(c)
        return sent

    @cached_property
    def most(self) -> float:
        """Largest frequency that is looked at."""
        return self.sent_at(MOST)

    def sent_at(self, frequency: float) -> float:
        """Pushes per week that quotas leave of a frequency."""
        return self._sent(self._pushes(frequency))

    def rates(self, frequency: float) -> Rates:
        """π, μ and the state of each node at a frequency."""
        if frequency not in self._known:
            self._known[frequency] = self._rates(frequency)
        return self._known[frequency]

    def of_pool(self, frequency: float, third: int | None = None) -> tuple[float, float]:
        """π in cents and μ, both per mean fan and day, of all fans or of a segment by tolerance."""
        rates, fans = self.rates(frequency), self._of(third)
        return float(rates.margin @ fans / fans.sum()), float(rates.exits @ fans / fans.sum())

    def value(self, frequency: float, horizon: float = math.inf, third: int | None = None) -> float:
        """V_T: cents that a mean fan of today earns within a horizon of days, discounted at 8 % a year."""
        rates, fans = self.rates(frequency), self._of(third)
        leave = rates.exits + INTEREST
        lasts = 1.0 if math.isinf(horizon) else -np.expm1(-leave * horizon)
        return float((fans * rates.margin * lasts / leave).sum() / fans.sum())

    def best(self, horizon: float = math.inf, third: int | None = None) -> float:
        """The frequency with the largest V_T, pushes per week; a grid finds the basin, golden section the top."""
        values = [self.value(f, horizon, third) for f in GRID]
        at = int(np.argmax(values))
        low, high = GRID[max(0, at - 1)], GRID[min(len(GRID) - 1, at + 1)]
        found = math.exp(top_of(lambda x: self.value(math.exp(x), horizon, third), math.log(low), math.log(high)))
        return self.sent_at(found if self.value(found, horizon, third) > values[at] else GRID[at])

    def nearly_best(self, horizon: float) -> tuple[float, float]:
        """The frequencies around the best one that earn at least 95 % as much, pushes per week."""
        values = np.array([self.value(f, horizon) for f in GRID])
        least = EVEN * max(self.value(self.best(horizon), horizon), float(values.max()))
        low, high = (_end(values, step, least) for step in (-1, 1))
        return self.sent_at(low), self.sent_at(high)

    def critical(self, births: float) -> float:
        """The lowest frequency from which on more leave than come, births per fan and day; 0: always, ∞: at none."""
        room = [births - self.of_pool(f)[1] for f in GRID]
        if max(room) <= 0:
            return 0.0
        for n in range(len(GRID) - 1):
            if room[n] > 0 >= room[n + 1]:
                return root_of(lambda x: births - self.of_pool(x)[1], GRID[n], GRID[n + 1])
        return math.inf

    @cached_property
    def _known(self) -> dict[float, Rates]:
        return {}

    def _of(self, third: int | None) -> Floats:
        return self.fans if third is None else np.where(self.third == third, self.fans, 0.0)

    @cached_property
    def _shares(self) -> Floats:
        """Share of all fans who are in a channel and of a tier, [channels, tiers]."""
        channels = np.array([[group.channels >> c & 1 for c in range(MAX_CHANNELS)] for group in self.groups])
        tiers = self.tiers[:, None] == np.arange(TIERS)
        found: Floats = channels.T.astype(np.float64) @ (tiers * self.fans[:, None]) / self.fans.sum()
        return found

    def _share(self, c: int) -> float:
        """Share of all fans who are in a channel."""
        return float(self._shares[c].sum())

    def _sent(self, pushes: tuple[tuple[float, ...], ...]) -> float:
        return float(sum(f * share for of, shares in zip(pushes, self._shares, strict=False)
                         for f, share in zip(of, shares, strict=True)))  # fmt: skip

    def _pushes(self, frequency: float) -> tuple[tuple[float, ...], ...]:
        brief = self.brand.brief
        if self.planned <= 0.0:  # a silent plan: in the first channel that has members
            first = next((c for c in range(len(brief.channels)) if self._share(c) > 0), 0)
            share = self._share(first) or 1.0
            wanted = tuple((frequency / share if c == first else 0.0,) * TIERS for c in range(len(brief.channels)))
        else:
            factor = frequency / self.planned
            wanted = tuple(tuple(factor * f for f in of) for of in self.plan.pushes)
        return within_quotas(wanted, brief.channels)

    def _rates(self, frequency: float) -> Rates:
        truth, brief = self._truth, self.brand.brief
        pushes = [list(of) for of in self._pushes(frequency)]
        found = np.zeros((len(self.groups), 6))
        for tier in range(TIERS):
            at = np.flatnonzero(self.tiers == tier)
            if not len(at):
                continue
            steady = steady_plan(self.plan, pushes, tier, brief, truth, INTEREST)
            rates = np.zeros((len(at), 6))
            worths_of(self._rows[tier], steady, truth.world, rates)
            found[at] = rates
        return Rates(*found.T)

    @cached_property
    def _rows(self) -> list[object]:
        return [
            compilable_rows(of) if (of := [g for g in self.groups if g.tier == tier]) else [] for tier in range(TIERS)
        ]

    @cached_property
    def _truth(self) -> Truth:
        scenario, brand, world = self.scenario, self.brand, self.brand.world
        commission = commission_on(scenario, scenario.start, brand.commission_share)
        platforms = [int(world.channels.platform[c]) for c in range(len(scenario.channels))]
        total = scenario.pool.fans
        return Truth(
            groups=self.groups,
            fans=tuple(int(n) for n in self.fans),
            world=world,
            season=brand.mean_season,
            commission=tuple(commission[p] / 10_000 for p in platforms),
            home_commission=commission[brand.market.home] / 10_000,
            fees=tuple(100.0 * c.cost_per_message for c in scenario.channels),
            members=tuple(round(total * self._share(c)) for c in range(len(scenario.channels))),
        )


def curves_of(brand: Operation, scenario: Scenario, plan: Plan, nodes: int = 128) -> Curves:
    """Curves of the initial pool under a plan.

    nodes  of the quadrature, all segments together
    """
    world: World = brand.world
    tier_shares = np.diff([0.0, *(float(x) for x in world.brand.tier_end[:TIERS])])
    rules, customers, quality = world.rules, float(world.brand.customers), float(world.brand.product_quality)
    attrition = float(rules.purchase.attrition_a / (rules.purchase.attrition_a + rules.purchase.attrition_b))
    single = int(world.closing.single) == 1
    groups, fans = [], []
    for of in pool_nodes(world, max(16, nodes // int(world.segments.used))):
        segment = {
            name: float(getattr(world.segments, name)[of.segment])
            for name in ("deal_response", "match_value", "match_promotion", "match_product")
        }
        for traits, weight, members in zip(of.traits, of.weights, of.members, strict=True):
            prior = float(traits[PRIOR])
            known = prior + customers * float(rules.trust.experience) * (quality - prior)
            for tier, share in enumerate(tier_shares):
                if share <= 0.0:
                    continue
                fans.append(scenario.pool.fans * weight * share)
                groups.append(
                    MeanFan(
                        tier=tier,
                        channels=sum(1 << c for c, inside in enumerate(members) if inside > 0),
                        sensitivity=1.0 / max(1e-4, float(traits[TOLERANCE])),
                        trust=known,
                        trust_prior=known,
                        fatigue=0.0,
                        intimacy=START_INTIMACY[tier],
                        frailty=float(traits[FRAILTY]),
                        affinity=float(traits[AFFINITY]),
                        buying=1.0 - customers if single else 1.0,
                        need_rate=float(traits[NEED]),
                        attrition=1.0 if single else attrition,
                        deal_proneness=0.0,
                        reference_price=1.0,
                        **segment,
                    )
                )
    sizes = np.array(fans)
    tolerance = 1.0 / np.array([group.sensitivity for group in groups])
    order = np.argsort(tolerance, kind="stable")
    third = np.zeros(len(groups), np.int64)
    third[order] = np.minimum(
        THIRDS - 1, (THIRDS * (np.cumsum(sizes[order]) - 0.5 * sizes[order]) / sizes.sum()).astype(np.int64)
    )
    tiers = np.array([group.tier for group in groups])
    return Curves(scenario, plan, brand, tuple(groups), sizes, third, tiers)


def _end(values: Floats, step: int, least: float) -> float:
    """Frequency at which values over the grid fall below ``least``, going down (−1) or up (1) from the top."""
    at = int(values.argmax())
    while 0 <= at + step < len(GRID) and values[at + step] >= least:
        at += step
    if not 0 <= at + step < len(GRID) or values[at] < least:
        return GRID[at]
    share = (values[at] - least) / (values[at] - values[at + step])
    return float(GRID[at] * (GRID[at + step] / GRID[at]) ** share)


def crossover(few: Callable[[float], float], many: Callable[[float], float], longest: float = 3650.0) -> float:
    """The day from which on ``few`` has earned more than ``many`` to the end; ∞ when it never does, 0 from the start.

    few, many  margin earned within a horizon of days
    """
    days = np.concatenate([[1.0], np.geomspace(2.0, longest, 120)])
    lead = np.array([few(t) - many(t) for t in days])
    if lead[-1] <= 0:
        return math.inf
    behind = np.flatnonzero(lead <= 0)
    if not len(behind):
        return 0.0
    at = int(behind[-1])
    return root_of(lambda t: many(t) - few(t), float(days[at]), float(days[at + 1]))


# SciPy's searches are as good; loading them takes a fifth of a second, which the first answer can do without


def top_of(gain: Callable[[float], float], low: float, high: float, within: float = 2.5e-3) -> float:
    """Where a function with one top between ``low`` and ``high`` has it, by golden section."""
    share = (math.sqrt(5.0) - 1.0) / 2.0
    left, right = high - share * (high - low), low + share * (high - low)
    of_left, of_right = gain(left), gain(right)
    while high - low > 2.0 * within:
        if of_left >= of_right:
            high, right, of_right = right, left, of_left
            left = high - share * (high - low)
            of_left = gain(left)
        else:
            low, left, of_left = left, right, of_right
            right = low + share * (high - low)
            of_right = gain(right)
    return 0.5 * (low + high)


def root_of(room: Callable[[float], float], low: float, high: float, within: float = 1e-3) -> float:
    """Where a function that is positive at ``low`` and not at ``high`` reaches 0, by halving."""
    while high - low > within:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if room(middle) > 0 else (low, middle)
    return 0.5 * (low + high)

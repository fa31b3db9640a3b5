"""The outlook of a scenario without a run: what its theory says of each logic, in one table.

Growth, R_fan and what a fan is bought for come from the mean field once it has settled (``meanfield``); margin and exit
rates by push frequency from the pool's curves (``curves``); everything else is a law of ``pool`` or ``frequency``.
"""

import math
from dataclasses import dataclass

import numpy as np

from sim.domains import PoolState, Source
from sim.loop import (
    WINDOW,
    joins_by_feedback,
    joins_by_invitation,
    joins_by_reinvested_ads,
    pool_state,
)
from sim.observables import Ledger
from sim.scenario.schema import Scenario
from sim.theory import frequency, pool
from sim.theory.curves import GRID, LEAST, THIRDS, Curves, curves_of
from sim.theory.meanfield import MeanPool, calm

QUARTER = 91.0  # days
WARM = 28  # days before rates are taken: logics do not react earlier, and load and intimacy have settled
SETTLED = 240  # days after which plans, load and the first that leave have settled; the first answer shall be instant
NODES = 16  # of the mean field here
NEVER = 3650.0  # days: a size that takes longer to double or halve stands still


@dataclass(frozen=True, slots=True)
class Loop:
    """R_fan = β/μ and its parts, and the inflow from outside; rates per fan and day, inflow per day.

    first, last  days of the mean field over which they are taken, counted from 0
    """

    referral: float
    feedback: float
    reinvested: float
    exits: float
    inflow: float
    size: float
    people: float
    first: int
    last: int

    @property
    def births(self) -> float:
        """β: new fans per fan and day that fans cause."""
        return self.referral + self.feedback + self.reinvested

    @property
    def r_fan(self) -> float:
        """β/μ: fans whom a fan brings during its stay."""
        return pool.r_fan(self.births, self.exits)

    @property
    def state(self) -> PoolState | None:
        """Growing, fed or depleting."""
        return pool_state(self.r_fan, self.inflow + self.births * self.size, self.exits * self.size)


@dataclass(frozen=True, slots=True)
class BestPush:
    """Best frequencies by horizon, pushes per week: for the days of the question, a quarter, and for ever."""

    quarter: float
    question: float
    ever: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A mean fan at one push frequency: cents and exits a day, and what it earns within three horizons."""

    frequency: float
    margin: float
    exits: float
    quarter: float
    question: float
    ever: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What theory says of a logic.

    planned      pushes per week that a mean fan is sent at first;  notices: of lives, beside them
    best         of all fans;  nearly_best: the frequencies that earn at least 95 % as much over the question
    forgone      share of the best's margin over the question that the plan does not earn; 1: it loses
    best_by_tolerance: of each third of fans, the least tolerant first
    trust, load  where they settle under the plan, at their mean over a fan's remaining life
    margin       π, cents per fan and day;  exits: μ per fan and day, of the plan held constant
    lifetime_value  cents;  acquisition_cost: cents per fan bought by ads, None without ads
    critical     pushes per week from which on the pool shrinks, inflow included
    half_life    days in which the pool would halve without inflow;  doubling: … double; infinite if it does not
    standing     the size at which inflow and exits meet, infinite if none
    extinction   probability that the family of one fan dies out
    nash, together  frequency of each of several brands alone and together, None with one brand
    """

    logic: str
    planned: float
    notices: float
    best: BestPush
    nearly_best: tuple[float, float]
    forgone: float
    best_by_tolerance: tuple[BestPush, ...]
    trust: float
    load: float
    margin: float
    exits: float
    lifetime_value: float
    acquisition_cost: float | None
    critical: float
    loop: Loop
    half_life: float
    doubling: float
    standing: float
    extinction: float
    nash: float | None
    together: float | None
    curve: tuple[CurvePoint, ...]


def outlook(scenario: Scenario, logic: str) -> Outlook:
    """The theory of a scenario under a logic."""
    days = min(scenario.days, SETTLED)
    mean = MeanPool(calm(scenario), logic, NODES)
    mean.step()
    plan = mean.brand.plan
    assert plan is not None
    for _ in range(days - 1):
        mean.step()
    curves = curves_of(mean.brand, scenario, plan)
    loop = loop_of(mean.brand.book.ledger, float(scenario.market.users))
    return _outlook(scenario, logic, curves, loop, mean.brand.book.ledger)


def loop_of(ledger: Ledger, people: float) -> Loop:
    """R_fan's parts over the last days of a mean field, as runs are measured (``sim.loop``)."""
    lived = int(np.flatnonzero(ledger.of("ROWS")[:, 2]).max(initial=0)) + 1
    first = max(0, lived - WINDOW) if lived > WARM + WINDOW else min(WARM, lived // 2)
    window, pages = slice(first, lived), ledger
    fan_days = float(pages.of("ROWS")[window, 2].sum())
    joins = float(pages.of("JOINS").sum(axis=1)[window].sum())
    causes = (joins_by_invitation, joins_by_feedback, joins_by_reinvested_ads)
    parts = [float(term(pages)[window].sum()) for term in causes]
    days = lived - first
    return Loop(
        referral=parts[0] / max(1.0, fan_days),
        feedback=parts[1] / max(1.0, fan_days),
        reinvested=parts[2] / max(1.0, fan_days),
        exits=float(pages.of("EXITS").sum(axis=1)[window].sum()) / max(1.0, fan_days),
        inflow=max(0.0, joins - sum(parts)) / days,
        size=fan_days / days,
        people=people,
        first=first,
        last=lived - 1,
    )


def _outlook(scenario: Scenario, logic: str, curves: Curves, loop: Loop, ledger: Ledger) -> Outlook:
    f = curves.planned
    rates, fans = curves.rates(f), curves.fans / curves.fans.sum()
    margin, exits = curves.of_pool(f)
    bought, spent = int(ledger.of("JOINS")[:, Source.AD].sum()), int(ledger.ad_spend.sum())
    half, doubling = pool.half_life(loop.births, loop.exits), pool.doubling_time(loop.births, loop.exits)
    horizon, best = float(scenario.days), _best(curves, float(scenario.days))
    brands = 1 + len(scenario.rivals)
    nash = together = None
    if brands > 1:  # η and k of f^η·e^(−kΣf) with its top where V has its own
        eta = 1.0
        k = eta / max(LEAST, best.question)
        nash, together = frequency.nash(eta, k), frequency.cooperative(eta, k, brands)
    return Outlook(
        logic=logic,
        planned=f,
        notices=curves.notices,
        best=best,
        nearly_best=curves.nearly_best(horizon),
        forgone=_forgone(curves, best.question, horizon),
        best_by_tolerance=tuple(_best(curves, horizon, third) for third in range(THIRDS)),
        trust=float(rates.trust @ fans),
        load=float(rates.load @ fans),
        margin=margin,
        exits=exits,
        lifetime_value=curves.value(f),
        acquisition_cost=spent / bought if bought else None,
        critical=curves.critical(loop.births + loop.inflow / max(1.0, loop.size)),
        loop=loop,
        half_life=half if half < NEVER else math.inf,
        doubling=doubling if doubling < NEVER else math.inf,
        standing=pool.stationary_size(loop.inflow, loop.births, loop.exits, loop.people),
        extinction=pool.extinction(loop.births, loop.exits),
        nash=nash,
        together=together,
        curve=tuple(
            CurvePoint(
                curves.sent_at(g), *curves.of_pool(g), *(curves.value(g, days) for days in (QUARTER, horizon, math.inf))
            )
            for g in GRID
        ),
    )


def _forgone(curves: Curves, best: float, horizon: float) -> float:
    most = curves.value(best, horizon)
    return min(1.0, max(0.0, 1.0 - curves.value(curves.planned, horizon) / most)) if most > 0.0 else 0.0


def _best(curves: Curves, horizon: float, third: int | None = None) -> BestPush:
    return BestPush(
        quarter=curves.best(QUARTER, third), question=curves.best(horizon, third), ever=curves.best(math.inf, third)
    )

"""Means over replications that figures and tables of the report share; money in cents."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domains import CAUSES, Cause, Source
from sim.parameters import DAYS_PER_MONTH
from sim.results import Run
from sim.rules.tally import NO_CHANNEL

Floats = npt.NDArray[np.float64]


def mean_of(runs: list[Run], name: str) -> Floats:
    """Mean over runs of a block of counters by day, shape [D, size of the block]."""
    total = np.zeros(runs[0].ledger.of(name).shape)
    for run in runs:
        total += run.ledger.of(name)
    return total / len(runs)


def totals_by(runs: list[Run], name: str) -> Floats:
    """Mean over runs of the sums of a block, shape [size of the block]."""
    found: Floats = mean_of(runs, name).sum(axis=0)
    return found


def months(days: int) -> list[slice]:
    """Stretches of one month of 30.4375 days; what is left over at the end belongs to the last if short."""
    edges = [round(DAYS_PER_MONTH * m) for m in range(round(days / DAYS_PER_MONTH) + 1)]
    edges = [e for e in edges if e < days] or [0]
    if len(edges) > 1 and days - edges[-1] < DAYS_PER_MONTH / 2:
        edges.pop()
    return [slice(a, b) for a, b in zip(edges, [*edges[1:], days], strict=True)]


def by_month(daily: Floats) -> Floats:
    """Daily flows as people per 30.4375 days in each month, shape [months, …]."""
    return np.stack([daily[m].mean(axis=0) * DAYS_PER_MONTH for m in months(len(daily))])


def sources(runs: list[Run]) -> dict[Source, Floats]:
    """Joins a month by source, where there were any."""
    joins = by_month(mean_of(runs, "JOINS"))
    return {s: joins[:, s] for s in Source if joins[:, s].any()}


def causes(runs: list[Run]) -> dict[Cause, Floats]:
    """Exits a month by cause."""
    exits = by_month(mean_of(runs, "EXITS")[:, :CAUSES])
    return {c: exits[:, c] for c in Cause}


def domain_flows(runs: list[Run]) -> Floats:
    """People who moved from one domain to another in the whole run, shape [4, 3]; the last row: untouched."""
    found: Floats = totals_by(runs, "FLOW").reshape(4, 3)
    return found


@dataclass(frozen=True)
class Retention:
    """Who is still there.

    pool     share of the initial pool left at the end of each calendar month, [M]; empty without a pool
    joiners  share of those who joined in a month and were there at its end, by months since then, [A];
             pooled over all cohorts that are old enough
    """

    months: tuple[str, ...]
    pool: Floats
    joiners: Floats


def retention(runs: list[Run]) -> Retention:
    """Retention of the initial pool and of the monthly cohorts, pooled over runs."""
    length = min(len(run.cohort_counts) for run in runs)
    months_ = runs[0].cohort_months[:length]
    initial = sum(run.ledger.initial_fans for run in runs)
    pool = [sum(run.cohort_counts[m][0] for run in runs) for m in range(length)]
    joiners = []
    for age in range(length):
        left = there = 0
        for run in runs:
            for c in range(1, length - age + 1):
                left += run.cohort_counts[c - 1 + age][c]
                there += run.cohort_counts[c - 1][c]
        joiners.append(left / there if there else np.nan)
    share = np.array(pool, float) / initial if initial else np.array([])
    return Retention(tuple(months_), share, np.array(joiners, float))


@dataclass(frozen=True)
class Money:
    """Where the money of a run comes from and goes, means over replications, cents.

    by_channel  channel → GMV sold by its messages; "" for orders that no message sold
    """

    gmv: float
    goods: float
    commission: float
    fees: float
    incentives: float
    contribution: float
    ads: float
    content: float
    service: float
    friction: float
    sources: float
    margin: float
    by_channel: dict[str, float]
    followers: float
    first: float

    @property
    def others(self) -> float:
        """GMV of people who do not follow."""
        return round(self.gmv - self.followers, 3)  # whole cents of many runs leave a rest near 0

    @property
    def returning(self) -> float:
        """GMV of people who have bought before."""
        return self.gmv - self.first


def money_of(runs: list[Run]) -> Money:
    """The money of a logic."""

    def mean(value: Any) -> float:
        return float(np.mean([value(run.ledger) for run in runs]))

    gmv = totals_by(runs, "GMV")
    names = runs[0].ledger.channels
    by_channel = {name: float(gmv[c]) for c, name in enumerate(names)} | {"": float(gmv[NO_CHANNEL])}
    return Money(
        gmv=float(gmv.sum()),
        goods=float(totals_by(runs, "GOODS")[0]),
        commission=float(totals_by(runs, "COMMISSION")[0]),
        fees=mean(lambda g: g.fees.sum()),
        incentives=float(totals_by(runs, "INCENTIVES")[0]),
        contribution=mean(lambda g: g.contribution.sum()),
        ads=mean(lambda g: g.ad_spend.sum()),
        content=mean(lambda g: g.content.sum()),
        service=mean(lambda g: g.service.sum()),
        friction=float(totals_by(runs, "FRICTION")[0]),
        sources=mean(lambda g: g.sources.sum()),
        margin=mean(lambda g: g.margin.sum()),
        by_channel=by_channel,
        followers=float(totals_by(runs, "GMV_FOLLOWERS")[0]),
        first=float(totals_by(runs, "GMV_FIRST")[0]),
    )


def tier_shares(runs: list[Run]) -> Floats:
    """Share of followers by tier and day, shape [D, tiers]; 0 where nobody follows."""
    tiers = mean_of(runs, "TIER")
    sums = tiers.sum(axis=1, keepdims=True)
    return np.divide(tiers, sums, out=np.zeros_like(tiers), where=sums > 0)

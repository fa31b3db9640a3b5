"""Sums of a day's counters that the book and the operator are told, all of them in one compiled call."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import at_once, rare
from sim.domains import Domain, Source
from sim.loop import counted
from sim.rules.tally import SPANS, TALLY_SIZE, Tally

Integers = npt.NDArray[np.int64]


class Totals(NamedTuple):
    """Sums of a day; those of the loop's stages are as ``sim.loop.counted`` says.

    core      liking and devoted fans who opened something;  group_visits: of groups by members
    costs     of goods, commission and friction, cents;  gmv, incentives: cents
    """

    fans: int
    joins: int
    exits: int
    responses: int
    contacts: int
    active: int
    orders: int
    orders_followers: int
    repeat_orders: int
    invited: int
    joins_by_ads: int
    core: int
    commercial: int
    applications: int
    group_visits: int
    gmv: int
    costs: int
    incentives: int
    queued: int


def _all_of(name: str, first: int = 0, stop: int | None = None) -> Integers:
    """The sum of some counters of a block, as the factor of every counter in it, [counters]."""
    factors = np.zeros(TALLY_SIZE, np.int64)
    factors[SPANS[name]][first:stop] = 1
    return factors


@rare
def add_counters(tally: Tally, starts: Integers, counters: Integers, factors: Integers, totals: Integers) -> int:
    """Fill in the sums; returns the largest counter, without its sign.

    starts  [sums + 1] where the counters of each sum begin;  counters, factors: of all sums
    """
    for n in range(len(totals)):
        totals[n] = 0
        for at in range(starts[n], starts[n + 1]):
            totals[n] += factors[at] * tally[counters[at]]
    most = 0
    for value in tally:
        most = max(most, abs(value))
    return most


counters_added = at_once(add_counters)


class Adder:
    """Adds up the counters of a brand; groups: positions of the channels that are groups."""

    def __init__(self, groups: list[int]) -> None:
        by_stage: dict[str, Any] = counted(_all_of, np.zeros(TALLY_SIZE, np.int64))
        visits = sum((_all_of("VISITS", c, c + 1) for c in groups), np.zeros(TALLY_SIZE, np.int64))
        more = {
            "exits": _all_of("EXITS"),
            "joins_by_ads": _all_of("JOINS", Source.AD, Source.AD + 1),
            "core": _all_of("ACTIVE_CORE"),
            "commercial": _all_of("ROWS", Domain.COMMERCIAL, Domain.COMMERCIAL + 1),
            "applications": _all_of("APPLICATIONS"),
            "group_visits": visits,
            "gmv": _all_of("GMV"),
            "costs": _all_of("GOODS") + _all_of("COMMISSION") + _all_of("FRICTION"),
            "incentives": _all_of("INCENTIVES"),
            "queued": _all_of("QUEUED"),
        }
        sums = [(by_stage | more)[name] for name in Totals._fields]
        places = [np.flatnonzero(factors) for factors in sums]
        self.starts = np.cumsum([0, *(len(at) for at in places)])
        self.counters = np.concatenate(places)
        self.factors = np.concatenate([factors[at] for factors, at in zip(sums, places, strict=True)])
        self.totals = np.zeros(len(sums), np.int64)

    def __call__(self, tally: Tally) -> tuple[Totals, int]:
        """The sums of a day, and its largest counter without the sign."""
        most = counters_added(tally, self.starts, self.counters, self.factors, self.totals)
        return Totals._make(self.totals.tolist()), most

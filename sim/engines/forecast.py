"""What a run will take, before it runs: rows, memory, time. From the scenario's own rates, without one person.

The market of every brand is asked for its intensities of the first weeks, of a pool of which a twentieth leaves and is
replaced every month, and which gives half of the feedback that active fans can; the feed shows its mean. An untouched
person of a segment with intensity r a day then responds within T days with probability 1 − e^(−r·T), so that
U·(1 − e^(−r·T)) rows are added to the pool's.
Friends who are invited are left out: how many come depends on who they know.
"""

from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from sim.domains import TIERS, Domain, Source
from sim.engines.engine import RowsMaker
from sim.engines.operation import Operation
from sim.engines.population import FAN, PERSON, STUBS, new_rows, unpacked
from sim.engines.simulation import untouched_of
from sim.engines.speed import Speed
from sim.engines.world import cells_of
from sim.parameters import DAYS_PER_MONTH
from sim.rules.climate import Climate, World
from sim.rules.rows import Fan, Person
from sim.rules.tally import Slot, Tally
from sim.scenario import with_changes
from sim.scenario.rivals import of_rival
from sim.scenario.schema import Scenario
from sim.streams import replication_key

WEEKS = 2  # of the market that are looked at
BYTES = PERSON.itemsize + FAN.itemsize + 1  # of a row, per person and brand; the last for its rest
# Measured on ``sanyu run`` of shipped scenarios (docs/performance.md)
WRITING = 273 << 20  # bytes of the process when it writes tables, and the rows are gone
BASE = 175 << 20  # bytes of the process while it simulates: Python, the libraries, compiled rules
DAY = 10 << 10  # bytes of a brand's day in the book and in the tables that are written
ROOM = 1.35  # room for more rows and what is held for a moment, relative to rows in use
LEAVE = 0.05 / DAYS_PER_MONTH  # of a pool, a day
STAY = 0.25  # of those who come, how many follow on an average day of the run: half, for half of the time
NEAR = 0.3  # the peak is said within so much either way
OFF = 2.0  # and the time within this factor


class Range(NamedTuple):
    """An estimate, and between what it is expected to lie."""

    low: float
    estimate: float
    high: float


class Forecast(NamedTuple):
    """What one run of a logic will take, in one thread.

    pool, comers  rows before the first day, and added until the last;  brands: that have these rows
    fan_days      days of followers, of all brands
    peak          bytes of the process;  seconds: of ``sanyu run``, start and writing included, compilation not
    """

    logic: str
    pool: int
    comers: int
    brands: int
    fan_days: float
    peak: Range
    seconds: Range


def forecast(scenario: Scenario, speed: Speed) -> tuple[Forecast, ...]:
    """What one run of each logic of a scenario will take on a machine of this speed."""
    return tuple(_forecast(scenario, logic, speed) for logic in scenario.logics)


def _forecast(scenario: Scenario, logic: str, speed: Speed) -> Forecast:
    pools = [scenario.pool.fans, *(rival.pool.fans for rival in scenario.rivals.values())]
    shared = sum(round(rival.shared_fans * rival.pool.fans) for rival in scenario.rivals.values())
    pool, brands = sum(pools) - shared, len(pools)
    comers = comers_of(scenario, logic, pool)
    words = STUBS.itemsize if scenario.network is not None else 0
    fan_days = scenario.days * (sum(pools) + STAY * comers)
    rows = ROOM * (pool + comers) * (brands * BYTES + words)
    peak = max(WRITING, BASE + rows) + brands * scenario.days * DAY
    seconds = speed.around + brands * scenario.days * speed.day + fan_days / speed.fan_days
    return Forecast(
        logic,
        pool,
        round(comers),
        brands,
        fan_days,
        Range((1.0 - NEAR) * peak, peak, (1.0 + NEAR) * peak),
        Range(seconds / OFF, seconds, seconds * OFF),
    )


def comers_of(scenario: Scenario, logic: str, pool: int) -> float:
    """Expected number of people who respond for the first time during the run.

    pool  rows before the first day
    """
    users = cells_of(scenario)
    classes = len(users) // len(scenario.segments)
    users = [sum(users[first : first + classes]) for first in range(0, len(users), classes)]
    taken = [round(pool * n / sum(users)) for n in users]
    untouched = np.array(untouched_of(users, taken), np.float64)
    return float((untouched * -np.expm1(-scenario.days * _intensity(scenario, logic, untouched))).sum())


def _intensity(scenario: Scenario, logic: str, untouched: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean intensity of first responses per head and day in the first weeks, of all brands together, by segment."""
    lucky = any(platform.feed is not None for platform in scenario.platforms)
    mean = with_changes(scenario, {"feed.cascade": False, "feed.accounts": 0}) if lucky else scenario
    views = {logic: mean} | {name: of_rival(mean, name) for name in mean.rivals}
    key, days, total = replication_key(0, 0), min(7 * WEEKS, scenario.days), np.zeros(len(untouched))
    for name, view in views.items():
        still = cast(RowsMaker, partial(Still, fans=view.pool.fans))
        brand = Operation(view, name, key, key, still)
        brand.populate(np.zeros(0, np.int64), np.zeros(0, np.bool_))
        for day in range(days):
            total += np.array([sum(rates) for rates in brand.morning(day, untouched.astype(int).tolist(), 0).rates])
            brand.rows.advance(brand.today.climate, brand.today.tally)
            brand.evening()
    return total / days


class Still:
    """The rows of a pool that keeps its size: who leaves is replaced, and half of the feedback is given every day."""

    def __init__(self, world: World, key: int, fans: int) -> None:
        self.world, self.fans = world, fans
        self.start = [round(fans * float(share)) for share in world.channels.start[: world.channels.used]]

    def advance(self, climate: Climate, tally: Tally) -> None:
        """One day of all: who is there is counted."""
        p = self.world.rules.exposure
        core = min(self.fans, round(float(p.half_share) * max(self.fans, float(p.half_pool))))
        tally[Slot.ROWS + Domain.PRIVATE] = self.fans
        tally[Slot.EXITS] = tally[Slot.JOINS + Source.FEED] = round(LEAVE * self.fans)
        tally[Slot.TIER], tally[Slot.TIER + 1] = self.fans - core, core
        tally[Slot.ACTIVE], tally[Slot.ACTIVE_CORE] = core, core
        for c, members in enumerate(self.start):
            tally[Slot.MEMBERS + TIERS * c] = members

    def members(self) -> list[int]:
        """Members by channel, as before the first day."""
        return self.start

    def cohorts(self, firsts: list[int]) -> tuple[int, ...]:
        """All have followed before the first day."""
        return (self.fans, *(0 for _ in firsts))

    def table(self) -> dict[str, npt.NDArray[Any]]:
        """No row is known one by one."""
        people, fans = new_rows(0, PERSON), new_rows(0, FAN)
        packed = unpacked(fans)
        return {name: people[name] for name in Person._fields} | {
            name: packed[name] if name in packed else fans[name] for name in Fan._fields
        }

    def populate(self, addresses: npt.NDArray[np.int64], members: npt.NDArray[np.bool_]) -> None:
        """The pool is there already."""

    def seat(self, free: list[int], day: int, tally: Tally) -> None:
        """Nobody applies."""

    def close(self) -> None:
        """Nothing is held."""

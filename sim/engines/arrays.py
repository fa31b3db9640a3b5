"""The fast engine: compiled loops over a struct of arrays, in as many threads as asked.

Rows are independent given the climate and all counters are integers, so threads and their order change nothing.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.compiled import rare, rule
from sim.engines.population import Fans, People, new_fans, new_people
from sim.engines.reservoir import Responders, pool_address
from sim.rules.climate import Climate, World
from sim.rules.fan_day import advance_fan
from sim.rules.people import initial_fan, person_at, segment_of_member
from sim.rules.response import first_response
from sim.rules.rows import NEVER, Fan, Person, count_bystander, reachable
from sim.rules.search import searches
from sim.rules.tally import Tally, new_tally

ROWS_PER_THREAD = 20_000  # below this a second thread costs more than it saves


@rule
def store_person(people: People, i: int, person: Person) -> None:
    """Write traits into a row."""
    people.key[i] = person.key
    people.segment[i] = person.segment
    people.tolerance[i] = person.tolerance
    people.frailty[i] = person.frailty
    people.need_rate[i] = person.need_rate
    people.affinity[i] = person.affinity
    people.trust_prior[i] = person.trust_prior
    people.attrition[i] = person.attrition


@rule
def store_fan(fans: Fans, i: int, fan: Fan) -> None:
    """Write state into a row; this is where it is rounded to 32 bits."""
    fans.source[i] = fan.source
    fans.channels[i] = fan.channels
    fans.muted[i] = fan.muted
    fans.tier[i] = fan.tier
    fans.cause[i] = fan.cause
    fans.attrited[i] = fan.attrited
    fans.exposures[i] = fan.exposures
    fans.joined_on[i] = fan.joined_on
    fans.left_on[i] = fan.left_on
    fans.clicked_on[i] = fan.clicked_on
    fans.ordered_on[i] = fan.ordered_on
    fans.active_on[i] = fan.active_on
    fans.updated_on[i] = fan.updated_on
    fans.due_on[i] = fan.due_on
    fans.orders[i] = fan.orders
    fans.trust[i] = fan.trust
    fans.fatigue[i] = fan.fatigue
    fans.intimacy[i] = fan.intimacy
    fans.expectation[i] = fan.expectation
    fans.need_debt[i] = fan.need_debt
    fans.month_counts[i] = fan.month_counts
    fans.spend[i] = fan.spend
    fans.threshold[i] = fan.threshold


@rule
def whole(x: int) -> int:
    """An integer of the columns as 64 bits in compiled code, as a Python integer in plain Python."""
    return int(x) + 0


@rule
def real(x: float) -> float:
    """A real number of the columns in 64 bits."""
    return float(x) + 0.0


@rule
def load_person(people: People, i: int) -> Person:
    """Traits of a row."""
    return Person(
        whole(people.key[i]), whole(people.segment[i]), real(people.tolerance[i]), real(people.frailty[i]),
        real(people.need_rate[i]), real(people.affinity[i]), real(people.trust_prior[i]), real(people.attrition[i]),
    )  # fmt: skip


@rule
def load_fan(fans: Fans, i: int) -> Fan:
    """State of a row."""
    return Fan(
        whole(fans.source[i]), whole(fans.channels[i]), whole(fans.muted[i]), whole(fans.tier[i]), whole(fans.cause[i]),
        whole(fans.attrited[i]), whole(fans.exposures[i]), whole(fans.joined_on[i]), whole(fans.left_on[i]),
        whole(fans.clicked_on[i]), whole(fans.ordered_on[i]), whole(fans.active_on[i]), whole(fans.updated_on[i]),
        whole(fans.due_on[i]), whole(fans.orders[i]), real(fans.trust[i]), real(fans.fatigue[i]),
        real(fans.intimacy[i]), real(fans.expectation[i]), real(fans.need_debt[i]), whole(fans.month_counts[i]),
        whole(fans.spend[i]), real(fans.threshold[i]),
    )  # fmt: skip


@rare
def populate_rows(people: People, fans: Fans, first: int, addresses: np.ndarray, world: World, key: int) -> None:
    """Fill rows from ``first`` on with members of the initial pool."""
    for n in range(len(addresses)):
        address = whole(addresses[n])
        segment = segment_of_member(address, world, key)
        store_person(people, first + n, person_at(address, segment, world.brand.trust_pool, world, key))
        store_fan(fans, first + n, initial_fan(load_person(people, first + n), world, key))


@rare
def admit_rows(
    people: People,
    fans: Fans,
    first: int,
    addresses: np.ndarray,
    segments: np.ndarray,
    kinds: np.ndarray,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> None:
    """Fill rows from ``first`` on with people who responded today."""
    for n in range(len(addresses)):
        person, fan = first_response(
            whole(addresses[n]), whole(segments[n]), whole(kinds[n]), climate, world, key, tally
        )
        store_person(people, first + n, person)
        store_fan(fans, first + n, fan)


@rare
def advance_rows(
    people: People, fans: Fans, start: int, stop: int, climate: Climate, world: World, key: int, tally: Tally
) -> None:
    """Advance the rows start … stop − 1 by one day."""
    day = climate.day
    for i in range(start, stop):
        if (
            not reachable(whole(fans.channels[i]), whole(fans.muted[i]))
            and climate.exposure[whole(people.segment[i])] < fans.threshold[i]
            and fans.due_on[i] != day
            and not searches(
                whole(people.key[i]), real(people.need_rate[i]), whole(fans.orders[i]), whole(fans.attrited[i]),
                climate, world, key,
            )
        ):  # fmt: skip
            count_bystander(whole(fans.clicked_on[i]), whole(fans.left_on[i]), day, tally)
            continue
        store_fan(fans, i, advance_fan(load_person(people, i), load_fan(fans, i), climate, world, key, tally))


class ArrayRows:
    """Rows of the fast engine.

    people, fans  columns with room for more rows than there are;  count: rows in use
    """

    def __init__(self, world: World, key: int, threads: int = 1) -> None:
        self.world, self.key, self.threads = world, key, threads
        self.count = 0
        self.people, self.fans = new_people(1024), new_fans(1024)
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def populate(self, fans: int) -> None:
        """The initial pool."""
        self._make_room(fans)
        addresses = np.array([pool_address(0)], np.int64) + np.arange(fans)
        populate_rows(self.people, self.fans, self.count, addresses, self.world, self.key)
        self.count += fans

    def advance(self, climate: Climate, tally: Tally) -> None:
        """One day of all rows."""
        threads = min(self.threads, self.count // ROWS_PER_THREAD)
        if threads <= 1 or self._pool is None:
            advance_rows(self.people, self.fans, 0, self.count, climate, self.world, self.key, tally)
            return
        edges = np.linspace(0, self.count, 4 * threads + 1).astype(int).tolist()

        def part(start: int, stop: int) -> Tally:
            own = new_tally()
            advance_rows(self.people, self.fans, start, stop, climate, self.world, self.key, own)
            return own

        for own in self._pool.map(part, edges[:-1], edges[1:]):
            tally += own

    def admit(self, responders: Responders, climate: Climate, tally: Tally) -> None:
        """New rows of today, in the order of the reservoir."""
        more = len(responders.addresses)
        self._make_room(more)
        admit_rows(self.people, self.fans, self.count, *responders, climate, self.world, self.key, tally)
        self.count += more

    def segments(self) -> list[int]:
        """Rows by segment."""
        size = self.world.segments.used
        return [int(n) for n in np.bincount(self.people.segment[: self.count], minlength=size)]

    def members(self) -> list[int]:
        """Members by channel."""
        return [int((self.fans.channels[: self.count] >> c & 1).sum()) for c in range(self.world.channels.used)]

    def cohorts(self, firsts: list[int]) -> tuple[int, ...]:
        """Followers by the month in which they followed: before day 0, then months that begin on days ``firsts``."""
        here = (self.fans.channels[: self.count] & ~self.fans.muted[: self.count]) != 0
        joined = self.fans.joined_on[: self.count][here]
        cohort = np.where(joined < 0, 0, np.searchsorted(np.array(firsts), joined, side="right"))
        return tuple(int(n) for n in np.bincount(cohort, minlength=len(firsts) + 1))

    def table(self) -> dict[str, np.ndarray]:
        """All columns of all rows."""
        columns = self.people._asdict() | self.fans._asdict()
        return {name: column[: self.count].copy() for name, column in columns.items()}

    def permute(self, order: np.ndarray) -> None:
        """Put the rows in another order; no result depends on it."""
        for column in (*self.people, *self.fans):
            column[: self.count] = column[: self.count][order]

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def _make_room(self, more: int) -> None:
        size = len(self.people.key)
        if self.count + more <= size:
            return
        size = max(self.count + more, size + size // 2)

        def grown(column: np.ndarray) -> np.ndarray:
            bigger = np.zeros(size, column.dtype)
            bigger[: self.count] = column[: self.count]
            return bigger

        self.people = People(*(grown(column) for column in self.people))
        self.fans = Fans(*(grown(column) for column in self.fans))


assert np.int16(NEVER) == NEVER

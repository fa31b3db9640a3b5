"""The fast engine: compiled loops over arrays of records, in as many threads as asked.

Rows are independent given the climate and all counters are integers, so threads and their order change nothing. Where
several brands share people, row i is the same person to each of them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import INTERPRETED, at_once, rare, rule
from sim.engines.admission import Integers, admitted
from sim.engines.calm import calm_days, most_joining
from sim.engines.columns import BATCH, Columns, new_columns, take_row
from sim.engines.evening import add_up, count_members, tire, write
from sim.engines.population import FAN, PERSON, Rows, unpacked
from sim.engines.reservoir import Responders, kind_to_stranger
from sim.engines.wordofmouth import Invited, Senders
from sim.engines.words import WORDS, channels_of_interest, fill_batch, load_draws
from sim.rules.climate import Boxed, Climate, World, boxed
from sim.rules.fan_day import advance_fan
from sim.rules.invited import come_back, invited_response
from sim.rules.membership import applications, seated
from sim.rules.people import initial_fan, person_at, segment_of_member, stranger
from sim.rules.presence import presence
from sim.rules.response import first_response
from sim.rules.retargeting import retargeted
from sim.rules.rivalry import ALONE, Surroundings
from sim.rules.rows import NEVER, STRANGER, Fan, Person, count_bystander, reachable
from sim.rules.search import searches
from sim.rules.tally import Slot, Tally, new_tally
from sim.streams import MASK32

ROOM = 2048  # rows that shared, before the kernel hands them over
CHUNK = 8192  # rows of several brands whose surroundings are worked out in one go
ROWS_PER_THREAD = 20_000  # below this a second thread costs more than it saves


@rule
def store_person(people: Rows, i: int, person: Person) -> None:
    """Write traits into a row."""
    row = people[i]
    row.key = person.key
    row.segment = person.segment
    row.tolerance = person.tolerance
    row.frailty = person.frailty
    row.need_rate = person.need_rate
    row.affinity = person.affinity
    row.trust_prior = person.trust_prior


@rule
def store_fan(fans: Rows, i: int, fan: Fan) -> None:
    """Write state into a row; this is where it is rounded to 32 bits. ``marks``: see ``population.MARKS``."""
    row = fans[i]
    row.marks = fan.source | fan.cause + 1 << 4 | fan.tier << 7 | fan.prospect << 9 | fan.grade + 16 << 11
    row.channels = fan.channels
    row.muted = fan.muted
    row.attempts = fan.attempts
    row.joined_on = fan.joined_on
    row.left_on = fan.left_on
    row.clicked_on = fan.clicked_on
    row.ordered_on = fan.ordered_on
    row.active_on = fan.active_on
    row.updated_on = fan.updated_on
    row.due_on = fan.due_on
    row.orders = fan.orders
    row.trust = fan.trust
    row.fatigue = fan.fatigue
    row.intimacy = fan.intimacy
    row.expectation = fan.expectation
    row.need_debt = fan.need_debt
    row.month_counts = fan.month_counts
    row.spend = fan.spend
    row.threshold = fan.threshold
    row.deal_proneness = fan.deal_proneness
    row.reference_price = fan.reference_price


@rule
def whole(x: int) -> int:
    """An integer of the columns as 64 bits in compiled code, as a Python integer in plain Python."""
    return int(x) + 0


@rule
def real(x: float) -> float:
    """A real number of the columns in 64 bits."""
    return float(x) + 0.0


@rule
def load_person(people: Rows, i: int) -> Person:
    """Traits of a row."""
    row = people[i]
    return Person(
        whole(row.key), whole(row.segment), real(row.tolerance), real(row.frailty), real(row.need_rate),
        real(row.affinity), real(row.trust_prior),
    )  # fmt: skip


@rule
def load_fan(fans: Rows, i: int) -> Fan:
    """State of a row."""
    row = fans[i]
    marks = whole(row.marks)
    return Fan(
        marks & 15, whole(row.channels), whole(row.muted), marks >> 7 & 3, (marks >> 4 & 7) - 1,
        marks >> 9 & 3, whole(row.attempts), whole(row.joined_on), whole(row.left_on), whole(row.clicked_on),
        whole(row.ordered_on), whole(row.active_on), whole(row.updated_on), whole(row.due_on), whole(row.orders),
        real(row.trust), real(row.fatigue), real(row.intimacy), real(row.expectation), real(row.need_debt),
        whole(row.month_counts), real(row.spend), real(row.threshold),
        real(row.deal_proneness), real(row.reference_price), (marks >> 11) - 16,
    )  # fmt: skip


@rare
def populate_rows(
    people: Rows, fans: Rows, first: int, addresses: np.ndarray, members: np.ndarray, worlds: Boxed, key: int
) -> None:
    """Fill rows from ``first`` on with people of the initial pools: members of this brand's, and strangers."""
    world = worlds[0]
    for n in range(len(addresses)):
        address = whole(addresses[n])
        segment = segment_of_member(address, world, key)
        if members[n]:
            store_person(people, first + n, person_at(address, segment, world.brand.trust_pool, world, key))
            store_fan(fans, first + n, initial_fan(load_person(people, first + n), world, key))
        else:
            person, fan = stranger(address, segment, 0.0, world, key)
            store_person(people, first + n, person)
            store_fan(fans, first + n, fan)


@rare
def admit_rows(
    people: Rows,
    fans: Rows,
    first: int,
    addresses: np.ndarray,
    segments: np.ndarray,
    kinds: np.ndarray,
    climates: Boxed,
    worlds: Boxed,
    key: int,
    tally: Tally,
) -> None:
    """Fill rows from ``first`` on with people who responded today; strangers where they did so to another brand."""
    climate, world = climates[0], worlds[0]
    for n in range(len(addresses)):
        address, segment, kind = whole(addresses[n]), whole(segments[n]), whole(kinds[n])
        if kind < 0:
            person, fan = stranger(address, segment, climate.encounters[segment], world, key)
        else:
            person, fan = first_response(address, segment, kind, climate, world, key, tally)
        store_person(people, first + n, person)
        store_fan(fans, first + n, fan)


@rare
def meet_rows(
    people: Rows,
    fans: Rows,
    count: int,
    rates: np.ndarray,
    climates: Boxed,
    worlds: Boxed,
    key: int,
    tally: Tally,
    found: np.ndarray,
) -> int:
    """Strangers whose clock has run out respond for the first time; returns how many.

    rates  [S][responses] of today;  found: [2, count] to be filled with their rows and kinds
    """
    climate, world = climates[0], worlds[0]
    met = 0
    for i in range(count):
        row = fans[i]
        if whole(row.marks) & 15 != STRANGER or climate.encounters[whole(people[i].segment)] < row.threshold:
            continue
        address, segment = whole(people[i].key), whole(people[i].segment)
        kind = kind_to_stranger(address, rates[segment], key)
        person, fan = first_response(address, segment, kind, climate, world, key, tally)
        store_person(people, i, person)
        store_fan(fans, i, fan)
        found[0, met], found[1, met] = i, kind
        met += 1
    return met


@rare
def find_applicants(fans: Rows, count: int, rows: np.ndarray) -> int:
    """Rows that wait for a scarce place: fills in ``rows``, [count]; returns how many."""
    found = 0
    for i in range(count):
        if applications(whole(fans[i].channels), whole(fans[i].muted)):
            rows[found] = i
            found += 1
    return found


@rare
def seat_rows(
    people: Rows, fans: Rows, rows: np.ndarray, found: np.ndarray, day: int, worlds: Boxed, key: int, tally: Tally
) -> None:
    """The morning of rows that applied for scarce places: in where ``found`` has a bit, out where not."""
    world = worlds[0]
    for n in range(len(rows)):
        i = rows[n]
        row = fans[i]
        row.channels, row.muted, row.joined_on, row.clicked_on, row.attempts = seated(
            whole(people[i].key), whole(row.channels), whole(row.muted), whole(found[n]), whole(row.marks) & 15,
            whole(row.joined_on), whole(row.left_on), whole(row.clicked_on), whole(row.attempts), day, world, key,
            tally,
        )  # fmt: skip


@rare
def admit_invited(
    people: Rows,
    fans: Rows,
    first: int,
    invited: np.ndarray,
    trusts: np.ndarray,
    affinities: np.ndarray,
    climates: Boxed,
    worlds: Boxed,
    key: int,
    tally: Tally,
) -> None:
    """Fill rows from ``first`` on with friends who accepted an invitation; see ``wordofmouth.Invited``."""
    climate, world = climates[0], worlds[0]
    for n in range(invited.shape[1]):
        person, fan = invited_response(
            whole(invited[0, n]), whole(invited[1, n]), real(trusts[n]), real(affinities[n]), invited[2, n] == 1,
            climate, world, key, tally,
        )  # fmt: skip
        store_person(people, first + n, person)
        store_fan(fans, first + n, fan)


@rare
def bring_back_rows(
    people: Rows, fans: Rows, rows: np.ndarray, rewarded: np.ndarray, trusts: np.ndarray, affinities: np.ndarray,
    climates: Boxed, worlds: Boxed, key: int, tally: Tally,
) -> None:  # fmt: skip
    """Known people who accepted an invitation follow again; a follower stays as he is, a stranger meets the brand."""
    climate, world = climates[0], worlds[0]
    for n in range(len(rows)):
        i = rows[n]
        if whole(fans[i].marks) & 15 == STRANGER:
            person, fan = invited_response(
                whole(people[i].key), whole(people[i].segment), real(trusts[n]), real(affinities[n]), rewarded[n] == 1,
                climate, world, key, tally,
            )  # fmt: skip
            store_person(people, i, person)
            store_fan(fans, i, fan)
        elif not reachable(whole(fans[i].channels), whole(fans[i].muted)):
            person, fan = load_person(people, i), load_fan(fans, i)
            store_fan(fans, i, come_back(person, fan, rewarded[n] == 1, climate, world, key, tally))


@rare
def meet_others(
    people: Rows, fans: Rows, start: int, stop: int, climates: Boxed, worlds: Boxed, here: np.ndarray
) -> None:
    """What a brand is this morning to the people of the rows start … stop − 1: fills in ``here``, [4, rows]."""
    climate, world = climates[0], worlds[0]
    for i in range(start, stop):
        found = presence(load_person(people, i), load_fan(fans, i), climate, world)
        here[0, i - start], here[1, i - start] = found.fatigue, found.messages
        here[2, i - start], here[3, i - start] = found.appeal, found.minutes


@rule
def surroundings(around: np.ndarray, n: int) -> Surroundings:
    """The other brands of one row, from [4, rows]."""
    return Surroundings(around[0, n], around[1, n], around[2, n], around[3, n])


@rare
def look_around(
    people: Rows,
    fans: Rows,
    first: int,
    stop: int,
    beside: bool,
    columns: Columns,
    keys: np.ndarray,
    busy: np.ndarray,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> tuple[int, int, int]:
    """Who is who among the rows from ``first`` on: at most BATCH followers, and as many others who are touched.

    columns, keys  of followers, to be filled;  busy: rows of the others to whom something may happen, to be filled

    Returns the row after the last, how many followers, and how many others.
    """
    day, shelf = climate.day, world.brand.found_again > 0.0
    followers, others, i = 0, 0, first
    while i < stop and followers < BATCH and others < BATCH:
        row = fans[i]
        if reachable(whole(row.channels), whole(row.muted)):
            keys[followers] = people[i].key
            take_row(people, fans, i, columns, followers, day)
            followers += 1
        elif beside and whole(row.marks) & 15 == STRANGER:
            pass
        elif (
            climate.exposure[whole(people[i].segment)] < row.threshold
            and row.due_on != day
            and not retargeted(whole(people[i].key), whole(row.clicked_on), climate, key)
            and not (
                shelf
                and searches(
                    whole(people[i].key), real(people[i].need_rate), whole(row.orders), whole(row.marks) >> 9 & 3,
                    climate, world, key,
                )
            )
        ):  # fmt: skip
            count_bystander(whole(row.clicked_on), whole(row.left_on), day, tally)
        else:
            busy[others] = i
            others += 1
        i += 1
    return i, followers, others


@rare
def advance_rows(
    people: Rows,
    fans: Rows,
    start: int,
    stop: int,
    around: np.ndarray,
    origin: int,
    climates: Boxed,
    worlds: Boxed,
    key: int,
    tally: Tally,
    shared: np.ndarray,
    batches: Boxed,
) -> tuple[int, int]:
    """Advance the rows start … stop − 1 by one day, or as many as ``shared`` has room for.

    around  [4, rows] the other brands (``Surroundings``) of the rows from ``origin`` on; [4, 0] where there is none
    shared  to be filled: rows that shared today, as 2 · row, + 1 if for a reward
    batches room for the columns of one batch

    Returns the first row that is still to be advanced (stop: none) and how many shared.
    """
    climate, world, columns = climates[0], worlds[0], batches[0]
    found, told, owed = 0, tally[Slot.SHARES], tally[Slot.REWARDED_SHARES]
    beside, at = around.shape[1] > 0, ALONE
    words = np.full((WORDS, BATCH), MASK32, np.uint32)  # nothing happens at the largest draw
    # rows with more than a calm day, and their columns of words
    busy, drawn, keys = np.empty(2 * BATCH, np.int64), np.empty(2 * BATCH, np.int64), np.empty(BATCH, np.int64)
    visited, joining = channels_of_interest(climate, world), most_joining(climate, world)
    first = start
    while first < stop and (climate.share_limit <= 0.0 or found + BATCH <= len(shared)):
        first, followers, waiting = look_around(
            people, fans, first, stop, beside, columns, keys, busy, climate, world, key, tally
        )
        drawn[:waiting] = 0  # draws are for followers
        if followers:
            fill_batch(words, keys[:followers], visited, climate, world, key)
            for n in range(followers):
                columns.around[n] = around[0, columns.row[n] - origin] if beside else 0.0
            calm_days(columns, followers, words, joining, people, fans, climate, world, key, tally)
            tire(columns, followers, people, fans, climate, world, key, tally)
            add_up(columns, followers, climate.day, world, tally)
            waiting = write(columns, followers, fans, climate.day, world, tally, busy, drawn, waiting)
        for n in range(waiting):
            i, draws = busy[n], load_draws(words, drawn[n])
            if beside:
                at = surroundings(around, i - origin)
            store_fan(
                fans,
                i,
                advance_fan(load_person(people, i), load_fan(fans, i), draws, at, climate, world, key, tally),
            )
            if tally[Slot.SHARES] != told:
                shared[found] = 2 * i + tally[Slot.REWARDED_SHARES] - owed
                found, told, owed = found + 1, tally[Slot.SHARES], tally[Slot.REWARDED_SHARES]
    count_members(columns, world, tally)
    return first, found


_NOBODY = np.zeros((len(ALONE), 0))
advance_part, admit_part, populate_part, meet_part = map(at_once, (advance_rows, admit_rows, populate_rows, meet_rows))
applicants_among, seat_part, meet_others_part = map(at_once, (find_applicants, seat_rows, meet_others))
invite_part, bring_back_part = map(at_once, (admit_invited, bring_back_rows))


class ArrayRows:
    """Rows of the fast engine.

    people, fans  records with room for more rows than there are;  count: rows in use
    """

    def __init__(self, world: World, key: int, threads: int = 1) -> None:
        self.world, self.key, self.threads = world, key, threads
        self._world = boxed(world)
        self.count = 0
        self._people, self._fans = np.zeros(0, PERSON), np.zeros(0, FAN)
        self._shared: list[npt.NDArray[np.int64]] = []
        self._numbers: npt.NDArray[np.int64] | None = None  # by row, where rows no longer lie in the order of birth
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    @property
    def people(self) -> Rows:
        """Traits of all rows, with room for more, by name."""
        return self._people.view(np.recarray)

    @property
    def fans(self) -> Rows:
        """State of all rows, with room for more, by name."""
        return self._fans.view(np.recarray)

    def populate(self, addresses: npt.NDArray[np.int64], members: npt.NDArray[np.bool_]) -> None:
        """The initial pools: members of this brand's, and strangers."""
        more = len(addresses)
        self._make_room(more)
        populate_part(*self._records(), self.count, addresses, members, self._world, self.key)
        self._born(more)

    def advance(self, climate: Climate, tally: Tally) -> None:
        """One day of all rows."""
        threads = min(self.threads, self.count // ROWS_PER_THREAD)
        if threads <= 1 or self._pool is None:
            self._shared = [self._part(0, self.count, boxed(climate), tally)]
            return
        edges = np.linspace(0, self.count, 4 * threads + 1).astype(int).tolist()
        tallies = [new_tally() for _ in edges[1:]]
        self._shared = list(self._pool.map(self._part, edges[:-1], edges[1:], [boxed(climate)] * len(tallies), tallies))
        for own in tallies:
            tally += own

    def advance_together(
        self, brands: Sequence["ArrayRows"], climates: Sequence[Climate], tallies: Sequence[Tally]
    ) -> None:
        """One day of all rows of several brands, this one's among them."""
        threads = max(1, min(self.threads, self.count // ROWS_PER_THREAD))
        parts = 1 if threads == 1 else 4 * threads
        edges = np.linspace(0, self.count, parts + 1).astype(int).tolist()
        own = [[new_tally() for _ in brands] for _ in edges[1:]]
        boxes = [boxed(climate) for climate in climates]

        def part(start: int, stop: int, counted: Sequence[Tally]) -> list[list[npt.NDArray[np.int64]]]:
            shared: list[list[npt.NDArray[np.int64]]] = [[np.empty(0, np.int64)] for _ in brands]
            for first in range(start, stop, CHUNK):
                last = min(first + CHUNK, stop)
                here = [np.empty((len(ALONE), last - first)) for _ in brands]
                for rows, climate, presences in zip(brands, boxes, here, strict=True):
                    meet_others_part(*rows._records(), first, last, climate, rows._world, presences)
                for b, rows in enumerate(brands):
                    around = np.zeros((len(ALONE), last - first))
                    for other in range(len(brands)):
                        if other != b:
                            around += here[other]
                    shared[b].append(rows._part(first, last, boxes[b], counted[b], around))
            return shared

        if threads == 1 or self._pool is None:
            found = [part(0, self.count, own[0])]
        else:
            found = list(self._pool.map(part, edges[:-1], edges[1:], own))
        for b, rows in enumerate(brands):
            rows._shared = [shared for of_part in found for shared in of_part[b]]
            for counted in own:
                tallies[b][:] += counted[b]

    def _part(
        self, start: int, stop: int, climates: Boxed, tally: Tally, around: npt.NDArray[np.float64] = _NOBODY
    ) -> npt.NDArray[np.int64]:
        """One day of the rows start … stop − 1; returns those who shared, as ``advance_rows`` writes them."""
        people, fans = self._records()
        room, columns = np.empty(ROOM, np.int64), new_columns()
        parts, origin = [], start
        while True:
            start, found = advance_part(
                people, fans, start, stop, around, origin, climates, self._world, self.key, tally, room, columns
            )
            parts.append(room[:found].copy())
            if start >= stop:
                return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def senders(self) -> Senders:
        """Who shared today, in the order of their keys."""
        shared = np.concatenate(self._shared)
        shared = shared[np.argsort(self.people.key[shared >> 1])]
        rows = shared >> 1
        return Senders(
            numbers=rows if self._numbers is None else self._numbers[rows],
            keys=self.people.key[rows],
            trusts=self.fans.trust[rows].astype(np.float64),
            affinities=self.people.affinity[rows].astype(np.float64),
            rewarded=shared & 1,
        )

    def admit_invited(self, invited: Invited, climate: Climate, tally: Tally) -> None:
        """New rows of friends who accepted an invitation, in the order of settlement."""
        more = len(invited.addresses)
        self._make_room(more)
        invite_part(
            *self._records(), self.count, np.array(invited[:3]), invited.trusts, invited.affinities, boxed(climate),
            self._world, self.key, tally,
        )  # fmt: skip
        self._born(more)

    def bring_back(self, numbers: npt.NDArray[np.int64], senders: Senders, climate: Climate, tally: Tally) -> None:
        """Known people, by number of birth, accept an invitation, in this order; followers stay as they are."""
        rows = self._rows_of(numbers)
        bring_back_part(
            *self._records(), rows, senders.rewarded, senders.trusts, senders.affinities, boxed(climate), self._world,
            self.key, tally,
        )  # fmt: skip

    def strangers(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether the brand has not met the people with these numbers of birth."""
        found: npt.NDArray[np.bool_] = self.fans.marks[self._rows_of(numbers)] & 15 == STRANGER
        return found

    def strangers_by_segment(self) -> list[int]:
        """People whom another brand has met and this one has not, by segment."""
        mask = self.fans.marks[: self.count] & 15 == STRANGER
        found = np.bincount(self.people.segment[: self.count][mask], minlength=self.world.segments.used)
        return [int(n) for n in found]

    def meet(self, rates: npt.NDArray[np.float64], climate: Climate, tally: Tally) -> Responders:
        """Strangers who respond today for the first time; rates: [S][responses]."""
        found = np.empty((2, self.count), np.int64)
        met = meet_part(*self._records(), self.count, rates, boxed(climate), self._world, self.key, tally, found)
        rows = found[0, :met]
        return Responders(self.people.key[rows].copy(), self.people.segment[rows].astype(np.int64), found[1, :met])

    def _rows_of(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return numbers if self._numbers is None else np.argsort(self._numbers)[numbers]

    def admit(self, responders: Responders, climate: Climate, tally: Tally) -> None:
        """New rows of today, in the order of the reservoir; strangers where the kind is −1."""
        more = len(responders.addresses)
        if not more:
            return
        self._make_room(more)
        admit_part(*self._records(), self.count, *responders, boxed(climate), self._world, self.key, tally)
        self._born(more)

    def keys_here(self) -> npt.NDArray[np.int64]:
        """Addresses of the rows of this process: of all."""
        return self.keys()

    def add_up(self, brands: Sequence["ArrayRows"], tallies: Sequence[Tally]) -> None:
        """All rows are here, and counted."""

    def seat(self, free: list[int], day: int, tally: Tally, choose: Callable[..., Integers] = admitted) -> None:
        """Places of this morning go to the applicants with the lowest draws; ``choose``: by what, see ``admitted``."""
        rows = np.empty(self.count, np.int64)
        rows = rows[: applicants_among(self._records()[1], self.count, rows)]
        if not len(rows) and choose is admitted:
            return
        fans = self.fans[rows]
        found = choose(self.people[rows].key, (fans.muted & ~fans.channels).astype(np.int64), free, day, self.key)
        seat_part(*self._records(), rows, found, day, self._world, self.key, tally)

    def segments(self) -> npt.NDArray[np.int64]:
        """Segment of each row, in the order of birth."""
        segments: npt.NDArray[np.int64] = self.people.segment[: self.count].astype(np.int64)
        return segments if self._numbers is None else segments[np.argsort(self._numbers)]

    def keys(self) -> npt.NDArray[np.int64]:
        """Addresses of all rows, in the order of birth."""
        keys = np.array(self.people.key[: self.count], np.int64)
        return keys if self._numbers is None else keys[np.argsort(self._numbers)]

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
        """All columns of all rows, strangers left out."""
        people, fans = self.people[: self.count], self.fans[: self.count]
        met = fans.marks & 15 != STRANGER
        if not met.all():
            people, fans = people[met], fans[met]
        found = {name: people[name].copy() for name in Person._fields}
        marks = unpacked(fans.marks)
        for name in Fan._fields:
            found[name] = marks[name] if name in marks else fans[name].copy()
        return found

    def permute(self, order: np.ndarray) -> None:
        """Put the rows in another order; no result depends on it."""
        for rows in (self.people, self.fans):
            rows[: self.count] = rows[: self.count][order]
        self._numbers = (np.arange(self.count) if self._numbers is None else self._numbers)[order]

    PASSING = ("_shared",)

    def state(self) -> dict[str, Any]:
        """Records of all rows as they lie, and their numbers of birth where these are not 0, 1, …; no copies."""
        return {
            "people": self._people[: self.count],
            "fans": self._fans[: self.count],
            "numbers": self._numbers,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over the records of a state, in place of all rows.

        Raises ValueError when they are not records of this version's rows.
        """
        people, fans = state["people"], state["fans"]
        if (people.dtype, fans.dtype) != (PERSON, FAN) or people.shape != fans.shape:
            raise ValueError("the rows have other columns than those of this version")
        self._people, self._fans = people, fans
        self.count, self._numbers = len(people), state["numbers"]

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def _records(self) -> tuple[Rows, Rows]:
        """The rows as a compiled rule takes them soonest: without access by name, which plain Python needs."""
        return (self.people, self.fans) if INTERPRETED else (self._people, self._fans)

    def _born(self, more: int) -> None:
        if self._numbers is not None:
            self._numbers = np.append(self._numbers, np.arange(self.count, self.count + more))
        self.count += more

    def _make_room(self, more: int) -> None:
        needed, size = self.count + more, len(self._people)
        if needed <= size:
            return
        size = max(needed, size + size // 8, 1024)
        if self.count == 0:  # room that nobody has written to yet takes no memory
            self._people, self._fans = np.zeros(size + size // 4, PERSON), np.zeros(size + size // 4, FAN)
            return
        # in place, so that two copies are not needed at once, where nobody else holds the rows: a view of a caller's
        try:
            self._people.resize(size)
        except ValueError:
            self._people = _longer(self._people, size)
        try:
            self._fans.resize(size)
        except ValueError:
            self._fans = _longer(self._fans, size)


def _longer(rows: Rows, size: int) -> Rows:
    """A copy of rows with room for more."""
    longer = np.zeros(size, rows.dtype)
    longer[: len(rows)] = rows
    return longer


assert np.int16(NEVER) == NEVER

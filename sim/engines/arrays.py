"""The fast engine: compiled loops over arrays of records, in as many threads as asked.

Rows are independent given the climate and all counters are integers, so threads and their order change nothing. Where
several brands share people, row i is the same person to each of them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import INTERPRETED, at_once
from sim.engines.admission import Integers, admitted
from sim.engines.advance import advance_rows
from sim.engines.columns import new_columns
from sim.engines.loops import (
    admit_invited,
    admit_rows,
    bring_back_rows,
    find_applicants,
    meet_others,
    meet_rows,
    populate_rows,
    seat_rows,
)
from sim.engines.population import FAN, PERSON, Rows, unpacked
from sim.engines.reservoir import Responders
from sim.engines.rest import Rest
from sim.engines.wordofmouth import Invited, Senders
from sim.rules.climate import Boxed, Climate, World, boxed
from sim.rules.rivalry import ALONE
from sim.rules.rows import NEVER, STRANGER, Fan, Person
from sim.rules.tally import Tally, new_tally

ROOM = 2048  # rows that shared or applied, before the kernel hands them over
CHUNK = 8192  # rows of several brands whose surroundings are worked out in one go
ROWS_PER_THREAD = 20_000  # below this a second thread costs more than it saves
PARTS = 4  # at least, of a thread: whose work is done takes over some of the others'
ROWS_PER_PART = 50_000  # of many rows, more parts: no thread waits long for the last one

# of a part of the rows: those who shared, as ``advance_rows`` writes them, and those who applied for a scarce place
Heard = tuple[list[npt.NDArray[np.int64]], list[npt.NDArray[np.int64]]]

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
        self._rest = Rest()
        self._shared: list[npt.NDArray[np.int64]] = []
        self._applied: list[npt.NDArray[np.int64]] | None = None  # rows among which applicants are; None: all
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
        self._rest.morning(climate)
        edges = self._edges()
        if len(edges) == 2 or self._pool is None:
            self._hear([self._part(0, self.count, boxed(climate), tally)])
            return
        tallies = [new_tally() for _ in edges[1:]]
        self._hear(list(self._pool.map(self._part, edges[:-1], edges[1:], [boxed(climate)] * len(tallies), tallies)))
        for own in tallies:
            tally += own

    def advance_together(
        self, brands: Sequence["ArrayRows"], climates: Sequence[Climate], tallies: Sequence[Tally]
    ) -> None:
        """One day of all rows of several brands, this one's among them."""
        edges = self._edges()
        own = [[new_tally() for _ in brands] for _ in edges[1:]]
        boxes = [boxed(climate) for climate in climates]
        for rows, climate in zip(brands, climates, strict=True):
            rows._rest.morning(climate)

        def part(start: int, stop: int, counted: Sequence[Tally]) -> list[list[Heard]]:
            heard: list[list[Heard]] = [[] for _ in brands]
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
                    heard[b].append(rows._part(first, last, boxes[b], counted[b], around))
            return heard

        if len(edges) == 2 or self._pool is None:
            found = [part(0, self.count, own[0])]
        else:
            found = list(self._pool.map(part, edges[:-1], edges[1:], own))
        for b, rows in enumerate(brands):
            rows._hear([heard for of_part in found for heard in of_part[b]])
            for counted in own:
                tallies[b][:] += counted[b]

    def _part(
        self, start: int, stop: int, climates: Boxed, tally: Tally, around: npt.NDArray[np.float64] = _NOBODY
    ) -> Heard:
        """One day of the rows start … stop − 1."""
        people, fans = self._records()
        room, places, columns = np.empty(ROOM, np.int64), np.empty(ROOM, np.int64), new_columns()
        shared, applied, origin, rest = [], [], start, self._rest
        while True:
            start, sharing, asking = advance_part(
                people,
                fans,
                start,
                stop,
                around,
                origin,
                climates,
                self._world,
                self.key,
                tally,
                room,
                places,
                columns,
                rest.until,
                rest.gone,
                rest.step,
            )
            shared.append(room[:sharing].copy())
            applied.append(places[:asking].copy())
            if start >= stop:
                return shared, applied

    def _edges(self) -> list[int]:
        """First rows of the parts into which a day is divided, and the row after the last."""
        threads = min(self.threads, self.count // ROWS_PER_THREAD)
        if threads <= 1:
            return [0, self.count]
        parts = max(PARTS * threads, self.count // ROWS_PER_PART)
        edges: list[int] = np.linspace(0, self.count, parts + 1).astype(int).tolist()
        return edges

    def _hear(self, heard: list[Heard]) -> None:
        """What the parts of a day have told of their rows."""
        self._shared = [rows for shared, _ in heard for rows in shared] or [np.empty(0, np.int64)]
        self._applied = [rows for _, applied in heard for rows in applied]

    def _may_apply(self, rows: npt.NDArray[np.int64]) -> None:
        """These rows, too, may have applied for a scarce place."""
        if self._applied is not None:
            self._applied.append(rows)

    def _applicants(self) -> npt.NDArray[np.int64]:
        """Rows that wait for a scarce place."""
        if self._applied is None:
            among = np.arange(self.count)
        else:
            among = np.unique(np.concatenate([*self._applied, np.empty(0, np.int64)]))
        found = np.empty(len(among), np.int64)
        return found[: applicants_among(self._records()[1], among, found)]

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
        self._rest.wake(rows)
        self._may_apply(rows)
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
        rows = found[0, :met].copy()
        self._may_apply(rows)
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
        rows = self._applicants()
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
        packed = unpacked(fans)
        for name in Fan._fields:
            found[name] = packed[name] if name in packed else fans[name].copy()
        return found

    def permute(self, order: np.ndarray) -> None:
        """Put the rows in another order; no result depends on it."""
        for rows in (self.people, self.fans):
            rows[: self.count] = rows[: self.count][order]
        self._rest.end()
        self._applied = None
        self._numbers = (np.arange(self.count) if self._numbers is None else self._numbers)[order]

    PASSING = ("_shared", "_applied", "_rest")

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
        self._people, self._fans, self._rest = people, fans, Rest()
        self._rest.make_room(len(people))
        self._applied = None
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
        if self._applied is not None:
            self._applied.append(np.arange(self.count, self.count + more))
        self.count += more

    def _make_room(self, more: int) -> None:
        needed, size = self.count + more, len(self._people)
        if needed <= size:
            return
        size = max(needed, size + size // 8, 1024)
        if self.count == 0:  # room that nobody has written to yet takes no memory
            size += size // 4
            self._people, self._fans = np.zeros(size, PERSON), np.zeros(size, FAN)
        else:
            self._lengthen(size)
        self._rest.make_room(size)

    def _lengthen(self, size: int) -> None:
        """In place, so that two copies are not needed at once, where nobody else holds the rows: a caller's view."""
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

"""One run over many processes or machines: each shard holds the rows that fall to it by identity.

Every shard runs the whole day loop. All outside the rows is a function of the seed and of integer sums, so it is the
same in every shard; only rows are divided. A shard counts what its own rows do and keeps these counters apart until the
end of the day, when one sum over all shards (``add_up``) makes them the day's tally. Where fans invite friends the
shards exchange who shared, where places are scarce who may get one, where rivals' fans come through a source who came,
and where a logic is told the truth whole tables; nothing else of a single person leaves a shard.

With every day's sum goes a check sum of what each shard has been told so far. If two shards differ in a single bit of
it, because their machines compute exp() differently or their versions do, the run ends.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.engines.admission import admitted
from sim.engines.arrays import ArrayRows
from sim.engines.communicators import Communicator, ShardLost
from sim.engines.reservoir import Responders
from sim.engines.wordofmouth import Invited, Senders
from sim.rules.climate import Climate, World
from sim.rules.tally import Tally, new_tally

Integers = npt.NDArray[np.int64]

NUMBER = np.uint32  # of birth: a run of four billion rows would hold 400 GB


def shard_of(addresses: Integers, shards: int) -> Integers:
    """The shard of each person: a hash of the address (SplitMix64, Steele et al. 2014), modulo their number.

    The hash balances what the addresses do not: those of a cell, or of a pool, are consecutive.
    """
    with np.errstate(over="ignore"):
        x = addresses.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ x >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ x >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        x = x ^ x >> np.uint64(31)
    return (x % np.uint64(shards)).astype(np.int64)


class ShardRows:
    """The rows of one brand that fall to one shard.

    rows    the rows that live here, of the fast engine
    born    rows of all shards so far: a person's number of birth is the same in all of them
    counted what the rows here have done since the last sum; ``tally`` of the methods is left alone until then
    """

    def __init__(self, communicator: Communicator, world: World, key: int, threads: int = 1) -> None:
        self.communicator, self.world = communicator, world
        self.rows = ArrayRows(world, key, threads)
        self.born = 0
        self.counted = new_tally()
        self.told = 0  # check sum of all that has been said to this shard
        self._births: list[npt.NDArray[Any]] = [np.empty(0, NUMBER)]
        self._strangers = False  # whether there can be any

    @property
    def numbers(self) -> npt.NDArray[Any]:
        """Numbers of birth of the rows here, rising."""
        if len(self._births) > 1:
            self._births = [np.concatenate(self._births)]
        return self._births[0]

    def populate(self, addresses: Integers, members: npt.NDArray[np.bool_]) -> None:
        """Those of the initial pools who fall to this shard."""
        here = self._born(addresses)
        self._strangers |= not members.all()
        self.rows.populate(addresses[here], members[here])

    def advance(self, climate: Climate, tally: Tally) -> None:
        """One day of the rows here."""
        self._hear(climate)
        self.rows.advance(climate, self.counted)

    def advance_together(
        self, brands: Sequence["ShardRows"], climates: Sequence[Climate], tallies: Sequence[Tally]
    ) -> None:
        """One day of the rows here of several brands."""
        for brand, climate in zip(brands, climates, strict=True):
            brand._hear(climate)
        self.rows.advance_together([brand.rows for brand in brands], climates, [brand.counted for brand in brands])

    def add_up(self, brands: Sequence["ShardRows"], tallies: Sequence[Tally]) -> None:
        """The day's counters of all shards, for all brands in one go.

        Raises ShardLost when the shards have not been told the same.
        """
        told = zlib.crc32(b"".join(brand.told.to_bytes(4) for brand in brands))
        found = self.communicator.sum(np.concatenate([*(brand.counted for brand in brands), [told]]))
        if found[-1] != told * self.communicator.size:  # all are equal if and only if each is the mean
            raise ShardLost(
                "the shards do not agree on the day. Their machines or versions differ; run all of them with one "
                "version of Sanyu, NumPy and Numba on one kind of machine."
            )
        for brand, tally, of_all in zip(brands, tallies, np.split(found[:-1], len(brands)), strict=True):
            tally[:] += of_all
            brand.counted[:] = 0

    def admit(self, responders: Responders, climate: Climate, tally: Tally) -> None:
        """Those of today's newcomers who fall to this shard."""
        self._hear(*responders)
        here = self._born(responders.addresses)
        self._strangers |= bool((responders.kinds < 0).any())
        self.rows.admit(Responders(*(column[here] for column in responders)), climate, self.counted)

    def meet(self, rates: npt.NDArray[np.float64], climate: Climate, tally: Tally) -> Responders:
        """Strangers who respond today for the first time; of all shards only where a source counts its people."""
        found = self.rows.meet(rates, climate, self.counted)
        return Responders(*self._all(found)) if self.world.sources.used else found

    def strangers(self, numbers: Integers) -> npt.NDArray[np.bool_]:
        """Whether the brand has not met the people with these numbers of birth."""
        found = np.zeros(len(numbers), np.int64)
        if self._strangers:
            here, rows = self._rows_of(numbers)
            found[here] = self.rows.strangers(rows)
            found = self.communicator.sum(found)
        return np.asarray(found == 1)

    def strangers_by_segment(self) -> list[int]:
        """People whom another brand has met and this one has not, by segment."""
        return self._sum(self.rows.strangers_by_segment())

    def senders(self) -> Senders:
        """Who shared today in any shard, in the order of their keys."""
        mine = self.rows.senders()
        columns = self._all(mine._replace(numbers=self.numbers[mine.numbers].astype(np.int64)))
        order = np.argsort(columns[1])
        return Senders(*(column[order] for column in columns))

    def admit_invited(self, invited: Invited, climate: Climate, tally: Tally) -> None:
        """Those of the friends who accepted an invitation who fall to this shard."""
        self._hear(*invited)
        here = self._born(invited.addresses)
        mine: Any = (column[here] for column in invited)
        self.rows.admit_invited(Invited(*mine), climate, self.counted)

    def bring_back(self, numbers: Integers, senders: Senders, climate: Climate, tally: Tally) -> None:
        """Those of the known people who accepted an invitation who live here."""
        here, rows = self._rows_of(numbers)
        self.rows.bring_back(rows, senders.those(here), climate, self.counted)

    def seat(self, free: list[int], day: int, tally: Tally) -> None:
        """Places of this morning go to the applicants with the lowest draws in all shards.

        Who gets no place among the applicants here gets none among all, so the others need not be told of them.
        """

        def choose(keys: Integers, waiting: Integers, free: Sequence[int], day: int, key: int) -> Integers:
            near = admitted(keys, waiting, free, day, key)
            hopeful = near != 0
            all_keys, all_near = self._all([keys[hopeful].astype(np.int64), near[hopeful]])
            chosen = admitted(all_keys, all_near, free, day, key)
            order = np.argsort(all_keys)
            near[hopeful] = chosen[order[np.searchsorted(all_keys, keys[hopeful], sorter=order)]]
            return near

        self._hear(np.array(free))
        self.rows.seat(free, day, self.counted, choose)

    def segments(self) -> Integers:
        """Segment of each row of all shards, in the order of birth."""
        (found,) = self._in_order(self.numbers, [self.rows.segments().astype(np.int8)])
        return found.astype(np.int64)

    def keys(self) -> Integers:
        """Addresses of the rows of all shards, in the order of birth."""
        (found,) = self._in_order(self.numbers, [self.rows.keys()])
        return found

    def keys_here(self) -> Integers:
        """Addresses of the rows of this shard; two people with one address would be in one shard."""
        return self.rows.keys()

    def members(self) -> list[int]:
        """Members by channel."""
        return self._sum(self.rows.members())

    def cohorts(self, firsts: list[int]) -> tuple[int, ...]:
        """Followers by month of following."""
        return tuple(self._sum(self.rows.cohorts(firsts)))

    def table(self) -> dict[str, npt.NDArray[Any]]:
        """All columns of the rows of all shards, in the order of birth, strangers left out."""
        found, numbers = self.rows.table(), self.numbers
        if self._strangers:
            numbers = numbers[~self.rows.strangers(np.arange(self.rows.count))]
        return dict(zip(found, self._in_order(numbers, list(found.values())), strict=True))

    def close(self) -> None:
        """End the threads."""
        self.rows.close()

    def _born(self, addresses: Integers) -> npt.NDArray[np.bool_]:
        """Give numbers to the next people to be born; returns which of them live here."""
        here: npt.NDArray[np.bool_] = shard_of(addresses, self.communicator.size) == self.communicator.index
        self._births.append((self.born + np.flatnonzero(here)).astype(NUMBER))
        self.born += len(addresses)
        if self.born > np.iinfo(NUMBER).max:
            raise OverflowError("a run has at most four billion rows.")
        return here

    def _rows_of(self, numbers: Integers) -> tuple[npt.NDArray[np.bool_], Integers]:
        """Which people, by number of birth, live here, and the rows of those who do."""
        own = self.numbers
        rows = np.searchsorted(own, numbers.astype(NUMBER))
        here = np.zeros(len(numbers), np.bool_)
        inside = rows < len(own)
        here[inside] = own[rows[inside]] == numbers[inside]
        return here, rows[here]

    def _hear(self, *said: Any) -> None:
        """Take into the check sum what every shard should have been told alike: columns, or a day's climate."""
        for part in said:
            text = part.tobytes() if hasattr(part, "tobytes") else repr(part).encode()
            self.told = zlib.crc32(text, self.told)

    def _sum(self, values: Sequence[int]) -> list[int]:
        return [int(n) for n in self.communicator.sum(np.array(values, np.int64))]

    def _all(self, columns: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """Columns of all shards, one after the other."""
        return [np.concatenate(parts) for parts in zip(*self.communicator.gather(columns), strict=True)]

    def _in_order(self, numbers: npt.NDArray[Any], columns: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """Columns of all shards in the order of birth."""
        births, *found = self._all([numbers, *columns])
        order = np.argsort(births)
        return [column[order] for column in found]

"""The network of friends, uncovered edge by edge (configuration model, principle of deferred decisions).

Everybody has as many stubs, ends of edges, as friends. An invitation takes one of the inviter's open stubs and joins
it to one drawn from all that are still open: those of the untouched as one block per cell, then those of the rows in
the order of birth (day of birth, then the order in which the day's newcomers were admitted), found in a Fenwick tree
(1994) over blocks of rows. Each edge is used once. A refused invitation leaves an untouched person untouched, with a
stub less; since the people of a cell are exchangeable, it is enough to count such stubs by cell, and to draw how many
of them were a person's own when the person becomes a row (``used_stubs``). So nothing is kept of people without a row,
and the law is exactly that of a graph drawn in full before the first day.

Draws have the inviter and the number of the stub as their address, and the day's invitations are settled in the order
of the inviters' keys: neither storage, threads nor engine decide anything.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import rare, rule
from sim.engines.population import STUBS
from sim.engines.reservoir import cell_of, invited_address
from sim.rules.referral import ReferralRules, acceptance, used_stubs
from sim.streams import MASK32, Decision, uniform

Integers = npt.NDArray[np.int64]

CLASS_SHIFT = 13  # a row's word: degree class, then open stubs
OPEN = (1 << CLASS_SHIFT) - 1
MOST_CLASSES = 8
BLOCK = 256  # rows under one leaf of the tree

# what becomes of an invitation
NOBODY_LEFT = 0  # the inviter has asked everyone, or there is nobody to ask
REFUSED = 1
NEWCOMER = 2  # an untouched person accepts
KNOWN = 3  # a person with a row would accept
KNOWN_REFUSED = 4


@rule
def add(tree: Integers, number: int, change: int) -> None:
    """Add to the open stubs of a row's block."""
    i = number // BLOCK + 1
    while i < len(tree):
        tree[i] += change
        i += i & -i


@rule
def find(tree: Integers, stubs: npt.NDArray[np.uint16], at: int) -> int:
    """The row that holds the ``at``-th open stub, counted from 0 in the order of birth."""
    step = 1
    while 2 * step < len(tree):
        step *= 2
    block = 0
    while step > 0:
        if block + step < len(tree) and tree[block + step] <= at:
            block += step
            at -= tree[block]
        step //= 2
    number = block * BLOCK
    while at >= int(stubs[number]) & OPEN:
        at -= int(stubs[number]) & OPEN
        number += 1
    return number


@rare
def fill(tree: Integers, stubs: npt.NDArray[np.uint16], count: int) -> int:
    """Build the tree anew; returns the number of open stubs."""
    tree[:] = 0
    total = 0
    for number in range(count):
        tree[number // BLOCK + 1] += int(stubs[number]) & OPEN
        total += int(stubs[number]) & OPEN
    for i in range(1, len(tree)):
        above = i + (i & -i)
        if above < len(tree):
            tree[above] += tree[i]
    return total


@rule
def stub_drawn(key: int, inviter: int, ordinal: int, total: int) -> int:
    """A stub, uniform on 0 … total − 1, from 64 bits: two words of 32 could not tell 10¹⁰ stubs apart."""
    high = int(uniform(key, Decision.STUB, inviter, 0, 2 * ordinal) * 4294967296.0) & MASK32
    low = uniform(key, Decision.STUB, inviter, 0, 2 * ordinal + 1)
    return min(total - 1, int((high + low) / 4294967296.0 * total))


@rule
def open_in(cell: int, untouched: Integers, closed: Integers, degrees: Integers) -> int:
    """Open stubs of the untouched people of a cell."""
    return int(untouched[cell]) * int(degrees[cell % len(degrees)]) - int(closed[cell])


@rule
def draw_open(stubs: int, closed: int, mine: int, address: int, key: int) -> int:
    """How many of ``mine`` stubs of a new row are open, of ``stubs`` in its cell of which ``closed`` are used."""
    return mine - used_stubs(stubs, closed, mine, uniform(key, Decision.DEGREE, address, 0, 0))


@rare
def draw_classes(addresses: Integers, ends: npt.NDArray[np.float64], key: int, found: Integers) -> None:
    """Degree classes of members of the initial pool."""
    for n in range(len(addresses)):
        u = uniform(key, Decision.DEGREE, int(addresses[n]), 0, 0)
        degree_class = 0
        while degree_class < len(ends) - 1 and u >= ends[degree_class]:
            degree_class += 1
        found[n] = degree_class


@rare
def admit_newcomers(
    addresses: Integers,
    first: int,
    stubs: npt.NDArray[np.uint16],
    tree: Integers,
    untouched: Integers,
    closed: Integers,
    degrees: Integers,
    key: int,
) -> int:
    """Give rows to today's responders, who are out of ``untouched`` already; returns their open stubs."""
    before = untouched.copy()
    for n in range(len(addresses)):
        before[cell_of(int(addresses[n]))] += 1
    total = 0
    for n in range(len(addresses)):
        address = int(addresses[n])
        cell = cell_of(address)
        degree_class = cell % len(degrees)
        degree = int(degrees[degree_class])
        left = draw_open(int(before[cell]) * degree, int(closed[cell]), degree, address, key)
        stubs[first + n] = degree_class << CLASS_SHIFT | left
        closed[cell] -= degree - left
        before[cell] -= 1
        add(tree, first + n, left)
        total += left
    return total


@rare
def settle_invitations(
    numbers: Integers,
    keys: Integers,
    trusts: npt.NDArray[np.float64],
    count: int,
    in_rows: int,
    stubs: npt.NDArray[np.uint16],
    tree: Integers,
    untouched: Integers,
    closed: Integers,
    degrees: Integers,
    p: ReferralRules,
    key: int,
    outcomes: Integers,
    targets: Integers,
    addresses: Integers,
) -> tuple[int, int]:
    """Settle a day's invitations, one by one; returns the number of rows and of open stubs in rows afterwards.

    numbers, keys, trusts  of the inviters, in the order of their keys
    count, in_rows         rows, and open stubs in them
    outcomes, targets, addresses  to be filled: what became of each, the cell or the row met, the newcomer's address
    """
    for e in range(len(numbers)):
        inviter = int(keys[e])
        own = int(stubs[numbers[e]])
        ordinal = int(degrees[own >> CLASS_SHIFT]) - (own & OPEN)
        total = in_rows - 1
        for cell in range(len(untouched)):
            total += open_in(cell, untouched, closed, degrees)
        if own & OPEN == 0 or total == 0:
            outcomes[e] = NOBODY_LEFT
            continue
        stubs[numbers[e]] = own - 1
        add(tree, numbers[e], -1)
        in_rows -= 1
        accepted = uniform(key, Decision.ACCEPT, inviter, 0, ordinal) < acceptance(float(trusts[e]), p)
        at = stub_drawn(key, inviter, ordinal, total)
        cell = 0
        while cell < len(untouched) and at >= open_in(cell, untouched, closed, degrees):
            at -= open_in(cell, untouched, closed, degrees)
            cell += 1
        if cell == len(untouched):
            met = find(tree, stubs, at)
            stubs[met] = int(stubs[met]) - 1
            add(tree, met, -1)
            in_rows -= 1
            outcomes[e], targets[e] = KNOWN if accepted else KNOWN_REFUSED, met
        elif accepted:
            outcomes[e], targets[e], addresses[e] = NEWCOMER, cell, invited_address(inviter, ordinal)
            degree_class = cell % len(degrees)
            degree = int(degrees[degree_class])
            left = draw_open(int(untouched[cell]) * degree - 1, int(closed[cell]), degree - 1, int(addresses[e]), key)
            untouched[cell] -= 1
            closed[cell] -= degree - 1 - left
            stubs[count] = degree_class << CLASS_SHIFT | left
            add(tree, count, left)
            in_rows += left
            count += 1
        else:
            outcomes[e], targets[e] = REFUSED, cell
            closed[cell] += 1
    return count, in_rows


@rare
def name_friends(keys: Integers, used: Integers, children: Integers) -> None:
    """Addresses of the friends behind the first ``used`` stubs of each row, one row after the other."""
    n = 0
    for row in range(len(keys)):
        for ordinal in range(used[row]):
            children[n] = invited_address(int(keys[row]), ordinal)
            n += 1


class Settled(NamedTuple):
    """What became of a day's invitations, each [n] int64, in the order of the inviters' keys."""

    outcomes: Integers
    targets: Integers  # the cell of a newcomer, the number of a row that was known
    addresses: Integers  # of newcomers


class Network:
    """Open stubs of rows by number of birth, and used stubs of the untouched by cell.

    classes  share of people and degree, by degree class
    cells    segments × classes
    """

    CARRIED = ("closed", "count", "in_rows", "stubs", "tree")

    def __init__(self, classes: tuple[tuple[float, int], ...], cells: int, p: ReferralRules, key: int) -> None:
        assert len(classes) <= MOST_CLASSES
        assert all(degree <= OPEN for _, degree in classes)
        self.key, self.p = key, p
        self.ends = np.cumsum([share for share, _ in classes])
        self.degrees = np.array([degree for _, degree in classes], np.int64)
        self.closed = np.zeros(cells, np.int64)
        self.count = self.in_rows = 0
        self.stubs = np.zeros(BLOCK, STUBS)
        self.tree = np.zeros(2, np.int64)

    def populate(self, addresses: Integers) -> Integers:
        """Draw the degree classes of the initial pool; returns them."""
        found = np.zeros(len(addresses), np.int64)
        draw_classes(addresses, self.ends, self.key, found)
        self._make_room(len(found))
        self.stubs[: len(found)] = found << CLASS_SHIFT | self.degrees[found]
        self.count = len(found)
        self.in_rows = fill(self.tree, self.stubs, self.count)
        return found

    def admit(self, addresses: Integers, untouched: Integers) -> None:
        """People who responded today by themselves have rows; ``untouched`` are those left by cell."""
        self._make_room(len(addresses))
        self.in_rows += admit_newcomers(
            addresses, self.count, self.stubs, self.tree, untouched, self.closed, self.degrees, self.key
        )
        self.count += len(addresses)

    def settle(
        self, numbers: Integers, keys: Integers, trusts: npt.NDArray[np.float64], untouched: Integers
    ) -> Settled:
        """Settle the day's invitations; ``untouched`` falls by those who accept."""
        self._make_room(len(numbers))
        outcomes, targets, addresses = (np.zeros(len(numbers), np.int64) for _ in range(3))
        self.count, self.in_rows = settle_invitations(
            numbers, keys, trusts, self.count, self.in_rows, self.stubs, self.tree, untouched, self.closed,
            self.degrees, self.p, self.key, outcomes, targets, addresses,
        )  # fmt: skip
        return Settled(outcomes, targets, addresses)

    def friends_asked(self, keys: Integers) -> tuple[Integers, Integers]:
        """Number of a row and address of the friend behind a stub, for every stub used so far by any row.

        keys  addresses of all rows, in the order of birth

        Some of these friends had rows of their own already, or refused, so that nobody has the address.
        """
        words = self.stubs[: self.count].astype(np.int64)
        used = self.degrees[words >> CLASS_SHIFT] - (words & OPEN)
        parents = np.repeat(np.arange(self.count), used)
        children = np.empty(len(parents), np.int64)
        name_friends(keys, used, children)
        return parents, children

    def _make_room(self, more: int) -> None:
        size = len(self.stubs)
        if self.count + more <= size:
            return
        while size < self.count + more:
            size *= 2
        stubs = np.zeros(size, STUBS)
        stubs[: self.count] = self.stubs[: self.count]
        self.stubs, self.tree = stubs, np.zeros(size // BLOCK + 1, np.int64)
        self.in_rows = fill(self.tree, self.stubs, self.count)

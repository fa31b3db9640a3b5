"""The reservoir: people who have only been exposed are counts; a person becomes a row at the first response.

A cell is a user segment, or a degree class of one where fans invite friends. Its n-th person responds when the day's
intensities, weighted with the number U of people still untouched, have passed Exp(cell, 1) + … + Exp(cell, n): exactly
the order statistics of U independent waiting times (Rényi 1953). Under every logic the n-th person of a cell is thus
the same person with the same traits and luck; only the day and the source differ. A friend who accepts an invitation
leaves U in the middle of a gap: what is left of the gap stays, since an exponential has no memory, and is passed more
slowly by the fewer people.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import at_once, rule
from sim.rules.response import SCANS
from sim.streams import MASK32, Decision, exponential, philox, uniform

_POOL, _CELL, _INVITED = 1 << 60, 2 << 60, 3 << 60
_CELL_SHIFT = 44
_INVITATION = 0x494E5649  # fourth counter word of the hash
ROOM = 256  # responders of a cell found in one go


class Response(IntEnum):
    """How a person responds for the first time."""

    FOLLOW_FROM_FEED = 0
    ORDER_FROM_FEED = 1
    CLICK_AD = 2
    FOLLOW_FROM_LIVE = 3
    ORDER_IN_LIVE = 4
    FOLLOW_FROM_SEARCH = 5
    ORDER_FROM_SEARCH = 6
    LEAVE_LEAD_IN_FEED = 7
    LEAVE_LEAD_IN_LIVE = 8
    WALK_INTO_STORE = 9


KINDS = len(Response)


def pool_address(number: int) -> int:
    """Address of a member of the initial pool."""
    return _POOL | number


def cell_address(cell: int, rank: int) -> int:
    """Address of the person who is the ``rank``-th of a cell to respond; rank 0 … 2⁴⁴ − 1."""
    return _CELL | cell << _CELL_SHIFT | rank


@rule
def cell_of(address: int) -> int:
    """Cell of a person who responded by themselves."""
    return (address >> _CELL_SHIFT) & 0xFFFF


@rule
def invited_address(inviter: int, ordinal: int) -> int:
    """Address of the friend behind a stub of an inviter: 60 bits of a hash, tagged.

    inviter  address of the inviter;  ordinal: number of the stub, 0 … degree − 1
    """
    w0, w1, _, _ = philox(inviter & MASK32, (inviter >> 32) & MASK32, ordinal, _INVITATION, 0, 0)
    return _INVITED | (w1 & 0xFFFFFFF) << 32 | w0


@rule
def kind_drawn(u: float, rates: npt.NDArray[np.float64]) -> int:
    """Number of the rate into which the share u of their sum falls."""
    total = 0.0
    for rate in rates:
        total += rate
    at, kind = u * total, 0
    for i in range(len(rates)):
        if rates[i] > 0.0:
            kind = i  # the last one with a rate takes what rounding leaves
            at -= rates[i]
            if at < 0.0:
                break
    return kind


@rule
def kind_to_stranger(address: int, rates: npt.NDArray[np.float64], key: int) -> int:
    """Kind of the first response of one whom another brand has met; rates: the day's, with the scans."""
    kind = kind_drawn(uniform(key, Decision.RESPONSE_SOURCE, address, 1, 0), rates)
    return kind if kind < KINDS else kind + SCANS - KINDS


@rule
def next_response(
    untouched: int, waiting: float, left: float, rates: npt.NDArray[np.float64], address: int, key: int
) -> tuple[int, float, float]:
    """The next person of a cell within what is left of the day's intensity.

    untouched  U, people without a row;  waiting: rest of the exponential gap
    left       intensity per head that is left of the day;  rates: the day's intensities by ``Response``

    Returns the kind of response (−1: nobody any more today), the waiting time and the intensity then left.
    """
    needed = waiting / untouched
    if needed > left:
        return -1, waiting - left * untouched, 0.0
    kind = kind_drawn(uniform(key, Decision.RESPONSE_SOURCE, address, 0, 0), rates)
    return kind, exponential(key, Decision.RESPONSE, address + 1, 0, 0), left - needed


@rule
def respond_cell(
    cell_start: int,
    untouched: int,
    rank: int,
    waiting: float,
    rates: npt.NDArray[np.float64],
    key: int,
    addresses: npt.NDArray[np.int64],
    kinds: npt.NDArray[np.int64],
    left: float,
) -> tuple[int, float, float]:
    """Fill in today's responders of a cell; returns their number, the waiting time and the intensity left."""
    found = 0
    while found < len(addresses) and untouched > found and left > 0.0:
        address = cell_start + rank + found
        kind, waiting, left = next_response(untouched - found, waiting, left, rates, address, key)
        if kind < 0:
            break
        addresses[found], kinds[found] = address, kind
        found += 1
    return found, waiting, left


respond = at_once(respond_cell)


class Responders(NamedTuple):
    """People who respond today for the first time, each [n] int64, in the order of cells and ranks."""

    addresses: npt.NDArray[np.int64]
    segments: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]  # member of Response, or SCANS + 2 · source + 1 if for a reward; −1: to another brand


def to_brand(responders: Responders, first: int, width: int) -> Responders:
    """The day's responders as one brand sees them, whose rates are those from ``first`` on, ``width`` of them.

    Beyond the members of ``Response`` come the scans; kind −1 for people who responded to another brand.
    """
    if not len(responders.kinds):
        return responders
    kinds = responders.kinds - first
    other = (kinds < 0) | (kinds >= width)
    kinds[kinds >= KINDS] += SCANS - KINDS
    kinds[other] = -1
    return responders._replace(kinds=kinds)


class Reservoir:
    """Untouched people by cell, and the waiting time that is left until the next of them responds.

    untouched  [cells] people without a row;  a cell is segment · classes + degree class
    ranks      [cells] people who have responded so far by themselves
    waiting    [cells] rest of the exponential gap before the next response
    classes    degree classes of a segment
    """

    CARRIED = ("untouched", "ranks", "waiting")

    def __init__(self, untouched: list[int], key: int, classes: int = 1) -> None:
        self.key, self.classes = key, classes
        self.untouched = list(untouched)
        self.ranks = [0] * len(untouched)
        # compiled code takes a plain integer much faster than a member of an enumeration
        decision = Decision.RESPONSE.value
        self.waiting = [exponential(key, decision, cell_address(cell, 0), 0, 0) for cell in range(len(untouched))]

    def respond(self, rates: npt.ArrayLike) -> Responders:
        """People who respond today; their kinds are positions in ``rates``, see ``to_brand``.

        rates  [S, responses] intensity per untouched person, ≥ 0, one brand's after the other's

        The day's intensity is used up person by person, with the falling number of untouched people.
        """
        by_segment = np.ascontiguousarray(rates)
        sums, parts = by_segment.sum(axis=1).tolist(), []
        for cell, untouched in enumerate(self.untouched):
            segment = cell // self.classes
            left = sums[segment]
            if untouched <= 0 or left <= 0.0:
                continue
            if self.waiting[cell] / untouched > left:  # nobody today, as ``next_response`` says
                self.waiting[cell] -= left * untouched
                continue
            addresses, kinds = self._respond(cell, by_segment[segment], left)
            parts.append((addresses, np.full(len(kinds), segment, np.int64), kinds))
        if not parts:
            return Responders(*(np.empty(0, np.int64) for _ in Responders._fields))
        return Responders(*map(np.concatenate, zip(*parts, strict=True)))

    def _respond(
        self, cell: int, rates: npt.NDArray[np.float64], left: float
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        addresses, kinds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        while self.untouched[cell] > 0 and left > 0.0:
            more_addresses, more_kinds = np.empty(ROOM, np.int64), np.empty(ROOM, np.int64)
            found, self.waiting[cell], left = respond(
                cell_address(cell, 0), self.untouched[cell], self.ranks[cell], self.waiting[cell], rates, self.key,
                more_addresses, more_kinds, left,
            )  # fmt: skip
            addresses.append(more_addresses[:found])
            kinds.append(more_kinds[:found])
            self.untouched[cell] -= found
            self.ranks[cell] += found
            if found < ROOM:
                break
        return np.concatenate(addresses), np.concatenate(kinds)

"""The reservoir: people who have only been exposed are counts; a person becomes a row at the first response.

A cell is a user segment. Its n-th person responds when the day's intensities, weighted with the number U of
people still untouched, have passed Exp(cell, 1) + … + Exp(cell, n): exactly the order statistics of U independent
waiting times (Rényi 1953). Under every logic the n-th person of a cell is therefore the same person with the same
traits and luck; only the day and the source differ.
"""

from enum import IntEnum
from typing import NamedTuple

from sim.streams import Decision, exponential, uniform

_POOL, _CELL = 1 << 60, 2 << 60
_CELL_SHIFT = 44


class Response(IntEnum):
    """How a person responds for the first time."""

    FOLLOW_FROM_FEED = 0
    ORDER_FROM_FEED = 1
    CLICK_AD = 2
    FOLLOW_FROM_LIVE = 3
    ORDER_IN_LIVE = 4


def pool_address(number: int) -> int:
    """Address of a member of the initial pool."""
    return _POOL | number


def cell_address(cell: int, rank: int) -> int:
    """Address of the person who is the ``rank``-th of a cell to respond; rank 0 … 2⁴⁴ − 1."""
    return _CELL | cell << _CELL_SHIFT | rank


class Responder(NamedTuple):
    """A person who responds today for the first time."""

    address: int
    segment: int
    kind: Response


class Reservoir:
    """Untouched people by cell, and the waiting time that is left until the next of them responds.

    untouched  [S] people without a row
    ranks      [S] people who have responded so far
    waiting    [S] rest of the exponential gap before the next response
    """

    def __init__(self, untouched: list[int], key: int) -> None:
        self.key = key
        self.untouched = list(untouched)
        self.ranks = [0] * len(untouched)
        self.waiting = [self._gap(cell) for cell in range(len(untouched))]

    def _gap(self, cell: int) -> float:
        # compiled code takes a plain integer much faster than a member
        return float(exponential(self.key, Decision.RESPONSE.value, cell_address(cell, self.ranks[cell]), 0, 0))

    def respond(self, cell: int, rates: tuple[float, ...]) -> list[Responder]:
        """People of a cell who respond today.

        rates  intensity per untouched person and day by ``Response``, ≥ 0

        The day's intensity is used up person by person, with the falling number of untouched people.
        """
        left = sum(rates)
        found: list[Responder] = []
        total = left
        while self.untouched[cell] > 0 and left > 0.0:
            needed = self.waiting[cell] / self.untouched[cell]
            if needed > left:
                self.waiting[cell] -= left * self.untouched[cell]
                break
            left -= needed
            address = cell_address(cell, self.ranks[cell])
            found.append(Responder(address, cell, self._kind(address, rates, total)))
            self.untouched[cell] -= 1
            self.ranks[cell] += 1
            self.waiting[cell] = self._gap(cell)
        return found

    def _kind(self, address: int, rates: tuple[float, ...], total: float) -> Response:
        at = uniform(self.key, Decision.RESPONSE_SOURCE.value, address, 0, 0) * total
        for kind in Response:
            at -= rates[kind]
            if at < 0.0:
                return kind
        return next(kind for kind in reversed(Response) if rates[kind] > 0.0)  # rounding at the upper end

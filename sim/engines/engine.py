"""What an engine provides: the rows of one brand, and the loops over them."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.engines.reservoir import Responders
from sim.engines.wordofmouth import Invited, Senders
from sim.rules.climate import Climate, World
from sim.rules.tally import Tally


class Rows(Protocol):
    """What an engine provides: storage of the rows and the loop over them."""

    def populate(self, addresses: npt.NDArray[np.int64], members: npt.NDArray[np.bool_]) -> None:
        """The initial pools of all brands: members of this brand's, and strangers."""

    def advance(self, climate: Climate, tally: Tally) -> None:
        """One day of all rows."""

    def advance_together(self, brands: Sequence[Any], climates: Sequence[Climate], tallies: Sequence[Tally]) -> None:
        """One day of all rows of several brands, this one's among them, all of the same engine."""

    def admit(self, responders: Responders, climate: Climate, tally: Tally) -> None:
        """New rows of today; strangers where the kind is −1."""

    def meet(self, rates: npt.NDArray[np.float64], climate: Climate, tally: Tally) -> Responders:
        """Strangers who respond today for the first time; rates: [S][responses]."""
        ...

    def strangers(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether the brand has not met the people with these numbers of birth."""
        ...

    def strangers_by_segment(self) -> list[int]:
        """People whom another brand has met and this one has not."""
        ...

    def senders(self) -> Senders:
        """Who shared today."""
        ...

    def admit_invited(self, invited: Invited, climate: Climate, tally: Tally) -> None:
        """New rows of friends who accepted an invitation."""

    def bring_back(self, numbers: npt.NDArray[np.int64], senders: Senders, climate: Climate, tally: Tally) -> None:
        """Known people, by number of birth, accept an invitation."""

    def segments(self) -> npt.NDArray[np.int64]:
        """Segment of each row, in the order of birth."""
        ...

    def keys(self) -> npt.NDArray[np.int64]:
        """Addresses of all rows, in the order of birth."""
        ...

    def keys_here(self) -> npt.NDArray[np.int64]:
        """Addresses of the rows of this process; people with equal addresses are in one process."""
        ...

    def seat(self, free: list[int], day: int, tally: Tally) -> None:
        """Give the places of this morning, [C], to the applicants with the lowest draws."""

    def add_up(self, brands: Sequence[Any], tallies: Sequence[Tally]) -> None:
        """The day of all rows is over: add to the tallies of all brands, this one's among them, what is not in them."""

    def members(self) -> list[int]:
        """Members by channel."""
        ...

    def cohorts(self, firsts: list[int]) -> tuple[int, ...]:
        """Followers by month of following."""
        ...

    def table(self) -> dict[str, npt.NDArray[Any]]:
        """All columns of all rows."""
        ...

    def close(self) -> None:
        """Give back what the engine holds."""


class RowsMaker(Protocol):
    """Makes the rows of an engine for a world and a replication."""

    def __call__(self, world: World, key: int) -> Rows:
        """Empty rows."""
        ...

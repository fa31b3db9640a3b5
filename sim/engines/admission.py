"""Admission: who of yesterday's applicants for scarce places gets one this morning (M18, Decision.ADMISSION).

Applicants are rows that wait; the lowest (draw, key) get the places of a channel, so that neither the order of rows nor
their division among threads or machines decides anything.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.compiled import rare
from sim.scenario.schema import Channel
from sim.streams import Decision, uniform

Integers = npt.NDArray[np.int64]


def is_scarce(channel: Channel) -> bool:
    """True for a channel whose accounts have a limited number of seats, or of additions a day."""
    accounts = channel.accounts
    return accounts.number is not None and (accounts.seats is not None or accounts.adds_per_day is not None)


def places(channels: Sequence[Channel], members: Sequence[int], frozen: Sequence[int]) -> list[int]:
    """[C] places of this morning: the free seats, at most what the accounts can add in a day; 0 where none is scarce.

    members  [C] of yesterday evening;  frozen [C] accounts that are banned today
    """
    found = []
    for channel, inside, closed in zip(channels, members, frozen, strict=True):
        accounts = channel.accounts
        limits = []
        if accounts.number is not None:
            at_work = accounts.number - closed
            if accounts.seats is not None:
                limits.append(max(0, at_work * accounts.seats - inside))
            if accounts.adds_per_day is not None:
                limits.append(at_work * accounts.adds_per_day)
        found.append(min(limits, default=0))
    return found


@rare
def fill_draws(draws: npt.NDArray[np.float64], keys: Integers, decision: int, day: int, k: int, key: int) -> None:
    """The draws of one decision for as many people as ``draws`` has room for."""
    for i in range(len(draws)):
        draws[i] = uniform(key, decision, int(keys[i]) + 0, day, k)


def admitted(keys: Integers, waiting: Integers, free: Sequence[int], day: int, key: int) -> Integers:
    """[n] bit sets of the channels to which applicants are admitted.

    keys     [n] of the applicants;  waiting: [n] bit sets of the channels for which they applied
    free     [C] places by channel
    """
    found = np.zeros(len(keys), np.int64)
    for c, places_here in enumerate(free):
        applicants = np.flatnonzero(waiting >> c & 1)
        if places_here <= 0 or not len(applicants):
            continue
        draws = np.empty(len(applicants))
        fill_draws(draws, keys[applicants], Decision.ADMISSION.value, day, c, key)
        first = np.lexsort((keys[applicants], draws))[:places_here]
        found[applicants[first]] |= 1 << c
    return found

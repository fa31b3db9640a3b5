"""Rules and results of fan-lite; needs nothing but NumPy, so that a peer can run in an environment of its own."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

PUBLIC, PRIVATE, GONE = 0, 1, 2
DAYS = 100


class FanLite(NamedTuple):
    """Parameters: probabilities, and steps of trust and fatigue."""

    exposure: float = 0.05
    follow: float = 0.6
    opened: float = 0.5
    liked: float = 0.6
    gain: float = 0.02
    loss: float = 0.03
    recovery: float = 0.8
    leave: float = 0.01
    buy: float = 0.02
    trust: float = 0.3  # of everybody at the start
    spread: float = 0.5  # of the logarithm of tolerance


ORDINARY = FanLite()
HEAVY = FanLite(leave=0.0)
VARIANTS = {"ordinary": ORDINARY, "heavy": HEAVY}


@dataclass
class Daily:
    """What is collected at the end of each day.

    domains    [D, 3] agents by domain;  trust: [D] mean of all agents;  purchases: [D] of the day
    """

    domains: np.ndarray
    trust: np.ndarray
    purchases: np.ndarray

    @classmethod
    def empty(cls, days: int) -> "Daily":
        return cls(np.zeros((days, 3), np.int64), np.zeros(days), np.zeros(days, np.int64))

    def series(self, agents: int) -> dict[str, np.ndarray]:
        """All that is compared, per agent."""
        names = ("public", "private", "gone")
        return {name: self.domains[:, d] / agents for d, name in enumerate(names)} | {
            "trust": self.trust,
            "purchases": self.purchases / agents,
            "bought": np.array([self.purchases.sum() / agents]),  # in all days
        }

"""A verdict: one pattern of the evidence, what was observed of it, and whether it holds."""

from dataclasses import dataclass

MONTH = 30  # days


@dataclass(frozen=True)
class Verdict:
    """One pattern: what was observed, what was expected, and whether it holds."""

    pattern: str
    meaning: str
    scenario: str
    observed: str
    target: str
    holds: bool | None  # None: the interval does not decide
    note: str = ""

    @property
    def verdict(self) -> str:
        """holds, misses or open."""
        return "open" if self.holds is None else "holds" if self.holds else "misses"


def decided(low: float, high: float, least: float, most: float) -> bool | None:
    """True when an interval lies in a band, False when it lies outside, None when it does both."""
    if least <= low and high <= most:
        return True
    return False if high < least or low > most else None

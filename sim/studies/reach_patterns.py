"""Patterns of reaching fans: the guided path (V11), silent groups (L21), active groups and lives (V18, fans' part)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from sim.analysis.pairs import mean_interval
from sim.domains import Source
from sim.engines.run import run
from sim.rules.numbers import FIXED_POINT
from sim.scenario import load_scenario, with_changes

WEEK, MONTH = 7, 30
RUNS = 10


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


def guided_follow(seed: int, _: int) -> Iterator[Verdict]:
    """V11. A large feed, so that strangers buy often enough to tell 93 from 97 %."""
    changes: dict[str, Any] = {"pool.fans": 1000, "feed.exposures_at_least": 60_000, "days": 60}
    scenario = with_changes(load_scenario("guided-follow"), changes)
    ledgers = [run(scenario, "depletion", seed, r).ledger for r in range(RUNS)]
    asked = np.array([ledger.one("GUIDED").sum() for ledger in ledgers])
    followed = np.array([ledger.of("JOINS")[:, Source.PAYMENT].sum() for ledger in ledgers])
    share = mean_interval(followed / asked)
    yield Verdict(
        "V11",
        "Buyers who follow at the end of a guided path of three steps",
        "guided-follow, a large feed",
        f"{share.estimate:.1%} ({share.low:.1%}–{share.high:.1%}) of {asked.sum():,}",
        "93–97 %",
        decided(share.low, share.high, 0.93, 0.97),
    )


def silent_groups(seed: int, _: int) -> Iterator[Verdict]:
    """L21: from which side the messages of a firm's group come, and how its members' talk ends.

    Groups as firms run them; the one under the growth logic is there for comparison in the scenario.
    """
    scenario = load_scenario("flooded-group")
    c = next(c for c, channel in enumerate(scenario.channels) if channel.half_life is not None)
    for logic in ("twenty-a-day", "fifty-a-day"):
        firm, left = [], []
        for replication in range(RUNS):
            ledger = run(scenario, logic, seed, replication).ledger
            own = ledger.of("DELIVERED")[:, c]
            others = ledger.of("CHATTER")[:, c] / FIXED_POINT
            members = ledger.of("MEMBERS").reshape(len(own), -1, 3)[:, c].sum(axis=1)
            talk = others / members
            firm.append(float(own.sum() / (own + others).sum()))
            left.append(float(talk[-MONTH:].mean() / talk[:WEEK].mean()))
        share, rest = mean_interval(np.array(firm)), mean_interval(np.array(left))
        most = decided(share.low, share.high, 0.5, 1.0)
        silent = decided(rest.low, rest.high, 0.0, 0.5)
        yield Verdict(
            "L21",
            f"Whose messages a group under {logic} carries, and what is left of its members' talk after half a year",
            "flooded-group",
            f"{share.estimate:.0%} the firm's; {rest.estimate:.0%} of the talk left ({rest.low:.1%}–{rest.high:.1%})",
            "most the firm's; less than half left",
            False if False in (most, silent) else None if None in (most, silent) else True,
        )


def active_groups(seed: int, _: int) -> Iterator[Verdict]:
    """V18, the part of the fans: groups that differ in how useful they are, hence in how active their members are."""
    activity, audience = [], []
    for value_share in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0):
        changes: dict[str, Any] = {
            "pool.fans": 5000,
            "market.users": 5000,
            "days": 180,
            "logics.depletion.value_share": value_share,
            "logics.depletion.pushes_per_week": {"group": 14.0},
            "logics.depletion.lives_per_week": 7.0,
            "logics.depletion.escalate": False,
        }
        ledger = run(with_changes(load_scenario("livestream-group"), changes), "depletion", seed).ledger
        late = slice(-3 * MONTH, None)
        members = ledger.of("MEMBERS")[late].sum()
        activity.append(ledger.of("VISITS")[late].sum() / members)
        audience.append(ledger.one("WATCHES")[late].sum() / members)
    rank = float(spearmanr(activity, audience).statistic)
    yield Verdict(
        "V18",
        "The more active a group's members are, the more of them watch a live",
        "livestream-group, 5,000 fans, seven shares of useful messages",
        f"daily visits {min(activity):.1%} … {max(activity):.1%}, viewers {min(audience):.2%} … {max(audience):.2%} "
        f"of members; rank correlation {rank:.2f}",
        "above .8",
        rank > 0.8,
        "the fans' part; entries from the feed are a pattern of the feed",
    )

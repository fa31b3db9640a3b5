"""Patterns of the reach path and of groups at its end: the guided path (V11), groups that fall silent (L21)."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.domains import Source
from sim.engines.run import run
from sim.rules.numbers import FIXED_POINT
from sim.scenario import load_scenario, with_changes
from sim.studies.verdict import MONTH, Verdict, decided

WEEK = 7
RUNS = 10


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

"""Patterns of the reach path and of groups at its end: the guided path (V11), groups that fall silent (L21), how many
are reached in a day (E-44)."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.domains import ChannelKind, Domain, Source
from sim.engines.run import run
from sim.engines.world import kind_of
from sim.rules.numbers import FIXED_POINT
from sim.scenario import load_scenario, with_changes
from sim.studies.verdict import MONTH, Verdict, decided

WEEK = 7
RUNS = 10
CASE_FANS = 3_000_000  # E-106
LETTERS = (ChannelKind.SUBSCRIPTION, ChannelKind.DIRECT)


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


def reached_in_a_day(seed: int, _: int) -> Iterator[Verdict]:
    """E-44: people whom direct messages and subscription reach in a day, for the three million fans of the case.

    A subscription push is delivered to every follower (E-42), so that tens of thousands can only be those who open it;
    per fan, the pool of 3,000 stands for the case's. Messages are counted: who opens two on a day counts twice.
    """
    changes: dict[str, Any] = {"pool.fans": 3000, "days": 3 * MONTH}
    scenario = with_changes(load_scenario("guided-follow"), changes)
    letters = [c for c, channel in enumerate(scenario.channels) if kind_of(channel) in LETTERS]
    for logic in scenario.logics:
        people, delivered = [], []
        for replication in range(RUNS):
            ledger = run(scenario, logic, seed, replication).ledger
            fans = ledger.of("ROWS")[:, Domain.PRIVATE]
            people.append(CASE_FANS * float((ledger.of("OPENED")[:, letters].sum(axis=1) / fans).mean()))
            delivered.append(CASE_FANS * float((ledger.of("DELIVERED")[:, letters].sum(axis=1) / fans).max()))
        found = mean_interval(np.array(people))
        yield Verdict(
            "E-44",
            f"Direct messages and subscription that three million fans open on a day under {logic}",
            "guided-follow, 3,000 fans, three months",
            f"{found.estimate:,.0f} ({found.low:,.0f}–{found.high:,.0f}) on a mean day; "
            f"delivered on the busiest: {np.mean(delivered):,.0f}",
            "tens of thousands: 10,000–100,000",
            decided(found.low, found.high, 1e4, 1e5),
        )

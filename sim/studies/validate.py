"""Validate: the patterns of the evidence, observed on the shipped scenarios with common behavioural parameters.

What differs between scenarios is data about the case; no pattern has a switch of its own. The seeds are not those
with which any value was chosen.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.engines.run import run
from sim.engines.world import month_starts
from sim.parameters import DAYS_PER_MONTH
from sim.rules.tally import NO_CHANNEL
from sim.scenario import load_scenario, with_changes
from sim.scenario.schema import Scenario
from sim.studies.compare import compare
from sim.studies.deal_patterns import DEAL_PATTERNS
from sim.studies.fan_patterns import FAN_PATTERNS
from sim.studies.path_patterns import guided_follow, reached_in_a_day, silent_groups
from sim.studies.push_patterns import PUSH_PATTERNS
from sim.studies.reach_patterns import REACH_PATTERNS
from sim.studies.service_patterns import service_patterns
from sim.studies.telling import TELLING_PATTERNS
from sim.studies.verdict import MONTH, Verdict, decided

VALIDATION_SEED = 20_220_618


def validate(
    seed: int = VALIDATION_SEED, pairs: int = 10, progress: Callable[[str], None] | None = None
) -> list[Verdict]:
    """Observe all patterns that are built.

    seed   seed of the replications
    pairs  replications of each comparison (V3, V4)
    progress  called with the name of the pattern before it is observed
    """
    found: list[Verdict] = []
    for name, observe in PATTERNS.items():
        if progress:
            progress(name)
        found += observe(seed, pairs)
    return found


def _followers(scenario: Scenario, logic: str, seed: int, replications: int) -> np.ndarray:
    """Followers at the end of a scenario over replications."""
    runs = (run(scenario, logic, seed, r) for r in range(replications))
    return np.array([r.summary["fans_end"] for r in runs], float)


def _group(seed: int, _: int) -> Iterator[Verdict]:
    month = with_changes(load_scenario("livestream-group"), {"days": MONTH})
    for pattern, logic, low, high, target in (
        ("V1", "depletion", 152, 174, "163 of 200 left; 152–174"),
        ("V2", "growth", 185, 200, "at least 185"),
    ):
        left = _followers(month, logic, seed, 40)
        mean = mean_interval(left)
        inside = ((left >= low) & (left <= high)).mean()
        yield Verdict(
            pattern,
            f"A WeChat group of 200 after 30 days under {logic}",
            "livestream-group",
            f"{mean.estimate:.1f} ({mean.low:.1f}–{mean.high:.1f}); {inside:.0%} of 40 runs in the band",
            target,
            decided(mean.low, mean.high, low, high),
        )


def _ladder(seed: int, pairs: int) -> Iterator[Verdict]:
    for name in ("liquor", "depletion-ladder"):
        scenario = load_scenario(name)
        comparison = compare(scenario, seed=seed, pairs=pairs)
        rivals = [logic for logic in comparison.logics if logic != "growth"]
        growth = comparison.runs["growth"]
        for rival in rivals:
            early = np.array(
                [
                    (b.ledger.of("GMV")[:MONTH].sum() - a.ledger.of("GMV")[:MONTH].sum()) / 100.0
                    for a, b in zip(growth, comparison.runs[rival], strict=True)
                ]
            )
            gain = mean_interval(early)
            yield Verdict(
                "V3",
                f"Month 1: GMV of {rival} at least that of growth",
                name,
                f"difference ¥{gain.estimate:,.0f} ({gain.low:,.0f} … {gain.high:,.0f})",
                "above 0",
                decided(gain.low, gain.high, 0.0, np.inf),
            )
        for rival in rivals:
            cross = comparison.duels["growth", rival].crossover

            def months(day: int | None) -> str:
                return "beyond the horizon" if day is None else f"{day / DAYS_PER_MONTH:.1f}"

            yield Verdict(
                "V4",
                f"Growth overtakes {rival} in cumulative margin",
                name,
                f"after {months(cross.day)} months ({months(cross.low)} – {months(cross.high)})",
                "3–18 months",
                decided(
                    np.inf if cross.low is None else cross.low / DAYS_PER_MONTH,
                    np.inf if cross.high is None else cross.high / DAYS_PER_MONTH,
                    3.0,
                    18.0,
                ),
            )


def _quota(seed: int, _: int) -> Iterator[Verdict]:
    """A pool of one fan and nobody else: what the channel delivers in a month, that fan received."""
    changes = {"pool.fans": 1, "market.users": 1, "days": 122, "rules.leaving.fatigue": 0, "rules.leaving.neglect": 0}
    scenario = with_changes(load_scenario("liquor"), changes)
    channel = next(c for c, x in enumerate(scenario.channels) if x.quota_per_month == 8)
    months = np.array(month_starts(scenario.start, scenario.days))
    most = blocked = 0
    for replication in range(20):
        ledger = run(scenario, "depletion", seed, replication).ledger
        delivered = ledger.of("DELIVERED")[:, channel]
        most = max(most, *(int(delivered[months == first].sum()) for first in np.unique(months)))
        blocked += int(ledger.of("BLOCKED")[:, channel].sum())
    yield Verdict(
        "V15",
        "Subscription pushes that one fan receives in a calendar month",
        "liquor, 20 pools of one fan",
        f"at most {most}; {blocked:,} messages blocked",
        "at most 8, and the quota binds",
        most == 8 and blocked > 0,
    )


def _commission(seed: int, _: int) -> Iterator[Verdict]:
    scenario = with_changes(load_scenario("liquor"), {"days": 120})
    on_douyin = [c for c, x in enumerate(scenario.channels) if x.name.startswith("douyin")] + [NO_CHANNEL]
    ledger = run(scenario, "depletion", seed).ledger
    sold, paid = ledger.of("GMV")[:, on_douyin].sum(axis=1), ledger.one("COMMISSION")
    orders = ledger.of("ORDERS")[:, on_douyin].sum(axis=1)
    category = scenario.platforms[0].shop.commission_by_category[scenario.brand.category]
    exact = all(
        abs(paid[day] - rate * sold[day]) <= 0.5 * orders[day]
        for day, rate in ((d, 0.01 if d < 30 else category) for d in range(scenario.days))
    )
    before, after = paid[:30].sum() / sold[:30].sum(), paid[30:].sum() / sold[30:].sum()
    yield Verdict(
        "V16",
        "Commission on Douyin steps up on day 30 after the opening",
        "liquor",
        f"{before:.3%} before, {after:.3%} after",
        f"1 % before, {category:.0%} after, within half a cent an order",
        bool(exact),
    )


def _pool_metaphor(seed: int, _: int) -> Iterator[Verdict]:
    group = load_scenario("livestream-group")
    still: dict[str, Any] = {
        "days": 720,
        "rules.leaving.natural": 0,
        "rules.leaving.neglect": 0,
        "rules.leaving.fatigue": 0,
        "logics.growth.pushes_per_week": {"group": 0},
    }
    dying = run(with_changes(group, {"days": 1830}), "depletion", seed).daily
    quiet = run(with_changes(group, still), "growth", seed).daily
    lake = run(
        with_changes(load_scenario("liquor"), {"pool.fans": 0, "feed.exposures_at_least": 1000}), "growth", seed
    ).daily
    yield Verdict(
        "V19",
        "No inflow: the pool dries up",
        "livestream-group, 5 years",
        f"200 → {dying.fans_private.iloc[-1]} fans, {dying.joins.sum()} joins",
        "falls without end, no joins",
        bool(
            dying.fans_private.iloc[-1] < 0.25 * 200
            and dying.joins.sum() == 0
            and (dying.fans_private.diff().dropna() <= 0).all()
        ),
    )
    yield Verdict(
        "V19",
        "No inflow, no outflow, no messages: dead water",
        "livestream-group, exits and messages off",
        f"{quiet.fans_private.iloc[-1]} fans, {quiet.opened.sum()} openings",
        "200 fans, no activity",
        bool((quiet.fans_private == 200).all() and quiet.opened.sum() == 0),
    )
    yield Verdict(
        "V19",
        "Linked to the source: grows into a lake",
        "liquor from an empty pool",
        f"0 → {lake.fans_private.iloc[-1]:,} fans",
        "grows",
        bool(lake.fans_private.iloc[-1] > lake.fans_private.iloc[len(lake) // 2] > 0),
    )


def _trust_gate(seed: int, _: int) -> Iterator[Verdict]:
    levels = (0.2, 0.35, 0.5, 0.65, 0.8)
    rates = []
    for trust in levels:
        changed = {"days": MONTH, "pool.fans": 20_000, "market.users": 20_000, "pool.trust": trust}
        scenario = with_changes(load_scenario("livestream-group"), changed)
        ledger = run(scenario, "depletion", seed).ledger
        rates.append(ledger.of("ORDERS").sum() / ledger.of("VISITS").sum())
    yield Verdict(
        "V22",
        "The same promotions convert more at higher trust",
        "livestream-group, 20,000 fans",
        ", ".join(f"{t:g}: {r:.3%}" for t, r in zip(levels, rates, strict=True)) + " of visits",
        "rises with trust",
        bool(np.all(np.diff(rates) > 0)),
    )


PATTERNS: dict[str, Callable[[int, int], Iterator[Verdict]]] = {
    "V1, V2": _group,
    "V3, V4": _ladder,
    "V8, V9, V10, V17, L20, E-112": service_patterns,
    "V15": _quota,
    "V16": _commission,
    "V19": _pool_metaphor,
    "V22": _trust_gate,
    **REACH_PATTERNS,
    **PUSH_PATTERNS,
    **FAN_PATTERNS,
    **DEAL_PATTERNS,
    "V11": guided_follow,
    "L21": silent_groups,
    "E-44": reached_in_a_day,
    **TELLING_PATTERNS,
}

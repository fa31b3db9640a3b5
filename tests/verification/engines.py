"""Engine against engine to the integer, at 10⁶ fan-days; and one engine against its threads and orders."""

import numpy as np
from worlds import EVERYTHING, FINDING, SERVED, SMALL, STORE, everything, small

from sim.engines.run import run

from .verdicts import Observed, check, exactly

CHAPTER = "Engine against engine"
WORLDS = {"all mechanisms": {}, "people find goods": FINDING, "people ask": SERVED, "deals close in a store": STORE}


def _sized(effort, changes, fans, days):
    """The scenario of everything, with room for its fans."""
    room = {
        key: value | {"number": value["number"] * max(1, fans // 300)}
        for key, value in EVERYTHING.items()
        if key.endswith(".accounts") and isinstance(value, dict)
    }
    return everything(room | {"pool.fans": fans, "days": days, "feed.exposures_at_least": fans / 6} | changes)


def _compared(what, scenario, logic, seed, off):
    """Every counter of every day and brand in both engines; the sibling's agents have 5 % more needs."""
    from sim.scenario import with_changes

    other = scenario
    if off != 1.0:
        other = with_changes(scenario, {"industry.need_interval": float(scenario.industry.need_interval) / off})
    a, b = run(scenario, logic, seed, engine="arrays"), run(other, logic, seed, engine="agents")
    equal = np.array_equal(a.ledger.tallies, b.ledger.tallies) and a.ledger.margin.sum() == b.ledger.margin.sum()
    equal &= all(np.array_equal(a.rivals[name].tallies, b.rivals[name].tallies) for name in a.rivals)
    return (
        exactly(f"{what}: {a.summary['fan_days']:,} fan-days", bool(equal)),
        int(a.summary["fan_days"]),
        int((a.ledger.tallies != 0).sum()),
    )


@check(
    "agents and arrays, every mechanism", CHAPTER, "equal integers: every counter of every day, together 10⁶ fan-days"
)
def _(effort, off):
    fans, days = effort.size((60, 30), (1500, 200))
    seed, found = effort.engine_seed("engines") % (1 << 40), [("world", "fan-days", "counters that are not 0")]
    distances = []
    for name, changes in WORLDS.items():
        d, spent, used = _compared(name, _sized(effort, changes, fans, days), "depletion", seed, off)
        distances.append(d)
        found.append((name, f"{spent:,}", f"{used:,}"))
    total = sum(int(row[1].replace(",", "")) for row in found[1:])
    if not effort.quick:
        distances.append(exactly("together at least 10⁶ fan-days", total >= 10**6))
    return Observed(distances, table=[*found, ("together", f"{total:,}", "")])


@check(
    "agents and arrays, shipped scenarios",
    CHAPTER,
    "equal integers in every shipped scenario, made small, under every logic",
)
def _(effort, off):
    names = list(SMALL) if not effort.quick else ["liquor", "two-brands"]
    distances = []
    for name in names:
        scenario = small(name, {"days": 40} if effort.quick else {})
        for logic in list(scenario.logics)[: 1 if effort.quick else None]:
            distances.append(
                _compared(f"{name}, {logic}", scenario, logic, effort.engine_seed(name) % (1 << 40), off)[0]
            )
    return Observed(distances)


@check(
    "threads and shards",
    CHAPTER,
    "equal integers whatever the number of threads, of shards, and the second time",
    sibling=False,
)
def _(effort, _):
    fans, days = effort.size((300, 30), (5000, 200))
    scenario, seed = _sized(effort, SERVED, fans, days), effort.engine_seed("threads") % (1 << 40)
    one = run(scenario, "depletion", seed, threads=1)
    cases = {"twice": {"threads": 1}, "2 threads": {"threads": 2}, "3 threads": {"threads": 3}}
    if not effort.quick:
        cases["2 shards"] = {"shards": 2}
    return Observed([
        exactly(name, np.array_equal(one.ledger.tallies, run(scenario, "depletion", seed, **options).ledger.tallies))
        for name, options in cases.items()
    ])  # fmt: skip

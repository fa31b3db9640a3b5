"""All rates halved over twice the days, and again: how far the daily tick is from continuous time.

What a day resolves is not moved; what moves is the error of the tick. Fixed windows of days (the trailing week, the
first month of a member) would not scale, and are switched off or scaled by hand.
"""

import math

import numpy as np
from scipy import stats
from theory.friends import families, friends, lived, probability

from sim.engines.run import run
from sim.parameters.declared import declared
from sim.rules import RULE_TABLES
from sim.scenario import load_scenario, with_changes

from .sweeps import _extinct_by
from .verdicts import Observed, check, of_p, share

CHAPTER = "The day as a step of time"
STEPS = (1.0, 0.5, 0.25)
POWER = {"1/month": 1, "1/week": 1, "1/day": 1, "messages/week": 1, "days": -1}  # of the step, by unit
TIMELESS = {"–", "min", "¥", "fans", "hours", "hours of service", "1/hour", "messages", "accounts", "members", "plays"}
PUSHES, SUBSCRIPTION = 7.0, 1.5  # a week


def by_unit(step):
    """Changes of every parameter of the rules that has a unit of time."""
    found = {}
    for table, kind in RULE_TABLES.items():
        for name, field in declared(kind).items():
            unit = (field.json_schema_extra or {}).get("unit", "–")
            if unit not in TIMELESS:
                found[f"rules.{table}.{name}"] = float(kind()._asdict()[name]) * step ** POWER[unit]
    return found


def slowed(fans, days, step, **more):
    """A scenario of a feed, two channels, needs, trust, fatigue and every cause of leaving, at rates of ``step``."""
    base = load_scenario("liquor")
    feed, eta = base.platforms[0].feed, float(base.rules.messages.group_visits)
    groups = {c.name: c for platform in base.platforms for c in platform.channels}
    group, subscription = groups["douyin-group"], groups["douyin-subscription"]
    changes = by_unit(step) | {
        "days": round(days / step), "pool.fans": fans, "pool.age": float(base.pool.age) / step,
        "market.users": 200 * fans,
        "industry.need_interval": float(base.industry.need_interval) / step,
        "segments.everyone.tolerance": 4.9 * step,
        "rules.leaving.first_week": 1.0, "rules.leaving.first_month": 1.0,
        "feed.accounts": 0, "feed.cascade": False, "feed.explore_share": 0.0, "feed.price_war": 0.0,
        "feed.exposures_at_least": 0.2 * fans * step, "feed.exposures_per_fan": float(feed.exposures_per_fan) * step,
        # a visit is drawn on a day with messages, of which the trailing week holds fewer
        "channels.douyin-group.open": float(group.open) * step**-eta,
        "rules.exposure.half_share": float(base.rules.exposure.half_share) * step,  # of fans who are active on a day
        "channels.douyin-subscription.quota_per_month": None,
        "logics.growth": False, "logics.depletion": False,
        "logics.even": {
            "kind": "fixed", "value_share": 0.5,
            "pushes_per_week": {"group": PUSHES * step, "subscription": SUBSCRIPTION * step},
        },
    }  # fmt: skip
    for channel in (group, subscription):
        for tier, rate in dict(channel.joins_per_month).items():
            changes[f"channels.{channel.name}.joins_per_month.{tier}"] = float(rate) * step
    return with_changes(base, changes | more)


OBSERVED = {
    "fans at the end": lambda run: run.summary["fans_end"],
    "joins": lambda run: run.summary["joins"],
    "exits": lambda run: run.summary["exits"],
    "orders": lambda run: run.summary["orders"],
    "GMV": lambda run: run.summary["gmv"] / 100,
    "messages delivered": lambda run: run.summary["delivered"],
    "opened": lambda run: run.summary["delivered"] * run.summary["open_rate"],
    "trust at the end": lambda run: float(run.daily.trust_mean.iloc[-1]),
    "load at the end": lambda run: float(run.daily.load_mean.iloc[-1]),
    "active share": lambda run: run.summary["active_share"],
    "exits by fatigue": lambda run: int(run.daily.exits_fatigue.sum()),
    "exits by distrust": lambda run: int(run.daily.exits_distrust.sum()),
}
OF_A_DAY = ("active share",)  # a share of fans who come on a day halves with the rates


MOST_MOVED = 6.0  # per cent, by which an observable may move from half days to quarter days


@check(
    "all rates halved",
    CHAPTER,
    "each observable at whole, half and quarter rates; the last move is below 6 %",
    sibling=False,
)
def _(effort, _):
    fans, days, runs = effort.size((1000, 60, 4), (6000, 180, 12))
    seen = {name: np.empty((len(STEPS), runs)) for name in OBSERVED}
    for at, step in enumerate(STEPS):
        scenario = slowed(fans, days, step)
        for replication in range(runs):
            found = run(scenario, "even", effort.engine_seed("halved") % (1 << 40), replication)
            for name, what in OBSERVED.items():
                seen[name][at, replication] = what(found) / (step if name in OF_A_DAY else 1.0)
    head = ("observable", "days", "half days", "quarter days", "days to half", "half to quarter", "days − quarter days")
    rows, distances, moves = [head], [], {}
    for name, values in seen.items():
        mean = values.mean(axis=1)
        pairs = [100 * (values[b] - values[a]) / mean[0] for a, b in ((0, 1), (1, 2), (2, 0))]
        (a, sa), (b, sb), (c, sc) = ((m.mean(), m.std(ddof=1) / math.sqrt(runs)) for m in pairs)
        moves[name] = (a, sa, b, sb)
        shown = [f"{m:,.3g}" if m < 100 else f"{m:,.0f}" for m in mean]
        rows.append((name, *shown, *(f"{m:+.2f} ± {e:.2f} %" for m, e in ((a, sa), (b, sb), (c, sc)))))
        t = (abs(b) - MOST_MOVED) / max(sb, 1e-9)
        distances.append(
            of_p(f"{name}: moves by less than {MOST_MOVED:g} %", stats.t.sf(t, runs - 1) if t > 0 else 1.0)
        )
    caption = (
        "Moves when all rates are halved over twice the days, in per cent of the value at days; bars are 95 %. "
        "An error of first order in the step would move half as far the second time."
    )
    return Observed(distances, table=rows, figures=[(_figure(moves), caption)])


def _figure(moves):
    from sim.report.style import DEPLETION, FAINT, GROWTH, canvas, drawing

    with drawing():
        figure, (panel,) = canvas(1, 1, 0.32 * len(moves) + 0.9)
        at = np.arange(len(moves))[::-1]
        a, sa, b, sb = np.array(list(moves.values())).T
        panel.axvline(0, color=FAINT, lw=0.7)
        panel.errorbar(a, at + 0.12, xerr=1.96 * sa, fmt="o", color=GROWTH, ms=4, lw=1.3, label="days to half days")
        panel.errorbar(
            b, at - 0.12, xerr=1.96 * sb, fmt="s", color=DEPLETION, ms=4, lw=1.3, label="half days to quarter days"
        )
        panel.set_yticks(at, list(moves))
        panel.set_xlabel("move, % of the value at days")
        panel.grid(True, axis="x")
        panel.grid(False, axis="y")
        panel.legend(loc="best")
    return figure


@check(
    "extinction at halved rates",
    CHAPTER,
    "families die out as the day's process says, and tend to min(1, 1/R) of continuous time",
)
def _(effort, off):
    few, birth, leave, days = effort.size(16_000, 60_000), 0.15, 0.10, 30
    rows, found = [("step", "share extinct", "law of days", "continuous, same time")], []
    grow = math.exp((birth - leave) * days)
    continuous = leave * (grow - 1) / (birth * grow - leave)
    for step in STEPS:
        n = round(days / step)
        simulation = lived(friends(few, n, off * birth * step, leave * step), seed=effort.engine_seed(f"halved {step}"))
        rows_ = simulation.rows.table()
        dead = few - len(np.unique(families(simulation, few)[rows_["channels"] != 0]))
        p = _extinct_by(probability(birth * step), probability(leave * step), n)
        found.append(share(f"step {step:g}", dead, few, p))
        rows.append((f"{step:g}", f"{dead / few:.4f}", f"{p:.4f}", f"{continuous:.4f}"))
    return Observed(found, table=rows)

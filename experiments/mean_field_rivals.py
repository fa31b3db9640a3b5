"""How good the mean field of several brands is: relative error by brand against simulations, beside rivals and alone.

python experiments/mean_field_rivals.py [RUNS [FOLDER]]  40 runs by default: six minutes; draws mean-field-rivals.svg

Brands alone show what the closure of a cell costs without any rival. "Ignored" is the mean field of the own brand alone
against simulations beside the rival: what would be missed.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory.meanfield import calm, mean_field

DAYS, LOOK_AT, NODES = 180, (60, 180), 192
NAMES = ("fans", "exits", "orders", "margin")
LOUD = {"kind": "fixed", "pushes_per_week": {"group": 63.0}, "value_share": 0.1, "discount": 0.4, "lives_per_week": 3.0}


def one_channel(scenario):
    """Both brands have a group and nothing else, and write nine times a day: there the closure of a cell is good."""
    still = {f"channels.{c.name}.joins_per_month": {"liking": 0.0, "devoted": 0.0} for c in scenario.channels}
    only = {"douyin-group": 1.0}
    return with_changes(scenario, still | {
        "pool.channels": only, "rivals.neighbour.pool.channels": only, "channels.douyin-group.joins_at_follow": 1.0,
        "channels.douyin-subscription.joins_at_follow": 0.0, "market.users": 10_000_000, "logics.growth": False,
        "logics.depletion": LOUD, "rivals.neighbour.logic": LOUD,
    })  # fmt: skip


def series(ledger):
    """What is compared, by day, [4, days]: fans as they are, flows summed up."""
    flows = [ledger.of(name).sum(axis=1).cumsum() for name in ("EXITS", "ORDERS")]
    return np.array([ledger.of("ROWS")[:, 2], *flows, ledger.margin.cumsum() / 100], float)


def of_brands(ledger, rivals):
    """Series by brand."""
    return {"own": series(ledger), **{name: series(other) for name, other in rivals.items()}}


def compared(title, mean, runs):
    """Print a row for each day that is looked at; returns the relative errors of fans by day."""
    measured, error = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=1) / np.sqrt(len(runs))
    off = 100 * (mean / measured - 1)
    for day in LOOK_AT:
        row = "   ".join(
            f"{name} {off[n, day - 1]:+5.1f} ± {100 * error[n, day - 1] / abs(measured[n, day - 1]):.1f} %"
            for n, name in enumerate(NAMES)
        )
        print(f"{title:44s} day {day:3d}   {row}", flush=True)
    return off[0]


def main(number, folder):
    """Table and figure of relative errors."""
    base = with_changes(load_scenario("two-brands"), {"days": DAYS})
    figure = Figure(figsize=(9, 4), layout="constrained")
    panels = {"two-brands": base, "one channel, nine pushes a day": one_channel(base)}
    for axes, (title, scenario) in zip(figure.subplots(1, 2), panels.items(), strict=True):
        for logic in scenario.logics:
            alone = scenario.model_copy(update={"rivals": {}})
            found, by_itself = (mean_field(s, logic, nodes=NODES) for s in (scenario, alone))
            runs = [run(calm(scenario), logic, 7, r) for r in range(number)]
            beside = [of_brands(one.ledger, one.rivals) for one in runs]
            for name, mean in of_brands(found.ledger, found.rivals).items():
                off = compared(f"{title}: {logic}, {name}", mean, [one[name] for one in beside])
                axes.plot(off, label=f"{logic}: {name}")
            ignored = series(by_itself.ledger)
            off = compared(f"{title}: {logic}, rival ignored", ignored, [one["own"] for one in beside])
            axes.plot(off, ls=":", label=f"{logic}: rival ignored")
            solo = [series(run(calm(alone), logic, 7, r).ledger) for r in range(number)]
            off = compared(f"{title}: {logic}, alone", ignored, solo)
            axes.plot(off, ls="--", label=f"{logic}: alone")
        axes.axhspan(-3, 3, color="#dddddd", zorder=0)
        axes.set(title=title, xlabel="day", ylabel="fans, mean field against simulation, %", ylim=(-10, 10))
        axes.legend(frameon=False, fontsize=7)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "mean-field-rivals.svg")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 40, Path(given[1] if len(given) > 1 else "runs/mean-field"))

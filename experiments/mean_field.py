"""How good the mean field of liquor is, and which closure fails: relative error by day against simulations.

python experiments/mean_field.py [FANS [FOLDER]]      20,000 fans by default: a minute; writes mean-field-error.svg
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sim.domains import TIERS
from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory.meanfield import calm, mean_field

DAYS, RUNS = 180, 6
MANY = 500_000  # fans from which on one run is mean enough


def series(ledger):
    """What is compared, by day: stocks as they are, flows summed up."""
    fans = ledger.of("ROWS")[:, 2].astype(float)
    members = ledger.of("MEMBERS")
    core = ledger.of("TIER")[:, 1:].sum(axis=1)
    return {
        "followers": fans,
        "joins so far": ledger.of("JOINS").sum(axis=1).cumsum(),
        "exits so far": ledger.of("EXITS").sum(axis=1).cumsum(),
        "orders so far": ledger.of("ORDERS").sum(axis=1).cumsum(),
        "mean trust": ledger.one("TRUST_SUM") / fans,
        "mean load": ledger.one("LOAD_SUM") / fans,
        "liking and devoted": core,
        "members of the first group": members[:, TIERS : 2 * TIERS].sum(axis=1),
        "… of them passers-by": members[:, TIERS],
        "members of the second group": members[:, 2 * TIERS : 3 * TIERS].sum(axis=1),
    }


def main(fans, folder):
    """Figure and table of relative errors, a panel for each logic."""
    users = max(20_000_000, 1000 * fans)
    scenario = with_changes(load_scenario("liquor"), {"days": DAYS, "pool.fans": fans, "market.users": users})
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    for axes, logic in zip(figure.subplots(1, 2, sharey=True), scenario.logics, strict=True):
        mean = series(mean_field(scenario, logic, nodes=192).ledger)
        runs = [series(run(calm(scenario), logic, 42, r).ledger) for r in range(1 if fans > MANY else RUNS)]
        for name, values in mean.items():
            measured = np.mean([one[name] for one in runs], axis=0)
            error = 100 * (values / np.maximum(1e-9, measured) - 1)
            axes.plot(error, label=name, lw=2 if name == "followers" else 1)
            print(f"{logic:10s} {name:28s} mean {error[30:].mean():+6.1f} %   last day {error[-1]:+6.1f} %", flush=True)
        axes.axhspan(-3, 3, color="#dddddd", zorder=0)
        axes.set(title=logic, xlabel="day", ylabel="mean field against simulation, %", ylim=(-40, 40))
    figure.axes[0].legend(frameon=False, fontsize=7, ncols=2)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "mean-field-error.svg")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 20_000, Path(given[1] if len(given) > 1 else "runs/mean-field"))

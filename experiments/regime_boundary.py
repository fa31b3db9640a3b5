"""Where growth overtakes depletion: the boundary of theory and of simulation in one figure, for four scenarios.

How much harm messages do (``rules.leaving.fatigue``) against the horizon. Above a curve growth has earned more by that
day, below it depletion. Theory is the mean field, seconds per point; simulation the mean of a few pairs of runs.

    python experiments/regime_boundary.py [FOLDER]        about five minutes; writes regime-boundary.svg and .csv
"""

import csv
import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory.boundary import distance
from sim.theory.meanfield import calm, mean_field

HARM = (0.0025, 0.01, 0.04, 0.16, 0.64)  # per month; 0.01 is the value of the model
DAYS = 360
HORIZONS = tuple(range(30, DAYS + 1, 30))
PAIRS = 4
SCENARIOS = {
    "livestream-group": {"pool.fans": 4000, "market.users": 4000},
    "liquor": {"pool.fans": 6000, "market.users": 6_000_000},
    "email-newsletter": {"pool.fans": 3000, "market.users": 750_000},
    "flooded-group": {"pool.fans": 4000},
}


def leads(name, changes):
    """Growth's lead in cumulative margin by harm and horizon, in theory and in simulation, [harm, horizons] each."""
    at, theory, simulation = np.array(HORIZONS) - 1, [], []
    for harm in HARM:
        scenario = with_changes(load_scenario(name), changes | {"days": DAYS, "rules.leaving.fatigue": harm})
        first, second = tuple(scenario.logics)[:2]
        mean = [mean_field(scenario, logic, nodes=32).ledger.margin.cumsum()[at] for logic in (first, second)]
        theory.append(mean[0] - mean[1])
        still = calm(scenario)  # the luck of single contents is neither's subject
        earned = [
            [run(still, logic, 11, r).ledger.margin.cumsum()[at] for r in range(PAIRS)] for logic in (first, second)
        ]
        simulation.append(np.mean(earned[0], axis=0) - np.mean(earned[1], axis=0))
        print(name, harm, np.round(theory[-1][[2, -1]] / 100), np.round(simulation[-1][[2, -1]] / 100), flush=True)
    return np.array(theory), np.array(simulation)


def crossing(lead):
    """For each horizon log₁₀ of the lowest harm at which growth begins to lead; below all of them, or NaN for none."""
    logs, found = np.log10(HARM), []
    for column in lead.T:
        at = np.flatnonzero((column[:-1] <= 0) & (column[1:] > 0))
        if len(at):
            a, b = column[at[0]], column[at[0] + 1]
            found.append(logs[at[0]] - (logs[at[0] + 1] - logs[at[0]]) * a / (b - a))
        else:
            found.append(logs[0] if column[0] > 0 else np.nan)
    return np.array(found)


def main(folder):
    """All scenarios: figure, table, and the distance of each pair of boundaries."""
    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(8, 6), layout="constrained")
    panels, rows, span = figure.subplots(2, 2, sharex=True, sharey=True).flat, [], np.log10(HARM[-1] / HARM[0])
    for axes, (name, changes) in zip(panels, SCENARIOS.items(), strict=True):
        theory, simulation = map(crossing, leads(name, changes))
        apart = distance(theory.tolist(), simulation.tolist(), float(span))
        print(f"{name}: the boundaries are {apart:.1%} of the range apart", flush=True)
        axes.plot(HORIZONS, 10**theory, "-", color="#1f5f7a", label="theory (mean field)")
        axes.plot(HORIZONS, 10**simulation, "o", color="#c0562f", label=f"simulation ({PAIRS} pairs)")
        axes.set_yscale("log")
        axes.set_title(f"{name}: {apart:.1%} apart", fontsize=10, loc="left")
        axes.set_xlabel("horizon, days")
        axes.set_ylabel("exit by fatigue h_f, per month")
        rows += [(name, day, 10**a, 10**b) for day, a, b in zip(HORIZONS, theory, simulation, strict=True)]
    panels = figure.axes
    panels[0].legend(frameon=False, fontsize=8)
    figure.savefig(folder / "regime-boundary.svg")
    with (folder / "regime-boundary.csv").open("w", newline="") as opened:
        csv.writer(opened).writerows([("scenario", "horizon", "theory", "simulation"), *rows])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("runs/regime-boundary"))

"""Where growth overtakes depletion: the boundary of theory and of simulation in one figure, for four scenarios.

A fifth case, printed without a panel, takes away what makes theory fail in the fourth: fans in two channels.

How much harm messages do (``rules.leaving.fatigue``) against the horizon. On one side of the boundary growth has
earned more by that day, on the other depletion. Theory is the mean field, seconds per point; simulation the mean of a
few pairs of runs, with a band in which the lead of these is not clear. Their distance is the area between the two
boundaries, as a share of the plane.

    python experiments/regime_boundary.py [FOLDER]        about ten minutes; writes regime-boundary.svg and .csv
"""

import csv
import sys
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy import stats

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory.boundary import apart
from sim.theory.meanfield import calm, mean_field

HARM = (0.0025, 0.0063, 0.016, 0.04, 0.1, 0.25, 0.64)  # per month, evenly spread in logs; 0.01 is the model's value
STEP = 10  # days between horizons
PAIRS = 6
FLOODED = {"pool.fans": 4000, "market.users": 4000}
CASES = {  # scenario, days, logic that pushes more than growth, changes: pools that are large enough to be near a mean
    "livestream-group": ("livestream-group", 720, "depletion", {"pool.fans": 4000, "market.users": 4000}),
    "liquor": ("liquor", 360, "depletion", {"pool.fans": 10_000, "market.users": 10_000_000}),
    "email-newsletter": ("email-newsletter", 720, "depletion", {}),
    "flooded-group": ("flooded-group", 720, "twenty-a-day", FLOODED),
}
ALONE = ("flooded-group", 720, "twenty-a-day", FLOODED | {"pool.channels": {"douyin-group": 1.0}})
THEORY, SIMULATION, AREA = "#1f5f7a", "#c0562f", "#dfe9ee"


def leads(case):
    """Growth's lead in cumulative margin: theory [harm, horizons], simulation [harm, pairs, horizons]; in money."""
    name, days, other, changes = case
    at, theory, simulation = np.arange(STEP, days + 1, STEP) - 1, [], []
    for harm in HARM:
        scenario = with_changes(load_scenario(name), changes | {"days": days, "rules.leaving.fatigue": harm})
        mean = [mean_field(scenario, logic).ledger.margin.cumsum()[at] / 100 for logic in ("growth", other)]
        theory.append(mean[0] - mean[1])
        still = calm(scenario)  # the luck of single contents is neither's subject
        earned = [
            [run(still, logic, 11, r).ledger.margin.cumsum()[at] / 100 for r in range(PAIRS)]
            for logic in ("growth", other)
        ]
        simulation.append(np.subtract(*earned))
    return np.array(theory), np.array(simulation)


def overtakes(lead, days):
    """The day from which on growth leads to the end, for each harm; nan for never."""
    horizons, found = np.arange(STEP, days + 1, STEP), []
    for row in lead:
        behind = np.flatnonzero(row <= 0)
        last = behind[-1] if len(behind) else -1
        if last == len(row) - 1:
            found.append(np.nan)
        elif last < 0:
            found.append(float(horizons[0]))
        else:
            share = row[last] / (row[last] - row[last + 1])
            found.append(horizons[last] + share * STEP)
    return np.array(found)


def draw(axes, name, theory, simulation, distance):
    """One panel: regions of theory, both boundaries, and the band in which runs do not tell."""
    _, days, other, _ = CASES[name]
    x, y, mean = np.arange(STEP, days + 1, STEP), np.array(HARM), simulation.mean(axis=1)
    error = simulation.std(axis=1, ddof=1) / np.sqrt(PAIRS)
    sure = np.abs(mean) / np.maximum(error, 1e-9) - stats.t.ppf(0.975, PAIRS - 1)
    axes.contourf(x, y, theory, levels=[0, np.inf], colors=[AREA])
    axes.contourf(x, y, sure, levels=[-np.inf, 0], colors=[SIMULATION], alpha=0.25)
    axes.contour(x, y, theory, levels=[0], colors=[THEORY], linewidths=2)
    axes.contour(x, y, mean, levels=[0], colors=[SIMULATION], linewidths=2, linestyles="--")
    axes.set_yscale("log")
    axes.set_title(f"{name}: {100 * distance:.1f} % apart", fontsize=10, loc="left")
    axes.set_xlabel(f"horizon, days (growth against {other})", fontsize=9)
    axes.set_ylabel("exits by fatigue h_f, a month", fontsize=9)


def main(folder):
    """All scenarios: figure, table, and the distance of each pair of boundaries."""
    folder.mkdir(parents=True, exist_ok=True)
    figure, rows, began = Figure(figsize=(8.5, 6.5), layout="constrained"), [], time.perf_counter()
    for axes, name in zip(figure.subplots(2, 2).flat, CASES, strict=True):
        theory, simulation = leads(CASES[name])
        mean, days = simulation.mean(axis=1), CASES[name][1]
        distance = apart(theory, mean)
        draw(axes, name, theory, simulation, distance)
        print(f"{name}: {100 * distance:.1f} % of the plane lies between the boundaries", flush=True)
        for harm, a, b in zip(HARM, overtakes(theory, days), overtakes(mean, days), strict=True):
            print(f"    harm {harm:g}: growth overtakes on day {a:.0f} in theory, {b:.0f} in simulation", flush=True)
            rows.append((name, harm, a, b, distance))
    figure.legend(
        handles=[
            Line2D([], [], color=THEORY, lw=2, label="theory (mean field); tinted: growth has earned more"),
            Line2D([], [], color=SIMULATION, lw=2, ls="--", label=f"simulation, {PAIRS} pairs"),
            Line2D([], [], color=SIMULATION, lw=8, alpha=0.25, label="lead not clear in simulation"),
        ],
        loc="outside lower center", ncols=3, frameon=False, fontsize=8,
    )  # fmt: skip
    figure.savefig(folder / "regime-boundary.svg", metadata={"Date": None})
    with (folder / "regime-boundary.csv").open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([("scenario", "harm", "theory", "simulation", "distance"), *rows])
    theory, simulation = leads(ALONE)
    print(f"flooded-group, the group alone: {100 * apart(theory, simulation.mean(axis=1)):.1f} % of the plane")
    print(f"{(time.perf_counter() - began) / 60:.1f} min: {folder / 'regime-boundary.svg'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("runs/regime-boundary"))

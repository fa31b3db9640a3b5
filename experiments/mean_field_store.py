"""How good the mean field is where deals close in a store: relative error of each step of the way, against simulations.

python experiments/mean_field_store.py [RUNS]  12 runs by default: two minutes
"""

import sys

import numpy as np

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory.meanfield import calm, mean_field

DAYS = 180
CASES = (("car-dealer-service", "growth"), ("photo-studio", "growth"), ("photo-studio", "depletion"),
         ("used-cars", "growth"), ("used-cars", "depletion"))  # fmt: skip
STEPS = ("LEADS", "QUALIFIED", "STORE_VISITS", "ORDERS", "EXITS")


def figures(ledger):
    """Fans at the end, steps of the way and exits until then."""
    return np.array([ledger.of("ROWS")[-1, 2], *(ledger.of(name).sum() for name in STEPS)], float)


def main(number):
    """A line for each scenario, logic and number of nodes."""
    print(f"mean field against simulation, {DAYS} days, {number} runs: fans, " + ", ".join(STEPS))
    for name, logic in CASES:
        scenario = calm(with_changes(load_scenario(name), {"days": DAYS}))
        runs = np.array([figures(run(scenario, logic, 7, r).ledger) for r in range(number)])
        measured, error = runs.mean(axis=0), runs.std(axis=0, ddof=1) / np.sqrt(number)
        for nodes in (48, 192):
            found = figures(mean_field(scenario, logic, nodes=nodes).ledger)
            cells = (f"{100 * (a / b - 1):+6.1f} ± {100 * e / b:.1f} %"
                     for a, b, e in zip(found, measured, error, strict=True))  # fmt: skip
            print(f"{name:20s} {logic:10s} {nodes:4d} nodes", *cells, sep="  ", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 12)

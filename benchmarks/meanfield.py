"""The mean field: how long the first answer of theory takes, for every shipped scenario."""

import time
from pathlib import Path
from typing import Any

from sim.scenario import load_scenario, shipped_folder
from sim.scenario.schema import Scenario
from sim.theory.meanfield import mean_field

HALF_YEAR = 180


def _milliseconds(scenario: Scenario, logic: str, days: int, nodes: int, tries: int) -> float:
    """Processor time of one thread, the shortest of some tries."""
    found = []
    for _ in range(tries):
        began = time.thread_time()
        mean_field(scenario, logic, days, nodes)
        found.append(1000.0 * (time.thread_time() - began))
    return min(found)


def every_scenario(tries: int) -> list[dict[str, Any]]:
    """Milliseconds of half a year with the 16 nodes of ``sanyu theory``, and of the whole run with 48 as in reports."""
    from sim.report.gain import LONGEST, NODES
    from sim.theory.outlook import NODES as FEW

    rows = []
    for path in sorted(Path(str(shipped_folder())).glob("*.toml")):
        scenario = load_scenario(path.stem)
        logic = [name for name, of in scenario.logics.items() if of.kind != "oracle"][-1]
        mean_field(scenario, logic, 2, FEW)  # what is compiled is loaded
        half, whole = min(HALF_YEAR, scenario.days), min(LONGEST, scenario.days)
        rows.append({
            "scenario": path.stem, "logic": logic,
            "days": half, "half": _milliseconds(scenario, logic, half, FEW, tries),
            "run": whole, "whole": _milliseconds(scenario, logic, whole, NODES, 1),
        })  # fmt: skip
    return rows

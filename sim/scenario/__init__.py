"""What is asked: scenario files, their presets, and the frozen ``Scenario`` that they become."""

from sim.scenario.change import with_changes
from sim.scenario.gather import shipped_folder, shipped_scenarios
from sim.scenario.load import Loaded, assumptions, from_dict, load, load_scenario
from sim.scenario.mistakes import Mistake, ScenarioError
from sim.scenario.pedigree import Assumption, weakest_first
from sim.scenario.schema import Scenario
from sim.scenario.shelves import presets
from sim.scenario.write import to_dict, to_toml, write_scenario

__all__ = [
    "Assumption",
    "Loaded",
    "Mistake",
    "Scenario",
    "ScenarioError",
    "assumptions",
    "from_dict",
    "load",
    "load_scenario",
    "presets",
    "shipped_folder",
    "shipped_scenarios",
    "to_dict",
    "to_toml",
    "weakest_first",
    "with_changes",
    "write_scenario",
]

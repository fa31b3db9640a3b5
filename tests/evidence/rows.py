"""The table of coverage, read."""

import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ROWS = tomllib.loads((ROOT / "docs" / "coverage.toml").read_text("utf-8"))
EVIDENCE = [f"E-{n}" for n in range(1, 115)]
WITHOUT_A_PLACE = {"E-18"}  # minutes of attention


class Effect(NamedTuple):
    """What happens to an observable when values of a scenario change."""

    row: str
    scenario: str
    logic: str
    changes: dict
    observable: str
    direction: str
    given: dict = {}  # on both sides

    def __str__(self):
        changed = ",".join(key.rpartition(".")[2] for key in self.changes)
        return f"{self.row}-{changed}-{self.observable}"


EFFECTS = [Effect(row, *effect) for row, entry in ROWS.items() for effect in entry.get("effects", ())]

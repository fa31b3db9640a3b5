"""The shelf: presets and shipped scenarios, to look at and to start from."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sim.scenario import gather

Kind = Literal["scenario", "platforms", "industries"]
_PRESETS: tuple[Kind, ...] = ("platforms", "industries")


@dataclass(frozen=True, slots=True)
class Item:
    """Something on the shelf: its kind, its file, its title, and the question of a scenario."""

    kind: Kind
    path: Path
    title: str
    question: str = ""


def shelf() -> dict[str, Item]:
    """Everything on the shelf by name: shipped scenarios, then platforms, then industries."""
    found = {}
    folder = Path(gather.__file__).parent / "presets"
    for name in gather.shipped_scenarios():
        found[name] = _item("scenario", gather.shipped_folder() / f"{name}.toml")
    for kind in _PRESETS:
        for name in gather.presets(kind):
            found[name] = _item(kind, folder / kind / f"{name}.toml")
    return found


def _item(kind: Kind, path: Path) -> Item:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Item(kind, path, str(table.get("title", "")), str(table.get("question", "")))


def text_of(item: Item) -> str:
    """The file as it is."""
    return item.path.read_text(encoding="utf-8")


def starter(item: Item, name: str) -> str:
    """A scenario file for a user to change: the shipped one with its comments, and what to do with it."""
    kept = [line for line in text_of(item).splitlines() if not line.startswith("#:schema")]
    head = [
        f"# {name}: started from the shipped scenario {item.path.stem}. Change what you know better.",
        f"#   sanyu show {name}      every value that holds, with its source",
        f"#   sanyu compare {name}   all logics of this file against each other",
        "# For completion in editors: sanyu schema > scenario.schema.json, and a first line",
        "# #:schema ./scenario.schema.json",
        "#",
    ]
    return "\n".join([*head, *kept]) + "\n"


def print_shelf(found: dict[str, Item]) -> None:
    """Presets and shipped scenarios by kind."""
    from rich.table import Table
    from rich.text import Text

    from sim.report.terminal import console

    out = console()
    for kind in ("scenario", "platforms", "industries"):
        title = "shipped scenarios" if kind == "scenario" else f"presets of {kind}"
        out.print(Text(title, style="bold"))
        grid = Table.grid(padding=(0, 2))
        for name, item in found.items():
            if item.kind == kind:
                grid.add_row(Text("  " + name), Text(item.title), Text(item.question, style="dim"))
        out.print(grid)
    out.print(Text("\nsanyu presets NAME prints one.", style="dim"))

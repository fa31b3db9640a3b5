"""The shelf: presets and shipped scenarios, to look at and to start from."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sim.scenario import gather, shelves

Kind = Literal["scenario", "platforms", "channels", "industries", "segments", "brands"]
_PRESETS: tuple[Kind, ...] = ("platforms", "channels", "industries", "segments", "brands")


@dataclass(frozen=True, slots=True)
class Item:
    """Something on the shelf: its kind, its file, title, the question of a scenario, and whether it is the user's."""

    kind: Kind
    path: Path
    title: str
    question: str = ""
    own: bool = False


def shelf(folder: Path | None = None) -> dict[str, Item]:
    """Everything on the shelves by name: shipped scenarios, then presets by kind, the user's after the shipped ones.

    folder  where the user's folder ``presets`` lies, by default here
    """
    found = {}
    for name in gather.shipped_scenarios():
        found[name] = _item("scenario", gather.shipped_folder() / f"{name}.toml")
    for kind in _PRESETS:
        for name, file in shelves.shipped(kind).items():
            found[name] = _item(kind, file)
        for name, file in shelves.own(kind, folder).items():
            found[name if name not in found else f"{kind}/{name}"] = _item(kind, file, own=True)
    return found


def _item(kind: Kind, path: Path, own: bool = False) -> Item:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # whoever uses it is told what is wrong; the others stay on the list
        table = {}
    return Item(kind, path, str(table.get("title", "")), str(table.get("question", "")), own)


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
    for kind in ("scenario", *_PRESETS):
        title = "shipped scenarios" if kind == "scenario" else f"presets of {kind}"
        out.print(Text(title, style="bold"))
        grid = Table.grid(padding=(0, 2))
        for name, item in found.items():
            if item.kind == kind:
                about = str(item.path) if item.own else item.question
                grid.add_row(Text("  " + name), Text(item.title), Text(about, style="dim"))
        out.print(grid)
    out.print(Text("\nsanyu presets NAME prints one.", style="dim"))

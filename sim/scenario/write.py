"""Writing: from a scenario back to the table and the text of a fully resolved scenario file."""

import datetime as dt
from pathlib import Path
from typing import Any

import tomli_w

from sim.logics.own import source, source_of
from sim.scenario.schema import Scenario, Shop

HEADER = "# A fully resolved scenario: every value is here, whatever presets and defaults say.\n"


def to_dict(scenario: Scenario) -> dict[str, Any]:
    """A scenario as the table of a fully resolved scenario file; ``from_dict`` reads it again."""
    tree = scenario.model_dump(by_alias=True, exclude_none=True)
    for platform, dumped in zip(scenario.platforms, tree["platforms"], strict=True):
        if platform.shop == Shop():  # a platform that takes nothing has no [shop] to override
            del dumped["shop"]
    plain: dict[str, Any] = _plain(tree)
    return plain


def to_toml(scenario: Scenario) -> str:
    """A scenario as the text of a fully resolved scenario file; ``load_scenario`` reads it again."""
    return HEADER + tomli_w.dumps(to_dict(scenario))


def write_scenario(scenario: Scenario, folder: Path) -> None:
    """Write ``scenario.toml`` into a folder, and the files of the user's own logics beside it: it loads from there."""
    tree = to_dict(scenario)
    copies: dict[Path, str] = {}
    rivals = [rival["logic"] for rival in tree.get("rivals", {}).values()]
    for logic in [*tree["logics"].values(), *rivals]:
        file = source_of(logic["kind"])
        if file is None:
            continue
        if file not in copies:
            copies[file] = file.name if file.name not in copies.values() else f"{len(copies)}-{file.name}"
            (folder / copies[file]).write_bytes(source(logic["kind"]))
        logic["kind"] = f"{copies[file]}:{logic['kind'].rpartition(':')[2]}"
    (folder / "scenario.toml").write_text(HEADER + tomli_w.dumps(tree), encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.isoformat() if isinstance(key, dt.date) else key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value

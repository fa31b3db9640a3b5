"""Gathering: from a path or a name to one document, with all the files that it extends."""

import difflib
import os
from pathlib import Path as File
from typing import Any

from sim.scenario.document import Document, read
from sim.scenario.fields import is_series
from sim.scenario.mistakes import Mistake, ScenarioError, did_you_mean, shown
from sim.scenario.positions import Path
from sim.scenario.shelves import expand

SHIPPED = "scenarios"
_PACKAGE = File(__file__).parents[1]


def shipped_folder() -> File:
    """Folder of the shipped scenarios: inside an installed package, or beside it in a checkout."""
    installed = _PACKAGE / "shipped" / SHIPPED
    return installed if installed.is_dir() else _PACKAGE.parent / SHIPPED


def shipped_scenarios() -> tuple[str, ...]:
    """Names of the shipped scenarios."""
    return tuple(sorted(file.stem for file in shipped_folder().glob("*.toml")))


def gather(source: str | File) -> Document:
    """The document of a file or of a shipped scenario, laid over those that it extends."""
    file, label = _locate(source)
    return _gather(file, label, ())


def _locate(source: str | File) -> tuple[File, str]:
    label, file = str(source), File(source)
    if _is_file(file):
        return file, label
    bare = isinstance(source, str) and file.name == source and file.suffix != ".toml"
    if bare and source in shipped_scenarios():
        return shipped_folder() / f"{source}.toml", f"{SHIPPED}/{source}.toml"
    raise ScenarioError([Mistake(label, 0, 0, "", _missing(file, file.parent))])


def _is_file(file: File) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # a name with a zero byte, or too long
        return False


def _missing(file: File, folder: File) -> str:
    try:
        if file.is_dir():
            inside = sorted(found.name for found in file.glob("*.toml"))
            return "this is a folder, not a scenario file. " + (f"It holds: {', '.join(inside)}." if inside else "")
        siblings = sorted(found.name for found in folder.glob("*.toml"))
    except (OSError, ValueError):
        siblings = []
    near = difflib.get_close_matches(file.name, siblings, n=1, cutoff=0.6)
    if near:
        return f"there is no such file. Did you mean {folder / near[0]}?"
    remedy = did_you_mean(file.stem if file.name else str(file), shipped_scenarios(), "Shipped scenarios")
    return f"there is no such file, nor a shipped scenario of this name. {remedy}"


def _gather(file: File, label: str, chain: tuple[tuple[File, str], ...], depth: int = 0) -> Document:
    document = read(file, label, depth=depth)
    chain = (*chain, (file.resolve(), label))
    return _extended(document, file.parent, label, chain, depth)


def extended(document: Document) -> Document:
    """A document that comes from no file, laid over what it extends."""
    return _extended(document, File(), "", ())


def _extended(
    document: Document, folder: File, label: str, chain: tuple[tuple[File, str], ...], depth: int = 0
) -> Document:
    if "extends" not in document.tree:
        return document
    name = document.tree["extends"]
    if not isinstance(name, str):
        message = f'extends = {shown(name)} is not a text in quotes. Write a path like "other.toml".'
        document.mistakes.append(document.mistake(("extends",), message))
        document.take(("extends",))
        return document
    target = folder / name
    named = os.path.normpath(os.path.join(os.path.dirname(label), name))
    if not _is_file(target):
        if name not in shipped_scenarios():
            message = f"extends = {shown(name)}: {_missing(target, folder)}"
            raise ScenarioError([*document.mistakes, document.mistake(("extends",), message)])
        target, named = shipped_folder() / f"{name}.toml", f"{SHIPPED}/{name}.toml"
    known = [known for known, _ in chain]
    if target.resolve() in known:
        circle = [at for _, at in chain[known.index(target.resolve()) :]]
        message = f"extends makes a circle: {' → '.join([*circle, circle[0]])}. Remove one link of it."
        raise ScenarioError([*document.mistakes, document.mistake(("extends",), message)])
    document.take(("extends",))
    base = _gather(target, named, chain, depth + 1)
    lay_over(base, document)
    return base


def expand_tables(document: Document) -> None:
    """Put the values of presets into the tables that start from one: the brands and the segments."""
    expand(document, ("brand",), "brands")
    segments = document.tree.get("segments")
    for name, segment in list(segments.items()) if isinstance(segments, dict) else ():
        if segment is not False:
            expand(document, ("segments", name), "segments")
    rivals = document.tree.get("rivals")
    for name, rival in list(rivals.items()) if isinstance(rivals, dict) else ():
        if isinstance(rival, dict) and "brand" in rival:
            expand(document, ("rivals", name, "brand"), "brands")


def lay_over(base: Document, document: Document) -> None:
    """Lay a document over another: its values win, and those of the presets that it names."""
    expand_tables(base)
    expand_tables(document)
    for name, value in base.tree.items():
        if name == "industry" and isinstance(value, str) and isinstance(document.tree.get(name), dict):
            marks = base.under((name,))
            base.put((name,), {"extends": value}, {(): marks[()], ("extends",): marks[()]})
    base.mistakes += document.mistakes
    base.merge(document.tree, document.under(()), (), whole)


def whole(path: Path, old: Any, new: Any) -> bool:
    """Tables that a file replaces as a whole, because their entries say something only together."""
    if is_series(path) or path == ("pool", "channels"):
        return True
    if len(path) == 3 and path[0] == "sources" and path[2] == "channels":
        return True
    if path == ("industry",):
        return "extends" in new
    if len(path) == 2 and path[0] == "logics" and "kind" in new:
        return bool(new["kind"] != old.get("kind", path[1]))
    if len(path) == 3 and path[0] == "rivals":
        if path[2] == "logic":
            return "kind" in new and bool(new["kind"] != old.get("kind", path[1]))
    elif len(path) > 3 and path[0] == "rivals":
        return whole(path[2:], old, new)
    return False

"""Shelves: where presets lie, shipped ones and the user's own, and one of them as a document.

A preset is one TOML file, ``KIND/NAME.toml``, on a shelf: a folder ``presets`` beside the file that names it, a folder
of the environment variable ``SANYU_PRESETS``, or the shelf of this package. A name that ends in ``.toml`` is a path.
"""

import os
from copy import deepcopy
from functools import cache
from pathlib import Path as File

from sim.scenario.document import Document, Mark, read
from sim.scenario.fields import is_series
from sim.scenario.mistakes import ScenarioError, did_you_mean, shown
from sim.scenario.positions import Path

KINDS = ("platforms", "channels", "industries", "segments", "brands")
NAMED = ("platforms", "channels", "industries")  # kinds whose tables have a name
TITLED = ("platforms", "industries")  # kinds whose tables have a title; elsewhere it is for the reader only
VARIABLE = "SANYU_PRESETS"
SHELF = "presets"
_SHIPPED = File(__file__).parent / SHELF


@cache
def shipped(kind: str) -> dict[str, File]:
    """Files of the shipped presets of a kind, by name."""
    return _on(_SHIPPED, kind)


def _on(shelf: File, kind: str) -> dict[str, File]:
    try:
        return {file.stem: file for file in sorted((shelf / kind).glob("*.toml"))}
    except (OSError, ValueError):
        return {}


def presets(kind: str) -> tuple[str, ...]:
    """Names of the shipped presets of a kind, one of ``KINDS``."""
    return tuple(shipped(kind))


def own(kind: str, folder: File | None = None) -> dict[str, File]:
    """Files of the user's presets of a kind, by name; of two with the same name, that on the nearer shelf.

    folder  where the file lies that names them, the current folder if it has none
    """
    found: dict[str, File] = {}
    for shelf in _shelves(folder or File()):
        found = _on(shelf, kind) | found
    return found


def _shelves(folder: File) -> list[File]:
    """The user's shelves, nearest first: beside a file, that on which the file lies itself, those of the variable."""
    beside = [folder / SHELF] + ([folder.parent] if folder.name in KINDS else [])
    named = [File(place) for place in os.environ.get(VARIABLE, "").split(os.pathsep) if place]
    return [shelf for shelf in (*beside, *named) if shelf != _SHIPPED]


def expand(document: Document, path: Path, kind: str, chain: tuple[File, ...] = ()) -> None:
    """Replace a preset's name, or a table that extends one, by the preset's values; mistakes are added.

    chain  files of presets that led here, to find circles
    """
    given = document.at(path)
    at = (*path, "extends") if isinstance(given, dict) else path
    name = given.get("extends") if isinstance(given, dict) else given
    if name is None:
        return
    try:
        base = _found(document, at, name, kind, chain)
    except _Unknown as unknown:
        document.mistakes.append(document.mistake(at, str(unknown)))
        document.put(path, None, document.under(path))
        return
    document.mistakes += base.mistakes
    marks = document.under(path)
    if isinstance(given, dict):
        over = {key: value for key, value in given.items() if key != "extends"}
        base.marks[()] = marks[()]
        base.merge(over, marks, (), lambda inside, _, __: is_series((*path, *inside)))
    document.put(path, base.tree, base.marks)
    document.marks[path] = marks[()]


class _Unknown(Exception):
    """There is no such preset."""


def _found(document: Document, at: Path, name: object, kind: str, chain: tuple[File, ...]) -> Document:
    """The preset of a name, with everything that it extends itself."""
    said = f"{document.key(at)} = {shown(name)}"
    if not isinstance(name, str):
        raise _Unknown(f"{said} is not a text in quotes. {did_you_mean(str(name), presets(kind), 'Presets')}")
    mark, _ = document.mark(at)
    folder = mark.folder or File()
    file = _file(name, kind, folder, said)
    if file.resolve() in chain:
        raise _Unknown(f"{said} makes a circle of presets. Remove one link of it.")
    if file == shipped(kind).get(name):
        base = _shipped_document(kind, name)
    else:
        base = read(file, _label(file, folder, mark.file), preset=file.stem)
    if kind in NAMED and ("name" not in base.tree or kind != "channels"):
        base.tree["name"] = file.stem
        base.marks["name",] = base.marks[()]
    if kind not in TITLED and "title" in base.tree:
        base.take(("title",))
    if "extends" in base.tree:
        _extend(base, kind, (*chain, file.resolve()))
    return base


def _extend(base: Document, kind: str, chain: tuple[File, ...]) -> None:
    """Lay a preset over the one that it extends."""
    wrapped = Document({"preset": base.tree}, {("preset", *path): mark for path, mark in base.marks.items()})
    wrapped.marks[()] = base.marks[()]
    expand(wrapped, ("preset",), kind, chain)
    base.mistakes += wrapped.mistakes
    found = wrapped.at(("preset",))
    if isinstance(found, dict):
        base.tree, base.marks = found, wrapped.under(("preset",))
    else:
        base.take(("extends",))


def _file(name: str, kind: str, folder: File, said: str) -> File:
    """The file of a preset: at a path, or on a shelf."""
    if name.endswith(".toml"):
        try:
            if (folder / name).is_file():
                return folder / name
            beside = sorted(file.name for file in (folder / name).parent.glob("*.toml"))
        except (OSError, ValueError):  # a name with a zero byte, or too long
            beside = []
        near = did_you_mean(File(name).name, beside, "Files there")
        raise _Unknown(f"{said}: there is no such file. {near}")
    mine = own(kind, folder)
    if name in mine and name in shipped(kind):
        raise _Unknown(f"{said} could be the shipped preset or {mine[name]}. Give the file a name of its own.")
    known = shipped(kind) | mine
    if name not in known:
        others = {n: k for k in KINDS if k != kind for n in (*shipped(k), *own(k, folder))}
        remedy = did_you_mean(name, known, "Presets")
        if name in others:
            remedy = f"It is one of {others[name]}. {remedy}"
        raise _Unknown(f"{said} is not the name of a preset. {remedy}")
    return known[name]


def _label(file: File, folder: File, named_in: str) -> str:
    """How messages name a preset's file: relative to the file that names it, as that one was named."""
    try:
        inside = file.relative_to(folder)
    except ValueError:
        return str(file)
    return os.path.normpath(os.path.join(os.path.dirname(named_in), inside))


@cache
def _kept(kind: str, name: str) -> Document:
    return read(shipped(kind)[name], f"preset {name}", preset=name)


def _shipped_document(kind: str, name: str) -> Document:
    kept = _kept(kind, name)
    return Document(deepcopy(kept.tree), dict(kept.marks), list(kept.mistakes))


def preset(kind: str, name: str) -> Document:
    """A fresh copy of a shipped preset, with all that it extends; its name is that of its file."""
    nowhere = Mark("", 0, 0, ())
    document = Document({"preset": name}, {(): nowhere, ("preset",): nowhere})
    expand(document, ("preset",), kind)
    if document.mistakes:
        raise ScenarioError(document.mistakes)
    return Document(document.at(("preset",)), document.under(("preset",)))

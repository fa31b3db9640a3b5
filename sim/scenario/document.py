"""Documents: what files say, and for every value where it was said and what it rests on."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path as File
from typing import Any, get_args

from sim.parameters import Trust
from sim.scenario.mistakes import Mistake, ScenarioError, did_you_mean, shown
from sim.scenario.positions import Path, positions

PEDIGREE = ("value", "unit", "source", "trust")  # keys of a value with its pedigree
TRUSTS: tuple[str, ...] = get_args(Trust)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value was written, and its pedigree as far as it was given there.

    file    the file as messages name it
    folder  where paths beside the value are looked up
    key     path as the file writes it
    preset  the preset's name, when the value comes from one
    depth   files between this one and the one that was loaded, which has 0
    """

    file: str
    line: int
    column: int
    key: Path
    folder: File | None = None
    preset: str | None = None
    unit: str | None = None
    source: str | None = None
    trust: str | None = None
    depth: int = 0


@dataclass
class Document:
    """A tree of plain TOML values, the marks of its paths, and the mistakes found so far."""

    tree: dict[str, Any]
    marks: dict[Path, Mark] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def at(self, path: Path) -> Any:
        """Value at a path, None if there is none."""
        value: Any = self.tree
        for key in path:
            inside = key in value if isinstance(value, dict) else isinstance(value, list) and key in range(len(value))
            if not inside:
                return None
            value = value[key]
        return value

    def mark(self, path: Path) -> tuple[Mark, Path]:
        """The mark of a path, or of its nearest parent, and what of the path lies beyond it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.marks:
                return self.marks[path[:length]], path[length:]
        return Mark("", 0, 0, ()), path

    def outermost(self, *paths: Path) -> Path:
        """Of the paths of values that contradict each other, one that the outermost file has set."""
        written = [path for path in paths if path in self.marks]
        return min(written or paths, key=lambda path: (bool(self.mark(path)[0].preset), self.mark(path)[0].depth))

    def key(self, path: Path) -> str:
        """A path as the file writes it."""
        mark, beyond = self.mark(path)
        return dotted((*mark.key, *beyond))

    def mistake(self, path: Path, message: str) -> Mistake:
        """A mistake at a path."""
        mark, _ = self.mark(path)
        return Mistake(mark.file, mark.line, mark.column, self.key(path), message.rstrip())

    def put(self, path: Path, value: Any, marks: dict[Path, Mark]) -> None:
        """Replace what is at a path; ``marks`` are those of the value, from its own root."""
        parent = self.at(path[:-1])
        parent[path[-1]] = value
        self._forget(path)
        self.marks.update({(*path, *key): mark for key, mark in marks.items()})

    def take(self, path: Path) -> tuple[Any, dict[Path, Mark]]:
        """Remove what is at a path; its value, and its marks from its own root."""
        value = self.at(path[:-1]).pop(path[-1])
        marks = self.under(path)
        self._forget(path)
        return value, marks

    def under(self, path: Path) -> dict[Path, Mark]:
        """Marks at and below a path, from that path."""
        return {key[len(path) :]: mark for key, mark in self.marks.items() if key[: len(path)] == path}

    def merge(self, tree: Any, marks: dict[Path, Mark], at: Path, whole: Callable[[Path, Any, Any], bool]) -> None:
        """Lay a tree over what is at a path: tables are merged key by key, all else is replaced.

        ``whole`` says which tables are replaced as a whole, from (path, old value, new value).
        """
        old = self.at(at)
        if not (isinstance(old, dict) and isinstance(tree, dict)) or (at and whole(at, old, tree)):
            self.put(at, tree, marks)
            return
        if () in marks:
            self.marks[at] = marks[()]
        for key, value in tree.items():
            below = {path[1:]: mark for path, mark in marks.items() if path[:1] == (key,)}
            self.merge(value, below, (*at, key), whole)

    def _forget(self, path: Path) -> None:
        for key in [key for key in self.marks if key[: len(path)] == path]:
            del self.marks[key]


def dotted(path: Path) -> str:
    """``logics.ours.phases[0].from``."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + (key if re.fullmatch(r"[\w-]+", key) else f'"{key}"')
    return text


def read(file: File, label: str, preset: str | None = None, depth: int = 0) -> Document:
    """Read one TOML file; ScenarioError when it cannot be read or is not TOML."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ScenarioError([Mistake(label, 0, 0, "", f"this file cannot be read: {error.strerror}")]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, len(before.rsplit(b"\n")[-1].decode(errors="replace")) + 1
        message = f"byte {raw[error.start]:#04x} is not UTF-8. Save the file as UTF-8."
        raise ScenarioError([Mistake(label, line, column, "", message)]) from None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_syntax(str(error), text, label)]) from None
    except (RecursionError, ValueError):
        raise ScenarioError([Mistake(label, 1, 1, "", "this is nested too deeply or not TOML")]) from None
    return marked(tree, positions(text.replace("\r\n", "\n")), Mark(label, 0, 0, (), file.parent, preset, depth=depth))


def _syntax(error: str, text: str, label: str) -> Mistake:
    message, _, place = error.partition(" (at ")
    found = re.search(r"line (\d+), column (\d+)", place)
    lines = text.split("\n")
    line, column = (int(found[1]), int(found[2])) if found else (len(lines), len(lines[-1]) + 1)
    return Mistake(label, line, column, "", f"this is not TOML: {message[:1].lower()}{message[1:]}")


def marked(tree: dict[str, Any], at: dict[Path, tuple[int, int]], origin: Mark) -> Document:
    """A document from a tree: a mark for every path, and values with a pedigree made plain."""
    root = replace(origin, line=1, column=1) if at or origin.file else origin
    document = Document({}, {(): root})

    def wrong(path: Path, parent: Mark, message: str) -> None:
        line, column = at.get(path, (parent.line, parent.column))
        key = dotted(path)
        document.mistakes.append(Mistake(origin.file, line, column, key, f"{key} {message}"))

    def plain(value: Any, path: Path, parent: Mark) -> Any:
        line, column = at.get(path, (parent.line, parent.column))
        mark = Mark(
            origin.file, line, column, path, origin.folder, origin.preset, origin.unit, origin.source, origin.trust,
            origin.depth,
        )  # fmt: skip
        document.marks[path] = mark
        if isinstance(value, dict) and path and _has_pedigree(value):
            given = {key: value[key] for key in PEDIGREE if key in value}
            pedigree = {key: given[key] for key in PEDIGREE[1:] if key in given}
            for key in value.keys() - given.keys():
                wrong((*path, key), mark, f"is unknown here. {did_you_mean(key, PEDIGREE)}")
            for key, text in pedigree.items():
                if not isinstance(text, str) or (key == "trust" and text not in TRUSTS):
                    remedy = did_you_mean(str(text), TRUSTS) if key == "trust" else "Write a text."
                    wrong((*path, key), mark, f"= {shown(text)} is not a {key}. {remedy}")
            if all(isinstance(text, str) for text in pedigree.values()):
                document.marks[path] = replace(mark, **pedigree)
            return value["value"]
        if isinstance(value, dict):
            return {key: plain(item, (*path, key), mark) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item, (*path, number), mark) for number, item in enumerate(value)]
        return value

    document.tree = plain(tree, (), root)
    document.marks[()] = root
    return document


def _has_pedigree(table: dict[str, Any]) -> bool:
    """True for ``{ value = 8, source = "E-37" }``; a table that has a table called "value" is none."""
    if "value" not in table:
        return False
    return not isinstance(table["value"], dict) or (len(table) > 1 and table.keys() <= set(PEDIGREE))

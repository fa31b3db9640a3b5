"""Positions: at which line and column of a TOML text each key stands."""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]
Position = tuple[int, int]  # line and column in characters, both from 1

_KEYS = {"bare_key", "quoted_key", "dotted_key"}


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_toml.language()))


def positions(text: str) -> dict[Path, Position]:
    """Position of every key and array element of a valid TOML text, by its path from the root."""
    source = text.encode()
    return _Reader(source).read(_parser().parse(source).root_node)


class _Reader:
    def __init__(self, source: bytes) -> None:
        self.lines = source.split(b"\n")
        self.found: dict[Path, Position] = {}
        self.counts: dict[Path, int] = {}  # arrays of tables: elements so far

    def read(self, root: Node) -> dict[Path, Position]:
        """Positions of all keys below the root."""
        for node in root.children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self._table(node)
        return self.found

    def _position(self, node: Node) -> Position:
        row, column = node.start_point
        return row + 1, len(self.lines[row][:column].decode(errors="replace")) + 1

    def _names(self, key: Node) -> Iterator[str]:
        if key.type == "dotted_key":
            for child in key.children:
                yield from self._names(child)
        elif key.type == "bare_key":
            yield (key.text or b"").decode()
        elif key.type == "quoted_key":
            yield next(iter(tomllib.loads((key.text or b"").decode() + " = 0")))

    def _follow(self, at: Path, names: Iterable[str], position: Position) -> Path:
        """The path that a dotted key leads to; in an array of tables, into the latest of them."""
        for name in names:
            at = (*at, name)
            self.found.setdefault(at, position)
            if at in self.counts:
                at = (*at, self.counts[at] - 1)
        return at

    def _table(self, node: Node) -> None:
        key = next(child for child in node.children if child.type in _KEYS)
        *parents, name = self._names(key)
        position = self._position(key)
        array = (*self._follow((), parents, position), name)
        if node.type == "table_array_element":
            self.counts[array] = self.counts.get(array, 0) + 1
        at = self._follow(array[:-1], [name], position)
        self.found.setdefault(at, position)
        for child in node.children:
            if child.type == "pair":
                self._pair(child, at)

    def _pair(self, node: Node, at: Path) -> None:
        key, value = node.children[0], node.children[-1]
        self._value(value, self._follow(at, self._names(key), self._position(key)))

    def _value(self, node: Node, at: Path) -> None:
        if node.type == "inline_table":
            for child in node.children:
                if child.type == "pair":
                    self._pair(child, at)
        elif node.type == "array":
            elements = [child for child in node.children if child.is_named and child.type != "comment"]
            for number, child in enumerate(elements):
                self.found[(*at, number)] = self._position(child)
                self._value(child, (*at, number))

"""Whatever a file says, it is a scenario or a list of mistakes: never another exception."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.scenario import Mistake, ScenarioError, from_dict, load_scenario, shipped_folder, to_dict
from sim.scenario.positions import positions

FILES = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(shipped_folder().glob("*.toml"))]
TREES = [
    *({**tree, "extends": "liquor"} if "extends" in tree else tree for tree in FILES),
    to_dict(load_scenario("liquor")),
]

scalars = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(),
    st.booleans(),
    st.text(max_size=8),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from(["growth", "douyin-2021-07", "liquor", "frequent-online", "group", "a.csv", "."]),
)
keys = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["extends", "value", "trust", "kind", "channels", "feed", "csv", "name", "2021-08-01", "phases"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)


def places(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, item in items:
        found += places(item, (*at, key))
    return found


def copy(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: copy(item) for key, item in tree.items()}
    return [copy(item) for item in tree] if isinstance(tree, list) else tree


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """A sound file with a few of its values replaced, removed, renamed or added."""
    tree = copy(draw(st.sampled_from(TREES)))
    for _ in range(draw(st.integers(1, 4))):
        spots = places(tree)
        if not spots:
            break
        *parents, key = draw(st.sampled_from(spots))
        parent = tree
        for step in parents:
            parent = parent[step]
        what = draw(st.sampled_from(["replace", "remove", "rename", "add"]))
        if what == "replace":
            parent[key] = draw(values)
        elif what == "add" and isinstance(parent, dict):
            parent[draw(keys)] = draw(values)
        else:
            value = parent.pop(key)
            if what == "rename" and isinstance(parent, dict):
                parent[draw(keys)] = value
    return dict(tree)


def mistakes_of(load: Callable[[], object]) -> tuple[Mistake, ...]:
    """Mistakes found, none if it loads; any other exception fails the test."""
    try:
        load()
    except ScenarioError as error:
        return error.mistakes
    return ()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spoiled())
def test_a_spoiled_table_never_crashes(tree: dict[str, Any]) -> None:
    for mistake in mistakes_of(lambda: from_dict(tree)):
        assert mistake.message
        assert "pydantic" not in str(mistake)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(spoiled())
def test_a_spoiled_file_never_crashes_and_every_mistake_has_a_place(tmp_path: Path, tree: dict[str, Any]) -> None:
    file = tmp_path / "s.toml"
    file.write_bytes(tomli_w.dumps(tree).encode("utf-8", "replace"))
    found = mistakes_of(lambda: load_scenario(file))
    assert all(mistake.file and mistake.line for mistake in found)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@example(b"[" * 3000)
@example(b"a = " + b"[" * 3000 + b"]" * 3000)
@example(b"a = " + b"9" * 5000)
def test_any_bytes_never_crash(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "s.toml"
    file.write_bytes(raw)
    assert all(mistake.message for mistake in mistakes_of(lambda: load_scenario(file)))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(keys, values, max_size=4))
def test_every_key_has_a_position(tree: dict[str, Any]) -> None:
    text = tomli_w.dumps(tree)
    found = positions(text)
    lines = text.split("\n")
    for path in places(tomllib.loads(text)):
        line, column = found[path]
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1


def test_positions_of_dates() -> None:
    assert positions('a.b = 1\n[[c]]\nd = [1, {e = 2}]\n[c.f]\n"g.h" = 2021-08-01\n')[("c", 0, "f", "g.h")] == (5, 1)

"""Checkpoints hold everything: a restored run equals the saved one in every attribute, and ends as it does."""

import dataclasses
import datetime as dt
import importlib
import inspect
import io
import json
import types
import zipfile
from enum import Enum
from functools import cache, partial
from pathlib import Path

import numpy as np
import pydantic
import pytest
from worlds import FINDING, SERVED, STORE, begun, everything, small

import sim.engines
from sim.engines.agents import AgentRows, FanAgent
from sim.engines.arrays import ArrayRows
from sim.engines.checkpoints import TEMPORARY, Damaged, decoded, encoded, read_checkpoint, write_checkpoint
from sim.engines.memory import restore, state_of
from sim.engines.model import FanModel
from sim.logics.budgeted import Budgeted
from sim.logics.mixed import Mixed

PLAIN = (bool, int, float, complex, str, bytes, dt.date, np.generic, Enum, frozenset, types.NoneType)
RIVALS = {"network": {"median": 4.0, "mean": 8.0, "most": 40.0}, "feed.exposures_at_least": 3000}
APART = {"logics.depletion.segments": {"bargain": {"frequency": 0.5, "schedule": ["monday"]}}}
DAYS, BROKEN = 60, 38

# scenario and changes, or logic where it is not the first; together every part that has a memory has work to do
WORLDS = {
    "everything": (everything, {}, None),
    "found": (everything, FINDING, None),
    "served": (everything, SERVED, None),
    "store": (everything, FINDING | STORE, None),
    "apart": (everything, APART, None),
    "rivals": (partial(small, "two-brands"), RIVALS, None),
    "advisor": (partial(small, "advisor"), {}, "fans-first"),
    "oracle": (partial(small, "upper-bound"), {}, "oracle"),
    "newsletter": (partial(small, "email-newsletter"), {}, None),
    "partners": (partial(small, "yoga-partners"), {}, None),
    "closed": (small, {}, None),
    "budgeted": (partial(small, "clearance"), {}, "budgeted"),
    "mixed": (partial(small, "clearance"), {}, "mixed"),
}


def world(name):
    """Scenario and name of the logic of one of the worlds."""
    make, changes, logic = WORLDS[name]
    scenario = make(changes=changes | {"days": DAYS})
    first, other = (list(scenario.logics.values()) * 2)[:2]
    wrapped = {
        "budgeted": Budgeted(first, (1_000,) * DAYS),
        "mixed": Mixed(first, other, frozenset({"discount", "content"})),
    }
    logics = {name: wrapped[name]} if name in wrapped else scenario.logics
    return scenario.model_copy(update={"logics": logics}), logic or next(iter(logics))


# ------------------------------------------------------------------------------------------ how two runs are compared


def differences(a, b, path="run", seen=None):
    """Paths of the attributes in which two objects differ, through all that they hold; passing ones are left out."""
    seen = set() if seen is None else seen
    if (id(a), id(b)) in seen or callable(a):
        return []
    if type(a) is not type(b):
        return [path]
    if isinstance(a, PLAIN):
        return [] if a == b or (a != a and b != b) else [path]
    seen.add((id(a), id(b)))
    if isinstance(a, np.ndarray):
        return [] if a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes() else [path]
    if isinstance(a, pydantic.BaseModel):
        return [] if a == b else [path]
    if isinstance(a, dict):
        a, b = ({repr(key): value for key, value in one.items()} for one in (a, b))
    elif isinstance(a, (list, tuple, range)):
        a, b = ({f"{n}": value for n, value in enumerate(one)} for one in (a, b))
    else:
        a, b = attributes(a), attributes(b)
    if a.keys() != b.keys():
        return [path]
    return [found for name in a for found in differences(a[name], b[name], f"{path}.{name}", seen)]


def attributes(thing):
    """All that an object of ours holds, but what every day makes anew; an object of anybody else's is an error."""
    assert type(thing).__module__.startswith("sim."), type(thing)
    if isinstance(thing, FanAgent):
        return {name: getattr(thing, name) for name in ("number", "person", "fan")}
    if dataclasses.is_dataclass(thing):
        return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    found = {name: value for name, value in vars(thing).items() if name not in getattr(thing, "PASSING", ())}
    if isinstance(thing, ArrayRows):  # beyond the rows in use there is room
        found |= {name: found[name][: thing.count] for name in ("_people", "_fans")}
        del found["_pool"]
    if isinstance(thing, AgentRows):  # Mesa's own
        del found["model"]
    return found


def fresh(scenario, logic, engine):
    """A run before its first day."""
    return begun(scenario, logic) if engine == "arrays" else FanModel.of(scenario, logic, 7, 0).simulation


def saved(simulation, path):
    """What comes back of a run's state from a file."""
    write_checkpoint(path, {}, state_of(simulation))
    return read_checkpoint(path)[1]


def gone_on(simulation, days):
    for _ in range(days):
        simulation.step()
    return simulation


def ended(simulation):
    """Everything that results are made of."""
    brands = simulation.brands
    return [[brand.book.ledger, brand.cohorts, brand.tasks.tasks, brand.rows.table()] for brand in brands]


# --------------------------------------------------------------------------------------------------------- the proofs


@pytest.mark.parametrize("engine", ["arrays", "agents"])
@pytest.mark.parametrize("name", WORLDS)
def test_a_restored_run_equals_the_saved_one_in_every_attribute_and_ends_alike(name, engine, tmp_path):
    scenario, logic = world(name)
    unbroken, restored = (fresh(scenario, logic, engine) for _ in range(2))
    gone_on(unbroken, BROKEN)
    assert differences(unbroken, restored)
    restore(restored, saved(unbroken, tmp_path / "c"))
    assert differences(unbroken, restored) == []
    for simulation in (unbroken, restored):
        gone_on(simulation, DAYS - BROKEN)
    assert differences(ended(unbroken), ended(restored)) == []
    assert differences(unbroken, restored) == []


def parts():
    """Every class of the engines that says what it remembers, and each of its attributes that is no part itself."""
    for module in sorted(Path(sim.engines.__file__).parent.glob("*.py")):
        for name, kind in vars(importlib.import_module(f"sim.engines.{module.stem}")).items():
            if inspect.isclass(kind) and "CARRIED" in vars(kind) and kind.__module__ == f"sim.engines.{module.stem}":
                yield from ((name, kind, attribute) for attribute in kind.CARRIED)


@cache
def broken_off(name):
    return gone_on(fresh(*world(name), "arrays"), BROKEN)


@pytest.mark.parametrize(("name", "kind", "attribute"), [pytest.param(*p, id=f"{p[0]}.{p[2]}") for p in parts()])
def test_what_a_part_forgets_is_found(name, kind, attribute, tmp_path, monkeypatch):
    """Without any one of the attributes the comparison fails, and names it: all are there for a reason."""
    monkeypatch.setattr(kind, "CARRIED", tuple(other for other in kind.CARRIED if other != attribute))
    found = []
    for at in ("everything", "rivals", "advisor", "served", "newsletter"):
        unbroken = broken_off(at)
        restored = fresh(*world(at), "arrays")
        restore(restored, saved(unbroken, tmp_path / "c"))
        found += differences(unbroken, restored)
        if found:
            break
    assert found
    assert all(f".{attribute}" in path for path in found)


@pytest.mark.parametrize(
    ("at", "kind", "attribute"),
    [
        ("everything", "dispatch.Dispatch", "remainder"),
        ("everything", "dispatch.Dispatch", "last"),
        ("everything", "promise.Promises", "expected"),
        ("everything", "groups.Groups", "activity"),
        ("everything", "market.Market", "aware"),
        ("everything", "reservoir.Reservoir", "waiting"),
        ("everything", "reservoir.Reservoir", "untouched"),
        ("everything", "network.Network", "closed"),
        ("everything", "sources.Sources", "left"),
        ("everything", "operation.Operation", "exposure"),
        ("everything", "book.Book", "activity"),
        ("partners", "feed.BrandFeed", "remainder"),
        ("served", "desk.Team", "load"),
        ("rivals", "operation.Operation", "encounters"),
        ("advisor", "operation.Operation", "history"),
        ("advisor", "operation.Operation", "plan"),
    ],
)
def test_without_any_of_its_memory_a_run_ends_otherwise(at, kind, attribute, tmp_path, monkeypatch):
    """The comparison of results can fail, too: it does when one of these is left out."""
    module, _, name = kind.partition(".")
    forgetful = getattr(importlib.import_module(f"sim.engines.{module}"), name)
    monkeypatch.setattr(forgetful, "CARRIED", tuple(other for other in forgetful.CARRIED if other != attribute))
    scenario, logic = world(at)
    unbroken, restored = (fresh(scenario, logic, "arrays") for _ in range(2))
    restore(restored, saved(gone_on(unbroken, BROKEN), tmp_path / "c"))
    for simulation in (unbroken, restored):
        gone_on(simulation, DAYS - BROKEN)
    assert differences(ended(unbroken), ended(restored))


def test_rows_that_lie_in_another_order_are_restored(tmp_path):
    scenario, logic = world("everything")
    unbroken, restored = (fresh(scenario, logic, "arrays") for _ in range(2))
    gone_on(unbroken, 10)
    unbroken.rows.permute(np.random.default_rng(1).permutation(unbroken.rows.count))
    gone_on(unbroken, BROKEN - 10)
    restore(restored, saved(unbroken, tmp_path / "c"))
    for simulation in (unbroken, restored):
        gone_on(simulation, DAYS - BROKEN)
    assert differences(ended(unbroken), ended(restored)) == []
    straight = gone_on(fresh(scenario, logic, "arrays"), DAYS)
    assert np.array_equal(straight.ledger.tallies, restored.ledger.tallies)


def test_threads_change_nothing_of_a_restored_run(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.engines.arrays.ROWS_PER_THREAD", 50)
    scenario, logic = world("everything")
    unbroken = fresh(scenario, logic, "arrays")
    restored = begun(scenario, logic, rows=partial(ArrayRows, threads=2))
    restore(restored, saved(gone_on(unbroken, BROKEN), tmp_path / "c"))
    for simulation in (unbroken, restored):
        gone_on(simulation, DAYS - BROKEN)
    assert np.array_equal(unbroken.ledger.tallies, restored.ledger.tallies)
    restored.close()


# ----------------------------------------------------------------------------------------------------------- the file


def there_and_back(value):
    arrays = []
    return decoded(json.loads(json.dumps(encoded(value, arrays))), arrays)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -(2**63), 0.1, float("inf"), float("nan"), -0.0, "三域", [1, [2.5]], (1, (None,)),
        {3: (4,), "a": []},
        np.float64(0.1), np.int64(7), np.arange(3), np.zeros((2, 0)), np.zeros(3, [("a", "i1"), ("b", "f4")]),
        np.array([[1.0, np.nan]]),
    ],
    ids=repr,
)  # fmt: skip
def test_values_come_back_with_their_types(value):
    assert differences(value, there_and_back(value)) == []
    assert str(value) == str(there_and_back(value))  # the sign of zero, too


class Strange:
    """Nothing that a checkpoint knows."""


@pytest.mark.parametrize(
    "value", [Strange(), {1, 2}, b"bytes", np.array([Strange()], object)], ids=lambda x: type(x).__name__
)
def test_what_is_not_declared_is_not_written(value, tmp_path):
    with pytest.raises((TypeError, ValueError), match=r"cannot hold|Object arrays"):
        write_checkpoint(tmp_path / "c", {}, {"value": value})
    assert list(tmp_path.iterdir()) == []


def archive(path, tree, **members):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("head.json", "{}")
        file.writestr("state.json", json.dumps(tree))
        for name, content in members.items():
            file.writestr(f"{name[1:]}.npy", content)


@pytest.mark.parametrize(
    "tree", [{"Path": {"_": 1}}, {"os.system": ["true"]}, {"Stage": 99}, {"array": 3}, {"Plan": {}}]
)
def test_a_file_makes_no_objects_but_the_declared(tree, tmp_path):
    archive(tmp_path / "c", tree)
    with pytest.raises(Damaged, match="does not hold what a checkpoint holds"):
        read_checkpoint(tmp_path / "c")


def test_a_pickled_array_is_not_opened(tmp_path):
    content = io.BytesIO()
    np.save(content, np.array([Strange], object), allow_pickle=True)
    archive(tmp_path / "c", {"array": 0}, _0=content.getvalue())
    with pytest.raises(Damaged, match="Object arrays cannot be loaded"):
        read_checkpoint(tmp_path / "c")


def test_damage_anywhere_in_a_file_is_noticed(tmp_path):
    path = tmp_path / "c"
    write_checkpoint(path, {"day": 3}, {"rows": np.arange(2000), "plan": None})
    whole = path.read_bytes()
    assert np.array_equal(read_checkpoint(path)[1]["rows"], np.arange(2000))
    chance = np.random.default_rng(5)
    for length in chance.integers(0, len(whole) - 1, 25):
        path.write_bytes(whole[:length])
        with pytest.raises(Damaged):
            read_checkpoint(path)
    inside = whole.index(b"NUMPY") + 200  # the contents of a member, not the spare bytes between members
    for at in chance.integers(inside, inside + 8 * 1900, 25):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        with pytest.raises(Damaged):
            read_checkpoint(path)


def test_a_write_that_is_broken_off_leaves_the_file_before_it(tmp_path, monkeypatch):
    path = tmp_path / "c"
    write_checkpoint(path, {}, {"day": 1})

    def full(*_):
        assert [file.name.startswith(TEMPORARY) for file in tmp_path.iterdir()].count(True) == 1
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patched:
            patched.setattr(f"sim.engines.checkpoints.os.{name}", full)
            with pytest.raises(OSError, match="No space left"):
                write_checkpoint(path, {}, {"day": 2})
        assert [file.name for file in tmp_path.iterdir()] == ["c"]
        assert read_checkpoint(path)[1] == {"day": 1}


def test_equal_states_give_equal_files(tmp_path):
    unbroken = broken_off("everything")
    for name in "ab":
        write_checkpoint(tmp_path / name, {}, state_of(unbroken))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_state_of_another_part_is_refused():
    simulation = fresh(*world("closed"), "arrays")
    with pytest.raises(ValueError, match="Simulation remembers brands, word_of_mouth, reservoir, day, not day"):
        restore(simulation, {"day": 3})
    state = state_of(simulation.rows)
    with pytest.raises(ValueError, match="other columns"):
        simulation.rows.restore(state | {"fans": np.zeros(3)})

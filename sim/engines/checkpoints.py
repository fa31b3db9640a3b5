"""Checkpoint files: the memory of a run on disk, written whole or not at all, opened without running any code.

A file is a ZIP archive without compression: ``head.json`` says whose it is, ``state.json`` is a tree of plain values,
``0.npy``, ``1.npy``, … are the arrays that the tree names. Only the types declared in ``RECORDS`` come back as objects,
and arrays of Python objects are refused, so that a file from elsewhere can do no more than be wrong. The archive's
checksums tell a damaged file.
"""

import contextlib
import dataclasses
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import IO, Any

import numpy as np

from sim.domains import Stage
from sim.engines.market import Activity
from sim.engines.tasks import Task
from sim.observables import Ledger
from sim.plans import Advice, Plan, SeenDay

RECORDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Activity, Advice, Ledger, Plan, SeenDay, Stage, Task)}
TEMPORARY = ".writing-"  # how the names of unfinished files begin
_OLDEST_DATE = (1980, 1, 1, 0, 0, 0)  # of a ZIP archive: equal states give equal bytes


class Damaged(Exception):
    """A checkpoint file cannot be read; the text says why."""


def write_checkpoint(path: Path, head: dict[str, Any], state: dict[str, Any]) -> None:
    """Write a checkpoint; a reader finds the whole file or none, also after a crash.

    head   plain values for JSON
    state  as ``state_of`` gives it

    Raises TypeError for a state with a value of a type that is not declared.
    """
    arrays: list[np.ndarray] = []
    tree = encoded(state, arrays)
    with written_whole(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, table in (("head.json", head), ("state.json", tree)):
            archive.writestr(zipfile.ZipInfo(name, _OLDEST_DATE), json.dumps(table))
        for number, array in enumerate(arrays):
            with archive.open(zipfile.ZipInfo(f"{number}.npy", _OLDEST_DATE), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def read_head(path: Path) -> dict[str, Any]:
    """Whose checkpoint it is.

    Raises Damaged.
    """
    with _opened(path) as archive:
        found: dict[str, Any] = json.loads(archive.read("head.json"))
        return found


def read_checkpoint(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Head and state of a checkpoint.

    Raises Damaged.
    """
    with _opened(path) as archive:
        head, tree = (json.loads(archive.read(name)) for name in ("head.json", "state.json"))
        arrays = []
        for number in range(len(archive.namelist()) - 2):
            with archive.open(f"{number}.npy") as member:
                arrays.append(np.lib.format.read_array(member, allow_pickle=False))
        return head, decoded(tree, arrays)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, all of whose checksums are right."""
    try:
        with zipfile.ZipFile(path) as archive:
            wrong = archive.testzip()
            if wrong is not None:
                raise Damaged(f"{path}: {wrong} in it is not what was written")
            yield archive
    except Damaged:
        raise
    except (zipfile.BadZipFile, EOFError) as error:
        raise Damaged(f"{path} is cut off, or no checkpoint: {error}") from error
    except OSError as error:
        raise Damaged(f"{path} cannot be read: {error.strerror or error}") from error
    except (LookupError, ValueError, TypeError, NotImplementedError) as error:
        raise Damaged(f"{path} does not hold what a checkpoint holds: {error}") from error


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, which becomes ``path`` when it is whole and on the disk; on any error nothing is left."""
    number, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name outlive a loss of power; where folders cannot be synchronised the system does it in time."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def encoded(value: Any, arrays: list[np.ndarray]) -> Any:
    """A value as a tree for JSON; arrays are appended to ``arrays`` and named by number.

    Lists, numbers, texts and None stand for themselves, everything else is a table with one entry, its type.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [encoded(item, arrays) for item in value]
    if type(value) is tuple:
        return {"tuple": [encoded(item, arrays) for item in value]}
    if type(value) is dict:
        return {"dict": [[encoded(key, arrays), encoded(item, arrays)] for key, item in value.items()]}
    if isinstance(value, np.ndarray | np.generic):
        arrays.append(np.asarray(value))
        return {"array" if isinstance(value, np.ndarray) else "scalar": len(arrays) - 1}
    name = type(value).__name__
    if RECORDS.get(name) is not type(value):
        raise TypeError(f"a checkpoint cannot hold a {name}: it is not among RECORDS of sim/engines/checkpoints.py")
    if isinstance(value, IntEnum):
        return {name: int(value)}
    return {name: {key: encoded(item, arrays) for key, item in _fields(value).items()}}


def decoded(tree: Any, arrays: list[np.ndarray]) -> Any:
    """The value of which ``encoded`` made a tree.

    Raises LookupError, TypeError or ValueError for anything else.
    """
    if isinstance(tree, list):
        return [decoded(item, arrays) for item in tree]
    if not isinstance(tree, dict):
        return tree
    ((kind, inner),) = tree.items()
    if kind == "tuple":
        return tuple(decoded(item, arrays) for item in inner)
    if kind == "dict":
        return {decoded(key, arrays): decoded(item, arrays) for key, item in inner}
    if kind in ("array", "scalar"):
        return arrays[inner] if kind == "array" else arrays[inner][()]
    record = RECORDS[kind]
    return record(inner) if issubclass(record, IntEnum) else record(**decoded({"dict": list(inner.items())}, arrays))


def _fields(record: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(record):
        return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    found: dict[str, Any] = record._asdict()
    return found

"""The store: every run that was ever made, one row each, in Parquet shards that appear whole or not at all.

    version=0.1.0-1a2b3c4d5e6f/   runs of one version and its sources; another version is another folder, never mixed
        about.json                who made them, and the columns of their tables
        runs/TOKEN.parquet        one row per run, all figures of its summary
        daily/TOKEN.parquet       one row per run and day, of those runs whose studies asked for series

A run is found by its key (``sim.batch.identity``), so that studies share what they have in common. Several drivers
may write into one store: shards have names of their own, and a run that two of them made at once is there twice with
the same numbers, of which readers take one.
"""

import errno
import io
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.batch.figures import figures
from sim.batch.identity import BYTES, maker_hash
from sim.engines.checkpoints import TEMPORARY, written_whole

if TYPE_CHECKING:
    import pyarrow as pa

RUNS, DAILY, ABOUT = "runs", "daily", "about.json"
OWN = {
    "key": "string",
    "scenario": "string",
    "logic": "string",
    "seed": "uint64",
    "replication": "int64",
    "engine": "string",
    "status": "string",
    "message": "string",
}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SERIES = b"daily"  # in the metadata of a shard: names of the daily series that all its runs have
_MOST_RECENT = 50_000
os.umask(_MASK := os.umask(0o022))  # there is no other way to ask
_MODE = 0o666 & ~_MASK


class StoreError(Exception):
    """A store cannot be read or written; the text says which file, and what to do."""


class DiskFull(OSError):
    """The disk is full; the text says what to free and how to go on."""


def is_full(error: OSError) -> bool:
    """Whether a disk, a quota or a limit of the size of files is exhausted."""
    return error.errno in _FULL


def columns() -> dict[str, str]:
    """Name → Arrow type of the columns of runs."""
    return OWN | dict.fromkeys(figures(), "float64")


def new_token() -> str:
    """A name for a shard that no other has."""
    return secrets.token_hex(12)


@dataclass(frozen=True)
class Shard:
    """A file of runs; series: names of the daily series that are kept of all of them."""

    token: str
    path: Path
    series: frozenset[str]


@dataclass(frozen=True)
class Store:
    """The runs that one version made.

    folder  of the version
    """

    folder: Path

    @classmethod
    def of(cls, root: Path, maker: Mapping[str, str]) -> "Store":
        """The place of a version in a store, whether it is there yet or not."""
        return cls(root.absolute() / f"version={maker['version']}-{maker_hash(maker)}")

    def prepare(self, maker: Mapping[str, str]) -> None:
        """Make the folders; raises StoreError where the columns are not those of this version."""
        for kind in (RUNS, DAILY):
            (self.folder / kind).mkdir(parents=True, exist_ok=True)
        file, told = self.folder / ABOUT, {"maker": dict(maker), "columns": columns()}
        if not file.exists():
            _write_whole(file, json.dumps(told, indent=2).encode())
        elif changes := changed_columns(json.loads(file.read_text("utf-8"))["columns"], columns()):
            raise StoreError(f"{self.folder} has columns of another version:\n{changes}\nUse another --store.")

    def shard(self, token: str) -> Path:
        """The file of runs of a token."""
        return self.folder / RUNS / f"{token}.parquet"

    def series(self, token: str) -> Path:
        """The file of daily series of a token."""
        return self.folder / DAILY / f"{token}.parquet"

    def write(self, token: str, rows: Sequence[Mapping[str, Any]], series: Sequence[str] = ()) -> None:
        """Write a shard of runs; daily series, if any, were written before: the shard is what makes both count."""
        import pyarrow as pa

        schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in columns().items()])
        told = {_SERIES: json.dumps(sorted(series)).encode()}
        lists = [pa.array([row.get(name) for row in rows], kind) for name, kind in zip(schema.names, schema.types)]  # noqa: B905
        write_table(self.shard(token), pa.table(lists, schema=schema.with_metadata(told)))

    def write_series(self, token: str, table: "pa.Table") -> None:
        """Write daily series: columns key, day, and one per observable."""
        write_table(self.series(token), table)

    def shards(self) -> Iterator[Shard]:
        """All shards, by name; raises StoreError for one that cannot be read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        for path in sorted((self.folder / RUNS).glob("*.parquet")):
            try:
                told = pq.read_schema(path).metadata or {}
            except (OSError, pa.ArrowException) as error:
                raise _damaged(path, error) from None
            yield Shard(path.stem, path, frozenset(json.loads(told.get(_SERIES, b"[]"))))

    def read(self, shard: Path, names: Sequence[str] | None = None) -> "pa.Table":
        """Columns of a shard, default all; raises StoreError."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.read_table(shard, columns=None if names is None else list(names), partitioning=None)
        except (OSError, pa.ArrowException) as error:
            raise _damaged(shard, error) from None

    def index(self, figure: str | None, series: Sequence[str] = (), only_done: bool = False) -> "Index":
        """What is there.

        figure     whose values are wanted with the keys
        series     daily series that a run must have to count
        only_done  leave out runs that failed, or killed their worker
        """
        found = Index()
        names = ["key", "status", "message", *([figure] if figure else [])]
        for shard in self.shards():
            if not shard.series.issuperset(series):
                continue
            table = self.read(shard.path, names)
            keys = key_array(table["key"].to_pylist())
            values = table[figure].to_numpy() if figure else np.full(len(keys), np.nan)
            done = np.array([status == "done" for status in table["status"].to_pylist()])
            kept = done if only_done else np.full(len(keys), True)
            found.add_all(keys[kept], values[kept])
            if not (done.all() or only_done):
                bad = table.take(np.flatnonzero(~done)).to_pylist()
                found.bad |= {bytes.fromhex(row["key"]): (row["status"], row["message"]) for row in bad}
        return found

    def forget_unfinished(self) -> None:
        """Remove files that were never finished an hour ago or more: those of writers that were killed."""
        import time

        for kind in (RUNS, DAILY):
            for path in (self.folder / kind).glob(f"{TEMPORARY}*"):
                try:
                    if path.stat().st_mtime < time.time() - 3600:
                        path.unlink()
                except FileNotFoundError:
                    pass


def write_table(path: Path, table: "pa.Table") -> None:
    """Write a Parquet file that is there whole or not at all."""
    import pyarrow.parquet as pq

    memory = io.BytesIO()  # so that a full disk is met by a write of ours, with its number
    pq.write_table(table, memory, compression="zstd")
    _write_whole(path, memory.getbuffer())


def _write_whole(path: Path, data: bytes | memoryview) -> None:
    with written_whole(path) as file:
        os.chmod(file.fileno(), _MODE)  # a store is shared, and temporary files are not
        file.write(data)


def _damaged(path: Path, error: Exception) -> StoreError:
    told = str(error).splitlines()[0]
    return StoreError(f"{path} cannot be read: {told}. Delete it, and the runs that were in it are made again.")


def changed_columns(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What differs between the columns of two versions, one line each; empty where nothing does."""
    lines = [
        f"  {name}: {then.get(name, 'not there')} then, {now.get(name, 'not there')} now"
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    ]
    return "\n".join(lines)


def other_versions(root: Path, own: Store) -> list[str]:
    """One line for each other version in a store: why its runs are not reused."""
    found = []
    for file in sorted(root.glob(f"version=*/{ABOUT}")):
        if file.parent == own.folder:
            continue
        try:
            about = json.loads(file.read_text("utf-8"))
            count = sum(1 for _ in (file.parent / RUNS).glob("*.parquet"))
            changes = changed_columns(about["columns"], columns())
        except (OSError, ValueError, LookupError):
            continue
        told = f"{count} files of runs by {about['maker']['version']} (sources {about['maker'].get('sources')}) "
        told += "are not reused: what computes them has changed"
        found.append(told + (f", and so have columns:\n{changes}" if changes else ""))
    return found


def key_array(keys: Sequence[str]) -> npt.NDArray[np.uint64]:
    """[N, 2] the two halves of each key, from its 32 digits."""
    return np.frombuffer(bytes.fromhex("".join(keys)), ">u8").reshape(-1, 2).astype(np.uint64)


@dataclass
class Index:
    """Keys of runs with one value each, sorted: 24 bytes a run.

    bad  key → status and message of those that failed, or killed their worker
    """

    high: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    low: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    values: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    bad: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    _recent: dict[bytes, float] = field(default_factory=dict)
    _parts: list[tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64]]] = field(default_factory=list)

    def add(self, key: bytes, value: float) -> None:
        """Add a run."""
        self._recent[key] = value
        if len(self._recent) >= _MOST_RECENT:
            self._settle()

    def add_all(self, halves: npt.NDArray[np.uint64], values: npt.NDArray[np.float64]) -> None:
        """Add many runs."""
        self._parts.append((halves, values.astype(np.float64)))

    def get(self, key: bytes) -> float | None:
        """The value of a run, NaN where it has none; None for a run that is not there."""
        if self._parts:
            self._settle()
        if (found := self._recent.get(key)) is not None:
            return found
        high, low = np.frombuffer(key, ">u8").astype(np.uint64)
        row = int(np.searchsorted(self.high, high))
        while row < len(self.high) and self.high[row] == high:
            if self.low[row] == low:
                return float(self.values[row])
            row += 1
        return None

    def __len__(self) -> int:
        self._settle()
        return len(self.high)

    def _settle(self) -> None:
        """Sort in what was added; of equal keys one stays."""
        if self._recent:
            keys = np.frombuffer(b"".join(self._recent), ">u8").reshape(-1, 2).astype(np.uint64)
            self._parts.append((keys, np.fromiter(self._recent.values(), np.float64, len(self._recent))))
            self._recent.clear()
        if not self._parts:
            return
        high = np.concatenate([self.high, *(part[:, 0] for part, _ in self._parts)])
        low = np.concatenate([self.low, *(part[:, 1] for part, _ in self._parts)])
        values = np.concatenate([self.values, *(part for _, part in self._parts)])
        self._parts.clear()
        order = np.lexsort((low, high))
        high, low, values = high[order], low[order], values[order]
        fresh = np.ones(len(high), np.bool_)
        fresh[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
        self.high, self.low, self.values = high[fresh], low[fresh], values[fresh]


assert BYTES == 16  # two halves

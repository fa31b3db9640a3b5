"""Results of a study: its design joined with the figures of its runs, in the order of the design, block by block."""

import datetime as dt
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.batch.experiment import Study
from sim.batch.factors import Factor
from sim.batch.folder import DESIGN, RESULTS, SERIES, study_in
from sim.batch.identity import Identities
from sim.batch.order import Row, figure_of, replications_in, rows_of
from sim.batch.replications import Paired
from sim.batch.store import Shard, Store, columns, key_array
from sim.engines.checkpoints import TEMPORARY

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

BLOCK = 10_000  # rows that are in memory at once
PLACE = ("point", "logic", "replication")


def write_results(folder: Path) -> Path:
    """Write ``results.parquet``, ``design.parquet`` and, where series were asked for, ``daily.parquet`` of a folder.

    One row per point, logic and replication, sorted so; of an unfinished sweep, the runs that are there. Needs memory
    for some thousand rows, and 32 bytes for each run in the store.
    """
    study, record = study_in(folder)
    asked = study.experiment
    identities = Identities(study.base, asked.seed, asked.engine, record.maker)
    return _Writer(study, folder, Store.of(Path(record.store), record.maker), identities).write()


def read(folder: Path) -> "pd.DataFrame":
    """The results of a finished sweep as a table: point, factors, logic, replication, seed, key, status, figures."""
    import pandas as pd

    file = folder / RESULTS
    return pd.read_parquet(file if file.is_file() else write_results(folder))


def read_daily(folder: Path) -> "pd.DataFrame":
    """Daily series of a finished sweep: point, logic, replication, key, day, and a column for each observable."""
    import pandas as pd

    if not (folder / SERIES).is_file():
        return pd.DataFrame({name: [] for name in (*PLACE, "key", "day")})
    return pd.read_parquet(folder / SERIES)


@dataclass(frozen=True)
class _Where:
    """Where runs are: keys in order, and of each its shard and its row there."""

    shards: list[Shard]
    halves: npt.NDArray[np.uint64]
    shard: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]

    @classmethod
    def of(cls, store: Store, series: Sequence[str]) -> "_Where":
        """Of all runs in a store; of a run that is there twice, one that is done."""
        shards = [shard for shard in store.shards() if shard.series.issuperset(series)]
        halves, number, rows, worse = [np.empty((0, 2), np.uint64)], [], [], []
        for n, shard in enumerate(shards):
            table = store.read(shard.path, ["key", "status"])
            keys = key_array(table["key"].to_pylist())
            halves.append(keys)
            number.append(np.full(len(keys), n, np.int32))
            rows.append(np.arange(len(keys), dtype=np.int32))
            worse.append(np.array([status != "done" for status in table["status"].to_pylist()]))
        if not shards:
            return cls([], halves[0], np.empty(0, np.int32), np.empty(0, np.int32))
        keys = np.concatenate(halves)
        order = np.lexsort((np.concatenate(worse), keys[:, 1], keys[:, 0]))
        keys = keys[order]
        fresh = np.ones(len(keys), np.bool_)
        fresh[1:] = (keys[1:] != keys[:-1]).any(axis=1)
        kept = order[fresh]
        return cls(shards, keys[fresh], np.concatenate(number)[kept], np.concatenate(rows)[kept])

    def find(self, keys: Sequence[str]) -> npt.NDArray[np.int64]:
        """Position of each key, −1 where it is not there."""
        if not len(self.halves):
            return np.full(len(keys), -1)
        asked = key_array(keys)
        high = np.ascontiguousarray(self.halves[:, 0])
        found = np.searchsorted(high, asked[:, 0])
        for _ in range(4):  # keys that share their first half follow each other; there are hardly ever any
            inside = np.minimum(found, len(high) - 1)
            wrong = (high[inside] == asked[:, 0]) & (self.halves[inside, 1] != asked[:, 1])
            if not wrong.any():
                break
            found = found + wrong
        inside = np.minimum(found, len(high) - 1)
        return np.where((self.halves[inside] == asked).all(axis=1), inside, -1)


class _Writer:
    def __init__(self, study: Study, folder: Path, store: Store, identities: Identities) -> None:
        self.study, self.folder, self.store, self.identities = study, folder, store, identities
        self.series = tuple(sorted(study.experiment.daily))

    def write(self) -> Path:
        """All files; returns that of the results."""
        self.where = _Where.of(self.store, self.series)
        schema = self._schema()
        with _written(self.folder / RESULTS, schema) as out:
            for block in batched(self._rows(), BLOCK):
                if (table := self._block(block, schema)) is not None:
                    out.write_table(table)
        self._write_design()
        if self.series:
            self._write_series()
        return self.folder / RESULTS

    def _rows(self) -> Iterator[Row]:
        """All runs of the study, by point, logic and replication."""
        asked = self.study.experiment.replications
        if isinstance(asked, Paired):
            made: Iterable[int] = repeat(asked.paired, len(self.study.points))
        else:
            index = self.store.index(figure_of(self.study), self.series)
            made = replications_in(self.study, self.identities, index)
        for point, replications in enumerate(made):
            yield from sorted(
                rows_of(self.study, self.identities, point, range(replications)),
                key=lambda row: (row.task.logic, row.task.replication),
            )

    def _factors(self) -> dict[str, str]:
        return {key: _arrow_type(factor) for key, factor in self.study.factors.items()}

    def _schema(self) -> "pa.Schema":
        import pyarrow as pa

        kinds = {"point": "int64"} | self._factors() | {"logic": "string", "replication": "int64", "seed": "uint64"}
        kinds |= {"key": "string", "status": "string", "message": "string"}
        kinds |= {name: kind for name, kind in columns().items() if name not in kinds}
        del kinds["scenario"], kinds["engine"]
        return pa.schema([(name, getattr(pa, kind)()) for name, kind in kinds.items()])

    def _block(self, rows: Sequence[Row], schema: "pa.Schema") -> "pa.Table | None":
        import pyarrow as pa

        found = self.where.find([row.task.key for row in rows])
        rows = [row for row, at in zip(rows, found, strict=True) if at >= 0]
        found = found[found >= 0]
        if not rows:
            return None
        names = [name for name in schema.names if name in columns()]
        shards, order, tables = self.where.shard[found], np.empty(len(found), np.int64), []
        filled = 0
        for number in np.unique(shards):
            mine = np.flatnonzero(shards == number)
            table = self.store.read(self.where.shards[number].path, names)
            tables.append(table.take(self.where.row[found[mine]]))
            order[mine] = np.arange(filled, filled + len(mine))
            filled += len(mine)
        figures = pa.concat_tables(tables).replace_schema_metadata(None).take(order)
        places = {"point": pa.array([row.point for row in rows], pa.int64())}
        points = {point: self.study.points[point] for point in {row.point for row in rows}}
        for key, kind in self._factors().items():
            values = [points[row.point].get(key) for row in rows]
            places[key] = pa.array([_cell(value, kind) for value in values], getattr(pa, kind)())
        return pa.table({name: places[name] if name in places else figures[name] for name in schema.names}, schema)

    def _write_design(self) -> None:
        """One row per point and logic, with the hash of what the logic was run on."""
        import pyarrow as pa

        kinds = {"point": "int64"} | self._factors() | {"logic": "string", "scenario": "string"}
        schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in kinds.items()])

        def rows() -> Iterator[dict[str, Any]]:
            for number in range(len(self.study.points)):
                point = self.study.points[number]
                cells = {key: _cell(point.get(key), kind) for key, kind in self._factors().items()}
                for logic in sorted(self.study.logics):
                    yield {
                        "point": number,
                        **cells,
                        "logic": logic,
                        "scenario": self.identities.of(point, logic).scenario,
                    }

        with _written(self.folder / DESIGN, schema) as out:
            for block in batched(rows(), BLOCK):
                out.write_table(pa.Table.from_pylist(list(block), schema))

    def _write_series(self) -> None:
        """One row per run and day."""
        import pyarrow as pa

        kinds = {"point": "int64", "logic": "string", "replication": "int64", "key": "string", "day": "int32"}
        kinds |= dict.fromkeys(self.series, "float64")
        schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in kinds.items()])
        with _written(self.folder / SERIES, schema) as out:
            for block in batched(self._rows(), BLOCK // 20):
                table = self._series_block(block)
                if table is not None:
                    out.write_table(pa.Table.from_pandas(table, schema, preserve_index=False))

    def _series_block(self, rows: Sequence[Row]) -> "pd.DataFrame | None":
        import pandas as pd

        found = self.where.find([row.task.key for row in rows])
        told = [(row.point, row.task.logic, row.task.replication, row.task.key) for row in rows]
        places = pd.DataFrame(told, columns=[*PLACE, "key"])[found >= 0]
        found, tables = found[found >= 0], []
        for number in np.unique(self.where.shard[found]):
            file = self.store.series(self.where.shards[number].token)
            if file.is_file():  # not where all runs of the shard failed
                days = self.store.read(file, ["key", "day", *self.series]).to_pandas()
                tables.append(places[self.where.shard[found] == number].merge(days, on="key"))
        return pd.concat(tables).sort_values([*PLACE, "day"], ignore_index=True) if tables else None


def _arrow_type(factor: Factor) -> str:
    """Type of a factor's column."""
    values = factor.values if factor.values is not None else (factor.low, factor.high)
    if all(isinstance(value, bool) for value in values):
        return "bool_"
    if any(isinstance(value, bool) for value in values):
        return "string"
    if all(isinstance(value, dt.date) for value in values):
        return "date32"
    if factor.values is None:
        return "int64" if factor.integer else "float64"
    if all(isinstance(value, int) for value in values):
        return "int64"
    return "float64" if all(isinstance(value, int | float) for value in values) else "string"


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "string":
        return value if isinstance(value, str) else str(value)
    return float(value) if kind == "float64" else value


@contextmanager
def _written(path: Path, schema: "pa.Schema") -> Iterator[Any]:
    """A Parquet file to which tables are added; it is there whole or not at all."""
    import pyarrow.parquet as pq

    aside = path.with_name(f"{TEMPORARY}{secrets.token_hex(6)}")
    try:
        with aside.open("wb") as file:
            with pq.ParquetWriter(file, schema, compression="zstd") as writer:
                yield writer
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise

"""The store of a sweep: a folder of Parquet shards, one row per run, each keyed by all that decides its numbers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.engines.checkpoints import written_whole

if TYPE_CHECKING:
    import pandas as pd

SHARDS = "runs"


def key_of(**decisive: Any) -> str:
    """Key of a run: a hash of scenario, logic, seed, replication, engine, and what computes it."""
    text = json.dumps(decisive, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def shard(folder: Path, keys: Sequence[str]) -> Path:
    """The file of a chunk of runs: its name depends on nothing but their keys, so that done twice it is there once."""
    return folder / SHARDS / f"{hashlib.sha256(' '.join(keys).encode()).hexdigest()[:24]}.parquet"


def write(folder: Path, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Write a shard: it is there whole or not at all.

    columns  name → Arrow type; other values of the rows are left out
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in columns.items()])
    table = pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows], schema=schema)
    with written_whole(shard(folder, [row["key"] for row in rows])) as file:
        pq.write_table(table, file, compression="zstd")


def status(folder: Path) -> dict[str, str]:
    """Key → done, failed or killed, of every run in the store."""
    table = _table(folder, ["key", "status"])
    return dict(zip(table["key"].to_pylist(), table["status"].to_pylist(), strict=True)) if table else {}


def read(folder: Path) -> "pd.DataFrame":
    """All runs of a store, sorted by key."""
    import pandas as pd

    table = _table(folder, None)
    if not table:
        return pd.DataFrame()
    frame: pd.DataFrame = table.to_pandas()
    return frame.drop_duplicates("key").sort_values("key", ignore_index=True)


def _table(folder: Path, columns: list[str] | None) -> Any:
    import pyarrow.dataset as ds

    files = sorted(map(str, (folder / SHARDS).glob("*.parquet")))
    return ds.dataset(files, format="parquet").to_table(columns=columns) if files else None

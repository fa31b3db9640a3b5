"""The store: shards that are there whole or not at all, an index of what is there, versions that never mix."""

import json
import os
import threading

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.batch import store as stores
from sim.batch.store import Index, Store, StoreError, columns, key_array, other_versions

MAKER = {"version": "1.0", "sources": "aa"}


def digits(rng, count):
    return [rng.bytes(16).hex() for _ in range(count)]


def row(key, margin=1.0, status="done"):
    return {"key": key, "scenario": "s", "logic": "growth", "seed": 2**63, "replication": 0, "engine": "arrays",
            "status": status, "message": None if status == "done" else "why", "margin": margin}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    found = Store.of(tmp_path, MAKER)
    found.prepare(MAKER)
    return found


def test_an_index_finds_what_was_added_and_nothing_else():
    rng = np.random.default_rng(1)
    keys, others = digits(rng, 3000), digits(rng, 500)
    twins = [keys[0][:16] + other[16:] for other in others[:3]]  # same first half
    index = Index()
    index.add_all(key_array(keys[:2000]), np.arange(2000.0))
    for number, key in enumerate(keys[2000:] + twins):
        index.add(bytes.fromhex(key), 2000.0 + number)
    index.add_all(key_array(keys[:10]), np.arange(10.0))
    assert [index.get(bytes.fromhex(key)) for key in keys + twins] == list(np.arange(3003.0))
    assert {index.get(bytes.fromhex(key)) for key in others} == {None}
    assert len(index) == 3003
    assert index.high.nbytes + index.low.nbytes + index.values.nbytes == 24 * 3003


def test_rows_come_back_with_all_figures_and_statuses(store):
    rng = np.random.default_rng(2)
    keys = digits(rng, 4)
    store.write("a", [row(keys[0], 0.1 + 0.2), row(keys[1], None)])
    store.write("b", [row(keys[2], status="failed"), row(keys[3], status="killed")])
    table = store.read(store.shard("a"))
    assert table.schema.names == list(columns())
    assert table["margin"].to_pylist() == [0.1 + 0.2, None]
    assert table["seed"].to_pylist() == [2**63] * 2
    index = store.index("margin")
    assert index.get(bytes.fromhex(keys[0])) == 0.1 + 0.2
    assert np.isnan(index.get(bytes.fromhex(keys[1])))
    assert index.bad == {bytes.fromhex(keys[2]): ("failed", "why"), bytes.fromhex(keys[3]): ("killed", "why")}
    assert len(store.index(None, only_done=True)) == 2


def test_runs_count_only_with_the_series_that_are_asked_for(store):
    keys = digits(np.random.default_rng(3), 2)
    store.write("a", [row(keys[0])])
    store.write("b", [row(keys[1])], ["fans", "margin_cum"])
    assert len(store.index(None)) == 2
    assert store.index(None, ["margin_cum"]).get(bytes.fromhex(keys[1])) is not None
    assert len(store.index(None, ["margin_cum"])) == 1
    assert len(store.index(None, ["other"])) == 0


def test_a_writer_that_fails_leaves_nothing(store, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as error:
        store.write("a", [row("0" * 32)])
    assert stores.is_full(error.value)
    assert list((store.folder / "runs").iterdir()) == []


def test_two_writers_of_one_store_lose_nothing(store):
    keys = digits(np.random.default_rng(4), 60)

    def write(mine):
        for number, key in enumerate(mine):
            store.write(f"{mine[0]}{number}", [row(key)])
            assert store.index(None).get(bytes.fromhex(key)) is not None

    threads = [threading.Thread(target=write, args=(keys[n::2],)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.index(None)) == 60


def test_a_damaged_shard_is_named_with_the_remedy(store):
    store.write("a", [row("0" * 32)])
    data = store.shard("a").read_bytes()
    for cut in (0, 10, len(data) // 2, len(data) - 1):
        store.shard("a").write_bytes(data[:cut])
        with pytest.raises(StoreError, match=r"a\.parquet cannot be read: .* Delete it, and the runs"):
            store.index(None)


def test_versions_are_kept_apart_and_told_of(store, tmp_path):
    store.write("a", [row("0" * 32)])
    later = {"version": "1.1", "sources": "bb"}
    new = Store.of(tmp_path, later)
    new.prepare(later)
    assert new.folder != store.folder
    assert len(new.index(None)) == 0
    about = json.loads((store.folder / "about.json").read_text())
    about["columns"].pop("margin")
    about["columns"]["profit"] = "float64"
    (store.folder / "about.json").write_text(json.dumps(about))
    (line,) = other_versions(tmp_path, new)
    assert "1 files of runs by 1.0 (sources aa) are not reused" in line
    assert "margin: not there then, float64 now" in line
    assert "profit: float64 then, not there now" in line
    with pytest.raises(StoreError, match=r"(?s)columns of another version.*profit.*another --store"):
        store.prepare(MAKER)


def test_all_may_read_a_shard(store):
    store.write("a", [row("0" * 32)])
    assert store.shard("a").stat().st_mode & 0o777 == stores._MODE
    assert pq.read_metadata(store.shard("a")).num_rows == 1

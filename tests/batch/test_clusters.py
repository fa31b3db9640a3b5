"""Studies on clusters: what kills its worker is found as among local processes, and sequential studies end alike."""

import os
import signal
from functools import partial

import pandas as pd
import pytest

from batch.studies import QUALITY, study
from sim.batch.results import read
from sim.batch.supervisor import Chunk, Processes, supervise
from sim.batch.sweep import resume, sweep

POISON = 1


def mark(folder, token, tasks):
    """Leave a file for each task, unless one of them kills this process."""
    if POISON in tasks:
        os.kill(os.getpid(), signal.SIGKILL)
    for task in tasks:
        (folder / f"{task}-{token}").touch()
    return list(tasks)


class Numbers:
    """Numbers to do, and what became of them."""

    def __init__(self, most):
        self.left = list(range(most))
        self.done, self.lost, self.chunks = [], [], 0

    def take(self, most):
        tasks, self.left = self.left[:most], self.left[most:]
        self.chunks += 1
        return Chunk(f"c{self.chunks}", tasks) if tasks else None

    def finished(self, chunk, result):
        assert result == list(chunk.tasks)
        self.done += result

    def recovered(self, chunk):
        return None

    def killed(self, task):
        self.lost.append(task)

    def beat(self):
        pass


@pytest.mark.slow
def test_a_task_that_kills_its_workers_is_found_and_all_others_are_done_once(workers, tmp_path):
    source = Numbers(8)
    supervise(source, partial(mark, tmp_path), workers)
    assert source.lost == [POISON]
    assert sorted(source.done) == [n for n in range(8) if n != POISON]
    assert sorted({int(file.name.split("-")[0]) for file in tmp_path.iterdir()}) == sorted(source.done)


def refuse(_, tasks):
    raise KeyError(tasks[0])


def test_what_the_work_raises_ends_the_study(workers):
    with pytest.raises(KeyError):
        supervise(Numbers(4), refuse, workers)


UNTIL = {"until_half_width": 8000, "of": "gmv", "at_most": 30, "difference": ["growth", "depletion"]}


@pytest.fixture(scope="module")
def sequential(tmp_path_factory):
    """A study whose points end after different numbers of replications, in one process."""
    folder = tmp_path_factory.mktemp("sequential")
    asked = study(vary={QUALITY: {"values": [0.0, 0.9]}, "pool.fans": {"values": [20, 150]}}, fixed={"days": 15},
                  replications=UNTIL)  # fmt: skip
    sweep(asked, folder / "out", folder / "store", processes=1)
    return asked, read(folder / "out")


def pairs(table):
    return table.groupby(["point", "logic"]).size().unstack()


def test_points_get_as_many_replications_as_they_need(sequential):
    _, table = sequential
    made = pairs(table)
    assert (made["growth"] == made["depletion"]).all()
    assert made["growth"].min() == 15
    assert made["growth"].max() > 15
    assert (table.groupby(["point", "logic"])["replication"].max() == made.stack() - 1).all()


@pytest.mark.parametrize("kind", ["local", "dask", "ray"])
def test_a_sequential_study_makes_the_same_runs_anywhere(sequential, kind, request, tmp_path):
    asked, table = sequential
    executor = Processes(2) if kind == "local" else request.getfixturevalue(kind)
    sweep(asked, tmp_path / "out", tmp_path / "store", executor=executor)
    pd.testing.assert_frame_equal(read(tmp_path / "out"), table, check_exact=True)
    if kind == "local":
        executor.close()


def test_a_sequential_study_that_lost_half_of_its_runs_resumes_to_the_same(sequential, tmp_path):
    asked, table = sequential
    sweep(asked, tmp_path / "out", tmp_path / "store", processes=1)
    shards = sorted((tmp_path / "store").glob("version=*/runs/*.parquet"))
    for file in shards[::2]:
        file.unlink()
    outcome = resume(tmp_path / "out", processes=2)
    assert 0 < outcome.reused < len(table)
    pd.testing.assert_frame_equal(read(tmp_path / "out"), table, check_exact=True)

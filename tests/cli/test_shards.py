"""``sanyu run --shards``: the same results from several processes, and what is refused."""

import json

import pytest

from sim.engines import sharded
from sim.engines.communicators import ShardLost


def figures(out):
    """What a run has found, without where and when."""
    return {name: value for name, value in json.loads(out).items() if name not in ("folder", "seconds")}


def test_shards_change_no_figure(sanyu):
    code, alone, _ = sanyu("run", "small.toml", "--json", "--out", "alone")
    assert code == 0
    code, divided, _ = sanyu("run", "small.toml", "--json", "--shards", "2", "--out", "divided")
    assert code == 0
    assert figures(divided) == figures(alone)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--shards", "0"), "0 shards are impossible"),
        (("--shards", "61"), "61 shards for 60 people"),
        (("--shards", "2", "--engine", "agents"), "need the engine arrays"),
    ],
)
def test_what_cannot_be_divided_is_a_mistake(sanyu, tmp_path, options, said):
    code, out, err = sanyu("run", "small.toml", *options)
    assert (code, out) == (2, "")
    assert said in err.replace("\n", " ")
    assert not (tmp_path / "runs").exists()


def test_a_lost_shard_leaves_nothing(sanyu, tmp_path, monkeypatch):
    def lost(*_, **__):
        raise ShardLost("shard 1 of 2 (process 7) was killed by signal 9 before the end of the run.")

    monkeypatch.setattr(sharded, "run_sharded", lost)
    code, out, err = sanyu("run", "small.toml", "--shards", "2", "--out", "found")
    assert (code, out) == (1, "")
    assert "killed by signal 9" in err
    assert "Nothing was written" in err.replace("\n", " ")
    assert not (tmp_path / "found").exists()
    assert "Traceback" not in err

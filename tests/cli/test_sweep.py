"""The commands of sweeps: what they print, their exit codes, and what they leave behind however they end."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

EXPERIMENT = """
title = "Tiny"
scenario = "livestream-group"
design = { kind = "grid" }
replications = { paired = 2 }
observe = ["margin", "fans_end"]
[fixed]
"days" = 5
"pool.fans" = 20
[vary]
"brand.content.quality" = { values = [0.3, 0.7] }
"""
RUNS = 2 * 2 * 2  # points, replications, logics


@pytest.fixture
def tiny(tmp_path, sanyu):
    """An experiment of eight runs of some milliseconds."""
    file = tmp_path / "tiny.toml"
    file.write_text(EXPERIMENT, encoding="utf-8")
    return file.name


def rows(folder):
    return pd.read_parquet(folder / "results.parquet")


def test_a_sweep_ends_with_a_table_and_runs_nothing_twice(sanyu, tiny, tmp_path):
    code, out, err = sanyu("sweep", tiny, "--out", "one", "--processes", "1")
    assert code == 0, err
    table = rows(tmp_path / "one")
    assert len(table) == RUNS
    assert set(table["status"]) == {"done"}
    assert set(table["brand.content.quality"]) == {0.3, 0.7}
    assert f"{RUNS} runs" in out
    assert "results.parquet" in out
    before = table.drop(columns=["seconds"], errors="ignore")

    code, out, _ = sanyu("sweep", tiny, "--out", "two", "--processes", "2", "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["runs"], found["reused"], found["failures"]) == (RUNS, RUNS, [])
    after = rows(tmp_path / "two").drop(columns=["seconds"], errors="ignore")
    pd.testing.assert_frame_equal(before, after)


def test_a_dry_run_counts_and_leaves_no_folder(sanyu, tiny, tmp_path):
    code, out, err = sanyu("sweep", tiny, "--dry-run", "--json", "--out", "one")
    assert code == 0, err
    assert json.loads(out)["runs"] == RUNS
    assert not (tmp_path / "one").exists()
    code, out, _ = sanyu("sweep", tiny, "--dry-run", "--lang", "zh")
    assert code == 0
    assert "运行次数" in out


def test_runs_of_another_version_are_told_of_once(sanyu, tiny, tmp_path):
    assert sanyu("sweep", tiny, "--out", "one", "--processes", "1", "--quiet")[0] == 0
    (own,) = (tmp_path / "runs" / "store").glob("version=*")
    other = own.rename(own.with_name("version=0.0.9-abc"))
    told = json.loads((other / "about.json").read_text())
    told["maker"] |= {"version": "0.0.9", "sources": "abc"}
    (other / "about.json").write_text(json.dumps(told))
    code, _, err = sanyu("sweep", tiny, "--out", "two", "--processes", "1", "--quiet")
    assert code == 0
    assert "files of runs by 0.0.9 (sources abc) are not reused: what computes them has changed" in err
    assert "not reused" not in sanyu("sweep", tiny, "--out", "three", "--processes", "1", "--quiet")[2]


def test_one_point_that_is_impossible_fails_alone_and_is_reproduced_by_its_command(sanyu, tiny, tmp_path):
    (tmp_path / "own.py").write_text(
        "from sim.logics import Fixed\nfrom sim.logics.base import Logic\n\n\n"
        "class Breaks(Logic):\n    def plan(self, brief, seen):\n"
        "        if brief.start.year == 2022:\n            raise ArithmeticError('no plan for this year')\n"
        "        return Fixed(pushes_per_week={'group': 2.0}).plan(brief, seen)\n"
    )
    (tmp_path / "s.toml").write_text(
        'extends = "livestream-group"\ndays = 5\n[pool]\nfans = 20\n[logics.breaks]\nkind = "own.py:Breaks"\n'
    )
    (tmp_path / "f.toml").write_text(
        'title = "Fails"\nscenario = "s.toml"\ndesign = { kind = "grid" }\nreplications = { paired = 1 }\n'
        '[vary]\n"start" = { values = [2021-08-01, 2022-08-01] }\n'
    )
    code, out, err = sanyu("sweep", "f.toml", "--out", "f", "--processes", "1")
    assert code == 3
    assert "no plan for this year" in " ".join(out.split())
    table = rows(tmp_path / "f")
    assert sorted(table["status"]) == ["done"] * 5 + ["failed"]
    failures = json.loads((tmp_path / "f" / "failures.json").read_text())
    assert [one["logic"] for one in failures] == ["breaks"]
    assert failures[0]["command"] == f"sanyu resume f --only {failures[0]['key']}"
    command = re.search(r"sanyu (resume .*--only (\w+))", err)
    assert command
    assert command[2] == failures[0]["key"]
    code, _, err = sanyu(*command[1].split())
    assert code == 1
    assert "no plan for this year" in err


@pytest.fixture
def absurd(monkeypatch):
    """Every experiment is taken to be beyond all measure; how many runs were begun."""
    from sim.batch import sweep as batch
    from sim.commands import sweep as command

    begun = []
    monkeypatch.setattr(command, "MANY_HOURS", 1e-6)
    monkeypatch.setattr(command, "_may_be_large", lambda study: True)
    real = batch.sweep
    monkeypatch.setattr(batch, "sweep", lambda *arguments: begun.append(1) or real(*arguments))
    return begun


def test_an_absurd_size_is_refused_where_nobody_can_be_asked(sanyu, tiny, tmp_path, absurd):
    code, out, err = sanyu("sweep", tiny, "--out", "one")
    assert (code, out) == (2, "")
    said = " ".join(err.split())
    assert f"That is a large sweep: {RUNS} runs, " in said
    assert " of memory; and nobody is here to be asked. Add --yes" in said
    assert not absurd
    assert not (tmp_path / "one").exists()
    assert sanyu("sweep", tiny, "--out", "one", "--yes", "--quiet", "--processes", "1")[0] == 0
    assert absurd == [1]


@pytest.mark.parametrize(("lang", "question"), [("en", "Run it?"), ("zh", "要运行吗？")])
@pytest.mark.parametrize("answer", [True, False])
def test_an_absurd_size_asks_first_on_a_terminal(sanyu, tiny, tmp_path, absurd, monkeypatch, lang, question, answer):
    from rich.prompt import Confirm

    asked = []
    monkeypatch.setattr(Confirm, "ask", lambda text, default: asked.append((text, default)) or answer)
    monkeypatch.setattr("sim.commands.sweep._on_a_terminal", lambda: True)
    code, out, err = sanyu("sweep", tiny, "--out", "one", "--processes", "1", "--lang", lang)
    assert asked == [(question, False)]
    assert {"en": "On disk", "zh": "磁盘"}[lang] in out
    assert (code, bool(absurd), (tmp_path / "one").exists()) == ((0, True, True) if answer else (2, False, False))
    assert ("Nothing was run" in err) != answer


def test_an_ordinary_size_is_not_asked_about(sanyu, tiny, absurd, monkeypatch):
    from sim.commands import sweep as command

    monkeypatch.setattr(command, "MANY_HOURS", 12)
    monkeypatch.setattr("sim.commands.sweep._on_a_terminal", lambda: True)
    assert sanyu("sweep", tiny, "--out", "one", "--processes", "1", "--quiet")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sweep", "none.toml"), "there is no experiment none.toml"),
        (("sweep", "tiny.toml", "--cluster", "tcp://x:1"), "Add --executor dask"),
        (("sweep", "tiny.toml", "--processes", "0"), "--processes 0 is below 1"),
        (("status", "."), "sanyu sweep"),
        (("resume", "."), "sanyu sweep"),
    ],
)
def test_mistakes_are_messages(sanyu, tiny, arguments, said):
    code, _, err = sanyu(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_a_full_disk_is_told_with_what_to_do(sanyu, tiny, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("sim.batch.sweep.supervise", full)
        code, _, err = sanyu("sweep", tiny, "--out", "a b", "--processes", "1")
    assert code == 1
    assert "is full. All runs until then are kept. Free some space, then: sanyu resume 'a b'" in " ".join(err.split())
    assert "Errno" not in err
    assert sanyu("resume", "a b", "--quiet")[0] == 0
    assert len(rows(tmp_path / "a b")) == RUNS


@pytest.mark.parametrize(("executor", "module", "extra"), [("dask", "distributed", "cluster"), ("ray", "ray", "ray")])
def test_an_executor_that_is_not_installed_is_named_with_its_extra(sanyu, tiny, monkeypatch, executor, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    code, _, err = sanyu("sweep", tiny, "--executor", executor, "--out", "one")
    assert code == 2
    assert f'"sanyu[{extra}]"' in err


def test_another_experiment_in_the_same_folder_is_refused_with_what_differs(sanyu, tiny, tmp_path):
    assert sanyu("sweep", tiny, "--out", "one", "--processes", "1")[0] == 0
    (tmp_path / "tiny.toml").write_text(EXPERIMENT.replace("0.7]", "0.8]").replace('"days" = 5', '"days" = 6'))
    code, _, err = sanyu("sweep", tiny, "--out", "one", "--processes", "1")
    assert code == 2
    assert "one" in err
    assert "--out" in err


def noted(folder):
    """Runs that a sweep has noted as done."""
    file = folder / "progress.json"
    return json.loads(file.read_text())["done"] if file.is_file() else 0


def test_a_killed_sweep_is_seen_and_resumed(sanyu, tiny, tmp_path):
    (tmp_path / "tiny.toml").write_text(EXPERIMENT.replace("paired = 2", "paired = 200"))
    assert sanyu("sweep", tiny, "--out", "whole", "--store", "other", "--processes", "1")[0] == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", tiny, "--out", "one", "--processes", "1", "--quiet"],
        stderr=subprocess.PIPE,
    )
    ends = time.monotonic() + 120
    while not noted(tmp_path / "one") and time.monotonic() < ends:
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.02)
    assert json.loads(sanyu("status", "one", "--json")[1])["live"]
    assert f"one is being computed by process {process.pid}." in sanyu("status", "one")[1]
    assert f"one 正由进程 {process.pid} 计算。" in sanyu("status", "one", "--lang", "zh")[1]
    code, _, err = sanyu("resume", "one")
    assert code == 2
    assert "another process" in err
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    found = json.loads(sanyu("status", "one", "--json")[1])
    assert not found["live"]
    assert not found["finished"]
    assert 0 < found["done"] < found["runs"]
    code, out, err = sanyu("status", "one")
    assert code == 0
    assert "one was broken off." in out
    assert f"{found['done']:,} / {found['runs']:,}" in out
    assert err == "To go on:\n  sanyu resume one\n"
    assert "one 中断了。" in sanyu("status", "one", "--lang", "zh")[1]
    assert sanyu("resume", "one", "--quiet")[0] == 0
    whole, one = (rows(tmp_path / name).drop(columns=["seconds"], errors="ignore") for name in ("whole", "one"))
    pd.testing.assert_frame_equal(whole, one)
    assert json.loads(sanyu("status", "one", "--json")[1])["finished"]
    assert "one is finished." in sanyu("status", "one")[1]
    assert "one 已完成。" in sanyu("status", "one", "--lang", "zh")[1]


def test_an_interrupted_sweep_keeps_what_is_finished_and_says_how_to_go_on(sanyu, tiny, tmp_path):
    (tmp_path / "tiny.toml").write_text(EXPERIMENT.replace("paired = 2", "paired = 2000"))
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "sweep", tiny, "--out", "one", "--processes", "1", "--quiet"],
        stderr=subprocess.PIPE,
    )
    ends = time.monotonic() + 120
    while not noted(tmp_path / "one") and time.monotonic() < ends:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130, said
    assert "sanyu resume one" in said
    assert 0 < json.loads(sanyu("status", "one", "--json")[1])["done"] < 8000

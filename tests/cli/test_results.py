import json
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest


def refuse(text):
    raise AssertionError(text)


def parsed(text):
    return json.loads(text, parse_constant=refuse)


def test_compare_writes_report_and_speaks(sanyu, tmp_path):
    code, out, err = sanyu("compare", "small.toml", "--pairs", "2", "--out", "a")
    assert code == 0
    assert "a/report.html" in out.replace("\n", "")
    assert "± 95%" in out
    assert (tmp_path / "a" / "report.html").exists()
    assert "Traceback" not in err


def test_compare_as_json_is_json_and_nothing_else(sanyu, tmp_path):
    code, out, _ = sanyu("compare", "small.toml", "--pairs", "2", "--json", "--no-report")
    found = parsed(out)
    assert code == 0
    assert found["pairs"] == 2
    assert (tmp_path / found["folder"] / "summary.json").exists()
    assert not (tmp_path / found["folder"] / "report.html").exists()


def test_compare_quietly_in_chinese(sanyu, tmp_path):
    code, out, _ = sanyu("compare", "small.toml", "--pairs", "2", "--quiet", "--lang", "zh")
    assert code == 0
    folder = tmp_path / out.strip()
    assert out.startswith("runs/small-")
    assert "增长逻辑" in (folder / "report.html").read_text("utf-8")
    code, _, err = sanyu("compare", "small.toml", "--pairs", "2", "--quiet")
    assert code == 2
    assert "exists already" in err
    assert sanyu("compare", "small.toml", "--pairs", "2", "--quiet", "--overwrite")[0] == 0


def test_run_writes_replications(sanyu, tmp_path):
    code, out, _ = sanyu("run", "small.toml", "--logic", "depletion", "--replications", "2", "--out", "r")
    assert code == 0
    assert "lowest … highest" in out
    table = pq.read_table(tmp_path / "r" / "daily.parquet").to_pandas()
    assert table.groupby(["logic", "replication"], observed=True).size().to_dict() == {
        ("depletion", 0): 40,
        ("depletion", 1): 40,
    }


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_run_as_json(sanyu, engine):
    code, out, _ = sanyu("run", "small.toml", "--engine", engine, "--seed", "3", "--json")
    found = parsed(out)
    assert code == 0
    assert found["engine"] == engine
    assert found["logic"] == "growth"


def test_both_engines_print_the_same_numbers(sanyu):
    a, b = (parsed(sanyu("run", "small.toml", "--engine", e, "--json")[1]) for e in ("arrays", "agents"))
    assert a["replications"] == b["replications"]


def test_an_interrupted_run_keeps_what_is_finished(sanyu, tmp_path, monkeypatch):
    import sim.engines.run

    real = sim.engines.run.run

    def interrupted(scenario, logic, seed, replication, *rest):
        if replication == 2:
            raise KeyboardInterrupt
        return real(scenario, logic, seed, replication, *rest)

    monkeypatch.setattr(sim.engines.run, "run", interrupted)
    code, _, err = sanyu("run", "small.toml", "--replications", "5", "--out", "r")
    assert code == 130
    assert "the 2 finished replications are kept" in err
    assert "sanyu run small.toml --replications 5 --overwrite --out r" in err
    assert pq.read_table(tmp_path / "r" / "daily.parquet").num_rows == 80


def test_a_run_interrupted_at_once_writes_nothing(sanyu, tmp_path, monkeypatch):
    import sim.engines.run

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.engines.run, "run", interrupted)
    code, _, err = sanyu("run", "small.toml", "--out", "r")
    assert code == 130
    assert "nothing was written" in err
    assert not (tmp_path / "r").exists()


def test_an_interrupted_comparison_keeps_its_pairs(sanyu, tmp_path, monkeypatch):
    from dataclasses import replace

    import sim.studies.compare

    real = sim.studies.compare.compare
    monkeypatch.setattr(
        sim.studies.compare,
        "compare",
        lambda scenario, **options: replace(real(scenario, **options | {"pairs": 2}), stopped="interrupted"),
    )
    code, out, err = sanyu("compare", "small.toml", "--seed", "4", "--pairs", "30", "--out=c", "--json", "--no-report")
    assert code == 130
    assert parsed(out)["stopped"] == "interrupted"
    assert "the 2 finished pairs are kept" in err
    assert "sanyu compare small.toml --seed 4 --json --no-report --pairs 10 --overwrite --out c" in err
    assert (tmp_path / "c" / "summary.json").exists()


def test_a_comparison_interrupted_at_once_writes_nothing(sanyu, tmp_path, monkeypatch):
    import sim.studies.compare

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.studies.compare, "compare", interrupted)
    code, _, err = sanyu("compare", "small.toml", "--out", "c")
    assert code == 130
    assert "nothing was written" in err
    assert not (tmp_path / "c").exists()


def test_first_use_announces_the_compilation_once(sanyu, monkeypatch):
    import sim.compiled

    monkeypatch.setattr(sim.compiled, "is_cached", lambda: False)
    code, out, err = sanyu("run", "small.toml", "--json", "--out", "r")
    assert code == 0
    assert err == "Compiling the rules once for this machine (30 to 80 s) …\n"
    parsed(out)


@pytest.mark.parametrize(("holds", "expected"), [(True, 0), (False, 1)])
def test_validate_ends_with_1_when_a_pattern_is_missed(sanyu, monkeypatch, holds, expected):
    import sim.studies.validate as study

    def fake(progress, **seed):
        progress("V1")
        assert seed == {}
        return [study.Verdict("V1", "members left", "livestream-group", "163", "152–174", holds)]

    monkeypatch.setattr(study, "validate", fake)
    code, out, _ = sanyu("validate")
    assert code == expected
    assert f"{int(holds)} of 1 patterns hold." in out
    code, out, _ = sanyu("validate", "--json")
    assert code == expected
    assert parsed(out)[0]["verdict"] == ("holds" if holds else "misses")


def test_a_disk_that_takes_no_more_is_one_sentence(sanyu, tmp_path, monkeypatch):
    import sim.report.write

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sim.report.write, "write_json", full)
    code, out, err = sanyu("run", "small.toml", "--out", "r", "--json")
    assert (code, out) == (1, "")
    assert err.startswith("r could not be written: No space left on device. What was written so far is kept in ")
    assert (Path(err.split(" kept in ")[1].strip()) / "scenario.toml").exists()


def test_one_replication_is_singular(sanyu, monkeypatch):
    import sim.engines.run

    real = sim.engines.run.run

    def interrupted(scenario, logic, seed, replication, *rest):
        if replication == 1:
            raise KeyboardInterrupt
        return real(scenario, logic, seed, replication, *rest)

    monkeypatch.setattr(sim.engines.run, "run", interrupted)
    assert "the one finished replication is kept" in sanyu("run", "small.toml", "--replications", "2", "--out", "r")[2]


PRESSED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import sim.engines.run, sim.report.write, sim.studies.compare
command, place, name = sys.argv[1:4]
module = {"run": sim.engines.run, "compare": sim.studies.compare}[command]
real, write, calls = getattr(module, "run"), getattr(sim.report.write, name), []
def run(*arguments, **options):
    calls.append(1)
    if len(calls) == 7:  # two or three pairs, or six replications, are finished
        os.kill(os.getpid(), signal.SIGINT)
    return real(*arguments, **options)
def writing(*arguments, **options):
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    return write(*arguments, **options)
module.run = run
setattr(sim.report.write, name, writing)
from sim.cli import main
number = ["--pairs", "8", "--threads", "1", "--no-report"] if command == "compare" else ["--replications", "9"]
sys.argv = ["sanyu", command, "small.toml", *number, "--quiet", "--out", place]
main()
"""


@pytest.mark.parametrize(("command", "writes"), [("compare", "write_comparison"), ("run", "write_runs")])
def test_a_second_interrupt_does_not_lose_what_is_being_written(sanyu, tmp_path, command, writes):
    done = subprocess.run(
        [sys.executable, "-c", PRESSED, command, "c", writes], capture_output=True, text=True, check=False
    )
    assert done.returncode == 130, done.stderr
    assert done.stderr.startswith("Interrupted; what is finished is being kept ...\n")
    assert "are kept" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "c" / "summary.json").exists()


def test_the_handler_of_others_is_restored(sanyu):
    before = signal.getsignal(signal.SIGINT)
    assert sanyu("run", "small.toml", "--out", "r", "--quiet")[0] == 0
    assert signal.getsignal(signal.SIGINT) is before

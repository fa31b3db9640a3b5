"""The commands of studies: sensitivity, regimes, responses, optimise."""

import json

import pandas as pd
import pytest

from sim.scenario import load_scenario
from sim.studies import runner

EXPERIMENT = """\
scenario = "small.toml"
design = {design}
replications = {{ paired = 2 }}
{more}
[vary]
"brand.content.quality" = {{ from = 0.2, to = 0.9{levels} }}
"industry.need_interval" = {{ from = 20, to = 200, scale = "log"{levels} }}
"""


@pytest.fixture
def experiment(tmp_path):
    def write(design, more="", levels="", name="study.toml"):
        (tmp_path / name).write_text(EXPERIMENT.format(design=design, more=more, levels=levels), encoding="utf-8")
        return name

    return write


def wrong(sanyu, *arguments):
    """Exit code 2, nothing on standard output, nothing run, no traceback; returns standard error."""
    code, out, err = sanyu(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    return " ".join(err.split())


def test_sensitivity_writes_indices_shares_and_figures(sanyu, experiment, tmp_path):
    pytest.importorskip("SALib")
    name = experiment('{ kind = "saltelli", samples = 8 }')
    code, out, _ = sanyu("sensitivity", name, "--out", "s")
    assert code == 0
    assert "margin: growth − depletion" in out
    assert "industry.need_interval" in out
    names = {f.relative_to(tmp_path / "s").as_posix() for f in (tmp_path / "s").rglob("*") if f.is_file()}
    figures = {f"figures/{figure}.{suffix}" for figure in ("indices", "flips") for suffix in ("svg", "png")}
    assert names == figures | {"results.parquet", "indices.parquet", "summary.json", "provenance.json"}
    indices = pd.read_parquet(tmp_path / "s" / "indices.parquet")
    assert set(indices["factor"]) == {"brand.content.quality", "industry.need_interval"}
    assert len(pd.read_parquet(tmp_path / "s" / "results.parquet")) == 8 * 4 * 2 * 2
    found = json.loads((tmp_path / "s" / "summary.json").read_text("utf-8"))
    assert found["flip"]["days"] == [30, 40]


def test_json_is_all_there_is_and_the_second_time_nothing_is_run(sanyu, experiment, monkeypatch):
    pytest.importorskip("SALib")
    name = experiment('{ kind = "morris", trajectories = 4 }')
    code, out, _ = sanyu("sensitivity", name, "--of", "fans_end", "--logic", "growth", "--out", "a", "--json")
    assert code == 0
    first = json.loads(out)
    assert first["indices"]["method"] == "morris"
    assert first["reference"] == "depletion"
    monkeypatch.setattr("sim.batch.work.run", None)  # would fail any run in this process; workers are not started
    code, out, _ = sanyu("sensitivity", name, "--of", "fans_end", "--logic", "growth", "--out", "b", "--json")
    assert code == 0
    assert json.loads(out) | {"folder": "a"} == first


def test_quiet_prints_the_folder(sanyu, experiment):
    pytest.importorskip("SALib")
    name = experiment('{ kind = "saltelli", samples = 2 }')
    assert sanyu("sensitivity", name, "--out", "q", "--quiet")[1] == "q\n"


def test_responses_draws_curves_and_maps(sanyu, experiment, tmp_path):
    name = experiment('{ kind = "grid" }', 'observe = ["margin", "fans_end"]', ", levels = 2")
    code, out, _ = sanyu("responses", name, "--out", "r", "--lang", "zh")
    assert code == 0
    assert "利润" in out
    drawn = {f.name for f in (tmp_path / "r" / "figures").glob("*.svg")}
    assert drawn == {"over-1.svg", "over-2.svg", "map-margin.svg", "map-fans_end.svg", "map-lead.svg"}


def test_a_factor_with_names_divides_the_curves(sanyu, tmp_path):
    (tmp_path / "kinds.toml").write_text(
        'scenario = "small.toml"\ndesign = { kind = "grid" }\nreplications = { paired = 2 }\nobserve = ["gmv"]\n'
        '[vary]\n"industry" = { values = ["frequent-online", "rare-online"] }\n'
        '"brand.content.quality" = { values = [0.2, 0.9] }\n',
        encoding="utf-8",
    )
    assert sanyu("responses", "kinds.toml", "--out", "k", "--quiet")[0] == 0
    found = json.loads((tmp_path / "k" / "summary.json").read_text("utf-8"))["within"]
    table = pd.read_parquet(tmp_path / "k" / "results.parquet")
    assert list(found) == ["brand.content.quality"]
    means = table.groupby(["industry", "logic", "brand.content.quality"])["gmv"].mean()
    for kind, by_logic in found["brand.content.quality"].items():
        for logic, curve in by_logic.items():
            assert curve["mean"] == pytest.approx(means[kind, logic].tolist())
    assert means["frequent-online"].sum() != means["rare-online"].sum()
    assert (tmp_path / "k" / "figures" / "within-1.svg").is_file()


def test_regimes_writes_its_points_and_its_map(sanyu, experiment, tmp_path):
    pytest.importorskip("adaptive")
    name = experiment('{ kind = "grid" }', 'logics = ["depletion"]', ", levels = 2")
    code, out, _ = sanyu("regimes", name, "--points", "27", "--no-theory", "--out", "m")
    assert code == 0
    assert "depleting" in out
    cells = pd.read_parquet(tmp_path / "m" / "cells.parquet")
    assert len(cells) == 27
    assert set(cells["state"]) <= {"growing", "fed", "depleting", "still"}
    assert (tmp_path / "m" / "figures" / "regimes.svg").is_file()


def test_optimise_writes_a_scenario_that_extends_the_file(sanyu, tmp_path):
    pytest.importorskip("optuna")
    options = ["--trials", 5, "--pairs", 2, "--fresh", 2, "--turn", "value_share", "--turn", "pushes"]
    code, out, _ = sanyu("optimise", "small.toml", *options, "--out", "o")
    assert code == 0
    assert "On 2 fresh pairs (seed 1)" in out
    best = load_scenario(tmp_path / "o" / "best.toml")
    assert set(best.logics) == {"growth", "depletion", "best"}
    assert best.pool.fans == 60
    table = pd.read_parquet(tmp_path / "o" / "trials.parquet")
    assert len(table) == 5
    assert best.logics["best"].value_share in set(table["value_share"])
    assert {f.name for f in (tmp_path / "o" / "figures").glob("*.png")} == {"search.png", "fresh.png"}


def test_an_optimum_of_both_is_a_front(sanyu, tmp_path):
    pytest.importorskip("optuna")
    options = ["--for", "both", "--trials", 6, "--pairs", 2, "--fresh", 2, "--turn", "quality"]
    code, out, _ = sanyu("optimise", "small.toml", *options, "--out", "o", "--json")
    assert code == 0
    found = json.loads(out)
    plans = load_scenario(tmp_path / "o" / "best.toml").logics
    assert set(found["plans"]) == set(plans) - {"growth", "depletion"}


def interrupted_after(monkeypatch, runs):
    """Ctrl-C after so many runs."""
    left = [runs]
    real = runner.outcome_of

    def stops(*arguments):
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(*arguments)

    monkeypatch.setattr(runner, "outcome_of", stops)


def test_an_interrupted_search_is_kept_and_goes_on(sanyu, tmp_path, monkeypatch):
    pytest.importorskip("optuna")
    options = ["--trials", 12, "--pairs", 2, "--fresh", 2, "--turn", "quality", "--threads", 1]
    with monkeypatch.context() as context:
        interrupted_after(context, 11)
        code, _, err = sanyu("optimise", "small.toml", *options, "--out", "o")
    assert code == 130
    assert "the same command goes on from there" in err
    assert len(pd.read_parquet(tmp_path / "o" / "trials.parquet")) == 4
    code, out, _ = sanyu("optimise", "small.toml", *options, "--out", "o", "--overwrite", "--json")
    assert code == 0
    unbroken = sanyu("optimise", "small.toml", *options, "--out", "p", "--store", "other", "--json")[1]
    assert json.loads(out) | {"folder": "p"} == json.loads(unbroken)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sensitivity", "none.toml"], "there is no experiment none.toml."),
        (["sensitivity", "push-frequency-by-qualiti"], "Did you mean push-frequency-by-quality?"),
        (["sensitivity", "study.toml", "--of", "margn"], "a run reports no such figure. Did you mean margin?"),
        (["sensitivity", "study.toml", "--logic", "grwth"], "the experiment runs no such logic. Did you mean growth?"),
        (["sensitivity", "study.toml", "--against", "x"], "--against x: the experiment runs no such logic."),
        (["sensitivity", "study.toml", "--pairs", "0"], "--pairs 0 is below 1."),
        (["regimes", "study.toml", "--points", "3"], "--points 3 is below 9."),
        (["optimise", "liquor", "--trials", "1"], "--trials 1 is below 4."),
        (["optimise", "liquor", "--least-trust", "4"], "--least-trust 4 is outside 0 … 1."),
        (["optimise", "liquor", "--budget", "-1"], "--budget -1 is below 0. Try --budget 20000"),
        (["optimise", "liquor", "--turn", "pushs"], "--turn pushs: there is no such element. Did you mean pushes?"),
        (["optimise", "liquor", "--like", "grwth"], "--like grwth: "),
        (["optimise", "liquor", "--for", "fame"], '"margin", "fans", "both"'),
        (["optimise", "liquor", "--most-pushes", "0"], "--most-pushes 0 is outside 0 … 700."),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_runs(sanyu, experiment, arguments, message, monkeypatch):
    experiment('{ kind = "saltelli", samples = 2 }')
    monkeypatch.setattr("sim.studies.runner.run", None)
    monkeypatch.setattr("sim.batch.sweep.sweep", None)
    assert message in wrong(sanyu, *arguments)


def test_a_map_needs_two_ranges(sanyu, tmp_path, experiment):
    experiment('{ kind = "grid" }', levels=", levels = 2")
    text = (tmp_path / "study.toml").read_text("utf-8")
    (tmp_path / "study.toml").write_text(
        text.replace("{ from = 0.2, to = 0.9, levels = 2 }", "{ values = [0.2, 0.9] }")
    )
    assert "brand.content.quality has values, and a map needs ranges" in wrong(sanyu, "regimes", "study.toml")


def test_every_mistake_of_an_experiment_has_its_line(sanyu, tmp_path):
    (tmp_path / "bad.toml").write_text(
        'scenario = "small.toml"\ndesign = { kind = "gird" }\n[vary]\n"x" = { values = [1] }\n'
    )
    assert "bad.toml:2:" in wrong(sanyu, "sensitivity", "bad.toml")

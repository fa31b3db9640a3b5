"""The documented ways of reading results, on the results of the page's own study."""

import pytest

import sim
from docs.pages import blocks
from sim.batch.experiment import Experiment

SNIPPETS = {block.text.split()[1]: block.text for block in blocks("py")}


@pytest.fixture(scope="module")
def quality(tmp_path_factory):
    """A folder in which the study of the page has run."""
    folder = tmp_path_factory.mktemp("reading")
    tree = {
        "scenario": "livestream-group",
        "design": {"kind": "grid"},
        "replications": {"paired": 3},
        "fixed": {"days": 12, "pool.fans": 200},
        "vary": {"brand.content.quality": {"from": 0.2, "to": 0.8, "levels": 3}},
    }
    experiment = Experiment.model_validate(tree)
    found = sim.sweep(experiment, out=folder / "runs/quality", store=folder / "runs/store", processes=1)
    return folder, found.table


@pytest.fixture
def read(quality, monkeypatch):
    def run(tool):
        names = {}
        monkeypatch.chdir(quality[0])
        exec(SNIPPETS[tool], names)
        return names

    return run


def test_pandas(read, quality):
    ahead = read("pandas")["ahead"]
    table = quality[1].set_index(["point", "replication", "logic"])["margin"].unstack()
    assert list(ahead) == [(table.loc[point]["growth"] > table.loc[point]["depletion"]).mean() for point in range(3)]


def test_polars(read, quality):
    means = read("polars")["means"]
    expected = quality[1].groupby(["brand.content.quality", "logic"])["margin"].mean()
    assert means["margin"].to_list() == pytest.approx(list(expected))
    assert means["logic"].to_list() == ["depletion", "growth"] * 3


def test_duckdb(read, quality):
    counts = read("duckdb")["counts"]
    expected = quality[1].groupby("logic")["margin"].mean() / 100
    assert list(counts["runs"]) == [9, 9]
    assert list(counts["margin"]) == pytest.approx(list(expected))
    assert counts["version"].str.startswith("0.1.0-").all()

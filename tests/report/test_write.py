import json
import tempfile

import pyarrow.parquet as pq
import pytest

from sim.report.write import (
    NotWritten,
    default_folder,
    is_ours,
    long_table,
    plain,
    refusal,
    replacing,
    summary_of,
    write_comparison,
    write_runs,
)
from sim.scenario import load_scenario

FIGURES = {"margin", "fans", "flows", "retention", "tiers", "trust-and-load", "gmv", "horizon"}


@pytest.fixture(scope="module")
def written(comparison, assumptions, tmp_path_factory):
    target = tmp_path_factory.mktemp("runs") / "here"
    with replacing(target) as folder:
        write_comparison(comparison, folder, "en", assumptions=assumptions)
    return target


def test_the_folder_holds_everything(written):
    names = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    tables = {"daily.parquet", "flows.parquet", "cohorts.parquet"}
    texts = {"scenario.toml", "provenance.json", "summary.json", "report.html"}
    assert names == tables | texts | {f"figures/{name}.{kind}" for name in FIGURES for kind in ("svg", "png")}
    assert [path.name for path in written.parent.iterdir()] == ["here"]


def test_the_scenario_of_the_folder_is_the_one_that_ran(written, comparison):
    assert load_scenario(written / "scenario.toml") == comparison.scenario


def test_the_daily_table_is_long_and_carries_units(written, comparison):
    table = pq.read_table(written / "daily.parquet")
    assert table.num_rows == 2 * 3 * 150
    assert table.column_names[:4] == ["logic", "replication", "day", "date"]
    assert table.schema.field("margin_cum").metadata[b"unit"] == b"cents"
    frame = table.to_pandas()
    last = frame[(frame["logic"] == "growth") & (frame["replication"] == 1) & (frame["day"] == 149)]
    assert last["fans_private"].item() == comparison.runs["growth"][1].summary["fans_end"]


def test_the_summary_is_plain_json(written, comparison):
    def refuse(text):
        raise AssertionError(text)

    found = json.loads((written / "summary.json").read_text("utf-8"), parse_constant=refuse)
    assert found["ranking"] == list(comparison.ranking)
    assert len(found["verdict"]["sentences"]) == 3
    assert found["totals"]["growth"]["margin"]["estimate"] == comparison.totals["growth"]["margin"].estimate
    assert len(found["duels"]) == 2
    assert found == json.loads(json.dumps(summary_of(comparison)))


def test_provenance_holds_seed_and_pairs(written):
    found = json.loads((written / "provenance.json").read_text("utf-8"))
    assert found["seed"] == 5
    assert found["extra"]["pairs"] == 3


def test_tables_only(comparison, tmp_path):
    with replacing(tmp_path / "x") as folder:
        write_comparison(comparison, folder, report=False)
    assert not (tmp_path / "x" / "report.html").exists()
    assert (tmp_path / "x" / "summary.json").exists()


def test_replications_of_one_logic(comparison, tmp_path):
    with replacing(tmp_path / "x") as folder:
        write_runs(comparison.runs["growth"], folder, figures=True)
    assert pq.read_table(tmp_path / "x" / "daily.parquet").num_rows == 3 * 150
    found = json.loads((tmp_path / "x" / "summary.json").read_text("utf-8"))
    assert [r["replication"] for r in found["replications"]] == [0, 1, 2]
    assert (tmp_path / "x" / "figures" / "overview.svg").exists()


def test_long_tables_keep_every_row(comparison):
    runs = comparison.runs["growth"]
    assert len(long_table(runs, "cohorts")) == sum(len(run.cohorts) for run in runs)


def test_a_folder_is_replaced_only_when_asked_and_only_results(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    assert not is_ours(mine)
    assert "exists already" in refusal(mine, overwrite=False)
    assert "leaves it alone" in refusal(mine, overwrite=True)
    with pytest.raises(FileExistsError), replacing(mine, overwrite=True):
        pass
    assert (mine / "thesis.txt").read_text() == "years of work"
    old = tmp_path / "old"
    old.mkdir()
    (old / "provenance.json").write_text("{}")
    with replacing(old, overwrite=True) as folder:
        (folder / "new.txt").write_text("x")
    assert [path.name for path in old.iterdir()] == ["new.txt"]


def test_a_failure_leaves_the_old_results(tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    (old / "provenance.json").write_text("{}")
    with pytest.raises(RuntimeError), replacing(old, overwrite=True):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (old / "provenance.json").exists()


def test_a_full_disk_keeps_what_was_written(tmp_path):
    def into(target, overwrite):
        with replacing(target, overwrite) as folder:
            (folder / "daily.parquet").write_text("x")
            raise OSError(28, "No space left on device")

    for name, overwrite in (("fresh", False), ("old", True)):
        target = tmp_path / name
        if overwrite:
            target.mkdir()
            (target / "provenance.json").write_text("{}")
        with pytest.raises(NotWritten, match="could not be written: No space left on device") as error:
            into(target, overwrite)
        folder = error.value.kept
        assert (folder / "daily.parquet").exists()
        assert str(folder) in str(error.value)
        assert (target / "provenance.json").exists() == overwrite


def test_a_place_that_cannot_be_made_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    assert "too long" in refusal(tmp_path / ("x" * 300), overwrite=False)
    assert "Use --out FOLDER" in refusal(tmp_path / "a\0b", overwrite=False)

    def readonly(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(tempfile, "mkdtemp", readonly)
    assert "Read-only file system. Use --out FOLDER" in refusal(tmp_path / "a" / "b", overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_a_place_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert "is a file" in refusal(tmp_path / "file" / "runs", overwrite=False)
    assert refusal(tmp_path / "a" / "b", overwrite=False) == ""
    assert not (tmp_path / "a").exists()


def test_another_question_gets_another_folder(comparison):
    scenario = comparison.scenario
    a = default_folder(scenario, "compare", {"seed": 0})
    assert a == default_folder(scenario, "compare", {"seed": 0})
    assert (
        len(
            {
                a,
                default_folder(scenario, "compare", {"seed": 1}),
                default_folder(scenario, "run", {"seed": 0}),
            }
        )
        == 3
    )
    assert a.parent.name == "runs"
    assert a.name.startswith("a-liquor-brand-on-douyin-")
    chinese = scenario.model_copy(update={"title": "抖音/白酒 品牌?"})
    assert default_folder(chinese, "run", {}).name.startswith("抖音-白酒-品牌-")


def test_plain_has_no_number_that_json_lacks():
    assert plain({"a": float("nan"), "b": (float("inf"), 1.5)}) == {"a": None, "b": [None, 1.5]}

"""Tables of points: what cells mean, and where mistakes are."""

import datetime as dt
import math

import pandas as pd
import pytest

from sim.batch.experiment import load_experiment
from sim.batch.tables import read_table
from sim.scenario import ScenarioError


def experiment(folder, text, name="points.csv"):
    (folder / name).write_text(text)
    file = folder / "e.toml"
    file.write_text(f'scenario = "liquor"\ndesign = {{ kind = "table", file = "{name}" }}\n')
    return file


def test_cells_are_values_of_toml_and_empty_ones_leave_the_scenario_as_it_is(tmp_path):
    text = "brand.content.quality,start,brand.certified,platforms[0],logics.growth.discount\n"
    text += '.5,2021-09-01,true,douyin-2021-07,"0.1"\n\n,,false,,\n'
    found = load_experiment(experiment(tmp_path, text))
    assert list(found.points) == [
        {
            "brand.content.quality": 0.5,
            "start": dt.date(2021, 9, 1),
            "brand.certified": True,
            "platforms[0]": "douyin-2021-07",
            "logics.growth.discount": 0.1,
        },
        {"brand.certified": False},
    ]
    assert found.scenario(0).brand.content.quality.bounds == (0.5, 0.5)
    assert list(found.factors) == text.splitlines()[0].split(",")


def test_parquet_and_csv_give_the_same_points(tmp_path):
    table = pd.DataFrame({"pool.fans": [300, 500, 300], "brand.content.quality": [0.5, math.nan, 0.25]})
    table.to_parquet(tmp_path / "p.parquet", index=False)
    table.to_csv(tmp_path / "p.csv", index=False)
    found = [read_table(tmp_path / name, name).points for name in ("p.parquet", "p.csv")]
    assert list(found[0]) == list(found[1])
    assert found[0][1] == {"pool.fans": 500}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pool.fans\n300\n-5\n", r"points.csv:3:1: row 2, column pool.fans: pool.fans = -5 is outside"),
        ("pool.fans\n300\n\n2.5\n", r"points.csv:4:1: row 2, column pool.fans: .* is not a whole number"),
        ("pool.fan\n300\n", r"column pool.fan: .*Did you mean fans\?"),
        ("logics.grwth.discount\n0.1\n", r"points.csv:1:1: column .*: there is no logic grwth"),
        ("pool.fans,days\n300\n", r"points.csv:2:1: this row has 1 cells, and the header 2"),
        ("pool.fans,pool.fans\n300,1\n", r"points.csv:1:1: column pool.fans is there twice"),
        ("pool.fans,\n300,1\n", r"points.csv:1:1: column 2 has no name"),
        ("pool.fans\n", "no rows"),
        ("", "no columns"),
        ("pool.fans,days\n3,\n4,\n", 'column "days" has no value'),
        ('pool.fans\n"3\n', "this is not CSV"),
        (
            "pool.fans,market.users\n300,1000\n500,400\n",
            r"points.csv:3:1: row 2, column pool.fans: .*is more than market.users = 400",
        ),
    ],
)
def test_mistakes_name_the_file_the_row_and_the_column(tmp_path, text, said):
    with pytest.raises(ScenarioError, match=said):
        load_experiment(experiment(tmp_path, text))


def test_all_mistakes_of_a_table_are_told_at_once(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        load_experiment(experiment(tmp_path, "pool.fans,brand.trust\n300,7\n-5,0.5\n"))
    assert len(caught.value.mistakes) == 2


def test_a_table_that_is_not_there_is_missed_with_those_that_are(tmp_path):
    file = experiment(tmp_path, "pool.fans\n300\n", "points.csv")
    file.write_text(file.read_text().replace("points.csv", "pionts.csv"))
    with pytest.raises(ScenarioError, match=r"pionts.csv: there is no such file. Did you mean points.csv"):
        load_experiment(file)


def test_a_mistake_in_parquet_has_a_row_and_no_line(tmp_path):
    pd.DataFrame({"brand.trust": [0.5, 7.0]}).to_parquet(tmp_path / "p.parquet", index=False)
    file = tmp_path / "e.toml"
    file.write_text('scenario = "liquor"\ndesign = { kind = "table", file = "p.parquet" }\n')
    with pytest.raises(ScenarioError, match=r"p.parquet: row 2, column brand.trust: brand.trust = 7.0 is outside"):
        load_experiment(file)
    (tmp_path / "p.parquet").write_text("no")
    with pytest.raises(ScenarioError, match="this is not Parquet"):
        load_experiment(file)

"""Changes by dotted key: into tables, lists and values by date."""

import datetime as dt

import pytest

from sim.scenario import ScenarioError, load_scenario, with_changes
from sim.scenario.change import path_of, wrong_values

MAKER = "logics.step-by-step.phases"


@pytest.fixture(scope="module")
def liquor():
    return load_scenario("liquor")


@pytest.fixture(scope="module")
def maker():
    return load_scenario("content-maker")


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("days", ("days",)),
        ("logics.ours.phases[0].from", ("logics", "ours", "phases", 0, "from")),
        ("a[0][12]", ("a", 0, 12)),
        ("channels.wechat-group.open", ("channels", "wechat-group", "open")),
        ('logics."a.b [1]".x', ("logics", "a.b [1]", "x")),
        ("logics.'a b'", ("logics", "a b")),
        ("market.season.2021-11-01", ("market", "season", "2021-11-01")),
    ],
)
def test_paths_of_keys(key, path):
    assert path_of(key) == path


@pytest.mark.parametrize("key", ["", ".a", "a.", "a..b", "[0]", "a[0]b", "a[x]", "a[0", "a.[0]", "a b", 'a."b'])
def test_what_is_no_key(key):
    with pytest.raises(ScenarioError, match=r"is not a dotted key like pool\.fans"):
        path_of(key)


def test_an_entry_of_a_list_is_changed_and_its_neighbours_are_not(maker):
    changed = with_changes(maker, {f"{MAKER}[1].value_share": 0.9, f"{MAKER}[2].from": dt.date(2021, 12, 2)})
    before, after = maker.logics["step-by-step"].phases, changed.logics["step-by-step"].phases
    assert after[1].value_share == 0.9
    assert after[2].start == dt.date(2021, 12, 2)
    assert after[1].model_copy(update={"value_share": before[1].value_share}) == before[1]
    assert [after[n] for n in (0, 3, 4)] == [before[n] for n in (0, 3, 4)]
    other = {name: logic for name, logic in maker.logics.items() if name != "step-by-step"}
    assert {name: changed.logics[name] for name in other} == other


def test_an_entry_can_be_a_preset_and_reach_what_the_preset_leaves_out(liquor):
    bare = {"pool.channels": None, "brand.category": ""}
    changed = with_changes(liquor, {"platforms[0]": "kuaishou-2021", **bare})
    assert [p.name for p in changed.platforms] == ["kuaishou-2021", liquor.platforms[1].name]
    searched = with_changes(liquor, {"platforms[0].search.use": 0.2})
    assert searched.platforms[0].search.use == 0.2
    cheaper = with_changes(liquor, {"platforms[0]": {"extends": "douyin-2021-07", "shop": {"commission": 0.01}}})
    assert cheaper.platforms[0].shop.commission == 0.01
    assert cheaper.platforms[0].channels == liquor.platforms[0].channels


def test_a_date_changes_a_value_from_that_day_on(liquor):
    first, second = dt.date(2021, 11, 1), dt.date(2021, 12, 1)
    changed = with_changes(liquor, {"market.season.2021-11-01": 2.0})
    assert changed.market.season.steps == ((liquor.start, 1.0), (first, 2.0))
    again = with_changes(changed, {"market.season.2021-12-01": 3, "market.season.2021-11-01": 1.5})
    assert again.market.season.steps == ((liquor.start, 1.0), (first, 1.5), (second, 3.0))
    assert with_changes(again, {"market.season.2021-11-01": None}).market.season.steps[1] == (second, 3.0)
    assert with_changes(changed, {"market.season": {"2021-12-01": 3}}).market.season.steps == ((second, 3.0),)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({f"{MAKER}[1].value_share": 7}, "phases[1].value_share = 7 is outside 0 … 1. Did you mean 0.7?"),
        ({f"{MAKER}[1].value_shar": 0.7}, "phases[1].value_shar is unknown here. Did you mean value_share?"),
        ({f"{MAKER}[5].value_share": 0.7}, "phases[5] is not there: logics.step-by-step.phases has 5 entries"),
        ({"pool[0]": 7}, "and pool[0] wants a list"),
        ({"nosuch[0]": 7}, "nosuch is not there, and nosuch[0] wants a list"),
        ({"platforms.x": 7, "platforms[0].x": 1}, "wants a list"),
        ({"platforms[0].name.x": 7}, "is not a table"),
        ({"platforms[0]": None}, "platforms[0] is an entry of a list and has no default"),
        ({"market.season.2021-11-01": -1}, "market.season.2021-11-01 = -1 is outside"),
        ({"market.season.2021-13-01": 1}, "market.season.2021-13-01 is not a date"),
    ],
)
def test_mistakes_inside_lists_and_series_name_their_place(maker, changes, said):
    with pytest.raises(ScenarioError) as caught:
        with_changes(maker, changes)
    assert said in str(caught.value)


def test_wrong_values_are_found_without_what_contradicts_others(liquor):
    assert wrong_values(liquor, {"pool.fans": liquor.market.users + 1}) == ()
    with pytest.raises(ScenarioError):
        with_changes(liquor, {"pool.fans": liquor.market.users + 1})
    assert [m.key for m in wrong_values(liquor, {"pool.fans": -1, "x.y": 2})] == ["pool.fans", "x"]

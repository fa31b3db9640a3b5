"""Writing and changing scenarios."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.parameters import Series
from sim.scenario import (
    ScenarioError,
    from_dict,
    load_scenario,
    shipped_scenarios,
    to_dict,
    to_toml,
    with_changes,
)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_resolved_file_is_read_again_to_an_equal_scenario(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(name)
    (tmp_path / "s.toml").write_text(to_toml(scenario), encoding="utf-8")
    again = load_scenario(tmp_path / "s.toml")
    assert again == scenario
    assert to_toml(again) == to_toml(scenario)
    assert from_dict(to_dict(scenario)) == scenario


def test_series_and_phases_are_written(tmp_path: Path) -> None:
    phases = [{"from": dt.date(2021, 9, 1), "discount": 0.3}, {"from": dt.date(2021, 10, 1), "discount": 0.1}]
    scenario = with_changes(
        load_scenario("liquor"),
        {
            "market.season": {dt.date(2021, 8, 1): 1.0, dt.date(2021, 11, 1): 2.5},
            "brand.content.quality": Series.constant(0.3),
            "logics.ours": {"kind": "calendar", "phases": phases},
        },
    )
    (tmp_path / "s.toml").write_text(to_toml(scenario), encoding="utf-8")
    assert load_scenario(tmp_path / "s.toml") == scenario
    assert scenario.market.season.on(dt.date(2021, 12, 1)) == 2.5
    assert list(scenario.logics) == ["growth", "depletion", "ours"]


def test_a_resolved_file_depends_on_no_preset() -> None:
    tree = tomllib.loads(to_toml(load_scenario("liquor")))
    assert "extends" not in tree
    assert all(isinstance(platform, dict) and "extends" not in platform for platform in tree["platforms"])
    assert tree["rules"]["leaving"]["natural"] == 0.01


def test_changes_by_dotted_keys() -> None:
    liquor = load_scenario("liquor")
    changed = with_changes(
        liquor,
        {
            "pool.fans": 300,
            "days": 120,
            "logics.depletion.pushes_per_week.group": 3,
            "channels.wechat-group.open": 0.1,
            "feed.exposures_per_fan": 0.0,
            "shop.commission": 0.1,
            "industry.need_interval": 50,
            "brand.shop_opened": None,
            "logics.growth": False,
        },
    )
    assert (changed.pool.fans, changed.days, list(changed.logics)) == (300, 120, ["depletion"])
    assert changed.logics["depletion"].pushes_per_week == {"group": 3, "subscription": 2}
    assert next(c for c in changed.channels if c.name == "wechat-group").open == 0.1
    assert changed.platforms[0].feed is not None
    assert changed.platforms[0].feed.exposures_per_fan == 0
    assert changed.platforms[0].shop.commission == 0.1
    assert (changed.industry.need_interval, changed.industry.price) == (50, 120)
    assert changed.brand.shop_opened is None
    assert with_changes(liquor, {}) == liquor
    assert liquor == load_scenario("liquor")


def test_changes_do_not_touch_what_the_caller_holds() -> None:
    room = {"logics.fixed": {"kind": "fixed", "discount": 0.1}, "logics.growth": False, "logics.depletion": False}
    changed = with_changes(load_scenario("liquor"), room | {"logics.fixed.discount": 0.3})
    assert changed.logics["fixed"].discount == 0.3
    assert room["logics.fixed"] == {"kind": "fixed", "discount": 0.1}


def test_changes_of_presets() -> None:
    changed = with_changes(load_scenario("liquor"), {"industry": "rare-online", "platforms": ["douyin-2021-07"]})
    assert changed.industry.name == "rare-online"
    assert [platform.name for platform in changed.platforms] == ["douyin-2021-07"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pool.fans": -3}, "pool.fans = -3 is outside 0 … 1,000,000,000. Did you mean 3?"),
        (
            {"pool.fens": 3},
            "pool.fens is unknown here. Did you mean fans? Known: fans, trust, customers, used_to_promotion, age, "
            "tiers, channels.",
        ),
        ({"days": "3"}, 'days = "3" is not a whole number. Write it without quotes.'),
        (
            {"channels.wecon.open": 0.1},
            "channels.wecon is not a channel of the platforms. Did you mean wecom?",
        ),
        ({"pool fans": 3}, '"pool fans" is not a dotted key like pool.fans or logics.growth.discount'),
        ({"": 3}, '"" is not a dotted key like pool.fans or logics.growth.discount'),
        ({"pool": 3, "pool.fans": 3}, "pool.fans contradicts another change, of pool"),
        ({"logics.growth": False, "logics.depletion": False}, "logics holds no logic."),
    ],
)
def test_changes_are_validated(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        with_changes(load_scenario("liquor"), changes)
    assert message in str(error.value)

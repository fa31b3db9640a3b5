"""Loading: shipped scenarios, extending, presets and their pedigree."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from sim.scenario import (
    Scenario,
    assumptions,
    from_dict,
    gather,
    load,
    load_scenario,
    presets,
    shipped_folder,
    shipped_scenarios,
    weakest_first,
)
from sim.scenario.shelves import KINDS, preset

BODY = """title = "Test"
days = 100
start = 2021-08-01
platforms = ["douyin-2021-07", "wechat-2021-07"]
industry = "frequent-online"
[logics.growth]
"""


def loaded(folder: Path, text: str, name: str = "s.toml") -> Scenario:
    (folder / name).write_text(text, encoding="utf-8")
    return load_scenario(folder / name)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_load_by_name_and_by_path(name: str) -> None:
    assert load_scenario(name) == load_scenario(shipped_folder() / f"{name}.toml")


def test_an_installed_package_has_its_scenarios_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shipped" / "scenarios").mkdir(parents=True)
    (tmp_path / "shipped" / "scenarios" / "mine.toml").write_text(BODY)
    monkeypatch.setattr(gather, "_PACKAGE", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert shipped_scenarios() == ("mine",)
    assert load_scenario("mine").days == 100


def test_liquor() -> None:
    liquor = load_scenario("liquor")
    assert (liquor.days, liquor.pool.fans, list(liquor.logics)) == (720, 20_000, ["growth", "depletion"])
    assert [channel.name for channel in liquor.channels] == [
        "douyin-subscription",
        "douyin-group",
        "wechat-group",
        "wecom",
        "official-account",
        "moments",
        "wechat-contact",
    ]
    douyin, wechat = liquor.platforms
    assert (douyin.shop.opening_days, douyin.shop.opening_commission, douyin.shop.commission) == (
        30,
        0.01,
        0.02,
    )
    assert douyin.feed is not None
    assert douyin.ads is not None
    assert (wechat.feed, wechat.ads, wechat.shop.commission) == (None, None, 0.0)
    assert liquor.channels[0].quota_per_month == 8
    assert liquor.channels[1].quota_per_month is None


def test_the_ladder_drops_the_depletion_that_it_inherits() -> None:
    ladder = load_scenario("depletion-ladder")
    assert next(iter(ladder.logics)) == "growth"
    assert "depletion" not in ladder.logics
    assert {logic.pushes_per_week["group"] for logic in ladder.logics.values()} == {7, 21, 42, 140}
    assert ladder.pool == load_scenario("liquor").pool


def test_extending_lays_values_over_those_of_the_other_file(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "b.toml").write_text(
        BODY + "pushes_per_week = { group = 3, wecom = 1 }\n[pool]\nage = 5\nchannels = { douyin-group = 1.0 }\n"
    )
    text = """extends = "base/b.toml"
days = 50
pool.fans = 7
pool.channels = { wecom = 0.5 }
[industry]
need_interval = 90
[logics.growth]
pushes_per_week = { group = 4 }
"""
    scenario = loaded(tmp_path, text)
    assert (scenario.days, scenario.pool.fans, scenario.pool.age) == (50, 7, 5)
    assert scenario.pool.channels == {"wecom": 0.5}  # says something only as a whole
    assert (scenario.industry.name, scenario.industry.need_interval) == ("frequent-online", 90)
    assert scenario.industry.price == 120
    assert scenario.logics["growth"].pushes_per_week == {"group": 4, "wecom": 1}


def test_extending_a_shipped_scenario_by_name_through_two_files(tmp_path: Path) -> None:
    (tmp_path / "middle.toml").write_text('extends = "liquor"\ndays = 60\n')
    scenario = loaded(tmp_path, 'extends = "middle.toml"\nlogics.growth = false\n')
    assert (scenario.days, list(scenario.logics)) == (60, ["depletion"])


def test_another_kind_replaces_a_logic(tmp_path: Path) -> None:
    text = 'extends = "liquor"\n[logics.depletion]\nkind = "fixed"\ndiscount = 0.1\n'
    logic = loaded(tmp_path, text).logics["depletion"]
    assert (logic.kind, logic.discount, logic.pushes_per_week) == ("fixed", 0.1, {})


def test_values_of_presets_are_changed_by_name(tmp_path: Path) -> None:
    text = BODY + "[channels.wecom]\nopen = 0.1\njoins_per_month.liking = 0.5\n[feed]\nexposures_per_fan = 1\n"
    scenario = loaded(tmp_path, text + "[shop]\ncommission_by_category.wine = 0.04\n")
    wecom = next(c for c in scenario.channels if c.name == "wecom")
    assert (wecom.open, wecom.fatigue_weight) == (0.1, 1.2)
    assert (wecom.joins_per_month.liking, wecom.joins_per_month.devoted) == (0.5, 0.15)
    assert scenario.platforms[0].feed is not None
    assert scenario.platforms[0].feed.exposures_per_fan == 1
    assert scenario.platforms[0].shop.commission_by_category["wine"] == 0.04
    assert scenario.platforms[0].shop.commission_by_category["clothing"] == 0.05


def test_a_platform_may_start_from_a_preset_or_from_nothing(tmp_path: Path) -> None:
    text = BODY.replace(
        '["douyin-2021-07", "wechat-2021-07"]',
        """[
    { extends = "douyin-2021-07", feed.exposures_per_fan = 0.5 },
    { name = "bbs", title = "A forum", channels = [
        { name = "thread", kind = "article", open = 0.1, fatigue_weight = 0.2 },
    ] },
]""",
    )
    douyin, forum = loaded(tmp_path, text).platforms
    assert douyin.feed is not None
    assert (douyin.name, douyin.feed.exposures_per_fan) == ("douyin-2021-07", 0.5)
    assert (forum.name, forum.channels[0].name, forum.channels[0].reach) == ("bbs", "thread", 1.0)


def test_series_by_number_by_date_and_by_column(tmp_path: Path) -> None:
    first = dt.date(2021, 8, 1)
    rows = "".join(f"{first + dt.timedelta(days=d)},{d / 100}\n" for d in range(100))
    (tmp_path / "q.csv").write_text("\ufeffdate,quality\n" + rows)
    text = BODY + "market.season.2021-08-11 = 2\nmarket.season.2021-08-01 = 1\n"
    text = text.replace("[logics", 'brand.content.quality = { csv = "q.csv", column = "quality" }\n[logics')
    scenario = loaded(tmp_path, text.replace("[logics.growth]\nmarket", "market") + "[logics.growth]\n")
    assert scenario.market.season.daily(first, 20).tolist() == [1.0] * 10 + [2.0] * 10
    assert scenario.brand.content.quality.on(dt.date(2021, 8, 31)) == 0.3


def test_a_series_of_another_file_is_replaced_as_a_whole_and_read_beside_that_file(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    first = dt.date(2021, 8, 1)
    rows = "".join(f"{first + dt.timedelta(days=d)},0.5\n" for d in range(100))
    (tmp_path / "base" / "q.csv").write_text("date,q\n" + rows)
    text = BODY.replace(
        "[logics",
        'market.season.2021-08-01 = 3\nbrand.content.quality = { csv = "q.csv", column = "q" }\n[logics',
    )
    (tmp_path / "base" / "b.toml").write_text(text)
    scenario = loaded(tmp_path, 'extends = "base/b.toml"\nmarket.season.2021-09-01 = 2\n')
    assert scenario.market.season.steps == ((dt.date(2021, 9, 1), 2.0),)
    assert scenario.brand.content.quality.bounds == (0.5, 0.5)


def test_every_value_has_a_pedigree(tmp_path: Path) -> None:
    text = BODY + "[pool]\nfans = 5\nage = { value = 9, source = 'own count', trust = 'measured' }\n"
    text += "[channels.wecom]\nopen = 0.1\n"
    (tmp_path / "s.toml").write_text(text)
    found = load(tmp_path / "s.toml")
    by_key = {one.key: one for one in found.assumptions}
    assert len(by_key) == len(found.assumptions)
    place = f"{tmp_path}/s.toml"
    quota = by_key["channels.douyin-subscription.quota_per_month"]
    assert (quota.value, quota.unit, quota.source, quota.trust) == (8, "1/month", "E-37", "stated")
    assert quota.origin == "preset douyin-2021-07"
    fans = by_key["pool.fans"]
    assert (fans.value, fans.source, fans.trust, fans.origin) == (5, "scenario file", "assumed", f"{place}:8")
    age = by_key["pool.age"]
    assert (age.value, age.unit, age.source, age.trust) == (9, "days", "own count", "measured")
    assert (by_key["channels.wecom.open"].value, by_key["channels.wecom.open"].origin) == (0.1, f"{place}:11")
    natural = by_key["rules.leaving.natural"]
    assert (natural.source, natural.origin, natural.unit) == ("M6", "default", "1/month")
    assert natural.meaning
    assert "logics.growth.discount" in by_key
    assert "feed.exposures_per_fan" in by_key


def test_weakest_first() -> None:
    ranks = [one.trust for one in weakest_first(assumptions("liquor"))]
    assert ranks == sorted(ranks, key=["assumed", "weak", "measured", "stated"].index)


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_a_preset_has_a_unit_a_source_and_a_trust(kind: str) -> None:
    """The unit is checked against the declared one whenever a preset is used."""
    assert presets(kind)
    for name in presets(kind):
        document = preset(kind, name)
        assert not document.mistakes
        for path, mark in document.marks.items():
            value = document.at(path)
            if isinstance(value, bool | int | float):
                assert mark.source, path
                assert mark.trust, path
                assert mark.unit or isinstance(value, bool), path


@pytest.mark.parametrize("industry", presets("industries"))
@pytest.mark.parametrize("platform", presets("platforms"))
def test_every_preset_makes_a_scenario(platform: str, industry: str) -> None:
    tree = {
        "title": "T",
        "days": 9,
        "start": dt.date(2021, 8, 1),
        "currency": "€" if platform.startswith("web") else "¥",
        "platforms": [platform],
        "industry": industry
        if not platform.startswith("web")
        else {"extends": industry, "price": 30.0, "friction": 5.0},
        "brand": {"extends": presets("brands")[len(platform) % len(presets("brands"))]},
        "segments": {name: name for name in presets("segments")},
        "channels": {f"my-{name}": {"extends": name} for name in presets("channels")},
    }
    if platform == "wechat-2021-07":  # where nobody joins by following
        tree["pool"] = {"channels": {"wecom": 1.0}}
        del tree["channels"]["my-email"]  # 8 channels are enough
    scenario = from_dict(tree | {"logics": {"growth": {}, "ours": {"kind": "fixed"}}})
    assert (scenario.platforms[0].name, scenario.industry.name) == (platform, industry)
    assert set(scenario.segments) == set(presets("segments"))


def test_loading_imports_neither_mesa_nor_matplotlib() -> None:
    code = """
import sys, sim.scenario
sim.scenario.load_scenario("liquor")
print({"mesa", "matplotlib", "pandas"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

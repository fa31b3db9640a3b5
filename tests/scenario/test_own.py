"""Presets and logics of the user's own: one file each, found beside the scenario or on a named shelf."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from sim.engines.run import run
from sim.logics.own import OwnLogicError
from sim.scenario import ScenarioError, load, load_scenario, to_dict, with_changes, write_scenario
from sim.scenario.shelves import KINDS, presets

PRESETS = {
    "platforms/forum.toml": """title = "A forum"
feed = { exposures_per_fan = 0.2 }
channels = ["flyer", { extends = "flyer", name = "thread", kind = "article", joins_at_follow = 1.0 }]
""",
    "channels/flyer.toml": """title = "A flyer in the parcel"
kind = "direct"
open = { value = 0.4, unit = "–", source = "own count", trust = "measured" }
fatigue_weight = 0.1
""",
    "industries/tea.toml": 'extends = "frequent-online"\ntitle = "Tea"\nprice = 80.0\n',
    "segments/nurses.toml": 'title = "Nurses"\nshare = 0.3\ntolerance = 3.0\n',
    "brands/ours.toml": 'extends = "known-brand"\ntitle = "Ours"\nproduct.quality = 0.9\n',
}
LOGIC = '''"""Sends on weekends only."""

from typing import Annotated, ClassVar

from sim.logics.base import Logic, by_channel, to_all_tiers, within_quotas
from sim.parameters import fraction
from sim.plans import Brief, Plan, Seen


class Weekend(Logic):
    """The week's messages on Saturday and Sunday."""

    every: ClassVar[int] = 1
    calm: Annotated[float, fraction("Share that is left out", source="own idea")] = 0.5

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """Everything on two days of seven."""
        per_week = 3.5 * (1 - self.calm) if seen.date.weekday() >= 5 else 0.0
        pushes = tuple(per_week * f for f in by_channel(self.pushes_per_week, brief.channels))
        return Plan(
            pushes=within_quotas(to_all_tiers(pushes), brief.channels),
            value_share=to_all_tiers((self.value_share,) * len(brief.channels)),
            quality=brief.quality[seen.day],
            discount=self.discount,
            ads_per_day=0,
            bid=3000.0,
            lives_per_week=0.0,
        )
'''
SCENARIO = """title = "Tea in a forum"
days = 28
start = 2024-01-01
platforms = ["forum"]
industry = "tea"
brand = "ours"
[pool]
fans = 100
[segments]
nurses = "nurses"
rest = { share = 0.7 }
[channels.app]
extends = "flyer"
open = 0.1
[logics.weekend]
kind = "weekend.py:Weekend"
pushes_per_week = { thread = 7 }
calm = 0.25
[logics.fixed]
pushes_per_week = { thread = 7 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a preset of every kind, a logic and a scenario that uses them."""
    for name, text in PRESETS.items():
        (tmp_path / "presets" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "presets" / name).write_text(text, encoding="utf-8")
    (tmp_path / "weekend.py").write_text(LOGIC, encoding="utf-8")
    (tmp_path / "tea.toml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def said(folder: Path, old: str, new: str) -> str:
    """What is said about the scenario with a text replaced."""
    assert old in SCENARIO
    (folder / "tea.toml").write_text(SCENARIO.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(folder / "tea.toml")
    return str(error.value).replace(f"{folder}{os.sep}", "")


def test_one_of_each_is_added_by_one_file(folder: Path) -> None:
    tea = load_scenario(folder / "tea.toml")
    assert (tea.platforms[0].name, tea.platforms[0].title) == ("forum", "A forum")
    assert [(c.name, c.kind, c.open) for c in tea.channels] == [
        ("flyer", "direct", 0.4),
        ("thread", "article", 0.4),
        ("app", "direct", 0.1),
    ]
    assert (tea.industry.name, tea.industry.price, tea.industry.need_interval) == ("tea", 80.0, 28.0)
    assert (tea.segments["nurses"].share, tea.segments["nurses"].tolerance) == (0.3, 3.0)
    assert (tea.brand.trust, tea.brand.product.quality) == (0.5, 0.9)
    assert tea.logics["weekend"].calm == 0.25  # type: ignore[attr-defined]


def test_they_run(folder: Path) -> None:
    daily = run(load_scenario(folder / "tea.toml"), "weekend", 1).daily
    sent = daily["delivered_thread"].to_numpy().reshape(4, 7) > 0  # the run starts on a Monday
    assert sent[:, 5:].all()
    assert not sent[:, :5].any()


def test_values_of_own_presets_are_named_by_file_and_line(folder: Path) -> None:
    found = {a.key: a for a in load(folder / "tea.toml").assumptions}
    flyer = found["channels.flyer.open"]
    assert (flyer.source, flyer.trust) == ("own count", "measured")
    assert flyer.origin == str(folder / "presets" / "channels" / "flyer.toml") + ":3"
    assert found["feed.exposures_per_fan"].source == "scenario file"  # it gives none, and claims none
    assert found["industry.need_interval"].origin == "preset frequent-online"


def test_presets_on_a_named_shelf(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("tea.toml", "weekend.py"):
        (folder / name).rename(elsewhere / name)
    with pytest.raises(ScenarioError):
        load_scenario(elsewhere / "tea.toml")
    monkeypatch.setenv("SANYU_PRESETS", os.pathsep.join(["", str(folder / "nothing"), str(folder / "presets")]))
    assert load_scenario(elsewhere / "tea.toml").industry.name == "tea"
    (elsewhere / "presets" / "industries").mkdir(parents=True)
    (elsewhere / "presets" / "industries" / "tea.toml").write_text('extends = "rare-online"\n', encoding="utf-8")
    assert load_scenario(elsewhere / "tea.toml").industry.need_interval == 364  # the nearer shelf wins


def test_a_preset_by_its_path(folder: Path) -> None:
    (folder / "presets" / "platforms" / "forum.toml").rename(folder / "board.toml")
    (folder / "tea.toml").write_text(SCENARIO.replace('"forum"', '"board.toml"'), encoding="utf-8")
    assert load_scenario(folder / "tea.toml").platforms[0].name == "board"


def test_presets_of_a_file_that_is_extended_lie_beside_that_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.toml").write_text('extends = "../tea.toml"\ndays = 7\nlogics.fixed = false\n')
    mine = load_scenario(tmp_path / "other" / "mine.toml")
    assert (mine.days, mine.industry.name, list(mine.logics)) == (7, "tea", ["weekend"])


def test_a_brand_named_later_outranks_the_values_before_it(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('extends = "liquor"\n[brand]\nextends = "known-brand"\nprice = 99\n')
    brand = load_scenario(tmp_path / "s.toml").brand
    assert (brand.trust, brand.price, brand.category) == (0.5, 99, "alcohol")
    assert with_changes(load_scenario("liquor"), {"brand.extends": "small-brand"}).brand.trust == 0.2
    assert with_changes(load_scenario("liquor"), {"brand": "small-brand"}).brand.certified is False


def test_names_of_shipped_presets_are_unique() -> None:
    names = [name for kind in KINDS for name in presets(kind)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["forum"]', '["forun"]', 'tea.toml:4:14: platforms[0] = "forun" is not the name of a preset. Did you mean'),
        ('"tea"', '"forum"', 'tea.toml:5:1: industry = "forum" is not the name of a preset. It is one of platforms.'),
        ('["forum"]', '["board.toml"]', 'platforms[0] = "board.toml": there is no such file.'),
        ('["forum"]', '["tee.toml"]', "Did you mean tea.toml?"),
        ('["forum"]', '["a\\u0000b.toml"]', "there is no such file"),
        ('nurses = "nurses"', 'nurses = "nurse"', "Did you mean nurses?"),
        ('"ours"', "3", "tea.toml:6:1: brand = 3 is not a text in quotes."),
        ('extends = "flyer"\n', 'extends = "flier"\n', "tea.toml:13:1: channels.app.extends"),
        ("[channels.app]\n", '[channels.app]\nplatform = "from"\n', "not a platform of this scenario. Did you mean"),
        ('["forum"]', '["forum", "wechat-2021-07"]', "needs a platform. Platforms: forum, wechat-2021-07."),
        ("open = 0.1", "opne = 0.1", "channels.app.opne is unknown here. Did you mean open?"),
        ("weekend.py:Weekend", "weekend.py:Weekday", "there is no Weekday in weekend.py. Did you mean Weekend?"),
        ("weekend.py:Weekend", "weekday.py:Weekend", "weekday.py cannot be read: No such file"),
        ("weekend.py:Weekend", "json:Weekend", "there is no Weekend in json."),
        ("weekend.py:Weekend", "sim.nowhere:Weekend", "sim.nowhere cannot be loaded: ModuleNotFoundError"),
        ("weekend.py:Weekend", "weekend.py:Annotated", "Annotated in weekend.py is not a logic"),
        ("weekend.py:Weekend", "sim.logics.base:Logic", "Logic in sim.logics.base is not a logic"),
        ("weekend.py:Weekend", "sim.logics.fixed:Fixed", "Fixed in sim.logics.fixed says its kind itself"),
        ("calm = 0.25", "calm = 25", "tea.toml:18:1: logics.weekend.calm = 25 is outside 0 … 1. Did you mean 0.25?"),
        ("calm = 0.25", "clam = 0.25", "logics.weekend.clam is unknown here. Did you mean calm?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_place_and_remedy(folder: Path, old: str, new: str, message: str) -> None:
    assert message in said(folder, old, new)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("presets/industries/tea.toml", "price = -1\n", "presets/industries/tea.toml:1:1: price = -1 is not above 0"),
        ("presets/industries/tea.toml", "price = \n", "presets/industries/tea.toml:1:9: this is not TOML"),
        ("presets/industries/tea.toml", 'extends = "tea"\n', 'extends = "tea" makes a circle of presets'),
        ("presets/industries/tea.toml", 'extends = "coffee"\n', 'extends = "coffee" is not the name of a preset.'),
        ("presets/industries/rare-online.toml", "price = 1\n", ""),  # not named here
        ("weekend.py", "def f(:\n", "weekend.py cannot be loaded: line 1: invalid syntax."),
        ("weekend.py", "import json\n1 / 0\n", "weekend.py cannot be loaded: line 2: ZeroDivisionError"),
        ("weekend.py", LOGIC.replace("def plan", "def plna"), "Weekend in weekend.py lacks the method plan."),
        ("weekend.py", LOGIC.replace("int] = 1", "int] = 0"), "needs memory, 0 or more days, and every, 1 or more"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_own_file_is_said_with_place(folder: Path, file: str, text: str, message: str) -> None:
    (folder / file).write_text(text, encoding="utf-8")
    if not message:
        load_scenario(folder / "tea.toml")
        return
    assert message in said(folder, "days = 28", "days = 28")


def test_a_file_may_not_take_the_name_of_a_shipped_preset(folder: Path) -> None:
    (folder / "presets" / "industries" / "rare-online.toml").write_text("price = 1\n", encoding="utf-8")
    message = said(folder, '"tea"', '"rare-online"')
    assert "could be the shipped preset or presets/industries/rare-online.toml. Give the file a name" in message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("bid=3000.0", "bid=1 / 0", "logics.weekend, day 1: line 26: ZeroDivisionError: division by zero."),
        ("discount=self.discount", "discount=2.0", "logics.weekend, day 1: discount = 2.0 is outside 0 … 1."),
        ("ads_per_day=0", "ads_per_day=0.5", "ads_per_day = 0.5 is not a whole number of cents"),
        ("bid=3000.0", "bid=0.0", "bid = 0.0 is not above 0."),
        ("lives_per_week=0.0", "lives_per_week=-1.0", "lives_per_week = -1.0 is below 0."),
        ("value_share=to_all_tiers(", "value_share=list(", "value_share needs 3 channels × 3 tiers"),
        ("(self.value_share,)", '("a",)', "logics.weekend, day 1: TypeError"),
        ("(self.value_share,)", "(1.5,)", "value_share holds 1.5, outside 0 … 1."),
        ("return Plan(", "return dict(", "plan returned dict, not a Plan."),
    ],
)  # fmt: skip
def test_a_plan_that_is_not_possible_stops_the_run(folder: Path, old: str, new: str, message: str) -> None:
    assert old in LOGIC
    (folder / "weekend.py").write_text(LOGIC.replace(old, new), encoding="utf-8")
    tea = load_scenario(folder / "tea.toml")
    with pytest.raises(OwnLogicError) as error:
        run(tea, "weekend", 1)
    assert message in str(error.value)


def test_an_edited_logic_is_loaded_anew(folder: Path) -> None:
    before = load_scenario(folder / "tea.toml")
    (folder / "weekend.py").write_text(LOGIC.replace(">= 5", ">= 6"), encoding="utf-8")
    after = load_scenario(folder / "tea.toml")
    sent = [run(scenario, "weekend", 1).daily["delivered_thread"] > 0 for scenario in (before, after)]
    assert [int(days.sum()) for days in sent] == [8, 4]


def test_an_own_logic_survives_changes_and_pickling(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tea = load_scenario(folder / "tea.toml")
    monkeypatch.chdir("/")  # nothing depends on where one stands
    assert with_changes(tea, {"logics.weekend.calm": 0.1}).logics["weekend"].calm == 0.1  # type: ignore[attr-defined]
    assert with_changes(tea, {}) == tea
    assert pickle.loads(pickle.dumps(tea)) == tea
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer).logics['weekend'].calm)"
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(tea), capture_output=True, check=True)
    assert done.stdout.decode().strip() == "0.25"


def test_a_written_scenario_brings_its_logics_along(folder: Path, tmp_path: Path) -> None:
    tea = load_scenario(folder / "tea.toml")
    twin = folder / "more" / "weekend.py"
    twin.parent.mkdir()
    twin.write_text(LOGIC.replace(">= 5", ">= 6"), encoding="utf-8")
    both = with_changes(tea, {"logics.sunday": {"kind": f"{twin}:Weekend"}})
    out = tmp_path / "out"
    out.mkdir()
    write_scenario(both, out)
    for file in (folder / "weekend.py", twin):
        file.unlink()
    again = load_scenario(out / "scenario.toml")
    assert sorted(file.name for file in out.iterdir()) == ["1-weekend.py", "scenario.toml", "weekend.py"]
    ours, theirs = to_dict(again), to_dict(both)
    kinds = [logic.pop("kind") for tree in (ours, theirs) for logic in tree["logics"].values()]
    assert [kind.rpartition("/")[2] for kind in kinds[:3]] == ["weekend.py:Weekend", "fixed", "1-weekend.py:Weekend"]
    assert ours == theirs
    assert run(again, "weekend", 1).daily.equals(run(both, "weekend", 1).daily)


def test_a_logic_of_an_installed_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "our_logics").mkdir()
    (folder / "our_logics" / "__init__.py").write_text("")
    (folder / "our_logics" / "calm.py").write_text(LOGIC)
    (folder / "tea.toml").write_text(SCENARIO.replace("weekend.py:", "our_logics.calm:"), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    assert load_scenario(folder / "tea.toml").logics["weekend"].kind == "our_logics.calm:Weekend"

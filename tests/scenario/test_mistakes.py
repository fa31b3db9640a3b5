"""Bad files and what is said about them."""
# ruff: noqa: E501 (messages are lines)

from pathlib import Path

import pytest

from sim.scenario import shipped_folder

from .bad_files import CHANNELS, HEAD, KINDS, PLATFORMS, body, said

CASES = {
    "out of range": (
        body("brand.content.quality = 7\n"),
        "s.toml:6:1: brand.content.quality = 7 is outside 0 … 1. Did you mean 0.7?",
    ),
    "per cent": (
        body("[brand]\ntrust = 35\n"),
        "s.toml:7:1: brand.trust = 35 is outside 0.01 … 0.99. Did you mean 0.35?",
    ),
    "visitors without a store": (
        body("store.visitors = 3\n"),
        's.toml:6:1: store.visitors = 3, but deals close online. Write industry.closing = "store", or visitors = 0.',
    ),
    "negative": (
        body("[pool]\n  fans = -20\n"),
        "s.toml:7:3: pool.fans = -20 is outside 0 … 1,000,000,000. Did you mean 20?",
    ),
    "must be above": (
        body("brand = { price = 0 }\n"),
        "s.toml:6:11: brand.price = 0 is not above 0 and at most 1,000,000,000.",
    ),
    "infinite": (
        body("pool.age = inf\n"),
        "s.toml:6:1: pool.age = inf is not a finite number; allowed: 0 … 10,000",
    ),
    "not whole": (body("pool.fans = 2.5\n"), "s.toml:6:1: pool.fans = 2.5 is not a whole number"),
    "text for a number": (
        body('pool.age = "90"\n'),
        's.toml:6:1: pool.age = "90" is not a number. Write it without quotes.',
    ),
    "true for a number": (body("pool.age = true\n"), "s.toml:6:1: pool.age = true is not a number"),
    "number for true": (
        body("brand.certified = 1\n"),
        "s.toml:6:1: brand.certified = 1 is not true or false",
    ),
    "number for a text": (
        body("brand.category = 3\n"),
        "s.toml:6:1: brand.category = 3 is not a text in quotes. Did you mean it in quotes?",
    ),
    "text for a date": (
        body("").replace("2021-08-01", '"2021-08-01"'),
        's.toml:3:1: start = "2021-08-01" is not a date like 2021-08-01. Write it without quotes.',
    ),
    "time for a date": (
        body("").replace("2021-08-01", "2021-08-01T08:00:00"),
        "s.toml:3:1: start = 2021-08-01T08:00:00 is not a date like 2021-08-01",
    ),
    "number for a table": (body("pool = 5\n"), "s.toml:6:1: pool = 5 is not a table"),
    "text for a list": (
        body("").replace('["douyin-2021-07", "wechat-2021-07"]', '"douyin-2021-07"'),
        's.toml:4:1: platforms = "douyin-2021-07" is not a list. Write it in [ ].',
    ),
    "unknown key": (
        body("[pool]\nfan = 3\n"),
        "s.toml:7:1: pool.fan is unknown here. Did you mean fans? Known: fans, trust, customers, used_to_promotion, age, "
        "tiers, channels.",
    ),
    "unknown key of a rule": (
        body("rules.leaving.natrual = 0.1\n"),
        "s.toml:6:1: rules.leaving.natrual is unknown here. Did you mean natural?",
    ),
    "unknown key of a logic": (
        HEAD + "[logics.growth]\ndiscont = 0.1\n",
        "s.toml:7:1: logics.growth.discont is unknown here. Did you mean discount?",
    ),
    "missing": (
        body("").replace("days = 100\n", ""),
        "s.toml:1:1: days is missing. Length of the run: a whole number (days).",
    ),
    "missing logics": (HEAD, "s.toml:1:1: logics is missing. Write [logics.growth] and [logics.depletion]."),
    "no logic": (
        HEAD + "[logics]\n",
        "s.toml:6:2: logics holds no logic. Write [logics.growth] or another one.",
    ),
    "missing in a list": (
        HEAD + '[[logics.x.phases]]\ndiscount = 0.1\n[logics.x]\nkind = "calendar"\n',
        "s.toml:6:3: logics.x.phases[0].from is missing. Write a date like 2021-08-01.",
    ),
    "unknown platform": (
        body("").replace("wechat-2021-07", "wechat"),
        's.toml:4:32: platforms[1] = "wechat" is not the name of a preset. '
        f"Did you mean wechat-2021-07? Presets: {PLATFORMS}.",
    ),
    "platform by number": (
        body("").replace('"wechat-2021-07"', "3"),
        f"s.toml:4:32: platforms[1] = 3 is not a text in quotes. Presets: {PLATFORMS}.",
    ),
    "no platform": (
        body("").replace('["douyin-2021-07", "wechat-2021-07"]', "[]"),
        "s.toml:4:1: platforms = [] is empty; at least one is needed",
    ),
    "unknown industry": (
        body("").replace("frequent-online", "frequent-onlin"),
        's.toml:5:1: industry = "frequent-onlin" is not the name of a preset. Did you mean frequent-online? '
        "Presets: frequent-offline, frequent-online, rare-offline, rare-online.",
    ),
    "unknown kind of logic": (
        HEAD + '[logics.ours]\nkind = "calender"\n',
        's.toml:7:1: logics.ours.kind = "calender" is not a kind of logic. Did you mean calendar? '
        "Kinds: growth, depletion, fixed, calendar, oracle, advisor.",
    ),
    "logic without a kind": (
        HEAD + "[logics.ours]\n",
        "s.toml:6:2: logics.ours needs a kind, since no logic is called ours. "
        "Kinds: growth, depletion, fixed, calendar, oracle, advisor.",
    ),
    "unknown channel of pushes": (
        HEAD + "[logics.growth]\npushes_per_week = { grup = 3 }\n",
        "s.toml:7:21: logics.growth.pushes_per_week.grup: grup is neither a channel of the platforms nor a kind of "
        f"channel. Did you mean group? Allowed: {CHANNELS}, "
        "subscription, group, direct, article.",
    ),
    "unknown channel of the pool": (
        body("[pool.channels]\nwechat = 1\n"),
        f"s.toml:7:1: pool.channels.wechat: wechat is not a channel of the platforms. "
        f"Did you mean wechat-group? Channels: {CHANNELS}.",
    ),
    "unknown channel to change": (
        body("[channels.wecon]\nopen = 0.2\n"),
        f"s.toml:6:2: channels.wecon is not a channel of the platforms. Did you mean wecom? Channels: {CHANNELS}.",
    ),
    "value of a changed channel": (
        body("[channels.wecom]\nopen = 20\n"),
        "s.toml:7:1: channels.wecom.open = 20 is outside 0 … 1. Did you mean 0.2?",
    ),
    "key of a changed channel": (
        body("channels.wecom.opne = 0.2\n"),
        "s.toml:6:1: channels.wecom.opne is unknown here. Did you mean open?",
    ),
    "kind of channel": (
        body('channels.wecom.kind = "dirct"\n'),
        f's.toml:6:1: channels.wecom.kind = "dirct" is not possible. Did you mean direct? Allowed: {KINDS}, pull.',
    ),
    "messages to a homepage": (
        body('channels.homepage = { extends = "homepage", platform = "wechat-2021-07" }\n')
        + "pushes_per_week = { homepage = 1 }\n",
        "s.toml:8:21: logics.growth.pushes_per_week.homepage: fans visit this channel on their own, nothing can be",
    ),
    "messages to all homepages": (
        body("") + "pushes_per_week = { pull = 1 }\n",
        "s.toml:7:21: logics.growth.pushes_per_week.pull: fans visit this channel on their own",
    ),
    "members of a homepage": (
        body('channels.homepage = { extends = "homepage", platform = "wechat-2021-07" }\n')
        + "[pool.channels]\nhomepage = 1\nwecom = 1\n",
        "s.toml:9:1: pool.channels.homepage: fans visit this channel on their own, nobody is a member of it.",
    ),
    "a homepage that tires": (
        body("[channels.wecom]\nkind = 'pull'\n"),
        "wecom has fatigue_weight, but is of kind pull: fans visit it on their own",
    ),
    "nothing but a homepage": (
        body("").replace(
            '["douyin-2021-07", "wechat-2021-07"]', '[{ name = "x", title = "X", channels = ["homepage"] }]'
        ),
        "s.toml:4:1: platforms has no channel through which the brand can reach anybody. Add one.",
    ),
    "two shelves": (
        body("").replace('"wechat-2021-07"', '"shelf-2021", { extends = "shelf-2021", name = "twin" }'),
        "s.toml:4:1: platforms: people search on one platform, not on shelf-2021, twin.",
    ),
    "a share of no searches": (
        body("search = { use = 0 }\n").replace('"wechat-2021-07"', '"shelf-2021"'),
        "s.toml:6:12: search.share = 0.001, but search.use = 0: nobody searches.",
    ),
    "no shelf": (
        body("search.use = 0.5\n"),
        "s.toml:6:1: no platform of this scenario has [search]; its values would change nothing",
    ),
    "channels not a table": (
        body("channels = 3\n"),
        "s.toml:6:1: channels = 3 is not a table. Write [channels.NAME].",
    ),
    "feed without an owner": (
        body("feed.exposures_per_fan = 1\n").replace('"douyin-2021-07", ', ""),
        "s.toml:6:1: no platform of this scenario has [feed]; its values would change nothing",
    ),
    "feed of two owners": (
        body("feed.exposures_per_fan = 1\n").replace('"wechat-2021-07"', '"douyin-2021-07"'),
        "[feed] could belong to any of douyin-2021-07, douyin-2021-07. "
        'Write it into the list: platforms = [{ extends = "NAME", feed.… = … }]',
    ),
    "same channels twice": (
        body("").replace('"wechat-2021-07"', '"douyin-2021-07"'),
        "s.toml:4:1: platforms: 2 channels are called douyin-subscription; give each its own name.",
    ),
    "too many channels": (
        body("").replace('"wechat-2021-07"', '"wechat-2021-07", "wechat-2021-07"'),
        "s.toml:4:1: platforms has 12 channels that fans join; at most 8 are possible. Leave a platform out.",
    ),
    "too many segments": (
        body("".join(f"[segments.s{i}]\nshare = 0.1\n" for i in range(10))),
        "s.toml:6:2: segments has 10 segments; at most 8 are possible. Join some of them.",
    ),
    "shares of segments": (
        body("[segments]\na.share = 0.5\nb.share = 0.4\n"),
        "s.toml:6:2: the shares of segments sum to 0.9, not to 1: a 0.5 + b 0.4. Divide each by 0.9, "
        "or raise one by 0.1.",
    ),
    "shares of tiers": (
        body("pool.tiers.liking = 0.5\n"),
        "s.toml:6:1: the shares of pool.tiers sum to 1.25, not to 1: passer_by 0.7 + liking 0.5 + devoted 0.05. "
        "Divide each by 1.25.",
    ),
    "more fans than users": (
        body("[market]\nusers = 10\n"),
        "s.toml:7:1: pool.fans = 20000 is more than market.users = 10: fans are among the users. "
        "Write market.users = 20000 or more.",
    ),
    "a pool that nobody is in": (
        body("[pool.channels]\nwecom = 0\n"),
        "s.toml:6:2: pool.channels would put nobody into a channel, and pool.fans = 20000. "
        "Write douyin-subscription = 1.0, or pool.fans = 0.",
    ),
    "a pool without channels": (
        body("[pool]\nfans = 9\nchannels = {}\n"),
        "s.toml:8:1: pool.channels is empty: it would put nobody into a channel, and pool.fans = 9. "
        "Write douyin-subscription = 1.0, or pool.fans = 0.",
    ),
    "nobody joins at follow": (
        body("").replace('"douyin-2021-07", ', ""),
        "s.toml:4:1: joins_at_follow is 0 for every channel; it would put nobody into a channel, and "
        "pool.fans = 20000. Add [pool.channels] with wechat-group = 1.0, or write pool.fans = 0.",
    ),
    "nobody can come": (
        body("pool.fans = 0\nfeed.exposures_at_least = 0\n"),
        "s.toml:6:1: pool.fans = 0, and nobody can come: feed.exposures_at_least = 0, and no logic buys ads. "
        "Write pool.fans = 1000.",
    ),
    "nobody can come without a feed": (
        body("pool.fans = 0\n").replace('"douyin-2021-07", ', ""),
        "s.toml:6:1: pool.fans = 0, and nobody can come: no platform has a feed, and no logic buys ads.",
    ),
    "thresholds of one tier": (
        body("[rules.tiers]\nliking_down = 0.7\n"),
        "s.toml:7:1: rules.tiers: liking_down = 0.7 is more than liking_up = 0.6. Lower one or raise the other.",
    ),
    "thresholds of devoted fans": (
        body("[rules.tiers]\ndevoted_down = 3\n"),
        "s.toml:7:1: rules.tiers: devoted_down = 3 is more than devoted_up = 2. Lower one or raise the other.",
    ),
    "tiers in the wrong order": (
        body("[rules.tiers]\ndevoted_up = 0.5\ndevoted_down = 0.5\n"),
        "s.toml:7:1: rules.tiers: liking_up = 0.6 is more than devoted_up = 0.5. Lower one or raise the other.",
    ),
    "lower thresholds in the wrong order": (
        body("[rules.tiers]\ndevoted_down = 0.3\n"),
        "s.toml:7:1: rules.tiers: liking_down = 0.4 is more than devoted_down = 0.3. Lower one or raise the other.",
    ),
    "ads that nobody sells": (
        body("[pool.channels]\nwecom = 1\n").replace('"douyin-2021-07", ', "") + "ads_per_day = 5\n",
        "s.toml:9:1: logics.growth.ads_per_day = 5, but no platform sells ads. Write 0, or add a platform with [ads].",
    ),
    "reinvested in ads that nobody sells": (
        body("[pool.channels]\nwecom = 1\n").replace('"douyin-2021-07", ', "") + "reinvest_ads = 0.1\n",
        "s.toml:9:1: logics.growth.reinvest_ads = 0.1, but no platform sells ads. Write 0, or add a platform with [ads].",
    ),
    "a goal that there is not": (
        HEAD + '[logics.advisor]\nmain_goal = "fame"\n',
        's.toml:7:1: logics.advisor.main_goal = "fame" is not possible. Allowed: fans, conversion.',
    ),
    "a target of a stage that there is not": (
        HEAD + "[logics.advisor]\ntargets = { aktivate = 0.1 }\n",
        "s.toml:7:13: logics.advisor.targets.aktivate is unknown here. Did you mean activate?",
    ),
    "ads of a phase that nobody sells": (
        HEAD.replace('"douyin-2021-07", ', "")
        + '[pool.channels]\nwecom = 1\n[logics.x]\nkind = "calendar"\n[[logics.x.phases]]\nfrom = 2021-08-09\n'
        + "ads_per_day = 5\n",
        "s.toml:12:1: logics.x.phases[0].ads_per_day = 5, but no platform sells ads.",
    ),
    "an empty file": ("", "s.toml:1:1: days is missing. Length of the run: a whole number (days)."),
    "comments only": ("# nothing yet\n", "s.toml:1:1: logics is missing."),
    "category": (
        body('[brand]\ncategory = "cloths"\n'),
        's.toml:7:1: brand.category = "cloths" is not a category of the shops. Did you mean clothing? '
        "Known: clothing, car-supplies, alcohol.",
    ),
    "shop opens late": (
        body("brand.shop_opened = 2022-01-01\n"),
        "s.toml:6:1: brand.shop_opened = 2022-01-01 is after the start of the run. "
        "Write 2021-08-01 or an earlier date.",
    ),
    "discount over its limit": (
        HEAD + "[logics.depletion]\ndiscount = 0.6\n",
        "s.toml:7:1: logics.depletion: discount = 0.6 is more than most_discount = 0.5. Lower one or raise the other.",
    ),
    "step over the limit": (
        HEAD + "[logics.depletion]\ndiscount_step = 0.6\n",
        "s.toml:7:1: logics.depletion: discount_step = 0.6 is more than most_discount = 0.5. "
        "Lower one or raise the other.",
    ),
    "phases reversed": (
        HEAD + '[logics.x]\nkind = "calendar"\nphases = [{from = 2021-09-01}, {from = 2021-08-10}]\n',
        "s.toml:8:33: logics.x.phases[1].from = 2021-08-10 does not come after the phase before it, 2021-09-01. "
        "Sort the phases.",
    ),
    "phase outside the run": (
        HEAD + '[logics.x]\nkind = "calendar"\n[[logics.x.phases]]\nfrom = 2022-08-01\n',
        "s.toml:9:1: logics.x.phases[0].from = 2022-08-01 is outside the run, 2021-08-01 … 2021-11-08.",
    ),
    "channel of a phase": (
        HEAD + '[logics.x]\nkind = "calendar"\n[[logics.x.phases]]\nfrom = 2021-08-09\npushes_per_week.wecmo = 3\n',
        "s.toml:10:1: logics.x.phases[0].pushes_per_week.wecmo: wecmo is neither a channel",
    ),
    "unit": (
        body('pool.age = { value = 3, unit = "months" }\n'),
        's.toml:6:1: pool.age = 3 has the unit "months", but is read in "days". Convert the value.',
    ),
    "trust": (
        body('pool.age = { value = 3, trust = "guessed" }\n'),
        's.toml:6:25: pool.age.trust = "guessed" is not a trust. Known: stated, measured, weak, assumed.',
    ),
    "pedigree": (
        body('pool.age = { value = 3, sorce = "E-1" }\n'),
        "s.toml:6:25: pool.age.sorce is unknown here. Did you mean source? Known: value, unit, source, trust.",
    ),
    "season below zero": (
        body("market.season = -1\n"),
        "s.toml:6:1: market.season = -1 is outside 0 … 100. Did you mean 1?",
    ),
    "series by text": (
        body('market.season = "high"\n'),
        's.toml:6:1: market.season = "high" is not a number',
    ),
    "series with a bad date": (
        body("market.season = { 2021-08-01 = 1, 2021-13-01 = 2 }\n"),
        "s.toml:6:35: market.season.2021-13-01 is not a date like 2021-08-01",
    ),
    "series out of range": (
        body("[brand.content.quality]\n2021-08-01 = 0.5\n2021-09-01 = 5\n"),
        "s.toml:8:1: brand.content.quality.2021-09-01 = 5 is outside 0 … 1. Did you mean 0.5?",
    ),
    "empty series": (
        body("market.season = {}\n"),
        "s.toml:6:1: market.season = {} is empty. Write a number, a table from dates to numbers, or "
        "{ csv = …, column = … }.",
    ),
    "series without a column": (
        body('market.season = { csv = "a.csv" }\n'),
        "s.toml:6:1: market.season.column is missing. Write a text in quotes.",
    ),
    "no CSV": (
        body('market.season = { csv = "a.csv", column = "x" }\n'),
        's.toml:6:19: market.season.csv = "a.csv" does not fit: there is no file a.csv',
    ),
    "extends nothing": (
        'extends = "liqour"\n',
        's.toml:1:1: extends = "liqour": there is no such file, nor a shipped scenario of this name. '
        "Did you mean liquor?",
    ),
    "extends a number": (
        "extends = 3\n" + body(""),
        's.toml:1:1: extends = 3 is not a text in quotes. Write a path like "other.toml".',
    ),
    "extends itself": (
        'extends = "s.toml"\n',
        "s.toml:1:1: extends makes a circle: s.toml → s.toml. Remove one link of it.",
    ),
    "not TOML": ("title = \n", "s.toml:1:9: this is not TOML: invalid value"),
    "key twice": (body("days = 3\n"), "s.toml:6:9: this is not TOML: cannot overwrite a value"),
    "ends too soon": ('title = "a\n', "s.toml:1:11: this is not TOML: illegal character '\\n'"),
    "not UTF-8": (
        b'# \xe9\ntitle = "caf\xe9"\n',
        "s.toml:1:3: byte 0xe9 is not UTF-8. Save the file as UTF-8.",
    ),
    "a long value": (body(f'pool.age = "{"x" * 100}"\n'), f'pool.age = "{"x" * 58}… is not a number'),
    "columns count characters": (
        body('brand = { category = "酒", trust = 2 }\n'),
        "s.toml:6:27: brand.trust = 2 is outside 0.01 … 0.99. Did you mean 0.2?",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named_with_its_place_and_a_remedy(case: str, tmp_path: Path) -> None:
    text, message = CASES[case]
    assert message in said(tmp_path, text)


def test_all_mistakes_at_once_sorted_by_position(tmp_path: Path) -> None:
    text = body('[brand]\ntrust = 2\n[pool]\nfans = "many"\nage = -1\ntiers.liking = 0.5\n[channels.x]\n')
    assert [line.split(": ")[0] for line in said(tmp_path, text).splitlines()] == [
        "s.toml:7:1",
        "s.toml:9:1",
        "s.toml:10:1",
        "s.toml:11:1",
        "s.toml:12:2",
    ]


def test_a_mistake_in_an_extended_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(body("pool.age = -1\n"))
    text = 'extends = "base.toml"\npool.fans = -2\n'
    assert said(tmp_path, text).splitlines() == [
        "base.toml:6:1: pool.age = -1 is outside 0 … 10,000. Did you mean 1?",
        "s.toml:2:1: pool.fans = -2 is outside 0 … 1,000,000,000. Did you mean 2?",
    ]


def test_a_longer_circle(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('extends = "b.toml"\n')
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n')
    said_of = said(tmp_path, 'extends = "a.toml"\n')
    assert said_of == "b.toml:1:1: extends makes a circle: a.toml → b.toml → a.toml. Remove one link of it."


LIQUOR = str(shipped_folder() / "liquor.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[market]\nusers = 100\n",
            "s.toml:3:1: pool.fans = 20000 is more than market.users = 100: fans are among the users.",
        ),
        ("start = 2021-07-01\n", "s.toml:2:1: brand.shop_opened = 2021-08-01 is after the start of the run."),
        (
            'platforms = ["wechat-2021-07"]\n',
            "s.toml:2:1: pool.channels.douyin-group: douyin-group is not a channel of the platforms. "
            f"Channels: wechat-group, wecom, official-account, moments, wechat-contact. (pool.channels.douyin-group is set in {LIQUOR}:",
        ),
        ('platforms = ["wechat-2021-07"]\n', 's.toml:2:1: brand.category = "alcohol" is not a category'),
        ('platforms = ["wechat-2021-07"]\n', "s.toml:2:1: no platform of this scenario has [feed]"),
        ("feed.exposures_at_least = 0\npool.fans = 0\n", "s.toml:3:1: pool.fans = 0, and nobody can come"),
        ("pool.fans = 0\n", "s.toml:2:1: pool.fans = 0, and nobody can come"),
        ("[logics.depletion]\nmost_discount = 0.1\n", "s.toml:3:1: logics.depletion: discount = 0.2 is more than"),
    ],
)
def test_what_contradicts_an_inherited_value_stands_in_the_file_of_the_user(
    text: str, message: str, tmp_path: Path
) -> None:
    assert message in said(tmp_path, f'extends = "{LIQUOR}"\n{text}')


def test_the_outermost_of_several_files_that_set_a_value(tmp_path: Path) -> None:
    (tmp_path / "middle.toml").write_text('extends = "liquor"\n[pool]\nfans = 500\n')
    text = 'extends = "middle.toml"\nquestion = "Why?"\nmarket.users = 100\n'
    assert said(tmp_path, text).startswith("s.toml:3:1: pool.fans = 500 is more than")
    (tmp_path / "inner.toml").write_text('extends = "liquor"\n[market]\nusers = 20_000\n')
    (tmp_path / "middle.toml").write_text('extends = "inner.toml"\n[pool]\nfans = 30_000\n')
    assert said(tmp_path, 'extends = "middle.toml"\n').startswith("middle.toml:3:1: pool.fans = 30000")

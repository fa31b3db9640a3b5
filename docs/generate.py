"""Write the pages of this folder that follow from declarations in the code, or check that they are current.

python docs/generate.py           writes parameters.md, observables.md, shipped.md, glossary.md and coverage.md
python docs/generate.py --check   exit 1 and the names of the pages that are out of date
"""

import inspect
import sys
import tomllib
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim import domains
from sim.domains import chinese, word
from sim.logics import LOGICS
from sim.observables import ADVICE_COLUMNS, COHORT_COLUMNS, FLOW_COLUMNS, observables
from sim.parameters import Series
from sim.scenario import assumptions, load_scenario, shipped_scenarios
from sim.scenario.fields import Declared, declaration, fields_of
from sim.scenario.reach import Ads, Feed
from sim.scenario.rivals import OWN
from sim.scenario.schema import Channel, ExternalSource, Industry, Network, Rival, Scenario, Search, Segment, Shop

FOLDER = Path(__file__).parent
MADE = "<!-- Made by docs/generate.py from the code. Change the code, then run: python docs/generate.py -->"
_NAMING = ("name", "kind", "title", "question")
_OF_PLATFORMS = ("channels.", "feed.", "ads.", "shop.", "search.")

Row = tuple[str, ...]


def table(head: Row, rows: list[Row]) -> list[str]:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join((cell or "–").replace("|", "\\|") for cell in row) + " |" for row in rows)]


def shown(value: Any) -> str:
    """A value as a scenario file would write it, roughly."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return f"{value:,.10g}".replace(",", "_") if abs(value) >= 10_000 else f"{value:.10g}"
    if isinstance(value, Series):
        first, *more = value.steps
        return shown(first[1]) if not more else "by date"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {shown(item)}" for key, item in value.items()) + " }" if value else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(shown(_given(item)) for item in value)}]"
    return str(value)


def _given(item: Any) -> Any:
    """An entry of a list of tables with what it says; a phase leaves all else as it was before."""
    return {key: value for key, value in item.items() if value is not None} if isinstance(item, dict) else item


def _leaves(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, Declared]]:
    for name, known in fields_of(model).items():
        if name in _NAMING:
            continue
        at = f"{prefix}{name}"
        if isinstance(known.type, type) and issubclass(known.type, BaseModel):
            yield from _leaves(known.type, f"{at}.")
        elif known.type is tuple:
            inner = declaration(known.item)
            if isinstance(inner.type, type) and issubclass(inner.type, BaseModel):
                yield from _leaves(inner.type, f"{at}[].")
            else:
                yield at, known
        else:
            yield at, known


def _row(name: str, known: Declared) -> Row:
    item = declaration(known.item) if known.type in (dict, tuple) else known
    meaning = known.meaning or item.meaning
    allowed = ""
    if item.type in (float, int, Series):
        allowed = item.range
    elif item.choices or item.type is tuple:
        allowed = ", ".join(item.choices or declaration(item.item).choices)
    elif item.type is bool:
        allowed = "true, false"
    default = "**required**" if known.required else shown(known.default)
    key = f"`{name}.NAME`" if known.type is dict else f"`{name}`"
    kind = " (may change in time)" if known.type is Series else ""
    return (key, known.unit or item.unit, default, allowed, known.source or item.source, known.trust or item.trust,
            meaning + kind)  # fmt: skip


HEAD = ("name in files", "unit", "default", "allowed", "source", "trust", "meaning")


def parameters() -> str:
    """The page of all parameters."""
    lines = [
        "# Parameters",
        "",
        MADE,
        "",
        "Every parameter is declared once, beside the rule or logic that uses it; the schema of scenario files, the",
        "messages about mistakes and this page are made from the declaration. *Source* names a row of the project's",
        "evidence: `E-…` source documents, `M…` mechanisms, `V…` and `L…` patterns; `details` and `model` are the",
        "design. *Trust* says how good the source is: `stated` in a source document, `measured` from data, `weak`, or",
        "`assumed`. The defaults of channels, feeds, ads, shops and industries are the schema's; presets set most of",
        "them. What holds in a given file, and which line or preset said so, is printed by `sanyu show FILE`. Values",
        "with the unit 1/month or 1/week become rates per day where they are used (a month is 30.4375 days). The unit",
        "¥ stands for the currency of the scenario; nothing is converted.",
        "",
    ]
    sections: list[tuple[str, str, list[tuple[str, Declared]]]] = []
    whole = fields_of(Scenario)
    plain = [(name, known) for name, known in whole.items() if name in ("days", "start", "currency")]
    sections.append(("The run", "", plain))
    for name in ("market", "brand", "pool", "costs", "service", "store"):
        sections.append((f"[{name}]", "", list(_leaves(whole[name].type, f"{name}."))))
    for title, model, prefix, note in (
        ("[industry]", Industry, "industry.", "Name a preset, or start from one with `extends`."),
        ("[segments.NAME]", Segment, "segments.NAME.", "At most 8; their shares sum to 1."),
        (
            "[rivals.NAME]",
            Rival,
            "rivals.NAME.",
            "Another brand in the market. `brand`, `pool`, `costs`, `service` and `store` are tables as above; `logic` "
            "is one of the tables below, or the name of a logic of the file.",
        ),
        ("[network]", Network, "network.", "Without this table fans do not invite their friends."),
        ("[sources.NAME]", ExternalSource, "sources.NAME.", "Sources of people beyond feed and ads; at most 8."),
        ("[channels.NAME]", Channel, "channels.NAME.", "Changes a channel of a platform. At most 8 in all."),
        ("[feed]", Feed, "feed.", "Changes the feed of the one platform that has one."),
        ("[ads]", Ads, "ads.", "Changes the ad auction of the one platform that has one."),
        ("[shop]", Shop, "shop.", "Changes the shop of the one platform that has one."),
        ("[search]", Search, "search.", "Changes the search of the one platform that has one."),
    ):
        own = [] if model is not Rival else [f"{prefix}{name}." for name in (*OWN, "logic")]
        leaves = [leaf for leaf in _leaves(model, prefix) if not leaf[0].startswith(tuple(own))]
        sections.append((title, note, leaves))
    for name, known in fields_of(whole["rules"].type).items():
        sections.append((f"[rules.{name}]", f"Used by `sim/rules`; {inspect.getdoc(known.type)}",
                         list(_leaves(known.type, f"rules.{name}."))))  # fmt: skip
    for kind, model in LOGICS.items():
        sections.append((f"[logics.NAME], kind = \"{kind}\"", inspect.getdoc(model) or "",
                         list(_leaves(model, "logics.NAME."))))  # fmt: skip
    for title, note, leaves in sections:
        lines += [f"## `{title}`" if title.startswith("[") else f"## {title}", ""]
        if note:
            lines += [" ".join(note.split()), ""]
        lines += table(HEAD, [_row(name, known) for name, known in leaves])
        lines.append("")
    return "\n".join(lines)


def columns() -> str:
    """The page of all observables."""
    found = observables(("CHANNEL",), ("SEGMENT",))
    lines = [
        "# Observables",
        "",
        MADE,
        "",
        "The columns of `daily.parquet` and of `Run.daily`, one row per day. Money is in integer cents (分) of the",
        "scenario's currency. Rows",
        "whose name ends in `_CHANNEL` or `_SEGMENT` stand once for each channel or segment of the scenario, with",
        "hyphens written as underscores (`delivered_douyin_group`). Units and meanings are in the Parquet metadata",
        "too. A published column name never changes its meaning.",
        "",
        *table(("name", "unit", "meaning", "中文"), [(f"`{o.name}`", o.unit, o.meaning, o.zh) for o in found]),
        "",
        "## Other tables",
        "",
        "In a folder of results the tables of several runs stand below each other; the columns `logic` and",
        "`replication` come first.",
        "",
        f"- `flows.parquet` (`Run.flows`): {', '.join(f'`{name}`' for name in FLOW_COLUMNS)}. Movements between the",
        "  domains `public`, `commercial` and `private`; `untouched` are people without a row until that day.",
        f"- `cohorts.parquet` (`Run.cohorts`): {', '.join(f'`{name}`' for name in COHORT_COLUMNS)}. Followers left",
        "  at the end of a calendar month, by the month in which they followed; `pool` followed before day 0.",
        f"- `advice.parquet` (`Run.advice`), if there was any: {', '.join(f'`{name}`' for name in ADVICE_COLUMNS)}.",
        "  Small tasks: when each was proposed, for which stage of the loop, that stage's rate and target in the units",
        "  of the columns `stage_…`, and whether it was done; empty while its week was not over.",
        "- `rivals.parquet` (`Run.rivals_daily`), if there are other brands: `brand`, then the columns of",
        "  `daily.parquet`.",
        "",
    ]
    return "\n".join(lines)


def _plain(default: Any) -> Any:
    return default.model_dump(by_alias=True) if isinstance(default, BaseModel) else default


def shipped() -> str:
    """The page of what differs between the shipped scenarios."""
    names = shipped_scenarios()
    values: dict[str, dict[str, str]] = {}
    for name in names:
        for a in assumptions(name):
            if not a.key.startswith("logics."):
                values.setdefault(a.key, {})[name] = shown(a.value) or "none"
    rows = [
        (f"`{key}`", *(by_name.get(name, "–") for name in names))
        for key, by_name in values.items()
        if len({by_name.get(name, "–") for name in names}) > 1
        and (not key.startswith(_OF_PLATFORMS) or len(set(by_name.values())) > 1)
    ]
    platforms = [", ".join(p.name for p in load_scenario(name).platforms) for name in names]
    rows.insert(0, ("`platforms`", *platforms))
    rows.insert(1, ("`currency`", *(load_scenario(name).currency for name in names)))
    lines = [
        "# What differs between the shipped scenarios",
        "",
        MADE,
        "",
        "Everything else is the same in all of them, all behavioural parameters included, apart from what",
        "comes with a platform that a scenario does not use. A dash: the scenario has no such value.",
        "Who leads in each, by which elements, and who leads with the same money: [fairness.md](fairness.md).",
        "",
    ]
    lines += table(("value", *names), rows)
    lines += ["", "## Logics", ""]
    for name in names:
        scenario = load_scenario(name)
        lines += [f"### {name}", "", scenario.question, ""]
        logic_rows: list[Row] = []
        for logic_name, logic in scenario.logics.items():
            given = [
                f"`{key} = {shown(value)}`"
                for key, value in logic.model_dump(by_alias=True).items()
                if key != "kind" and value != _plain(fields_of(type(logic))[key].default)
            ]
            logic_rows.append((f"`{logic_name}`", logic.kind, ", ".join(given) or "all defaults"))
        lines += [*table(("logic", "kind", "what differs from the kind's defaults"), logic_rows), ""]
    return "\n".join(lines)


FIELD: tuple[Row, ...] = (
    ("private domain", "私域", "the people whom a brand can reach at will: its followers"),
    ("public domain", "公域", "everyone on a platform; met through the feed or a search"),
    ("commercial domain", "商域", "people met through paid impressions"),
    ("growth logic", "增长逻辑", "light touch, serve, close: few messages, useful content first"),
    ("depletion logic", "消耗逻辑", "promotion as often as it goes, until fans leave; the lost are bought back"),
    ("light touch → serve → close", "轻触达、能服务、终成交", "the three steps of the growth logic"),
    ("push", "推送", "one message that the brand sends in one channel"),
    ("push frequency", "推送频率", "pushes per week, by channel and tier"),
    ("value message", "价值内容", "a message meant to be useful to the fan"),
    ("promotion", "促销", "a message that wants to sell; the notice of a live counts as one"),
    ("value share", "价值内容占比", "share of value messages among pushes"),
    ("quota", "配额", "messages that a platform allows per fan and calendar month"),
    ("fatigue, load", "疲劳、负荷", "what messages leave behind; load is fatigue relative to the fan's own tolerance"),
    ("trust", "信任", "slow clock of the relationship, 0 … 1"),
    ("intimacy", "亲密度", "recent engagement; decides the tier"),
    ("potential fan", "潜在粉丝", "a person who does not follow"),
    (
        "shelf",
        "货架",
        "a platform on which people find goods (人找货) by search; in a feed goods find people (货找人)",
    ),
    ("repurchase intent", "复购心智", "one who has bought looks for the brand again when in need, without a message"),
    ("win-back", "召回", "a person who followed before and follows again"),
    ("live", "直播", "a livestream; it announces itself in channels with `live_notice`"),
    ("user profile group", "画像", "a segment of users"),
    ("feedback to the public domain", "反哺", "active fans raise the brand's weight in the feed"),
    (
        "traffic pool",
        "流量池",
        "plays that the feed gives to a content at once; what does well is promoted to a larger one",
    ),
    ("cold start", "冷启", "active group members give a live or a new content its first views"),
    ("head", "头部", "the fifth of accounts with most plays; head contents are those in the largest pools"),
    ("retargeting", "再营销", "ads for people who clicked within 30 days and do not follow"),
    ("operating value", "经营值", "100 × organic weight"),
    ("popularity value", "人气值", "100 × ln(1 + followers)"),
    ("certification mark", "蓝V认证", "the platform's mark of a verified business"),
    ("GMV", "成交额", "orders net of discount"),
    ("contribution", "贡献毛利", "GMV − goods − commission − message fees − incentives"),
    ("margin", "利润", "contribution − ads − content − service − sources"),
    ("crossover day", "交叉日", "first day from which one logic's cumulative margin stays ahead"),
    ("repurchase", "复购", "an order by a person who has ordered before"),
    ("lead", "留资", "contact data left for a deal that closes in a store"),
    ("qualified lead", "有效线索", "a lead that has been answered and means it; its decision is open"),
    ("lead card", "留资卡片", "the form by which one who does not follow leaves contact data"),
    ("promise", "时效承诺", "the time within which nine in ten contacts shall be answered"),
    ("service seat", "客服席位", "one who answers, full time"),
    ("leakage", "私下成交", "closing a deal off the platform to save its commission"),
    ("fission, referral", "裂变", "fans who bring fans, by invitations along their friendships"),
    ("invitation", "邀请", "a fan's share that reaches a friend who had not been asked before"),
    ("incentive, reward", "激励", "paid for every person brought; brings more people, and less attached ones"),
    ("super users", "超级用户", "a segment that shares more than others"),
    ("word of mouth", "口碑", "what fans and buyers tell others"),
    ("partner", "合作伙伴", "one who shows the brand to the members of their own private domain"),
    ("conformity", "从众", "to follow or buy because many did (从数), or because an authority does (从权)"),
    ("loop", "闭环", "acquire, deposit, activate, convert, repurchase, fission, and again"),
    ("loop gain R_fan", "循环增益", "joins that fans cause per fan who leaves; above 1 a pool grows by itself"),
    ("reach", "触达", "noticed exposures, paid impressions and messages delivered"),
    ("small task", "小任务", "what an operator takes on for a week; a platform may pay for it with traffic"),
    ("smart operation", "智慧经营", "goals, and tasks for the weakest stage of the loop"),
    ("rival", "竞争品牌", "another brand in the same market, which shares people with the scenario's own"),
    ("shared fans", "重合粉丝", "people who follow several of the brands"),
    ("spillover", "疲劳外溢", "share of the fatigue from other brands' messages that is felt towards this one"),
    ("matching by segment", "分层匹配", "frequency, content and weekdays that fit the kind of user"),
    ("upper bound", "上限", "what the `oracle` earns, which sees what no operator can"),
)


def glossary() -> str:
    """The page of words."""
    lines = ["# Glossary", "", MADE, "", "## Words of the field", ""]
    lines += table(("English", "中文", "meaning"), list(FIELD))
    lines += ["", "## Kinds of things, as code and columns write them", ""]
    kinds = [
        kind
        for kind in vars(domains).values()
        if inspect.isclass(kind) and issubclass(kind, IntEnum) and kind is not IntEnum
    ]
    source = Path(domains.__file__).read_text(encoding="utf-8").splitlines()
    for kind in kinds:
        lines += [f"### {kind.__name__}", "", (inspect.getdoc(kind) or "").splitlines()[0], ""]
        rows = []
        for member in kind:
            line = next((text for text in source if text.strip().startswith(f"{member.name} = ")), "")
            rows.append((f"`{word(member)}`", chinese(member), line.partition("#")[2].strip()))
        lines += [*table(("word", "中文", "meaning"), rows), ""]
    return "\n".join(lines)


def _changes(values: dict[str, Any]) -> str:
    return ", ".join(f"`{key} = {shown(value)}`" for key, value in values.items())


def _where(given: dict[str, Any] | None = None) -> str:
    """What else holds on both sides of an effect."""
    return f", where {_changes(given)}" if given else ""


def coverage() -> str:
    """The page of the evidence's rows: where each lives, what shows it."""
    rows = tomllib.loads((FOLDER / "coverage.toml").read_text("utf-8"))
    lines = [
        "# Coverage of the evidence",
        "",
        "<!-- Made by docs/generate.py from coverage.toml. Change that file, then run: python docs/generate.py -->",
        "",
        "Every system, rule and figure of the source documents, where it lives in Sanyu, and what shows it: a pattern",
        "of `sanyu validate`, a file of tests, or an effect. An effect is a change of values in a shipped scenario",
        "(made small) after which the observable moves as stated, people and luck being the same; *where* says what",
        "else was set on both sides. `tests/evidence` asserts every one.",
        "Rows tagged CTX are context only, for the reason given.",
        "",
    ]
    found: list[Row] = []
    for name, row in rows.items():
        places = [f"`{place.replace('#', ' · ')}`" for place in row.get("where", ())]
        proofs = [proof if proof.startswith(("V", "L", "E-")) else f"`{proof}`" for proof in row.get("shown", ())]
        effects = [
            f"{scenario}{_where(*given)}: {_changes(changes)} → `{seen}` {way}"
            for scenario, _, changes, seen, way, *given in row.get("effects", ())
        ]
        found.append((name, row["item"], row["zh"], " ".join(row["tags"]), "<br>".join(places),
                      "<br>".join([", ".join(proofs), *effects]) if proofs else row.get("why", "–")))  # fmt: skip
    lines += table(("row", "item", "中文", "kind", "lives in", "shown by"), found)
    missing = [f"E-{n}" for n in range(1, 115) if f"E-{n}" not in rows]
    if missing:
        lines += ["", f"Without a place in this table so far: {', '.join(missing)}."]
    return "\n".join([*lines, ""])


PAGES = {
    "parameters.md": parameters,
    "observables.md": columns,
    "shipped.md": shipped,
    "glossary.md": glossary,
    "coverage.md": coverage,
}


def stale() -> list[str]:
    """Names of pages that are not what the code says now."""
    return [
        name
        for name, make in PAGES.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != make()
    ]


def main() -> None:
    """Write the pages, or with --check only compare them."""
    if "--check" in sys.argv[1:]:
        old = stale()
        sys.exit(f"out of date: {', '.join(old)}. Run: python docs/generate.py" if old else 0)
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()

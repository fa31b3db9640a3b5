"""Every reported quantity, once: name, unit, meaning, Chinese name, and how it follows from the ledger of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.domains import TIERS, Cause, Domain, Lifecycle, Source, Tier, chinese, word
from sim.rules.numbers import FIXED_POINT
from sim.rules.tally import LOAD_BINS, NO_CHANNEL, TRUST_BINS, UNTOUCHED, block

Column = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The book of a run: integers by day.

    tallies      [D, K] int64, counters of ``sim.rules.tally``
    ad_spend     [D] int64, cents
    content      [D] int64, cents: items and lives
    fees         [D] int64, cents: message fees
    sources      [D] int64, cents: what sources beyond feed and ads cost
    impressions  [D] int64
    exposures    [D] int64, noticed organic exposures of people without a row, rounded
    weight       [D] float64, organic weight W/W₀ (the operating value, 经营值, is 100 · W/W₀)
    pushes       [D, C] float64, planned pushes per week, mean over tiers
    value_share  [D, C] float64, planned, mean over tiers
    quality, discount, lives  [D] float64
    initial_fans, initial_members [C]: the pool before day 0
    channels     names [C];  segments names [S]
    """

    tallies: npt.NDArray[np.int64]
    ad_spend: npt.NDArray[np.int64]
    content: npt.NDArray[np.int64]
    fees: npt.NDArray[np.int64]
    sources: npt.NDArray[np.int64]
    impressions: npt.NDArray[np.int64]
    exposures: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]
    pushes: npt.NDArray[np.float64]
    value_share: npt.NDArray[np.float64]
    quality: npt.NDArray[np.float64]
    discount: npt.NDArray[np.float64]
    lives: npt.NDArray[np.float64]
    initial_fans: int
    initial_members: tuple[int, ...]
    channels: tuple[str, ...]
    segments: tuple[str, ...]

    def of(self, name: str) -> npt.NDArray[np.int64]:
        """Counters of a block by day, shape [D, size of the block]."""
        return np.stack([block(row, name) for row in self.tallies])

    def one(self, name: str) -> npt.NDArray[np.int64]:
        """A single counter by day, shape [D]."""
        return self.of(name)[:, 0]

    @property
    def contribution(self) -> npt.NDArray[np.int64]:
        """Sales net of discount − goods − commission − message fees − incentives, cents by day."""
        costs = self.one("GOODS") + self.one("COMMISSION") + self.one("INCENTIVES") + self.fees
        return self.of("GMV").sum(axis=1) - costs

    @property
    def margin(self) -> npt.NDArray[np.int64]:
        """Contribution − ads − content − sources, cents by day."""
        return self.contribution - self.ad_spend - self.content - self.sources


@dataclass(frozen=True, slots=True)
class Observable:
    """A reported quantity.

    name     column name; money columns are in cents and say so in the unit
    value    its daily values from the ledger, shape [D]
    """

    name: str
    unit: str
    meaning: str
    zh: str
    value: Callable[[Ledger], Column]


def _ratio(a: Column, b: Column) -> Column:
    return np.divide(a, b, out=np.zeros(len(a)), where=b > 0)


def _followers(ledger: Ledger) -> Column:
    return ledger.of("ROWS")[:, Domain.PRIVATE]


def _mean(name: str) -> Callable[[Ledger], Column]:
    return lambda ledger: _ratio(ledger.one(name) / FIXED_POINT, _followers(ledger))


def _quantile(name: str, q: float, width: float) -> Callable[[Ledger], Column]:
    """Quantile from an integer histogram, linear within a bin."""

    def value(ledger: Ledger) -> Column:
        counts = ledger.of(name)
        cumulative = counts.cumsum(axis=1)
        target = q * cumulative[:, -1]
        at = np.minimum((cumulative < target[:, None]).sum(axis=1), counts.shape[1] - 1)
        rows = np.arange(len(counts))
        inside = counts[rows, at]
        before = cumulative[rows, at] - inside
        quantile: Column = (at + _ratio(target - before, inside)) * width
        return quantile

    return value


def _count(name: str, index: int = 0) -> Callable[[Ledger], Column]:
    return lambda ledger: ledger.of(name)[:, index]


def _sum(name: str) -> Callable[[Ledger], Column]:
    return lambda ledger: ledger.of(name).sum(axis=1)


def _flow(source: int, target: int) -> Callable[[Ledger], Column]:
    return _count("FLOW", 3 * source + target)


def _common() -> list[Observable]:
    o = Observable
    found = [
        o("fans_private", "fans", "Followers whom the brand can reach, at the end of the day", "私域粉丝", _followers),
        o(
            "fans_commercial",
            "people",
            "People who clicked a paid impression within 30 days and do not follow",
            "商域人数",
            _count("ROWS", Domain.COMMERCIAL),
        ),
        o(
            "fans_public",
            "people",
            "People who have responded before and are met only in the feed",
            "公域已知人数",
            _count("ROWS", Domain.PUBLIC),
        ),
    ]
    found += [o(f"fans_{word(t)}", "fans", f"Followers of tier {word(t)}", chinese(t), _count("TIER", t)) for t in Tier]
    found += [
        o(f"lifecycle_{word(s)}", "people", f"People in lifecycle stage {word(s)}", chinese(s), _count("LIFECYCLE", s))
        for s in Lifecycle
    ]
    found += [
        o("joins", "fans/day", "People who began to follow, win-backs included", "新增粉丝", _sum("JOINS")),
        *[
            o(f"joins_{word(s)}", "fans/day", f"People who began to follow from {word(s)}", f"新增粉丝·{chinese(s)}", _count("JOINS", s))
            for s in Source
            if s != Source.POOL
        ],
        o("win_backs", "fans/day", "People who followed before and follow again", "召回粉丝", _count("WIN_BACKS")),
        o("exits", "fans/day", "Followers who left the private domain", "流失粉丝", _sum("EXITS")),
        *[o(f"exits_{word(c)}", "fans/day", f"Followers who left: {word(c)}", f"流失·{chinese(c)}", _count("EXITS", c)) for c in Cause],
        o("touches", "touches/day", "Feed or ad touches of known people who do not follow", "再次触达", _count("TOUCHES")),
        o("ad_clicks", "clicks/day", "Clicks on ads", "广告点击", _count("AD_CLICKS")),
        o("impressions", "impressions/day", "Paid impressions", "广告曝光", lambda g: g.impressions),
        o("exposures", "exposures/day", "Noticed organic exposures", "自然曝光", lambda g: g.exposures),
        o("cpm", "cents per 1,000", "Price of 1,000 paid impressions", "千次曝光成本", lambda g: _ratio(1000.0 * g.ad_spend, g.impressions)),
        o("delivered", "messages/day", "Messages delivered", "送达消息", _sum("DELIVERED")),
        o("opened", "messages/day", "Messages opened", "打开消息", _sum("OPENED")),
        o("blocked", "messages/day", "Messages stopped by a quota", "配额拦截", _sum("BLOCKED")),
        o("mutes", "mutes/day", "Channels muted", "屏蔽", _sum("MUTES")),
        o("useful_openings", "events/day", "Opened value messages that earned trust", "有用打开", _count("VALUE_EVENTS")),
        o("annoyed_openings", "events/day", "Opened promotions that cost trust", "反感打开", _count("PROMOTION_EVENTS")),
        o("watches", "views/day", "Lives watched by followers", "直播观看", _count("WATCHES")),
        o("live_minutes", "min/day", "Minutes of lives watched by followers", "直播观看分钟", _count("LIVE_MINUTES")),
        o("tier_ups", "fans/day", "Rises of tier", "升层", _count("TIER_UPS")),
        o("tier_downs", "fans/day", "Falls of tier", "降层", _count("TIER_DOWNS")),
        o("active_share", "–", "Share of followers who opened something today", "粉丝日活率", lambda g: _ratio(g.one("ACTIVE"), _followers(g))),
        o("needs", "needs/day", "Needs that arose", "需求", _count("NEEDS")),
        o("impulses", "orders/day", "Orders by impulse", "冲动下单", _count("IMPULSES")),
        o("orders", "orders/day", "Orders", "订单", _sum("ORDERS")),
        o("orders_followers", "orders/day", "Orders of followers", "粉丝订单", _count("ORDERS_FOLLOWERS")),
        o("orders_first", "orders/day", "First orders of a person", "首单", _count("ORDERS_FIRST")),
        o("orders_live", "orders/day", "Orders in a live", "直播订单", _count("ORDERS_LIVE")),
        o("orders_no_channel", "orders/day", "Orders that no message sold", "自然订单", _count("ORDERS", NO_CHANNEL)),
        o("disappointments", "orders/day", "Orders below expectation", "失望订单", _count("DISAPPOINTMENTS")),
        o("list_value", "cents/day", "Orders at list price", "原价金额", _count("LIST_VALUE")),
        o("gmv", "cents/day", "Orders net of discount (GMV)", "成交额", _sum("GMV")),
        o("gmv_followers", "cents/day", "GMV of followers", "粉丝成交额", _count("GMV_FOLLOWERS")),
        o("gmv_first", "cents/day", "GMV of first orders", "首单成交额", _count("GMV_FIRST")),
        o("gmv_no_channel", "cents/day", "GMV that no message sold", "自然成交额", _count("GMV", NO_CHANNEL)),
        o("goods", "cents/day", "Cost of goods", "商品成本", _count("GOODS")),
        o("commission", "cents/day", "Commission of platforms", "平台佣金", _count("COMMISSION")),
        o("fees", "cents/day", "Message fees", "消息费用", lambda g: g.fees),
        o("contribution", "cents/day", "GMV − goods − commission − fees − incentives", "贡献毛利", lambda g: g.contribution),
        o("ad_spend", "cents/day", "Ads", "广告费", lambda g: g.ad_spend),
        o("content_cost", "cents/day", "Content items and lives", "内容成本", lambda g: g.content),
        o("margin", "cents/day", "Contribution − ads − content − sources", "利润", lambda g: g.margin),
        o("margin_cum", "cents", "Cumulative margin", "累计利润", lambda g: g.margin.cumsum()),
        o("margin_cum_discounted", "cents", "Cumulative margin discounted at 8 % a year", "累计利润（折现）", lambda g: (g.margin * 1.08 ** (-np.arange(len(g.margin)) / 365.25)).cumsum()),
        o("gmv_cum", "cents", "Cumulative GMV", "累计成交额", lambda g: g.of("GMV").sum(axis=1).cumsum()),
        o("trust_mean", "–", "Mean trust of followers", "平均信任", _mean("TRUST_SUM")),
        *[o(f"trust_p{p}", "–", f"Trust of followers, {p} % quantile", f"信任 {p}% 分位", _quantile("TRUST_BIN", p / 100, 1 / TRUST_BINS)) for p in (10, 50, 90)],
        o("fatigue_mean", "messages", "Mean fatigue of followers, weighted messages", "平均疲劳", _mean("FATIGUE_SUM")),
        o("load_mean", "–", "Mean load of followers (weighted messages ÷ tolerance)", "平均负荷", _mean("LOAD_SUM")),
        *[o(f"load_p{p}", "–", f"Load of followers, {p} % quantile (at most {LOAD_BINS / 10:g})", f"负荷 {p}% 分位", _quantile("LOAD_BIN", p / 100, 0.1)) for p in (10, 50, 90)],
        o("intimacy_mean", "–", "Mean intimacy of followers", "平均亲密度", _mean("INTIMACY_SUM")),
        o("operating_value", "–", "Operating value: 100 × organic weight", "经营值", lambda g: 100.0 * g.weight),
        o("popularity_value", "–", "Popularity value: 100 × ln(1 + followers)", "人气值", lambda g: 100.0 * np.log1p(_followers(g))),
        o("quality", "–", "Content quality", "内容质量", lambda g: g.quality),
        o("discount", "–", "Discount in promotions", "折扣", lambda g: g.discount),
        o("lives", "lives/day", "Lives", "直播场次", lambda g: g.lives),
        o("shares", "shares/day", "Followers who shared the brand with a friend", "分享", _count("SHARES")),
        o("shares_rewarded", "shares/day", "Shares that the reward brought about", "奖励带来的分享", _count("REWARDED_SHARES")),
        o("invitations", "invitations/day", "Shares that reached a friend not asked before", "邀请", _count("INVITATIONS")),
        o("invitations_known", "invitations/day", "Invitations that met somebody known already", "邀请到的老用户", _count("INVITED_KNOWN")),
        o("joins_invited", "fans/day", "People whom fans brought: joins by invitation, with or without a reward", "粉丝带来的新粉", lambda g: g.of("JOINS")[:, [Source.INVITATION, Source.REWARD]].sum(axis=1)),
        o("incentives", "cents/day", "Rewards paid for people brought", "激励费用", _count("INCENTIVES")),
        o("sources_cost", "cents/day", "Cost of sources beyond feed and ads", "外部来源费用", lambda g: g.sources),
        o("flow_untouched_private", "people/day", "First response: began to follow", "首次触达→私域", _flow(UNTOUCHED, Domain.PRIVATE)),
        o("flow_untouched_commercial", "people/day", "First response: clicked an ad", "首次触达→商域", _flow(UNTOUCHED, Domain.COMMERCIAL)),
        o("flow_untouched_public", "people/day", "First response: ordered without following", "首次触达→公域", _flow(UNTOUCHED, Domain.PUBLIC)),
    ]  # fmt: skip
    found += [
        o(
            f"flow_{word(a)}_{word(b)}",
            "people/day",
            f"From {word(a)} to {word(b)}",
            f"{chinese(a)}→{chinese(b)}",
            _flow(a, b),
        )
        for a in Domain
        for b in Domain
        if a != b
    ]
    return found


def _of_channel(c: int, name: str) -> list[Observable]:
    o = Observable
    n = name.replace("-", "_")
    return [
        o(f"members_{n}", "fans", f"Members of {name}", f"{name} 成员", lambda g: g.of("MEMBERS")[:, TIERS * c : TIERS * c + TIERS].sum(axis=1)),
        *[o(f"{column}_{n}", unit, f"{meaning} {name}", f"{name} {zh}", _count(slot, c)) for slot, column, unit, meaning, zh in (
            ("MUTED", "muted", "fans", "Members who muted", "已屏蔽"),
            ("CHANNEL_JOINS", "channel_joins", "fans/day", "Joined", "加入"),
            ("CHANNEL_LEAVES", "channel_leaves", "fans/day", "Left", "离开"),
            ("DELIVERED", "delivered", "messages/day", "Messages delivered in", "送达"),
            ("OPENED", "opened", "messages/day", "Messages opened in", "打开"),
            ("BLOCKED", "blocked", "messages/day", "Messages stopped by the quota of", "拦截"),
            ("VISITS", "visits", "visits/day", "Visits of", "访问"),
            ("ORDERS", "orders", "orders/day", "Orders sold by messages in", "订单"),
            ("GMV", "gmv", "cents/day", "GMV sold by messages in", "成交额"),
        )],
        o(f"pushes_{n}", "1/week", f"Planned pushes in {name}", f"{name} 计划推送", lambda g: g.pushes[:, c]),
        o(f"value_share_{n}", "–", f"Planned share of useful content in {name}", f"{name} 价值内容占比", lambda g: g.value_share[:, c]),
    ]  # fmt: skip


def observables(channels: tuple[str, ...], segments: tuple[str, ...]) -> list[Observable]:
    """All observables of a run with these channels and segments, in the order of the columns."""
    found = _common()
    for c, name in enumerate(channels):
        found += _of_channel(c, name)
    for s, name in enumerate(segments):
        found.append(
            Observable(
                f"fans_segment_{name.replace('-', '_')}",
                "fans",
                f"Followers of segment {name}",
                f"{name} 粉丝",
                _count("SEGMENT", s),
            )
        )
    return found


FLOW_COLUMNS = ("day", "from", "to", "people")
COHORT_COLUMNS = ("cohort", "month", "fans")

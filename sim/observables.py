"""Every reported quantity, once: name, unit, meaning, Chinese name, and how it follows from the ledger of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.domains import (
    PRICE_BANDS,
    TIERS,
    Cause,
    Domain,
    HomepageSource,
    Lifecycle,
    PriceBand,
    Source,
    Stage,
    Tier,
    chinese,
    word,
)
from sim.loop import STAGE_RATES, joins_by_fans, loop_gain, stage_by_day, stage_counts, trailing
from sim.rules.numbers import FIXED_POINT
from sim.rules.service import ANSWER_BINS, FIRST_EDGE
from sim.rules.tally import LOAD_BINS, NO_CHANNEL, TRUST_BINS, UNTOUCHED, block

Column = npt.NDArray[Any]
BINS_KEPT = int(np.log2(30 / FIRST_EDGE)) + 1  # bins of ``answer_bin`` up to the promise of 30 minutes (E-110)


class FeedDay(NamedTuple):
    """A day of the public and the commercial domain, as the ledger keeps it."""

    contents: float = 0.0  # published in the feed
    plays: float = 0.0  # of these contents
    best_plays: float = 0.0  # of the content played most
    live_entries: float = 0.0  # noticed exposures that were entries into lives
    seed_views: float = 0.0  # expected views of a live or new content by active group members
    retargeting: float = 0.0  # impressions for people who clicked within 30 days
    aware: float = 0.0  # share of users who know the brand by name, from ads
    gini: float = 0.0  # of plays over contents of the field
    head: float = 0.0  # share of plays of the fifth of accounts with most plays
    newcomers: float = 0.0  # share of plays of newcomers
    brand: float = 0.0  # share of plays of the brand


@dataclass(frozen=True, slots=True)
class Ledger:
    """The book of a run: integers by day.

    tallies      [D, K] int64, counters of ``sim.rules.tally``
    ad_spend     [D] int64, cents
    content      [D] int64, cents: items and lives
    fees         [D] int64, cents: message fees, paid reach included
    sources      [D] int64, cents: what sources beyond feed and ads cost
    impressions  [D] int64
    exposures    [D] int64, noticed organic exposures of people without a row, rounded
    weight       [D] float64, organic weight W/W₀ (the operating value, 经营值, is 100 · W/W₀)
    pushes       [D, C] float64, planned pushes per week, mean over tiers
    value_share  [D, C] float64, planned, mean over tiers
    quality, discount, lives  [D] float64
    feed         [D, 11] float64, fields of ``FeedDay``
    service      [D] int64, cents: service seats
    seats        [D] float64, full-time service seats;  service_load  [D] float64, usual load ÷ what they can answer
    initial_fans, initial_members [C]: the pool before day 0
    channels     names [C];  segments names [S]
    ads_reinvested  [D] int64, cents of the ad spend drawn from last week's contribution (ι_ads)
    feedback     [D] float64, share of the organic weight that active fans have added
    reward       [D] float64, extra exposures for a completed task, as a share of the ordinary ones
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
    feed: npt.NDArray[np.float64]
    service: npt.NDArray[np.int64]
    seats: npt.NDArray[np.float64]
    service_load: npt.NDArray[np.float64]
    initial_fans: int
    initial_members: tuple[int, ...]
    channels: tuple[str, ...]
    segments: tuple[str, ...]
    ads_reinvested: npt.NDArray[np.int64]
    feedback: npt.NDArray[np.float64]
    reward: npt.NDArray[np.float64]

    def of(self, name: str) -> npt.NDArray[np.int64]:
        """Counters of a block by day, shape [D, size of the block]."""
        return block(self.tallies.T, name).T

    def on(self, day: int) -> "Ledger":
        """The page of one day, as a book of its own."""
        pages: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        pages = {name: v[day : day + 1] if isinstance(v, np.ndarray) else v for name, v in pages.items()}
        return Ledger(**pages)

    def one(self, name: str) -> npt.NDArray[np.int64]:
        """A single counter by day, shape [D]."""
        return self.of(name)[:, 0]

    def concentration(self, name: str) -> float | None:
        """Mean over the days of a share of ``FeedDay``; None where there is no field of accounts to measure it in."""
        found = self.feed[:, FeedDay._fields.index(name)]
        return float(found.mean()) if found.any() else None

    @property
    def contribution(self) -> npt.NDArray[np.int64]:
        """Sales net of discount − goods − commission (or the friction that saved it) − fees − incentives, cents by day."""
        taken = self.one("COMMISSION") + self.one("FRICTION")
        return self.of("GMV").sum(axis=1) - self.one("GOODS") - taken - self.fees - self.one("INCENTIVES")

    @property
    def spend(self) -> npt.NDArray[np.int64]:
        """What the operator decides to spend, cents by day.

        Ads + content and lives + service + message fees + incentives + sources.

        Goods and commission follow from sales, and a discount is a lower price; none of them is spend.
        """
        paid = self.ad_spend + self.content + self.service + self.fees
        return paid + self.one("INCENTIVES") + self.sources

    @property
    def reach(self) -> npt.NDArray[np.int64]:
        """Exposures, impressions and messages delivered, by day (触达)."""
        return self.exposures + self.impressions + self.of("DELIVERED").sum(axis=1)

    @property
    def margin(self) -> npt.NDArray[np.int64]:
        """Contribution − ads − content − service − sources, cents by day."""
        return self.contribution - self.ad_spend - self.content - self.service - self.sources


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


def _fixed(name: str, index: int) -> Callable[[Ledger], Column]:
    return lambda ledger: ledger.of(name)[:, index] / FIXED_POINT


def _sum(name: str) -> Callable[[Ledger], Column]:
    return lambda ledger: ledger.of(name).sum(axis=1)


def _feed(name: str, whole: bool = False) -> Callable[[Ledger], Column]:
    at = FeedDay._fields.index(name)
    return lambda ledger: ledger.feed[:, at].astype(np.int64) if whole else ledger.feed[:, at]


def _flow(source: int, target: int) -> Callable[[Ledger], Column]:
    return _count("FLOW", 3 * source + target)


TRAILING = 90  # days over which a rate of orders is taken
_PRICES = {
    PriceBand.FULL_PRICE: "at full price",
    PriceBand.SHALLOW: "less than 30 % off",
    PriceBand.DEEP: "30 % off or more",
}


def _band(name: str, band: int | None = None, returning: int | None = None) -> Callable[[Ledger], Column]:
    """Sum of a block by price band × returning × follows over the cells with the given band and return."""

    def value(ledger: Ledger) -> Column:
        cells = ledger.of(name).reshape(-1, PRICE_BANDS, 2, 2)
        bands = slice(None) if band is None else slice(band, band + 1)
        returns = slice(None) if returning is None else slice(returning, returning + 1)
        found: Column = cells[:, bands, returns].sum(axis=(1, 2, 3))
        return found

    return value


def _deals() -> list[Observable]:
    """What was sold at which price, and to whom."""
    o = Observable
    first, again = 0, 1
    return [
        *[o(f"orders_{word(b)}", "orders/day", f"Orders: {_PRICES[b]}", f"{chinese(b)}订单", _band("ORDERS_BAND", b)) for b in PriceBand],
        *[o(f"gmv_{word(b)}", "cents/day", f"GMV of orders: {_PRICES[b]}", f"{chinese(b)}成交额", _band("GMV_BAND", b)) for b in PriceBand],
        o("orders_full_price_first", "orders/day", "First orders at full price", "原价首单", _band("ORDERS_BAND", PriceBand.FULL_PRICE, first)),
        o("orders_full_price_returning", "orders/day", "Orders at full price of people who had ordered before", "原价复购", _band("ORDERS_BAND", PriceBand.FULL_PRICE, again)),
        o("orders_others", "orders/day", "Orders of people who do not follow", "非粉丝订单", lambda g: g.of("ORDERS").sum(axis=1) - g.one("ORDERS_FOLLOWERS")),
        o("repurchase_rate", "–", f"Share of the orders of the last {TRAILING} days by people who had ordered before", "复购率", _repurchase()),
        o("deal_proneness_mean", "–", "Mean deal proneness of followers", "平均折扣依赖", _mean("PRONENESS_SUM")),
        o("reference_price_mean", "–", "Mean remembered price of followers, share of the list price", "平均参考价", _mean("REFERENCE_SUM")),
        o("broken_promises", "events/day", "Opened promotions that were not what followers came for", "认知割裂", _count("BREACHES")),
    ]  # fmt: skip


def _repurchase(channel: int | None = None) -> Callable[[Ledger], Column]:
    """Repurchase rate over the last 90 days, of all orders or of those that a channel's messages sold."""

    def value(ledger: Ledger) -> Column:
        returning, orders = ledger.of("ORDERS_RETURNING"), ledger.of("ORDERS")
        if channel is None:
            return _ratio(trailing(returning.sum(axis=1), TRAILING), trailing(orders.sum(axis=1), TRAILING))
        return _ratio(trailing(returning[:, channel], TRAILING), trailing(orders[:, channel], TRAILING))

    return value


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
        o("acquisition_cost", "cents", "Ad spend per fan who joined by an ad, 0 on days without one", "获客成本", lambda g: _ratio(g.ad_spend, g.of("JOINS")[:, Source.AD])),
        o("exposures_feed", "exposures/day", "Noticed organic exposures of contents", "作品自然曝光", lambda g: g.exposures - np.rint(_feed("live_entries")(g)).astype(np.int64)),
        o("exposures_live", "exposures/day", "Entries of people who do not follow into lives, from the feed", "直播自然进入", lambda g: np.rint(_feed("live_entries")(g)).astype(np.int64)),
        o("impressions_retargeting", "impressions/day", "Paid impressions for people who clicked within 30 days", "再营销曝光", _feed("retargeting", whole=True)),
        o("retargeted", "touches/day", "Retargeted ads that reached someone who does not follow", "再营销触达", _count("RETARGETED")),
        o("aware_share", "–", "Share of users who know the brand by name, from ads", "品牌认知率", _feed("aware")),
        o("contents", "contents/day", "Contents published in the feed", "发布作品", _feed("contents", whole=True)),
        o("plays", "plays/day", "Plays of the contents of the day", "播放量", _feed("plays", whole=True)),
        o("plays_per_content", "plays", "Plays per content of the day", "单条播放量", lambda g: _ratio(_feed("plays")(g), _feed("contents")(g))),
        o("plays_best", "plays", "Plays of the best content of the day", "最高单条播放量", _feed("best_plays", whole=True)),
        o("seed_views", "views/day", "Expected views of a live or new content by active group members", "冷启动播放", _feed("seed_views")),
        o("live_audience", "views/day", "Viewers of lives: followers who watched and entries from the feed", "直播观众", lambda g: g.one("WATCHES") + np.rint(_feed("live_entries")(g)).astype(np.int64)),
        o("gini_exposure", "–", "Gini coefficient of plays over the contents of other accounts, last full 30 days", "曝光基尼系数", _feed("gini")),
        o("head_share", "–", "Share of plays of the fifth of accounts with most plays, 30 days", "头部曝光占比", _feed("head")),
        o("newcomer_share", "–", "Share of plays that newcomers have among other accounts, 30 days", "新账号曝光占比", _feed("newcomers")),
        o("exposure_share", "–", "The brand's share of the plays of all accounts of the sample, 30 days", "品牌曝光占比", _feed("brand")),
        o("delivered", "messages/day", "Messages delivered", "送达消息", _sum("DELIVERED")),
        o("opened", "messages/day", "Messages opened", "打开消息", _sum("OPENED")),
        o("blocked", "messages/day", "Messages stopped by a rule of the platform: quota, conversation limit, ban", "平台拦截", _sum("BLOCKED")),
        o("mutes", "mutes/day", "Channels muted", "屏蔽", _sum("MUTES")),
        o("useful_openings", "events/day", "Opened value messages that earned trust", "有用打开", _count("VALUE_EVENTS")),
        o("annoyed_openings", "events/day", "Opened promotions that cost trust", "反感打开", _count("PROMOTION_EVENTS")),
        o("watches", "views/day", "Lives watched by followers", "直播观看", _count("WATCHES")),
        o("live_minutes", "min/day", "Minutes of lives watched by followers", "直播观看分钟", _count("LIVE_MINUTES")),
        o("tier_ups", "fans/day", "Rises of tier", "升层", _count("TIER_UPS")),
        o("tier_downs", "fans/day", "Falls of tier", "降层", _count("TIER_DOWNS")),
        o("active_share", "–", "Share of followers who opened something today", "粉丝日活率", lambda g: _ratio(g.one("ACTIVE"), _followers(g))),
        *[
            o(f"homepage_{word(s)}", "visits/day", f"Visits of the homepage from {word(s)}", f"主页访问·{chinese(s)}", _count("HOMEPAGE", s))
            for s in HomepageSource
        ],
        o("guided", "people/day", "Buyers who were guided to follow after the payment", "支付后引导关注", _count("GUIDED")),
        o("written", "messages/day", "Followers who wrote a direct message", "粉丝来信", _count("WRITTEN")),
        o("answers", "messages/day", "Answers of fans to direct messages", "粉丝回复", _count("FAN_ANSWERS")),
        o("needs", "needs/day", "Needs that arose", "需求", _count("NEEDS")),
        o("impulses", "orders/day", "Orders by impulse", "冲动下单", _count("IMPULSES")),
        o("orders", "orders/day", "Orders", "订单", _sum("ORDERS")),
        o("orders_followers", "orders/day", "Orders of followers", "粉丝订单", _count("ORDERS_FOLLOWERS")),
        o("orders_first", "orders/day", "First orders of a person", "首单", _count("ORDERS_FIRST")),
        o("orders_live", "orders/day", "Orders in a live", "直播订单", _count("ORDERS_LIVE")),
        o("orders_no_channel", "orders/day", "Orders that no message sold", "自然订单", _count("ORDERS", NO_CHANNEL)),
        o("searches", "searches/day", "Needs that led to the brand by a search, first responses included", "搜索到达", _count("SEARCHES")),
        o("orders_search", "orders/day", "Orders to which a search led, without a message", "搜索订单", _count("ORDERS_SEARCH")),
        o("disappointments", "orders/day", "Orders below expectation", "失望订单", _count("DISAPPOINTMENTS")),
        o("list_value", "cents/day", "Orders at list price", "原价金额", _count("LIST_VALUE")),
        o("gmv", "cents/day", "Orders net of discount (GMV)", "成交额", _sum("GMV")),
        o("gmv_followers", "cents/day", "GMV of followers", "粉丝成交额", _count("GMV_FOLLOWERS")),
        o("gmv_first", "cents/day", "GMV of first orders", "首单成交额", _count("GMV_FIRST")),
        o("gmv_no_channel", "cents/day", "GMV that no message sold", "自然成交额", _count("GMV", NO_CHANNEL)),
        o("gmv_search", "cents/day", "GMV of orders to which a search led", "搜索成交额", _count("GMV_SEARCH")),
        o("goods", "cents/day", "Cost of goods", "商品成本", _count("GOODS")),
        o("commission", "cents/day", "Commission of platforms", "平台佣金", _count("COMMISSION")),
        o("fees", "cents/day", "Message fees, paid reach included", "消息费用", lambda g: g.fees),
        o("contribution", "cents/day", "GMV − goods − commission (or the friction that saved it) − fees − incentives", "贡献毛利", lambda g: g.contribution),
        o("ad_spend", "cents/day", "Ads", "广告费", lambda g: g.ad_spend),
        o("content_cost", "cents/day", "Content items and lives", "内容成本", lambda g: g.content),
        o("spend", "cents/day", "Ads + content + service + message fees + incentives + sources: what equal spend compares", "可控支出", lambda g: g.spend),
        o("margin", "cents/day", "Contribution − ads − content − service − sources", "利润", lambda g: g.margin),
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
        o("incentives", "cents/day", "Red packets, rewards for joining, and rewards for people brought", "激励费用", _count("INCENTIVES")),
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
    return found + _loop() + _service_and_leads() + _deals()


def _stage(stage: Stage) -> Callable[[Ledger], Column]:
    return lambda ledger: stage_by_day(ledger, stage)


def _counted(name: str) -> Callable[[Ledger], Column]:
    return lambda ledger: stage_counts(ledger)[name]


def _loop() -> list[Observable]:
    """The loop: counters and rates of its stages, what fans bring, what a push and a bought fan are worth."""
    o = Observable
    return [
        o("reached", "exposures/day", "Noticed organic exposures and paid impressions", "公域与商域曝光", _counted("reached")),
        o("responses", "people/day", "People who responded for the first time", "首次响应人数", _counted("responses")),
        o("contacts", "contacts/day", "First responses, and touches of known people who do not follow", "接触", _counted("contacts")),
        o("active", "fans", "Followers who opened something today", "活跃粉丝", _counted("active")),
        o("repeat_orders", "orders/day", "Orders of people who had ordered before", "复购订单", _counted("repeat_orders")),
        *[o(f"stage_{word(s)}", rate.unit, f"{rate.meaning}, last 7 days", f"{chinese(s)}率", _stage(s)) for s, rate in STAGE_RATES.items()],
        o("feedback_share", "–", "Share of the organic weight that active fans have added", "反哺占比", lambda g: g.feedback),
        o("joins_by_fans", "fans/day", "Joins that the fans have caused, by feedback, reinvested ads and invitations", "粉丝带来的新增", joins_by_fans),
        o("r_fan", "–", "Loop gain: joins caused by fans ÷ exits, last 90 days; 0 where nobody left", "循环增益", loop_gain),
        o("gmv_others", "cents/day", "GMV of people who do not follow", "非粉丝成交额", lambda g: g.of("GMV").sum(axis=1) - g.one("GMV_FOLLOWERS")),
        o("gmv_returning", "cents/day", "GMV of repeat orders", "复购成交额", lambda g: g.of("GMV").sum(axis=1) - g.one("GMV_FIRST")),
        o("gmv_per_push", "cents", "GMV sold by messages, per message delivered, last 28 days", "单次推送成交额", lambda g: _ratio(trailing(g.of("GMV")[:, :NO_CHANNEL].sum(axis=1), 28), trailing(g.of("DELIVERED").sum(axis=1), 28))),
        o("gmv_per_reach", "cents per 1,000", "GMV per 1,000 exposures, impressions and messages delivered, last 28 days", "千次触达成交额", lambda g: _ratio(1000.0 * trailing(g.of("GMV").sum(axis=1), 28), trailing(g.reach, 28))),
        o("cost_per_fan", "cents", "Ad spend per fan who came through ads, last 28 days", "单个广告粉丝成本", lambda g: _ratio(trailing(g.ad_spend, 28), trailing(g.of("JOINS")[:, Source.AD], 28))),
        o("ads_reinvested", "cents/day", "Ad spend drawn from the contribution of the week before", "再投入广告费", lambda g: g.ads_reinvested),
        o("task_reward", "–", "Extra exposures for a completed task, as a share of the ordinary ones", "任务流量奖励", lambda g: g.reward),
    ]  # fmt: skip


def _answered(ledger: Ledger) -> Column:
    """Contacts by the time until their answer, those never answered in the last bin, shape [D, bins]."""
    counts = ledger.of("ANSWERS").copy()
    counts[:, -1] += ledger.one("UNANSWERED")
    return counts


def _answer_quantile(q: float) -> Callable[[Ledger], Column]:
    """Quantile of the time until an answer over the last 28 days, minutes, linear within a bin; at most 1,440."""
    edges = np.array([0.0, *(FIRST_EDGE * 2**b for b in range(ANSWER_BINS - 1)), 1440.0])

    def value(ledger: Ledger) -> Column:
        counts = np.apply_along_axis(trailing, 0, _answered(ledger), 28)
        below = np.concatenate([np.zeros((len(counts), 1)), counts.cumsum(axis=1)], axis=1)
        return np.array([np.interp(q * row[-1], row, edges) if row[-1] else 0.0 for row in below])

    return value


def _trailing_ratio(part: Callable[[Ledger], Column], whole: Callable[[Ledger], Column]) -> Callable[[Ledger], Column]:
    return lambda ledger: _ratio(trailing(part(ledger), 28), trailing(whole(ledger), 28))


def _sales_in_store(ledger: Ledger) -> Column:
    sales: Column = ledger.one("SALES_LEADS") + ledger.one("SALES_WALK_INS")
    return sales


def _service_and_leads() -> list[Observable]:
    o = Observable
    return [
        o("questions", "questions/day", "Questions of followers", "咨询", _count("QUESTIONS")),
        o("questions_automatic", "questions/day", "Questions that the automatic reply settled", "自动回复解决", _count("AUTOMATIC")),
        o("queued", "contacts/day", "Questions and leads for the service team", "人工咨询与留资", _count("QUEUED")),
        o("unanswered", "contacts/day", "Contacts that are never answered", "未回复", _count("UNANSWERED")),
        o("service_seats", "seats", "Full-time service seats", "客服席位", lambda g: g.seats),
        o("service_load", "–", "Usual contacts ÷ what the seats can answer", "客服负荷", lambda g: g.service_load),
        o("answer_minutes", "min", "Mean time until an answer of the team, last 28 days", "平均回复时长", _trailing_ratio(_count("ANSWER_MINUTES"), _sum("ANSWERS"))),
        o("answer_minutes_p90", "min", "Time within which 9 in 10 contacts of the last 28 days are answered (at most 1,440)", "回复时长 90% 分位", _answer_quantile(0.9)),
        o("promise_kept", "–", "Share of contacts answered within 30 minutes, last 28 days", "30 分钟内回复率", _trailing_ratio(lambda g: g.of("ANSWERS")[:, :BINS_KEPT].sum(axis=1), lambda g: _answered(g).sum(axis=1))),
        o("give_ups", "fans/day", "Fans who left over questions without a tolerable answer", "咨询无果而流失", _count("GIVE_UPS")),
        o("service_cost", "cents/day", "Service seats", "客服成本", lambda g: g.service),
        o("leads", "leads/day", "People who left contact data", "留资", _count("LEADS")),
        o("leads_followers", "leads/day", "Followers who left contact data", "粉丝留资", _count("LEADS_FOLLOWERS")),
        o("leads_per_fan", "1/month", "Leads per follower and month, last 28 days", "每粉丝月留资", lambda g: _ratio(30.4375 * trailing(g.one("LEADS"), 28), trailing(_followers(g), 28))),
        o("qualified", "leads/day", "Leads that an answer qualified", "有效线索", _sum("QUALIFIED")),
        o("store_visits", "visits/day", "Qualified leads who came to the store", "线索到店", _count("STORE_VISITS")),
        o("walk_ins", "visits/day", "Visitors of the store who came of their own accord", "自然到店", _count("WALK_INS")),
        o("sales_store", "sales/day", "Sales in the store", "到店成交", _sales_in_store),
        o("sales_leads", "sales/day", "Sales in the store to leads", "线索成交", _count("SALES_LEADS")),
        o("lead_to_sale", "–", "Sales to leads ÷ leads, since the start", "线索成交率", lambda g: _ratio(g.one("SALES_LEADS").cumsum(), g.one("LEADS").cumsum())),
        o("platform_share", "–", "Share of sales in the store that began on the platforms, since the start", "平台成交占比", lambda g: _ratio(g.one("SALES_LEADS").cumsum(), _sales_in_store(g).cumsum())),
        o("moved_orders", "orders/day", "Orders closed off the platform to save its commission", "私下成交订单", _count("MOVED")),
        o("friction", "cents/day", "What closing off the platform cost", "私下成交成本", _count("FRICTION")),
    ]  # fmt: skip


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
            ("BLOCKED", "blocked", "messages/day", "Messages stopped by a rule of the platform in", "拦截"),
            ("VISITS", "visits", "visits/day", "Visits of", "访问"),
            ("PAID", "paid", "messages/day", "Messages beyond the quota, paid for, in", "付费触达"),
            ("APPLICATIONS", "applications", "people/day", "Applied for a scarce place in", "申请加入"),
            ("TURNED_AWAY", "turned_away", "people/day", "Applied the day before and got no place in", "未能加入"),
            ("BANS", "bans", "accounts/day", "Accounts banned in", "封号"),
            ("USEFUL", "useful", "events/day", "Opened value messages that earned trust in", "有用打开"),
            ("ORDERS", "orders", "orders/day", "Orders sold by messages in or on visits of", "订单"),
            ("GMV", "gmv", "cents/day", "GMV sold by messages in or on visits of", "成交额"),
            ("GMV_MEMBERS", "gmv_members", "cents/day", "GMV of members of", "成员成交额"),
        )],
        o(f"orders_returning_{n}", "orders/day", f"Orders sold by messages in {name} to people who had ordered before", f"{name} 老客订单", _count("ORDERS_RETURNING", c)),
        o(f"repurchase_rate_{n}", "–", f"Share of the orders of the last {TRAILING} days sold in {name} by people who had ordered before", f"{name} 复购率", _repurchase(c)),
        o(f"chatter_{n}", "messages/day", f"Messages of other members that reached members of {name}", f"{name} 群友消息", _fixed("CHATTER", c)),
        o(f"activity_{n}", "–", f"Activity of {name} as a group, relative to a lively one; 0 for what is no group", f"{name} 群活跃度", _fixed("ACTIVITY", c)),
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
ADVICE_COLUMNS = ("day", "date", "stage", "task", "channel", "rate", "target", "done")

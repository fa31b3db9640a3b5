"""From the scenario to what the rules work with: ``World``, the operator's ``Brief``, the cells."""

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from sim.domains import MAX_CHANNELS, TIERS, ChannelKind
from sim.engines.admission import is_scarce
from sim.engines.degrees import degree_classes
from sim.engines.sources import source_facts
from sim.parameters import DAYS_PER_MONTH, daily
from sim.plans import Brief, ChannelBrief
from sim.rules import RULE_TABLES, Rules
from sim.rules.climate import (
    BrandFacts,
    Channels,
    ClosingFacts,
    OneDay,
    PathFacts,
    Segments,
    ServiceFacts,
    World,
    compilable,
)
from sim.rules.leaving import trust_factor
from sim.rules.messages import load_per_fatigue, open_limit
from sim.rules.numbers import kept
from sim.rules.persona import emotional_match, persona_match, persona_trust
from sim.rules.rows import COUNT_BITS, MOST_COUNTED
from sim.rules.service import ServiceRules
from sim.rules.tally import MAX_SEGMENTS
from sim.scenario.schema import Channel, Scenario, Search

LINKED = (ChannelKind.SUBSCRIPTION, ChannelKind.DIRECT, ChannelKind.ARTICLE)  # messages that link to the homepage
SHOP_OPENED_BEFORE = dt.timedelta(days=60)  # details.md


def integers(values: Any, room: int) -> list[int]:
    """A vector of integers as rules read it, filled up with zeros."""
    found = [int(value) for value in values]
    return found + [0] * (room - len(found))


def floats(values: Any, room: int) -> list[float]:
    """A vector of floats as rules read it, filled up with zeros."""
    found = [float(value) for value in values]
    return found + [0.0] * (room - len(found))


def channel_sets(by_channel_and_tier: Any) -> list[int]:
    """For each tier the bit set of the channels whose entry is above 0, shape [T]."""
    return [
        sum(1 << c for c, value in enumerate(by_channel_and_tier[tier::TIERS]) if value > 0) for tier in range(TIERS)
    ]


def kind_of(channel: Channel) -> ChannelKind:
    """Kind of a channel as the rules know it."""
    return ChannelKind[channel.kind.upper()]


def quota_in_force(channel: Channel) -> int | None:
    """Messages per account, fan and calendar month; None where more can be bought."""
    return channel.quota_per_month if channel.price_beyond_quota is None else None


def brief_of(scenario: Scenario) -> Brief:
    """What the operator is told before the first day."""
    return Brief(
        start=scenario.start,
        channels=tuple(
            ChannelBrief(c.name, kind_of(c), scenario.platforms[p].name, c.strong, quota_in_force(c), c.live_notice)
            for p, c in scenario.placed_channels
        ),
        quality=tuple(scenario.brand.content.quality.daily(scenario.start, scenario.days).tolist()),
        base_item_cost=100.0 * scenario.costs.item,
        quality_cost=scenario.costs.quality,
        feed=any(p.feed for p in scenario.platforms),
        ads=any(p.ads for p in scenario.platforms),
        segments=tuple(scenario.segments),
    )


def rules_of(scenario: Scenario) -> Rules:
    """Behavioural parameters per day, as floats."""
    tables: dict[str, Any] = {}
    for name, table in RULE_TABLES.items():
        tables[name] = daily(table(**getattr(scenario.rules, name).model_dump()))  # type: ignore[call-overload]
    return Rules(**tables)


def commission_on(scenario: Scenario, date: dt.date, share: float = 1.0) -> tuple[int, ...]:
    """Commission of each platform on a date, basis points of the net order value (M17).

    share  what the brand's bargaining leaves of it, from ``bargained``
    """
    opened = scenario.brand.shop_opened or scenario.start - SHOP_OPENED_BEFORE
    rates = []
    for platform in scenario.platforms:
        shop = platform.shop
        later = shop.commission_by_category.get(scenario.brand.category, shop.commission)
        rates.append(shop.opening_commission if (date - opened).days < shop.opening_days else later)
    return tuple(round(10_000 * rate * share) for rate in rates)


class Commission:
    """Commission of every platform by day: one rate while its shop is new, another one later.

    since  days of the run on which a rate changes, day 0 among them
    """

    def __init__(self, scenario: Scenario, share: float) -> None:
        opened = (scenario.brand.shop_opened or scenario.start - SHOP_OPENED_BEFORE) - scenario.start
        ends = {opened.days + platform.shop.opening_days for platform in scenario.platforms}
        self.since = sorted({0, *(day for day in ends if 0 < day < scenario.days)})
        self.rates = [commission_on(scenario, scenario.start + dt.timedelta(days=day), share) for day in self.since]

    def on(self, day: int) -> tuple[int, ...]:
        """Basis points of the net order value, [P]."""
        return self.rates[bisect_right(self.since, day) - 1]


def classes_of(scenario: Scenario) -> tuple[tuple[float, int], ...]:
    """Share of people and number of friends by degree class; one class without friends where nobody invites."""
    return ((1.0, 0),) if scenario.network is None else degree_classes(scenario.network)


def cells_of(scenario: Scenario) -> list[int]:
    """Users by cell (segment × degree class): the largest-remainder split of the market."""
    shares = np.array([s.share * share for s in scenario.segments.values() for share, _ in classes_of(scenario)])
    exact = shares / shares.sum() * scenario.market.users
    cells = np.floor(exact).astype(np.int64)
    for segment in np.argsort(cells - exact, kind="stable")[: scenario.market.users - int(cells.sum())]:
        cells[segment] += 1
    return [int(n) for n in cells]


def bits(flags: Iterable[object]) -> int:
    """Bit set of the positions of what is true, or not 0."""
    return sum([1 << at for at, flag in enumerate(flags) if flag])


def counts_of(flags: Iterable[bool]) -> int:
    """Mask of the message counts of the channels for which it is true."""
    return sum(MOST_COUNTED << COUNT_BITS * at for at, flag in enumerate(flags) if flag)


def quota_of(channel: Channel) -> int:
    """Messages that the count of a channel allows: of a calendar month, or of a conversation; −1 for any number."""
    limits = [limit for limit in (channel.quota_per_month, channel.conversation_limit) if limit is not None]
    return min(limits, default=-1)


def path_of(scenario: Scenario) -> PathFacts:
    """What the brand has set up along the reach path; direct messages are the first where people are met."""
    path, placed = scenario.brand.path, enumerate(scenario.placed_channels)
    direct = next((c for c, (p, x) in placed if p == scenario.home and kind_of(x) == ChannelKind.DIRECT), -1)
    limited = direct >= 0 and scenario.channels[direct].conversation_limit is not None
    return PathFacts(
        guided=math.prod(path.follow) if path.follow else 0.0,
        replies=int(path.auto_reply),
        direct=direct,
        conversation=MOST_COUNTED << COUNT_BITS * direct if limited else 0,
        card=int(path.product_card),
        overlap=float(scenario.brand.matrix.overlap),
    )


def world_of(scenario: Scenario) -> World:
    """Everything that stays the same during a run."""
    channels = scenario.channels
    industry, brand, pool = scenario.industry, scenario.brand, scenario.pool
    platforms = [platform for platform, _ in scenario.placed_channels]
    joined = [kind_of(c) != ChannelKind.PULL for c in channels]
    beside = [sum(1 << c for c, at in enumerate(platforms) if at == p and joined[c]) for p in platforms]
    quotas = [quota_of(c) for c in channels]
    assert max(quotas) <= MOST_COUNTED, quotas
    start = {c.name: c.joins_at_follow for c in channels} if pool.channels is None else pool.channels
    joins = []
    for c in channels:
        per_month = (c.joins_per_month.passer_by, c.joins_per_month.liking, c.joins_per_month.devoted)
        joins += [rate / DAYS_PER_MONTH for rate in per_month]
    segments = list(scenario.segments.values())
    ends = np.cumsum([s.share for s in segments])
    ends[-1] = max(1.0, ends[-1])
    tiers = np.cumsum([pool.tiers.passer_by, pool.tiers.liking, pool.tiers.devoted])
    tiers[-1] = max(1.0, tiers[-1])
    shelf, search = next(((i, p.search) for i, p in enumerate(scenario.platforms) if p.search), (0, Search()))
    found, again = float(search.use * search.share), float(search.repurchase_intent)
    price = industry.price if brand.price is None else brand.price
    ads = next((p.ads for p in scenario.platforms if p.ads), None)
    assert len(joins) == TIERS * len(channels)
    rules = rules_of(scenario)
    persona = compilable(rules.persona)
    by_persona = persona_match(float(brand.persona), persona)
    by_emotion = emotional_match(float(brand.content.emotional), float(industry.maturity), persona)
    trust, pool_trust = float(brand.trust), float(scenario.trust)
    return World(
        OneDay(
            fatigue=kept(1.0, rules.messages.recovery),
            trust=kept(1.0, rules.trust.drift),
            intimacy=kept(1.0, rules.tiers.fading),
            load=load_per_fatigue(compilable(rules.messages)),
            open_limit=open_limit(trust, compilable(rules.messages)),
            trust_limit=trust_factor(0.0, trust, compilable(rules.leaving)),
            proneness=kept(1.0, rules.deals.memory),
        ),
        Channels(
            used=len(channels),
            joined=sum(joined),
            kind=integers([kind_of(c) for c in channels], MAX_CHANNELS),
            platform=integers(platforms, MAX_CHANNELS),
            weak=integers([0 if c.strong else 1 for c in channels], MAX_CHANNELS),
            reach=floats([c.reach for c in channels], MAX_CHANNELS),
            open=floats([c.open for c in channels], MAX_CHANNELS),
            weight=floats([c.fatigue_weight for c in channels], MAX_CHANNELS),
            quota=integers(quotas, MAX_CHANNELS),
            joins_at_follow=floats([c.joins_at_follow for c in channels], MAX_CHANNELS),
            joins=floats(joins, TIERS * MAX_CHANNELS),
            joinable=channel_sets(joins),
            start=floats([start.get(c.name, 0.0) for c in channels], MAX_CHANNELS),
            beside=integers(beside, MAX_CHANNELS),
            blocked=floats([c.blocked_share for c in channels], MAX_CHANNELS),
            accounts=integers([c.accounts.number or 1 for c in channels], MAX_CHANNELS),
            limited=bits(is_scarce(c) for c in channels),
            paid=bits(c.price_beyond_quota is not None for c in channels),
            matrix=bits(p == scenario.home and c.quota_per_month is not None for p, c in scenario.placed_channels),
            linked=bits(kind_of(c) in LINKED for c in channels),
            conversations=counts_of(c.conversation_limit is not None for c in channels),
        ),
        Segments(
            used=len(segments),
            tolerance=floats([s.tolerance / 7.0 for s in segments], MAX_SEGMENTS),
            need_rate=floats([s.need / industry.need_interval for s in segments], MAX_SEGMENTS),
            deal_response=floats([s.deal_response for s in segments], MAX_SEGMENTS),
            match_value=floats([s.match_value + by_persona + by_emotion for s in segments], MAX_SEGMENTS),
            match_promotion=floats([s.match_promotion + by_persona for s in segments], MAX_SEGMENTS),
            end=floats(ends, MAX_SEGMENTS),
            match_product=floats([s.match_product for s in segments], MAX_SEGMENTS),
            trust_shift=floats([s.trust_shift for s in segments], MAX_SEGMENTS),
            sharing=floats([s.sharing for s in segments], MAX_SEGMENTS),
        ),
        BrandFacts(
            trust=trust,
            trust_pool=persona_trust(pool_trust, float(brand.persona), persona),
            trust_bought=float(brand.trust_bought),
            certified=1.0 if brand.certified else 0.0,
            product_quality=float(brand.product.quality),
            price=100.0 * price,
            relative_price=float(price / industry.price),
            goods=round(10_000 * (industry.goods_share if brand.goods_share is None else brand.goods_share)),
            decision_days=float(industry.decision_days),
            follow_after_click=float(ads.follow if ads else 0.0),
            tier_end=floats(tiers, TIERS),
            mean_age=float(pool.age),
            trust_feed=persona_trust(trust, float(brand.persona), persona),
            customers=float(pool.customers),
            found=found,
            found_again=again + (1.0 - again) * found,
            shelf=shelf,
        ),
        path_of(scenario),
        rules,
        service_of(scenario, rules.service),
        closing_of(scenario),
        source_facts(scenario, float(persona_trust(trust, float(brand.persona), persona))),
        minutes=float(scenario.market.attention_minutes),
    )


def service_of(scenario: Scenario, rules: ServiceRules) -> ServiceFacts:
    """Who asks the brand, and what answers by itself."""
    by_tier = [scenario.industry.questions / DAYS_PER_MONTH * factor for factor in (1.0, rules.liking, rules.devoted)]
    rates = [rules.weak * rate for rate in by_tier] + by_tier
    channels = scenario.channels
    return ServiceFacts(
        asks=[-math.expm1(-rate) for rate in rates],
        strong=sum(1 << c for c, channel in enumerate(channels) if channel.strong),
        automatic=float(scenario.service.automatic),
        joins=floats([c.joins_at_answer for c in channels], MAX_CHANNELS),
    )


def closing_of(scenario: Scenario) -> ClosingFacts:
    """Where deals close."""
    industry = scenario.industry
    return ClosingFacts(
        in_store=1 if industry.closing == "store" else 0,
        visit=float(industry.visit_share),
        sale=float(industry.sale_share),
        single=1 if industry.single_purchase else 0,
        trust=float(scenario.store.trust),
        leakage=float(industry.leakage),
        friction=round(100 * industry.friction),
        follow=float(scenario.store.follow),
    )


@lru_cache(maxsize=8)
def month_starts(start: dt.date, days: int) -> tuple[int, ...]:
    """For each day of a run the number of its calendar month's first day."""
    return tuple(d - (start + dt.timedelta(days=d)).day + 1 for d in range(days))

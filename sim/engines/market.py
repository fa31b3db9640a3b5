"""The public and the commercial domain as one day's intensities per head (M1, M2, M16, M19).

Nobody is a row here: exposures and impressions are rates per platform user, from yesterday's aggregates.
"""

from dataclasses import dataclass

from sim.engines.reservoir import Response
from sim.parameters import DAYS_PER_MONTH
from sim.plans import Plan
from sim.rules.auction import average_cpm, log_median_bid, reach_per_head, win_probability
from sim.rules.climate import World
from sim.rules.exposure import organic_weight
from sim.rules.follow import follow_probability, relevance
from sim.rules.purchase import buying_odds, open_need, salience
from sim.scenario.schema import Ads, Feed, Scenario


@dataclass(frozen=True, slots=True)
class MarketDay:
    """Intensities of one day.

    rates        [S][responses] first responses per untouched person
    exposure     [S] exposure per head of people who have responded before (unit: one feed exposure)
    ad_share     [S] share of ads in it
    exposures    noticed organic exposures of all users;  impressions: paid ones
    ad_spend     cents;  weight: organic weight W/W₀
    """

    rates: tuple[tuple[float, ...], ...]
    exposure: tuple[float, ...]
    ad_share: tuple[float, ...]
    exposures: float
    impressions: int
    ad_spend: int
    weight: float


class Market:
    """The first feed and the first ad auction among the platforms; people are met on the first that has either.

    relative  [S] exposure of a segment's users relative to the mean user
    """

    def __init__(self, scenario: Scenario, world: World) -> None:
        # rules and facts as plain values, once: a look-up in a record costs ten times a rule
        self.exposure_rules, self.follow_rules = world.rules.exposure, world.rules.follow
        self.purchase_rules = world.rules.purchase
        self.known, self.from_live = float(world.rules.exposure.known), float(world.rules.follow.from_live)
        self.impulse_live = float(world.rules.purchase.impulse_live)
        brand = world.brand
        self.trust, self.certified, self.click = float(brand.trust), float(brand.certified), float(brand.click)
        self.decision_days, self.relative_price = float(brand.decision_days), float(brand.relative_price)
        self.match = [float(relevance(float(m), 0.0)) for m in world.segments.match_value]
        self.need_rate = [float(x) for x in world.segments.need_rate]
        self.deal_response = [float(x) for x in world.segments.deal_response]
        self.buys = float(buying_odds(self.trust, 0.0, 1.0, self.relative_price, self.purchase_rules))
        self.buys *= float(salience(0.0, False, True, self.purchase_rules))
        self.users = scenario.market.users
        self.initial_fans = scenario.pool.fans
        self.home = next((i for i, p in enumerate(scenario.platforms) if p.feed or p.ads), 0)
        self.feed: Feed | None = next((p.feed for p in scenario.platforms if p.feed), None)
        self.ads: Ads | None = next((p.ads for p in scenario.platforms if p.ads), None)
        weights = [s.share * s.exposure for s in scenario.segments.values()]
        shares = [s.share for s in scenario.segments.values()]
        self.relative = [s.exposure * sum(shares) / max(1e-12, sum(weights)) for s in scenario.segments.values()]
        self.spent_yesterday = 0

    def day(self, day: int, plan: Plan, lives: int, active_core: int, followers: int, season: float) -> MarketDay:
        """Intensities of a day.

        active_core  liking and devoted fans who opened something yesterday;  followers: of yesterday
        """
        weight = float(
            organic_weight(float(active_core), float(self.initial_fans), float(plan.quality), self.exposure_rules)
        )
        exposures = entries = 0.0
        if self.feed:
            exposures = max(self.feed.exposures_per_fan * self.initial_fans, self.feed.exposures_at_least) * weight
            entries = lives * self.feed.exposures_per_live * exposures
        impressions, spend = self._buy(day, plan)
        reached = reach_per_head(impressions / self.users) if impressions else 0.0
        by_ads = reached / max(1.0, self.known)  # ads meet known people no more often than others
        rates, exposure, ad_share = [], [], []
        for s in range(len(self.relative)):
            seen, viewed = self.relative[s] * exposures / self.users, self.relative[s] * entries / self.users
            rates.append(self._responses(s, seen, viewed, reached * self.click, plan, followers, season))
            exposure.append(seen + viewed + by_ads)
            ad_share.append(by_ads / exposure[s] if exposure[s] > 0 else 0.0)
        return MarketDay(
            tuple(rates), tuple(exposure), tuple(ad_share), exposures + entries, impressions, spend, weight
        )

    def _responses(
        self, s: int, seen: float, viewed: float, clicks: float, plan: Plan, followers: int, season: float
    ) -> tuple[float, ...]:
        """First responses per untouched head of a segment, by kind."""
        follow = follow_probability(
            plan.quality, self.match[s], self.trust, float(followers), self.certified, 0.0, self.follow_rules
        )
        need = open_need(self.need_rate[s] * season, self.decision_days, self.decision_days)
        tempted = buying_odds(
            self.trust, plan.discount, self.deal_response[s], self.relative_price, self.purchase_rules
        )
        at_once = 1.0 if self.decision_days <= 1.0 else 0.0  # long decisions are not closed at the first touch
        by_kind = {
            Response.FOLLOW_FROM_FEED: seen * follow,
            Response.ORDER_FROM_FEED: at_once * seen * (1.0 - follow) * need * self.buys,
            Response.CLICK_AD: clicks,
            Response.FOLLOW_FROM_LIVE: viewed * self.from_live,
            Response.ORDER_IN_LIVE: at_once * viewed * (1.0 - self.from_live) * self.impulse_live * tempted,
        }
        return tuple(by_kind[kind] for kind in Response)

    def _buy(self, day: int, plan: Plan) -> tuple[int, int]:
        """Impressions won and cents spent: all that are on offer at the bid, or as many as the budget pays."""
        if not self.ads or plan.ads_per_day <= 0:
            self.spent_yesterday = 0
            return 0, 0
        ads = self.ads
        median = log_median_bid(
            100.0 * ads.cpm,
            ads.growth / DAYS_PER_MONTH,
            float(day),
            ads.elasticity,
            float(self.spent_yesterday),
            100.0 * ads.reference_spend,
        )
        price = average_cpm(plan.bid, median, ads.spread)
        on_offer = ads.opportunities * self.users * win_probability(plan.bid, median, ads.spread)
        impressions = int(min(on_offer, 1000.0 * plan.ads_per_day / price))
        spend = min(plan.ads_per_day, int(impressions * price / 1000.0 + 0.5))
        self.spent_yesterday = spend
        return impressions, spend

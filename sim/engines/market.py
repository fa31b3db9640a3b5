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
        self.world = world
        self.users = scenario.market.users
        self.initial_fans = scenario.pool.fans
        self.home = next((i for i, p in enumerate(scenario.platforms) if p.feed or p.ads), 0)
        self.feed: Feed | None = next((p.feed for p in scenario.platforms if p.feed), None)
        self.ads: Ads | None = next((p.ads for p in scenario.platforms if p.ads), None)
        weights = [s.share * s.exposure for s in scenario.segments.values()]
        shares = [s.share for s in scenario.segments.values()]
        self.relative = [s.exposure * sum(shares) / max(1e-12, sum(weights)) for s in scenario.segments.values()]
        self.spent_yesterday = 0

    def day(
        self,
        day: int,
        plan: Plan,
        lives: int,
        active_core: int,
        followers: int,
        season: float,
        proof_follow: float = 0.0,
        proof_buy: float = 0.0,
    ) -> MarketDay:
        """Intensities of a day.

        active_core  liking and devoted fans who opened something yesterday;  followers: of yesterday
        proof_follow, proof_buy  log-odds added by an authority and by shown sales
        """
        rules, brand = self.world.rules, self.world.brand
        weight = organic_weight(float(active_core), float(self.initial_fans), plan.quality, rules.exposure)
        exposures = entries = 0.0
        if self.feed:
            exposures = max(self.feed.exposures_per_fan * self.initial_fans, self.feed.exposures_at_least) * weight
            entries = lives * self.feed.exposures_per_live * exposures
        impressions, spend = self._buy(day, plan)
        reached = reach_per_head(impressions / self.users) if impressions else 0.0
        by_ads = reached / max(1.0, rules.exposure.known)  # ads meet known people no more often than others
        rates, exposure, ad_share = [], [], []
        for s in range(self.world.segments.used):
            seen, viewed = self.relative[s] * exposures / self.users, self.relative[s] * entries / self.users
            rel = relevance(float(self.world.segments.match_value[s]), 0.0)
            follow = follow_probability(
                plan.quality, rel, brand.trust, float(followers), brand.certified, 0.0, proof_follow, rules.follow
            )
            need = open_need(float(self.world.segments.need_rate[s]) * season, brand.decision_days, brand.decision_days)
            buys = buying_odds(brand.trust, 0.0, 1.0, brand.relative_price, proof_buy, rules.purchase)
            response = float(self.world.segments.deal_response[s])
            tempted = buying_odds(brand.trust, plan.discount, response, brand.relative_price, proof_buy, rules.purchase)
            at_once = 1.0 if brand.decision_days <= 1.0 else 0.0  # long decisions are not closed at the first touch
            by_kind = {
                Response.FOLLOW_FROM_FEED: seen * follow,
                Response.ORDER_FROM_FEED: at_once
                * seen
                * (1.0 - follow)
                * need
                * buys
                * salience(0.0, False, True, rules.purchase),
                Response.CLICK_AD: reached * brand.click,
                Response.FOLLOW_FROM_LIVE: viewed * rules.follow.from_live,
                Response.ORDER_IN_LIVE: at_once
                * viewed
                * (1.0 - rules.follow.from_live)
                * rules.purchase.impulse_live
                * tempted,
            }
            rates.append(tuple(by_kind[kind] for kind in Response))
            exposure.append(seen + viewed + by_ads)
            ad_share.append(by_ads / exposure[s] if exposure[s] > 0 else 0.0)
        return MarketDay(
            tuple(rates), tuple(exposure), tuple(ad_share), exposures + entries, impressions, spend, weight
        )

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

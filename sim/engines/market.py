"""The public and the commercial domain as one day's intensities per head (M1, M2, M16, M19).

Nobody is a row here: exposures and impressions are rates per platform user, from yesterday's aggregates. How many plays
the day's contents get is drawn, content by content; the rest is expectation.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from sim.engines.feed import BrandFeed, Organic
from sim.engines.reservoir import Response
from sim.observables import FeedDay
from sim.parameters import DAYS_PER_MONTH
from sim.plans import Plan
from sim.rules.auction import average_cpm, log_median_bid, reach_per_head, targeting_lift, win_probability
from sim.rules.climate import World, bare
from sim.rules.deals import asked_price
from sim.rules.exposure import organic_weight, recognised
from sim.rules.follow import follow_probability, relevance
from sim.rules.path import homepage_visits
from sim.rules.prospects import lead_at_touch
from sim.rules.purchase import buying_odds, open_need, salience, undercut
from sim.rules.trust import mean_prior
from sim.scenario.reach import Ads, Feed
from sim.scenario.schema import Scenario

USUAL_MINUTES = 120.0  # a day that a user spends on the platform (evidence E-18): exposures are stated at it


class Activity(NamedTuple):
    """What of yesterday's rows the feed and the ads react to, beside the active core.

    active      followers who opened something;  groups: visits of groups by members
    commercial  people who clicked an ad within 30 days and do not follow
    diverted    share of the orders of the last 30 days that closed off the platform of the feed
    """

    active: int = 0
    groups: int = 0
    commercial: int = 0
    diverted: float = 0.0


@dataclass(frozen=True, slots=True)
class MarketDay:
    """Intensities of one day.

    rates        [S][responses] first responses per untouched person
    exposure     [S] exposure per head of people who have responded before (unit: one feed exposure)
    ad_share     [S] share of ads in it
    exposures    noticed organic exposures of all users;  impressions: paid ones
    ad_spend     cents;  weight: organic weight W/W₀
    feedback     share of the organic weight that active fans have added
    click        probability that one who sees an ad clicks it
    retarget     probability that a person of the commercial domain is shown a retargeted ad
    public_price list price ÷ what people outside the private domain compare it with
    feed         what of the day is only reported
    homepage_feed, homepage_search  expected homepage visits from them that end without following
    """

    rates: tuple[tuple[float, ...], ...]
    exposure: tuple[float, ...]
    ad_share: tuple[float, ...]
    exposures: float
    impressions: int
    ad_spend: int
    weight: float
    feedback: float
    click: float
    retarget: float
    public_price: float
    feed: FeedDay
    homepage_feed: float
    homepage_search: float


class Proofs(NamedTuple):
    """Log-odds added today by others and by authorities (``sim/rules/conformity.py``)."""

    follow: float = 0.0
    buy: float = 0.0


class Paid(NamedTuple):
    """A day of ads.

    impressions  all that were bought;  retargeting: those of them for the commercial domain
    spend        cents;  retarget: probability that a person of the commercial domain is reached
    """

    impressions: int = 0
    retargeting: int = 0
    spend: int = 0
    retarget: float = 0.0


class Market:
    """The first feed and the first ad auction among the platforms; people are met on the first that has either.

    relative  [S] exposure of a segment's users relative to the mean user
    aware     share of users who know the brand by name
    """

    CARRIED = ("spent_yesterday", "aware", "brand_feed")

    def __init__(self, scenario: Scenario, world: World, key: int) -> None:
        self.world = bare(world)
        self.users = scenario.market.users
        self.initial_fans = scenario.pool.fans
        self.home = scenario.home
        self.feed: Feed | None = next((p.feed for p in scenario.platforms if p.feed), None)
        self.ads: Ads | None = next((p.ads for p in scenario.platforms if p.ads), None)
        weights = [s.share * s.exposure for s in scenario.segments.values()]
        shares = [s.share for s in scenario.segments.values()]
        self.relative = [s.exposure * sum(shares) / max(1e-12, sum(weights)) for s in scenario.segments.values()]
        self.heads = [self.users * share / sum(shares) for share in shares]
        self.minutes = scenario.market.attention_minutes / USUAL_MINUTES
        self.visitors = scenario.store.visitors if scenario.industry.closing == "store" else 0.0
        self.ad_season = scenario.market.ad_season.daily(scenario.start, scenario.days)
        self.spent_yesterday = 0
        self.aware = 0.0
        # a look-up in a record costs ten times a rule
        rules = world.rules
        self.exposure_rules, self.ad_rules, self.follow_rules = map(bare, (rules.exposure, rules.ads, rules.follow))
        self.purchase_rules, self.deal_rules, self.path_rules = map(bare, (rules.purchase, rules.deals, rules.path))
        self.known, self.from_live = float(rules.exposure.known), float(rules.follow.from_live)
        self.impulse_live = float(rules.purchase.impulse_live)
        brand = world.brand
        self.trust, self.certified = float(brand.trust_feed), float(brand.certified)
        self.decision_days, self.relative_price = float(brand.decision_days), float(brand.relative_price)
        self.in_store = float(world.closing.in_store)
        self.match = [relevance(float(m), 0.0) for m in world.segments.match_value]
        self.need_rate = [float(x) for x in world.segments.need_rate]
        self.match_product = [float(x) for x in world.segments.match_product]
        self.deal_response = [float(x) for x in world.segments.deal_response]
        self.trusts = [float(mean_prior(self.trust, float(shift))) for shift in world.segments.trust_shift]
        self.found = float(brand.found)
        self.touched = float(salience(0.0, False, True, self.purchase_rules))
        self.brand_feed = (
            BrandFeed(
                self.feed,
                self.initial_fans,
                self.users,
                scenario.brand.content.per_day,
                rules.exposure,
                key,
                scenario.brand.matrix.accounts,
            )
            if self.feed
            else None
        )

    def day(
        self,
        day: int,
        plan: Plan,
        lives: int,
        active_core: int,
        followers: int,
        season: float,
        activity: Activity = Activity(),  # noqa: B008  (immutable)
        reward: float = 0.0,
        proofs: Proofs = Proofs(),  # noqa: B008
    ) -> MarketDay:
        """Intensities of a day.

        active_core  liking and devoted fans who opened something yesterday;  followers: of yesterday
        reward       extra exposures for a completed task, as a share of the ordinary ones
        proofs       of others and of authorities
        """
        weight = float(
            organic_weight(float(active_core), float(self.initial_fans), float(plan.quality), self.exposure_rules)
        )
        alone = float(organic_weight(0.0, float(self.initial_fans), float(plan.quality), self.exposure_rules))
        organic = Organic()
        if self.brand_feed:
            organic = self.brand_feed.day(
                day, weight, lives, activity.groups, self.aware, reward, activity.diverted, self.minutes
            )
        paid = self._buy(day, plan, activity)
        click, reached = 0.0, 0.0
        if self.ads:
            click = min(1.0, self.ads.click * float(targeting_lift(float(activity.active), self.ad_rules)))
            per_head = (paid.impressions - paid.retargeting) / self.users
            reached = float(reach_per_head(per_head, self.ads.unevenness)) if per_head > 0.0 else 0.0
        self.aware = float(recognised(self.aware, reached, self.exposure_rules))
        by_ads = reached / max(1.0, self.known)  # ads meet known people no more often than others
        price = self.relative_price
        if self.feed:
            price *= float(undercut(self.feed.price_war / DAYS_PER_MONTH, float(day)))
        rates, exposure, ad_share, homepage_feed, homepage_search = [], [], [], 0.0, 0.0
        for s in range(len(self.relative)):
            seen = self.relative[s] * organic.contents / self.users
            viewed = self.relative[s] * organic.lives / self.users
            follow = self._follow(s, plan, followers, proofs)
            homepage_feed += homepage_visits(seen * self.heads[s], follow, self.path_rules)
            searches = self.need_rate[s] * season * self.found * self.heads[s]
            homepage_search += homepage_visits(searches, follow, self.path_rules)
            rates.append(self._responses(s, seen, viewed, reached * click, plan, follow, season, price, proofs))
            exposure.append(seen + viewed + by_ads)
            ad_share.append(by_ads / exposure[s] if exposure[s] > 0 else 0.0)
        return MarketDay(
            rates=tuple(rates),
            exposure=tuple(exposure),
            ad_share=tuple(ad_share),
            exposures=organic.contents + organic.lives,
            impressions=paid.impressions,
            ad_spend=paid.spend,
            weight=weight,
            feedback=1.0 - alone / weight,
            click=click,
            retarget=paid.retarget,
            public_price=price,
            feed=organic.report._replace(retargeting=float(paid.retargeting), aware=self.aware),
            homepage_feed=homepage_feed,
            homepage_search=homepage_search,
        )

    def _follow(self, s: int, plan: Plan, followers: int, proofs: Proofs) -> float:
        """Probability that one of a segment who has not responded before follows at a noticed exposure."""
        return follow_probability(
            plan.quality,
            self.match[s],
            self.trusts[s],
            float(followers),
            self.certified,
            0.0,
            proofs.follow,
            self.follow_rules,
        )

    def _responses(
        self,
        s: int,
        seen: float,
        viewed: float,
        clicks: float,
        plan: Plan,
        follow: float,
        season: float,
        price: float,
        proofs: Proofs,
    ) -> tuple[float, ...]:
        """First responses per untouched head of a segment, by kind.

        follow  probability of following at a noticed exposure
        """
        need = open_need(self.need_rate[s] * season, self.decision_days, self.decision_days)
        trust, purchase, deals = self.trusts[s], self.purchase_rules, self.deal_rules
        proof = proofs.buy + self.match_product[s]
        # whoever is met for the first time remembers the list price
        buys, tempted = (
            float(buying_odds(trust, asked, 1.0, 0.0, self.deal_response[s], price, proof, purchase, deals))
            for asked in (1.0, asked_price(plan.discount))
        )
        buys *= self.touched
        found = self.need_rate[s] * season * self.found  # searches that show the brand, per head (E-16)
        # long decisions are not closed at the first touch, and deals of stores only there
        at_once = 1.0 - self.in_store if self.decision_days <= 1.0 else 0.0
        lead = float(lead_at_touch(self.need_rate[s], trust, season, proof, self.world)) if self.in_store else 0.0
        by_kind = {
            Response.FOLLOW_FROM_FEED: seen * follow,
            Response.ORDER_FROM_FEED: at_once * seen * (1.0 - follow) * need * buys,
            Response.CLICK_AD: clicks,
            Response.FOLLOW_FROM_LIVE: viewed * self.from_live,
            Response.ORDER_IN_LIVE: at_once * viewed * (1.0 - self.from_live) * self.impulse_live * tempted,
            Response.FOLLOW_FROM_SEARCH: found * follow,
            Response.ORDER_FROM_SEARCH: at_once * found * (1.0 - follow) * buys,
            Response.LEAVE_LEAD_IN_FEED: seen * (1.0 - follow) * lead,
            Response.LEAVE_LEAD_IN_LIVE: viewed * (1.0 - self.from_live) * lead,
            Response.WALK_INTO_STORE: self.relative[s] * self.visitors * season / self.users,
        }
        return tuple(by_kind[kind] for kind in Response)

    def _buy(self, day: int, plan: Plan, activity: Activity) -> Paid:
        """Impressions won and cents spent: all that are on offer at the bid, or as many as the budget pays.

        Part of them go to the commercial domain, at most one a day and person.
        """
        if not self.ads or plan.ads_per_day <= 0:
            self.spent_yesterday = 0
            return Paid()
        ads = self.ads
        median = log_median_bid(
            100.0 * ads.cpm * float(self.ad_season[min(day, len(self.ad_season) - 1)]),
            ads.growth / DAYS_PER_MONTH,
            math.log1p(ads.competitors) / DAYS_PER_MONTH,
            float(day),
            ads.elasticity,
            float(self.spent_yesterday),
            100.0 * ads.reference_spend,
        )
        price = average_cpm(plan.bid, median, ads.spread)
        on_offer = ads.opportunities * self.minutes * self.users * win_probability(plan.bid, median, ads.spread)
        impressions = int(min(on_offer, 1000.0 * plan.ads_per_day / price))
        spend = min(plan.ads_per_day, int(impressions * price / 1000.0 + 0.5))
        self.spent_yesterday = spend
        retargeting = min(activity.commercial, int(ads.retarget_share * impressions))
        retarget = float(reach_per_head(retargeting / activity.commercial, 0.0)) if retargeting else 0.0
        return Paid(impressions, retargeting, spend, retarget)

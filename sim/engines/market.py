"""The public and the commercial domain as one day's intensities per head (M1, M2, M16, M19).

Nobody is a row here: exposures and impressions are rates per platform user, from yesterday's aggregates. How many plays
the day's contents get is drawn, content by content; the rest is expectation.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engines.feed import NO_FEED, BrandFeed
from sim.engines.reservoir import KINDS
from sim.engines.strangers import AD_SHARE, COLUMNS, EXPOSURE, Strangers, ads_met, brand_weights, meet_market
from sim.engines.world import floats
from sim.observables import FeedDay
from sim.parameters import DAYS_PER_MONTH
from sim.plans import Plan
from sim.rules.auction import average_cpm, log_median_bid, reach_per_head, win_probability
from sim.rules.climate import World, bare, boxed, compilable
from sim.rules.follow import relevance
from sim.rules.purchase import salience, undercut
from sim.rules.tally import MAX_SEGMENTS
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


class MarketDay(NamedTuple):
    """Intensities of one day.

    rates        [S, responses] first responses per untouched person
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

    rates: npt.NDArray[np.float64]
    exposure: list[float]
    ad_share: list[float]
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
        self.ad_season = scenario.market.ad_season.daily(scenario.start, scenario.days)
        self.spent_yesterday = 0
        self.aware = 0.0
        self.worlds, brand = boxed(world), world.brand
        self.relative_price, self.known = float(brand.relative_price), float(world.rules.exposure.known)
        trust = float(brand.trust_feed)
        self.strangers = boxed(compilable(Strangers(
            used=len(weights),
            users=float(self.users),
            relative=floats(self.relative, MAX_SEGMENTS),
            heads=floats(self.heads, MAX_SEGMENTS),
            match=floats([relevance(float(m), 0.0) for m in world.segments.match_value], MAX_SEGMENTS),
            trusts=floats([mean_prior(trust, float(shift)) for shift in world.segments.trust_shift], MAX_SEGMENTS),
            touched=float(salience(0.0, False, True, bare(world.rules.purchase))),
            visitors=float(scenario.store.visitors if scenario.industry.closing == "store" else 0.0),
        )))  # fmt: skip
        self.brand_feed = (
            BrandFeed(
                self.feed,
                self.initial_fans,
                self.users,
                scenario.brand.content.per_day,
                world.rules.exposure,
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
        weight, alone = brand_weights(float(active_core), float(self.initial_fans), float(plan.quality), self.worlds)
        organic = NO_FEED
        if self.brand_feed:
            organic = self.brand_feed.day(
                day, weight, lives, activity.groups, self.aware, reward, activity.diverted, self.minutes
            )
        paid = self._buy(day, plan, activity)
        clicked, unevenness, per_head = 0.0, 0.0, 0.0
        if self.ads:
            clicked, unevenness = self.ads.click, self.ads.unevenness
            per_head = (paid.impressions - paid.retargeting) / self.users
        click, reached, self.aware = ads_met(
            clicked, float(activity.active), per_head, unevenness, self.aware, self.worlds
        )
        by_ads = reached / max(1.0, self.known)  # ads meet known people no more often than others
        price = self.relative_price
        if self.feed:
            price *= float(undercut(self.feed.price_war / DAYS_PER_MONTH, float(day)))
        found = np.empty((len(self.relative), COLUMNS))
        homepage_feed, homepage_search = meet_market(
            organic.contents, organic.lives, reached * click, by_ads, float(plan.quality), float(plan.discount),
            float(followers), season, price, proofs.follow, proofs.buy, self.strangers, self.worlds, found,
        )  # fmt: skip
        report = organic.report
        if self.ads:
            report = report._replace(retargeting=float(paid.retargeting), aware=self.aware)
        return MarketDay(
            rates=found[:, :KINDS],
            exposure=found[:, EXPOSURE].tolist(),
            ad_share=found[:, AD_SHARE].tolist(),
            exposures=organic.contents + organic.lives,
            impressions=paid.impressions,
            ad_spend=paid.spend,
            weight=weight,
            feedback=1.0 - alone / weight,
            click=click,
            retarget=paid.retarget,
            public_price=price,
            feed=report,
            homepage_feed=homepage_feed,
            homepage_search=homepage_search,
        )

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

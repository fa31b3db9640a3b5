"""What a day of the market does to people who have not met the brand, segment by segment, in one compiled call."""

from typing import NamedTuple

from sim.compiled import at_once, rare
from sim.engines.reservoir import KINDS, Response
from sim.rules.auction import reach_per_head, targeting_lift
from sim.rules.climate import Boxed, Floats
from sim.rules.deals import asked_price
from sim.rules.exposure import organic_weight, recognised
from sim.rules.follow import follow_probability
from sim.rules.path import homepage_visits
from sim.rules.prospects import lead_at_touch
from sim.rules.purchase import buying_odds, open_need

EXPOSURE, AD_SHARE = KINDS, KINDS + 1  # columns of ``meet_market`` after those of the kinds of response
COLUMNS = KINDS + 2


class Strangers(NamedTuple):
    """What stays the same of people who have not met the brand; vectors have room for S = 8 segments."""

    used: int  # segments in use
    users: float  # of the platform
    relative: Floats  # [S] exposure of a segment's users relative to the mean user
    heads: Floats  # [S] users
    match: Floats  # [S] relevance of value content
    trusts: Floats  # [S] mean prior trust
    touched: float  # salience of the brand right after a touch
    visitors: float  # of the store a day


@rare
def meet_all_segments(
    contents: float, lives: float, clicks: float, by_ads: float, quality: float, discount: float, followers: float,
    season: float, price: float, proof_follow: float, proof_buy: float, strangers: Boxed, worlds: Boxed, found: Floats,
) -> tuple[float, float]:  # fmt: skip
    """First responses per head of people who have not met the brand, by segment and kind: fills in ``found``.

    contents, lives  noticed exposures of contents to all users, and entries into lives
    clicks, by_ads   on ads per head, and exposures of known people by ads per head
    price            list price ÷ what it is compared with
    proof_follow, proof_buy  log-odds
    found  [S, COLUMNS] intensities by ``Response``, then exposure per head of known people, and the share of ads in it

    Returns expected homepage visits from the feed and from searches that end without following.
    """
    world, those = worlds[0], strangers[0]
    rules, brand, segments = world.rules, world.brand, world.segments
    by_feed, by_search = 0.0, 0.0
    # long decisions are not closed at the first touch, and deals of stores only there
    online = 1.0 - world.closing.in_store if brand.decision_days <= 1.0 else 0.0
    for s in range(those.used):
        seen = those.relative[s] * contents / those.users
        viewed = those.relative[s] * lives / those.users
        trust, rate = those.trusts[s], segments.need_rate[s]
        follow = follow_probability(
            quality, those.match[s], trust, followers, brand.certified, 0.0, proof_follow, rules.follow
        )
        by_feed += homepage_visits(seen * those.heads[s], follow, rules.path)
        searched = rate * season * brand.found  # searches that show the brand, per head (E-16)
        by_search += homepage_visits(searched * those.heads[s], follow, rules.path)
        need = open_need(rate * season, brand.decision_days, brand.decision_days)
        proof = proof_buy + segments.match_product[s]
        # whoever is met for the first time remembers the list price
        deal = segments.deal_response[s]
        buys = buying_odds(trust, 1.0, 1.0, 0.0, deal, price, proof, rules.purchase, rules.deals) * those.touched
        asked = asked_price(discount)
        tempted = buying_odds(trust, asked, 1.0, 0.0, deal, price, proof, rules.purchase, rules.deals)
        lead = lead_at_touch(rate, trust, season, proof, world) if world.closing.in_store else 0.0
        live, impulse = rules.follow.from_live, rules.purchase.impulse_live
        found[s, Response.FOLLOW_FROM_FEED] = seen * follow
        found[s, Response.ORDER_FROM_FEED] = online * seen * (1.0 - follow) * need * buys
        found[s, Response.CLICK_AD] = clicks
        found[s, Response.FOLLOW_FROM_LIVE] = viewed * live
        found[s, Response.ORDER_IN_LIVE] = online * viewed * (1.0 - live) * impulse * tempted
        found[s, Response.FOLLOW_FROM_SEARCH] = searched * follow
        found[s, Response.ORDER_FROM_SEARCH] = online * searched * (1.0 - follow) * buys
        found[s, Response.LEAVE_LEAD_IN_FEED] = seen * (1.0 - follow) * lead
        found[s, Response.LEAVE_LEAD_IN_LIVE] = viewed * (1.0 - live) * lead
        found[s, Response.WALK_INTO_STORE] = those.relative[s] * those.visitors * season / those.users
        exposure = seen + viewed + by_ads
        found[s, EXPOSURE] = exposure
        found[s, AD_SHARE] = by_ads / exposure if exposure > 0.0 else 0.0
    return by_feed, by_search


@rare
def weigh_brand(active_core: float, fans: float, quality: float, worlds: Boxed) -> tuple[float, float]:
    """Organic weight W/W₀ of the brand, and what it would be without any active fan."""
    rules = worlds[0].rules.exposure
    return organic_weight(active_core, fans, quality, rules), organic_weight(0.0, fans, quality, rules)


@rare
def meet_ads(
    clicked: float, active: float, per_head: float, unevenness: float, aware: float, worlds: Boxed
) -> tuple[float, float, float]:
    """Probability of clicking an ad, share of users whom ads reach today, and share who then know the brand.

    clicked  probability without knowledge of active followers, of whom there are ``active``;  per_head: impressions
    """
    rules = worlds[0].rules
    click = min(1.0, clicked * targeting_lift(active, rules.ads))
    reached = reach_per_head(per_head, unevenness) if per_head > 0.0 else 0.0
    return click, reached, recognised(aware, reached, rules.exposure)


meet_market, brand_weights, ads_met = map(at_once, (meet_all_segments, weigh_brand, meet_ads))

"""The first response: an exposed person becomes a row."""

from sim.compiled import rare
from sim.domains import HomepageSource, Source
from sim.rules.climate import Climate, World
from sim.rules.deals import adapted, after_lesson, asked_price
from sim.rules.exposure import next_exposure
from sim.rules.guiding import is_guided
from sim.rules.membership import channels_at_follow, channels_at_scan, first_memberships
from sim.rules.orders import order
from sim.rules.people import came_for_reward, person_at
from sim.rules.prospects import lead_at_touch, leave_lead
from sim.rules.rows import NEVER, Fan, Person, count_row, domain_on
from sim.rules.tally import NO_CHANNEL, UNTOUCHED, Slot, Tally
from sim.rules.tiers import tier_of
from sim.streams import Decision, exponential, uniform

SCANS = 32  # first kind of response that is a scan: SCANS + 2 · number of the source, + 1 if for a reward


@rare
def first_response(
    address: int, segment: int, kind: int, climate: Climate, world: World, key: int, tally: Tally
) -> tuple[Person, Fan]:
    """A person without a row responds for the first time: becomes a row at the end of the day.

    kind  member of ``reservoir.Response``: 0 follows from the feed, 1 orders from the feed, 2 clicks an ad,
          3 follows from a live, 4 orders in a live, 5 follows from a search, 6 orders from a search,
          7 leaves contact data in the feed, 8 leaves it in a live, 9 comes to the store;
          from 32 on scans the code of a source (``SCANS``)
    """
    rules = world.rules
    by_ad, walks_in = kind == 2, kind == 9
    mean_trust = world.brand.trust_feed
    scanned, rewarded = kind >= SCANS, kind >= SCANS and (kind - SCANS) & 1 == 1
    number = (kind - SCANS) >> 1 if scanned else 0
    if by_ad:
        mean_trust = world.brand.trust_bought
    elif walks_in:
        mean_trust = world.closing.trust
    source = Source.FEED.value
    if by_ad:
        source = Source.AD.value
    elif walks_in:
        source = Source.STORE.value
    elif scanned:
        source, mean_trust = world.sources.source[number], world.sources.trust[number]
    elif kind in (5, 6):
        source = Source.SEARCH.value
        tally[Slot.SEARCHES] += 1
    elif kind in (3, 4, 8):
        source = Source.LIVE.value
    if rewarded:
        mean_trust -= rules.referral.reward_trust
    person = person_at(address, segment, mean_trust, world, key)
    if rewarded:
        person = came_for_reward(person, rules.referral)
    if scanned and world.sources.rewarded[number] == 1:
        tally[Slot.INCENTIVES] += climate.incentive
    trust, expectation, intimacy, need_debt = person.trust_prior, rules.purchase.expectation, 0.0, 0.0
    orders, ordered_on, prospect, spend, channels, muted, joined = 0, NEVER, 0, 0.0, 0, 0, 0
    deal_proneness, reference_price, grade = 0.0, 1.0, 0
    clicked_on, joined_on, due_on = NEVER, NEVER, NEVER
    follows = kind in (0, 3, 5)
    if by_ad:
        tally[Slot.AD_CLICKS] += 1
        tally[Slot.HOMEPAGE + HomepageSource.AD] += 1
        clicked_on = climate.day
        follows = uniform(key, Decision.AD_CLICK, address, climate.day, 0) < world.brand.follow_after_click
    if kind in (1, 4, 6):
        discount = climate.discount if kind == 4 else 0.0
        trust, expectation, prospect, spend, grade = order(
            person,
            0,
            expectation,
            trust,
            NO_CHANNEL,
            discount,
            False,
            kind == 4,
            climate,
            world,
            key,
            tally,
            0,
            kind == 6,
        )
        orders, ordered_on, intimacy = 1, climate.day, rules.tiers.order
        deal_proneness = after_lesson(0.0, discount, rules.deals)
        reference_price = adapted(1.0, asked_price(discount), rules.deals.adaptation)
        if kind == 4:  # tempted in a live, as a follower would be
            need_debt = rules.purchase.borrows
            tally[Slot.IMPULSES] += 1
        if is_guided(address, climate.day, world, key, tally):
            follows, source = True, Source.PAYMENT.value
    if kind == 0:
        tally[Slot.HOMEPAGE + HomepageSource.FEED] += 1
    elif kind == 5:
        tally[Slot.HOMEPAGE + HomepageSource.SEARCH] += 1
    leaves_lead = kind in (7, 8)
    if by_ad and world.closing.in_store == 1:
        leaves_lead = uniform(key, Decision.LEAD, address, climate.day, 0) < lead_at_touch(
            person.need_rate,
            person.trust_prior,
            climate.season,
            climate.proof_buy + world.segments.match_product[segment],
            world,
        )
    if leaves_lead:
        lead = leave_lead(person, trust, False, climate, world, key, tally)
        trust, prospect, due_on, joined = lead.trust, lead.prospect, lead.due_on, lead.joined
        intimacy += lead.closeness
    if walks_in:
        tally[Slot.WALK_INS] += 1
        if uniform(key, Decision.SALE, address, climate.day, 0) < world.closing.sale:
            tally[Slot.SALES_WALK_INS] += 1
            trust, expectation, prospect, spend, grade = order(
                person, 0, expectation, trust, NO_CHANNEL, 0.0, False, False, climate, world, key, tally, 0, False
            )
            orders, ordered_on, intimacy = 1, climate.day, rules.tiers.order
        follows = uniform(key, Decision.STORE_VISIT, address, climate.day, 1) < world.closing.follow
    if scanned:
        joined |= channels_at_scan(address, climate.day, number, world, key)
    elif follows:
        joined |= channels_at_follow(address, climate.day, world, key)
    if joined != 0:
        channels, muted = first_memberships(joined, address, world, key, tally)
    if channels != 0:
        joined_on, clicked_on = climate.day, NEVER
        tally[Slot.JOINS + source] += 1
    tier = tier_of(intimacy, 0, rules.tiers) if channels != 0 else 0
    after = domain_on(channels, muted, clicked_on, climate.day)
    tally[Slot.FLOW + 3 * UNTOUCHED + after] += 1
    fan = Fan(
        source=source,
        channels=channels,
        muted=muted,
        tier=tier,
        cause=-1,
        prospect=prospect,
        attempts=0,
        joined_on=joined_on,
        left_on=NEVER,
        clicked_on=clicked_on,
        ordered_on=ordered_on,
        active_on=NEVER,
        updated_on=climate.day,
        due_on=due_on,
        orders=orders,
        trust=trust,
        fatigue=0.0,
        intimacy=intimacy,
        expectation=expectation,
        need_debt=need_debt,
        month_counts=0,
        spend=spend,
        threshold=next_exposure(
            climate.exposure[segment],
            exponential(key, Decision.EXPOSURE, address, climate.day, 0),
            person.affinity,
            rules.exposure,
        ),
        deal_proneness=deal_proneness,
        reference_price=reference_price,
        grade=grade,
    )
    count_row(person, fan, climate.day, world, tally)
    return person, fan

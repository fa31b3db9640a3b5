"""One row, one day: ``advance_fan``, the function that every engine shares, and the order of its decisions.

A follower's day (``private_day``) goes: clocks, a question (``asking``), messages and lives (``reading``), need,
decision and order (``buying``, or ``prospects`` where deals close in a store), sharing (``referral``), stay, mute or
leave (``staying``), and the channels joined for tomorrow.
"""

from sim.compiled import rare, rule
from sim.domains import Cause, HomepageSource, Prospect, Source
from sim.rules.asking import ask
from sim.rules.buying import Buyer, buy, decision_day
from sim.rules.climate import Climate, World
from sim.rules.clocks import clocks
from sim.rules.deals import adapted
from sim.rules.delivery import counts_on
from sim.rules.exposure import next_exposure
from sim.rules.follow import follow_probability, relevance
from sim.rules.guiding import is_guided, write_to_brand
from sim.rules.membership import (
    all_entered,
    channel_joined,
    channels_at_follow,
    entered,
    first_memberships,
    without_lost,
)
from sim.rules.orders import order
from sim.rules.path import visits_homepage
from sim.rules.prospects import buy_in_store, pursue
from sim.rules.purchase import buying_odds, open_need, salience
from sim.rules.reading import read_messages
from sim.rules.referral import share_rate, shares, tier_factor
from sim.rules.retargeting import click_probability, retargeted
from sim.rules.rivalry import Surroundings, preferred
from sim.rules.rows import NEVER, Fan, Person, count_channels, count_row, domain_on, reachable
from sim.rules.search import searches
from sim.rules.staying import stay_mute_or_leave
from sim.rules.tally import NO_CHANNEL, Slot, Tally
from sim.rules.tiers import tier_of
from sim.streams import DailyDraws, Decision, exponential, uniform


@rule
def advance_fan(
    person: Person,
    fan: Fan,
    draws: DailyDraws,
    around: Surroundings,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> Fan:
    """One row, one day, in the order of model.md §3.4; its only side effect is adding integers to ``tally``.

    A row in the private domain is visited every day, any other only when ``search.needs_visit`` says so; clocks move in
    closed form over the days since ``fan.updated_on``.

    draws  of this person and day, from ``daily_draws``; only a follower uses them
    around the other brands of the scenario this morning, ``ALONE`` where there is one
    """
    if reachable(fan.channels, fan.muted):
        after = private_day(person, fan, draws, around, climate, world, key, tally)
    else:
        after = public_day(person, fan, around, climate, world, key, tally)
    before = domain_on(fan.channels, fan.muted, fan.clicked_on, climate.day - 1)
    now = domain_on(after.channels, after.muted, after.clicked_on, climate.day)
    if before != now:
        tally[Slot.FLOW + 3 * before + now] += 1
    count_row(person, after, climate.day, world, tally)
    return after


@rule
def private_day(
    person: Person,
    fan: Fan,
    draws: DailyDraws,
    around: Surroundings,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> Fan:
    """The day of a follower: clocks, question, messages, lives, need, order, sharing, then stay, mute or leave."""
    rules, day = world.rules, climate.day
    # a. clocks
    fatigue, trust, intimacy, deal_proneness = clocks(person, fan, day, world)
    counts = counts_on(fan.month_counts, fan.updated_on, climate, world)
    # d. question and answer
    asked = ask(person, fan, trust, climate, world, key, tally)
    # b, c. messages and lives
    read = read_messages(person, fan, asked.trust, fatigue, counts, draws.visit, around, climate, world, key, tally)
    active_on = day if read.opened else fan.active_on
    # e, f. need, decision, order
    intimacy += asked.closeness + read.closeness
    if world.closing.in_store == 1:
        buyer = buy_in_store(person, fan, read, intimacy, deal_proneness, draws, around, climate, world, key, tally)
    else:
        buyer = buy(person, fan, read, intimacy, deal_proneness, draws, around, climate, world, key, tally)
    if buyer.spend > fan.spend:
        for c in range(world.channels.used):
            if fan.channels >> c & 1:
                tally[Slot.GMV_MEMBERS + c] += int(buyer.spend - fan.spend)
    # g. sharing
    intimacy = buyer.intimacy
    if draws.share < climate.share_limit and share_today(person, fan.tier, buyer, draws.share, climate, world, tally):
        intimacy += rules.tiers.share
    # h. stay, mute or leave
    tier = tier_of(intimacy, fan.tier, rules.tiers)
    channels, muted, cause = stay_mute_or_leave(
        person,
        fan,
        buyer.trust,
        read.fatigue,
        intimacy,
        tier,
        read.shock,
        draws.leave,
        around,
        climate,
        world,
        key,
        tally,
    )
    if asked.gives_up and reachable(channels, muted):
        muted, cause = channels, Cause.DISTRUST.value
    if climate.bans and reachable(channels, muted):
        channels, muted = without_lost(person.key, channels, muted, climate, world, tally)
        cause = cause if reachable(channels, muted) else Cause.BAN.value
    if not reachable(channels, muted):
        count_channels(Slot.CHANNEL_LEAVES, channels, world, tally)
        tally[Slot.EXITS + cause] += 1
        due_on = NEVER
        if buyer.prospect >= Prospect.WAITING:  # the brand has the contact data
            due_on = buyer.due_on
        return Fan(
            source=fan.source,
            channels=0,
            muted=0,
            tier=0,
            cause=cause,
            prospect=buyer.prospect,
            attempts=0,
            joined_on=fan.joined_on,
            left_on=day,
            clicked_on=NEVER,
            ordered_on=buyer.ordered_on,
            active_on=active_on,
            updated_on=day,
            due_on=due_on,
            orders=buyer.orders,
            trust=buyer.trust,
            fatigue=read.fatigue,
            intimacy=intimacy,
            expectation=buyer.expectation,
            need_debt=buyer.need_debt,
            month_counts=read.month_counts,
            spend=buyer.spend,
            threshold=next_exposure(
                climate.exposure[person.segment],
                exponential(key, Decision.EXPOSURE, person.key, day, 0),
                person.affinity,
                rules.exposure,
            ),
            deal_proneness=buyer.deal_proneness,
            reference_price=buyer.reference_price,
            grade=buyer.grade,
        )
    if tier > fan.tier:
        tally[Slot.TIER_UPS] += 1
    elif tier < fan.tier:
        tally[Slot.TIER_DOWNS] += 1
    # joins take effect next morning
    joined = (asked.joined | buyer.joined) & ~channels
    if joined != 0:
        channels, muted = all_entered(channels, muted, joined, person.key, world, key, tally)
    joinable = world.channels.joinable[tier] & ~(channels | muted)
    if joinable != 0:
        c = channel_joined(person, joinable, tier, climate, world, key)
        if c >= 0:
            channels, muted = entered(channels, muted, c, person.key, world, key, tally)
    counts, intimacy = read.month_counts, buyer.intimacy
    if world.path.replies == 1 and (read.homepage or buyer.homepage or read.sought != NO_CHANNEL):
        wrote, channels, muted, counts = write_to_brand(person, channels, muted, counts, climate, world, key, tally)
        intimacy += rules.tiers.reply if wrote else 0.0
    return Fan(
        source=fan.source,
        channels=channels,
        muted=muted,
        tier=tier,
        cause=fan.cause,
        prospect=buyer.prospect,
        attempts=asked.attempts,
        joined_on=fan.joined_on,
        left_on=fan.left_on,
        clicked_on=fan.clicked_on,
        ordered_on=buyer.ordered_on,
        active_on=active_on,
        updated_on=day,
        due_on=buyer.due_on,
        orders=buyer.orders,
        trust=buyer.trust,
        fatigue=read.fatigue,
        intimacy=intimacy,
        expectation=buyer.expectation,
        need_debt=buyer.need_debt,
        month_counts=counts,
        spend=buyer.spend,
        threshold=fan.threshold,
        deal_proneness=buyer.deal_proneness,
        reference_price=buyer.reference_price,
        grade=buyer.grade,
    )


@rare
def share_today(
    person: Person, tier: int, buyer: Buyer, u: float, climate: Climate, world: World, tally: Tally
) -> bool:
    """True when a follower shares the brand today (M10); the engine sees it by the counters and settles it tonight.

    u  the day's draw of SHARE
    """
    rules = world.rules.referral
    factor = tier_factor(tier, rules) * world.segments.sharing[person.segment]
    told = shares(u, share_rate(buyer.trust, buyer.grade, factor, rules), climate.uplift)
    if told == 0:
        return False
    tally[Slot.SHARES] += 1
    if told == 2:
        tally[Slot.REWARDED_SHARES] += 1
    return True


@rare
def public_day(
    person: Person, fan: Fan, around: Surroundings, climate: Climate, world: World, key: int, tally: Tally
) -> Fan:
    """A touch of one who does not follow, or the day on which an open decision closes (model.md §3.3, §3.4)."""
    rules, brand, day = world.rules, world.brand, climate.day
    elapsed = float(day - fan.updated_on)
    fatigue, trust, intimacy, deal_proneness = clocks(person, fan, day, world)
    reference_price = fan.reference_price
    counts = counts_on(fan.month_counts, fan.updated_on, climate, world)
    exposed = climate.exposure[person.segment] >= fan.threshold
    searched = searches(person.key, person.need_rate, fan.orders, fan.prospect, climate, world, key)
    touched = exposed or searched or retargeted(person.key, fan.clicked_on, climate, key)
    source, channels, clicked_on, joined_on, due_on = fan.source, 0, fan.clicked_on, fan.joined_on, fan.due_on
    attempts, threshold, tier, muted = fan.attempts, fan.threshold, 0, 0
    orders, ordered_on, prospect, spend, expectation, grade = (
        fan.orders,
        fan.ordered_on,
        fan.prospect,
        fan.spend,
        fan.expectation,
        fan.grade,
    )
    in_store = world.closing.in_store == 1
    decides, needed, joined, follows = due_on == day and not in_store, False, 0, False
    if touched:
        tally[Slot.TOUCHES] += 1
        if searched:
            tally[Slot.SEARCHES] += 1
        by_ad = not searched and (
            not exposed or uniform(key, Decision.TOUCH_SOURCE, person.key, day, 0) < climate.ad_share[person.segment]
        )
        if by_ad and not exposed:
            tally[Slot.RETARGETED] += 1
        if by_ad:
            click = click_probability(climate.click, fan.clicked_on, day, rules.ads)
            if uniform(key, Decision.AD_CLICK, person.key, day, 1) < click:
                tally[Slot.AD_CLICKS] += 1
                tally[Slot.HOMEPAGE + HomepageSource.AD] += 1
                clicked_on = day
                follows = uniform(key, Decision.AD_CLICK, person.key, day, 0) < brand.follow_after_click
        else:
            u = uniform(key, Decision.FOLLOW, person.key, day, 0)
            chance = follow_probability(
                climate.quality,
                relevance(world.segments.match_value[person.segment], person.affinity),
                trust,
                climate.followers,
                brand.certified,
                float(attempts),
                climate.proof_follow,
                rules.follow,
            )
            follows = u < chance
            if visits_homepage(u, chance, rules.path):
                tally[Slot.HOMEPAGE + (HomepageSource.SEARCH if searched else HomepageSource.FEED)] += 1
        attempts = min(255, attempts + 1)
        if exposed:
            threshold = next_exposure(
                climate.exposure[person.segment],
                exponential(key, Decision.EXPOSURE, person.key, day, 0),
                person.affinity,
                rules.exposure,
            )
        if (
            prospect == Prospect.OPEN
            and due_on < day
            and (
                searched  # a search is a need
                or uniform(key, Decision.NEED, person.key, day, 0)
                < open_need(person.need_rate * climate.season, elapsed, brand.decision_days)
            )
        ):
            tally[Slot.NEEDS] += 1
            if in_store:
                needed = True
            elif brand.decision_days <= 1.0:
                decides = True
            else:
                due_on = decision_day(person, 0, climate, world, key, tally)
        if follows:
            source = Source.FEED.value
            if by_ad:
                source = Source.AD.value
            elif searched:
                source = Source.SEARCH.value
    if needed or (in_store and due_on == day and prospect >= Prospect.WAITING):
        got = pursue(
            person,
            prospect,
            due_on,
            orders,
            trust,
            intimacy,
            expectation,
            needed,
            False,
            False,
            False,
            grade,
            around,
            climate,
            world,
            key,
            tally,
        )
        trust, intimacy, expectation, prospect = got.trust, got.intimacy, got.expectation, got.prospect
        due_on, joined, spend, grade = got.due_on, got.joined, spend + got.net, got.grade
        if got.bought:
            orders, ordered_on = orders + 1, day
    if decides and prospect == Prospect.OPEN:
        odds = buying_odds(
            trust,
            1.0,
            reference_price,
            deal_proneness,
            world.segments.deal_response[person.segment],
            climate.public_price,
            climate.proof_buy + world.segments.match_product[person.segment],
            rules.purchase,
            rules.deals,
        )
        thought_of = salience(intimacy, False, touched, rules.purchase)
        u = uniform(key, Decision.ORDER, person.key, day, 0)
        if u < thought_of:
            reference_price = adapted(reference_price, 1.0, rules.deals.adaptation)
        if u < preferred(odds, around, rules.rivalry) * thought_of:
            trust, expectation, prospect, net, grade = order(
                person,
                orders,
                expectation,
                trust,
                NO_CHANNEL,
                0.0,
                False,
                False,
                climate,
                world,
                key,
                tally,
                0,
                searched,
            )
            orders, ordered_on, spend = orders + 1, day, spend + net
            intimacy += rules.tiers.order
            if not follows and is_guided(person.key, day, world, key, tally):
                follows, source = True, Source.PAYMENT.value
    if follows:  # an answer may have brought the entry of a group, or a friend on WeChat, all the same
        joined |= channels_at_follow(person.key, day, world, key)
    if joined != 0:
        channels, muted = first_memberships(joined, person.key, world, key, tally)
    if channels != 0:
        joined_on, clicked_on = day, NEVER
        tally[Slot.JOINS + source] += 1
        if fan.left_on > NEVER:
            tally[Slot.WIN_BACKS] += 1
        tier, attempts = tier_of(intimacy, 0, rules.tiers), 0
    return Fan(
        source=source,
        channels=channels,
        muted=muted,
        tier=tier,
        cause=fan.cause,
        prospect=prospect,
        attempts=attempts,
        joined_on=joined_on,
        left_on=fan.left_on,
        clicked_on=clicked_on,
        ordered_on=ordered_on,
        active_on=fan.active_on,
        updated_on=day,
        due_on=due_on,
        orders=orders,
        trust=trust,
        fatigue=fatigue,
        intimacy=intimacy,
        expectation=expectation,
        need_debt=fan.need_debt,
        month_counts=counts,
        spend=spend,
        threshold=threshold,
        deal_proneness=deal_proneness,
        reference_price=reference_price,
        grade=grade,
    )

"""Invited: a friend who was untouched becomes a row, and one who had left comes back (M10)."""

from sim.compiled import rare
from sim.domains import Domain, Lifecycle, Source
from sim.rules.climate import Climate, World
from sim.rules.clocks import clocks
from sim.rules.delivery import counts_on
from sim.rules.exposure import next_exposure
from sim.rules.membership import applications, channels_at_follow, first_memberships
from sim.rules.people import came_for_reward, person_at
from sim.rules.referral import friends_affinity, invited_prior
from sim.rules.rows import NEVER, Fan, Person, count_row, domain_on
from sim.rules.tally import UNTOUCHED, Slot, Tally
from sim.rules.tiers import tier_of
from sim.streams import Decision, exponential


@rare
def invited_person(
    address: int, segment: int, sender_trust: float, sender_affinity: float, rewarded: bool, world: World, key: int
) -> Person:
    """Who an invited person is: like the sender in interest, with part of the sender's trust (evidence L17, E-78)."""
    rules = world.rules.referral
    mean = invited_prior(world.brand.trust_feed, sender_trust, rewarded, rules)
    person = person_at(address, segment, mean, world, key)
    if rewarded:
        person = came_for_reward(person, rules)
    return Person(
        key=person.key,
        segment=person.segment,
        tolerance=person.tolerance,
        frailty=person.frailty,
        need_rate=person.need_rate,
        affinity=friends_affinity(person.affinity, sender_affinity, rules),
        trust_prior=person.trust_prior,
    )


@rare
def invited_response(
    address: int,
    segment: int,
    sender_trust: float,
    sender_affinity: float,
    rewarded: bool,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> tuple[Person, Fan]:
    """An untouched friend accepts an invitation: becomes a row and a follower at the end of the day.

    One who can only apply for a place follows when it is given; the fan has brought them all the same.

    rewarded  the invitation was owed to a reward
    """
    person = invited_person(address, segment, sender_trust, sender_affinity, rewarded, world, key)
    source = Source.REWARD.value if rewarded else Source.INVITATION.value
    joining = channels_at_follow(address, climate.day, world, key)
    channels, muted = first_memberships(joining, address, world, key, tally)
    joined_on, after = NEVER, Domain.PUBLIC.value
    if channels != 0:
        joined_on, after = climate.day, Domain.PRIVATE.value
        tally[Slot.JOINS + source] += 1
    tally[Slot.INCENTIVES] += climate.incentive
    tally[Slot.FLOW + 3 * UNTOUCHED + after] += 1
    fan = Fan(
        source=source,
        channels=channels,
        muted=muted,
        tier=0,
        cause=-1,
        prospect=0,
        attempts=0,
        joined_on=joined_on,
        left_on=NEVER,
        clicked_on=NEVER,
        ordered_on=NEVER,
        active_on=NEVER,
        updated_on=climate.day,
        due_on=NEVER,
        orders=0,
        trust=person.trust_prior,
        fatigue=0.0,
        intimacy=0.0,
        expectation=world.rules.purchase.expectation,
        need_debt=0.0,
        month_counts=0,
        spend=0.0,
        threshold=next_exposure(
            climate.exposure[segment],
            exponential(key, Decision.EXPOSURE, address, climate.day, 0),
            person.affinity,
            world.rules.exposure,
        ),
        deal_proneness=0.0,
        reference_price=1.0,
        grade=0,
    )
    count_row(person, fan, climate.day, world, tally)
    return person, fan


@rare
def come_back(person: Person, fan: Fan, rewarded: bool, climate: Climate, world: World, key: int, tally: Tally) -> Fan:
    """One who is known and does not follow accepts an invitation, at the end of a day that has been counted."""
    day, waiting = climate.day, applications(fan.channels, fan.muted)
    fatigue, trust, intimacy, deal_proneness = clocks(person, fan, day, world)
    counts = counts_on(fan.month_counts, fan.updated_on, climate, world)
    before = domain_on(fan.channels, fan.muted, fan.clicked_on, day)
    joining = channels_at_follow(person.key, day, world, key) & ~waiting
    channels, muted = first_memberships(joining, person.key, world, key, tally)
    muted |= waiting
    tally[Slot.INCENTIVES] += climate.incentive
    follows = channels != 0
    source, joined_on, clicked_on, tier, attempts = fan.source, fan.joined_on, fan.clicked_on, 0, fan.attempts
    if follows:
        source = Source.REWARD.value if rewarded else Source.INVITATION.value
        joined_on, clicked_on, tier, attempts = day, NEVER, tier_of(intimacy, 0, world.rules.tiers), 0
        tally[Slot.JOINS + source] += 1
        tally[Slot.ROWS + before] -= 1
        tally[Slot.FLOW + 3 * before + Domain.PRIVATE] += 1
        if fan.left_on > NEVER:
            tally[Slot.LIFECYCLE + Lifecycle.CHURNED] -= 1
            tally[Slot.WIN_BACKS] += 1
    after = Fan(
        source=source,
        channels=channels,
        muted=muted,
        tier=tier,
        cause=fan.cause,
        prospect=fan.prospect,
        attempts=attempts,
        joined_on=joined_on,
        left_on=fan.left_on,
        clicked_on=clicked_on,
        ordered_on=fan.ordered_on,
        active_on=fan.active_on,
        updated_on=day,
        due_on=fan.due_on,
        orders=fan.orders,
        trust=trust,
        fatigue=fatigue,
        intimacy=intimacy,
        expectation=fan.expectation,
        need_debt=fan.need_debt,
        month_counts=counts,
        spend=fan.spend,
        threshold=fan.threshold,
        deal_proneness=deal_proneness,
        reference_price=fan.reference_price,
        grade=fan.grade,
    )
    if follows:
        count_row(person, after, day, world, tally)
    return after

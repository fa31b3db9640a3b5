"""People: traits as pure functions of an address, and the initial pool."""

from sim.compiled import rare, rule
from sim.domains import Prospect, Source
from sim.rules.climate import World
from sim.rules.exposure import next_exposure
from sim.rules.membership import keeps_out
from sim.rules.numbers import bounded_exp
from sim.rules.referral import ReferralRules
from sim.rules.rows import NEVER, STRANGER, Fan, Person, reachable
from sim.rules.trust import experienced_prior, mean_prior
from sim.streams import Decision, beta, exponential, gamma, normal, uniform

OLDEST = 1080  # days; details.md
START_INTIMACY = (0.3, 0.9, 2.5)  # by tier; details.md


@rule
def people_key(world: World, key: int) -> int:
    """Key of what a person is to every brand: tolerance, frailty and needs; interest and trust are a brand's own."""
    return key if world.people_key == 0 else world.people_key


@rare
def stranger(address: int, segment: int, already: float, world: World, key: int) -> tuple[Person, Fan]:
    """The row of one whom another brand has met and this one has not: nothing but a clock.

    already  intensity of first responses to this brand accumulated so far, per head

    The person responds on the day on which Exp(1) more has accumulated, as one without a row does; exponential waiting
    has no memory, so it does not matter when the other brand came (model.md §2).
    """
    clock = already + exponential(key, Decision.RESPONSE, address, 1, 0)
    person = Person(
        key=address, segment=segment, tolerance=1.0, frailty=1.0, need_rate=0.0, affinity=0.0, trust_prior=0.0
    )
    fan = Fan(
        source=STRANGER,
        channels=0,
        muted=0,
        tier=0,
        cause=-1,
        prospect=0,
        attempts=0,
        joined_on=NEVER,
        left_on=NEVER,
        clicked_on=NEVER,
        ordered_on=NEVER,
        active_on=NEVER,
        updated_on=NEVER,
        due_on=NEVER,
        orders=0,
        trust=0.0,
        fatigue=0.0,
        intimacy=0.0,
        expectation=0.0,
        need_debt=0.0,
        month_counts=0,
        spend=0.0,
        threshold=clock,
        deal_proneness=0.0,
        reference_price=1.0,
        grade=0,
    )
    return person, fan


@rare
def person_at(address: int, segment: int, mean_trust: float, world: World, key: int) -> Person:
    """Traits of the person at an address: pure functions of replication key and address (evidence M5, M6, M7, M8)."""
    rules, own = world.rules, people_key(world, key)
    tolerance = world.segments.tolerance[segment] * bounded_exp(
        rules.messages.tolerance_spread * normal(own, Decision.TOLERANCE, address, 0, 0)
    )
    frailty = 1.0
    if rules.leaving.frailty > 1e-9:
        frailty = rules.leaving.frailty * gamma(1.0 / rules.leaving.frailty, own, Decision.FRAILTY, address, 0, 0)
    shape = rules.purchase.need_shape
    need_rate = world.segments.need_rate[segment] / shape * gamma(shape, own, Decision.NEED_RATE, address, 0, 0)
    mean = mean_prior(mean_trust, world.segments.trust_shift[segment])
    size = rules.trust.prior_size
    return Person(
        key=address,
        segment=segment,
        tolerance=tolerance,
        frailty=frailty,
        need_rate=need_rate,
        affinity=0.8 * normal(key, Decision.AFFINITY, address, 0, 0),
        trust_prior=beta(size * mean, size * (1.0 - mean), key, Decision.TRUST_PRIOR, address, 0, 0),
    )


@rare
def attrition_trait(address: int, world: World, key: int) -> float:
    """Probability of a person's never buying again after an order, in [0, 1]: Beta(a, b) (evidence M8).

    Needed with an order only, so that it is drawn anew from the address there instead of kept in the row.
    """
    rules = world.rules.purchase
    return beta(rules.attrition_a, rules.attrition_b, key, Decision.ATTRITION_TRAIT, address, 0, 0)


@rare
def segment_of_member(address: int, world: World, key: int) -> int:
    """Segment of a member of the initial pool, by the shares of the segments."""
    u = uniform(people_key(world, key), Decision.START_SEGMENT, address, 0, 0)
    segment = 0
    while u > world.segments.end[segment]:
        segment += 1
    return segment


@rare
def is_customer(address: int, world: World, key: int) -> bool:
    """True for a member of the initial pool who has bought before, by the pool's share of customers (E-77)."""
    share = world.brand.customers
    return share > 0.0 and uniform(key, Decision.START_CUSTOMER, address, 0, 0) < share


@rare
def initial_fan(person: Person, world: World, key: int) -> Fan:
    """A member of the initial pool at the end of the day before day 0 (details.md).

    Whom no channel would reach is in the widest one, and lets it through: a member of the pool can be reached. A
    customer has bought once, when the following began, knows the product and trusts accordingly (E-77), and where one
    purchase is all, will not buy again (E-101). Everybody remembers the list price.
    """
    u = uniform(key, Decision.START_TIER, person.key, 0, 0)
    tier = 0
    while u > world.brand.tier_end[tier]:
        tier += 1
    intimacy = START_INTIMACY[0]
    if tier == 1:
        intimacy = START_INTIMACY[1]
    elif tier == 2:
        intimacy = START_INTIMACY[2]
    age = min(world.brand.mean_age * exponential(key, Decision.START_AGE, person.key, 0, 0), float(OLDEST))
    channels, widest = 0, 0
    for c in range(world.channels.used):
        if uniform(key, Decision.START_CHANNEL, person.key, 0, c) < world.channels.start[c]:
            channels |= 1 << c
        if world.channels.start[c] > world.channels.start[widest]:
            widest = c
    muted = 0
    for c in range(world.channels.used):
        if channels >> c & 1 and keeps_out(person.key, c, world, key):
            muted |= 1 << c
    if not reachable(channels, muted):
        channels |= 1 << widest
        muted &= ~(1 << widest)
    joined_on, ordered_on, orders, expectation = -1 - int(age), NEVER, 0, world.rules.purchase.expectation
    prospect = Prospect.OPEN.value
    if is_customer(person.key, world, key):
        ordered_on, orders, expectation = joined_on, 1, world.brand.product_quality
        if world.closing.single == 1:
            prospect = Prospect.OVER.value
    return Fan(
        source=Source.POOL.value,
        channels=channels,
        muted=muted,
        tier=tier,
        cause=-1,
        prospect=prospect,
        attempts=0,
        joined_on=joined_on,
        left_on=NEVER,
        clicked_on=NEVER,
        ordered_on=ordered_on,
        active_on=-1,
        updated_on=-1,
        due_on=NEVER,
        orders=orders,
        trust=experienced_prior(person.trust_prior, orders, world.brand.product_quality, world.rules.trust),
        fatigue=0.0,
        intimacy=intimacy,
        expectation=expectation,
        need_debt=0.0,
        month_counts=0,
        spend=0.0,
        threshold=next_exposure(
            0.0, exponential(key, Decision.EXPOSURE, person.key, 0, 1), person.affinity, world.rules.exposure
        ),
        deal_proneness=0.0,
        reference_price=1.0,
        grade=0,
    )


@rare
def came_for_reward(person: Person, p: ReferralRules) -> Person:
    """The person, leaving sooner: who came for a reward is less attached (evidence E-79)."""
    return Person(
        key=person.key,
        segment=person.segment,
        tolerance=person.tolerance,
        frailty=person.frailty * p.reward_frailty,
        need_rate=person.need_rate,
        affinity=person.affinity,
        trust_prior=person.trust_prior,
    )

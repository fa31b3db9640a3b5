"""Properties of the rules: bounds, monotonicity, and upper bounds that really are."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import FAR, chi_square_z

from sim.rules.auction import average_cpm, win_probability
from sim.rules.exposure import next_exposure, organic_weight
from sim.rules.follow import follow_probability
from sim.rules.leaving import (
    cause_of,
    fatigue_hazard,
    most_hazard,
    natural_hazard,
    neglect_hazard,
    trust_factor,
)
from sim.rules.messages import (
    attention,
    message_weight,
    open_limit,
    open_probability,
    opening_limit,
    watch_probability,
)
from sim.rules.numbers import share_of
from sim.rules.purchase import attrition_probability, buying_odds, open_need, order_event, salience, utility
from sim.rules.tiers import tier_of
from sim.rules.trust import drifted, gained, lost, promotion_is_negative
from sim.streams import uniform

from .tables import table

DEALS = table("deals")
share = st.floats(0.0, 1.0)
prior = st.floats(0.01, 1.0)
loads = st.floats(0.0, 1e6)
positive = st.floats(1e-6, 1e6)
weeks = st.floats(0.0, 1000.0)
flag = st.booleans()

messages = st.builds(
    lambda recovery, relief, effect, n0, rel, trust, visits: table(
        "messages", recovery=recovery, value_relief=relief, load_effect=effect, habituation=n0,
        relevance_effect=rel, trust_effect=trust, group_visits=visits,
    ),
    st.floats(0.1, 365), share, st.floats(0, 10), st.floats(0.1, 1000), st.floats(0, 2), st.floats(0, 3), share,
)  # fmt: skip
leaving = st.builds(
    lambda natural, week, month, rel, devoted, fatigue, k, neglect, scale, trust: table(
        "leaving", natural=natural, first_week=week, first_month=month, relevance=rel, devoted=devoted,
        fatigue=fatigue, load=k, neglect=neglect, neglect_scale=scale, trust=trust,
    ),
    st.floats(0, 10), st.floats(0, 100), st.floats(0, 100), st.floats(0, 10), st.floats(0, 10), st.floats(0, 10),
    st.floats(0, 10), st.floats(0, 10), st.floats(0.01, 100), st.floats(0, 20),
)  # fmt: skip
trusts = st.builds(lambda gain, ratio: table("trust", gain=gain, loss_ratio=ratio), share, st.floats(0, 20))
purchases = st.builds(
    lambda base, trust, discount, price, s, half, offer, touch: table(
        "purchase", base=base, trust=trust, discount=discount, price=price, salience=s, half_intimacy=half, offer=offer,
        touch=touch,
    ),
    st.floats(-30, 30), st.floats(0, 30), st.floats(0, 30), st.floats(0, 30), share, st.floats(0.01, 100), share, share,
)  # fmt: skip


def rises(values):
    return all(b >= a - 1e-12 * max(1.0, abs(a)) for a, b in pairwise(values))


# ------------------------------------------------------------------------------------------------ upper bounds


@given(st.floats(0, 2), share, loads, share, prior, messages)
def test_open_limit_bounds_open_probability(base, rel, x, trust, trust_prior, p):
    chance = open_probability(base, rel, x, trust, trust_prior, p)
    assert 0.0 <= chance <= 1.0
    assert chance <= base * open_limit(trust_prior, p)


@settings(max_examples=500)
@given(st.floats(0, 2), share, share, loads, share, prior, messages)
def test_opening_limit_bounds_open_probability(base, rel, most, x, trust, trust_prior, p):
    chance = open_probability(base, min(rel, most), x, trust, trust_prior, p)
    assert chance <= base * opening_limit(most, x, trust, trust_prior, p)


@settings(max_examples=500)
@given(
    st.floats(0, 50),
    st.floats(0, 20),
    share,
    flag,
    st.integers(-5, 400),
    st.floats(0, 50),
    share,
    share,
    st.floats(0, 10),
    leaving,
)
def test_most_hazard_bounds_the_hazard(x, frailty, rel, devoted, tenure, intimacy, trust, brand, shock, p):
    natural = natural_hazard(tenure, frailty, rel, devoted, p)
    lasting = natural + fatigue_hazard(x, p) + neglect_hazard(intimacy, p)
    hazard = lasting * trust_factor(trust, brand, p) + shock
    assert hazard >= 0.0
    assert hazard <= most_hazard(x, frailty, trust_factor(0.0, brand, p), shock, p)
    assert -math.expm1(-hazard) <= most_hazard(x, frailty, trust_factor(0.0, brand, p), shock, p)


# ------------------------------------------------------------------------------------------------- monotonicity


@given(st.lists(loads, min_size=2, max_size=6), leaving)
def test_fatigue_rises_with_load_from_nothing(xs, p):
    assert rises([fatigue_hazard(x, p) for x in sorted(xs)])
    assert fatigue_hazard(0.0, p) == 0.0


@given(st.lists(st.floats(0, 100), min_size=2, max_size=6), leaving)
def test_neglect_falls_with_intimacy(levels, p):
    assert rises([neglect_hazard(i, p) for i in sorted(levels, reverse=True)])


@given(st.lists(share, min_size=2, max_size=6), share, leaving)
def test_trust_protects(levels, brand, p):
    assert rises([trust_factor(t, brand, p) for t in sorted(levels, reverse=True)])
    assert trust_factor(brand, brand, p) == 1.0


@given(st.lists(share, min_size=2, max_size=6), st.integers(-5, 400), st.floats(0, 20), flag, leaving)
def test_relevance_and_devotion_protect_from_natural_exit(levels, tenure, frailty, devoted, p):
    assert rises([natural_hazard(tenure, frailty, rel, devoted, p) for rel in sorted(levels, reverse=True)])
    assert natural_hazard(tenure, frailty, 0.5, True, p) <= natural_hazard(tenure, frailty, 0.5, False, p)


@given(st.lists(loads, min_size=2, max_size=6), share, prior, st.floats(0, 1), messages)
def test_opening_falls_with_load(xs, trust, trust_prior, base, p):
    assert rises([open_probability(base, 0.5, x, trust, trust_prior, p) for x in sorted(xs, reverse=True)])


@given(st.lists(share, min_size=2, max_size=6), st.floats(0, 5), prior, st.floats(0, 1), messages)
def test_opening_rises_with_trust_and_relevance(levels, x, trust_prior, base, p):
    levels = sorted(levels)
    assert rises([open_probability(base, 0.5, x, t, trust_prior, p) for t in levels])
    assert rises([open_probability(base, rel, x, 0.4, trust_prior, p) for rel in levels])


@given(st.lists(weeks, min_size=2, max_size=6), messages)
def test_habituation_dulls_messages_and_draws_visits_to_a_group(counts, p):
    counts = sorted(counts)
    assert rises([attention(n, False, p) for n in reversed(counts)])
    assert rises([attention(n, True, p) for n in counts])
    assert all(0.0 < attention(n, False, p) <= 1.0 for n in counts)


@given(st.floats(0, 10), st.integers(0, 50), st.integers(0, 50), share, messages)
def test_messages_never_rest(weight, values, promotions, rel, p):
    added = message_weight(weight, float(values), float(promotions), rel, p)
    assert 0.0 <= added <= weight * (values + promotions) * (1 + 1e-12)
    assert message_weight(weight, float(values), promotions + 1.0, rel, p) >= added


@given(share, st.floats(0, 1e3), trusts)
def test_trust_stays_a_share(trust, event, p):
    assert trust - 1e-15 <= gained(trust, event, p) <= 1.0
    assert 0.0 <= lost(trust, event, p) <= trust


@given(share, share, share)
def test_drift_stays_between_trust_and_prior(trust, home, keep):
    assert min(trust, home) - 1e-15 <= drifted(trust, home, keep) <= max(trust, home) + 1e-15


@given(st.lists(st.floats(0, 100), min_size=2, max_size=6), share)
def test_load_makes_promotions_worse(xs, rel):
    chances = [promotion_is_negative(rel, x) for x in sorted(xs)]
    assert rises(chances)
    assert all(0.0 <= c <= 1.0 for c in chances)


@given(st.lists(share, min_size=2, max_size=6), st.floats(0, 5), st.floats(0.05, 20), purchases)
def test_buying_rises_with_trust_and_discount_and_falls_with_price(levels, response, price, p):
    levels = sorted(levels)

    def odds(trust=0.4, discount=0.2, relative=price):
        return buying_odds(trust, 1.0 - discount, 1.0, 0.3, response, relative, 0.0, p, DEALS)

    assert rises([odds(trust=t) for t in levels])
    assert rises([odds(discount=0.95 * d) for d in levels])
    assert rises([odds(relative=price * (1 + d)) for d in reversed(levels)])
    assert 0.0 <= odds() <= 1.0


@given(st.lists(st.floats(0, 100), min_size=2, max_size=6), flag, flag, purchases)
def test_salience_rises_with_intimacy(levels, offer, touched, p):
    found = [salience(i, offer, touched, p) for i in sorted(levels)]
    assert rises(found)
    assert all(0.0 <= s <= 1.0 for s in found)
    assert salience(1.0, True, touched, p) >= salience(1.0, False, touched, p)


@given(st.floats(0, 5), st.floats(0, 2000), st.floats(1, 3650))
def test_open_need_is_a_probability_within_the_decision_time(rate, elapsed, days):
    assert 0.0 <= open_need(rate, elapsed, days) <= -math.expm1(-rate * days) + 1e-15


@given(share, share)
def test_disappointment_weighs_more_than_delight(a, b):
    p = table("purchase")
    assert utility(a, b, p) >= 0.0 or a < b
    assert -utility(min(a, b), max(a, b), p) == pytest.approx(2.0 * utility(max(a, b), min(a, b), p))


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=6), share)
def test_satisfaction_builds_trust_and_keeps_buyers(values, trait):
    p, values = table("purchase"), sorted(values)
    assert rises([order_event(v, p) for v in values])
    assert all(-1.0 <= order_event(v, p) <= 1.0 for v in values)
    assert rises([attrition_probability(trait, v, p) for v in reversed(values)])
    assert all(0.0 <= attrition_probability(trait, v, p) <= 1.0 for v in values)


@given(share, share, share, st.floats(0, 1e9), flag, st.integers(0, 255))
def test_following_rises_with_quality_relevance_trust_and_proof(quality, rel, trust, followers, certified, previous):
    p = table("follow")

    def chance(q=quality, r=rel, t=trust, f=followers, c=float(certified), n=float(previous)):
        return follow_probability(q, r, t, f, c, n, 0.0, p)

    assert 0.0 < chance() < 1.0
    assert chance(q=0.0) <= chance() <= chance(q=1.0)
    assert chance(r=0.0) <= chance() <= chance(r=1.0)
    assert chance(t=0.0) <= chance() <= chance(t=1.0)
    assert chance(f=0.0) <= chance() <= chance(f=2e9)
    assert chance(c=0.0) <= chance() <= chance(c=1.0)
    assert chance(n=300.0) <= chance() <= chance(n=0.0)


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(1, 1e9), share)
def test_feedback_is_bounded(a, b, fans, quality):
    p = table("exposure")
    low, high = (organic_weight(active, fans, quality, p) for active in sorted((a, b)))
    assert 0.0 <= low <= high <= 2.0 * organic_weight(0.0, fans, quality, p) * (1 + 1e-12)


@given(st.floats(0, 1e6), st.floats(1e-9, 22), st.floats(-5, 5))
def test_next_exposure_lies_ahead(accumulated, waiting, affinity):
    p = table("exposure")
    assert next_exposure(accumulated, waiting, affinity, p) >= accumulated
    assert next_exposure(accumulated, waiting, affinity + 1.0, p) <= next_exposure(accumulated, waiting, affinity, p)


@given(st.floats(1, 1e5), st.floats(2, 11), st.floats(0.05, 3))
def test_second_price_is_below_the_bid(bid, median, spread):
    assert 0.0 < average_cpm(bid, median, spread) <= bid * (1 + 1e-9)
    assert 0.0 <= win_probability(bid, median, spread) <= win_probability(2 * bid, median, spread) <= 1.0


@given(st.floats(0, 10), st.floats(0, 10), st.integers(0, 2))
def test_more_intimacy_never_lowers_a_tier(a, b, tier):
    p, (low, high) = table("tiers"), sorted((a, b))
    assert tier_of(low, tier, p) <= tier_of(high, tier, p)
    assert tier_of(low, 0, p) <= tier_of(low, 1, p) <= tier_of(low, 2, p)
    assert tier_of(low, tier_of(low, tier, p), p) == tier_of(low, tier, p)  # settles in one step


@given(st.integers(0, 2), st.integers(0, 100), st.integers(0, 100))
def test_closer_fans_watch_more(tier, liking, more):
    p = table("lives", liking=float(liking), devoted=float(liking + more))
    assert 0.0 <= watch_probability(tier, p) <= 1.0
    assert watch_probability(1, p) <= watch_probability(2, p)


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_shares_of_money_round_half_up(amount, basis_points):
    twice = 2 * amount * basis_points
    assert share_of(amount, basis_points) == (twice + 10_000) // 20_000
    assert 0 <= share_of(amount, basis_points) <= amount


# ------------------------------------------------------------------------------------------------------- causes


@given(share, st.floats(0, 5), st.floats(0, 5), st.floats(0, 5), st.floats(0, 5), st.floats(0.001, 5))
def test_a_cause_that_adds_nothing_is_never_named(u, natural, fatigue, neglect, factor, shock):
    cause = cause_of(u * 0.999999, natural, fatigue, neglect, factor, shock)
    scale = min(1.0, factor)
    added = (
        natural * scale,
        fatigue * scale,
        neglect * scale,
        (natural + fatigue + neglect) * max(0.0, factor - 1.0),
        shock,
    )
    assert added[cause] > 0.0


def causes_z(terms, factor, shock, expected, n=100_000):
    counts = [0] * 5
    for i in range(n):
        counts[cause_of(uniform(3, 9, i, 0, 0), *terms, factor, shock)] += 1
    return chi_square_z(counts, [n * share for share in expected])


# natural .2, fatigue .3, neglect .1 at factor 1.5, shock .1: distrust adds .3; the sum is 1
SHARES = (0.2, 0.3, 0.1, 0.3, 0.1)


@pytest.mark.statistical
def test_causes_come_in_proportion_to_their_terms():
    assert causes_z((0.2, 0.3, 0.1), 1.5, 0.1, SHARES) < FAR


@pytest.mark.statistical
@pytest.mark.parametrize("off", [0, 1, 2])
def test_causes_with_a_term_5_percent_off_are_found_out(off):
    terms = [x * (1.05 if i == off else 1.0) for i, x in enumerate((0.2, 0.3, 0.1))]
    n = 100_000 if off < 2 else 600_000
    assert causes_z(terms, 1.5, 0.1, SHARES, n) > FAR

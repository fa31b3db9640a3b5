"""Value tables of every small rule, computed by hand from the formulas of evidence.md, and the limits."""

import math

import pytest
from scipy import integrate, stats

from sim.domains import Cause
from sim.rules.auction import average_cpm, log_median_bid, reach_per_head, targeting_lift, win_probability
from sim.rules.exposure import cold_start, next_exposure, noticing, organic_weight, recognised
from sim.rules.follow import follow_probability, relevance
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
    load,
    load_per_fatigue,
    message_weight,
    open_limit,
    open_probability,
    watch_probability,
)
from sim.rules.numbers import (
    between,
    bounded_exp,
    fixed,
    kept,
    log_odds,
    logistic,
    normal_distribution,
    share_of,
)
from sim.rules.purchase import (
    attrition_probability,
    buying_odds,
    open_need,
    order_event,
    salience,
    undercut,
    utility,
)
from sim.rules.retargeting import click_probability
from sim.rules.rows import NEVER, domain_on, reachable
from sim.rules.tiers import tier_of
from sim.rules.trust import drifted, gained, lost, mean_prior, promotion_is_negative

from .tables import table

EXPOSURE, FOLLOW, MESSAGES, LIVES = table("exposure"), table("follow"), table("messages"), table("lives")
TRUST, TIERS, PURCHASE, LEAVING = table("trust"), table("tiers"), table("purchase"), table("leaving")
DEALS = table("deals")
ADS = table("ads")
MONTH = 30.4375
STRONG = table("exposure", feedback=2.0, half_share=0.1, quality_elasticity=1.5)

# rule, arguments, value
NUMBERS = [
    (logistic, (0.3,), 0.574442517),
    (logistic, (-2.0,), 0.119202922),
    (logistic, (0.0,), 0.5),
    (logistic, (-1e9,), math.exp(-700)),
    (log_odds, (0.008,), -4.82028157),
    (log_odds, (0.7,), 0.84729786),
    (log_odds, (0.5,), 0.0),
    (bounded_exp, (0.0,), 1.0),
    (bounded_exp, (1e9,), math.exp(700)),
    (bounded_exp, (-1e9,), math.exp(-700)),
    (normal_distribution, (1.0,), 0.841344746),
    (normal_distribution, (-0.5,), 0.308537539),
    (kept, (3.0, 7.0), 0.651439058),
    (kept, (1.0, 120.0), 0.991701293),
    (kept, (0.0, 7.0), 1.0),
    (between, (0.0, 1.5, 1.0), 1.0),
    (between, (0.0, -1.5, 1.0), 0.0),
    (between, (0.0, 0.25, 1.0), 0.25),
    (fixed, (1.0,), 1 << 20),
    (fixed, (0.3,), 314573),  # 314572.8
    (fixed, (-0.3,), -314573),
    (share_of, (12_000, 200), 240),
    (share_of, (25, 200), 1),  # half a cent goes up
    (share_of, (24, 200), 0),
    (share_of, (0, 200), 0),
    (share_of, (999, 0), 0),
]
AUCTION = [
    (log_median_bid, (2000.0, 0.02 / MONTH, 0.0, 60.0, 0.25, 5e5, 1e6), 7.74169379),
    (log_median_bid, (2000.0, 0.02 / MONTH, 0.0, 0.0, 0.25, 0.0, 1e6), math.log(2000)),
    (log_median_bid, (2000.0, 0.0, math.log(1.069) / MONTH, MONTH, 0.25, 0.0, 1e6), math.log(2000 * 1.069**0.25)),
    (log_median_bid, (2000.0, 0.01, 0.002, 60.0, 0.25, 5e5, 1e6), 8.32266324969),
    (win_probability, (3000.0, math.log(2000), 0.6), 0.750408302),
    (win_probability, (2000.0, math.log(2000), 0.6), 0.5),
    (average_cpm, (3000.0, math.log(2000), 0.6), 1691.78796),
    (average_cpm, (2000.0, math.log(2000), 0.6), 1313.36238),
    (average_cpm, (1.0, math.log(2000), 0.6), 1.0),  # hopeless: the bid
    (reach_per_head, (0.3, 0.0), 0.259181779),
    (reach_per_head, (2.0, 0.0), 0.864664717),
    (reach_per_head, (0.0, 0.0), 0.0),
    (reach_per_head, (2.0, 2.0), 1 - 5**-0.5),  # k = ½
    (reach_per_head, (0.3, 1.5), 1 - 1.45 ** (-2 / 3)),
    (reach_per_head, (0.0, 1.5), 0.0),
    (targeting_lift, (0.0, ADS), 1.0),
    (targeting_lift, (math.e - 1.0, table("ads", targeting=0.15)), 1.15),
    (targeting_lift, (1500.0, ADS), 1.07313887),
    (click_probability, (0.02, NEVER, 40, ADS), 0.02),
    (click_probability, (0.02, 10, 40, ADS), 0.04),
    (click_probability, (0.02, 9, 40, ADS), 0.02),  # the 31st day
    (click_probability, (0.7, 40, 40, ADS), 1.0),
]
MEETING = [
    (organic_weight, (50.0, 300.0, 0.5, EXPOSURE), 1.5),  # A = A_h
    (organic_weight, (1000.0, 20_000.0, 0.6, EXPOSURE), 1.64316767),
    (organic_weight, (0.0, 20_000.0, 0.6, EXPOSURE), 1.09544512),
    (organic_weight, (1e12, 20_000.0, 0.5, EXPOSURE), 2.0),  # A → ∞: 1 + k_pub
    (organic_weight, (300.0, 5000.0, 0.8, STRONG), 3.54175098),
    (cold_start, (0.0, 20_000.0, EXPOSURE), 1.0),
    (cold_start, (10_000 / 3, 20_000.0, EXPOSURE), 1.1),  # S = A_h
    (cold_start, (500.0, 300.0, EXPOSURE), 1.15),
    (cold_start, (1e15, 300.0, EXPOSURE), 1.2),
    (recognised, (0.0, 0.001, EXPOSURE), 0.001),
    (recognised, (0.3, 0.0, EXPOSURE), 0.286049086),
    (recognised, (0.3, 0.2, EXPOSURE), 0.428839269),
    (recognised, (1.0, 1.0, EXPOSURE), 1.0),
    (noticing, (0.0, EXPOSURE), 1.0),
    (noticing, (0.2, EXPOSURE), 1.1),
    (next_exposure, (2.0, 0.7, 0.5, EXPOSURE), 2.01415238),
    (next_exposure, (0.0, 1.0, 0.0, EXPOSURE), 1 / 30),
    (relevance, (0.0, 0.0), 0.5),
    (relevance, (0.5, -0.2), 0.574442517),
    (follow_probability, (0.5, 0.5, 0.35, 9999.0, 1.0, 0.0, 0.0, FOLLOW), 0.008),
    (follow_probability, (0.6, 0.7, 0.45, 20_000.0, 0.0, 3.0, 0.0, FOLLOW), 0.00960688704),
    (follow_probability, (0.0, 0.2, 0.1, 0.0, 1.0, 0.0, 0.0, FOLLOW), 0.000928697294),
]  # fmt: skip
READING = [
    (load_per_fatigue, (MESSAGES,), 0.1331221),
    (load, (10.0, 0.7, 0.1331221002498184), 1.90174429),
    (load, (0.0, 0.7, 0.1331221), 0.0),
    (message_weight, (0.6, 2.0, 3.0, 0.5, MESSAGES), 2.58),
    (message_weight, (0.1, 4.0, 0.0, 0.8, MESSAGES), 0.176),
    (message_weight, (0.6, 0.0, 0.0, 0.5, MESSAGES), 0.0),
    (attention, (7.0, False, MESSAGES), 2 / 3),
    (attention, (42.0, False, MESSAGES), 0.25),
    (attention, (0.0, False, MESSAGES), 1.0),
    (attention, (21.0, True, MESSAGES), 0.904214448),
    (attention, (84.0, True, MESSAGES), 1.4689007),
    (attention, (28.0, True, MESSAGES), 1.0),  # 4 a day
    (attention, (0.0, True, MESSAGES), 0.0),
    (open_probability, (0.04, 0.7, 1.2, 0.42, 0.35, MESSAGES), 0.0322451911),
    (open_probability, (0.3, 0.2, 0.0, 0.2, 0.35, MESSAGES), 0.185958521),
    (open_probability, (0.3, 0.5, 0.0, 0.35, 0.35, MESSAGES), 0.3),
    (open_probability, (1.5, 0.5, 0.0, 0.35, 0.35, MESSAGES), 1.0),
    (open_probability, (0.0, 0.5, 0.0, 0.35, 0.35, MESSAGES), 0.0),
    (open_probability, (0.3, 0.5, 0.0, 0.0, 0.35, MESSAGES), 0.0),
    (watch_probability, (0, LIVES), 0.3),
    (watch_probability, (1, LIVES), 0.9),
    (watch_probability, (2, LIVES), 1.0),  # 2.4, cut
    (drifted, (0.6, 0.35, math.exp(-10 / 120)), 0.580011104),
    (drifted, (0.6, 0.35, 1.0), 0.6),
    (drifted, (0.6, 0.35, 0.0), 0.35),
    (gained, (0.4, 1.0, TRUST), 0.427),
    (gained, (0.4, 0.5, TRUST), 0.4135),
    (gained, (0.4, 0.0, TRUST), 0.4),
    (gained, (1.0, 1.0, TRUST), 1.0),
    (gained, (0.4, 1e9, TRUST), 1.0),
    (lost, (0.4, 1.0, TRUST), 0.346),
    (lost, (0.4, 0.75, TRUST), 0.3595),
    (lost, (0.0, 1.0, TRUST), 0.0),
    (lost, (0.4, 1e9, TRUST), 0.0),
    (mean_prior, (0.35, 0.0), 0.35),
    (mean_prior, (0.35, math.log(0.65 / 0.35)), 0.5),  # a customer of a certified brand
    (mean_prior, (0.2, 0.62), 0.317281255),
    (mean_prior, (0.0, 0.0), 0.01),
    (mean_prior, (0.99, 5.0), 0.9999319446),
    (promotion_is_negative, (0.6, 0.3), 0.4),
    (promotion_is_negative, (0.6, 1.0), 0.4),
    (promotion_is_negative, (0.6, 2.5), 0.866121904),
    (promotion_is_negative, (0.0, 0.0), 1.0),
]
BUYING = [
    (buying_odds, (0.35, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, PURCHASE, DEALS), 0.00816257115),  # full price, no memory
    (buying_odds, (0.35, 0.8, 1.0, 0.0, 1.0, 1.0, 0.0, PURCHASE, DEALS), 0.0145531938),
    (buying_odds, (0.35, 0.8, 0.8, 0.0, 1.0, 1.0, 0.0, PURCHASE, DEALS), 0.0113706426),  # it lasts
    (buying_odds, (0.35, 1.0, 0.8, 0.4, 1.0, 1.0, 0.0, PURCHASE, DEALS), 0.00359098557),  # used to deals
    (buying_odds, (0.5, 0.7, 0.9, 0.3, 1.5, 1.2 * math.exp(0.1), 0.0, PURCHASE, DEALS), 0.0322398639),
    (buying_odds, (1.0, 0.5, 1.0, 1.0, 1.0, 1.0, 0.0, PURCHASE, DEALS), 0.738572871),
    (buying_odds, (0.35, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, PURCHASE, DEALS), 0.0),  # waits for the next deal
    (undercut, (0.0, 300.0), 1.0),
    (undercut, (0.005 / MONTH, 2 * MONTH), math.exp(0.01)),
    (salience, (0.9, False, False, PURCHASE), 0.48),
    (salience, (0.0, False, False, PURCHASE), 0.0),
    (salience, (0.0, False, True, PURCHASE), 0.3),
    (salience, (0.0, True, False, PURCHASE), 0.5),
    (salience, (0.3, True, True, PURCHASE), 1.0),  # 1.067, cut
    (open_need, (0.05, 1.0, 1.0), 0.0487705755),
    (open_need, (0.02, 90.0, 14.0), 0.244216259),  # older needs were met elsewhere
    (open_need, (0.02, 3.0, 14.0), 0.0582354664),
    (open_need, (0.02, 0.0, 14.0), 0.0),
    (utility, (0.7, 0.6, PURCHASE), 0.1),
    (utility, (0.5, 0.65, PURCHASE), -0.3),
    (utility, (0.6, 0.6, PURCHASE), 0.0),
    (order_event, (0.1, PURCHASE), 0.75),
    (order_event, (0.0, PURCHASE), 0.5),
    (order_event, (0.2, PURCHASE), 1.0),
    (order_event, (0.9, PURCHASE), 1.0),
    (order_event, (-0.15, PURCHASE), -0.75),
    (order_event, (-0.9, PURCHASE), -1.0),
    (attrition_probability, (0.25, 0.1, PURCHASE), 0.204682688),
    (attrition_probability, (0.25, -0.3, PURCHASE), 0.4555297),
    (attrition_probability, (0.25, -2.0, PURCHASE), 1.0),
    (attrition_probability, (0.0, -2.0, PURCHASE), 0.0),
]
GOING = [
    (natural_hazard, (3, 1.3, 0.6, False, LEAVING), 0.000632813922),  # first week
    (natural_hazard, (7, 1.3, 0.6, False, LEAVING), 0.000632813922),
    (natural_hazard, (8, 0.4, 0.2, True, LEAVING), 0.0000725183293),  # first month
    (natural_hazard, (30, 0.4, 0.2, True, LEAVING), 0.0000725183293),
    (natural_hazard, (31, 2.0, 0.5, False, LEAVING), 0.000511737681),
    (natural_hazard, (31, 0.0, 0.5, False, LEAVING), 0.0),
    (fatigue_hazard, (0.0, LEAVING), 0.0),
    (fatigue_hazard, (1.0, LEAVING), 0.000440130383),
    (fatigue_hazard, (3.2, LEAVING), 0.00465883277),
    (fatigue_hazard, (5 / 0.85, LEAVING), 0.048431428),
    (fatigue_hazard, (1e9, LEAVING), 0.048431428),
    (fatigue_hazard, (3.2, table("leaving", load=0.0)), 0.0),
    (neglect_hazard, (0.0, LEAVING), 0.03 / MONTH),
    (neglect_hazard, (0.3, LEAVING), 0.00059781256),
    (neglect_hazard, (2.5, LEAVING), 0.0000152810056),
    (trust_factor, (0.5, 0.35, LEAVING), 0.740818221),
    (trust_factor, (0.1, 0.35, LEAVING), 1.64872127),
    (trust_factor, (0.35, 0.35, LEAVING), 1.0),
    (trust_factor, (0.9, 0.35, table("leaving", trust=0.0)), 1.0),
]


@pytest.mark.parametrize(
    ("rule", "given", "value"),
    [*NUMBERS, *AUCTION, *MEETING, *READING, *BUYING, *GOING],
    ids=lambda x: getattr(x, "__name__", None),
)
def test_rule_has_the_value_of_its_formula(rule, given, value):
    assert rule(*given) == pytest.approx(value, rel=5e-9, abs=1e-300)


# yesterday's tier, intimacy, today's tier: up at .6 and 2, down under .4 and 1.4
@pytest.mark.parametrize(
    ("before", "intimacy", "after"),
    [
        (0, 0.0, 0), (0, 0.59, 0), (0, 0.6, 1), (0, 1.99, 1), (0, 2.0, 2),
        (1, 0.59, 1), (1, 0.4, 1), (1, 0.39, 0), (1, 1.99, 1), (1, 2.0, 2),
        (2, 2.5, 2), (2, 1.4, 2), (2, 1.39, 1), (2, 0.4, 1), (2, 0.39, 0),
    ],
)  # fmt: skip
def test_tiers_have_hysteresis(before, intimacy, after):
    assert tier_of(intimacy, before, TIERS) == after


# in proportion to the terms: natural .2, fatigue .3, neglect .1, shock .4 at trust factor 1
@pytest.mark.parametrize(
    ("u", "factor", "cause"),
    [
        (0.0, 1.0, Cause.NATURAL), (0.199, 1.0, Cause.NATURAL),
        (0.201, 1.0, Cause.FATIGUE), (0.499, 1.0, Cause.FATIGUE),
        (0.501, 1.0, Cause.NEGLECT), (0.599, 1.0, Cause.NEGLECT),
        (0.601, 1.0, Cause.SHOCK), (0.999, 1.0, Cause.SHOCK),
        # factor 2: what trust below T₀ adds, .6, is distrust; the sum is 1.6
        (0.599 / 1.6, 2.0, Cause.NEGLECT), (0.601 / 1.6, 2.0, Cause.DISTRUST),
        (1.199 / 1.6, 2.0, Cause.DISTRUST), (1.201 / 1.6, 2.0, Cause.SHOCK),
        # factor ½: the lasting terms halve; the sum is .7
        (0.099 / 0.7, 0.5, Cause.NATURAL), (0.101 / 0.7, 0.5, Cause.FATIGUE),
        (0.299 / 0.7, 0.5, Cause.NEGLECT), (0.301 / 0.7, 0.5, Cause.SHOCK),
    ],
)  # fmt: skip
def test_cause_is_drawn_by_what_each_term_adds(u, factor, cause):
    assert cause_of(u, 0.2, 0.3, 0.1, factor, 0.4) == cause


def test_a_follower_is_reachable_through_any_channel_not_muted():
    assert [reachable(*bits) for bits in ((0b00, 0b00), (0b01, 0b00), (0b01, 0b01), (0b11, 0b01))] == [
        False,
        True,
        False,
        True,
    ]


def test_domain_follows_from_memberships_and_the_last_click():
    found = [domain_on(1, 0, NEVER, 40), domain_on(0, 0, 40, 40), domain_on(0, 0, 10, 40)]
    found += [domain_on(0, 0, 9, 40), domain_on(1, 1, NEVER, 40), domain_on(0, 0, NEVER, 0)]
    assert found == [2, 1, 1, 0, 0, 0]  # 30 days after a click is still commercial, 31 is not


@pytest.mark.parametrize("bid", [500.0, 2000.0, 9000.0])
def test_average_cpm_is_the_mean_of_the_bids_beaten(bid):
    law = stats.lognorm(0.6, scale=2000.0)
    paid, _ = integrate.quad(lambda b: b * law.pdf(b), 0, bid, epsabs=0, epsrel=1e-12)
    assert average_cpm(bid, math.log(2000.0), 0.6) == pytest.approx(paid / law.cdf(bid), rel=1e-9)
    assert win_probability(bid, math.log(2000.0), 0.6) == pytest.approx(law.cdf(bid), rel=1e-12)


def test_bounds_are_tight_where_they_are_reached():
    assert 0.08 * open_limit(0.35, MESSAGES) == pytest.approx(
        open_probability(0.08, 1.0, 0.0, 1.0, 0.35, MESSAGES), rel=1e-5
    )
    limit = trust_factor(0.0, 0.35, LEAVING)
    exact = (natural_hazard(0, 1.5, 0.0, False, LEAVING) + neglect_hazard(0.0, LEAVING)) * limit + 0.002
    assert most_hazard(0.0, 1.5, limit, 0.002, LEAVING) == pytest.approx(exact, rel=1e-5)

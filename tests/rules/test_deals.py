"""Deals, persona, promises, trial: value tables by hand, and the bounds that hold for all values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.domains import PriceBand
from sim.rules.deals import adapted, after_lesson, asked_price, deal_factor, price_gap
from sim.rules.orders import price_band
from sim.rules.persona import bargained, emotional_match, persona_match, persona_trust
from sim.rules.promise import breach_probability, expected_mix
from sim.rules.purchase import buying_odds
from sim.rules.trust import experienced_prior

from .tables import table

DEALS, PERSONA, PROMISE, TRUST = table("deals"), table("persona"), table("promise"), table("trust")
PURCHASE = table("purchase")
share = st.floats(0, 1)
prices = st.floats(0.05, 1)

VALUES = [
    (after_lesson, (0.0, 0.3, DEALS), 0.3),
    (after_lesson, (0.25, 0.2, table("deals", lesson=2.0)), 0.65),
    (after_lesson, (0.9, 0.5, DEALS), 1.0),
    (after_lesson, (0.4, 0.0, DEALS), 0.4),  # full price teaches nothing
    (after_lesson, (0.4, 0.5, table("deals", lesson=0.0)), 0.4),
    (adapted, (1.0, 0.7, 0.2), 0.94),
    (adapted, (0.8, 1.0, 0.25), 0.85),  # full prices bring it back
    (adapted, (0.8, 0.5, 0.0), 0.8),
    (adapted, (0.8, 0.5, 1.0), 0.5),
    (asked_price, (0.3,), 0.7),
    (asked_price, (1.0,), 0.01),  # a gift
    (price_gap, (0.8, 1.0), 0.2),
    (price_gap, (0.8, 0.8), 0.0),
    (price_gap, (1.0, 0.8), -0.25),  # a loss
    (deal_factor, (0.9, 0.3, DEALS), 1.3),
    (deal_factor, (1.0, 0.3, DEALS), 0.7),
    (deal_factor, (1.0, 0.3, table("deals", dependence=0.5)), 0.85),
    (deal_factor, (0.9, 0.3, table("deals", dependence=0.0)), 1.0),
    (deal_factor, (1.0, 0.0, DEALS), 1.0),
    (persona_match, (0.8, PERSONA), 0.4),
    (persona_match, (0.0, PERSONA), 0.0),
    (emotional_match, (0.5, 0.6, PERSONA), 0.3),
    (emotional_match, (0.5, 0.0, PERSONA), 0.0),  # nothing to win where offers differ
    (persona_trust, (0.35, 0.0, PERSONA), 0.35),
    (persona_trust, (0.35, 1.0, PERSONA), 0.470275290),
    (persona_trust, (0.0, 1.0, PERSONA), 0.0163809460),  # of .01
    (bargained, (0.05, 0.35, PERSONA), 0.05),
    (bargained, (0.05, 0.2, PERSONA), 0.05),  # a small brand pays what all pay
    (bargained, (0.05, 0.675, PERSONA), 0.0375),
    (bargained, (0.05, 1.0, table("persona", bargaining=1.0)), 0.0),
    (expected_mix, (0.1, 0.9, 0.5), 0.5),
    (expected_mix, (0.1, 0.9, 1.0), 0.1),
    (expected_mix, (0.3, 0.3, 0.7), 0.3),
    (breach_probability, (0.1, 0.8, PROMISE), 0.3),
    (breach_probability, (0.1, 0.2, PROMISE), 0.0),  # within the zone of tolerance
    (breach_probability, (0.8, 0.1, PROMISE), 0.0),
    (breach_probability, (0.0, 1.0, table("promise", breach=10.0)), 1.0),
    (breach_probability, (0.0, 1.0, table("promise", breach=0.0)), 0.0),
    (experienced_prior, (0.35, 0, 0.7, TRUST), 0.35),
    (experienced_prior, (0.35, 1, 0.7, TRUST), 0.49),
    (experienced_prior, (0.35, 7, 0.7, TRUST), 0.49),
    (experienced_prior, (0.6, 1, 0.1, TRUST), 0.4),  # a product worse than its name
    (experienced_prior, (0.6, 1, 0.1, table("trust", experience=0.0)), 0.6),
]


@pytest.mark.parametrize(("rule", "given_", "value"), VALUES, ids=lambda x: getattr(x, "__name__", None))
def test_rule_has_the_value_of_its_formula(rule, given_, value):
    assert rule(*given_) == pytest.approx(value, rel=5e-9, abs=1e-15)


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (0, PriceBand.FULL_PRICE), (1, PriceBand.SHALLOW), (2999, PriceBand.SHALLOW), (3000, PriceBand.DEEP),
        (5000, PriceBand.DEEP),
    ],
)  # fmt: skip
def test_price_bands_begin_at_any_discount_and_at_30_percent(points, band):
    assert price_band(points) == band


@given(share, share, st.floats(0, 5))
def test_deal_proneness_stays_a_share_and_never_falls_by_an_order(proneness, discount, lesson):
    after = after_lesson(proneness, discount, table("deals", lesson=lesson))
    assert proneness <= after <= 1.0


@given(prices, prices, share)
def test_remembered_price_lies_between_the_old_one_and_the_one_met(reference, asked, weight):
    assert min(reference, asked) - 1e-15 <= adapted(reference, asked, weight) <= max(reference, asked) + 1e-15


@given(share, prices, prices, share, st.floats(0, 5), st.floats(0.2, 5))
def test_readiness_is_a_probability(trust, asked, reference, proneness, response, relative):
    assert 0.0 <= buying_odds(trust, asked, reference, proneness, response, relative, 0.0, PURCHASE, DEALS) <= 1.0


@given(share, prices, share, st.floats(0, 5))
def test_who_remembers_a_lower_price_buys_less(trust, asked, proneness, response):
    found = [buying_odds(trust, asked, r, proneness, response, 1.0, 0.0, PURCHASE, DEALS) for r in (0.5, 0.7, 0.9, 1.0)]
    assert found == sorted(found)


def test_a_lasting_discount_keeps_its_level_and_loses_its_gap():
    """Elasticities of a cut of 20 %: 2.6 the first time, b_p = 1.5 once it is what the fan remembers."""
    prices = [(1.0, 1.0), (0.8, 1.0), (0.8, 0.8)]  # asked, remembered
    odds = [buying_odds(0.1, asked, r, 0.0, 1.0, 1.0, 0.0, PURCHASE, DEALS) for asked, r in prices]
    first, lasting = (math.log(o / odds[0]) / -math.log(0.8) for o in odds[1:])
    assert first == pytest.approx(2.62, abs=0.02)
    assert lasting == pytest.approx(PURCHASE.price, abs=0.02)


@given(share, share)
def test_a_persona_never_lowers_prior_trust(trust, persona):
    assert persona_trust(trust, persona, PERSONA) >= min(trust, 0.99) - 1e-12

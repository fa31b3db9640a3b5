"""Value tables of sharing, invitations and conformity, computed by hand; used stubs against the hypergeometric law."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import FAR, chi_square_z
from scipy import stats

from sim.rules.conformity import authority_proof, sales_proof
from sim.rules.follow import follow_probability
from sim.rules.purchase import buying_odds
from sim.rules.referral import (
    BEST,
    WORST,
    acceptance,
    friends_affinity,
    grade_of,
    invited_prior,
    most_sharing,
    reward_uplift,
    share_rate,
    shares,
    tier_factor,
    used_stubs,
)

from .tables import table

REFERRAL, CONFORMITY = table("referral"), table("conformity")
MONTH = 30.4375
PLAIN = table("referral", trust=0.0, satisfaction=0.0)

VALUES = [
    (grade_of, (0.0,), 0),
    (grade_of, (0.18,), 5),  # 4.5 twenty-fifths, half up
    (grade_of, (-0.18,), -4),
    (grade_of, (0.9,), 15),
    (grade_of, (-0.9,), -16),
    (tier_factor, (0, REFERRAL), 0.2),
    (tier_factor, (1, REFERRAL), 1.0),
    (tier_factor, (2, REFERRAL), 3.0),
    (share_rate, (0.5, 0, 1.0, REFERRAL), 0.5 / MONTH / 2),
    (share_rate, (0.8, 5, 3.0, REFERRAL), 0.5 / MONTH * 3 / (1 + math.exp(-(4 * 0.3 + 4 * 0.2)))),
    (share_rate, (0.35, -5, 0.2, REFERRAL), 0.5 / MONTH * 0.2 / (1 + math.exp(4 * 0.15 + 4 * 0.2))),
    (share_rate, (0.9, 15, 2.0, PLAIN), 0.5 / MONTH),
    (reward_uplift, (0.0, REFERRAL), 1.0),
    (reward_uplift, (5.0, REFERRAL), 2.0),
    (reward_uplift, (20.0, REFERRAL), 2.6),
    (acceptance, (0.5, REFERRAL), 0.15),
    (acceptance, (0.0, REFERRAL), 0.0),
    (acceptance, (0.25, table("referral", accept=0.8, accept_trust=0.5)), 0.4),
    (acceptance, (0.25, table("referral", accept=0.8, accept_trust=0.0)), 0.8),
    (invited_prior, (0.35, 0.75, False, REFERRAL), 0.55),
    (invited_prior, (0.35, 0.75, True, REFERRAL), 0.40),
    (invited_prior, (0.1, 0.0, True, REFERRAL), 0.0),
    (friends_affinity, (1.0, 2.0, REFERRAL), 1.0 + math.sqrt(0.75)),
    (friends_affinity, (1.0, 2.0, table("referral", likeness=0.0)), 1.0),
    (friends_affinity, (1.0, 2.0, table("referral", likeness=1.0)), 2.0),
    (sales_proof, (0.0, CONFORMITY), 0.0),
    (sales_proof, (1000.0, CONFORMITY), 0.022 * math.log(1001.0)),
    (authority_proof, (0.0, CONFORMITY), 0.0),
    (authority_proof, (0.5, CONFORMITY), 0.2025),
    (used_stubs, (1000, 0, 5, 0.99), 0),
    (used_stubs, (1000, 10, 0, 0.99), 0),
    (used_stubs, (7, 4, 7, 0.1), 4),
]


@pytest.mark.parametrize(("rule", "given_", "value"), VALUES, ids=lambda x: getattr(x, "__name__", ""))
def test_value(rule, given_, value):
    assert rule(*given_) == pytest.approx(value, rel=1e-5)


@given(st.floats(0, 1), st.integers(WORST, BEST), st.floats(0, 3), st.floats(1, 3))
def test_most_sharing_bounds_the_probability_of_sharing(trust, grade, factor, uplift):
    rate = share_rate(trust, grade, factor, REFERRAL) * uplift
    assert 0.0 <= -math.expm1(-rate) <= most_sharing(3.0, uplift, REFERRAL)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(WORST, BEST - 1))
def test_sharing_rises_with_trust_and_satisfaction(a, b, grade):
    low, high = sorted((a, b))
    assert share_rate(low, grade, 1.0, REFERRAL) <= share_rate(high, grade, 1.0, REFERRAL)
    assert share_rate(a, grade, 1.0, REFERRAL) < share_rate(a, grade + 1, 1.0, REFERRAL)


@given(st.floats(1e-9, 1 - 1e-9), st.floats(0, 2), st.floats(1, 3))
def test_a_reward_adds_shares_and_takes_none_away(u, rate, uplift):
    without, with_reward = shares(u, rate, 1.0), shares(u, rate, uplift)
    assert without in (0, 1)
    assert with_reward == without or (without, with_reward) == (0, 2)


def test_uplift_stays_within_the_evidence():
    """E-79, M3: rewards bring 1.5 to 3 times as many."""
    assert [1.5 <= reward_uplift(y, REFERRAL) <= 3.0 for y in (2.0, 5.0, 20.0, 1e6)] == [True] * 4


def test_a_list_of_the_most_popular_adds_13_to_20_percent_of_demand():
    """L15: γ_n is calibrated at 1,000 orders shown; at other counts it says how far that carries."""
    base = (0.35, 0.0, 1.0, 1.0)
    lifts = {
        shown: buying_odds(*base, sales_proof(shown, CONFORMITY), table("purchase"))
        / buying_odds(*base, 0.0, table("purchase"))
        for shown in (100.0, 1000.0, 10_000.0)
    }
    assert 1.13 <= lifts[1000.0] <= 1.20
    assert 1.0 < lifts[100.0] < lifts[1000.0] < lifts[10_000.0] < 1.25


def test_an_authority_lifts_following_and_buying_by_1_2_to_2():
    """M11: KOL lift ×1.2–2 on follow and conversion."""
    proof = authority_proof(1.0, CONFORMITY)
    follow = [follow_probability(0.6, 0.5, 0.35, 1e4, 1.0, 0.0, x, table("follow")) for x in (0.0, proof)]
    buy = [buying_odds(0.35, 0.0, 1.0, 1.0, x, table("purchase")) for x in (0.0, proof)]
    assert 1.2 <= follow[1] / follow[0] <= 2.0
    assert 1.2 <= buy[1] / buy[0] <= 2.0


# ------------------------------------------------------------------------------------------------- used stubs

CELLS = [(1000, 30, 12), (60, 25, 20), (60, 35, 20), (40_000, 900, 800), (10_000, 9_000, 100), (4, 2, 2)]
DRAWS = 40_000


def used_z(stubs, used, mine, true_used):
    chance = np.random.default_rng(3).random(DRAWS)
    found = np.array([used_stubs(stubs, true_used, mine, float(u)) for u in chance])
    law = stats.hypergeom(stubs, used, mine)
    edges = np.unique(law.ppf([0.05, 0.2, 0.4, 0.6, 0.8, 0.95]))
    expected = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]])) * DRAWS
    observed = np.bincount(np.searchsorted(edges, found), minlength=len(expected))
    keep = expected > 5
    return chi_square_z(
        np.append(observed[keep], observed[~keep].sum() + 1e-9), np.append(expected[keep], expected[~keep].sum() + 1e-9)
    )


@pytest.mark.statistical
@pytest.mark.parametrize(("stubs", "used", "mine"), CELLS)
def test_used_stubs_are_hypergeometric(stubs, used, mine):
    assert used_z(stubs, used, mine, used) < FAR


@pytest.mark.statistical
@pytest.mark.parametrize(("stubs", "used", "mine"), [(40_000, 1000, 800), (10_000, 9_000, 100), (1000, 200, 50)])
def test_used_stubs_5_percent_off_are_found_out(stubs, used, mine):
    assert used_z(stubs, used, mine, round(used * 0.95)) > FAR


@given(st.data())
def test_used_stubs_stay_within_what_there_is(data):
    people, degree = data.draw(st.integers(1, 50)), data.draw(st.integers(1, 200))
    taken = data.draw(st.integers(0, people * degree))
    u = data.draw(st.floats(1e-10, 1 - 1e-10))
    h = used_stubs(people * degree, taken, degree, u)
    assert max(0, degree - (people * degree - taken)) <= h <= min(taken, degree)

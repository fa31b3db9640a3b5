"""Word of mouth: who shares the brand today, what a friend makes of it, and which friends are still to be asked (M10).

Friends are the edges of a network in which only degrees are fixed (configuration model, Molloy and Reed 1995). An edge
is uncovered when somebody invites along it, and each is used once: the inviter's stub is joined to one drawn from all
stubs that are still open (``sim/engines/network.py``).
"""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rare, rule
from sim.parameters import fraction, parameter
from sim.rules.numbers import between, bounded_exp, logistic

GRADES = 25.0  # grades of satisfaction per unit of quality
WORST, BEST = -16, 15  # 5 bits of a row


class ReferralRules(NamedTuple):
    """Sharing, invitations, and what a reward does to both; only where a scenario has a network."""

    share: Annotated[
        float,
        parameter(
            "ρ₀: sharing of a liking fan whom nothing holds back", unit="1/month", low=0, high=100, source="M10, E-78"
        ),
    ] = 0.5
    trust: Annotated[
        float, parameter("c_T: effect of trust on the log-odds of sharing", low=0, high=50, source="M10, E-78")
    ] = 4.0
    satisfaction: Annotated[
        float,
        parameter(
            "c_S: effect of the satisfaction with the last purchase on the log-odds of sharing",
            low=0,
            high=50,
            source="M10, E-100, E-101",
        ),
    ] = 4.0
    incentive: Annotated[
        float,
        parameter("k_inc: sharing added by the largest reward (uplift ×1.5–3)", low=0, high=20, source="E-79, M3"),
    ] = 2.0
    half_reward: Annotated[
        float, parameter("Reward that adds half of it", unit="¥", above=0, high=1e6, source="E-79")
    ] = 5.0
    passer_by: Annotated[float, parameter("Factor of passers-by on sharing", low=0, high=100, source="M15")] = 0.2
    liking: Annotated[float, parameter("Factor of liking fans on sharing", low=0, high=100, source="M15")] = 1.0
    devoted: Annotated[float, parameter("Factor of devoted fans on sharing", low=0, high=100, source="M15")] = 3.0
    accept: Annotated[
        float, fraction("p_acc: probability that a friend follows an invitation of one who trusts fully", source="M10")
    ] = 0.3
    accept_trust: Annotated[
        float, parameter("Elasticity of that probability to the sender's trust", low=0, high=5, source="M10")
    ] = 1.0
    likeness: Annotated[
        float, fraction("Correlation of friends' interest (affinity)", source="M10, L17: referred customers fit better")
    ] = 0.5
    passed_trust: Annotated[
        float,
        fraction("Share of the sender's trust above the brand's prior that the friend starts with", source="E-78, L17"),
    ] = 0.5
    reward_trust: Annotated[
        float, fraction("Prior trust lost in people who came for a reward", source="E-79, M3 (−0.1 … −0.2)")
    ] = 0.15
    reward_frailty: Annotated[
        float,
        parameter(
            "Factor on natural exit of people who came for a reward, beside what their lower trust does",
            low=0,
            high=20,
            source="E-79, M3 (×1.5–3 in all)",
        ),
    ] = 1.7


@rule
def grade_of(satisfaction: float) -> int:
    """Satisfaction with an order as a row keeps it: in twenty-fifths, cut to −16 … 15 (−.64 … .60).

    satisfaction  S = experience − expectation   [–]  in [−1, 1]
    """
    return int(between(float(WORST), math.floor(satisfaction * GRADES + 0.5), float(BEST)))


@rule
def tier_factor(tier: int, p: ReferralRules) -> float:
    """Factor of the tier on sharing. Source: evidence M15."""
    factor = p.passer_by
    if tier == 1:
        factor = p.liking
    elif tier == 2:
        factor = p.devoted
    return factor


@rule
def share_rate(trust: float, grade: float, factor: float, p: ReferralRules) -> float:
    """Rate at which a follower shares of their own accord.

        r = ρ₀ · σ(c_T(T − ½) + c_S·S) · factor        [1/day]

    trust   T in [0, 1]
    grade   of the satisfaction S with the last order, from ``grade_of``; 0 for who has not ordered
    factor  tier × segment   [–]  ≥ 0

    T = ½ and S = 0 → ρ₀·factor/2. A reward multiplies the rate by ``reward_uplift``. Source: evidence M10, E-78, E-101.
    """
    return p.share * factor * logistic(p.trust * (trust - 0.5) + p.satisfaction * grade / GRADES)


@rule
def most_sharing(factor: float, uplift: float, p: ReferralRules) -> float:
    """Upper bound of a day's probability of sharing: spares most followers the exact one.

    factor  largest tier factor × segment factor;  uplift: of today's reward
    """
    return p.share * factor * uplift * logistic(0.5 * p.trust + p.satisfaction * BEST / GRADES) * 1.000001


@rule
def reward_uplift(reward: float, p: ReferralRules) -> float:
    """What a reward does to sharing: 1 + k_inc · y/(y + y½), y in ¥.   y = 0 → 1.   Source: evidence M10, M3, E-79."""
    return 1.0 + p.incentive * reward / (reward + p.half_reward)


@rule
def shares(u: float, rate: float, uplift: float) -> int:
    """Whether a follower shares today: 0 no, 1 of their own accord, 2 for the reward.

    u  uniform draw. Who shares without a reward shares with one too; the reward adds others.
    """
    if u < -math.expm1(-rate):
        return 1
    return 2 if u < -math.expm1(-rate * uplift) else 0


@rule
def acceptance(trust: float, p: ReferralRules) -> float:
    """Probability that a friend who does not follow accepts: p_acc · T^elasticity, T of the sender. Source: M10."""
    return p.accept * math.pow(trust, p.accept_trust)


@rule
def invited_prior(prior: float, sender_trust: float, rewarded: bool, p: ReferralRules) -> float:
    """Mean prior trust of an invited person: m + κ·(T_sender − m), less what a reward takes; in [0, 1].

    prior  m, of people met in the feed;  κ = passed_trust

    Source: evidence E-78, E-79, L17.
    """
    mean = prior + p.passed_trust * (sender_trust - prior)
    if rewarded:
        mean -= p.reward_trust
    return between(0.0, mean, 1.0)


@rule
def friends_affinity(own: float, sender: float, p: ReferralRules) -> float:
    """Affinity of an invited person: ρ·a_sender + √(1 − ρ²)·own, so that its spread stays as it is. Source: L17."""
    return p.likeness * sender + math.sqrt(1.0 - p.likeness * p.likeness) * own


@rare
def used_stubs(stubs: int, used: int, mine: int, u: float) -> int:
    """How many of a person's stubs have been used by friends whom the person refused.

    Untouched people of a cell are exchangeable, so a person's share of the cell's used stubs is hypergeometric:

        P(h) = C(used, h) · C(stubs − used, mine − h) / C(stubs, mine)

    stubs  of all people of the cell, the person's own included;  used: of these, 0 … stubs
    mine   stubs of the person, 1 … stubs, and at most half of ``stubs`` unless they are all;  u: uniform draw

    By inversion, in logarithms. used = 0 → 0; mine = stubs → used.
    """
    if used == 0 or mine == 0:
        return 0
    if mine == stubs:
        return used
    few = min(used, stubs - used)  # count whichever are fewer, so that no term below is zero
    log_p = 0.0
    for i in range(mine):
        log_p += math.log1p(-float(few) / float(stubs - i))
    total, h = bounded_exp(log_p), 0
    while u > total and h < min(few, mine):
        log_p += math.log(float(few - h) * float(mine - h) / (float(h + 1) * float(stubs - few - mine + h + 1)))
        h += 1
        total += bounded_exp(log_p)
    return h if few == used else mine - h

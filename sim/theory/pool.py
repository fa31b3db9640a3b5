"""The minimal pool: fans come through fans or from outside, and leave.

    dF/dt = (Λ + βF)(1 − F/K) − μF

F fans, β new fans per fan (referral, feedback, reinvested ads), μ exit rate, Λ inflow from outside, K reachable
people. Source: design theory 4.1 – 4.5.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def r_fan(birth: float, exit_rate: float) -> float:
    """Fans that one fan brings while it stays: R_fan = β/μ; infinite when nobody leaves.

    Without inflow the pool grows from small numbers exactly when R_fan > 1.
    """
    if exit_rate == 0:
        return math.inf if birth > 0 else 0.0
    return birth / exit_rate


def r_fan_of_economics(
    referral: float, feedback: float, exit_rate: float, reinvested: float, margin: float, acquisition_cost: float
) -> float:
    """R_fan from unit economics: (ρ·p_acc + k_fb)/μ + ι·LTV/CAC with LTV = π/μ.

    referral, feedback  new fans per fan and time;  reinvested: share ι of margin spent on ads
    margin              π per fan and time, in money;  acquisition_cost: CAC in the same money

    With no organic terms and ι = 1 the pool grows exactly when LTV > CAC.
    """
    return (referral + feedback) / exit_rate + reinvested * (margin / exit_rate) / acquisition_cost


def stationary_size(inflow: float, birth: float, exit_rate: float, reachable: float = math.inf) -> float:
    """The size F* at which the pool stands still, 0 … K.

        Λ = 0: K(1 − 1/R) if R > 1, else 0        K → ∞, R < 1: (Λ/μ)/(1 − R)
        otherwise the root of β/K·F² − bF − Λ = 0 with b = β − μ − Λ/K

    Returns infinity when the pool grows without bound.
    """
    if math.isinf(reachable):
        if birth >= exit_rate:
            return math.inf if inflow > 0 or birth > exit_rate else 0.0
        return inflow / (exit_rate - birth)
    b = birth - exit_rate - inflow / reachable
    if birth == 0:
        return -inflow / b if inflow > 0 else 0.0
    if inflow == 0:
        return max(0.0, reachable * b / birth)
    return reachable / (2 * birth) * (b + math.sqrt(b * b + 4 * birth * inflow / reachable))


def size_over_time(
    days: Floats, start: float, inflow: float, birth: float, exit_rate: float, reachable: float = math.inf
) -> Floats:
    """Fans on given days, shape of ``days`` (increasing, from 0 on), by numerical integration of the law."""
    from scipy.integrate import solve_ivp  # here, as below: the table of a scenario needs neither, and is there sooner

    def rate(_: float, f: Floats) -> Floats:
        return (inflow + birth * f) * (1.0 - f / reachable) - exit_rate * f

    found = solve_ivp(rate, (0.0, float(days[-1])), [start], t_eval=days, rtol=1e-9, atol=1e-9 * max(1.0, start))
    return np.asarray(found.y[0])


def half_life(birth: float, exit_rate: float) -> float:
    """Time in which a pool without inflow halves: ln 2/(μ − β); infinite when it does not shrink."""
    return math.log(2) / (exit_rate - birth) if exit_rate > birth else math.inf


def doubling_time(birth: float, exit_rate: float) -> float:
    """Time in which a small pool without inflow doubles: ln 2/(β − μ); infinite when it does not grow."""
    return math.log(2) / (birth - exit_rate) if birth > exit_rate else math.inf


def grows_now(size: float, inflow: float, birth: float, exit_rate: float, reachable: float = math.inf) -> bool:
    """True when the pool grows at its current size: (Λ/F + β)(1 − F/K) > μ."""
    return (inflow / size + birth) * (1.0 - size / reachable) > exit_rate


class TierLaw(NamedTuple):
    """What the tiers add up to over a fan's stay.

    times  [L] expected time in each tier;  r_fan: Σ β·τ;  lifetime_value: Σ π·τ;  growth_rate: dominant eigenvalue
    """

    times: Floats
    r_fan: float
    lifetime_value: float
    growth_rate: float


def tiers(transitions: Floats, births: Floats, margins: Floats) -> TierLaw:
    """A pool in tiers, new fans entering the first (next-generation form).

    transitions  [L, L] rates A, columns = from: A[k, l] from l to k, A[l, l] minus all that leaves tier l
    births       [L] new fans per fan and time;  margins: [L] money per fan and time

    τ = (−A)⁻¹e₁, R_fan = β·τ, and the pool grows exactly when R_fan > 1: sign of the dominant eigenvalue of A + e₁βᵀ.
    """
    size = len(births)
    first = np.eye(size)[:, 0]
    times = np.linalg.solve(-np.asarray(transitions, np.float64), first)
    growth = float(np.linalg.eigvals(transitions + np.outer(first, births)).real.max())
    return TierLaw(times, float(births @ times), float(margins @ times), growth)


def offspring(n: int, birth: float, exit_rate: float) -> float:
    """Probability that a fan brings exactly n others: geometric, (μ/(β+μ))·(β/(β+μ))ⁿ."""
    return exit_rate / (birth + exit_rate) * (birth / (birth + exit_rate)) ** n


def extinction(birth: float, exit_rate: float, start: int = 1) -> float:
    """Probability that a pool of ``start`` fans without inflow dies out: min(1, 1/R)^start."""
    return min(1.0, exit_rate / birth) ** start if birth > 0 else 1.0


def daily_extinction(birth: float, exit_rate: float, start: int = 1) -> float:
    """The same in a model that ticks daily: each day Poisson(β) births per fan, then exit with 1 − e^−μ.

    The smallest root of q = E[q^offspring] with offspring of one day: the fan itself if it stays, and its births.
    """
    stays, q = math.exp(-exit_rate), 0.0
    for _ in range(1_000_000):
        following = (1.0 - stays + stays * q) * math.exp(birth * (q - 1.0))
        if abs(following - q) < 1e-15:
            break
        q = following
    return q**start


def total_progeny(birth: float, exit_rate: float) -> float:
    """Mean number of fans that ever descend from one, itself included: 1/(1 − R); infinite from R = 1 on."""
    r = r_fan(birth, exit_rate)
    return 1.0 / (1.0 - r) if r < 1 else math.inf


def stationary_law(inflow: float, birth: float, exit_rate: float) -> Any:
    """The law of the pool's size with inflow and R < 1, as a frozen SciPy distribution.

    Negative binomial of size Λ/β and mean Λ/(μ − β), variance Λμ/(μ − β)²; Poisson(Λ/μ) when β = 0.
    """
    from scipy.stats import nbinom, poisson

    if birth == 0:
        return poisson(inflow / exit_rate)
    if birth >= exit_rate:
        raise ValueError(f"no stationary law: β = {birth} is not below μ = {exit_rate}")
    return nbinom(inflow / birth, 1.0 - birth / exit_rate)

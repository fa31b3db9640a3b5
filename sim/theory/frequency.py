"""The best push frequency: margin rises with messages, and so does the rate at which fans leave.

A fan earns π(f) per time at push frequency f and leaves at rate μ(f); money is discounted at rate δ. Over a horizon T

    V_T(f) = π(f)·(1 − e^{−(μ(f)+δ)T})/(μ(f) + δ)

T → 0 maximises π (push as much as allowed: depletion), T → ∞ weighs every fan lost (growth). The level of margin
cancels from the choice of f. Source: design theory 4.6 – 4.8, 4.17.
"""

import math
from collections.abc import Callable

import numpy as np

Curve = Callable[[float], float]


def value(f: float, margin: Curve, exit_rate: Curve, discount: float = 0.0, horizon: float = math.inf) -> float:
    """Money that a fan earns within the horizon: V_T(f)."""
    rate = exit_rate(f) + discount
    return margin(f) * (1.0 if math.isinf(horizon) else -math.expm1(-rate * horizon)) / rate


def best(margin: Curve, exit_rate: Curve, discount: float = 0.0, horizon: float = math.inf, most: float = 1e4) -> float:
    """The frequency in (0, most] with the largest V_T(f), found numerically on a logarithmic scale.

    A grid of 400 frequencies finds the best basin (a hazard in U shape may give two), golden section refines it.
    """
    from scipy.optimize import minimize_scalar  # here, since loading it takes a fifth of a second

    logs = np.linspace(math.log(most) - 18.0, math.log(most), 400)

    def loss(log_f: float) -> float:
        return -value(math.exp(log_f), margin, exit_rate, discount, horizon)

    at = int(np.argmin([loss(x) for x in logs]))
    low, high = logs[max(0, at - 1)], logs[min(len(logs) - 1, at + 1)]
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    inside = float(found.x)
    return math.exp(inside) if loss(inside) < loss(logs[-1]) else most


def best_power(eta: float, gamma: float, natural: float, harm: float, discount: float = 0.0) -> float:
    """f* for π = p·f^η, μ = μ₀ + h·f^γ with γ > η: [η(μ₀ + δ)/((γ − η)h)]^(1/γ).

    For η = ½, γ = 1: push until churn caused by pushes equals natural churn plus discounting.
    """
    if gamma <= eta:
        raise ValueError(f"γ = {gamma} is not above η = {eta}: more messages always earn more")
    return float((eta * (natural + discount) / ((gamma - eta) * harm)) ** (1.0 / gamma))


def best_exponential(eta: float, k: float) -> float:
    """f* for π = p·f^η, μ = μ₀·e^{kf}, δ = 0: η/k."""
    return eta / k


def best_additive(
    eta: float, natural: float, fatigue: float, load: float, weight: float, tolerance: float, discount: float = 0.0
) -> float:
    """f* for π = p·f^η and the additive hazard of M6 at a steady load x = f·w/θ, trust at its prior, no neglect.

        μ = h_nat + h_f·(e^{kf} − 1),  k = k_f·w/θ
        f* = [η + W₀(η·((h_nat + δ)/h_f − 1)·e^{−η})]·θ/(k_f·w)

    natural, fatigue  h_nat, h_f per time;  load: k_f;  weight w;  tolerance θ in weighted messages per time

    Proportional to the fan's tolerance; ηθ/(k_f·w) when h_nat + δ = h_f. Valid while k_f·x < 5, where M6 is capped.
    """
    from scipy.special import lambertw

    ratio = (natural + discount) / fatigue - 1.0
    w0 = lambertw(eta * ratio * math.exp(-eta), 0)
    return float((eta + w0.real) * tolerance / (load * weight))


def best_saturating(kappa: float, natural: float, harm: float, discount: float = 0.0) -> float:
    """f* for π = p·(1 − e^{−κf}), μ = μ₀ + h·f: (1/κ)·[−W₋₁(−e^{−(1+c)}) − 1 − c] with c = κ(μ₀ + δ)/h."""
    from scipy.special import lambertw

    c = kappa * (natural + discount) / harm
    return float((-lambertw(-math.exp(-(1.0 + c)), -1).real - 1.0 - c) / kappa)


def critical(
    birth: float, natural: float, harm: float, gamma: float = 1.0, inflow: float = 0.0, size: float = math.inf
) -> float:
    """The frequency beyond which the pool shrinks, μ = μ₀ + h·f^γ: ((β + Λ/F − μ₀)/h)^(1/γ); 0 when it always does."""
    room = birth + inflow / size - natural
    return float((room / harm) ** (1.0 / gamma)) if room > 0 else 0.0


def crossover(
    few: float, many: float, margin: Curve, exit_rate: Curve, discount: float = 0.0, longest: float = 1e5
) -> float:
    """Time from which the lower frequency has earned more in total than the higher one; infinite when it never has.

    few, many  frequencies, few < many
    """

    def lead(horizon: float) -> float:
        return value(few, margin, exit_rate, discount, horizon) - value(many, margin, exit_rate, discount, horizon)

    if lead(longest) <= 0:
        return math.inf
    from scipy.optimize import brentq

    first = longest
    while first > 1e-9 and lead(first) > 0:
        first /= 2
    return 0.0 if first <= 1e-9 else float(brentq(lead, first, 2 * first))


def nash(eta: float, k: float) -> float:
    """Frequency of each of several brands that maximise f^η·e^{−kΣf} alone: η/k, whatever their number."""
    return eta / k


def cooperative(eta: float, k: float, brands: int) -> float:
    """Frequency of each that is best for all together: η/(kN). Alone they push N times as much."""
    return eta / (k * brands)

"""Where trust settles under the linear rule: gain α₊·(1 − T) on positive, loss α₋·T on negative events.

Source: design theory 4.9; Slovic (1993) for the asymmetry.
"""

import math


def stationary_mean(
    positive: float, negative: float, gain: float, loss: float, prior: float = 0.0, drift: float = math.inf
) -> float:
    """E[T] = (f₊α₊ + T₀/τ)/(f₊α₊ + f₋α₋ + 1/τ).

    positive, negative  events per day;  gain, loss: α₊, α₋;  prior T₀;  drift τ in days, infinite for none

    Without drift only the mix of events counts, not how many there are.
    """
    pull = 1.0 / drift
    return (positive * gain + prior * pull) / (positive * gain + negative * loss + pull)


def stationary_square(share: float, gain: float, loss: float) -> float:
    """E[T²] without drift, events positive with probability p:

    [pα₊² + 2pα₊(1 − α₊)·E T]/[1 − p(1 − α₊)² − (1 − p)(1 − α₋)²]
    """
    mean = stationary_mean(share, 1.0 - share, gain, loss)
    kept = share * (1.0 - gain) ** 2 + (1.0 - share) * (1.0 - loss) ** 2
    return (share * gain**2 + 2.0 * share * gain * (1.0 - gain) * mean) / (1.0 - kept)


def relaxation_time(positive: float, negative: float, gain: float, loss: float, drift: float = math.inf) -> float:
    """Days in which a deviation falls to 1/e: 1/(f₊α₊ + f₋α₋ + 1/τ)."""
    return 1.0 / (positive * gain + negative * loss + 1.0 / drift)


def most_promotion(least_trust: float, ratio: float) -> float:
    """Promotions per value message with which trust stays at or above T: (1 − T)/(ρT), of opened messages.

    ratio  ρ = α₋/α₊.   ρ = 3, T = ½ → one promotion for three value messages.
    """
    return (1.0 - least_trust) / (ratio * least_trust)

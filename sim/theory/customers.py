"""Customers: how often they come back, and how long they stay.

Source: design theory 4.10, 4.11; Fader, Hardie and Lee (2005), Fader and Hardie (2007).
"""

from scipy.special import beta, hyp2f1


def purchases_bg_nbd(time: float, r: float, alpha: float, a: float, b: float) -> float:
    """Expected repeat purchases of a new customer by ``time`` under BG/NBD.

    (a + b − 1)/(a − 1)·[1 − (α/(α + t))^r·₂F₁(r, b; a + b − 1; t/(α + t))]

    r, alpha  gamma of purchase rates;  a, b: beta of the probability of dropping out after a purchase
    """
    z = time / (alpha + time)
    return float((a + b - 1) / (a - 1) * (1 - (alpha / (alpha + time)) ** r * hyp2f1(r, b, a + b - 1, z)))


def purchases_nbd(time: float, r: float, alpha: float) -> tuple[float, float]:
    """Mean rt/α and variance rt/α + rt²/α² of purchases when nobody drops out."""
    mean = r * time / alpha
    return mean, mean + r * time**2 / alpha**2


def purchases_expected(past: int, observed: float, ahead: float, r: float, alpha: float) -> float:
    """Purchases to come of one who made ``past`` in ``observed`` time: (r + x)·t₂/(α + t₁), regression to the mean."""
    return (r + past) * ahead / (alpha + observed)


def survival_sbg(periods: int, a: float, b: float) -> float:
    """Share of a cohort left after whole periods, shifted-beta-geometric: B(α, β + t)/B(α, β)."""
    return float(beta(a, b + periods) / beta(a, b))


def retention_sbg(period: int, a: float, b: float) -> float:
    """Share of those at the start of a period who stay through it: (β + t − 1)/(α + β + t − 1); rises with t."""
    return (b + period - 1) / (a + b + period - 1)

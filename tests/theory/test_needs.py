"""Needs and purchases: negative binomial, regression to the mean, BG/NBD (theory 4.10), and how buyers stay (4.11)."""

import numpy as np
import pytest
from samples import FAR, chi_square_z, z_of_mean, z_of_share, z_of_variance
from scipy import stats
from scipy.special import hyp2f1

from sim.theory.customers import survival_sbg

from .pools import orders_of

FANS, STOPS = 60_000, (28, 56, 112)
INTERVAL = 28.0
SHAPE = 0.8  # r; α = r · interval
ATTRITION = (("rules.purchase.attrition_a", 0.7929), ("rules.purchase.attrition_b", 2.4258))


def bg_nbd(t, r, alpha, a, b):
    """Expected purchases up to t (Fader, Hardie and Lee 2005)."""
    z = t / (alpha + t)
    return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, z))


def test_bg_nbd_gives_the_published_values():
    published = {4: 0.196, 13: 0.534, 26: 0.901, 39: 1.195, 52: 1.444, 78: 1.858}  # CDNOW, theory 4.10
    found = {t: bg_nbd(t, 0.2426, 4.4136, 0.7929, 2.4259) for t in published}
    assert found == pytest.approx(published, abs=6e-4)


@pytest.mark.statistical
def test_needs_are_negative_binomial():
    for t, orders in zip(STOPS, orders_of(FANS, STOPS, INTERVAL), strict=True):
        mean = t / INTERVAL
        assert abs(z_of_mean(orders, mean)) < FAR
        assert abs(z_of_variance(orders, mean + mean**2 / SHAPE)) < FAR


@pytest.mark.statistical
def test_needs_5_percent_off_are_found_out():
    for t, orders in zip(STOPS, orders_of(FANS, STOPS, INTERVAL * 1.05), strict=True):
        mean = t / INTERVAL
        assert z_of_mean(orders, mean) < -FAR
        assert z_of_variance(orders, mean + mean**2 / SHAPE) < -FAR


def counts_z(interval, shape=SHAPE):
    orders = orders_of(FANS, STOPS, interval)[-1]
    top = 16
    law = stats.nbinom(shape, 1 / (1 + STOPS[-1] / INTERVAL / shape)).pmf(np.arange(top))
    observed = np.bincount(np.minimum(orders, top).astype(int), minlength=top + 1)
    return chi_square_z(observed, FANS * np.append(law, 1 - law.sum()))


@pytest.mark.statistical
def test_the_whole_distribution_of_needs():
    assert counts_z(INTERVAL) < FAR
    assert counts_z(INTERVAL * 1.05) > FAR


def regression_z(factor=1.0):
    """Largest distance of the orders of days 57–112 from (r + x₁)·t₂/(α + t₁), by the orders x₁ up to day 56."""
    _, first, both = orders_of(FANS, STOPS, INTERVAL)
    alpha = SHAPE * INTERVAL
    return max(
        (z_of_mean((both - first)[first == x], factor * (SHAPE + x) * 56 / (alpha + 56)) for x in range(8)), key=abs
    )


@pytest.mark.statistical
def test_past_orders_regress_to_the_mean():
    assert abs(regression_z()) < FAR
    assert abs(regression_z(1.05)) > FAR


def attrition_z(interval):
    alpha = SHAPE * INTERVAL
    found = orders_of(FANS, STOPS, interval, ATTRITION)
    return [z_of_mean(orders, bg_nbd(t, SHAPE, alpha, 0.7929, 2.4258)) for t, orders in zip(STOPS, found, strict=True)]


@pytest.mark.statistical
def test_purchases_with_attrition_are_bg_nbd():
    assert max(map(abs, attrition_z(INTERVAL))) < FAR


@pytest.mark.statistical
def test_purchases_with_attrition_5_percent_off_are_found_out():
    assert max(attrition_z(INTERVAL * 1.05)) < -FAR


@pytest.mark.statistical
def test_attrition_of_buyers_is_the_mean_of_their_beta():
    """Among first orders a share a/(a + b) buys no more."""
    once = orders_of(FANS, STOPS, INTERVAL, ATTRITION)[-1]
    free = orders_of(FANS, STOPS, INTERVAL)[-1]
    bought = free >= 2  # wanted a second time, same needs
    stopped = (once[bought] == 1).mean()
    p = 0.7929 / (0.7929 + 2.4258)
    error = np.sqrt(p * (1 - p) / bought.sum())
    assert abs(stopped - p) < FAR * error
    assert abs(stopped - 1.05 * p) > FAR * error


# ------------------------------------------------------------------------------------- shifted beta-geometric (4.11)

SBG = (0.764, 1.296)  # of the "regular" cohort of Fader and Hardie (2007)


def survival_z(factor):
    """Distances of the share that goes on after n purchases from B(α, β + n)/B(α, β), with needs enough for all."""
    attrition = (("rules.purchase.attrition_a", factor * SBG[0]), ("rules.purchase.attrition_b", SBG[1]))
    orders = orders_of(FANS, (60,), 1.5, (("rules.purchase.need_shape", 50.0), *attrition))[0]
    return [z_of_share((orders > n).sum(), FANS, survival_sbg(n, *SBG)) for n in (1, 2, 3, 6)]


@pytest.mark.statistical
def test_buyers_who_go_on_are_those_of_the_beta_geometric():
    assert max(map(abs, survival_z(1.0))) < FAR


@pytest.mark.statistical
def test_attrition_5_percent_off_is_found_out():
    assert max(survival_z(1.05)) < -FAR

"""The second-price auction against numerical integration (theory 4.14), and reach in closed form (4.15)."""

import math

import pytest
from scipy import integrate, stats

from sim.rules.auction import average_cpm, reach_per_head, win_probability
from sim.theory import market

CASES = [
    (bid, median, spread)
    for bid in (500.0, 2000.0, 3000.0, 9000.0)
    for median in (1500.0, 2600.0)
    for spread in (0.3, 0.6, 1.2)
]


def mean_price(bid, median, spread):
    """Mean highest competing bid, given that it is below ours, by integration."""
    law = stats.lognorm(spread, scale=median)
    paid, _ = integrate.quad(lambda b: b * law.pdf(b), 0, bid, epsabs=0, epsrel=1e-11, limit=200)
    return paid / law.cdf(bid)


@pytest.mark.parametrize(("bid", "median", "spread"), CASES)
def test_average_price_is_the_integral(bid, median, spread):
    if win_probability(bid, math.log(median), spread) > 1e-9:
        assert average_cpm(bid, math.log(median), spread) == pytest.approx(mean_price(bid, median, spread), rel=1e-7)


def test_a_spread_5_percent_off_is_found_out():
    assert average_cpm(3000.0, math.log(2000), 0.63) != pytest.approx(mean_price(3000.0, 2000.0, 0.6), rel=1e-4)


@pytest.mark.parametrize(("bid", "median", "spread"), CASES)
def test_marginal_cost_of_reach_is_the_bid(bid, median, spread):
    m, step = math.log(median), 1e-4 * bid
    spend = [average_cpm(b, m, spread) * win_probability(b, m, spread) for b in (bid - step, bid + step)]
    wins = [win_probability(b, m, spread) for b in (bid - step, bid + step)]
    if wins[1] - wins[0] > 1e-9:
        assert (spend[1] - spend[0]) / (wins[1] - wins[0]) == pytest.approx(bid, rel=1e-5)


@pytest.mark.parametrize("per_head", [0.01, 0.3, 2.0, 10.0])
def test_reach_is_one_minus_the_unreached_of_a_poisson(per_head):
    assert reach_per_head(per_head, 0.0) == pytest.approx(1 - stats.poisson(per_head).pmf(0), rel=1e-12)
    assert reach_per_head(per_head, 0.0) == pytest.approx(market.reach_poisson(per_head, 1.0), rel=1e-12)


@pytest.mark.parametrize("per_head", [0.01, 0.3, 2.0, 10.0])
@pytest.mark.parametrize("k", [0.3, 1.0, 4.0])
def test_uneven_reach_is_one_minus_the_unreached_of_a_negative_binomial(per_head, k):
    assert reach_per_head(per_head, 1 / k) == pytest.approx(1 - stats.nbinom(k, k / (k + per_head)).pmf(0), rel=1e-10)
    assert reach_per_head(per_head, 1 / k) == pytest.approx(market.reach_nbd(per_head, 1.0, k), rel=1e-10)
    assert reach_per_head(per_head, 1.05 / k) != pytest.approx(market.reach_nbd(per_head, 1.0, k), rel=1e-5)

"""Whether an engine lives fan-lite: its daily series against what the model expects, in standard errors.

Where nobody leaves, mean and variance of everything are known in closed form (``exact``). Where fans leave, trust,
fatigue and survival hang together; there the mean and the spread of many NumPy runs stand in (``replicated``), and the
agents still public are exact all the same.
"""

from functools import cache

import numpy as np

from benchmarks.fan_lite.model import DAYS, Daily, FanLite

LIMIT = 5.5  # standard errors that the worst of some 400 days may lie off; chance alone does so in one check of 500
COUNTED = 20.0  # events that must be expected on a day before its standard error says anything
RESOLUTION = 2.0**-20  # of reported mean trust
REPLICATIONS, EACH = 48, 10_000

Moments = dict[str, tuple[np.ndarray, np.ndarray]]  # by series: mean and standard deviation of one agent, [D]


def trust_moments(rules: FanLite, days: int) -> tuple[np.ndarray, np.ndarray]:
    """E T and E T² of a fan after 0 … days days in the private domain, while nobody leaves."""
    first, second = np.empty(days + 1), np.empty(days + 1)
    m1, m2 = rules.trust, rules.trust**2
    up, down = rules.opened * rules.liked, rules.opened * (1.0 - rules.liked)
    keep, gain, loss = 1.0 - rules.opened, rules.gain, rules.loss
    for day in range(days + 1):
        first[day], second[day] = m1, m2
        for _ in range(2):
            risen = (1.0 - gain) ** 2 * m2 + 2.0 * gain * (1.0 - gain) * m1 + gain**2
            m1, m2 = (
                keep * m1 + up * ((1.0 - gain) * m1 + gain) + down * (1.0 - loss) * m1,
                keep * m2 + up * risen + down * (1.0 - loss) ** 2 * m2,
            )
    return first, second


def exact(rules: FanLite, days: int = DAYS) -> Moments:
    """Closed form of every series for ``leave`` = 0: who followed how long ago, times what trust is by then."""
    p = rules.exposure * rules.follow
    first, second = trust_moments(rules, days)
    public = (1.0 - p) ** np.arange(1, days + 1)
    joined = p * (1.0 - p) ** np.arange(days)  # on day 0, 1, …
    t1, t2, buys = np.empty(days), np.empty(days), np.empty(days)
    for day in range(days):
        t1[day] = public[day] * rules.trust + joined[: day + 1] @ first[day::-1]
        t2[day] = public[day] * rules.trust**2 + joined[: day + 1] @ second[day::-1]
        buys[day] = rules.buy * (joined[:day] @ first[day:0:-1])
    trust = t1, np.sqrt(np.maximum(0.0, t2 - t1**2))
    found = {"trust": trust, "bought": total_bought(rules, first, second, joined)}
    shares = {"public": public, "private": 1.0 - public, "gone": np.zeros(days), "purchases": buys}
    for name, q in shares.items():
        found[name] = q, np.sqrt(q * (1.0 - q))
    return found


def total_bought(
    rules: FanLite, first: np.ndarray, second: np.ndarray, joined: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of an agent's purchases in all days.

    Trust moves by α T + β a day in the mean, so that E T_a T_b = α^(b−a) E T_a² + E T_a β (1 − α^(b−a)) ÷ (1 − α);
    given trust, purchases of two days are independent.
    """
    days = len(joined)
    alpha = (first[2] - first[1]) / (first[1] - first[0])
    beta = first[1] - alpha * first[0]
    gap = alpha ** np.abs(np.subtract.outer(np.arange(1, days), np.arange(1, days)))
    earlier = np.minimum.outer(np.arange(1, days), np.arange(1, days))
    products = gap * second[earlier] + first[earlier] * beta * (1.0 - gap) / (1.0 - alpha)
    np.fill_diagonal(products, 0.0)
    mean, square = 0.0, 0.0
    for day, share in enumerate(joined):  # who follows on this day has the evenings after it
        k = days - 1 - day
        bought = rules.buy * first[1 : k + 1].sum()
        mean += share * bought
        square += share * (rules.buy**2 * products[:k, :k].sum() + bought)
    return np.array([mean]), np.array([np.sqrt(square - mean**2)])


@cache
def replicated(rules: FanLite, days: int = DAYS) -> Moments:
    """Mean and spread over independent NumPy runs, the spread with the uncertainty of that mean; public is exact."""
    from benchmarks.fan_lite.on_numpy import prepare

    runs = [prepare(EACH, days, 1000 + r, rules)().series(EACH) for r in range(REPLICATIONS)]
    found = {}
    for name in runs[0]:
        values = np.array([run[name] for run in runs])
        found[name] = values.mean(axis=0), values.std(axis=0, ddof=1) * np.sqrt(EACH)
    return found | {"public": exact(rules, days)["public"]}


def deviations(daily: Daily, agents: int, rules: FanLite) -> dict[str, float]:
    """By series: how many standard errors its worst day lies off."""
    days = len(daily.trust)
    known = rules.leave == 0.0
    expected = exact(rules, days) if known else replicated(rules, days)
    worst = {}
    for name, values in daily.series(agents).items():
        mean, spread = expected[name]
        variance = spread**2 / agents
        if not known and name != "public":
            variance = variance + spread**2 / (REPLICATIONS * EACH)
        error = np.sqrt(variance + (RESOLUTION**2 if name == "trust" else 0.0))
        off = np.abs(values - mean)
        counted = (
            np.full(len(mean), True)
            if name in ("trust", "bought")
            else agents * np.minimum(mean, 1.0 - mean) >= COUNTED
        )
        worst[name] = float(np.max(off[counted] / error[counted], initial=0.0))
        if known and name == "gone":
            worst[name] = float(off.max() > 0.0) * np.inf if off.max() > 0.0 else 0.0
    return worst

"""The engine with all mechanisms off but one, over grids of parameters, against closed forms.

Laws are those of days, as the engine lives them; where sim/theory has the law of continuous time, it is exact in days
too, or the law of days is shown to tend to it. The sibling's engine has the named rate 5 % higher.
"""

import math
from functools import lru_cache

import numpy as np
from rules.tables import table
from scipy import stats
from theory.friends import MANY, MONTH, families, friends, lived, probability, sharing
from theory.pools import BUYING, ONLY, STEADY_FEED, pool
from worlds import begun

from sim.engines.run import run
from sim.parameters import daily
from sim.rules.auction import average_cpm, reach_per_head, win_probability
from sim.rules.service import desk_of, waited
from sim.rules.trust import TrustRules, gained, lost
from sim.scenario import load_scenario, with_changes
from sim.streams import Decision, uniform
from sim.theory import customers, market
from sim.theory import pool as laws

from .verdicts import Observed, check, discrete, exactly, of_p, of_z, share, together

CHAPTER = "The engine against theory, mechanism by mechanism"


def line(x, seen, error, expected):
    return tuple(np.asarray(v, float) for v in (x, seen, error, expected))


@check("natural exit", CHAPTER, "survival e^(−μt), exact in days; over rates")
def _(effort, off):
    fans, days, found, rows = effort.size(40_000, 200_000), 60, [], []
    for monthly in (0.05, 0.3, 1.0, 3.0):
        left = _left(effort, fans, days, {"rules.leaving.natural": monthly * off})
        p = math.exp(-monthly / MONTH * days)
        found.append(share(f"{monthly:g} a month", left, fans, p))
        rows.append((monthly, left / fans, math.sqrt(p * (1 - p) / fans), p))
    return Observed(found, lines={"share left after 60 days, by exits a month": line(*zip(*rows, strict=True))})


def _left(effort, fans, days, changes):
    found = run(pool(fans, days, changes), seed=effort.engine_seed(f"left {changes}"))
    return int(found.daily["fans_private"].iloc[-1])


@check(
    "retention with frailty", CHAPTER, "survival (1 + ξμt)^(−1/ξ): a gamma mixture, so that retention rises with tenure"
)
def _(effort, off):
    fans, found, rows, monthly = effort.size(80_000, 400_000), [], [], 1.0
    for frailty in (0.5, 1.0, 2.0):
        for days in (30, 120):
            changes = {"rules.leaving.natural": monthly * off, "rules.leaving.frailty": frailty}
            left = _left(effort, fans, days, changes)
            p = (1 + frailty * monthly / MONTH * days) ** (-1 / frailty)
            found.append(share(f"variance {frailty:g}, day {days}", left, fans, p))
            if days == 120:
                rows.append((frailty, left / fans, math.sqrt(p * (1 - p) / fans), p))
    return Observed(found, lines={"share left after 120 days, by variance of frailty": line(*zip(*rows, strict=True))})


# ------------------------------------------------------------------------------------------- fans who bring fans


def _extinct_by(p, q, days):
    """Probability that the family of one fan has no follower left: daily Bernoulli births, then exits."""
    s = 0.0
    for _ in range(days):
        s = (1 - p + p * s) * (q + (1 - q) * s)
    return s


BRANCHING = ((0.03, 0.05), (0.10, 0.10), (0.15, 0.10), (0.05, 0.10))


@check("extinction of families", CHAPTER, "the iterated generating function of a day; over β and μ")
def _(effort, off):
    few, days, found, rows = effort.size(6_000, 40_000), 25, [], []
    for birth, leave in BRANCHING:
        simulation = lived(friends(few, days, off * birth, leave), seed=effort.engine_seed(f"extinct {birth}"))
        of = simulation.rows.table()
        dead = few - len(np.unique(families(simulation, few)[of["channels"] != 0]))
        p = _extinct_by(probability(birth), probability(leave), days)
        found.append(share(f"β {birth:g}, μ {leave:g}", dead, few, p))
        size = np.bincount(families(simulation, few), minlength=few)
        mean = _progeny(probability(birth), probability(leave), days)
        error = size.std(ddof=1) / math.sqrt(few)
        found.append(of_z(f"progeny, β {birth:g}, μ {leave:g}", (size.mean() - mean) / error))
        rows.append((birth / leave, size.mean(), error, mean))
    return Observed(found, lines={"family after 25 days, by R_fan": line(*zip(*rows, strict=True))})


def _progeny(p, q, days):
    """Expected members of a family, the first fan included, after some days."""
    alive, ever = 1.0, 1.0
    for _ in range(days):
        ever += alive * p
        alive *= 1 - q + p
    return ever


INFLOW = 60.0  # a day


def _fed(effort, inflow, birth, leave, runs, days):
    """Followers at the end of runs that begin empty, fed by the feed and by invitations."""
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY | STEADY_FEED | sharing(birth) | {
            "pool.fans": 0, "pool.channels": None, "days": days, "market.users": 10**9, "network": MANY,
            "feed.exposures_at_least": inflow / 0.008, "brand.content.quality": 0.5, "rules.follow.followers": 0.0,
            "rules.exposure.feedback": 0.0, "rules.exposure.known": 0.0, "rules.purchase.base": -30.0,
            "rules.leaving.natural": leave * MONTH,
        },
    )  # fmt: skip
    seed = effort.engine_seed(f"fed {inflow} {birth}")
    return np.array([run(scenario, "quiet", seed, r).ledger.of("ROWS")[-1, 2] for r in range(runs)])


def _stock(inflow, p, q, days):
    """Mean and variance of the fans after some days: each stays or leaves, and brings one or none."""
    mean = variance = 0.0
    for _ in range(days):
        variance = (1 - q + p) ** 2 * variance + (q * (1 - q) + p * (1 - p)) * mean + inflow
        mean = (1 - q + p) * mean + inflow
    return mean, variance


@check(
    "stationary law",
    CHAPTER,
    "immigration, birth and death: the day's mean and variance, which tend to the negative binomial",
)
def _(effort, off):
    runs, days, found, rows = effort.size(24, 100), effort.size(50, 70), [], []
    for birth in (0.0, 0.05, 0.09):
        fans = _fed(effort, INFLOW * off, birth, 0.12, runs, days)
        mean, variance = _stock(INFLOW, probability(birth), probability(0.12), days)
        found.append(of_z(f"mean, β {birth:g}", (fans.mean() - mean) / math.sqrt(variance / runs)))
        found.append(_spread(f"variance, β {birth:g}", fans, variance))
        rows.append((birth, fans.mean(), math.sqrt(variance / runs), mean))
        mean, variance = _stock(INFLOW * 1e-3, birth * 1e-3, 0.12e-3, 400_000)
        law = laws.stationary_law(INFLOW, birth, 0.12)
        near = abs(mean / law.mean() - 1) < 2e-3 and abs(variance / law.var() - 1) < 2e-3
        found.append(exactly(f"β {birth:g}: days of a thousandth give the law of continuous time", near))
    return Observed(found, lines={"fans of a fed pool, by β": line(*zip(*rows, strict=True))})


def _spread(what, sample, variance):
    """Variance of a nearly normal sample: χ² with n − 1 degrees."""
    n = len(sample)
    at = (n - 1) * sample.var(ddof=1) / variance
    return of_p(what, 2 * min(stats.chi2.cdf(at, n - 1), stats.chi2.sf(at, n - 1)))


# ------------------------------------------------------------------------------------------------------- purchases


@check("NBD", CHAPTER, "negative binomial purchases, their mean and whole distribution; over shapes and intervals")
def _(effort, off):
    fans, parts, rows = effort.size(30_000, 200_000), [], []
    for shape, interval in ((0.5, 14.0), (0.8, 28.0), (3.0, 60.0)):
        orders = _orders(effort, fans, 56, interval / off, shape)
        mean, variance = customers.purchases_nbd(56, shape, shape * interval)
        parts.append(
            discrete(
                f"shape {shape:g}, {interval:g} days", orders, stats.nbinom(shape, 1 / (1 + 56 / interval / shape))
            )
        )
        rows.append((mean, orders.mean(), math.sqrt(variance / fans), mean))
    whole = together(*parts)
    return Observed(whole.distances, lines={"purchases in 56 days, by expected": line(*zip(*rows, strict=True))})


def _orders(effort, fans, days, interval, shape=0.8, attrition=None):
    changes = BUYING | {"industry.need_interval": interval, "rules.purchase.need_shape": shape}
    if attrition:
        changes |= {"rules.purchase.attrition_a": attrition[0], "rules.purchase.attrition_b": attrition[1]}
    simulation = begun(pool(fans, days, changes), seed=effort.engine_seed(f"orders {shape} {attrition}"))
    for _ in range(days):
        simulation.step()
    return simulation.rows.table()["orders"].astype(float)


@check(
    "BG/NBD",
    CHAPTER,
    "expected purchases with latent attrition (Fader, Hardie and Lee 2005); over four parameters and two horizons",
)
def _(effort, off):
    fans, found, rows = effort.size(30_000, 200_000), [], []
    for a, b, shape, interval in ((0.7929, 2.4258, 0.8, 28.0), (1.5, 2.0, 2.0, 14.0), (0.4, 6.0, 0.5, 40.0)):
        for days in (40, 120):
            orders = _orders(effort, fans, days, interval / off, shape, (a, b))
            mean = customers.purchases_bg_nbd(days, shape, shape * interval, a, b)
            error = orders.std(ddof=1) / math.sqrt(fans)
            found.append(of_z(f"a {a:g}, day {days}", (orders.mean() - mean) / error))
            rows.append((mean, orders.mean(), error, mean))
    return Observed(found, lines={"purchases under BG/NBD, by expected": line(*zip(*rows, strict=True))})


@check("sBG", CHAPTER, "share that goes on after n purchases: B(α, β + n)/B(α, β); over α and β")
def _(effort, off):
    fans, found = effort.size(45_000, 200_000), []
    for a, b in ((0.764, 1.296), (0.7929, 2.4258), (2.0, 2.0)):
        orders = _orders(effort, fans, 60, 1.5, 50.0, (a * off, b))  # needs enough for everybody
        for n in (1, 3, 6):
            found.append(
                share(f"a {a:g}, b {b:g}: after {n}", (orders > n).sum(), fans, customers.survival_sbg(n, a, b))
            )
    return Observed(found)


@check("regression to the mean", CHAPTER, "purchases to come of those with x so far: (r + x)t₂/(α + t₁)")
def _(effort, off):
    fans, found = effort.size(80_000, 400_000), []
    simulation = begun(
        pool(fans, 112, BUYING | {"industry.need_interval": 28.0}), seed=effort.engine_seed("regression")
    )
    for day in range(112):
        simulation.step()
        if day == 55:
            first = simulation.rows.table()["orders"].astype(float)
    both = simulation.rows.table()["orders"].astype(float)
    for x in range(7):
        mine = first == x
        more = (both - first)[mine]
        expected = customers.purchases_expected(x, 56, 56, 0.8, 0.8 * 28.0) * off
        found.append(of_z(f"{x} so far", (more.mean() - expected) / (more.std(ddof=1) / math.sqrt(len(more)))))
    return Observed(found)


# ---------------------------------------------------------------------------------------- trust, service, the market


@check("stationary trust", CHAPTER, "mean and second moment of the linear rule without drift; over mix, gain and ratio")
def _(effort, off):
    chains, found, rows = effort.size(20_000, 200_000), [], []
    up, down = (getattr(rule, "py_func", rule) for rule in (gained, lost))
    for p, gain, ratio in ((0.7, 0.05, 3.0), (0.5, 0.03, 3.0), (0.9, 0.10, 2.0), (0.3, 0.05, 1.0)):
        chance, rules = effort.chance(f"trust {p} {gain}"), daily(TrustRules(gain=gain, loss_ratio=ratio * off))
        mean = laws_of_trust(p, gain, ratio)
        trust = np.full(chains, mean[0])
        for _ in range(effort.size(300, 500)):
            good = chance.random(chains) < p
            trust = np.where(good, up(trust, 1.0, rules), down(trust, 1.0, rules))
        for what, sample, expected in (("mean", trust, mean[0]), ("square", trust**2, mean[1])):
            error = sample.std(ddof=1) / math.sqrt(chains)
            found.append(of_z(f"{what}, p {p:g}, α₊ {gain:g}", (sample.mean() - expected) / error))
        rows.append((mean[0], trust.mean(), trust.std() / math.sqrt(chains), mean[0]))
    return Observed(found, lines={"trust, by expected": line(*zip(*rows, strict=True))})


def laws_of_trust(p, gain, ratio):
    from sim.theory.trust import stationary_mean, stationary_square

    return stationary_mean(p, 1 - p, gain, ratio * gain), stationary_square(p, gain, ratio * gain)


@check("Erlang", CHAPTER, "P(wait) and P(W ≤ t) of M/M/c for patient contacts, drawn; over seats and load")
def _(effort, off):
    n, found, rows, rules = effort.size(20_000, 200_000), [], [], table("service", patience=400.0)
    for seats, busy in ((1, 0.5), (1, 0.9), (3, 0.833), (8, 0.7), (8, 0.95)):
        per_hour = busy * seats * 8.0
        desk, key = desk_of(per_hour * 12 * off, float(seats), 8.0, 12.0, rules), effort.key("erlang", seats)
        waits = np.array([waited(uniform(key, Decision.REPLY.value, i, 0, 0), desk) for i in range(n)])
        wait = market.waits(seats, per_hour, 8.0)
        found.append(share(f"{seats} seats, ρ {busy:g}: wait", (waits != 0).sum(), n, wait))
        inside = ((waits >= 0) & (waits <= 30)).sum()
        found.append(
            share(f"{seats} seats, ρ {busy:g}: 30 min", inside, n, market.answered_within(0.5, seats, per_hour, 8.0))
        )
        rows.append((wait, (waits != 0).mean(), math.sqrt(wait * (1 - wait) / n), wait))
    return Observed(found, lines={"probability of waiting, by Erlang C": line(*zip(*rows, strict=True))})


@check(
    "auction",
    CHAPTER,
    "win probability, average price and marginal cost = bid against integration; over bids, medians, spreads",
)
def _(effort, off):
    from scipy import integrate

    chance, worst = effort.chance("auction"), [0.0, 0.0, 0.0]
    for _ in range(effort.size(60, 2000)):
        bid, median, spread = chance.uniform(500, 9000), chance.uniform(1000, 4000), chance.uniform(0.25, 1.3)
        law = stats.lognorm(spread, scale=median)
        if law.cdf(bid) < 1e-6:
            continue
        paid, _ = integrate.quad(
            lambda b, law=law: b * law.pdf(b), 0, bid, epsabs=0, epsrel=1e-11, limit=300, points=[median / 2]
        )
        m = math.log(median)
        worst[0] = max(worst[0], abs(win_probability(bid, m, spread * off) / law.cdf(bid) - 1))
        worst[1] = max(worst[1], abs(average_cpm(bid, m, spread * off) / (paid / law.cdf(bid)) - 1))
        step = 1e-3 * bid
        spend, wins = (
            [f(b) for b in (bid - step, bid + step)]
            for f in (
                lambda b, m=m, s=spread: average_cpm(b, m, s * off) * win_probability(b, m, s * off),
                lambda b, m=m, s=spread: win_probability(b, m, s),
            )
        )
        if wins[1] - wins[0] > 1e-7:
            worst[2] = max(worst[2], abs((spend[1] - spend[0]) / (wins[1] - wins[0]) / bid - 1))
    names = ("win probability within 1e-7", "average price within 1e-6", "marginal cost is the bid within 1e-4")
    return Observed([exactly(n, w < bound) for n, w, bound in zip(names, worst, (1e-7, 1e-6, 1e-4), strict=True)])


@check(
    "reach",
    CHAPTER,
    "1 − P(no impression) of a Poisson and of a negative binomial of SciPy; over impressions and shapes",
)
def _(effort, off):
    chance, worst = effort.chance("reach"), 0.0
    for _ in range(effort.size(200, 20_000)):
        per_head, k = 10 ** chance.uniform(-3, 1.2), 10 ** chance.uniform(-0.7, 1.0)
        for found, law in (
            (reach_per_head(per_head * off, 0.0), stats.poisson(per_head)),
            (reach_per_head(per_head * off, 1 / k), stats.nbinom(k, k / (k + per_head))),
        ):
            worst = max(worst, abs(found / law.sf(0) - 1))
    return Observed([exactly("within 1e-9", worst < 1e-9)])


# --------------------------------------------------------------------------------------------- diffusion, exposures


@check("Bass", CHAPTER, "diffusion by innovation and imitation, day by day; over both")
def _(effort, off):
    users, days, runs, found, lines = 20_000, 60, effort.size(20, 60), [], {}
    for innovation, imitation in ((0.002, 0.10), (0.005, 0.05)):
        fans = _adopters(effort, users, days, runs, innovation, imitation * off)
        law = _bass_by_day(innovation, imitation, users, days)
        for day in (20, 40, 59):
            error = fans[:, day].std(ddof=1) / math.sqrt(runs)
            z = stats.norm.ppf(
                np.clip(stats.t.cdf((fans[:, day].mean() - law[day]) / error, runs - 1), 1e-300, 1 - 1e-16)
            )
            found.append(of_z(f"p {innovation:g}, q {imitation:g}, day {day}", z))
        error = fans.std(axis=0, ddof=1) / math.sqrt(runs)
        lines[f"adopters by day, p {innovation:g}, q {imitation:g}"] = line(
            np.arange(0, days, 4), fans.mean(axis=0)[::4], error[::4], law[::4]
        )
    return Observed(found, lines=lines)


def _adopters(effort, users, days, runs, innovation, imitation):
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY | STEADY_FEED | sharing(imitation) | {
            "pool.fans": 0, "pool.channels": None, "days": days, "market.users": users, "network": MANY,
            "feed.exposures_at_least": innovation * users / 0.008, "brand.content.quality": 0.5,
            "rules.follow.followers": 0.0, "rules.exposure.feedback": 0.0, "rules.exposure.known": 0.0,
            "rules.purchase.base": -30.0,
        },
    )  # fmt: skip
    seed = effort.engine_seed(f"Bass {innovation}")
    return np.array([run(scenario, "quiet", seed, r).ledger.of("ROWS")[:, 2] for r in range(runs)])


def _bass_by_day(innovation, imitation, users, days):
    found, adopted = [], 0.0
    for _ in range(days):
        untouched = (users - adopted) * math.exp(-innovation)
        untouched *= math.exp(adopted * probability(imitation) * math.log1p(-1.0 / users))
        adopted = users - untouched
        found.append(adopted)
    return np.array(found)


@lru_cache(maxsize=4)
def _touched(seed, fans, known, per_head):
    """Touches a day of people outside the private domain, and their affinities."""
    empty, days = 70, 30
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY | {
            "pool.fans": fans, "pool.channels": {"douyin-subscription": 1.0}, "market.users": fans,
            "days": empty + days,
            "feed.exposures_at_least": per_head * fans, "feed.exposures_per_fan": 0.0, "feed.cascade": False,
            "brand.content.quality": 0.5, "rules.exposure.known": known, "rules.follow.base": 1e-9,
            "rules.purchase.base": -30.0, "rules.leaving.natural": 10.0,
        },
    )  # fmt: skip
    simulation = begun(scenario, seed=seed)
    for _ in range(empty + days):
        simulation.step()
    return simulation.ledger.one("TOUCHES")[empty:], simulation.rows.table()["affinity"].astype(float)


@check("exposures of known people", CHAPTER, "met with 1 − e^(−k·e^affinity·exposures) a day; over exposures a head")
def _(effort, off):
    found = []
    for per_head in (0.005, 0.02, 0.05):
        seed = effort.engine_seed(f"touched {per_head}")
        by_day, affinity = _touched(seed, effort.size(6_000, 60_000), 30.0 * off, per_head)
        p = -np.expm1(-30.0 * np.exp(affinity) * per_head)
        variance = (p * (1 - p)).sum()
        found.append(
            of_z(f"{per_head:g} a head", (by_day.sum() - len(by_day) * p.sum()) / math.sqrt(len(by_day) * variance))
        )
    return Observed(found)


@check("channels joined later", CHAPTER, "exponential: who is not in a channel joins at its rate; over rates")
def _(effort, off):
    fans, days, found = effort.size(80_000, 200_000), 30, []
    for monthly in (0.1, 0.5, 2.0):
        rates = dict.fromkeys(("passer_by", "liking", "devoted"), monthly * off)
        changes = {"channels.wecom.joins_per_month": rates, "pool.channels": {"wechat-group": 1.0}}
        simulation = begun(pool(fans, days, changes), seed=effort.engine_seed(f"joined {monthly}"))
        for _ in range(days):
            simulation.step()
        names = list(simulation.ledger.channels)
        inside = (simulation.rows.table()["channels"] >> names.index("wecom") & 1).sum()
        found.append(share(f"{monthly:g} a month", inside, fans, -math.expm1(-monthly / MONTH * days)))
    return Observed(found)


@check("cascade in the feed", CHAPTER, "mean plays of a day's contents Σ size·p^k; over promotion shares")
def _(effort, off):
    from sim.engines.feed import brand_plays, pools_of
    from sim.rules.climate import compilable
    from sim.theory import cascade

    sizes, n, found = (350.0, 4e3, 15e3), effort.size(60, 1000), []
    scenario = with_changes(load_scenario("liquor"), {"feed.pools": [4e3, 15e3]})
    pools = compilable(pools_of(scenario.platforms[0].feed, 10**9))
    for passed in (0.1, 0.25, 0.5):
        key = effort.key("plays", round(100 * passed))
        days = np.array([brand_plays(day, 500, passed * off, pools, key)[0] / 500 for day in range(n)])
        error = math.sqrt(cascade.variance_plays(sizes, passed, 300.0) / 500 / n)
        found.append(of_z(f"promoted {passed:g}", (days.mean() - cascade.mean_plays(sizes, passed)) / error))
    return Observed(found)

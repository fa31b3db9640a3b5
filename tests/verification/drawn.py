"""What rules and engines make of draws: traits, clocks, counts and choices, each against its law, on fresh seeds."""

import math
from functools import lru_cache

import numpy as np
from rules.tables import table
from scipy import stats
from theory.friends import friends
from theory.pools import BUYING, pool
from worlds import begun, everything

from sim.domains import TIERS, Cause
from sim.engines.degrees import degree_classes
from sim.engines.feed import pools_of
from sim.engines.network import CLASS_SHIFT, stub_drawn
from sim.engines.reservoir import Reservoir, cell_address, kind_drawn, pool_address
from sim.rules.cascade import content_draws, content_plays
from sim.rules.climate import compilable, first_cell
from sim.rules.leaving import cause_of
from sim.rules.membership import channel_joined
from sim.rules.orders import order
from sim.rules.people import attrition_trait, initial_fan, person_at
from sim.rules.referral import used_stubs
from sim.rules.service import desk_of, waited
from sim.rules.staying import channel_left
from sim.rules.tally import NO_CHANNEL, Slot, new_tally
from sim.scenario import load_scenario
from sim.scenario.schema import Network
from sim.streams import Decision, uniform
from sim.theory.cascade import outcomes

from .verdicts import Observed, check, continuous, discrete, exactly, of_p, of_z, pooled_chi_square, share, together

CHAPTER = "What rules make of it"
DAYS_OLD, OLDEST = 180.0, 1080
SHARES = (0.5, 0.3, 0.2)  # of segments


@lru_cache(maxsize=4)
def people(seed, fans):
    """The starting pool of a scenario with three segments, before day 0."""
    segments = {f"segments.s{n}.share": share for n, share in enumerate(SHARES)}
    changes = segments | {
        "segments.everyone": False, "rules.leaving.frailty": 0.5, "pool.trust": 0.4, "pool.customers": 0.3,
        "pool.channels": {"wechat-group": 1.0, "wecom": 0.3},
    }  # fmt: skip
    simulation = begun(pool(fans, 1, changes), seed=seed)
    return simulation, simulation.rows.table()


def traits(effort):
    return people(effort.engine_seed("people"), effort.size(40_000, 10**6))


def trait(name, column, law, describe):
    """A check of one column of the starting pool; the sibling's law is 5 % off."""

    @check(name, CHAPTER, describe)
    def _(effort, off):
        _, rows = traits(effort)
        return continuous(column, rows[column].astype(float), law(off))


trait("tolerance", "tolerance", lambda off: stats.lognorm(1.0, scale=0.7 * off), "log-normal, log-sd 1")
trait("frailty", "frailty", lambda off: stats.gamma(2.0, scale=0.5 * off), "gamma of mean 1 and variance ½")
trait("need rate", "need_rate", lambda off: stats.gamma(0.8, scale=off / 28 / 0.8), "gamma of shape .8")
trait("affinity", "affinity", lambda off: stats.norm(0, 0.8 * off), "N(0, .8²)")
trait("prior of trust", "trust_prior", lambda off: stats.beta(3.2 * off, 4.8), "Beta(8m, 8(1 − m))")


@check("attrition trait", CHAPTER, "Beta(a, b), drawn anew from the address at every order")
def _(effort, off):
    simulation, rows = traits(effort)
    n = effort.size(30_000, 300_000)
    found = [attrition_trait(a, simulation.world, simulation.key) for a in rows["key"][:n].tolist()]
    return continuous("attrition", found, stats.beta(0.7929 * off, 2.4258))


@check(
    "traits are independent",
    CHAPTER,
    "rank correlations of all traits are 0; the sibling mixes 5 % of one into another",
)
def _(effort, off):
    _, rows = traits(effort)
    names = ("tolerance", "frailty", "need_rate", "affinity", "trust_prior")
    scores = [stats.norm.ppf(stats.rankdata(rows[name]) / (len(rows[name]) + 1)) for name in names]
    found = []
    for a, name in enumerate(names):
        for b in range(a):
            mixed = scores[b] + (off - 1) * scores[a]
            found.append(of_z(f"{name} and {names[b]}", np.corrcoef(scores[a], mixed)[0, 1] * math.sqrt(len(mixed))))
    return Observed(found)


@check(
    "tiers, segments and channels of the pool",
    CHAPTER,
    "shares 70/25/5 %, shares of segments, Bernoulli in each channel",
)
def _(effort, off):
    _, rows = traits(effort)
    n = len(rows["tier"])
    tilted = np.array([0.7 * off, 1 - 0.7 * off - 0.05, 0.05])
    return Observed([
        pooled_chi_square("tiers", np.bincount(rows["tier"], minlength=3), n * tilted),
        pooled_chi_square("segments", np.bincount(rows["segment"], minlength=3), n * np.array(SHARES)),
        share("in WeCom", (rows["channels"] >> 1 & 1).sum(), n, 0.3 * off),
        share("customers", (rows["orders"] > 0).sum(), n, 0.3 * off),
    ])  # fmt: skip


@check("age of initial fans", CHAPTER, "⌊Exp(180 days)⌋, at most 1,080")
def _(effort, off):
    _, rows = traits(effort)
    age = -1 - rows["joined_on"].astype(int)
    days = np.arange(OLDEST + 1)
    pmf = np.exp(-days / (DAYS_OLD * off)) * -np.expm1(-1 / (DAYS_OLD * off))
    pmf[OLDEST] = math.exp(-OLDEST / (DAYS_OLD * off))
    return Observed([
        pooled_chi_square("age", np.bincount(age, minlength=OLDEST + 1), len(age) * pmf),
        of_z("mean age", (age.mean() - days @ pmf) / math.sqrt((days**2 @ pmf - (days @ pmf) ** 2) / len(age))),
        exactly("nobody is older", age.max() <= OLDEST and age.min() >= 0),
    ])  # fmt: skip


@lru_cache(maxsize=2)
def sold(seed, orders):
    """List values and experiences of first orders of members of a pool, by calling the rule, and its world."""
    simulation = begun(pool(1000, 2, BUYING), seed=seed)
    climates, advance = [], simulation.rows.advance

    def advanced(climate, tally):
        climates.append(climate)
        advance(climate, tally)

    simulation.rows.advance = advanced
    simulation.step()
    world, climate, key = simulation.world, climates[0], simulation.key
    values, learned = np.empty(orders), np.empty(orders)
    person = person_at(pool_address(0), 0, 0.4, world, key)
    for i in range(orders):
        tally = new_tally()
        buyer = person._replace(key=pool_address(i))
        _, learned[i], _, _, _ = order(
            buyer, 1, 0.5, 0.5, NO_CHANNEL, 0.0, True, False, climate, world, key, tally, 0, False
        )
        values[i] = tally[Slot.LIST_VALUE]
    return values, learned, world


@check("baskets", CHAPTER, "list value of an order: log-normal of mean price, to the cent")
def _(effort, off):
    values, _, world = sold(effort.engine_seed("sold"), effort.size(16_000, 60_000))
    spread, price = float(world.rules.purchase.basket), float(world.brand.price)
    middle = values + effort.chance("cents").random(len(values)) - 0.5  # rounded to the cent
    return continuous("basket", middle, stats.lognorm(spread * off, scale=price * math.exp(-0.5 * (spread * off) ** 2)))


@check("experience of a product", CHAPTER, "normal about product quality, cut at 0 and 1")
def _(effort, off):
    _, learned, world = sold(effort.engine_seed("sold"), effort.size(16_000, 60_000))
    rules = world.rules.purchase
    found = 0.5 + (learned - 0.5) / float(rules.learning)
    quality, spread = float(world.brand.product_quality), float(rules.surprise)
    law = stats.norm(quality, spread * off)
    inside = (found > 1e-9) & (found < 1 - 1e-9)
    cut = stats.truncnorm(-quality / (spread * off), (1 - quality) / (spread * off), quality, spread * off)
    parts = continuous("experience", found[inside], cut)
    ends = [share("1 at most", (found >= 1 - 1e-9).sum(), len(found), law.sf(1))]
    return together(parts, Observed(ends))


QUEUES = ((240.0, 3.0), (120.0, 1.5), (300.0, 3.0), (330.0, 3.0))


@check(
    "waits of contacts",
    CHAPTER,
    "Erlang: a share waits not at all, the others exponentially with rate cμ − λ, cut at the patience",
)
def _(effort, off):
    """The law by integration of the density of M/M/c + D, which shares no code with the rule (see "queue")."""
    n, rules, parts = effort.size(20_000, 300_000), table("service"), []
    for contacts, seats in QUEUES:
        desk = desk_of(contacts * off, seats, 8.0, 12.0, rules)
        name = f"{contacts:g} contacts, {seats:g} seats"
        key = effort.key(name)
        found = np.array([waited(uniform(key, Decision.REPLY.value, i, 0, 0), desk) for i in range(n)])
        right = desk_of(contacts, seats, 8.0, 12.0, rules)
        parts.append(Observed([share(f"{name}: no wait", (found == 0).sum(), n, right.at_once)]))
        if right.in_time < 1 - 1e-6:
            parts.append(Observed([share(f"{name}: never", (found < 0).sum(), n, 1 - right.in_time)]))
        slack, patience = 8.0 * seats / 60 - contacts / 720, 60.0 * float(rules.patience)
        inside = found[(found > 0) & (found < patience)]
        parts.append(continuous(name, inside, _CutExponential(slack, patience)))
    return together(*parts)


class _CutExponential:
    """Density ∝ e^(−δx) on 0 … τ; δ of either sign."""

    def __init__(self, slack, end):
        self.slack, self.end = slack, end

    def cdf(self, x):
        if abs(self.slack * self.end) < 1e-9:
            return x / self.end
        return np.expm1(-self.slack * x) / np.expm1(-self.slack * self.end)


@check("kind of a first response", CHAPTER, "categories in proportion to the day's rates")
def _(effort, off):
    rates, n = np.array([0.02, 0.0, 0.005, 0.001, 0.0107]), effort.size(120_000, 10**6)
    key, tilted = effort.key("kinds"), rates.copy()
    tilted[0] *= off
    found = [
        kind_drawn(uniform(key, Decision.RESPONSE_SOURCE.value, cell_address(0, i), 0, 0), tilted) for i in range(n)
    ]
    used = rates > 0
    counts = np.bincount(found, minlength=len(rates))
    return Observed([
        pooled_chi_square("kinds", counts[used], n * rates[used] / rates.sum()),
        exactly("none without a rate", counts[~used].sum() == 0),
    ])  # fmt: skip


@check("cause of an exit", CHAPTER, "categories in proportion to the terms of the hazard, with and without distrust")
def _(effort, off):
    n, parts, terms = effort.size(120_000, 10**6), [], (0.004, 0.002, 0.001)
    for factor in (0.7, 1.6):
        key, shock = effort.key("causes", round(10 * factor)), 0.0015
        found = [
            cause_of(uniform(key, Decision.CAUSE.value, i, 3, 0), terms[0] * off, *terms[1:], factor, shock)
            for i in range(n)
        ]
        mass = [min(1.0, factor) * term for term in terms] + [sum(terms) * max(0.0, factor - 1.0), shock]
        counts, mass = np.bincount(found, minlength=len(Cause)), np.array(mass)
        parts.append(
            pooled_chi_square(
                f"trust factor {factor:g}", counts[: len(mass)][mass > 0], n * mass[mass > 0] / mass.sum()
            )
        )
    return Observed(parts)


@lru_cache(maxsize=2)
def lived_in(seed):
    """World, key and the last day's climate of a scenario with many channels, after three weeks."""
    simulation = begun(
        everything({"pool.fans": 60, "days": 21, "channels.douyin-group.joins_per_month.liking": 9.0}), seed=seed
    )
    climates, advance = [], simulation.rows.advance

    def advanced(climate, tally):
        climates.append(climate)
        advance(climate, tally)

    simulation.rows.advance = advanced
    for _ in range(21):
        simulation.step()
    return simulation, climates[-1]


@lru_cache(maxsize=2)
def left_channels(effort):
    """The channel that each of many people leaves, who are in all, and the weighted messages of each channel."""
    simulation, climate = lived_in(effort.engine_seed("channels"))
    world, key = simulation.world, effort.key("channel left")
    person = person_at(pool_address(0), 0, 0.4, world, simulation.key)
    fan = initial_fan(person, world, simulation.key)._replace(channels=(1 << world.channels.used) - 1, muted=0)
    first = first_cell(int(climate.audience[0])) + fan.tier
    mass = np.array([world.channels.weight[c] * climate.week[first + TIERS * c] for c in range(world.channels.used)])
    n = effort.size(90_000, 500_000)
    return np.array(
        [channel_left(person._replace(key=pool_address(i)), fan, climate, world, key) for i in range(n)]
    ), mass


@check("channel left", CHAPTER, "in proportion to the weighted messages of the last 7 days")
def _(effort, off):
    found, mass = left_channels(effort)
    counts, used, most = np.bincount(found, minlength=len(mass)), mass > 0, mass.argmax()
    return Observed([
        pooled_chi_square("channels", counts[used], len(found) * mass[used] / mass.sum()),
        share("the loudest", counts[most], len(found), off * mass[most] / mass.sum()),
        exactly("several channels, and none without messages", used.sum() > 1 and counts[~used].sum() == 0),
    ])  # fmt: skip


@check("channel joined", CHAPTER, "competing exponential rates, at most one channel a day")
def _(effort, off):
    simulation, climate = lived_in(effort.engine_seed("channels"))
    world, n, tier = simulation.world, effort.size(90_000, 400_000), 2
    person = person_at(pool_address(0), 0, 0.4, world, simulation.key)
    rates = np.array(
        [world.channels.joins[TIERS * c + tier] * climate.ask_to_join[c] for c in range(world.channels.used)]
    )
    joinable = sum(1 << c for c in range(len(rates)) if rates[c] > 0)
    key, total = effort.key("channel joined"), rates.sum()
    found = [
        channel_joined(person._replace(key=pool_address(i)), joinable, tier, climate, world, key) for i in range(n)
    ]
    chance = -math.expm1(-total * off)
    mass = np.append(rates / total * chance, 1 - chance)
    counts = np.bincount(np.where(np.array(found) < 0, len(rates), found), minlength=len(mass))
    used = mass > 0
    return Observed([
        pooled_chi_square("channels", counts[used], n * mass[used]),
        share("none", counts[-1], n, 1 - chance),
        exactly("several channels", (rates > 0).sum() > 1 and counts[~used].sum() == 0),
    ])  # fmt: skip


@check("used stubs of a newcomer", CHAPTER, "hypergeometric")
def _(effort, off):
    n, parts = effort.size(20_000, 200_000), []
    for stubs, used, mine in ((60_000, 9_000, 120), (2_000, 1_500, 20), (10**6, 400, 900)):
        key = effort.key("stubs", stubs)
        found = [
            used_stubs(stubs, round(used * off), mine, uniform(key, Decision.DEGREE.value, i, 0, 0)) for i in range(n)
        ]
        parts.append(discrete(f"{used} of {stubs}, {mine}", found, stats.hypergeom(stubs, used, mine)))
    return together(*parts)


@check("stub met", CHAPTER, "uniform on all open stubs, from 64 bits")
def _(effort, off):
    total, n, key = 3_000_000_000, effort.size(30_000, 300_000), effort.key("stub")
    found = np.array([stub_drawn(key, 17 + i % 100, i // 100, total) for i in range(n)])
    return continuous("stub", ((found + 0.5) / total) ** off, stats.uniform())


@check("degrees of the pool", CHAPTER, "classes of numbers of friends with the shares of a cut log-normal")
def _(effort, off):
    fans, friends_of = effort.size(250_000, 10**6), {"median": 5.0, "mean": 12.0, "most": 60.0}
    simulation = begun(friends(fans, 1, 0.0, changes={"network": friends_of}), seed=effort.engine_seed("degrees"))
    classes = simulation.word_of_mouth.network.stubs[:fans].astype(int) >> CLASS_SHIFT
    shares = np.array([share for share, _ in degree_classes(Network(**friends_of))])
    shares[0] *= off
    return Observed([
        pooled_chi_square("classes", np.bincount(classes, minlength=len(shares)), fans * shares / shares.sum())
    ])  # fmt: skip


SIZES, WIDTH = (350.0, 4e3, 15e3, 125e3, 5e5, 2e6, 8.5e6), 300


@check("first pools of contents", CHAPTER, "whole numbers 200 … 500, uniform")
def _(effort, off):
    pools, n, key = _pools(), effort.size(30_000, 300_000), effort.key("contents")
    starts = [content_draws(key, 0, 0, i)[1] ** off for i in range(n)]
    found = np.array([content_plays(start, 1.0, 0.25, pools) for start in starts])
    return discrete("plays", found, stats.randint(200, 501))


@check("pools that contents reach", CHAPTER, "geometric: p^k(1 − p)")
def _(effort, off):
    pools, n, parts = _pools(), effort.size(30_000, 300_000), []
    edges = np.cumsum([501.0, *SIZES[1:-1]])
    for passed in (0.1, 0.25, 0.6):
        key = effort.key("climb", round(100 * passed))
        draws = (content_draws(key, 1, 0, i) for i in range(n))
        found = [content_plays(start, luck, passed * off, pools) for luck, start, _ in draws]
        counts = np.bincount(np.searchsorted(edges, found, side="right"), minlength=len(SIZES))
        mass = np.array([p for p, _ in outcomes(SIZES, passed)])
        parts.append(pooled_chi_square(f"promoted {passed:g}", counts, n * mass))
    return Observed(parts)


def _pools():
    return compilable(pools_of(load_scenario("liquor").platforms[0].feed, 10**9))


@check("clock of first responses", CHAPTER, "the n-th of N responds when ∫r passes a sum of Exp(1)/(N − j + 1)")
def _(effort, off):
    """Responses of a day are binomial: N(1 − e^−r), whatever came before."""
    people_, rate, days, found, expected, spread = 40_000, 0.02, effort.size(40, 100), [], [], 0.0
    for number in range(effort.size(2, 20)):
        reservoir, left = Reservoir([people_], effort.key("response", number)), people_
        for _ in range(days):
            come = len(reservoir.respond(((off * rate, 0.0, 0.0, 0.0, 0.0),)).kinds)
            p = -math.expm1(-rate)
            found.append(come), expected.append(left * p)
            spread += left * p * (1 - p)
            left -= come
    spread_of_days = [(o - e) ** 2 / (e * math.exp(-rate)) for o, e in zip(found, expected, strict=True)]
    law = stats.chi2(len(spread_of_days))
    return Observed([
        of_z("responses in all", (sum(found) - sum(expected)) / math.sqrt(spread)),
        of_p("spread of days", 2 * min(law.cdf(sum(spread_of_days)), law.sf(sum(spread_of_days)))),
    ])  # fmt: skip


@check("clock of exposures", CHAPTER, "a threshold lies Exp(1)/(k·e^affinity) beyond the exposure so far")
def _(effort, off):
    simulation, rows = traits(effort)
    known = float(simulation.world.rules.exposure.known)
    waits = rows["threshold"].astype(float) * known * np.exp(rows["affinity"].astype(float))
    return continuous("threshold", waits * off, stats.expon())


@check(
    "a fan at the end of the day before day 0",
    CHAPTER,
    "the row of the engine is what the rule gives for its address",
    sibling=False,
)
def _(effort, _):
    simulation, rows = traits(effort)
    at = effort.chance("rows").integers(0, len(rows["key"]), 300)
    same = True
    for i in at.tolist():
        person = person_at(int(rows["key"][i]), int(rows["segment"][i]), 0.4, simulation.world, simulation.key)
        fan = initial_fan(person, simulation.world, simulation.key)
        same &= (
            fan.channels == rows["channels"][i]
            and fan.tier == rows["tier"][i]
            and fan.joined_on == rows["joined_on"][i]
        )
        same &= (
            np.float32(person.tolerance) == rows["tolerance"][i]
            and np.float32(person.need_rate) == rows["need_rate"][i]
        )
    return Observed([exactly("300 rows", bool(same))])

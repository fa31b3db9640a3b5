"""Every sampler of sim/streams.py against its law, on fresh keys; and uniforms at every address that is drawn from."""

import numpy as np
from scipy import stats

from sim import streams
from sim.streams import (
    Decision,
    beta,
    brand_key,
    daily_draws,
    exponential,
    gamma,
    normal,
    normal_quantile,
    poisson,
    poisson_quantile,
    replication_key,
    uniform,
    unit,
)

from .verdicts import Observed, check, continuous, discrete, exactly, of_z, together

CHAPTER = "What is drawn"
NEED = Decision.NEED.value

# functions of sim/streams.py that give no number to a rule
NOT_SAMPLERS = {
    "philox": "the generator: published vectors, tests/streams/test_philox.py",
    "block_of": "four words of the generator",
    "daily_words": "two blocks before they become uniforms",
    "share_word": "the same",
    "brand_key": "a key; the uniforms under it are 'uniform by brand'",
    "replication_key": "a key; the uniforms under it are 'uniform by replication'",
}
# sampler → the checks that look after it; a test fails where a sampler of sim/streams.py is missing
OF_SAMPLER = {
    "uniform": ["uniform at every decision", "uniform along addresses", "neighbours are independent"],
    "unit": ["unit of a word"],
    "daily_draws": ["daily draws"],
    "exponential": ["exponential"],
    "normal_quantile": ["normal quantile"],
    "normal": ["normal"],
    "gamma": ["gamma"],
    "beta": ["beta"],
    "poisson_quantile": ["Poisson quantile"],
    "poisson": ["Poisson"],
}


def drawn(draw, n):
    """n numbers of a function of i."""
    return np.fromiter((draw(i) for i in range(n)), float, n)


@check("uniform at every decision", CHAPTER, "U(0, 1) over persons, for each member of Decision")
def _(effort, off):
    n, parts = effort.size(6_000, 100_000), []
    for decision in Decision:
        key, d = effort.key("uniform", decision), decision.value
        parts.append(
            continuous(decision.name, drawn(lambda i, k=key, d=d: uniform(k, d, i, 5, 0), n) ** off, stats.uniform())
        )
    whole = together(*parts)
    every = np.concatenate(list(whole.scores.values()))
    return Observed(whole.distances, {"all decisions": every})


PATTERNS = {
    "by person": lambda key, i: uniform(key, 8, i, 3, 0),
    "by day": lambda key, i: uniform(key, 8, i // 60000, i % 60000, 0),
    "by number": lambda key, i: uniform(key, 45, 7, 0, i),
    "by decision": lambda key, i: uniform(key, 1 + i % 200_000, 11 + i // 200_000, 2, 0),
    "by key of a person": lambda key, i: uniform(key, 8, (i * 0x9E3779B97F4A7C15) & ((1 << 62) - 1), 3, 0),
    "by replication": lambda key, i: uniform(replication_key(key & 0xFFFFFFFF, i), 8, 1, 1, 0),
    "by brand": lambda key, i: uniform(brand_key(key, 1 + i), 8, 1, 1, 0),
}


@check("uniform along addresses", CHAPTER, "U(0, 1) by person, day, number, decision, replication, brand")
def _(effort, off):
    n = effort.size(20_000, 300_000)
    return together(
        *(
            continuous(name, drawn(lambda i, at=at: at(effort.key("address"), i), n) ** off, stats.uniform())
            for name, at in PATTERNS.items()
        )
    )


@check("neighbours are independent", CHAPTER, "normal scores of neighbouring addresses have no correlation")
def _(effort, off):
    """The sibling mixes a little of each number into its neighbour: a correlation of .05."""
    n, found = effort.size(60_000, 300_000), []
    for name, at in PATTERNS.items():
        scores = stats.norm.ppf(drawn(lambda i, at=at: at(effort.key("address"), i), n))
        for lag in (1, 2, 4):
            a, b = scores[:-lag], scores[lag:]
            mixed = b + (off - 1.0) * a
            found.append(of_z(f"{name}, lag {lag}", (a * mixed).mean() * np.sqrt(len(a))))
    five = np.array([daily_draws(effort.key("five"), i, 9) for i in range(n)])
    scores = stats.norm.ppf(five)
    for a in range(5):
        for b in range(a):
            mixed = scores[:, b] + (off - 1.0) * scores[:, a]
            found.append(of_z(f"daily draws {b} and {a}", (scores[:, a] * mixed).mean() * np.sqrt(n)))
    return Observed(found)


@check(
    "unit of a word", CHAPTER, "(word + ½)/2³² in (0, 1), the same from 10⁴ random words and both ends", sibling=False
)
def _(effort, _):
    words = [0, (1 << 32) - 1, *effort.chance("unit").integers(0, 1 << 32, 10_000).tolist()]
    return Observed([exactly("(word + ½)/2³²", all(unit(w) == (2 * w + 1) / 2**33 and 0 < unit(w) < 1 for w in words))])


@check("daily draws", CHAPTER, "five U(0, 1), equal to those at their own addresses")
def _(effort, off):
    key, n = effort.key("daily"), effort.size(20_000, 200_000)
    five = (Decision.VISIT, Decision.NEED, Decision.LEAVE, Decision.IMPULSE, Decision.SHARE)
    found = np.array([daily_draws(key, i, 77) for i in range(n)])
    same = all(
        tuple(found[i]) == tuple(uniform(key, d.value, i, 77, 0) for d in five) for i in range(0, n, max(1, n // 2000))
    )
    parts = [continuous(d.name, found[:, at] ** off, stats.uniform()) for at, d in enumerate(five)]
    return together(*parts, Observed([exactly("equal to uniform at the five addresses", same)]))


@check("exponential", CHAPTER, "Exp(1)")
def _(effort, off):
    key = effort.key("exponential")
    return continuous(
        "Exp(1)", off * drawn(lambda i: exponential(key, 16, i, 3, 1), effort.size(50_000, 10**6)), stats.expon()
    )


@check("normal", CHAPTER, "N(0, 1) by AS241")
def _(effort, off):
    key = effort.key("normal")
    return continuous(
        "N(0, 1)", off * drawn(lambda i: normal(key, 4, i, 0, 0), effort.size(50_000, 10**6)), stats.norm()
    )


@check("normal quantile", CHAPTER, "Φ⁻¹ of SciPy within 10⁻¹², at random and at the ends of the uniform")
def _(effort, off):
    u = effort.chance("quantile").random(effort.size(20_000, 500_000))
    u = np.clip(np.concatenate([u, u**8 / 2, 1 - u**8 / 2]), 2.0**-33, 1 - 2.0**-33)
    gap = np.abs(off * drawn(lambda i: normal_quantile(float(u[i])), len(u)) - stats.norm.ppf(u))
    return Observed([exactly("largest gap below 1e-12", gap.max() < 1e-12 * 8)])


SHAPES = (0.05, 0.3, 0.8, 1.0, 2.0, 5.0, 20.0)


@check("gamma", CHAPTER, "Gamma(shape, 1) by Marsaglia and Tsang, shapes .05 … 20")
def _(effort, off):
    n = effort.size(30_000, 400_000)
    return together(
        *(
            continuous(
                f"shape {shape:g}",
                off * drawn(lambda i, s=shape, k=key: gamma(s, k, 4, i, 0, 0), n),
                stats.gamma(shape),
            )
            for shape, key in ((shape, effort.key("gamma", at)) for at, shape in enumerate(SHAPES))
        )
    )


PAIRS = ((2.8, 5.2), (0.7929, 2.4258), (4.0, 4.0), (0.3, 0.3), (8.0, 0.5))


@check("beta", CHAPTER, "Beta(a, b) from two gammas")
def _(effort, off):
    n = effort.size(30_000, 400_000)
    return together(
        *(
            continuous(
                f"a {a:g}, b {b:g}",
                drawn(lambda i, a=a, b=b, k=key: beta(a, b, k, 5, i, 0, 0), n) ** off,
                stats.beta(a, b),
            )
            for a, b, key in ((*pair, effort.key("beta", at)) for at, pair in enumerate(PAIRS))
        )
    )


MEANS = (0.001, 0.0357, 0.5, 3.0, 9.0)


@check("Poisson", CHAPTER, "Poisson(mean), means .001 … 9 (a need a day is .036)")
def _(effort, off):
    n = effort.size(60_000, 10**6)
    return together(
        *(
            discrete(
                f"mean {mean:g}",
                drawn(lambda i, m=mean: poisson(off * m, effort.key("poisson", round(1e4 * m)), NEED, i, 5, 0), n),
                stats.poisson(mean),
            )
            for mean in MEANS
        )
    )


@check("Poisson quantile", CHAPTER, "the quantile function of SciPy, at random probabilities")
def _(effort, off):
    u = effort.chance("poisson").random(effort.size(5_000, 100_000))
    found = []
    for mean in (0.0, *MEANS):
        ours = drawn(lambda i, m=mean: poisson_quantile(float(u[i]), off * m), len(u))
        expected = stats.poisson.ppf(u, mean) if mean else np.zeros(len(u))
        found.append(exactly(f"mean {mean:g}", np.array_equal(ours, expected)))
    return Observed(found)


def public_functions():
    """Names of the functions that sim/streams.py itself defines."""
    import inspect

    return {
        name
        for name, value in vars(streams).items()
        if not name.startswith("_")
        and inspect.isfunction(getattr(value, "py_func", value))
        and getattr(value, "py_func", value).__module__ == streams.__name__
    }

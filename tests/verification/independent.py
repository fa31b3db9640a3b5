"""Other programs: the same questions asked of SciPy, SALib and lifetimes.

lifetimes needs little and installs from wheels, but nobody keeps it any more, so it is no dependency: give its Python
with --lifetimes-python, or have it in this environment. What SciPy alone can do, it does always.
"""

import json
import math
import subprocess
import sys
from functools import lru_cache
from importlib.util import find_spec

import numpy as np
from pydantic import TypeAdapter
from rules.tables import table
from scipy import integrate, linalg, optimize, special, stats
from theory.pools import BUYING, pool
from worlds import begun

from sim.batch.designs import Design, Factor, points
from sim.rules.service import answered_within
from sim.theory import customers, market
from sim.theory import pool as laws

from .verdicts import Observed, check, exactly, of_p, of_z

CHAPTER = "Other programs"
TRUE = {"r": 0.8, "alpha": 0.8 * 28.0, "a": 0.7929, "b": 2.4258}
DAYS = 168


# ------------------------------------------------------------------------------------------------------- customers


@lru_cache(maxsize=4)
def customer_base(seed, fans, off):
    """Repeat purchases x, time of the last t_x, and T of customers of the engine: what one sees of each."""
    changes = BUYING | {
        "industry.need_interval": 28.0 / off,
        "rules.purchase.attrition_a": TRUE["a"],
        "rules.purchase.attrition_b": TRUE["b"],
    }
    simulation = begun(pool(fans, DAYS, changes), seed=seed)
    for _ in range(DAYS):
        simulation.step()
    rows = simulation.rows.table()
    x = rows["orders"].astype(float)
    return x, np.where(x > 0, rows["ordered_on"] + 0.5, 0.0), np.full(fans, float(DAYS))  # in the middle of its day


def log_likelihood(parameters, x, last, total):
    """Of BG/NBD (Fader, Hardie and Lee 2005, eq. 6), by SciPy's log-gamma functions."""
    r, alpha, a, b = np.exp(parameters)
    start = special.gammaln(r + x) - special.gammaln(r) + r * math.log(alpha)
    alive = special.betaln(a, b + x) - special.betaln(a, b) - (r + x) * np.log(alpha + total)
    gone = special.betaln(a + 1, b + x - 1 + (x == 0)) - special.betaln(a, b) - (r + x) * np.log(alpha + last)
    return float((start + np.where(x > 0, np.logaddexp(alive, gone), alive)).sum())


def fitted(x, last, total):
    """Maximum likelihood of the four parameters, and its log."""
    kinds, counts = np.unique(np.stack([x, last, total]), axis=1, return_counts=True)

    def loss(p):
        r, alpha, a, b = np.exp(p)
        start = special.gammaln(r + kinds[0]) - special.gammaln(r) + r * math.log(alpha)
        alive = special.betaln(a, b + kinds[0]) - special.betaln(a, b) - (r + kinds[0]) * np.log(alpha + kinds[2])
        gone = special.betaln(a + 1, b + kinds[0] - 1 + (kinds[0] == 0)) - special.betaln(a, b)
        gone = gone - (r + kinds[0]) * np.log(alpha + kinds[1])
        each = start + np.where(kinds[0] > 0, np.logaddexp(alive, gone), alive)
        return -float((counts * each).sum()) / len(x)

    found = optimize.minimize(
        loss,
        np.log([1.0, 20.0, 1.0, 2.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-13, "maxiter": 8000},
    )
    return dict(zip(TRUE, np.exp(found.x).tolist(), strict=True)), -found.fun * len(x)


@check(
    "BG/NBD fitted by SciPy",
    CHAPTER,
    "the likelihood of what the engine's customers did is as high at the engine's parameters as 2·Δ ~ χ²₄ allows",
)
def _(effort, off):
    base = customer_base(effort.engine_seed("customers"), effort.size(60_000, 300_000), off)
    found, best = fitted(*base)
    ratio = 2 * (best - log_likelihood(np.log(list(TRUE.values())), *base))
    rows = [
        ("parameter", "engine", "SciPy, maximum likelihood"),
        *((k, f"{TRUE[k]:.4f}", f"{found[k]:.4f}") for k in TRUE),
    ]
    return Observed([of_p("likelihood ratio", stats.chi2.sf(ratio, 4))], table=rows)


LIFETIMES = """
import json, sys
import numpy as np, pandas as pd
from lifetimes import BetaGeoFitter
x, last, total = (pd.Series(column) for column in json.load(sys.stdin))
fit = BetaGeoFitter().fit(x, last, total)
counts = [float(fit.expected_number_of_purchases_up_to_time(t)) for t in (28.0, 84.0, 168.0)]
print(json.dumps([{k: float(v) for k, v in fit.params_.items()}, counts]))
"""


def lifetimes_python(effort):
    """Python that can import lifetimes, or None."""
    return effort.peer or (sys.executable if find_spec("lifetimes") else None)


@check(
    "BG/NBD fitted by lifetimes",
    CHAPTER,
    "the package's fit is that of SciPy, and its expected purchases are those of sim/theory and of the engine",
)
def _(effort, off):
    python = lifetimes_python(effort)
    if python is None:
        note = "left out: no Python with the package lifetimes (--lifetimes-python)"
        return Observed([exactly("left out", True)], note=note, left_out=True)
    base = customer_base(effort.engine_seed("customers"), effort.size(60_000, 300_000), off)
    done = subprocess.run(
        [python, "-c", LIFETIMES],
        input=json.dumps([column.tolist() for column in base]),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    theirs, counts = json.loads(done.stdout.splitlines()[-1])
    ours, best = fitted(*base)
    ratio = 2 * (best - log_likelihood(np.log([theirs[k] for k in TRUE]), *base))
    true = log_likelihood(np.log(list(TRUE.values())), *base)
    expected = [customers.purchases_bg_nbd(t, *(theirs[k] for k in TRUE)) for t in (28.0, 84.0, 168.0)]
    error = base[0].std(ddof=1) / math.sqrt(len(base[0]))
    true_mean = customers.purchases_bg_nbd(DAYS, *TRUE.values())
    rows = [
        ("parameter", "engine", "lifetimes", "SciPy"),
        *((k, f"{TRUE[k]:.4f}", f"{theirs[k]:.4f}", f"{ours[k]:.4f}") for k in TRUE),
    ]
    return Observed([
        of_p("likelihood of the engine's parameters", stats.chi2.sf(2 * (best - true), 4)),
        exactly("its fit is as likely as SciPy's, within .1", abs(ratio) < 0.2),
        exactly("expected purchases are those of sim/theory, within 1e-6", np.allclose(counts, expected, rtol=1e-6)),
        of_z("its mean purchases against the engine's parameters", (counts[-1] - true_mean) / error),
    ], table=rows)  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- queues


def birth_death(arrivals, rate, seats, most):
    """Stationary law of the number in M/M/c, from the null space of its generator."""
    generator = np.zeros((most + 1, most + 1))
    for n in range(most):
        generator[n, n + 1] = arrivals
        generator[n + 1, n] = rate * min(n + 1, seats)
    np.fill_diagonal(generator, -generator.sum(axis=1))
    law = linalg.null_space(generator.T)[:, 0]
    return law / law.sum()


@check("queue", CHAPTER, "Erlang C and waits against the generator of the chain (SciPy): null space, and Erlang waits")
def _(effort, off):
    chance, far = effort.chance("queue"), 0.0
    for _ in range(effort.size(10, 60)):
        seats, rate = int(chance.integers(1, 8)), chance.uniform(2, 20)
        arrivals, minutes = seats * rate * chance.uniform(0.2, 0.8), chance.uniform(0, 0.5)
        law = birth_death(arrivals, rate, seats, 110)
        # who finds n ≥ c waits for n − c + 1 departures of the busy team
        late = sum(
            p * stats.gamma.sf(minutes, n - seats + 1, scale=1 / (seats * rate))
            for n, p in enumerate(law)
            if n >= seats
        )
        far = max(far, abs(market.waits(seats, arrivals * off, rate) - law[seats:].sum()))
        far = max(far, abs(market.answered_within(minutes, seats, arrivals * off, rate) - (1 - late)))
        patient = answered_within(60 * minutes, float(seats), arrivals * off / 60, rate / 60, 60.0 * 2000 / rate)
        far = max(far, abs(patient - (1 - late)))
    return Observed([exactly("within 1e-7", far < 1e-7)])


@check("impatient queue", CHAPTER, "M/M/c + D against a simulation, contact by contact, of batches of its own")
def _(effort, off):
    import heapq

    found, rate, patience = [], 8 / 60, float(table("service").patience) * 60.0
    for seats, arrivals in ((3, 20 / 60), (3, 26 / 60), (1, 0.9 * rate)):
        chance, n, batches = effort.chance(f"impatient {seats} {arrivals}"), effort.size(150_000, 2_000_000), 50
        came = np.cumsum(chance.exponential(1 / arrivals, n)).tolist()
        takes, free, waits = chance.exponential(1 / rate, n).tolist(), [0.0] * seats, np.empty(n)
        for i, at in enumerate(came):
            start = max(at, free[0])
            waits[i] = start - at if start - at <= patience else -1.0
            if waits[i] >= 0:
                heapq.heapreplace(free, start + takes[i])
        for minutes in (0.0, 30.0, patience):
            p = answered_within(minutes, float(seats), arrivals * off, rate, patience)
            if 0.01 < p < 0.99:
                means = ((waits >= 0) & (waits <= minutes)).reshape(batches, -1).mean(axis=1)
                t = (means.mean() - p) / (means.std(ddof=1) / math.sqrt(batches))
                found.append(
                    of_p(f"{seats} seats, {60 * arrivals:g}/h, {minutes:g} min", 2 * stats.t.sf(abs(t), batches - 1))
                )
    return Observed(found)


# ------------------------------------------------------------------------------------------------------- branching


@check(
    "branching",
    CHAPTER,
    "extinction of a day's process as a root (brentq), of continuous time by its forward equations (solve_ivp)",
)
def _(effort, off):
    chance, far = effort.chance("branching"), [0.0, 0.0]
    for _ in range(effort.size(6, 40)):
        birth, leave = chance.uniform(0.06, 0.2), chance.uniform(0.03, 0.12)
        stays = math.exp(-leave)
        if birth > 1.15 * leave:
            root = optimize.brentq(lambda q, s=stays, b=birth: (1 - s + s * q) * math.exp(b * (q - 1)) - q, 0, 1 - 1e-3)
            far[0] = max(far[0], abs(laws.daily_extinction(birth * off, leave) - root))
        generating = integrate.solve_ivp(
            lambda _, s, b=birth, m=leave: m - (b + m) * s + b * s**2,
            (0, 4000),
            [0.0],
            rtol=1e-11,
            atol=1e-13,
            method="LSODA",
        )
        if abs(birth - leave) > 0.02:
            far[1] = max(far[1], abs(laws.extinction(birth * off, leave) - generating.y[0, -1]))
    return Observed([exactly("daily, within 1e-9", far[0] < 1e-9), exactly("continuous, within 1e-6", far[1] < 1e-6)])


@check("immigration, birth and death", CHAPTER, "the stationary law is the null vector of the generator")
def _(effort, off):
    chance, far = effort.chance("generator"), 0.0
    for _ in range(effort.size(3, 12)):
        inflow, birth, leave = chance.uniform(0.3, 2.0), chance.uniform(0.0, 0.05), chance.uniform(0.09, 0.15)
        n = np.arange(400)
        rates = np.log(inflow + birth * n[:-1]) - np.log(leave * n[1:])
        law = np.exp(np.concatenate([[0.0], np.cumsum(rates)]))
        far = max(far, np.abs(laws.stationary_law(inflow * off, birth, leave).pmf(n) - law / law.sum()).max())
    return Observed([exactly("within 1e-9", far < 1e-9)])


@check("pool over time", CHAPTER, "the law of the pool by another solver (LSODA) and, where linear, in closed form")
def _(effort, off):
    chance, far, days = effort.chance("pool"), 0.0, np.linspace(0, 400, 21)
    for _ in range(effort.size(5, 40)):
        start, inflow, birth, leave, people = (
            chance.uniform(50, 500),
            chance.uniform(0, 3),
            chance.uniform(0, 0.02),
            chance.uniform(0.001, 0.03),
            2000.0,
        )
        other = integrate.odeint(
            lambda f, _, v=(inflow, birth, leave, people): (v[0] + v[1] * f) * (1 - f / v[3]) - v[2] * f,
            start,
            days,
            rtol=1e-10,
            atol=1e-8,
        )
        far = max(
            far, np.abs(laws.size_over_time(days, start, inflow, birth, leave * off, people) / other[:, 0] - 1).max()
        )
        g = birth - leave
        linear = start * np.exp(g * days) + inflow * np.expm1(g * days) / g
        far = max(far, np.abs(laws.size_over_time(days, start, inflow, birth, leave * off) / linear - 1).max())
    return Observed([exactly("within 1e-6", far < 1e-6)])


# --------------------------------------------------------------------------------------------------------- samples


def _sample(kind, n, width, seed):
    factors = {f"x{i}": Factor.model_validate({"from": 0.0, "to": 1.0}) for i in range(width)}
    rows = points(TypeAdapter(Design).validate_python({"kind": kind, "samples": n, "seed": seed}), factors)
    return np.array([[row[name] for name in factors] for row in rows])


@check(
    "designs",
    CHAPTER,
    "Latin hypercube and Sobol: one point a stratum, discrepancy as low as SALib's and far below random",
    sibling=False,
)
def _(effort, _):
    from SALib.sample import latin, sobol_sequence
    from scipy.stats import qmc

    seed, n, width = effort.seed % (1 << 31), 256, 4
    cube, sobol = _sample("latin-hypercube", n, width, seed), _sample("sobol", n, width, seed)
    problem = {"num_vars": width, "names": [f"x{i}" for i in range(width)], "bounds": [[0, 1]] * width}
    theirs = {"latin": latin.sample(problem, n, seed=seed), "sobol": sobol_sequence.sample(n, width)}
    rough = [qmc.discrepancy(effort.chance("random").random((n, width))) for _ in range(3)]
    found = {
        name: qmc.discrepancy(sample)
        for name, sample in (
            ("ours, Latin", cube),
            ("ours, Sobol", sobol),
            ("SALib, Latin", theirs["latin"]),
            ("SALib, Sobol", theirs["sobol"]),
        )
    }
    strata = all(len(set((column * n).astype(int))) == n for sample in (cube, sobol) for column in sample.T)
    return Observed([
        exactly("one point in each of 256 strata of each factor", strata),
        exactly("Latin: no rougher than twice SALib's", found["ours, Latin"] < 2 * found["SALib, Latin"]),
        exactly("Sobol: no rougher than SALib's times 1.5", found["ours, Sobol"] < 1.5 * found["SALib, Sobol"]),
        exactly("both smoother than random points", max(found["ours, Latin"], found["ours, Sobol"]) < min(rough)),
    ], table=[("256 points in 4 factors", "centred L2 discrepancy"), *((k, f"{v:.2e}") for k, v in found.items()),
              ("random", f"{np.mean(rough):.2e}")])  # fmt: skip

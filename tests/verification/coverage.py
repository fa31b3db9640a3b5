"""How often the intervals that we report hold the truth, on a cheap model, with the stopping rule of ``compare``.

The sibling states 95 % and makes intervals of 90 %.
"""

import ast
from contextlib import ExitStack
from functools import lru_cache
from unittest.mock import patch

import numpy as np
from scipy import stats

from sim.analysis import loop_gain, ratios
from sim.analysis import pairs as intervals
from sim.studies.compare import LEAST_PAIRS, STEADY
from sim.studies.decompose import PAIRS as SHAPLEY_PAIRS
from sim.studies.decompose import scaled_shapley, subsets
from sim.studies.fairness import FEW_PAIRS

from .cheap import DAYS, EXIT, INVITE, pairs
from .places import SOURCE
from .verdicts import OFF, Observed, check, of_p, together

CHAPTER = "How often our intervals hold the truth"
LEVEL = 0.95
MAKERS = ("mean_interval", "mean_band", "crossover", "share_interval", "ratio_interval", "gain_interval")

# every place that makes an interval → the check that measures its coverage; a test keeps the list complete
REPORTED = {
    "studies/compare.py:_compared": ("bands by day",),
    "studies/compare.py:_totals": ("totals of a logic",),
    "studies/compare.py:_loop_gain": ("R_fan and repurchase rate",),
    "studies/compare.py:_duel": ("lead at the horizon", "bands by day", "crossover day", "share of wins"),
    "studies/decompose.py:decompose": ("Shapley shares",),
    "studies/equal_spend.py:equal_spend": ("equal spend",),
    "studies/equal_spend.py:_compared": ("equal spend",),
    "studies/optimise.py:_is_hopeless": ("lead at the horizon",),
    "studies/optimise.py:judge": ("totals of a logic", "lead at the horizon"),
    "report/gain.py:gain_of": ("R_fan and repurchase rate", "R_fan of one run"),
    "report/own_figures.py:repurchase_rate": ("R_fan and repurchase rate",),
    "report/rivals.py:figure_of": ("lead at the horizon",),
    "report/rivals.py:rivals_chapter": ("lead at the horizon",),
    "report/rivals.py:rows": ("lead at the horizon",),
}


def makers(source=SOURCE):
    """Places that make an interval, FILE:FUNCTION, but those of ``sanyu validate`` (patterns against runs)."""
    found = set()
    for room in ("studies", "report"):
        for file in sorted((source / room).rglob("*.py")):
            if file.name.endswith("_patterns.py") or file.name in ("samples.py", "telling.py", "validate.py"):
                continue
            for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(function, ast.FunctionDef) and any(
                    isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in MAKERS
                    for n in ast.walk(function)
                ):
                    found.add(f"{file.relative_to(source).as_posix()}:{function.name}")
    return found


def repetitions(effort):
    """Comparisons of a case."""
    return effort.size(1500, 2000)


@lru_cache(maxsize=6)
def drawn(effort, lead, luck="heavy"):
    """Comparisons of the cheap model, up to the pairs at which they give up."""
    return pairs(effort.chance(f"pairs {lead} {luck}"), repetitions(effort), effort.size(22, 60), lead, luck)


def stop(final, most):
    """Pairs after which ``compare`` stops: the first ten, then one by one until clear or out of budget."""
    for n in range(LEAST_PAIRS, most):
        if intervals.is_clear(final[:n], LEAST_PAIRS, STEADY):
            return n
    return most


@lru_cache(maxsize=6)
def stops(effort, lead):
    """Pairs of each comparison: with the rule as it is, whatever the level of a sibling."""
    of = drawn(effort, lead)
    final = of.margin["light"][..., -1] - of.margin["busy"][..., -1]
    return [stop(row, final.shape[1]) for row in final]


def level(off):
    """95 %, of the sibling 90 %."""
    wanted = LEVEL - (off - 1.0)
    return [patch.object(module, "LEVEL", wanted) for module in (intervals, ratios, loop_gain)]


def covered(what, off, trials, truth):
    """Share of intervals that hold the truth, against 95 %; ``trials`` make them."""
    with ExitStack() as patches:
        for one in level(off):
            patches.enter_context(one)
        hits = [low <= truth <= high for low, high in trials()]
    p = stats.binomtest(int(sum(hits)), len(hits), LEVEL).pvalue
    return Observed([of_p(what, p)], table=[("", "coverage"), (what, f"{100 * np.mean(hits):.1f} %")])


def ends(interval):
    return interval.low, interval.high


def _joined(*parts):
    head = [part.table[0] for part in parts][:1]
    return together(*parts, table=[*head, *(row for part in parts for row in part.table[1:])])


# name → lead at the horizon in standard deviations, pairs of each comparison
CASES = {"10 pairs, weak": (0.3, 10), "10 pairs, clear": (2.0, 10)}
STOPPED = {"stopped, clear": 2.0, "stopped, at 1 sd": 1.0, "stopped, at ½ sd": 0.5}


def numbers(effort, case):
    """Lead and pairs of each comparison of a case."""
    if case in CASES:
        lead, n = CASES[case]
        return lead, [n] * repetitions(effort)
    return STOPPED[case], stops(effort, STOPPED[case])


@check(
    "lead at the horizon", CHAPTER, "t interval of a paired difference: at ten pairs, and where the verdict stops it"
)
def _(effort, off):
    parts = []
    for case in (*CASES, *STOPPED):
        lead, sizes = numbers(effort, case)
        of = drawn(effort, lead)
        final = of.margin["light"][..., -1] - of.margin["busy"][..., -1]

        def trials(final=final, sizes=sizes):
            return (ends(intervals.mean_interval(row[:n])) for row, n in zip(final, sizes, strict=True))

        parts.append(covered(case, off, trials, of.truth["lead"]))
    return _joined(*parts)


@check(
    "totals of a logic", CHAPTER, "t interval of a mean: margin and orders at 10 pairs, and where the verdict stops it"
)
def _(effort, off):
    parts = []
    for case in ("10 pairs, clear", "stopped, clear"):
        lead, sizes = numbers(effort, case)
        of = drawn(effort, lead)
        for name, values in (("margin", of.margin["light"][..., -1]), ("orders", of.orders["light"])):

            def trials(values=values, sizes=sizes):
                return (ends(intervals.mean_interval(row[:n])) for row, n in zip(values, sizes, strict=True))

            parts.append(covered(f"{name}, {case}", off, trials, of.truth[name]))
    return _joined(*parts)


@check("bands by day", CHAPTER, "pointwise t band of a lead: on each of three days")
def _(effort, off):
    lead, sizes = numbers(effort, "stopped, clear")
    of, parts = drawn(effort, lead), []
    paths = of.margin["light"] - of.margin["busy"]
    for day in (20, DAYS // 2, DAYS - 1):

        def trials(day=day):
            for row, n in zip(paths, sizes, strict=True):
                band = intervals.mean_band(row[:n])
                yield band.low[day], band.high[day]

        parts.append(covered(f"day {day + 1}", off, trials, of.path[day]))
    return _joined(*parts)


@check("crossover day", CHAPTER, "inverted t test: at ten pairs, and where the verdict stops it")
def _(effort, off):
    parts = []
    for case in ("10 pairs, clear", "stopped, clear", "stopped, at 1 sd"):
        lead, sizes = numbers(effort, case)
        of = drawn(effort, lead)
        paths, truth = of.margin["light"] - of.margin["busy"], int(intervals.stays_above(of.path))

        def trials(paths=paths, sizes=sizes):
            for row, n in zip(paths, sizes, strict=True):
                found = intervals.crossover(row[:n])
                yield tuple(DAYS if x is None else x for x in (found.low, found.high))

        parts.append(covered(f"{case}: day {truth}", off, trials, truth))
    return _joined(*parts)


@check(
    "R_fan and repurchase rate",
    CHAPTER,
    "t interval of the linearised ratio: at ten pairs, and where the verdict stops it",
)
def _(effort, off):
    parts = []
    for case in ("10 pairs, clear", "stopped, clear", "stopped, at ½ sd"):
        lead, sizes = numbers(effort, case)
        of = drawn(effort, lead)
        for name, above, below in (("r_fan", of.caused, of.exits), ("returning", of.returning, of.orders)):

            def trials(above=above["light"], below=below["light"], sizes=sizes):
                for a, b, n in zip(above, below, sizes, strict=True):
                    yield ends(ratios.ratio_interval(a[:n], b[:n]))

            parts.append(
                covered(f"{'R_fan' if name == 'r_fan' else 'repurchase rate'}, {case}", off, trials, of.truth[name])
            )
    return _joined(*parts)


@check(
    "R_fan of one run",
    CHAPTER,
    "interval of a ratio of two counts on the logarithmic scale, of a single run; of each cause as of all",
)
def _(effort, off):
    of, parts = drawn(effort, 2.0), []
    for logic in EXIT:
        for pair, what in ((0, "all causes"), (1, "one cause of two")):
            share = 1.0 if pair == 0 else 0.5
            chance = effort.chance(f"cause {logic}")
            caused = of.caused[logic][:, pair]
            counted = caused if pair == 0 else chance.binomial(caused.astype(int), share).astype(float)

            def trials(counted=counted, exits=of.exits[logic][:, pair]):
                return (ends(loop_gain.gain_interval(c, c, e)) for c, e in zip(counted, exits, strict=True))

            parts.append(covered(f"{what}, {logic}", off, trials, share * INVITE / EXIT[logic]))
    return _joined(*parts)


@check("share of wins", CHAPTER, "Jeffreys interval: 95 % on average over all probabilities, at ten and fifteen pairs")
def _(effort, off):
    """A number of wins is discrete, so at a single probability it covers more or less (see docs/verification.md)."""
    chance, parts = effort.chance("wins"), []
    for n in (LEAST_PAIRS, LEAST_PAIRS + STEADY):
        p = chance.random(effort.size(4000, 20_000))
        wins = chance.binomial(n, p)

        def trials(n=n, p=p, wins=wins):
            for one, k in zip(p, wins, strict=True):
                found = intervals.share_interval(int(k), n)
                yield found.low - one, found.high - one

        parts.append(covered(f"{n} pairs", off, trials, 0.0))
    return _joined(*parts)


ELEMENTS = ("frequency", "value share", "content", "discount")


@check(
    "Shapley shares",
    CHAPTER,
    f"t interval of each share at {SHAPLEY_PAIRS} pairs; elements interact, pairs share their luck",
)
def _(effort, off):
    chance, reps = effort.chance("Shapley"), effort.size(1000, 2000)
    effects = {name: 1e5 * (at - 1.2) for at, name in enumerate(ELEMENTS)}
    luck = chance.gamma(4.0, 0.25, (reps, SHAPLEY_PAIRS))
    value = {}
    for taken in subsets(ELEMENTS):
        mean = sum(effects[e] for e in taken) + 4e4 * len(taken) ** 2
        noise = 3e4 * chance.normal(size=luck.shape)
        value[taken] = np.round(mean * luck + noise).astype(np.int64)
    scaled, parts = scaled_shapley(ELEMENTS, value), []
    for name in ELEMENTS:
        truth = effects[name] + 4e4 * len(ELEMENTS)  # of |S|² each element has the same share

        def trials(sums=scaled[name]):
            return (ends(intervals.mean_interval(row / 24.0)) for row in sums)

        parts.append(covered(name, off, trials, truth))
    return _joined(*parts)


@check(
    "equal spend",
    CHAPTER,
    f"t interval of leads at {FEW_PAIRS} pairs, of a ratio of spends, and at the fewest pairs there can be, 2",
)
def _(effort, off):
    of, parts = drawn(effort, 2.0), []
    final = of.margin["light"][..., -1] - of.margin["busy"][..., -1]
    chance = effort.chance("spends")
    ratio = chance.gamma(400.0, 1 / 400.0, final.shape)  # of spends that follow within 5 %
    for n in (FEW_PAIRS, 2):

        def trials(values, n=n):
            return (ends(intervals.mean_interval(row[:n])) for row in values)

        parts.append(covered(f"lead, {n} pairs", off, lambda t=trials: t(final), of.truth["lead"]))
        parts.append(covered(f"ratio of spends, {n} pairs", off, lambda t=trials: t(ratio), 1.0))
    return _joined(*parts)


@check(
    "equal logics are told apart",
    CHAPTER,
    "in at most 1 of 20 comparisons, however many pairs are added",
    sibling=False,
)
def _(effort, _):
    """Differences without a lead, until clear or out of pairs; the rule without falling levels is in the table."""
    chance, reps = effort.chance("equal"), effort.size(400, 1000)
    rows, found = [("pairs at most", "told apart")], []
    final = chance.normal(size=(reps, effort.size(60, 200)))
    for most in (30, final.shape[1]):
        apart = sum(stop(row, most) < most for row in final)
        rows.append((str(most), f"{100 * apart / reps:.1f} %"))
        found.append(of_p(f"{most} pairs", stats.binomtest(apart, reps, 0.05, "greater").pvalue))
    return Observed(found, table=rows)


@check(
    "small leads",
    CHAPTER,
    "at .1 to .3 standard deviations an interval that stopped is too narrow: 87 to 96 %",
    sibling=False,
)
def _(effort, _):
    """What a verdict says that became clear after more than 30 pairs; a lead that was overestimated stops sooner."""
    chance, rows, found = effort.chance("small"), [("lead, sd", "pairs at most", "told apart", "coverage")], []
    for lead in (0.1, 0.2, 0.3):
        final = chance.normal(size=(effort.size(400, 600), effort.size(60, 300))) + lead
        most = final.shape[1]
        sizes = [stop(row, most) for row in final]
        hits = [
            low <= lead <= high
            for low, high in (ends(intervals.mean_interval(r[:n])) for r, n in zip(final, sizes, strict=True))
        ]
        rows.append(
            (f"{lead:g}", str(most), f"{100 * np.mean(np.array(sizes) < most):.0f} %", f"{100 * np.mean(hits):.1f} %")
        )
        for name, bound, side in (("at least 87 %", 0.87, "less"), ("at most 96 %", 0.96, "greater")):
            found.append(of_p(f"{lead:g}, {name}", stats.binomtest(sum(hits), len(hits), bound, side).pvalue))
    return Observed(found, table=rows)


@check(
    "skewed luck",
    CHAPTER,
    "what skewed differences cost: coverage of t intervals at ten pairs, for the table alone",
    sibling=False,
)
def _(effort, _):
    """Not 95 %, and no interval of ten numbers is: the page says how much, and at which skewness."""
    parts, rows = [], [("luck of a pair", "skewness of the lead", "coverage at 10 pairs", "… at 4")]
    for luck in ("even", "heavy", "skewed"):
        of = drawn(effort, 2.0, luck)
        final = of.margin["light"][..., -1] - of.margin["busy"][..., -1]
        shares = []
        for n in (10, 4):
            hits = [
                low <= of.truth["lead"] <= high for low, high in (ends(intervals.mean_interval(r[:n])) for r in final)
            ]
            shares.append(np.mean(hits))
        rows.append((luck, f"{stats.skew(final.ravel()):.2f}", *(f"{100 * s:.1f} %" for s in shares)))
        parts.append(
            of_p(f"{luck}: at least 90 %", stats.binomtest(int(shares[0] * len(final)), len(final), 0.9, "less").pvalue)
        )
    return Observed(parts, table=rows)


assert abs(OFF - 1.05) < 1e-12  # level() takes five points off

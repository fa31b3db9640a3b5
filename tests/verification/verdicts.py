"""What a check is, how far is too far, and the sibling that is 5 % off.

A check observes the engine and says how improbable each of its distances from theory is, were the engine right. With at
most ``MOST_DISTANCES`` of them in a run and Bonferroni's correction, a right engine misses in one run of a thousand,
whatever the seed. The same check of an engine that is 5 % off must miss: it would see an error of that size.
"""

import math
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import special, stats

from sim.streams import replication_key

FAMILY = 1e-3  # probability that a right engine fails a whole run
MOST_DISTANCES = 2000  # in a whole run; a test counts them
LEVEL = FAMILY / MOST_DISTANCES
FAR = float(stats.norm.isf(LEVEL / 2))  # 5.03 standard errors
OFF = 1.05


@dataclass(frozen=True)
class Distance:
    """One observation: p of a distance as large, were the engine right; z the same as a normal deviate."""

    what: str
    p: float
    z: float
    exact: bool = False  # an identity, which needs no correction

    @property
    def far(self):
        return self.p < LEVEL


def of_z(what, z):
    """Distance of an observation that is standard normal."""
    z = float(z)
    return Distance(what, float(2 * stats.norm.sf(abs(z))), z)


def of_p(what, p):
    """Distance of an observation whose p value is known."""
    p = float(min(1.0, max(0.0, p)))
    return Distance(what, p, float(stats.norm.isf(max(p, 1e-300) / 2)))


def exactly(what, holds):
    """An identity: holds or does not."""
    return Distance(what, 1.0 if holds else 0.0, 0.0 if holds else math.inf, exact=True)


@dataclass(frozen=True)
class Observed:
    """What a check saw.

    distances  each with its p
    scores     name → normal scores of a sample, for a QQ plot: standard normal if the law holds
    lines      name → (x, seen, error, expected), for a figure of a sweep
    table      rows of text, the head first
    note       a sentence for the page
    """

    distances: Sequence[Distance]
    scores: dict[str, np.ndarray] = field(default_factory=dict)
    lines: dict[str, tuple] = field(default_factory=dict)
    table: Sequence[Sequence[str]] = ()
    note: str = ""
    figures: Sequence[tuple] = ()  # figures of the check's own, each with its caption
    left_out: bool = False  # something is missing that the check needs; the note says what

    @property
    def worst(self):
        """The distance that is farthest from theory."""
        return min(self.distances, key=lambda d: (d.p, -abs(d.z)))


@dataclass(frozen=True)
class Effort:
    """How much is observed, and with which chance.

    seed   of this run of the verification;  quick: the short version
    peer   Python of an environment with the package ``lifetimes``, or None
    """

    seed: int
    quick: bool = False
    peer: str | None = None

    def size(self, short, full):
        return short if self.quick else full

    def key(self, name, number=0):
        """Key of draws, another one for each name."""
        return replication_key(self.seed, zlib.crc32(name.encode()) + number & 0xFFFFFFFF)

    def chance(self, name):
        """A generator of another family, for what is not the engine's."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def engine_seed(self, name):
        """Seed of runs of the engine."""
        return (self.seed * 1_000_003 + zlib.crc32(name.encode())) % (1 << 63)


@dataclass(frozen=True)
class Check:
    """One comparison.

    observe  (effort, off) → what was seen; off = 1 the engine as it is, 1.05 an engine, or a theory, that is 5 % off
    """

    name: str
    chapter: str
    law: str
    observe: Callable[[Effort, float], Observed]
    sibling: bool = True


CHECKS: dict[str, Check] = {}


def check(name, chapter, law, sibling=True):
    """Enter a function into the list of checks."""

    def enter(observe):
        assert name not in CHECKS, name
        CHECKS[name] = Check(name, chapter, law, observe, sibling)
        return observe

    return enter


@dataclass(frozen=True)
class Outcome:
    """A check's verdict: holds, misses, blind (5 % off was not found out), or left out."""

    check: Check
    seen: Observed
    off: Observed | None
    seconds: float

    @property
    def verdict(self):
        if self.seen.left_out:
            return "left out"
        if any(d.far for d in self.seen.distances):
            return "misses"
        if self.off is not None and not any(d.far for d in self.off.distances):
            return "blind"
        return "holds"


def verified(one, effort):
    """Run a check and its sibling."""
    began = time.perf_counter()
    seen = one.observe(effort, 1.0)
    off = one.observe(effort, OFF) if one.sibling and not seen.left_out else None
    return Outcome(one, seen, off, time.perf_counter() - began)


# ------------------------------------------------------------------------------------------------ samples and laws


def continuous(what, sample, law, cells=40):
    """A continuous sample against a law, by its normal scores Φ⁻¹(F(x)): mean, variance, Kolmogorov, χ²."""
    share = np.clip(law.cdf(np.asarray(sample, float)), 1e-15, 1 - 1e-15)
    scores, n = special.ndtri(share), len(share)
    counts = np.bincount(np.minimum((share * cells).astype(int), cells - 1), minlength=cells)
    squares = float((scores**2).sum())
    return Observed(
        [
            of_z(f"{what}: mean", scores.mean() * math.sqrt(n)),
            of_p(f"{what}: variance", 2 * min(stats.chi2.cdf(squares, n), stats.chi2.sf(squares, n))),
            of_p(f"{what}: Kolmogorov", stats.kstest(share, "uniform").pvalue),
            of_p(f"{what}: χ²", stats.chisquare(counts).pvalue),
        ],
        scores={what: scores},
    )


def discrete(what, sample, law, least=20.0):
    """A sample of integers against a law: χ² over pooled cells, and the mean where the law has a variance."""
    sample = np.asarray(sample).astype(int)
    n, top = len(sample), int(max(sample.max(), law.ppf(1 - 1e-12)) + 1)
    pmf = law.pmf(np.arange(top + 1))
    found = [pooled_chi_square(what, np.bincount(sample, minlength=top + 1), n * pmf, least)]
    sd = float(law.std())
    if 0 < sd < math.inf:
        found.append(of_z(f"{what}: mean", (sample.mean() - law.mean()) / (sd / math.sqrt(n))))
    return Observed(found)


def pooled_chi_square(what, observed, expected, least=20.0):
    """Pearson's χ², neighbouring cells pooled until each has enough expected; what the last cell lacks is its own."""
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    cells, seen, wanted = [], 0.0, 0.0
    for o, e in zip(observed, expected, strict=True):
        seen, wanted = seen + o, wanted + e
        if wanted >= least:
            cells.append((seen, wanted))
            seen = wanted = 0.0
    if cells and (seen or wanted):
        cells[-1] = (cells[-1][0] + seen, cells[-1][1] + wanted)
    o, e = np.array(cells).T
    return of_p(f"{what}: χ²", stats.chi2.sf(((o - e) ** 2 / e).sum(), len(cells) - 1))


def share(what, successes, trials, p):
    """A number of successes against a binomial, exactly."""
    return of_p(what, stats.binomtest(int(successes), int(trials), float(p)).pvalue)


def together(*parts, table=(), note=""):
    """Several observations as one."""
    scores, lines = {}, {}
    for part in parts:
        scores |= part.scores
        lines |= part.lines
    return Observed([d for part in parts for d in part.distances], scores, lines, table, note)

"""Chance: every draw has an address, ``uniform(key, decision, person, day, k)``, and is never consumed.

The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3"). Its counter is the address, its key the pair of replications. One more person, channel or
thread therefore changes nobody else's life, and two logics meet the same people with the same luck.

Samplers turn uniforms of one address into other distributions; ``k`` counts the uniforms that they use.
"""

import math
from enum import IntEnum
from typing import NamedTuple

from sim.compiled import rare, rule


class Decision(IntEnum):
    """What is being decided. Append-only: a published number never changes its meaning.

    Four decisions whose numbers differ only in the last two bits share a block of the generator: those that a
    follower takes every day stand together, and cost one block (``daily_draws``); sharing costs a second one, and
    only where fans can share.
    """

    # who a person is
    TOLERANCE = 1
    FRAILTY = 2
    NEED_RATE = 3
    AFFINITY = 4
    TRUST_PRIOR = 5
    ATTRITION_TRAIT = 6
    DEGREE = 7  # degree class of a member of the pool; friends already asked of a new row
    # every day
    VISIT = 8
    NEED = 9
    LEAVE = 10
    IMPULSE = 11
    # the starting pool
    START_TIER = 12
    START_AGE = 13
    START_CHANNEL = 14
    START_SEGMENT = 15
    # touches
    RESPONSE = 16
    RESPONSE_SOURCE = 17
    EXPOSURE = 18
    TOUCH_SOURCE = 19
    FOLLOW = 20
    AD_CLICK = 21
    JOIN_AT_FOLLOW = 22
    JOIN_LATER = 23
    # messages and lives
    VALUE_EVENT = 24
    PROMOTION_EVENT = 25
    WATCH_LIVE = 26
    # buying
    NEED_DEBT = 28
    DECISION_TIME = 29
    ORDER = 30
    BASKET = 31
    EXPERIENCE = 32
    ATTRITION = 33
    # leaving
    CAUSE = 36
    LEAVE_CHANNEL = 37
    MUTE = 38
    # service
    CONTACT = 40
    REPLY = 41
    CLOSING = 42  # where a deal closes
    # invitations
    SHARE = 44
    STUB = 45
    ACCEPT = 46
    SHARED_FAN = 47  # of the pools of several brands
    # leads and stores
    LEAD = 48
    QUALIFY = 49
    SALE = 50
    STORE_VISIT = 51
    # accounts and scarce places
    BAN = 52
    ADMISSION = 53
    # searches: a need that leads to the brand
    SEARCH = 62
    CASCADE = 56  # how far a content gets in the feed
    FIRST_POOL = 57
    ACCOUNT_REPLACED = 58  # an account of the feed closes, and another opens
    RETARGETED = 60
    # the pool's customers, and promises
    START_CUSTOMER = 80
    BREACH = 81
    # the reach path, and rules of accounts
    ANSWER = 88  # a fan answers direct messages
    WRITE = 89
    GUIDED = 91  # follows after a payment
    PERMISSION = 92  # keeps the brand out of a channel
    SECOND_ACCOUNT = 93


MASK32 = 0xFFFFFFFF
_BRAND = 0x42524E44  # of the keys of further brands
_PAIR = 0x53414E59  # third counter word of replication keys, so that none equals a draw's block


@rule
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x32-10: four 32-bit words from a 4 × 32-bit counter and a 2 × 32-bit key.

    Written in signed 64-bit integers with masks, so that plain Python (whose integers grow) and compiled code
    (whose integers wrap) keep the same low 64 bits of each product.
    """
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (
            ((p1 >> 32) & MASK32) ^ c1 ^ k0,
            p1 & MASK32,
            ((p0 >> 32) & MASK32) ^ c3 ^ k1,
            p0 & MASK32,
        )
        k0 = (k0 + 0x9E3779B9) & MASK32
        k1 = (k1 + 0xBB67AE85) & MASK32
    return c0, c1, c2, c3


@rule
def block_of(key: int, decision: int, person: int, day: int, k: int) -> tuple[int, int, int, int]:
    """The four words of the generator at an address, one for each decision of the same four."""
    return philox(
        person & MASK32,
        (person >> 32) & MASK32,
        (day & 0xFFFF) | (decision >> 2) << 16,
        k,
        key & MASK32,
        (key >> 32) & MASK32,
    )


@rule
def unit(word: int) -> float:
    """A 32-bit word as a number in the open interval (0, 1): (word + ½) / 2³²."""
    return (word + 0.5) / 4294967296.0


@rule
def uniform(key: int, decision: int, person: int, day: int, k: int) -> float:
    """The uniform number at one address, in the open interval (0, 1).

    key       64-bit key of the replication, from ``replication_key``
    decision  number of a member of ``Decision``, 0 … 2¹⁸ − 1
    person    64-bit key of the person
    day       day of the run, 0 … 65535 (traits, which have no day, use 0)
    k         number of the draw within the decision, 0 … 2³² − 1
    """
    w0, w1, w2, w3 = block_of(key, decision, person, day, k)
    lane = decision & 3
    word = w0
    if lane == 1:
        word = w1
    elif lane == 2:
        word = w2
    elif lane == 3:
        word = w3
    return unit(word)


class DailyDraws(NamedTuple):
    """The draws k = 0 of the five decisions that a follower takes every day."""

    visit: float
    need: float
    leave: float
    impulse: float
    share: float


@rule
def daily_words(key: int, person: int, day: int) -> tuple[int, int, int, int]:
    """The block of VISIT, NEED, LEAVE and IMPULSE, before its words become uniforms."""
    return block_of(key, 8, person, day, 0)


@rule
def share_word(key: int, person: int, day: int) -> int:
    """The word of SHARE, before it becomes a uniform."""
    w0, _, _, _ = block_of(key, 44, person, day, 0)
    return w0


@rule
def daily_draws(key: int, person: int, day: int) -> DailyDraws:
    """The draws of VISIT, NEED, LEAVE, IMPULSE and SHARE of one person on one day, from two blocks."""
    w0, w1, w2, w3 = daily_words(key, person, day)
    return DailyDraws(unit(w0), unit(w1), unit(w2), unit(w3), unit(share_word(key, person, day)))


def brand_key(key: int, brand: int) -> int:
    """Key of a brand's own chance within a pair of replications; the first brand (0) has the pair's own key."""
    if brand == 0:
        return key
    low, high, _, _ = philox(brand, 0, _BRAND, 0, key & MASK32, (key >> 32) & MASK32)
    return _signed(int(low) | int(high) << 32)


def _signed(word: int) -> int:
    return word - (1 << 64) if word >= 1 << 63 else word


def replication_key(seed: int, replication: int) -> int:
    """Key of one pair of replications: Philox(seed; replication), as a signed 64-bit integer.

    seed         0 … 2⁶⁴ − 1; 0 is a seed like any other
    replication  0 … 2³² − 1
    """
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed = {seed} is outside 0 … 2^64 - 1")
    if not 0 <= replication < 1 << 32:
        raise ValueError(f"replication = {replication} is outside 0 … 2^32 - 1")
    low, high, _, _ = philox(replication, 0, _PAIR, 0, seed & MASK32, seed >> 32)
    return _signed(int(low) | int(high) << 32)


@rule
def exponential(key: int, decision: int, person: int, day: int, k: int) -> float:
    """Standard exponential: −ln u."""
    return -math.log(uniform(key, decision, person, day, k))


@rare
def normal_quantile(p: float) -> float:
    """Standard normal quantile, algorithm AS241 PPND16 (Wichura 1988); absolute error below 1e-15.

    p  probability in (0, 1)
    """
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        numerator = (
            (
                (
                    (
                        ((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                        + 45921.953931549871457
                    )
                    * r
                    + 13731.693765509461125
                )
                * r
                + 1971.5909503065514427
            )
            * r
            + 133.14166789178437745
        ) * r + 3.387132872796366608
        denominator = (
            (
                (
                    (
                        ((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                        + 21213.794301586595867
                    )
                    * r
                    + 5394.1960214247511077
                )
                * r
                + 687.1870074920579083
            )
            * r
            + 42.313330701600911252
        ) * r + 1.0
        return q * numerator / denominator
    r = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        numerator = (
            (
                (
                    (
                        ((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                        + 1.27045825245236838258
                    )
                    * r
                    + 3.64784832476320460504
                )
                * r
                + 5.7694972214606914055
            )
            * r
            + 4.6303378461565452959
        ) * r + 1.42343711074968357734
        denominator = (
            (
                (
                    (
                        ((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                        + 0.14810397642748007459
                    )
                    * r
                    + 0.68976733498510000455
                )
                * r
                + 1.6763848301838038494
            )
            * r
            + 2.05319162663775882187
        ) * r + 1.0
    else:
        r -= 5.0
        numerator = (
            (
                (
                    (
                        ((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                        + 0.026532189526576123093
                    )
                    * r
                    + 0.29656057182850489123
                )
                * r
                + 1.7848265399172913358
            )
            * r
            + 5.4637849111641143699
        ) * r + 6.6579046435011037772
        denominator = (
            (
                (
                    (
                        ((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                        + 7.868691311456132591e-4
                    )
                    * r
                    + 0.0148753612908506148525
                )
                * r
                + 0.13692988092273580531
            )
            * r
            + 0.59983220655588793769
        ) * r + 1.0
    value = numerator / denominator
    return -value if q < 0.0 else value


@rule
def normal(key: int, decision: int, person: int, day: int, k: int) -> float:
    """Standard normal by inversion; uses one uniform."""
    return normal_quantile(uniform(key, decision, person, day, k))


@rare
def gamma(shape: float, key: int, decision: int, person: int, day: int, k: int) -> float:
    """Gamma with the given shape and scale 1 (Marsaglia and Tsang 2000), k counting the tries.

    Try j uses the uniforms k + 2j and k + 2j + 1, at most 64 tries (each is refused with probability below
    0.05, so a 65th has never been needed). Shapes below 1 are raised by one and multiplied by u^(1/shape), with
    the uniform k + 128; a caller that needs two gammas of one address places them 132 apart.
    """
    raised = shape if shape >= 1.0 else shape + 1.0
    d = raised - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    value = d
    for j in range(64):
        x = normal(key, decision, person, day, k + 2 * j)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        if math.log(uniform(key, decision, person, day, k + 2 * j + 1)) < 0.5 * x * x + d - d * v + d * math.log(v):
            value = d * v
            break
    if shape < 1.0:
        value *= math.pow(uniform(key, decision, person, day, k + 128), 1.0 / shape)
    return value


@rare
def beta(a: float, b: float, key: int, decision: int, person: int, day: int, k: int) -> float:
    """Beta(a, b) from two gammas at k and k + 132."""
    x = gamma(a, key, decision, person, day, k)
    y = gamma(b, key, decision, person, day, k + 132)
    return x / (x + y)


@rule
def poisson_quantile(u: float, mean: float) -> int:
    """Poisson by inversion of a uniform number; at most 100 (means here are far below 10)."""
    if u < 1.0 - mean - 1e-9:  # e^−mean ≥ 1 − mean: zero without an exponential
        return 0
    term = math.exp(-mean)
    total = term
    n = 0
    while u > total and n < 100:
        n += 1
        term *= mean / n
        total += term
    return n


@rule
def poisson(mean: float, key: int, decision: int, person: int, day: int, k: int) -> int:
    """Poisson; uses one uniform."""
    return poisson_quantile(uniform(key, decision, person, day, k), mean)

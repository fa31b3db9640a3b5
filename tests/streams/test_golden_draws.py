"""Frozen draws. A change here changes every published result: write the reason beside the new numbers."""

from sim.engines.reservoir import cell_address, pool_address
from sim.streams import Decision, beta, exponential, gamma, normal, poisson, replication_key, uniform

KEY = replication_key(7, 3)
FAN = pool_address(12)

KEYS = [
    -3066389658314511243,
    2143383310263814937,
    -1670078760524920945,
    -4974672549735191311,
    8377405284442011363,
]
WORDS = [
    2002963589,
    316614524,
    4019016766,
    228711219,
    1933685256,
]
DRAWS = [
    "0x1.4436452a680cap-2",
    "0x1.9277177b4f685p+0",
    "0x1.1f6e3a2988e5dp-6",
    "0x1.b17fdadc6a901p+1",
    "0x1.308de96c0636dp-1",
    "0x1.0000000000000p+2",
]


def test_golden_keys():
    assert [replication_key(*pair) for pair in ((0, 0), (0, 1), (1, 0), (7, 3), (2**64 - 1, 2**32 - 1))] == KEYS


def test_golden_words():
    addresses = [
        (0, Decision.TOLERANCE.value, FAN, 0, 0),
        (KEY, Decision.VISIT.value, FAN, 40, 0),
        (KEY, Decision.VISIT.value, FAN, 40, 1),
        (KEY, Decision.VISIT.value, FAN, 40, 5),
        (KEY, Decision.LEAVE.value, cell_address(2, 99), 719, 0),
    ]
    assert [int(uniform(*address) * 2**32) for address in addresses] == WORDS


def test_golden_draws():
    found = [
        exponential(KEY, Decision.RESPONSE.value, FAN, 0, 0),
        normal(KEY, Decision.AFFINITY.value, FAN, 0, 0),
        gamma(0.8, KEY, Decision.NEED_RATE.value, FAN, 0, 0),
        gamma(5.0, KEY, Decision.FRAILTY.value, FAN, 0, 0),
        beta(2.8, 5.2, KEY, Decision.TRUST_PRIOR.value, FAN, 0, 0),
        float(poisson(2.5, KEY, Decision.NEED.value, FAN, 8, 0)),
    ]
    assert [x.hex() for x in found] == DRAWS

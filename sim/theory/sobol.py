"""Evenly spread points: a scrambled Sobol sequence, without the second that it takes to load a library of statistics.

Direction numbers of Joe and Kuo (2008), linear scrambling and digital shift of Matoušek (1998): digit by digit the
sequence that SciPy gives for the same seed, which a test holds it to.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Digits = npt.NDArray[np.int64]
BITS = 30
SEED = 20_240_101
# of each dimension after the first: a primitive polynomial, its coefficients as bits, and initial odd numbers m₁, m₂ …
DIRECTIONS = (
    (3, (1,)), (7, (1, 3)), (11, (1, 3, 1)), (13, (1, 1, 1)), (19, (1, 1, 3, 3)), (25, (1, 3, 5, 13)),
    (37, (1, 1, 5, 5, 17)), (41, (1, 1, 5, 5, 5)), (47, (1, 1, 7, 11, 19)), (55, (1, 1, 5, 1, 1)),
    (59, (1, 1, 1, 3, 11)), (61, (1, 3, 5, 5, 31)), (67, (1, 3, 3, 9, 7, 49)), (91, (1, 1, 1, 15, 21, 21)),
    (97, (1, 3, 1, 13, 27, 49)), (103, (1, 1, 1, 15, 7, 5)), (109, (1, 3, 1, 15, 13, 25)),
)  # fmt: skip
MOST_DIMENSIONS = 1 + len(DIRECTIONS)


def _numbers(polynomial: int, initial: tuple[int, ...]) -> list[int]:
    """m₁ … m_BITS by the recurrence of the polynomial: m_k = ⊕ 2^i·a_i·m_(k−i) ⊕ m_(k−s)."""
    degree, found = polynomial.bit_length() - 1, list(initial)
    while len(found) < BITS:
        following = found[-degree]
        for i in range(1, degree + 1):
            if polynomial >> (degree - i) & 1:
                following ^= found[-i] << i
        found.append(following)
    return found


def _digits(numbers: Digits) -> Digits:
    """Binary digits of whole numbers, the most significant of BITS first, along a new last axis."""
    return numbers[..., None] >> np.arange(BITS - 1, -1, -1) & 1


def points(number: int, dimensions: int) -> Floats:
    """The first points of the sequence in the unit cube, [number, dimensions]; always the same, none on the boundary.

    dimensions  1 … MOST_DIMENSIONS
    """
    chance = np.random.default_rng(SEED)
    shift = chance.integers(0, 2, (dimensions, BITS), dtype=np.uint32).astype(np.int64)[:, ::-1]
    lower = np.tril(chance.integers(0, 2, (dimensions, BITS, BITS), dtype=np.uint32)).astype(np.int64)
    lower[:, np.arange(BITS), np.arange(BITS)] = 1
    places = BITS - 1 - np.arange(BITS)
    initial = [[1] * BITS, *(_numbers(*of) for of in DIRECTIONS[: dimensions - 1])]
    directions = _digits(np.array(initial, np.int64) << places)  # [dimension, number of the direction, digit]
    scrambled = np.einsum("dpk,djk->djp", lower, directions) & 1
    at = np.arange(number)
    gray = _digits(at ^ (at >> 1))[:, ::-1]  # [point, its directions]
    digits = (np.einsum("nj,djp->ndp", gray, scrambled) + shift) & 1
    found: Floats = np.clip(digits @ 0.5 ** np.arange(1, BITS + 1), 1e-6, 1.0 - 1e-6)
    return found

"""The generator: published vectors, addresses, seeds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.streams import Decision, daily_draws, philox, replication_key, uniform

ONES = 0xFFFFFFFF
# Random123, kat_vectors, philox4x32-10: counter, key, output
PUBLISHED = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]  # fmt: skip

words = st.integers(0, ONES)
keys = st.integers(-(1 << 63), (1 << 63) - 1)
addresses = st.tuples(
    keys, st.integers(1, 45), st.integers(0, (1 << 62) - 1), st.integers(0, 65535), st.integers(0, 300)
)


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_philox_gives_the_published_vectors(counter, key, words):
    assert philox(*counter, *key) == words


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_one_bit_of_the_counter_changes_half_of_the_output(counter, key, words):
    other = philox(counter[0] ^ 1, *counter[1:], *key)
    flipped = sum((a ^ b).bit_count() for a, b in zip(words, other, strict=True))
    assert 40 < flipped < 88  # of 128; 4 standard deviations


@given(addresses)
def test_uniform_is_the_addressed_word_of_its_block(address):
    key, decision, person, day, k = address
    block = philox(person & ONES, person >> 32, day | decision >> 2 << 16, k, key & ONES, (key >> 32) & ONES)
    assert uniform(*address) == (block[decision & 3] + 0.5) / 2**32


@given(addresses)
def test_uniform_lies_inside_the_open_interval(address):
    assert 0.0 < uniform(*address) < 1.0


@given(addresses, st.integers(0, 4), st.integers(1, 1000))
def test_another_address_gives_another_number(address, part, step):
    other = list(address)
    other[part] = (other[part] + step) if part != 1 else other[1] + 1 + step % 200
    if part == 3:
        other[3] %= 65536
    if part == 0 and other[0] >= 1 << 63:
        other[0] -= 1 << 63
    assert uniform(*address) != uniform(*other)


@given(keys, st.integers(0, (1 << 62) - 1), st.integers(0, 65535))
def test_daily_draws_are_the_first_draws_of_five_decisions(key, person, day):
    five = (Decision.VISIT, Decision.NEED, Decision.LEAVE, Decision.IMPULSE, Decision.SHARE)
    assert daily_draws(key, person, day) == tuple(uniform(key, d.value, person, day, 0) for d in five)


def test_the_last_day_of_a_decision_is_not_the_first_of_the_next():
    numbers = [uniform(5, d, 9, day, 0) for d in range(40) for day in (0, 1, 65535)]
    assert len(set(numbers)) == len(numbers)


def test_seed_0_is_a_seed():
    assert len({replication_key(seed, 0) for seed in (0, 1, 2)}) == 3
    assert replication_key(0, 0) == replication_key(0, 0) != 0


def test_replication_keys_are_distinct_64_bit_integers():
    seeds = (0, 1, 2**32, 2**64 - 1)
    found = [replication_key(seed, r) for seed in seeds for r in (*range(3000), 2**32 - 1)]
    assert len(set(found)) == len(found)
    assert all(-(1 << 63) <= key < 1 << 63 for key in found)
    assert np.int64(min(found)) < 0 < np.int64(max(found))


@pytest.mark.parametrize(("seed", "replication"), [(-1, 0), (2**64, 0), (0, -1), (0, 2**32)])
def test_impossible_seeds_are_refused_with_their_value(seed, replication):
    wrong = seed if replication == 0 else replication
    with pytest.raises(ValueError, match=rf"= {wrong} is outside 0 …"):
        replication_key(seed, replication)


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**64 - 1])
def test_both_halves_of_a_seed_count(seed):
    assert replication_key(seed, 3) != replication_key(seed ^ 1, 3)
    assert replication_key(seed, 3) != replication_key(seed ^ (1 << 40), 3)

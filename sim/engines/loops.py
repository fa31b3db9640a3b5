"""Compiled loops over rows, beside that of the day: who comes, who is met, who gets a place, who is brought back."""

import numpy as np

from sim.compiled import rare
from sim.engines.population import Rows
from sim.engines.records import attempts_of, load_fan, load_person, real, store_fan, store_person, whole, with_attempts
from sim.engines.reservoir import kind_to_stranger
from sim.rules.climate import Boxed
from sim.rules.invited import come_back, invited_response
from sim.rules.membership import applications, seated
from sim.rules.people import initial_fan, person_at, segment_of_member, stranger
from sim.rules.presence import presence
from sim.rules.response import first_response
from sim.rules.rows import STRANGER, reachable
from sim.rules.tally import Tally


@rare
def populate_rows(
    people: Rows, fans: Rows, first: int, addresses: np.ndarray, members: np.ndarray, worlds: Boxed, key: int
) -> None:
    """Fill rows from ``first`` on with people of the initial pools: members of this brand's, and strangers."""
    world = worlds[0]
    for n in range(len(addresses)):
        address = whole(addresses[n])
        segment = segment_of_member(address, world, key)
        if members[n]:
            store_person(people, first + n, person_at(address, segment, world.brand.trust_pool, world, key))
            store_fan(fans, first + n, initial_fan(load_person(people, first + n), world, key))
        else:
            person, fan = stranger(address, segment, 0.0, world, key)
            store_person(people, first + n, person)
            store_fan(fans, first + n, fan)


@rare
def admit_rows(
    people: Rows,
    fans: Rows,
    first: int,
    addresses: np.ndarray,
    segments: np.ndarray,
    kinds: np.ndarray,
    climates: Boxed,
    worlds: Boxed,
    key: int,
    tally: Tally,
) -> None:
    """Fill rows from ``first`` on with people who responded today; strangers where they did so to another brand."""
    climate, world = climates[0], worlds[0]
    for n in range(len(addresses)):
        address, segment, kind = whole(addresses[n]), whole(segments[n]), whole(kinds[n])
        if kind < 0:
            person, fan = stranger(address, segment, climate.encounters[segment], world, key)
        else:
            person, fan = first_response(address, segment, kind, climate, world, key, tally)
        store_person(people, first + n, person)
        store_fan(fans, first + n, fan)


@rare
def meet_rows(
    people: Rows,
    fans: Rows,
    count: int,
    rates: np.ndarray,
    climates: Boxed,
    worlds: Boxed,
    key: int,
    tally: Tally,
    found: np.ndarray,
) -> int:
    """Strangers whose clock has run out respond for the first time; returns how many.

    rates  [S][responses] of today;  found: [2, count] to be filled with their rows and kinds
    """
    climate, world = climates[0], worlds[0]
    met = 0
    for i in range(count):
        row = fans[i]
        if whole(row.marks) & 15 != STRANGER or climate.encounters[whole(people[i].segment)] < row.threshold:
            continue
        address, segment = whole(people[i].key), whole(people[i].segment)
        kind = kind_to_stranger(address, rates[segment], key)
        person, fan = first_response(address, segment, kind, climate, world, key, tally)
        store_person(people, i, person)
        store_fan(fans, i, fan)
        found[0, met], found[1, met] = i, kind
        met += 1
    return met


@rare
def find_applicants(fans: Rows, among: np.ndarray, rows: np.ndarray) -> int:
    """Rows that wait for a scarce place: fills in ``rows``, as long as ``among``; returns how many."""
    found = 0
    for n in range(len(among)):
        i = among[n]
        if applications(whole(fans[i].channels), whole(fans[i].muted)):
            rows[found] = i
            found += 1
    return found


@rare
def seat_rows(
    people: Rows, fans: Rows, rows: np.ndarray, found: np.ndarray, day: int, worlds: Boxed, key: int, tally: Tally
) -> None:
    """The morning of rows that applied for scarce places: in where ``found`` has a bit, out where not."""
    world = worlds[0]
    for n in range(len(rows)):
        i = rows[n]
        row = fans[i]
        counts = whole(row.counts)
        row.channels, row.muted, row.joined_on, row.clicked_on, attempts = seated(
            whole(people[i].key), whole(row.channels), whole(row.muted), whole(found[n]), whole(row.marks) & 15,
            whole(row.joined_on), whole(row.left_on), whole(row.clicked_on), attempts_of(counts), day, world, key,
            tally,
        )  # fmt: skip
        row.counts = with_attempts(counts, attempts)


@rare
def admit_invited(
    people: Rows,
    fans: Rows,
    first: int,
    invited: np.ndarray,
    trusts: np.ndarray,
    affinities: np.ndarray,
    climates: Boxed,
    worlds: Boxed,
    key: int,
    tally: Tally,
) -> None:
    """Fill rows from ``first`` on with friends who accepted an invitation; see ``wordofmouth.Invited``."""
    climate, world = climates[0], worlds[0]
    for n in range(invited.shape[1]):
        person, fan = invited_response(
            whole(invited[0, n]), whole(invited[1, n]), real(trusts[n]), real(affinities[n]), invited[2, n] == 1,
            climate, world, key, tally,
        )  # fmt: skip
        store_person(people, first + n, person)
        store_fan(fans, first + n, fan)


@rare
def bring_back_rows(
    people: Rows, fans: Rows, rows: np.ndarray, rewarded: np.ndarray, trusts: np.ndarray, affinities: np.ndarray,
    climates: Boxed, worlds: Boxed, key: int, tally: Tally,
) -> None:  # fmt: skip
    """Known people who accepted an invitation follow again; a follower stays as he is, a stranger meets the brand."""
    climate, world = climates[0], worlds[0]
    for n in range(len(rows)):
        i = rows[n]
        if whole(fans[i].marks) & 15 == STRANGER:
            person, fan = invited_response(
                whole(people[i].key), whole(people[i].segment), real(trusts[n]), real(affinities[n]), rewarded[n] == 1,
                climate, world, key, tally,
            )  # fmt: skip
            store_person(people, i, person)
            store_fan(fans, i, fan)
        elif not reachable(whole(fans[i].channels), whole(fans[i].muted)):
            person, fan = load_person(people, i), load_fan(fans, i)
            store_fan(fans, i, come_back(person, fan, rewarded[n] == 1, climate, world, key, tally))


@rare
def meet_others(
    people: Rows, fans: Rows, start: int, stop: int, climates: Boxed, worlds: Boxed, here: np.ndarray
) -> None:
    """What a brand is this morning to the people of the rows start … stop − 1: fills in ``here``, [4, rows]."""
    climate, world = climates[0], worlds[0]
    for i in range(start, stop):
        found = presence(load_person(people, i), load_fan(fans, i), climate, world)
        here[0, i - start], here[1, i - start] = found.fatigue, found.messages
        here[2, i - start], here[3, i - start] = found.appeal, found.minutes

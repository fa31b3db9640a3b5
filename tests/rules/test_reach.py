"""Value tables of the rules about reaching fans, by hand from their formulas, and their limits."""

import math

import pytest
from samples import FAR, z_of_share

from sim.domains import Domain
from sim.rules.accounts import account_of, ban_hazard, follows_two
from sim.rules.delivery import after_answer, chatter, counts_on, delivered
from sim.rules.groups import activity_tomorrow, half_life_kept, lively_visits
from sim.rules.guiding import is_guided, write_to_brand
from sim.rules.membership import (
    all_entered,
    applications,
    channels_at_follow,
    entered,
    first_memberships,
    keeps_out,
    seated,
    without_lost,
)
from sim.rules.messages import visible_share
from sim.rules.path import homepage_visits, visits_homepage
from sim.rules.rows import NEVER
from sim.rules.tally import Slot, new_tally

from . import golden_day
from .golden_day import DAY, KEY, LETTER, ROOM
from .tables import table

PATH, GROUPS = table("path"), table("groups")
WHOLE = table("groups", talk=1.0, revival=0.5)
BITS = 7
TRIES = 20_000

TABLE = [
    (account_of, (17, 4), 1),
    (account_of, (1 << 60 | 9, 4), 1),
    (account_of, (5, 1), 0),
    (ban_hazard, (0.0, 0.01, 0.5), 0.0),
    (ban_hazard, (3.0, 0.01, 0.5), 0.0348168907),
    (ban_hazard, (1000.0, 0.01, 0.5), 0.01 * (math.exp(20) - 1)),
    (ban_hazard, (3.0, 0.0, 0.5), 0.0),
    (visible_share, (21.0, 3.0), 1.0),
    (visible_share, (42.0, 3.0), 0.5),
    (visible_share, (400.0, 0.0), 1.0),  # not folded at all
    (visits_homepage, (0.04, 0.008, PATH), True),  # .008 / .15 = .0533
    (visits_homepage, (0.06, 0.008, PATH), False),
    (visits_homepage, (0.999999, 0.2, PATH), True),  # everybody visits who follows more often than visitors do
    (homepage_visits, (1000.0, 0.009, PATH), 1000 * (0.06 - 0.009)),
    (homepage_visits, (1000.0, 0.3, PATH), 700.0),
    (homepage_visits, (1000.0, 0.0, PATH), 0.0),
    (half_life_kept, (1.0,), 0.5),
    (half_life_kept, (60.0,), 0.988514020),
    (activity_tomorrow, (1.0, 0.0, 0.5, 0.0, GROUPS), 0.5),
    (activity_tomorrow, (0.4, 0.0, 1.0, 0.0, GROUPS), 0.4),  # no half-life: stays
    (activity_tomorrow, (0.4, 0.1, 0.5, 0.0, GROUPS), 0.45),  # half of s₀: target ½
    (activity_tomorrow, (0.4, 0.9, 0.5, 0.0, GROUPS), 0.7),  # more than s₀: target 1
    (activity_tomorrow, (0.4, 0.0, 1.0, 2.0, WHOLE), 0.85),  # each of two packets brings back half of what is lost
    (activity_tomorrow, (1.0, 0.0, 0.5, 1.0, GROUPS), 0.55),
    (lively_visits, (1.0, GROUPS), 1.0),
    (lively_visits, (0.0, GROUPS), 0.5),
    (lively_visits, (0.25, WHOLE), 0.25),
    (applications, (0b0101, 0b0110), 0b0010),
]


@pytest.mark.parametrize(("rule", "arguments", "value"), TABLE)
def test_value(rule, arguments, value):
    assert rule(*arguments) == pytest.approx(value, rel=1e-8)


def counted(tally):
    """Positions of the tally that are not zero, and what they hold."""
    return {at: int(tally[at]) for at in tally.nonzero()[0].tolist()}


def reached(values, promotions, counts=0, person=5, c=LETTER, world=None, climate=None):
    """Values and promotions delivered, the count of the letter after them, and what was counted."""
    tally = new_tally()
    found = delivered(
        c, values, promotions, counts, person, climate or golden_day.climate(), world or golden_day.world(), KEY, tally
    )
    return found[0], found[1], found[2] >> BITS * LETTER, counted(tally)


def test_what_lies_beyond_the_quota_is_blocked_and_what_is_useful_goes_first():
    assert reached(1, 3, 6 << BITS * LETTER) == (1, 1, 8, {Slot.BLOCKED + LETTER: 2})
    assert reached(9, 3) == (8, 0, 8, {Slot.BLOCKED + LETTER: 4})
    assert reached(2, 1, c=ROOM) == (2, 1, 0, {})  # no quota, no count


def test_what_lies_beyond_the_quota_is_paid_for_where_it_is_sold():
    world = golden_day.world()
    world.channels.paid = 1 << LETTER
    assert reached(1, 3, 6 << BITS * LETTER, world=world) == (1, 3, 10, {Slot.PAID + LETTER: 2})
    assert reached(9, 9, 120 << BITS * LETTER, world=world) == (9, 9, 127, {Slot.PAID + LETTER: 18})  # no overflow


def test_one_who_follows_two_accounts_has_two_quotas():
    world = golden_day.world()
    world.channels.matrix, world.path.overlap = 1 << LETTER, 1.0
    assert reached(1, 2, world=world) == (2, 4, 6, {})
    assert reached(5, 6, world=world) == (10, 6, 16, {Slot.BLOCKED + LETTER: 6})


def test_a_banned_account_reaches_nobody():
    world, climate = golden_day.world(), golden_day.climate()
    world.channels.accounts[LETTER] = 3
    climate.closed[LETTER] = 1 << 2
    assert reached(1, 1, person=5, world=world, climate=climate) == (0, 0, 0, {Slot.BLOCKED + LETTER: 2})
    assert reached(1, 1, person=6, world=world, climate=climate) == (1, 1, 2, {})
    world.channels.matrix, world.path.overlap = 1 << LETTER, 1.0  # … and all that two accounts send is blocked
    assert reached(1, 1, person=5, world=world, climate=climate) == (0, 0, 0, {Slot.BLOCKED + LETTER: 4})


def test_a_new_month_empties_quotas_but_no_conversation():
    world, climate = golden_day.world(), golden_day.climate()  # the month began on day 31
    counts = 5 << BITS * LETTER | 3 << BITS * ROOM
    assert counts_on(counts, 31, climate, world) == counts
    assert counts_on(counts, 30, climate, world) == 0
    world.channels.conversations = 127 << BITS * ROOM
    assert counts_on(counts, 30, climate, world) == 3
    assert after_answer(counts, ROOM, world) == 5 << BITS * LETTER
    assert after_answer(counts, LETTER, world) == counts  # a quota does not end with an answer


def test_other_members_tire_like_promotions():
    climate, tally = golden_day.climate(), new_tally()
    climate.chatter[ROOM] = 2.5
    assert chatter(0b11, climate, golden_day.world(), tally) == pytest.approx(0.25)  # weight .1
    assert counted(tally) == {Slot.CHATTER + ROOM: int(2.5 * 2**20)}
    assert chatter(0b10, climate, golden_day.world(), new_tally()) == 0.0


def scarce(channels):
    """A world in which places of some channels are scarce."""
    world = golden_day.world()
    world.channels.limited = channels
    return world


def test_joining_is_an_application_where_places_are_scarce():
    tally = new_tally()
    assert entered(0b10, 0, ROOM, 5, scarce(0), KEY, tally) == (0b11, 0)
    assert entered(0b10, 0, ROOM, 5, scarce(0b01), KEY, tally) == (0b10, 0b01)
    assert counted(tally) == {Slot.CHANNEL_JOINS + ROOM: 1, Slot.APPLICATIONS + ROOM: 1}


def test_one_who_keeps_the_brand_out_joins_muted():
    world = scarce(0)
    world.channels.blocked[ROOM] = 1.0
    assert entered(0b10, 0, ROOM, 5, world, KEY, new_tally()) == (0b11, 0b01)


@pytest.mark.statistical
def test_the_same_share_of_people_keeps_out_and_follows_two():
    world = scarce(0)
    world.channels.blocked[ROOM], world.path.overlap = 0.5, 0.6
    out = sum(keeps_out(1 << 60 | n, ROOM, world, KEY) for n in range(TRIES))
    two = sum(follows_two(1 << 60 | n, world, KEY) for n in range(TRIES))
    assert abs(z_of_share(out, TRIES, 0.5)) < FAR
    assert abs(z_of_share(two, TRIES, 0.6)) < FAR
    assert abs(z_of_share(out, TRIES, 0.5 * 1.05)) > FAR
    assert abs(z_of_share(two, TRIES, 0.6 * 1.05)) > FAR
    world.channels.blocked[ROOM], world.path.overlap = 0.0, 0.0
    assert not any(keeps_out(n, ROOM, world, KEY) or follows_two(n, world, KEY) for n in range(100))


def followed(world):
    """Memberships and mutes of one who follows, and what was counted."""
    tally = new_tally()
    return *first_memberships(channels_at_follow(5, DAY, world, KEY), 5, world, KEY, tally), counted(tally)


def test_following_joins_what_is_open_and_applies_for_what_is_scarce():
    world = scarce(0)
    world.channels.joins_at_follow[LETTER] = 1.0
    assert followed(world) == (0b11, 0, {Slot.CHANNEL_JOINS: 1, Slot.CHANNEL_JOINS + 1: 1})
    world.channels.limited = 0b01
    assert followed(world) == (0b10, 0b01, {Slot.CHANNEL_JOINS + 1: 1, Slot.APPLICATIONS: 1})
    world.channels.limited = 0b11  # nobody follows before a place is given
    assert followed(world) == (0, 0b11, {Slot.APPLICATIONS: 1, Slot.APPLICATIONS + 1: 1})
    world.channels.limited, world.channels.joins_at_follow[ROOM] = 0b10, 0.0
    world.channels.joins_at_follow[LETTER] = 0.0
    assert followed(world) == (0b01, 0, {Slot.CHANNEL_JOINS: 1})  # the widest, where chance gives none
    world.channels.blocked[ROOM] = 1.0
    assert followed(world) == (0, 0, {})  # … which keeps the brand out


def morning(channels, muted, admitted, world=None, left_on=NEVER, clicked_on=NEVER):
    """Memberships, mutes, day of following and of the last click after admission, and what was counted."""
    tally = new_tally()
    *found, attempts = seated(
        5, channels, muted, admitted, 1, -3, left_on, clicked_on, 7, DAY, world or scarce(0b01), KEY, tally
    )
    assert attempts == (0 if found[2] == DAY - 1 else 7)  # the touches of one who now follows are over
    return *found, counted(tally)


def test_the_morning_after_an_application():
    joins = {Slot.CHANNEL_JOINS + ROOM: 1}
    assert morning(0b10, 0b01, 0b01) == (0b11, 0, -3, NEVER, joins)
    assert morning(0b10, 0b01, 0) == (0b10, 0, -3, NEVER, {Slot.TURNED_AWAY + ROOM: 1})
    assert morning(0b10, 0b11, 0b01)[:2] == (0b11, 0b10)  # a mute stays
    # one who was in no channel has followed from now on, and was counted as such yesterday evening
    flow = Slot.FLOW + 3 * Domain.PUBLIC + Domain.PRIVATE
    assert morning(0, 0b01, 0b01) == (0b01, 0, DAY - 1, NEVER, joins | {Slot.JOINS + 1: 1, flow: 1})
    found = morning(0, 0b01, 0b01, left_on=20, clicked_on=DAY - 5)
    flow = Slot.FLOW + 3 * Domain.COMMERCIAL + Domain.PRIVATE
    assert found == (0b01, 0, DAY - 1, NEVER, joins | {Slot.JOINS + 1: 1, Slot.WIN_BACKS: 1, flow: 1})
    assert morning(0, 0b01, 0, clicked_on=DAY - 5) == (0, 0, -3, DAY - 5, {Slot.TURNED_AWAY + ROOM: 1})
    world = scarce(0b01)
    world.channels.blocked[ROOM] = 1.0
    assert morning(0, 0b01, 0b01, world) == (0, 0, -3, NEVER, {})  # admitted, but keeps the brand out


def test_who_was_reached_through_a_lost_account_is_out():
    world, climate, tally = scarce(0), golden_day.climate(), new_tally()
    world.channels.accounts[ROOM] = 4
    climate.lost[ROOM] = 1 << 1
    assert without_lost(5, 0b11, 0b01, climate, world, tally) == (0b10, 0)
    assert without_lost(6, 0b11, 0b01, climate, world, tally) == (0b11, 0b01)
    assert counted(tally) == {Slot.CHANNEL_LEAVES + ROOM: 1}


@pytest.mark.statistical
def test_a_path_of_three_steps_is_their_product():
    world, tally = golden_day.world(), new_tally()
    assert not is_guided(5, DAY, world, KEY, tally)
    assert counted(tally) == {}  # no path: nobody is asked
    world.path.guided = 0.983**3
    found = sum(is_guided(n, DAY, world, KEY, tally) for n in range(TRIES))
    assert tally[Slot.GUIDED] == TRIES
    assert abs(z_of_share(found, TRIES, 0.95)) < FAR
    assert abs(z_of_share(found, TRIES, 0.95 * 0.95)) > FAR


def written(person, channels, muted, counts, world, tally):
    """Whether a visitor of the homepage wrote, and memberships, mutes and counts after it."""
    visitor = golden_day.PERSON._replace(key=person)
    return write_to_brand(visitor, channels, muted, counts, golden_day.climate(), world, KEY, tally)


@pytest.mark.statistical
def test_one_who_writes_opens_a_conversation_and_may_enter_the_group():
    world = golden_day.world()
    world.path.direct, world.path.conversation = LETTER, 127 << BITS * LETTER
    world.rules.path.write = world.service.joins[ROOM] = 0.5
    tally = new_tally()
    counts = 4 << BITS * LETTER | 2
    found = [written(n, 0, 0, counts, world, tally) for n in range(TRIES)]
    wrote = [rest for spoke, *rest in found if spoke]
    assert {tuple(rest) for spoke, *rest in found if not spoke} == {(0, 0, 4 << BITS * LETTER | 2)}
    assert {tuple(rest) for rest in wrote} == {(0b10, 0, 2), (0b11, 0, 2)}
    entries = sum(channels == 0b11 for channels, _, _ in wrote)
    assert abs(z_of_share(len(wrote), TRIES, 0.5)) < FAR
    assert abs(z_of_share(entries, len(wrote), 0.5)) < FAR
    assert abs(z_of_share(len(wrote), TRIES, 0.5 * 1.05)) > FAR
    assert abs(z_of_share(entries, len(wrote), 0.5 * 1.05)) > FAR
    assert tally[Slot.WRITTEN] == tally[Slot.CHANNEL_JOINS + LETTER] == len(wrote)
    world.service.joins[ROOM] = 0.0
    assert {written(n, 0, 0, 0, world, tally)[1] for n in range(2000)} == {0, 0b10}


def test_several_channels_are_entered_at_once():
    world, tally = scarce(0b01), new_tally()
    assert all_entered(0, 0, 0b11, 5, world, KEY, tally) == (0b10, 0b01)
    assert counted(tally) == {Slot.CHANNEL_JOINS + LETTER: 1, Slot.APPLICATIONS + ROOM: 1}
    assert all_entered(0b10, 0b10, 0, 5, world, KEY, tally) == (0b10, 0b10)


def test_an_applicant_is_not_entered_twice():
    world = scarce(0b11)
    world.path.direct = LETTER
    world.rules.path.write = world.service.joins[ROOM] = 1.0
    tally = new_tally()
    assert written(5, 0, 0b01, 0, world, tally) == (True, 0, 0b11, 0)
    assert tally[Slot.APPLICATIONS + ROOM] == 0

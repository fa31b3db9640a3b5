"""Groups over time: activity, other members, red packets, rooms."""

import numpy as np
import pytest
from rules.tables import table

from sim.engines.groups import Groups
from sim.rules.tally import Slot, new_tally
from sim.scenario.path import Accounts
from sim.scenario.schema import Channel


def groups(**values):
    """A letter and a group with what is given."""
    letter = Channel(name="letter", kind="subscription", open=0.1, fatigue_weight=0.6)
    room = Channel(name="room", kind="group", open=0.3, fatigue_weight=0.1, **values)
    return Groups([letter, room], table("groups"))


def evening(found, opened, useful, packets=0):
    """The activity after a day on which this much was opened, and how much of it was useful."""
    tally = new_tally()
    tally[Slot.OPENED + 1], tally[Slot.USEFUL + 1] = opened, useful
    found.evening(packets, tally)
    return found.activity[1], int(tally[Slot.ACTIVITY + 1]) / 2**20


def test_a_group_without_useful_messages_halves_in_its_half_life():
    found = groups(half_life=10.0)
    course = [evening(found, 500, 0)[0] for _ in range(30)]
    assert course[9] == pytest.approx(0.5)
    assert course[29] == pytest.approx(0.125)
    assert found.activity[0] == 1.0  # a letter is no group


def test_a_silent_group_is_one_in_which_nothing_is_opened():
    found = groups(half_life=10.0)
    assert evening(found, 0, 0)[0] == pytest.approx(2**-0.1)


def test_useful_messages_keep_a_group_alive_and_bring_it_back():
    found = groups(half_life=10.0)
    assert [evening(found, 500, 100)[0] for _ in range(5)] == [1.0] * 5  # one in five is useful
    found.activity[1] = 0.1
    back = [evening(found, 500, 200)[0] for _ in range(20)]
    assert np.all(np.diff(back) > 0)
    assert back[9] == pytest.approx(0.55)


def test_the_day_counts_the_activity_it_had():
    assert evening(groups(half_life=1.0), 500, 0) == (pytest.approx(0.5), 1.0)


def test_without_a_half_life_nothing_changes():
    found = groups()
    assert [evening(found, 500, 0, packets)[0] for packets in (0, 1, 2)] == [1.0] * 3


def test_red_packets_bring_visits_today_and_some_activity_back():
    found = groups(half_life=10.0)
    found.activity[1] = 0.4
    assert found.visits(0) == [1.0, pytest.approx(0.7)]  # half of the visits are owed to its being lively
    assert found.visits(1) == [1.0, pytest.approx(1.05)]
    assert found.visits(3) == found.visits(1)
    with_packet, without = (groups(half_life=10.0) for _ in range(2))
    assert evening(with_packet, 500, 0, 1)[0] > evening(without, 500, 0)[0]


def test_other_members_write_as_the_group_lives_and_filters_allow():
    found = groups(chatter=10.0, anti_harassment=0.8, half_life=10.0)
    assert found.chatter() == [0.0, pytest.approx(2.0)]
    found.activity[1] = 0.25
    assert found.chatter() == [0.0, pytest.approx(0.5)]


@pytest.mark.parametrize(("members", "rooms"), [(0, 0), (1, 1), (500, 1), (501, 2), (1500, 3)])
def test_rooms_hold_the_members(members, rooms):
    assert groups(accounts=Accounts(seats=500)).rooms([9, members]) == [0, rooms]


def test_a_group_without_seats_is_one_room():
    assert groups().rooms([9, 10**6]) == [0, 1]

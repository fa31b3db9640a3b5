"""One fan, one day: the numbers that go in. The story of the day is told in ``test_golden_fan_day``."""

import datetime as dt

from sim.domains import MAX_CHANNELS, TIERS, Source
from sim.engines.world import floats, integers, world_of
from sim.rules.climate import Climate, compilable
from sim.rules.fan_day import advance_fan
from sim.rules.messages import attention
from sim.rules.rivalry import ALONE
from sim.rules.rows import NEVER, Fan, Person
from sim.rules.tally import MAX_SEGMENTS, Slot, new_tally
from sim.scenario import from_dict
from sim.streams import daily_draws, replication_key

DAY = 47
KEY = replication_key(2021, 125113)  # a day on which much happens
ROOM, LETTER = 0, 1

SCENARIO = {
    "title": "A group and a subscription",
    "days": 90,
    "start": dt.date(2021, 8, 1),
    "platforms": [
        {
            "name": "here",
            "title": "Here",
            "shop": {"commission": 0.02},
            "channels": [
                {"name": "room", "kind": "group", "open": 0.3, "fatigue_weight": 0.1, "joins_at_follow": 1.0},
                {"name": "letter", "kind": "subscription", "open": 0.08, "fatigue_weight": 0.6, "quota_per_month": 8},
            ],
        }
    ],
    "industry": {"name": "goods", "title": "Goods", "need_interval": 28.0, "price": 120.0, "goods_share": 0.4},
    "brand": {"trust": 0.35, "product": {"quality": 0.7}},
    "logics": {"fixed": {}},
}  # fmt: skip

PERSON = Person(
    key=(1 << 60) | 5, segment=0, tolerance=0.8, frailty=1.3, need_rate=0.25, affinity=0.5, trust_prior=0.4,
)  # fmt: skip
FAN = Fan(
    source=Source.POOL.value, channels=0b11, muted=0, tier=0, cause=-1, prospect=0, attempts=0, joined_on=DAY - 20,
    left_on=NEVER, clicked_on=NEVER, ordered_on=NEVER, active_on=DAY - 3, updated_on=DAY - 1, due_on=NEVER, orders=0,
    trust=0.42, fatigue=2.1, intimacy=0.25, expectation=0.6, need_debt=0.3, month_counts=7 << 7 * LETTER, spend=0.0,
    threshold=0.0, deal_proneness=0.15, reference_price=0.9,
)  # fmt: skip


def world():
    """What stays the same."""
    return compilable(world_of(from_dict(SCENARIO)))


def climate():
    """Today: a value message and two promotions in the room, one of each by letter."""
    rules = world().rules.messages
    cells = MAX_SEGMENTS * MAX_CHANNELS * TIERS
    week = [20.0] * TIERS + [3.0] * TIERS
    base = [0.3 * attention(20.0, True, rules)] * TIERS + [0.08 * attention(3.0, False, rules)] * TIERS
    return compilable(Climate(
        day=DAY, month_start=31, quality=0.6, discount=0.2, season=1.2, followers=900.0,
        audience=integers([], 8),
        value=integers([1] * 2 * TIERS, cells), promotion=integers([2] * TIERS + [1] * TIERS, cells),
        sending=integers([0b11] * TIERS, MAX_SEGMENTS * TIERS), week=floats(week, cells), base=floats(base, cells),
        notice=integers([0, 0], MAX_CHANNELS),
        exposure=floats([3.5], 8), ad_share=floats([0.0], 8), commission=integers([200], MAX_CHANNELS), home=0,
        click=0.02, retarget=0.0, public_price=1.0, breach=floats([0.25] * TIERS, cells),
        ask_to_join=floats([1.0, 1.0], MAX_CHANNELS), chatter=floats([], MAX_CHANNELS), noisy=0,
        closed=integers([], MAX_CHANNELS), lost=integers([], MAX_CHANNELS), bans=0,
        encounters=floats([], 8),
    ))  # fmt: skip


def lived(key=KEY):
    """The fan after the day, and the counters by name."""
    tally = new_tally()
    after = advance_fan(PERSON, FAN, daily_draws(key, PERSON.key, DAY), ALONE, climate(), world(), key, tally)
    starts = sorted((slot.value, name) for name, slot in Slot.__members__.items())
    counters = {}
    for at in tally.nonzero()[0].tolist():
        start, name = max(pair for pair in starts if pair[0] <= at)
        counters[f"{name}+{at - start}" if at > start else name] = int(tally[at])
    return after, counters


def plain_day():
    """The same as JSON keeps it, floats to the last bit."""
    after, counters = lived()
    return [[x.hex() if isinstance(x, float) else x for x in after], counters]

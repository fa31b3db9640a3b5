"""Briefs, histories and logics for tests, at random and by hand."""

import datetime as dt

from hypothesis import strategies as st

from sim.domains import CAUSES, TIERS, ChannelKind
from sim.logics import SHIPPED, Advisor, Calendar, Depletion, Fixed, Growth
from sim.logics.base import WEEKDAYS
from sim.plans import Brief, ChannelBrief, Plan, Seen, SeenDay, ServiceBrief

START = dt.date(2021, 8, 1)
KINDS = [ChannelKind.SUBSCRIPTION, ChannelKind.GROUP, ChannelKind.DIRECT]
CHANNELS = (
    ChannelBrief("letter", ChannelKind.SUBSCRIPTION, "here", False, 8, False),
    ChannelBrief("room", ChannelKind.GROUP, "here", False, None, True),
    ChannelBrief("talk", ChannelKind.DIRECT, "here", True, None, False),
)


SERVICE = ServiceBrief(contacts=120.0, rate=8.0, hours=12.0, patience=24.0)


def brief(quality=0.6, days=400, channels=CHANNELS, service=SERVICE):
    return Brief(START, channels, (quality,) * days, 3000.0, 3.0, service=service)


def day(number=0, **values):
    """An uneventful day, with what is given."""
    facts = {
        "day": number, "delivered": (300, 600, 100), "opened": (30, 200, 40), "blocked": (0, 0, 0),
        "members": ((200, 60, 40), (70, 20, 10), (30, 10, 10)), "fans": 300, "joins": 3, "exits": 3,
        "exits_by_cause": (2, 1, *[0] * (CAUSES - 2)),
        "orders": 10, "contribution": 50_000, "ad_spend": 0, "joins_by_ads": 0,
        "spent": 0,
        "reached": 5000, "responses": 40, "contacts": 50, "active": 60, "orders_followers": 9, "repeat_orders": 4,
        "invited": 0, "useful": 1, "lives": 0, "queued": 120,
    }  # fmt: skip
    return SeenDay(**facts | values)


def month(week=None, before=None, days=28):
    """Finished days, the last 7 with what ``week`` says, the others with what ``before`` says."""
    return tuple(day(n, **((week if n >= days - 7 else before) or {})) for n in range(days))


def seen(history=(), plan=None, number=None):
    number = len(history) if number is None else number
    return Seen(number, START + dt.timedelta(days=number), tuple(history), plan)


def plan(pushes=4.0, **values):
    facts = {
        "pushes": tuple((pushes,) * TIERS for _ in CHANNELS), "value_share": ((0.5,) * TIERS,) * len(CHANNELS),
        "quality": 0.6, "discount": 0.2, "ads_per_day": 0, "bid": 3000.0, "lives_per_week": 0.0,
    }  # fmt: skip
    return Plan(**facts | values)


# ------------------------------------------------------------------------------------------------------ at random

counts = st.integers(0, 10**6)
share = st.floats(0, 1)
push_tables = st.dictionaries(
    st.sampled_from(["letter", "room", "talk", "group", "subscription"]), st.floats(0, 700), max_size=4
)


def _tuple(items, size):
    return st.tuples(*[items] * size)


seen_days = st.builds(
    SeenDay,
    day=st.just(0),
    delivered=_tuple(counts, 3), opened=_tuple(counts, 3), blocked=_tuple(counts, 3),
    members=_tuple(_tuple(counts, TIERS), 3),
    fans=counts, joins=counts, exits=counts, exits_by_cause=_tuple(counts, CAUSES), orders=counts,
    contribution=st.integers(-(10**9), 10**9), ad_spend=counts, joins_by_ads=counts, spent=counts,
    queued=st.integers(0, 2000),
)  # fmt: skip
common = {
    "pushes_per_week": push_tables, "value_share": share, "discount": st.floats(0, 0.5),
    "lives_per_week": st.floats(0, 140),
    "schedule": st.dictionaries(
        st.sampled_from(["letter", "room", "group"]), st.lists(st.sampled_from(WEEKDAYS), min_size=1), max_size=3
    ),
    "ads_per_day": st.floats(0, 1e5), "bid": st.floats(0.1, 1e4),
    "reply_minutes": st.floats(1, 720), "service_seats": st.none() | st.floats(0, 50),
}  # fmt: skip


def members():
    """All shipped logics."""
    return SHIPPED


random_logics = {kind: st.builds(kind, **common) for kind in members()} | {
    Fixed: st.builds(Fixed, **common),
    Growth: st.builds(
        Growth, **common, reinvest_content=share, reinvest_ads=share, slow_down=share, come_back=share, least=share
    ),
    Depletion: st.builds(
        Depletion, **common, escalate=st.booleans(), escalation=st.floats(1, 10), most_pushes=st.floats(0, 700),
        discount_step=share, most_discount=st.floats(0.5, 1), replace_exits=st.booleans(), most_ads_share=share,
    ),
    Advisor: st.builds(
        Advisor, **common, main_goal=st.sampled_from(["fans", "conversion"]), ads_share=share, come_back=share,
        secondary_goal=st.sampled_from(["fans", "conversion", "none"]), secondary_weight=share, most_discount=share,
        targets=st.just({}) | st.just({"activate": 0.9, "convert": 2.0, "fission": 5.0}),
    ),
    Calendar: st.builds(
        Calendar, **common, phases=st.just(()) | st.just(({"from": START + dt.timedelta(days=30), "discount": 0.3},))
    ),
}  # fmt: skip


@st.composite
def situations(draw):
    """A history of up to 60 days and the plan in force."""
    length = draw(st.sampled_from([0, 1, 6, 7, 20, 27, 28, 35, 60]))
    days = draw(st.lists(seen_days, min_size=3, max_size=3))
    history = tuple(days[n % 3] for n in range(length))
    in_force = None
    if length:
        one = _tuple(_tuple(st.floats(0, 700), TIERS), 3)
        in_force = plan(pushes=0.0, discount=draw(share))
        in_force = Plan(draw(one), *[getattr(in_force, name) for name in (
            "value_share", "quality", "discount", "ads_per_day", "bid", "lives_per_week"
        )])  # fmt: skip
    return seen(history, in_force)

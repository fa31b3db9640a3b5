"""Climate: what every fan feels today, from yesterday's aggregates and the plan."""

from typing import Any, NamedTuple

import numpy as np

from sim.compiled import INTERPRETED, rule
from sim.domains import MAX_CHANNELS, TIERS
from sim.rules import Rules
from sim.rules.service import Desk

# Vectors of a fixed length, so that another number of channels or segments needs no new compile.
Floats = Any
Integers = Any
Boxed = Any  # an array of one table, see ``boxed``


class Channels(NamedTuple):
    """Channels as the rules see them; one entry per channel, so that a new channel needs no new code.

    Vectors have room for C = 12 channels: first those that fans join, then those that fans visit on their own.
    """

    used: int  # channels in use
    joined: int  # … that fans join: the first so many
    kind: Integers  # [C] member of ChannelKind
    platform: Integers  # [C] position of the platform in the scenario
    weak: Integers  # [C] 1 on a weak private platform, where fatigue may mute instead of leave
    reach: Floats  # [C] share of members whom a message reaches, in [0, 1]
    open: Floats  # [C] base probability of opening, in [0, 1]
    weight: Floats  # [C] fatigue of one message, ≥ 0
    quota: Integers  # [C] messages per fan and calendar month, −1 for none
    joins_at_follow: Floats  # [C] probability, in [0, 1]
    joins: Floats  # [C·T] rate per day at which one outside the channel joins, by tier
    joinable: Integers  # [T] bit set of the channels with a rate above 0
    start: Floats  # [C] share of the initial pool in the channel, in [0, 1]
    beside: Integers  # [C] bit set of the channels that fans join on the same platform
    blocked: Floats  # [C] share of members who keep the brand out, in [0, 1]
    accounts: Integers  # [C] accounts among which members are divided, where they can be banned, else 1
    limited: int  # bit set of the channels in which places are scarce
    paid: int  # bit set of the channels that sell messages beyond their quota
    matrix: int  # bit set of the channels that one who follows two accounts has twice
    linked: int  # bit set of the channels whose single messages link to the homepage
    conversations: int  # mask of the counts that go on until the fan answers


class Segments(NamedTuple):
    """User profile groups as the rules see them; one entry per segment.

    Vectors have room for S = 8 segments.
    """

    used: int  # segments in use
    tolerance: Floats  # [S] median tolerance, weighted messages per day
    need_rate: Floats  # [S] mean needs per day
    deal_response: Floats  # [S] response to discounts relative to b_d
    match_value: Floats  # [S] log-odds
    match_promotion: Floats  # [S] log-odds
    match_product: Floats  # [S] log-odds of buying
    end: Floats  # [S] cumulative share, last one 1
    trust_shift: Floats  # [S] log-odds added to mean prior trust
    sharing: Floats  # [S] factor on sharing


class Sources(NamedTuple):
    """Sources of people beyond feed, ads, searches and the store as the rules see them; one entry per source.

    Vectors have room for J = 8 sources.
    """

    used: int  # sources in use
    source: Integers  # [J] member of Source
    rewarded: Integers  # [J] 1: its code promises the reward of the day
    trust: Floats  # [J] mean prior trust
    joins: Floats  # [J·C] probability of joining the channel at once


class BrandFacts(NamedTuple):
    """The brand's offer and priors."""

    trust: float  # T₀, prior trust of the brand without its persona: where opening and leaving are measured
    trust_pool: float  # mean trust of the initial pool
    trust_bought: float  # mean prior trust of people met through ads
    certified: float  # 0 or 1
    product_quality: float  # in [0, 1]
    price: float  # list price, cents
    relative_price: float  # list price ÷ reference price of the industry
    goods: int  # cost of goods, basis points of the list price
    decision_days: float  # ≥ 1
    follow_after_click: float
    tier_end: Floats  # [T] cumulative shares of the initial tiers
    mean_age: float  # mean days since following of the initial pool
    trust_feed: float  # mean prior trust of people met in the feed, persona included
    customers: float  # share of the initial pool who have bought before
    found: float  # probability that a need of one who has not bought leads to the brand by a search, in [0, 1]
    found_again: float  # … of one who has bought, at least as high
    shelf: int  # platform on which searches lead to the brand


class PathFacts(NamedTuple):
    """What the brand has set up along the reach path, and its matrix accounts."""

    guided: float  # probability that a buyer follows after the payment, 0 without a guided path
    replies: int  # 1: direct messages of fans are answered automatically
    direct: int  # channel that a fan opens by writing, −1 for none
    conversation: int  # mask of the count of ``direct``
    card: int  # 1: product cards on the homepage
    overlap: float  # share of fans who follow a second account, in [0, 1]


class OneDay(NamedTuple):
    """Factors that are the same on every day of every fan, computed once by the rules themselves."""

    fatigue: float  # share of fatigue kept over a day
    trust: float  # share of the distance to prior trust kept over a day
    intimacy: float  # share of intimacy kept over a day
    load: float  # 1 − e^(−1/τ_φ)
    open_limit: float  # largest probability of opening ÷ base
    trust_limit: float  # largest factor of distrust on the hazard, at trust 0
    proneness: float  # share of deal proneness kept over a day


class ServiceFacts(NamedTuple):
    """Who asks the brand, and what answers by itself."""

    asks: Floats  # [2·T] probability of a question a day, by tier: without a strong channel, then with one
    strong: int  # bit set of the strong private channels
    automatic: float  # share of questions that the automatic reply settles
    joins: Floats  # [C] probability that one who is answered joins the channel


class ClosingFacts(NamedTuple):
    """Where deals close, and what that means."""

    in_store: int  # 1: in a store, after a lead; 0: online
    visit: float  # share of qualified leads who come to the store, at trust .35 and the reference price
    sale: float  # share of visitors of the store who buy
    single: int  # 1: nobody buys a second time
    trust: float  # mean prior trust of people who come to the store of their own accord
    leakage: float  # share of followers' orders that are moved off the platform where that pays
    friction: int  # cents that moving an order costs
    follow: float  # share of people who come to the store of their own accord who scan its code and follow


class World(NamedTuple):
    """Everything that stays the same during a run."""

    one_day: OneDay

    channels: Channels
    segments: Segments
    brand: BrandFacts
    path: PathFacts
    rules: Rules
    service: ServiceFacts
    closing: ClosingFacts
    sources: Sources
    minutes: float = 120.0  # that a user spends on the platform a day
    people_key: int = 0  # key of what people are to every brand; 0: the run's own


class Climate(NamedTuple):
    """Everything that is the same for all people of one day."""

    day: int
    month_start: int  # number of this calendar month's first day; negative in the month of the start
    quality: float  # content quality, in [0, 1]
    discount: float  # share off the price in promotions and lives, in [0, 1]
    season: float  # factor on needs, ≥ 0
    followers: float  # followers of the brand yesterday
    audience: Integers  # [S] audience of the segment: all 0, or its own where segments are pushed to apart
    value: Integers  # [A·C·T] value messages sent today; see ``first_cell``
    promotion: Integers  # [A·C·T] promotions sent today, notices of lives included
    sending: Integers  # [A·T] bit set of the channels that send anything today
    week: Floats  # [A·C·T] messages of the last 7 days, today included
    base: Floats  # [A·C·T] reach · o_c · attention: opening at load 0, relevance ½, trust T₀
    notice: Integers  # [C] lives announced in the channel today
    exposure: Floats  # [S] accumulated exposure per head, today included
    ad_share: Floats  # [S] share of ads in today's exposure of known people
    commission: Integers  # [P] basis points of the net order value
    home: int  # platform on which people are met
    click: float  # probability that one who sees an ad clicks it, in [0, 1]
    retarget: float  # probability that a person of the commercial domain is shown a retargeted ad, in [0, 1]
    public_price: float  # list price ÷ what people outside the private domain compare it with
    breach: Floats  # [A·C·T] probability that an opened promotion breaks the promise
    ask_to_join: Floats  # [C] factor of the plan on the rates at which followers join
    chatter: Floats  # [C] messages of other members that reach a member today
    noisy: int  # bit set of the channels with any
    closed: Integers  # [C] bit set of the accounts that are banned today
    lost: Integers  # [C] bit set of those among them whose fans are lost tonight
    bans: int  # 1 when any account's fans are lost tonight
    encounters: Floats  # [S] accumulated intensity of first responses per head, today included
    desk: Desk = Desk()
    share_limit: float = 0.0  # upper bound of today's probability of sharing; 0: nobody can
    uplift: float = 1.0  # of the reward on sharing
    incentive: int = 0  # cents for every person brought
    proof_follow: float = 0.0  # log-odds of following added by an authority
    proof_buy: float = 0.0  # log-odds of buying added by shown sales and an authority


@rule
def first_cell(audience: int) -> int:
    """Position of an audience's first channel × tier in the vectors [A·C·T]; they have room for A = 8 audiences."""
    return TIERS * MAX_CHANNELS * audience


def compilable(table: Any) -> Any:
    """A nested NamedTuple as rules read it: a NumPy record in compiled code, itself in plain Python.

    A record is passed by address and its vectors are not reference-counted; a NamedTuple of arrays would cost ten
    times a fan's day. Scalars become float64 or int64, lists vectors of the same, NamedTuples records.
    """
    if INTERPRETED:
        return table
    kind = type(table)
    if kind not in _TYPES:
        _TYPES[kind] = type_of(table)
    return np.array(_plain(table), _TYPES[kind]).view(np.recarray)[()]


def bare(table: Any) -> Any:
    """A table as rules read it, without the access by name that Python has to a record.

    A call of a compiled rule then costs a tenth. Tables that are no records yet become one.
    """
    if INTERPRETED:
        return table
    record = compilable(table) if isinstance(table, tuple) else table
    return np.array([record], np.dtype((np.void, record.dtype)))[0]


def boxed(record: Any) -> Any:
    """A table made by ``compilable`` as an array of one: what compiled code finds soonest.

    It takes .2 µs, a record alone up to 30: Python describes all fields of a record before it says where it lies.
    """
    return [record] if INTERPRETED else record.reshape(1)


_TYPES: dict[type, Any] = {}


def _plain(table: Any) -> Any:
    return tuple(_plain(value) if isinstance(value, tuple) else value for value in table)


def type_of(value: Any) -> Any:
    """What ``compilable`` makes of a value: a record of a nested NamedTuple, a vector of a list, or a number."""
    if isinstance(value, tuple):
        names = value._fields  # type: ignore[attr-defined]
        return np.dtype([(name, type_of(item)) for name, item in zip(names, value, strict=True)], align=True)
    if isinstance(value, list):
        return np.dtype((type_of(value[0]), (len(value),)))
    return np.dtype(np.int64 if isinstance(value, int) else np.float64)


def compilable_rows(tables: list[Any]) -> Any:
    """Tables of one kind as rules read them one by one: an array of records, or the list itself in plain Python."""
    if INTERPRETED:
        return tables
    kind = type(tables[0])
    if kind not in _TYPES:
        _TYPES[kind] = type_of(tables[0])
    return np.array([_plain(table) for table in tables], _TYPES[kind])

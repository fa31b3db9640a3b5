"""Who the fans of a mean-field cell are, how they stand towards the brand, and their clocks (``mean_day``)."""

from typing import NamedTuple

from sim.compiled import rule
from sim.domains import MAX_CHANNELS
from sim.rules.climate import Floats, World
from sim.rules.follow import relevance

# columns of a cell's state
SIZE, TRUST, FATIGUE, EXPECTATION, PRONENESS, REFERENCE, DEBT = 0, 1, 2, 3, 4, 5, 6
BUYING, BOUGHT, ORDERS, PLEASED, OPEN, WINDOW, WAITING = 7, 8, 9, 10, 11, 12, 13
STATES = 14
# a cell is one row: its state, then by channel the share who listen, then messages of this month
MEMBERS, COUNTS, CELL = STATES, STATES + MAX_CHANNELS, STATES + 2 * MAX_CHANNELS
# columns of a node's traits
TOLERANCE, FRAILTY, NEED, AFFINITY, PRIOR, JOINED = 0, 1, 2, 3, 4, 5
TRAITS = 6


class MeanTraits(NamedTuple):
    """Who the fans of a cell are."""

    segment: int
    tolerance: float  # θ > 0, weighted messages per day
    frailty: float  # ξ ≥ 0
    need_rate: float  # λ ≥ 0, needs per day
    affinity: float  # log-odds
    trust_prior: float  # T₀ᵢ in [0, 1]
    tenure: int  # days since following
    rel_value: float  # relevance of value
    rel_promotion: float  # … of promotions


class MeanState(NamedTuple):
    """How the fans of a cell stand towards the brand, on average."""

    trust: float
    fatigue: float
    intimacy: float
    expectation: float
    proneness: float  # D in [0, 1]
    reference: float  # RP > 0
    debt: float  # needs already met by impulse
    buying: float  # share who may still buy
    bought: float  # share who have bought
    orders: float  # made so far
    pleased: float  # satisfaction with the last order, in grades; 0 for who has not bought
    open: float  # share with a decision under way; where deals close in a store, with a qualified lead
    window: float  # share whose need is open, where deals close in a store
    waiting: float  # share whose lead is answered tomorrow


@rule
def traits_of(node: int, traits: Floats, segment: int, day: int, world: World) -> MeanTraits:
    """Traits of a node."""
    affinity = traits[node, AFFINITY]
    return MeanTraits(
        segment,
        traits[node, TOLERANCE],
        traits[node, FRAILTY],
        traits[node, NEED],
        affinity,
        traits[node, PRIOR],
        int(day - traits[node, JOINED]),
        relevance(world.segments.match_value[segment], affinity),
        relevance(world.segments.match_promotion[segment], affinity),
    )


@rule
def state_of(i: int, states: Floats) -> MeanState:
    """State of a cell, less the intimacy, which is the cell's."""
    return MeanState(
        states[i, TRUST],
        states[i, FATIGUE],
        0.0,
        states[i, EXPECTATION],
        states[i, PRONENESS],
        states[i, REFERENCE],
        states[i, DEBT],
        states[i, BUYING],
        states[i, BOUGHT],
        states[i, ORDERS],
        states[i, PLEASED],
        states[i, OPEN],
        states[i, WINDOW],
        states[i, WAITING],
    )


@rule
def morning_of(intimacy: float, state: MeanState, fan: MeanTraits, world: World) -> MeanState:
    """The clocks of a night, see ``clocks``; experience lifts the prior of the share who have bought."""
    prior = fan.trust_prior + state.bought * world.rules.trust.experience * (
        world.brand.product_quality - fan.trust_prior
    )
    return MeanState(
        prior + (state.trust - prior) * world.one_day.trust,
        state.fatigue * world.one_day.fatigue,
        intimacy * world.one_day.intimacy,
        state.expectation,
        state.proneness * world.one_day.proneness,
        state.reference,
        state.debt,
        state.buying,
        state.bought,
        state.orders,
        state.pleased,
        state.open,
        state.window,
        state.waiting,
    )


@rule
def with_trust(state: MeanState, trust: float) -> MeanState:
    """The state with another trust."""
    return MeanState(
        trust, state.fatigue, state.intimacy, state.expectation, state.proneness, state.reference, state.debt,
        state.buying, state.bought, state.orders, state.pleased, state.open, state.window, state.waiting,
    )  # fmt: skip

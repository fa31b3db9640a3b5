"""A row: who a person is, how the person stands towards the brand, and how a row is counted at the day's end."""

from typing import NamedTuple

from sim.compiled import rule
from sim.domains import TIERS, Domain, Lifecycle
from sim.rules.climate import World
from sim.rules.messages import load
from sim.rules.numbers import fixed
from sim.rules.tally import LOAD_BINS, TRUST_BINS, Slot, Tally

NEVER = -30000  # day of what has not happened
STRANGER = 15  # in place of a source: the brand has not met the person, whom another brand has
RETARGETING_DAYS = 30  # W of model.md §2
SILENT_DAYS = 30  # details.md, lifecycle
COUNT_BITS = 7  # of a channel in month_counts
MOST_COUNTED = 127


class Person(NamedTuple):
    """Who a person is: drawn once from the address, the same under every logic."""

    key: int  # int64, tagged by kind of address
    segment: int
    tolerance: float  # θ > 0, weighted messages per day
    frailty: float  # ξ ≥ 0, mean 1
    need_rate: float  # λ ≥ 0, needs per day
    affinity: float  # log-odds of personal interest
    trust_prior: float  # T₀ᵢ in [0, 1]


class Fan(NamedTuple):
    """How a person stands towards the brand at the end of a day."""

    source: int  # what brought the person, member of Source
    channels: int  # bit set of memberships
    muted: int  # bit set of muted channels
    tier: int  # member of Tier
    cause: int  # why the person left last, −1 if never
    prospect: int  # member of Prospect
    attempts: (
        int  # in a row without success, at most 255: touches of one who does not follow, questions of one who does
    )
    joined_on: int  # day of following last
    left_on: int
    clicked_on: int  # day of the last ad click while not following
    ordered_on: int
    active_on: int  # day of the last opened message
    updated_on: int  # day of the last visit by the engine
    due_on: int  # day on which an open decision closes
    orders: int
    trust: float  # T in [0, 1], slow clock
    fatigue: float  # φ ≥ 0, fast clock
    intimacy: float  # I ≥ 0
    expectation: float  # E in [0, 1]
    need_debt: float  # needs already met by impulse
    month_counts: int  # messages this calendar month, 7 bits per channel
    spend: float  # cents
    threshold: float  # accumulated exposure at which a known public person is met again
    deal_proneness: float  # D in [0, 1], habit of buying on deals
    reference_price: float  # RP > 0, remembered price as a share of the list price
    grade: int = 0  # of the satisfaction with the last order, in twenty-fifths


@rule
def reachable(channels: int, muted: int) -> bool:
    """True when the brand can reach the fan: the fan is in the private domain."""
    return (channels & ~muted) != 0


@rule
def domain_on(channels: int, muted: int, clicked_on: int, day: int) -> int:
    """Domain of a row at the end of a day."""
    if reachable(channels, muted):
        return Domain.PRIVATE.value
    return Domain.COMMERCIAL.value if day - clicked_on <= RETARGETING_DAYS else Domain.PUBLIC.value


@rule
def count_bystander(clicked_on: int, left_on: int, day: int, tally: Tally) -> None:
    """Count a row outside the private domain to which nothing happened today."""
    if left_on > NEVER:
        tally[Slot.LIFECYCLE + Lifecycle.CHURNED] += 1
    if day - clicked_on <= RETARGETING_DAYS:
        tally[Slot.ROWS + Domain.COMMERCIAL] += 1
    else:
        tally[Slot.ROWS + Domain.PUBLIC] += 1
        if day - clicked_on == RETARGETING_DAYS + 1:
            tally[Slot.FLOW + 3 * Domain.COMMERCIAL + Domain.PUBLIC] += 1


@rule
def count_channels(slot: int, channels: int, world: World, tally: Tally) -> None:
    """Add one to a block's counter of every channel in a bit set."""
    for c in range(world.channels.used):
        if channels >> c & 1:
            tally[slot + c] += 1


@rule
def count_row(person: Person, fan: Fan, day: int, world: World, tally: Tally) -> None:
    """Count a row at the end of its day."""
    tally[Slot.ROWS + domain_on(fan.channels, fan.muted, fan.clicked_on, day)] += 1
    if not reachable(fan.channels, fan.muted):
        if fan.left_on > NEVER:
            tally[Slot.LIFECYCLE + Lifecycle.CHURNED] += 1
        return
    tally[Slot.TIER + fan.tier] += 1
    tally[Slot.SEGMENT + person.segment] += 1
    if day - max(fan.active_on, fan.ordered_on, fan.joined_on) > SILENT_DAYS:
        tally[Slot.LIFECYCLE + Lifecycle.SILENT] += 1
    else:
        tally[Slot.LIFECYCLE + min(fan.orders, 2)] += 1
    c = 0
    while fan.channels >> c:
        if fan.channels >> c & 1:
            tally[Slot.MEMBERS + TIERS * c + fan.tier] += 1
            if fan.muted >> c & 1:
                tally[Slot.MUTED + c] += 1
        c += 1
    if fan.active_on == day:
        tally[Slot.ACTIVE] += 1
        if fan.tier > 0:
            tally[Slot.ACTIVE_CORE] += 1
    x = load(fan.fatigue, person.tolerance, world.one_day.load)
    tally[Slot.TRUST_SUM] += fixed(fan.trust)
    tally[Slot.FATIGUE_SUM] += fixed(fan.fatigue)
    tally[Slot.LOAD_SUM] += fixed(min(x, 1e6))
    tally[Slot.INTIMACY_SUM] += fixed(fan.intimacy)
    tally[Slot.PRONENESS_SUM] += fixed(fan.deal_proneness)
    tally[Slot.REFERENCE_SUM] += fixed(fan.reference_price)
    tally[Slot.TRUST_BIN + min(int(fan.trust * TRUST_BINS), TRUST_BINS - 1)] += 1
    tally[Slot.LOAD_BIN + int(min(x * 10.0, LOAD_BINS - 1.0))] += 1

"""A row's two records as ``Person`` and ``Fan``, and back: where state is rounded to 32 bits."""

from sim.compiled import rule
from sim.engines.population import COUNTS, COUNTS_BITS, NO_ATTEMPTS, Rows
from sim.rules.rows import Fan, Person


@rule
def store_person(people: Rows, i: int, person: Person) -> None:
    """Write traits into a row."""
    row = people[i]
    row.key = person.key
    row.segment = person.segment
    row.tolerance = person.tolerance
    row.frailty = person.frailty
    row.need_rate = person.need_rate
    row.affinity = person.affinity
    row.trust_prior = person.trust_prior


@rule
def with_attempts(counts: int, attempts: int) -> int:
    """The column ``counts`` with other attempts."""
    return counts & COUNTS | attempts - NO_ATTEMPTS << COUNTS_BITS


@rule
def with_counts(counts: int, month_counts: int) -> int:
    """The column ``counts`` with other counts of messages."""
    return counts & ~COUNTS | month_counts


@rule
def attempts_of(counts: int) -> int:
    """Attempts in the column ``counts``."""
    return (counts >> COUNTS_BITS) + NO_ATTEMPTS


@rule
def store_fan(fans: Rows, i: int, fan: Fan) -> None:
    """Write state into a row; this is where it is rounded to 32 bits. ``marks``: see ``population.MARKS``."""
    row = fans[i]
    row.marks = fan.source | fan.cause + 1 << 4 | fan.tier << 7 | fan.prospect << 9 | fan.grade + 16 << 11
    row.channels = fan.channels
    row.muted = fan.muted
    row.joined_on = fan.joined_on
    row.left_on = fan.left_on
    row.clicked_on = fan.clicked_on
    row.ordered_on = fan.ordered_on
    row.active_on = fan.active_on
    row.updated_on = fan.updated_on
    row.due_on = fan.due_on
    row.orders = fan.orders
    row.trust = fan.trust
    row.fatigue = fan.fatigue
    row.intimacy = fan.intimacy
    row.expectation = fan.expectation
    row.need_debt = fan.need_debt
    row.counts = with_attempts(fan.month_counts, fan.attempts)
    row.spend = fan.spend
    row.threshold = fan.threshold
    row.deal_proneness = fan.deal_proneness
    row.reference_price = fan.reference_price


@rule
def whole(x: int) -> int:
    """An integer of the columns as 64 bits in compiled code, as a Python integer in plain Python."""
    return int(x) + 0


@rule
def real(x: float) -> float:
    """A real number of the columns in 64 bits."""
    return float(x) + 0.0


@rule
def load_person(people: Rows, i: int) -> Person:
    """Traits of a row."""
    row = people[i]
    return Person(
        whole(row.key), whole(row.segment), real(row.tolerance), real(row.frailty), real(row.need_rate),
        real(row.affinity), real(row.trust_prior),
    )  # fmt: skip


@rule
def load_fan(fans: Rows, i: int) -> Fan:
    """State of a row."""
    row = fans[i]
    marks, counts = whole(row.marks), whole(row.counts)
    return Fan(
        marks & 15, whole(row.channels), whole(row.muted), marks >> 7 & 3, (marks >> 4 & 7) - 1,
        marks >> 9 & 3, attempts_of(counts), whole(row.joined_on), whole(row.left_on), whole(row.clicked_on),
        whole(row.ordered_on), whole(row.active_on), whole(row.updated_on), whole(row.due_on), whole(row.orders),
        real(row.trust), real(row.fatigue), real(row.intimacy), real(row.expectation), real(row.need_debt),
        counts & COUNTS, real(row.spend), real(row.threshold),
        real(row.deal_proneness), real(row.reference_price), (marks >> 11) - 16,
    )  # fmt: skip

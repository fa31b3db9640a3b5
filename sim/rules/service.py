"""Service: how long a question or a lead waits for an answer, and what the answer does (M13).

A team of c seats answers in the order of arrival: the queue M/M/c, in which nobody waits longer than the patience τ
(M/M/c + D). With an unlimited patience that is Erlang's delay formula.
"""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rare, rule
from sim.parameters import fraction, parameter

FIRST_EDGE = 7.5  # minutes; upper edge of the first bin of ``answer_bin``
ANSWER_BINS = 9


class ServiceRules(NamedTuple):
    """Who asks how often, and what answers do."""

    liking: Annotated[
        float, parameter("Questions of liking fans relative to passers-by", low=0, high=100, source="M15")
    ] = 3.0
    devoted: Annotated[
        float, parameter("Questions of devoted fans relative to passers-by", low=0, high=100, source="M15")
    ] = 8.0
    weak: Annotated[
        float,
        fraction("Questions of a fan without a strong private channel, relative to one with", source="E-54, E-55"),
    ] = 0.3
    quick: Annotated[
        float,
        parameter(
            "An answer within this time earns trust", unit="min", low=0, high=1440, source="E-110", trust="stated"
        ),
    ] = 30.0
    slow: Annotated[
        float,
        parameter("An answer after this time, or none, costs trust", unit="min", low=0, high=1440, source="V17, M13"),
    ] = 60.0
    event: Annotated[
        float, parameter("Size of the event for trust relative to a message", low=0, high=20, source="M7, M13")
    ] = 1.0
    patience: Annotated[
        float,
        parameter(
            "τ: what has waited so long is never answered", unit="hours of service", above=0, high=1000, source="M13"
        ),
    ] = 24.0
    calls: Annotated[
        float,
        parameter(
            "Questions in a row without a tolerable answer from which a fan gives up",
            low=1,
            high=255,
            source="M13",
            trust="measured",
        ),
    ] = 4.0
    give_up: Annotated[
        float,
        fraction(
            "Probability of leaving with each of them: churn of 44 % at 4 calls and 60 % at 5, 11 % before",
            source="M13",
            trust="measured",
        ),
    ] = 0.33


class Desk(NamedTuple):
    """The queue of one day, as a contact meets it."""

    at_once: float = 1.0  # probability of no wait
    in_time: float = 1.0  # probability of an answer at all: within the patience
    slack: float = 0.0  # cμ − λ, answers that the team could give beyond what is asked, per minute; may be negative
    patience: float = 0.0  # τ, minutes of service
    day: float = 0.0  # minutes of service a day


@rule
def lost_calls(seats: float, load: float) -> float:
    """Erlang's loss formula B(c, a), continued to any real c ≥ 0.

        B(c + 1, a) = a·B(c, a) / (c + 1 + a·B(c, a)),  from the fraction f of c:
        B(f, a) ≈ 1 − (a + 2)·f/((1 + a)² + a) + f²/((1 + a)·((1 + a)² + a))        (Rapp 1964; exact at 0 and 1)

    seats  c, full-time seats;  load: a = λ/μ, seats that are kept busy   > 0

    Source: evidence M13; theory 4.16.
    """
    at = seats - math.floor(seats)
    middle = (1.0 + load) * (1.0 + load) + load
    lost = 1.0 - (load + 2.0) * at / middle + at * at / ((1.0 + load) * middle)
    for _ in range(math.floor(seats)):
        at += 1.0
        lost = load * lost / (at + load * lost)
    return lost


@rule
def wait_probability(seats: float, load: float) -> float:
    """Erlang C: probability that a contact has to wait, B/(1 − ρ·(1 − B)) with ρ = a/c; 1 in overload (ρ ≥ 1).

    c = 3, a = 2.5 → .702. Source: theory 4.16.
    """
    if load <= 0.0:
        return 0.0
    if load >= seats:
        return 1.0
    lost = lost_calls(seats, load)
    return lost / (1.0 - load / seats * (1.0 - lost))


@rule
def wait_mass(slack: float, start: float, patience: float) -> float:
    """∫ e^(−δx) dx from ``start`` to ``patience``, times e^(min(0, δ)·τ): bounded in overload too.

    slack  δ, per minute; of either sign
    """
    length = patience - start
    if slack * patience > 1e-9:
        return -math.exp(-slack * start) * math.expm1(-slack * length) / slack
    if slack * patience < -1e-9:
        return math.expm1(slack * length) / slack
    return length


@rule
def answered_within(minutes: float, seats: float, arrivals: float, rate: float, patience: float) -> float:
    """Probability that a contact is answered within a time, in the steady state of M/M/c + D.

        density of the wait ∝ e^(−δx) up to τ, e^(λτ − cμx) beyond;  δ = cμ − λ;  P(no wait) ∝ 1/B(c − 1, a)

    minutes   0 … τ, minutes of service;  patience: τ
    seats     c ≥ 0, real: full-time seats
    arrivals  λ, contacts per minute;  rate: μ, answers per minute and seat   > 0

    Without a limit of patience and with c·μ > λ it is 1 − C·e^(−δt), C of ``wait_probability``: c = 3, λ = 20/h,
    μ = 8/h give P(W ≤ 30 min) = .905. In overload a share 1 − cμ/λ is never answered, the others wait nearly τ.

    Source: theory 4.16; Zeltyn and Mandelbaum 2005 (M/M/n + G).
    """
    if arrivals <= 0.0:
        return 1.0
    if seats <= 0.0:
        return 0.0
    load = arrivals / rate
    lost = max(1e-300, lost_calls(seats, load))
    slack = seats * rate - arrivals
    shrunk = math.exp(min(0.0, slack) * patience)
    idle = load / seats * (1.0 - lost) / lost * shrunk  # 1/B(c − 1, a)
    beyond = math.exp(-max(0.0, slack) * patience) / (seats * rate)  # ∫ from τ on
    waiting = arrivals * (wait_mass(slack, 0.0, patience) + beyond)
    later = arrivals * (wait_mass(slack, min(minutes, patience), patience) + beyond)
    return 1.0 - later / (idle + waiting)


@rare
def desk_of(contacts: float, seats: float, rate: float, hours: float, p: ServiceRules) -> Desk:
    """The queue of a day on which ``contacts`` are expected.

    seats  full-time seats;  rate: answers per hour and seat;  hours: of service a day

    Every day is taken to be in the steady state of its own load, and contacts to come during the hours of service.
    """
    patience, arrivals = 60.0 * p.patience, contacts / (60.0 * hours)
    return Desk(
        at_once=answered_within(0.0, seats, arrivals, rate / 60.0, patience),
        in_time=answered_within(patience, seats, arrivals, rate / 60.0, patience),
        slack=seats * rate / 60.0 - arrivals,
        patience=patience,
        day=60.0 * hours,
    )


@rule
def waited(u: float, desk: Desk) -> float:
    """Minutes of service until the answer by inversion of a uniform number; −1: never answered.

    The wait of those who wait is exponential with rate δ = cμ − λ, cut at τ; δ may be negative.
    """
    if u < desk.at_once:
        return 0.0
    if u >= desk.in_time:
        return -1.0
    f = (u - desk.at_once) / (desk.in_time - desk.at_once)
    x = desk.slack * desk.patience
    if x > 1e-9:
        return min(desk.patience, -math.log1p(f * math.expm1(-x)) / desk.slack)
    if x < -1e-9:
        return max(0.0, desk.patience - math.log(max(1e-300, f + (1.0 - f) * math.exp(x))) / desk.slack)
    return f * desk.patience


@rare
def seats_needed(contacts: float, minutes: float, share: float, rate: float, hours: float, patience: float) -> float:
    """Fewest full-time seats, to the next hundredth, that answer a share of the contacts within a time.

    contacts  expected a day;  minutes: the promise, shorter than the patience
    rate      answers per hour and seat;  hours: of service a day;  patience: τ, hours of service

    Nobody asks → 0. Source: evidence E-110, theory 4.16.
    """
    if contacts <= 0.0:
        return 0.0
    arrivals = contacts / (60.0 * hours)
    low, high = 0.0, 1.0 + 2.0 * arrivals * 60.0 / rate
    while answered_within(minutes, high, arrivals, rate / 60.0, 60.0 * patience) < share:
        high *= 2.0
    while high - low > 0.001:
        middle = 0.5 * (low + high)
        if answered_within(minutes, middle, arrivals, rate / 60.0, 60.0 * patience) < share:
            low = middle
        else:
            high = middle
    return math.floor(high * 100.0 + 1.0) / 100.0


@rule
def answer_bin(minutes: float) -> int:
    """Bin of a time until an answer: up to 7.5, 15, 30, 60, 120, 240, 480, 960 minutes, and longer."""
    edge, at = FIRST_EDGE, 0
    while minutes > edge and at < ANSWER_BINS - 1:
        edge, at = 2.0 * edge, at + 1
    return at


@rule
def answer_event(minutes: float, p: ServiceRules) -> float:
    """Event of an answer for trust: positive if quick, negative if slow or if there is none, 0 in between.

    minutes  −1: never. Source: evidence M7, M13, E-110.
    """
    if minutes < 0.0 or minutes > p.slow:
        return -p.event
    return p.event if minutes <= p.quick else 0.0

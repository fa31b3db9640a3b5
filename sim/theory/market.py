"""The public and the commercial domain, and service: diffusion, concentration, auction, reach, waiting.

Source: design theory 4.12 – 4.16; Bass (1969), Erlang (1917).
"""

import math


def bass_share(time: float, innovation: float, imitation: float) -> float:
    """Share that has adopted by a time: (1 − e^{−(p+q)t})/(1 + (q/p)e^{−(p+q)t}).

    innovation p and imitation q per time, p > 0; everybody meets everybody, nobody leaves
    """
    fall = math.exp(-(innovation + imitation) * time)
    return (1.0 - fall) / (1.0 + imitation / innovation * fall)


def bass_peak(innovation: float, imitation: float) -> tuple[float, float]:
    """Time ln(q/p)/(p + q) of the most adoptions, and their rate (p + q)²/4q."""
    both = innovation + imitation
    return math.log(imitation / innovation) / both, both**2 / (4.0 * imitation)


def urn_variance(creators: int, start: float) -> float:
    """Variance of a creator's final share of an urn with reinforcement 1 per draw: (N − 1)/(N²(N·w₀ + 1)).

    creators N of equal quality;  start: weight w₀ of each.  The limit is Dirichlet(w₀, …, w₀).
    """
    return (creators - 1) / (creators**2 * (creators * start + 1))


def second_price(bidders: int) -> float:
    """Mean price of a second-price auction among n uniform bidders: (n − 1)/(n + 1)."""
    return (bidders - 1) / (bidders + 1)


def reach_poisson(impressions: float, people: float) -> float:
    """Share of people who see at least one impression: 1 − e^{−I/M}."""
    return -math.expm1(-impressions / people)


def reach_nbd(impressions: float, people: float, shape: float) -> float:
    """The same when people differ in how much they look, gamma of shape k: 1 − (1 + I/(Mk))^{−k}."""
    return float(1.0 - (1.0 + impressions / (people * shape)) ** -shape)


def waits(servers: int, arrivals: float, service: float) -> float:
    """Probability of waiting in M/M/c, Erlang C; 1 when the team is overloaded.

    servers c;  arrivals λ and service μ of one server per same time
    """
    offered = arrivals / service
    if offered >= servers:
        return 1.0
    blocking = 1.0  # Erlang B by its recursion, which never overflows
    for n in range(1, servers + 1):
        blocking = offered * blocking / (n + offered * blocking)
    busy = offered / servers
    return blocking / (1.0 - busy * (1.0 - blocking))


def answered_within(time: float, servers: int, arrivals: float, service: float) -> float:
    """Probability that the wait is at most ``time``: 1 − C·e^{−(cμ − λ)t}; 0 when the team is overloaded."""
    if arrivals >= servers * service:
        return 0.0
    return 1.0 - waits(servers, arrivals, service) * math.exp(-(servers * service - arrivals) * time)

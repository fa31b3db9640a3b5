"""The reach path: content → homepage → follow → subscription → direct message → group, step by step (E-28)."""

from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction


class PathRules(NamedTuple):
    """Steps of the reach path beyond the follow decision."""

    follow: Annotated[float, fraction("Share of strangers' homepage visits that end in following", source="M3")] = 0.15
    push: Annotated[
        float, fraction("Probability that an opened single message leads to the homepage", source="E-28, E-35")
    ] = 0.1
    write: Annotated[
        float, fraction("Probability that a follower on the homepage writes a direct message", source="E-28, E-40")
    ] = 0.05
    answer: Annotated[
        float, fraction("Probability that a fan answers the direct messages opened on a day", source="E-39")
    ] = 0.2


@rule
def visits_homepage(u: float, follow: float, p: PathRules) -> bool:
    """True when a noticed exposure leads to the homepage; u is the draw of the follow decision.

        P(visit) = min(1, P(follow) / c),   c = share of visits that end in following

    The homepage is the step between content and following (E-28): who follows has been there, and with the same draw
    c decides who of the visitors follows. It does not change who follows.   Source: evidence E-34, M3.
    """
    return u * p.follow < follow


@rule
def homepage_visits(exposures: float, follow: float, p: PathRules) -> float:
    """Expected homepage visits of exposed people who do not follow: exposures·(min(1, P(follow)/c) − P(follow)).

    Source: as ``visits_homepage``.
    """
    if follow <= 0.0:
        return 0.0
    return exposures * (min(1.0, follow / max(p.follow, follow)) - follow)

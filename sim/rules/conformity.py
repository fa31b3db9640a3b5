"""Conformity: many others and those who should know make people follow and buy (M11, 从众).

How many follow already is part of the follow decision (``follow.py``). Here is what the display of sales, and the voice
of an authority, add to the readiness to act.
"""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import parameter


class ConformityRules(NamedTuple):
    """Conformity by number (从数) and by authority (从权); only where a brand shows its sales or has a voice."""

    sales: Annotated[
        float,
        parameter(
            "γ_n: effect of ln(1 + orders shown) on the log-odds of buying; .022 gives +16 % at 1,000 orders shown",
            low=0,
            high=1,
            source="M11, L15 (+13–20 %), E-81",
            trust="measured",
        ),
    ] = 0.022
    authority: Annotated[
        float,
        parameter(
            "γ_k: log-odds of following and buying added by an authority who speaks for the brand (×1.2–2)",
            low=0,
            high=3,
            source="M11, E-82",
        ),
    ] = 0.405


@rule
def sales_proof(orders_shown: float, p: ConformityRules) -> float:
    """Log-odds of buying added by a display of sales: γ_n · ln(1 + N).

    orders_shown  N, orders of the last 30 days; 0 where they are not shown   [orders]  ≥ 0

    Source: evidence M11; γ_n from a randomised list of the most popular dishes (Cai, Chen and Fang 2009).
    """
    return p.sales * math.log1p(orders_shown)


@rule
def authority_proof(endorsement: float, p: ConformityRules) -> float:
    """Log-odds of following and buying added by an authority: γ_k · share of content in which one speaks, in [0, 1].

    Source: evidence M11, E-82.
    """
    return p.authority * endorsement

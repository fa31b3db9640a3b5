"""The truth that only an oracle sees: means of the rows by tier, channels and tolerance.

Every real number of a row enters as round(x·2²⁰), so the means are exact in any order of the rows, and equal
between the engines.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import rare
from sim.domains import TIERS, Prospect
from sim.logics.oracle import Truth
from sim.rules.climate import World
from sim.rules.mean_fan import MeanFan
from sim.rules.numbers import FIXED_POINT
from sim.rules.people import attrition_trait

FIFTHS = 5  # groups of like tolerance within a tier
_MOST_SENSITIVE = 1e4  # days per weighted message; keeps the sums within 64 bits
_LEAST_TOLERANT = 1.0 / _MOST_SENSITIVE

Rows = Mapping[str, npt.NDArray[Any]]


def truth_of(
    rows: Rows,
    world: World,
    key: int,
    *,
    season: float,
    commission: tuple[int, ...],
    home: int,
    fees: tuple[float, ...],
    members: tuple[int, ...],
) -> Truth:
    """The truth about all followers.

    rows        columns of all rows, see ``Person`` and ``Fan``
    season      mean factor on needs
    commission  basis points of the net order value, by platform;  home: platform on which people meet
    fees        cents per message, by channel;  members: by channel
    """
    platforms = [int(world.channels.platform[c]) for c in range(len(fees))]
    groups, fans = groups_of(rows, world, key)
    return Truth(
        groups=groups,
        fans=fans,
        world=world,
        season=season,
        commission=tuple(commission[p] / 10_000 for p in platforms),
        home_commission=commission[home] / 10_000,
        fees=fees,
        members=members,
    )


def groups_of(rows: Rows, world: World, key: int) -> tuple[tuple[MeanFan, ...], tuple[int, ...]]:
    """Followers in groups of one tier, the same channels and a fifth of the tier by tolerance, and their numbers."""
    listening = rows["channels"].astype(np.int64) & ~rows["muted"].astype(np.int64)
    here = listening != 0
    row = {name: column[here] for name, column in rows.items()}
    tier, channels = row["tier"].astype(np.int64), listening[here]
    sensitivity = 1.0 / np.maximum(row["tolerance"].astype(np.float64), _LEAST_TOLERANT)
    label = (tier * FIFTHS + _fifths(tier, sensitivity)) << 8 | channels
    keys, group = np.unique(label, return_inverse=True)
    fans = np.bincount(group, minlength=len(keys))
    buys = (row["prospect"] != Prospect.OVER).astype(np.int64)
    buyers = np.bincount(group, weights=buys, minlength=len(keys)).astype(np.int64)

    def mean(values: npt.NDArray[Any], of: npt.NDArray[np.int64] = fans) -> list[float]:
        sums = np.zeros(len(keys), np.int64)
        np.add.at(sums, group, np.rint(values.astype(np.float64) * FIXED_POINT).astype(np.int64))
        return (sums / FIXED_POINT / np.maximum(1, of)).tolist()  # type: ignore[no-any-return]

    segment = np.zeros((len(keys), world.segments.used), np.int64)
    np.add.at(segment, (group, row["segment"].astype(np.int64)), 1)
    by_segment = {
        name: [
            sum(int(n) * float(getattr(world.segments, name)[s]) for s, n in enumerate(counts)) / int(counts.sum())
            for counts in segment
        ]
        for name in ("deal_response", "match_value", "match_promotion", "match_product")
    }
    columns: dict[str, Any] = {
        "tier": ((keys >> 8) // FIFTHS).tolist(),
        "channels": (keys & 255).tolist(),
        "sensitivity": mean(sensitivity),
        "trust_prior": mean(_drifting_to(row, world)),
        **{name: mean(row[name]) for name in ("trust", "fatigue", "intimacy", "frailty", "affinity")},
        "buying": (buyers / fans).tolist(),
        "attrition": mean(attrition_traits(row["key"].astype(np.int64), world, key) * buys, buyers),
        **{name: mean(row[name] * buys, buyers) for name in ("need_rate", "deal_proneness")},
        # a price of 0 nobody has: a group without buyers is given the list price
        "reference_price": [x if x > 0.0 else 1.0 for x in mean(row["reference_price"] * buys, buyers)],
        **by_segment,
    }
    means = tuple(MeanFan(*row) for row in zip(*(columns[name] for name in MeanFan._fields), strict=True))
    return means, tuple(fans.tolist())


@rare
def attrition_traits(keys: npt.NDArray[np.int64], world: World, key: int) -> npt.NDArray[np.float64]:
    """Probability of never buying again after an order, by address; no row keeps it."""
    found = np.empty(len(keys))
    for i in range(len(keys)):
        found[i] = attrition_trait(keys[i], world, key)
    return found


def _drifting_to(row: Rows, world: World) -> npt.NDArray[np.float64]:
    """The trust to which each row drifts back, see ``experienced_prior``."""
    prior = row["trust_prior"].astype(np.float64)
    lifted = world.rules.trust.experience * (world.brand.product_quality - prior)
    return np.where(row["orders"] > 0, prior + lifted, prior)


def _fifths(tier: npt.NDArray[np.int64], sensitivity: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Number of the fifth of its tier, by sensitivity to messages, that each row falls into."""
    found = np.zeros(len(tier), np.int64)
    for t in range(TIERS):
        of_tier = tier == t
        ordered = np.sort(sensitivity[of_tier])
        if len(ordered):
            edges = ordered[[len(ordered) * k // FIFTHS for k in range(1, FIFTHS)]]
            found[of_tier] = np.searchsorted(edges, sensitivity[of_tier], side="right")
    return found

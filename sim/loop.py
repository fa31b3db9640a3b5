"""The loop (闭环): rates of its six stages, and how many fans the fans bring (evidence E-51 … E-53, model.md §4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.domains import Domain, PoolState, Source, Stage
from sim.parameters import DAYS_PER_MONTH
from sim.plans import SeenDay
from sim.rules.tally import UNTOUCHED

Column = npt.NDArray[Any]

WINDOW = 90  # days over which the loop gain is taken
WEEK = 7

_DOMAINS = len(Domain)
_ORGANIC = (Source.FEED, Source.LIVE)  # entries into lives come from the feed, in proportion to its weight


@dataclass(frozen=True, slots=True)
class StageRate:
    """Rate of a stage: scale × Σ ``count`` ÷ Σ ``of``; both are fields of ``SeenDay`` and keys of ``stage_counts``."""

    count: str
    of: str
    scale: float
    unit: str
    meaning: str


STAGE_RATES: dict[Stage, StageRate] = {
    Stage.ACQUIRE: StageRate("responses", "reached", 1000.0, "per 1,000", "First responses per 1,000 exposures"),
    Stage.DEPOSIT: StageRate("joins", "contacts", 1.0, "–", "Share of contacts that end in following"),
    Stage.ACTIVATE: StageRate("active", "fans", 1.0, "1/day", "Share of followers who open something on a day"),
    Stage.CONVERT: StageRate("orders_followers", "active", 1.0, "1/day", "Orders per active follower and day"),
    Stage.REPURCHASE: StageRate("repeat_orders", "orders", 1.0, "–", "Share of orders by people who ordered before"),
    Stage.FISSION: StageRate(
        "invited", "fans", 1000.0 * DAYS_PER_MONTH, "1/month", "Fans brought by invitation, per 1,000 fans and month"
    ),
}


def stage_rate(stage: Stage, days: Sequence[SeenDay]) -> float | None:
    """Rate of a stage over days as the operator sees them; None where there was nothing to count."""
    rate = STAGE_RATES[stage]
    base = sum(getattr(day, rate.of) for day in days)
    return rate.scale * sum(getattr(day, rate.count) for day in days) / base if base > 0 else None


def expected_events(stage: Stage, rate: float, days: Sequence[SeenDay]) -> float:
    """Events above the line that a rate of a stage makes one expect over days: how much a week can say about it."""
    known = STAGE_RATES[stage]
    return rate / known.scale * float(sum(getattr(day, known.of) for day in days))


class Pages(Protocol):
    """What of a run's book is needed here; see ``sim.observables.Ledger``."""

    def of(self, name: str) -> npt.NDArray[np.int64]:
        """Counters of a block by day, shape [D, size of the block]."""
        ...

    @property
    def ad_spend(self) -> npt.NDArray[np.int64]:
        """Cents by day, [D]."""
        ...

    @property
    def ads_reinvested(self) -> npt.NDArray[np.int64]:
        """Cents of it drawn from the contribution of the week before, [D]."""
        ...

    @property
    def exposures(self) -> npt.NDArray[np.int64]:
        """Noticed organic exposures, [D]."""
        ...

    @property
    def impressions(self) -> npt.NDArray[np.int64]:
        """Paid impressions, [D]."""
        ...

    @property
    def feedback(self) -> npt.NDArray[np.float64]:
        """Share of the organic weight that active fans have added, [D]."""
        ...


def stage_counts(book: Pages) -> dict[str, Column]:
    """Counters of the stages by day, each [D]; the names are those of ``SeenDay``."""

    def total(name: str, first: int = 0, stop: int | None = None) -> Column:
        found: Column = book.of(name)[:, first:stop].sum(axis=1)
        return found

    return counted(total, book.exposures + book.impressions)


def counted[Count](total: Callable[..., Count], reached: Count) -> dict[str, Any]:
    """Counters of the stages, by day or of one day; the names are those of ``SeenDay``.

    total    (block, first, stop) → the sum of the counters first … stop − 1 of a block, all of them if not said
    reached  noticed organic exposures and paid impressions
    """
    responses: Any = total("FLOW", _DOMAINS * UNTOUCHED, _DOMAINS * (UNTOUCHED + 1))
    orders: Any = total("ORDERS")
    invited: Any = total("JOINS", Source.INVITATION, Source.INVITATION + 1)
    return {
        "reached": reached,
        "responses": responses,
        "contacts": responses + total("TOUCHES"),
        "joins": total("JOINS"),
        "fans": total("ROWS", Domain.PRIVATE, Domain.PRIVATE + 1),
        "active": total("ACTIVE"),
        "orders": orders,
        "orders_followers": total("ORDERS_FOLLOWERS"),
        "repeat_orders": orders - total("ORDERS_FIRST"),
        "invited": invited + total("JOINS", Source.REWARD, Source.REWARD + 1),
    }


def trailing(values: Column, days: int) -> Column:
    """Sums over the last ``days`` days, or as many as there have been, shape [D]."""
    sums = np.concatenate([[0], np.cumsum(values)])
    ends = np.arange(1, len(sums))
    found: Column = sums[ends] - sums[np.maximum(0, ends - days)]
    return found


def ratio(a: Column, b: Column) -> Column:
    """a ÷ b, and 0 where b is 0, shape [D]."""
    found: Column = np.divide(a, b, out=np.zeros(len(a)), where=b > 0)
    return found


def stage_by_day(book: Pages, stage: Stage) -> Column:
    """Rate of a stage over the last 7 days, shape [D]; 0 where there was nothing to count."""
    rate, counts = STAGE_RATES[stage], stage_counts(book)
    return rate.scale * ratio(trailing(counts[rate.count], WEEK), trailing(counts[rate.of], WEEK))


# -------------------------------------------------------------------------------------------------- the loop gain


def _first_joins(book: Pages, sources: Sequence[Source]) -> Column:
    """Joins of sources less their share of the win-backs, which are counted apart."""
    joins = book.of("JOINS")
    new = 1.0 - ratio(book.of("WIN_BACKS")[:, 0], joins.sum(axis=1))
    found: Column = joins[:, list(sources)].sum(axis=1) * new
    return found


def joins_by_feedback(book: Pages) -> Column:
    """Organic joins × the share of the organic weight that active fans have added, to the pool (反哺, M16)."""
    return _first_joins(book, _ORGANIC) * book.feedback


def joins_by_reinvested_ads(book: Pages) -> Column:
    """Joins by ads × the share of the ad spend that was drawn from last week's contribution (ι_ads)."""
    return _first_joins(book, [Source.AD]) * ratio(book.ads_reinvested, book.ad_spend)


def joins_by_invitation(book: Pages) -> Column:
    """People whom fans brought, with or without a reward in view; who comes back to a friend is one of them (M10)."""
    found: Column = book.of("JOINS")[:, [Source.INVITATION, Source.REWARD]].sum(axis=1)
    return found


# every way in which fans bring fans
CAUSED_BY_FANS: tuple[Callable[[Pages], Column], ...] = (
    joins_by_feedback,
    joins_by_reinvested_ads,
    joins_by_invitation,
)


def joins_by_fans(book: Pages) -> Column:
    """Joins that the fans have caused, by day, shape [D]."""
    found: Column = np.sum([term(book) for term in CAUSED_BY_FANS], axis=0)
    return found


def joins_by_cause(book: Pages) -> dict[str, Column]:
    """Every join by what caused it, by day, each [D]; their sum is all joins.

    feedback, reinvested_ads, invitation  by fans, see ``CAUSED_BY_FANS``
    feed, ads                             the rest of organic and of paid joins, from outside
    others                                searches, store, payments, codes, partners, employees
    win_backs                             people who followed before, but for those whom a friend brought back

    Nobody who sees a content of the feed can tell whether active fans had made it spread. So an organic join is split:
    the share of the weight that fans added is theirs. Invitations are counted one by one.
    """
    joins = book.of("JOINS")
    fed, bought, invited = joins_by_feedback(book), joins_by_reinvested_ads(book), joins_by_invitation(book)
    organic, paid = _first_joins(book, _ORGANIC), _first_joins(book, [Source.AD])
    sources = [s for s in Source if s not in (*_ORGANIC, Source.AD, Source.INVITATION, Source.REWARD)]
    others = _first_joins(book, sources)
    found = {
        "feedback": fed,
        "reinvested_ads": bought,
        "invitation": invited,
        "feed": organic - fed,
        "ads": paid - bought,
        "others": others,
    }
    return found | {"win_backs": joins.sum(axis=1) - np.sum(list(found.values()), axis=0)}


def lineage(book: Pages) -> dict[str, float]:
    """Joins by cause and exits in the last 90 days of a run."""
    causes = {name: float(column[-WINDOW:].sum()) for name, column in joins_by_cause(book).items()}
    return causes | {"exits": float(book.of("EXITS")[-WINDOW:].sum())}


def caused_variance(book: Pages) -> float:
    """Variance of the joins that fans caused in the last 90 days, given that the joins of a day are Poisson.

    A join that is to a share of f by the fans has the variance f².
    """
    fed, bought = joins_by_feedback(book) * book.feedback, joins_by_reinvested_ads(book)
    share = ratio(book.ads_reinvested, book.ad_spend)
    return float((fed + bought * share + joins_by_invitation(book))[-WINDOW:].sum())


def loop_gain(book: Pages) -> Column:
    """R_fan by day: joins caused by fans ÷ exits, over the last 90 days; 0 where nobody has left.

    Above 1 the pool grows by itself; below 1 an inflow from outside is multiplied by 1/(1 − R) (theory 4.1).
    """
    return ratio(trailing(joins_by_fans(book), WINDOW), trailing(book.of("EXITS").sum(axis=1), WINDOW))


def loop_parts(book: Pages) -> tuple[float, float]:
    """Joins caused by fans and exits in the last 90 days of a run: R_fan is the one over the other."""
    return float(joins_by_fans(book)[-WINDOW:].sum()), float(book.of("EXITS")[-WINDOW:].sum())


def pool_state(gain: float, joins: float, exits: float) -> PoolState | None:
    """How a pool lives: growing (R > 1), fed (R ≤ 1, held by inflow) or depleting (it shrinks).

    gain  R_fan;  joins, exits: over the same days

    None where nobody comes and nobody goes.
    """
    if not joins and not exits:
        return None
    if gain > 1.0:
        return PoolState.GROWING
    return PoolState.FED if joins >= exits else PoolState.DEPLETING

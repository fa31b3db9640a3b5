"""Results: what a run and a comparison hold, and how they are written and read."""

import dataclasses
import datetime as dt
import json
import math
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.domains import Domain, Source, word
from sim.logics.oracle import is_upper_bound
from sim.loop import lineage, loop_parts
from sim.observables import ADVICE_COLUMNS, BINS_KEPT, COHORT_COLUMNS, FLOW_COLUMNS, Ledger, observables
from sim.parameters import DAYS_PER_MONTH
from sim.plans import Advice
from sim.rules.numbers import FIXED_POINT
from sim.rules.tally import NO_CHANNEL
from sim.scenario.schema import Scenario
from sim.scenario.write import to_toml

if TYPE_CHECKING:
    import pandas as pd

HORIZONS = (30, 60, 90, 120, 180, 270, 360, 540, 720)  # days after which a summary also tells the margin
PACKAGES = ("numpy", "scipy", "numba", "mesa", "pandas", "pyarrow", "matplotlib", "pydantic")


@dataclass(frozen=True)
class Ending:
    """How a run ended, and what to do about it."""

    kind: str  # "horizon": all days ran; "interrupted": stopped by the user
    days: int  # days that ran
    remedy: str = ""


@dataclass(frozen=True)
class Run:
    """One logic of a scenario, run once.

    scenario     the question, fully resolved
    logic        name of the logic's table
    seed         seed of the study;  replication: number of the pair
    engine       "arrays" or "agents"
    ledger       all integers of the run by day
    cohorts_     [month of following, month] followers left, see ``cohorts``
    rivals       name → ledger of each other brand in the market
    tasks        tasks that the operator took on, and whether each was done, None while its week was not over
    """

    scenario: Scenario
    logic: str
    seed: int
    replication: int
    engine: str
    ledger: Ledger
    ending: Ending
    seconds: float
    cohort_months: tuple[str, ...] = ()
    cohort_counts: tuple[tuple[int, ...], ...] = ()
    tasks: tuple[tuple[Advice, bool | None], ...] = ()
    rivals: dict[str, Ledger] = field(default_factory=dict)

    @cached_property
    def daily(self) -> "pd.DataFrame":
        """One row per day, one column per observable; units and meanings in ``attrs``."""
        return daily_table(self.ledger, self.scenario.start)

    @cached_property
    def rivals_daily(self) -> "pd.DataFrame":
        """The same of every rival, under its name in the column ``brand``; empty where there is none."""
        import pandas as pd

        tables = []
        for name, ledger in self.rivals.items():
            table = daily_table(ledger, self.scenario.start)
            table.insert(0, "brand", name)
            tables.append(table)
        if not tables:
            return pd.DataFrame({"brand": []})
        found = pd.concat(tables, ignore_index=True)
        found.attrs = tables[0].attrs
        return found

    @cached_property
    def flows(self) -> "pd.DataFrame":
        """Movements between domains: day, from, to, people. "untouched" are people without a row until that day."""
        import pandas as pd

        flow = self.ledger.of("FLOW").reshape(-1, 4, 3)
        names = [word(d) for d in Domain] + ["untouched"]
        day, a, b = np.nonzero(flow)
        columns = (day, np.array(names)[a], np.array(names)[b], flow[day, a, b])
        return pd.DataFrame(dict(zip(FLOW_COLUMNS, columns, strict=True)))

    @cached_property
    def cohorts(self) -> "pd.DataFrame":
        """Retention: month of following × calendar month → followers left at its end."""
        import pandas as pd

        rows = [
            (cohort, self.cohort_months[m], self.cohort_counts[m][c])
            for m in range(len(self.cohort_counts))
            for c, cohort in enumerate(("pool", *self.cohort_months)[: m + 2])
        ]
        return pd.DataFrame(rows, columns=list(COHORT_COLUMNS))

    @cached_property
    def advice(self) -> "pd.DataFrame":
        """Tasks: the day on which each was proposed, the weak stage, its rate and target, and whether it was done."""
        import pandas as pd

        start = np.datetime64(self.scenario.start)
        rows = [
            (a.day, start + np.timedelta64(a.day, "D"), word(a.stage), a.task, a.channel, a.rate, a.target, done)
            for a, done in self.tasks
        ]
        table = pd.DataFrame(rows, columns=list(ADVICE_COLUMNS))
        return table.astype({"done": "boolean", "date": "datetime64[s]"})

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Figures of the whole run; money in cents."""
        return summarise(self.ledger)

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in self.summary.items())
        return f"<b>{self.scenario.title}: {self.logic}</b><table>{rows}</table>"


def daily_table(ledger: Ledger, start: dt.date) -> "pd.DataFrame":
    """One row per day of a ledger, one column per observable; units and meanings in ``attrs``."""
    import pandas as pd

    found = observables(ledger.channels, ledger.segments)
    days = len(ledger.ad_spend)
    columns: dict[str, Any] = {"day": np.arange(days), "date": np.datetime64(start) + np.arange(days)}
    columns |= {o.name: o.value(ledger) for o in found}
    table = pd.DataFrame(columns)
    table.attrs["units"] = {o.name: o.unit for o in found}
    table.attrs["meanings"] = {o.name: o.meaning for o in found}
    return table


CAUSES_BY_FANS = ("feedback", "reinvested_ads", "invitation")  # parts of R_fan


def summarise(ledger: Ledger) -> dict[str, Any]:
    """Figures of a whole run from its ledger; money in cents, rates as stated in their names.

    Rates of exit and joining, lifetime value (contribution of a follower per day ÷ exit rate), payback, the loop gain
    R_fan, active share and repurchase rate are of the last 90 days; GMV per push and per 1,000 reached of all days.
    """
    fans = ledger.of("ROWS")[:, Domain.PRIVATE]
    joins, exits = ledger.of("JOINS").sum(axis=1), ledger.of("EXITS").sum(axis=1)
    gmv = ledger.of("GMV").sum(axis=1)
    days = len(fans)
    tail = min(90, days)
    delivered = int(ledger.of("DELIVERED").sum())
    tail_fans = max(1, int(fans[-tail:].sum()))
    exit_rate = int(exits[-tail:].sum()) / tail_fans
    join_rate = int(joins[-tail:].sum()) / tail_fans
    net = join_rate - exit_rate
    bought = int(ledger.of("JOINS")[:, Source.AD].sum())
    followers_gmv = int(ledger.one("GMV_FOLLOWERS").sum())
    contribution = int(ledger.contribution.sum())
    fan_days = int(fans.sum())
    of_followers = ledger.one("CONTRIBUTION_FOLLOWERS") - ledger.fees
    per_fan_day = int(of_followers[-tail:].sum()) / tail_fans
    acquisition = int(ledger.ad_spend.sum()) / bought if bought else None
    value = per_fan_day / exit_rate if exit_rate > 0 else None
    caused, left = loop_parts(ledger)
    traced = lineage(ledger)
    orders, first = ledger.of("ORDERS").sum(axis=1), ledger.one("ORDERS_FIRST")
    tail_orders, reach = int(orders[-tail:].sum()), int(ledger.reach.sum())
    pushed = int(ledger.of("GMV")[:, :NO_CHANNEL].sum())
    return {
        "fans_start": ledger.initial_fans,
        "fans_end": int(fans[-1]),
        "joins": int(joins.sum()),
        "exits": int(exits.sum()),
        "exits_per_month": exit_rate * DAYS_PER_MONTH,
        "joins_per_month": join_rate * DAYS_PER_MONTH,
        "half_life_days": math.log(2) / -net if net < 0 else None,
        "doubling_days": math.log(2) / net if net > 0 else None,
        "orders": int(ledger.of("ORDERS").sum()),
        "gmv": int(gmv.sum()),
        "gmv_followers_share": followers_gmv / max(1, int(gmv.sum())),
        "contribution": contribution,
        "ad_spend": int(ledger.ad_spend.sum()),
        "content_cost": int(ledger.content.sum()),
        "service_cost": int(ledger.service.sum()),
        "margin": int(ledger.margin.sum()),
        "delivered": delivered,
        "open_rate": int(ledger.of("OPENED").sum()) / max(1, delivered),
        "acquisition_cost": acquisition,
        "lifetime_value": value,
        "payback_days": acquisition / per_fan_day if acquisition is not None and per_fan_day > 0 else None,
        "fan_days": fan_days,
        "r_fan": caused / left if left else None,
        **{f"r_fan_{cause}": traced[cause] / left if left else None for cause in CAUSES_BY_FANS},
        "gmv_per_reach": 1000 * int(gmv.sum()) / reach if reach else None,
        "gmv_per_push": pushed / delivered if delivered else None,
        "active_share": int(ledger.one("ACTIVE")[-tail:].sum()) / tail_fans,
        "repurchase_rate": 1.0 - int(first[-tail:].sum()) / tail_orders if tail_orders else None,
        "gini_exposure": ledger.concentration("gini"),
        "head_share": ledger.concentration("head"),
        "joins_invited": int(ledger.of("JOINS")[:, [Source.INVITATION, Source.REWARD]].sum()),
        "incentives": int(ledger.one("INCENTIVES").sum()),
        "sources_cost": int(ledger.sources.sum()),
        **_service_and_leads(ledger),
        "spend": int(ledger.spend.sum()),
        "trust_end": int(ledger.one("TRUST_SUM")[-1]) / FIXED_POINT / int(fans[-1]) if fans[-1] else None,
        **margin_by_horizon(ledger),
    }


def margin_by_horizon(ledger: Ledger) -> dict[str, int | None]:
    """Cumulative margin after each of ``HORIZONS``, cents: ``margin_90`` … None beyond the last day."""
    margin = np.cumsum(ledger.margin)
    return {f"margin_{days}": int(margin[days - 1]) if days <= len(margin) else None for days in HORIZONS}


def _service_and_leads(ledger: Ledger) -> dict[str, Any]:
    """Figures of service and leads; None where nobody asks, or leaves contact data."""
    answered, lost = ledger.of("ANSWERS").sum(axis=0), int(ledger.one("UNANSWERED").sum())
    in_time = int(answered[:BINS_KEPT].sum())
    leads, sold = int(ledger.one("LEADS").sum()), int(ledger.one("SALES_LEADS").sum())
    in_store = sold + int(ledger.one("SALES_WALK_INS").sum())
    contacts = int(answered.sum()) + lost
    return {
        "queued": int(ledger.one("QUEUED").sum()) or None,
        "promise_kept": in_time / contacts if contacts else None,
        "leads": leads or None,
        "qualified": int(ledger.of("QUALIFIED").sum()) if leads else None,
        "sales_leads": sold if leads else None,
        "lead_to_sale": sold / leads if leads else None,
        "platform_share": sold / in_store if in_store else None,
    }


@dataclass(frozen=True)
class Provenance:
    """Who made a result, from what, with what."""

    version: str
    python: str
    machine: str
    packages: dict[str, str]
    seed: int
    engine: str
    started: str
    seconds: float
    command: str
    git: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def here(cls, *, seed: int, engine: str, seconds: float, **extra: Any) -> "Provenance":
        """Provenance of a result that this process has just made."""
        return cls(
            version=metadata.version("sanyu"),
            python=sys.version.split()[0],
            machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            packages={name: metadata.version(name) for name in PACKAGES},
            seed=seed,
            engine=engine,
            started=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            seconds=round(seconds, 3),
            command=" ".join(["sanyu", *sys.argv[1:]]),
            git=_git_state(),
            extra=extra,
        )


def _git_state() -> str | None:
    import subprocess

    root = Path(__file__).parent.parent
    if not (root / ".git").exists():
        return None
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=root, capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()


def write_table(table: "pd.DataFrame", path: Path) -> None:
    """Write a table as Parquet, with units and meanings of its columns in the file's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    units, meanings = table.attrs.get("units", {}), table.attrs.get("meanings", {})
    bare = table.copy()
    bare.attrs = {}
    arrow = pa.Table.from_pandas(bare, preserve_index=False)
    fields = [
        f.with_metadata({"unit": units.get(f.name, ""), "meaning": meanings.get(f.name, "")}) for f in arrow.schema
    ]
    pq.write_table(pa.table(arrow.columns, schema=pa.schema(fields)), path, compression="zstd")


class RunDirectory:
    """A directory that appears whole or not at all: files go to a temporary neighbour, renamed at the end.

    Raises FileExistsError when the target is there already, before anything is computed.
    """

    def __init__(self, target: Path) -> None:
        if target.exists():
            raise FileExistsError(target)
        self.target = target

    def __enter__(self) -> Path:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f".{self.target.name}-", dir=self.target.parent))
        return self.folder

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            if not issubclass(kind, OSError):  # a full disk is no reason to throw away what was computed
                shutil.rmtree(self.folder, ignore_errors=True)
            return
        self.folder.chmod(0o755)
        self.folder.rename(self.target)


def write_run(run: Run, folder: Path) -> None:
    """Write scenario, tables and summary of a run into a folder."""
    (folder / "scenario.toml").write_text(to_toml(run.scenario), encoding="utf-8")
    write_table(run.daily, folder / "daily.parquet")
    write_table(run.flows, folder / "flows.parquet")
    write_table(run.cohorts, folder / "cohorts.parquet")
    write_json(run.summary | {"logic": run.logic, "ending": dataclasses.asdict(run.ending)}, folder / "summary.json")


def write_json(data: Any, path: Path) -> None:
    """Write plain data as readable JSON."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval; infinite bounds are open."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Band:
    """Daily mean over replications with a pointwise 95 % t interval, arrays [D]."""

    mean: Any
    low: Any
    high: Any


@dataclass(frozen=True)
class Crossover:
    """First day from which the mean paired difference of cumulative margin stays above 0 to the horizon.

    day   estimate, None: beyond the horizon
    low   first day that a 95 % interval allows;  None: beyond the horizon
    high  last day that it allows;  None: beyond the horizon
    share_crossing  share of bootstrap samples of pairs in which the difference crosses
    """

    day: int | None
    low: int | None
    high: int | None
    share_crossing: float


@dataclass(frozen=True)
class Duel:
    """One logic against the reference, by pairs.

    difference   band of cumulative margin, logic − reference, cents, by day
    final        difference of cumulative margin at the horizon, cents
    crossover    from which day ``logic`` leads
    wins         probability that ``logic`` leads at the horizon, with a Jeffreys interval
    wins_by_day  share of pairs in which it leads, by day
    differences  paired difference of every observable at the horizon (stocks) or summed (flows)
    """

    logic: str
    reference: str
    difference: Band
    final: Interval
    crossover: Crossover
    wins: Interval
    wins_by_day: Any
    differences: dict[str, Interval]


@dataclass(frozen=True)
class Comparison:
    """All logics of a scenario on the same people with the same luck.

    scenario   the question
    logics     names; the first is the reference
    seed       seed of the pairs;  pairs: number of replications that every logic has
    bands      logic → observable → band by day
    totals     logic → figure of ``summarise`` → interval over replications
    duels      every ordered pair of logics (a, b), a ≠ b: how a does against b
    ranking    logics by mean cumulative margin at the horizon, best first; where two or more can be followed, upper
               bounds come after them
    clear      True: the 95 % interval of best − runner-up excludes 0, and did so for the last 5 pairs
    stopped    why no further pairs were run: "clear", "budget", "fixed", "interrupted"
    fan_days   fan-days spent in all
    runs       logic → runs, in the order of the pairs
    """

    scenario: Scenario
    logics: tuple[str, ...]
    seed: int
    pairs: int
    engine: str
    bands: dict[str, dict[str, Band]]
    totals: dict[str, dict[str, Interval]]
    duels: dict[tuple[str, str], Duel]
    ranking: tuple[str, ...]
    clear: bool
    stopped: str
    fan_days: int
    seconds: float
    runs: dict[str, list[Run]]

    @property
    def bounds(self) -> tuple[str, ...]:
        """Logics that no operator can follow and that therefore stand outside the ranking, behind it."""
        found = tuple(name for name in self.ranking if is_upper_bound(self.scenario.logics[name]))
        return found if len(self.ranking) - len(found) >= 2 else ()

"""What must be reached, and what was.

Ratios of what runs on one thread on both sides are of processor time, which other load on the machine changes least;
everything with threads or processes is by the clock.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.bound import nanoseconds_of_a_day
from benchmarks.fan_lite.check import LIMIT
from benchmarks.fan_lite.measure import BY_HAND, OWN

Results = dict[str, Any]


class Verdict(NamedTuple):
    """One line of the table.

    measured, target  numbers;  at_least: which side of the target is meant
    shown             the measured value in words;  note: under what circumstances
    """

    what: str
    measured: float
    target: float
    at_least: bool
    shown: str
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.measured >= self.target if self.at_least else self.measured <= self.target


def rate_of(found: Results, peer: str, agents: int, variant: str, threads: int, how: str = "rate") -> float:
    """Agent-days per second, by the clock or (``how``) of processor time."""
    wanted = (agents, variant, threads)
    rows = found[peer]["rows"]
    return max((row[how] for row in rows if (row["agents"], row["variant"], row["threads"]) == wanted), default=0.0)


def agrees(found: Results, peer: str) -> bool:
    """Whether a peer lived the same model."""
    return max(found[peer].get("worst", {"": LIMIT + 1.0}).values()) <= LIMIT


def _engines(results: Results) -> Iterator[Verdict]:
    rows = results["engines"]
    plain = rows["agents, interpreted rules"]
    one = rows["arrays, 1 thread"]["rate_of_processor"] / plain["rate_of_processor"]
    clock = [rows[f"arrays, {name}"]["rate"] / plain["rate"] for name in ("1 thread", "2 threads")]
    note = f"interpreted at {plain['fans']:,} fans; by the clock {clock[0]:,.0f}×, with 2 threads {clock[1]:,.0f}×"
    yield Verdict("full model, arrays ÷ interpreted agents, 10⁵ fans", one, 300, True, f"{one:,.0f}×", note)


def _size(results: Results) -> Iterator[Verdict]:
    at = {(row["fans"], row["threads"]): row for row in results["size"]}
    one, two = at[1_000_000, 1], at[1_000_000, 2]
    rate = two["rate"]
    note = f"{two['rate_of_processor'] / 1e6:.1f} million per second of processor time"
    shown = f"{rate / 1e6:.1f} million/s"
    yield Verdict("full model, 10⁶ fans, 2 threads, fan-days per second", rate, 20e6, True, shown, note)
    if "bound" in results:
        counts, costs = results["bound"]["counts"], results["bound"]["costs"]
        least = nanoseconds_of_a_day(counts, costs, two["record"])["all"]
        times = 2e9 / least / rate
        waiting = nanoseconds_of_a_day(counts, costs | {"block": costs["block_alone"]}, two["record"])["all"]
        note = f"bound {2e3 / least:.0f} million/s on 2 cores; where each draw waits for the last {2e3 / waiting:.0f}: "
        note += f"{2e9 / waiting / rate:.1f}× with 2 threads, {1e9 / waiting / one['rate']:.1f}× with one"
        yield Verdict("… bound from draws and exponentials ÷ measured", times, 2.0, False, f"{times:.1f}×", note)
    threads = two["rate"] / one["rate"]
    yield Verdict("2 threads ÷ 1 thread, 10⁶ rows", threads, 1.6, True, f"{threads:.2f}×")
    row = max(results["size"], key=lambda row: row["fans"])
    peak = row["bytes"] / row["rows"]
    yield Verdict("bytes per person and brand, as stored", row["record"], 100, False, f"{row['record']}")
    note = f"at {row['fans']:,} fans, with room for more and the move into it"
    yield Verdict("… peak of the process above its start", peak, 100, False, f"{peak:.0f}", note)


def _platform(results: Results) -> Iterator[Verdict]:
    at = {row["users"]: row for row in results["platform"]}
    few, many = at[10**7], at[10**9]
    ratio = few["rate_of_processor"] / many["rate_of_processor"]
    note = f"{few['rows']:,} and {many['rows']:,} rows at the end; by the clock {few['rate'] / many['rate']:.2f}×"
    yield Verdict("time per fan-day, 10⁹ ÷ 10⁷ users", ratio, 1.2, False, f"{ratio:.2f}×", note)


def _day_loop(results: Results) -> Iterator[Verdict]:
    found = results["day-loop"]
    note = (
        f"median of {found['days']} days; best {found['best']:.0f} µs; by the clock a whole day {found['clock']:,.0f}"
    )
    shown = f"{found['outside']:,.0f} µs"
    yield Verdict("day loop outside the kernel", found["outside"], 100, False, shown, note)


def _start_up(results: Results) -> Iterator[Verdict]:
    found = results["start-up"]
    best = min(found["later"])
    busy = min(found["later_processor"])
    note = f"{best:.1f}–{max(found['later']):.1f} s; processor time {busy:.1f} s; first start {found['first']:.0f} s"
    yield Verdict("later start of sanyu run on a tiny scenario", best, 3.0, False, f"{best:.1f} s", note)
    unwanted = ", ".join(found["unwanted"]) or "none"
    yield Verdict("… Mesa or Matplotlib imported", len(found["unwanted"]), 0, False, unwanted)


def _sweep(results: Results) -> Iterator[Verdict]:
    own, mesa = results["sweep"]["own"], results["sweep"]["mesa"]
    ratio = own["rate"] / mesa["rate"]
    note = f"{own['rate']:.1f} and {mesa['rate']:.3f} runs per second"
    if mesa["days"] != own["days"]:
        note += f"; batch_run over {mesa['days']} days, scaled"
    yield Verdict("sweep ÷ mesa.batch_run, 2 processes", ratio, 100, True, f"{ratio:,.0f}×", note)


def _fan_lite(results: Results) -> Iterator[Verdict]:
    found = results["fan-lite"]
    agents = max(row["agents"] for row in found[OWN]["rows"])
    variants = list(found[OWN]["worst"])
    peers = [peer for peer in found if peer not in (OWN, BY_HAND) and "rows" in found[peer] and agrees(found, peer)]

    def ratio(variant: str, threads: int, how: str) -> tuple[float, str]:
        """Ours, in as many threads, against the best peer; its name."""
        best, name = max((rate_of(found, peer, agents, variant, 1, how), peer) for peer in peers)
        return rate_of(found, OWN, agents, variant, threads, how) / best, name

    def in_words(threads: int, how: str) -> str:
        return ", ".join(f"{v} {x:.1f}× {name}" for v in variants for x, name in [ratio(v, threads, how)])

    least = min(ratio(variant, 1, "rate_of_processor")[0] for variant in variants)
    note = f"{in_words(1, 'rate_of_processor')}; by the clock, 2 threads: {in_words(2, 'rate')}"
    yield Verdict(f"fan-lite ÷ best peer, {agents:,} agents", least, 2.0, True, f"{least:.1f}×", note)

    def by_hand(variant: str, threads: int, how: str) -> float:
        ours, theirs = (rate_of(found, peer, agents, variant, threads, how) for peer in (OWN, BY_HAND))
        return ours / theirs

    least = min(by_hand(variant, 1, "rate_of_processor") for variant in variants)
    note = "; ".join(f"{v} {by_hand(v, 1, 'rate_of_processor'):.2f}×" for v in variants)
    note += "; 2 threads by the clock: " + ", ".join(f"{v} {by_hand(v, 2, 'rate'):.2f}×" for v in variants)
    yield Verdict("fan-lite ÷ Numba loop by hand, same draws", least, 0.9, True, f"{least:.2f}×", note)


def _batch(results: Results) -> Iterator[Verdict]:
    found = results["batch"]
    dearest = max(found["layer"], key=lambda row: row["layer"])
    note = f"{dearest['runs']:,} runs at {dearest['points']:,} points; the run itself {dearest['alone']:.2f} ms"
    shown = f"{dearest['layer']:.2f} ms"
    yield Verdict("batch layer, processor time a run beside the run", dearest["layer"], 1.0, False, shown, note)
    *_, smaller, largest = sorted(found["sizes"], key=lambda row: row["runs"])
    for who in ("driver", "worker"):
        times = largest[who] / smaller[who]
        note = f"{smaller[who]:,.0f} and {largest[who]:,.0f} MiB"
        what = f"peak memory of a {who}, {largest['runs']:,} ÷ {smaller['runs']:,} runs"
        yield Verdict(what, times, 1.1, False, f"{times:.2f}×", note)


_JUDGES: dict[str, Callable[[Results], Iterator[Verdict]]] = {
    "engines": _engines,
    "fan-lite": _fan_lite,
    "size": _size,
    "platform": _platform,
    "sweep": _sweep,
    "day-loop": _day_loop,
    "start-up": _start_up,
    "batch": _batch,
}


def verdicts(results: Results) -> list[Verdict]:
    """The lines for which something was measured."""
    return [verdict for name, judge in _JUDGES.items() if name in results for verdict in judge(results)]

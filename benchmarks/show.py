"""Tables on the terminal and one picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.bound import nanoseconds_of_a_day
from benchmarks.fan_lite.check import LIMIT
from benchmarks.fan_lite.measure import OWN, PEERS
from benchmarks.many import DAYS, FANS, PROCESSES
from benchmarks.sections import MANY
from benchmarks.verdicts import Results, Verdict, agrees

MILLION = 1e6


def _table(title: str, columns: Sequence[str], left: int = 1) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < left else "right")
    return table


def _rate(row: dict[str, Any]) -> tuple[str, str]:
    """Millions per second by the clock, and per second of processor time."""
    return f"{row['rate'] / MILLION:.3g}", f"{row['rate_of_processor'] / MILLION:.3g}"


def _engines(found: Any) -> Table:
    columns = ("engine", "fans", "million/s", "… per core-s", "ratio", "… per core-s")
    table = _table("Engines: full model, liquor, depletion", columns)
    base = found["agents, interpreted rules"]
    for name, row in found.items():
        table.add_row(
            name,
            f"{row['fans']:,}",
            *_rate(row),
            *(f"{row[how] / base[how]:,.1f}" for how in ("rate", "rate_of_processor")),
        )
    return table


def _size(found: Any) -> Table:
    columns = ("private fans", "threads", "million/s", "… per core-s", "peak MiB", "peak bytes/row", "fill s")
    table = _table("Size: fan-days per second and memory", columns, left=0)
    for row in found:
        memory = f"{row['bytes'] / 2**20:,.0f}", f"{row['bytes'] / row['rows']:,.0f}"
        table.add_row(f"{row['fans']:,}", str(row["threads"]), *_rate(row), *memory, f"{row['fill']:.1f}")
    return table


def _platform(found: Any) -> Table:
    table = _table(
        "Platform: the same pool among more users", ("users", "rows at the end", "million/s", "per core-s"), 0
    )
    for row in found:
        table.add_row(f"{row['users']:,}", f"{row['rows']:,}", *_rate(row))
    return table


def _bound(found: Any) -> Table:
    counts, costs = found["counts"], found["costs"]
    table = _table("Bound of a fan-day on one core", ("part", "per fan-day", "ns each", "ns"))
    day = nanoseconds_of_a_day(counts, costs, 98)
    for name, cost in (("blocks", "block"), ("exp", "exp"), ("log", "log"), ("pow", "pow")):
        each = costs[cost]
        table.add_row(name, f"{counts[name]:.2f}", f"{each:.1f}", f"{counts[name] * each:.1f}")
    table.add_row("draws and functions", "", "", f"{day['all']:.1f}")
    table.add_row("row read and written, 98 bytes each way (hidden behind arithmetic)", "", "", f"{day['memory']:.1f}")
    return table


def _day_loop(found: Any) -> Table:
    table = _table("Day loop", ("fans", "µs per day", "outside the kernel", "best", "a day by the clock"), 0)
    table.add_row(*(f"{found[name]:,.0f}" for name in ("fans", "day", "outside", "best", "clock")))
    return table


def _start_up(found: Any) -> Table:
    table = _table("Start-up of sanyu run on a tiny scenario", ("what", "seconds"))
    table.add_row("first start, empty cache", f"{found['first']:.1f}")
    table.add_row("later starts", " ".join(f"{s:.2f}" for s in found["later"]))
    table.add_row("… processor time", " ".join(f"{s:.2f}" for s in found["later_processor"]))
    for name, seconds in found["slow_imports"]:
        table.add_row(f"  import {name}", f"{seconds:.2f}")
    return table


def _sweep(found: Any) -> Table:
    table = _table("Sweep: 2,000 fans, 180 days, 2 processes", ("how", "runs", "days", "runs per second"))
    for name, row in (("Sanyu, arrays", found["own"]), ("mesa.batch_run, agents", found["mesa"])):
        table.add_row(name, str(row["runs"]), str(row["days"]), f"{row['rate']:.3g}")
    return table


def _fan_lite(found: Any) -> Table:
    sizes = sorted({row["agents"] for peer in found.values() for row in peer.get("rows", [])})
    columns = [f"{variant} {size:,}" for variant in ("ordinary", "heavy") for size in sizes]
    table = _table("fan-lite: million agent-days per second", ("engine", "version", "worst day, s.e.", *columns), 2)
    for peer, what in found.items():
        if "failed" in what:
            table.add_row(PEERS[peer].title, what["failed"])
            continue
        worst = f"{max(what['worst'].values()):.1f}" + ("" if agrees(found, peer) else " DIFFERS")
        for threads in PEERS[peer].threads:
            at = {(r["variant"], r["agents"]): r for r in what["rows"] if r["threads"] == threads}
            cells = [
                f"{at[v, n]['rate'] / MILLION:.3g}" if (v, n) in at else "–"
                for v in ("ordinary", "heavy")
                for n in sizes
            ]
            title = PEERS[peer].title + (f", {threads} threads" if threads > 1 else "")
            table.add_row(title, what["version"], worst, *cells)
    return table


def _batch(found: Any) -> Table:
    table = _table("Batch layer: what it costs a run, and memory over the number of runs", ("what", "value"))
    for row in found["layer"]:
        what = f"{row['runs']:,} runs at {row['points']:,} points: ms a run, alone + layer"
        table.add_row(what, f"{row['alone']:.2f} + {row['layer']:.2f}")
    for row in found["sizes"]:
        peaks = f"driver {row['driver']:,.0f} MiB, worker {row['worker']:,.0f} MiB"
        table.add_row(f"{row['runs']:,} runs in {row['seconds']:,.0f} s ({row['rate']:,.0f}/s): peak", peaks)
    return table


def _many(found: Any) -> Table:
    title = f"Many runs of fan-lite: {FANS:,} agents, {DAYS} days, {PROCESSES} processes"
    table = _table(title, ("runner", "variant", "runs", "runs per second", "off, s.e."), 2)
    for row in found:
        if "failed" in row:
            table.add_row(MANY[row["peer"]], row["variant"], row["failed"], "–", "–")
        else:
            off = f"{row['off']:.1f}" + (" DIFFERS" if row["off"] > LIMIT else "")
            cells = f"{row['runs']:,}", f"{row['rate']:.3g}", off
            table.add_row(MANY[row["peer"]], row["variant"], *cells)
    return table


def _theory(found: Any) -> Table:
    table = _table("Mean field: ms of processor time", ("scenario", "logic", "days", "16 nodes", "days", "48 nodes"), 2)
    for row in found:
        cells = str(row["days"]), f"{row['half']:,.0f}", str(row["run"]), f"{row['whole']:,.0f}"
        table.add_row(row["scenario"], row["logic"], *cells)
    return table


_TABLES = {
    "engines": _engines,
    "size": _size,
    "platform": _platform,
    "bound": _bound,
    "day-loop": _day_loop,
    "start-up": _start_up,
    "sweep": _sweep,
    "fan-lite": _fan_lite,
    "batch": _batch,
    "many": _many,
    "theory": _theory,
}


def print_section(console: Console, name: str, found: Any) -> None:
    """The table of a section, or why there is none."""
    console.print(f"{name}: {found['failed']}" if "failed" in found else _TABLES[name](found))


def print_verdicts(console: Console, lines: Sequence[Verdict]) -> None:
    """What must be reached, and what was."""
    table = _table("Must reach", ("what", "measured", "target", "verdict", "note"))
    for line in lines:
        sign = "≥" if line.at_least else "≤"
        target = f"{line.target / MILLION:g} million" if line.target >= MILLION else f"{line.target:g}"
        verdict = "[green]met[/]" if line.met else "[red]missed[/]"
        table.add_row(line.what, line.shown, f"{sign} {target}", verdict, line.note)
    console.print(table)


def draw(results: Results, lines: Sequence[Verdict], path: Path) -> None:
    """One picture: a panel for size, platform, peers and verdicts, as far as measured."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt

    panels = {"size": _draw_size, "platform": _draw_platform, "fan-lite": _draw_fan_lite, "batch": draw_memory}
    drawn = [(panels[name], results[name]) for name in panels if name in results]
    figure, axes = plt.subplots(1, len(drawn) + 1, figsize=(5.2 * (len(drawn) + 1), 4.2), layout="constrained")
    for axis, (panel, found) in zip([axes] if not drawn else axes, drawn, strict=False):
        panel(axis, found)
    _draw_verdicts(axes if not drawn else axes[-1], lines)
    figure.savefig(path)
    plt.close(figure)


def _draw_size(axis: Any, found: Any) -> None:
    for threads, style in ((1, "o-"), (2, "s--")):
        rows = [row for row in found if row["threads"] == threads]
        label = f"{threads} thread" + "s" * (threads > 1)
        axis.loglog([row["fans"] for row in rows], [row["rate"] for row in rows], style, label=label)
    axis.set(xlabel="private fans", ylabel="fan-days per second", title="Full model by size")
    axis.legend()


def _draw_platform(axis: Any, found: Any) -> None:
    axis.loglog([row["users"] for row in found], [row["rate"] for row in found], "o-")
    axis.set(xlabel="platform users", title="Full model by users of the platform, 10⁵ fans", ylim=(1e6, 1e8))
    axis.set(ylabel="fan-days per second")


def _draw_fan_lite(axis: Any, found: Any) -> None:
    agents = max(row["agents"] for row in found[OWN]["rows"])
    bars = [
        (PEERS[peer].title + (f", {row['threads']} threads" if row["threads"] > 1 else ""), row["rate"])
        for peer, what in found.items()
        for row in what.get("rows", [])
        if row["variant"] == "heavy" and row["agents"] == min(agents, max(r["agents"] for r in what["rows"]))
    ]
    axis.barh([name for name, _ in bars], [rate / MILLION for _, rate in bars])
    axis.bar_label(axis.containers[0], fmt="%.3g", padding=3)
    axis.set(xscale="log", xlabel="million agent-days per second", title=f"fan-lite, heavy, up to {agents:,} agents")
    axis.margins(x=0.25)


def draw_memory(axis: Any, found: Any) -> None:
    """Peaks of driver and workers over the runs of the largest sweep, and at the ends of all, with results written."""
    sizes = sorted(found["sizes"], key=lambda row: row["runs"])
    largest = sizes[-1]
    done, driver, worker = zip(*(at for at in largest["curve"] if at[0] < largest["runs"]), strict=True)
    for name, peaks, colour in (("driver", driver, "#00766c"), ("worker", worker, "#d1571b")):
        axis.plot(done, peaks, "o-", color=colour, label=f"{name}, one sweep of {largest['runs']:,} runs")
    ends = [row["runs"] for row in sizes]
    axis.plot(ends, [row["driver"] for row in sizes], "x--", color="#00766c", label="driver, once results are written")
    axis.set(xlabel="runs", ylabel="peak memory, MiB", title="Memory of a sweep", ylim=(0, None))
    axis.legend(fontsize="small", loc="lower right")


def picture_memory(found: Any, path: Path) -> None:
    """The panel of the memory of sweeps alone."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    draw_memory(axis, found)
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _draw_verdicts(axis: Any, lines: Sequence[Verdict]) -> None:
    shown = [line for line in lines if line.target > 0 and line.measured > 0][::-1]
    reached = [line.measured / line.target if line.at_least else line.target / line.measured for line in shown]
    colours = ["#00766c" if line.met else "#d1571b" for line in shown]
    axis.barh([line.what for line in shown], reached, color=colours)
    axis.axvline(1.0, color="#222831", linewidth=1)
    axis.set(xscale="log", xlabel="reached ÷ target", title="Must reach")
    axis.xaxis.set_minor_formatter("")
    axis.tick_params(axis="y", labelsize=7)

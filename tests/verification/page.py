"""The page: verdicts by chapter, QQ plots, sweeps and tables, in one HTML file that needs nothing else."""

import platform
import textwrap
from pathlib import Path

import jinja2
import numpy as np
from scipy import stats

from sim.report.style import FAINT, GROWTH, INK, canvas, drawing, inline_svg

from .verdicts import FAMILY, FAR, LEVEL, MOST_DISTANCES

HERE = Path(__file__).parent
REPORT = HERE.parents[1] / "sim" / "report" / "templates" / "report.html.j2"
BAD = "#c2447a"
PANELS = 4  # a row
KEPT = 400  # points of a QQ plot
TITLE = 34  # letters of a line above a panel


def house_style():
    """The style sheet of the reports."""
    text = REPORT.read_text(encoding="utf-8")
    return text[text.index("<style>") + len("<style>") : text.index("</style>")]


def qq_figure(samples):
    """Normal scores of samples against what they should be, with the band of 95 % of samples at each point."""
    rows = -(-len(samples) // PANELS)
    with drawing():
        figure, axes = canvas(rows, PANELS, 1.75 * rows + 0.2, sharex=True, sharey=True)
        for panel, (name, scores) in zip(axes, samples.items(), strict=False):
            _qq(panel, name, np.sort(np.asarray(scores)))
        for panel in axes[len(samples) :]:
            panel.set_visible(False)
        figure.supxlabel("normal score expected", fontsize=8.5)
        figure.supylabel("seen − expected, in its standard errors", fontsize=8.5)
    return figure


def _qq(panel, name, ordered):
    """Detrended, since at 10⁵ numbers a QQ plot is a straight line for the eye whatever is wrong."""
    n = len(ordered)
    ranks = np.unique(np.round(np.geomspace(1, n, KEPT)).astype(int))
    ranks = np.unique(np.concatenate([ranks, n + 1 - ranks, np.linspace(1, n, KEPT).astype(int)]))
    law = stats.beta(ranks, n + 1 - ranks)
    share = stats.norm.cdf(ordered[ranks - 1])
    # where the share of a rank lies in its own law, as a normal score
    z = stats.norm.ppf(np.clip(law.cdf(share), 1e-12, 1 - 1e-12))
    expected = stats.norm.ppf((ranks - 0.5) / n)
    panel.axhspan(-1.96, 1.96, color="#eef1f3", lw=0)
    panel.axhline(0, color=FAINT, lw=0.7)
    for far in (-FAR, FAR):
        panel.axhline(far, color=BAD, lw=0.7, ls=(0, (4, 3)))
    panel.plot(expected, z, color=GROWTH, lw=1.0)
    panel.set_title(textwrap.fill(f"{name}, n = {n:,}", TITLE), fontsize=7.2, fontweight="normal")
    panel.set_ylim(-FAR - 1, FAR + 1)
    panel.grid(False)
    panel.tick_params(labelsize=7)


def z_figure(outcomes):
    """All distances in order against the order statistics of a right engine, and the siblings' farthest."""
    z = np.sort([abs(d.z) for o in outcomes for d in o.seen.distances if not d.exact])
    off = np.sort([min(abs(o.off.worst.z), 38.0) for o in outcomes if o.off is not None])
    n = len(z)
    with drawing():
        figure, (left, right) = canvas(1, 2, 2.7)
        if n:
            expected = stats.norm.isf((n - np.arange(n) - 0.5) / n / 2)
            at = np.arange(1, n + 1)
            low, high = (stats.norm.isf((1 - stats.beta.ppf(q, at, n + 1 - at)) / 2) for q in (0.025, 0.975))
            left.fill_between(expected, low, high, color="#eef1f3", lw=0)
            left.plot(expected, expected, color=FAINT, lw=0.7)
            left.plot(expected, z, ".", color=GROWTH, ms=3)
        left.axhline(FAR, color=BAD, lw=0.8, ls=(0, (4, 3)))
        left.set(title=f"{n:,} distances from theory", xlabel="|z| expected of a right engine", ylabel="|z| seen")
        right.plot(off, np.arange(1, len(off) + 1), ".", color=INK, ms=3)
        right.axvline(FAR, color=BAD, lw=0.8, ls=(0, (4, 3)))
        right.set(
            title="siblings that are 5 % off",
            xlabel="farthest |z| of each (38: beyond numbers)",
            ylabel="number of checks",
        )
    return figure


def line_figure(lines):
    """Sweeps: seen with 95 % of its errors, and expected."""
    rows = -(-len(lines) // 3)
    with drawing():
        figure, axes = canvas(rows, 3, 2.0 * rows + 0.1)
        for panel, (name, (x, seen, error, expected)) in zip(axes, lines.items(), strict=False):
            order = np.argsort(x)
            x, seen, error, expected = (np.asarray(v, float)[order] for v in (x, seen, error, expected))
            panel.plot(x, expected, color=FAINT, lw=1.0, label="theory")
            panel.errorbar(x, seen, 1.96 * error, fmt=".", color=GROWTH, ms=5, lw=1.2, label="engine")
            panel.set_title(name, fontsize=8, fontweight="normal")
            panel.tick_params(labelsize=7)
        for panel in axes[len(lines) :]:
            panel.set_visible(False)
        axes[0].legend(fontsize=7)
    return figure


def _row(outcome):
    worst, off = outcome.seen.worst, outcome.off
    exact = all(d.exact for d in outcome.seen.distances)
    return {
        "verdict": outcome.verdict,
        "name": outcome.check.name,
        "law": outcome.check.law,
        "distances": len(outcome.seen.distances),
        "worst": ("equal" if not worst.far else worst.what) if exact else f"{worst.what}, z = {worst.z:.2f}",
        "off": "–"
        if off is None
        else "found out"
        if off.worst.exact or abs(off.worst.z) > 37
        else f"z = {off.worst.z:.1f}",
        "seconds": f"{outcome.seconds:.1f}",
    }


def _chapter(title, outcomes):
    figures, scores, lines = [], {}, {}
    for o in outcomes:
        scores |= {f"{o.check.name}: {k}" if k != o.check.name else k: v for k, v in o.seen.scores.items()}
        lines |= o.seen.lines
    name = "".join(c for c in title if c.isalnum())
    if scores:
        caption = "Detrended QQ plots: grey 95 % of samples at each point, dashed what counts as too far."
        figures.append({"svg": inline_svg(qq_figure(scores), f"qq{name}", caption), "caption": caption})
    if lines:
        caption = "Sweeps: points are the engine with 95 % of its errors, lines are theory."
        figures.append({"svg": inline_svg(line_figure(lines), f"lines{name}", caption), "caption": caption})
    for o in outcomes:
        for at, (figure, caption) in enumerate(o.seen.figures):
            figures.append({"svg": inline_svg(figure, f"{name}{at}", caption), "caption": caption})
    return {
        "title": title,
        "rows": [_row(o) for o in outcomes],
        "figures": figures,
        "notes": [f"{o.check.name}: {o.seen.note}" for o in outcomes if o.seen.note],
        "tables": [
            {"caption": o.check.name, "head": o.seen.table[0], "rows": o.seen.table[1:]}
            for o in outcomes
            if o.seen.table
        ],
    }


def page(outcomes, effort, seconds, command):
    """One HTML file of all outcomes."""
    bad = [o for o in outcomes if o.verdict not in ("holds", "left out")]
    distances = sum(len(o.seen.distances) for o in outcomes)
    lines = [
        f"{len(outcomes) - len(bad)} of {len(outcomes)} checks hold."
        if not bad
        else f"{len(bad)} of {len(outcomes)} checks do not hold: {', '.join(o.check.name for o in bad)}.",
        f"A distance is too far beyond {FAR:.2f} standard errors (p < {LEVEL:.1e}): with at most {MOST_DISTANCES:,} "
        f"distances a right engine fails one run of {1 / FAMILY:,.0f}. Every check that can be off has been made again "
        "with an engine, or a theory, that is 5 % off, and holds only if that one was too far.",
    ]
    chapters = {}
    for o in outcomes:
        chapters.setdefault(o.check.chapter, []).append(o)
    caption = "Left: all distances in order; grey holds 95 % of right engines at each point. Right: siblings 5 % off."
    made = [_chapter(title, of) for title, of in chapters.items()]
    made[0]["figures"].insert(0, {"svg": inline_svg(z_figure(outcomes), "z", caption), "caption": caption})
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2").render(
        style=house_style(),
        head="Everything holds" if not bad else "Something does not hold",
        good=not bad,
        facts=[
            ("seed", str(effort.seed)), ("version", "short" if effort.quick else "full"),
            ("checks", str(len(outcomes))), ("distances", f"{distances:,}"), ("time", f"{seconds / 60:.1f} min"),
        ],
        lines=lines,
        chapters=made,
        foot=f"{command} · Python {platform.python_version()}, {platform.machine()}",
    )  # fmt: skip

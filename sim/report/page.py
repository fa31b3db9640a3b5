"""The page: from a comparison to a plain data object, and from that to one HTML file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2

from sim.report.cells import Chapter
from sim.report.chapters import chapters_of
from sim.report.data import evidence_of, group_of, shown_value
from sim.report.fairness import Missing, fairness_chapter
from sim.report.numbers import NOTHING, count, date_of
from sim.report.style import colours, inline_svg
from sim.report.verdict import Verdict, is_dated, verdict
from sim.report.words import Lang, Words, words_of
from sim.results import Comparison, Provenance
from sim.scenario import Assumption
from sim.studies.fairness import Fairness

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRUSTS = ("assumed", "weak", "measured", "stated")  # weakest first


@dataclass(frozen=True)
class Picture:
    """A drawn figure with its caption."""

    name: str
    svg: str
    caption: str


@dataclass(frozen=True)
class AssumptionRow:
    """One value as the page shows it."""

    key: str
    value: str
    source: str
    origin: str
    meaning: str


@dataclass(frozen=True)
class AssumptionGroup:
    """Values of one trust under one heading of the scenario."""

    head: str
    rows: tuple[AssumptionRow, ...]


@dataclass(frozen=True)
class TrustLevel:
    """All values of one trust."""

    trust: str
    title: str
    meaning: str
    number: int
    groups: tuple[AssumptionGroup, ...]


@dataclass(frozen=True)
class Page:
    """Everything that the template prints; it computes nothing.

    facts     label and value of what the page is about, in the head
    chapters  the sections between verdict and assumptions
    pictures  figure name → drawn figure
    levels    assumptions, weakest trust first; empty when they are not known
    maker     label and value: seed, version, engine …
    """

    lang: Lang
    title: str
    question: str
    facts: tuple[tuple[str, str], ...]
    verdict: Verdict
    colours: Mapping[str, str]
    chapters: tuple[Chapter, ...]
    pictures: Mapping[str, Picture]
    levels: tuple[TrustLevel, ...]
    resting: str
    maker: tuple[tuple[str, str], ...]
    words: Words = field(repr=False, kw_only=True)


def page_of(
    comparison: Comparison,
    drawn: "Mapping[str, Figure]",
    lang: Lang,
    assumptions: Sequence[Assumption],
    provenance: Provenance,
    fairness: Fairness | None = None,
    missing: Missing | None = None,
) -> Page:
    """The page of a comparison; ``drawn`` are its figures by name, ``missing`` what of fairness was not made."""
    w, c = words_of(comparison.scenario, lang), comparison
    pictures = {}
    for name, figure in drawn.items():
        crossed = name != "margin" or is_dated(c.duels[c.ranking[0], c.ranking[1]])
        caption = w(f"caption.{name}" if crossed else "caption.margin_alone")
        pictures[name] = Picture(name, inline_svg(figure, name, caption), caption)
    counted = evidence_of(assumptions)
    weak = sum(a.trust in ("assumed", "weak") for a in counted)
    return Page(
        lang=lang,
        title=c.scenario.title,
        question=c.scenario.question,
        facts=_facts(c, w),
        verdict=verdict(c, w),
        colours=colours(c.scenario),
        chapters=chapters_of(c, w) + ((fairness_chapter(fairness, w, missing),) if fairness else ()),
        pictures=pictures,
        levels=levels_of(assumptions, w),
        resting=w("page.resting", number=count(len(counted)), weak=count(weak)) if assumptions else "",
        maker=_maker(c, provenance, w),
        words=w,
    )


def _facts(c: Comparison, w: Words) -> tuple[tuple[str, str], ...]:
    start, days = c.scenario.start, c.scenario.days
    return (
        (
            w("page.period"),
            w(
                "page.from_to",
                start=date_of(start, 0, w.lang),
                end=date_of(start, days - 1, w.lang),
                days=w.counted("day", days),
            ),
        ),
        (w("page.logics"), w("list.comma").join(w.logic(logic) for logic in c.logics)),
        (w("page.pool"), w.counted("fan", c.scenario.pool.fans)),
        (w("page.pairs"), w("page.paired", pairs=count(c.pairs))),
    )


def _maker(c: Comparison, p: Provenance, w: Words) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, Any]] = [
        ("version", f"sanyu {p.version}" + (f" ({p.git})" if p.git else "")),
        ("seed", c.seed),
        ("pairs", w("page.paired", pairs=count(c.pairs)) + " · " + w(f"page.stopped_{c.stopped}")),
        ("engine", w(f"page.engine_{c.engine}") if f"page.engine_{c.engine}" in w.texts else c.engine),
        ("fan_days", count(c.fan_days)),
        ("seconds", w("page.in_seconds", seconds=count(round(c.seconds)))),
        ("started", p.started),
        ("command", p.command),
        ("machine", f"{p.machine}, Python {p.python}"),
        ("packages", w("list.comma").join(f"{name} {version}" for name, version in p.packages.items())),
    ]
    return tuple((w(f"page.{key}"), str(value)) for key, value in found)


def levels_of(assumptions: Sequence[Assumption], w: Words) -> tuple[TrustLevel, ...]:
    """Assumptions by trust, weakest first, and within a trust by the table of the scenario."""
    levels = []
    for trust in TRUSTS:
        groups: dict[str, list[AssumptionRow]] = {}
        for a in assumptions:
            if a.trust == trust:
                groups.setdefault(group_of(a.key), []).append(_row(a, w))
        if groups:
            levels.append(
                TrustLevel(
                    trust=trust,
                    title=w(f"trust.{trust}"),
                    meaning=w(f"trust.{trust}_means"),
                    number=sum(map(len, groups.values())),
                    groups=tuple(AssumptionGroup(head, tuple(rows)) for head, rows in groups.items()),
                )
            )
    return tuple(levels)


def _row(a: Assumption, w: Words) -> AssumptionRow:
    unit = "" if a.unit in ("", "–") else f" {a.unit}"
    if a.origin == "default":
        origin = w("page.origin_default")
    elif a.origin.startswith("preset "):
        origin = w("page.origin_preset", name=a.origin.removeprefix("preset "))
    else:
        origin = a.origin
    source = w("page.scenario_file") if a.source == "scenario file" else a.source
    return AssumptionRow(a.key, shown_value(a.value) + unit, source or NOTHING, origin, a.meaning)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sim.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def render(page: Page) -> str:
    """One HTML file that needs nothing else."""
    return _template().render(page=page, w=page.words)

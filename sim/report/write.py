"""Writing: result folders of comparisons and runs, whole or not at all."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.data import plain
from sim.report.gain import gain_of, plain_gain
from sim.report.verdict import verdict
from sim.report.words import Lang, words_of
from sim.results import Comparison, Provenance, Run, RunDirectory, write_json, write_table
from sim.scenario import Assumption, Scenario, to_toml, write_scenario

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.report.fairness import Missing
    from sim.studies.fairness import Fairness

PROVENANCE = "provenance.json"
UNFINISHED = "unfinished.json"  # of a run with checkpoints; results take the place of its folder
_LONGEST_SLUG = 40


def default_folder(scenario: Scenario, command: str, options: Mapping[str, Any]) -> Path:
    """``runs/TITLE-HASH``: another scenario, seed or option gives another folder."""
    slug = re.sub(r"\W+", "-", scenario.title.lower()).strip("-")[:_LONGEST_SLUG].strip("-") or "untitled"
    asked = repr((to_toml(scenario), command, sorted(options.items())))
    return Path("runs") / f"{slug}-{hashlib.sha256(asked.encode()).hexdigest()[:8]}"


def is_ours(folder: Path) -> bool:
    """True for a folder of results, an unfinished run or an empty folder: what may be replaced on request."""
    return folder.is_dir() and (
        any((folder / name).is_file() for name in (PROVENANCE, UNFINISHED)) or not any(folder.iterdir())
    )


class NotWritten(Exception):
    """Results could not be written; what was written so far may be kept in a folder beside the target."""

    def __init__(self, target: Path, error: OSError, kept: Path | None) -> None:
        """Say what went wrong, and where the rest is."""
        self.kept = kept if kept is not None and kept.is_dir() else None
        text = f"{target} could not be written: {error.strerror or error}."
        super().__init__(text + (f" What was written so far is kept in {self.kept}" if self.kept else ""))


def refusal(target: Path, overwrite: bool) -> str:
    """Why results may not be written to a folder, and what to do; empty when they may."""
    try:
        return _refusal(target, overwrite) or _unwritable(target)
    except (OSError, ValueError) as error:
        return f"{target} cannot be made: {getattr(error, 'strerror', '') or error}. Use --out FOLDER."


def _unwritable(target: Path) -> str:
    """Why a folder cannot be made beside the target, found out by making one; nothing is left behind."""
    parent = target.absolute().parent
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    try:
        parent.mkdir(parents=True, exist_ok=True)
        os.rmdir(tempfile.mkdtemp(prefix=f".{target.name}-", dir=parent))
    except OSError as error:
        return f"{target} cannot be made: {error.strerror or error}. Use --out FOLDER."
    finally:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()
    return ""


def _refusal(target: Path, overwrite: bool) -> str:
    if (target / UNFINISHED).is_file() and not overwrite:
        return f"{target} holds an unfinished run: sanyu resume {target} goes on with it, --overwrite begins anew."
    if target.exists() and not overwrite:
        return f"{target} exists already. Add --overwrite to replace it, or --out FOLDER for another place."
    if target.exists() and not is_ours(target):
        return f"{target} is not a folder of results, so --overwrite leaves it alone. Use --out FOLDER."
    nearest = next(folder for folder in target.absolute().parents if folder.exists())
    if not nearest.is_dir():
        return f"{target} cannot be made: {nearest} is a file. Use --out FOLDER."
    if not os.access(nearest, os.W_OK):
        return f"{target} cannot be made: {nearest} may not be written. Use --out FOLDER."
    return ""


@contextmanager
def replacing(target: Path, overwrite: bool = False) -> Iterator[Path]:
    """A folder to write into, which becomes ``target`` when it is whole.

    overwrite  an older folder of results at ``target`` is removed when the new one is whole

    Raises FileExistsError when something else is there, NotWritten when the disk does not take it.
    """
    old = target.exists()
    if old and not (overwrite and is_ours(target)):
        raise FileExistsError(target)
    place = target.with_name(f".{target.name}.new") if old else target
    kept: Path | None = None
    try:
        if old:
            shutil.rmtree(place, ignore_errors=True)
        with RunDirectory(place) as kept:
            yield kept
        if old:
            kept = place
            gone = target.with_name(f".{target.name}.old")
            shutil.rmtree(gone, ignore_errors=True)
            target.rename(gone)
            place.rename(target)
            shutil.rmtree(gone)
    except OSError as error:
        raise NotWritten(target, error, kept) from error


def write_comparison(
    comparison: Comparison,
    folder: Path,
    lang: Lang = "en",
    *,
    assumptions: Sequence[Assumption] = (),
    report: bool = True,
    fairness: "Fairness | None" = None,
    missing: "Missing | None" = None,
) -> None:
    """Write scenario, provenance, tables, summary, figures and report of a comparison into a folder.

    assumptions    what the scenario rests on, from ``sim.scenario.load.load``; the report lists them
    report         False: tables and summary only
    fairness       equal spend and shares of the elements, for summary and report
    missing        what of it was not made, and the command that makes it
    """
    runs = [run for logic in comparison.logics for run in comparison.runs[logic]]
    provenance = Provenance.here(
        seed=comparison.seed,
        engine=comparison.engine,
        seconds=comparison.seconds,
        pairs=comparison.pairs,
        stopped=comparison.stopped,
        fan_days=comparison.fan_days,
    )
    _write_base(runs, provenance, folder)
    write_json(summary_of(comparison, lang, fairness), folder / "summary.json")
    if fairness and fairness.equal_spend:
        funded = [run for of in fairness.equal_spend.runs.values() for run in of]
        write_table(long_table(funded, "daily"), folder / "equal-spend.parquet")
    if report:
        from sim.report.page import page_of, render

        drawn = _figures(comparison, fairness, lang)
        write_figures(drawn, folder / "figures", lang, lambda: _figures(comparison, fairness, _drawable(lang, "png")))
        page = page_of(comparison, drawn, lang, assumptions, provenance, fairness, missing)
        (folder / "report.html").write_text(render(page), encoding="utf-8")


def _figures(comparison: Comparison, fairness: "Fairness | None", lang: Lang) -> "dict[str, Figure]":
    from sim.report.fairness_figures import figures_of_fairness
    from sim.report.figures import figures_of

    return figures_of(comparison, lang) | (figures_of_fairness(comparison, fairness, lang) if fairness else {})


def write_runs(
    runs: Sequence[Run],
    folder: Path,
    lang: Lang = "en",
    *,
    assumptions: Sequence[Any] = (),
    figures: bool = False,
    **extra: Any,
) -> None:
    """Write scenario, provenance, tables and summary of the replications of one logic.

    assumptions  what the scenario rests on, as they are or as plain data
    figures      draw an overview, too; without it Matplotlib is not even imported
    extra        for the provenance
    """
    first = runs[0]
    provenance = Provenance.here(
        seed=first.seed,
        engine=first.engine,
        seconds=sum(run.seconds for run in runs),
        logic=first.logic,
        replications=len(runs),
        **extra,
    )
    _write_base(runs, provenance, folder)
    write_json(summary_of_runs(runs), folder / "summary.json")
    if assumptions:
        write_json(plain(assumptions), folder / "assumptions.json")
    if figures:
        _draw_overview(first, folder / "figures", lang)


def _draw_overview(run: Run, folder: Path, lang: Lang) -> None:
    from sim.report.figures import plot

    folder.mkdir()
    for suffix in ("svg", "png"):
        _save(plot(run, _drawable(lang, suffix)), folder / f"overview.{suffix}")


def _write_base(runs: Sequence[Run], provenance: Provenance, folder: Path) -> None:
    write_scenario(runs[0].scenario, folder)
    write_json(plain(provenance), folder / PROVENANCE)
    for name in ("daily", "flows", "cohorts"):
        write_table(long_table(runs, name), folder / f"{name}.parquet")
    if runs[0].rivals:
        write_table(long_table(runs, "rivals_daily"), folder / "rivals.parquet")
    if any(run.tasks for run in runs):
        write_table(long_table(runs, "advice"), folder / "advice.parquet")


def long_table(runs: Sequence[Run], name: str) -> "pd.DataFrame":
    """The tables of several runs in one: columns logic and replication come first."""
    import pandas as pd

    tables = []
    for run in runs:
        table: pd.DataFrame = getattr(run, name)
        keys = pd.DataFrame({"logic": run.logic, "replication": run.replication}, index=table.index)
        bare = table.copy()
        bare.attrs = {}
        tables.append(pd.concat([keys, bare], axis=1))
    found = pd.concat(tables, ignore_index=True)
    found["logic"] = found["logic"].astype("category")
    found.attrs = getattr(runs[0], name).attrs
    return found


def summary_of(comparison: Comparison, lang: Lang = "en", fairness: "Fairness | None" = None) -> dict[str, Any]:
    """Verdict, crossovers, totals, duels and fairness as plain data; money in cents, days counted from 0."""
    from sim.report.rivals import margin_and_fans

    found = verdict(comparison, words_of(comparison.scenario, lang))
    return {
        "title": comparison.scenario.title,
        "question": comparison.scenario.question,
        "currency": comparison.scenario.currency,
        "days": comparison.scenario.days,
        "logics": list(comparison.logics),
        "seed": comparison.seed,
        "pairs": comparison.pairs,
        "engine": comparison.engine,
        "verdict": plain(found),
        "ranking": list(comparison.ranking),
        "clear": bool(comparison.clear),
        "stopped": comparison.stopped,
        "totals": plain(comparison.totals),
        "r_fan": {logic: plain_gain(gain_of(comparison.runs[logic])) for logic in comparison.logics},
        "duels": [
            {
                "logic": duel.logic,
                "reference": duel.reference,
                "final": plain(duel.final),
                "crossover": plain(duel.crossover),
                "wins": plain(duel.wins),
                "differences": plain(duel.differences),
            }
            for duel in comparison.duels.values()
        ],
        **({"rivals": plain(margin_and_fans(comparison))} if comparison.scenario.rivals else {}),
        **(_fairness(fairness) if fairness else {}),
        "fan_days": int(comparison.fan_days),
        "seconds": round(float(comparison.seconds), 3),
    }


def _fairness(fairness: "Fairness") -> dict[str, Any]:
    """The parts that were made; runs and bands by day are in the tables."""
    found: dict[str, Any] = {}
    if money := fairness.equal_spend:
        found["equal_spend"] = {
            "reference": money.reference,
            "spend": plain(money.spend),
            "logics": {
                name: {key: value for key, value in plain(logic).items() if key != "lead_by_day"}
                for name, logic in money.logics.items()
            },
            "pairs": money.pairs,
            "stopped": money.stopped,
        }
    if fairness.decomposition:
        found["decomposition"] = plain(fairness.decomposition)
    return found


def summary_of_runs(runs: Sequence[Run]) -> dict[str, Any]:
    """Summaries of the replications of one logic as plain data; money in cents of the currency."""
    first = runs[0]
    return {
        "title": first.scenario.title,
        "currency": first.scenario.currency,
        "days": first.scenario.days,
        "logic": first.logic,
        "seed": first.seed,
        "engine": first.engine,
        "r_fan": plain_gain(gain_of(runs)),
        "replications": [
            {"replication": run.replication, "ending": plain(run.ending), **plain(run.summary)} for run in runs
        ],
        "seconds": round(sum(run.seconds for run in runs), 3),
    }


def write_figures(
    drawn: "Mapping[str, Figure]", folder: Path, lang: Lang, drawable: "Callable[[], Mapping[str, Figure]]"
) -> None:
    """Vector graphics, and bitmaps of what ``drawable`` draws in a language that this machine has a font for."""
    folder.mkdir()
    for name, figure in drawn.items():
        _save(figure, folder / f"{name}.svg")
    # A bitmap needs the glyphs here and now; a page or a vector graphic is shown with the reader's fonts.
    for name, figure in (drawn if _drawable(lang, "png") == lang else drawable()).items():
        _save(figure, folder / f"{name}.png")


def _drawable(lang: Lang, suffix: str) -> Lang:
    from sim.report.style import has_chinese_font

    return lang if lang == "en" or suffix == "svg" or has_chinese_font() else "en"


def _save(figure: "Figure", path: Path) -> None:
    from sim.report.style import png_of, svg_of

    if path.suffix == ".svg":
        path.write_text(svg_of(figure), encoding="utf-8")
    else:
        path.write_bytes(png_of(figure))

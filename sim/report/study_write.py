"""Writing of studies: the folder of a sensitivity study, a regime map, an optimisation, or the pictures of a sweep."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.regimes import SURE
from sim.batch.experiment import Study
from sim.report.data import plain
from sim.report.optimum_figures import optimum_figures
from sim.report.regime_figures import regime_figure
from sim.report.response_figures import curve_figure, heat_figure, within_figure
from sim.report.sensitivity_figures import sensitivity_figures
from sim.report.words import Lang
from sim.report.write import PROVENANCE, write_figures
from sim.results import Provenance, write_json, write_table
from sim.scenario import Scenario
from sim.studies.optimise import Optimum
from sim.studies.regimes import RegimeMap
from sim.studies.responses import Responses, figures_of
from sim.studies.sensitivity import Sensitivity

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Drawn = Callable[[Lang], "Mapping[str, Figure]"]


def _write(folder: Path, summary: Any, provenance: Provenance, drawn: Drawn, lang: Lang) -> None:
    write_json(summary, folder / "summary.json")
    write_json(plain(provenance), folder / PROVENANCE)
    write_figures(drawn(lang), folder / "figures", lang, lambda: drawn("en"))


def write_sensitivity(
    found: Sensitivity, study: Study, table: "pd.DataFrame", folder: Path, lang: Lang, provenance: Provenance
) -> None:
    """Table of the runs, indices, shares of the space, and figures."""
    write_table(_writable(table), folder / "results.parquet")
    write_table(indices_table(found), folder / "indices.parquet")
    _write(
        folder, summary_of_sensitivity(found), provenance, lambda of: sensitivity_figures(study.base, found, of), lang
    )


def indices_table(found: Sensitivity) -> "pd.DataFrame":
    """A row per factor and size of the sample, the last size being the whole."""
    import pandas as pd

    rows = []
    for indices in found.course or (found.indices,):
        for k, name in enumerate(indices.names):
            row: dict[str, Any] = {"factor": name, "method": indices.method, "samples": indices.samples}
            for kind in ("first", "total"):
                values = getattr(indices, kind)
                interval = values[k] if values is not None else None
                for part in ("estimate", "low", "high"):
                    row[f"{kind}_{part}"] = getattr(interval, part) if interval else float("nan")
            row["spread"] = indices.spread[k] if indices.spread else float("nan")
            row["signed"] = indices.signed[k] if indices.signed else float("nan")
            rows.append(row)
    return pd.DataFrame(rows)


def summary_of_sensitivity(found: Sensitivity) -> dict[str, Any]:
    """What was found as plain data."""
    summary: dict[str, Any] = plain(found)
    if found.flip is not None:
        shares = zip(summary["flip"]["shares"], found.flip.shares, strict=True)
        summary["flip"]["shares"] = [share | {"open": of.open} for share, of in shares]
    return summary


def write_regimes(found: RegimeMap, scenario: Scenario, folder: Path, lang: Lang, provenance: Provenance) -> None:
    """Points of the map, what the theory says on its lattice, and the figure."""
    write_table(cells_table(found), folder / "cells.parquet")
    if found.theory:
        write_table(theory_table(found), folder / "predicted.parquet")
    drawn: Drawn = lambda of: {"regimes": regime_figure(scenario, found, of)}  # noqa: E731
    _write(folder, summary_of_regimes(found), provenance, drawn, lang)


def cells_table(found: RegimeMap) -> "pd.DataFrame":
    """A row per logic and point, in the order in which they were run."""
    import pandas as pd

    rows = []
    for logic, cells in found.cells.items():
        for cell in cells:
            row = {"logic": logic, **dict(zip(found.factors, cell.values, strict=True)), "runs": cell.runs}
            regime = cell.regime
            if regime is not None:
                row |= {"state": regime.state.name.lower() if regime.state is not None else "still"}
                row |= {"confidence": regime.confidence, "r_fan": regime.gain}
                row |= {"own": regime.own.estimate, "net": regime.net.estimate}
            rows.append(row | {"message": cell.message})
    return pd.DataFrame(rows)


def theory_table(found: RegimeMap) -> "pd.DataFrame":
    """A row per logic and place of the lattice at which the theory was asked."""
    import pandas as pd

    first, second = found.factors
    rows = [
        {"logic": logic, first: x, second: y, "own": told.own[n, m], "net": told.net[n, m]}
        for logic, told in found.theory.items()
        for n, y in enumerate(told.y)
        for m, x in enumerate(told.x)
    ]
    return pd.DataFrame(rows)


def summary_of_regimes(found: RegimeMap) -> dict[str, Any]:
    """Points by regime and logic, and how far the theory is from them."""
    by_logic = {}
    for logic, cells in found.cells.items():
        states = [c.regime.state.name.lower() for c in cells if c.regime is not None and c.regime.state is not None]
        sure = [c.regime.confidence >= SURE for c in cells if c.regime is not None]
        by_logic[logic] = {
            "points": len(cells),
            "failed": sum(cell.regime is None for cell in cells),
            "sure": sum(sure),
            "states": {state: states.count(state) for state in sorted(set(states))},
            "theory": plain(found.apart(logic)),
        }
    return {
        "factors": list(found.factors), "seed": found.seed, "replications": found.replications,
        "logics": by_logic, "broken_off": found.broken,
    }  # fmt: skip


def write_optimum(found: Optimum, file: str, folder: Path, target: Path, lang: Lang, provenance: Provenance) -> None:
    """All candidates, the scenario with the best plans, and figures.

    file    what was optimised: a path or the name of a shipped scenario
    folder  to write into;  target: where it will be
    """
    write_table(trials_table(found), folder / "trials.parquet")
    if found.chosen:
        (folder / "best.toml").write_text(best_toml(found, file, target), encoding="utf-8")
    _write(folder, summary_of_optimum(found), provenance, lambda of: optimum_figures(found, of), lang)


def trials_table(found: Optimum) -> "pd.DataFrame":
    """A row per candidate: its knobs, means of its figures, and what became of it."""
    import pandas as pd

    rows = []
    for trial in found.trials:
        row: dict[str, Any] = {"candidate": trial.number, "status": trial.status}
        row |= {knob.key: knob.at(trial.places[knob.key]) for knob in found.knobs}
        row |= {name: float(values.mean()) for name, values in trial.figures.items()}
        row |= {"pairs": len(next(iter(trial.figures.values()), ())), "keeps_limits": trial.keeps}
        rows.append(row | {"message": trial.message})
    return pd.DataFrame(rows)


def best_toml(found: Optimum, file: str, target: Path) -> str:
    """A scenario file that adds the best plans to the one that was optimised."""
    import tomli_w

    path = Path(file)
    extends = file if not path.is_file() else Path(os.path.relpath(path.absolute(), target.absolute())).as_posix()
    plans = named_plans(found)
    head = (
        f"# The best fixed plans for {' and '.join(found.aims)} after {found.scenario.days} days, found by a search.\n"
    )
    tree = {"extends": extends, "days": found.scenario.days, "logics": plans}
    return head + tomli_w.dumps(tree)


def named_plans(found: Optimum) -> dict[str, Any]:
    """Name → table of each chosen plan."""
    if len(found.chosen) == 1:
        return {"best": found.trials[found.chosen[0]].plan}
    return {f"best-{n + 1}": found.trials[number].plan for n, number in enumerate(found.chosen)}


def summary_of_optimum(found: Optimum) -> dict[str, Any]:
    """What was found as plain data."""
    counts = [trial.status for trial in found.trials]
    return {
        "aim": found.aim,
        "days": found.scenario.days,
        "currency": found.scenario.currency,
        "limits": plain(found.limits),
        "like": found.like,
        "sampler": found.sampler,
        "seed": found.seed,
        "fresh_seed": found.fresh_seed,
        "pairs": found.pairs,
        "fresh_pairs": found.fresh_pairs,
        "candidates": {status: counts.count(status) for status in ("done", "pruned", "failed")},
        "plans": plain(named_plans(found)),
        "judged": [plain(one) for one in found.judged],
        "broken_off": found.broken,
    }


def write_responses(
    found: Responses, study: Study, table: "pd.DataFrame", folder: Path, lang: Lang, provenance: Provenance
) -> None:
    """Table of the runs, the values of curves and maps, and figures."""
    write_table(_writable(table), folder / "results.parquet")
    _write(folder, plain(found), provenance, lambda of: response_figures(found, study, of), lang)


def response_figures(found: Responses, study: Study, lang: Lang = "en") -> "dict[str, Figure]":
    """Curves by factor, and apart by kind; maps by figure, and the lead of the first logic over the second."""
    figures = {
        f"over-{number + 1}": curve_figure(study.base, curves, factor, lang, found.ahead.get(factor), study.logics)
        for number, (factor, curves) in enumerate(found.curves.items())
    }
    first = figures_of(study)[0]
    for number, (factor, parts) in enumerate(found.within.items()):
        figures[f"within-{number + 1}"] = within_figure(study.base, parts, factor, first, lang)
    if found.heats:
        x, y = study.points.free
        figures |= {
            f"map-{name}": heat_figure(study.base, heats, (x, y), name, lang) for name, heats in found.heats.items()
        }
        if found.leads is not None:
            title = " − ".join(study.logics[:2])
            figures["map-lead"] = heat_figure(study.base, {title: found.leads}, (x, y), "margin", lang)
    return figures


def _writable(table: "pd.DataFrame") -> "pd.DataFrame":
    """Columns of one type each: Parquet takes no mixtures."""
    kept = table.copy()
    for name in kept.columns:
        if kept[name].dtype == object:
            numbers = kept[name].map(lambda value: isinstance(value, int | float) or value is None)
            kept[name] = kept[name].astype(float) if numbers.all() else kept[name].astype(str)
    return kept

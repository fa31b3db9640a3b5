"""All checks on fresh seeds: ``poe verify``. See docs/verification.md."""

import argparse
import datetime as dt
import json
import secrets
import sys
import time
from pathlib import Path

from rich.console import Console

from . import CHAPTERS
from .page import page
from .verdicts import CHECKS, FAR, Effort, Observed, Outcome, exactly, verified


def _options():
    parser = argparse.ArgumentParser(prog="poe verify", description="Verify the engine against theory, on fresh seeds.")
    parser.add_argument("--seed", type=int, help="of a run to be repeated [default: a fresh one, which is printed]")
    parser.add_argument("--quick", action="store_true", help="the short version, some three minutes")
    parser.add_argument("--only", nargs="+", metavar="TEXT", help="checks whose name or chapter contains one of these")
    parser.add_argument("--out", type=Path, help="folder of verification.html and .json [default: under runs/]")
    parser.add_argument(
        "--lifetimes-python", metavar="PYTHON", help="Python of an environment with lifetimes, for BG/NBD"
    )
    return parser.parse_args()


def _chosen(only):
    order = [chapter.CHAPTER for chapter in CHAPTERS]
    every = sorted(CHECKS.values(), key=lambda c: order.index(c.chapter))
    return [c for c in every if not only or any(t.lower() in f"{c.name} {c.chapter}".lower() for t in only)]


def _line(outcome):
    worst = outcome.seen.worst
    what = "" if worst.exact and not worst.far else f"  {worst.what}: z = {worst.z:.2f}"
    return f"{outcome.verdict:7}{outcome.seconds:7.1f} s  {outcome.check.name}{what}"


def _tried(one, effort):
    """The outcome of a check; one that breaks misses, and the others go on."""
    try:
        return verified(one, effort)
    except Exception as error:
        return Outcome(one, Observed([exactly(f"broke: {type(error).__name__}: {error}", False)]), None, 0.0)


def main():
    """Run the checks, print a line of each, write the page; 1 where one does not hold."""
    options, console = _options(), Console(width=160, highlight=False)
    effort = Effort(
        secrets.randbits(48) if options.seed is None else options.seed, options.quick, options.lifetimes_python
    )
    checks = _chosen(options.only)
    if not checks:
        console.print("no check has such a name; all: " + ", ".join(CHECKS))
        return 2
    console.print(f"seed {effort.seed}; {len(checks)} checks, too far is |z| > {FAR:.2f}")
    began, outcomes = time.perf_counter(), []
    for one in checks:
        outcomes.append(_tried(one, effort))
        console.print(_line(outcomes[-1]), style="red" if outcomes[-1].verdict != "holds" else None, markup=False)
    seconds = time.perf_counter() - began
    out = options.out or Path("runs") / f"verification-{dt.datetime.now():%Y%m%d-%H%M%S}"
    out.mkdir(parents=True, exist_ok=True)
    command = f"poe verify --seed {effort.seed}" + (" --quick" if effort.quick else "")
    (out / "verification.html").write_text(page(outcomes, effort, seconds, command), encoding="utf-8")
    (out / "verification.json").write_text(
        json.dumps(_plain(outcomes, effort), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    bad = [o.check.name for o in outcomes if o.verdict not in ("holds", "left out")]
    count = sum(len(o.seen.distances) for o in outcomes)
    console.print(
        f"{len(outcomes) - len(bad)} of {len(outcomes)} do not miss ({count} distances, {seconds / 60:.1f} min): "
        f"{out / 'verification.html'}"
    )
    if bad:
        console.print(f"do not hold: {', '.join(bad)}. Repeat with: {command}", style="red")
    return 1 if bad else 0


def _plain(outcomes, effort):
    return {
        "seed": effort.seed,
        "quick": effort.quick,
        "checks": [
            {
                "name": o.check.name, "chapter": o.check.chapter, "verdict": o.verdict, "seconds": round(o.seconds, 2),
                "distances": [{"what": d.what, "p": d.p, "exact": d.exact} for d in o.seen.distances],
                "off_p": None if o.off is None else o.off.worst.p, "table": [list(row) for row in o.seen.table],
            }
            for o in outcomes
        ],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

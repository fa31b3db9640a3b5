"""All benchmarks: ``python -m benchmarks``. See docs/benchmarks.md."""

import argparse
import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.child import Failed
from benchmarks.fan_lite.measure import PEERS
from benchmarks.sections import SECTIONS, Effort, machine
from benchmarks.show import draw, picture_memory, print_section, print_verdicts
from benchmarks.verdicts import verdicts


def _peer_python(text: str) -> tuple[str, str]:
    peer, _, python = text.partition("=")
    if peer not in PEERS or not Path(python).is_file():
        raise argparse.ArgumentTypeError(f'"{text}" is not PEER=PYTHON; peers: {", ".join(PEERS)}')
    return peer, python


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Sanyu and its peers.")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="sections, default all")
    parser.add_argument("--quick", action="store_true", help="all sections within some three minutes")
    parser.add_argument("--large", action="store_true", help="10^7 fans, too; takes several GiB")
    parser.add_argument("--out", type=Path, help="folder of benchmarks.json and benchmarks.svg [default: under runs/]")
    parser.add_argument(
        "--peer-python", type=_peer_python, action="append", default=[], metavar="PEER=PYTHON",
        help="measure a peer with the Python of another environment, which needs NumPy and the peer only",
    )  # fmt: skip
    return parser.parse_args()


def main() -> int:
    """Measure, print, write; 1 where a section failed or an engine lives another model."""
    options = _options()
    console, log = Console(), Console(stderr=True)
    if not console.is_terminal:
        console.width = 160
    out = options.out or Path("runs") / f"benchmarks-{dt.datetime.now():%Y%m%d-%H%M%S}"
    out.mkdir(parents=True, exist_ok=True)
    effort = Effort(options.quick, options.large, dict(options.peer_python), lambda what: log.print(f"[dim]{what}[/]"))
    results: dict[str, Any] = {}
    about = {"quick": options.quick, "machine": machine()}
    began = time.perf_counter()
    for name in options.only:
        try:
            results[name] = SECTIONS[name](effort)
        except Failed as failure:
            results[name] = {"failed": str(failure)}
        print_section(console, name, results[name])
        _write(out, about | {"seconds": time.perf_counter() - began, "load_now": machine()["load"]}, results)
    whole = {name: found for name, found in results.items() if "failed" not in found}
    lines = verdicts(whole)
    print_verdicts(console, lines)
    draw(whole, lines, out / "benchmarks.svg")
    if "batch" in whole:
        picture_memory(whole["batch"], out / "sweep-memory.svg")
    about |= {"must_reach": [line._asdict() | {"met": line.met} for line in lines]}
    _write(out, about | {"seconds": time.perf_counter() - began, "load_now": machine()["load"]}, results)
    console.print(f"{time.perf_counter() - began:.0f} s; results in {out}")
    return int(len(whole) < len(results))


def _write(out: Path, about: dict[str, Any], results: dict[str, Any]) -> None:
    text = json.dumps(about | {"sections": results}, indent=2, ensure_ascii=False)
    (out / "benchmarks.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

"""Start-up: ``sanyu run`` on a tiny scenario with an empty and with a filled cache, and what it imports."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TINY = 'extends = "liquor"\ntitle = "Tiny"\ndays = 3\npool.fans = 100\n'
NOTABLE = 0.1  # seconds of an import that is named
NEVER = ("mesa", "matplotlib")


def _processor() -> float:
    """Seconds of processor time of all processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _sanyu(folder: Path, name: str, *options: str) -> tuple[float, float, str]:
    """Seconds by the clock and of processor time, and standard error, of one ``sanyu run``."""
    command = [sys.executable, *options, "-m", "sim", "run", str(folder / "tiny.toml"), "--quiet", "--overwrite"]
    began, processor = time.perf_counter(), _processor()
    done = subprocess.run(
        [*command, "--out", str(folder / name)],
        env=os.environ | {"SANYU_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return time.perf_counter() - began, _processor() - processor, done.stderr


def imports(times: str) -> list[tuple[str, float]]:
    """Modules with the seconds of their import, those below included, from what ``-X importtime`` prints."""
    found = []
    for line in times.splitlines():
        if line.startswith("import time:") and "|" in line and "cumulative" not in line:
            _, cumulative, name = line.removeprefix("import time:").split("|")
            found.append((name.strip(), int(cumulative) / 1e6))
    return found


def start_up(repeats: int) -> dict[str, Any]:
    """Seconds of the first run and of later ones; imports that take long; any that must not be there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
        first = _sanyu(folder, "first")
        later = [_sanyu(folder, "later") for _ in range(repeats)]
        *_, times = _sanyu(folder, "watched", "-X", "importtime")
    found = imports(times)
    return {
        "first": first[0],
        "later": [seconds for seconds, _, _ in later],
        "later_processor": [busy for _, busy, _ in later],
        "slow_imports": sorted(((n, s) for n, s in found if s >= NOTABLE), key=lambda item: -item[1]),
        "unwanted": sorted({n.split(".")[0] for n, _ in found} & set(NEVER)),
        "modules": len(found),
    }

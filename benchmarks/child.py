"""Each measurement in a fresh process, so that its peak of memory and its warm-up are its own.

    python -m benchmarks.child benchmarks.engines:full_model '{"fans": 1000, ...}'

calls the function and prints its result as JSON on the last line. This file needs nothing but the standard library,
so that a peer can run in an environment of its own.
"""

import importlib
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Memory:
    """Peak of this process's memory since this object was made, in bytes; Linux counts in KiB, macOS in bytes."""

    def __init__(self) -> None:
        self.before = self._most()

    @staticmethod
    def _most() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

    def peak(self) -> int:
        """Bytes above the highest point before."""
        return self._most() - self.before


class Failed(RuntimeError):
    """A measurement that did not end well; the text is its last line on standard error."""


def call(function: str, python: str = sys.executable, env: dict[str, str] | None = None, **arguments: Any) -> Any:
    """Result of a function (``module:name``) that was called in a fresh process."""
    command = [python, "-m", "benchmarks.child", function, json.dumps(arguments)]
    environment = os.environ | (env or {})
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    print(json.dumps(getattr(importlib.import_module(module), name)(**json.loads(sys.argv[2]))))


if __name__ == "__main__":
    main()

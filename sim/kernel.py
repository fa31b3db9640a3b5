"""Whether this process needs compiled rules, and where what is known of them is kept. Imports nothing heavy."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_wanted = True


def is_not_needed() -> None:
    """Rules that are imported from now on stay plain Python, and Numba is not imported: half a second less.

    For commands that look things up. The numbers are the same; whoever then simulates in the same process gets them
    about a thousand times slower. Rules that are imported already stay as they are.
    """
    global _wanted  # noqa: PLW0603  (decided once for the whole process, before its first rule)
    _wanted = False


def wanted() -> bool:
    """True when rules are to be compiled: nobody has declined it, and ``NUMBA_DISABLE_JIT`` is not set."""
    return _wanted and os.environ.get("NUMBA_DISABLE_JIT", "0").strip() in ("", "0")


def homes() -> Iterator[Path]:
    """Folders in which compiled rules and measured speeds may be kept, the best first; they need not be writable."""
    import platformdirs

    if named := os.environ.get("SANYU_CACHE_DIR"):
        yield Path(named)
    yield Path(platformdirs.user_cache_dir("sanyu", appauthor=False))
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""  # on Windows every user has a temporary folder
    yield Path(tempfile.gettempdir()) / f"sanyu{user}"

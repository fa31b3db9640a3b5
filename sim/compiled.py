"""Compilation: the one decorator of every rule, and where compiled rules are kept.

``@rule`` compiles a pure scalar function with Numba. With ``NUMBA_DISABLE_JIT=1`` it is the identity, and the
same function is read, stepped through and run as plain Python. Numba is then not even imported, and neither is it in
a process that has said ``sim.kernel.is_not_needed()`` before it imported any rule.

Compiled code is kept in a folder of the user's cache directory whose name holds a hash of every source that
can be compiled into a rule, of the flags and of the versions. Numba alone would miss two changes (an edit in a
helper of another file, another flag) and go on returning the old rule.
"""

import hashlib
import re
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim import kernel

numba: Any = None
config: Any = None  # of Numba; its settings are made at run time
INTERPRETED = not kernel.wanted()
if not INTERPRETED:
    import numba
    from numba.core import config

    INTERPRETED = bool(config.DISABLE_JIT)  # Numba has a file of settings, too

# Division by zero is excluded by the rules themselves; "numpy" saves the check. fastmath stays off: it would
# reorder sums and break equality with plain Python.
FLAGS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": False, "no_cfunc_wrapper": True}

_PACKAGE = Path(__file__).resolve().parent
_MAKES_RULES = re.compile(rb"^from sim\.compiled import .*\b(?:rule|rare)\b", re.MULTILINE)
_ROOMS = ("compiled", "domains", "engines", "parameters", "plans", "rules", "streams")  # what rules may name
_IMPORTS = re.compile(rb"^(?:from|import) (sim(?:\.\w+)*)(?: import ([\w, ]+))?", re.MULTILINE)


def sources() -> list[Path]:
    """Files whose text decides what compiled code does: those with rules, and all that they import, and so on.

    A compiled rule can hold only what its own module knows by name, so a file that none of them reaches may change
    without a new compile. Rules name nothing from the rooms above the engines; a test looks.
    """
    everything = (path for room in _ROOMS for path in (_PACKAGE / f"{room}.py", *(_PACKAGE / room).glob("*.py")))
    texts = {path: path.read_bytes() for path in everything if path.exists()}
    found = {Path(__file__).resolve()}
    waiting = [path for path, text in texts.items() if _MAKES_RULES.search(text)]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for module, names in _IMPORTS.findall(texts[path]):
            inner = [module, *(module + b"." + name.strip() for name in names.split(b","))]
            files = [_PACKAGE.parent.joinpath(*name.decode().split(".")) for name in inner]
            both = (candidate for file in files for candidate in (file.with_suffix(".py"), file / "__init__.py"))
            waiting += [candidate for candidate in both if candidate in texts]
    return sorted(found)


def fingerprint() -> str:
    """Hash of all sources, flags and versions that decide what compiled code does."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(repr((sorted(FLAGS.items()), version("numba"), version("numpy"), sys.version)).encode())
    return digest.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    """Tried and not asked: permission bits bind no administrator, and a read-only file system shows in no bit."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path:
    """Folder of compiled rules for exactly these sources: the first of these places that can be written.

    ``SANYU_CACHE_DIR``, the user's cache folder, one for this user among the temporary files, and where none of them
    can be, a new one that only this process knows. The folder of the installed package is never written.
    """
    name = f"rules-{fingerprint()}"
    folders = (home / name for home in kernel.homes())
    return next(filter(_writable, folders), None) or Path(tempfile.mkdtemp(prefix="sanyu-"))


CACHE = Path() if INTERPRETED else cache_folder()


def is_cached() -> bool:
    """True when the fast engine's kernel has been compiled on this machine for exactly these sources."""
    return any(CACHE.rglob("*advance_rows*.nbi"))


def _compile[Function: Callable[..., Any]](function: Function, inline: bool) -> Function:
    if INTERPRETED:
        return function
    before = config.CACHE_DIR
    config.CACHE_DIR = str(CACHE)  # read by Numba while it decorates; other users of Numba are left alone
    try:
        compiled: Any = numba.njit(cache=True, forceinline=inline, **FLAGS)(function)
    finally:
        config.CACHE_DIR = before
    _without_literals(compiled)
    return compiled  # type: ignore[no-any-return]


def _without_literals(dispatcher: Any) -> None:
    """Let f(x, 0) and f(x, 1) use one compiled f(float, int); Numba would compile each anew."""
    template = dispatcher.get_call_template

    def get_call_template(args: Any, kws: Any) -> Any:
        unliteral: Any = numba.types.unliteral
        return template(tuple(map(unliteral, args)), {name: unliteral(kind) for name, kind in kws.items()})

    dispatcher.get_call_template = get_call_template


def rule[Function: Callable[..., Any]](function: Function) -> Function:
    """Compile a pure scalar function into whatever calls it; the identity when compilation is switched off.

    Without inlining a fan's day takes twice the time: its structs would be copied from call to call.
    """
    return _compile(function, inline=True)


def rare[Function: Callable[..., Any]](function: Function) -> Function:
    """Compile a function that is seldom called, as a call of its own: kernels stay small and compile sooner."""
    return _compile(function, inline=False)


def direct(function: Any, *arguments: Any) -> Any:
    """The compiled form of a rule for arguments of these types, to be called without looking at their types again.

    A call from Python then costs a third: most of it is the look at every field of a ``Person`` or ``Fan``. All later
    arguments must have the types of these. In plain Python it is the rule itself.
    """
    return function if INTERPRETED else function.compile(tuple(map(numba.typeof, arguments)))


def plain(function: Any) -> Any:
    """A rule as plain Python, where a call of compiled code costs more than the few sums and products of the rule.

    Not for rules that call others, nor with tables that are records.
    """
    return function if INTERPRETED else function.py_func


class at_once:
    """A rule that is called from Python day by day: its compiled form is found at the first call, and then called.

    Every look at the types of records and arrays costs more than a small rule. So all calls must have arguments of the
    types of the first, and arrays that lie in one piece. In plain Python it is the rule itself.
    """

    def __init__(self, function: Any) -> None:
        self.function = function
        self.entry: Any = None

    def __call__(self, *arguments: Any) -> Any:
        """The rule's value."""
        if self.entry is None:
            self.entry = direct(self.function, *arguments)
        return self.entry(*arguments)

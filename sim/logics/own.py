"""Logics of the user's own: a class in a Python file beside the scenario, or in an installed package.

A scenario names one by ``kind = "my_logic.py:Weekend"`` or ``kind = "my_package.logics:Weekend"``. Loading such a
scenario runs that Python code, as importing it would: load only files whose code you would run.
"""

import copyreg
import hashlib
import importlib
import inspect
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.domains import TIERS
from sim.logics.base import Logic
from sim.plans import Brief, Plan, Seen

SUFFIX = ".py"
_loaded: dict[str, tuple[bytes, type[Logic]]] = {}  # kind → source of its file, class


class OwnLogicError(Exception):
    """A logic of the user's own cannot be loaded, or did not work; the text says which, where and why.

    known  names of logics that could have been meant
    """

    def __init__(self, message: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.known = known


def is_own(kind: str) -> bool:
    """True for a kind that names a class: ``my_logic.py:Weekend`` or ``my_package.logics:Weekend``."""
    return ":" in kind


def located(kind: str, folder: Path) -> str:
    """A kind that means the same from everywhere: the path of a file made absolute.

    folder  where the file lies that names it
    """
    place, _, name = kind.rpartition(":")
    return f"{(folder / place).resolve()}:{name}" if place.endswith(SUFFIX) else kind


def source_of(kind: str) -> Path | None:
    """The Python file that a located kind names, None for one of a package or a shipped one."""
    place, colon, _ = kind.rpartition(":")
    return Path(place) if colon and place.endswith(SUFFIX) else None


def source(kind: str) -> bytes:
    """The text of the file of a located kind as it was when its class was loaded."""
    return _loaded[kind][0]


def own_logic(kind: str) -> type[Logic]:
    """The class of a located kind, loaded anew when its file has changed.

    Raises OwnLogicError when there is no such file or class, when its code fails, or when it is not a logic.
    """
    place, _, name = kind.rpartition(":")
    file = source_of(kind)
    text = _read(file) if file else b""
    if kind in _loaded and _loaded[kind][0] == text:
        return _loaded[kind][1]
    module = _module(place, file, text)
    logics = tuple(n for n, c in vars(module).items() if _is_logic(c) and c.__module__ == module.__name__)
    found = getattr(module, name, None)
    shown = file.name if file else place
    if found is None:
        raise OwnLogicError(f"there is no {name} in {shown}.", logics)
    if not _is_logic(found):
        raise OwnLogicError(f"{name} in {shown} is not a logic: write class {name}(Logic) with a method plan.", logics)
    if inspect.isabstract(found):
        missing = ", ".join(sorted(found.__abstractmethods__))
        raise OwnLogicError(f"{name} in {shown} lacks the method {missing}.")
    if found.model_fields["kind"].annotation is not str:
        raise OwnLogicError(f"{name} in {shown} says its kind itself: leave kind out, the scenario says it.")
    if not (isinstance(found.memory, int) and found.memory >= 0 and isinstance(found.every, int) and found.every >= 1):
        raise OwnLogicError(f"{name} in {shown} needs memory, 0 or more days, and every, 1 or more, as whole numbers.")
    _loaded[kind] = text, found
    copyreg.pickle(found, _reduced)
    return _loaded[kind][1]


def _is_logic(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, Logic) and thing is not Logic


def _reduced(logic: Logic) -> tuple[Any, ...]:
    """How a logic is pickled: another process loads its class from the file again."""
    return _restored, (logic.kind, logic.model_dump(by_alias=True))


def _restored(kind: str, values: dict[str, Any]) -> Logic:
    return own_logic(kind).model_validate(values)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise OwnLogicError(f"{file.name} cannot be read: {why}.") from None


def _module(place: str, file: Path | None, text: bytes) -> ModuleType:
    try:
        if file is None:
            importlib.invalidate_caches()
            return importlib.import_module(place)
        name = f"sanyu_own_{file.stem}_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
        module = ModuleType(name)
        module.__file__ = str(file)
        sys.modules[name] = module  # where pydantic looks up the names in annotations
        exec(compile(text, str(file), "exec"), module.__dict__)
        return module
    except Exception as error:
        raise OwnLogicError(f"{file.name if file else place} cannot be loaded: {_reason(error, file)}.") from error


def _reason(error: Exception, file: Path | None) -> str:
    """What went wrong in the user's code, and at which line of the file."""
    text = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(". ")
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if file is not None and f.filename == str(file)]
    return f"line {frames[-1].lineno}: {text}" if frames else text


def planned(logic: Logic, name: str, brief: Brief, seen: Seen) -> Plan:
    """What a logic plans; of a logic of the user's own it is checked before the engine uses it.

    name  of the logic in its scenario

    Raises OwnLogicError, with the day and the line, when the user's code fails or plans what is not possible.
    """
    if not is_own(getattr(logic, "kind", "")):
        return logic.plan(brief, seen)
    where = f"logics.{name}, day {seen.day + 1}"
    try:
        plan = logic.plan(brief, seen)
        wrong = impossible(plan, brief)
    except Exception as error:
        raise OwnLogicError(f"{where}: {_reason(error, source_of(logic.kind))}.") from error
    if wrong:
        raise OwnLogicError(f"{where}: {wrong}")
    return plan


def impossible(plan: Any, brief: Brief) -> str:
    """What of a plan no engine could carry out, empty if nothing."""
    if not isinstance(plan, Plan):
        return f"plan returned {type(plan).__name__}, not a Plan."
    for name, most in (("pushes", float("inf")), ("value_share", 1.0)):
        table = getattr(plan, name)
        shape = [len(tiers) for tiers in table] if isinstance(table, tuple) else None
        if shape != [TIERS] * len(brief.channels):
            return f"{name} needs {len(brief.channels)} channels × {TIERS} tiers as tuples; to_all_tiers makes them."
        bad = [f for tiers in table for f in tiers if not 0.0 <= f <= most]
        if bad:
            return f"{name} holds {bad[0]}, outside 0 … {most:g}."
    for name in ("quality", "discount"):
        if not 0.0 <= getattr(plan, name) <= 1.0:
            return f"{name} = {getattr(plan, name)} is outside 0 … 1."
    if not isinstance(plan.ads_per_day, int) or plan.ads_per_day < 0:
        return f"ads_per_day = {plan.ads_per_day} is not a whole number of cents, 0 or more."
    if not plan.bid > 0.0:
        return f"bid = {plan.bid} is not above 0."
    if plan.ask_to_join and not (
        len(plan.ask_to_join) == len(brief.channels) and all(factor >= 0.0 for factor in plan.ask_to_join)
    ):
        return f"ask_to_join needs {len(brief.channels)} factors, 0 or more, or none; asked_of makes them."
    if plan.schedule and not (
        len(plan.schedule) == len(brief.channels) and all(day in range(7) for days in plan.schedule for day in days)
    ):
        return f"schedule needs the weekdays 0 … 6 of {len(brief.channels)} channels, or none; scheduled makes them."
    for name in ("segment_frequency", "segment_value_share", "segment_schedule"):
        if len(getattr(plan, name)) not in (0, len(brief.segments)):
            return f"{name} needs {len(brief.segments)} entries, one for each segment, or none; apart makes them."
    if any(not factor >= 0.0 for factor in plan.segment_frequency):
        return "segment_frequency holds a factor below 0."
    if any(share is not None and not 0.0 <= share <= 1.0 for share in plan.segment_value_share):
        return "segment_value_share holds a share outside 0 … 1."
    if any(day not in range(7) for days in plan.segment_schedule for day in days or ()):
        return "segment_schedule holds a weekday outside 0 … 6."
    for name in ("lives_per_week", "red_packets_per_week"):
        if not getattr(plan, name) >= 0.0:
            return f"{name} = {getattr(plan, name)} is below 0."
    return ""

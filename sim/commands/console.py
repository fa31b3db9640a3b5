"""What the commands share: their common options, messages, exit codes, and how they stop."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

if TYPE_CHECKING:
    from sim.scenario.load import Loaded

BEGAN = time.perf_counter()
DONE, FAILED, WRONG, SOME_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
LARGEST_SEED = 2**64 - 1

OUTPUT = Group("Output", sort_key=2)
File = Annotated[str, Parameter(help="Scenario file, or the name of a shipped one.")]
Seed = Annotated[int, Parameter(help="Seed of all chance; the same seed gives the same numbers.")]
Engine = Annotated[
    Literal["arrays", "agents"],
    Parameter(help="arrays is fast, agents is readable; both give the same numbers."),
]
Out = Annotated[Path | None, Parameter(group=OUTPUT, help="Folder of the results [default: runs/TITLE-HASH].")]
Overwrite = Annotated[
    bool, Parameter(negative="", group=OUTPUT, help="Replace the results in that folder.", show_default=False)
]
Json = Annotated[
    bool,
    Parameter(
        name="--json",
        negative="",
        group=OUTPUT,
        help="JSON on standard output, nothing else.",
        show_default=False,
    ),
]
Quiet = Annotated[
    bool,
    Parameter(negative="", group=OUTPUT, help="Print the folder of the results, nothing else.", show_default=False),
]
Lang = Annotated[Literal["en", "zh"], Parameter(group=OUTPUT, help="Language of what people read.")]


class Wrong(Exception):
    """The input or the usage is wrong: one line per mistake, exit code 2."""


class Failed(Exception):
    """Something outside went wrong: one line, exit code 1."""


def patient[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """A command whose first Ctrl-C stops the computing and says so at once; later ones do not stop the writing."""

    @wraps(command)
    def interruptible(*arguments: P.args, **options: P.kwargs) -> R:
        import signal
        import threading

        def first(*_: object) -> None:
            ignore_interrupts()
            with suppress(OSError):  # written below Python's buffers, which this may have interrupted
                os.write(2, b"Interrupted; what is finished is being kept ...\n")
            raise KeyboardInterrupt

        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
            return command(*arguments, **options)
        signal.signal(signal.SIGINT, first)
        try:
            return command(*arguments, **options)
        finally:
            signal.signal(signal.SIGINT, before)

    return interruptible


def ignore_interrupts() -> None:
    """From here on Ctrl-C is not heard; in the main thread, where it would be."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def writing(target: Path, overwrite: bool) -> Iterator[Path]:
    """The folder to write results into; Ctrl-C does not lose them. For use in a command that is patient."""
    import signal
    import threading

    from sim.report.write import NotWritten, replacing

    before = signal.getsignal(signal.SIGINT)
    ignore_interrupts()
    try:
        with replacing(target, overwrite) as folder:
            yield folder
    except NotWritten as error:
        raise Failed(str(error)) from None
    except FileExistsError:
        raise Failed(f"{target} was made by another program meanwhile; nothing was written.") from None
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


def without_kernel() -> None:
    """This command only looks things up: Numba is not imported."""
    from sim import kernel

    kernel.is_not_needed()


def load_file(file: str) -> "Loaded":
    """A scenario file or shipped scenario; Wrong with all its mistakes."""
    from sim.scenario.load import load
    from sim.scenario.mistakes import ScenarioError

    try:
        return load(file)
    except ScenarioError as error:
        raise Wrong(str(error)) from None


def logic_of(loaded: "Loaded", logic: str | None, option: str = "--logic") -> str:
    """The logic asked for, default the first; Wrong for one that the scenario lacks."""
    known = loaded.scenario.logics
    if logic is None:
        return next(iter(known))
    if logic not in known:
        raise Wrong(f"{option} {logic}: {loaded.path} has no such logic. {did_you_mean(logic, known)}")
    return logic


def did_you_mean(word: str, known: Any, name: str = "Known") -> str:
    """What was probably meant, or all that is possible, under its name."""
    from sim.scenario.mistakes import did_you_mean

    return did_you_mean(word, known, name)


def check_seed(seed: int) -> None:
    """Wrong for a seed that is none."""
    if not 0 <= seed <= LARGEST_SEED:
        raise Wrong(f"--seed {seed} is outside 0 … 2⁶⁴ − 1. Try --seed {abs(seed) % (LARGEST_SEED + 1)}")


def check_least(option: str, value: int | None, least: int, why: str = "") -> None:
    """Wrong for an option below its least value."""
    if value is not None and value < least:
        raise Wrong(f"{option} {value} is below {least}. {why}".rstrip())


def target_of_scenario(loaded: "Loaded", out: Path | None, overwrite: bool, command: str, **options: Any) -> Path:
    """The folder of the results; Wrong when it may not be written, before anything is computed."""
    from sim.report.write import default_folder, refusal

    target = out or default_folder(loaded.scenario, command, options)
    if refused := refusal(target, overwrite):
        raise Wrong(refused)
    return target


def announce_compilation(engine: str) -> bool:
    """Say so when this command will first compile the rules; returns whether they are compiled already."""
    if engine != "arrays":
        return True
    from sim.compiled import INTERPRETED, is_cached

    if INTERPRETED or is_cached():
        return not INTERPRETED
    say("Compiling the rules once for this machine (30 to 80 s) …")
    return False


def command_again(**changes: str | None) -> str:
    """The command that was given, with options set; None sets a flag."""
    words = iter(sys.argv[1:])
    kept = []
    for text in words:
        option = text.removeprefix("--").partition("=")[0]
        if text.startswith("--") and option in changes:
            if "=" not in text and changes[option] is not None:
                next(words, None)
            continue
        kept.append(text)
    for option, value in changes.items():
        kept += [f"--{option}"] if value is None else [f"--{option}", value]
    return shell_words("sanyu", *kept)


def shell_words(*words: str) -> str:
    """Words as a command line that a shell reads back as these words."""
    import shlex

    return shlex.join(words)


def say(text: str) -> None:
    """A line for people, on standard error."""
    print(text, file=sys.stderr)


def print_json(data: Any) -> None:
    """JSON on standard output."""
    import json

    print(json.dumps(data, ensure_ascii=False, indent=2, default=str, allow_nan=False))

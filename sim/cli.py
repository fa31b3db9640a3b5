"""The command line: one short command per library function. Heavy imports happen inside commands."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from difflib import SequenceMatcher
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

from cyclopts import App, CycloptsError, Group, Parameter, UnknownOptionError

if TYPE_CHECKING:
    from sim.report.fairness import Missing
    from sim.scenario.load import Loaded
    from sim.studies.fairness import Fairness

BEGAN = time.perf_counter()
DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
LARGEST_SEED = 2**64 - 1
NEAR = 0.7  # similarity of words from which one may have been meant

FAIRNESS = Group("Is the comparison fair?", sort_key=1)
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


def _version() -> str:
    import sim

    return f"sanyu {sim.__version__}"


def _usage(error: CycloptsError) -> str:
    """What is wrong with the command, said once: what was probably meant, or else all that is possible."""
    text = str(error)
    if ". Choose from: " in text and " Did you mean " in text:
        text = text.partition(". Choose from: ")[0] + "." + text[text.rindex(" Did you mean ") :]
    elif isinstance(error, UnknownOptionError) and " Did you mean " in text:
        given = (error.token.keyword or error.token.value).partition("=")[0]
        said, _, meant = text.partition(" Did you mean ")
        near = SequenceMatcher(None, given.strip("-"), meant.strip("-?")).ratio() >= NEAR
        text = text if near or meant.startswith(given) else said
    return text


app = App(
    name="sanyu",
    error_formatter=_usage,
    help="Fans between the public, the commercial and the private domain (三域): simulate operating logics, "
    "compare what they earn.",
    version=_version,
    suppress_keyboard_interrupt=False,
    help_epilogue="Start here: sanyu compare liquor. A FILE is a scenario file or the name of a shipped one.",
)
app.register_install_completion_command()


class Wrong(Exception):
    """The input or the usage is wrong: one line per mistake, exit code 2."""


class Failed(Exception):
    """Something outside went wrong: one line, exit code 1."""


def _patient[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """A command whose first Ctrl-C stops the computing and says so at once; later ones do not stop the writing."""

    @wraps(command)
    def patient(*arguments: P.args, **options: P.kwargs) -> R:
        import signal
        import threading

        def first(*_: object) -> None:
            _ignore_interrupts()
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

    return patient


def _ignore_interrupts() -> None:
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _writing(target: Path, overwrite: bool) -> Iterator[Path]:
    """The folder to write results into; Ctrl-C does not lose them. For use in a command that is patient."""
    import signal
    import threading

    from sim.report.write import NotWritten, replacing

    before = signal.getsignal(signal.SIGINT)
    _ignore_interrupts()
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


@app.command
@_patient
def compare(
    file: File,
    /,
    *,
    seed: Seed = 0,
    pairs: int | None = None,
    threads: int | None = None,
    engine: Engine = "arrays",
    out: Out = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
    report: Annotated[bool, Parameter(group=OUTPUT)] = True,
    equal_spend: Annotated[bool | None, Parameter(group=FAIRNESS, show_default=False)] = None,
    money_of: Annotated[str | None, Parameter(group=FAIRNESS)] = None,
    decompose: Annotated[bool | None, Parameter(group=FAIRNESS, show_default=False)] = None,
) -> int:
    """Compare all logics of a scenario on the same people with the same luck.

    At least ten pairs of runs; more until the verdict is clear or the budget of fan-days is spent. Then, unless you fix
    the number of pairs: the same money for all on four pairs, and what makes the difference if that is cheap.

    Parameters
    ----------
    pairs
        Run exactly this many pairs [default: until the verdict is clear].
    threads
        Runs at a time [default: one per core].
    report
        Write report.html and figures, or only the tables.
    equal_spend
        Run the others with the money that the first logic spends, on all pairs; or not at all.
    money_of
        The logic whose money the others get, instead of the first.
    decompose
        Also split the difference between the best two into the shares of frequency, value share, content, discount,
        ads and, where people ask the brand, service. Takes 128 more runs, with service 256.
    """
    _check_seed(seed)
    _check_least("--pairs", pairs, 2, "An interval needs two pairs or more.")
    _check_least("--threads", threads, 1)
    loaded = _load(file)
    if len(loaded.scenario.logics) < 2:
        name = next(iter(loaded.scenario.logics))
        raise Wrong(f"{loaded.path}: it has one logic ({name}), and a comparison needs two. Try: sanyu run {file}")
    if money_of is not None:
        if equal_spend is False:
            raise Wrong("--money-of asks for equal spend, and --no-equal-spend declines it. Leave one of them out.")
        money_of, equal_spend = _logic(loaded, money_of, "--money-of"), True
    asked = {"equal_spend": equal_spend, "money_of": money_of, "decompose": decompose}
    options = {"seed": seed, "pairs": pairs, "engine": engine} | {k: v for k, v in asked.items() if v is not None}
    target = _target(loaded, out, overwrite, "compare", **options)
    _announce_compilation(engine)

    from sim.report.terminal import comparison_progress, fairness_progress, print_comparison
    from sim.report.write import summary_of, write_comparison
    from sim.studies.compare import compare as study
    from sim.studies.fairness import Fairness, examine

    shown = not quiet and not json
    try:
        with comparison_progress(shown, lang) as progress:
            found = study(loaded.scenario, seed=seed, pairs=pairs, engine=engine, threads=threads, progress=progress)
    except KeyboardInterrupt:
        _say("Interrupted before two pairs had finished; nothing was written.")
        return INTERRUPTED
    fairness, missing = Fairness(), None
    if found.stopped != "interrupted":
        with fairness_progress(shown, lang) as progress_of_runs:
            fairness = examine(found, equal_spend, decompose, money_of, threads, progress_of_runs)
        missing = _missing(fairness, equal_spend, decompose, out)
    with _writing(target, overwrite) as folder:
        write_comparison(
            found,
            folder,
            lang,
            assumptions=loaded.assumptions,
            report=report,
            fairness=fairness,
            missing=missing,
        )
    if json:
        _print_json(summary_of(found, lang, fairness) | {"folder": str(target)})
    elif quiet:
        print(target)
    else:
        print_comparison(found, target, lang, report, fairness, missing)
    if found.stopped == "interrupted":
        _say(f"Interrupted; the {found.pairs} finished pairs are kept. To continue with more pairs:")
        _say("  " + _again(pairs=f"{max(10, 2 * found.pairs)}", overwrite=None, out=str(target)))
        return INTERRUPTED
    if fairness.interrupted:
        _say(f"Interrupted; the comparison is kept, {_kept(fairness)}. To get the rest:")
        _say("  " + _again(overwrite=None, out=str(target)))
        return INTERRUPTED
    return DONE


@app.command
@_patient
def run(
    file: File,
    /,
    *,
    logic: str | None = None,
    seed: Seed = 0,
    replications: int = 1,
    engine: Engine = "arrays",
    threads: int = 1,
    checkpoint_every: int | None = None,
    shards: int = 1,
    cluster: str | None = None,
    out: Out = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
    figures: Annotated[bool, Parameter(group=OUTPUT)] = False,
) -> int:
    """Run one logic of a scenario: daily table, summary, figures on request.

    Parameters
    ----------
    logic
        Name of a logic of the scenario [default: its first].
    replications
        Number of runs, with other people and other luck each.
    threads
        Threads of one run, or of each shard; they change nothing but the time.
    checkpoint_every
        Days between checkpoints, from which sanyu resume goes on after a break [default: none are kept].
    shards
        Processes among which the people of one run are divided; they change nothing but time and memory.
    cluster
        Address of a Dask scheduler, such as tcp://10.0.0.7:8786: the shards are tasks on its workers.
    figures
        Draw an overview beside the tables; it takes a second or two more.
    """
    _check_seed(seed)
    _check_least("--replications", replications, 1)
    _check_least("--threads", threads, 1)
    _check_least("--checkpoint-every", checkpoint_every, 1, "Try --checkpoint-every 30")
    loaded = _load(file)
    logic = _logic(loaded, logic)
    _check_shards(loaded, shards, engine, cluster)
    if checkpoint_every is not None and (shards != 1 or cluster is not None):
        raise Wrong(
            "--checkpoint-every keeps the rows of one process, and --shards divides them. Leave one of the two out."
        )
    options = {"logic": logic, "seed": seed, "replications": replications, "engine": engine}
    target = _target(loaded, out, overwrite, "run", **options)
    compiled = _announce_compilation(engine)
    if checkpoint_every is not None:
        from sim.engines.unfinished import Asked, begin
        from sim.report.data import plain

        with _writing(target, overwrite) as folder:
            asked = Asked(logic, seed, replications, engine, threads, checkpoint_every, figures)
            begin(folder, loaded.scenario, asked, plain(loaded.assumptions))
        return _go_on(target, None, json, quiet, lang, broken=False)

    from sim.engines.run import run as simulate
    from sim.engines.speed import remember
    from sim.report.terminal import run_progress

    runs: list[Any] = []
    interrupted = False
    with run_progress(loaded.scenario.days, replications, shown=not quiet and not json, lang=lang) as progress:
        try:
            for r in range(replications):
                if shards == 1 and cluster is None:
                    runs.append(simulate(loaded.scenario, logic, seed, r, engine, threads, progress))
                else:
                    runs.append(_in_shards(loaded, logic, seed, r, shards, threads, progress, cluster))
        except KeyboardInterrupt:
            interrupted = True
    if not runs:
        _say("Interrupted before a run had finished; nothing was written.")
        return INTERRUPTED
    _finish(runs, target, overwrite, json, quiet, lang, assumptions=loaded.assumptions, figures=figures)
    if compiled and threads == shards == 1 and not figures:  # compiling would be taken for slowness
        remember(runs, time.perf_counter() - BEGAN)
    if interrupted:
        kept = "one finished replication is" if len(runs) == 1 else f"{len(runs)} finished replications are"
        _say(f"Interrupted; the {kept} kept. To get all of them:")
        _say("  " + _again(overwrite=None, out=str(target)))
        return INTERRUPTED
    return DONE


@app.command
@_patient
def resume(
    folder: Path, /, *, threads: int | None = None, json: Json = False, quiet: Quiet = False, lang: Lang = "en"
) -> int:
    """Go on with a run that was broken off, from its last checkpoint; its tables are those of an unbroken run.

    Parameters
    ----------
    folder
        The folder that the run was begun for, with --checkpoint-every.
    threads
        Threads of one run; they change nothing but the time [default: as the run was begun].
    """
    _check_least("--threads", threads, 1)
    from sim.engines.unfinished import NotResumable, kind_of

    kinds = {"run": _go_on}  # what else can be unfinished gets a line here
    try:
        return kinds[kind_of(folder)](folder, threads, json, quiet, lang)
    except NotResumable as error:
        raise Wrong(str(error)) from None


def _go_on(target: Path, threads: int | None, json: bool, quiet: bool, lang: Any, broken: bool = True) -> int:
    """Run what is left of a run with checkpoints, and put the results in the place of its folder."""
    from sim.engines.unfinished import NotResumable, resumed
    from sim.report.terminal import run_progress

    unfinished = resumed(target, broken)
    asked = unfinished.asked
    runs: list[Any] = []
    _announce_compilation(asked.engine)
    days = unfinished.scenario.days
    again = _shell("sanyu", "resume", str(target))
    with run_progress(days, asked.replications, shown=not quiet and not json, lang=lang) as progress:
        try:
            runs = unfinished.run_all(threads, progress)
        except KeyboardInterrupt:
            pass
        except NotResumable as error:
            raise Wrong(str(error)) from None
        except OSError as error:
            raise Failed(f"{target} takes no more: {error.strerror or error}. When it does: {again}") from None
    for note in unfinished.notes:
        _say(note)
    if not runs:
        finished, day = unfinished.where()
        _say(f"Interrupted; {finished} of {asked.replications} replications and {day} days of the next are kept.")
        _say(f"To go on:\n  {again}")
        return INTERRUPTED
    record = {"checkpoint_every": asked.every, "breaks": unfinished.breaks, "maker": unfinished.maker}
    _finish(runs, target, True, json, quiet, lang, asked.figures, assumptions=unfinished.assumptions, **record)
    return DONE


def _finish(
    runs: list[Any], target: Path, overwrite: bool, json: bool, quiet: bool, lang: Any, figures: bool, **written: Any
) -> None:
    """Write the replications of a logic, and say where they are; written: beside the runs, see ``write_runs``."""
    from sim.report.terminal import print_runs
    from sim.report.write import summary_of_runs, write_runs

    with _writing(target, overwrite) as folder:
        write_runs(runs, folder, lang, figures=figures, **written)
    if json:
        _print_json(summary_of_runs(runs) | {"folder": str(target)})
    elif quiet:
        print(target)
    else:
        print_runs(runs, target, lang, figures)


@app.command
def show(file: File, /, *, json: Json = False, lang: Lang = "en") -> int:
    """Show every value of a scenario with its source and how far it can be trusted, and what a run will take."""
    _without_kernel()
    loaded = _load(file)
    from sim.engines.forecast import forecast
    from sim.engines.speed import speed
    from sim.report.data import plain_assumptions
    from sim.report.terminal import print_assumptions
    from sim.report.terminal_forecast import plain_forecast, print_forecast

    found = forecast(loaded.scenario, speed())
    if json:
        _print_json({"values": plain_assumptions(loaded.assumptions)} | plain_forecast(found, speed()))
    else:
        print_assumptions(loaded.scenario, loaded.assumptions, lang, loaded.path)
        print_forecast(found, speed(), lang)
    return DONE


@app.command
def theory(
    file: File, /, *, logic: str | None = None, out: Out = None, overwrite: Overwrite = False, json: Json = False,
    lang: Lang = "en",
) -> int:  # fmt: skip
    """Say what theory says of a scenario, without a run: best push frequency, half-life, R_fan, lifetime value.

    Parameters
    ----------
    logic
        Name of a logic of the scenario [default: all of them].
    out
        Folder for theory.json, figures and the mean field by day [default: nothing is written].
    """
    loaded = _load(file)
    names = list(loaded.scenario.logics) if logic is None else [_logic(loaded, logic)]
    if out is not None:
        _target(loaded, out, overwrite, "theory")
    from sim.report.theory import plain_theory, print_theory, write_theory
    from sim.theory.outlook import outlook

    found = [outlook(loaded.scenario, name) for name in names]
    if json:
        _print_json(plain_theory(found))
    else:
        print_theory(found, loaded.scenario, lang)
    if out is not None:
        from sim.report.write import replacing
        from sim.theory.meanfield import mean_field

        means = [mean_field(loaded.scenario, name) for name in names]
        with replacing(out, overwrite) as folder:
            write_theory(found, means, loaded.scenario, folder, lang)
    return DONE


@app.command
def presets(name: str | None = None, /) -> int:
    """List presets and shipped scenarios, or print one.

    The user's own are among them: files KIND/NAME.toml in a folder "presets" here, or in one that the environment
    variable SANYU_PRESETS names.

    Parameters
    ----------
    name
        A preset, or a shipped scenario.
    """
    _without_kernel()
    from sim.report.shelf import print_shelf, shelf, text_of

    found = shelf()
    if name is None:
        print_shelf(found)
        return DONE
    if name not in found:
        raise Wrong(f"there is no preset {name!r}. {_did_you_mean(name, found)}")
    print(text_of(found[name]), end="")
    return DONE


@app.command
def new(file: Path, /, *, from_: Annotated[str, Parameter(name="--from")] = "liquor") -> int:
    """Start a scenario file of your own, with comments, from a shipped scenario.

    Parameters
    ----------
    file
        The file to write; it must not exist yet.
    from_
        The shipped scenario to start from.
    """
    _without_kernel()
    from sim.report.shelf import shelf, starter

    scenarios = {name: item for name, item in shelf().items() if item.kind == "scenario"}
    if from_ not in scenarios:
        raise Wrong(f"there is no shipped scenario {from_!r}. {_did_you_mean(from_, scenarios)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(starter(scenarios[from_], file.name))
    except FileExistsError:
        raise Wrong(f"{file} exists already, and a file of yours is never overwritten. Choose another name.") from None
    except OSError as error:
        raise Wrong(f"{file} cannot be written: {error.strerror}.") from None
    print(f"Wrote {file}. Next: sanyu show {file}, then sanyu compare {file}")
    return DONE


@app.command
def schema() -> int:
    """Print the JSON Schema of scenario files, for completion in editors; the user's own presets are in it."""
    _without_kernel()
    from sim.scenario.json_schema import json_schema

    _print_json(json_schema(Path()))
    return DONE


@app.command
def validate(
    *,
    seed: Annotated[
        int | None, Parameter(help="Seed of all chance [default: one that no value was chosen with].")
    ] = None,
    json: Json = False,
    lang: Lang = "en",
) -> int:
    """Run the patterns of the evidence; print observed, target and verdict (exit 1 if one is missed)."""
    _check_seed(seed or 0)
    _announce_compilation("arrays")
    from sim.report.data import plain
    from sim.report.terminal import print_verdicts, validation_progress
    from sim.studies.validate import validate as study

    with validation_progress(shown=not json) as progress:
        found = study(progress=progress) if seed is None else study(seed=seed, progress=progress)
    if json:
        _print_json([plain(verdict) | {"verdict": verdict.verdict} for verdict in found])
    else:
        print_verdicts(found, lang)
    return DONE if all(verdict.verdict == "holds" for verdict in found) else FAILED


def _without_kernel() -> None:
    """This command only looks things up: Numba is not imported."""
    from sim import kernel

    kernel.is_not_needed()


def _load(file: str) -> "Loaded":
    from sim.scenario.load import load
    from sim.scenario.mistakes import ScenarioError

    try:
        return load(file)
    except ScenarioError as error:
        raise Wrong(str(error)) from None


def _logic(loaded: "Loaded", logic: str | None, option: str = "--logic") -> str:
    known = loaded.scenario.logics
    if logic is None:
        return next(iter(known))
    if logic not in known:
        raise Wrong(f"{option} {logic}: {loaded.path} has no such logic. {_did_you_mean(logic, known)}")
    return logic


def _missing(
    fairness: "Fairness", equal_spend: bool | None, decompose: bool | None, out: Path | None
) -> "Missing | None":
    """What of fairness was neither made nor declined, and the command that makes it."""
    from sim.report.fairness import Missing

    wanted = {
        "equal-spend": fairness.equal_spend is None and equal_spend is None,
        "decompose": fairness.decomposition is None and decompose is None,
    }
    options = [option for option, missing in wanted.items() if missing]
    if not options or fairness.interrupted:
        return None
    key = "both" if len(options) == 2 else {"equal-spend": "equal_spend", "decompose": "decomposition"}[options[0]]
    replaced = {"overwrite": None} if out else {}  # without --out, other options have a folder of their own
    return Missing(key, _again(**dict.fromkeys(options), **replaced))


def _kept(fairness: "Fairness") -> str:
    """What of fairness was finished when the user stopped."""
    parts = {"equal_spend": ("equal spend", fairness.equal_spend), "decomposition": ("shares", fairness.decomposition)}
    return ", ".join(
        f"with {name} from {part.pairs} pairs" if part else f"without {name}"
        for name, part in map(parts.__getitem__, fairness.asked)
    )


def _did_you_mean(name: str, known: Any) -> str:
    from sim.scenario.mistakes import did_you_mean

    return did_you_mean(name, known)


def _check_seed(seed: int) -> None:
    if not 0 <= seed <= LARGEST_SEED:
        raise Wrong(f"--seed {seed} is outside 0 … 2⁶⁴ − 1. Try --seed {abs(seed) % (LARGEST_SEED + 1)}")


def _check_least(option: str, value: int | None, least: int, why: str = "") -> None:
    if value is not None and value < least:
        raise Wrong(f"{option} {value} is below {least}. {why}".rstrip())


def _check_shards(loaded: "Loaded", shards: int, engine: str, cluster: str | None) -> None:
    """Wrong when a run cannot be divided so."""
    if shards == 1 and cluster is None:
        return
    if engine != "arrays":
        raise Wrong(f"--shards and --cluster need the engine arrays, and --engine is {engine}.")
    from sim.engines.sharded import check_shards

    try:
        check_shards(loaded.scenario, shards)
    except ValueError as error:
        raise Wrong(f"--shards: {error}") from None


def _in_shards(
    loaded: "Loaded",
    logic: str,
    seed: int,
    replication: int,
    shards: int,
    threads: int,
    progress: Callable[[int], None] | None,
    cluster: str | None,
) -> Any:
    """One run, its people divided among processes or the workers of a cluster."""
    from sim.engines.cluster import NoCluster
    from sim.engines.communicators import ShardLost
    from sim.engines.sharded import run_sharded

    try:
        return run_sharded(
            loaded.scenario, logic, seed, replication, shards=shards, threads=threads, progress=progress,
            cluster=cluster,
        )  # fmt: skip
    except NoCluster as error:
        raise Wrong(f"--cluster: {error}") from None
    except ShardLost as error:
        raise Failed(f"{error} Nothing was written.") from None


def _target(loaded: "Loaded", out: Path | None, overwrite: bool, command: str, **options: Any) -> Path:
    """The folder of the results; Wrong when it may not be written, before anything is computed."""
    from sim.report.write import default_folder, refusal

    target = out or default_folder(loaded.scenario, command, options)
    if refused := refusal(target, overwrite):
        raise Wrong(refused)
    return target


def _announce_compilation(engine: str) -> bool:
    """Say so when this command will first compile the rules; returns whether they are compiled already."""
    if engine != "arrays":
        return True
    from sim.compiled import INTERPRETED, is_cached

    if INTERPRETED or is_cached():
        return not INTERPRETED
    _say("Compiling the rules once for this machine (30 to 80 s) …")
    return False


def _again(**changes: str | None) -> str:
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
    return _shell("sanyu", *kept)


def _shell(*words: str) -> str:
    import shlex

    return shlex.join(words)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _print_json(data: Any) -> None:
    import json

    print(json.dumps(data, ensure_ascii=False, indent=2, default=str, allow_nan=False))


def _keep_output_alive() -> None:
    """Characters that the terminal's encoding lacks are printed with replacements."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def main() -> NoReturn:
    """Entry point of the ``sanyu`` command."""
    _keep_output_alive()
    try:
        code = app(sys.argv[1:], exit_on_error=False, result_action="return_value") or DONE
        sys.stdout.flush()
    except CycloptsError:
        code = WRONG  # the message is printed already
    except Wrong as wrong:
        _say(str(wrong))
        code = WRONG
    except Failed as failed:
        _say(str(failed))
        code = FAILED
    except KeyboardInterrupt:
        _say("Interrupted.")
        code = INTERRUPTED
    except Exception as error:
        from sim.logics.own import OwnLogicError

        if not isinstance(error, OwnLogicError):
            raise
        _say(str(error))  # what is wrong in a logic of the user's own
        code = FAILED
    except BrokenPipeError:  # the reader, such as head, has left
        sys.stderr.close()
        code = DONE
    sys.exit(code)

"""The command line: one short command per library function. Heavy imports happen inside commands."""

import sys
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from cyclopts import App, CycloptsError, Group, Parameter, UnknownOptionError

from sim.commands.console import (
    BEGAN,
    DONE,
    FAILED,
    INTERRUPTED,
    OUTPUT,
    WRONG,
    Engine,
    Failed,
    File,
    Json,
    Lang,
    Out,
    Overwrite,
    Quiet,
    Seed,
    Wrong,
    announce_compilation,
    check_least,
    check_seed,
    command_again,
    did_you_mean,
    load_file,
    logic_of,
    patient,
    print_json,
    say,
    shell_words,
    target_of_scenario,
    without_kernel,
    writing,
)

if TYPE_CHECKING:
    from sim.report.fairness import Missing
    from sim.scenario.load import Loaded
    from sim.studies.fairness import Fairness

NEAR = 0.7  # similarity of words from which one may have been meant

FAIRNESS = Group("Is the comparison fair?", sort_key=1)


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


@app.command
@patient
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
    check_seed(seed)
    check_least("--pairs", pairs, 2, "An interval needs two pairs or more.")
    check_least("--threads", threads, 1)
    loaded = load_file(file)
    if len(loaded.scenario.logics) < 2:
        name = next(iter(loaded.scenario.logics))
        raise Wrong(f"{loaded.path}: it has one logic ({name}), and a comparison needs two. Try: sanyu run {file}")
    if money_of is not None:
        if equal_spend is False:
            raise Wrong("--money-of asks for equal spend, and --no-equal-spend declines it. Leave one of them out.")
        money_of, equal_spend = logic_of(loaded, money_of, "--money-of"), True
    asked = {"equal_spend": equal_spend, "money_of": money_of, "decompose": decompose}
    options = {"seed": seed, "pairs": pairs, "engine": engine} | {k: v for k, v in asked.items() if v is not None}
    target = target_of_scenario(loaded, out, overwrite, "compare", **options)
    announce_compilation(engine)

    from sim.report.terminal import comparison_progress, fairness_progress, print_comparison
    from sim.report.write import summary_of, write_comparison
    from sim.studies.compare import compare as study
    from sim.studies.fairness import Fairness, examine

    shown = not quiet and not json
    try:
        with comparison_progress(shown, lang) as progress:
            found = study(loaded.scenario, seed=seed, pairs=pairs, engine=engine, threads=threads, progress=progress)
    except KeyboardInterrupt:
        say("Interrupted before two pairs had finished; nothing was written.")
        return INTERRUPTED
    fairness, missing = Fairness(), None
    if found.stopped != "interrupted":
        with fairness_progress(shown, lang) as progress_of_runs:
            fairness = examine(found, equal_spend, decompose, money_of, threads, progress_of_runs)
        missing = _missing(fairness, equal_spend, decompose, out)
    with writing(target, overwrite) as folder:
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
        print_json(summary_of(found, lang, fairness) | {"folder": str(target)})
    elif quiet:
        print(target)
    else:
        print_comparison(found, target, lang, report, fairness, missing)
    if found.stopped == "interrupted":
        say(f"Interrupted; the {found.pairs} finished pairs are kept. To continue with more pairs:")
        say("  " + command_again(pairs=f"{max(10, 2 * found.pairs)}", overwrite=None, out=str(target)))
        return INTERRUPTED
    if fairness.interrupted:
        say(f"Interrupted; the comparison is kept, {_kept(fairness)}. To get the rest:")
        say("  " + command_again(overwrite=None, out=str(target)))
        return INTERRUPTED
    return DONE


@app.command
@patient
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
    check_seed(seed)
    check_least("--replications", replications, 1)
    check_least("--threads", threads, 1)
    check_least("--checkpoint-every", checkpoint_every, 1, "Try --checkpoint-every 30")
    loaded = load_file(file)
    logic = logic_of(loaded, logic)
    _check_shards(loaded, shards, engine, cluster)
    if checkpoint_every is not None and (shards != 1 or cluster is not None):
        raise Wrong(
            "--checkpoint-every keeps the rows of one process, and --shards divides them. Leave one of the two out."
        )
    options = {"logic": logic, "seed": seed, "replications": replications, "engine": engine}
    target = target_of_scenario(loaded, out, overwrite, "run", **options)
    compiled = announce_compilation(engine)
    if checkpoint_every is not None:
        from sim.engines.unfinished import Asked, begin
        from sim.report.data import plain

        with writing(target, overwrite) as folder:
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
        say("Interrupted before a run had finished; nothing was written.")
        return INTERRUPTED
    _finish(runs, target, overwrite, json, quiet, lang, assumptions=loaded.assumptions, figures=figures)
    if compiled and threads == shards == 1 and not figures:  # compiling would be taken for slowness
        remember(runs, time.perf_counter() - BEGAN)
    if interrupted:
        kept = "one finished replication is" if len(runs) == 1 else f"{len(runs)} finished replications are"
        say(f"Interrupted; the {kept} kept. To get all of them:")
        say("  " + command_again(overwrite=None, out=str(target)))
        return INTERRUPTED
    return DONE


@app.command
@patient
def resume(
    folder: Path,
    /,
    *,
    only: str | None = None,
    threads: int | None = None,
    json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
) -> int:
    """Go on with a run from its last checkpoint, or with a sweep; the tables are those of unbroken ones.

    Parameters
    ----------
    folder
        The folder of the sweep, or the one that the run was begun for with --checkpoint-every.
    only
        Make one run of a sweep here, in this process, by its key: one that failed fails again, and says why.
    threads
        Threads of one run; they change nothing but the time [default: as the run was begun].
    """
    check_least("--threads", threads, 1)
    from sim.commands.sweep import go_on as go_on_sweeping
    from sim.engines.unfinished import NotResumable, kind_of

    try:
        if kind_of(folder) == "sweep":
            return go_on_sweeping(folder, threads, json, quiet, lang, only)
        if only is not None:
            raise Wrong(f"--only picks a run of a sweep, and {folder} holds a run with checkpoints.")
        return _go_on(folder, threads, json, quiet, lang)
    except NotResumable as error:
        raise Wrong(str(error)) from None


def _go_on(target: Path, threads: int | None, json: bool, quiet: bool, lang: Any, broken: bool = True) -> int:
    """Run what is left of a run with checkpoints, and put the results in the place of its folder."""
    from sim.engines.unfinished import NotResumable, resumed
    from sim.report.terminal import run_progress

    unfinished = resumed(target, broken)
    asked = unfinished.asked
    runs: list[Any] = []
    announce_compilation(asked.engine)
    days = unfinished.scenario.days
    again = shell_words("sanyu", "resume", str(target))
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
        say(note)
    if not runs:
        finished, day = unfinished.where()
        say(f"Interrupted; {finished} of {asked.replications} replications and {day} days of the next are kept.")
        say(f"To go on:\n  {again}")
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

    with writing(target, overwrite) as folder:
        write_runs(runs, folder, lang, figures=figures, **written)
    if json:
        print_json(summary_of_runs(runs) | {"folder": str(target)})
    elif quiet:
        print(target)
    else:
        print_runs(runs, target, lang, figures)


# what they are for is told here, since these files are imported when they are called
_ELSEWHERE = {
    "sweep:sweep": "Run every logic at every point of an experiment, on the same people with the same luck.",
    "sweep:status": "Say how far a sweep is, whether another process computes it or it was broken off.",
    "responses:responses": "Response curves with bands over each factor of an experiment, and maps over two.",
    "sensitivity:sensitivity": (
        "Sensitivity of a figure to the factors of an experiment, and which conclusions flip in their space."
    ),
    "regimes:regimes": (
        "Map where a pool grows by itself, is fed from outside or runs dry, over the two factors of an experiment."
    ),
    "optimise:optimise": (
        "Search the best fixed plan: pushes by channel and tier, value share, discount, quality, ads, service seats."
    ),
    "theory:theory": (
        "Say what theory says of a scenario, without a run: best push frequency, half-life, R_fan, lifetime value."
    ),
}
for _place, _help in _ELSEWHERE.items():
    app.command(f"sim.commands.{_place}", help=_help)


@app.command
def show(file: File, /, *, json: Json = False, lang: Lang = "en") -> int:
    """Show every value of a scenario with its source and how far it can be trusted, and what a run will take."""
    without_kernel()
    loaded = load_file(file)
    from sim.engines.forecast import forecast
    from sim.engines.speed import speed
    from sim.report.data import plain_assumptions
    from sim.report.terminal import print_assumptions
    from sim.report.terminal_forecast import plain_forecast, print_forecast

    found = forecast(loaded.scenario, speed())
    if json:
        print_json({"values": plain_assumptions(loaded.assumptions)} | plain_forecast(found, speed()))
    else:
        print_assumptions(loaded.scenario, loaded.assumptions, lang, loaded.path)
        print_forecast(found, speed(), lang)
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
    without_kernel()
    from sim.report.shelf import print_shelf, shelf, text_of

    found = shelf()
    if name is None:
        print_shelf(found)
        return DONE
    if name not in found:
        raise Wrong(f"there is no preset {name!r}. {did_you_mean(name, found)}")
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
    without_kernel()
    from sim.report.shelf import shelf, starter

    scenarios = {name: item for name, item in shelf().items() if item.kind == "scenario"}
    if from_ not in scenarios:
        raise Wrong(f"there is no shipped scenario {from_!r}. {did_you_mean(from_, scenarios)}")
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
def schema(*, experiment: Annotated[bool, Parameter(negative="", show_default=False)] = False) -> int:
    """Print the JSON Schema of scenario files, for completion in editors; the user's own presets are in it.

    Parameters
    ----------
    experiment
        That of experiment files instead.
    """
    without_kernel()
    if experiment:
        from sim.batch.json_schema import json_schema as of_experiments

        print_json(of_experiments())
        return DONE
    from sim.scenario.json_schema import json_schema

    print_json(json_schema(Path()))
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
    check_seed(seed or 0)
    announce_compilation("arrays")
    from sim.report.data import plain
    from sim.report.terminal import print_verdicts, validation_progress
    from sim.studies.validate import validate as study

    with validation_progress(shown=not json) as progress:
        found = study(progress=progress) if seed is None else study(seed=seed, progress=progress)
    if json:
        print_json([plain(verdict) | {"verdict": verdict.verdict} for verdict in found])
    else:
        print_verdicts(found, lang)
    return DONE if all(verdict.verdict == "holds" for verdict in found) else FAILED


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
    return Missing(key, command_again(**dict.fromkeys(options), **replaced))


def _kept(fairness: "Fairness") -> str:
    """What of fairness was finished when the user stopped."""
    parts = {"equal_spend": ("equal spend", fairness.equal_spend), "decomposition": ("shares", fairness.decomposition)}
    return ", ".join(
        f"with {name} from {part.pairs} pairs" if part else f"without {name}"
        for name, part in map(parts.__getitem__, fairness.asked)
    )


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
        say(str(wrong))
        code = WRONG
    except Failed as failed:
        say(str(failed))
        code = FAILED
    except KeyboardInterrupt:
        say("Interrupted.")
        code = INTERRUPTED
    except Exception as error:
        from sim.logics.own import OwnLogicError

        if not isinstance(error, OwnLogicError):
            raise
        say(str(error))  # what is wrong in a logic of the user's own
        code = FAILED
    except BrokenPipeError:  # the reader, such as head, has left
        sys.stderr.close()
        code = DONE
    sys.exit(code)

"""``sanyu theory``: the laws of a scenario's pool, without a run."""

from typing import TYPE_CHECKING

from sim.commands.console import (
    DONE,
    File,
    Json,
    Lang,
    Out,
    Overwrite,
    Wrong,
    load_file,
    logic_of,
    print_json,
    target_of_scenario,
)

if TYPE_CHECKING:
    from sim.scenario.load import Loaded


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
    loaded = load_file(file)
    names = _plannable(loaded, list(loaded.scenario.logics) if logic is None else [logic_of(loaded, logic)])
    if out is not None:
        target_of_scenario(loaded, out, overwrite, "theory")
    from sim.report.theory import plain_theory, print_theory, write_theory
    from sim.theory.outlook import outlook

    found = [outlook(loaded.scenario, name) for name in names]
    if json:
        print_json(plain_theory(found))
    else:
        print_theory(found, loaded.scenario, lang)
    if out is not None:
        from sim.report.write import replacing
        from sim.theory.meanfield import mean_field

        means = [mean_field(loaded.scenario, name) for name in names]
        with replacing(out, overwrite) as folder:
            write_theory(found, means, loaded.scenario, folder, lang)
    return DONE


def _plannable(loaded: "Loaded", names: list[str]) -> list[str]:
    """The logics that plan by means; Wrong where there are none."""
    found = [name for name in names if loaded.scenario.logics[name].kind != "oracle"]
    if not found:
        raise Wrong(
            f"{loaded.path}: {', '.join(names)} plans by single fans, of whom theory knows nothing. Name another logic."
        )
    return found

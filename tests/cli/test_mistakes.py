import importlib

import pytest


def wrong(sanyu, *arguments):
    """Exit code 2, nothing on standard output, no traceback; returns standard error."""
    code, out, err = sanyu(*arguments)
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    return " ".join(err.split())


def test_unknown_options_and_commands_are_guessed(sanyu):
    assert "Did you mean --seed?" in wrong(sanyu, "compare", "liquor", "--sed", "3")
    assert 'Did you mean "compare"?' in wrong(sanyu, "comapre", "liquor")


def test_a_guess_is_made_once_and_only_when_near(sanyu):
    assert wrong(sanyu, "run", "liquor", "--engine", "agent") == (
        'Invalid value "agent" for --engine. Did you mean "agents"?'
    )
    assert wrong(sanyu, "compare", "liquor", "--xyzzy", "3") == "Unknown option: --xyzzy."
    assert "Did you mean" not in wrong(sanyu, "run", "liquor", "--report")


def test_missing_and_misshapen_arguments(sanyu):
    assert "FILE" in wrong(sanyu, "compare")
    assert "--seed" in wrong(sanyu, "run", "liquor", "--seed", "many")
    assert '"en", "zh"' in wrong(sanyu, "compare", "liquor", "--lang", "fr")
    assert '"arrays", "agents"' in wrong(sanyu, "run", "liquor", "--engine", "gpu")


@pytest.mark.parametrize("command", ["run", "compare", "validate"])
def test_a_seed_is_not_negative(sanyu, command):
    arguments = [] if command == "validate" else ["liquor"]
    assert "Try --seed 1" in wrong(sanyu, command, *arguments, "--seed", "-1")
    assert "outside" in wrong(sanyu, command, *arguments, "--seed", str(2**64))


def test_numbers_that_are_too_small(sanyu):
    assert "--replications 0 is below 1" in wrong(sanyu, "run", "liquor", "--replications", "0")
    assert "--pairs 1 is below 2" in wrong(sanyu, "compare", "liquor", "--pairs", "1")
    assert "--threads 0 is below 1" in wrong(sanyu, "compare", "liquor", "--threads", "0")


def test_an_unknown_logic_lists_those_that_exist(sanyu):
    message = wrong(sanyu, "run", "liquor", "--logic", "grwth")
    assert "Did you mean growth?" in message
    assert "growth, depletion" in message


def test_a_missing_file_names_the_shipped_scenarios(sanyu):
    assert "liquor" in wrong(sanyu, "compare", "no-such-thing")


def test_every_mistake_of_a_file_has_its_line(sanyu, tmp_path):
    (tmp_path / "bad.toml").write_text('extends = "liquor"\ndays = 0\n[pool]\nfnas = 3\n', encoding="utf-8")
    message = wrong(sanyu, "run", "bad.toml")
    assert "bad.toml:2:" in message
    assert "bad.toml:4:" in message
    assert "fans" in message


def test_a_comparison_needs_two_logics(sanyu, tmp_path):
    text = (tmp_path / "small.toml").read_text("utf-8") + "[logics]\ndepletion = false\n"
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    assert "sanyu run one.toml" in wrong(sanyu, "compare", "one.toml")


def test_an_existing_folder_is_refused_before_anything_is_computed(sanyu, tmp_path, monkeypatch):
    import sim.engines.run
    import sim.studies.compare

    def never(*_, **__):
        raise AssertionError

    monkeypatch.setattr(sim.engines.run, "run", never)
    monkeypatch.setattr(sim.studies.compare, "compare", never)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "note.txt").write_text("mine")
    for command in ("run", "compare"):
        message = wrong(sanyu, command, "small.toml", "--out", "there")
        assert "--overwrite" in message
        assert "--out FOLDER" in message
        assert "leaves it alone" in wrong(sanyu, command, "small.toml", "--out", "there", "--overwrite")
    assert (tmp_path / "there" / "note.txt").read_text() == "mine"


def test_mistakes_of_ours_are_tracebacks(sanyu, monkeypatch):
    def broken(_):
        raise ZeroDivisionError

    monkeypatch.setattr(importlib.import_module("sim.scenario.load"), "load", broken)
    with pytest.raises(ZeroDivisionError):
        sanyu("show", "liquor")

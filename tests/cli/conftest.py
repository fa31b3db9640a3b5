import sys

import pytest

from sim import cli

SMALL = """\
extends = "liquor"
title = "Small"
days = 40
[pool]
fans = 60
[feed]
exposures_at_least = 100
"""


@pytest.fixture
def sanyu(monkeypatch, capsys, tmp_path):
    """Call the command in this process, in an empty folder: ``code, out, err = sanyu("show", "liquor")``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sim.engines.speed.remember", lambda *_: None)  # this process did not begin with the command
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["sanyu", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        out, err = capsys.readouterr()
        return exit_.value.code, out, err

    return call

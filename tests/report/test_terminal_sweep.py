"""What a sweep says while it runs: done, rate, remaining time, failures, highest and lowest value, in 80 columns."""

import io

import pytest
from rich.console import Console

from sim.batch.sweep import Progress
from sim.report import terminal_sweep
from sim.report.terminal_sweep import duration, progress_note, size, sweep_progress
from sim.report.words import words

AT = Progress(
    done=12_345, total=100_000, failed=7, rate=140.0, remaining=626.0,
    best=(123_456.0, "brand.content.quality = 0.8; growth, replication 3"),
    worst=(-7_200.0, "brand.content.quality = 0.2; depletion, replication 0"),
)  # fmt: skip


def test_progress_says_everything_and_fits_a_terminal():
    lines = progress_note(AT, "margin", words("en")).splitlines()
    assert lines == [
        "Sweeping 12%  12,345/100,000 runs  140 runs/s  10 minutes left  7 failed",
        "highest margin ¥1.23k  brand.content.quality = 0.8; growth, replication 3",
        "lowest margin −¥72.0  brand.content.quality = 0.2; depletion, replication 0",
    ]
    assert max(map(len, lines)) <= 80


def test_progress_in_chinese():
    first, second, third = progress_note(AT, "exits_per_month", words("zh")).splitlines()
    assert first == "批量运行 12%  12,345/100,000 次模拟  每秒 140 次  剩余 10 分钟  7 次失败"
    assert second.startswith("最高")
    assert third.startswith("最低")


def test_progress_before_anything_is_known_and_of_a_study_without_an_end():
    early = Progress(0, 100, 0, 0.0, None, None, None)
    assert progress_note(early, "margin", words("en")) == "Sweeping 0%  0/100 runs  0 failed"
    open_end = Progress(31, None, 0, 2.5, None, None, None)
    assert progress_note(open_end, None, words("en")) == "Sweeping  31 runs  2.5 runs/s  0 failed"


@pytest.mark.parametrize(
    ("terminal", "shown", "said"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_progress_is_shown_on_a_terminal_alone(monkeypatch, terminal, shown, said):
    class Error(io.StringIO):
        def isatty(self):
            return terminal

    error = Error()
    monkeypatch.setattr(terminal_sweep.sys, "stderr", error)
    monkeypatch.setattr(
        terminal_sweep, "Console", lambda stderr: Console(file=error, force_terminal=terminal, width=80)
    )
    with sweep_progress(shown, words("en"), "margin") as report:
        report(AT)
    assert ("12,345/100,000 runs" in error.getvalue()) == said
    assert bool(error.getvalue()) == said


def test_times_and_sizes_are_in_the_unit_in_which_people_speak():
    w = words("en")
    assert [duration(s, w) for s in (0.2, 61, 600, 7200, 200_000)] == [
        "1 second", "61 seconds", "10 minutes", "2 hours", "2 days"
    ]  # fmt: skip
    assert [size(b) for b in (900, 5 * 2**20, 93 * 2**30, 3 * 2**40)] == ["900 B", "5 MiB", "93 GiB", "3 TiB"]

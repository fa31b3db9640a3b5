"""Scenario files that are wrong somewhere, and what is said about them."""

from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load_scenario, presets, shipped_scenarios

HEAD = """title = "Test"
days = 100
start = 2021-08-01
platforms = ["douyin-2021-07", "wechat-2021-07"]
industry = "frequent-online"
"""
LOGICS = "[logics.growth]\n"
CHANNELS = "douyin-subscription, douyin-group, wechat-group, wecom, official-account, moments, wechat-contact"
KINDS = "subscription, group, direct, article, moments"
SCENARIOS = ", ".join(shipped_scenarios())
PLATFORMS = ", ".join(presets("platforms"))


def said(folder: Path, text: str | bytes) -> str:
    """What is said about a file with this content; its name is s.toml."""
    file = folder / "s.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScenarioError) as error:
        load_scenario(file)
    assert error.value.__cause__ is None
    return str(error.value).replace(f"{folder}/", "")


def body(extra: str) -> str:
    """A sound file with something more; the extra text starts on line 6."""
    return HEAD + extra + LOGICS

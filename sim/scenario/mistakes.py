"""Mistakes of a scenario file: where, which value, what is allowed, and what to try."""

import datetime as dt
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LONGEST = 60


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake: its place, the key as the file writes it, and a sentence with the remedy.

    line, column  from 1; 0 where there is no place in a file
    """

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        """``scenarios/liquor.toml:14:1: brand.content.quality = 7 is outside 0 … 1. Did you mean 0.7?``."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" if place else self.message


class ScenarioError(Exception):
    """A scenario could not be loaded; ``mistakes`` holds all that is wrong with it, sorted by position."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        """Sort the mistakes by position and drop repetitions."""
        self.mistakes: tuple[Mistake, ...] = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[tuple[Mistake, ...]]]:
        """Pickle with the mistakes, so that it crosses process borders."""
        return ScenarioError, (self.mistakes,)


def shown(value: Any) -> str:
    """A value as a TOML file would write it, shortened."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = '"' + value.replace("\n", "\\n") + '"'
    elif isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(shown(item) for item in value) + "]"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key} = {shown(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, int) and value.bit_length() > 200:  # longer ones may not be printed at all
        text = "a number of more than 60 digits"
    else:
        text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def did_you_mean(word: str, allowed: Iterable[str], name: str = "Known") -> str:
    """``Did you mean x?`` when something allowed is near, and the list of what is allowed."""
    names = list(dict.fromkeys(allowed))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    remedy = [f"Did you mean {near[0]}?"] if near else []
    if names and (not near or len(names) <= 12):
        remedy.append(f"{name}: {', '.join(names)}.")
    return " ".join(remedy)

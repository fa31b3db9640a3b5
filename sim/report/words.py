"""Words: every text of report and terminal, by language, from ``text/en.toml`` and ``text/zh.toml``."""

import tomllib
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from sim.domains import chinese, word
from sim.logics.oracle import is_upper_bound
from sim.scenario import Scenario
from sim.scenario.schema import YUAN

Lang = Literal["en", "zh"]
LANGUAGES: tuple[Lang, ...] = get_args(Lang)


class Words:
    """Texts of one language. ``words("verdict.ahead", winner=…)`` fills a text in.

    lang      "en" or "zh"
    currency  sign or code of the money that amounts are shown in
    texts     key → text with named places; keys are ``section.name``
    bounds    names of logics that no operator can follow; they are labelled wherever they are named
    """

    def __init__(
        self, lang: Lang, texts: dict[str, str], currency: str = YUAN, bounds: frozenset[str] = frozenset()
    ) -> None:
        """Texts by key."""
        self.lang: Lang = lang
        self.currency = currency
        self.texts = texts
        self.bounds = bounds

    def __call__(self, key: str, **values: Any) -> str:
        """The text of a key, with its places filled in."""
        return self.texts[key].format(**values) if values else self.texts[key]

    def member(self, member: IntEnum) -> str:
        """A domain, tier, cause … in this language."""
        return chinese(member) if self.lang == "zh" else word(member).replace("_", "-")

    def logic(self, name: str) -> str:
        """A logic's name; the user's own names stay as they are, upper bounds are called so."""
        shown = self.texts.get(f"logics.{name}", name)
        return self("bound.label", logic=shown) if name in self.bounds else shown

    def channel(self, name: str) -> str:
        """A channel's name; unknown ones stay as they are."""
        return self.texts.get(f"channels.{name}", name)

    def counted(self, thing: str, number: float, shown: str | None = None) -> str:
        """A number and what it counts: 1 day, 2 days; ``shown`` is the number as it is written."""
        key = thing if number == 1 else f"{thing}s"
        return self(f"counted.{key}", number=f"{number:,}" if shown is None else shown)

    def listed(self, items: list[str]) -> str:
        """Items in one phrase: "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        return self("list.comma").join(items[:-1]) + self("list.and") + items[-1]


def _flat(table: dict[str, Any]) -> dict[str, str]:
    return {f"{section}.{key}": text for section, texts in table.items() for key, text in texts.items()}


@cache
def words(lang: Lang, currency: str = YUAN) -> Words:
    """The texts of a language, and the currency of the amounts between them."""
    text = (resources.files("sim.report") / "text" / f"{lang}.toml").read_text(encoding="utf-8")
    return Words(lang, _flat(tomllib.loads(text)), currency)


def words_of(scenario: Scenario, lang: Lang) -> Words:
    """The texts of a language, the scenario's currency, and the upper bounds among its logics labelled."""
    bounds = frozenset(name for name, logic in scenario.logics.items() if is_upper_bound(logic))
    return Words(lang, words(lang).texts, scenario.currency, bounds)

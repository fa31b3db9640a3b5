"""The pages: README.md and docs/*.md, their fenced blocks, links and headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```(\w*)[ \t]*(.*)$")


@dataclass(frozen=True)
class Block:
    """A fenced block: language and words of its info string, its text, and where it begins."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def file(self) -> str:
        """Where the page says that the block is to be written: ``file=tea.toml``; empty if nowhere."""
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), "")

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(language: str = "") -> list[Block]:
    """Blocks of all pages, or those of a language."""
    found = [block for page in PAGES for block in _blocks(page)]
    return [block for block in found if not language or block.language == language]


def _blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text(encoding="utf-8").splitlines()
    start, info, text = 0, ("", ""), []
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line)
        if start and line == "```":
            yield Block(page, start, info[0], tuple(info[1].split()), "\n".join(text) + "\n")
            start = 0
        elif start:
            text.append(line)
        elif fence:
            start, info, text = number, (fence[1], fence[2]), []
    assert not start, f"{page.name}:{start}: a block without end"


def prose(page: Path) -> str:
    """The text of a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def anchors(page: Path) -> set[str]:
    """Anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", prose(page), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """Targets of links and pictures of a page."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))

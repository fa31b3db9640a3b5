"""Style of the figures: colours that all eyes and printers tell apart, fonts, and clean SVG."""

import io
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.scenario import Scenario

INK, FAINT, GRID = "#222831", "#6b7280", "#e3e6ea"
GROWTH, DEPLETION = "#00766c", "#d1571b"
_OTHERS = ("#3a63b8", "#8a4fa3", "#a07800", "#4d4d4d", "#c2447a")  # apart from each other in lightness or hue
DASHES: tuple[Any, ...] = ("solid", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (9, 3)))
STACK = ("#cfd8dc", "#80b1d3", "#1f6f8b", "#e0a030", "#b04a3a", "#7b6fa8", "#5a8f53", "#8c8c8c")
_CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "Noto Sans CJK JP",
)
_PAGE_FONTS = "'Helvetica Neue', Arial, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def colours(scenario: Scenario) -> dict[str, str]:
    """A colour for every logic of a scenario, the same in every figure."""
    own = {"growth": GROWTH, "depletion": DEPLETION}
    others = iter(_OTHERS * 8)
    return {name: own.pop(logic.kind, "") or next(others) for name, logic in scenario.logics.items()}


def dashes(logics: Sequence[str]) -> dict[str, Any]:
    """A line style for every logic, so that a black and white print can be read."""
    return {name: DASHES[number % len(DASHES)] for number, name in enumerate(logics)}


@cache
def _chinese_font() -> str | None:
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _CHINESE if name in installed), None)


def has_chinese_font() -> bool:
    """True when a bitmap with Chinese text can be drawn on this machine."""
    return _chinese_font() is not None


@contextmanager
def drawing() -> Iterator[None]:
    """Matplotlib's settings while figures are made and saved."""
    fonts = ["DejaVu Sans", *filter(None, [_chinese_font()])]
    settings = {
        "font.family": fonts,
        "font.size": 9,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.7,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.7,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "text.color": INK,
        "lines.linewidth": 1.8,
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "svg.fonttype": "none",
        "axes.unicode_minus": True,
        "path.simplify_threshold": 0.3,
    }
    manager = logging.getLogger("matplotlib.font_manager")
    level = manager.level
    manager.setLevel(logging.ERROR)
    try:
        with mpl.rc_context(settings), warnings.catch_warnings():  # type: ignore[arg-type]
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            yield
    finally:
        manager.setLevel(level)


def canvas(rows: int, columns: int, height: float, **options: Any) -> tuple[Figure, list[Axes]]:
    """A figure of the report's width with a grid of axes."""
    figure = Figure(figsize=(7.4, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(axes.flat)


def svg_of(figure: Figure) -> str:
    """The figure as SVG: text stays text, nothing points outside, the same figure gives the same file."""
    out = io.StringIO()
    with drawing(), mpl.rc_context({"svg.hashsalt": "sanyu"}):
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = re.sub(r"<metadata>.*?</metadata>", "", out.getvalue(), flags=re.DOTALL)
    text = re.sub(r"<!DOCTYPE[^>]*>\n?", "", text)
    return re.sub(r"font-family: [^;\"]*", f"font-family: {_PAGE_FONTS}", text)


def inline_svg(figure: Figure, name: str, label: str) -> str:
    """The figure for the inside of a page: ids of its own, no namespaces, as wide as the page."""
    text = svg_of(figure)
    text = text[text.index("<svg") :]
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text)
    text = text.replace("xlink:href", "href")
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    text = re.sub(r'(<svg[^>]*?)\swidth="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?)\sheight="[^"]*"', r"\1", text, count=1)
    quoted = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return text.replace("<svg", f'<svg role="img" aria-label="{quoted}"', 1)


def png_of(figure: Figure) -> bytes:
    """The figure as a bitmap for slides."""
    out = io.BytesIO()
    with drawing():
        figure.savefig(out, format="png", dpi=200, facecolor="white")
    return out.getvalue()

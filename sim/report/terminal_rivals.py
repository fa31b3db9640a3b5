"""The other brands on the terminal: margin and fans of each, market by market."""

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sim.report.numbers import count, money
from sim.report.rivals import brand_name, brands_of, fans_of, figure_of, margin_of
from sim.report.words import Words
from sim.results import Comparison


def rivals_table(c: Comparison, w: Words) -> RenderableType:
    """Margin and fans of every brand, two columns for each logic of the scenario's own brand; empty without rivals."""
    if not c.scenario.rivals:
        return Text()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column(w("brands.brand"), style="bold", overflow="fold")
    for logic in c.ranking:
        table.add_column(escape(w("brands.margin_under", logic=w.logic(logic))), justify="right")
        table.add_column(w("terminal.fans_end"), justify="right")
    for brand in brands_of(c):
        cells = []
        for logic in c.ranking:
            cells.append(money(figure_of(c, logic, brand, margin_of).estimate, w))
            cells.append(count(round(figure_of(c, logic, brand, fans_of).estimate)))
        table.add_row(escape(brand_name(brand, w)), *cells)
    return table

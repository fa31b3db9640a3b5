"""Figures of a run's summary in words: what they are called, and their values in a text. Draws nothing."""

from sim.report.numbers import count, decimal, money, percent
from sim.report.words import Words

MONEY = frozenset(
    (
        *("gmv", "contribution", "ad_spend", "content_cost", "margin", "acquisition_cost", "lifetime_value", "spend"),
        *("gmv_per_reach", "gmv_per_push", "service_cost", "incentives", "sources_cost"),
    )
)
SHARES = frozenset(
    (
        *("exits_per_month", "joins_per_month", "gmv_followers_share", "open_rate", "active_share", "head_share"),
        *("repurchase_rate", "promise_kept", "lead_to_sale", "platform_share"),
    )
)
_TEN = 10.0


def figure_name(figure: str, w: Words) -> str:
    """What a figure of the summary is called."""
    if figure.startswith("margin_") and figure.removeprefix("margin_").isdigit():
        return w("study.margin_after", days=figure.removeprefix("margin_"))
    return w.texts.get(f"totals.{figure}", w.texts.get(f"study.{figure}", figure))


def short_name(figure: str, w: Words) -> str:
    """What a figure is called where there is little room."""
    return w.texts.get(f"study.column_{figure}", figure_name(figure, w))


def is_money(figure: str) -> bool:
    """Whether a figure is an amount in cents."""
    return figure in MONEY or figure.startswith("margin_")


def told(figure: str, value: float, w: Words) -> str:
    """A value of a figure in a text."""
    if is_money(figure):
        return money(value, w)
    if figure in SHARES:
        return percent(value)
    return count(value) if abs(value) >= _TEN else decimal(value)

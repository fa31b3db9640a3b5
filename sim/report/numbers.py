"""Numbers as people read them: money with three digits that mean something, shares, days, dates."""

import datetime as dt
import math

from sim.parameters import DAYS_PER_MONTH
from sim.report.words import Lang, Words
from sim.results import Interval
from sim.scenario.schema import YUAN

NOTHING = "–"
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS: dict[str, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "k"), (1.0, "")),
    "zh": ((1e8, "亿"), (1e4, "万"), (1.0, "")),
}
_MOST_DECIMALS = 3
_YUAN_ZH = "元"


def known(value: float | None) -> bool:
    """True for a number that is there."""
    return value is not None and math.isfinite(value)


def _sign(text: str) -> str:
    return "−" + text[1:] if text.startswith("-") else text


def _places(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0


def _scale(size: float, lang: Lang) -> tuple[float, str]:
    # 999,600 reads "1.00M", not "1,000k"
    return next((u for u in _UNITS[lang] if size >= 0.9995 * u[0]), _UNITS[lang][-1])


def money(cents: float | None, w: Words, digits: int = 3) -> str:
    """¥1.23M, €845k, CHF 12.5; in Chinese 123万元, €123万."""
    if cents is None or not math.isfinite(cents):
        return NOTHING
    return moneys([cents], w, digits)[0]


def money_interval(interval: Interval, w: Words) -> tuple[str, str, str]:
    """Estimate, low and high in one unit, with enough decimals to tell low from high."""
    if not all(map(known, (interval.estimate, interval.low, interval.high))):
        return money(interval.estimate, w), NOTHING, NOTHING
    a, b, c = moneys([interval.estimate, interval.low, interval.high], w, plain=True)
    return a, b, c


def money_tick(cents: float, w: Words) -> str:
    """Money at an axis: ¥20k, ¥2.5k; nothing after the point that is not needed."""
    scale, unit = _scale(abs(cents) / 100, w.lang)
    size = f"{abs(cents) / 100 / scale:.4g}"
    return _signed(f"{size}{unit}", cents < 0 and float(size) != 0, w)


def moneys(cents: list[float], w: Words, digits: int = 3, plain: bool = False) -> list[str]:
    """Amounts in one unit with equally many decimals, to be read one under the other; all of them are there.

    plain  amounts below ¥1k are plain yuan instead: ¥460 beside ¥12.30k, not ¥0.46k
    """
    yuan = [c / 100 for c in cents]
    scale, unit = _scale(max(map(abs, yuan)), w.lang)
    largest, width = max(map(abs, yuan)) / scale, (max(yuan) - min(yuan)) / scale
    largest = float(f"{largest:.{digits}g}")
    decimals = max(0, digits - 1 - _places(largest)) if largest else 0
    if width > 0:
        decimals = max(decimals, 1 - _places(width))
    decimals = min(decimals, 2 if scale == 1.0 else _MOST_DECIMALS)
    return [
        _money(y, 0, "", w) if plain and scale > 1.0 and abs(y) < 999.5 else _money(y / scale, decimals, unit, w)
        for y in yuan
    ]


def _money(value: float, decimals: int, unit: str, w: Words) -> str:
    size = f"{abs(value):,.{decimals}f}"
    return _signed(f"{size}{unit}", value < 0 and float(size.replace(",", "")) != 0, w)


def _signed(amount: str, negative: bool, w: Words) -> str:
    """An amount with its sign and its currency: −¥20k, CHF 20k; in Chinese −2万元."""
    before = "−" if negative else ""
    if w.lang == "zh" and w.currency == YUAN:
        return f"{before}{amount}{_YUAN_ZH}"
    gap = "\u00a0" if w.currency[-1:].isalpha() else ""
    return f"{before}{w.currency}{gap}{amount}"


def bare(amount: str, w: Words) -> str:
    """An amount without its currency, for a column whose head names it, as it does in Chinese."""
    return amount if w.lang == "en" else amount.removesuffix(_YUAN_ZH).replace(w.currency, "").replace("\u00a0", "")


def headed(title: str, w: Words) -> str:
    """The head of a column of bare amounts: in Chinese it names the currency, 利润(元)."""
    if w.lang == "en":
        return title
    return f"{title}({_YUAN_ZH if w.currency == YUAN else w.currency})"


def count(value: float | None) -> str:
    """12,345; small means keep a decimal."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return _sign(f"{value:,.0f}" if abs(value) >= 20 or value == int(value) else f"{value:,.1f}")


def rounded(value: float | None, lang: Lang) -> str:
    """12,345; from a million on three digits: 42.8M, in Chinese 4,280万."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if abs(value) < 1e6:
        return count(round(value))
    scale, unit = _scale(abs(value), lang)
    return _sign(f"{value / scale:,.{max(0, 2 - _places(value / scale))}f}{unit}")


def not_negative(interval: Interval) -> Interval:
    """The interval of something that cannot be negative."""
    return Interval(interval.estimate, max(0.0, interval.low) if known(interval.low) else interval.low, interval.high)


def trend(joins_per_month: float, exits_per_month: float, days: int, w: Words) -> str:
    """Half-life of a shrinking pool or doubling time of a growing one, from its mean rates."""
    if not (known(joins_per_month) and known(exits_per_month)):
        return NOTHING
    net = (joins_per_month - exits_per_month) / DAYS_PER_MONTH
    if abs(net) * days < 0.01:
        return w("pool.steady")
    time = round(math.log(2) / abs(net))
    return w("pool.doubling" if net > 0 else "pool.half_life", days=w.counted("day", time))


def decimal(value: float | None, digits: int = 2) -> str:
    """0.35."""
    return NOTHING if value is None or not math.isfinite(value) else _sign(f"{value:,.{digits}f}")


def percent(value: float | None, digits: int | None = None) -> str:
    """12.3 % from .123; without a decimal from 10 % up; near 0 and 1 it does not round to certainty."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if digits is None and 0.9995 <= value < 1:
        return ">99.9%"
    if digits is None and 0 < value < 0.00005:
        return "<0.01%"
    if digits is None:
        digits = 0 if abs(value) >= 0.0995 else 1 if abs(value) >= 0.00995 or not value else 2
        if 0.995 <= value < 1:
            digits = 1
        if not value:
            digits = 0
    return _sign(f"{100 * value:.{digits}f}%")


def date_of(start: dt.date, day: int, lang: Lang) -> str:
    """The calendar date of a day of the run: 4 May 2022; in Chinese 2022年5月4日."""
    date = start + dt.timedelta(days=day)
    if lang == "zh":
        return f"{date.year}年{date.month}月{date.day}日"
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def percent_interval(interval: Interval) -> tuple[str, str, str]:
    """Estimate, low and high in percent, with enough decimals to tell low from high."""
    width = interval.high - interval.low
    if not (known(width) and width > 0):
        return percent(interval.estimate), percent(interval.low), percent(interval.high)
    coarse = 0 if abs(interval.estimate) >= 0.0995 else 1
    digits = min(2, max(coarse, -_places(100 * width)))
    return (
        percent(interval.estimate, digits),
        percent(max(0.0, interval.low), digits),
        percent(interval.high, digits),
    )

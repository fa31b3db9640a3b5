"""What a run will take, on the terminal and as plain data."""

from collections.abc import Sequence
from typing import Any

from rich.padding import Padding
from rich.text import Text

from sim.engines.forecast import Forecast, Range
from sim.engines.speed import Speed
from sim.report.data import plain
from sim.report.numbers import rounded
from sim.report.terminal import console
from sim.report.words import Lang, Words, words

_MINUTE, _HOUR = 60.0, 3600.0


def print_forecast(found: Sequence[Forecast], speed: Speed, lang: Lang) -> None:
    """A line for each logic, and how it was made."""
    w, out = words(lang), console()
    out.print()
    out.print(Text(w("forecast.title"), style="bold"))
    for one in found:
        out.print(
            Padding(
                w(
                    "forecast.line",
                    logic=w.logic(one.logic),
                    pool=rounded(one.pool, lang),
                    comers=rounded(float(f"{one.comers:.2g}"), lang),
                    peak=_between(one.peak, w, mebibytes),
                    seconds=_between(one.seconds, w, seconds),
                ),
                (0, 0, 0, 2),
            )
        )
    made = "forecast.measured" if speed.runs else "forecast.assumed"
    said = w(made, runs=w.counted("run", speed.runs), speed=f"{speed.fan_days / 1e6:.1f}")
    out.print(Text(f"{w('forecast.made')} {said}", style="dim"))


def plain_forecast(found: Sequence[Forecast], speed: Speed) -> dict[str, Any]:
    """The same as plain data: bytes, seconds."""
    return {"forecast": [_plain(one) for one in found], "speed": speed._asdict()}


def _plain(one: Forecast) -> dict[str, Any]:
    return plain(one._asdict() | {"peak": one.peak._asdict(), "seconds": one.seconds._asdict()})  # type: ignore[no-any-return]


def _between(found: Range, w: Words, shown: Any) -> str:
    return w("forecast.between", low=shown(found.low), estimate=shown(found.estimate), high=shown(found.high))


def mebibytes(size: float) -> str:
    """250 MiB; 2.4 GiB."""
    return f"{size / 2**20:,.0f} MiB" if size < 2**30 else f"{size / 2**30:,.1f} GiB"


def seconds(time: float) -> str:
    """0.4 s, 12 s, 5 min, 3.0 h."""
    if time < _MINUTE:
        return f"{time:.1f} s" if time < 10.0 else f"{time:.0f} s"
    return f"{time / _MINUTE:.0f} min" if time < _HOUR else f"{time / _HOUR:.1f} h"

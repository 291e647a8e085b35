"""Chart: what every chart consists of: axes with ready texts, lines, bars, points, a tooltip and addresses behind it.

An option is plain data as the chart library takes it, so it can be looked at in a test and sent as JSON. Three things
in it are ours and are put in force by ``charts.js``: a colour is a name of the style sheet (``--lead``), so that it
follows dark mode; an axis of values has ``texts``, one for each of its ticks; and ``solvent`` holds for each place on
the axis of categories the text of its tooltip (``tips``) and the address of the rows behind it (``to``). A point with a
tooltip and an address of its own has ``tip`` and ``to`` in its datum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, isfinite, log10
from typing import Any

from babel.dates import format_skeleton
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from solvent.files.language import Language

Option = dict[str, Any]
DASHES: Mapping[str, str | list[int]] = {"solid": "solid", "dashed": [8, 5], "dotted": [2, 4], "mixed": [10, 4, 2, 4]}
"""Ways of drawing a line; two lines of a chart never differ in colour alone."""
DECALS: Mapping[str, Option] = {
    "stripes": {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 5], "rotation": -0.785},
    "back": {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 5], "rotation": 0.785},
    "dots": {"symbol": "circle", "symbolSize": 0.6, "dashArrayX": [[8, 8], [0, 8, 8, 0]], "dashArrayY": [6, 0]},
    "bars": {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 4]},
    "grid": {"symbol": "rect", "symbolSize": 0.6, "dashArrayX": [4, 4], "dashArrayY": [4, 4]},
}
"""Patterns of a filled area."""
TICKS = 6
"""About so many levels are shown on an axis of values."""


@dataclass(frozen=True)
class Key:
    """An entry of the legend. kind: how its sign is drawn, a class of the style sheet."""

    kind: str
    text: str


@dataclass(frozen=True)
class Chart:
    """A chart, ready for a page.

    name: unlike that of any other chart of the page. caption: what it is of. summary: in a sentence or two what it
    shows, for whoever cannot see it. tall: how many rows of text high it is, in rem.
    """

    name: str
    caption: str
    summary: str
    option: Option
    legend: Sequence[Key] = ()
    tall: int = 20

    @property
    def data(self) -> Markup:
        """The option as JSON that may stand in a page: no sign in it ends a script."""
        return htmlsafe_json_dumps(self.option, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def chart(
    *, solvent: Option, x: Option, y: Option, series: Sequence[Option], by: str = "axis", pointer: str = "line"
) -> Option:
    """The whole option.

    Args:
        solvent: ``tips`` and ``to``.
        by: ``axis``: the tooltip tells a place on the axis; ``item``: the point under the pointer.
        pointer: ``line`` or ``shadow``: how the place is marked.
    """
    return {
        "animationDuration": 250,
        "animationDurationUpdate": 250,
        "animationEasing": "cubicOut",
        "animationEasingUpdate": "cubicOut",
        "textStyle": {"color": "--faint", "fontSize": 12},
        "grid": {
            "left": 4,
            "right": 14,
            "top": 14,
            "bottom": 4,
            "outerBoundsMode": "same",
            "outerBoundsContain": "axisLabel",
        },
        "tooltip": {
            "trigger": by,
            "renderMode": "richText",
            "confine": True,
            "transitionDuration": 0,
            "backgroundColor": "--sheet",
            "borderColor": "--rule",
            "axisPointer": {
                "type": pointer,
                "lineStyle": {"color": "--faint", "type": "solid"},
                "shadowStyle": {"color": "--ink", "opacity": 0.06},
            },
            "textStyle": {"color": "--ink", "fontSize": 13, "lineHeight": 19},
        },
        "xAxis": x,
        "yAxis": y,
        "series": list(series),
        "solvent": solvent,
    }


def levels(lowest: float, highest: float, text: Callable[[float], str]) -> Option:
    """An axis of values with round levels from under the lowest to over the highest, and a text for each.

    >>> axis = levels(-3.0, 20.0, lambda value: f"{value:g}")
    >>> axis["min"], axis["max"], axis["interval"], axis["texts"]
    (-4.0, 20.0, 4.0, ['-4', '0', '4', '8', '12', '16', '20'])
    """
    low, high, step = bounds(lowest, highest)
    return {
        "type": "value",
        "min": low,
        "max": high,
        "interval": step,
        "texts": [text(low + step * place) for place in range(round((high - low) / step) + 1)],
        "axisLabel": {"color": "--faint", "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": "--rule"}},
    }


def bounds(lowest: float, highest: float) -> tuple[float, float, float]:
    """Round bounds of an axis and the distance between its levels.

    >>> bounds(0.0, 0.0)
    (0.0, 1.0, 1.0)
    >>> bounds(-1.5e6, 9.7e6)
    (-2000000.0, 10000000.0, 2000000.0)
    """
    if not (isfinite(lowest) and isfinite(highest)):
        raise ValueError("an axis ends somewhere")
    span = highest - lowest
    if span <= 0:
        span = max(abs(highest), 1.0) * TICKS
    rough = span / TICKS
    size = 10.0 ** floor(log10(rough))
    step = next(size * times for times in (1.0, 2.0, 2.5, 4.0, 5.0, 10.0) if size * times >= rough * (1 - 1e-9))
    low = floor(lowest / step) * step
    return low, max(ceil(highest / step) * step, low + step), step


def places(texts: Sequence[str], *, edge: bool = False, downward: bool = False) -> Option:
    """An axis of categories. edge: lines begin at its very ends. downward: the first stands at the top."""
    return {
        "type": "category",
        "data": list(texts),
        "boundaryGap": not edge,
        "inverse": downward,
        "axisTick": {"show": False},
        "axisLine": {"onZero": False, "lineStyle": {"color": "--rule"}},
        "axisLabel": {"color": "--faint", "hideOverlap": True},
    }


def line(name: str, values: Sequence[Any], colour: str, way: str = "solid", **more: Any) -> Option:
    """A line; its gaps stay open. way: one of DASHES. symbol: signs at its points, else none."""
    sign = more.pop("symbol", None)
    return {
        "id": name,
        "type": "line",
        "data": list(values),
        "symbol": sign or "none",
        "symbolSize": 7,
        "showSymbol": sign is not None,
        "lineStyle": {"color": colour, "width": more.pop("width", 2), "type": DASHES[way]},
        "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
        **more,
    }


def band(name: str, heights: Sequence[float], opacity: float, stack: str) -> Option:
    """A part of a fan: an area as high as ``heights``, on top of what was stacked before; opacity 0: it is not seen."""
    return {
        "id": name,
        "type": "line",
        "data": list(heights),
        "stack": stack,
        "stackStrategy": "all",
        "symbol": "none",
        "lineStyle": {"width": 0, "opacity": 0},
        "itemStyle": {"color": "--lead"},
        "areaStyle": {"color": "--lead", "opacity": opacity},
        "emphasis": {"disabled": True},
        "silent": True,
    }


def bars(name: str, data: Sequence[Any], colour: str, decal: str = "", **more: Any) -> Option:
    """Bars; decal: one of DECALS, or none."""
    style: Option = {"color": colour, **more.pop("style", {})}
    if decal:
        style["decal"] = {**DECALS[decal], "color": "--sheet"}
    return {
        "id": name,
        "type": "bar",
        "data": list(data),
        "itemStyle": style,
        "emphasis": {"disabled": True},
        **more,
    }


def points(name: str, data: Sequence[Any], colour: str, symbol: str, size: int = 9, **more: Any) -> Option:
    """Points, each at a place and a level; ``empty`` before a symbol draws its outline only."""
    return {
        "id": name,
        "type": "scatter",
        "data": list(data),
        "symbol": symbol,
        "symbolSize": size,
        "itemStyle": {"color": colour, "opacity": more.pop("opacity", 1)},
        "emphasis": {"disabled": True},
        **more,
    }


def month(day: date, language: Language) -> str:
    """Month and year: Oct 2026, 2026年10月."""
    return format_skeleton("yMMM", day, locale=language.locale)


def told(*lines: str) -> str:
    """Lines of a tooltip; an empty one is left out, and braces are not read as signs of style."""
    return "\n".join(text.replace("{", "(").replace("}", ")") for text in lines if text)

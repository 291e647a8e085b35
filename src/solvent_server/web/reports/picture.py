"""Picture: the cash line of a report, drawn for paper: median, half and nine tenths of all paths, and the floor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from solvent.files.language import Language

WIDE, HIGH, LEFT, TOP, FOOT = 720.0, 240.0, 70.0, 10.0, 26.0
BANDS = (("p05", "p95", "#dbe7ec"), ("p25", "p75", "#aecbd6"))


def cash_line(cash: Mapping[str, Any], language: Language, says: str) -> str:
    """The drawing as SVG; empty where nothing was simulated.

    Args:
        says: what it shows, for whoever cannot see it.
    """
    rows = cash["fan"] or []
    if len(rows) < 2:
        return ""
    floor = cash["lines"]["floor"]["value"]
    levels = [float(row[name]) for row in rows for name in ("p05", "p95")] + [0.0]
    levels += [float(floor)] if floor is not None else []
    low, high = min(levels), max(levels)
    span = (high - low) or 1.0

    def x(place: int) -> float:
        return round(LEFT + (WIDE - LEFT - 10) * place / (len(rows) - 1), 1)

    def y(level: float) -> float:
        return round(TOP + (HIGH - TOP - FOOT) * (high - level) / span, 1)

    def line(name: str, places: list[int]) -> str:
        return " ".join(f"{x(place)},{y(float(rows[place][name]))}" for place in places)

    there = list(range(len(rows)))
    parts = [
        f'<polygon fill="{colour}" points="{line(top, there)} {line(bottom, there[::-1])}"/>'
        for bottom, top, colour in BANDS
    ]
    parts.append(f'<polyline fill="none" stroke="#155e75" stroke-width="2" points="{line("p50", there)}"/>')
    marks = [(0.0, "#1c2430", "2 3")] + ([(float(floor), "#b3261e", "none")] if floor is not None else [])
    for level, colour, dash in marks:
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDE - 10}" y1="{y(level)}" y2="{y(level)}" stroke="{colour}" '
            f'stroke-dasharray="{dash}"/>'
        )
    for level in {low, high, 0.0, *([float(floor)] if floor is not None else [])}:
        parts.append(
            f'<text x="{LEFT - 6}" y="{y(level) + 4}" text-anchor="end" font-size="11">{language.brief(level)}</text>'
        )
    every = max(1, len(rows) // 6)
    for place in there[::every]:
        told = language.short_day(date.fromisoformat(rows[place]["week_end"]))
        parts.append(f'<text x="{x(place)}" y="{HIGH - 6}" text-anchor="middle" font-size="11">{told}</text>')
    return f'<svg viewBox="0 0 {WIDE:g} {HIGH:g}" role="img" aria-label="{escape(says)}">{"".join(parts)}</svg>'

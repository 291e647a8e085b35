"""Warned: what a rule's warnings were worth over the company's own past: what it found in time, what it missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from solvent.files.language import Language
from solvent_server.web.charts.chart import Chart, Key, bars, chart, levels, places, told

FILLS: Mapping[str, tuple[str, str]] = {
    "ahead": ("--green", ""),
    "early": ("--green", "stripes"),
    "found": ("--yellow", "dots"),
    "missed": ("--red", "grid"),
    "right": ("--lead", ""),
    "false": ("--faint", "back"),
}
WORDS: Mapping[str, str] = {
    "ahead": "found 60 days ahead or more",
    "early": "found 30 to 60 days ahead",
    "found": "found later than that",
    "missed": "missed, never warned of",
    "right": "right, trouble came",
    "false": "false alarm, none came",
}


def backtest(row: Mapping[str, Any], language: Language) -> Chart | None:
    """A rule's back-test as two bars of 100 %: of the troubles that came, and of the warnings it gave.

    Args:
        row: of ``warnings.backtest.TESTED``. None where no trouble can be told of what the rule looks at, or where
            neither a trouble came nor a warning was given that can be judged.
    """
    troubles, decided = row["troubles"], row["decided"]
    if troubles is None or not (troubles or decided):
        return None
    counts = _counts(row)
    say = language.say
    rows: Sequence[tuple[str, int, Sequence[str]]] = [
        (say("troubles that came ({count})", count=language.count(troubles)), troubles, list(FILLS)[:4]),
        (say("warnings that were given ({count})", count=language.count(decided or 0)), decided or 0, list(FILLS)[4:]),
    ]
    series, tips = [], []
    for place, (text, whole, parts) in enumerate(rows):
        told_of = []
        for part in parts:
            share = counts[part] / whole if whole else 0.0
            data = [share if place == at else 0 for at in range(2)]
            series.append(bars(part, data, *FILLS[part], stack="share", barMaxWidth=34))
            told_of.append(f"{say(WORDS[part])}  {language.count(counts[part])} · {language.share(share)}")
        tips.append(told(text, *(told_of if whole else [say("none")])))
    down = places([text for text, *_ in rows], downward=True)
    down["axisLabel"] |= {"width": 120, "overflow": "break", "interval": 0}
    across = levels(0.0, 1.0, lambda share: language.number(share * 100, 0) + "%")
    option = chart(x=across, y=down, series=series, solvent={"tips": tips, "to": []}, pointer="shadow")
    summary = say(
        "Of {troubles} troubles it found {found}; of {decided} warnings {hits} were right.",
        troubles=language.count(troubles),
        found=language.count(row["found"]),
        decided=language.count(decided or 0),
        hits=language.count(row["hits"] or 0),
    )
    legend = [
        Key(f"bar of{colour.removeprefix('-')}{' with-' + decal if decal else ''}", say(WORDS[part]))
        for part, (colour, decal) in FILLS.items()
        if counts[part]
    ]
    return Chart("backtest", say("What its warnings were worth"), summary, option, legend, 12)


def _counts(row: Mapping[str, Any]) -> Mapping[str, int]:
    """Each part as a whole number; the parts of troubles add up to them, those of warnings too."""
    troubles, found = row["troubles"], row["found"]
    ahead = round((row["found_ahead_share"] or 0.0) * troubles)
    early = round((row["found_early_share"] or 0.0) * troubles)
    decided, hits = row["decided"] or 0, row["hits"] or 0
    return {
        "ahead": ahead,
        "early": max(early - ahead, 0),
        "found": max(found - max(early, ahead), 0),
        "missed": troubles - found,
        "right": hits,
        "false": decided - hits,
    }

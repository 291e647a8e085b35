"""Shown: a training on the screen: figures, the gate, and the card with its points."""

from __future__ import annotations

from typing import Any

from solvent.files.language import Language
from solvent.files.screen import Screen

NAMES = {"scorecard": "Scorecard", "boosted": "Boosted trees"}
CHECKS = {
    "failures": "failures tested on, at least",
    "auc": "area under the curve, at least",
    "above_best_column": "not below the best single column",
    "calibration_error": "calibration error, at most",
    "stability": "stability index, at most",
    "giveaway_columns": "columns that give the answer away, none",
}


def show(found: dict[str, Any], screen: Screen) -> None:
    """Figures of both models, the gate of each, the printed card."""
    language = screen.language
    screen.heading("Out of fold")
    screen.line(
        language.say(
            "{rows} rows, {failures} failures ({value}), {copies} copies of others; {folds} folds, cut {times} times.",
            rows=language.count(found["tested_on"]["n"]),
            failures=language.count(found["tested_on"]["failures"]),
            value=found["failure"],
            copies=language.count(found["duplicate_rows"]),
            folds=found["folds"],
            times=found["repetitions"],
        ),
        style="dim",
    )
    models = [name for name in NAMES if found[name] is not None]
    rows = [
        (
            language.say(NAMES[name]),
            f"{found[name]['auc']:.4f}",
            f"{found[name]['average_precision']:.4f}",
            f"{found[name]['calibration_error']:.4f}",
            f"{found[name]['auc_of_best_column']:.4f}",
            f"{found[name]['stability']['index']:.3f}",
            language.say("yes") if found[name]["for_use"] else language.say("no"),
        )
        for name in models
    ]
    screen.table(
        ("model", "AUC", "average precision", "calibration error", "AUC of the best column", "stability", "for use"),
        rows,
    )
    for name in models:
        failing = [check for check in found[name]["gate"] if not check["holds"]]
        for check in failing:
            screen.line(
                language.say(
                    "{model} is not for use: {check} {line}, found {value}.",
                    model=language.say(NAMES[name]),
                    check=language.say(CHECKS[check["name"]]),
                    line=f"{check['line']:.4g}",
                    value=f"{check['value']:.4g}",
                ),
                style="yellow",
            )
    _card(found["scorecard"]["card"], screen)


def _card(card: dict[str, Any], screen: Screen) -> None:
    language = screen.language
    screen.heading("The card")
    screen.line(
        language.say(
            "Base {base} points; {double} points more double the odds of survival.",
            base=card["base_points"],
            double=card["points_that_double_the_odds"],
        ),
        style="dim",
    )
    rows = []
    for column in card["columns"]:
        name = column["column"]
        for one in column["bins"]:
            if not one["rows"]:
                continue
            share = language.share(one["failures"] / one["rows"])
            rows.append((name, _bin(one, language), str(one["points"]), language.count(one["rows"]), share))
            name = ""
    screen.table(("column", "bin", "points", "rows", "failed"), rows, left=2)


def _bin(one: dict[str, Any], language: Language) -> str:
    if one["kind"] == "words":
        return ", ".join(one["words"])
    if one["kind"] == "value":
        return f"= {one['value']:g}"
    if one["kind"] != "interval":
        return language.say("missing") if one["kind"] == "missing" else language.say("other words")
    low = "" if one["above"] is None else f"> {one['above'] + 0.0:.5g}"
    high = "" if one["up_to"] is None else f"≤ {one['up_to'] + 0.0:.5g}"
    return " ".join(part for part in (low, high) if part) or language.say("any value")

"""Report: what a training found, for machines: figures out of fold, the gate, the printed card, each row's chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from solvent.credit.scorecard.bins import Bins
from solvent.credit.scorecard.calibration import Calibration
from solvent.credit.scorecard.card import Card
from solvent.credit.scorecard.quality import DEFAULTS as GATE
from solvent.credit.scorecard.quality import (
    Bools,
    Check,
    Floats,
    Gate,
    auc,
    average_precision,
    brier,
    calibration_error,
    chance_error,
    passes,
    reliability,
)
from solvent.credit.scorecard.sheet.sheet import Sheet
from solvent.credit.scorecard.stability import band, shift_of
from solvent.credit.scorecard.train import Cut, Trained

Told = dict[str, Any]
SHOWN_COLUMNS = 30
"""Columns of the boosted model that are told, the most used first."""


def report(sheet: Sheet, trained: Trained, terms: Gate = GATE) -> Told:
    """Everything of a training but the rows.

    ``scorecard`` and ``boosted`` (None without LightGBM) hold ``auc`` and ``average_precision`` (mean over all folds
    of all repetitions, or of the rows tested), ``calibration_error`` and ``brier`` (mean over repetitions, ten bins of
    equal count), ``of_mean_chance`` (the same of each row's mean chance, as in the predictions), ``stability``,
    ``reliability``, ``gate``, ``for_use``, and the model itself.
    """
    rows = trained.cuts[0].rows
    models = trained.cuts[0].risk
    told: Told = {
        "target": sheet.target,
        "failure": sheet.failure,
        "n": len(sheet.failed),
        "failures": int(sheet.failed.sum()),
        "columns": len(sheet.columns),
        "duplicate_rows": sheet.duplicates,
        "learned_from": {"n": len(trained.learned_from), "failures": int(sheet.failed[trained.learned_from].sum())},
        "tested_on": {"n": len(rows), "failures": int(sheet.failed[rows].sum())},
        "folds": trained.folds,
        "repetitions": len(trained.cuts),
        "giveaway_columns": list(sheet.giveaways),
        "scorecard": None,
        "boosted": None,
    }
    for model in models:
        told[model] = _figures(sheet, trained, model, terms)
    fitted = trained.fitted
    told["scorecard"]["card"] = printed(fitted.card, trained.calibrations["scorecard"])
    if fitted.boosted is not None:
        used = fitted.boosted.used.tolist()
        order = np.argsort(-fitted.boosted.gain, kind="stable")[:SHOWN_COLUMNS].tolist()
        told["boosted"]["model"] = {
            "trees": fitted.boosted.trees,
            "bags": len(fitted.boosted.bags),
            "columns": [
                {"column": fitted.names[used[place]], "gain_share": round(float(fitted.boosted.gain[place]), 6)}
                for place in order
            ],
        }
    return told


def _figures(sheet: Sheet, trained: Trained, model: str, terms: Gate) -> Told:
    areas, precisions, bases = [], [], []
    for one in trained.cuts:
        failed = sheet.failed[one.rows]
        for fold in range(int(one.fold.max()) + 1):
            mine = one.fold == fold
            areas.append(auc(failed[mine], one.chance[model][mine]))
            precisions.append(average_precision(failed[mine], one.chance[model][mine]))
            bases.append(auc(failed[mine], one.baseline[mine]))
    errors = [calibration_error(sheet.failed[one.rows], one.chance[model]) for one in trained.cuts]
    shift = _mean([shift_of(one.learned[model]) for one in trained.cuts])
    rows = trained.cuts[0].rows
    failed, mean = sheet.failed[rows], mean_chance(trained.cuts, model)
    area, base, error = _mean(areas), _mean(bases), _mean(errors)
    fails = int(failed.sum())
    checks = passes(
        area=area,
        baseline=base,
        error=error,
        by_chance=chance_error(mean),
        shift=shift,
        failures=fails,
        survivors=len(failed) - fails,
        suspects=len(sheet.giveaways),
        terms=terms,
    )
    return {
        "auc": area,
        "average_precision": _mean(precisions),
        "calibration_error": error,
        "calibration_error_by_chance": chance_error(mean),
        "brier": _mean([brier(sheet.failed[one.rows], one.chance[model]) for one in trained.cuts]),
        "auc_by_fold": areas,
        "auc_of_best_column": base,
        "of_mean_chance": {
            "auc": auc(failed, mean),
            "average_precision": average_precision(failed, mean),
            "calibration_error": calibration_error(failed, mean),
        },
        "stability": {"index": shift, "band": band(shift)},
        "reliability": [
            {"n": count, "mean_chance": chance, "failure_share": share}
            for count, chance, share in reliability(failed, mean)
        ],
        "calibration": trained.calibrations[model].way,
        "gate": [_check(check) for check in checks],
        "for_use": all(check.holds for check in checks),
    }


def _check(check: Check) -> Told:
    return {"name": check.name, "value": check.value, "line": check.line, "holds": check.holds}


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else 0.5


def mean_chance(cuts: Sequence[Cut], model: str) -> Floats:
    """The chance of each row, out of fold, mean over the repetitions."""
    told: Floats = np.mean([one.chance[model] for one in cuts], axis=0)
    return told


def printed(card: Card, curve: Calibration) -> Told:
    """The card as it is printed: base, and each bin's points, rows, failures and weight of evidence."""
    best = card.base + sum(int(part.points.max()) for part in card.parts)
    worst = card.base + sum(int(part.points.min()) for part in card.parts)
    steps = np.unique(np.linspace(worst, best, 25).round().astype(np.int64))
    chances = curve.chance(card.risk(steps))
    return {
        "base_points": card.base,
        "points_that_double_the_odds": card.double_points,
        "columns": [
            {
                "column": part.bins.name,
                "weight": part.weight,
                "gain": part.gain,
                "information_value": part.information,
                "bins": _bins(part.bins, part.points.tolist()),
            }
            for part in card.parts
        ],
        "chance_by_points": [
            {"points": points, "chance": chance}
            for points, chance in zip(steps.tolist(), chances.tolist(), strict=True)
        ],
    }


def _bins(bins: Bins, points: list[int]) -> list[Told]:
    told = []
    for place, (kind, low, high, words) in enumerate(bins.labels()):
        one: Told = {"kind": kind}
        if kind == "interval":
            one |= {"above": low, "up_to": high}
        elif kind == "value":
            one["value"] = low
        elif kind == "words":
            one["words"] = list(words)
        told.append(
            one
            | {
                "points": points[place],
                "rows": int(bins.rows[place]),
                "failures": int(bins.failures[place]),
                "weight_of_evidence": float(bins.evidence[place]),
            }
        )
    return told


def predictions(sheet: Sheet, trained: Trained) -> pl.DataFrame:
    """The chances out of fold: a row for each row that was told.

    ``row`` (of the file, from 1), ``target`` (1 failed), ``scorecard`` and ``boosted`` (mean over the repetitions),
    then of each repetition ``fold_1``, ``scorecard_1``, ``boosted_1``, ...
    """
    first = trained.cuts[0]
    failed: Bools = sheet.failed[first.rows]
    frame: dict[str, Any] = {"row": sheet.row[first.rows], "target": failed.astype(np.int64)}
    frame |= {model: mean_chance(trained.cuts, model) for model in first.chance}
    for number, one in enumerate(trained.cuts, 1):
        frame[f"fold_{number}"] = one.fold + 1
        frame |= {f"{model}_{number}": chance for model, chance in one.chance.items()}
    return pl.DataFrame(frame)

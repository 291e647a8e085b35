"""Learned: a trained scorecard kept as JSON, its chances for our own customers, and how they join the expert card's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from solvent.base.problem import Problem, SolventError
from solvent.base.terms import Terms, term
from solvent.credit.scorecard.bins import Bins
from solvent.credit.scorecard.calibration import Calibration
from solvent.credit.scorecard.card import Card, Part
from solvent.credit.scorecard.quality import Floats, Ints
from solvent.credit.scorecard.sheet.columns import plain, text_of
from solvent.credit.scorecard.sheet.sheet import Sheet
from solvent.credit.scorecard.stability import DEFAULTS as STABILITY
from solvent.credit.scorecard.stability import band, index
from solvent.credit.scorecard.train import Trained

FORM = "solvent.scorecard.1"
STEPS = 10
"""Parts of equal count into which the scores are cut, to see whether they have moved."""


@dataclass(frozen=True)
class Blending(Terms, key="credit.grading.learned"):
    """How a trained card joins the expert one."""

    weight: float = term(
        0.6, unit="share of the log odds that is learned", most=1, source="own choice: what was proved leads"
    )
    least_rows: int = term(50, unit="customers", source="own choice: fewer say nothing of a shift")
    most_steps: int = term(1, unit="grades up or down", source="own choice: a person can still follow")


DEFAULTS = Blending()


@dataclass(frozen=True)
class Column:
    """What one part of a card is counted from.

    of: one source, or two; a source is a column of the file, or two of days, of which the first less the second counts.
    how: ``-`` or ``/`` of two sources, or empty. words: of a column of words the word of each number.
    """

    of: tuple[tuple[str, ...], ...]
    how: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class KeptCard:
    """A card that can be used again.

    columns: of each part. checks: the gate as it was measured, by name, and whether each held. cuts, shares: where the
    scores were cut that it was learned from, and how many rows lay in each part.
    """

    card: Card
    columns: Sequence[Column]
    curve: Calibration
    for_use: bool
    failing: Sequence[str]
    cuts: Floats
    shares: Floats
    target: str
    rows: int
    failures: int


@dataclass(frozen=True)
class Told:
    """What a kept card says of each row of a file: points, chance (yearly, if it was learned on years) and bins.

    shift: stability index of the points against those learned from; None with too few rows.
    """

    points: Ints
    chance: Floats
    places: Ints
    shift: float | None
    problems: Sequence[Problem]


def kept(sheet: Sheet, trained: Trained, figures: dict[str, Any]) -> dict[str, Any]:
    """The trained scorecard as JSON can hold it.

    Args:
        figures: ``credit.scorecard.report.report`` of the same training.
    """
    fitted, curve = trained.fitted, trained.calibrations["scorecard"]
    scores = fitted.card.points(fitted.places(fitted.columns(sheet.values[trained.learned_from]))).astype(np.float64)
    cuts = np.unique(np.quantile(scores, np.linspace(0, 1, STEPS + 1)[1:-1]))
    shares = np.bincount(np.searchsorted(cuts, scores, "left"), minlength=len(cuts) + 1)
    parts = [
        {**_column(sheet, trained, column), **_bins(part)}
        for part, column in zip(fitted.card.parts, fitted.chosen, strict=True)
    ]
    own = figures["scorecard"]
    return {
        "form": FORM,
        "target": sheet.target,
        "rows": len(trained.learned_from),
        "failures": int(sheet.failed[trained.learned_from].sum()),
        "for_use": own["for_use"],
        "gate": own["gate"],
        "figures": {name: own[name] for name in ("auc", "average_precision", "calibration_error", "brier")},
        "base": fitted.card.base,
        "double_points": fitted.card.double_points,
        "parts": parts,
        "curve": {"way": curve.way, "start": curve.start, "slope": curve.slope,
                  "knots": curve.knots.tolist(), "levels": curve.levels.tolist()},
        "scores": {"cuts": cuts.tolist(), "counts": shares.tolist()},
    }  # fmt: skip


def _column(sheet: Sheet, trained: Trained, column: int) -> dict[str, Any]:
    """Where the values of a column come from: a column of the file, or two."""
    given, pairs = len(sheet.columns), trained.fitted.pairs
    if column < given:
        return {"of": [_source(sheet, column)], "how": "", "words": list(sheet.columns[column].words)}
    at = column - given
    gap = at < len(pairs.gaps)
    both = (pairs.gaps[at] if gap else pairs.ratios[at - len(pairs.gaps)]).tolist()
    return {"of": [_source(sheet, one) for one in both], "how": "-" if gap else "/", "words": []}


def _source(sheet: Sheet, column: int) -> list[str]:
    """The column of the file, or the two of days between which its days are counted."""
    own = sheet.columns[column]
    days = [told.name for told in sheet.columns if told.kind == "day"]
    spans = [[late, early] for late in days for early in days if f"{late} - {early}" == own.name]
    return spans[0] if own.kind == "number" and spans else [own.name]


def _bins(part: Part) -> dict[str, Any]:
    bins = part.bins
    arrays = {name: getattr(bins, name).tolist() for name in ("cuts", "special", "group", "rows", "failures")}
    return {
        "name": bins.name, **arrays, "evidence": bins.evidence.tolist(), "points": part.points.tolist(),
        "weight": part.weight, "gain": part.gain, "information": part.information,
    }  # fmt: skip


def card_of(told: object) -> KeptCard:
    """A kept card out of JSON.

    Raises:
        SolventError: it is no such card, or one of its tables does not fit together.
    """
    if not isinstance(told, dict) or told.get("form") != FORM:
        raise SolventError("credit.grading.no_card", form=FORM)
    try:
        parts = [_part(one) for one in told["parts"]]
        columns = [
            Column(tuple(_names(of) for of in one["of"]), str(one["how"]), _names(one["words"]))
            for one in told["parts"]
        ]
        curve, scores = told["curve"], told["scores"]
        card = KeptCard(
            Card(int(told["base"]), parts, int(told["double_points"])),
            columns,
            Calibration(
                str(curve["way"]), float(curve["start"]), float(curve["slope"]),
                _floats(curve["knots"]), _floats(curve["levels"]),
            ),
            bool(told["for_use"]),
            [str(check["name"]) for check in told["gate"] if not check["holds"]],
            _floats(scores["cuts"]),
            _floats(scores["counts"]),
            str(told["target"]),
            int(told["rows"]),
            int(told["failures"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SolventError("credit.grading.card_broken", what=str(error)) from error
    _fits(card)
    return card


def _part(one: dict[str, Any]) -> Part:
    words = _names(one["words"])
    bins = Bins(
        str(one["name"]), _floats(one["cuts"]), _floats(one["special"]), words, _ints(one["group"]),
        _ints(one["rows"]), _ints(one["failures"]), _floats(one["evidence"]),
    )  # fmt: skip
    return Part(bins, float(one["weight"]), float(one["gain"]), float(one["information"]), _ints(one["points"]))


def _fits(card: KeptCard) -> None:
    """Every bin has its points, every value its bin, every curve its levels."""
    for part, column in zip(card.card.parts, card.columns, strict=True):
        bins = part.bins
        size = (len(bins.words) if bins.words else len(bins.cuts) + 1 + len(bins.special)) + 1
        good = (
            len(bins.group) == size
            and bins.group.min() >= 0
            and int(bins.group.max()) < len(part.points)
            and len(column.of) == (2 if column.how else 1)
            and all(1 <= len(source) <= 2 for source in column.of)
            and not (column.words and (column.how or len(column.of[0]) > 1))
            and column.how in ("", "-", "/")
            and bool((np.diff(bins.cuts) > 0).all())
        )
        if not good:
            raise SolventError("credit.grading.card_broken", what=bins.name)
    if len(card.curve.knots) != len(card.curve.levels) or len(card.shares) != len(card.cuts) + 1:
        raise SolventError("credit.grading.card_broken", what="curve")
    if card.card.double_points <= 0 or card.curve.slope < 0 or card.curve.way not in ("platt", "isotonic"):
        raise SolventError("credit.grading.card_broken", what="curve")


def _names(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError("names")
    return tuple(values)


def _floats(values: Any) -> Floats:
    told = np.array(values, dtype=np.float64)
    if told.ndim != 1 or not np.isfinite(told).all():
        raise ValueError("numbers")
    return told


def _ints(values: Any) -> Ints:
    return _floats(values).astype(np.int64)


def applied(card: KeptCard, frame: pl.DataFrame, terms: Blending = DEFAULTS) -> Told:
    """What the card says of every row of a file.

    A column that the file does not have is missing in every row; a card of which it has none cannot be applied.

    Raises:
        SolventError: the file has no column of the card.
    """
    wanted = list(dict.fromkeys(name for column in card.columns for of in column.of for name in of))
    absent = [name for name in wanted if name not in frame.columns]
    if len(absent) == len(wanted):
        raise SolventError("credit.grading.card_columns", columns=", ".join(wanted))
    problems = [Problem("credit.grading.card_column_missing", name) for name in absent]
    places = [_places(part.bins, column, frame) for part, column in zip(card.card.parts, card.columns, strict=True)]
    at = np.stack(places, axis=1)
    points = card.card.points(at)
    shift = None
    if frame.height >= terms.least_rows:
        now = np.bincount(np.searchsorted(card.cuts, points.astype(np.float64), "left"), minlength=len(card.shares))
        shift = index(card.shares, now.astype(np.float64))
        if band(shift) == "shift":
            facts = {"index": round(shift, 3), "line": STABILITY.shift}
            problems.append(Problem("credit.grading.card_shift", "", facts))
    return Told(points, card.curve.chance(card.card.risk(points)), at, shift, problems)


def _places(bins: Bins, column: Column, frame: pl.DataFrame) -> Ints:
    if column.words:
        return _word_places(bins, column, frame)
    values = [_values(frame, source) for source in column.of]
    if not column.how:
        return bins.place(values[0])
    with np.errstate(all="ignore"):
        told = values[0] - values[1] if column.how == "-" else values[0] / values[1]
    told[~np.isfinite(told)] = np.nan
    return bins.place(told)


def _values(frame: pl.DataFrame, source: Sequence[str]) -> Floats:
    told = [_numbers(frame, name) for name in source]
    return told[0] - told[1] if len(told) == 2 else told[0]


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    told = plain(frame.get_column(name))
    return np.full(frame.height, np.nan) if told.kind == "word" else told.values


def _word_places(bins: Bins, column: Column, frame: pl.DataFrame) -> Ints:
    """The bin of each word; one that was never seen is rare."""
    rare = int(bins.group[-1]) - 1
    if column.of[0][0] not in frame.columns:
        return np.full(frame.height, int(bins.group[-1]), dtype=np.int64)
    text = text_of(frame.get_column(column.of[0][0]))
    number = text.replace_strict(
        list(column.words), list(range(len(column.words))), default=-1, return_dtype=pl.Int64
    ).set(text.is_null(), len(column.words))
    seen = number.to_numpy()
    told: Ints = np.where(seen < 0, rare, bins.group[np.maximum(seen, 0)])
    return told


def learned_chances(
    card: KeptCard, ratios: pl.DataFrame, terms: Blending = DEFAULTS
) -> tuple[pl.DataFrame, Sequence[Problem]]:
    """What a kept card says of our customers by the newest row of their ratios.

    Args:
        ratios: ``credit.ratios.ratios``, or any frame with customer_id, period_end and the card's columns.

    Returns:
        customer_id, chance (Float64), sorted by customer_id; and what is to be known. Nobody has a row where the scores
        have shifted from those learned from: the card then tells of other firms than ours.

    Raises:
        SolventError: the card failed its gate, or the ratios have none of its columns.
    """
    if not card.for_use:
        raise SolventError("credit.grading.card_gate", checks=", ".join(card.failing))
    newest = ratios.sort("period_end").group_by("customer_id", maintain_order=True).last().sort("customer_id")
    told = applied(card, newest, terms)
    frame = newest.select("customer_id", pl.Series("chance", told.chance))
    if any(problem.code == "credit.grading.card_shift" for problem in told.problems):
        return frame.clear(), told.problems
    return frame, told.problems


def blended(expert: pl.Expr, chance: pl.Expr, terms: Blending = DEFAULTS) -> pl.Expr:
    """Both chances as one, by their log odds; the expert's where nothing was learned."""
    odds = terms.weight * _log_odds(chance) + (1.0 - terms.weight) * _log_odds(expert)
    return pl.when(chance.is_null()).then(expert).otherwise(1.0 / (1.0 + (-odds).exp()))


def _log_odds(chance: pl.Expr) -> pl.Expr:
    safe = chance.clip(1e-6, 1.0 - 1e-6)
    return safe.log() - (1.0 - safe).log()

"""Sheet: a frame of any columns as one matrix, the target, the clusters that stay together, and the days of a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from solvent.base.problem import Problem, SolventError
from solvent.credit.scorecard.folds import clusters
from solvent.credit.scorecard.quality import Bools, Floats, Ints, auc
from solvent.credit.scorecard.sheet.columns import DEFAULTS, Reading, Told, plain, read, text_of
from solvent.credit.scorecard.sheet.target import target_of

GIVEAWAY = 0.995
"""AUC of a single column from which it is taken to say what happened afterwards."""
_FEW = 20


@dataclass(frozen=True)
class Sheet:
    """What is learned from.

    columns: those that are of use. values: [rows, columns], NaN for missing. failed: the target. row: the number of
    each row in the file, from 1. cluster: rows of one number stay in one fold. moment: the value of the time column,
    NaN without one; in_days: it holds days. giveaways: names of the columns that give the target away.
    """

    columns: Sequence[Told]
    values: Floats
    target: str
    failure: str
    failed: Bools
    row: Ints
    cluster: Ints
    duplicates: int
    moment: Floats
    in_days: bool
    giveaways: Sequence[str]
    problems: Sequence[Problem]

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    @property
    def words(self) -> list[Sequence[str]]:
        """The words of each column, none for numbers."""
        return [column.words for column in self.columns]

    @property
    def numbers(self) -> Ints:
        """Which columns are numbers with more than a few values; a ratio with a day means nothing."""
        plain = [
            place
            for place, column in enumerate(self.columns)
            if column.kind == "number" and len(np.unique(column.values[~np.isnan(column.values)])) > _FEW
        ]
        return np.array(plain, dtype=np.int64)


@dataclass(frozen=True)
class Asked:
    """Which columns play a part of their own."""

    target: str
    failure: str | None = None
    group: str | None = None
    time: str | None = None
    leave_out: Sequence[str] = ()


def sheet_of(frame: pl.DataFrame, asked: Asked, terms: Reading = DEFAULTS) -> Sheet:
    """A frame of any types as a sheet.

    Raises:
        SolventError: a column that is named is not there, the target is no yes or no, or no column is left.
    """
    for name in (asked.target, asked.group, asked.time, *asked.leave_out):
        if name is not None and name not in frame.columns:
            known = ", ".join(frame.columns[:12]) + (", …" if len(frame.columns) > 12 else "")
            raise SolventError("credit.scorecard.column_unknown", name, known=known)
    yes, failure, problems = target_of(text_of(frame.get_column(asked.target)), asked.failure)
    kept = yes.is_not_null()
    if not kept.all():
        problems.append(Problem("credit.scorecard.target_empty", asked.target, {"rows": int((~kept).sum())}))
    frame = frame.with_row_index("\0row", offset=1).filter(kept)
    failed = yes.filter(kept).to_numpy().astype(np.bool_)
    own = {asked.target, asked.group, asked.time, "\0row", *asked.leave_out}
    columns: list[Told] = []
    for name in frame.columns:
        if name in own:
            continue
        told = read(frame.get_column(name), terms)
        if isinstance(told, Problem):
            problems.append(told)
        else:
            columns.append(told)
    columns += _spans([column for column in columns if column.kind == "day"])
    if not columns:
        raise SolventError("credit.scorecard.no_columns", asked.target)
    values = np.stack([column.values for column in columns], axis=1)
    same = _alike(values)
    keys = [same] if asked.group is None else [same, _numbered(frame.get_column(asked.group))]
    moment, in_days = _moments(frame, asked.time)
    giveaways = [column.name for column in columns if _single(column, failed) > GIVEAWAY]
    problems += [Problem("credit.scorecard.giveaway", name, {"line": GIVEAWAY}) for name in giveaways]
    return Sheet(
        columns, values, asked.target, failure, failed, frame.get_column("\0row").to_numpy().astype(np.int64),
        clusters(keys), int(len(same) - len(np.unique(same))), moment, in_days, giveaways,
        problems,
    )  # fmt: skip


def _alike(values: Floats) -> Ints:
    """A number for each row; rows that are the same in every column have the same."""
    names = [f"c{place}" for place in range(values.shape[1])]
    frame = pl.DataFrame({name: values[:, place] for place, name in enumerate(names)})
    return frame.select(pl.struct(names).rank("dense").cast(pl.Int64)).to_series().to_numpy() - 1


def _numbered(column: pl.Series) -> Ints:
    """The group of each row; an empty one belongs to nobody else."""
    return text_of(column).rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()


def _spans(days: Sequence[Told]) -> list[Told]:
    """The days between each two columns of days: an age tells more than a birthday."""
    told = []
    for place, one in enumerate(days[:6]):
        for other in days[place + 1 : 6]:
            span = other.values - one.values
            if len(np.unique(span[~np.isnan(span)])) > 1:
                told.append(Told(f"{other.name} - {one.name}", "number", span, ()))
    return told


def _moments(frame: pl.DataFrame, time: str | None) -> tuple[Floats, bool]:
    """The time column as numbers, and whether they are days."""
    if time is None:
        return np.full(frame.height, np.nan), False
    told = plain(frame.get_column(time))
    if told.kind == "word":
        raise SolventError("credit.scorecard.time_words", time)
    return told.values, told.kind == "day"


def moment_of(text: str, *, days: bool, end: bool) -> float:
    """A number, day, month or year as told, on the scale of the time column.

    Args:
        text: ``2011``, ``2011-06`` or ``2011-06-30``, or any number.
        days: the column holds days; else its numbers are compared as they are, a day told counting by its year.
        end: a year or month means its last day, else its first.

    Raises:
        SolventError: it is neither.

    >>> moment_of("1970", days=True, end=True), moment_of("1970-02", days=True, end=False)
    (364.0, 31.0)
    """
    parts = text.strip().split("-")
    try:
        if not days:
            return float(parts[0]) if len(parts) == 3 and len(parts[0]) == 4 else float(text)
        year, month = int(parts[0]), int(parts[1]) if len(parts) > 1 else 12 if end else 1
        if len(parts) > 2:
            return float((date(year, month, int(parts[2])) - date(1970, 1, 1)).days)
        if not end:
            return float((date(year, month, 1) - date(1970, 1, 1)).days)
        return float((date(year + month // 12, month % 12 + 1, 1) - date(1970, 1, 1)).days - 1)
    except ValueError as error:
        raise SolventError("credit.scorecard.time_value", text) from error


def _single(column: Told, failed: Bools) -> float:
    """How well the column alone sorts the rows, whichever way round, missing values at either end."""
    missing = np.isnan(column.values)
    if column.kind == "word":
        place = np.where(missing, len(column.words), np.nan_to_num(column.values)).astype(np.int64)
        count = np.bincount(place)
        share = np.bincount(place, failed) / np.maximum(count, 1)
        share = np.where(count >= min(_FEW, max(2, len(failed) // 50)), share, failed.mean())
        return max(_both(auc(failed, share[place])), 0.0)
    low = np.where(missing, -np.inf, column.values)
    high = np.where(missing, np.inf, column.values)
    return max(_both(auc(failed, low)), _both(auc(failed, high)))


def _both(area: float | None) -> float:
    return 0.0 if area is None else max(area, 1.0 - area)

"""Columns: what kind each column is (numbers, words, days), its values as numbers, and which are of no use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.credit.scorecard.quality import Floats

Kind = Literal["number", "word", "day"]
NOTHING = ("", "na", "n/a", "n.a.", "nan", "null", "none", "nil", "?", "-", "--", ".", "#n/a", "#div/0!", "#value!",
           "#num!", "inf", "-inf", "infinity", "-infinity", "无", "空", "缺失", "不详", "未知")  # fmt: skip
"""What a cell says that says nothing, in small letters."""
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y年%m月%d日", "%d-%b-%Y",
         "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m", "%b-%Y")  # fmt: skip
_ID = re.compile(
    r"(^|[_\W])(id|ids|no|nr|num|key|code|uuid|guid|index|row|rownum|ref|reference)($|[_\W\d])|编号|序号|代码|号$",
    re.IGNORECASE,
)
_GROUPED = r"^[-+(]?[¥$€£]?\d{1,3}(,\d{3})+(\.\d*)?\)?%?$"


@dataclass(frozen=True)
class Reading(Terms, key="credit.scorecard.reading"):
    """When a column is what."""

    number_share: float = term(0.95, unit="share of filled cells that are numbers", most=1, source="own choice")
    most_words_share: float = term(0.5, unit="distinct words per filled cell", source="own choice: more are names")
    most_words: int = term(1000, unit="words of one column", source="own choice: the most frequent are kept")


DEFAULTS = Reading()


@dataclass(frozen=True)
class Told:
    """One column: NaN is missing; of words the numbers of ``words``; of days days since 1970."""

    name: str
    kind: Kind
    values: Floats
    words: Sequence[str]


def text_of(column: pl.Series) -> pl.Series:
    """The column as trimmed text, null where it says nothing."""
    text = column.cast(pl.String, strict=False) if column.dtype != pl.String else column
    text = text.str.strip_chars(" \t\r\n\u3000\ufeff")
    return text.set(text.str.to_lowercase().is_in(NOTHING).fill_null(True), None)


def read(column: pl.Series, terms: Reading = DEFAULTS) -> Told | Problem:
    """One column as it can be learned from, or why it is left out."""
    name, rows = column.name, len(column)
    told = plain(column, terms)
    known = told.values[~np.isnan(told.values)]
    if not len(known):
        return Problem("credit.scorecard.column_empty", name)
    distinct = np.unique(known)
    if len(distinct) == 1 and len(known) == rows:
        return Problem("credit.scorecard.column_constant", name, {"value": _shown(told, distinct[0])})
    if told.kind == "word" and len(told.words) > max(20, terms.most_words_share * len(known)):
        return Problem("credit.scorecard.column_names", name, {"count": len(told.words), "rows": len(known)})
    if told.kind == "number" and _is_number_of_rows(name, known, distinct):
        return Problem("credit.scorecard.column_id", name, {"rows": len(known)})
    return told if told.kind != "word" else _frequent(told, terms)


def plain(column: pl.Series, terms: Reading = DEFAULTS) -> Told:
    """One column as numbers, days or words, whatever its use."""
    return _typed(column) if column.dtype != pl.String else _of_text(column, terms)


def _shown(told: Told, value: float) -> str:
    return told.words[int(value)] if told.kind == "word" else f"{value:g}"


def _is_number_of_rows(name: str, known: Floats, distinct: Floats) -> bool:
    """Whole numbers, each once, that run on without wide gaps, or under a name that says so."""
    if len(known) < 20 or len(distinct) < len(known) or not (known == np.floor(known)).all():
        return False
    dense = float(distinct[-1] - distinct[0]) < 1.5 * len(distinct)
    return dense or bool(_ID.search(name))


def _typed(column: pl.Series) -> Told:
    if column.dtype.is_temporal() and column.dtype not in (pl.Time, pl.Duration):
        days = column.cast(pl.Date).to_physical().cast(pl.Float64)
        return Told(column.name, "day", _floats(days), ())
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return Told(column.name, "number", _floats(column.cast(pl.Float64)), ())
    return _of_text(column.cast(pl.String, strict=False), DEFAULTS)


def _of_text(column: pl.Series, terms: Reading) -> Told:
    text = text_of(column)
    filled = len(text) - text.null_count()
    coded = bool(text.str.contains(r"^0\d").any())
    for numbers in (_numbers(text), _numbers(_with_commas(text))):
        if filled and not coded and numbers.drop_nulls().len() >= terms.number_share * filled:
            return Told(column.name, "number", _floats(numbers), ())
    for form in _DAYS:
        days = _as_days(text, form)
        if filled and days.drop_nulls().len() >= terms.number_share * filled:
            return Told(column.name, "day", _floats(days.to_physical().cast(pl.Float64)), ())
    words = sorted(text.drop_nulls().unique().to_list())
    place = (
        text.replace_strict(words, list(range(len(words))), default=None, return_dtype=pl.Float64) if words else None
    )
    values = _floats(place) if place is not None else np.full(len(text), np.nan)
    return Told(column.name, "word", values, tuple(words))


def _as_days(text: pl.Series, form: str) -> pl.Series:
    if "%d" not in form:
        return (text + "-01").str.to_date(form + "-%d", strict=False)
    if "%H" in form:
        return text.str.to_datetime(form, strict=False, time_unit="us").cast(pl.Date)
    return text.str.to_date(form, strict=False)


def _numbers(text: pl.Series) -> pl.Series:
    """Numbers as they are written: 1,234.50, (12), 3 %, ¥5; a share in per cent becomes a share."""
    frame = pl.DataFrame({"t": text}).with_columns(pl.col("t").str.replace_all(r"[\s\u00a0]", ""))
    bare = pl.when(pl.col("t").str.contains(_GROUPED)).then(pl.col("t").str.replace_all(",", "")).otherwise(pl.col("t"))
    frame = frame.with_columns(bare.str.replace(r"^([-+(]?)[¥$€£]", "$1").alias("t"))
    frame = frame.with_columns(pl.col("t").str.replace(r"^\((.*)\)$", "-$1").alias("t"))
    share = pl.col("t").str.ends_with("%")
    value = pl.col("t").str.strip_suffix("%").cast(pl.Float64, strict=False)
    return frame.select(pl.when(share).then(value / 100.0).otherwise(value)).to_series()


def _with_commas(text: pl.Series) -> pl.Series:
    """1.234,50 as 1234.50."""
    return text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)


def _floats(column: pl.Series) -> Floats:
    values: Floats = column.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _frequent(told: Told, terms: Reading) -> Told:
    """The most frequent words; the others all become the same last word."""
    if len(told.words) <= terms.most_words:
        return told
    known = told.values[~np.isnan(told.values)].astype(np.int64)
    count = np.bincount(known, minlength=len(told.words))
    kept = np.sort(np.argsort(-count, kind="stable")[: terms.most_words])
    number = np.full(len(told.words), float(len(kept)))
    number[kept] = np.arange(len(kept))
    values = told.values.copy()
    values[~np.isnan(values)] = number[known]
    return Told(told.name, "word", values, (*(told.words[word] for word in kept.tolist()), "…"))

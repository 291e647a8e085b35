"""Cells: the columns of a mapped frame in the types of their table; what cannot be one is a fault of its row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from solvent.base.calendar import FIRST_YEAR, LAST_YEAR
from solvent.base.money import UNKNOWN, is_currency
from solvent.base.problem import Fact, TableError
from solvent.base.table import Column, DType, Table
from solvent.books.books import DAY_OF
from solvent.intake.sources.amounts import minor_units
from solvent.intake.sources.importer import ROW, SHEET

AT = "_at"
"""The place of a row in its mapped frame, from 0."""
FAULTS: dict[str, DType] = {
    AT: pl.UInt32,
    "column": pl.String,
    "value": pl.String,
    "code": pl.String,
    "facts": pl.String,
}
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


@dataclass
class Cells:
    """One mapped frame while it is typed. The first fault of a row counts."""

    table: Table
    frame: pl.DataFrame
    faults: list[pl.DataFrame] = field(default_factory=list)

    def fault(
        self,
        broken: pl.Series,
        code: str | pl.Series,
        column: str = "",
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        """Reject the rows of a mask."""
        broken = broken.fill_null(False)
        if not broken.any():
            return
        codes = pl.Series([code]).new_from_index(0, self.frame.height) if isinstance(code, str) else code
        shown = self.frame[column].cast(pl.String, strict=False) if column in self.frame.columns else None
        told = self.frame.select(AT).with_columns(
            pl.lit(column).alias("column"),
            pl.lit(None, dtype=pl.String).alias("value") if shown is None else shown.alias("value"),
            codes.alias("code"),
            pl.lit(json.dumps(facts or {}, ensure_ascii=False)).alias("facts"),
        )
        self.faults.append(told.filter(broken).cast(pl.Schema(FAULTS)))

    def rejected(self) -> pl.DataFrame:
        """One row for each rejected row, as FAULTS says, with its first reason."""
        if not self.faults:
            return pl.DataFrame(schema=FAULTS)
        return pl.concat(self.faults).unique(AT, keep="first", maintain_order=True)


def typed(table: Table, frame: pl.DataFrame, own: str, currencies: Mapping[str, pl.DataFrame]) -> Cells:
    """A mapped frame in the types of its table, with SHEET, ROW and AT beside; laws are looked at, keys are not.

    Args:
        own: the company's own currency, for rows that name none and for booked amounts.
        currencies: for tables whose currency may be empty (``allocations``, ``bill_payments``, ``disputes``,
            ``promises``): the id column and ``currency`` of what they point to, under the table's name.

    Raises:
        TableError: a column is not of the table, one that may not be empty is missing, or money stands in floats.
    """
    cells = Cells(table, _placed(table, frame))
    said = cells.frame
    money = _currencies(cells, own, currencies.get(table.name))
    columns: list[pl.Series] = []
    for name, column in table.columns.items():
        if name == "currency" or name not in said.columns:
            continue
        columns.append(_typed(cells, name, column, money, own).alias(name))
    kept = money if "currency" in table.columns and not table.columns["currency"].empty else None
    full = said.select(AT, SHEET, ROW).with_columns(columns)
    if kept is not None:
        full = full.with_columns(kept.alias("currency"))
    elif "currency" in said.columns:
        full = full.with_columns(said["currency"].cast(pl.String).replace("", None).alias("currency"))
    if "recorded_on" not in said.columns:
        day = DAY_OF.get(table.name)
        known = pl.col(day) if day else _since(full)
        full = full.with_columns(known.alias("recorded_on"))
    shaped = pl.concat([full.select(AT, SHEET, ROW), table.conform(full.lazy()).collect()], how="horizontal")
    for rule, broken in table.broken().items():
        empty = rule.removeprefix("empty.") if rule.startswith("empty.") else ""
        if rule != "key.doubled":
            code, facts = ("intake.row.empty", {"column": empty}) if empty else ("intake.row.law", {"law": rule})
            cells.fault(shaped.select(broken).to_series(), code, empty, facts)
    cells.frame = shaped
    return cells


def _placed(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with AT, SHEET and ROW; the caller's faults are told at once."""
    strange = [name for name in frame.columns if name not in table.columns and name not in (SHEET, ROW)]
    if strange:
        raise TableError("sources.frame.column_unknown", table=table.name, columns=", ".join(strange))
    missing = [
        name
        for name, column in table.columns.items()
        if not column.empty and name not in frame.columns and name not in ("currency", "recorded_on")
    ]
    if missing:
        raise TableError("base.table.column_missing", table=table.name, columns=", ".join(missing))
    floats = [name for name, kind in frame.schema.items() if kind.is_float() and _is_money(table, name)]
    if floats:
        raise TableError("sources.frame.money_in_floats", table=table.name, columns=", ".join(floats))
    placed = frame.with_row_index(AT)
    if SHEET not in frame.columns:
        placed = placed.with_columns(pl.lit(table.name).alias(SHEET))
    if ROW not in frame.columns:
        placed = placed.with_columns((pl.col(AT).cast(pl.Int64) + 1).alias(ROW))
    return placed.cast({SHEET: pl.String, ROW: pl.Int64})


def _is_money(table: Table, name: str) -> bool:
    return name in table.columns and table.columns[name].unit == "minor units"


def _since(frame: pl.DataFrame) -> pl.Expr:
    since = pl.col("since_on") if "since_on" in frame.columns else pl.lit(None, dtype=pl.Date)
    return since.fill_null(pl.date(1970, 1, 1))


def _currencies(cells: Cells, own: str, pointed: pl.DataFrame | None) -> pl.Series:
    """The currency that each row's amount is in: its own, that of what it points to, or the company's."""
    frame = cells.frame
    if "currency" not in frame.columns:
        said = pl.Series("currency", [None], dtype=pl.String).new_from_index(0, frame.height)
    else:
        said = frame["currency"].cast(pl.String).str.strip_chars()
        said = said.set((said == "").fill_null(False), None)
        codes = {code: code == UNKNOWN or is_currency(code) for code in said.drop_nulls().unique().to_list()}
        bad = [code for code, good in codes.items() if not good]
        if bad:
            cells.fault(said.is_in(bad), "intake.cell.currency", "currency")
            said = said.set(said.is_in(bad).fill_null(False), None)
    if pointed is not None and said.null_count():
        key = pointed.columns[0]
        found = frame.select(pl.col(key).cast(pl.String)).join(
            pointed.unique(key, keep="first"), on=key, how="left", maintain_order="left"
        )
        said = said.fill_null(found["currency"])
    return said.fill_null(own)


def _typed(cells: Cells, name: str, column: Column, money: pl.Series, own: str) -> pl.Series:
    """One column in its own type; a cell that cannot be one is a fault and empty."""
    said = cells.frame[name]
    if column.unit == "minor units":
        return _money(cells, name, money, own)
    if column.dtype == pl.Date:
        return _days(cells, name)
    if said.dtype == column.dtype and column.dtype != pl.String:
        return said
    texts = said.cast(pl.String, strict=False).str.strip_chars()
    texts = texts.set((texts == "").fill_null(False), None)
    if column.dtype == pl.String:
        return texts
    if column.dtype == pl.Boolean:
        low = texts.str.to_lowercase()
        value = (
            pl.DataFrame({"low": low})
            .select(pl.when(pl.col("low").is_in(_YES)).then(True).when(pl.col("low").is_in(_NO)).then(False))
            .to_series()
        )
        cells.fault(texts.is_not_null() & value.is_null(), "intake.cell.yes_no", name)
        return value
    if isinstance(column.dtype, pl.Datetime):
        moments = texts.str.replace("T", " ").str.head(19).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
        cells.fault(texts.is_not_null() & moments.is_null(), "intake.cell.date", name)
        return moments.cast(column.dtype)
    number = texts.cast(pl.Float64, strict=False)
    value = texts.cast(column.dtype, strict=False)
    cells.fault(
        texts.is_not_null() & (value.is_null() | ~number.is_finite().fill_null(False)), "intake.cell.number", name
    )
    return value


def _money(cells: Cells, name: str, money: pl.Series, own: str) -> pl.Series:
    """Whole numbers are minor units already; texts and decimals are main units of the currency that belongs to them."""
    said = cells.frame[name]
    if said.dtype.is_integer() or said.dtype == pl.Null:
        return said.cast(pl.Int64)
    currency = money
    if name == "booked_amount":
        currency = pl.Series([own]).new_from_index(0, said.len())
    elif name == "source_amount" and "source_currency" in cells.frame.columns:
        currency = cells.frame["source_currency"].cast(pl.String).fill_null(money)
    told = minor_units(said, currency)
    cells.fault(told["bad"].is_not_null(), told["bad"], name)
    return told["value"]


def _days(cells: Cells, name: str) -> pl.Series:
    said = cells.frame[name]
    if said.dtype == pl.Date:
        days = said
    elif isinstance(said.dtype, pl.Datetime):
        days = said.cast(pl.Date)
    else:
        texts = said.cast(pl.String, strict=False).str.strip_chars()
        texts = texts.set((texts == "").fill_null(False), None)
        right = texts.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T].*)?$")
        days = texts.str.head(10).str.to_date("%Y-%m-%d", strict=False)
        cells.fault((texts.is_not_null() & ~(right.fill_null(False) & days.is_not_null())), "intake.cell.date", name)
        days = days.set(~right.fill_null(False), None)
    beyond = ~days.dt.year().is_between(FIRST_YEAR, LAST_YEAR) & (name != "recorded_on")
    cells.fault(beyond, "intake.cell.date_range", name)
    return days

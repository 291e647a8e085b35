"""Folder: the ledger folder, one file a table, that our exports write and read back unchanged.

A ledger folder holds ``ledger.toml`` (the company's own currency and whatever else its writer noted) and, for each
table it has, ``TABLE.csv``, ``TABLE.parquet`` or a folder ``TABLE/`` of Parquet parts. In CSV money stands in main
units as decimal text, days as ISO dates, and the first line names the columns; in Parquet every column has the type
that the table declares, money in minor units.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN, digits
from solvent.base.problem import LedgerError
from solvent.base.table import Table
from solvent.books.books import TABLES

MANIFEST = "ledger.toml"


def write_tables(
    tables: Mapping[str, pl.DataFrame],
    folder: Path,
    *,
    currency: str,
    form: str = "csv",
    notes: Mapping[str, str | int] | None = None,
) -> None:
    """Write the tables, and ``ledger.toml`` beside them.

    Args:
        tables: conformed frames by table name; an empty one is left out.
        currency: the company's own currency.
        form: ``csv`` or ``parquet``.
        notes: further lines of ``ledger.toml``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} = {value if isinstance(value, int) else _quoted(value)}" for key, value in (notes or {}).items()]
    (folder / MANIFEST).write_text("\n".join([f'currency = "{currency}"', *lines, ""]), "utf-8")
    for name, frame in tables.items():
        if frame.is_empty():
            continue
        if form == "parquet":
            frame.write_parquet(folder / f"{name}.parquet", compression="zstd")
        else:
            _guarded(name, in_words(name, frame, tables, currency)).write_csv(folder / f"{name}.csv")


def in_words(name: str, frame: pl.DataFrame, tables: Mapping[str, pl.DataFrame], currency: str) -> pl.DataFrame:
    """The table as people and spreadsheets read it: money in main units as text, its currency beside it.

    Args:
        name: the table.
        frame: its rows, conformed.
        tables: all tables, to find an item's or a bill's currency where the row leaves it to them.
        currency: the company's own currency.
    """
    table = TABLES[name]
    frame = _with_currency(name, frame, tables)
    for column, declared in table.columns.items():
        if declared.unit == "minor units":
            beside = {"booked_amount": pl.lit(currency), "source_amount": pl.col("source_currency")}
            unit = beside.get(column, pl.col("currency")).fill_null(pl.col("currency")).fill_null(currency)
            frame = frame.with_columns(main_units(pl.col(column), unit, _used(frame, currency)).alias(column))
    return frame.select(list(table.columns))


def _guarded(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Text cells that a spreadsheet would run as a formula behind an apostrophe, which reading takes off again."""
    texts = [column for column, declared in TABLES[name].columns.items() if declared.dtype == pl.String]
    runs = pl.col(texts).str.contains(r"^[=+\-@\t\r]")
    return frame.with_columns(pl.when(runs).then(pl.lit("'") + pl.col(texts)).otherwise(pl.col(texts)).name.keep())


def main_units(amount: pl.Expr, currency: pl.Expr, used: tuple[str, ...]) -> pl.Expr:
    """An amount of minor units as exact decimal text in the main unit of its row's currency, ``-0.05``."""
    text = _decimal_text(amount, 2)
    for code in used:
        if digits(code) != 2:
            text = pl.when(currency == code).then(_decimal_text(amount, digits(code))).otherwise(text)
    return text


def read_manifest(folder: Path) -> Mapping[str, Any] | None:
    """What ``ledger.toml`` says; None where the folder has none.

    Raises:
        LedgerError: the file is not TOML, or its currency is not one.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LedgerError("files.manifest_unreadable", str(path), error=str(error)) from error
    if not isinstance(manifest.get("currency", UNKNOWN), str):
        raise LedgerError("files.manifest_unreadable", str(path), error="currency")
    return manifest


def parquet_tables(folder: Path) -> dict[str, pl.LazyFrame]:
    """Every table that the folder holds in Parquet, in one file or in parts, conformed and not yet read.

    Raises:
        LedgerError: a file has not the columns of its table, or is no Parquet.
    """
    found = {name: path for name in TABLES for path in parquet_paths(folder, name)[:1]}
    return {name: _scan(TABLES[name], parquet_paths(folder, name)) for name in found}


def parquet_paths(folder: Path, name: str) -> list[Path]:
    """The Parquet files of one table: ``NAME.parquet``, or the parts in ``NAME/`` in their order."""
    single = folder / f"{name}.parquet"
    return [single] if single.is_file() else sorted((folder / name).glob("*.parquet"))


def _scan(table: Table, paths: list[Path]) -> pl.LazyFrame:
    try:
        return table.conform(pl.scan_parquet(paths))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise LedgerError("files.parquet_unreadable", str(paths[0]), error=str(error).splitlines()[0]) from error


def _with_currency(name: str, frame: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Allocations, disputes, promises and bill payments with the currency of their item or bill where they name none.

    A promise of a whole account that names none stays so: it is in the company's own.
    """
    owner, key = ("bills", "bill_id") if name == "bill_payments" else ("open_items", "item_id")
    leaves = "currency" in TABLES[name].columns and TABLES[name].columns["currency"].empty
    if not leaves or owner not in tables or key not in TABLES[name].columns:
        return frame
    theirs = tables[owner].select(key, pl.col("currency").alias("_theirs"))
    joined = frame.join(theirs, on=key, how="left", maintain_order="left")
    return joined.with_columns(pl.col("currency").fill_null(pl.col("_theirs"))).drop("_theirs")


def _used(frame: pl.DataFrame, own: str) -> tuple[str, ...]:
    columns = [name for name in ("currency", "source_currency") if name in frame.columns]
    named = {code for column in columns for code in frame.get_column(column).unique() if code is not None}
    return tuple(sorted(named | {own}))


def _decimal_text(amount: pl.Expr, places: int) -> pl.Expr:
    sign = pl.when(amount < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size = amount.abs()
    if places == 0:
        return pl.concat_str(sign, size.cast(pl.String))
    whole = (size // 10**places).cast(pl.String)
    rest = (size % 10**places).cast(pl.String).str.zfill(places)
    return pl.concat_str(sign, whole, pl.lit("."), rest)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

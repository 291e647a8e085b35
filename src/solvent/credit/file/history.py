"""History: every change of customers' files: what became known on which day, true from when, old and new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.money import digits
from solvent.base.table import Column
from solvent.books.books import DAY_OF, TABLES, Books
from solvent.books.credit.reputation import RISK_KINDS
from solvent.books.customers import OWN


@dataclass(frozen=True)
class _Tracked:
    """A table whose newest row counts. series: the columns beside the customer within which a row replaces another."""

    series: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


TRACKED: Mapping[str, _Tracked] = {
    "customers": _Tracked(),
    "registrations": _Tracked(),
    "statements": _Tracked(("line", "months")),
    "trade_references": _Tracked(("told_by",), ("reference_id",)),
    "opinions": _Tracked(("agency",), ("opinion_id",)),
    "screenings": _Tracked(("step",), ("screening_id",)),
    "contracts": _Tracked((), ("contract_id",)),
    "limits": _Tracked(("kind",), ("limit_id", "group_id")),
    "buyer_limits": _Tracked(("policy_id",), ("limit_id",)),
    "risk_levels": _Tracked(("kind", "code")),
}
"""The tables whose rows replace each other."""
TOLD_ONCE: Mapping[str, tuple[str, str]] = {
    "events": ("kind", "detail"),
    "approvals": ("approval_id", "reason"),
    "reviews": ("kind", "note"),
}
"""The tables of which each row stands for itself: the column that names it, and the one that says what happened."""
CHANGES: Mapping[str, type[pl.DataType]] = {
    "customer_id": pl.String,
    "known_on": pl.Date,
    "true_on": pl.Date,
    "table": pl.String,
    "series": pl.String,
    "column": pl.String,
    "old": pl.String,
    "new": pl.String,
    "first": pl.Boolean,
    "late": pl.Boolean,
}
"""A row a change.

known_on: the day the books were told. true_on: from when it is true. series: what else names the row: line and months
of a statement, kind of a limit; empty where nothing does. old, new: as text, money in main units; empty: nothing.
first: nothing was known before. late: when it was told, something true of a later day was known already, so the file's
present did not move; old is empty then.
"""


def changes(
    books: Books,
    customers: Sequence[str] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> pl.DataFrame:
    """Every change of the files that became known after ``since`` and by ``until``.

    The file as it was known at the end of any day holds, of each series, the row that was true last among those known;
    a change is where that row's cells differ from those before.

    Args:
        customers: None: all.
        since: None: from the beginning. until: None: all that the books know.

    Returns: as CHANGES says, by customer, day, table, series and column.
    """
    parts = [_tracked(books, name, customers) for name in TRACKED]
    parts += [_told_once(books, name, customers) for name in TOLD_ONCE]
    found = pl.concat(part.select(pl.col(name).cast(dtype) for name, dtype in CHANGES.items()) for part in parts)
    if since is not None:
        found = found.filter(pl.col("known_on") > since)
    if until is not None:
        found = found.filter(pl.col("known_on") <= until)
    return found.sort("customer_id", "known_on", "table", "series", "true_on", "column").collect()


def _rows(books: Books, name: str, customers: Sequence[str] | None) -> pl.LazyFrame:
    """The table's rows with ``customer_id``: those of a group belong to its members, risks to whom they concern."""
    rows = books.table(name)
    members = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    if name == "statements":
        rows = rows.filter(pl.col("entity_id") != OWN).rename({"entity_id": "customer_id"})
    if name == "limits":
        shared = rows.filter(pl.col("customer_id").is_null()).drop("customer_id")
        theirs = shared.join(members.select("customer_id", "group_id"), on="group_id", how="inner")
        own = rows.filter(pl.col("customer_id").is_not_null())
        rows = pl.concat([own, theirs.select(rows.collect_schema().names())])
    if name == "risk_levels":
        concerned = [
            rows.filter(pl.col("kind") == kind).join(
                members.select("customer_id", pl.col(kind).alias("code")), on="code", how="inner"
            )
            for kind in RISK_KINDS
        ]
        rows = pl.concat(concerned)
    rows = rows.filter(pl.col("customer_id").is_not_null())
    return rows if customers is None else rows.filter(pl.col("customer_id").is_in(list(customers)))


def _tracked(books: Books, name: str, customers: Sequence[str] | None) -> pl.LazyFrame:
    how, table = TRACKED[name], TABLES[name]
    day = DAY_OF.get(name)
    true_on = pl.col(day) if day else pl.col("recorded_on")
    aside = {"customer_id", "entity_id", "recorded_on", day, *how.series, *how.aside}
    cells = {key: column for key, column in table.columns.items() if key not in aside}
    rows = _rows(books, name, customers)
    keys = ["customer_id", "series"]
    texts = [_text(key, column).alias(key) for key, column in cells.items()]
    placed = (
        _with_digits(rows, table.columns)
        .with_columns(true_on.alias("true_on"), _series(how.series).alias("series"))
        .sort("recorded_on", "true_on", maintain_order=True)
        .select(*keys, "true_on", pl.col("recorded_on").alias("known_on"), *texts)
        .with_columns((pl.col("true_on") < pl.col("true_on").cum_max().over(keys)).alias("late"))
    )
    long = placed.unpivot(
        on=list(cells), index=[*keys, "true_on", "known_on", "late"], variable_name="column", value_name="new"
    )
    within = [*keys, "column", "late"]
    before = pl.col("new").shift(1).over(within)
    begun = pl.int_range(pl.len()).over(within) == 0
    told = long.with_columns(
        pl.when(~pl.col("late")).then(before).alias("old"), (begun & ~pl.col("late")).alias("first")
    )
    late_news = pl.col("late") & pl.col("new").is_not_null()
    moved = ~pl.col("late") & pl.col("new").ne_missing(pl.col("old"))
    return told.filter(late_news | moved).with_columns(pl.lit(name).alias("table"))


def _told_once(books: Books, name: str, customers: Sequence[str] | None) -> pl.LazyFrame:
    called, says = TOLD_ONCE[name]
    return _rows(books, name, customers).select(
        "customer_id",
        pl.col("recorded_on").alias("known_on"),
        pl.col(DAY_OF[name]).alias("true_on"),
        pl.lit(name).alias("table"),
        pl.lit(None, dtype=pl.String).alias("series"),
        pl.col(called).alias("column"),
        pl.lit(None, dtype=pl.String).alias("old"),
        pl.coalesce(says, called).alias("new"),
        pl.lit(True).alias("first"),
        pl.lit(False).alias("late"),
    )


def _series(columns: tuple[str, ...]) -> pl.Expr:
    if not columns:
        return pl.lit(None, dtype=pl.String)
    return pl.concat_str([pl.col(name).cast(pl.String) for name in columns], separator=" ", ignore_nulls=True)


def _with_digits(rows: pl.LazyFrame, columns: Mapping[str, Column]) -> pl.LazyFrame:
    """The rows with ``_digits``, how many decimals the row's currency has, where the table holds money."""
    if "currency" not in columns:
        return rows
    codes = rows.select(pl.col("currency").unique()).collect().to_series().drop_nulls().to_list()
    known = {code: digits(code) for code in codes}
    found = pl.col("currency").replace_strict(known, default=2, return_dtype=pl.Int64) if known else pl.lit(2)
    return rows.with_columns(found.cast(pl.Int64).alias("_digits"))


def _text(name: str, column: Column) -> pl.Expr:
    """A cell as text; money in main units with the decimals of its currency."""
    if column.unit != "minor units":
        return pl.col(name).cast(pl.String)
    value, places = pl.col(name), pl.col("_digits")
    scale = pl.lit(10, dtype=pl.Int64).pow(places)
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = (value.abs() // scale).cast(pl.String), (value.abs() % scale).cast(pl.String)
    plain = pl.concat_str(sign, whole)
    padded = pl.concat_str(plain, pl.lit("."), pl.concat_str(pl.lit("0000"), rest).str.tail(places))
    return pl.when(places > 0).then(padded).otherwise(plain)

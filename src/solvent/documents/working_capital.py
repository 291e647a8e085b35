"""Working capital: what stands behind its figures as lists: bills we owe, suppliers, stock, bank flows by kind."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.money import converted
from solvent.books.books import Basis, Books
from solvent.measures.company.liquidity import KINDS
from solvent.measures.company.payables import OVERPAID, Payables, open_bills, suppliers
from solvent.measures.company.stock import Stock, newest_count
from solvent.measures.sums import sums
from solvent.snapshot import Snapshot

MONTHS = 13
"""Months of bank flows: a year, and the month that it began after."""


def working_capital_frames(snapshot: Snapshot) -> Mapping[str, pl.DataFrame]:
    """The lists, by name: bills, suppliers, stock, flows; money in minor units of each row's own currency, and
    ``worth`` in that of the books, empty without a rate."""
    books, policy = snapshot.books, snapshot.policy
    return {
        "bills": bills(books, policy.terms(Payables)),
        "suppliers": supplied(books),
        "stock": stock(books, policy.terms(Stock)),
        "flows": flows(books),
    }


def bills(books: Books, terms: Payables | None = None) -> pl.DataFrame:
    """Every bill on which something is owed or overpaid, the longest overdue first.

    Returns:
        bill_id, supplier_id, name, issued_on, due_on, days_past_due (Int64, negative before the day), bucket (as
        ``payables_aging``), currency, face, open (Int64, minor units of it), worth.
    """
    edges = (terms or Payables()).edges
    past = (pl.lit(books.as_of) - pl.col("due_on")).dt.total_days()
    names = ["current", *(f"{low}-{high}" for low, high in zip((1, *(edge + 1 for edge in edges)), edges)),
             f"{edges[-1] + 1}+"]  # fmt: skip
    place = pl.sum_horizontal((past > edge).cast(pl.Int64) for edge in (0, *edges))
    bucket = pl.when(pl.col("amount") < 0).then(pl.lit(OVERPAID)).otherwise(
        place.replace_strict(dict(enumerate(names)), return_dtype=pl.String)
    )  # fmt: skip
    rows = (
        open_bills(books)
        .filter(pl.col("amount") != 0)
        .with_columns(past.alias("days_past_due"), bucket.alias("bucket"))
    )
    told = _worth(rows.rename({"amount": "open"}).collect(), books, "open")
    name = pl.coalesce("supplier_name", "supplier_id").alias("name")
    columns = (
        "bill_id", "supplier_id", name, "issued_on", "due_on", "days_past_due", "bucket", "currency", "face", "open",
        "worth",
    )  # fmt: skip
    return told.select(columns).sort("days_past_due", "bill_id", descending=[True, False])


def supplied(books: Books) -> pl.DataFrame:
    """Suppliers, by what is open with them, the most first.

    Returns:
        supplier_id, name, currency, bills (Int64), terms_days (agreed: from bill to due day), paid_days (taken: from
        bill to payment, by amount), beyond_days (taken over agreed; Float64), open, overdue (minor units of
        ``currency``), worth (of what is open).
    """
    named = (
        books.table("bills")
        .filter(pl.col("supplier_name").is_not_null())
        .sort("issued_on")
        .unique("supplier_id", keep="last")
        .select("supplier_id", pl.col("supplier_name").alias("name"))
        .collect()
    )
    told = _worth(suppliers(books), books, "open").join(named, on="supplier_id", how="left")
    beyond = (pl.col("paid_days") - pl.col("terms_days")).alias("beyond_days")
    return told.with_columns(pl.coalesce("name", "supplier_id").alias("name"), beyond).select(
        "supplier_id", "name", "currency", "bills", "terms_days", "paid_days", "beyond_days", "open", "overdue", "worth"
    ).sort("worth", "supplier_id", descending=[True, False], nulls_last=True)  # fmt: skip


def stock(books: Books, terms: Stock | None = None) -> pl.DataFrame:
    """What lay in stock at the newest count, the dearest first.

    Returns:
        sku, name, family, counted_on, quantity, currency, value (minor units), worth, moved_on, received_on, idle_days
        (Int64, to the day of the count; empty: neither day is known), slow (Boolean, as ``slow_movers`` counts it).
    """
    since = pl.coalesce("moved_on", "received_on")
    idle = (pl.col("counted_on") - since).dt.total_days().alias("idle_days")
    rows = newest_count(books).with_columns(idle).filter(pl.col("value") > 0).collect()
    slow = (pl.col("idle_days") > (terms or Stock()).slow_days).fill_null(value=True).alias("slow")
    told = _worth(rows.with_columns(slow), books, "value")
    name = pl.coalesce("name", "sku").alias("name")
    return told.select(
        "sku", name, "family", "counted_on", "quantity", "currency", "value", "worth", "moved_on", "received_on",
        "idle_days", "slow",
    ).sort("worth", "sku", descending=[True, False], nulls_last=True)  # fmt: skip


def flows(books: Books) -> pl.DataFrame:
    """Money in and out of the accounts by month and category, as the direct method adds it up.

    Returns:
        month_end, kind (operating, investing, financing, internal, uncategorised), category (``?``: none), amount
        (Int64, minor units of the books' currency; empty where a part has no rate), lines (Int64).
    """
    ends = month_ends(books.as_of, MONTHS)
    first = ends[0].replace(day=1)
    kinds = {name: kind for kind, names in KINDS.items() for name in names}
    keys = ("month_end", "category")
    rows = books.table("bank_lines").filter(pl.col("booked_on").is_between(first, ends[-1])).with_columns(
        pl.col("booked_on").dt.month_end().alias("month_end"), pl.col("category").fill_null("?")
    )  # fmt: skip
    counts = rows.group_by(keys).agg(pl.len().cast(pl.Int64).alias("lines"))
    value = pl.when(pl.col("there").is_null()).then(0).otherwise("amount").alias("amount")
    summed = sums(rows, books, *keys).with_columns(pl.lit(value=True).alias("there"))
    kind = pl.col("category").replace_strict(kinds, default="uncategorised", return_dtype=pl.String).alias("kind")
    told = counts.join(summed, on=keys, how="left").with_columns(kind, value)
    return told.select("month_end", "kind", "category", "amount", "lines").sort("month_end", "category").collect()


def _worth(rows: pl.DataFrame, books: Books, column: str) -> pl.DataFrame:
    """The rows with ``worth``: the column in the books' currency."""
    if books.basis is Basis.MIXED:
        known = pl.col("currency").is_in(books.rates.get_column("currency").to_list())
        rows = rows.with_columns(pl.when(known).then(column).alias("worth"))
    else:
        rows = rows.with_columns(pl.col(column).alias("worth"))
    worth = converted(rows.lazy().select("currency", "worth"), books.rates, "worth").collect()
    return rows.with_columns(worth.get_column("worth"))

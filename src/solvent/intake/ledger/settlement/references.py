"""References: which invoices a receipt or credit note names, exactly or as people write them."""

from __future__ import annotations

import polars as pl

from solvent.intake.ledger.settlement.piles import Settlement

NAMED = pl.Schema({"source": pl.String, "source_id": pl.String, "turn": pl.Int64, "group": pl.String})
_PARTS = r"[,，;；、/\s&+|]+"
_MOST_PARTS = 50


def named_invoices(state: Settlement) -> pl.DataFrame:
    """The invoices that each receipt or credit note names.

    An own column goes first; without one the reference counts where it is, letter for letter, the number of an invoice
    of the same customer. Several numbers in one cell are taken in their order. A number is first looked for among the
    customer's own invoices, then among all; then without case, marks and leading zeros, where that leaves one.

    Returns:
        source, source_id, turn (from 0), group: the columns of NAMED, a row for each invoice that is named and known,
        in the same currency.
    """
    sources = state.sources.filter(pl.col("size") > 0)
    if sources.select(pl.coalesce("applies_to", "reference").is_null().all()).item():
        return pl.DataFrame(schema=NAMED)
    invoices = state.items.select("invoice_id", "customer_id", "currency", "group").unique(maintain_order=True)
    keys = ["source", "source_id", "customer_id", "currency"]
    zero = pl.lit(0, dtype=pl.Int64).alias("turn")
    told = sources.filter(pl.col("applies_to").is_not_null()).select(*keys, zero, pl.col("applies_to").alias("text"))
    found = _found(told, invoices)
    rest = told.join(found, on=["source", "source_id"], how="anti")
    parts = rest.with_columns(_split(pl.col("text"))).filter(pl.col("text").list.len().is_between(2, _MOST_PARTS))
    turns = parts.with_columns(pl.int_ranges(pl.col("text").list.len()).alias("turn")).explode("text", "turn")
    several = _found(turns.select(told.columns), invoices)
    hinted = sources.filter(pl.col("applies_to").is_null() & pl.col("reference").is_not_null())
    hinted = hinted.select(*keys, zero, pl.col("reference").alias("text"))
    exact = hinted.join(
        invoices, left_on=["text", "customer_id", "currency"], right_on=["invoice_id", "customer_id", "currency"]
    )
    return pl.concat([frame.select(list(NAMED)).cast(NAMED) for frame in (found, several, exact)])


def _split(text: pl.Expr) -> pl.Expr:
    """The numbers in a cell that names several."""
    return text.str.replace_all(_PARTS, " ").str.strip_chars().str.split(" ")


def _found(told: pl.DataFrame, invoices: pl.DataFrame) -> pl.DataFrame:
    """``told`` with the ``group`` of the invoice that each text names; texts that name none are left out."""
    steps = (
        (pl.col("text"), pl.col("invoice_id"), ["key", "currency", "customer_id"]),
        (pl.col("text"), pl.col("invoice_id"), ["key", "currency"]),
        (_loose("text"), _loose("invoice_id"), ["key", "currency", "customer_id"]),
        (_loose("text"), _loose("invoice_id"), ["key", "currency"]),
    )
    found, rest = [], told
    for text, number, on in steps:
        known = (
            invoices.with_columns(number.alias("key"))
            .group_by(on)
            .agg(pl.col("group").first(), pl.col("group").n_unique().alias("many"))
        )
        one = known.filter((pl.col("many") == 1) & (pl.col("key") != "")).drop("many")
        here = rest.with_columns(text.alias("key")).join(one, on=on, how="inner").drop("key")
        found.append(here.select(*told.columns, "group"))
        rest = rest.join(here, on=["source", "source_id", "turn"], how="anti")
    return pl.concat(found)


def _loose(name: str) -> pl.Expr:
    bare = pl.col(name).str.normalize("NFKC").str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    return bare.str.strip_chars_start("0")

"""Settle: postings of all sheets into items, receipts, credit notes and what settles what.

Three things settle an item: what its own row says (paid, open, settled on a day), a clearing document that it shares
with what paid it, and a receipt or credit note that names its invoice. Instalments are filled in the order of their
due days. What names nothing stays unapplied.
"""

from __future__ import annotations

import polars as pl

from solvent.base.problem import Problem
from solvent.intake.ledger.rows.identity import named_by_content, told_apart
from solvent.intake.ledger.settlement.claims import by_their_own_rows, give_back, imply
from solvent.intake.ledger.settlement.piles import Settlement, laid_against, rest_of
from solvent.intake.ledger.settlement.references import named_invoices

_REFUND = "\x00"
"""Before the id of a refund that stands among items."""


def settle(postings: pl.DataFrame) -> Settlement:
    """Postings that were accepted, into what they are and what settles what."""
    state = _parted(postings)
    named = named_invoices(state)
    by_their_own_rows(state, named)
    _by_clearing(state)
    _by_reference(state, named)
    return state


def _parted(postings: pl.DataFrame) -> Settlement:
    """Items and sources, each with an id of its own and its amount without the sign of the account."""
    postings = postings.rename({"source": "source_file"})
    items = _one_of_lines(named_by_content(postings.filter(pl.col("kind") == "invoice"), "invoice_id"))
    items = _with_ids(items).with_columns(pl.col("amount").alias("size"))
    numbers = items.select("invoice_id").unique().with_columns(pl.lit(True).alias("is_invoice"))
    others = postings.filter(pl.col("kind") != "invoice").join(
        numbers, on="invoice_id", how="left", maintain_order="left"
    )
    credit = pl.col("kind") == "credit_note"
    own = pl.coalesce(pl.when(credit).then(None).otherwise("receipt_id"), "invoice_id", "receipt_id")
    # A receipt or credit note under the number of an invoice is about that invoice.
    sources = others.with_columns(
        pl.coalesce("applies_to", pl.when("is_invoice").then("invoice_id")).alias("applies_to"),
        pl.when("is_invoice").then(None).otherwise("invoice_id").alias("invoice_id"),
    ).with_columns(
        pl.when(credit).then(pl.lit("credit_note")).otherwise(pl.lit("receipt")).alias("source"),
        own.alias("source_id"),
        (-pl.col("amount")).alias("size"),
        (-pl.col("amount")).alias("face"),
        (-pl.col("booked")).alias("booked"),
    )
    sources = named_by_content(sources.drop("is_invoice"), "source_id", "source")
    return Settlement(items, told_apart(sources, "source_id", "source"))


def _one_of_lines(items: pl.DataFrame) -> pl.DataFrame:
    """Lines of one invoice, due on one day, as one item; where a line column tells them apart and no instalment."""
    key = ("customer_id", "invoice_id", "issued_on", "due_on", "currency")
    if items["line"].null_count() == items.height:
        return items
    lines = pl.col("line").is_not_null() & pl.col("instalment").is_null() & pl.col("clearing_id").is_null()
    many = items.filter(lines & (pl.len().over(key) > 1))
    if many.is_empty():
        return items
    sums = ("amount", "booked", "open", "paid")
    first = [pl.col(name).drop_nulls().first() for name in items.columns if name not in (*key, *sums)]
    added = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in sums]
    one = many.group_by(key, maintain_order=True).agg(*first, *added).select(items.columns)
    return pl.concat(
        [items.join(many.select("source_file", "sheet", "_row"), on=["source_file", "sheet", "_row"], how="anti"), one]
    )


def _with_ids(items: pl.DataFrame) -> pl.DataFrame:
    """Items with ``group``, the invoice they are part of, and ``item_id``, the invoice number made unique.

    The group is the number, with ``@customer`` where several customers have it. The item has ``#`` behind it and its
    instalment, where the row tells one, else its due day, where the group has several items.
    """
    again = items["invoice_id"].is_duplicated()
    number = pl.col("invoice_id")
    items = items.with_columns(number.alias("group"))
    if again.any():
        told = items.filter(again).select("invoice_id", "customer_id")
        shared = pl.col("customer_id").n_unique().over("invoice_id") > 1
        group = pl.when(shared).then(pl.concat_str("invoice_id", pl.lit("@"), "customer_id")).otherwise("invoice_id")
        items = items.with_columns(items["group"].scatter(again.arg_true(), told.select(group).to_series()))
    split = items["instalment"].is_not_null() | items["group"].is_duplicated()
    items = items.with_columns(pl.col("group").alias("item_id"))
    if not split.any():
        return items
    part = pl.concat_str("group", pl.lit("#"), pl.coalesce("instalment", pl.col("due_on").cast(pl.String)))
    parts = items.filter(split).select(part).to_series()
    return told_apart(items.with_columns(items["item_id"].scatter(split.arg_true(), parts)), "item_id")


def _by_clearing(state: Settlement) -> None:
    """Within a clearing document what is owed is laid against what was given; a side that is missing is implied."""
    cleared = pl.col("clearing_id").is_not_null()
    group = pl.concat_str("clearing_id", pl.lit("|"), "currency").alias("group")
    owed = state.items.filter(cleared).with_columns(group).sort("due_on", "item_id")
    every = state.sources.filter(cleared).with_columns(group).sort("issued_on", "source_id", "source")
    if owed.is_empty() and every.is_empty():
        return
    both = pl.concat([frame.select("group", "settled_on", "issued_on") for frame in (owed, every)])
    days = both.group_by("group").agg(pl.coalesce(pl.col("settled_on").max(), pl.col("issued_on").max()).alias("on"))
    # A refund is owed like an item; what pays it back needs no allocation, for both stand unapplied and cancel out.
    back = every.filter(pl.col("size") < 0).select(
        "group", pl.concat_str(pl.lit(_REFUND), "source_id").alias("item_id"), -pl.col("size")
    )
    pile = pl.concat([owed.select("group", "item_id", "size"), back])
    found = laid_against(pile, every.filter(pl.col("size") > 0).select("group", "source", "source_id", "size"))
    on = every.select("source", "source_id", "group").join(days, on="group").drop("group")
    direct = found.filter(~pl.col("item_id").str.starts_with(_REFUND))
    state.settle(direct.join(on, on=["source", "source_id"], how="left").rename({"on": "allocated_on"}))
    back = found.filter(pl.col("item_id").str.starts_with(_REFUND))
    state.sources = rest_of(state.sources, back, ["source", "source_id"])
    left = state.items.filter(cleared & (pl.col("size") > 0)).with_columns(group).join(days, on="group")
    rest = state.sources.filter(cleared & (pl.col("size") > 0)).with_columns(group).join(days, on="group")
    imply(state, left, pl.col("on"), pl.lit("cleared"))
    give_back(state, rest, pl.col("on"))
    state.note("intake.clearing_implied", left, side="receipts")
    state.note("intake.clearing_implied", rest, side="refunds")


def _by_reference(state: Settlement, named: pl.DataFrame) -> None:
    """Receipts and credit notes that name invoices fill what is left of their items, in the order of due days."""
    open_ = state.sources.filter(pl.col("clearing_id").is_null() & (pl.col("size") > 0))
    known = named.select("source", "source_id").unique()
    free = open_.join(known, on=["source", "source_id"], how="anti")
    lost = free.filter(pl.col("applies_to").is_not_null())
    state.note("intake.reference_unknown", lost)
    unnamed = free.filter(pl.col("applies_to").is_null())
    if unnamed.height:
        state.problems.append(Problem("intake.unapplied", "", {"count": unnamed.height}))
    for turn in sorted(named["turn"].unique()):
        owed = state.items.filter(pl.col("size") > 0).sort("due_on", "item_id")
        given = state.sources.filter(pl.col("clearing_id").is_null() & (pl.col("size") > 0))
        given = given.drop("group", strict=False).join(
            named.filter(pl.col("turn") == turn), on=["source", "source_id"], how="inner"
        )
        given = given.sort("issued_on", "source", "source_id", descending=[False, True, False])
        found = laid_against(
            owed.select("group", "item_id", "size"), given.select("group", "source", "source_id", "size")
        )
        days = given.select("source", "source_id", pl.col("issued_on").alias("allocated_on"))
        state.settle(found.join(days, on=["source", "source_id"], how="left"))

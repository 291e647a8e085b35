"""Settle: claims laid along the instalments of their documents, as allocations of the books or payments of bills."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from solvent.intake.erp.erpnext.invoices import Invoices
from solvent.intake.erp.erpnext.payments import Payments
from solvent.intake.erp.overlap import overlap
from solvent.intake.sources.importer import ROW, SHEET


def settled(debts: pl.DataFrame, own: pl.DataFrame, parts: Sequence[Payments]) -> pl.DataFrame:
    """Which claim settles how much of which instalment.

    Args:
        debts, own: of the invoices, as DEBTS and CLAIMS say.
        parts: payments and journal entries; their debts count too.

    Returns:
        group, debt, amount and the columns of CLAIMS. A claim that was cancelled (``ended``) is laid by itself, for
        what came after it settles the same debt again. Claims on cancelled invoices settle nothing: the credit note
        of the cancellation does.
    """
    every = pl.concat([debts, *(part.debts for part in parts)]).filter(pl.col("ended").is_null())
    claims = pl.concat([own, *(part.claims for part in parts)])
    live, gone = claims.filter(pl.col("ended").is_null()), claims.filter(pl.col("ended").is_not_null())
    alone = gone.with_columns(pl.concat_str("group", pl.lit("|"), "claim").alias("lane"))
    lanes = alone.select("group", "lane").unique()
    ended = overlap(
        every.join(lanes, on="group").select(pl.col("lane").alias("group"), "debt", "size", "turn"),
        alone.select(pl.col("lane").alias("group"), "claim", "size", "turn"),
    )
    laid = pl.concat(
        [overlap(every.select("group", "debt", "size", "turn"), live.select("group", "claim", "size", "turn")), ended]
    )
    told = laid.drop("group").join(claims.drop("size", "turn"), on="claim")
    return told.join(every.select("debt", "currency", pl.col("day").alias("issued")), on="debt")


def allocations(sales: Invoices, parts: Sequence[Payments], money: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Open items, receipts, credit notes and allocations of the selling side."""
    debts = pl.concat([sales.debts, *(part.debts for part in parts)])
    items = debts.select(
        SHEET,
        ROW,
        pl.col("debt").alias("item_id"),
        pl.col("group").alias("invoice_id"),
        pl.col("party").alias("customer_id"),
        pl.col("day").alias("issued_on"),
        pl.col("due").alias("due_on"),
        "currency",
        pl.col("size").alias("amount"),
        pl.col("booked").alias("booked_amount"),
        pl.col("known").alias("recorded_on"),
    )
    ended = debts.filter(pl.col("ended").is_not_null())
    return {
        "open_items": items,
        "receipts": _money_rows(pl.concat([sales.receipts, *(part.receipts for part in parts)])),
        "credit_notes": pl.concat(
            [
                _credit_rows(pl.concat([sales.credits, *(part.credits for part in parts)])),
                _cancelling(ended),
            ]
        ),
        "allocations": pl.concat([_allocated(money), _taken_back(money), _cancelled(ended)]),
    }


def booked_rows(purchases: Invoices, parts: Sequence[Payments], money: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Bills and what was paid on them; a supplier's credit note that settles a bill counts as paid."""
    debts = pl.concat([purchases.debts, *(part.debts for part in parts)])
    bills = debts.select(
        SHEET,
        ROW,
        pl.col("debt").alias("bill_id"),
        pl.col("party").alias("supplier_id"),
        pl.col("party_name").alias("supplier_name"),
        pl.col("day").alias("issued_on"),
        pl.col("due").alias("due_on"),
        "currency",
        pl.col("size").alias("amount"),
        pl.col("known").alias("recorded_on"),
    )

    def paid(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.select(
            SHEET,
            ROW,
            pl.col("allocation_id").alias("payment_id"),
            pl.col("item_id").alias("bill_id"),
            pl.col("allocated_on").alias("paid_on"),
            "currency",
            "amount",
            "recorded_on",
        )

    ended = debts.filter(pl.col("ended").is_not_null())
    every = pl.concat([_allocated(money), _taken_back(money), _cancelled(ended)])
    return {"bills": bills, "bill_payments": paid(every)}


def _allocated(money: pl.DataFrame) -> pl.DataFrame:
    return money.select(
        SHEET,
        ROW,
        pl.concat_str("claim", pl.lit(">"), "debt").alias("allocation_id"),
        pl.col("debt").alias("item_id"),
        "source",
        "source_id",
        pl.max_horizontal("day", "issued").alias("allocated_on"),
        "currency",
        "amount",
        pl.col("known").alias("recorded_on"),
    )


def _taken_back(money: pl.DataFrame) -> pl.DataFrame:
    """What a cancelled payment had settled, on the day that it was cancelled."""
    gone = money.filter(pl.col("ended").is_not_null())
    return _allocated(gone).with_columns(
        pl.concat_str(pl.lit("cancel:"), "allocation_id").alias("allocation_id"),
        gone["ended"].alias("allocated_on"),
        -pl.col("amount"),
        gone["ended"].alias("recorded_on"),
    )


def _cancelling(ended: pl.DataFrame) -> pl.DataFrame:
    """The credit notes that follow cancelled invoices."""
    return (
        ended.group_by("group", maintain_order=True)
        .agg(
            pl.col(SHEET, ROW, "party", "ended", "currency").first(),
            pl.col("size").sum().alias("amount"),
            pl.col("booked").sum(),
        )
        .select(
            SHEET,
            ROW,
            pl.concat_str(pl.lit("cancel:"), "group").alias("credit_note_id"),
            pl.col("party").alias("customer_id"),
            pl.col("ended").alias("issued_on"),
            "currency",
            "amount",
            pl.col("booked").alias("booked_amount"),
            pl.lit("cancelled").alias("reason"),
            pl.col("ended").alias("recorded_on"),
        )
    )


def _cancelled(ended: pl.DataFrame) -> pl.DataFrame:
    """The allocations of these credit notes."""
    return ended.select(
        SHEET,
        ROW,
        pl.concat_str(pl.lit("cancel:"), "debt").alias("allocation_id"),
        pl.col("debt").alias("item_id"),
        pl.lit("credit_note").alias("source"),
        pl.concat_str(pl.lit("cancel:"), "group").alias("source_id"),
        pl.col("ended").alias("allocated_on"),
        "currency",
        pl.col("size").alias("amount"),
        pl.col("ended").alias("recorded_on"),
    )


def _money_rows(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        SHEET,
        ROW,
        pl.col("id").alias("receipt_id"),
        pl.col("party").alias("customer_id"),
        pl.col("day").alias("received_on"),
        "currency",
        "amount",
        pl.col("booked").alias("booked_amount"),
        pl.col("reason").alias("reference"),
        pl.col("known").alias("recorded_on"),
    )


def _credit_rows(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        SHEET,
        ROW,
        pl.col("id").alias("credit_note_id"),
        pl.col("party").alias("customer_id"),
        pl.col("day").alias("issued_on"),
        "currency",
        "amount",
        pl.col("booked").alias("booked_amount"),
        "reason",
        pl.col("known").alias("recorded_on"),
    )

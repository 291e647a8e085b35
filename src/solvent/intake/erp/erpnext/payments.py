"""ERPNext payments: payment entries and journal entries of customers and suppliers, and what each of them settles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from solvent.base.table import DType
from solvent.intake.erp.erpnext.fields import fields_of
from solvent.intake.erp.erpnext.invoices import CLAIMS, CREDITS, DEBTS
from solvent.intake.erp.overlap import overlap
from solvent.intake.erp.sheet import Sheet
from solvent.intake.sources.importer import ROW, SHEET, Records

INVOICE = {"Customer": "Sales Invoice", "Supplier": "Purchase Invoice"}
_KINDS = (
    ("exchange|gain|loss|汇兑", "exchange"),
    ("discount|折扣", "discount"),
    ("bank|charge|fee|手续费", "fee"),
    ("round|尾差", "rounding"),
)
"""What a deduction is, by the name of the account that it is booked on; a write-off where none of these fits."""


@dataclass(frozen=True)
class Payments:
    """Payments of one side: what they settle, the receipts and credit notes, and debts that journal entries make.

    left: amounts to or from suppliers that settle no bill, how many.
    """

    sheets: tuple[Sheet, ...]
    claims: pl.DataFrame
    receipts: pl.DataFrame
    credits: pl.DataFrame
    debts: pl.DataFrame
    left: int


def payments(records: Records, side: str, own: str) -> Payments:
    """Payment entries with a party of the side, ``Customer`` or ``Supplier``."""
    sheet = _entries(records, side, own)
    references = _references(records, sheet.frame, side)
    pieces = _pieces(records, sheet.frame, references, own)
    positive = references.filter(pl.col("size") > 0)
    laid = overlap(positive.select("group", "debt", "size", "turn"), pieces.select("group", "claim", "size", "turn"))
    settled = (
        laid.join(positive.select("debt", "target", "to"), on="debt")
        .filter(pl.col("target").is_in([INVOICE[side], "Journal Entry"]))
        .join(pieces.select("claim", "source", "source_id"), on="claim")
        .join(
            sheet.frame.select(pl.col("name").alias("group"), SHEET, ROW, "posting_date", "known", "ended"), on="group"
        )
    )
    claims = settled.select(
        SHEET,
        ROW,
        pl.col("to").alias("group"),
        pl.concat_str("debt", pl.lit(":"), pl.col("claim").str.split("|").list.last()).alias("claim"),
        pl.col("amount").alias("size"),
        pl.concat_str(pl.col("posting_date").cast(pl.String), "debt", "claim").alias("turn"),
        "source",
        "source_id",
        pl.col("posting_date").alias("day"),
        "known",
        "ended",
    ).cast(pl.Schema(CLAIMS))
    left = sheet.frame.filter(pl.col("unallocated_amount") > 0).height if side == "Supplier" else 0
    return Payments((sheet,), claims, _receipts(sheet.frame), _none(CREDITS), _none(DEBTS), left)


def _entries(records: Records, side: str, own: str) -> Sheet:
    """Payment entries of the side; ``paid`` is in the money of the party's account, out of the usual way negative."""
    sheet = Sheet.of(records, "Payment Entry", fields_of("Payment Entry"))
    sheet.frame = sheet.frame.filter(pl.col("party_type") == side)
    sheet.refuse(pl.col("name").is_null(), "intake.row.empty", "name", {"column": "name"})
    sheet.refuse(~pl.col("docstatus").is_in(["1", "2"]), "sources.erp.draft", "docstatus")
    sheet.refuse(~pl.col("payment_type").is_in(["Receive", "Pay"]), "sources.erp.no_party_payment", "payment_type")
    sheet.days("posting_date", "creation", "modified")
    inward = pl.col("payment_type") == "Receive"
    sheet.frame = sheet.frame.with_columns(
        pl.lit(own).alias("own"),
        pl.when(inward)
        .then("paid_from_account_currency")
        .otherwise("paid_to_account_currency")
        .fill_null(own)
        .alias("currency"),
        pl.when(inward).then("paid_amount").otherwise("received_amount").alias("paid"),
        pl.when(inward).then("base_paid_amount").otherwise("base_received_amount").alias("booked"),
    )
    sheet.money("paid", "currency")
    sheet.money("booked", "own")
    sheet.money("unallocated_amount", "currency")
    usual = inward if side == "Customer" else ~inward
    sheet.frame = sheet.frame.with_columns(
        pl.when(usual).then("paid").otherwise(-pl.col("paid")).alias("paid"),
        pl.when(usual).then("booked").otherwise(-pl.col("booked")).alias("booked"),
        pl.col("creation").fill_null(pl.col("posting_date")).alias("known"),
        pl.when(pl.col("docstatus") == "2")
        .then(pl.max_horizontal("posting_date", pl.col("modified").fill_null(pl.col("posting_date"))))
        .alias("ended"),
    )
    return sheet


def _references(records: Records, entries: pl.DataFrame, side: str) -> pl.DataFrame:
    """What each payment names: group (payment), debt (name of the reference), target, to, size, turn.

    A refund names credit notes; nothing of it settles an invoice, so its references are left aside.
    """
    sheet = Sheet.of(records, "Payment Entry Reference", fields_of("Payment Entry Reference"))
    usual = entries.filter(pl.col("paid") >= 0).select(pl.col("name").alias("parent"), "currency")
    sheet.frame = sheet.frame.join(usual, on="parent")
    sheet.money("allocated_amount", "currency")
    sheet.numbers("idx")
    return sheet.frame.select(
        pl.col("parent").alias("group"),
        pl.concat_str("parent", pl.lit(":"), "idx").alias("debt"),
        pl.col("reference_doctype").alias("target"),
        pl.col("reference_name").alias("to"),
        pl.col("allocated_amount").alias("size"),
        pl.col("idx").cast(pl.String).str.zfill(6).alias("turn"),
    ).unique("debt", keep="first", maintain_order=True)


def _pieces(records: Records, entries: pl.DataFrame, references: pl.DataFrame, own: str) -> pl.DataFrame:
    """What each payment settles with, in order: credit notes that it takes up, the money, and what it closes without.

    What is closed without money is what the references and the rest on account come to beyond the money. In the
    account's own currency an exchange difference is nothing: it is between the bookings of item and receipt.
    """
    credit = references.filter(pl.col("size") < 0).select(
        "group",
        pl.concat_str("debt", pl.lit("|c")).alias("claim"),
        (-pl.col("size")).alias("size"),
        pl.concat_str(pl.lit("0"), "turn").alias("turn"),
        pl.lit("credit_note").alias("source"),
        pl.col("to").alias("source_id"),
    )
    money = entries.filter(pl.col("paid") > 0).select(
        pl.col("name").alias("group"),
        pl.concat_str("name", pl.lit("|m")).alias("claim"),
        (pl.col("paid") - pl.col("unallocated_amount")).clip(0).alias("size"),
        pl.lit("1").alias("turn"),
        pl.lit("receipt").alias("source"),
        pl.col("name").alias("source_id"),
    )
    sums = references.group_by("group").agg(pl.col("size").sum().alias("named"))
    closed = entries.join(sums, left_on="name", right_on="group").with_columns(
        (pl.col("named") + pl.col("unallocated_amount") - pl.col("paid")).alias("size")
    )
    kinds = _deductions(records, own)
    rest = (
        closed.filter(pl.col("size") > 0)
        .join(kinds, left_on="name", right_on="parent", how="left")
        .select(
            pl.col("name").alias("group"),
            pl.concat_str("name", pl.lit("|d")).alias("claim"),
            "size",
            pl.lit("2").alias("turn"),
            pl.col("kind").fill_null("write_off").alias("source"),
            pl.lit(None, dtype=pl.String).alias("source_id"),
        )
    )
    return pl.concat([credit, money, rest])


def _deductions(records: Records, own: str) -> pl.DataFrame:
    """For each payment with deductions, what the largest of them is: parent, kind."""
    sheet = Sheet.of(records, "Payment Entry Deduction", fields_of("Payment Entry Deduction"))
    sheet.frame = sheet.frame.with_columns(pl.lit(own).alias("own"))
    sheet.money("amount", "own")
    kind = pl.lit("write_off")
    for words, meant in reversed(_KINDS):
        kind = pl.when(pl.col("account").str.contains(f"(?i){words}")).then(pl.lit(meant)).otherwise(kind)
    largest = sheet.frame.sort("parent", pl.col("amount").abs(), "idx", descending=[False, True, False])
    return largest.unique("parent", keep="first", maintain_order=True).select("parent", kind.alias("kind"))


def _receipts(entries: pl.DataFrame) -> pl.DataFrame:
    """The money of each payment, and for a cancelled one the same with the opposite sign on the day it ended."""
    columns = (SHEET, ROW, "party", "currency", pl.col("reference_no").alias("reason"))
    there = entries.filter(pl.col("paid") != 0)
    gone = there.filter(pl.col("ended").is_not_null())
    return (
        pl.concat(
            [
                there.select(
                    *columns,
                    pl.col("name").alias("id"),
                    pl.col("posting_date").alias("day"),
                    pl.col("paid").alias("amount"),
                    "booked",
                    "known",
                ),
                gone.select(
                    *columns,
                    pl.concat_str(pl.lit("cancel:"), "name").alias("id"),
                    pl.col("ended").alias("day"),
                    -pl.col("paid").alias("amount"),
                    -pl.col("booked"),
                    pl.col("ended").alias("known"),
                ),
            ]
        )
        .select(list(CREDITS))
        .cast(pl.Schema(CREDITS))
    )


def _none(schema: Mapping[str, DType]) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)

"""Odoo: journal items of customers and suppliers and their reconciliations as tables of the books.

Odoo keeps what is owed as lines of journal entries, and what settles it as partial reconciliations between two lines,
in both lines' currencies and in the company's. Each receivable line that somebody owes is an open item (an instalment
is a line of its own), and each reconciliation is an allocation, to the cent as Odoo has it.
"""

from __future__ import annotations

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem
from solvent.intake.erp.odoo.fields import SYSTEM
from solvent.intake.erp.odoo.lines import lines, sheet_of
from solvent.intake.erp.odoo.settled import Matches, matches
from solvent.intake.erp.original import is_original, is_whole, read_original
from solvent.intake.erp.sheet import Sheet
from solvent.intake.intake import Known, Source
from solvent.intake.sources.importer import ROW, SHEET, Mapped, Records


class Odoo:
    """The importer of what ``solvent_server.connectors.odoo`` fetches."""

    name = SYSTEM

    def identify(self, source: Source) -> bool:
        """True for an original of Odoo."""
        return is_original(source, SYSTEM)

    def read(self, source: Source) -> Records:
        """Its lists, by model."""
        return read_original(source, SYSTEM)

    def map(self, records: Records, known: Known) -> Mapped:
        """Customers, open items, credit notes, receipts, allocations, bills and bill payments."""
        own = _own(records, known)
        sheet = lines(records, own)
        found = matches(records, sheet.frame, own)
        customers = _customers(records)
        items = _items(sheet.frame)
        tables = {
            "customers": customers.frame,
            "open_items": _open_items(items.filter("selling")),
            "receipts": found.receipts,
            "credit_notes": pl.concat([found.credits, _cancelling(items.filter("selling"))]),
            "allocations": pl.concat([found.allocations, _cancelled(items.filter("selling"))]),
            "bills": _bills(items.filter(~pl.col("selling"))),
            "bill_payments": pl.concat([found.bill_payments, _cancelled_bills(items.filter(~pl.col("selling")))]),
        }
        return Mapped(
            {name: frame for name, frame in tables.items() if frame.height},
            pl.concat([customers.all_refused(), sheet.all_refused(), found.sheet.all_refused()]),
            None if own == UNKNOWN else own,
            None,
            _problems(records, sheet.frame, items, found),
        )


def _own(records: Records, known: Known) -> str:
    """The company's own currency: that of the one company there, or of the books."""
    told = sheet_of(records, "res.company", ("currency_id.name",)).frame["currency_id.name"].drop_nulls().unique()
    return str(told[0]) if told.len() == 1 else known.currency or UNKNOWN


def _customers(records: Records) -> Sheet:
    """Companies that buy; their contacts owe through them."""
    sheet = sheet_of(records, "res.partner", ("country_id.name", "state_id.name", "user_id.name"))
    sheet.days("create_date")
    own = pl.col("commercial_partner_id").is_null() | (pl.col("commercial_partner_id") == pl.col("id"))
    sheet.refuse(~own, "sources.erp.contact", "name")
    sheet.frame = sheet.frame.select(
        SHEET,
        ROW,
        pl.col("id").alias("customer_id"),
        "name",
        pl.col("vat").alias("tax_id"),
        pl.col("country_id.name").alias("country"),
        pl.col("state_id.name").alias("region"),
        pl.col("user_id.name").alias("salesperson"),
        pl.col("create_date").alias("since_on"),
        pl.col("create_date").fill_null(pl.date(1970, 1, 1)).alias("recorded_on"),
    )
    return sheet


def _items(frame: pl.DataFrame) -> pl.DataFrame:
    """The lines that are owed: ``item`` is their number; that of the entry where it has one such line only."""
    items = frame.filter(pl.col("role") == "item")
    one = pl.len().over("move_id", "selling") == 1
    return items.with_columns(
        pl.when(one).then("number").otherwise(pl.concat_str("number", pl.lit(":"), "id")).alias("item"),
        pl.col("size").abs().alias("size"),
        pl.col("booked").abs().alias("booked"),
        pl.coalesce("invoice_date", "date").alias("issued"),
    ).with_columns(pl.max_horizontal(pl.col("date_maturity").fill_null(pl.col("issued")), "issued").alias("due"))


def _open_items(items: pl.DataFrame) -> pl.DataFrame:
    return items.select(
        SHEET,
        ROW,
        pl.col("item").alias("item_id"),
        pl.col("number").alias("invoice_id"),
        pl.col("party").alias("customer_id"),
        pl.col("issued").alias("issued_on"),
        pl.col("due").alias("due_on"),
        "currency",
        pl.col("size").alias("amount"),
        pl.col("booked").alias("booked_amount"),
        "salesperson",
        pl.col("known").alias("recorded_on"),
    )


def _bills(items: pl.DataFrame) -> pl.DataFrame:
    return items.select(
        SHEET,
        ROW,
        pl.col("item").alias("bill_id"),
        pl.col("party").alias("supplier_id"),
        pl.col("partner_id.name").alias("supplier_name"),
        pl.col("issued").alias("issued_on"),
        pl.col("due").alias("due_on"),
        "currency",
        pl.col("size").alias("amount"),
        pl.col("known").alias("recorded_on"),
    )


def _cancelling(items: pl.DataFrame) -> pl.DataFrame:
    """The credit notes that follow cancelled invoices, one for each instalment."""
    return items.filter(pl.col("ended").is_not_null()).select(
        SHEET,
        ROW,
        pl.concat_str(pl.lit("cancel:"), "item").alias("credit_note_id"),
        pl.col("party").alias("customer_id"),
        pl.max_horizontal("ended", "issued").alias("issued_on"),
        "currency",
        pl.col("size").alias("amount"),
        pl.col("booked").alias("booked_amount"),
        pl.lit("cancelled").alias("reason"),
        pl.col("ended").alias("recorded_on"),
    )


def _cancelled(items: pl.DataFrame) -> pl.DataFrame:
    """The allocations of these credit notes."""
    return items.filter(pl.col("ended").is_not_null()).select(
        SHEET,
        ROW,
        pl.concat_str(pl.lit("cancel:"), "item").alias("allocation_id"),
        pl.col("item").alias("item_id"),
        pl.lit("credit_note").alias("source"),
        pl.concat_str(pl.lit("cancel:"), "item").alias("source_id"),
        pl.max_horizontal("ended", "issued").alias("allocated_on"),
        "currency",
        pl.col("size").alias("amount"),
        pl.lit(None, dtype=pl.String).alias("source_currency"),
        pl.lit(None, dtype=pl.Int64).alias("source_amount"),
        pl.col("booked").alias("booked_amount"),
        pl.col("ended").alias("recorded_on"),
    )


def _cancelled_bills(items: pl.DataFrame) -> pl.DataFrame:
    return _cancelled(items).select(
        SHEET,
        ROW,
        pl.col("allocation_id").alias("payment_id"),
        pl.col("item_id").alias("bill_id"),
        pl.col("allocated_on").alias("paid_on"),
        "currency",
        "amount",
        "recorded_on",
    )


def _problems(records: Records, frame: pl.DataFrame, items: pl.DataFrame, found: Matches) -> list[Problem]:
    """Items that stand open with another amount than Odoo's residual, and what has no place in the books."""
    told = []
    if is_whole(records):
        taken = found.allocations.group_by("item_id").agg(pl.col("amount").sum().alias("taken"))
        differing = (
            items.filter(pl.col("selling") & pl.col("ended").is_null())
            .join(taken, left_on="item", right_on="item_id", how="left")
            .with_columns((pl.col("size") - pl.col("taken").fill_null(0)).alias("open"))
            .filter(pl.col("open") != pl.col("amount_residual_currency"))
            .sort("item")
        )
        if differing.height:
            first = differing.row(0, named=True)
            facts = {
                "count": differing.height,
                "invoice": first["item"],
                "here": first["open"],
                "there": first["amount_residual_currency"],
            }
            told.append(Problem("sources.erp.outstanding_differs", "", facts))
    loose = frame.filter(~pl.col("selling") & (pl.col("role") != "item") & (pl.col("amount_residual_currency") != 0))
    if loose.height:
        told.append(Problem("sources.erp.supplier_credit", "", {"count": loose.height}))
    return told

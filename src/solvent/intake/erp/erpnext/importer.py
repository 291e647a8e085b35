"""ERPNext: invoices, instalments, returns, payments and journal entries of ERPNext as tables of the books.

Amounts are in the currency in which the party's account is kept; so the open amount of each invoice here is the
outstanding amount there, and where it is not, that is told. A cancelled invoice stays and is followed by a credit
note on the day it was cancelled; a cancelled payment by one of the opposite sign.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.base.problem import Problem
from solvent.intake.erp.erpnext.fields import SYSTEM, fields_of
from solvent.intake.erp.erpnext.invoices import Invoices, invoices
from solvent.intake.erp.erpnext.journal import journal
from solvent.intake.erp.erpnext.payments import Payments, payments
from solvent.intake.erp.erpnext.settle import allocations, booked_rows, settled
from solvent.intake.erp.original import is_original, is_whole, read_original
from solvent.intake.erp.sheet import Sheet
from solvent.intake.intake import Known, Source
from solvent.intake.sources.importer import ROW, SHEET, Mapped, Records


class ErpNext:
    """The importer of what ``solvent_server.connectors.erpnext`` fetches."""

    name = SYSTEM

    def identify(self, source: Source) -> bool:
        """True for an original of ERPNext."""
        return is_original(source, SYSTEM)

    def read(self, source: Source) -> Records:
        """Its lists, by doctype."""
        return read_original(source, SYSTEM)

    def map(self, records: Records, known: Known) -> Mapped:
        """Customers, open items, credit notes, receipts, allocations, bills and bill payments."""
        own = _own(records, known)
        sales, purchases = invoices(records, "Sales Invoice", own), invoices(records, "Purchase Invoice", own)
        inward = [payments(records, "Customer", own), journal(records, "Customer", own, sales.credits)]
        outward = [payments(records, "Supplier", own), journal(records, "Supplier", own, purchases.credits)]
        customers = _customers(records)
        money = settled(sales.debts, sales.claims, inward)
        paid = settled(purchases.debts, purchases.claims, outward)
        tables = {
            "customers": customers.frame,
            **allocations(sales, inward, money),
            **booked_rows(purchases, outward, paid),
        }
        sheets = [
            customers,
            sales.sheet,
            purchases.sheet,
            *(sheet for part in (*inward, *outward) for sheet in part.sheets),
        ]
        return Mapped(
            {name: frame for name, frame in tables.items() if frame.height},
            pl.concat([sheet.all_refused() for sheet in sheets]),
            None if own == UNKNOWN else own,
            None,
            _problems(records, sales, money, purchases, outward),
        )


def _own(records: Records, known: Known) -> str:
    """The company's own currency: that of the one company there, or of the books."""
    told = Sheet.of(records, "Company", fields_of("Company")).frame["default_currency"].drop_nulls().unique()
    return str(told[0]) if told.len() == 1 else known.currency or UNKNOWN


def _customers(records: Records) -> Sheet:
    sheet = Sheet.of(records, "Customer", fields_of("Customer"))
    sheet.days("creation")
    sheet.frame = sheet.frame.select(
        SHEET,
        ROW,
        pl.col("name").alias("customer_id"),
        pl.coalesce("customer_name", "name").alias("name"),
        "tax_id",
        pl.col("territory").alias("region"),
        "industry",
        pl.col("account_manager").alias("salesperson"),
        pl.col("creation").alias("since_on"),
        pl.col("creation").fill_null(pl.date(1970, 1, 1)).alias("recorded_on"),
    )
    return sheet


def _problems(
    records: Records, sales: Invoices, money: pl.DataFrame, purchases: Invoices, outward: Sequence[Payments]
) -> list[Problem]:
    """Invoices that stand open with another amount than the server says, and what has no place in the books."""
    told = []
    if is_whole(records):
        taken = money.filter(pl.col("ended").is_null()).group_by("group").agg(pl.col("amount").sum())
        faces = sales.debts.group_by("group").agg(pl.col("size").sum())
        open_now = (
            sales.documents.join(faces, on="group")
            .join(taken, on="group", how="left")
            .with_columns((pl.col("size") - pl.col("amount").fill_null(0)).alias("open"))
            .filter(pl.col("open") != pl.col("outstanding"))
            .sort("group")
        )
        if open_now.height:
            first = open_now.row(0, named=True)
            facts = {
                "count": open_now.height,
                "invoice": first["group"],
                "here": first["open"],
                "there": first["outstanding"],
            }
            told.append(Problem("sources.erp.outstanding_differs", "", facts))
    left = (
        sum(part.left for part in outward)
        + purchases.credits.join(purchases.claims, left_on="id", right_on="source_id", how="anti").height
    )
    if left:
        told.append(Problem("sources.erp.supplier_credit", "", {"count": left}))
    return told

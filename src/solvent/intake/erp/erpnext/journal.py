"""ERPNext journal entries: lines with a party: money, write-offs, credits against invoices, and openings."""

from __future__ import annotations

import polars as pl

from solvent.intake.erp.erpnext.fields import fields_of
from solvent.intake.erp.erpnext.invoices import CLAIMS, CREDITS, DEBTS
from solvent.intake.erp.erpnext.payments import INVOICE, Payments
from solvent.intake.erp.overlap import overlap
from solvent.intake.erp.sheet import Sheet
from solvent.intake.sources.importer import ROW, SHEET, Records

_MONEY = ("Bank Entry", "Cash Entry", "Credit Card Entry")
"""Kinds of journal entries that are money."""
_CLOSING = {
    "Write Off Entry": "write_off",
    "Exchange Gain Or Loss": "exchange",
    "Exchange Rate Revaluation": "exchange",
}
"""Kinds that close a debt without money. What is neither is a credit."""


def journal(records: Records, side: str, own: str, returns: pl.DataFrame) -> Payments:
    """Lines of journal entries with a party of the side.

    A line that lowers the party's account and names an invoice settles it; one that names none stays on account. A
    line that raises it and names a credit note hands that credit to the other lines of the same party; in a money
    entry it is a refund; else it is a new debt, such as an opening balance.

    Args:
        returns: ``id`` of the side's credit notes.
    """
    sheet, lines = _lines(records, side, own)
    known = pl.col("reference_type").is_in([INVOICE[side], "Journal Entry"]).fill_null(False)
    to_own = known & pl.col("reference_name").is_not_null()
    credit = to_own & pl.col("reference_name").is_in(returns["id"].implode())
    lowering = lines.filter(pl.col("size") > 0)
    raising = lines.filter(pl.col("size") < 0).with_columns(-pl.col("size"), -pl.col("booked"))
    naming = lowering.filter(to_own & ~credit)
    handed = raising.filter(credit)
    pieces = pl.concat([_pieces(handed, "0", pl.lit("credit_note"), pl.col("reference_name")), _own_pieces(naming)])
    debts = naming.select("group", pl.col("line").alias("debt"), "size", "turn")
    laid = overlap(debts, pieces.select("group", "claim", "size", "turn")).join(
        pieces.select("claim", "source", "source_id"), on="claim"
    )
    at = naming.select(pl.col("line").alias("debt"), "reference_name", SHEET, ROW, "posting_date", "known")
    claims = laid.join(at, on="debt").select(
        SHEET,
        ROW,
        pl.col("reference_name").alias("group"),
        pl.concat_str("debt", pl.lit("|"), "claim").alias("claim"),
        pl.col("amount").alias("size"),
        pl.concat_str(pl.col("posting_date").cast(pl.String), "debt", "claim").alias("turn"),
        "source",
        "source_id",
        pl.col("posting_date").alias("day"),
        "known",
        pl.lit(None).alias("ended"),
    )
    free = lowering.filter(~(to_own & ~credit))
    refunds = raising.filter(~credit & pl.col("voucher_type").is_in(_MONEY)).with_columns(
        -pl.col("size"), -pl.col("booked")
    )
    given = pl.concat([_spent(naming, laid), free])
    money = pl.col("voucher_type").is_in(_MONEY)
    return Payments(
        (sheet,),
        claims.cast(pl.Schema(CLAIMS)),
        pl.concat([_credits(given.filter(money)), _credits(refunds)]),
        _credits(given.filter(~money)),
        _new_debts(raising.filter(~credit & ~money)),
        (free.height + refunds.height) if side == "Supplier" else 0,
    )


def _spent(naming: pl.DataFrame, laid: pl.DataFrame) -> pl.DataFrame:
    """The settling lines that gave anything of their own, with so much as they gave."""
    own = laid.filter(pl.col("source_id") == pl.col("claim"))
    used = own.group_by("claim").agg(pl.col("amount").sum().alias("used"))
    share = (pl.col("booked").cast(pl.Float64) * pl.col("used") / pl.col("size")).round(0).cast(pl.Int64)
    given = naming.join(used, left_on="line", right_on="claim")
    return given.with_columns(share.alias("booked"), pl.col("used").alias("size")).drop("used")


def _lines(records: Records, side: str, own: str) -> tuple[Sheet, pl.DataFrame]:
    """The entries, and their lines with a party: ``size`` is positive where it lowers what is owed."""
    sheet = Sheet.of(records, "Journal Entry", fields_of("Journal Entry"))
    lines = Sheet.of(records, "Journal Entry Account", fields_of("Journal Entry Account"))
    lines.frame = lines.frame.filter(pl.col("party_type") == side).drop(SHEET, ROW)
    sheet.frame = sheet.frame.filter(pl.col("name").is_in(lines.frame["parent"].implode()))
    sheet.refuse(pl.col("docstatus") == "2", "intake.row.cancelled", "name")
    sheet.refuse(pl.col("docstatus") != "1", "sources.erp.draft", "docstatus")
    sheet.days("posting_date", "creation")
    heads = sheet.frame.select(
        SHEET, ROW, pl.col("name").alias("parent"), "voucher_type", "posting_date", "cheque_no",
        pl.col("creation").fill_null(pl.col("posting_date")).alias("known"),
    )  # fmt: skip
    lines.frame = lines.frame.join(heads, on="parent").with_columns(
        pl.lit(own).alias("own"), pl.col("account_currency").fill_null(own).alias("currency")
    )
    for name in ("debit", "credit"):
        lines.money(f"{name}_in_account_currency", "currency")
        lines.money(name, "own")
    lines.numbers("idx")
    sheet.refused += lines.refused
    sign = 1 if side == "Customer" else -1
    frame = lines.frame.with_columns(
        ((pl.col("credit_in_account_currency") - pl.col("debit_in_account_currency")) * sign).alias("size"),
        ((pl.col("credit") - pl.col("debit")) * sign).alias("booked"),
        pl.concat_str("parent", pl.lit("|"), "party").alias("group"),
        pl.concat_str("parent", pl.lit(":"), "idx").alias("line"),
        pl.col("idx").cast(pl.String).str.zfill(6).alias("turn"),
    )
    return sheet, frame.unique("line", keep="first", maintain_order=True)


def _own_pieces(naming: pl.DataFrame) -> pl.DataFrame:
    """What each settling line gives by itself, by the kind of its entry."""
    closing = pl.col("voucher_type").replace_strict(_CLOSING, default=None, return_dtype=pl.String)
    source = (
        pl.when(pl.col("voucher_type").is_in(_MONEY))
        .then(pl.lit("receipt"))
        .otherwise(closing.fill_null("credit_note"))
    )
    return _pieces(naming, "1", source, pl.when(closing.is_null()).then("line"))


def _pieces(lines: pl.DataFrame, first: str, source: pl.Expr, source_id: pl.Expr) -> pl.DataFrame:
    return lines.select(
        "group",
        pl.col("line").alias("claim"),
        "size",
        pl.concat_str(pl.lit(first), "turn").alias("turn"),
        source.alias("source"),
        source_id.alias("source_id"),
    )


def _credits(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select(
        SHEET,
        ROW,
        pl.col("line").alias("id"),
        "party",
        pl.col("posting_date").alias("day"),
        "currency",
        pl.col("size").alias("amount"),
        "booked",
        pl.coalesce("cheque_no", "voucher_type").alias("reason"),
        "known",
    ).cast(pl.Schema(CREDITS))


def _new_debts(lines: pl.DataFrame) -> pl.DataFrame:
    """Debts that an entry makes; other documents name them by the entry's number."""
    one = pl.len().over("parent") == 1
    return lines.select(
        SHEET,
        ROW,
        pl.col("parent").alias("group"),
        pl.when(one).then("parent").otherwise("line").alias("debt"),
        "size",
        "booked",
        "turn",
        "party",
        pl.lit(None, dtype=pl.String).alias("party_name"),
        pl.col("posting_date").alias("day"),
        pl.col("posting_date").alias("due"),
        "currency",
        "known",
        pl.lit(None).alias("ended"),
    ).cast(pl.Schema(DEBTS))

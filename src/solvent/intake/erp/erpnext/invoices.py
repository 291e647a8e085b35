"""ERPNext invoices: sales and purchase invoices, their instalments and returns, and what they settle by themselves."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.intake.erp.erpnext.fields import fields_of
from solvent.intake.erp.sheet import Sheet
from solvent.intake.sources.importer import ROW, SHEET, Records

CLAIMS = {
    SHEET: pl.String,
    ROW: pl.Int64,
    "group": pl.String,
    "claim": pl.String,
    "size": pl.Int64,
    "turn": pl.String,
    "source": pl.String,
    "source_id": pl.String,
    "day": pl.Date,
    "known": pl.Date,
    "ended": pl.Date,
}
"""Money, credit or a closing that settles so much of the document ``group``. ended: the day on which the document
that it came from was cancelled."""

DEBTS = {
    SHEET: pl.String,
    ROW: pl.Int64,
    "group": pl.String,
    "debt": pl.String,
    "size": pl.Int64,
    "booked": pl.Int64,
    "turn": pl.String,
    "party": pl.String,
    "party_name": pl.String,
    "day": pl.Date,
    "due": pl.Date,
    "currency": pl.String,
    "known": pl.Date,
    "ended": pl.Date,
}
"""One instalment of the document ``group``, in the currency in which the party's account is kept."""

CREDITS = {
    SHEET: pl.String,
    ROW: pl.Int64,
    "id": pl.String,
    "party": pl.String,
    "day": pl.Date,
    "currency": pl.String,
    "amount": pl.Int64,
    "booked": pl.Int64,
    "reason": pl.String,
    "known": pl.Date,
}
"""A receipt or credit note by its number."""


@dataclass(frozen=True)
class Invoices:
    """The invoices of one side: frames as DEBTS, CLAIMS and CREDITS say.

    receipts: paid at the till. documents: group, open (what the server says is outstanding, in minor units of the
    account), ended; of live invoices that are no returns.
    """

    sheet: Sheet
    debts: pl.DataFrame
    claims: pl.DataFrame
    credits: pl.DataFrame
    receipts: pl.DataFrame
    documents: pl.DataFrame


def invoices(records: Records, side: str, own: str) -> Invoices:
    """The invoices of a side, ``Sales Invoice`` or ``Purchase Invoice``.

    An account is kept in one currency: where that is the company's own, an invoice in another is owed as it was
    booked, for that is what the server settles and calls outstanding.
    """
    sheet = _read(records, side, own)
    normal = sheet.frame.filter(pl.col("face") > 0)
    debts = _instalments(records, side, normal, own)
    returns = sheet.frame.filter(pl.col("face") < 0)
    against = returns.filter(
        pl.col("return_against").is_not_null() & pl.col("update_outstanding_for_self").ne_missing("1")
    )
    live = normal.filter(pl.col("ended").is_null())
    till = live.filter(pl.col("tilled") > 0)
    off = live.filter(pl.col("write_off") > 0)
    name = pl.col("name")
    till_id, off_id = name + ":pos", name + ":write_off"
    claims = [
        _claims(against, pl.col("return_against"), name, -pl.col("face"), source="credit_note", source_id=name),
        _claims(till, name, till_id, pl.col("tilled"), source="receipt", source_id=till_id),
        _claims(off, name, off_id, pl.col("write_off"), source="write_off", source_id=None),
    ]
    return Invoices(
        sheet,
        debts,
        pl.concat(claims),
        _credits(returns, name, -pl.col("face"), -pl.col("booked"), side),
        _credits(till, till_id, pl.col("tilled"), pl.col("tilled_booked"), "POS"),
        live.select(name.alias("group"), "outstanding", SHEET, ROW),
    )


def _read(records: Records, side: str, own: str) -> Sheet:
    """The invoices with what is owed (face), booked, paid at once (tilled) and written off, in the account's money."""
    selling = side == "Sales Invoice"
    sheet = Sheet.of(records, side, fields_of(side))
    party, flag = ("customer", "is_pos") if selling else ("supplier", "is_paid")
    sheet.refuse(pl.col("name").is_null(), "intake.row.empty", "name", {"column": "name"})
    sheet.refuse(~pl.col("docstatus").is_in(["1", "2"]), "sources.erp.draft", "docstatus")
    sheet.days("posting_date", "creation", "modified")
    sheet.frame = sheet.frame.with_columns(
        pl.lit(own).alias("own"),
        pl.col("currency").fill_null(own),
        pl.coalesce("party_account_currency", "currency", pl.lit(own)).alias("account"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in _absent(selling)),
    )
    for name in ("grand_total", "rounded_total", "paid_amount", "write_off_amount", "change_amount"):
        sheet.money(name, "currency")
        sheet.money(f"base_{name}", "own")
    sheet.money("outstanding_amount", "account", as_name="outstanding")
    foreign = (pl.col("account") != pl.col("currency")) & (pl.col("account") != own)
    sheet.refuse(foreign, "sources.erp.account_currency", "party_account_currency")
    booked_only = pl.col("account") != pl.col("currency")

    def owed(name: str) -> pl.Expr:
        return pl.when(booked_only).then(f"base_{name}").otherwise(name)

    def total(base: str) -> pl.Expr:
        return pl.when(pl.col(f"{base}rounded_total") != 0).then(f"{base}rounded_total").otherwise(f"{base}grand_total")

    at_once = pl.col(flag) == "1"
    sheet.frame = sheet.frame.with_columns(
        pl.when(booked_only).then(total("base_")).otherwise(total("")).alias("face"),
        total("base_").alias("booked"),
        pl.when(at_once).then(owed("paid_amount") - owed("change_amount")).otherwise(0).alias("tilled"),
        pl.when(at_once).then(pl.col("base_paid_amount") - pl.col("base_change_amount")).alias("tilled_booked"),
        owed("write_off_amount").alias("write_off"),
        pl.col(party).alias("party"),
        pl.col(f"{party}_name").alias("party_name"),
        pl.when(pl.col("docstatus") == "2")
        .then(pl.max_horizontal("posting_date", pl.col("modified").fill_null(pl.col("posting_date"))))
        .alias("ended"),
    )
    sheet.refuse((pl.col("face") < 0) & pl.col("ended").is_not_null(), "intake.row.cancelled", "name")
    sheet.refuse(pl.col("face") == 0, "sources.erp.nothing_owed", "name")
    return sheet


def _absent(selling: bool) -> tuple[str, ...]:
    return () if selling else ("change_amount", "base_change_amount")


def _planned(records: Records, side: str, normal: pl.DataFrame, own: str) -> pl.DataFrame:
    """The payment schedules that make up their invoice: parent, idx, due, size.

    An invoice from which an advance was taken has a schedule for the rest only: the advance is an instalment of its
    own, number 0, due on the day of the invoice.
    """
    plan = Sheet.of(records, "Payment Schedule", fields_of("Payment Schedule"))
    plan.frame = plan.frame.filter(pl.col("parenttype") == side).join(
        normal.select(pl.col("name").alias("parent"), "currency", "account", "face", "posting_date"), on="parent"
    )
    plan.frame = plan.frame.with_columns(pl.lit(own).alias("own"))
    plan.money("payment_amount", "currency")
    plan.money("base_payment_amount", "own")
    plan.numbers("idx")
    owed = pl.when(pl.col("account") == pl.col("currency")).then("payment_amount").otherwise("base_payment_amount")
    rows = plan.frame.with_columns(owed.alias("size"), pl.col("due_date").alias("due"))
    sums = rows.group_by("parent").agg(
        pl.col("size").sum().alias("sum"),
        (pl.col("size") <= 0).any().alias("odd"),
        pl.col("idx").n_unique() == pl.len(),
    )
    whole = rows.join(sums.rename({"idx": "told_apart"}), on="parent").filter(
        ~pl.col("odd") & pl.col("told_apart") & (pl.col("sum") <= pl.col("face"))
    )
    first = whole.filter(pl.col("sum") < pl.col("face")).unique("parent", keep="first")
    advance = first.select(
        "parent",
        pl.lit(0, dtype=pl.Int64).alias("idx"),
        pl.col("posting_date").cast(pl.String).alias("due"),
        (pl.col("face") - pl.col("sum")).alias("size"),
    )
    return pl.concat([whole.select(advance.columns), advance])


def _instalments(records: Records, side: str, normal: pl.DataFrame, own: str) -> pl.DataFrame:
    """What is to be paid when, as DEBTS says: by the payment schedule where it makes up the invoice, else in one."""
    planned = _planned(records, side, normal, own)
    single = normal.join(planned, left_on="name", right_on="parent", how="anti").select(
        pl.col("name").alias("parent"),
        pl.lit(1, dtype=pl.Int64).alias("idx"),
        pl.coalesce("due_date", pl.col("posting_date").cast(pl.String)).alias("due"),
        pl.col("face").alias("size"),
    )
    every = pl.concat([planned, single]).sort("parent", "idx").join(normal, left_on="parent", right_on="name")
    upto = pl.col("size").cum_sum().over("parent", order_by="idx")
    running = (pl.col("booked").cast(pl.Float64) * upto / pl.col("face")).round(0).cast(pl.Int64)
    exact = pl.when(upto == pl.col("face")).then(pl.col("booked")).otherwise(running)
    one = pl.len().over("parent") == 1
    return (
        every.with_columns(exact.alias("upto"))
        .select(
            SHEET,
            ROW,
            pl.col("parent").alias("group"),
            pl.when(one).then("parent").otherwise(pl.concat_str("parent", pl.lit(":"), "idx")).alias("debt"),
            "size",
            (pl.col("upto") - pl.col("upto").shift(1).over("parent", order_by="idx").fill_null(0)).alias("booked"),
            pl.concat_str("due", pl.col("idx").cast(pl.String).str.zfill(6)).alias("turn"),
            "party",
            "party_name",
            pl.col("posting_date").alias("day"),
            pl.col("due").str.head(10).str.to_date("%Y-%m-%d", strict=False).alias("due"),
            pl.col("account").alias("currency"),
            pl.col("creation").fill_null(pl.col("posting_date")).alias("known"),
            "ended",
        )
        .cast(pl.Schema(DEBTS))
    )


def _claims(
    frame: pl.DataFrame, group: pl.Expr, claim: pl.Expr, size: pl.Expr, *, source: str, source_id: pl.Expr | None
) -> pl.DataFrame:
    return frame.select(
        SHEET,
        ROW,
        group.alias("group"),
        claim.alias("claim"),
        size.alias("size"),
        pl.concat_str(pl.col("posting_date").cast(pl.String), claim).alias("turn"),
        pl.lit(source).alias("source"),
        (pl.lit(None) if source_id is None else source_id).alias("source_id"),
        pl.col("posting_date").alias("day"),
        pl.col("creation").fill_null(pl.col("posting_date")).alias("known"),
        pl.lit(None).alias("ended"),
    ).cast(pl.Schema(CLAIMS))


def _credits(frame: pl.DataFrame, number: pl.Expr, amount: pl.Expr, booked: pl.Expr, reason: str) -> pl.DataFrame:
    return frame.select(
        SHEET,
        ROW,
        number.alias("id"),
        "party",
        pl.col("posting_date").alias("day"),
        pl.col("account").alias("currency"),
        amount.alias("amount"),
        booked.alias("booked"),
        pl.lit(reason).alias("reason"),
        pl.col("creation").fill_null(pl.col("posting_date")).alias("known"),
    ).cast(pl.Schema(CREDITS))

"""Odoo lines: the receivable and payable lines of journal entries, each as what it is: item, money, credit, closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from solvent.intake.erp.odoo.fields import LINES, fields_of
from solvent.intake.erp.sheet import Sheet
from solvent.intake.sources.importer import Records

_RECEIVABLE = ("asset_receivable", "receivable")
_INVOICES = ("out_invoice", "out_receipt", "out_refund", "in_invoice", "in_receipt", "in_refund")


def flat(records: Records, name: str) -> Records:
    """A list in which a link, ``[7, "Lantern"]``, is its number, and its name stands beside as ``partner_id.name``."""
    rows = records.get(name, [])
    rows = rows.to_dicts() if isinstance(rows, pl.DataFrame) else rows
    return {name: [_flat(row) for row in rows]}


def _flat(record: Mapping[str, object]) -> dict[str, object]:
    told: dict[str, object] = {}
    for key, value in record.items():
        if isinstance(value, list) and len(value) == 2:
            told[key], told[f"{key}.name"] = value
        else:
            told[key] = value
    return told


def sheet_of(records: Records, name: str, extra: Sequence[str] = ()) -> Sheet:
    """A list of records with its links flattened."""
    return Sheet.of(flat(records, name), name, (*fields_of(name), *extra))


def lines(records: Records, own: str) -> Sheet:
    """Every line of a customer or supplier, with its entry's facts and its ``role``.

    Columns: line (id), move (id), number (the entry's name), selling, party, party_name, day, due, currency, size
    (amount in the line's currency, signed as the party's debt to us), booked, residual, residual_booked, role, ended,
    known, reference, salesperson.
    role: ``item`` (a debt to us, or of ours), ``money``, ``credit``, ``exchange``, ``entry``.
    """
    sheet = sheet_of(records, LINES, ("move_id.name", "partner_id.name", "currency_id.name"))
    sheet.refuse(pl.col("id").is_null(), "intake.row.empty", "id", {"column": "id"})
    sheet.frame = sheet.frame.unique("id", keep="first", maintain_order=True)
    _with_entries(records, sheet)
    sheet.refuse(~pl.col("state").is_in(["posted", "cancel"]), "sources.erp.draft", "parent_state")
    sheet.frame = sheet.frame.with_columns(
        pl.lit(own).alias("own"), pl.col("currency_id.name").fill_null(own).alias("currency")
    )
    for name in ("amount_currency", "amount_residual_currency"):
        sheet.money(name, "currency")
    for name in ("balance", "amount_residual"):
        sheet.money(name, "own")
    kind = pl.coalesce("account_type", "account_internal_type")
    selling = kind.is_in(_RECEIVABLE)
    sheet.frame = sheet.frame.with_columns(
        selling.alias("selling"),
        pl.col("amount_currency").alias("size"),
        pl.col("balance").alias("booked"),
        _role(records, selling).alias("role"),
        pl.when(pl.col("state") == "cancel").then(pl.max_horizontal("date", "changed")).alias("ended"),
        pl.col("create_date").fill_null(pl.col("date")).alias("known"),
    )
    gone = pl.col("ended").is_not_null() & pl.col("role").is_in(["credit", "entry", "exchange"])
    sheet.refuse(gone, "intake.row.cancelled", "move_id.name")
    nothing = (pl.col("size") == 0) & (pl.col("booked") == 0)
    sheet.refuse(nothing, "sources.erp.nothing_owed", "move_id.name")
    return sheet


def _with_entries(records: Records, sheet: Sheet) -> None:
    """The facts of each line's entry and journal beside it."""
    moves = sheet_of(records, "account.move", ("invoice_user_id.name",))
    moves.days("write_date", "invoice_date")
    journals = sheet_of(records, "account.journal").frame.select(
        pl.col("id").alias("journal_id"), pl.col("type").alias("journal")
    )
    heads = (
        moves.frame.unique("id", keep="first", maintain_order=True)
        .join(journals.unique("journal_id"), on="journal_id", how="left")
        .select(
            pl.col("id").alias("move_id"),
            pl.col("name").alias("number"),
            "move_type",
            pl.col("state").alias("move_state"),
            "journal",
            "commercial_partner_id",
            "invoice_date",
            pl.col("write_date").alias("changed"),
            pl.col("invoice_user_id.name").alias("salesperson"),
        )
    )
    sheet.days("date", "date_maturity", "create_date")
    sheet.frame = sheet.frame.join(heads, on="move_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("move_state", "parent_state").alias("state"),
        pl.coalesce("number", "move_id.name", "move_id").alias("number"),
        pl.coalesce("commercial_partner_id", "partner_id").alias("party"),
    )


def _role(records: Records, selling: pl.Expr) -> pl.Expr:
    """What a line is, by the kind of its entry, its journal and its sign."""
    exchange = sheet_of(records, "account.partial.reconcile").frame["exchange_move_id"].drop_nulls().unique()
    paying = sheet_of(records, "account.payment").frame["move_id"].drop_nulls().unique()
    owed = pl.when(selling).then(pl.col("amount_currency") > 0).otherwise(pl.col("amount_currency") < 0)
    money = pl.col("journal").is_in(["bank", "cash", "credit"]) | pl.col("move_id").is_in(paying.implode())
    return (
        pl.when(pl.col("move_id").is_in(exchange.implode()) | (pl.col("amount_currency") == 0))
        .then(pl.lit("exchange"))
        .when(pl.col("move_type").is_in(_INVOICES))
        .then(pl.when(owed).then(pl.lit("item")).otherwise(pl.lit("credit")))
        .when(money)
        .then(pl.lit("money"))
        .when(owed)
        .then(pl.lit("item"))
        .otherwise(pl.lit("entry"))
    )

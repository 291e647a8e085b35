"""Odoo settled: partial reconciliations as allocations and bill payments; money and credits by their lines."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.intake.erp.odoo.lines import sheet_of
from solvent.intake.erp.overlap import overlap
from solvent.intake.erp.sheet import Sheet
from solvent.intake.sources.importer import ROW, SHEET, Records


@dataclass(frozen=True)
class Matches:
    """What settles what, and with what: frames as the tables of these names."""

    sheet: Sheet
    receipts: pl.DataFrame
    credits: pl.DataFrame
    allocations: pl.DataFrame
    bill_payments: pl.DataFrame


def matches(records: Records, lines: pl.DataFrame, own: str) -> Matches:
    """The partial reconciliations between lines of customers or of suppliers.

    A general entry that closes items and nothing else is a write-off; one that is left over in part is a credit. Of a
    payment that closes more than it brought, the difference is written off.
    """
    sheet = _partials(records, lines, own)
    pairs = sheet.frame
    givers = _givers(records, lines, pairs, own)
    named = lines.select(
        "id",
        pl.when(pl.len().over("move_id", "selling", "role") == 1)
        .then("number")
        .otherwise(pl.concat_str("number", pl.lit(":"), "id"))
        .alias("item"),
    )
    rows = _rows(pairs, givers).join(named.rename({"id": "item_line"}), on="item_line")
    both = rows.select(
        SHEET,
        ROW,
        "allocation_id",
        pl.col("item").alias("item_id"),
        "source",
        "source_id",
        pl.col("day").alias("allocated_on"),
        pl.col("item_currency").alias("currency"),
        "amount",
        pl.when(pl.col("source_currency") != pl.col("item_currency")).then("source_currency").alias("source_currency"),
        pl.when(pl.col("source_currency") != pl.col("item_currency")).then("source_amount").alias("source_amount"),
        pl.col("booked").alias("booked_amount"),
        pl.col("known").alias("recorded_on"),
        "selling",
    )
    paid = both.filter(~pl.col("selling") & (pl.col("amount") != 0)).select(
        SHEET,
        ROW,
        pl.col("allocation_id").alias("payment_id"),
        pl.col("item_id").alias("bill_id"),
        pl.col("allocated_on").alias("paid_on"),
        "currency",
        "amount",
        "recorded_on",
    )
    selling = givers.filter("selling")
    return Matches(
        sheet,
        pl.concat([_receipts(selling), _taken_back(selling)]),
        _credits(selling),
        both.filter("selling").drop("selling"),
        paid,
    )


def _partials(records: Records, lines: pl.DataFrame, own: str) -> Sheet:
    """Reconciliations with the facts of both lines: ``item_line`` is owed, ``source_line`` settles it."""
    sheet = sheet_of(records, "account.partial.reconcile")
    sheet.days("max_date", "create_date")
    facts = lines.select("id", "selling", "role", "currency", "date")
    frame = sheet.frame.unique("id", keep="first", maintain_order=True)
    frame = frame.join(facts, left_on="debit_move_id", right_on="id").join(
        facts.drop("selling"), left_on="credit_move_id", right_on="id", suffix="_credit"
    )
    side = {True: ("debit_move_id", "debit_amount_currency"), False: ("credit_move_id", "credit_amount_currency")}

    def of(owed: bool) -> list[pl.Expr]:
        mine, other = side[owed], side[not owed]
        line, amount = ("item_line", "amount_item") if owed else ("source_line", "amount_source")
        role, code = ("item_role", "item_currency") if owed else ("source_role", "source_currency")
        there, here = ("role", "role_credit"), ("currency", "currency_credit")
        first, second = (0, 1) if owed else (1, 0)
        return [
            pl.when("selling").then(mine[0]).otherwise(other[0]).alias(line),
            pl.when("selling").then(mine[1]).otherwise(other[1]).alias(amount),
            pl.when("selling").then(there[first]).otherwise(there[second]).alias(role),
            pl.when("selling").then(here[first]).otherwise(here[second]).alias(code),
        ]

    sheet.frame = frame.with_columns(*of(True), *of(False), pl.lit(own).alias("own"))
    sheet.money("amount_item", "item_currency")
    sheet.money("amount_source", "source_currency")
    sheet.money("amount", "own")
    sheet.frame = sheet.frame.with_columns(
        pl.coalesce("max_date", pl.max_horizontal("date", "date_credit")).alias("day"),
        pl.coalesce("create_date", "max_date", pl.max_horizontal("date", "date_credit")).alias("known"),
    )
    return sheet


def _givers(records: Records, lines: pl.DataFrame, pairs: pl.DataFrame, own: str) -> pl.DataFrame:
    """The lines that settle, with their number and what each is worth: ``source``, ``source_id``, ``worth``, ``gap``.

    worth: in the line's currency, positive where it lowers the debt; gap: so much more is closed than was paid.
    """
    payments = sheet_of(records, "account.payment", ("currency_id.name",))
    payments.frame = payments.frame.with_columns(pl.col("currency_id.name").fill_null(own).alias("paid_in"))
    payments.money("amount", "paid_in", as_name="paid")
    told = (
        payments.frame.filter(pl.col("move_id").is_not_null())
        .unique("move_id", keep="first")
        .select("move_id", "paid", "paid_in", pl.coalesce("memo", "ref").alias("memo"))
    )
    others = pairs.group_by("source_line").agg((pl.col("item_role") == "item").all().alias("items_only"))
    frame = (
        lines.filter(pl.col("role") != "item")
        .join(told, on="move_id", how="left")
        .join(others, left_on="id", right_on="source_line", how="left")
        .with_columns(
            pl.when("selling").then(-pl.col("size")).otherwise("size").alias("worth"),
            pl.when("selling").then(-pl.col("booked")).otherwise("booked").alias("worth_booked"),
        )
    )
    one = pl.len().over("move_id", "selling", "role") == 1
    closes = (
        (pl.col("role") == "entry") & pl.col("items_only").fill_null(False) & (pl.col("amount_residual_currency") == 0)
    )
    short = (pl.col("role") == "money") & one & (pl.col("paid_in") == pl.col("currency")) & (pl.col("paid") > 0)
    source = (
        pl.when(pl.col("role") == "money")
        .then(pl.lit("receipt"))
        .when(pl.col("role") == "exchange")
        .then(pl.lit("exchange"))
        .when(closes)
        .then(pl.lit("write_off"))
        .otherwise(pl.lit("credit_note"))
    )
    number = pl.when(one).then("number").otherwise(pl.concat_str("number", pl.lit(":"), "id"))
    return frame.with_columns(
        source.alias("source"),
        number.alias("source_number"),
        pl.col("amount_residual_currency").abs().alias("left"),
        pl.when(short).then((pl.col("worth") - pl.col("paid")).clip(0)).otherwise(0).alias("gap"),
    )


def _rows(pairs: pl.DataFrame, givers: pl.DataFrame) -> pl.DataFrame:
    """A row for each reconciliation of an item, two where a payment fell short: money first, then the write-off."""
    plain = pairs.filter(pl.col("item_role") == "item").join(
        givers.select(pl.col("id").alias("source_line"), "source", "source_number", "gap", "worth", "left"),
        on="source_line",
    )
    whole = plain.filter(pl.col("gap") == 0).select(
        *_kept(),
        pl.col("id").alias("allocation_id"),
        "source",
        pl.when(pl.col("source").is_in(["receipt", "credit_note"])).then("source_number").alias("source_id"),
        pl.col("amount_item").alias("amount"),
        pl.col("amount_source").alias("source_amount"),
        pl.col("amount").alias("booked"),
    )
    short = plain.filter(pl.col("gap") > 0)
    pieces = short.unique("source_line").select("source_line", "worth", "gap", "left")
    claims = pl.concat(
        [
            pieces.select(
                pl.col("source_line").alias("group"),
                pl.concat_str("source_line", pl.lit("|receipt")).alias("claim"),
                (pl.col("worth") - pl.col("gap") - pl.col("left")).clip(0).alias("size"),
                pl.lit("0").alias("turn"),
            ),
            pieces.select(
                pl.col("source_line").alias("group"),
                pl.concat_str("source_line", pl.lit("|write_off")).alias("claim"),
                pl.col("gap").alias("size"),
                pl.lit("1").alias("turn"),
            ),
        ]
    )
    debts = short.select(
        pl.col("source_line").alias("group"),
        pl.col("id").alias("debt"),
        pl.col("amount_source").alias("size"),
        pl.concat_str(pl.col("day").cast(pl.String), pl.col("id").str.zfill(12)).alias("turn"),
    )
    laid = overlap(debts, claims).drop("group")
    parts = laid.join(short.rename({"amount": "all_booked"}), left_on="debt", right_on="id").with_columns(
        pl.col("claim").str.split("|").list.last().alias("piece"),
        pl.col("amount").cum_sum().over("debt", order_by="claim").alias("upto"),
    )
    split = parts.with_columns(_upto("amount_item").alias("to_item"), _upto("all_booked").alias("to_booked")).select(
        *_kept(),
        pl.concat_str("debt", pl.lit(":"), "piece").alias("allocation_id"),
        pl.col("piece").alias("source"),
        pl.when(pl.col("piece") == "receipt").then("source_number").alias("source_id"),
        _step("to_item").alias("amount"),
        pl.col("amount").alias("source_amount"),
        _step("to_booked").alias("booked"),
    )
    return pl.concat([whole, split])


def _kept() -> tuple[str, ...]:
    return (SHEET, ROW, "item_line", "item_currency", "source_currency", "selling", "day", "known")


def _upto(whole: str) -> pl.Expr:
    """So much of the whole as belongs to the pieces up to here; all of it at the last."""
    share = (pl.col(whole).cast(pl.Float64) * pl.col("upto") / pl.col("amount_source")).round(0).cast(pl.Int64)
    return pl.when(pl.col("upto") == pl.col("amount_source")).then(whole).otherwise(share)


def _step(upto: str) -> pl.Expr:
    return pl.col(upto) - pl.col(upto).shift(1).over("debt", order_by="claim").fill_null(0)


def _receipts(givers: pl.DataFrame) -> pl.DataFrame:
    """Money from customers; a refund is negative."""
    return givers.filter(pl.col("source") == "receipt").select(
        SHEET,
        ROW,
        pl.col("source_number").alias("receipt_id"),
        pl.col("party").alias("customer_id"),
        pl.col("date").alias("received_on"),
        "currency",
        (pl.col("worth") - pl.col("gap")).alias("amount"),
        (pl.col("worth_booked").cast(pl.Float64) * (pl.col("worth") - pl.col("gap")) / pl.col("worth"))
        .round(0)
        .cast(pl.Int64)
        .alias("booked_amount"),
        pl.coalesce("memo", "ref").alias("reference"),
        pl.col("known").alias("recorded_on"),
    )


def _taken_back(givers: pl.DataFrame) -> pl.DataFrame:
    """Cancelled payments again with the opposite sign, on the day that they ended."""
    gone = givers.filter(pl.col("ended").is_not_null())
    return _receipts(gone).with_columns(
        pl.concat_str(pl.lit("cancel:"), "receipt_id").alias("receipt_id"),
        gone.filter(pl.col("source") == "receipt")["ended"].alias("received_on"),
        -pl.col("amount"),
        -pl.col("booked_amount"),
        gone.filter(pl.col("source") == "receipt")["ended"].alias("recorded_on"),
    )


def _credits(givers: pl.DataFrame) -> pl.DataFrame:
    return givers.filter(pl.col("source") == "credit_note").select(
        SHEET,
        ROW,
        pl.col("source_number").alias("credit_note_id"),
        pl.col("party").alias("customer_id"),
        pl.coalesce("invoice_date", "date").alias("issued_on"),
        "currency",
        pl.col("worth").alias("amount"),
        pl.col("worth_booked").alias("booked_amount"),
        pl.coalesce("ref", "move_type").alias("reason"),
        pl.col("known").alias("recorded_on"),
    )

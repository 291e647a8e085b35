"""Account: a customer's account as bookkeepers print it: date, summary, debit, credit, running balance (明细账)."""

from __future__ import annotations

import re

import polars as pl

from solvent.intake.ledger.rows.postings import conform
from solvent.intake.ledger.rows.sieve import Sieve

_OPENING = r"期初|上年结转|上期结转|年初|承前页|opening|brought forward|b/f|saldovortrag"
_RED = r"红冲|红字|冲红|退回|退货|冲回|冲销"
_SHEET_WORDS = re.compile(r"^(sheet\s*\d*|明细账?|应收账款.*|ledger|data|表\d*|工作表\d*)$", re.IGNORECASE)


def account(sieve: Sieve) -> tuple[pl.DataFrame, int | None]:
    """The rows of an account as postings, and the sum of the closing balances; None where there is no balance column.

    A debit is an invoice, a credit a receipt, an opening balance an item or a credit of its own. Where the running
    balance moves the other way than the unsigned amount says (a red entry), the balance is right.
    """
    rows = sieve.rows
    currency = sieve.currency("currency", sieve.reading.currency)
    frame = rows.select("_row").with_columns(
        sieve.date("issued_on"),
        sieve.date("due_on"),
        currency,
        sieve.money("debit", currency),
        sieve.money("credit", currency),
        sieve.money("balance", currency),
        sieve.text("direction"),
        sieve.text("summary").fill_null(sieve.text("document_type")),
        *(sieve.text(name) for name in ("customer_id", "customer_name", "invoice_id", "salesperson", "reference")),
        pl.lit(sieve.reading.source).alias("source"),
        pl.lit(sieve.reading.sheet).alias("sheet"),
    )
    frame = frame.with_columns(pl.col("customer_id", "customer_name").fill_null(strategy="forward"))
    if not sieve.has("customer_id") and not sieve.has("customer_name"):
        frame = frame.with_columns(pl.lit(_of_sheet(sieve.reading.sheet), dtype=pl.String).alias("customer_id"))
    who = pl.coalesce("customer_id", "customer_name").fill_null("?")
    owed = pl.when(pl.col("direction").str.contains("^贷|^cr|^c$|^h$")).then(-pl.col("balance")).otherwise("balance")
    frame = frame.with_columns(who.alias("who"), owed.alias("balance"))
    opening = pl.col("summary").str.to_lowercase().str.contains(_OPENING).fill_null(False)
    frame = frame.with_columns(opening.alias("opening")).with_columns(
        (pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0)).alias("moved"),
        pl.col("balance").shift(1).over("who").alias("before"),
    )
    frame = _openings(frame)
    frame = _reddened(frame, sieve)
    bare = frame.select(
        pl.col("debit").is_null() & pl.col("credit").is_null() & ~(pl.col("opening") & pl.col("balance").is_not_null())
    ).to_series()
    sieve.reject(bare, "intake.row.amount_missing", "debit" if sieve.has("debit") else "credit")
    dated = frame.with_columns(
        pl.col("issued_on").fill_null(pl.when("opening").then(pl.col("issued_on").min().over("who")))
    )
    sieve.reject(dated["issued_on"].is_null(), "intake.row.date_missing", "issued_on")
    closing = dated.filter(pl.col("balance").is_not_null()).group_by("who").agg(pl.col("balance").last())
    whole = sieve.has("balance") and not sieve.faults and closing.height == dated["who"].n_unique()
    return _postings(dated), int(closing["balance"].sum()) if whole else None


def _openings(frame: pl.DataFrame) -> pl.DataFrame:
    """An opening balance without a movement moves by itself."""
    bare = pl.col("opening") & pl.col("debit").is_null() & pl.col("credit").is_null()
    return frame.with_columns(
        pl.when(bare).then(pl.col("balance").fill_null(0)).otherwise("moved").alias("moved"),
        pl.when("opening").then(None).otherwise("before").alias("before"),
    )


def _reddened(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """The movement as the running balance tells it, where the printed amount has lost its sign."""
    told = pl.col("balance") - pl.col("before")
    red = told == -pl.col("moved")
    checked = frame.with_columns(
        (told.is_not_null() & red & (pl.col("moved") != 0)).alias("red"),
        (told.is_not_null() & ~red & (told != pl.col("moved"))).alias("astray"),
    )
    if not sieve.has("balance"):
        words = pl.col("summary").str.contains(_RED).fill_null(False) & (pl.col("moved") > 0)
        checked = checked.with_columns(words.alias("red"))
    for count, name in ((int(checked["red"].sum()), "red"), (int(checked["astray"].sum()), "astray")):
        if count:
            first = checked.filter(pl.col(name))["_row"][0]
            code = "intake.account.red" if name == "red" else "intake.account.balance_astray"
            sieve.note(code, None, {"count": count, "row": int(first)})
    moved = pl.when("red").then(-pl.col("moved")).otherwise("moved")
    return checked.with_columns(moved.alias("moved"))


def _postings(frame: pl.DataFrame) -> pl.DataFrame:
    """Debits as invoices, red debits as credit notes, credits as receipts, red credits as refunds."""
    debit = pl.col("credit").fill_null(0) == 0
    kind = (
        pl.when(debit & (pl.col("moved") >= 0))
        .then(pl.lit("invoice"))
        .when(debit)
        .then(pl.lit("credit_note"))
        .when(pl.col("moved") <= 0)
        .then(pl.lit("receipt"))
        .otherwise(pl.lit("refund"))
    )
    posted = frame.with_columns(kind.alias("kind"), pl.col("moved").alias("amount"))
    return conform(posted.with_columns(pl.lit(None, dtype=pl.String).alias("reference")))


def _of_sheet(name: str) -> str | None:
    """The customer that the worksheet is named after; None for a name that is none."""
    return None if not name.strip() or _SHEET_WORDS.match(name.strip()) else name.strip()

"""Account: a customer's account as bookkeepers print it: date, summary, debit, credit, running balance (明细账)."""

from __future__ import annotations

import re

import polars as pl

from solvent.intake.ledger.cells.terms import due_on
from solvent.intake.ledger.rows.kinds import kinds
from solvent.intake.ledger.rows.postings import TEXTS, conform
from solvent.intake.ledger.rows.sieve import Sieve

_OPENING = r"期初|上年结转|上期结转|上年余额|年初|承前页|opening|brought forward|b/f|saldovortrag|anfangsbestand"
_CLOSING = r"^(?:期末余额|本期余额|本月余额|结转下[年期页月]|过次页|closing balance|carried forward|c/f|endsaldo)"
_RED = r"红冲|红字|冲红|退回|退货|冲回|冲销"
_CREDIT_SIDE = r"^(?:贷|cr|c$|h$|haben)"
_SHEET_WORDS = re.compile(
    r"^(sheet\s*\d*|.*明细账?|.*明细表|应收账款.*|往来.*|ledger|data|account|表\d*|工作表\d*|汇总|\d+)$", re.IGNORECASE
)


def account(sieve: Sieve) -> tuple[pl.DataFrame, int | None]:
    """The rows of an account as postings, and the sum of the closing balances; None where there are none to trust.

    A debit is an invoice, a credit a receipt, an opening balance an item or a credit of its own. Where the running
    balance moves the other way than the unsigned amount says (a red entry), the balance is right. The balance may run
    for each customer or down the whole sheet, from the first row or from the last.
    """
    frame = _entries(sieve)
    frame = _checked(frame, sieve) if sieve.has("balance") else _by_words(frame)
    bare = pl.col("debit").is_null() & pl.col("credit").is_null()
    told = pl.col("balance").is_not_null() & (pl.col("opening") | pl.col("summary").str.contains(_CLOSING))
    nothing = frame.select(bare & ~told.fill_null(False)).to_series()
    sieve.reject(nothing, "intake.row.amount_missing", "debit" if sieve.has("debit") else "credit")
    first = pl.when("opening").then(pl.col("issued_on").min().over("who"))
    frame = frame.with_columns(pl.col("issued_on").fill_null(first))
    sieve.reject(frame["issued_on"].is_null(), "intake.row.date_missing", "issued_on")
    by_terms = due_on(frame["terms"], frame["issued_on"])
    frame = frame.with_columns(pl.col("due_on").fill_null(by_terms))
    early = (pl.col("due_on") < pl.col("issued_on")) & (pl.col("kind") == "invoice")
    sieve.reject(frame.select(early).to_series(), "intake.row.law", "due_on", {"law": "due_before_issue"})
    closing = _closing(frame) if sieve.has("balance") and not sieve.faults else None
    return conform(_with_hidden_openings(frame, sieve)), closing


def _entries(sieve: Sieve) -> pl.DataFrame:
    """The cells of an account, ``who`` it is, which rows are opening balances, and what each ``moved`` as printed."""
    currency = sieve.currency("currency", sieve.reading.currency)
    frame = sieve.rows.select("_row").with_columns(
        sieve.date("issued_on"),
        sieve.date("due_on"),
        sieve.date("recorded_on", needed=False),
        currency,
        sieve.money("debit", currency),
        sieve.money("credit", currency),
        sieve.money("balance", currency, needed=False),
        sieve.text("direction").str.strip_chars().str.to_lowercase(),
        *(sieve.text(name) for name in TEXTS),
        sieve.text("summary").fill_null(sieve.text("document_type")),
        kinds(sieve.text("document_type").fill_null(sieve.text("summary")), {}).alias("type"),
        pl.lit(sieve.reading.source).alias("source"),
        pl.lit(sieve.reading.sheet).alias("sheet"),
    )
    frame = frame.with_columns(pl.col("customer_id", "customer_name").fill_null(strategy="forward"))
    if not sieve.has("customer_id") and not sieve.has("customer_name"):
        frame = frame.with_columns(pl.lit(_of_sheet(sieve.reading.sheet), dtype=pl.String).alias("customer_id"))
    owed = pl.when(pl.col("direction").str.contains(_CREDIT_SIDE)).then(-pl.col("balance").abs()).otherwise("balance")
    opening = pl.col("summary").str.to_lowercase().str.contains(_OPENING).fill_null(False)
    bare = pl.col("debit").is_null() & pl.col("credit").is_null()
    moved = pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0)
    frame = frame.with_columns(
        pl.coalesce("customer_id", "customer_name").fill_null("?").alias("who"),
        owed.alias("balance"),
        opening.alias("opening"),
    )
    frame = frame.with_columns(
        pl.when(opening & bare).then(pl.col("balance").fill_null(0)).otherwise(moved).alias("moved")
    )
    return _with_kinds(frame)


def _with_kinds(frame: pl.DataFrame) -> pl.DataFrame:
    """Debits are invoices, red debits credit notes, credits receipts, red credits refunds, if no word says else."""
    debit, moved, said = pl.col("credit").fill_null(0) == 0, pl.col("moved"), pl.col("type")
    kind = (
        pl.when(debit & (moved >= 0))
        .then(pl.when(said == "refund").then(pl.lit("refund")).otherwise(pl.lit("invoice")))
        .when(debit | ((said == "credit_note") & (moved <= 0)))
        .then(pl.lit("credit_note"))
        .when(moved <= 0)
        .then(pl.lit("receipt"))
        .otherwise(pl.lit("refund"))
    )
    return frame.with_columns(kind.alias("kind"), moved.alias("amount"))


def _by_words(frame: pl.DataFrame) -> pl.DataFrame:
    """Where there is no balance, the words of an unsigned debit say that it is red."""
    red = pl.col("summary").str.contains(_RED).fill_null(False) & (pl.col("moved") > 0)
    return _with_kinds(frame.with_columns(pl.when(red).then(-pl.col("moved")).otherwise("moved").alias("moved")))


def _checked(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """The movements as the running balance tells them, and the order in which it runs, ``run`` and ``place``."""
    forward, backward = pl.int_range(pl.len()), -pl.int_range(pl.len())
    best: tuple[int, pl.DataFrame] | None = None
    for run, place in (
        (pl.col("who"), forward),
        (pl.lit(""), forward),
        (pl.col("who"), backward),
        (pl.lit(""), backward),
    ):
        tried = frame.with_columns(run.alias("run"), place.alias("place")).sort("place")
        alone = pl.when(pl.col("balance").abs() == pl.col("moved").abs()).then(0)
        before = (
            pl.when(pl.int_range(pl.len()).over("run") == 0)
            .then(alone)
            .otherwise(pl.col("balance").shift(1).over("run"))
        )
        before = pl.when("opening").then(None).otherwise(before)
        said = pl.col("balance") - before
        red = ((said == -pl.col("moved")) & (pl.col("moved") != 0)).fill_null(False)
        astray = (~red & (said != pl.col("moved"))).fill_null(False)
        tried = tried.with_columns(red.alias("red"), astray.alias("astray"))
        count = int(tried["astray"].sum())
        if best is None or count < best[0]:
            best = (count, tried)
        if not count:
            break
    assert best is not None
    for name, code in (("red", "intake.account.red"), ("astray", "intake.account.balance_astray")):
        found = best[1].filter(name)
        if found.height:
            sieve.note(code, None, {"count": found.height, "row": int(found["_row"].sort()[0])})
    moved = pl.when("red").then(-pl.col("moved")).otherwise("moved")
    return _with_kinds(best[1].with_columns(moved.alias("moved")).sort("_row"))


def _closing(frame: pl.DataFrame) -> int | None:
    """The last balances, added up; None where most of the balances do not follow from the rows."""
    told = frame.filter(pl.col("balance").is_not_null())
    if told.height == 0 or int(told["astray"].sum()) * 2 > told.height:
        return None
    if told["run"].n_unique() != frame["run"].n_unique():
        return None
    return int(told.sort("place").group_by("run").agg(pl.col("balance").last())["balance"].sum())


def _with_hidden_openings(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """An item or credit of its own for what stood before the first row, where only the first balance tells it."""
    if "run" not in frame.columns:
        return frame
    sound = frame.group_by("run").agg((~pl.col("astray")).all().alias("sound"))
    first = frame.sort("place").group_by("run", maintain_order=True).first().join(sound, on="run")
    before = pl.col("balance") - pl.col("moved")
    hidden = first.with_columns(before.alias("amount"), before.alias("moved")).filter(
        (pl.col("amount") != 0) & ~pl.col("opening") & pl.col("sound")
    )
    hidden = hidden.join(sieve.rejected().select("_row"), on="_row", how="anti")
    if hidden.is_empty():
        return frame
    sieve.note("intake.account.opening_implied", None, {"count": hidden.height, "row": int(hidden["_row"][0])})
    none = pl.lit(None, dtype=pl.String)
    made = hidden.with_columns(
        pl.when(pl.col("amount") > 0).then(pl.lit("invoice")).otherwise(pl.lit("credit_note")).alias("kind"),
        pl.col("issued_on").alias("due_on"),
        *(none.alias(name) for name in ("invoice_id", "receipt_id", "applies_to", "reference", "terms")),
    )
    return pl.concat([frame, made.select(frame.columns)])


def _of_sheet(name: str) -> str | None:
    """The customer that the worksheet is named after; None for a name that is none."""
    return None if not name.strip() or _SHEET_WORDS.match(name.strip()) else name.strip()

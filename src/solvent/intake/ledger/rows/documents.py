"""Documents: lists of invoices, instalments, credit notes and receipts, a row each, as postings."""

from __future__ import annotations

import re

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.intake.ledger.cells.terms import due_on
from solvent.intake.ledger.fields import plain
from solvent.intake.ledger.rows.postings import conform
from solvent.intake.ledger.rows.sieve import Sieve

_CREDIT = re.compile(
    r"红字|贷项|退货|退回|红冲|冲销|冲回|credit(?!.*debit)|^dg$|^cn$|^cm$|gutschrift|return|rebate|折让"
)
_RECEIPT = re.compile(r"收款|回款|到账|预收|receipt|payment|^dz$|^zp$|^pmt$|^py$|zahlung|deposit|收到|advance")
_INVOICE = re.compile(
    r"发票|应收|销售|出库|开票|invoice|^rv$|^dr$|^inv$|^in$|^rg$|debitnote|rechnung|期初|opening|instal"
)
_VOID = re.compile(
    r"^(已?作废|作废单据?|已?取消|cancelled|canceled|void|voided|reversed|storniert|draft|草稿|已冲销|y作废)$"
)
_NOT_VOID = re.compile(r"作废状态|作废标志|是否作废|cancel|void")
_HERE = re.compile(r"^(是|yes|y|true|1|x|b)$")
_TEXTS = (
    "customer_id",
    "customer_name",
    "group_id",
    "country",
    "region",
    "industry",
    "salesperson",
    "terms",
    "invoice_id",
    "instalment",
    "line",
    "applies_to",
    "receipt_id",
    "clearing_id",
    "reference",
    "order_id",
    "delivery_id",
    "dispute_reason",
)


def documents(sieve: Sieve) -> pl.DataFrame:
    """The sheet's rows as postings; faults and notes are left in the sieve. Rejected rows are still in it."""
    frame = sieve.rows.select("_row").with_columns(sieve.text(name) for name in _TEXTS)
    frame = frame.with_columns(
        pl.lit(sieve.reading.source).alias("source"),
        pl.lit(sieve.reading.sheet).alias("sheet"),
        sieve.flag("insured"),
        sieve.flag("disputed"),
        sieve.date("delivered_on", needed=False),
        sieve.date("recorded_on", needed=False),
        sieve.date("settled_on"),
        sieve.moment("issued_on").alias("issued_at"),
    )
    frame = _dated(frame, sieve)
    frame = _valued(frame, sieve)
    frame = frame.with_columns(_kind(sieve, frame))
    frame = _signed(frame, sieve)
    _void(sieve)
    return conform(frame)


def _dated(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """Issue and due day; the due day by terms where it is not given, empty where there are none."""
    issued, due = sieve.date("issued_on"), sieve.date("due_on")
    if sieve.reading.role == "receipt_list":
        issued = frame["settled_on"].zip_with(frame["settled_on"].is_not_null(), issued)
    elif not sieve.has("issued_on") and due.null_count() < due.len():
        sieve.note("intake.issue_assumed", None, {"count": due.len() - due.null_count()})
        issued = due
    start = sieve.date("baseline_on", needed=False)
    start = start.zip_with(start.is_not_null(), issued)
    by_terms = due_on(frame["terms"], start)
    due = due.zip_with(due.is_not_null(), by_terms).alias("due_on")
    sieve.reject(issued.is_null(), "intake.row.date_missing", "issued_on")
    return frame.with_columns(issued.alias("issued_on"), due)


def _valued(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """Currency, face amount, and what the row says is paid or open."""
    reading = sieve.reading
    currency = sieve.currency("currency", reading.currency)
    own = sieve.currency("booked_currency", None)
    booked_in = own.fill_null(currency) if own.null_count() else own
    frame = frame.with_columns(
        currency.alias("currency"),
        sieve.money("amount", currency).alias("face"),
        sieve.money("open_amount", currency).alias("open"),
        sieve.money("paid_amount", currency).alias("paid"),
        sieve.money("booked_amount", booked_in).alias("booked"),
        sieve.money("booked_open_amount", booked_in).alias("booked_open"),
        sieve.money("debit", currency).alias("debit"),
        sieve.money("credit", currency).alias("credit"),
        booked_in.alias("booked_in"),
    )
    if reading.role == "receipt_list" and not sieve.has("amount"):
        frame = frame.with_columns(pl.col("paid").alias("face"), pl.lit(None, dtype=pl.Int64).alias("paid"))
    two_sided = pl.when(pl.col("debit").is_null() & pl.col("credit").is_null()).then(None)
    difference = two_sided.otherwise(pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0))
    frame = frame.with_columns(pl.coalesce("face", difference, "open").alias("face"))
    local = pl.col("face").is_null() & pl.coalesce("booked", "booked_open").is_not_null()
    frame = frame.with_columns(
        pl.when(local).then("booked_in").otherwise("currency").alias("currency"),
        pl.when(local).then(pl.coalesce("booked", "booked_open")).otherwise("face").alias("face"),
        pl.when(local).then("booked_open").otherwise("open").alias("open"),
        pl.when(local).then(None).otherwise("booked").alias("booked"),
    )
    sieve.reject(frame["face"].is_null(), "intake.row.amount_missing", _amount_field(sieve))
    return frame.with_columns(_indicated(sieve, frame, "face"), _indicated(sieve, frame, "booked"))


def _amount_field(sieve: Sieve) -> str:
    return next((name for name in ("amount", "open_amount", "booked_amount", "paid_amount") if sieve.has(name)), "")


def _indicated(sieve: Sieve, frame: pl.DataFrame, name: str) -> pl.Series:
    """Amounts without a sign get that of the debit/credit indicator."""
    if not sieve.has("sign"):
        return frame[name]
    mark = sieve.text("sign").str.to_lowercase().str.strip_chars()
    credit = mark.is_in(["h", "haben", "c", "cr", "credit", "贷", "贷方", "k"]).fill_null(False)
    size = frame[name].abs()
    return frame[name].zip_with(~credit, -size).alias(name)


def _kind(sieve: Sieve, frame: pl.DataFrame) -> pl.Series:
    """What each row is: by its document type, else by the sheet, else by its sign."""
    told = sieve.text("document_type")
    given = sieve.reading.values.get("document_type", {})
    meant = {cell: _kind_of(cell, given) for cell in told.unique().drop_nulls()}
    by_type = told.replace_strict(meant, default=None, return_dtype=pl.String)
    by_sheet = {"receipt_list": "receipt", "credit_note_list": "credit_note"}.get(sieve.reading.role)
    if by_sheet is not None:
        return by_type.fill_null(by_sheet).alias("kind")
    by_sign = frame.select(
        pl.when(pl.col("face") < 0).then(pl.lit("credit_note")).otherwise(pl.lit("invoice"))
    ).to_series()
    return by_type.zip_with(by_type.is_not_null(), by_sign).alias("kind")


def _kind_of(cell: str, given: dict[str, str] | object) -> str | None:
    word = plain(cell)
    if isinstance(given, dict) and word in given:
        return "invoice" if given[word] == "opening" else str(given[word])
    for kind, pattern in (("credit_note", _CREDIT), ("receipt", _RECEIPT), ("invoice", _INVOICE)):
        if pattern.search(word):
            return kind
    return None


def _signed(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """Amounts with the sign of the customer's account, and refunds and reversals told apart.

    Credit notes and receipts are written with a minus in one system and without in another; the majority of a sheet's
    own rows of that kind says which. A row against the majority is the reverse of its kind.
    """
    against = {
        name: int((frame.filter(pl.col("kind") == name)["face"] < 0).sum())
        > int((frame.filter(pl.col("kind") == name)["face"] > 0).sum())
        for name in ("credit_note", "receipt")
    }
    plain_kinds = [name for name, negative in against.items() if not negative]
    flip = pl.when(pl.col("kind").is_in(plain_kinds)).then(-1).otherwise(1)
    frame = frame.with_columns(flip.alias("flip"))
    frame = frame.with_columns(
        (pl.col("face") * pl.col("flip")).alias("amount"),
        (pl.col("booked") * pl.col("flip")).alias("booked"),
        (pl.col("open") * pl.col("flip")).alias("open"),
    )
    kind, amount = pl.col("kind"), pl.col("amount")
    frame = frame.with_columns(
        pl.when((kind == "invoice") & (amount < 0))
        .then(pl.lit("credit_note"))
        .when((kind == "credit_note") & (amount > 0))
        .then(pl.lit("invoice"))
        .when((kind == "receipt") & (amount > 0))
        .then(pl.lit("refund"))
        .otherwise(kind)
        .alias("kind")
    )
    early = (frame["due_on"] < frame["issued_on"]) & (frame["kind"] == "invoice")
    sieve.reject(early.fill_null(False), "intake.row.law", "due_on", {"law": "due_before_issue"})
    unnamed = frame["currency"].is_null()
    return frame.with_columns(pl.when(unnamed).then(pl.lit(UNKNOWN)).otherwise("currency").alias("currency"))


def _void(sieve: Sieve) -> None:
    """Cancelled documents do not count; they come back as rejected, with that reason."""
    if not sieve.has("status"):
        return
    cells = sieve.text("status").str.to_lowercase().str.strip_chars()
    pattern = _HERE if _NOT_VOID.search(plain(sieve.reading.header("status") or "")) else _VOID
    sieve.reject(cells.str.contains(pattern.pattern).fill_null(False), "intake.row.cancelled", "status")

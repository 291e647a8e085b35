"""Documents: lists of invoices, instalments, credit notes and receipts, a row each, as postings."""

from __future__ import annotations

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.intake.ledger.cells.terms import due_on
from solvent.intake.ledger.rows.kinds import kinds, marked, states, void_remarks
from solvent.intake.ledger.rows.postings import TEXTS, conform
from solvent.intake.ledger.rows.sieve import Sieve
from solvent.intake.ledger.words import meanings

_WHO = pl.coalesce("customer_id", "customer_name").alias("who")


def documents(sieve: Sieve) -> pl.DataFrame:
    """The sheet's rows as postings; faults and notes are left in the sieve. Rejected rows are still in it."""
    frame = sieve.rows.select("_row").with_columns(sieve.text(name) for name in TEXTS)
    if _remark_for_number(sieve):
        frame = frame.with_columns(pl.col("invoice_id").alias("reference"), pl.lit(None, pl.String).alias("invoice_id"))
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
    return conform(_cleared_by_day(_stated(frame, sieve), sieve))


def _remark_for_number(sieve: Sieve) -> bool:
    """True for a list of receipts whose only number is what payers wrote: two payments may well say the same."""
    reading = sieve.reading
    header = reading.header("invoice_id")
    if reading.role != "receipt_list" or reading.format or header is None or sieve.has("reference"):
        return False
    return [meant.field for meant in meanings(header)][:1] == ["reference"]


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
    field = next((name for name in ("amount", "open_amount", "paid_amount") if sieve.has(name)), "amount")
    beside = sieve.code_beside(field)
    named = beside.drop_nulls().unique()
    # One symbol here and there in a list that names no currency is the currency of the list.
    default = named[0] if reading.currency == UNKNOWN and named.len() == 1 else reading.currency
    currency = sieve.currency("currency", None).fill_null(beside).fill_null(default)
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
    credited = sieve.money("credited_amount", currency)
    frame = frame.with_columns(
        pl.when(pl.col("open").is_null() & pl.col("face").is_not_null() & credited.is_not_null())
        .then(pl.col("face") - pl.col("paid").fill_null(0).abs() - credited.abs())
        .otherwise("open")
        .alias("open")
    )
    two_sided = pl.when(pl.col("debit").is_null() & pl.col("credit").is_null()).then(None)
    difference = two_sided.otherwise(pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0))
    nothing = (pl.col("face").fill_null(0) == 0) & (pl.col("open").fill_null(0) != 0)
    frame = frame.with_columns(
        pl.when(nothing).then("open").otherwise(pl.coalesce("face", difference, "open")).alias("face"),
        pl.when(nothing).then(None).otherwise("paid").alias("paid"),
    )
    # What is paid on no invoice is a receipt of its own.
    bare = pl.col("face").is_null() & (pl.col("paid").fill_null(0) != 0)
    frame = frame.with_columns(
        bare.alias("bare"),
        pl.when(bare).then("paid").otherwise("face").alias("face"),
        pl.when(bare).then(None).otherwise("paid").alias("paid"),
    )
    frame = frame.with_columns(_open_by_bookings().alias("open"))
    local = pl.col("face").is_null() & pl.coalesce("booked", "booked_open").is_not_null()
    frame = frame.with_columns(
        pl.when(local).then("booked_in").otherwise("currency").alias("currency"),
        pl.when(local).then(pl.coalesce("booked", "booked_open")).otherwise("face").alias("face"),
        pl.when(local).then("booked_open").otherwise("open").alias("open"),
        pl.when(local).then(None).otherwise("booked").alias("booked"),
    )
    sieve.reject(frame["face"].is_null(), "intake.row.amount_missing", _amount_field(sieve))
    return frame.with_columns(_indicated(sieve, frame, "face"), _indicated(sieve, frame, "booked"))


def _open_by_bookings() -> pl.Expr:
    """The open amount where only its booked value is told: the same share of the amount as of what was booked."""
    face, booked, rest = pl.col("face"), pl.col("booked"), pl.col("booked_open")
    share = (face.cast(pl.Float64) * rest / booked).round(0).cast(pl.Int64)
    told = pl.when((rest == 0) | booked.is_null() | (booked == face)).then(rest).when(rest == booked).then(face)
    return (
        pl.when(face.is_not_null() & rest.is_not_null() & pl.col("open").is_null())
        .then(told.when(booked != 0).then(share))
        .otherwise("open")
    )


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
    """What each row is: by its document type, else by the sheet, else by the side it stands on, else by its sign."""
    by_type = kinds(sieve.text("document_type"), sieve.reading.values.get("document_type", {}))
    by_sheet = {"receipt_list": "receipt", "credit_note_list": "credit_note"}.get(sieve.reading.role)
    if by_sheet is not None:
        return by_type.fill_null(by_sheet).alias("kind")
    two_sided = not sieve.has("amount") and sieve.has("credit")
    given = (pl.col("credit").fill_null(0) != 0) if two_sided else pl.lit(False)
    by_sign = frame.select(
        pl.when(pl.col("bare") | (given & (pl.col("face") < 0)))
        .then(pl.lit("receipt"))
        .when(given)
        .then(pl.lit("refund"))
        .when(pl.col("face") < 0)
        .then(pl.lit("credit_note"))
        .otherwise(pl.lit("invoice"))
    ).to_series()
    return by_type.zip_with(by_type.is_not_null() & ~(frame["bare"] & (by_type == "invoice")), by_sign).alias("kind")


def _signed(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """Amounts with the sign of the customer's account, and refunds and reversals told apart.

    Where a debit/credit mark or column gives the sign, it counts. Else a credit note lessens what is owed however it
    is written, and receipts are written with a minus in one system and without in another: the majority of a sheet's
    own receipts says which, and one against the majority is a payment that went back.
    """
    marked_sign = sieve.has("sign") or (not sieve.has("amount") and sieve.has("credit"))
    kind, face = pl.col("kind"), pl.col("face")
    paid = frame.filter(kind == "receipt")["face"]
    unsigned = not marked_sign and int((paid > 0).sum()) > int((paid < 0).sum())
    if not marked_sign:
        refunded = pl.when((kind == "refund") & (face < 0)).then(pl.lit("credit_note")).otherwise(kind)
        frame = frame.with_columns(refunded.alias("kind"))
    turned = (kind == "credit_note") & (face > 0) & pl.lit(not marked_sign)
    flip = pl.when(turned | ((kind == "receipt") & pl.lit(unsigned))).then(-1).otherwise(1)
    frame = frame.with_columns(
        (face * flip).alias("amount"), (pl.col("booked") * flip).alias("booked"), (pl.col("open") * flip).alias("open")
    )
    amount = pl.col("amount")
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


def _stated(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """What a status says: a cancelled document is rejected, a paid one without figures or days is paid in full.

    A reversed document counts where its reversal stands in the same sheet, for then the two cancel out; else it is
    rejected like a cancelled one.
    """
    told = {
        name: states(sieve.text(name), sieve.reading.values.get(name, {}))
        for name in ("status", "paid_state")
        if sieve.has(name)
    }
    none = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    for name, state in told.items():
        sieve.reject((state == "void").fill_null(False), "intake.row.cancelled", name)
        opposite = frame.select(_WHO, (-pl.col("amount")).alias("amount"))
        paired = frame.select(_WHO, "amount").with_row_index("place").join(opposite, on=["who", "amount"], how="semi")
        alone = ~pl.int_range(frame.height, dtype=pl.UInt32, eager=True).is_in(paired["place"].implode())
        sieve.reject((state == "reversed").fill_null(False) & alone, "intake.row.cancelled", name)
    if sieve.has("void"):
        state = states(sieve.text("void"), sieve.reading.values.get("void", {}))
        sieve.reject(marked(sieve.text("void")) | (state == "void").fill_null(False), "intake.row.cancelled", "void")
    sieve.reject(void_remarks(sieve.text("summary")), "intake.row.cancelled", "summary")
    paid, partly = none, none
    for name, state in told.items():
        paid = paid | (state == "paid").fill_null(False)
        partly = partly | (state == "partly").fill_null(False)
        if name == "paid_state":
            paid = paid | marked(sieve.text(name))
    silent = frame.select(pl.all_horizontal(pl.col("open", "paid", "settled_on").is_null())).to_series()
    if (partly & silent).any():
        sieve.note("intake.partly_paid", None, {"count": int((partly & silent).sum())})
    used = paid & silent & frame["kind"].is_in(["invoice", "credit_note"])
    return frame.with_columns(frame["open"].zip_with(~used, pl.zeros(frame.height, pl.Int64, eager=True)).alias("open"))


def _cleared_by_day(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """Where a list shows payments with the day on which they were cleared, and no clearing document, the day is it."""
    if sieve.has("clearing_id") or sieve.reading.role != "documents" or not sieve.has("settled_on"):
        return frame
    plain_row = pl.all_horizontal(pl.col("open", "paid").is_null()) & pl.col("settled_on").is_not_null()
    if frame.filter(plain_row & pl.col("kind").is_in(["receipt", "refund"])).is_empty():
        return frame
    group = pl.concat_str(_WHO.fill_null("?"), pl.lit(" "), pl.col("settled_on").cast(pl.String))
    return frame.with_columns(pl.when(plain_row).then(group).alias("clearing_id"))

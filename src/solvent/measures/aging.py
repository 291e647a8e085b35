"""Aging: how old what customers owe is, by bucket and dimension, tied to the ledger to the last unit.

Everything is a sum over the journal: an open item never stands below zero, so the events of a bucket add up to its
positive open items, and what has no due date is unapplied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from solvent.base.problem import PolicyError
from solvent.base.terms import Terms, term
from solvent.books.books import Basis, Books
from solvent.measures.sums import DIMENSIONS, booked_share, day_of, int_of, keys_of, sums, told_by, whole_sum

UNAPPLIED = "unapplied"


@dataclass(frozen=True)
class Aging(Terms, key="measures.aging"):
    """Where the buckets end, and from which day an item ages."""

    edges: tuple[int, ...] = term(
        (30, 60, 90, 120), unit="days, upper edge of each bucket", most=36_525, source="FORMULAS 4.2.10"
    )
    basis: str = term(
        "due",
        unit="due or invoice: the day from which age counts",
        choices=("due", "invoice"),
        source="FORMULAS 4.2.10",
    )
    forward_edges: tuple[int, ...] = term(
        (7, 30, 60),
        unit="days to due, upper edge",
        most=36_525,
        source="own choice: this week, this month, the two after it",
    )

    def __post_init__(self) -> None:
        """Refuse edges that do not rise from above zero, and a basis that is none."""
        for name in ("edges", "forward_edges"):
            edges = getattr(self, name)
            if edges[0] < 1 or any(low >= high for low, high in pairwise(edges)):
                raise PolicyError("measures.aging.edges", f"{self.key}.{name}", value=str(edges))
        if self.basis not in ("due", "invoice"):
            raise PolicyError("measures.aging.basis", f"{self.key}.basis", value=self.basis)


def _spans(edges: Sequence[int], after_zero: bool) -> Sequence[str]:
    lows = (1 if after_zero else 0, *(edge + 1 for edge in edges))
    return (*(f"{low}-{high}" for low, high in zip(lows, edges)), f"{lows[-1]}+")


def bucket_names(terms: Aging) -> Sequence[str]:
    """The buckets by name, youngest first, ``unapplied`` last. Due today is current.

    >>> bucket_names(Aging())
    ('current', '1-30', '31-60', '61-90', '91-120', '121+', 'unapplied')
    >>> bucket_names(Aging(edges=(30, 60), basis="invoice"))
    ('0-30', '31-60', '61+', 'unapplied')
    """
    return (*(("current",) if terms.basis == "due" else ()), *_spans(terms.edges, terms.basis == "due"), UNAPPLIED)


BUCKETS = bucket_names(Aging())
"""The buckets as they are by default."""


def aging(books: Books, by: str | None = None, as_of: date | None = None, terms: Aging = Aging()) -> pl.DataFrame:
    """What stands open at the end of ``as_of``, by bucket (FORMULAS 4.2.10).

    Args:
        by: None for the whole company, or one of DIMENSIONS. ``group`` is the connected group, or the customer itself
            where it stands alone; ``salesperson`` is the item's, else the customer's.
        as_of: None: the books' own day; never later than that.

    Returns:
        The dimension's column (String, ``insured`` Boolean; empty where nothing is known), one Int64 column a bucket
        and ``total``, in minor units of the books' currency; by ``currency`` in the document's own, not converted.
        Sorted by the dimension, empty last; who owes nothing and is owed nothing has no row; the company always has
        one. A cell is empty where a part of it has no rate. Converted rows of several currencies may differ from the
        converted company row by the rounding of each.
    """
    day = day_of(books, as_of)
    return _spread(books, _standing(books, day, by), by, _bucket(day, terms), bucket_names(terms))


def maturity(books: Books, by: str | None = None, as_of: date | None = None, terms: Aging = Aging()) -> pl.DataFrame:
    """What is not yet due at the end of ``as_of``, by days to due: the shape of ``aging``, buckets ``0-7`` to ``61+``.

    ``total`` is the bucket ``current`` of ``aging``. Due on ``as_of`` itself is 0 days to due.
    """
    day = day_of(books, as_of)
    rows = _standing(books, day, by).filter(pl.col("due_on") >= day)
    later = [pl.col("due_on") > day + timedelta(days=edge) for edge in terms.forward_edges]
    return _spread(books, rows, by, _count(later), _spans(terms.forward_edges, after_zero=False))


def aging_by_item(
    books: Books, as_of: date | None = None, terms: Aging = Aging(), *, as_booked: bool = False
) -> pl.DataFrame:
    """Every open item and unapplied rest at the end of ``as_of``, and what is already known to happen to it later.

    Args:
        as_booked: tell amounts as booked in the company's own currency, where the basis is BOOKED; else each is in
            the currency of its document.

    Returns:
        customer_id, item_id, invoice_id (String; empty: unapplied), kind (invoice, receipt, credit_note or excess:
        what was settled beyond the face), salesperson, issued_on, due_on, days_past_due (Int64; negative: not yet
        due; empty: unapplied), bucket, currency, then in minor units: face, paid, credited, closed (settled without
        money), ``amount`` (open: face - paid - credited - closed), ``future_amount`` (settled after ``as_of`` by
        facts that the ledger has already) and ``remaining`` (amount - future_amount).
        Sorted by customer, due date, item.
    """
    day = day_of(books, as_of)
    item = ("customer_no", "item_id", "salesperson", "issued_on", "due_on", "currency")
    every = books.in_money(books.journal.events) if as_booked else books.journal.events.drop("booked")
    standing = books.standing(day) if as_booked else books.journal.standing(day)
    opened = standing.group_by(item).agg(pl.col("amount").sum()).filter(pl.col("amount") != 0).select(item)
    amount, kind, now = pl.col("amount"), pl.col("kind"), pl.col("event_on") <= day
    invoice = kind == "invoice"
    told = (
        every.join(opened, on=item, how="semi", nulls_equal=True)
        .group_by(item)
        .agg(
            kind.filter(now).min(),
            amount.filter(invoice & now).sum().alias("face"),
            (-amount.filter((kind == "receipt") & now).sum()).alias("paid"),
            (-amount.filter((kind == "credit_note") & now).sum()).alias("credited"),
            (-amount.filter(~kind.is_in(["invoice", "receipt", "credit_note"]) & now).sum()).alias("closed"),
            amount.filter(now).sum(),
            (-amount.filter(~now).sum()).alias("future_amount"),
        )
    )
    names = bucket_names(terms)
    invoices = books.table("open_items").select("item_id", "invoice_id")
    return (
        told.join(books.journal.customers.lazy(), on="customer_no")
        .join(invoices.join(opened, on="item_id", how="semi"), on="item_id", how="left")
        .with_columns(pl.when(pl.col("due_on").is_not_null()).then("invoice_id"))
        .with_columns(
            pl.when(pl.col("due_on").is_null()).then("kind").otherwise(pl.lit("invoice")).alias("kind"),
            (pl.lit(day) - pl.col("due_on")).dt.total_days().alias("days_past_due"),
            _bucket(day, terms).replace_strict(range(len(names)), names, return_dtype=pl.String).alias("bucket"),
            (pl.col("amount") - pl.col("future_amount")).alias("remaining"),
        )
        .select(*_ITEM_COLUMNS)
        .sort("customer_id", "due_on", "item_id", "kind", "currency", nulls_last=True)
        .collect(engine="streaming")
    )


_ITEM_COLUMNS = (
    "customer_id", "item_id", "invoice_id", "kind", "salesperson", "issued_on", "due_on", "days_past_due", "bucket",
    "currency", "face", "paid", "credited", "closed", "amount", "future_amount", "remaining",
)  # fmt: skip


def weighted_age(books: Books, as_of: date | None = None, *, since: str = "issued_on") -> float | None:
    """Mean age in days of the positive open items, weighted by amount; None where nothing is open or has no rate.

    Args:
        since: ``issued_on`` (age of the invoice) or ``due_on`` (days past due; not yet due counts negative).
    """
    day = day_of(books, as_of)
    owed = sums(books.standing(day).filter(pl.col("due_on").is_not_null()), books, since).collect(engine="streaming")
    age = (pl.lit(day) - pl.col(since)).dt.total_days()
    product, total = owed.select((pl.col("amount") * age).sum(), whole_sum("amount").alias("total")).row(0)
    return product / total if total else None


def overdue_share(books: Books, as_of: date | None = None) -> float | None:
    """Positive open amount past due of all positive open amount; None where nothing is open or has no rate."""
    row = aging(books, as_of=as_of).row(0, named=True)
    total, unapplied = row["total"], row[UNAPPLIED]
    if total is None or total == unapplied:
        return None
    return float(1 - row["current"] / (total - unapplied))


def disputed(books: Books, as_of: date | None = None) -> int | None:
    """Open amount that customers dispute at the end of ``as_of``: the amount in dispute, at most what stands open.

    A dispute without a day of opening counts until it is closed; several on one item add up to at most the item.
    Returns None where a part has no rate.
    """
    day = day_of(books, as_of)
    running = (pl.col("opened_on").is_null() | (pl.col("opened_on") <= day)) & (
        pl.col("closed_on").is_null() | (pl.col("closed_on") > day)
    )
    claims = books.table("disputes").filter(running).group_by("item_id").agg(whole_sum("amount").alias("claimed"))
    owed = (
        books.journal.standing(day)
        .filter(pl.col("due_on").is_not_null())
        .join(claims, on="item_id", how="inner")
        .group_by("item_id", "currency", "claimed")
        .agg(pl.col("amount").sum(), pl.col("booked").sum())
        .filter(pl.col("amount") > 0)
        .with_columns(pl.min_horizontal("amount", "claimed").alias("part"))
        .with_columns(booked_share("part", "amount", "booked"), pl.col("part").alias("amount"))
        .select("currency", "amount", "booked")
    )
    return int_of(sums(books.in_money(owed), books))


@dataclass(frozen=True)
class TieOut:
    """Whether the ageing is the ledger: ``difference`` = ``control`` - ``aging_total``, in the books' currency.

    given: the source itself told the control total; else it is computed from the tables, without the journal.
    Empty where a part has no rate.
    """

    control: int | None
    aging_total: int | None
    difference: int | None
    given: bool


def tie_out(books: Books) -> TieOut:
    """The ageing total against the control total of the ledger (REQUIREMENTS AR-01).

    The control total is what the source says; where it says nothing: issued - received - credited - closed without
    money, out of the tables, with what an allocation across currencies changed. The computed one is compared per
    currency and the difference converted, so that rounding of converted sums never looks like a difference.
    """
    total = aging(books).item(0, "total")
    if books.control_total is not None:
        difference = None if total is None else books.control_total - total
        return TieOut(books.control_total, total, difference, given=True)
    ledger = books.in_money(pl.concat(_control(books)))
    journal = books.standing().select("currency", -pl.col("amount"))
    difference = int_of(sums(pl.concat([ledger, journal]), books))
    control = None if total is None or difference is None else total + difference
    return TieOut(control, total, difference, given=False)


def _control(books: Books) -> list[pl.LazyFrame]:
    """Rows (currency, amount, booked) whose sum is what the tables, and no journal, say stands open."""
    items, receipts, credits = (books.table(name) for name in ("open_items", "receipts", "credit_notes"))
    money = ("currency", "amount", pl.col("booked_amount").alias("booked"))
    taken_off = ("currency", -pl.col("amount"), -pl.col("booked_amount").alias("booked"))
    named = pl.col("source_id").is_not_null() & pl.col("source").is_in(["receipt", "credit_note"])
    face = items.select("item_id", "currency", pl.col("amount").alias("face"), pl.col("booked_amount").alias("worth"))
    settled = books.table("allocations").drop("currency").join(face, on="item_id", how="inner")
    on_item = pl.col("booked_amount").fill_null(booked_share("amount", "face", "worth")).alias("booked")
    if books.basis is not Basis.BOOKED:
        # Within one currency the two sides of an allocation cancel; only what crosses currencies changes the total.
        crossing = pl.col("source_amount").is_not_null() | pl.col("source_currency").is_not_null()
        moved = settled.filter(named & crossing)
    else:
        moved = settled.filter(named)
    given = [
        frame.select(
            pl.lit(source).alias("source"),
            pl.col(key).alias("source_id"),
            pl.col("currency").alias("given_in"),
            pl.col("amount").alias("given"),
            pl.col("booked_amount").alias("given_booked"),
        )
        for frame, source, key in (
            (receipts, "receipt", "receipt_id"),
            (credits, "credit_note", "credit_note_id"),
        )
    ]
    moved = moved.join(pl.concat(given), on=["source", "source_id"], how="inner").with_columns(
        on_item, pl.col("source_amount").fill_null(pl.col("amount")).alias("taken")
    )
    less = ("currency", -pl.col("amount"), -pl.col("booked"))
    # Bookings of a source used in parts are rounded as they run up: what counts is the share of all that is taken.
    used = moved.group_by("source", "source_id", "given_in", "given", "given_booked").agg(pl.col("taken").sum())
    back = booked_share("taken", "given", "given_booked")
    return [
        items.select(money),
        receipts.select(taken_off),
        credits.select(taken_off),
        settled.filter(~named).with_columns(on_item).select(less),
        moved.select(less),
        used.select(pl.col("given_in").alias("currency"), pl.col("taken").alias("amount"), back.alias("booked")),
    ]


def _standing(books: Books, day: date, by: str | None) -> pl.LazyFrame:
    """The standing rows, of which ``currency`` is the document's own where it is the dimension."""
    return books.journal.standing(day) if by == "currency" else books.standing(day)


def _spread(books: Books, rows: pl.LazyFrame, by: str | None, bucket: pl.Expr, names: Sequence[str]) -> pl.DataFrame:
    """``amount`` of the rows by dimension and bucket, a column a bucket, and their total."""
    placed = rows.with_columns(bucket.cast(pl.UInt8).alias("bucket"))
    apart = placed.group_by(*keys_of(by), "bucket", "currency").agg(pl.col("amount").sum())
    apart = apart.filter(pl.col("amount") != 0)
    if by is None:
        long = sums(apart, books, "bucket")
    elif by == "currency":
        long = apart
    else:
        long = sums(told_by(books, apart, by), books, DIMENSIONS[by], "bucket")
    part = pl.col("amount")
    cells = [
        pl.when(part.filter(pl.col("bucket") == place).is_not_null().all())
        .then(part.filter(pl.col("bucket") == place).sum())
        .alias(name)
        for place, name in enumerate(names)
    ]
    total = pl.sum_horizontal(names, ignore_nulls=False).alias("total")
    if by is None:
        return long.select(cells).with_columns(total).collect(engine="streaming")
    column = DIMENSIONS[by]
    wide = long.group_by(column).agg(cells).with_columns(total)
    return wide.sort(column, nulls_last=True).collect(engine="streaming")


def _bucket(day: date, terms: Aging) -> pl.Expr:
    """The place of a standing row's bucket among ``bucket_names``."""
    column, first = ("due_on", (0,)) if terms.basis == "due" else ("issued_on", ())
    older = _count([pl.col(column) < day - timedelta(days=edge) for edge in (*first, *terms.edges)])
    return pl.when(pl.col("due_on").is_null()).then(len(bucket_names(terms)) - 1).otherwise(older)


def _count(conditions: Sequence[pl.Expr]) -> pl.Expr:
    """How many of the conditions hold."""
    return pl.sum_horizontal(condition.cast(pl.UInt8) for condition in conditions)

"""Payables: what we owe to suppliers, how long we take to pay it, and the cash conversion cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.problem import PolicyError, Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.company.statements import DEFAULTS as BELIEVED
from solvent.measures.company.statements import Statements, newest_flow
from solvent.measures.sums import Figure, int_of, sums, whole_sum


@dataclass(frozen=True)
class Payables(Terms, key="measures.payables"):
    """Over which bills the days payable are told, how old what we owe is, and how late we paid."""

    days: int = term(365, unit="days of purchases", source="FORMULAS 4.2.19; own choice: a year holds every season")
    edges: tuple[int, ...] = term(
        (30, 60, 90, 120), unit="days, upper edge of each bucket", most=36_525, rising=True, source="FORMULAS 4.2.10"
    )
    late_days: int = term(365, unit="days back, payments to suppliers", source="own choice: a year holds every season")

    def __post_init__(self) -> None:
        """Refuse edges that do not rise from above zero."""
        if self.edges[0] < 1 or any(low >= high for low, high in pairwise(self.edges)):
            raise PolicyError("measures.payables.edges", f"{self.key}.edges", value=str(self.edges))


DEFAULTS = Payables()
OVERPAID = "overpaid"
"""The bucket of bills on which more was paid than they asked for."""


def open_bills(books: Books) -> pl.LazyFrame:
    """Bills with what is still owed on them: bill_id, supplier_id, issued_on, due_on, currency, face, amount (open)."""
    paid = books.table("bill_payments").group_by("bill_id").agg(pl.col("amount").sum().alias("paid"))
    bills = books.table("bills").join(paid, on="bill_id", how="left")
    return bills.select(
        "bill_id",
        "supplier_id",
        "supplier_name",
        "issued_on",
        "due_on",
        "currency",
        pl.col("amount").alias("face"),
        (pl.col("amount") - pl.col("paid").fill_null(0)).alias("amount"),
    )


def payables(books: Books) -> int | None:
    """What we owe in all, in the books' currency; None where a part has no rate."""
    return int_of(sums(open_bills(books), books))


def payables_aging(books: Books, terms: Payables = DEFAULTS, *, by_supplier: bool = False) -> pl.DataFrame:
    """What we owe at the end of ``as_of``, by days past due; what is due that day is current.

    Returns: supplier_id (where asked for, sorted), then Int64 minor units of the books' currency: current, 1-30, …,
    121+, overpaid (negative) and total. A cell is empty where a part of it has no rate.
    """
    day, keys = books.as_of, ("supplier_id",) if by_supplier else ()
    names = _buckets(terms)
    past = (pl.lit(day) - pl.col("due_on")).dt.total_days()
    older = pl.sum_horizontal((past > edge).cast(pl.Int64) for edge in (0, *terms.edges))
    place = pl.when(pl.col("amount") < 0).then(len(names) - 1).otherwise(older).alias("bucket")
    rows = open_bills(books).filter(pl.col("amount") != 0).with_columns(place)
    long = sums(rows, books, *keys, "bucket")
    part = pl.col("amount")
    cells = []
    for number, name in enumerate(names):
        here = part.filter(pl.col("bucket") == number)
        cells.append(pl.when(here.is_not_null().all()).then(here.sum()).alias(name))
    wide = long.group_by(keys).agg(cells).sort(keys) if keys else long.select(cells)
    return wide.with_columns(pl.sum_horizontal(names, ignore_nulls=False).alias("total")).collect()


def dpo(books: Books, terms: Payables = DEFAULTS) -> Figure:
    """Days payable outstanding on purchases (FORMULAS 4.2.19): payables / bills of the trailing days x days.

    Bills that begin inside the window make it too high: notice ``measures.payables.history_short``.
    """
    variant = f"dpo_purchases_{terms.days}"
    if not books.has("bills"):
        return Figure(None, variant, {}, Problem("measures.payables.no_bills"))
    since = books.as_of - timedelta(days=terms.days)
    bought = int_of(sums(books.table("bills").filter(pl.col("issued_on") > since), books))
    owed = payables(books)
    inputs = {"payables": owed, "purchases": bought, "days": terms.days}
    if bought is None or owed is None:
        return Figure(None, variant, inputs, Problem("measures.payables.no_rate"))
    if bought <= 0:
        return Figure(None, variant, inputs, Problem("measures.payables.no_bills"))
    first, start = books.table("bills").select(pl.col("issued_on").min()).collect().item(), since + timedelta(days=1)
    facts = {"first_on": first.isoformat(), "window_from": start.isoformat(), "days": terms.days}
    notices = (Problem("measures.payables.history_short", "", facts),) if first > start else ()
    return Figure(owed / bought * terms.days, variant, inputs, None, notices)


def dpo_cogs(books: Books, statements: Statements = BELIEVED) -> Figure:
    """Days payable outstanding on cost of sales (FORMULAS 4.2.19), from our own newest statement."""
    flow = newest_flow(books, "cogs", statements)
    owed = payables(books)
    inputs = {"payables": owed, "cogs": flow.amount, "days": flow.days}
    if not books.has("bills"):
        return Figure(None, "dpo_cogs", {}, Problem("measures.payables.no_bills"))
    if owed is None or flow.unrated:
        return Figure(None, "dpo_cogs", inputs, Problem("measures.payables.no_rate"))
    if flow.amount is None or flow.amount <= 0:
        return Figure(None, "dpo_cogs", inputs, Problem("measures.payables.no_cogs"))
    return Figure(owed / flow.amount * flow.days, "dpo_cogs", inputs)


def lateness(books: Books, terms: Payables = DEFAULTS) -> Figure:
    """How late we paid in the trailing days: from due day to payment, by amount; what is overdue counts to ``as_of``.

    ``inputs`` has the share of what was paid that was paid late (a sign of CA-09).
    """
    trailing = pl.col("paid_on") > books.as_of - timedelta(days=terms.late_days)
    done = _paid(books).filter(trailing).select("late", "currency", "amount")
    waiting = open_bills(books).filter((pl.col("due_on") < books.as_of) & (pl.col("amount") > 0))
    running = waiting.select(
        (pl.lit(books.as_of) - pl.col("due_on")).dt.total_days().alias("late"), "currency", "amount"
    )
    by_days = sums(pl.concat([done, running]), books, "late").collect()
    told = sums(done, books, "late").collect()
    if by_days["amount"].null_count():
        return Figure(None, "own_delay", {}, Problem("measures.payables.no_rate"))
    total = int(by_days["amount"].sum() or 0)
    if total <= 0:
        return Figure(None, "own_delay", {}, Problem("measures.payables.nothing_paid"))
    paid_in_all = int(told["amount"].sum() or 0)
    late = int(told.filter(pl.col("late") > 0)["amount"].sum() or 0)
    inputs = {"paid": paid_in_all, "late_share": late / paid_in_all if paid_in_all else None}
    return Figure(float((by_days["amount"] * by_days["late"]).sum()) / total, "own_delay", inputs)


def lateness_by_month(books: Books, months: int = 12) -> pl.DataFrame:
    """How late we paid in each full calendar month, oldest first: whether suppliers are paid later and later.

    Returns: month_end (Date), paid, paid_late (Int64, minor units of the books' currency; empty where a part has no
    rate), late_share (Float64), delay_days (Float64: days late by amount, early negative); both empty where nothing
    was paid.
    """
    ends = month_ends(books.as_of, months)
    rows = _paid(books).with_columns(pl.col("paid_on").dt.month_end().alias("month_end"))
    long = sums(rows, books, "month_end", "late").with_columns(
        pl.when(pl.col("late") > 0).then("amount").otherwise(0).alias("paid_late"),
        (pl.col("amount") * pl.col("late")).alias("money_days"),
    )
    amount = pl.col("amount")
    told = long.group_by("month_end").agg(
        whole_sum("amount").alias("paid"),
        pl.when(amount.is_not_null().all()).then(pl.col("paid_late").sum()).alias("paid_late"),
        whole_sum("money_days"),
    )
    points = pl.LazyFrame({"month_end": ends}, {"month_end": pl.Date})
    joined = points.join(told.with_columns(pl.lit(True).alias("there")), on="month_end", how="left")
    some = pl.col("paid") > 0
    filled = joined.with_columns(
        pl.when("there").then(name).otherwise(0).alias(name) for name in ("paid", "paid_late", "money_days")
    )
    return filled.select(
        "month_end",
        "paid",
        "paid_late",
        pl.when(some).then(pl.col("paid_late") / pl.col("paid")).alias("late_share"),
        pl.when(some).then(pl.col("money_days") / pl.col("paid")).alias("delay_days"),
    ).sort("month_end").collect()  # fmt: skip


def suppliers(books: Books) -> pl.DataFrame:
    """Supplier terms in use, by supplier: supplier_id, bills, terms_days (mean, bill to due), paid_days (mean, bill to
    payment, by amount), open and overdue by document currency (Int64, minor units), sorted by supplier and currency."""
    paid = books.table("bill_payments").join(books.table("bills").select("bill_id", "issued_on"), on="bill_id")
    took = paid.group_by("bill_id").agg(
        ((pl.col("paid_on") - pl.col("issued_on")).dt.total_days() * pl.col("amount")).sum().alias("weighted"),
        pl.col("amount").sum().alias("paid"),
    )
    overdue = pl.when(pl.col("due_on") < books.as_of).then(pl.col("amount")).otherwise(0)
    return (
        open_bills(books)
        .join(took, on="bill_id", how="left")
        .group_by("supplier_id", "currency")
        .agg(
            pl.len().cast(pl.Int64).alias("bills"),
            (pl.col("due_on") - pl.col("issued_on")).dt.total_days().mean().alias("terms_days"),
            pl.when(pl.col("paid").sum() > 0).then(pl.col("weighted").sum() / pl.col("paid").sum()).alias("paid_days"),
            pl.col("amount").sum().alias("open"),
            overdue.sum().alias("overdue"),
        )
        .sort("supplier_id", "currency")
        .collect()
    )


def cash_conversion_cycle(dio: Figure, dso: Figure, dpo: Figure) -> Figure:
    """Cash conversion cycle (FORMULAS 4.2.20): inventory days + days sales outstanding - days payable.

    >>> cash_conversion_cycle(Figure(45, "dio", {}), Figure(60, "dso", {}), Figure(30, "dpo", {})).value
    75
    """
    inputs = {"dio": dio.value, "dso": dso.value, "dpo": dpo.value}
    if dio.value is None or dso.value is None or dpo.value is None:
        why = dio.why or dso.why or dpo.why
        return Figure(None, "ccc", inputs, why)
    return Figure(dio.value + dso.value - dpo.value, "ccc", inputs)


def discount_rate(share: float, discount_days: int, due_days: int) -> float | None:
    """What a supplier's discount is worth as a yearly rate (FORMULAS 4.5.1): d / (1 - d) x 365 / days gained.

    Below the rate at which we borrow, the money is better kept until the due day. None where no day is gained.

    >>> f"{discount_rate(0.02, 10, 30):.4f}", f"{discount_rate(0.01, 10, 30):.4f}", discount_rate(0.02, 30, 30)
    ('0.3724', '0.1843', None)
    """
    early = due_days - discount_days
    return share / (1 - share) * 365 / early if early > 0 and 0 <= share < 1 else None


def _buckets(terms: Payables) -> Sequence[str]:
    lows = (1, *(edge + 1 for edge in terms.edges))
    spans = (f"{low}-{high}" for low, high in zip(lows, terms.edges))
    return ("current", *spans, f"{lows[-1]}+", OVERPAID)


def _paid(books: Books) -> pl.LazyFrame:
    """What was paid on bills, in the bill's currency, and ``late``: days from due day to payment, early negative."""
    named = books.table("bills").select("bill_id", "due_on", pl.col("currency").alias("of_bill"))
    return (
        books.table("bill_payments")
        .drop("currency")
        .join(named, on="bill_id", how="inner")
        .rename({"of_bill": "currency"})
        .with_columns((pl.col("paid_on") - pl.col("due_on")).dt.total_days().alias("late"))
    )

"""Timeliness: month by month, how much of what fell due was paid on time, and how much was not paid for so long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.sums import DIMENSIONS, day_of, keys_of, sums, told_by


@dataclass(frozen=True)
class Timeliness(Terms, key="measures.timeliness"):
    """What is on time, what has defaulted, and which months are set beside which."""

    grace_days: int = term(0, unit="days after the due date that count as on time", source="FORMULAS 4.2.15")
    default_days: int = term(
        90, unit="days late, default strictly over it", source="own choice: the usual line of default"
    )
    months: int = term(24, unit="full months of due dates", source="own choice: each season twice")
    trend_months: int = term(6, unit="months set beside as many before", source="own choice: half a year")


DEFAULTS = Timeliness()

_AMOUNTS = ("due_amount", "on_time_amount", "default_amount")
_OF_ITEMS = ("salesperson", "currency")
"""Dimensions that items have of their own."""


def timeliness(
    books: Books,
    by: str | None = None,
    as_of: date | None = None,
    terms: Timeliness = DEFAULTS,
    months: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The on-time share and the default rate (REQUIREMENTS RD-04) of what fell due in each full month.

    What was due of an item is its face less what other than money or write-off took off it (credit note, discount, fee,
    rounding), as in ``collection.on_time``. Of that, what was not paid by ``default_days`` after the due day has
    defaulted, written off or not; what came later does not undo it.

    Args:
        by: None for the whole company, or one of ``sums.DIMENSIONS``.
        months: ``fallen_due`` of the same books, day and terms, where it is at hand: all dimensions that customers have
            are told from it.

    Returns:
        The dimension's column, month_end (Date), due_amount, on_time_amount, default_amount (Int64, minor units of the
        books' currency, by currency of the document's own; empty where a part has no rate), on_time_share,
        default_share (Float64), due_count (Int64, items). On-time figures are empty while the grace of the month's last
        day runs, default figures while its ``default_days`` run. Sorted by dimension (empty last) and month; no row
        where nothing was due.
    """
    day = day_of(books, as_of)
    keys_of(by)
    keys = () if by is None else (DIMENSIONS[by],)
    if months is None or by in _OF_ITEMS:
        months = _months(books, by, day, terms)
    told = months.lazy() if by is None or by == "currency" else told_by(books, months.lazy(), by)
    point = (*keys, "month_end")
    counts = told.group_by(point).agg(pl.col("due_count").sum())
    if by == "currency":
        money = told.group_by(point).agg(pl.col(_AMOUNTS).sum())
    else:
        money = sums(told, books, *point, amounts=_AMOUNTS)
    timely = pl.col("month_end") + pl.duration(days=terms.grace_days) <= day
    judged = pl.col("month_end") + pl.duration(days=terms.default_days) <= day
    return (
        counts.join(money, on=point, how="left", nulls_equal=True)
        .with_columns(
            pl.when(timely).then("on_time_amount").alias("on_time_amount"),
            pl.when(judged).then("default_amount").alias("default_amount"),
        )
        .with_columns(
            pl.when(pl.col("due_amount") > 0).then(pl.col(part) / pl.col("due_amount")).alias(share)
            for part, share in (("on_time_amount", "on_time_share"), ("default_amount", "default_share"))
        )
        .select(*point, *_AMOUNTS, "on_time_share", "default_share", "due_count")
        .sort(point, nulls_last=True)
        .collect()
    )


def fallen_due(books: Books, as_of: date | None = None, terms: Timeliness = DEFAULTS) -> pl.DataFrame:
    """What fell due in each full month by customer: the one look at items that ``timeliness`` by any dimension takes.

    Returns: customer_no, currency, month_end (Date), due_amount, on_time_amount, default_amount (Int64, minor units of
    ``currency``), due_count (Int64, items); in no order.
    """
    return _months(books, None, day_of(books, as_of), terms)


def trend(told: pl.DataFrame, by: str | None = None, terms: Timeliness = DEFAULTS) -> pl.DataFrame:
    """Where the default rate and the on-time share are heading: the newest months beside as many before them.

    The months are those of the whole frame, so that all segments are compared over the same ones. Shares are of the
    months' amounts together; where the frame holds no earlier months, or a segment was owed nothing in one of the two
    spans, its change is empty.

    Args:
        told: as ``timeliness`` gives it, by the same ``by``.

    Returns:
        The dimension's column; on_time_share, on_time_before, on_time_change, default_share, default_before,
        default_change (Float64; positive: it grew).
    """
    keys = () if by is None else (DIMENSIONS[by],)
    parts = []
    for name, amount in (("on_time", "on_time_amount"), ("default", "default_amount")):
        known = told.filter(pl.col(amount).is_not_null())
        ends = sorted(known.get_column("month_end").unique(), reverse=True)
        spans = {"share": ends[: terms.trend_months], "before": ends[terms.trend_months : 2 * terms.trend_months]}
        shares = [_pooled(pl.col("month_end").is_in(span), amount).alias(f"{name}_{of}") for of, span in spans.items()]
        rows = told.group_by(keys, maintain_order=True).agg(shares) if keys else told.select(shares)
        change = pl.col(f"{name}_share") - pl.col(f"{name}_before")
        parts.append(rows.with_columns(change.alias(f"{name}_change")))
    if not keys:
        return pl.concat(parts, how="horizontal")
    return parts[0].join(parts[1], on=keys, how="left", nulls_equal=True, maintain_order="left")


def _pooled(span: pl.Expr, amount: str) -> pl.Expr:
    inside = span & pl.col(amount).is_not_null()
    due = pl.col("due_amount").filter(inside).sum()
    return pl.when(due > 0).then(pl.col(amount).filter(inside).sum() / due)


def _months(books: Books, by: str | None, day: date, terms: Timeliness) -> pl.DataFrame:
    """Items due within the months, added up: what was due, and what of it came in time, or too late or never."""
    ends = month_ends(day, terms.months)
    rows = books.journal.events if by == "currency" else books.in_money(books.journal.events)
    keys = tuple(dict.fromkeys((*(keys_of(by) or keys_of("customer")), "currency")))
    amount, kind = pl.col("amount"), pl.col("kind")
    late = (pl.col("event_on") - pl.col("due_on")).dt.total_days()

    def summed(holds: pl.Expr) -> pl.Expr:
        return pl.when(holds).then(amount).otherwise(0)

    paid = kind == "receipt"
    cells = {
        "due_amount": summed(~kind.is_in(["receipt", "write_off"])),
        "in_time": summed(paid & (late <= terms.grace_days)),
        "in_the_end": summed(paid & (late <= terms.default_days)),
    }
    due, in_time, in_the_end = pl.col("due_amount"), (-pl.col("in_time")).clip(0), (-pl.col("in_the_end")).clip(0)
    # Each cell is told before items are put together: a condition within a group would be looked at group by group.
    return (
        rows.filter(pl.col("due_on").is_between(ends[0].replace(day=1), ends[-1]), pl.col("event_on") <= day)
        .select(*keys, "item_id", "due_on", *(cell.alias(name) for name, cell in cells.items()))
        .group_by(*keys, "item_id", "due_on")
        .agg(pl.col(*cells).sum())
        .filter(due > 0)
        .select(
            *keys,
            pl.col("due_on").dt.month_end().alias("month_end"),
            "due_amount",
            pl.min_horizontal(in_time, due).alias("on_time_amount"),
            (due - pl.min_horizontal(in_the_end, due)).alias("default_amount"),
        )
        .group_by(*keys, "month_end")
        .agg(pl.col(_AMOUNTS).sum(), pl.len().cast(pl.Int64).alias("due_count"))
        .collect(engine="streaming")
    )

"""Reviews: which parts of whose file are to be gone through, by when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.credit.grading.grade import Grades
from solvent.credit.limits.granting import Granting, signals
from solvent.credit.limits.standing import standing

TIERS = ("green", "yellow", "orange", "red")
WHY = ("event", "insurer", "overdue", "expired", "never", "interval")
"""Why a review is due: what happened since the last one, a limit that has run out, nobody ever looked, or its time
has come."""

SCHEMA = {
    "customer_id": pl.String, "kind": pl.String, "last_on": pl.Date, "due_on": pl.Date, "overdue_days": pl.Int64,
    "why": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Reviews(Terms, key="credit.reviews"):
    """How often what is gone through; four numbers are those of the tiers green to red."""

    file_days: int = term(90, unit="days between looks at a file", source="REQUIREMENTS CR-07: every quarter")
    terms_days: int = term(182, unit="days between looks at terms, discounts", source="REQUIREMENTS CR-07: half-year")
    payment_record_days: int = term(
        90, unit="days between looks at a payment record", source="REQUIREMENTS CR-07: set intervals; a quarter is ours"
    )
    risk_days: int = term(
        91, unit="days between looks at country and industry risk", source="REQUIREMENTS CR-07; a quarter is ours"
    )
    limit_days: int = term(
        0,
        unit="days between looks at a limit; 0: only on a signal",
        source="REQUIREMENTS CR-07: whenever a signal fires",
    )
    tier_factor: tuple[float, ...] = term(
        (1.0, 1.0, 0.5, 1 / 3),
        unit="share of the interval, by tier",
        most=1,
        source="REQUIREMENTS CR-07: high risk more often",
    )


DEFAULTS = Reviews()


def reviews_due(books: Books, graded: Grades, policy: Policy) -> pl.DataFrame:
    """The calendar: every review of every customer with its day, whether that has come or not.

    A kind that nobody ever went through is due at once. Limits are due on a signal since they
    were last decided or reviewed (an event, the insurer, overdue money), when they have run out, and
    with an interval where the policy sets one. A customer that never had a limit has no review of it.

    Returns: customer_id (empty: country, region and industry risks), kind (one of ``books.credit.registry``'s), last_on
        (Date, empty: never), due_on (Date), overdue_days (Int64, 0 or less: not yet overdue), why (one of WHY); the
        longest overdue first.
    """
    terms = policy.terms(Reviews)
    days = {
        "file": terms.file_days,
        "terms": terms.terms_days,
        "payment_record": terms.payment_record_days,
    }
    done = (
        books.table("reviews").group_by("customer_id", "kind").agg(pl.col("done_on").max().alias("last_on")).collect()
    )
    factor = _factor(terms)
    known = graded.table.select("customer_id", factor.alias("factor")).lazy()
    kinds = pl.DataFrame({"kind": list(days), "days": list(days.values())}, {"kind": pl.String, "days": pl.Int64})
    regular = known.join(kinds.lazy(), how="cross").join(done.lazy(), on=["customer_id", "kind"], how="left")
    told = [
        _dated(regular, books),
        _of_risk(books, done, terms),
        _dated(_of_limits(books, graded, done, policy), books),
    ]
    overdue = (pl.lit(books.as_of) - pl.col("due_on")).dt.total_days().alias("overdue_days")
    every = pl.concat(frame.select("customer_id", "kind", "last_on", "due_on", "why") for frame in told)
    return (
        every.with_columns(overdue)
        .select(*SCHEMA)
        .sort("overdue_days", "customer_id", "kind", descending=[True, False, False])
        .collect(engine="streaming")
    )


def _factor(terms: Reviews) -> pl.Expr:
    values = terms.tier_factor
    steps = {tier: float(values[min(place, len(values) - 1)]) for place, tier in enumerate(TIERS)}
    return pl.col("tier").replace_strict(steps, default=1.0, return_dtype=pl.Float64)


def _dated(rows: pl.LazyFrame, books: Books) -> pl.LazyFrame:
    """due_on and why of rows with ``last_on``, ``days``, ``factor``; and ``signal``, ``signal_on`` where there are."""
    step = (pl.col("days") * pl.col("factor")).floor().clip(lower_bound=1).cast(pl.Int64)
    by_time = (pl.col("last_on") + pl.duration(days=step)).fill_null(pl.lit(books.as_of))
    plain = pl.when(pl.col("last_on").is_null()).then(pl.lit("never")).otherwise(pl.lit("interval"))
    if "signal" not in rows.collect_schema():
        return rows.with_columns(by_time.alias("due_on"), plain.alias("why"))
    sooner = pl.col("signal").is_not_null() & ((pl.col("signal_on") < by_time) | (pl.col("days") <= 0))
    return rows.with_columns(
        pl.when(sooner).then("signal_on").otherwise(by_time).alias("due_on"),
        pl.when(sooner).then("signal").otherwise(plain).alias("why"),
    )


def _of_risk(books: Books, done: pl.DataFrame, terms: Reviews) -> pl.LazyFrame:
    """The one review that is no customer's, where anybody sells to anybody."""
    rows = done.filter(pl.col("customer_id").is_null() & (pl.col("kind") == "risk"))
    last = rows.get_column("last_on").max()
    one = pl.LazyFrame(
        {"customer_id": [None], "kind": ["risk"], "last_on": [last], "days": [terms.risk_days], "factor": [1.0]},
        {"customer_id": pl.String, "kind": pl.String, "last_on": pl.Date, "days": pl.Int64, "factor": pl.Float64},
    )
    some = books.journal.customers.height > 0
    return _dated(one if some else one.head(0), books)


def _of_limits(books: Books, graded: Grades, done: pl.DataFrame, policy: Policy) -> pl.LazyFrame:
    """Limits: last decided or reviewed, and the first thing that happened since."""
    terms, granting = policy.terms(Reviews), policy.terms(Granting)
    stands = standing(books)
    reviewed = done.filter(pl.col("kind") == "limit").select("customer_id", pl.col("last_on").alias("reviewed_on"))
    rows = graded.table.select("customer_id", _factor(terms).alias("factor")).join(stands, on="customer_id", how="left")
    rows = rows.join(reviewed, on="customer_id", how="left").with_columns(
        pl.max_horizontal("standing_from", "reviewed_on").alias("last_on")
    )
    rows = rows.filter(pl.col("last_on").is_not_null() | pl.col("expired_on").is_not_null())
    cover = (
        books.table("buyer_limits")
        .sort("valid_from", "recorded_on", "limit_id")
        .unique("customer_id", keep="last", maintain_order=True)
        .select("customer_id", pl.col("decision").alias("cover_decision"), pl.col("valid_from").alias("cover_on"))
        .collect()
    )
    asked = rows.select("customer_id", pl.col("last_on").alias("standing_from")).join(
        cover, on="customer_id", how="left"
    )
    found = signals(books, asked, granting)
    day = pl.lit(books.as_of)
    over = pl.col("expired_on").is_not_null()
    signal = (
        pl.when(pl.col("worst_event").is_not_null())
        .then(pl.lit("event"))
        .when(pl.col("insurer_signal"))
        .then(pl.lit("insurer"))
        .when(pl.col("overdue_signal"))
        .then(pl.lit("overdue"))
        .when(over)
        .then(pl.lit("expired"))
    )
    since = (
        pl.when(pl.col("worst_event").is_not_null())
        .then("event_on")
        .when(pl.col("insurer_signal"))
        .then("cover_on")
        .when(pl.col("overdue_signal"))
        .then(day)
        .when(over)
        .then(pl.col("expired_on") + timedelta(days=1))
    )
    joined = (
        rows.lazy().join(found.lazy(), on="customer_id", how="left").join(cover.lazy(), on="customer_id", how="left")
    )
    return joined.select(
        "customer_id", pl.lit("limit").alias("kind"), "last_on",
        pl.lit(terms.limit_days, dtype=pl.Int64).alias("days"), "factor",
        signal.alias("signal"), pl.min_horizontal(since, day).alias("signal_on"),
    ).filter(pl.col("signal").is_not_null() | pl.lit(terms.limit_days > 0))  # fmt: skip

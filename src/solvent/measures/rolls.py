"""Rolls: how much of each bucket grows a bucket older by the next month end, and what is likely never paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from math import floor

import polars as pl

from solvent.base.calendar import month_ends, months_before
from solvent.base.problem import PolicyError, SolventError
from solvent.base.table import DType
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.aging import Aging, aging, bucket_names
from solvent.measures.sums import DIMENSIONS, day_of, sums, told_by

BUCKETS_OF_AGING = Aging()

SEGMENTS = ("insured", "country", "industry", "region")
"""The dimensions that are coarse enough for a loss rate of their own (FORMULAS 4.2.13)."""


@dataclass(frozen=True)
class Rolls(Terms, key="measures.rolls"):
    """From which history a loss rate is taken, and which rates stand in where there is none."""

    months: int = term(12, unit="months of roll rates; a shorter ledger uses the table", source="FORMULAS 4.2.12")
    lost_share: float = term(
        1.0,
        unit="share lost of what grows older than the last bucket",
        most=10,
        source="FORMULAS 4.2.12: product of all rates",
    )
    table: tuple[float, ...] = term(
        (0.005, 0.022, 0.027, 0.045, 0.5, 0.5),
        unit="share lost, a bucket each, current first",
        most=10,
        source="FORMULAS 4.2.13 up to 90 days; beyond, own choice: in default, of which half comes back",
    )
    forward_scalar: float = term(1.0, unit="times the loss rate, for what lies ahead", source="FORMULAS 4.2.13")


DEFAULTS = Rolls()


def roll_rates(
    books: Books,
    months: int = 12,
    as_of: date | None = None,
    *,
    by: str | None = None,
    buckets: Aging = BUCKETS_OF_AGING,
) -> pl.DataFrame:
    """What of a bucket stood in the next one a month end later (FORMULAS 4.2.12): bucket(t) / bucket before it (t - 1).

    Positive open items by due date only: unapplied cash and credits are left out, a credit note on an item lowers the
    item, newly billed amounts enter ``current``. Into the last, open-ended bucket only its first band (as wide as the
    bucket before it) counts, for what is older had rolled before.

    Args:
        months: month ends looked at, the last being the newest that is over at the end of ``as_of``.
        by: one of SEGMENTS, or None for the company.

    Returns:
        The dimension's column, month_end, from_bucket, to_bucket (String), opened (Int64: the bucket a month end
        before), rolled (Int64), rate (Float64, at most 1; empty where nothing was opened), capped (Boolean: it was
        over 1, as after rebilling). Sorted by dimension, month, bucket.
    """
    day = day_of(books, as_of)
    ends = month_ends(day, months + 1)
    column = _column(by)
    names = bucket_names(replace(buckets, basis="due"))[:-1]
    levels = _levels(books, ends, by, buckets)
    moves = _moves(ends, names)
    every = moves if not column else levels.select(column).unique().join(moves, how="cross")
    opened = levels.rename({"month_end": "before", "amount": "opened"}).with_columns(pl.lit(True).alias("was"))
    rolled = levels.rename({"amount": "rolled"}).with_columns(pl.col("place") - 1, pl.lit(True).alias("is"))
    told = every.join(opened, on=[*column, "before", "place"], how="left", nulls_equal=True).join(
        rolled, on=[*column, "month_end", "place"], how="left", nulls_equal=True
    )
    share = pl.col("rolled") / pl.col("opened")
    return (
        told.with_columns(
            pl.when(pl.col("was").is_null()).then(0).otherwise("opened").alias("opened"),
            pl.when(pl.col("is").is_null()).then(0).otherwise("rolled").alias("rolled"),
        )
        .with_columns(
            pl.when(pl.col("opened") > 0).then(share.clip(0, 1)).alias("rate"),
            (pl.col("rolled") > pl.col("opened")).fill_null(False).alias("capped"),
        )
        .sort(*column, "month_end", "place", nulls_last=True)
        .select(*column, "month_end", "from_bucket", "to_bucket", "opened", "rolled", "rate", "capped")
    )


def _moves(ends: Sequence[date], names: Sequence[str]) -> pl.DataFrame:
    """Every step from a bucket at one month end into the next bucket at the next."""
    steps = [
        (before, end, place, young, old)
        for before, end in pairwise(ends)
        for place, (young, old) in enumerate(pairwise(names))
    ]
    schema: Mapping[str, DType] = {
        "before": pl.Date,
        "month_end": pl.Date,
        "place": pl.Int64,
        "from_bucket": pl.String,
        "to_bucket": pl.String,
    }
    return pl.DataFrame(steps, schema=schema, orient="row")


def mean_rates(rates: pl.DataFrame) -> Sequence[float | None]:
    """One rate a bucket, youngest first, out of ``roll_rates`` of one segment: capped amounts over opened amounts.

    Empty where nothing was ever opened in the bucket, or an amount has no rate of exchange.
    """
    whole = pl.col("opened").is_not_null().all() & pl.col("rolled").is_not_null().all()
    opened, rolled = pl.col("opened"), pl.min_horizontal("opened", "rolled")
    pooled = rates.group_by("from_bucket", maintain_order=True).agg(
        pl.when(whole & (opened.sum() > 0)).then(rolled.sum() / opened.sum()).alias("rate")
    )
    return tuple(pooled.get_column("rate").to_list())


def loss_rates(rates: Sequence[float | None]) -> Sequence[float | None]:
    """The share of each bucket that is never paid: the product of its own and all onward roll rates (FORMULAS 4.2.12).

    Empty where an onward rate is not known, unless nothing gets that far.

    >>> [round(100 * loss, 4) for loss in loss_rates([0.25, 0.40, 0.55, 0.70, 0.85])]
    [3.2725, 13.09, 32.725, 59.5, 85.0]
    >>> loss_rates([0.5, 0.0, None]), loss_rates([0.5, None, 0.1])
    ((0.0, 0.0, None), (None, None, 0.1))
    """
    losses: list[float | None] = []
    onward: float | None = 1.0
    for rate in reversed(rates):
        if rate == 0 or onward == 0:
            onward = 0.0
        elif onward is not None:
            onward = None if rate is None else rate * onward
        losses.append(onward)
    return tuple(reversed(losses))


def provision(exposures: Sequence[int], rates: Sequence[float], scalar: float = 1.0) -> Sequence[int]:
    """Expected credit loss by bucket (FORMULAS 4.2.13): exposure x loss rate x scalar, at most the exposure itself.

    Rounded half up to minor units, bucket by bucket.

    >>> provision([1500000, 750000, 400000, 250000], [0.005, 0.022, 0.027, 0.045])
    (7500, 16500, 10800, 11250)
    """
    shares = [min(1.0, rate * scalar) for rate in rates]
    return tuple(floor(amount * share + 0.5) for amount, share in zip(exposures, shares, strict=True))


def provision_matrix(
    books: Books,
    by: str | None = None,
    as_of: date | None = None,
    terms: Rolls = DEFAULTS,
    buckets: Aging = BUCKETS_OF_AGING,
) -> pl.DataFrame:
    """The provision matrix (IFRS 9 5.5.15, FORMULAS 4.2.13): expected credit loss by segment and bucket.

    A loss rate is that of the segment's own roll rates where the ledger holds ``months`` of them, else the company's,
    else the table's. Exposure is the positive open amount; unapplied cash and credits do not lower it.

    Args:
        by: one of SEGMENTS, or None for the company as one segment.

    Returns:
        The dimension's column, bucket, exposure (Int64), loss_share (Float64, before the scalar), rate_source
        (``segment``, ``company`` or ``table``), provision (Int64; empty with its exposure), by segment and bucket.

    Raises:
        PolicyError: the table has not one rate a bucket.
    """
    day = day_of(books, as_of)
    by_due = replace(buckets, basis="due")
    names = bucket_names(by_due)[:-1]
    if len(terms.table) != len(names):
        raise PolicyError(
            "measures.rolls.table_length", "measures.rolls.table", rates=len(terms.table), buckets=len(names)
        )
    column = _column(by)
    spread = aging(books, by, day, by_due)
    unknown: Sequence[float | None] = (None,) * len(names)
    company: Sequence[float | None] = unknown
    own: dict[tuple[object, ...], Sequence[float | None]] = {}
    first_on = books.events().select(pl.col("event_on").min()).collect(engine="streaming").item()
    if first_on is not None and first_on <= months_before(day, terms.months):
        company = _losses(roll_rates(books, terms.months, day, buckets=buckets), terms)
        if column:
            every = roll_rates(books, terms.months, day, by=by, buckets=buckets)
            parts = every.partition_by(column, as_dict=True, maintain_order=True)
            own = {key: _losses(part, terms) for key, part in parts.items()}
    rows = []
    for row in spread.iter_rows(named=True):
        segment = tuple(row[name] for name in column)
        for place, name in enumerate(names):
            known = {
                "segment": own.get(segment, unknown)[place],
                "company": company[place],
                "table": terms.table[place],
            }
            source, share = next((source, share) for source, share in known.items() if share is not None)
            exposure = row[name]
            loss = None if exposure is None else provision([exposure], [share], terms.forward_scalar)[0]
            rows.append((*segment, name, exposure, share, source, loss))
    return pl.DataFrame(rows, schema={**{name: spread.schema[name] for name in column}, **_MATRIX}, orient="row")


_MATRIX: Mapping[str, DType] = {
    "bucket": pl.String,
    "exposure": pl.Int64,
    "loss_share": pl.Float64,
    "rate_source": pl.String,
    "provision": pl.Int64,
}


def _column(by: str | None) -> tuple[str, ...]:
    if by is not None and by not in SEGMENTS:
        raise SolventError("measures.dimension_unknown", by=by, known=", ".join(SEGMENTS))
    return () if by is None else (DIMENSIONS[by],)


def _losses(rates: pl.DataFrame, terms: Rolls) -> tuple[float | None, ...]:
    """The loss rate of every bucket out of roll rates; the last bucket is lost as far as anything is."""
    onward = (*loss_rates(mean_rates(rates)), 1.0)
    return tuple(None if share is None else share * terms.lost_share for share in onward)


def _levels(books: Books, ends: Sequence[date], by: str | None, buckets: Aging) -> pl.DataFrame:
    """Positive open amounts at month ends: the dimension's column, month_end, place (0: current), amount.

    One pass over the journal: changes by month and due date, added up at each month end.
    """
    edges = (0, *buckets.edges)
    last = edges[-1] + edges[-1] - edges[-2]
    column = _column(by)
    rows = books.events().filter(pl.col("due_on") >= ends[0] - timedelta(days=last))
    changed_by = pl.max_horizontal(pl.col("event_on").dt.month_end(), pl.lit(ends[0])).alias("changed_by")
    changes = (
        (rows if by is None else told_by(books, rows, by))
        .group_by(*column, changed_by, "due_on", "currency")
        .agg(pl.col("amount").sum())
        .collect(engine="streaming")
    )
    late = (pl.col("month_end") - pl.col("due_on")).dt.total_days()
    place = pl.sum_horizontal((late > edge).cast(pl.Int64) for edge in edges).alias("place")
    points = pl.LazyFrame({"month_end": ends}, schema={"month_end": pl.Date})
    standing = (
        changes.lazy()
        .join(points, how="cross")
        .filter(pl.col("changed_by") <= pl.col("month_end"), late <= last)
        .with_columns(place)
    )
    return sums(standing, books, *column, "month_end", "place").collect(engine="streaming")

"""Standing: which limits count on a day, in two times: from when they count, and since when they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from solvent.base.money import converted, minor
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books

OWNER = ("customer_id", "group_id", "kind")


@dataclass(frozen=True)
class Authority(Terms, key="credit.limits.authority"):
    """How much credit one person may grant alone."""

    alone: float = term(
        100_000.0,
        unit="main units of the books' currency, a second person strictly over it",
        source="REQUIREMENTS CR-09, four eyes; own choice of the amount",
    )
    shown: int = term(50, unit="decisions that are told one by one", source="own choice: a day's work")


DEFAULTS = Authority()


def limits_on(decided: pl.LazyFrame, on: date, known_on: date | None = None) -> pl.LazyFrame:
    """The rows of a limits table that count on a day: of each owner and kind the newest of those in force.

    A limit that has run out gives way to an older one that still runs, if there is any.

    Args:
        decided: as ``books.credit.granted.LIMITS``, rows of any day.
        known_on: what was recorded later is left out; None: all that is known counts.

    Returns: the columns of the table, at most one row for each customer or group and kind.
    """
    rows = decided if known_on is None else decided.filter(pl.col("recorded_on") <= known_on)
    running = pl.col("valid_until").is_null() | (pl.col("valid_until") >= on)
    return (
        rows.filter((pl.col("valid_from") <= on) & running)
        .sort("valid_from", "recorded_on", "limit_id")
        .unique(OWNER, keep="last", maintain_order=True)
    )


def standing(books: Books) -> pl.DataFrame:
    """The total limit of each customer and, beside it, that of its group, on the books' day.

    A limit of nothing means prepayment only; no row means that none was ever decided, or none counts any more.

    Returns: customer_id, standing_id, standing_amount (Int64, minor units of the books' currency; empty: its currency
    has no rate), standing_from, standing_until (Date), standing_terms (Int64), standing_deposit (Float64), expired_on
    (Date: where none counts, the last day on which one did), group_amount (Int64: the limit that it shares).
    """
    total = books.table("limits").filter(pl.col("kind") == "total")
    now = _in_base(limits_on(total, books.as_of), books)
    own = now.filter(pl.col("customer_id").is_not_null()).select(
        "customer_id",
        pl.col("limit_id").alias("standing_id"),
        pl.col("amount").alias("standing_amount"),
        pl.col("valid_from").alias("standing_from"),
        pl.col("valid_until").alias("standing_until"),
        pl.col("terms_days").alias("standing_terms"),
        pl.col("deposit_share").alias("standing_deposit"),
    )
    over = pl.col("valid_until").is_not_null() & (pl.col("valid_until") < books.as_of)
    ended = total.filter(over & pl.col("customer_id").is_not_null()).group_by("customer_id")
    told = own.join(
        ended.agg(pl.col("valid_until").max().alias("expired_on")), on="customer_id", how="full", coalesce=True
    )
    told = told.with_columns(pl.when(pl.col("standing_id").is_null()).then("expired_on").alias("expired_on"))
    shared = now.filter(pl.col("group_id").is_not_null()).select("group_id", pl.col("amount").alias("group_amount"))
    members = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    grouped = members.select("customer_id", "group_id").join(shared, on="group_id", how="inner").drop("group_id")
    return told.join(grouped, on="customer_id", how="full", coalesce=True).sort("customer_id").collect()


def history(books: Books, customer_id: str | None = None) -> pl.DataFrame:
    """Every decision with the days on which it counted, oldest first within an owner and kind.

    Returns: customer_id, group_id, kind, limit_id, currency, amount (Int64, minor units of ``currency``), terms_days,
    deposit_share, counts_from, counts_until (Date; empty: until another decision; before counts_from where a decision
    of the same day took its place at once), recorded_on, backdated (Boolean: recorded after it began to count),
    change_share (Float64: against the one before, same currency; empty: none before, or one of nothing), decided_by,
    approved_by, reason.
    """
    rows = books.table("limits")
    if customer_id is not None:
        rows = rows.filter(pl.col("customer_id") == customer_id)
    ordered = rows.sort(*OWNER, "valid_from", "recorded_on", "limit_id", nulls_last=True)
    following = pl.col("valid_from").shift(-1).over(OWNER)
    before, currency = pl.col("amount").shift(1).over(OWNER), pl.col("currency").shift(1).over(OWNER)
    until = pl.min_horizontal("valid_until", following.dt.offset_by("-1d"))
    change = pl.when((before > 0) & (currency == pl.col("currency"))).then(pl.col("amount") / before - 1)
    return ordered.select(
        *OWNER, "limit_id", "currency", "amount", "terms_days", "deposit_share",
        pl.col("valid_from").alias("counts_from"),
        until.alias("counts_until"),
        "recorded_on",
        (pl.col("recorded_on") > pl.col("valid_from")).alias("backdated"),
        change.alias("change_share"),
        "decided_by", "approved_by", "reason",
    ).collect()  # fmt: skip


def alone(books: Books, terms: Authority = DEFAULTS) -> int:
    """What one person may grant, in minor units of the books' currency."""
    return minor(Decimal(str(terms.alone)), books.currency)


def lacking_approval(books: Books, terms: Authority = DEFAULTS) -> tuple[pl.DataFrame, Sequence[Problem]]:
    """Decisions that count today or will again, above what one may grant alone, without a second person.

    A limit whose currency has no rate cannot be compared, and is told as well.

    Returns: limit_id, customer_id, group_id, kind, currency, amount, worth (Int64, minor units of the books' currency;
    empty: no rate), decided_by, valid_from, largest first; and the problems.
    """
    line = alone(books, terms)
    running = pl.col("valid_until").is_null() | (pl.col("valid_until") >= books.as_of)
    rows = books.table("limits").filter(running & pl.col("approved_by").is_null() & (pl.col("amount") > 0))
    worth = _in_base(rows.with_columns(pl.col("currency").alias("told_in"), pl.col("amount").alias("told")), books)
    found = (
        worth.rename({"amount": "worth"})
        .filter(pl.col("worth").is_null() | (pl.col("worth") > line))
        .select(
            "limit_id", "customer_id", "group_id", "kind", pl.col("told_in").alias("currency"),
            pl.col("told").alias("amount"), "worth", "decided_by", "valid_from",
        )
        .sort("worth", "limit_id", descending=[True, False])
        .collect()
    )  # fmt: skip
    problems = [
        Problem(
            "limits.approval_missing",
            "",
            {
                "limit": row["limit_id"],
                "owner": row["customer_id"] or row["group_id"],
                "decided_by": row["decided_by"] or "-",
            },
        )
        for row in found.head(terms.shown).iter_rows(named=True)
    ]
    if found.height > terms.shown:
        problems.append(Problem("limits.approval_more", "", {"count": found.height - terms.shown}))
    return found, problems


def _in_base(rows: pl.LazyFrame, books: Books) -> pl.LazyFrame:
    """Limits in the books' currency; one of nothing is nothing in any currency."""
    marked = rows.with_columns((pl.col("amount") == 0).alias("nothing"))
    told = converted(marked, books.rates, "amount")
    return told.with_columns(pl.when("nothing").then(0).otherwise("amount").alias("amount")).drop("nothing")

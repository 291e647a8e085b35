"""Exposure: what every customer and group owes and will owe, against the limit that counts today and the cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.books.books import Books
from solvent.decisions.limits.counting import cover_today, limits_today
from solvent.decisions.limits.states import DEFAULTS, STATES, Exposed, coming, doubts, items
from solvent.decisions.limits.to_come import LATER, linked
from solvent.measures.sums import sums, whole_sum

PARTS = ("not_due", "overdue", "delivered", "ordered", "deposit", "reserved", "unallocated", "credit_note")
"""What exposure is the sum of; deposit, unallocated and credit_note are negative or nothing."""

KINDS = ("not_due", "overdue", "deliveries", "orders")
"""Kinds of limits on one part each, beside the total; ``deliveries`` and ``orders`` limit what is of that kind."""

RESERVED = {"customer_id": pl.String, "amount": pl.Int64}
"""A frame of reservations: amounts that are promised to running checks, minor units of the books' currency."""


@dataclass(frozen=True)
class Exposures:
    """What is owed and will be, in minor units of the books' currency.

    table: a row a customer: customer_id, group_id; PARTS and ``later`` (Int64), exposure (their sum without ``later``;
    each empty where a part of it has no rate); limit (Int64; empty: none counts), limit_id, limit_until, expired_on
    (where none counts: the last day on which one did), undecided (Boolean: none was ever decided), limit_terms_days,
    limit_deposit_share; limit_not_due, limit_overdue, limit_deliveries, limit_orders (Int64); used_share (Float64;
    empty without a limit, or with one of nothing), watch, over (Boolean; over: owes more than the limit, with a limit
    of nothing anything); eligible (Int64: what the policy may cover), insured (Int64: of that, up to the insurer's
    limit), uninsured (Int64: what is owed and not insured), and the columns of ``counting.cover_today``;
    group_exposure, group_limit (Int64: of its group, where it has one).
    groups: group_id, customers (Int64), PARTS, exposure, insured, uninsured, limit, limit_id, limit_until, expired_on,
    used_share, watch, over; only customers that name a group.
    """

    table: pl.DataFrame
    groups: pl.DataFrame
    problems: Sequence[Problem] = ()


def exposures(books: Books, reserved: pl.DataFrame | None = None, terms: Exposed = DEFAULTS) -> Exposures:
    """The exposure of every customer that the books know (FORMULAS 4.1.1 to 4.1.4).

    Money that came in before a delivery stands for the deposit of the order first: only what is more than the deposits
    lowers exposure again. Drafts are no facts of the books: what they bill counts as delivered or ordered until they
    are invoices. Discounted bills and factored items with recourse are open items as long as the books hold them open.

    Args:
        reserved: as RESERVED; several rows of a customer add up.
    """
    cover = cover_today(books)
    told = _by_customer(books, cover, terms)
    held = _reserved(reserved)
    known = _customers(books, held, cover)
    table = known.join(told, on="customer_id", how="left").join(held, on="customer_id", how="left")
    table = table.with_columns(pl.col("reserved").fill_null(0))
    table = _without_paid_deposits(_filled(table), terms)
    table = table.with_columns(pl.sum_horizontal(PARTS, ignore_nulls=False).alias("exposure"))
    limits = limits_today(books)
    table = _used(_with_limits(table, limits), terms)
    table = _insured(table.join(cover, on="customer_id", how="left"), terms)
    groups = _groups(table, limits, terms)
    of_group = groups.select(
        "group_id", pl.col("exposure").alias("group_exposure"), pl.col("limit").alias("group_limit")
    )
    table = table.join(of_group, on="group_id", how="left").sort("customer_id")
    return Exposures(table, groups, _problems(books, table))


def used(exposure: pl.Expr, limit: pl.Expr, terms: Exposed = DEFAULTS) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """used_share, watch and over of an exposure against its limit; all empty where either is not known.

    Watch is held against the whole limit: limit x share - exposure < 0 (FORMULAS 4.1.4).
    """
    share = pl.when(limit > 0).then(exposure / limit)
    watch = limit * terms.watch_share - exposure < -1e-6
    return share.alias("used_share"), watch.alias("watch"), (exposure > limit).alias("over")


def _by_customer(books: Books, cover: pl.DataFrame, terms: Exposed) -> pl.DataFrame:
    """Each state and what of it is eligible for cover, by customer; empty where a part has no rate.

    The journal is added up by its own numbers of customers before any name is looked up.
    """
    policy = cover.lazy().select("customer_id", "longest_terms_days", "policy_starts_on", pl.lit(True).alias("covered"))
    agreed = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    usual = agreed.select("customer_id", pl.col("terms_days").alias("usual_days"))
    numbers = books.journal.customers.lazy()
    by_number = numbers.join(policy, on="customer_id", how="inner").drop("customer_id")
    days = (pl.col("due_on") - pl.col("issued_on")).dt.total_days()
    begun = pl.col("issued_on") >= pl.col("policy_starts_on")
    opened = items(books).join(by_number, on="customer_no", how="left").with_columns(_fits(days, begun).alias("fits"))
    summed = opened.group_by("customer_no", "state", "fits", "currency").agg(pl.col("amount", "booked").sum())
    owed = books.in_money(summed.join(numbers, on="customer_no").drop("customer_no"))
    later = coming(books, terms, linked(books)).join(policy, on="customer_id", how="left")
    later = later.join(usual, on="customer_id", how="left")
    later = later.with_columns(_fits(pl.col("usual_days"), pl.lit(True)).alias("fits"))
    # Booked amounts are those of open items; what has not been invoiced is converted at the newest rate.
    columns = ("customer_id", "state", "fits", "currency", "amount")
    told = pl.concat([owed.select(columns), later.select(columns)])
    one = sums(told, books, "customer_id", "state", "fits").collect(engine="streaming")
    cells = [_cell(pl.col("state") == state).alias(state) for state in (*STATES, LATER)]
    eligible = _cell((pl.col("state") != LATER) & pl.col("fits")).alias("eligible")
    return one.group_by("customer_id").agg(*cells, eligible)


def _fits(days: pl.Expr, begun: pl.Expr) -> pl.Expr:
    """Whether the policy may cover a document; what lowers exposure lowers what may be covered too."""
    lowers = ~pl.col("state").is_in(["not_due", "overdue", "delivered", "ordered"])
    within = pl.col("longest_terms_days").is_null() | (days <= pl.col("longest_terms_days")).fill_null(False)
    return (pl.col("covered") & within & begun).fill_null(False) | lowers


def _cell(mask: pl.Expr) -> pl.Expr:
    inside = pl.col("amount").filter(mask)
    return pl.when(inside.is_not_null().all()).then(inside.sum())


def _reserved(reserved: pl.DataFrame | None) -> pl.DataFrame:
    frame = pl.DataFrame(schema=RESERVED) if reserved is None else reserved.select(*RESERVED)
    return frame.group_by("customer_id").agg(pl.col("amount").sum().alias("reserved"))


def _customers(books: Books, held: pl.DataFrame, cover: pl.DataFrame) -> pl.DataFrame:
    """customer_id and group_id of everybody that anything says anything of."""
    named = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    others = [books.table(name).select("customer_id") for name in ("orders", "deliveries")]
    decided = books.table("limits").select("customer_id").drop_nulls()
    every = [named.select("customer_id"), books.journal.customers.lazy().select("customer_id"), *others, decided]
    ids = pl.concat([*every, held.lazy().select("customer_id"), cover.lazy().select("customer_id")]).unique()
    return ids.join(named.select("customer_id", "group_id"), on="customer_id", how="left").collect(engine="streaming")


def _filled(table: pl.DataFrame) -> pl.DataFrame:
    """Nothing where a customer has no row at all; what is empty for want of a rate stays empty."""
    absent = pl.col("absent").fill_null(True)
    columns = (*STATES, LATER, "eligible")
    marked = table.with_columns(pl.all_horizontal(pl.col(name).is_null() for name in columns).alias("absent"))
    return marked.with_columns(pl.when(absent).then(0).otherwise(name).alias(name) for name in columns).drop("absent")


def _without_paid_deposits(table: pl.DataFrame, terms: Exposed) -> pl.DataFrame:
    """Unallocated cash without what stands for deposits; without all of it where it is not to count."""
    cash, asked = -pl.col("unallocated"), -pl.col("deposit")
    beyond = cash - pl.min_horizontal(cash.clip(0), asked)
    if not terms.unallocated_counts:
        beyond = beyond.clip(None, 0)
    known = pl.col("unallocated").is_not_null() & pl.col("deposit").is_not_null()
    counted = pl.when(known).then(-beyond)
    dropped = counted - pl.col("unallocated")
    return table.with_columns(counted.alias("unallocated"), (pl.col("eligible") + dropped).alias("eligible"))


def _with_limits(table: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    own = limits.filter(pl.col("customer_id").is_not_null())
    total = own.filter(pl.col("kind") == "total").select(
        "customer_id",
        pl.col("amount").alias("limit"),
        "limit_id",
        pl.col("valid_until").alias("limit_until"),
        "expired_on",
        pl.col("terms_days").alias("limit_terms_days"),
        pl.col("deposit_share").alias("limit_deposit_share"),
        pl.lit(False).alias("undecided"),
    )
    told = table.join(total, on="customer_id", how="left").with_columns(pl.col("undecided").fill_null(True))
    for kind in KINDS:
        part = own.filter(pl.col("kind") == kind).select("customer_id", pl.col("amount").alias(f"limit_{kind}"))
        told = told.join(part, on="customer_id", how="left")
    return told


def _used(table: pl.DataFrame, terms: Exposed) -> pl.DataFrame:
    return table.with_columns(*used(pl.col("exposure"), pl.col("limit"), terms))


def _insured(table: pl.DataFrame, terms: Exposed) -> pl.DataFrame:
    """What the insurer's limit holds of what the policy may cover, and what nobody insures."""
    net = (pl.col("eligible") * (1.0 - terms.uninsured_tax_share)).floor().cast(pl.Int64).clip(0)
    insured = pl.when(pl.col("cover_id").is_null()).then(0).otherwise(pl.min_horizontal(net, "cover_amount"))
    known = pl.col("cover_id").is_null() | (pl.col("cover_amount").is_not_null() & pl.col("eligible").is_not_null())
    told = table.with_columns(
        pl.when(pl.col("cover_id").is_null()).then(0).otherwise("eligible").alias("eligible"),
        pl.when(known).then(insured).alias("insured"),
    )
    return told.with_columns((pl.col("exposure") - pl.col("insured")).clip(0).alias("uninsured"))


def _groups(table: pl.DataFrame, limits: pl.DataFrame, terms: Exposed) -> pl.DataFrame:
    """Connected customers as one; a group's own limit is shared by its members."""
    amounts = (*PARTS, "exposure", "insured", "uninsured")
    told = (
        table.filter(pl.col("group_id").is_not_null())
        .group_by("group_id")
        .agg(pl.len().cast(pl.Int64).alias("customers"), *(whole_sum(name) for name in amounts))
    )
    own = limits.filter(pl.col("group_id").is_not_null() & (pl.col("kind") == "total")).select(
        "group_id",
        pl.col("amount").alias("limit"),
        "limit_id",
        pl.col("valid_until").alias("limit_until"),
        "expired_on",
    )
    return _used(told.join(own, on="group_id", how="left"), terms).sort("group_id")


def _problems(books: Books, table: pl.DataFrame) -> Sequence[Problem]:
    told = list(doubts(books))
    unrated = table.filter(pl.col("exposure").is_null()).height
    if unrated:
        told.append(Problem("orders.exposure.no_rate", "", {"customers": unrated}))
    without = table.filter(pl.col("limit").is_null() & (pl.col("exposure") > 0)).height
    if without:
        told.append(Problem("orders.exposure.no_limit", "", {"customers": without}))
    return tuple(told)

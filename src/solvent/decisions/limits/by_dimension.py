"""By dimension: exposure, loss, provision and default by region, industry, country, salesperson, grade and cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from solvent.base.problem import Problem, SolventError
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.credit.grading.grade import Grades
from solvent.decisions.limits.exposure import Exposures
from solvent.measures.aging import Aging, aging, bucket_names
from solvent.measures.rolls import SEGMENTS, Rolls, provision_matrix
from solvent.measures.sums import whole_sum
from solvent.measures.timeliness import Timeliness, timeliness, trend


@dataclass(frozen=True)
class Lossy(Terms, key="limits.loss"):
    """What is lost of what is owed by a customer that fails."""

    loss_share: float = term(
        0.45,
        unit="share of the exposure lost if the customer fails",
        most=1,
        source="own choice: Basel's senior unsecured claim",
    )
    unpaid_cover_share: float = term(
        0.0,
        unit="share of the insured part that is not paid in the end",
        most=1,
        source="own choice: the insurer pays its share",
    )


DEFAULTS = Lossy()

CUTS = ("region", "industry", "country", "salesperson", "grade", "insured")
"""What exposure is cut by. ``insured``: covered by a buyer limit today, or marked so where the books hold no cover."""


@dataclass(frozen=True)
class Cut:
    """Exposure by one dimension, in minor units of the books' currency.

    table: the dimension's column (String; insured: Boolean; empty: nothing is known of it), customers (Int64: with any
    exposure), exposure, overdue, insured_amount, uninsured_amount (Int64; empty where a part has no rate),
    exposure_share (Float64, of the whole), overdue_share (of what is open), expected_loss (Int64: within a year, net of
    cover; empty: no grades), provision (Int64), default_share, default_before, default_change (Float64, as
    ``measures.timeliness.trend``), top_id and top_share (the largest name and its share), hhi (Float64: of shares of
    names, connected customers as one), limit and used_share of those that have a limit. Largest exposure first.
    names: the dimension's column, group_id, exposure, share: every name, for the evidence.
    """

    by: str
    table: pl.DataFrame
    names: pl.DataFrame
    problems: Sequence[Problem] = ()


def by_dimension(books: Books, exposed: Exposures, by: str, policy: Policy, graded: Grades | None = None) -> Cut:
    """Exposure and risk by one of CUTS (REQUIREMENTS CR-12, AR-05).

    Everything is told by the customer, so that the parts of a row belong together; a salesperson's are those of the
    customers that it looks after. Loss rates are those of the segment's own roll rates where ``provision_matrix`` has
    them, else the company's.

    Raises:
        SolventError: ``by`` is none of CUTS.
    """
    if by not in CUTS:
        raise SolventError("measures.dimension_unknown", by=by, known=", ".join(CUTS))
    told = _customers(books, exposed, by, graded)
    terms = policy.terms(Lossy)
    rows = told.with_columns(_loss(terms).alias("expected_loss"))
    names = _names(rows, by)
    parts = [_sums(rows, by), _largest(names, by), _provision(books, rows, by, policy), _trend(books, rows, by, policy)]
    table = parts[0]
    for part in parts[1:]:
        table = table.join(part, on=by, how="left", nulls_equal=True)
    total = table.get_column("exposure").sum()
    share = pl.when(pl.col("exposure").is_not_null() & (pl.lit(total) > 0)).then(
        pl.col("exposure") / pl.lit(total or 1)
    )
    order = ["exposure", by]
    table = table.with_columns(share.alias("exposure_share")).sort(order, descending=[True, False], nulls_last=True)
    problems = () if graded is not None and graded.table.height else (Problem("orders.exposure.no_grades"),)
    return Cut(by, table.select(by, *_COLUMNS), names, problems)


_COLUMNS = (
    "customers", "exposure", "exposure_share", "overdue", "overdue_share", "insured_amount", "uninsured_amount",
    "expected_loss", "provision", "default_share", "default_before", "default_change", "top_id", "top_share", "hhi",
    "limit", "used_share",
)  # fmt: skip


def _customers(books: Books, exposed: Exposures, by: str, graded: Grades | None) -> pl.DataFrame:
    """The exposure table with the dimension's column, named as the dimension, and each customer's chance to fail."""
    known = books.table("customers").unique("customer_id", keep="first", maintain_order=True).collect()
    renamed = exposed.table.rename({"insured": "insured_amount", "uninsured": "uninsured_amount"})
    grades = pl.DataFrame(schema={"customer_id": pl.String, "grade": pl.String, "yearly_default_chance": pl.Float64})
    if graded is not None and graded.table.height:
        grades = graded.table.select("customer_id", "grade", "yearly_default_chance")
    told = renamed.join(grades, on="customer_id", how="left")
    if by == "insured":
        marked = told.join(known.select("customer_id", "insured"), on="customer_id", how="left")
        if exposed.table.get_column("cover_id").null_count() < exposed.table.height:
            return marked.with_columns((pl.col("cover_amount").fill_null(0) > 0).alias("insured"))
        return marked
    if by == "grade":
        return told
    return told.join(known.select("customer_id", by), on="customer_id", how="left")


def _loss(terms: Lossy) -> pl.Expr:
    """Expected loss within a year: what the insurer does not pay of the exposure, times chance, times loss share."""
    paid = pl.col("insured_amount") * pl.col("insured_share").fill_null(0.0) * (1.0 - terms.unpaid_cover_share)
    bare = (pl.col("exposure").clip(0) - paid).clip(0)
    return (bare * pl.col("yearly_default_chance") * terms.loss_share + 0.5).floor().cast(pl.Int64)


def _sums(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    owed = pl.col("exposure").fill_null(1) != 0
    limited = pl.col("limit").is_not_null()
    used, limit = pl.col("exposure").filter(limited), pl.col("limit").filter(limited)
    known = used.is_not_null().all()
    graded = pl.col("yearly_default_chance").is_not_null() | ~owed
    money = [whole_sum(name) for name in ("exposure", "overdue", "insured_amount", "uninsured_amount")]
    opened = pl.col("not_due") + pl.col("overdue")
    return rows.group_by(by).agg(
        owed.sum().cast(pl.Int64).alias("customers"),
        *money,
        pl.when(opened.is_not_null().all() & (opened.sum() > 0))
        .then(pl.col("overdue").sum() / opened.sum())
        .alias("overdue_share"),
        pl.when(graded.all() & pl.col("exposure").is_not_null().all())
        .then(pl.col("expected_loss").sum())
        .alias("expected_loss"),
        limit.sum().alias("limit"),
        pl.when(known & (limit.sum() > 0)).then(used.sum() / limit.sum()).alias("used_share"),
    )


def _names(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Every name, connected customers as one, and its share of the dimension's exposure; who is owed to counts none."""
    named = pl.coalesce("group_id", "customer_id").alias("group_id")
    told = rows.group_by(by, named).agg(whole_sum("exposure")).filter(pl.col("exposure").fill_null(1) > 0)
    whole = pl.col("exposure").is_not_null().all().over(by)
    share = pl.when(whole).then(pl.col("exposure") / pl.col("exposure").sum().over(by)).alias("share")
    return told.with_columns(share).sort(by, "exposure", "group_id", descending=[False, True, False], nulls_last=True)


def _largest(names: pl.DataFrame, by: str) -> pl.DataFrame:
    return names.group_by(by, maintain_order=True).agg(
        pl.col("group_id").filter(pl.col("share").is_not_null()).first().alias("top_id"),
        pl.col("share").first().alias("top_share"),
        pl.when(pl.col("share").is_not_null().all()).then((pl.col("share") ** 2).sum()).alias("hhi"),
    )


def _provision(books: Books, rows: pl.DataFrame, by: str, policy: Policy) -> pl.DataFrame:
    """The provision of the matrix: open amounts by bucket times loss rates, rounded by bucket, at most the amounts."""
    buckets, terms = policy.terms(Aging), policy.terms(Rolls)
    ages = Aging(buckets.edges, "due", buckets.forward_edges)
    names = bucket_names(ages)[:-1]
    spread = rows.select("customer_id", by).join(aging(books, "customer", terms=ages), on="customer_id", how="inner")
    open_ = spread.group_by(by).agg(whole_sum(name) for name in names)
    long = open_.unpivot(names, index=by, variable_name="bucket", value_name="amount")
    segment = by if by in SEGMENTS and by != "insured" else None
    matrix = provision_matrix(books, segment, terms=terms, buckets=buckets)
    keys = [by, "bucket"] if segment else ["bucket"]
    rates = matrix.select(*keys, "loss_share")
    share = (pl.col("loss_share") * terms.forward_scalar).clip(None, 1.0)
    priced = long.join(rates, on=keys, how="left", nulls_equal=True)
    lost = (pl.col("amount") * share + 0.5).floor().cast(pl.Int64).alias("provision")
    return priced.with_columns(lost).group_by(by).agg(whole_sum("provision"))


def _trend(books: Books, rows: pl.DataFrame, by: str, policy: Policy) -> pl.DataFrame:
    """The default rate of the newest months beside those before, of the dimension's customers."""
    terms = policy.terms(Timeliness)
    months = timeliness(books, "customer", terms=terms)
    amounts = ("due_amount", "on_time_amount", "default_amount")
    told = rows.select("customer_id", by).join(months, on="customer_id", how="inner")
    pooled = (
        told.group_by(by, "month_end").agg(whole_sum(name) for name in amounts).sort(by, "month_end", nulls_last=True)
    )
    # The trend knows its own dimensions by name; any column of names will do.
    moved = trend(pooled.rename({by: "region"}), "region", terms).rename({"region": by})
    return moved.select(by, "default_share", "default_before", "default_change")


def concentrated(cut: Cut, most: int = 10) -> Mapping[str, Any]:
    """Who stands for most of each part of the dimension: its name to the largest shares, largest first."""
    told: dict[str, Any] = {}
    for key, part in cut.names.partition_by(cut.by, as_dict=True, maintain_order=True).items():
        told[str(key[0])] = part.head(most).select("group_id", "exposure", "share").to_dicts()
    return told

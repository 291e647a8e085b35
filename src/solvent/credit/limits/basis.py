"""Basis: what the methods rest on, a row a customer: purchases, statements, references, cover, register, risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.money import converted
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.books.credit.reputation import RISK_KINDS
from solvent.credit.grading.grade import Grades
from solvent.credit.limits.standing import standing
from solvent.measures.sums import sales, sums

MONTH = 365.0 / 12.0


@dataclass(frozen=True)
class Basis(Terms, key="credit.limits.basis"):
    """How old what may be."""

    window_days: int = term(365, unit="days of purchases", source="REQUIREMENTS CR-04: yearly purchases")
    least_days: int = term(
        30, unit="days that a new customer's purchases are spread over", source="own choice: a month"
    )
    statement_days: int = term(
        730, unit="days, no older statement counts", source="REQUIREMENTS CR-02: statements of the last two years"
    )
    reference_days: int = term(730, unit="days, no older reference counts", source="own choice: two years")
    delay_most_days: float = term(
        60.0, unit="expected delay that counts at most", source="own choice: who pays worse needs no larger limit"
    )
    order_days: int = term(
        15, unit="days that an order stands before its invoice", source="FORMULAS 4.1.1: exposure counts orders; ours"
    )
    country_factor: tuple[float, ...] = term(
        (1.0, 1.0, 0.9, 0.75, 0.0),
        unit="share of limit and days, by country level 1 to 5",
        most=1,
        source="REQUIREMENTS CR-12; shares our own choice: grades are capped by levels too",
    )
    region_factor: tuple[float, ...] = term(
        (1.0, 1.0, 1.0, 1.0, 0.75),
        unit="share of limit and days, by region level 1 to 5",
        most=1,
        source="REQUIREMENTS CR-12; shares our own choice",
    )
    industry_factor: tuple[float, ...] = term(
        (1.0, 1.0, 1.0, 1.0, 0.75),
        unit="share of limit and days, by industry level 1 to 5",
        most=1,
        source="REQUIREMENTS CR-12; shares our own choice",
    )


DEFAULTS = Basis()

_RAW = (
    "since_on", "first_on", "terms_days", "contract_days", "paid_delay_days", "oldest_overdue_days", "country",
    "region", "industry",
)  # fmt: skip


def basis(
    books: Books, behaviour: pl.DataFrame, told: pl.DataFrame, graded: Grades, terms: Basis = DEFAULTS
) -> pl.DataFrame:
    """All that is known for the limit of every customer of the books, sorted by ``customer_id``.

    Money is Int64 in minor units of the books' currency and empty where its currency has no rate.

    Returns: customer_id, group_id, grade, tier, capped_by, graded_on (what the grade rests on), yearly_default_chance;
    agreed_days, known_days (Int64: since the relation or the first invoice), payments, delay_days (Float64: mean delay
    of what was paid, 0 to the most that counts; empty: nothing paid), late_share, overdue_days; purchases_year,
    bought_any (Boolean), monthly, usual_order, order_days (Int64: 0 where the books hold no orders); statement_on,
    net_worth, working_capital, leverage, their_sales; capital, employees; references (Int64: how many tell an amount),
    reference_amount (median); cover (Int64; empty: the insurer never decided, or nothing counts), cover_decision,
    cover_on; level_factor (Float64), level_by (country, region or industry, whichever is the worst; empty: none takes
    anything), and the columns of ``standing.standing``.
    """
    day = books.as_of
    first = pl.coalesce("since_on", "first_on")
    known = (pl.lit(day) - first).dt.total_days().clip(lower_bound=0)
    delay = pl.col("paid_delay_days").clip(0.0, terms.delay_most_days)
    rows = _customers(books, behaviour, graded).lazy()
    for part in (
        _bought(books, terms),
        _statements(books, told, terms),
        _register(books),
        _references(books, terms),
        _cover(books),
        standing(books).lazy(),
    ):
        rows = rows.join(part, on="customer_id", how="left")
    rows = _with_levels(rows, books, terms)
    spread = known.fill_null(terms.window_days).clip(terms.least_days, terms.window_days)
    monthly = (pl.col("purchases_year").clip(lower_bound=0) * (MONTH / spread)).round(0).cast(pl.Int64)
    return (
        rows.with_columns(
            known.alias("known_days"),
            delay.alias("delay_days"),
            monthly.alias("monthly"),
            pl.lit(terms.order_days if books.has("orders") else 0, dtype=pl.Int64).alias("order_days"),
            pl.col("payments").fill_null(0),
            pl.col("oldest_overdue_days").fill_null(0).alias("overdue_days"),
            pl.col("references").fill_null(0),
            pl.coalesce("terms_days", "contract_days", "standing_terms").alias("agreed_days"),
        )
        .drop(_RAW)
        .sort("customer_id")
        .collect(engine="streaming")
    )


def own_year(books: Books, rows: pl.DataFrame) -> int | None:
    """What all customers bought in the year, minor units; None where a part has no rate or nothing was sold."""
    bought = rows.get_column("purchases_year")
    total = int(bought.sum())
    missing = rows.filter(pl.col("purchases_year").is_null() & pl.col("bought_any").fill_null(False)).height
    return None if missing or total <= 0 else total


def _customers(books: Books, behaviour: pl.DataFrame, graded: Grades) -> pl.DataFrame:
    """Everybody whom the customers table, the journal or the grades know, with what the methods ask of each."""
    named = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    of_contract = (
        books.table("contracts")
        .filter(pl.col("ends_on").is_null() | (pl.col("ends_on") >= books.as_of))
        .sort("signed_on")
        .unique("customer_id", keep="last", maintain_order=True)
        .select("customer_id", pl.col("terms_days").alias("contract_days"))
    )
    ids = [named, books.journal.customers.lazy(), graded.table.lazy()]
    every = pl.concat([frame.select("customer_id") for frame in ids]).drop_nulls().unique()
    columns = ("customer_id", "group_id", "country", "region", "industry", "terms_days", "since_on")
    paid = behaviour.lazy().select(
        "customer_id", "payments", "paid_delay_days", "late_share", "oldest_overdue_days", "first_on"
    )
    grade = graded.table.lazy().select(
        "customer_id", "grade", "tier", "capped_by", pl.col("basis").alias("graded_on"), "yearly_default_chance"
    )
    told = every.join(named.select(columns), on="customer_id", how="left")
    for part in (of_contract, paid, grade):
        told = told.join(part, on="customer_id", how="left")
    return told.collect(engine="streaming")


def _bought(books: Books, terms: Basis) -> pl.LazyFrame:
    """A year's purchases, net of credit notes, and the usual invoice."""
    begin = books.as_of - timedelta(days=terms.window_days)
    sold = sales(books).filter(pl.col("sold_on") > begin)
    year = sums(sold, books, "customer_no").rename({"amount": "purchases_year"})
    # The middle invoice is found in the customer's own money, and then converted.
    usual = sold.filter(pl.col("amount") > 0).group_by("customer_no", "currency").agg(
        pl.len().alias("count"), pl.col("amount").median().round(0).cast(pl.Int64).alias("usual_order")
    )  # fmt: skip
    most = usual.sort("count", "currency", descending=[True, False]).unique(
        "customer_no", keep="first", maintain_order=True
    )
    order = converted(most, books.rates, "usual_order").select("customer_no", "usual_order")
    both = year.with_columns(pl.lit(True).alias("bought_any")).join(order, on="customer_no", how="full", coalesce=True)
    numbered = books.journal.customers.lazy()
    return both.join(numbered, on="customer_no", how="inner").drop("customer_no")


def _statements(books: Books, told: pl.DataFrame, terms: Basis) -> pl.LazyFrame:
    """The newest statement of each customer that is not too old."""
    oldest = books.as_of - timedelta(days=terms.statement_days)
    wanted = {"net_worth": pl.Int64, "working_capital": pl.Int64, "leverage": pl.Float64, "sales_year": pl.Int64}
    cells = [
        (pl.col(name) if name in told.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in wanted.items()
    ]
    return (
        told.lazy()
        .filter(pl.col("period_end") >= oldest)
        .sort("period_end", "months")
        .unique("customer_id", keep="last", maintain_order=True)
        .select("customer_id", pl.col("period_end").alias("statement_on"), *cells)
        .rename({"sales_year": "their_sales"})
    )


def _register(books: Books) -> pl.LazyFrame:
    """What the newest extract says of the size: capital that was paid in, else registered; employees."""
    newest = books.table("registrations").sort("told_on").unique("customer_id", keep="last", maintain_order=True)
    capital = pl.coalesce("paid_in", "capital").alias("capital")
    return converted(newest.select("customer_id", "currency", capital, "employees"), books.rates, "capital")


def _references(books: Books, terms: Basis) -> pl.LazyFrame:
    """How many voices tell a limit or the most that was owed, and the middle of them; each voice once, its newest."""
    oldest = books.as_of - timedelta(days=terms.reference_days)
    rows = (
        books.table("trade_references")
        .filter(pl.col("told_on") >= oldest)
        .with_columns(pl.coalesce("limit", "high_credit").alias("amount"))
        .filter(pl.col("amount").is_not_null())
        .sort("told_on", "reference_id")
        .unique(["customer_id", "told_by"], keep="last", maintain_order=True)
        .select("customer_id", "currency", "amount")
    )
    return (
        converted(rows, books.rates, "amount")
        .filter(pl.col("amount").is_not_null())
        .group_by("customer_id")
        .agg(
            pl.len().cast(pl.Int64).alias("references"),
            pl.col("amount").median().floor().cast(pl.Int64).alias("reference_amount"),
        )
    )


def _cover(books: Books) -> pl.LazyFrame:
    """What the insurer covers of each buyer today: the newest decision that still counts, under a policy in force."""
    day = books.as_of
    policies = books.table("insurance_policies").filter(pl.col("ends_on").is_null() | (pl.col("ends_on") >= day))
    newest = (
        books.table("buyer_limits")
        .filter(pl.col("valid_until").is_null() | (pl.col("valid_until") >= day))
        .sort("valid_from", "recorded_on", "limit_id")
        .unique("customer_id", keep="last", maintain_order=True)
        .join(policies.select("policy_id", pl.lit(True).alias("in_force")), on="policy_id", how="left")
    )
    counts = pl.col("decision").is_in(["granted", "reduced"]) & pl.col("in_force").fill_null(False)
    amount = pl.when(counts).then("amount").otherwise(0).alias("cover")
    rows = newest.select(
        "customer_id",
        "currency",
        amount,
        pl.col("decision").alias("cover_decision"),
        pl.col("valid_from").alias("cover_on"),
        (pl.col("amount") == 0).alias("nothing"),
    )
    told = converted(rows, books.rates, "cover")
    return told.with_columns(pl.when("nothing").then(0).otherwise("cover").alias("cover")).drop("nothing")


def _with_levels(rows: pl.LazyFrame, books: Books, terms: Basis) -> pl.LazyFrame:
    """What the worst of country, region and industry leaves of a limit; where no level is told, nothing is taken."""
    shares = dict(zip(RISK_KINDS, (terms.country_factor, terms.region_factor, terms.industry_factor), strict=True))
    newest = books.table("risk_levels").sort("told_on").unique(["kind", "code"], keep="last", maintain_order=True)
    for kind, values in shares.items():
        steps = {level: values[min(level, len(values)) - 1] for level in range(1, 6)}
        factor = pl.col("level").replace_strict(steps, default=None, return_dtype=pl.Float64).alias(f"by_{kind}")
        levels = newest.filter(pl.col("kind") == kind).select(pl.col("code").alias(kind), factor)
        rows = rows.join(levels, on=kind, how="left")
    names = [f"by_{kind}" for kind in RISK_KINDS]
    worst = pl.min_horizontal(pl.col(name).fill_null(1.0) for name in names)
    by = pl.lit(None, dtype=pl.String)
    for kind in reversed(RISK_KINDS):
        by = pl.when(pl.col(f"by_{kind}") == worst).then(pl.lit(kind)).otherwise(by)
    return rows.with_columns(worst.alias("level_factor"), pl.when(worst < 1.0).then(by).alias("level_by")).drop(names)

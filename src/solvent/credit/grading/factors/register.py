"""Register: what registers and courts say of a customer: age, size, capital, what happened, who came and went."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.money import converted
from solvent.base.terms import Terms, term
from solvent.books.books import Books


@dataclass(frozen=True)
class Register(Terms, key="credit.grading.register"):
    """Which events count, how much, and for how long."""

    months: int = term(24, unit="months an event counts", source="CAPABILITIES row 15: changes in 24 months")
    grave_kinds: tuple[str, ...] = term(
        (
            "licence_revoked", "deregistered", "dishonest_debtor", "insolvency_filed", "bankrupt",
            "enforcement_opened", "spending_restricted",
        ),
        unit="kinds of severity 3 where none is told",
        source="own choice",
    )  # fmt: skip
    serious_kinds: tuple[str, ...] = term(
        (
            "capital_reduced", "abnormal_operation", "serious_violation", "judgment_against", "equity_frozen",
            "tax_arrears", "insurer_warning", "agency_downgrade", "audit_qualified",
        ),
        unit="kinds of severity 2 where none is told",
        source="own choice",
    )  # fmt: skip
    adverse_kinds: tuple[str, ...] = term(
        (
            "capital_reduced", "abnormal_operation", "serious_violation", "licence_revoked", "deregistered",
            "insolvency_filed", "bankrupt", "equity_pledged", "equity_frozen", "chattel_mortgaged", "tax_arrears",
            "penalty", "insurer_warning", "agency_downgrade", "audit_qualified", "negative_news",
        ),
        unit="kinds that count against ability",
        source="REQUIREMENTS RD-01",
    )  # fmt: skip
    lawsuit_kinds: tuple[str, ...] = term(
        ("lawsuit_as_defendant", "judgment_against", "enforcement_opened", "dishonest_debtor", "spending_restricted"),
        unit="kinds that count against willingness",
        source="REQUIREMENTS CR-02",
    )
    management_kinds: tuple[str, ...] = term(
        ("legal_representative_changed", "director_changed"), unit="kinds", source="CAPABILITIES row 15"
    )
    chain_kinds: tuple[str, ...] = term(("supplier_lost", "buyer_lost"), unit="kinds", source="REQUIREMENTS CR-02")


DEFAULTS = Register()


def newest_registrations(books: Books) -> pl.LazyFrame:
    """A row for each customer with an extract: of every cell the newest that says something; ``told_on`` the newest."""
    rows = books.table("registrations").sort("told_on")
    cells = ("status", "founded_on", "employees", "parent_id", "registration_no", "vat_id", "legal_name")
    money = rows.filter(pl.col("capital").is_not_null()).group_by("customer_id", maintain_order=True)
    capital = money.agg(pl.col("currency", "capital", "paid_in").last())
    told = rows.group_by("customer_id", maintain_order=True).agg(
        pl.col("told_on").max(), *(pl.col(name).drop_nulls().last() for name in cells)
    )
    return told.join(capital, on="customer_id", how="left")


def severity(terms: Register = DEFAULTS) -> pl.Expr:
    """The severity of an event: what is told of it, else that of its kind."""
    kind = pl.col("kind")
    own = pl.when(kind.is_in(terms.grave_kinds)).then(3).when(kind.is_in(terms.serious_kinds)).then(2).otherwise(1)
    return pl.coalesce("severity", own)


def registered(books: Books, terms: Register = DEFAULTS) -> pl.LazyFrame:
    """What each customer's register comes to; a row only for customers of whom anything was ever looked up.

    That nothing happened is known only of those: an extract, an event or a screened step says that somebody looked.

    Returns:
        customer_id; age_years, employees (Float64), capital (Int64: paid in, else registered, minor units of the
        books' currency; empty without a rate), adverse_events and lawsuits (sums of severities), management_changes
        (events, or changes of the legal representative between extracts, whichever are more), chain_losses (Float64);
        status, parent_id (String), told_on (Date).
    """
    since = months_before(books.as_of, terms.months)
    events = books.table("events").filter(pl.col("happened_on") > since)
    kind, weight = pl.col("kind"), severity(terms)
    happened = events.group_by("customer_id").agg(
        weight.filter(kind.is_in(terms.adverse_kinds)).sum().cast(pl.Float64).alias("adverse_events"),
        weight.filter(kind.is_in(terms.lawsuit_kinds)).sum().cast(pl.Float64).alias("lawsuits"),
        kind.is_in(terms.management_kinds).sum().cast(pl.Float64).alias("management_changes"),
        kind.is_in(terms.chain_kinds).sum().cast(pl.Float64).alias("chain_losses"),
    )
    newest = newest_registrations(books)
    worth = newest.select("customer_id", "currency", pl.coalesce("paid_in", "capital").alias("capital"))
    money = converted(worth.filter(pl.col("currency").is_not_null()), books.rates, "capital")
    looked = pl.concat([books.table(name).select("customer_id") for name in ("registrations", "events", "screenings")])
    told = looked.unique()
    for part in (newest.drop("currency", "capital", "paid_in"), money, happened, _changes(books, terms)):
        told = told.join(part, on="customer_id", how="left")
    counts = ("adverse_events", "lawsuits", "chain_losses")
    return told.select(
        "customer_id",
        ((pl.lit(books.as_of) - pl.col("founded_on")).dt.total_days() / 365.25).alias("age_years"),
        pl.col("employees").cast(pl.Float64),
        "capital",
        *(pl.col(name).fill_null(0.0) for name in counts),
        pl.max_horizontal(pl.col("management_changes").fill_null(0.0), pl.col("changed").fill_null(0.0)).alias(
            "management_changes"
        ),
        "status",
        "parent_id",
        "told_on",
    )


def _changes(books: Books, terms: Register) -> pl.LazyFrame:
    """customer_id, changed: how often the legal representative differs from that of the extract before."""
    rows = books.table("registrations").filter(pl.col("legal_representative").is_not_null())
    before = pl.col("legal_representative").shift(1).over("customer_id", order_by="told_on")
    moved = (pl.col("legal_representative") != before) & (pl.col("told_on") > months_before(books.as_of, terms.months))
    return (
        rows.with_columns(moved.fill_null(False).alias("moved"))
        .group_by("customer_id")
        .agg(pl.col("moved").sum().cast(pl.Float64).alias("changed"))
    )

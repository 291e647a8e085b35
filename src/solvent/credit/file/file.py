"""File: the parts of every customer's credit file: how old each is, how complete, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.books.credit.granted import CONTRACTS
from solvent.books.credit.registry import REGISTRATIONS, STEPS
from solvent.books.customers import LINES, OWN
from solvent.credit.file import consistency, identifiers
from solvent.credit.file.groups import Groups, groups
from solvent.credit.file.registers import next_steps
from solvent.intake.credit.consistency import told as statements_told

PARTS = ("registry", "statements", "reputation", "events", "payment", "screening", "contract", "limit")


@dataclass(frozen=True)
class File(Terms, key="credit.file"):
    """How long each part of a credit file is believed, and how much makes it whole."""

    registry_days: int = term(
        365, unit="days, old strictly after", source="own choice: registers ask companies to confirm once a year"
    )
    statements_days: int = term(
        460,
        unit="days from the end of a period, old strictly after",
        source="own choice: a year, and the quarter that it takes to draw up the next one",
    )
    statements_periods: int = term(2, unit="yearly statements that make the part whole", source="REQUIREMENTS CR-01")
    reputation_days: int = term(365, unit="days, old strictly after", source="own choice: a year's paying tells enough")
    reputation_voices: int = term(
        3, unit="trade references and opinions that make the part whole", source="FORMULAS 4.1.7"
    )
    events_days: int = term(92, unit="days since a look, old strictly after", source="REQUIREMENTS CR-01, CR-07")
    payment_days: int = term(183, unit="days since a payment, old strictly after", source="own choice: half a year")
    payments: int = term(5, unit="payments that make the part whole", source="own choice: fewer make no habit")
    screening_days: int = term(
        365, unit="days where a step names no last day, old strictly after", source="own choice: with the statements"
    )
    limit_days: int = term(365, unit="days, old strictly after", source="own choice: a limit is decided once a year")
    shown: int = term(200, unit="problems told one by one of each kind of trouble", source="own choice: a day's work")


@dataclass(frozen=True)
class CreditFiles:
    """What the files hold.

    parts: a row for each customer and part, parts in the order of PARTS: customer_id, part, newest_on (Date, empty:
    nothing there), age_days (Int64), filled_share (Float64, of what makes the part whole; 0 where it is missing), state
    (``fresh``, ``old``, ``missing``).
    problems: what is wrong in the files: check digits, names, sheets that do not balance, circles of owners.
    identifiers, statements: every finding behind them, as ``credit.file.identifiers`` and
    ``intake.credit.consistency`` say in FINDINGS. groups: the group tree. next_steps: what to get next for each
    customer, as ``credit.file.registers.next_steps`` says.
    """

    parts: pl.DataFrame
    problems: Sequence[Problem]
    identifiers: pl.DataFrame = field(default_factory=pl.DataFrame)
    statements: pl.DataFrame = field(default_factory=pl.DataFrame)
    groups: Groups | None = None
    next_steps: pl.DataFrame = field(default_factory=pl.DataFrame)


def credit_files(books: Books, policy: Policy) -> CreditFiles:
    """The files of all customers on the books' day: those of the customers table and all who were ever invoiced."""
    terms = policy.terms(File)
    tree = groups(books)
    numbers = identifiers.identifier_findings(books)
    sheets = consistency.statement_findings(books, policy)
    problems = [
        *_first(identifiers.told(numbers.head(terms.shown)), numbers.height),
        *_first(statements_told(sheets.head(terms.shown)), sheets.height),
        *_first(list(tree.problems[: terms.shown]), len(tree.problems)),
    ]
    parts = _parts(books, tree.table, terms)
    return CreditFiles(parts, tuple(problems), numbers, sheets, tree, next_steps(books, parts))


def _first(told: list[Problem], count: int) -> list[Problem]:
    """Problems one by one, and how many more there are."""
    more = count - len(told)
    return [*told, Problem("credit.file.more", "", {"count": more})] if more else told


def _parts(books: Books, customers: pl.DataFrame, terms: File) -> pl.DataFrame:
    known = {
        "registry": _registry(books, terms),
        "statements": _statements(books, terms),
        "reputation": _reputation(books, terms),
        "events": _events(books, terms),
        "payment": _payment(books, terms),
        "screening": _screening(books, terms),
        "contract": _contract(books),
        "limit": _limit(books, customers, terms),
    }
    found = pl.concat(
        frame.select(
            "customer_id", pl.lit(part).alias("part"), "newest_on", pl.col("filled_share").cast(pl.Float64), "old"
        )
        for part, frame in known.items()
    )
    order = pl.DataFrame({"part": PARTS}).lazy().with_row_index("place")
    wanted = customers.lazy().select("customer_id").join(order, how="cross")
    age = (pl.lit(books.as_of) - pl.col("newest_on")).dt.total_days()
    state = (
        pl.when(pl.col("newest_on").is_null())
        .then(pl.lit("missing"))
        .when(pl.col("old"))
        .then(pl.lit("old"))
        .otherwise(pl.lit("fresh"))
    )
    full = wanted.join(found, on=["customer_id", "part"], how="left").sort("customer_id", "place")
    return full.select(
        "customer_id",
        "part",
        "newest_on",
        age.alias("age_days"),
        pl.col("filled_share").fill_null(0.0),
        state.alias("state"),
    ).collect()


def _past(books: Books, days: int, column: str = "newest_on") -> pl.Expr:
    return pl.col(column) < books.as_of - timedelta(days=days)


def _registry(books: Books, terms: File) -> pl.LazyFrame:
    """The newest extract; whole where every cell is filled, those of a parent aside: most companies have none."""
    aside = ("customer_id", "told_on", "source", "currency", "parent_id", "parent_name", "recorded_on")
    cells = [name for name in REGISTRATIONS.columns if name not in aside]
    filled = pl.sum_horizontal(pl.col(cells).is_not_null()) / len(cells)
    rows = identifiers.registered(books).lazy()
    told = rows.select("customer_id", pl.col("told_on").alias("newest_on"), filled.alias("filled_share"))
    return told.with_columns(_past(books, terms.registry_days).alias("old"))


def _statements(books: Books, terms: File) -> pl.LazyFrame:
    """The newest period; whole where so many yearly ones tell every line but purchases, which nobody publishes.

    What counts is the newest period and those that end a year, two years, … before it.
    """
    rows = books.table("statements").filter((pl.col("entity_id") != OWN) & (pl.col("line") != "purchases"))
    newest = pl.col("period_end").max().over("entity_id")
    back = (
        (newest.dt.year() - pl.col("period_end").dt.year()) * 12 + newest.dt.month() - pl.col("period_end").dt.month()
    )
    counted = (back % 12 == 0) & (back < 12 * terms.statements_periods)
    wanted = (len(LINES) - 1) * terms.statements_periods
    told = rows.with_columns(counted.alias("counted")).group_by(pl.col("entity_id").alias("customer_id"))
    return told.agg(
        pl.col("period_end").max().alias("newest_on"), (pl.col("counted").sum() / wanted).alias("filled_share")
    ).with_columns(_past(books, terms.statements_days).alias("old"))


def _reputation(books: Books, terms: File) -> pl.LazyFrame:
    """Trade references and opinions; those that are too old, or whose last day is over, make nothing whole."""
    last = pl.lit(None, dtype=pl.Date).alias("valid_until")
    voices = pl.concat(
        [
            books.table("trade_references").select("customer_id", "told_on", last),
            books.table("opinions").select("customer_id", "told_on", "valid_until"),
        ]
    )
    gone = _past(books, terms.reputation_days, "told_on") | (pl.col("valid_until") < books.as_of).fill_null(False)
    told = voices.with_columns(gone.alias("gone")).group_by("customer_id")
    fresh = (~pl.col("gone")).sum()
    return told.agg(
        pl.col("told_on").max().alias("newest_on"),
        (fresh / terms.reputation_voices).clip(upper_bound=1.0).alias("filled_share"),
        pl.col("gone").all().alias("old"),
    )


def _events(books: Books, terms: File) -> pl.LazyFrame:
    """When anybody last looked: an event was told, or a look at the register or the courts brought none."""
    looked = ("registry", "credit_report", "litigation")
    seen = pl.concat(
        [
            books.table("events").select("customer_id", pl.max_horizontal("happened_on", "recorded_on").alias("day")),
            books.table("screenings").filter(pl.col("step").is_in(looked)).select("customer_id", day="told_on"),
            books.table("registrations").select("customer_id", day="told_on"),
        ]
    )
    day = pl.min_horizontal(pl.col("day"), pl.lit(books.as_of))
    told = seen.group_by("customer_id").agg(day.max().alias("newest_on"), pl.lit(1.0).first().alias("filled_share"))
    return told.with_columns(_past(books, terms.events_days).alias("old"))


def _payment(books: Books, terms: File) -> pl.LazyFrame:
    told = books.table("receipts").filter(pl.col("customer_id").is_not_null()).group_by("customer_id")
    return told.agg(
        pl.col("received_on").max().alias("newest_on"),
        (pl.len() / terms.payments).clip(upper_bound=1.0).alias("filled_share"),
    ).with_columns(_past(books, terms.payment_days).alias("old"))


def _screening(books: Books, terms: File) -> pl.LazyFrame:
    """The newest of each step; old where a step of the three gates is good no longer."""
    newest = (
        books.table("screenings")
        .sort("told_on", "recorded_on", maintain_order=True)
        .unique(["customer_id", "step"], keep="last", maintain_order=True)
    )
    good_to = pl.col("expires_on").fill_null(pl.col("told_on") + timedelta(days=terms.screening_days))
    ended = pl.col("step").is_in(STEPS[:3]) & (good_to < books.as_of)
    return newest.group_by("customer_id").agg(
        pl.col("told_on").max().alias("newest_on"),
        (pl.len() / len(STEPS)).alias("filled_share"),
        ended.any().alias("old"),
    )


def _contract(books: Books) -> pl.LazyFrame:
    """The newest contract that has not ended, else the last that has; whole where it has every clause on payment."""
    clauses = [name for name, column in CONTRACTS.columns.items() if column.empty and name != "ends_on"]
    ended = (pl.col("ends_on") < books.as_of).fill_null(False)
    rows = books.table("contracts").with_columns(ended.alias("old")).sort("old", "signed_on", descending=[True, False])
    newest = rows.unique("customer_id", keep="last", maintain_order=True)
    filled = pl.sum_horizontal(pl.col(clauses).is_not_null()) / len(clauses)
    return newest.select("customer_id", pl.col("signed_on").alias("newest_on"), filled.alias("filled_share"), "old")


def _limit(books: Books, customers: pl.DataFrame, terms: File) -> pl.LazyFrame:
    """The newest limit on all that is owed, the customer's own or its group's."""
    cells = ("terms_days", "deposit_share", "decided_by", "approved_by", "reason")
    limits = books.table("limits").filter(pl.col("kind") == "total")
    members = customers.lazy().select("customer_id", "group_id").drop_nulls("group_id")
    shared = limits.filter(pl.col("customer_id").is_null()).drop("customer_id").join(members, on="group_id")
    own = limits.filter(pl.col("customer_id").is_not_null())
    columns = ("customer_id", "valid_from", "valid_until", "recorded_on", *cells)
    newest = (
        pl.concat([shared.select(columns), own.select(columns)])
        .sort("valid_from", "recorded_on", maintain_order=True)
        .unique("customer_id", keep="last", maintain_order=True)
    )
    ended = (pl.col("valid_until") < books.as_of).fill_null(False) | _past(books, terms.limit_days, "valid_from")
    filled = (1 + pl.sum_horizontal(pl.col(cells).is_not_null())) / (1 + len(cells))
    return newest.select(
        "customer_id", pl.col("valid_from").alias("newest_on"), filled.alias("filled_share"), ended.alias("old")
    )

"""Checks: named invariants of the books; each finds the rows that break it, or nothing.

A check has a name, a level and a question put to the books. ``error`` means that a figure is wrong; ``warning`` that
a row wants a person's eye. What a row of one table must keep by itself is a law of that table, checked here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from solvent.base.money import UNKNOWN, is_currency
from solvent.books.books import TABLES, Basis, Books

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Check:
    """One invariant. ``find`` gives a frame of one String column ``subject``, a row for each breach."""

    name: str
    level: Level
    find: Callable[[Books], pl.LazyFrame]


@dataclass(frozen=True)
class Outcome:
    """What one check found: how many breaches, and the first few subjects."""

    name: str
    level: Level
    breaches: int
    subjects: tuple[str, ...]


def run_checks(books: Books, *, shown: int = 5) -> Sequence[Outcome]:
    """Every check over the books, in order; ``shown`` subjects of each."""
    outcomes = []
    for check in CHECKS:
        found = check.find(books).select(pl.col("subject").cast(pl.String)).collect()
        subjects = tuple(found.get_column("subject").sort().head(shown).fill_null("?"))
        outcomes.append(Outcome(check.name, check.level, found.height, subjects))
    return outcomes


def _law(table: str, rule: str) -> Check:
    def find(books: Books) -> pl.LazyFrame:
        declared = TABLES[table]
        name = pl.concat_str([pl.col(key).cast(pl.String).fill_null("?") for key in declared.key], separator=" ")
        return books.table(table).filter(declared.broken()[rule]).select(name.alias("subject"))

    return Check(f"{table}.{rule}", "error", find)


def _points(table: str, column: str, to: tuple[str, str], subject: str, level: Level = "error") -> Check:
    """Every value of ``table.column`` stands in the column of another table that ``to`` names."""

    def find(books: Books) -> pl.LazyFrame:
        known = books.table(to[0]).select(pl.col(to[1]).alias(column))
        pointing = books.table(table).filter(pl.col(column).is_not_null())
        return pointing.join(known, on=column, how="anti").select(pl.col(subject).alias("subject"))

    return Check(f"{table}.{column}.unknown", level, find)


def _allocation_points_to_its_source(books: Books) -> pl.LazyFrame:
    receipts = books.table("receipts").select(
        pl.lit("receipt").alias("source"), pl.col("receipt_id").alias("source_id")
    )
    credits = books.table("credit_notes").select(
        pl.lit("credit_note").alias("source"), pl.col("credit_note_id").alias("source_id")
    )
    pointing = books.table("allocations").filter(pl.col("source_id").is_not_null())
    found = pointing.join(pl.concat([receipts, credits]), on=["source", "source_id"], how="anti")
    return found.select(pl.col("allocation_id").alias("subject"))


def _item_settled_beyond_its_face(books: Books) -> pl.LazyFrame:
    settled = books.table("allocations").group_by("item_id").agg(pl.col("amount").sum().alias("settled"))
    found = books.table("open_items").join(settled, on="item_id").filter(pl.col("settled") > pl.col("amount"))
    return found.select(pl.col("item_id").alias("subject"))


def _source_allocated_beyond_its_amount(books: Books) -> pl.LazyFrame:
    taken = (
        books.table("allocations")
        .filter(pl.col("source_id").is_not_null())
        .group_by("source", "source_id")
        .agg(pl.col("source_amount").fill_null(pl.col("amount")).sum().alias("taken"))
    )
    given = pl.concat(
        [
            books.table("receipts").select(
                pl.lit("receipt").alias("source"), pl.col("receipt_id").alias("source_id"), "amount"
            ),
            books.table("credit_notes").select(
                pl.lit("credit_note").alias("source"), pl.col("credit_note_id").alias("source_id"), "amount"
            ),
        ]
    )
    found = given.join(taken, on=["source", "source_id"]).filter(
        (pl.col("taken").abs() > pl.col("amount").abs()) | (pl.col("taken").sign() * pl.col("amount").sign() < 0)
    )
    return found.select(pl.col("source_id").alias("subject"))


def _allocation_across_customers(books: Books) -> pl.LazyFrame:
    item = books.table("open_items").select("item_id", pl.col("customer_id").alias("owes"))
    paid = books.table("receipts").select(
        pl.lit("receipt").alias("source"), pl.col("receipt_id").alias("source_id"), pl.col("customer_id").alias("paid")
    )
    found = books.table("allocations").join(item, on="item_id").join(paid, on=["source", "source_id"])
    return found.filter(pl.col("owes") != pl.col("paid")).select(pl.col("allocation_id").alias("subject"))


def _currency_unheard_of(books: Books) -> pl.LazyFrame:
    frames = [
        books.table(name).select(pl.col("currency"))
        for name, table in TABLES.items()
        if "currency" in table.columns and not table.columns["currency"].empty
    ]
    used = pl.concat(frames).unique().collect().get_column("currency")
    return pl.LazyFrame(
        {"subject": [code for code in used if code != UNKNOWN and not is_currency(code)]}, {"subject": pl.String}
    )


def _no_rate(books: Books) -> pl.LazyFrame:
    empty = pl.LazyFrame(schema={"subject": pl.String})
    if books.basis is not Basis.MIXED:
        return empty
    used = books.table("open_items").select("currency").unique()
    return used.join(books.rates.lazy(), on="currency", how="anti").select(pl.col("currency").alias("subject"))


def _journal_does_not_tie(books: Books) -> pl.LazyFrame:
    """Customers whose open total in the journal is not issued less received, credited and closed in the tables."""
    parts = ("customer_id", "currency", "amount")
    issued = books.table("open_items").select(parts)
    received = books.table("receipts").select("customer_id", "currency", -pl.col("amount"))
    credited = books.table("credit_notes").select("customer_id", "currency", -pl.col("amount"))
    item = books.table("open_items").select("item_id", "customer_id", pl.col("currency").alias("item_currency"))
    settled = books.table("allocations").drop("currency").join(item, on="item_id")
    given = pl.concat(
        [
            books.table("receipts").select(
                pl.lit("receipt").alias("source"), pl.col("receipt_id").alias("source_id"), "customer_id", "currency"
            ),
            books.table("credit_notes").select(
                pl.lit("credit_note").alias("source"),
                pl.col("credit_note_id").alias("source_id"),
                "customer_id",
                "currency",
            ),
        ]
    )
    moved = settled.join(given.rename({"customer_id": "giver_id"}), on=["source", "source_id"])
    closed = pl.concat([moved.drop("giver_id", "currency"), settled.filter(pl.col("source_id").is_null())])
    ledger = [
        issued,
        received,
        credited,
        closed.select("customer_id", pl.col("item_currency").alias("currency"), -pl.col("amount")),
        moved.select(
            pl.col("giver_id").alias("customer_id"), "currency", pl.col("source_amount").fill_null(pl.col("amount"))
        ).rename({"source_amount": "amount"}),
    ]
    journal = (
        books.journal.standing(books.as_of)
        .join(books.journal.customers.lazy(), on="customer_no")
        .select("customer_id", "currency", -pl.col("amount"))
    )
    difference = pl.concat([*ledger, journal]).group_by("customer_id", "currency").agg(pl.col("amount").sum())
    return difference.filter(pl.col("amount") != 0).select(pl.col("customer_id").alias("subject"))


def _promise_across_customers(books: Books) -> pl.LazyFrame:
    owes = books.table("open_items").select("item_id", pl.col("customer_id").alias("owes"))
    found = books.table("promises").join(owes, on="item_id").filter(pl.col("owes") != pl.col("customer_id"))
    return found.select(pl.col("promise_id").alias("subject"))


def _drawn_beyond_the_line(books: Books) -> pl.LazyFrame:
    found = books.table("facilities").filter(pl.col("drawn") > pl.col("amount"))
    return found.select(pl.concat_str("facility_id", pl.col("told_on").cast(pl.String), separator=" ").alias("subject"))


def _bank_does_not_add_up(books: Books) -> pl.LazyFrame:
    """Between two balances of an account, the lines add up to the difference."""
    balances = (
        books.table("balances")
        .sort("account_id", "day_on")
        .with_columns(
            pl.col("amount").shift(1).over("account_id").alias("opening"),
            pl.col("day_on").shift(1).over("account_id").alias("from_on"),
        )
    )
    lines = (
        books.table("bank_lines")
        .sort("booked_on")
        .group_by("account_id", "booked_on")
        .agg(pl.col("amount").sum().alias("moved"))
        .sort("account_id", "booked_on")
        .with_columns(pl.col("moved").cum_sum().over("account_id").alias("running"))
        .sort("booked_on")
    )
    running = balances.sort("day_on").join_asof(
        lines, left_on="day_on", right_on="booked_on", by="account_id", check_sortedness=False
    )
    return (
        running.with_columns(pl.col("running").fill_null(0))
        .sort("account_id", "day_on")
        .with_columns((pl.col("running") - pl.col("running").shift(1).over("account_id")).alias("between"))
        .filter(pl.col("opening").is_not_null() & (pl.col("opening") + pl.col("between") != pl.col("amount")))
        .select(pl.concat_str("account_id", pl.col("day_on").cast(pl.String), separator=" ").alias("subject"))
    )


def _bill_paid_beyond_its_amount(books: Books) -> pl.LazyFrame:
    paid = books.table("bill_payments").group_by("bill_id").agg(pl.col("amount").sum().alias("paid"))
    found = books.table("bills").join(paid, on="bill_id").filter(pl.col("paid") > pl.col("amount"))
    return found.select(pl.col("bill_id").alias("subject"))


def _line_matched_beyond_its_amount(books: Books) -> pl.LazyFrame:
    matched = books.table("bank_matches").group_by("line_id").agg(pl.col("amount").sum().alias("matched"))
    found = (
        books.table("bank_lines")
        .join(matched, on="line_id")
        .filter(
            (pl.col("matched").abs() > pl.col("amount").abs())
            | (pl.col("matched").sign() * pl.col("amount").sign() < 0)
        )
    )
    return found.select(pl.col("line_id").alias("subject"))


def _statement_does_not_balance(books: Books) -> pl.LazyFrame:
    """Total assets are total liabilities plus equity, where a statement has all three."""
    wide = (
        books.table("statements")
        .group_by("entity_id", "period_end")
        .agg(
            pl.col("amount").filter(pl.col("line") == line).sum().alias(line)
            for line in ("total_assets", "total_liabilities", "equity")
        )
    )
    whole = (
        books.table("statements")
        .filter(pl.col("line").is_in(["total_assets", "total_liabilities", "equity"]))
        .group_by("entity_id", "period_end")
        .agg(pl.col("line").n_unique().alias("have"))
        .filter(pl.col("have") == 3)
    )
    found = wide.join(whole, on=["entity_id", "period_end"]).filter(
        pl.col("total_assets") != pl.col("total_liabilities") + pl.col("equity")
    )
    subject = pl.concat_str("entity_id", pl.col("period_end").cast(pl.String), separator=" ")
    return found.select(subject.alias("subject"))


def _due_far_away(books: Books) -> pl.LazyFrame:
    far = (pl.col("due_on") - pl.col("issued_on")).dt.total_days() > 730
    return books.table("open_items").filter(far).select(pl.col("item_id").alias("subject"))


def _allocated_before_it_was_there(books: Books) -> pl.LazyFrame:
    """An allocation dated before its receipt: it counts from the receipt's day."""
    receipt = books.table("receipts").select(pl.col("receipt_id").alias("source_id"), "received_on")
    found = books.table("allocations").filter(pl.col("source") == "receipt").join(receipt, on="source_id")
    return found.filter(pl.col("allocated_on") < pl.col("received_on")).select(pl.col("allocation_id").alias("subject"))


def _looks_doubled(books: Books) -> pl.LazyFrame:
    """Receipts of one customer, day and amount with the same reference: perhaps one payment taken in twice."""
    like = ("customer_id", "received_on", "currency", "amount", "reference")
    found = books.table("receipts").filter(pl.struct(like).is_duplicated() & pl.col("reference").is_not_null())
    return found.select(pl.col("receipt_id").alias("subject"))


_ABOUT_CUSTOMERS = (
    ("registrations", "customer_id"),
    ("events", "event_id"),
    ("trade_references", "reference_id"),
    ("opinions", "opinion_id"),
    ("screenings", "screening_id"),
    ("admissions", "customer_id"),
    ("reviews", "review_id"),
    ("limits", "limit_id"),
    ("approvals", "approval_id"),
    ("contracts", "contract_id"),
    ("buyer_limits", "limit_id"),
)
"""Tables about customers, and the column by which a row of each is told."""

CHECKS: Sequence[Check] = (
    *(_law(name, rule) for name, table in TABLES.items() for rule in table.broken()),
    Check("journal.tie_out", "error", _journal_does_not_tie),
    _points("open_items", "customer_id", ("customers", "customer_id"), "item_id", "warning"),
    _points("receipts", "customer_id", ("customers", "customer_id"), "receipt_id", "warning"),
    _points("customers", "group_id", ("groups", "group_id"), "customer_id", "warning"),
    _points("allocations", "item_id", ("open_items", "item_id"), "allocation_id"),
    _points("disputes", "item_id", ("open_items", "item_id"), "dispute_id", "warning"),
    _points("promises", "customer_id", ("customers", "customer_id"), "promise_id", "warning"),
    _points("promises", "item_id", ("open_items", "item_id"), "promise_id", "warning"),
    _points("deliveries", "order_id", ("orders", "order_id"), "delivery_id", "warning"),
    _points("open_items", "delivery_id", ("deliveries", "delivery_id"), "item_id", "warning"),
    _points("bill_payments", "bill_id", ("bills", "bill_id"), "payment_id"),
    _points("bank_matches", "line_id", ("bank_lines", "line_id"), "match_id"),
    _points("payers", "customer_id", ("customers", "customer_id"), "payer_id", "warning"),
    *(_points(name, "customer_id", ("customers", "customer_id"), key, "warning") for name, key in _ABOUT_CUSTOMERS),
    _points("limits", "group_id", ("groups", "group_id"), "limit_id", "warning"),
    _points("buyer_limits", "policy_id", ("insurance_policies", "policy_id"), "limit_id", "warning"),
    Check("allocations.source.unknown", "error", _allocation_points_to_its_source),
    Check("allocations.beyond_item", "warning", _item_settled_beyond_its_face),
    Check("allocations.beyond_source", "error", _source_allocated_beyond_its_amount),
    Check("allocations.across_customers", "warning", _allocation_across_customers),
    Check("allocations.before_receipt", "warning", _allocated_before_it_was_there),
    Check("promises.across_customers", "warning", _promise_across_customers),
    Check("receipts.doubled", "warning", _looks_doubled),
    Check("open_items.due_far_away", "warning", _due_far_away),
    Check("currency.unheard_of", "error", _currency_unheard_of),
    Check("currency.no_rate", "error", _no_rate),
    Check("bank.opening_lines_closing", "error", _bank_does_not_add_up),
    Check("bank_matches.beyond_line", "error", _line_matched_beyond_its_amount),
    Check("bills.overpaid", "warning", _bill_paid_beyond_its_amount),
    Check("facilities.beyond_line", "warning", _drawn_beyond_the_line),
    Check("statements.balance", "error", _statement_does_not_balance),
)
"""Every check, in the order in which it is told."""

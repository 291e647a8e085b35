"""Gather: the postings of all sheets together: one customer under one id, nothing twice, then settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.intake.ledger.cells.terms import rule_of
from solvent.intake.ledger.rows.postings import POSTINGS
from solvent.intake.ledger.rows.settle import settle
from solvent.intake.ledger.rows.tables import customers_of, receivables

NOBODY = "?"
"""The customer of a row whose customer is not told: the row still shows."""
SAME = (
    "kind",
    "customer_id",
    "invoice_id",
    "receipt_id",
    "instalment",
    "line",
    "issued_on",
    "due_on",
    "currency",
    "amount",
    "open",
    "paid",
    "settled_on",
    "applies_to",
    "clearing_id",
)


@dataclass(frozen=True)
class Gathered:
    """Tables of the books out of postings; the rows that stood twice; what a reader has to know."""

    tables: dict[str, pl.DataFrame]
    doubled: pl.DataFrame
    problems: tuple[Problem, ...]


def gather(parts: Sequence[pl.DataFrame]) -> Gathered:
    """Everything that documents, receipts and accounts say, as tables of the books."""
    postings = pl.concat(parts) if parts else pl.DataFrame(schema=POSTINGS)
    problems: list[Problem] = []
    postings = _known_customers(postings, problems)
    numbered = pl.coalesce("invoice_id", "receipt_id").is_not_null()
    # A clearing list may show one payment in several equal lines; there the number alone makes no double.
    twice = numbered & pl.col("clearing_id").is_null() & ~pl.struct(SAME).is_first_distinct()
    doubled = postings.filter(twice).select("source", "sheet", "_row", "invoice_id")
    postings = postings.filter(~twice)
    nothing = postings.filter(pl.col("amount") == 0)
    if nothing.height:
        problems.append(Problem("intake.row.zero", "", {"count": nothing.height}))
    postings = _due(postings.filter(pl.col("amount") != 0), problems)
    state = settle(postings)
    tables = receivables(state)
    texts = postings.get_column("terms").drop_nulls().unique().to_list()
    rules = {text: rule_of(text) for text in texts}
    days = {text: rule[1] for text, rule in rules.items() if rule is not None and rule[0] < 0}
    tables["customers"] = customers_of(postings, days)
    return Gathered(tables, doubled, (*problems, *state.problems))


def _known_customers(postings: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """Each customer under its number where some row tells it, else under its name; names differ in more than blanks."""
    key = pl.col("customer_name").str.normalize("NFKC").str.replace_all(r"\s+", "").str.to_lowercase()
    told = postings.with_columns(key.alias("key"))
    both = told.filter(pl.col("customer_id").is_not_null() & pl.col("key").is_not_null())
    ids = both.group_by("key").agg(pl.col("customer_id").first(), pl.col("customer_id").n_unique().alias("many"))
    one = ids.filter(pl.col("many") == 1).select("key", pl.col("customer_id").alias("known_id"))
    names = told.filter(pl.col("key").is_not_null()).group_by("key", maintain_order=True)
    first = names.agg(pl.col("customer_name").first().alias("known_name"))
    told = told.join(one, on="key", how="left", maintain_order="left").join(
        first, on="key", how="left", maintain_order="left"
    )
    lost = told.filter(pl.coalesce("customer_id", "known_id", "known_name").is_null())
    if lost.height:
        problems.append(Problem("intake.customer_missing", "", {"count": lost.height}))
    who = pl.coalesce("customer_id", "known_id", "known_name").fill_null(NOBODY)
    return told.with_columns(who.alias("customer_id")).select(list(POSTINGS))


def _due(postings: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """Due days where a row tells none: by the customer's terms on other rows, else the day of issue, which is told."""
    missing = postings.filter(pl.col("due_on").is_null() & (pl.col("kind") == "invoice"))
    if missing.height:
        problems.append(Problem("intake.due_assumed", "", {"count": missing.height}))
    return postings.with_columns(pl.col("due_on").fill_null(pl.col("issued_on")))

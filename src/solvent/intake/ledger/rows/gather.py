"""Gather: the postings of all sheets together: one customer under one id, nothing twice, then settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.intake.ledger.cells.terms import due_on, rule_of
from solvent.intake.ledger.rows.places import rows_of
from solvent.intake.ledger.rows.postings import POSTINGS
from solvent.intake.ledger.rows.settle import settle
from solvent.intake.ledger.rows.tables import customers_of, receivables

NOBODY = "?"
"""The customer of a row whose customer is not told: the row still shows."""
MASTER = pl.Schema({"customer_id": pl.String, "customer_name": pl.String, "terms": pl.String})
OF_CUSTOMERS = ("customer_name", "group_id", "country", "region", "industry", "insured", "terms")
"""What postings say of their customer; not needed to settle them."""
_SPARSE = 0.4
"""Share of rows without a customer beyond which a list names each customer only once."""
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


def gather(parts: Iterable[pl.DataFrame], masters: Sequence[pl.DataFrame] = ()) -> Gathered:
    """Everything that documents, receipts and accounts say, as tables of the books.

    Args:
        parts: postings of each sheet.
        masters: lists of customers: ``customer_id``, ``customer_name``, ``terms`` (String).
    """
    postings, doubled, problems = _sound(parts, masters)
    texts = postings.get_column("terms").drop_nulls().unique().to_list()
    rules = {text: rule_of(text) for text in texts}
    days = {text: rule.days for text, rule in rules.items() if rule and rule.end is None and not rule.months}
    customers = customers_of(postings, days)
    state = settle(postings.drop(OF_CUSTOMERS))
    del postings
    tables = receivables(state) | {"customers": customers}
    return Gathered(tables, doubled, (*problems, *state.problems))


def located(parts: Iterable[pl.DataFrame], masters: Sequence[pl.DataFrame], table: str, key: str) -> pl.DataFrame:
    """The rows that made one row of a table, as ``gather`` makes it: source, sheet, _row.

    Args:
        key: the row's key in the table.
    """
    postings, _, _ = _sound(parts, masters)
    return rows_of(settle(postings.drop(OF_CUSTOMERS)), postings, table, key)


def _sound(
    parts: Iterable[pl.DataFrame], masters: Sequence[pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame, list[Problem]]:
    """The postings that count, each with its customer and due day; those that stood twice; what is to be known."""
    postings = pl.concat([pl.DataFrame(schema=POSTINGS), *parts])
    master = pl.concat(masters) if masters else pl.DataFrame(schema=MASTER)
    problems: list[Problem] = []
    postings = _known_customers(_filled_down(postings, problems), master, problems)
    postings, doubled = _once(postings)
    nothing = postings.filter(pl.col("amount") == 0)
    if nothing.height:
        problems.append(Problem("intake.row.zero", "", {"count": nothing.height}))
    return _due(postings.filter(pl.col("amount") != 0), master, problems), doubled, problems


def _once(postings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The postings without those that stand in an earlier row already, and those: source, sheet, _row, invoice_id.

    A clearing list may show one payment in several equal lines; there the number alone makes no double.
    """
    number = pl.coalesce("invoice_id", "receipt_id")
    again = number.is_not_null() & number.is_duplicated() & pl.col("clearing_id").is_null()
    suspects = postings.with_row_index("place").filter(again)
    twice = suspects.filter(~pl.struct(SAME).is_first_distinct())
    if twice.is_empty():
        return postings, twice.select("source", "sheet", "_row", "invoice_id")
    kept = ~pl.int_range(postings.height, dtype=pl.UInt32, eager=True).is_in(twice["place"].implode())
    return postings.filter(kept), twice.select("source", "sheet", "_row", "invoice_id")


def _filled_down(postings: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """Lists that name a customer once above its rows, as merged cells leave them: the name counts for the rows below.

    Only where the first row of a sheet names one and so many of the others do not that it cannot be an oversight.
    """
    nameless = pl.coalesce("customer_id", "customer_name").is_null()
    sheet = ("source", "sheet")
    sparse = (nameless.mean().over(sheet) > _SPARSE) & ~nameless.first().over(sheet) & (nameless.sum().over(sheet) > 1)
    found = postings.filter(sparse & nameless)
    if found.is_empty():
        return postings
    problems.append(Problem("intake.customer_filled_down", "", {"count": found.height}))
    names = pl.col("customer_id", "customer_name")
    return postings.with_columns(pl.when(sparse).then(names.forward_fill().over(sheet)).otherwise(names).name.keep())


def _known_customers(postings: pl.DataFrame, master: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """Each customer under its number where some row tells it, else under its name; names differ in more than blanks.

    A name in the column of numbers of one sheet, and in that of names of another, is one customer.
    """
    postings = _same_numbers(postings)
    pairs = postings.select("customer_id", "customer_name").unique(maintain_order=True)
    pairs = pairs.with_columns(_key(pl.col("customer_name")))
    both = pl.concat([pairs.select("key", "customer_id"), master.select(_key(pl.col("customer_name")), "customer_id")])
    both = both.filter(pl.col("customer_id").is_not_null() & pl.col("key").is_not_null())
    ids = both.group_by("key").agg(pl.col("customer_id").first(), pl.col("customer_id").n_unique().alias("many"))
    one = ids.filter(pl.col("many") == 1).select("key", pl.col("customer_id").alias("known_id"))
    named = one.select(pl.col("key").alias("id_key"), pl.col("known_id").alias("same_id"))
    first = pairs.filter(pl.col("key").is_not_null()).group_by("key").agg(pl.col("customer_name").min())
    pairs = (
        pairs.with_columns(_key(pl.col("customer_id")).alias("id_key"))
        .join(one, on="key", how="left", maintain_order="left")
        .join(named, on="id_key", how="left", maintain_order="left")
        .join(first.select("key", pl.col("customer_name").alias("known_name")), on="key", how="left")
    )
    who = pl.coalesce("same_id", "customer_id", "known_id", "known_name")
    both_names = ["customer_id", "customer_name"]
    pairs = pairs.select(*both_names, who.fill_null(NOBODY).alias("who"), who.is_null().alias("lost"))
    told = postings.join(pairs, on=both_names, how="left", nulls_equal=True, maintain_order="left")
    lost = int(told["lost"].sum())
    if lost:
        problems.append(Problem("intake.customer_missing", "", {"count": lost}))
    return told.with_columns(pl.col("who").alias("customer_id")).select(list(POSTINGS))


def _same_numbers(postings: pl.DataFrame) -> pl.DataFrame:
    """Numbers of customers that differ in width or blanks only, in the spelling that sorts first."""
    bare = pl.col("customer_id").str.normalize("NFKC").str.replace_all(r"\s+", "")
    spelled = postings.select("customer_id").drop_nulls().unique(maintain_order=True).with_columns(bare.alias("bare"))
    first = spelled.with_columns(pl.col("customer_id").min().over("bare").alias("as_first"))
    changed = first.filter(pl.col("as_first") != pl.col("customer_id")).drop("bare")
    if changed.is_empty():
        return postings
    joined = postings.join(changed, on="customer_id", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("as_first", "customer_id").alias("customer_id")).drop("as_first")


def _key(name: pl.Expr) -> pl.Expr:
    """A name without width, blanks and case."""
    bare = name.str.normalize("NFKC").str.replace_all(r"\s+", "").str.to_lowercase()
    return pl.when(bare != "").then(bare).alias("key")


def _due(postings: pl.DataFrame, master: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """Due days where a row tells none: by the customer's terms, else the day of issue, which is told.

    A customer's terms are those of the list of customers, else those of the last of its other rows that tells any.
    """
    missing = pl.col("due_on").is_null() & (pl.col("kind") == "invoice")
    if postings.filter(missing).is_empty():
        return postings
    listed = master.filter(pl.col("terms").is_not_null()).unique("customer_id", keep="first", maintain_order=True)
    others = postings.filter(pl.col("terms").is_not_null()).unique("customer_id", keep="last", maintain_order=True)
    agreed = pl.concat([listed.select("customer_id", "terms"), others.select("customer_id", "terms")])
    agreed = agreed.unique("customer_id", keep="first", maintain_order=True).rename({"terms": "agreed"})
    told = postings.join(agreed, on="customer_id", how="left", maintain_order="left")
    by_terms = due_on(told["agreed"].zip_with(told["terms"].is_null(), told["terms"]), told["issued_on"])
    told = told.with_columns(pl.when(missing).then(by_terms).otherwise("due_on").alias("due_on")).drop("agreed")
    bare = told.filter(missing)
    if bare.height:
        problems.append(Problem("intake.due_assumed", "", {"count": bare.height}))
    return told.with_columns(pl.col("due_on").fill_null(pl.col("issued_on")))

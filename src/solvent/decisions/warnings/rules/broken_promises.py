"""Broken promises: a customer said when it would pay, and did not (REQUIREMENTS RD-04)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.items import paid
from solvent.decisions.warnings.evidence.rows import days_since, key, keys, reading, total, worth
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class BrokenPromises(Terms, key="warnings.broken_promises"):
    """Which promises count, when one is kept, and where the lines lie."""

    days: int = term(90, unit="days since the promised day", source="own choice: a quarter")
    grace_days: int = term(3, unit="days after the promised day that keep it", source="own choice: a transfer's way")
    kept_share: float = term(
        0.95, unit="share of the money that keeps it", most=1, source="own choice: bank fees come off"
    )
    yellow: float = term(2.0, unit="promises broken, from it", source="own choice: one may be bad luck")
    orange: float = term(4.0, unit="promises broken, from it", source="own choice: it is a habit")
    red: float = term(6.0, unit="promises broken, from it", source="own choice: its word is worth nothing")


def read(view: View, terms: BrokenPromises) -> pl.DataFrame | None:
    """Of each customer that promised: how many promises of the last days it broke; withdrawn ones do not count.

    A promise on an item is kept by money on that item, one on the account by money on any, from the day it was made
    to the end of the grace. Without an amount it is about all that is open of it, on the account of what was due.
    Promises of amounts on the account that were given on one day are instalments: each is kept by money beyond what
    those before it were to bring.
    """
    books = view.books
    if not books.has("promises"):
        return None
    reach = terms.days + terms.grace_days
    ran_out = days_since(books, "promised_on") > terms.grace_days
    stands = pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > pl.col("promised_on"))
    plan = ("customer_id", "item_id", "made_on", "currency")
    upto = pl.col("promised").cum_sum().over(plan, order_by=("promised_on", "promise_id"))
    of_item = books.table("open_items").select("item_id", pl.col("currency").alias("of"))
    said = (
        books.table("promises")
        .filter(ran_out & stands)
        .join(of_item, on="item_id", how="left")
        .with_columns(
            pl.coalesce("currency", "of", pl.lit(books.currency)).alias("currency"),
            key("promises", "promise_id").alias("key"),
        )
        .with_columns(worth(books).alias("promised"))
        .with_columns(pl.when(pl.col("item_id").is_null()).then(upto).otherwise("promised").alias("upto"))
        .filter(days_since(books, "promised_on") <= reach)
    )
    told = _kept(said.join(_money(view), on="customer_id", how="left"), terms)
    counted = told.group_by("customer_id").agg(
        pl.col("broken").sum().cast(pl.Int64).alias("count"),
        pl.len().cast(pl.Int64).alias("promises"),
        pl.col("promised_on").filter("broken").max().alias("promised_on"),
        total(pl.coalesce("promised", "rest").filter("broken")).alias("promised_amount"),
        keys(by=pl.col("promised_on"), only=pl.col("broken")).alias("evidence"),
    )
    return reading(counted, "customer_id", pl.col("count"), "count", "promises", "promised_on", "promised_amount")


def _money(view: View) -> pl.LazyFrame:
    """What came on items, and what is still open of them (without paid_on): customer_id, on_item, due_on, paid_on,
    worth."""
    columns = ("customer_id", pl.col("item_id").alias("on_item"), "due_on", "paid_on", "worth")
    still = view.open_items.lazy().with_columns(pl.lit(None, dtype=pl.Date).alias("paid_on"))
    return pl.concat([paid(view.books, 400).select(columns), still.select(columns)])


def _kept(pairs: pl.LazyFrame, terms: BrokenPromises) -> pl.LazyFrame:
    """Each promise with ``broken``, out of its pairs with the money and the open items of its customer."""
    until = pl.col("promised_on") + pl.duration(days=terms.grace_days)
    account = pl.col("item_id").is_null()
    about = (
        pl.when(account).then(pl.col("due_on") < pl.col("made_on")).otherwise(pl.col("item_id") == pl.col("on_item"))
    )
    timely = pl.col("paid_on").is_between(pl.col("made_on"), until).fill_null(False)
    late = pl.col("paid_on").is_null() | (pl.col("paid_on") > until)
    keys_of = ("promise_id", "customer_id", "promised_on", "amount", "promised", "upto", "key")
    sums = pairs.group_by(keys_of).agg(
        pl.col("worth").filter(timely & (about | account)).sum().alias("came"),
        pl.col("worth").filter(late & about).sum().alias("rest"),
    )
    whole = pl.col("rest") <= (1 - terms.kept_share) * (pl.col("rest") + pl.col("came")) + 1e-6
    part = pl.col("came") >= terms.kept_share * pl.col("upto") - 1e-6
    kept = pl.when(pl.col("amount").is_null()).then(whole).otherwise(part | whole)
    return sums.with_columns((~kept).fill_null(False).alias("broken"))


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="times",
    owner="collections",
    terms=BrokenPromises,
    lines=lambda terms: Lines(terms.yellow, terms.orange, terms.red),
    read=read,
    proposes=("collect_first", "hold_supply"),
)

"""Question: what has to be matched: money that moved and is not explained, and what it may be the payment of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from solvent.books.books import Books

MONEY = {
    "source": pl.String, "source_id": pl.String, "customer_id": pl.String, "account_id": pl.String,
    "day_on": pl.Date, "currency": pl.String, "amount": pl.Int64, "payer": pl.String, "payer_account": pl.String,
    "reference": pl.String, "category": pl.String,
}  # fmt: skip
"""Money not yet explained. source: ``line`` (a bank line) or ``receipt`` (booked, and not applied to any item).
customer_id: of a receipt. amount: the unexplained rest, in positive, out negative, never zero."""


@dataclass(frozen=True)
class Question:
    """Everything that matching looks at; frames sorted, so that the answer does not depend on the order of rows.

    money: as MONEY. items: item_id, invoice_id, customer_id, issued_on, due_on, currency, open (what is owed, more than
    nothing). recorded: receipts that no bank line is matched with: receipt_id, customer_id, received_on, currency,
    amount, reference. customers: customer_id, name, tax_id. payers: customer_id, name, account.
    bills: bill_id, supplier_name, due_on, currency, open. paid_bills: bill payments without a bank line: payment_id,
    bill_id, supplier_name, paid_on, currency, amount. flows: planned flows not yet come true: flow_id,
    due_on, currency, amount (the rest, signed), category, counterparty, reference. accounts: numbers of our own
    accounts. rates: currency to the books' minor units for one.
    """

    money: pl.DataFrame
    items: pl.DataFrame
    recorded: pl.DataFrame
    customers: pl.DataFrame
    payers: pl.DataFrame
    bills: pl.DataFrame
    paid_bills: pl.DataFrame
    flows: pl.DataFrame
    accounts: frozenset[str]
    rates: Mapping[str, float] = field(default_factory=dict)


def question(books: Books) -> Question:
    """What the books leave unexplained at the end of ``as_of``."""
    matched = books.table("bank_matches")
    standing = books.journal.open_items(books.as_of).join(books.journal.customers.lazy(), on="customer_no")
    recorded = books.table("receipts").join(
        _seen(matched, "receipt"), left_on="receipt_id", right_on="target_id", how="anti"
    )
    return Question(
        money=pl.concat([_lines(books, matched), _rests(books, standing)])
        .sort("day_on", "source", "source_id")
        .collect(),
        items=_items(books, standing),
        recorded=recorded.select("receipt_id", "customer_id", "received_on", "currency", "amount", "reference")
        .sort("received_on", "receipt_id")
        .collect(),
        customers=books.table("customers").select("customer_id", "name", "tax_id").sort("customer_id").collect(),
        payers=pl.concat([books.table("payers").select("customer_id", "name", "account"), *_paid_before(books)])
        .unique()
        .sort(pl.all())
        .collect(),
        bills=_bills(books),
        paid_bills=_paid_bills(books, matched),
        flows=_flows(books, matched),
        accounts=frozenset(_accounts(books)),
        rates=dict(books.rates.select("currency", "factor").iter_rows()),
    )


def _lines(books: Books, matched: pl.LazyFrame) -> pl.LazyFrame:
    """Bank lines and what of them is not matched yet."""
    by_line = matched.group_by("line_id").agg(pl.col("amount").sum().alias("matched"))
    return (
        books.table("bank_lines")
        .join(by_line, on="line_id", how="left")
        .with_columns(pl.col("amount") - pl.col("matched").fill_null(0))
        .filter(pl.col("amount") != 0)
        .select(
            pl.lit("line").alias("source"),
            pl.col("line_id").alias("source_id"),
            pl.lit(None, dtype=pl.String).alias("customer_id"),
            "account_id",
            pl.col("booked_on").alias("day_on"),
            "currency",
            "amount",
            pl.col("counterparty").alias("payer"),
            pl.col("counterparty_account").alias("payer_account"),
            "reference",
            "category",
        )
    )


def _rests(books: Books, standing: pl.LazyFrame) -> pl.LazyFrame:
    """Receipts with a rest that no item takes."""
    nothing = pl.lit(None, dtype=pl.String)
    booked = books.table("receipts").select(pl.col("receipt_id").alias("source_id"), "received_on", "reference")
    return (
        standing.filter(pl.col("due_on").is_null() & (pl.col("amount") < 0))
        .select("customer_id", pl.col("item_id").alias("source_id"), "currency", -pl.col("amount"))
        .join(booked, on="source_id")
        .select(
            pl.lit("receipt").alias("source"),
            "source_id",
            "customer_id",
            nothing.alias("account_id"),
            pl.col("received_on").alias("day_on"),
            "currency",
            "amount",
            nothing.alias("payer"),
            nothing.alias("payer_account"),
            "reference",
            pl.lit("customer").alias("category"),
        )
    )


def _items(books: Books, standing: pl.LazyFrame) -> pl.DataFrame:
    owed = standing.filter(pl.col("due_on").is_not_null() & (pl.col("amount") > 0))
    return (
        owed.join(books.table("open_items").select("item_id", "invoice_id"), on="item_id", how="left")
        .select(
            "item_id",
            pl.col("invoice_id").fill_null(pl.col("item_id")),
            "customer_id",
            "issued_on",
            "due_on",
            "currency",
            pl.col("amount").alias("open"),
        )
        .sort("customer_id", "due_on", "item_id")
        .collect()
    )


def _paid_bills(books: Books, matched: pl.LazyFrame) -> pl.DataFrame:
    billed = books.table("bills").select("bill_id", "supplier_name", pl.col("currency").alias("billed"))
    return (
        books.table("bill_payments")
        .join(_seen(matched, "bill_payment"), left_on="payment_id", right_on="target_id", how="anti")
        .join(billed, on="bill_id", how="left")
        .select(
            "payment_id",
            "bill_id",
            "supplier_name",
            "paid_on",
            pl.coalesce("currency", "billed").alias("currency"),
            "amount",
        )
        .sort("paid_on", "payment_id")
        .collect()
    )


def _seen(matched: pl.LazyFrame, target: str) -> pl.LazyFrame:
    """Targets of which a bank line is known already; those taken back are not."""
    sums = matched.filter(pl.col("target") == target).group_by("target_id").agg(pl.col("amount").sum())
    return sums.filter(pl.col("amount") != 0).select("target_id")


def _paid_before(books: Books) -> list[pl.LazyFrame]:
    """Names and accounts under which lines came that are matched with receipts of one customer, twice at least."""
    standing = (
        books.table("bank_matches")
        .filter(pl.col("target") == "receipt")
        .group_by("line_id", "target_id")
        .agg(pl.col("amount").sum().alias("matched"))
        .filter(pl.col("matched") != 0)
    )
    seen = standing.join(books.table("bank_lines"), on="line_id").join(
        books.table("receipts").select(pl.col("receipt_id").alias("target_id"), "customer_id"), on="target_id"
    )
    empty = pl.lit(None, dtype=pl.String)
    made = []
    for column, name, account in (
        ("counterparty", pl.col("counterparty"), empty),
        ("counterparty_account", empty, pl.col("counterparty_account")),
    ):
        sure = (
            seen.filter(pl.col(column).is_not_null())
            .group_by(column)
            .agg(pl.col("customer_id").n_unique().alias("many"), pl.len().alias("times"), pl.col("customer_id").first())
            .filter((pl.col("many") == 1) & (pl.col("times") >= 2))
        )
        made.append(sure.select("customer_id", name.alias("name"), account.alias("account")))
    return made


def _bills(books: Books) -> pl.DataFrame:
    paid = books.table("bill_payments").group_by("bill_id").agg(pl.col("amount").sum().alias("paid"))
    return (
        books.table("bills")
        .join(paid, on="bill_id", how="left")
        .with_columns((pl.col("amount") - pl.col("paid").fill_null(0)).alias("open"))
        .filter(pl.col("open") > 0)
        .select("bill_id", "supplier_name", "due_on", "currency", "open")
        .sort("due_on", "bill_id")
        .collect()
    )


def _flows(books: Books, matched: pl.LazyFrame) -> pl.DataFrame:
    come = (
        matched.filter(pl.col("target") == "planned_flow")
        .group_by("target_id")
        .agg(pl.col("amount").sum().alias("come"))
        .rename({"target_id": "flow_id"})
    )
    return (
        books.table("planned_flows")
        .join(come, on="flow_id", how="left")
        .with_columns(pl.col("amount") - pl.col("come").fill_null(0))
        .filter(pl.col("amount") != 0)
        .select("flow_id", "due_on", "currency", "amount", "category", "counterparty", "reference")
        .sort("due_on", "flow_id")
        .collect()
    )


def _accounts(books: Books) -> list[str]:
    frames = [books.table(name).select("account_id") for name in ("bank_accounts", "bank_lines", "balances")]
    return pl.concat(frames).unique().collect().get_column("account_id").to_list()

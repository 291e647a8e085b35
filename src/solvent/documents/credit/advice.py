"""Advice: the sheet that one can send to a customer: what would raise its standing with us, in plain words.

The sheet goes out of the house: it tells the customer's own figures and from where they would help, and none of our
points, grades or limits, nor anything that somebody else told us in confidence.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from solvent.base.money import digits
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.credit import Credit
from solvent.credit.grading.grade import factors
from solvent.decisions.limits.order.rules.overdue_days import OverdueDays
from solvent.documents.content import (
    Block,
    Document,
    Heading,
    Paragraph,
    Points,
    Row,
    Table,
    count,
    day,
    days,
    money,
    text,
    word,
)
from solvent.documents.credit.granted import factor_value
from solvent.documents.credit.identity import newest, of_customer

OURS = (
    "payment_index",
    "recent_delay_days",
    "on_time_share",
    "oldest_overdue_days",
    "broken_promises",
    "delay_rise_days",
)
"""Factors out of our own dealings, which the customer can change at once."""
MOST = 6


def advice_sheet(
    books: Books, credit: Credit, advice: pl.DataFrame, policy: Policy, customer: str, *, from_whom: str | None = None
) -> Document:
    """What would raise the customer's standing (REQUIREMENTS CR-10), most first.

    Args:
        advice: customer_id, factor, from_value, to_value (Float64; from_value empty: not known to us), points_gain,
            grade_after; rows of other customers are left out, and so is what gains nothing.
        from_whom: our own name, as it signs.
    """
    ours = newest(of_customer(books, "customers", customer), "recorded_on")
    name = text(ours.get("name") or customer)
    mine = advice.filter((pl.col("customer_id") == customer) & (pl.col("points_gain") > 0))
    mine = mine.sort("points_gain", descending=True, maintain_order=True).head(MOST)
    units = {factor.name: factor.shape.unit for factor in factors(policy)}
    blocks: list[Block] = [Paragraph("advice.greeting", {"name": name}), Paragraph("advice.thanks")]
    if mine.is_empty():
        blocks.append(Paragraph("advice.nothing", tone="good"))
    else:
        blocks.append(Paragraph("advice.why", {"day": day(books.as_of)}))
        blocks += _steps(mine, units)
    blocks += _overdue(books, customer, policy)
    lacking = credit.files.parts.filter((pl.col("customer_id") == customer) & (pl.col("part") == "statements"))
    if lacking.filter(pl.col("state") != "fresh").height:
        blocks.append(Paragraph("advice.statements"))
    blocks += [Paragraph("advice.end"), Paragraph("advice.promise_nothing")]
    if from_whom:
        blocks.append(Paragraph("advice.signed", {"from": text(from_whom)}))
    return Document("advice", "advice.title", {"name": name, "day": day(books.as_of)}, books.as_of, tuple(blocks))


def _steps(mine: pl.DataFrame, units: Mapping[str, str]) -> list[Block]:
    rows: list[Row] = []
    points = []
    for row in mine.iter_rows(named=True):
        factor = row["factor"]
        told, wanted = factor_value(factor, row["from_value"], units), factor_value(factor, row["to_value"], units)
        rows.append((word("factor", factor), told, wanted))
        points.append(("advice.how", {"how": word("how", factor)}))
    return [
        Heading("advice.steps"),
        Table("advice.table", ("advised", "now", "helps_from"), rows),
        Paragraph("advice.hows"),
        Points(points, ordered=True),
    ]


def _overdue(books: Books, customer: str, policy: Policy) -> list[Block]:
    """What is overdue with us today, which can be changed at once; disputed items and small rests are left out."""
    small = policy.terms(OverdueDays).small_amount
    disputed = books.table("disputes").filter(pl.col("closed_on").is_null()).select("item_id").unique()
    mine = books.journal.customers.filter(pl.col("customer_id") == customer).get_column("customer_no")
    items = (
        books.journal.open_items(books.as_of)
        .filter(pl.col("customer_no").is_in(mine.to_list()), pl.col("due_on") < books.as_of, pl.col("amount") > 0)
        .join(disputed, on="item_id", how="anti")
        .sort("due_on", "item_id")
        .collect()
    )
    scales = {code: round(small * 10 ** digits(code)) for code in items.get_column("currency").unique()}
    least = pl.col("currency").replace_strict(scales, default=0, return_dtype=pl.Int64)
    items = items.filter(pl.col("amount") >= least)
    if items.is_empty():
        return []
    rows = [
        (text(row["item_id"]), day(row["due_on"]), days((books.as_of - row["due_on"]).days),
         money(row["amount"], row["currency"]))
        for row in items.head(20).iter_rows(named=True)
    ]  # fmt: skip
    told: list[Block] = [
        Heading("advice.overdue", level=3),
        Table("advice.overdue.table", ("item", "due_on", "days_past_due", "open_amount"), rows),
    ]
    if items.height > len(rows):
        told.append(Paragraph("report.more", {"count": count(items.height - len(rows))}))
    return told

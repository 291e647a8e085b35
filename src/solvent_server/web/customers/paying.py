"""Paying: the picture of how one customer paid, and the table behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.documents.paid import MONTHS
from solvent_server.web.charts.chart import Chart, month
from solvent_server.web.charts.trade import Paid, payments
from solvent_server.web.customers.frames import table_of
from solvent_server.web.parts.page import Look

DOTS = 400
"""So many of the newest payments are drawn; the months count all of them."""


@dataclass(frozen=True)
class Month:
    """One month in words."""

    name: str
    payments: str
    amount: str
    delay: str
    late: str


@dataclass(frozen=True)
class Picture:
    """The chart, and its months in words, the newest first."""

    chart: Chart
    months: Sequence[Month]


def paying(look: Look, customer_id: str) -> Picture | None:
    """How the customer paid; None where it paid nothing, or the assessment was made before payments were kept."""
    assert look.kept is not None
    kept, language = look.kept, look.language
    table = table_of(kept, "paid")
    if table is None:
        return None
    rows = table.filter(pl.col("customer_id") == customer_id).collect()
    by_month = _by_month(rows)
    dots = [
        Paid(
            row["item_id"], row["paid_on"], row["due_on"], row["delay_days"],
            f"{language.money(row['amount'], row['currency'])} {language.currency(row['currency'])}",
        )
        for row in rows.tail(DOTS).iter_rows(named=True)
    ]  # fmt: skip
    means = {row["month_end"]: row["delay"] for row in by_month.iter_rows(named=True) if row["delay"] is not None}
    dots += _waiting(look, customer_id)
    chart = payments(dots, means, kept.as_of, MONTHS, language)
    if chart is None:
        return None
    months = [
        Month(
            month(row["month_end"], language),
            language.count(row["payments"]),
            language.money(row["worth"], kept.currency),
            language.days(row["delay"]),
            language.share(row["late"]),
        )
        for row in by_month.reverse().iter_rows(named=True)
    ]
    return Picture(chart, months)


def _by_month(rows: pl.DataFrame) -> pl.DataFrame:
    """Payments of each month, the oldest first: how many, what they are worth, and their mean delay by it."""
    weight, delay = pl.col("worth"), pl.col("delay_days")
    return (
        rows.group_by(pl.col("paid_on").dt.month_end().alias("month_end"))
        .agg(
            pl.len().alias("payments"),
            pl.when(weight.null_count() == 0).then(weight.sum()).alias("worth"),
            pl.when(weight.sum() > 0).then((weight * delay).sum() / weight.sum()).alias("delay"),
            pl.when(weight.sum() > 0).then(weight.filter(delay > 0).sum() / weight.sum()).alias("late"),
        )
        .sort("month_end")
    )


def _waiting(look: Look, customer_id: str) -> Sequence[Paid]:
    """What is open and past due."""
    assert look.kept is not None
    frame = table_of(look.kept, "items")
    if frame is None:
        return []
    late = (pl.col("customer_id") == customer_id) & (pl.col("days_past_due") > 0) & (pl.col("open") > 0)
    found = frame.filter(late).sort("open", descending=True).head(DOTS).collect()
    return [_open(row, look, look.kept.as_of) for row in found.iter_rows(named=True)]


def _open(row: Mapping[str, object], look: Look, on: date) -> Paid:
    language, due, open_amount = look.language, row["due_on"], row["open"]
    assert isinstance(due, date)
    assert isinstance(open_amount, int)
    currency = str(row["currency"])
    amount = f"{language.money(open_amount, currency)} {language.currency(currency)}"
    return Paid(str(row["item_id"]), on, due, (on - due).days, amount, open=True, to="?sort=-days_past_due#items")

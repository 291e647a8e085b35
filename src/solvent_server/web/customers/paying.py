"""Paying: the picture of how one customer paid, the table behind it, and when it is likely to pay what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

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
            f"{language.money(row['amount'], row['currency'])}\u00a0{language.currency(row['currency'])}",
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


STEPS = (14, 28, 56)
"""Days ahead up to which likely payments are added together, one step after the other."""


@dataclass(frozen=True)
class Expected:
    """When what is open is likely to be paid. next_on, next_amount: the first day, and all of that day; empty where
    nothing is expected. steps: up to which day, how much, and how many items; the last two steps may be what comes
    later and what nobody expects any more."""

    next_on: str
    next_amount: str
    steps: Sequence[tuple[str, str, str]]


def expected(look: Look, customer_id: str) -> Expected | None:
    """When the customer is likely to pay what it owes, each item on its likely day; None where nothing is open."""
    assert look.kept is not None
    frame, language, today = table_of(look.kept, "items"), look.language, look.kept.as_of
    if frame is None:
        return None
    rows = frame.filter(pl.col("customer_id") == customer_id, pl.col("open") > 0).collect()
    if rows.is_empty():
        return None
    days = (pl.col("likely_on") - pl.lit(today)).dt.total_days()
    place = pl.lit(0) + sum((days > ahead).cast(pl.Int64) for ahead in STEPS)
    parts = rows.with_columns(place.fill_null(len(STEPS) + 1).alias("place")).partition_by("place", as_dict=True)
    ends = [language.day(today + timedelta(days=ahead)) for ahead in STEPS]
    heads = [look.say("until {day}", day=ends[0]), *(look.say("then until {day}", day=day) for day in ends[1:])]
    heads += [look.say("after {day}", day=ends[-1]), look.say("payment is not expected")]
    steps = [
        (head, _sums(part, look), language.count(part.height))
        for number, head in enumerate(heads)
        if (part := parts.get((number,))) is not None
    ]
    first = rows.get_column("likely_on").drop_nulls().clip(today).min()
    if not isinstance(first, date):
        return Expected("", "", steps)
    return Expected(language.day(first), _sums(rows.filter(pl.col("likely_on").clip(today) == first), look), steps)


def _sums(rows: pl.DataFrame, look: Look) -> str:
    """What is open, currency by currency, the largest first."""
    told = rows.group_by("currency").agg(pl.col("open").sum()).sort("open", descending=True)
    money, code = look.language.money, look.language.currency
    return " + ".join(f"{code(currency)}\u00a0{money(amount, currency)}" for currency, amount in told.iter_rows())

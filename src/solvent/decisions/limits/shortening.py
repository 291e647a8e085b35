"""Shortening: terms made shorter in steps: who is asked, what each step does to cash, what a running test has shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.decisions.liquidity.gap import DEFAULTS as GAPS
from solvent.decisions.liquidity.gap import Gaps
from solvent.decisions.liquidity.stress.answers import Answers, answers
from solvent.measures.sums import sums
from solvent.simulation.bending.shift import moved_by
from solvent.simulation.horizon import Floats
from solvent.simulation.paths import CashPaths

STEPS = ("new_products", "by_order_size", "weekly_settlement")
"""In the order in which they are taken (REQUIREMENTS CR-08)."""


@dataclass(frozen=True)
class Shortening(Terms, key="limits.shortening"):
    """What each step changes; what customers answer is entered, and nothing is lost until somebody says so."""

    fewest_days: int = term(
        7, unit="days over the terms of its grade, a candidate from it", source="own choice: a week is worth the talk"
    )
    most: int = term(20, unit="candidates", source="own choice: a campaign that a small team can run")
    new_share: float = term(0.10, unit="share of sales that are new products", most=1, source="own choice: a tenth")
    new_days: int = term(30, unit="days of terms on new products", source="REQUIREMENTS CR-08; days ours")
    discount_share: float = term(0.02, unit="cash discount on new products", source="REQUIREMENTS CR-08; 2/10 ours")
    discount_days: int = term(10, unit="days within which the discount is given", source="own choice: 2/10")
    take_up: float = term(
        0.3,
        unit="share of new products' sales paid with the discount",
        most=1,
        source="own choice until a test has run",
    )
    small_share: float = term(
        0.5, unit="share of sales in orders of less than the usual size", most=1, source="own choice: half"
    )
    small_days: int = term(15, unit="days fewer for small orders", source="REQUIREMENTS CR-08; days ours")
    lost_share: float = term(0.0, unit="share of touched sales that is lost", most=1, source="entered; none by default")
    cost_share: float = term(
        0.70, unit="share of sales that goods cost", most=1, source="own choice: a trader's margin"
    )
    rate_weeks: int = term(4, unit="last weeks whose mean follows the horizon", source="own choice: one month")


DEFAULTS = Shortening()


def candidates(customers: pl.DataFrame, terms: Shortening = DEFAULTS) -> pl.DataFrame:
    """With whom to talk first: longer terms than its grade is given, and the most money in them.

    Args:
        customers: ``customer_id``, ``agreed_days``, ``grade_days`` (Int64; either empty: not known, no candidate),
            ``purchases_year`` (Int64, minor units).

    Returns: customer_id, agreed_days, grade_days, days_over (Int64), purchases_year, tied_up (Int64: money that the
        days over bind, minor units), the most money first.
    """
    over = pl.col("agreed_days") - pl.col("grade_days")
    bound = (pl.col("purchases_year") * over / 365.0).round(0).cast(pl.Int64)
    return (
        customers.with_columns(over.alias("days_over"), bound.alias("tied_up"))
        .filter((pl.col("days_over") >= terms.fewest_days) & (pl.col("purchases_year") > 0))
        .sort("tied_up", "customer_id", descending=[True, False])
        .head(terms.most)
        .select("customer_id", "agreed_days", "grade_days", "days_over", "purchases_year", "tied_up")
    )


def settlement_gain(before_days: int = 30, after_days: int = 7) -> float:
    """Days by which money comes earlier where deliveries of fewer days are settled together.

    A delivery waits for the end of its period half of it on average: from monthly to weekly eleven and a half days.

    >>> settlement_gain()
    11.5
    """
    return (before_days - after_days) / 2.0


@dataclass(frozen=True)
class Step:
    """One step on the same paths; money in minor units over the horizon, unless a year is named.

    share: of all sales to come that it touches; days: by which their receipts come earlier, on average. before, after:
    as ``answers`` tells them. freed: mean change of cash at the end of the horizon. discount: what the discount costs
    there; lost_margin: margin of the sales lost there.
    """

    step: str
    share: float
    days: float
    before: Answers
    after: Answers
    freed: int
    discount: int
    lost_margin: int


def steps(
    paths: CashPaths, share: float, *, terms_days: float, line: float, terms: Shortening = DEFAULTS, gaps: Gaps = GAPS
) -> list[Step]:
    """What each of STEPS does to the cash line, each by itself.

    Only receipts of invoices to come move: what is owed today stays under the terms it was sold on. The customers'
    receipts are taken to be spread over time as all receipts of sales to come are.

    Args:
        share: of all sales to come, what the chosen customers buy. terms_days: theirs today, the mean by sales. line:
            what cash must not fall under.
    """
    told = answers(paths, line, gaps)
    flow = paths.flow("receipts_sales")
    size = float(flow.sum(axis=1).mean())
    rows = []
    for name in STEPS:
        touched, days, paid, cut = _of_step(name, terms_days, terms)
        part = share * touched
        kept = 1.0 - terms.lost_share
        changed = flow * (1.0 - part)
        for portion, earlier in paid:
            discount = cut if portion is paid[0][0] and cut else 0.0
            changed = changed + part * portion * kept * (1.0 - discount) * _earlier(flow, paths, earlier, terms)
        saved = _saved(paths, part * terms.lost_share, terms)
        after = paths.replaced({"receipts_sales": changed}) if saved is None else paths.replaced(
            {"receipts_sales": changed, "suppliers_future": saved}
        )  # fmt: skip
        taken = part * paid[0][0] * kept * cut * float(_earlier(flow, paths, paid[0][1], terms).sum(axis=1).mean())
        rows.append(
            Step(
                step=name,
                share=part,
                days=days,
                before=told,
                after=answers(after, line, gaps),
                freed=round(float((after.balance[:, -1] - paths.balance[:, -1]).mean())),
                discount=round(taken),
                lost_margin=round(size * part * terms.lost_share * (1.0 - terms.cost_share)),
            )
        )
    return rows


def _of_step(name: str, terms_days: float, terms: Shortening) -> tuple[float, float, list[tuple[float, float]], float]:
    """Share of sales touched; mean days earlier; (portion, days earlier) of it; discount on the first portion."""
    if name == "new_products":
        plain = max(terms_days - terms.new_days, 0.0)
        cash = max(terms_days - terms.discount_days, 0.0)
        parts = [(terms.take_up, cash), (1.0 - terms.take_up, plain)]
        return terms.new_share, terms.take_up * cash + (1.0 - terms.take_up) * plain, parts, terms.discount_share
    if name == "by_order_size":
        days = float(min(terms.small_days, terms_days))
        return terms.small_share, days, [(1.0, days)], 0.0
    days = min(settlement_gain(), terms_days)
    return 1.0, days, [(1.0, days)], 0.0


def _earlier(flow: Floats, paths: CashPaths, days: float, terms: Shortening) -> Floats:
    """Receipts of sales to come, so many days earlier; sales go on beyond the horizon."""
    return moved_by(flow, paths.horizon, -days, terms.rate_weeks) if days > 0 else flow


def _saved(paths: CashPaths, lost: float, terms: Shortening) -> Floats | None:
    """Bills to come without the goods of lost sales; None where nothing is lost or no such bills are known."""
    if lost <= 0 or "suppliers_future" not in paths.flows:
        return None
    sold = float(paths.flow("receipts_sales").sum(axis=1).mean()) * lost * terms.cost_share
    bills = paths.flow("suppliers_future")
    total = -float(bills.sum(axis=1).mean())
    return bills * (1.0 - min(sold / total, 1.0)) if total > 0 else None


@dataclass(frozen=True)
class BeforeAfter:
    """A running test, by the books: the customers asked beside all others, before and after its first day.

    table: group (``asked``, ``others``), period (``before``, ``after``), invoices (Int64), paid, invoiced (Int64, minor
    units), terms_days, days_to_pay (Float64, by amount, of what was paid within ``window_days`` of its invoice),
    discount (Int64, minor units, taken), discount_share (Float64, of what was invoiced), purchases_month (Int64).
    effect_days: change of days to pay of those asked less that of the others; None: one of the four is not known.
    purchases_effect: change of monthly purchases of those asked over that of the others, a share; None: not known.
    window_days: after which every invoice of either period has had as long to be paid.
    """

    table: pl.DataFrame
    effect_days: float | None
    purchases_effect: float | None
    window_days: int


def before_after(books: Books, asked: list[str], started_on: date, window_days: int = 60) -> BeforeAfter:
    """Before and after of a test that began on ``started_on``, over as long a time before as there has been since.

    Invoices of both periods are looked at for the same number of days each, so that the younger ones, of which the slow
    are still unpaid, do not look faster than they are. An invoice that is younger than that is left out.

    Args:
        asked: customer_id of those on the new terms.
    """
    last = books.as_of - timedelta(days=window_days)
    length = (last - started_on).days + 1
    periods = {
        "before": (started_on - timedelta(days=max(length, 0)), started_on),
        "after": (started_on, last + timedelta(days=1)),
    }
    events = (
        books.events().filter(pl.col("due_on").is_not_null()).join(books.journal.customers.lazy(), on="customer_no")
    )
    group = pl.when(pl.col("customer_id").is_in(asked)).then(pl.lit("asked")).otherwise(pl.lit("others"))
    period = pl.lit(None, dtype=pl.String)
    for name, (begin, end) in periods.items():
        period = (
            pl.when((pl.col("issued_on") >= begin) & (pl.col("issued_on") < end)).then(pl.lit(name)).otherwise(period)
        )
    within = (pl.col("event_on") - pl.col("issued_on")).dt.total_days()
    rows = events.with_columns(group.alias("group"), period.alias("period"), within.alias("age")).filter(
        pl.col("period").is_not_null() & (pl.col("age") <= window_days)
    )
    terms_days = (pl.col("due_on") - pl.col("issued_on")).dt.total_days()
    kind, amount = pl.col("kind"), pl.col("amount")
    cells = {
        "invoiced": pl.when(kind == "invoice").then(amount).otherwise(0),
        "term_money": pl.when(kind == "invoice").then(amount * terms_days).otherwise(0),
        "paid": pl.when(kind == "receipt").then(-amount).otherwise(0),
        "paid_money": pl.when(kind == "receipt").then(-amount * pl.col("age")).otherwise(0),
        "discount": pl.when(kind == "discount").then(-amount).otherwise(0),
    }
    flat = rows.select("group", "period", "currency", *(cell.alias(name) for name, cell in cells.items()))
    money = sums(flat, books, "group", "period", amounts=tuple(cells))
    count = rows.filter(kind == "invoice").group_by("group", "period").agg(pl.len().cast(pl.Int64).alias("invoices"))
    months = max(length, 1) / (365.0 / 12.0)
    told = count.join(money, on=["group", "period"], how="left").select(
        "group", "period", "invoices", "paid", "invoiced",
        pl.when(pl.col("invoiced") > 0).then(pl.col("term_money") / pl.col("invoiced")).alias("terms_days"),
        pl.when(pl.col("paid") > 0).then(pl.col("paid_money") / pl.col("paid")).alias("days_to_pay"),
        "discount",
        pl.when(pl.col("invoiced") > 0).then(pl.col("discount") / pl.col("invoiced")).alias("discount_share"),
        (pl.col("invoiced") / months).round(0).cast(pl.Int64).alias("purchases_month"),
    )  # fmt: skip
    table = told.sort("group", "period", descending=[False, True]).collect(engine="streaming")
    return BeforeAfter(table, _effect(table, "days_to_pay"), _growth(table), window_days)


def _cell(table: pl.DataFrame, group: str, period: str, column: str) -> float | None:
    found = table.filter((pl.col("group") == group) & (pl.col("period") == period)).get_column(column)
    return None if found.is_empty() or found.item(0) is None else float(found.item(0))


def _effect(table: pl.DataFrame, column: str) -> float | None:
    """Difference in differences: what changed with those asked and not with the others."""
    cells = [_cell(table, group, period, column) for group in ("asked", "others") for period in ("after", "before")]
    if any(cell is None for cell in cells):
        return None
    after, before, other_after, other_before = (float(cell or 0.0) for cell in cells)
    return (after - before) - (other_after - other_before)


def _growth(table: pl.DataFrame) -> float | None:
    cells = [
        _cell(table, group, period, "purchases_month")
        for group in ("asked", "others")
        for period in ("after", "before")
    ]
    after, before, other_after, other_before = cells
    if after is None or not before or not other_after or not other_before:
        return None
    return (after / before) / (other_after / other_before) - 1.0


def yearly_share(purchases: int, sales: int) -> float:
    """What customers buy of all sales, between 0 and 1; nothing where nothing is sold."""
    return float(np.clip(purchases / sales, 0.0, 1.0)) if sales > 0 else 0.0

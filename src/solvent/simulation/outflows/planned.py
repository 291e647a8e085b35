"""Planned: flows entered by hand: which are still to come, and which recurring flows they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.books.cash import INTERNAL
from solvent.measures.company.payables import open_bills
from solvent.simulation.horizon import Floats, Horizon
from solvent.simulation.outflows.drawing import binned_days
from solvent.simulation.outflows.lines import CUSTOMER, SUPPLIER, Past
from solvent.simulation.outflows.paydays import AFTER, Paydays, month_number
from solvent.simulation.outflows.recurring import Stream, kind_of


@dataclass(frozen=True)
class Planned(Terms, key="simulation.outflows.planned"):
    """When a plan counts as come true, and how long one is waited for."""

    near_days: int = term(
        10, unit="days between a plan and the line or bill that is it", source="own choice: one pay run"
    )
    early_days: int = term(3, unit="days before its day that a line may be it", source="own choice: a weekend")
    near_share: float = term(0.05, unit="difference of amount up to which it is", source="own choice: fees, rounding")
    late_days: int = term(30, unit="days a plan is waited for after its day", source="own choice: a month")


DEFAULTS = Planned()

OPEN = {
    "flow_id": pl.String, "due_on": pl.Date, "day": pl.Int64, "category": pl.String, "counterparty": pl.String,
    "amount": pl.Float64, "left": pl.Float64, "kind": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Plans:
    """Planned flows; frozen.

    open: OPEN: those still to come: day (ordinal; when it is paid), amount (whole), left (what of it is not yet paid;
    both in minor units of the books' currency, out negative), kind of flow. every: the same of all plans, come true
    or not.
    """

    open: pl.DataFrame
    every: pl.DataFrame
    problems: Sequence[Problem]


def plans(books: Books, past: Past, calendar: Paydays, terms: Planned = DEFAULTS) -> Plans:
    """The plans that neither a bank line nor a bill has made true.

    A plan is true where matches name bank lines for all of it, or where a line of its category, or an open bill, has
    its amount within days. A plan whose day is over is waited for; without bank data nobody knows, and it is left out.
    """
    raw = books.table("planned_flows").collect()
    problems: list[Problem] = []
    customers = raw.filter(pl.col("category") == CUSTOMER)
    if customers.height:
        problems.append(Problem("outflows.plan_of_customers", "", {"plans": customers.height}))
    rows = _rated(books, raw.filter(~pl.col("category").is_in([CUSTOMER, *INTERNAL])), problems)
    every = rows.with_columns(
        pl.Series("kind", [kind_of(c, 1 if a > 0 else -1) for c, a in rows.select("category", "amount").iter_rows()],
                  dtype=pl.String),
        pl.Series("day", _days(rows["due_on"].to_list(), calendar, books.as_of), dtype=pl.Int64),
    ).select(list(OPEN))  # fmt: skip
    waiting = every.filter(pl.col("left").abs() > terms.near_share * pl.col("amount").abs())
    waiting = _untrue(books, past, waiting, terms)
    over = pl.col("due_on") <= books.as_of
    soonest = books.as_of - timedelta(days=terms.late_days)
    lost = waiting.filter(over if past.seen_to is None else pl.col("due_on") < soonest)
    late = waiting.filter(over & ~pl.col("flow_id").is_in(lost["flow_id"].implode()))
    if lost.height:
        problems.append(Problem("outflows.plan_unrealised", "", {"plans": lost.height, "first_on": _first(lost)}))
    if late.height:
        problems.append(Problem("outflows.plan_late", "", {"plans": late.height, "first_on": _first(late)}))
    still = waiting.filter(~pl.col("flow_id").is_in(lost["flow_id"].implode()))
    return Plans(still.sort("day", "flow_id"), every, tuple(problems))


def _first(rows: pl.DataFrame) -> str:
    day = rows["due_on"].min()
    return day.isoformat() if isinstance(day, date) else ""


def _days(due: Sequence[date], calendar: Paydays, as_of: date) -> Sequence[int]:
    """When plans are paid: on their day, moved to a working day; what is late on the next one after ``as_of``."""
    own = np.array([max(day.toordinal(), as_of.toordinal() + 1) for day in due], dtype=np.int64)
    return [int(day) for day in calendar.moved(own, AFTER)]


def _rated(books: Books, raw: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """Plans in the books' currency with what matches left of them; those without a rate are told and left out."""
    matched = (
        books.table("bank_matches")
        .filter(pl.col("target") == "planned_flow")
        .group_by(pl.col("target_id").alias("flow_id"))
        .agg(pl.col("amount").sum().alias("matched"))
        .collect()
    )
    rows = raw.join(matched, on="flow_id", how="left", maintain_order="left").join(
        books.rates, on="currency", how="left", maintain_order="left"
    )
    unrated = rows.filter(pl.col("factor").is_null())
    if unrated.height:
        currencies = ", ".join(sorted(unrated["currency"].unique()))
        problems.append(Problem("outflows.no_rate", "", {"currencies": currencies, "rows": unrated.height}))
    left = pl.col("amount") - pl.col("matched").fill_null(0)
    # More than planned is no less true: what is left never changes sign.
    left = pl.when(left * pl.col("amount") > 0).then(left).otherwise(0)
    return rows.filter(pl.col("factor").is_not_null()).select(
        "flow_id",
        "due_on",
        "category",
        pl.col("counterparty").fill_null("").str.strip_chars().str.to_uppercase(),
        (pl.col("amount") * pl.col("factor")).alias("amount"),
        (left * pl.col("factor")).alias("left"),
    )


def _untrue(books: Books, past: Past, waiting: pl.DataFrame, terms: Planned) -> pl.DataFrame:
    """Plans less those that a bank line without a match, or for suppliers an open bill, has made true."""
    named = books.table("bank_matches").select("line_id").unique().collect()["line_id"]
    lines = past.lines.filter(~pl.col("line_id").is_in(named.implode()))
    seen = list(lines.select("line_id", "day", "category", "amount").iter_rows())
    bills = open_bills(books).filter(pl.col("amount") > 0).collect().join(books.rates, on="currency")
    seen += [
        (bill, day.toordinal(), SUPPLIER, -amount * factor)
        for bill, day, amount, factor in bills.select("bill_id", "due_on", "amount", "factor").iter_rows()
    ]
    by_category: dict[str, list[tuple[str, int, float]]] = {}
    for name, day, category, amount in seen:
        by_category.setdefault(category, []).append((name, day, amount))
    taken: set[str] = set()
    true = []
    for flow, due, category, amount in (
        waiting.sort("due_on").select("flow_id", "due_on", "category", "left").iter_rows()
    ):
        near = [
            (abs(day - due.toordinal()), name)
            for name, day, told in by_category.get(category, ())
            if name not in taken
            and -terms.early_days <= day - due.toordinal() <= terms.near_days
            and abs(told - amount) <= terms.near_share * abs(amount)
        ]
        if near:
            taken.add(min(near)[1])
            true.append(flow)
    return waiting.filter(~pl.col("flow_id").is_in(true))


def flows_of(told: Plans, horizon: Horizon) -> dict[str, Floats]:
    """kind to [bins]: what is left of the plans still to come."""
    flows = {}
    for kind in sorted(set(told.open["kind"])):
        rows = told.open.filter(pl.col("kind") == kind)
        flows[kind] = binned_days(rows["day"].to_numpy(), rows["left"].to_numpy(), horizon)
    return flows


def stood_for(told: Plans, streams: Sequence[Stream]) -> dict[str, dict[int, float]]:
    """Key of each stream to the places of its days ahead that a plan, come true or not, stands for; 0: not paid.

    A plan stands for the flow of its category in its month: for that of its counterparty alone where it names one that
    has a flow of its own.
    """
    stood: dict[str, dict[int, float]] = {}
    named = {(one.category, one.sign, one.counterparty) for one in streams if one.counterparty}
    for due, category, who, amount in told.every.select("due_on", "category", "counterparty", "amount").iter_rows():
        sign = 1 if amount > 0 else -1
        own = (category, sign, who) in named
        for stream in streams:
            if (stream.category, stream.sign) != (category, sign) or (own and stream.counterparty != who):
                continue
            months = [month_number(date.fromordinal(int(day))) for day in stream.ahead]
            places = {place: 0.0 for place, month in enumerate(months) if month == month_number(due)}
            stood.setdefault(stream.key, {}).update(places)
    return stood


def months_planned(told: Plans) -> Mapping[str, frozenset[int]]:
    """kind to the months (by number) that plans stand for: what is left of the kind does not come on top in them."""
    months: dict[str, set[int]] = {}
    for due, kind in told.every.select("due_on", "kind").iter_rows():
        months.setdefault(kind, set()).add(month_number(due))
    return {kind: frozenset(found) for kind, found in months.items()}

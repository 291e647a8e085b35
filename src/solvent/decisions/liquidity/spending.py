"""Spending: on which day each open bill is paid, so that cash stays above its floor on a cautious path."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.calendar import days_off
from solvent.base.problem import Problem
from solvent.base.table import DType
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.company.payables import open_bills
from solvent.measures.sums import sums
from solvent.simulation.horizon import Bools, Floats, Ints
from solvent.simulation.paths import CashPaths


@dataclass(frozen=True)
class Spending(Terms, key="liquidity.spending"):
    """Which path the plan must hold on, and how long each tier of suppliers may wait."""

    quantile: float = term(
        0.25, unit="quantile of the balance that the plan holds on", most=1, source="own choice: three of four"
    )
    key_share: float = term(
        0.05, unit="share of a year's bills from which a supplier is key", most=1, source="own choice: one in twenty"
    )
    small_share: float = term(
        0.005, unit="share of a year's bills under which a supplier is small", most=1, source="own choice: one in 200"
    )
    key_days: int = term(
        0, unit="days after due that a key supplier may wait", source="own choice: production hangs on it"
    )
    other_days: int = term(10, unit="days after due that other suppliers may wait", source="own choice: one pay run")
    small_days: int = term(5, unit="days after due that a small supplier may wait", source="own choice: it lives on it")
    movable: tuple[str, ...] = term(
        ("capex", "dividend"), unit="categories of planned payments that may wait", source="own choice: no one's living"
    )
    movable_days: int = term(30, unit="days that they may wait", source="own choice: a month")
    country: str = term(
        "CN", unit="country whose workdays count", form="country", source="own choice: the company's home"
    )


DEFAULTS = Spending()

TIERS = ("key", "small", "other", "planned")
"""Who is paid first where not all can be paid on their due day."""

_BILLS: dict[str, DType] = {
    "bill_id": pl.String, "kind": pl.String, "supplier_id": pl.String, "supplier_name": pl.String, "tier": pl.String,
    "due_on": pl.Date, "amount": pl.Int64, "latest_on": pl.Date, "pay_on": pl.Date, "wait_days": pl.Int64,
    "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The plan for the use of funds (REQUIREMENTS CA-10).

    bills: a row a payment: bill_id, kind (bill or planned), supplier_id, supplier_name, tier (one of TIERS), due_on,
    amount (Int64, books' currency, positive), latest_on, pay_on (Date; empty: after the horizon, or no rate),
    wait_days (from the later of the due day and tomorrow), reason (code), by pay_on. days: day_on, level (Int64, the
    balance on the chosen path after the plan), line, room (level less line), spent (bills and planned payments of the
    day).
    feasible: whether a plan that stays above the line exists; None where no line or no balance is known.
    missing, missing_on: else how much is missing at most, and first when. quantile: of the path that it holds on.
    """

    bills: pl.DataFrame
    days: pl.DataFrame
    feasible: bool | None
    missing: int | None
    missing_on: date | None
    quantile: float
    problems: Sequence[Problem]


def plan(books: Books, paths: CashPaths | None, line: int | None, terms: Spending = DEFAULTS) -> Plan:
    """When to pay what is owed: as near to due as the floor allows, those first who can wait least.

    Every payment has a window: from its due day (tomorrow where it is overdue) to its due day and the days its supplier
    may wait, on workdays. All at their latest is the plan that leaves the most cash on every day: a day on which even
    that falls under the line is under it in any plan, and what is missing there is told. From there payments are moved
    forward, one after the other, as far as the room on every day in between allows: key suppliers first, then by due
    day. So no payment takes a day under the line that a plan could keep above it.

    The balance on the chosen path is the quantile of the balance without bills on hand, at each day, in straight lines
    within a bin; the more cautious, the lower the quantile. Without paths or line every bill is due on its due day.
    """
    rows, problems = _payments(books, terms)
    known = rows["amount"].is_not_null().to_numpy()
    due = np.array([(day - books.as_of).days for day in rows["due_on"]], dtype=np.int64)
    waits = rows["may_wait"].to_numpy().astype(np.int64)
    if paths is None or paths.opening is None or line is None:
        why = Problem("liquidity.spending.no_floor") if line is None else Problem("liquidity.spending.no_forecast")
        span = int(max(due.max(initial=1), 1))
        wished, _ = _windows(due, waits, workdays(books.as_of, span, terms.country), span)
        told = _told(rows, books.as_of, (wished, wished, wished), known, cut=False)
        return Plan(told, pl.DataFrame(schema=_DAYS), None, None, None, terms.quantile, (*problems, why))
    level = base_level(paths, rows.filter(pl.col("kind") == "planned"), terms)
    span = len(level)
    open_days = workdays(books.as_of, span, terms.country)
    wished, latest = _windows(due, waits, open_days, span)
    amounts = rows["amount"].fill_null(0).to_numpy().astype(np.float64)
    inside = known & (latest <= span)
    spent = np.zeros(span + 1)
    np.add.at(spent, latest[inside], amounts[inside])
    room = level - line - np.cumsum(spent)[1:]
    under = np.flatnonzero(room < -0.5)
    chosen = latest.copy()
    order = np.lexsort((np.arange(len(due)), due, rows["rank"].to_numpy()))
    for place in order[inside[order]]:
        chosen[place] = _forward(room, open_days, int(wished[place]), int(latest[place]), amounts[place])
        room[chosen[place] - 1 : latest[place] - 1] -= amounts[place]
    return Plan(
        _told(rows, books.as_of, (chosen, wished, latest), inside, cut=bool(len(under))),
        _days(books.as_of, room, line, chosen[inside], amounts[inside]),
        not len(under),
        round(float(-room.min())) if len(under) else None,
        books.as_of + timedelta(days=int(under[0]) + 1) if len(under) else None,
        terms.quantile,
        tuple(problems),
    )


_DAYS: dict[str, DType] = {"day_on": pl.Date, "level": pl.Int64, "line": pl.Int64, "room": pl.Int64, "spent": pl.Int64}


def base_level(paths: CashPaths, planned: pl.DataFrame, terms: Spending = DEFAULTS) -> Floats:
    """[days]: the chosen quantile of the balance at the end of each day, without bills on hand and movable plans.

    A planned payment is taken out of the paths only where they have it: its kind pays at least as much in its bin.
    """
    own = paths.net - paths.flow("suppliers_open")
    for kind, day, amount in planned.select("category", "due_on", "amount").iter_rows():
        bin_ = paths.horizon.bin_of(day)
        if kind in paths.flows and bin_ < len(paths.horizon) and amount is not None:
            has = -paths.flow(kind)[:, bin_].mean()
            if has >= amount - 0.5:
                own[:, bin_] += amount
    level = np.cumsum(own, axis=1) + float(paths.opening or 0)
    ends = np.quantile(level, terms.quantile, axis=0)
    days = np.concatenate([[0], paths.horizon.end_days])
    known = np.concatenate([[float(paths.opening or 0)], ends])
    told: Floats = np.interp(np.arange(1, days[-1] + 1), days, known)
    return told


def workdays(as_of: date, span: int, country: str) -> Sequence[int]:
    """The workdays after ``as_of`` within the span, as days after it."""
    last = as_of + timedelta(days=span)
    off = days_off(country, as_of.year, last.year)
    return [step for step in range(1, span + 1) if as_of + timedelta(days=step) not in off]


def _payments(books: Books, terms: Spending) -> tuple[pl.DataFrame, Sequence[Problem]]:
    """What is to be paid: open bills, and planned payments that may wait; amounts positive, in the books' currency."""
    owed = open_bills(books).filter(pl.col("amount") > 0)
    year = books.table("bills").filter(pl.col("issued_on") > books.as_of - timedelta(days=365))
    bought = sums(year, books, "supplier_id").rename({"amount": "bought"})
    share = pl.col("bought") / pl.col("bought").sum()
    tiers = bought.with_columns(
        pl.when(share >= terms.key_share).then(pl.lit("key")).when(share < terms.small_share).then(pl.lit("small"))
        .otherwise(pl.lit("other")).alias("tier")
    ).select("supplier_id", "tier")  # fmt: skip
    keys = ("bill_id", "supplier_id", "supplier_name", "due_on")
    bills = (
        sums(owed, books, *keys)
        .join(tiers, on="supplier_id", how="left")
        .select(
            *keys,
            "amount",
            pl.col("tier").fill_null("other"),
            pl.lit("bill").alias("kind"),
            pl.lit(None, pl.String).alias("category"),
        )
    )
    flows = books.table("planned_flows").filter(
        (pl.col("amount") < 0) & pl.col("category").is_in(terms.movable) & (pl.col("due_on") > books.as_of)
    )
    named = flows.select(
        pl.col("flow_id").alias("bill_id"), pl.lit(None, pl.String).alias("supplier_id"),
        pl.col("counterparty").alias("supplier_name"), "due_on", "category", "currency", -pl.col("amount"),
    )  # fmt: skip
    plans = sums(named, books, *keys, "category").select(
        *keys, "amount", pl.lit("planned").alias("tier"), pl.lit("planned").alias("kind"), "category"
    )
    waits = {"key": terms.key_days, "small": terms.small_days, "other": terms.other_days, "planned": terms.movable_days}
    rows = (
        pl.concat([bills, plans])
        .with_columns(
            pl.col("tier").replace_strict(waits, return_dtype=pl.Int64).alias("may_wait"),
            pl.col("tier")
            .replace_strict({tier: place for place, tier in enumerate(TIERS)}, return_dtype=pl.Int64)
            .alias("rank"),
        )
        .sort("due_on", "bill_id")
        .collect()
    )
    problems = []
    if not books.has("bills"):
        problems.append(Problem("liquidity.spending.no_bills"))
    unrated = rows["amount"].null_count()
    if unrated:
        problems.append(Problem("liquidity.spending.no_rate", "", {"count": unrated}))
    return rows, problems


def _windows(due: Ints, waits: Ints, open_days: Sequence[int], span: int) -> tuple[Ints, Ints]:
    """The workday each payment should be made on, and the last on which it may: both at least the first workday.

    Both are the last workday up to their day; what is due after the span stands one day beyond it.
    """
    days = np.array(open_days or [1], dtype=np.int64)

    def on(day: Ints) -> Ints:
        return days[np.maximum(np.searchsorted(days, day, side="right") - 1, 0)]

    beyond = due > span
    latest = on(np.minimum(due + waits, span))
    return np.where(beyond, span + 1, on(due)), np.where(beyond, span + 1, latest)


def _forward(room: Floats, open_days: Sequence[int], wished: int, latest: int, amount: float) -> int:
    """The earliest workday from the wished one on from which the amount fits on every day up to its latest."""
    tight = np.flatnonzero(room[wished - 1 : latest - 1] < amount - 0.5)
    first = wished + int(tight[-1]) + 1 if len(tight) else wished
    return open_days[bisect_left(open_days, first)] if first < latest else latest


def _told(rows: pl.DataFrame, as_of: date, steps: tuple[Ints, Ints, Ints], paid: Bools, *, cut: bool) -> pl.DataFrame:
    """The rows with the day of payment, how long they wait, and why.

    Args:
        steps: days after ``as_of`` on which each is paid, should be, and may be at the latest.
        paid: which are paid in the plan at all.
        cut: some day falls under the line in every plan.
    """
    tomorrow = as_of + timedelta(days=1)
    named = zip(("pay_on", "wished_on", "latest_on"), steps)
    told = rows.with_columns(
        pl.Series(
            name, [as_of + timedelta(days=int(day)) if ok else None for day, ok in zip(days, paid)], dtype=pl.Date
        )
        for name, days in named
    )
    wait = (pl.col("pay_on") - pl.max_horizontal("due_on", pl.lit(tomorrow))).dt.total_days().clip(0)
    reason = (
        pl.when(pl.col("amount").is_null())
        .then(pl.lit("liquidity.pay.no_rate"))
        .when(pl.col("pay_on").is_null())
        .then(pl.lit("liquidity.pay.beyond"))
        .when(pl.lit(cut) & (pl.col("pay_on") == pl.col("latest_on")) & (pl.col("pay_on") > pl.col("wished_on")))
        .then(pl.lit("liquidity.pay.latest"))
        .when(pl.col("pay_on") > pl.col("wished_on"))
        .then(pl.lit("liquidity.pay.waits"))
        .when(pl.col("due_on") < tomorrow)
        .then(pl.lit("liquidity.pay.overdue"))
        .otherwise(pl.lit("liquidity.pay.on_due"))
    )
    return (
        told.with_columns(wait.alias("wait_days"))
        .with_columns(reason.alias("reason"))
        .select(list(_BILLS))
        .cast(pl.Schema(_BILLS))
        .sort("pay_on", "due_on", "bill_id", nulls_last=True)
    )


def _days(as_of: date, room: Floats, line: int, chosen: Ints, amounts: Floats) -> pl.DataFrame:
    spent = np.zeros(len(room) + 1)
    np.add.at(spent, chosen, amounts)
    whole = np.rint(room).astype(np.int64)
    return pl.DataFrame(
        {
            "day_on": [as_of + timedelta(days=step) for step in range(1, len(room) + 1)],
            "level": whole + line,
            "line": [line] * len(room),
            "room": whole,
            "spent": np.rint(spent[1:]).astype(np.int64),
        },
        _DAYS,
    )

"""Signs: the five signs that cash is about to break, each with its figures by month and its root cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import month_ends, months_before
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.decisions.liquidity.accounts import daily
from solvent.decisions.liquidity.floor import Lines
from solvent.decisions.liquidity.watch.causes import Caused
from solvent.measures.measures import Measures
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Signs(Terms, key="liquidity.signs"):
    """From where each sign shows."""

    dso_months: int = term(6, unit="month ends that the slope is drawn through", source="own choice: half a year")
    dso_settled: int = term(90, unit="days of invoices before the first of them", most=36_525, source="FORMULAS 4.2.1")
    dso_slope: float = term(
        1.0, unit="days a month, rising from it", most=36_525, source="own choice: a week more in half a year"
    )
    dso_rises: int = term(3, unit="month ends running, each higher than the one before", source="own choice: a quarter")
    late_months: int = term(3, unit="months held against as many before", source="own choice: a quarter")
    late_rise: float = term(
        0.05, unit="rise of the share of late money, growing from it", source="own choice: one in 20"
    )
    line_use: float = term(
        0.90, unit="share of bank lines drawn, nearly used up from it", most=1, source="FORMULAS Appendix B"
    )
    draws: int = term(
        2, unit="uses of emergency money in three months, often from it", source="own choice: more than once"
    )
    own_delay: float = term(
        10.0,
        unit="days that suppliers are paid late, a sign from it",
        most=36_525,
        source="own choice: beyond a pay run",
    )
    own_rise: float = term(
        3.0, unit="days later than in the months before, a sign from it", most=36_525, source="own choice: half a week"
    )
    own_before: int = term(6, unit="months before, own delay", most=1_200, source="own choice: half a year")


DEFAULTS = Signs()

LINES = ("overdraft", "revolving", "working_capital")
"""Kinds of facility that count as bank lines."""


@dataclass(frozen=True)
class Sign:
    """One sign (REQUIREMENTS CA-09, CAPABILITIES 112).

    present: None where it cannot be told; why then says why. figure: what is held against line, in unit. detail: the
    second figure of signs that have two (rises running; rise in days). evidence: month_end and value (Float64), the
    oldest first. cause: one of ``causes.CAUSES`` where the sign is present and a cause can be told.
    """

    code: str
    present: bool | None
    figure: float | None
    line: float
    unit: str
    detail: float | None
    evidence: pl.DataFrame
    cause: str | None = None
    why: Problem | None = None


def signs(
    books: Books, measures: Measures, told: Lines, caused: Caused, *, late: pl.DataFrame, terms: Signs = DEFAULTS
) -> Sequence[Sign]:
    """The five signs, in the order of the requirement.

    A present sign has a root cause: the two of customers are theirs, or the economy's where everybody pays later and
    sales shrink; the others are what took most operating cash.

    Args:
        late: as ``indicators.late_shares`` gives it.
    """
    found = (
        _dso(books, measures, terms),
        _late(late, terms),
        _lines_used(books, terms),
        _emergencies(books, told, terms),
        _own_late(measures, terms),
    )
    theirs = "outside_economy" if caused.everybody else "late_customers"
    return tuple(
        replace(sign, cause=theirs if sign.code in _CUSTOMERS else caused.main) if sign.present else sign
        for sign in found
    )


_CUSTOMERS = ("liquidity.sign.dso", "liquidity.sign.late_share")


def _dso(books: Books, measures: Measures, terms: Signs) -> Sign:
    """DSO by countback, which a season of sales does not move: its slope, and how many month ends it rose running."""
    history = measures.dso_history.select("month_end", pl.col("countback_days").alias("value"))
    last = history.tail(terms.dso_months)
    first = books.table("open_items").select(pl.col("issued_on").min()).collect().item()
    unit, code = "days a month", "liquidity.sign.dso"
    # A ledger that begins without what stood open before it shows a DSO that rises by itself.
    young = first is None or first > last["month_end"][0] - timedelta(days=terms.dso_settled)
    if young or last.height < terms.dso_months or last["value"].null_count():
        facts = {"months": terms.dso_months}
        return Sign(
            code, None, None, terms.dso_slope, unit, None, history, None, Problem("liquidity.sign.no_dso", "", facts)
        )
    slope = slope_of(last["value"].to_list())
    rises = _rises(history["value"].drop_nulls().to_list())
    present = slope >= terms.dso_slope and rises >= terms.dso_rises
    return Sign(code, present, slope, terms.dso_slope, unit, float(rises), history)


def slope_of(values: Sequence[float]) -> float:
    """The least-squares slope of values one step apart.

    >>> slope_of([50.0, 52.0, 54.0]), slope_of([1.0, 0.0, 1.0])
    (2.0, 0.0)
    """
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    return sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread if spread else 0.0


def _rises(values: Sequence[float]) -> int:
    """How many steps running, the last one included, went up."""
    count = 0
    for before, after in zip(values[-2::-1], values[:0:-1]):
        if after <= before:
            break
        count += 1
    return count


def _late(shares: pl.DataFrame, terms: Signs) -> Sign:
    """Of the money that fell due, the share that came late: the last months against as many before."""
    evidence = shares.select("month_end", pl.col("late_share").alias("value"))
    both = shares.tail(2 * terms.late_months)
    code, unit = "liquidity.sign.late_share", "share of the money due"
    if both.height < 2 * terms.late_months or both["late_share"].null_count():
        why = Problem("liquidity.sign.no_due", "", {"months": 2 * terms.late_months})
        return Sign(code, None, None, terms.late_rise, unit, None, evidence, None, why)
    before, after = both.head(terms.late_months), both.tail(terms.late_months)
    old, new = (int(part["late"].sum()) / int(part["due"].sum()) for part in (before, after))
    rise = new - old
    return Sign(code, rise >= terms.late_rise - 1e-12, rise, terms.late_rise, unit, new, evidence)


def _lines_used(books: Books, terms: Signs) -> Sign:
    """How much of the bank lines is drawn, as last told by each month end and today."""
    code, unit = "liquidity.sign.line_use", "share of the lines"
    none = pl.DataFrame(schema={"month_end": pl.Date, "value": pl.Float64})
    rows = books.table("facilities").filter(pl.col("kind").is_in(LINES))
    if rows.head(1).collect().is_empty():
        return Sign(code, None, None, terms.line_use, unit, None, none, None, Problem("liquidity.sign.no_lines"))
    days = sorted({*month_ends(books.as_of, 13), books.as_of})
    points = [(day, _use(books, rows, day)) for day in days]
    evidence = pl.DataFrame(points, {"month_end": pl.Date, "value": pl.Float64}, orient="row").drop_nulls()
    used = points[-1][1]
    if used is None:
        return Sign(
            code, None, None, terms.line_use, unit, None, evidence, None, Problem("liquidity.sign.lines_no_rate")
        )
    return Sign(code, used >= terms.line_use - 1e-12, used, terms.line_use, unit, None, evidence)


def _use(books: Books, rows: pl.LazyFrame, day: date) -> float | None:
    told = (
        rows.filter((pl.col("told_on") <= day) & (pl.col("ends_on").is_null() | (pl.col("ends_on") >= day)))
        .sort("told_on")
        .group_by("facility_id")
        .last()
    )
    amount, drawn = sums(told, books, amounts=("amount", "drawn")).collect().row(0)
    return None if not amount or drawn is None else float(drawn) / float(amount)


def _emergencies(books: Books, told: Lines, terms: Signs) -> Sign:
    """How often in three months emergency money was used: loans and lines drawn, and spells under the first reserve."""
    code, unit = "liquidity.sign.emergency", "uses in three months"
    ends = month_ends(books.as_of, 12)
    since = ends[0].replace(day=1)
    lines = books.table("bank_lines").filter((pl.col("category") == "loan_drawn") & (pl.col("booked_on") >= since))
    loans = lines.select(pl.col("booked_on").alias("day_on")).collect()["day_on"].to_list()
    drawn = (
        books.table("facilities")
        .filter(pl.col("kind").is_in(LINES))
        .sort("told_on")
        .with_columns(pl.col("drawn").diff().over("facility_id", order_by="told_on").alias("more"))
        .filter((pl.col("more") > 0) & (pl.col("told_on") >= since))
        .collect()["told_on"]
        .to_list()
    )
    if not books.has("bank_lines") and not books.has("facilities"):
        none = pl.DataFrame(schema={"month_end": pl.Date, "value": pl.Float64})
        return Sign(
            code, None, None, float(terms.draws), unit, None, none, None, Problem("liquidity.sign.no_bank_lines")
        )
    # The same draw may stand on the bank line and in the facility: the larger count is of one of them alone.
    spells = _spells(books, since, told.reserve.value, told.ring_fenced)

    def count(first: date, last: date) -> int:
        inside: list[int] = [sum(first < day <= last for day in days) for days in (loans, drawn, spells)]
        return max(inside[0], inside[1]) + inside[2]

    now = count(months_before(books.as_of, 3), books.as_of)
    by_month = [(end, float(count(end.replace(day=1) - timedelta(days=1), end))) for end in ends]
    evidence = pl.DataFrame(by_month, {"month_end": pl.Date, "value": pl.Float64}, orient="row")
    return Sign(code, now >= terms.draws, float(now), float(terms.draws), unit, float(len(spells)), evidence)


def _spells(books: Books, since: date, reserve: float | None, apart: int) -> list[date]:
    """The first day of each spell in which cash was under the first reserve, where both are known."""
    if reserve is None or not books.has("balances"):
        return []
    levels = daily(books, since).with_columns((pl.col("cash") - apart < reserve).fill_null(False).alias("low"))
    begins = pl.col("low") & ~pl.col("low").shift(1, fill_value=False)
    return levels.filter(begins)["day_on"].to_list()


def _own_late(measures: Measures, terms: Signs) -> Sign:
    """How late suppliers were paid in the last months, and how much later than before."""
    code, unit = "liquidity.sign.own_late", "days"
    months = measures.own_delay_by_month
    evidence = months.select("month_end", pl.col("delay_days").alias("value"))
    recent = months.tail(terms.late_months)
    earlier = months.tail(terms.late_months + terms.own_before).head(terms.own_before)
    now, before = _mean_delay(recent), _mean_delay(earlier)
    if now is None:
        return Sign(
            code, None, None, terms.own_delay, unit, None, evidence, None, Problem("liquidity.sign.nothing_paid")
        )
    rise = None if before is None else now - before
    present = now >= terms.own_delay or (rise is not None and now > 0 and rise >= terms.own_rise)
    return Sign(code, present, now, terms.own_delay, unit, rise, evidence)


def _mean_delay(months: pl.DataFrame) -> float | None:
    told = months.filter(pl.col("delay_days").is_not_null() & (pl.col("paid") > 0))
    if told.is_empty():
        return None
    return float((told["delay_days"] * told["paid"]).sum()) / float(told["paid"].sum())

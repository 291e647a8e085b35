"""Indicators: receivable, inventory and payable days month by month, with payment history and defaults beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import month_ends
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import DAY_OF, Books
from solvent.measures.company.payables import Payables, dpo
from solvent.measures.company.statements import Statements
from solvent.measures.company.stock import dio, stock_turnover
from solvent.measures.measures import Measures
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Indicators(Terms, key="liquidity.indicators"):
    """How far back the page reaches, and what counts as a default."""

    months: int = term(13, unit="month ends", source="own choice: the same month of last year is on the page")
    default_days: int = term(
        90, unit="days overdue from which an item counts as defaulted", source="own choice: Basel's line"
    )
    window_months: int = term(
        3, unit="months of due days that the default rate is told over", source="own choice: a quarter"
    )


DEFAULTS = Indicators()


def as_at(books: Books, day: date) -> Books:
    """The same books with all that is dated after ``day`` left out: what was known of that day by now."""
    tables = {
        name: frame.filter(pl.col(DAY_OF[name]) <= day) if name in DAY_OF else frame
        for name, frame in books.tables.items()
    }
    return replace(books, as_of=day, tables=tables)


def indicators(
    books: Books, measures: Measures, policy: Policy, late: pl.DataFrame, terms: Indicators = DEFAULTS
) -> pl.DataFrame:
    """The core indicators on one page (REQUIREMENTS EW-07), a row a month end, oldest first.

    Args:
        late: as ``late_shares`` gives it.

    Returns: month_end (Date), dso_days (simple), countback_days, stock_turnover (times a year), dio_days, dpo_days,
    ccc_days (Float64; empty where one of the three is), late_share (of the money that fell due in the month, the share
    not paid by its due day), default_rate (of what fell due in ``window_months``, ``default_days`` ago, the share that
    was still open ``default_days`` after its due day). Empty where the books tell nothing of it.
    """
    ends = month_ends(books.as_of, terms.months)
    bills, believed = policy.terms(Payables), policy.terms(Statements)
    rows = []
    for end in ends:
        then = as_at(books, end)
        rows.append((end, stock_turnover(then, believed).value, dio(then, believed).value, dpo(then, bills).value))
    company = pl.DataFrame(
        rows,
        {"month_end": pl.Date, "stock_turnover": pl.Float64, "dio_days": pl.Float64, "dpo_days": pl.Float64},
        orient="row",
    )
    dso = measures.dso_history.select("month_end", pl.col("simple_days").alias("dso_days"), "countback_days")
    page = (
        company.join(dso, on="month_end", how="left")
        .join(late.select("month_end", "late_share"), on="month_end", how="left")
        .join(default_rates(books, terms), on="month_end", how="left")
    )
    cycle = pl.col("dio_days") + pl.col("dso_days") - pl.col("dpo_days")
    return page.with_columns(cycle.alias("ccc_days")).select(
        "month_end", "dso_days", "countback_days", "stock_turnover", "dio_days", "dpo_days", "ccc_days", "late_share",
        "default_rate",
    ).sort("month_end")  # fmt: skip


def late_shares(books: Books, months: int) -> pl.DataFrame:
    """Of the money that fell due in each full month, the share not paid by its due day: month_end, due, late (Int64,
    minor units of the books' currency), late_share (Float64; empty where nothing fell due or a part has no rate).

    A month is over: no item of it can still be in time, so young items do not flatter it.
    """
    ends = month_ends(books.as_of, months)
    begins = ends[0].replace(day=1)
    due = (pl.col("due_on") >= begins) & (pl.col("due_on") <= ends[-1])
    told = _unpaid(books, due, 0)
    share = pl.when(pl.col("due") > 0).then(pl.col("open") / pl.col("due"))
    return (
        pl.DataFrame({"month_end": ends}, {"month_end": pl.Date})
        .join(told, on="month_end", how="left")
        .select("month_end", "due", pl.col("open").alias("late"), share.alias("late_share"))
        .sort("month_end")
    )


def default_rates(books: Books, terms: Indicators = DEFAULTS) -> pl.DataFrame:
    """Default rate by month end: month_end, default_rate (Float64, by amount; empty where nothing fell due)."""
    ends = month_ends(books.as_of, terms.months + terms.window_months - 1)
    back = timedelta(days=terms.default_days)
    begins = ends[0].replace(day=1) - back
    due = (pl.col("due_on") >= begins) & (pl.col("due_on") <= ends[-1] - back)
    told = _unpaid(books, due, terms.default_days)
    monthly = (
        pl.DataFrame({"month_end": ends}, {"month_end": pl.Date})
        .join(told, on="month_end", how="left")
        .with_columns(pl.col("due").fill_null(0), pl.col("open").fill_null(0))
        .sort("month_end")
    )
    over, lost = (pl.col(name).rolling_sum(terms.window_months) for name in ("due", "open"))
    rate = pl.when(over > 0).then(lost / over)
    return monthly.select("month_end", rate.alias("default_rate")).tail(terms.months)


def _unpaid(books: Books, due: pl.Expr, grace: int) -> pl.DataFrame:
    """Of what fell due, how much stood open ``grace`` days after its due day, by the month of that day.

    What an item was lowered by other than by money or write-off was never due. Returns: month_end, due, open (Int64,
    books' currency; a month of which a part has no rate is left out).
    """
    kind, moment = pl.col("kind"), pl.col("due_on") + timedelta(days=grace)
    money = kind.is_in(["receipt", "write_off"])
    paid = (kind == "receipt") & (pl.col("event_on") <= moment)
    items = (
        books.events()
        .filter(due)
        .group_by("item_id", "due_on", "currency")
        .agg(pl.col("amount").filter(~money).sum().alias("due"), (-pl.col("amount").filter(paid).sum()).alias("paid"))
        .filter(pl.col("due") > 0)
        .with_columns(
            (pl.col("due") - pl.min_horizontal("due", "paid")).alias("open"),
            (pl.col("due_on") + timedelta(days=grace)).dt.month_end().alias("month_end"),
        )
    )
    return (
        sums(items, books, "month_end", amounts=("due", "open"))
        .collect()
        .select("month_end", "due", "open")
        .drop_nulls()
    )

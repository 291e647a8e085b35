"""Causes: what took the cash: late customers, growth, stock, suppliers, sales and margins, in money that adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from solvent.base.calendar import month_end, month_ends, months_before
from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.books.cash import OPERATING
from solvent.decisions.liquidity.watch.indicators import as_at
from solvent.measures.company.payables import payables
from solvent.measures.company.stock import inventory
from solvent.measures.dso import open_at
from solvent.measures.measures import Measures
from solvent.measures.sums import int_of, sales, sums

CAUSES = ("late_customers", "over_expansion", "stock_build_up", "outside_economy")
"""The root causes of REQUIREMENTS CA-09."""

SAYS = {
    "late_customers": "liquidity.cause.late_customers",
    "over_expansion": "liquidity.cause.over_expansion",
    "stock_build_up": "liquidity.cause.stock_build_up",
    "outside_economy": "liquidity.cause.outside_economy",
    "supplier_credit": "liquidity.cause.supplier_credit",
    "margins_and_costs": "liquidity.cause.margins_and_costs",
}
"""What operating cash goes into, and the code of its sentence; the first four are root causes."""


@dataclass(frozen=True)
class Causes(Terms, key="liquidity.causes"):
    """Over which months causes are told, and when lateness is everybody's."""

    months: int = term(
        6, unit="full months that a window holds", source="own choice: long enough for stock to turn once"
    )
    sales_months: int = term(
        3, unit="months of sales at either end, of which growth is told", source="own choice: a quarter"
    )
    slower_days: float = term(3.0, unit="days later than before, slower from it", source="own choice: half a week")
    broad_share: float = term(
        0.5,
        unit="share of customers that pay slower, everybody's strictly over it",
        most=1,
        source="own choice: the larger part",
    )


DEFAULTS = Causes()


@dataclass(frozen=True)
class Window:
    """What stood and moved in some months: minor units of the books' currency; a figure is None where not known.

    first, last: days at whose ends the levels are told. receivables, stock, payables: (at first, at last).
    growth: of sales, the last months at the end over those at the beginning, as a share. sales: of the months.
    operating: operating cash flow of the months.
    """

    first: date
    last: date
    receivables: tuple[int, int] | None
    stock: tuple[int, int] | None
    payables: tuple[int, int] | None
    growth: float | None
    sales: int | None
    operating: int | None


@dataclass(frozen=True)
class Caused:
    """What took or gave operating cash.

    rows: cause, now, before (Int64: what it gave, positive, or took, negative, in the window and in the same months a
    year before; before is empty without such a year), change (now less before, or now), share (Float64, of the whole
    change). The rows add up to the line ``total``. main: which of CAUSES took most; None: none took any.
    broad_share: share of customers that pay slower than before. everybody: it is over the term and sales shrink, so
    that late customers are the economy's doing. now, before: the windows themselves.
    """

    rows: pl.DataFrame
    main: str | None
    broad_share: float | None
    everybody: bool
    now: Window
    before: Window | None
    why: Problem | None = None


def causes(books: Books, measures: Measures, terms: Causes = DEFAULTS) -> Caused:
    """What operating cash went into in the last months, against the same months a year before.

    For a level X with sales growing by g: growth alone makes X(begin) g, what is left, X(end) - X(begin)(1 + g), is a
    change of days. So receivables split into growth and slower payment, stock into growth and build-up, payables into
    growth and supplier credit; what remains of operating cash is margin, which is split into what sales of another size
    would have made of last year's (the economy) and the rest (margins and costs). Nothing is left over.
    """
    last = month_ends(books.as_of, 1)[0]
    year_ago = month_end(months_before(last.replace(day=1), 12))
    facts = facts_of(books, measures)
    now, before = window(facts, last, terms), window(facts, year_ago, terms)
    broad = broadness(measures, terms)
    everybody = broad is not None and broad > terms.broad_share and now.growth is not None and now.growth < 0
    mine = _parts(now)
    none = pl.DataFrame(schema=_ROWS)
    if mine is None:
        return Caused(none, None, broad, everybody, now, None, Problem("liquidity.causes.not_known", "", _missing(now)))
    theirs = _parts(before)
    rows = _rows(mine, theirs, now, before)
    whole = sum(change for _, _, _, change in rows)
    took = {cause: change for cause, _, _, change in rows if cause in CAUSES and change < 0}
    main = min(took, key=lambda cause: took[cause]) if took else None
    if main == "late_customers" and everybody:
        main = "outside_economy"
    frame = pl.DataFrame(
        [(*row, row[3] / whole if whole else None) for row in (*rows, ("total", *_totals(mine, theirs), whole))],
        _ROWS,
        orient="row",
    )
    return Caused(frame, main, broad, everybody, now, before if theirs is not None else None)


_ROWS = {"cause": pl.String, "now": pl.Int64, "before": pl.Int64, "change": pl.Int64, "share": pl.Float64}
Row = tuple[str, int, "int | None", int]


@dataclass(frozen=True)
class Facts:
    """What windows are told from, read once: sales by day and currency (sold_on, currency, amount), receivables at the
    month ends that the measures have, and the first day of each table."""

    books: Books
    sold: pl.LazyFrame
    owed: Mapping[date, int | None]
    since: Mapping[str, date | None]

    def known(self, table: str, day: date) -> bool:
        """True where the table reaches back to a day."""
        since = self.since[table]
        return since is not None and since <= day

    def receivables(self, day: date) -> int | None:
        """Net receivables at the end of a day; None where a part has no rate."""
        return self.owed[day] if day in self.owed else open_at(self.books, day)[0]

    def sales(self, after: date, until: date) -> int | None:
        """Credit sales after one day up to another; None where a part has no rate."""
        day = pl.col("sold_on")
        return int_of(sums(self.sold.filter((day > after) & (day <= until)), self.books))


def facts_of(books: Books, measures: Measures) -> Facts:
    """Gather what windows need."""
    sold = sales(books).group_by("sold_on", "currency").agg(pl.col("amount").sum()).collect().lazy()
    owed = dict(measures.dso_history.select("month_end", "receivables").iter_rows())
    tables = {"stock": "counted_on", "bills": "issued_on", "bank_lines": "booked_on", "open_items": "issued_on"}
    since = {name: books.table(name).select(pl.col(day).min()).collect().item() for name, day in tables.items()}
    return Facts(books, sold, owed, since)


def window(facts: Facts, last: date, terms: Causes = DEFAULTS) -> Window:
    """The window that ends with a month end, as far as the books tell it."""
    books, first = facts.books, month_end(months_before(last.replace(day=1), terms.months))
    begin, end = as_at(books, first), as_at(books, last)
    owed = stock = owing = flow = None
    if facts.known("open_items", first):
        owed = _pair(facts.receivables(first), facts.receivables(last))
    if facts.known("stock", first):
        stock = _pair(_int(inventory(begin).value), _int(inventory(end).value))
    if facts.known("bills", first):
        owing = _pair(payables(begin), payables(end))
    before, late_from = (month_end(months_before(day.replace(day=1), terms.sales_months)) for day in (first, last))
    growth = None
    if facts.known("open_items", before):
        early, late = facts.sales(before, first), facts.sales(late_from, last)
        growth = late / early - 1 if early is not None and late is not None and early > 0 else None
    if facts.known("bank_lines", first):
        lines = books.table("bank_lines").filter(
            (pl.col("booked_on") > first) & (pl.col("booked_on") <= last) & pl.col("category").is_in(OPERATING)
        )
        flow = int_of(sums(lines, books))
    return Window(first, last, owed, stock, owing, growth, facts.sales(first, last), flow)


def broadness(measures: Measures, terms: Causes = DEFAULTS) -> float | None:
    """The share of customers, of those that paid both recently and before, that pay later by ``slower_days``."""
    both = measures.behaviour.drop_nulls(["recent_delay_days", "earlier_delay_days"])
    if both.is_empty():
        return None
    slower = both["recent_delay_days"] - both["earlier_delay_days"] >= terms.slower_days
    return float(slower.sum()) / both.height


def _parts(told: Window) -> dict[str, int] | None:
    """What each thing gave to operating cash in a window; None where receivables, growth or cash flow are not known."""
    if told.receivables is None or told.growth is None or told.operating is None:
        return None
    growth = told.growth
    grown = {
        name: level
        for name, level in (("receivables", told.receivables), ("stock", told.stock), ("payables", told.payables))
        if level
    }
    sign = {"receivables": -1, "stock": -1, "payables": 1}
    volume = round(sum(sign[name] * level[0] * growth for name, level in grown.items()))
    parts = {"over_expansion": volume}
    names = {"receivables": "late_customers", "stock": "stock_build_up", "payables": "supplier_credit"}
    for name, (begin, end) in grown.items():
        parts[names[name]] = sign[name] * (end - begin - round(begin * growth))
    # The volume of each level is rounded for itself above and all at once here: the difference stays in the margin.
    parts["margin"] = told.operating - sum(parts.values())
    return parts


def _rows(mine: dict[str, int], theirs: dict[str, int] | None, now: Window, before: Window) -> list[Row]:
    rows: list[Row] = []
    for cause in ("late_customers", "over_expansion", "stock_build_up", "supplier_credit"):
        if cause in mine:
            was = None if theirs is None else theirs.get(cause, 0)
            rows.append((cause, mine[cause], was, mine[cause] - (was or 0)))
    if theirs is None or not before.sales or now.sales is None:
        return [
            *rows,
            (
                "margins_and_costs",
                mine["margin"],
                None if theirs is None else theirs["margin"],
                mine["margin"] - (theirs["margin"] if theirs else 0),
            ),
        ]
    size = now.sales / before.sales - 1
    economy = round(theirs["margin"] * size)
    rest = mine["margin"] - theirs["margin"] - economy
    return [
        *rows,
        ("outside_economy", economy, 0, economy),
        ("margins_and_costs", mine["margin"] - economy, theirs["margin"], rest),
    ]


def _totals(mine: dict[str, int], theirs: dict[str, int] | None) -> tuple[int, int | None]:
    return sum(mine.values()), None if theirs is None else sum(theirs.values())


def _missing(told: Window) -> dict[str, str]:
    names = {"receivables": told.receivables, "sales": told.growth, "bank_lines": told.operating}
    return {"missing": ", ".join(name for name, value in names.items() if value is None)}


def _pair(begin: int | None, end: int | None) -> tuple[int, int] | None:
    return None if begin is None or end is None else (begin, end)


def _int(value: float | None) -> int | None:
    return None if value is None else round(value)

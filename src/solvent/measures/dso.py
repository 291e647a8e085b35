"""DSO: how many days of sales stand open, in every accepted variant, and how many days customers really take.

Receivables are the net open total, tax included: open items less unapplied cash and credits. Current is the positive
open amount not yet due. Sales are invoices issued less credit notes, tax included, dated by issue. A trailing window
of D days is every day after ``as_of`` - D, up to ``as_of``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.measures.sums import Figure, at_each, day_of, int_of, running_sums, sales, sums


@dataclass(frozen=True)
class Dso(Terms, key="measures.dso"):
    """Over which days sales are counted, and against which past the present is held."""

    days: int = term(90, unit="days of sales, simple and best possible", source="FORMULAS 4.2.1, 4.2.4")
    year_days: int = term(365, unit="days of sales, average and turnover", source="FORMULAS 4.2.2")
    paid_days: int = term(
        365, unit="days back, invoices counted in days to pay", source="own choice: a year holds every season"
    )
    mean_months: int = term(12, unit="months before the current one in the running mean", source="FORMULAS 4.2.25")
    least_months: int = term(6, unit="months that a running mean needs", source="FORMULAS 4.2.25")


DEFAULTS = Dso()


@dataclass(frozen=True)
class Facts:
    """What the variants of one day are computed from; amounts are empty where a part has no rate.

    sold: sold_on, currency, amount: sales by day and currency, all that the ledger has up to ``day``.
    first_on: the day of the ledger's first document; None where nothing was ever sold.
    notices: what a reader of any variant has to know of these books.
    """

    books: Books
    day: date
    receivables: int | None
    current: int | None
    sold: pl.DataFrame
    first_on: date | None
    notices: Sequence[Problem]

    def sales(self, days: int) -> int | None:
        """Sales of the trailing window."""
        inside = pl.col("sold_on") > self.day - timedelta(days=days)
        return int_of(sums(self.sold.lazy().filter(inside), self.books))

    def told(self, days: int) -> Sequence[Problem]:
        """The notices of a figure over the trailing window: also that the ledger begins inside it."""
        start = self.day - timedelta(days=days - 1)
        if self.first_on is None or self.first_on <= start:
            return self.notices
        first, begin = self.first_on.isoformat(), start.isoformat()
        short = Problem("measures.dso.history_short", "", {"first_on": first, "window_from": begin, "days": days})
        return (*self.notices, short)


def facts_of(books: Books, as_of: date | None = None) -> Facts:
    """Gather what the variants need: the journal is read once for sales and once for what stands open."""
    day = day_of(books, as_of)
    sold = (
        sales(books)
        .filter(pl.col("sold_on") <= day)
        .group_by("sold_on", "currency")
        .agg(pl.col("amount").sum())
        .sort("sold_on", "currency")
        .collect(engine="streaming")
    )
    bare = not any(books.has(name) for name in ("receipts", "credit_notes", "allocations"))
    notices = (Problem("measures.dso.no_receipts"),) if bare and sold.height else ()
    receivables, current = open_at(books, day)
    first = sold.item(0, "sold_on") if sold.height else None
    return Facts(books, day, receivables, current, sold, first, notices)


def open_at(books: Books, day: date) -> tuple[int | None, int | None]:
    """Net receivables, and current receivables, at the end of a day; None where a part has no rate."""
    current = (pl.col("due_on") >= day).fill_null(False).alias("current")
    rows = books.standing(day).group_by("currency", current).agg(pl.col("amount").sum())
    parts = rows.collect(engine="streaming").lazy()
    # Each is a sum of its own: what is current and what is not, converted apart, need not make the whole to the cent.
    return int_of(sums(parts, books)), int_of(sums(parts.filter("current"), books))


def family(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS) -> Mapping[str, Figure]:
    """Every variant of one day, by name, read from the ledger once."""
    facts = facts_of(books, as_of)
    return {
        variant.__name__: variant(books, as_of, terms, facts)
        for variant in (simple, best_possible, countback, average, delinquent, turnover)
    }


def simple(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS, facts: Facts | None = None) -> Figure:
    """Simple DSO (FORMULAS 4.2.1): receivables / sales of the trailing days x days.

    Edge cases: no sales in the window, or less than was credited: no value, ``measures.dso.no_sales``. More unapplied
    cash than open items gives a negative number of days.
    """
    known = facts or facts_of(books, as_of)
    return _of_sales("simple", known, known.receivables, "receivables", terms.days)


def best_possible(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS, facts: Facts | None = None) -> Figure:
    """Best-possible DSO (FORMULAS 4.2.4): current receivables / sales of the trailing days x days.

    Current goes by instalment; a disputed item stays where its due date puts it.
    """
    known = facts or facts_of(books, as_of)
    return _of_sales("best_possible", known, known.current, "current", terms.days)


def delinquent(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS, facts: Facts | None = None) -> Figure:
    """Average days delinquent, ADD (FORMULAS 4.2.5): simple DSO - best-possible DSO of the same day and window."""
    known = facts or facts_of(books, as_of)
    whole, best = simple(books, as_of, terms, known), best_possible(books, as_of, terms, known)
    inputs = {"simple": whole.value, "best_possible": best.value}
    if whole.value is None or best.value is None:
        return Figure(None, f"add_{terms.days}", inputs, whole.why or best.why, whole.notices)
    return Figure(whole.value - best.value, f"add_{terms.days}", inputs, None, whole.notices)


def average(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS, facts: Facts | None = None) -> Figure:
    """Average DSO (FORMULAS 4.2.2): mean of receivables at begin and end of the year / its sales x its days."""
    known = facts or facts_of(books, as_of)
    begin, mean = _mean_receivables(known, terms)
    figure = _of_sales("average", known, mean, "mean_receivables", terms.year_days)
    return Figure(figure.value, figure.variant, {**figure.inputs, **begin}, figure.why, figure.notices)


def turnover(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS, facts: Facts | None = None) -> Figure:
    """Receivables turnover in times a year (FORMULAS 4.2.2): sales of the year / mean of receivables at both ends."""
    known = facts or facts_of(books, as_of)
    begin, mean = _mean_receivables(known, terms)
    sold, variant = known.sales(terms.year_days), f"turnover_{terms.year_days}"
    inputs = {"sales": sold, "mean_receivables": mean, **begin}
    if mean is None or sold is None:
        return Figure(None, variant, inputs, Problem("measures.dso.no_rate"), known.notices)
    if mean <= 0:
        return Figure(None, variant, inputs, Problem("measures.dso.no_receivables"), known.notices)
    return Figure(sold / mean, variant, inputs, None, known.told(terms.year_days))


def countback(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS, facts: Facts | None = None) -> Figure:
    """Countback DSO (FORMULAS 4.2.3): how many days of sales, newest calendar month first, the receivables hold.

    A running month counts its elapsed days. A month without sales, or with less sold than credited, is skipped with a
    notice. Sales run out before the receivables do: no value, ``measures.dso.sales_run_out``; more unapplied cash than
    open items: no value, ``measures.dso.receivables_negative``.
    """
    known = facts or facts_of(books, as_of)
    months = monthly_sales(known)
    amounts, days = months.get_column("amount").to_list(), months.get_column("days").to_list()
    inputs = {"receivables": known.receivables, "months": months.height, "sales": _total(amounts)}
    if known.receivables is None or None in amounts:
        return Figure(None, "countback", inputs, Problem("measures.dso.no_rate"), known.notices)
    if known.receivables < 0:
        return Figure(None, "countback", inputs, Problem("measures.dso.receivables_negative"), known.notices)
    value = countback_days(known.receivables, amounts, days)
    if value is None:
        first = (known.first_on or known.day).isoformat()
        why = Problem("measures.dso.sales_run_out", "", {"first_on": first, "days": sum(days)})
        return Figure(None, "countback", inputs, why, known.notices)
    used = months.with_columns((pl.col("amount").clip(0).cum_sum() - pl.col("amount").clip(0)).alias("before"))
    skipped = used.filter((pl.col("amount") <= 0) & (pl.col("before") < known.receivables)).get_column("month_end")
    if skipped.is_empty():
        return Figure(value, "countback", inputs, None, known.notices)
    told = Problem("measures.dso.month_skipped", "", {"months": ", ".join(f"{day:%Y-%m}" for day in skipped)})
    return Figure(value, "countback", inputs, None, (*known.notices, told))


def countback_days(
    receivables: float, sales_newest_first: Sequence[float], days_newest_first: Sequence[int]
) -> float | None:
    """The arithmetic of countback; None where the sales run out. Months of no or negative sales are skipped.

    >>> round(countback_days(212, [100, 80, 70], [30, 30, 30]), 3)
    73.714
    >>> round(countback_days(212, [100, 80, 70], [31, 30, 31]), 3)
    75.171
    >>> countback_days(300, [100, 80, 70], [30, 30, 30]) is None
    True
    """
    left, counted = receivables, 0
    for sold, days in zip(sales_newest_first, days_newest_first, strict=True):
        if sold <= 0:
            continue
        if left < sold:
            return counted + left * days / sold
        left -= sold
        counted += days
    return float(counted) if left == 0 else None


def days_of_sales(receivables: float, sold: float, days: int) -> float:
    """Receivables / sales of a period x its days; multiplied first, so that whole amounts lose nothing.

    >>> round(days_of_sales(212, 250, 90), 2)
    76.32
    """
    return receivables * days / sold


def monthly_sales(facts: Facts) -> pl.DataFrame:
    """Every calendar month up to the day, newest first: month_end, days (elapsed), amount; 0 where nothing was sold."""
    if facts.first_on is None:
        return pl.DataFrame(schema={"month_end": pl.Date, "days": pl.Int64, "amount": pl.Int64})
    by_month = facts.sold.lazy().with_columns(pl.col("sold_on").dt.month_end().alias("month_end"))
    months = pl.date_range(facts.first_on.replace(day=1), facts.day, "1mo", eager=True).dt.month_end()
    elapsed = pl.min_horizontal("month_end", pl.lit(facts.day)).dt.day().cast(pl.Int64).alias("days")
    points = pl.DataFrame({"month_end": months}).with_columns(elapsed).sort("month_end", descending=True)
    return at_each(points, running_sums(by_month, facts.books, at="month_end"), "amount")


def weighted_days_to_pay(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS) -> Figure:
    """Weighted days to pay (FORMULAS 4.2.6), also told as "true DSO": mean days from invoice to payment, by amount.

    Sum of amount x (day paid, or ``as_of`` while open, - day of invoice) / sum of amount, over the invoices issued in
    the trailing year. What was closed without money counts on neither side. Open amounts are counted as if paid on
    ``as_of``, so the figure is too low while much stands open: read ``days_to_pay_median`` beside it.
    """
    ages = _paid_by_age(books, day_of(books, as_of), terms)
    paid, opened = _total(ages.get_column("paid").to_list()), _total(ages.get_column("open").to_list())
    inputs, variant = {"paid": paid, "open": opened}, f"weighted_days_to_pay_{terms.paid_days}"
    if paid is None or opened is None:
        return Figure(None, variant, inputs, Problem("measures.dso.no_rate"))
    if paid + opened <= 0:
        return Figure(None, variant, inputs, Problem("measures.dso.no_sales", "", {"days": terms.paid_days}))
    product = ages.select((pl.col("age_days") * (pl.col("paid") + pl.col("open"))).sum()).item()
    return Figure(product / (paid + opened), variant, inputs)


def days_to_pay_median(books: Books, as_of: date | None = None, terms: Dso = DEFAULTS) -> Figure:
    """Median days from invoice to payment by Kaplan-Meier (FORMULAS 4.2.6), by amount, over the trailing year.

    Open amounts are censored at their present age, what was closed without money on the day of closing. No value
    where less than half is expected to be paid within the ages seen, ``measures.dso.median_not_reached``.
    """
    ages = _paid_by_age(books, day_of(books, as_of), terms)
    paid, opened = _total(ages.get_column("paid").to_list()), _total(ages.get_column("open").to_list())
    inputs, variant = {"paid": paid, "open": opened}, f"days_to_pay_median_{terms.paid_days}"
    if paid is None or opened is None:
        return Figure(None, variant, inputs, Problem("measures.dso.no_rate"))
    censored = ages.select(pl.col("open") + pl.col("closed")).to_series().to_list()
    value = km_median(ages.get_column("age_days").to_list(), ages.get_column("paid").to_list(), censored)
    why = Problem("measures.dso.median_not_reached", "", {"days": terms.paid_days}) if value is None else None
    return Figure(value, variant, inputs, why)


def km_median(ages: Sequence[int], paid: Sequence[float], censored: Sequence[float]) -> float | None:
    """The first age by which the Kaplan-Meier estimate says that half is paid; None where it never says so.

    Args:
        ages: rising.
        paid, censored: how much was paid, and how much was last seen unpaid, at each age.

    >>> km_median([10, 20, 30], [1, 1, 1], [0, 0, 1])
    20.0
    >>> km_median([10, 20], [1, 0], [0, 3]) is None
    True
    """
    at_risk, unpaid = float(sum(paid) + sum(censored)), 1.0
    for age, event, lost in zip(ages, paid, censored, strict=True):
        unpaid *= 1 - event / at_risk if at_risk > 0 else 1.0
        at_risk -= event + lost
        if unpaid <= 0.5:
            return float(age)
    return None


def _of_sales(name: str, facts: Facts, amount: float | None, label: str, days: int) -> Figure:
    """Days of sales that an amount holds, with the reasons why there may be none."""
    sold, variant = facts.sales(days), f"{name}_{days}"
    inputs = {label: amount, "sales": sold, "days": days}
    if amount is None or sold is None:
        return Figure(None, variant, inputs, Problem("measures.dso.no_rate"), facts.notices)
    if sold <= 0:
        return Figure(None, variant, inputs, Problem("measures.dso.no_sales", "", {"days": days}), facts.notices)
    return Figure(days_of_sales(amount, sold, days), variant, inputs, None, facts.told(days))


def _mean_receivables(facts: Facts, terms: Dso) -> tuple[Mapping[str, int | None], float | None]:
    begin, _ = open_at(facts.books, facts.day - timedelta(days=terms.year_days))
    ends = {"receivables_begin": begin, "receivables_end": facts.receivables}
    return ends, None if begin is None or facts.receivables is None else (begin + facts.receivables) / 2


def _total(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _paid_by_age(books: Books, day: date, terms: Dso) -> pl.DataFrame:
    """Of the invoices issued in the trailing window: age_days, and the amounts paid, closed and still open at that age.

    Paid and closed stand at the age on the day of payment or closing, open at the age on ``day``.
    """
    rows = books.events().filter(
        pl.col("due_on").is_not_null(),
        pl.col("issued_on") > day - timedelta(days=terms.paid_days),
        pl.col("event_on") > day - timedelta(days=terms.paid_days),
        pl.col("event_on") <= day,
    )
    what = pl.when(pl.col("kind") == "receipt").then(pl.lit("paid")).otherwise(pl.lit("closed")).alias("what")
    settled = rows.filter(pl.col("kind") != "invoice").select(
        (pl.col("event_on") - pl.col("issued_on")).dt.total_days().alias("age_days"),
        what,
        "currency",
        -pl.col("amount"),
    )
    opened = rows.select(
        (pl.lit(day) - pl.col("issued_on")).dt.total_days().alias("age_days"),
        pl.lit("open").alias("what"),
        "currency",
        "amount",
    )
    long = sums(pl.concat([settled, opened]), books, "age_days", "what").collect(engine="streaming")
    part = {name: pl.col("amount").filter(pl.col("what") == name) for name in ("paid", "closed", "open")}
    return (
        long.group_by("age_days")
        .agg(pl.when(cell.is_not_null().all()).then(cell.sum()).alias(name) for name, cell in part.items())
        .sort("age_days")
    )

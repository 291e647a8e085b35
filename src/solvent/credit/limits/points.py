"""Points: money repaid on time earns credit points, late money loses them; they buy extra days (flexible terms)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.money import digits
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.credit.grading.chances import GRADES
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Points(Terms, key="credit.limits.points"):
    """What earns points, and what they buy."""

    window_days: int = term(365, unit="days that count", source="own choice: a year, each season once")
    size: float = term(1000.0, unit="main units lent for a day that make a point", source="own choice: whole numbers")
    earned_share: float = term(
        0.2, unit="points for a money-day that is repaid on time", source="own choice: 45 days earn 9"
    )
    lost_times: float = term(
        2.0, unit="points lost for a money-day of delay", source="own choice: late weighs more than on time"
    )
    most_days: int = term(10, unit="extra days at most", source="own choice: a third of a month")
    worst_grade: str = term(
        "B",
        unit="worst grade that may spend points",
        choices=("A", "B", "C", "D", "E"),
        source="REQUIREMENTS CR-08: good payers",
    )


DEFAULTS = Points()


def points(books: Books, terms: Points = DEFAULTS) -> pl.DataFrame:
    """The points of every customer that paid anything in the window.

    An amount paid by its due day earns for each day from its invoice; paid later, it loses for each day of delay. What
    was credited or written off earns nothing. A reversed payment takes back what it earned, on the day of the reversal.

    Returns: customer_id, earned, lost, balance (Float64, points; the balance never under 0), money_days (Float64: money
    repaid on time times days, in minor units of the books' currency). A part without a rate makes all of it empty.
    """
    begin = books.as_of - timedelta(days=terms.window_days)
    paid = books.events().filter(
        (pl.col("kind") == "receipt") & pl.col("due_on").is_not_null() & (pl.col("event_on") > begin)
    )
    lent = (pl.min_horizontal("event_on", "due_on") - pl.col("issued_on")).dt.total_days().clip(lower_bound=0)
    late = (pl.col("event_on") - pl.col("due_on")).dt.total_days().clip(lower_bound=0)
    days = paid.select(
        "customer_no",
        "currency",
        (pl.when(late == 0).then(-pl.col("amount") * lent).otherwise(0)).alias("on_time"),
        (-pl.col("amount") * late).alias("late"),
    )
    told = sums(days, books, "customer_no", amounts=("on_time", "late"))
    unit = terms.size * 10 ** digits(books.currency)
    earned, lost = pl.col("on_time") / unit * terms.earned_share, pl.col("late") / unit * terms.lost_times
    return (
        told.join(books.journal.customers.lazy(), on="customer_no")
        .select(
            "customer_id",
            earned.alias("earned"),
            lost.alias("lost"),
            (earned - lost).clip(lower_bound=0).alias("balance"),
            pl.col("on_time").cast(pl.Float64).alias("money_days"),
        )
        .sort("customer_id")
        .collect(engine="streaming")
    )


def extra_days(rows: pl.DataFrame, currency: str, terms: Points = DEFAULTS) -> pl.DataFrame:
    """What the points buy: so many days more on all that a customer buys in a year, less the days it was given already.

    A day more on a year's purchases lends them for a day, and costs as many points.

    Args:
        rows: ``customer_id``, ``grade``, ``balance`` (points), ``purchases_year`` (Int64, minor units), ``given_days``
            (Int64: days over the agreed ones that stand already; empty: none).

    Returns: the rows with price (Float64, points for one day; empty: buys nothing), extra_days (Int64: whole days that
        may be given in all), spent (Float64, points of the days given), left (Float64).
    """
    unit = terms.size * 10 ** digits(currency)
    may = GRADES[: GRADES.index(terms.worst_grade) + 1] if terms.worst_grade in GRADES else ()
    price = pl.when(pl.col("purchases_year") > 0).then(pl.col("purchases_year") / unit)
    balance, given = pl.col("balance").fill_null(0.0), pl.col("given_days").fill_null(0).clip(lower_bound=0)
    bought = pl.when(pl.col("grade").is_in(may)).then((balance / price + 1e-9).floor()).otherwise(0.0)
    days = bought.fill_null(0.0).clip(0, terms.most_days).cast(pl.Int64)
    spent = (given * price).fill_null(0.0)
    return rows.with_columns(
        price.alias("price"),
        days.alias("extra_days"),
        spent.alias("spent"),
        (balance - spent).clip(lower_bound=0).alias("left"),
    )

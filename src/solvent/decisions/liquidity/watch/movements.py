"""Movements: what on the bank accounts is not as usual: large sums, new payees, low balances, forecasts missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from solvent.base.problem import Problem
from solvent.base.table import DType
from solvent.base.terms import Terms, term
from solvent.books.books import DAY_OF, Books
from solvent.books.cash import INTERNAL
from solvent.decisions.liquidity.accounts import daily, known_until
from solvent.decisions.liquidity.baseline import Compared, compared_by, week_of
from solvent.decisions.liquidity.floor import Lines
from solvent.measures.sums import sums


@dataclass(frozen=True)
class Movements(Terms, key="liquidity.movements"):
    """Which lines are looked at, and from where one is not usual."""

    days: int = term(14, unit="days back that are looked at", source="own choice: two weeks, one may be a holiday")
    past_days: int = term(365, unit="days before those that are usual", source="own choice: a year holds every season")
    least: int = term(12, unit="lines of a category that its usual size needs", source="own choice: one a month")
    score: float = term(
        3.5, unit="robust z of the logarithm, large strictly over it", source="own choice: Iglewicz and Hoaglin"
    )
    spread: float = term(
        0.10, unit="least spread of the logarithm", source="own choice: equal rents still vary by a tenth"
    )
    large_share: float = term(
        0.05, unit="share of monthly spend under which nothing is large", most=1, source="own choice: one in 20"
    )


@dataclass(frozen=True)
class Sudden(Terms, key="liquidity.sudden"):
    """From which single sum on cash is looked at again at once, and how quickly."""

    share: float = term(
        0.25,
        unit="share of monthly spend",
        most=1,
        source="REQUIREMENTS CA-02: at once; own choice: a week of spending",
    )
    days: int = term(
        14, unit="days before the last assessment that count as new", source="own choice: banks tell days later"
    )
    paths: int = term(
        1_000, unit="simulated paths of the short assessment", source="own choice: 5 % quantiles right to about 1 %"
    )


DEFAULTS = Movements()
AT_ONCE = Sudden()
SUMS = ("bank_lines", "receipts", "open_items", "credit_notes", "bills", "bill_payments")
"""Tables in which a row is a sum of money that came, went, or will."""

_ROWS: dict[str, DType] = {
    "code": pl.String, "day_on": pl.Date, "account_id": pl.String, "category": pl.String, "counterparty": pl.String,
    "currency": pl.String, "amount": pl.Int64, "usual": pl.Int64, "score": pl.Float64, "line_ids": pl.List(pl.String),
}  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """Abnormal movements (REQUIREMENTS CA-01, CAPABILITIES 96).

    rows, the newest first: code, day_on, account_id, category, counterparty, currency, amount (Int64, minor units of
    currency), usual (Int64: the median size of its kind with the amount's sign, the line, or the forecast; empty for
    payees), score (Float64: robust z, or share of the paths below; may be empty), line_ids (List: the bank lines it
    rests on). Codes: ``liquidity.move.large``, ``.payee_new``, ``.payee_account``, ``.overdrawn``, ``.under_floor``,
    ``.missed``.
    """

    rows: pl.DataFrame
    problems: Sequence[Problem]


def movements(
    books: Books, told: Lines, monthly_spend: int | None, compared: Compared | None = None, terms: Movements = DEFAULTS
) -> Moved:
    """What was not as usual in the last days that the bank has told."""
    until = known_until(books)
    if until is None:
        return Moved(pl.DataFrame(schema=_ROWS), (Problem("liquidity.move.no_bank_lines"),))
    since = until - timedelta(days=terms.days)
    problems = []
    payees = books.table("bank_lines").filter((pl.col("amount") < 0) & (pl.col("booked_on") > since))
    if payees.filter(pl.col("counterparty_account").is_not_null()).head(1).collect().is_empty():
        problems.append(Problem("liquidity.move.no_payee_accounts"))
    frames = [
        large(books, since, monthly_spend, terms),
        new_payees(books, since),
        overdrawn(books, since),
        under_line(books, since, told),
        missed(books, compared, since),
    ]
    rows = pl.concat([frame.select(list(_ROWS)).cast(pl.Schema(_ROWS)) for frame in frames])
    return Moved(
        rows.sort("day_on", "code", "account_id", "amount", descending=[True, False, False, False]), tuple(problems)
    )


def large(books: Books, since: date, monthly_spend: int | None, terms: Movements = DEFAULTS) -> pl.DataFrame:
    """Lines after ``since`` that are large for their category, currency and direction.

    Sizes are skew, so their logarithms are held against median and median deviation (1.4826 MAD) of the days before.
    Needs ``least`` lines there; what is under ``large_share`` of monthly spend is never large.
    """
    lines = books.table("bank_lines").filter(pl.col("category").is_not_null() & ~pl.col("category").is_in(INTERNAL))
    kind = ("category", "currency", "out")
    sized = lines.with_columns((pl.col("amount") < 0).alias("out"), pl.col("amount").abs().log().alias("size"))
    past = sized.filter(
        (pl.col("booked_on") <= since) & (pl.col("booked_on") > since - timedelta(days=terms.past_days))
    )
    usual = past.group_by(kind).agg(
        pl.len().alias("count"),
        pl.col("size").median().alias("middle"),
        (pl.col("size") - pl.col("size").median()).abs().median().alias("mad"),
    )
    now = (
        sized.filter(pl.col("booked_on") > since)
        .join(usual, on=kind, how="inner")
        .filter(pl.col("count") >= terms.least)
    )
    spread = (pl.col("mad") * 1.4826).clip(terms.spread)
    scored = now.with_columns(((pl.col("size") - pl.col("middle")) / spread).alias("score"))
    over = scored.filter(pl.col("score") > terms.score)
    least = terms.large_share * monthly_spend if monthly_spend is not None else 0.0
    # A line without a rate cannot be told small, so it stays.
    worth = sums(over, books, "line_id").rename({"amount": "worth"})
    kept = over.join(worth, on="line_id", how="left").filter(
        pl.col("worth").is_null() | (pl.col("worth").abs() >= least)
    )
    sign = pl.when("out").then(-1).otherwise(1)
    return _lines(
        kept.with_columns(
            pl.lit("liquidity.move.large").alias("code"), (pl.col("middle").exp().round(0) * sign).alias("usual")
        )
    )


def sudden(
    rows: Mapping[str, pl.DataFrame],
    since: date,
    monthly_spend: int,
    worth: Mapping[str, float],
    terms: Sudden = AT_ONCE,
) -> int | None:
    """The largest sum among new rows, where it is large enough to look at cash again at once; else None.

    Args:
        rows: new rows of some of ``SUMS``.
        since: the day of the newest assessment.
        monthly_spend: minor units of the books' currency.
        worth: what one minor unit of each currency is in minor units of the books' own; others are left out.
    """
    found = 0
    for name in SUMS:
        if name in rows and rows[name].height:
            kept = rows[name].filter(pl.col(DAY_OF[name]) >= since - timedelta(days=terms.days))
            rate = pl.col("currency").replace_strict(worth, default=None, return_dtype=pl.Float64)
            most = kept.select((pl.col("amount").abs() * rate).max()).item()
            found = max(found, 0 if most is None else round(most))
    return found if monthly_spend > 0 and found >= terms.share * monthly_spend else None


def new_payees(books: Books, since: date) -> pl.DataFrame:
    """Payments after ``since`` to an account that its payee never had, or to a payee never paid before.

    A payee is told by its name without blanks and case. Where a line names no account only a new name shows.
    """
    name = pl.col("counterparty").str.to_lowercase().str.replace_all(r"\s", "")
    paid = books.table("bank_lines").filter(
        (pl.col("amount") < 0)
        & pl.col("counterparty").is_not_null()
        & ~pl.col("category").fill_null("").is_in(INTERNAL)
    ).with_columns(name.alias("payee"))  # fmt: skip
    before, now = paid.filter(pl.col("booked_on") <= since), paid.filter(pl.col("booked_on") > since)
    known = before.select("payee").unique().with_columns(pl.lit(True).alias("known"))
    had = (
        before.drop_nulls("counterparty_account")
        .group_by("payee")
        .agg(pl.col("counterparty_account").unique().alias("had"))
    )
    both = now.join(known, on="payee", how="left").join(had, on="payee", how="left")
    other = pl.col("counterparty_account").is_not_null() & pl.col("had").is_not_null()
    other = other & ~pl.col("counterparty_account").is_in(pl.col("had"))
    if before.head(1).collect().is_empty():
        both = both.filter(pl.lit(False))  # with nothing before, everybody would be new
    code = (
        pl.when(other)
        .then(pl.lit("liquidity.move.payee_account"))
        .when(pl.col("known").is_null())
        .then(pl.lit("liquidity.move.payee_new"))
    )
    none = pl.lit(None)
    found = both.with_columns(code.alias("code"), none.alias("usual"), none.cast(pl.Float64).alias("score"))
    return _lines(found.filter(pl.col("code").is_not_null()))


def overdrawn(books: Books, since: date) -> pl.DataFrame:
    """Accounts whose told balance fell under nothing after ``since``: the first such day of each."""
    low = (
        books.table("balances")
        .sort("day_on")
        .with_columns(pl.col("amount").shift(1).over("account_id", order_by="day_on").alias("before"))
        .filter(
            (pl.col("day_on") > since) & (pl.col("amount") < 0) & (pl.col("before").is_null() | (pl.col("before") >= 0))
        )
    )
    lines = (
        books.table("bank_lines")
        .filter(pl.col("amount") < 0)
        .group_by("account_id", pl.col("booked_on").alias("day_on"))
        .agg(pl.col("line_id").alias("line_ids"))
    )
    return (
        low.join(lines, on=["account_id", "day_on"], how="left")
        .select(
            pl.lit("liquidity.move.overdrawn").alias("code"), "day_on", "account_id",
            pl.lit(None, pl.String).alias("category"), pl.lit(None, pl.String).alias("counterparty"), "currency",
            "amount", pl.lit(0, pl.Int64).alias("usual"), pl.lit(None, pl.Float64).alias("score"), "line_ids",
        )
        .collect()
    )  # fmt: skip


def under_line(books: Books, since: date, told: Lines) -> pl.DataFrame:
    """Days after ``since`` on which cash on all accounts fell under the floor, from at or above it the day before."""
    if told.line is None or not books.has("balances"):
        return pl.DataFrame(schema=_ROWS)
    levels = daily(books, since)
    falls = levels.filter((pl.col("cash") < told.line) & (pl.col("cash").shift(1) >= told.line))
    lines = (
        books.table("bank_lines")
        .filter((pl.col("amount") < 0) & ~pl.col("category").fill_null("").is_in(INTERNAL))
        .group_by(pl.col("booked_on").alias("day_on"))
        .agg(pl.col("line_id").alias("line_ids"))
        .collect()
    )
    return falls.join(lines, on="day_on", how="left").select(
        pl.lit("liquidity.move.under_floor").alias("code"), "day_on", pl.lit(None, pl.String).alias("account_id"),
        pl.lit(None, pl.String).alias("category"), pl.lit(None, pl.String).alias("counterparty"),
        pl.lit(books.currency).alias("currency"), pl.col("cash").alias("amount"), pl.lit(told.line).alias("usual"),
        pl.lit(None, pl.Float64).alias("score"), "line_ids",
    )  # fmt: skip


def missed(books: Books, compared: Compared | None, since: date) -> pl.DataFrame:
    """Weeks that ended after ``since`` in which a flow was outside the 90 % band of its forecast."""
    if compared is None:
        return pl.DataFrame(schema=_ROWS)
    out = compared.rows.filter((pl.col("week_end") > since) & ~pl.col("inside90"))
    lines = compared_by(books.table("bank_lines")).select(week_of("booked_on").alias("week_end"), "what", "line_id")
    every = pl.concat([lines, lines.with_columns(pl.lit("net").alias("what"))])
    ids = every.group_by("week_end", "what").agg(pl.col("line_id").sort().alias("line_ids")).collect()
    return out.join(ids, on=["week_end", "what"], how="left").select(
        pl.lit("liquidity.move.missed").alias("code"), pl.col("week_end").alias("day_on"),
        pl.lit(None, pl.String).alias("account_id"), pl.col("what").alias("category"),
        pl.lit(None, pl.String).alias("counterparty"), pl.lit(books.currency).alias("currency"),
        pl.col("actual").alias("amount"), pl.col("forecast").alias("usual"), pl.col("rank").alias("score"), "line_ids",
    )  # fmt: skip


def _lines(rows: pl.LazyFrame) -> pl.DataFrame:
    """Bank lines with code, usual and score as rows of movements, each its own evidence."""
    told = rows.with_columns(pl.col("booked_on").alias("day_on"), pl.concat_list("line_id").alias("line_ids"))
    return told.select(list(_ROWS)).cast(pl.Schema(_ROWS)).collect()

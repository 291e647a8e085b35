"""Lines: what the bank says went out and came in besides customers' money, less what bills and plans stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.problem import Fact, Problem
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.books.cash import INTERNAL


@dataclass(frozen=True)
class Lines(Terms, key="simulation.outflows.lines"):
    """Which lines of the past are read."""

    months: int = term(36, unit="months of bank lines read back", source="own choice: three of every season")
    near_days: int = term(5, unit="days between a bill's payment and its bank line", source="own choice: a weekend")
    stale_days: int = term(
        10, unit="days without bank data after which this is told", source="own choice: a long holiday"
    )
    old_days: int = term(45, unit="days without bank data from which nothing is made up", source="own choice")
    explained_share: float = term(
        0.05,
        unit="share of suppliers' money that no bill explains, under which it is taken for differences of day",
        most=1,
        source="own choice: one in twenty",
    )


DEFAULTS = Lines()

CUSTOMER, SUPPLIER, UNKNOWN = "customer", "supplier", ""
"""Categories with a way of their own; UNKNOWN: the line has none."""

IN_ONLY = ("tax_refund", "loan_drawn", "equity", "disposal")
"""Categories whose money comes in; that of all others goes out, and what comes back of it is other money in."""

LINE = {
    "line_id": pl.String,
    "day": pl.Int64,
    "category": pl.String,
    "counterparty": pl.String,
    "stem": pl.String,
    "amount": pl.Float64,
}

_MONTHS = r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"


@dataclass(frozen=True)
class Past:
    """Bank lines that the recurring flows are found in; frozen.

    lines: LINE: day (ordinal), category (``""``: none), counterparty and stem of the reference (``""``: none), amount
    (books' currency, minor units, out negative), by day. planned: the lines that a plan stands for, by the rules of
    ``planned``, are still in it.

    begin, seen_to: first day of the bank's data, and the last; None where there is none.
    """

    lines: pl.DataFrame
    begin: date | None
    seen_to: date | None
    problems: Sequence[Problem] = ()

    @property
    def days(self) -> int:
        """How many days the bank's data covers."""
        return 0 if self.begin is None or self.seen_to is None else (self.seen_to - self.begin).days + 1


def past(books: Books, terms: Lines = DEFAULTS) -> Past:
    """The lines of the last months. Own transfers, customers' money and what bills explain are left out.

    Uncategorised money in is left out too: it may be customers' money, which open items foresee already.
    """
    since = months_before(books.as_of, terms.months)
    raw = books.table("bank_lines").filter(pl.col("booked_on") > since).collect()
    if raw.is_empty():
        return Past(pl.DataFrame(schema=LINE), None, None, (Problem("outflows.no_bank_lines"),))
    begin, last = raw["booked_on"].min(), raw["booked_on"].max()
    told = books.table("balances").select(pl.col("day_on").max()).collect().item()
    assert isinstance(begin, date)
    assert isinstance(last, date)
    seen_to = max(last, told) if told is not None else last
    problems: list[Problem] = []
    if (books.as_of - seen_to).days > terms.stale_days:
        days = (books.as_of - seen_to).days
        facts = {"last_on": seen_to.isoformat(), "days": days}
        if days > terms.old_days:
            problems.append(Problem("outflows.bank_old", "", facts))
        else:
            problems.append(Problem("outflows.bank_stale", "", facts))
    open_lines = _unmatched(books, raw)
    rated = open_lines.join(books.rates, on="currency", how="left", maintain_order="left")
    unrated = rated.filter(pl.col("factor").is_null())
    if unrated.height:
        currencies = ", ".join(sorted(unrated["currency"].unique()))
        problems.append(Problem("outflows.no_rate", "", {"currencies": currencies, "rows": unrated.height}))
    lines = _read(rated.filter(pl.col("factor").is_not_null()))
    problems += _unknown(lines)
    lines = lines.filter((pl.col("category") != UNKNOWN) | (pl.col("amount") < 0))
    if books.has("bills"):
        lines = _unbilled(books, lines, since, terms)
    return Past(lines, begin, seen_to, tuple(problems))


def _read(rated: pl.DataFrame) -> pl.DataFrame:
    """Rows as LINE: without customers' money and moves between our own accounts."""
    category = pl.col("category").fill_null(UNKNOWN)
    who = pl.coalesce("counterparty", "counterparty_account").fill_null("").str.strip_chars().str.to_uppercase()
    stem = (
        pl.col("reference")
        .fill_null("")
        .str.replace_all(_MONTHS, "")
        .str.replace_all(r"[\d\p{P}\p{S}\s]+", "")
        .str.to_uppercase()
        .str.slice(0, 24)
    )
    return (
        rated.filter(~category.is_in([CUSTOMER, *INTERNAL]))
        .select(
            "line_id",
            (pl.col("booked_on").cast(pl.Int64) + date(1970, 1, 1).toordinal()).alias("day"),
            category.alias("category"),
            who.alias("counterparty"),
            stem.alias("stem"),
            (pl.col("amount") * pl.col("factor")).alias("amount"),
        )
        .sort("day", "line_id")
    )


def _unmatched(books: Books, raw: pl.DataFrame) -> pl.DataFrame:
    """Lines less what is matched to a receipt, to a bill's payment or to our own other account; none of nothing."""
    taken = (
        books.table("bank_matches")
        .filter(pl.col("target") != "planned_flow")
        .group_by("line_id")
        .agg(pl.col("amount").sum().alias("taken"))
        .collect()
    )
    left = raw.join(taken, on="line_id", how="left", maintain_order="left")
    return left.with_columns(pl.col("amount") - pl.col("taken").fill_null(0)).filter(pl.col("amount") != 0)


def _unbilled(books: Books, lines: pl.DataFrame, since: date, terms: Lines) -> pl.DataFrame:
    """Lines less suppliers' (and uncategorised) lines that payments of bills explain, one by one or together."""
    paid = (
        books.table("bill_payments")
        .filter(pl.col("paid_on") > since - timedelta(days=terms.near_days))
        .join(books.table("bills").select("bill_id", "supplier_id", pl.col("currency").alias("of")), on="bill_id")
        .with_columns(pl.col("paid_on").cast(pl.Int64) + date(1970, 1, 1).toordinal())
        .collect()
        .drop("currency")
        .rename({"of": "currency"})
        .join(books.rates, on="currency", how="left")
        .with_columns((pl.col("amount") * pl.col("factor").fill_null(1.0)).alias("amount"))
    )
    if paid.is_empty():
        return lines
    runs = [paid.group_by(keys).agg(pl.col("amount").sum()) for keys in (["paid_on"], ["paid_on", "supplier_id"])]
    wanted = pl.concat([frame.select("paid_on", (-pl.col("amount")).round(0).alias("sum")) for frame in runs])
    asked = lines.filter(pl.col("category").is_in([SUPPLIER, UNKNOWN]))
    close = (pl.col("day") - pl.col("paid_on")).abs() <= terms.near_days
    found = (
        asked.with_columns(pl.col("amount").round(0).alias("sum"))
        .join(wanted, on="sum")
        .filter(close)["line_id"]
        .unique()
    )
    left = lines.filter(~pl.col("line_id").is_in(found.implode()))
    supplier = pl.col("category") == SUPPLIER
    total = -float(lines.filter(supplier)["amount"].sum())
    first = lines["day"].min()
    billed = float(paid.filter(pl.col("paid_on") >= first)["amount"].sum()) if lines.height else 0.0
    rest = -float(left.filter(supplier)["amount"].sum())
    free = min(rest, total - billed)
    # Bills paid in parts or by several lines are not found line by line: what they sum to is not paid twice.
    if total <= 0 or free <= terms.explained_share * total:
        return left.filter(~supplier)
    scale = pl.when(supplier).then(free / rest).otherwise(1.0)
    return left.with_columns(pl.col("amount") * scale)


def _unknown(lines: pl.DataFrame) -> Sequence[Problem]:
    """What lines without a category do to the outlook."""
    without = lines.filter(pl.col("category") == UNKNOWN)
    if without.is_empty():
        return ()
    problems = []
    out, gone = -float(without["amount"].clip(upper_bound=0).sum()), -float(lines["amount"].clip(upper_bound=0).sum())
    if out > 0:
        share: dict[str, Fact] = {"rows": without.filter(pl.col("amount") < 0).height, "share": f"{out / gone:.0%}"}
        problems.append(Problem("outflows.uncategorised_out", "", share))
    came = without.filter(pl.col("amount") > 0).height
    if came:
        problems.append(Problem("outflows.uncategorised_in", "", {"rows": came}))
    return problems

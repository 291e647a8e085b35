"""Bank line use: a credit line is nearly used up (FORMULAS Appendix B, REQUIREMENTS CA-09)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.liquidity.watch.signs import LINES
from solvent.decisions.warnings.evidence.rows import key, minor, reading, worth
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class BankLineUse(Terms, key="warnings.bank_line_use"):
    """Where the lines lie; overdrafts, revolving and working-capital lines count, loans do not."""

    yellow: float = term(0.90, unit="share of the line drawn, from it", most=1, source="FORMULAS Appendix B")
    orange: float = term(1.00, unit="share of the line drawn, from it", most=1, source="own choice: nothing is left")


def read(view: View, terms: BankLineUse) -> pl.DataFrame | None:
    """Each bank line that runs: what is drawn of what may be drawn, as last told."""
    books = view.books
    newest = (
        books.table("facilities")
        .filter(pl.col("kind").is_in(LINES))
        .sort("told_on")
        .group_by("facility_id")
        .last()
        .filter(pl.col("ends_on").is_null() | (pl.col("ends_on") >= view.as_of), pl.col("amount") > 0)
        .with_columns(pl.concat_list(key("facilities", "facility_id", "told_on")).alias("evidence"))
    )
    if newest.head(1).collect().is_empty():
        return None
    facts = (
        "lender",
        minor(worth(books, "drawn")).alias("drawn_amount"),
        minor(worth(books)).alias("line_amount"),
        (pl.col("drawn") / pl.col("amount")).alias("used_share"),
        "told_on",
    )
    return reading(newest, "facility_id", pl.col("drawn") / pl.col("amount"), *facts)


RULE = Rule(
    about="facility",
    layer="base",
    crossed="from",
    unit="share",
    owner="treasury",
    terms=BankLineUse,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)

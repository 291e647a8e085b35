"""File: the parts of every customer's credit file: how old each is, how complete, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books

PARTS = ("registry", "statements", "reputation", "events", "payment", "screening", "contract", "limit")


@dataclass(frozen=True)
class CreditFiles:
    """What the files hold.

    parts: a row for each customer and part: customer_id, part (one of PARTS), newest_on (Date, empty: nothing there),
    age_days (Int64), filled_share (Float64, of the cells that the part has), state (``fresh``, ``old``, ``missing``).
    problems: what is wrong in the files: check digits, names, sheets that do not balance.
    """

    parts: pl.DataFrame
    problems: Sequence[Problem]


def credit_files(books: Books, policy: Policy) -> CreditFiles:
    """The files of all customers on the books' day."""
    empty = {"customer_id": pl.String, "part": pl.String, "newest_on": pl.Date, "age_days": pl.Int64}
    return CreditFiles(pl.DataFrame(schema={**empty, "filled_share": pl.Float64, "state": pl.String}), ())

"""Methods: the conventional credit limit, by several methods side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.grading.grade import Grades


@dataclass(frozen=True)
class BaseLimits:
    """What each customer might owe, before any path is asked; money in minor units of the books' currency.

    methods: customer_id, method, amount (Int64; empty: the books know too little for it), lacks (String: what is
    missing, empty where nothing is). table: a row a customer: customer_id, amount (Int64), decided_by (String: the
    method that set it), terms_days (Int64), deposit_share (Float64), standing_amount (Int64: the limit that counts
    today, empty: none was ever decided), standing_id, move (``new``, ``raise``, ``lower``, ``keep``), why (String).
    """

    methods: pl.DataFrame
    table: pl.DataFrame
    problems: Sequence[Problem]


def base_limits(
    books: Books, behaviour: pl.DataFrame, told: pl.DataFrame, graded: Grades, policy: Policy
) -> BaseLimits:
    """The limit of every customer by each method, and what they come to."""
    methods = {"customer_id": pl.String, "method": pl.String, "amount": pl.Int64, "lacks": pl.String}
    table = {
        "customer_id": pl.String, "amount": pl.Int64, "decided_by": pl.String, "terms_days": pl.Int64,
        "deposit_share": pl.Float64, "standing_amount": pl.Int64, "standing_id": pl.String, "move": pl.String,
        "why": pl.String,
    }  # fmt: skip
    return BaseLimits(pl.DataFrame(schema=methods), pl.DataFrame(schema=table), ())

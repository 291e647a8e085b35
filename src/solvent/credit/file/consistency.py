"""Consistency: what cannot be right in customers' financial statements, customer by customer."""

from __future__ import annotations

import polars as pl

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.books.customers import OWN
from solvent.intake.credit.consistency import Consistency, inconsistencies


def statement_findings(books: Books, policy: Policy) -> pl.DataFrame:
    """Everything that cannot be right, as ``intake.credit.consistency.FINDINGS`` says; entity_id is the customer."""
    theirs = books.table("statements").filter(pl.col("entity_id") != OWN)
    return inconsistencies(theirs, policy.terms(Consistency))

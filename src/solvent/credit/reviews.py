"""Reviews: which parts of whose file are due to be gone through, and why."""

from __future__ import annotations

import polars as pl

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.file.file import CreditFiles
from solvent.credit.grading.grade import Grades


def reviews_due(books: Books, graded: Grades, files: CreditFiles, policy: Policy) -> pl.DataFrame:
    """customer_id (empty: country, region and industry risks), kind, last_on, due_on, overdue_days, why."""
    schema = {"customer_id": pl.String, "kind": pl.String, "last_on": pl.Date, "due_on": pl.Date}
    return pl.DataFrame(schema={**schema, "overdue_days": pl.Int64, "why": pl.String})

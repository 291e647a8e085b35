"""Daily: the books of a company into its newest assessment; the same function for a night and for a noon."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from solvent.assessment import assess
from solvent.base.terms import Policy
from solvent.books.books import open_books
from solvent_server.store import audit, books
from solvent_server.store.keeping import assessments
from solvent_server.store.models import Company


def assess_company(company: Company, *, as_of: date | None = None, workers: int = 1) -> assessments.Kept:
    """Load, assess, keep. The seed belongs to the company and the day, so a run can be repeated to the last figure.

    Args:
        as_of: None: the last day that the books know of.

    Raises:
        LedgerError: the company has no receivables at all.
    """
    opened = open_books(books.ledger(company), as_of)
    run = assess(opened, Policy(opened.as_of), seed=seed_of(company.code, opened.as_of), workers=workers)
    return assessments.keep(company.code, run, audit.moment().isoformat())


def seed_of(code: str, as_of: date) -> int:
    """The seed of a company's day.

    >>> seed_of("own", date(2026, 10, 31)) == seed_of("own", date(2026, 10, 31)) != seed_of("own", date(2026, 11, 1))
    True
    """
    return int.from_bytes(sha256(f"{code} {as_of.isoformat()}".encode()).digest()[:4], "big")

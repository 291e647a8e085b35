"""Companies: those of the sample, made once in a run however many tests look at them, and assessed once."""

from __future__ import annotations

from functools import cache

from solvent.assessment import Assessment, assess
from solvent.base.terms import Policy
from solvent.books.books import Books, Ledger, open_books
from solvent.files.sample import Plan, Sample, generate
from solvent.simulation.horizon import Outlooked


@cache
def company(seed: int, size: str = "small") -> Sample:
    """A made company; nobody changes it, for others look at it too."""
    return generate(Plan(seed=seed, size=size))


def company_books(seed: int, size: str = "small") -> Books:
    """Its books on their own last day, anew for each who asks."""
    made = company(seed, size)
    return open_books(Ledger({name: frame.lazy() for name, frame in made.tables.items()}, made.currency))


@cache
def assessed(seed: int, size: str = "small", paths: int = 500) -> Assessment:
    """What is found in its books, with few paths of the cash ahead; nobody changes it."""
    books = company_books(seed, size)
    return assess(books, Policy(books.as_of, {Outlooked.key: [(books.as_of, {"paths": paths})]}), seed=1)

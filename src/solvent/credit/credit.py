"""Credit: how good each customer is, as one bundle: its file, its grade with reasons, its base limit, its reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.altman import Altman
from solvent.credit.file.file import CreditFiles, credit_files
from solvent.credit.grading.grade import Grades, grades
from solvent.credit.limits.methods import BaseLimits, base_limits
from solvent.credit.ratios import Ratios, ratios
from solvent.credit.reviews import reviews_due


@dataclass(frozen=True)
class Credit:
    """All that is said of customers' credit on one day; every frame has ``customer_id``.

    files: what is known, how old and how complete. ratios: ``credit.ratios.ratios``. grades: grade, chance to fail,
    colour, reasons. limits: the conventional limit by each method. reviews: ``credit.reviews.reviews_due``.
    """

    files: CreditFiles
    ratios: pl.DataFrame
    grades: Grades
    limits: BaseLimits
    reviews: pl.DataFrame
    problems: Sequence[Problem]


def grades_alone(books: Books, behaviour: pl.DataFrame, policy: Policy) -> Grades:
    """The grades of a day of which nothing else is asked: the same as in ``credit``, without limits and reviews.

    Args:
        behaviour: ``measures.trade.behaviour.behaviour`` of the same books.
    """
    told = ratios(books, policy.terms(Ratios), policy.terms(Altman))
    # A grade rests on books, behaviour and ratios; what is missing from a file moves none.
    return grades(books, behaviour, told, policy)


def credit(books: Books, behaviour: pl.DataFrame, policy: Policy) -> Credit:
    """Everything about customers' credit that the books of the day allow.

    Args:
        behaviour: ``measures.trade.behaviour.behaviour`` of the same books.
    """
    files = credit_files(books, policy)
    told = ratios(books, policy.terms(Ratios), policy.terms(Altman))
    graded = grades(books, behaviour, told, policy)
    granted = base_limits(books, behaviour, told, graded, policy)
    due = reviews_due(books, graded, policy)
    problems = (*files.problems, *graded.problems, *granted.problems)
    return Credit(files, told, graded, granted, due, problems)

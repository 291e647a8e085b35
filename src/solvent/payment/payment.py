"""Payment: what the past teaches about who pays when, and the law of every item that stands open: one bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from solvent.base.problem import Problem
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.payment.books import items_of
from solvent.payment.champion import Champion, Choice, choose, learned, predicted
from solvent.payment.curves import Curves
from solvent.payment.dependence import Dependence, Together, dependence
from solvent.payment.history import History
from solvent.payment.laws import Fitted, Laws
from solvent.payment.scoreboard import Board, Scoreboard, scoreboard
from solvent.payment.states.workdays import Workdays


@dataclass(frozen=True)
class Payment:
    """What was learned by the end of the day of the books; frozen.

    history: every item and how it ended, as ``books.items_of`` gives it. choice: which way to fit was best. fitted: the
    laws; None where nothing was ever paid and nothing stands open. open: the curves of the items that stand open, in
    the order of ``history``, with what is left open of each. dependence: how much delays move together. problems: what
    a reader of the laws has to know. scoreboard: past forecasts beside what happened; None where nothing can be scored.
    """

    history: pl.DataFrame
    choice: Choice
    fitted: Fitted
    open: Curves
    dependence: Dependence
    problems: Sequence[Problem] = ()
    scoreboard: Scoreboard | None = None


def learn(books: Books, policy: Policy) -> Payment:
    """Fit the laws on all that is known, and predict every item that stands open.

    Where no payment is known at all the source is a list of open items: those that were paid are not on it, so it does
    not tell how long customers take, and a general law stands in.
    """
    history = items_of(books, policy.terms(History))
    customers = books.journal.customers.height
    choice = choose(history, customers, books.as_of, laws=policy.terms(Laws), terms=policy.terms(Champion))
    none_paid = history.filter(pl.col("end") == "paid").is_empty()
    champion = learned(choice, history.clear() if none_paid else history, books.as_of, customers)
    running = history.filter(pl.col("end").is_null() & (pl.col("open") > 0))
    together = dependence(
        history, customers, books.as_of, _sectors(books), laws=choice.terms, terms=policy.terms(Together)
    )
    problems = (Problem("payment.none_paid", "", {"items": running.height}),) if none_paid and running.height else ()
    curves = predicted(champion, running, books.as_of)
    board = None
    if not none_paid:
        workdays = policy.terms(Workdays)
        board = scoreboard(history, customers, books.as_of, choice, terms=policy.terms(Board), workdays=workdays)
    return Payment(history, choice, champion.laws, curves, together, (*choice.problems, *problems), board)


def _sectors(books: Books) -> Sequence[str | None]:
    """The sector of each customer by number: its industry, else its country."""
    told = books.table("customers").unique("customer_id", keep="first", maintain_order=True)
    sector = pl.coalesce("industry", "country").alias("sector")
    known = books.journal.customers.lazy().join(told.select("customer_id", sector), on="customer_id", how="left")
    return known.sort("customer_no").select("sector").collect().to_series().to_list()

"""Chances: by which day the money of each open item is here, with all that is known of it; simulations draw from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from solvent.base.calendar import days_off
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.payment.grid import Floats
from solvent.payment.payment import Payment
from solvent.payment.states.paydays import Habits, Paydays, paydays, tilted
from solvent.payment.states.states import blocks, changed, known
from solvent.payment.states.workdays import Workdays, keeps_workdays, offsets


def chances(payment: Payment, books: Books, ends: Sequence[date], policy: Policy) -> Floats:
    """The chance that each open item is paid by the end of each date.

    Money waits for working days where the books' own receipts did. An open promise, an open dispute and a part that
    came already change the law of an item; where it is paid in parts, the chance is the expected share of what is open.

    Args:
        ends: days after ``books.as_of``, oldest first.

    Returns:
        [items, ends], in the order of ``payment.open.items``; grows along a row, within 0 and 1.
    """
    curves, terms = payment.open, policy.terms(Workdays)
    country = terms.country if keeps_workdays(payment.history, terms) else None
    since, within = offsets(curves.as_of, ends, country)
    out = curves.paid_within(within.tolist(), since)
    habits = _habits(payment, books, country, policy)
    if habits is not None:
        out = _on_paydays(payment, habits, ends, country, policy)
    what = known(payment.history, curves.items, books, policy)
    days = list(range(since, int(within.max(initial=since)) + 1))
    for lot in blocks(what.rows.height):
        rows = what.rows[lot]
        places = rows.get_column("row").to_numpy()
        asked = np.zeros(len(out), dtype=np.bool_)
        asked[places] = True
        daily = changed(curves.keep(asked).paid_within(days, since), curves.as_of + timedelta(days=since), rows, what)
        out[places] = daily[:, within - since]
    return out


def _habits(payment: Payment, books: Books, country: str | None, policy: Policy) -> Paydays | None:
    """The customers' paydays, where they have any."""
    paid = payment.history.filter(pl.col("end") == "paid").get_column("ended_on")
    first = paid.min()
    off = days_off(country, first.year, books.as_of.year) if country and isinstance(first, date) else frozenset()
    return paydays(payment.history, books.journal.customers.height, off, policy.terms(Habits))


def _on_paydays(payment: Payment, habits: Paydays, ends: Sequence[date], country: str | None, policy: Policy) -> Floats:
    """[items, ends]: the plain chances with money on the days on which customers pay."""
    curves, count = payment.open, (ends[-1] - payment.open.as_of).days
    days = [curves.as_of + timedelta(days=day) for day in range(1, count + 1)]
    since, within = offsets(curves.as_of, days, country)
    off = days_off(country, days[0].year, days[-1].year) if country else frozenset()
    working = np.array([day not in off for day in days])
    who = curves.items.get_column("customer_no").cast(pl.Int64).fill_null(-1).to_numpy()
    asked = [(end - curves.as_of).days - 1 for end in ends]
    out = np.empty((len(who), len(ends)))
    for first in range(0, len(who), 4_000):
        lot = slice(first, first + 4_000)
        plain = curves.part(lot).paid_within(within.tolist(), since)
        out[lot] = tilted(plain, who[lot], habits, days, working=working, terms=policy.terms(Habits))[:, asked]
    return out

"""Chances: by which day the money of each open item is here, with all that is known of it; simulations draw from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.payment.grid import Floats
from solvent.payment.payment import Payment
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

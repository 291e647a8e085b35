"""Sentences about when items are paid, and about back-tests."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "payment.backtest.nothing_after": (
        "no invoice was issued on or after {day}, so there is nothing to predict; choose an earlier day"
    ),
    "payment.none_paid": (
        "no payment is known, so {items} open items follow a general law of payment and not your customers' own; "
        "bring in paid invoices too"
    ),
    "payment.backtest.nothing_before": (
        "no invoice was paid before {day}, so there is nothing to learn from; choose a later day"
    ),
}
"""Problem code to English sentence; {word} is a fact of the problem."""

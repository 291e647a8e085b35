"""Reserving: how long a limit is held for an order that is not in the books yet."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term


@dataclass(frozen=True)
class Reserving(Terms, key="limits.reserving"):
    """How long a limit is held for an order."""

    hold_hours: int = term(24, unit="hours a limit is held", source="own choice: until the next day's import")
    order_days: int = term(
        14, unit="days within which an order has to be in the books", source="own choice: nothing is held for good"
    )

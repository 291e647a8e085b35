"""World: what a scenario may ask beyond the paths: who the largest debtors are, what is foreign, what is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from solvent.simulation.horizon import Floats


@dataclass(frozen=True)
class World:
    """Facts of the company that a scenario may need; all may be empty, and a scenario then says so or changes nothing.

    customers: id to what it pays of its open items, [paths, bins], largest debtor first. sales_shares: id to its share
    of receipts of future sales. foreign: currency to its share of all that customers owe. drawn: facility to (amount
    drawn in minor units of the books' currency, last day or None).
    """

    customers: Mapping[str, Floats] = field(default_factory=dict)
    sales_shares: Mapping[str, float] = field(default_factory=dict)
    foreign: Mapping[str, float] = field(default_factory=dict)
    drawn: Mapping[str, tuple[int, date | None]] = field(default_factory=dict)

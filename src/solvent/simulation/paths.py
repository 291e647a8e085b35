"""Paths: all money in and out on the same simulated paths, one array a kind of flow.

Every question about cash is put to these arrays: a quantile is a sort of the balances, a what-if adds an array, a part
of the total is one of its flows. So no two answers can contradict each other, and the parts add up on every path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from solvent.base.problem import Problem
from solvent.simulation.horizon import Floats, Horizon

IN = ("receipts_open", "receipts_sales", "tax_refund", "other_in", "disposal", "loan_drawn", "equity")
"""Money in: of items open today, of sales to come, refunds of tax, all else; planned disposals, loans and capital."""

OUT = (
    "suppliers_open",
    "suppliers_future",
    "payroll",
    "tax",
    "rent",
    "utilities",
    "freight",
    "other_operating",
    "capex",
    "interest",
    "loan_repaid",
    "dividend",
)
"""Money out, negative: bills on hand, bills to come, and the categories of ``books.cash``."""

FACILITIES = ("facility_drawn", "facility_repaid", "facility_cost")
"""What credit lines did on each path: drawn in, repaid and charged out."""

PLANNED = ("planned",)
"""What a what-if or an expansion plan lays over the paths."""

FLOWS = (*IN, *OUT, *FACILITIES, *PLANNED)
"""Every kind of flow, in the order in which tables show them."""

OPERATING_FLOWS = (
    "receipts_open",
    "receipts_sales",
    "tax_refund",
    "other_in",
    "suppliers_open",
    "suppliers_future",
    "payroll",
    "tax",
    "rent",
    "utilities",
    "freight",
    "other_operating",
)
"""The flows of operations, which a direct-method operating cash flow adds up."""


@dataclass(frozen=True)
class CashPaths:
    """The joint simulation of one company's cash; frozen.

    opening: cash on all accounts at the end of ``horizon.as_of``, minor units of ``currency``; None: not known, and
    balances are told as changes from nothing. flows: kind (one of FLOWS) to [paths, bins] Float64, minor units of
    ``currency``, in positive, out negative; a kind that the company does not have is absent. systemic: [paths], the
    standard normal factor that delays everybody, positive is later. problems: what is not in the paths, and why.
    """

    horizon: Horizon
    currency: str
    seed: int
    opening: int | None
    flows: Mapping[str, Floats]
    systemic: Floats
    problems: Sequence[Problem] = ()

    @property
    def count(self) -> int:
        """How many paths there are."""
        return len(self.systemic)

    @cached_property
    def net(self) -> Floats:
        """[paths, bins]: all flows added in the order of FLOWS."""
        total = np.zeros((self.count, len(self.horizon)))
        for kind in FLOWS:
            if kind in self.flows:
                total += self.flows[kind]
        return total

    @cached_property
    def balance(self) -> Floats:
        """[paths, bins]: cash at the end of each bin."""
        level: Floats = np.cumsum(self.net, axis=1) + float(self.opening or 0)
        return level

    def flow(self, kind: str) -> Floats:
        """One kind of flow, zeros where the company has none."""
        if kind not in FLOWS:
            raise KeyError(kind)
        return self.flows[kind] if kind in self.flows else np.zeros((self.count, len(self.horizon)))

    def laid_over(self, changes: Mapping[str, Floats]) -> CashPaths:
        """The same paths with more (or, negative, less) of some flows: [paths, bins] or [bins] each."""
        flows = dict(self.flows)
        for kind, change in changes.items():
            flows[kind] = self.flow(kind) + change
        return replace(self, flows=flows)

    def replaced(self, flows: Mapping[str, Floats]) -> CashPaths:
        """The same paths with some kinds of flow put in place of their own."""
        for kind in flows:
            if kind not in FLOWS:
                raise KeyError(kind)
        return replace(self, flows={**self.flows, **flows})

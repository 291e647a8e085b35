"""Operating cash flow: months running in which operations took more cash than they brought (REQUIREMENTS EW-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.terms import Terms, term
from solvent.books.cash import OPERATING
from solvent.decisions.warnings.evidence.company import largest_lines
from solvent.decisions.warnings.evidence.rows import own
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class OperatingCashFlow(Terms, key="warnings.operating_cash_flow"):
    """Where the line lies."""

    red: float = term(2.0, unit="full months running below zero, from it", source="REQUIREMENTS EW-04")


def read(view: View, terms: OperatingCashFlow) -> pl.DataFrame | None:
    """How many full calendar months up to the last operating cash flow was below zero (FORMULAS 4.6.3)."""
    flow = view.cash_flow
    if flow.is_empty() or flow["operating"][-1] is None:
        return None
    months, end = int(flow["negative_months"][-1]), flow["month_end"][-1]
    since = months_before(end.replace(day=1), max(months, 1) - 1) - timedelta(days=1)
    lost = flow.tail(max(months, 1))["operating"].sum()
    evidence = largest_lines(view.books, since, end, OPERATING)
    return own(months, evidence, months=months, month_on=end, flow_amount=int(lost))


RULE = Rule(
    about="company",
    layer="base",
    crossed="from",
    unit="months",
    owner="cfo",
    terms=OperatingCashFlow,
    lines=lambda terms: Lines(red=terms.red),
    read=read,
)

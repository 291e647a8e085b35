"""Adverse news: unpaid taxes, penalties, pledges, a qualified audit, bad press (REQUIREMENTS RD-01)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.happened import worst
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class AdverseNews(Terms, key="warnings.adverse_news"):
    """For how long an event is news, how severe each kind is, and where the lines lie."""

    days: int = term(90, unit="days within which an event is news", source="own choice: a quarter")
    noted: tuple[str, ...] = term(
        ("penalty", "equity_pledged", "other"),
        unit="kinds that are to note, 1",
        source="own choice: everyday",
    )
    serious: tuple[str, ...] = term(
        ("negative_news", "tax_arrears", "chattel_mortgaged"),
        unit="kinds that are serious, 2",
        source="own choice: money is short",
    )
    grave: tuple[str, ...] = term(
        ("audit_qualified",),
        unit="kinds that are grave, 3",
        source="own choice: its figures are not believed",
    )
    yellow: float = term(2.0, unit="severity, from it", source="own choice: what is only to note warns nobody")
    orange: float = term(3.0, unit="severity, from it", source="own choice: what is grave")


def read(view: View, terms: AdverseNews) -> pl.DataFrame | None:
    """The highest severity of such events of each customer; 0 where nothing was told."""
    return worst(view.books, view.owed, terms.days, {1: terms.noted, 2: terms.serious, 3: terms.grave})


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="level",
    owner="credit",
    terms=AdverseNews,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit",),
)

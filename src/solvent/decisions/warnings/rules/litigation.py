"""Litigation: lawsuits, judgments and enforcement against a customer (REQUIREMENTS RD-01)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.happened import worst
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class Litigation(Terms, key="warnings.litigation"):
    """For how long an event is news, how severe each kind is, and where the lines lie."""

    days: int = term(
        180, unit="days within which an event is news", source="own choice: half a year, as a lawsuit takes"
    )
    noted: tuple[str, ...] = term(
        ("lawsuit_as_plaintiff",),
        unit="kinds that are to note, 1",
        source="own choice: it claims money, and owes none",
    )
    serious: tuple[str, ...] = term(
        ("lawsuit_as_defendant", "judgment_against"),
        unit="kinds that are serious, 2",
        source="REQUIREMENTS RD-01",
    )
    grave: tuple[str, ...] = term(
        ("enforcement_opened", "dishonest_debtor", "spending_restricted", "equity_frozen"),
        unit="kinds that are grave, 3",
        source="own choice: it did not pay what a court had said",
    )
    yellow: float = term(2.0, unit="severity, from it", source="own choice: what is only to note warns nobody")
    orange: float = term(3.0, unit="severity, from it", source="own choice: what is grave")


def read(view: View, terms: Litigation) -> pl.DataFrame | None:
    """The highest severity of what courts told of each customer; 0 where they told nothing."""
    return worst(view.books, view.owed, terms.days, {1: terms.noted, 2: terms.serious, 3: terms.grave})


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="level",
    owner="credit",
    terms=Litigation,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit", "collect_first"),
)

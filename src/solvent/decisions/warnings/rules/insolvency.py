"""Insolvency: a customer has filed for it, is bankrupt, or is struck off the register (REQUIREMENTS RD-01)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.happened import worst
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class Insolvency(Terms, key="warnings.insolvency"):
    """For how long an event is news, how severe each kind is, and where the lines lie."""

    days: int = term(
        1095,
        unit="days within which an event is news",
        source="own choice: three years, as long as a claim may be filed",
    )
    grave: tuple[str, ...] = term(
        ("insolvency_filed", "bankrupt", "licence_revoked", "deregistered"),
        unit="kinds that are grave, 3",
        source="own choice: nothing more is paid as agreed",
    )
    red: float = term(1.0, unit="severity, from it", source="own choice: whatever it is")


def read(view: View, terms: Insolvency) -> pl.DataFrame | None:
    """3 where it has happened to a customer, 0 where not."""
    return worst(view.books, view.owed, terms.days, {3: terms.grave})


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="level",
    owner="credit",
    terms=Insolvency,
    lines=lambda terms: Lines(None, None, terms.red),
    read=read,
    proposes=("hold_supply", "report_to_insurer"),
)

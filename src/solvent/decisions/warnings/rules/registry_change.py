"""Registry change: what a register says of a customer changed for the worse (REQUIREMENTS RD-01)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.warnings.evidence.happened import worst
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class RegistryChange(Terms, key="warnings.registry_change"):
    """For how long an event is news, how severe each kind is, and where the lines lie."""

    days: int = term(
        120,
        unit="days within which an event is news",
        source="own choice: four months, within which trouble that it announces shows",
    )
    noted: tuple[str, ...] = term(
        ("capital_raised", "name_changed", "address_changed", "business_scope_changed"),
        unit="kinds that are to note, 1",
        source="own choice: as a rule of no matter",
    )
    serious: tuple[str, ...] = term(
        (
            "capital_reduced",
            "legal_representative_changed",
            "director_changed",
            "shareholder_changed",
            "abnormal_operation",
        ),
        unit="kinds that are serious, 2",
        source="REQUIREMENTS RD-01",
    )
    grave: tuple[str, ...] = term(
        ("serious_violation", "licence_revoked", "deregistered"),
        unit="kinds that are grave, 3",
        source="own choice: it may not trade any more",
    )
    yellow: float = term(2.0, unit="severity, from it", source="own choice: what is only to note warns nobody")
    orange: float = term(3.0, unit="severity, from it", source="own choice: what is grave")


def read(view: View, terms: RegistryChange) -> pl.DataFrame | None:
    """The highest severity of each customer's changes in the register; 0 where nothing changed."""
    return worst(view.books, view.owed, terms.days, {1: terms.noted, 2: terms.serious, 3: terms.grave})


RULE = Rule(
    about="customer",
    layer="top",
    crossed="from",
    unit="level",
    owner="credit",
    terms=RegistryChange,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
    proposes=("lower_limit", "ask_security"),
)

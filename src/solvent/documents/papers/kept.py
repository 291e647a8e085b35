"""Kept: the figures of an assessment as papers read them: decimal text back into money, codes into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN, minor
from solvent.documents.content import Row, Table, Value, count, money, text, tier, word

Json = Any
TIERS = {1: "yellow", 2: "orange", 3: "red"}
SHOWN = 3
"""So many of those whom a rule found are named."""


@dataclass(frozen=True)
class Kept:
    """One assessment as it was kept.

    report: ``documents.figures.figures``. names: customer to its name. customers, decisions: the lists of those names,
    None where the assessment has none. company: what it calls itself.
    """

    report: Mapping[str, Json]
    names: Mapping[str, str] = field(default_factory=dict)
    customers: pl.DataFrame | None = None
    decisions: pl.DataFrame | None = None
    company: str = ""

    @property
    def as_of(self) -> date:
        """The day at whose end everything stands."""
        return date.fromisoformat(self.report["as_of"])

    @property
    def currency(self) -> str:
        """The currency of its figures."""
        return str(self.report["currency"] or UNKNOWN)

    def money(self, told: str | float | None) -> Value:
        """An amount that the report tells in main units."""
        return money(None if told is None else minor(Decimal(str(told)), self.currency), self.currency)

    def who(self, customer_id: str | None) -> Value:
        """A customer by its name."""
        return text(None if customer_id is None else self.names.get(customer_id, customer_id))

    def about(self, finding: Mapping[str, Json]) -> Value:
        """Whom or what a finding is about: a customer by its name, ourselves by ours, else as it is called."""
        if finding["about"] == "company":
            return text(self.company or finding["subject"])
        return self.who(finding["subject"])

    def alarms(self, least: int, most: int) -> tuple[Sequence[Row], int]:
        """Findings of at least a tier as rows by rule, the gravest first: colour, rule, how many, about whom, for whom.

        Returns: the rows, at most so many, and how many findings are in none of them.
        """
        groups: dict[tuple[int, str, str], list[Mapping[str, Json]]] = {}
        found = [one for one in self.report["warnings"]["findings"] if one["tier"] >= least]
        for one in found:
            groups.setdefault((one["tier"], one["rule"], one["owner"]), []).append(one)
        ordered = sorted(groups.items(), key=lambda group: (-group[0][0], group[0][1], group[0][2]))
        rows: list[Row] = []
        for (grave, rule, owner), ones in ordered[:most]:
            first = sorted(ones, key=lambda one: -abs(one["value"] or 0))[:SHOWN]
            names = tuple(str(self.about(one).value) for one in first)
            rows.append(
                (tier(TIERS[grave]), word("rule", rule), count(len(ones)), Value("text", names), word("owner", owner))
            )
        return rows, len(found) - sum(len(ones) for _, ones in ordered[:most])


def on(told: str | None) -> date | None:
    """A day of the report."""
    return None if told is None else date.fromisoformat(told)


def total(parts: Sequence[str | None]) -> str | None:
    """The sum of amounts; None where one is not known."""
    known = [Decimal(part) for part in parts if part is not None]
    return str(sum(known, Decimal(0))) if len(known) == len(parts) else None


def part_of(part: str | None, whole: str | None) -> float | None:
    """A share; None where it cannot be told."""
    if part is None or whole is None or not Decimal(whole):
        return None
    return float(Decimal(part) / Decimal(whole))


def table(caption: str, columns: Sequence[str], rows: Sequence[Row]) -> Sequence[Table]:
    """The table, or nothing where it has no row."""
    return [Table(caption, columns, rows)] if rows else []

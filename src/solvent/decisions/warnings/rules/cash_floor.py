"""Cash floor: the week's mean balance comes near the least operating cash, or may do so soon (REQUIREMENTS CA-04)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.terms import Terms, term
from solvent.decisions.liquidity.floor import Floor, recent, under
from solvent.decisions.warnings.evidence.company import balance_keys
from solvent.decisions.warnings.evidence.rows import own
from solvent.decisions.warnings.rule import Lines, Rule
from solvent.decisions.warnings.view import View


@dataclass(frozen=True)
class CashFloor(Terms, key="warnings.cash_floor"):
    """What counts as near, by the past and by the weeks ahead, and where the lines lie."""

    weeks: int = term(4, unit="weeks ahead that are looked at", source="own choice: a month can still be acted on")
    chance: float = term(
        0.10, unit="chance of falling under the floor in one of them, near from it", most=1, source="FORMULAS 4.6.4"
    )
    yellow: float = term(1.10, unit="times the floor, at or under it", source="FORMULAS 4.6.4")
    orange: float = term(1.00, unit="times the floor, at or under it", source="REQUIREMENTS CA-04")


def read(view: View, terms: CashFloor) -> pl.DataFrame | None:
    """The mean balance of the last full week as times the floor.

    A chance of falling under it in the weeks ahead, where there are paths, counts as a balance at the yellow line.
    """
    floor_terms, told = view.policy.terms(Floor), view.cash_lines
    if not told.floor.value:
        return None
    weeks = recent(view.books, told, floor_terms).drop_nulls("times")
    chance = None
    if view.snapshot is not None and view.snapshot.paths is not None:
        ahead = under(view.snapshot.paths, told, floor_terms)
        chance = None if ahead is None else ahead.head(terms.weeks)["chance"].max()
    soon = isinstance(chance, float) and chance >= terms.chance - 1e-12
    if weeks.is_empty():
        return own(terms.yellow if soon else None, balance_keys(view.books))
    row = weeks.row(-1, named=True)
    times = min(row["times"], terms.yellow) if soon else row["times"]
    return own(
        times,
        balance_keys(view.books),
        week_on=row["week_end"],
        mean_amount=row["cash"] - told.ring_fenced,
        floor_amount=round(told.floor.value),
        week_times=row["times"],
        chance_share=chance if isinstance(chance, float) else 0.0,
        weeks=terms.weeks,
    )


RULE = Rule(
    about="company",
    layer="base",
    crossed="down_to",
    unit="times",
    owner="treasury",
    terms=CashFloor,
    lines=lambda terms: Lines(terms.yellow, terms.orange),
    read=read,
)

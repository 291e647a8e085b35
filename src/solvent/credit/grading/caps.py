"""Caps: what a grade cannot be better than, whatever the points: events, long overdue, screening, country, industry."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from solvent.base.calendar import months_before
from solvent.base.problem import PolicyError
from solvent.base.terms import Terms, term
from solvent.books.books import Books
from solvent.credit.grading.chances import GRADES
from solvent.credit.grading.factors.register import DEFAULTS as REGISTER
from solvent.credit.grading.factors.register import severity

CAPS = ("event", "overdue", "screening", "country", "region", "industry")
"""What caps, in the order in which one is named where several cap alike; ``group`` comes last of all."""


@dataclass(frozen=True)
class Caps(Terms, key="credit.grading.caps"):
    """The best grade that each thing leaves."""

    ended_kinds: tuple[str, ...] = term(
        ("bankrupt", "insolvency_filed", "dishonest_debtor", "deregistered", "licence_revoked"),
        unit="kinds of events that leave E",
        source="own choice: such a firm does not pay by itself any more",
    )
    ended_months: int = term(60, unit="months", source="own choice: five years, the longest a court list keeps a name")
    ended_states: tuple[str, ...] = term(
        ("in_liquidation", "revoked", "deregistered"), unit="states of the register that leave E", source="own choice"
    )
    enforced_kinds: tuple[str, ...] = term(
        ("enforcement_opened", "spending_restricted", "serious_violation", "equity_frozen"),
        unit="kinds that leave D at best",
        source="own choice: others already collect by force",
    )
    enforced_months: int = term(24, unit="months", source="own choice")
    enforced_states: tuple[str, ...] = term(("suspended",), unit="states that leave D at best", source="own choice")
    warned_kinds: tuple[str, ...] = term(
        ("abnormal_operation", "judgment_against", "insurer_warning"),
        unit="kinds that leave C at best",
        source="own choice",
    )
    warned_months: int = term(12, unit="months", source="own choice: one year")
    grave_grade: str = term(
        "D", unit="best grade with an event of severity 3", choices=("A", "B", "C", "D", "E"), source="own choice"
    )
    overdue_grade: str = term(
        "E",
        unit="best grade of who has failed us",
        choices=("A", "B", "C", "D", "E"),
        source="own choice: it has failed already",
    )
    country_grades: tuple[str, ...] = term(
        ("A", "A", "A", "B", "D"),
        unit="best grade by country level 1 to 5",
        choices=("A", "B", "C", "D", "E"),
        source="REQUIREMENTS CR-12; own choice",
    )
    region_grades: tuple[str, ...] = term(
        ("A", "A", "A", "A", "C"),
        unit="best grade by region level 1 to 5",
        choices=("A", "B", "C", "D", "E"),
        source="REQUIREMENTS CR-12; own choice",
    )
    industry_grades: tuple[str, ...] = term(
        ("A", "A", "A", "A", "C"),
        unit="best grade by industry level 1 to 5",
        choices=("A", "B", "C", "D", "E"),
        source="REQUIREMENTS CR-12; own choice",
    )
    screening_grade: str = term(
        "C",
        unit="best grade of a newcomer that is not admitted, and of who failed a gate",
        choices=("A", "B", "C", "D", "E"),
        source="REQUIREMENTS CR-02",
    )
    newcomer_years: float = term(
        1.0, unit="years of trade, a newcomer strictly under it", source="own choice: then our own record speaks"
    )
    follows_parent: bool = term(True, unit="yes: nobody is better than its parent", source="own choice")
    ended_chance: float = term(0.5, unit="least chance of who is E by an event", source="own choice")
    failed_chance: float = term(0.4, unit="least chance of who has failed us", source="own choice")


DEFAULTS = Caps()


def place_of(grade: str) -> int:
    """The place of a grade in GRADES.

    Raises:
        PolicyError: there is no such grade.
    """
    if grade not in GRADES:
        raise PolicyError("credit.grading.grade_unknown", grade, known=", ".join(GRADES))
    return GRADES.index(grade)


def event_caps(books: Books, terms: Caps = DEFAULTS) -> pl.LazyFrame:
    """customer_id, event_cap (Int64: place in GRADES): a row for customers whose events leave less than A."""
    kind, day = pl.col("kind"), pl.col("happened_on")
    cap = pl.max_horizontal(
        pl.when(kind.is_in(terms.ended_kinds) & (day > months_before(books.as_of, terms.ended_months))).then(4),
        pl.when(kind.is_in(terms.enforced_kinds) & (day > months_before(books.as_of, terms.enforced_months))).then(3),
        pl.when(kind.is_in(terms.warned_kinds) & (day > months_before(books.as_of, terms.warned_months))).then(2),
        pl.when((severity(REGISTER) == 3) & (day > months_before(books.as_of, terms.enforced_months))).then(
            place_of(terms.grave_grade)
        ),
    )
    told = books.table("events").with_columns(cap.alias("event_cap")).filter(pl.col("event_cap").is_not_null())
    return told.group_by("customer_id").agg(pl.col("event_cap").max().cast(pl.Int64))


def capped(facts: pl.DataFrame, terms: Caps = DEFAULTS) -> pl.DataFrame:
    """The places that each cap leaves.

    Args:
        facts: customer_id, event_cap, status, failed_us, known_years, screening_in_use, admitted, gate_failed,
            country_told, region_told, industry_told.

    Returns:
        facts with ``cap_NAME`` (Int64, empty: no cap) for each of CAPS.
    """
    ended, enforced = (pl.col("status").is_in(states) for states in (terms.ended_states, terms.enforced_states))
    newcomer = pl.col("known_years").fill_null(0.0) < terms.newcomer_years
    unscreened = pl.col("screening_in_use") & (pl.col("gate_failed") | (newcomer & ~pl.col("admitted")))
    caps = {
        "event": pl.max_horizontal("event_cap", pl.when(ended).then(4).when(enforced).then(3)),
        "overdue": pl.when(pl.col("failed_us")).then(place_of(terms.overdue_grade)),
        "screening": pl.when(unscreened.fill_null(False)).then(place_of(terms.screening_grade)),
    }
    for name in ("country", "region", "industry"):
        grades = getattr(terms, f"{name}_grades")
        if len(grades) != 5:
            place = f"credit.grading.caps.{name}_grades"
            raise PolicyError("credit.grading.level_grades", place, count=len(grades))
        places = {at: place_of(grade) for at, grade in enumerate(grades, 1)}
        caps[name] = pl.col(f"{name}_told").replace_strict(places, default=None, return_dtype=pl.Int64)
    return facts.with_columns(cap.cast(pl.Int64).alias(f"cap_{name}") for name, cap in caps.items())


def after_caps(place: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The place after all caps, and the name of the cap that decided it; empty where none made it worse."""
    best = pl.max_horizontal(place, *(f"cap_{name}" for name in CAPS))
    names = [pl.when(pl.col(f"cap_{name}") == best).then(pl.lit(name)) for name in CAPS]
    return best, pl.when(best > place).then(pl.coalesce(names))


def under_parents(frame: pl.DataFrame, most: int = 8) -> pl.DataFrame:
    """The frame with ``place`` no better than the parent's, up the chain; ``capped_by`` is ``group`` where it moved.

    Args:
        frame: customer_id, parent_id (empty: none of ours), place (Int64), capped_by.
        most: how many steps of a chain are followed.
    """
    for _ in range(most):
        parents = frame.select(pl.col("customer_id").alias("parent_id"), pl.col("place").alias("over"))
        told = frame.join(parents, on="parent_id", how="left", maintain_order="left")
        worse = (pl.col("over") > pl.col("place")).fill_null(False)
        if not told.select(worse.any()).item():
            return frame
        frame = told.with_columns(
            pl.when(worse).then("over").otherwise("place").alias("place"),
            pl.when(worse).then(pl.lit("group")).otherwise("capped_by").alias("capped_by"),
        ).drop("over")
    return frame

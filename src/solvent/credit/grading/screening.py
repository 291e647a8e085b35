"""Screening: the three gates of admission and the further looks: where each stands, and what is to be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.books.credit.registry import STEPS
from solvent.credit.grading.factors.register import newest_registrations

GATES = STEPS[:3]
"""The three steps that admit, in order; the others are looked into besides."""
DONE = ("passed", "waived")
"""States of a step that is behind us."""


@dataclass(frozen=True)
class Screening(Terms, key="credit.grading.screening"):
    """How long a step is good for, and what the file must hold before it can be decided."""

    registry_days: int = term(365, unit="days", source="own choice: one year")
    statements_days: int = term(550, unit="days", source="own choice: a year and the time to draw up the next")
    reputation_days: int = term(365, unit="days", source="own choice: one year")
    credit_report_days: int = term(365, unit="days", source="own choice: one year")
    litigation_days: int = term(182, unit="days", source="own choice: half a year, courts are quick to know")
    ratios_days: int = term(550, unit="days", source="own choice: as statements")
    supply_chain_days: int = term(365, unit="days", source="own choice: one year")
    management_days: int = term(365, unit="days", source="own choice: one year")
    statement_years: int = term(2, unit="years of statements", source="REQUIREMENTS CR-02")
    references: int = term(1, unit="references", source="own choice: one voice is a reputation, none is not")


DEFAULTS = Screening()


@dataclass(frozen=True)
class Screened:
    """Where the screening of every customer stands.

    steps: customer_id, step (one of STEPS, in their order), gate (Boolean: one of the three that admit), state
    (``passed``, ``failed``, ``waived``, ``open``: never decided, ``expired``), told_on, expires_on (Date: last day it
    is good for), reviewer, evidence, reason (String: as told; where the register says that a passed firm is no longer
    active the state is ``failed`` and the reason ``status:`` and what the register says), at_hand (Boolean: the file
    holds what the step needs; empty: files cannot hold it).
    table: customer_id, admitted (Boolean: every gate passed or waived, none expired), failed (Boolean: a gate failed),
    gates_done (Int64, 0 to 3), next_step (String: the first gate that keeps it from being admitted, then the first look
    that is open or expired; empty: nothing to do), in_use (Boolean: anything was ever screened in these books).
    """

    steps: pl.DataFrame
    table: pl.DataFrame


def screened(books: Books, policy: Policy) -> Screened:
    """The screening of every customer on the books' day."""
    terms = policy.terms(Screening)
    told = _states(books, terms, STEPS).join(_at_hand(books, terms), on=["customer_id", "step"], how="left")
    shown = (
        told.with_columns(pl.col("step").is_in(GATES).alias("gate"), _held(pl.col("step")).alias("at_hand"))
        .sort("customer_id", "place")
        .select(
            "customer_id", "step", "gate", "state", "told_on", "expires_on", "reviewer", "evidence", "reason", "at_hand"
        )
        .collect()
    )
    done = pl.col("state").is_in(DONE)
    table = shown.group_by("customer_id", maintain_order=True).agg(
        *_gates(pl.col("gate")),
        (done & pl.col("gate")).sum().cast(pl.Int64).alias("gates_done"),
        pl.col("step").filter(~done).first().alias("next_step"),
        pl.lit(books.has("screenings")).first().alias("in_use"),
    )
    return Screened(shown, table)


def admitted(books: Books, policy: Policy) -> pl.LazyFrame:
    """customer_id, admitted, failed, in_use: of ``screened``'s table what a grade asks for."""
    told = _states(books, policy.terms(Screening), GATES)
    gates = told.group_by("customer_id").agg(_gates(pl.lit(True)))
    return gates.with_columns(pl.lit(books.has("screenings")).alias("in_use"))


def _gates(of_gate: pl.Expr) -> list[pl.Expr]:
    done, failed = pl.col("state").is_in(DONE), pl.col("state") == "failed"
    return [(done | ~of_gate).all().alias("admitted"), (failed & of_gate).any().alias("failed")]


def _states(books: Books, terms: Screening, wanted: Sequence[str]) -> pl.LazyFrame:
    """customer_id, step, place, state and what was told of it, of every known customer and step wanted."""
    steps = pl.LazyFrame(
        {"step": list(wanted), "place": range(len(wanted)), "days": [_days(terms, step) for step in wanted]}
    )
    newest = (
        books.table("screenings")
        .sort("told_on", "recorded_on", "screening_id")
        .group_by("customer_id", "step")
        .agg(pl.col("outcome", "told_on", "expires_on", "reviewer", "evidence", "reason").last())
    )
    every = known_customers(books).join(steps, how="cross").join(newest, on=["customer_id", "step"], how="left")
    told = every.join(newest_registrations(books).select("customer_id", "status"), on="customer_id", how="left")
    until = pl.coalesce("expires_on", pl.col("told_on") + pl.duration(days=pl.col("days")))
    gone = (pl.col("step") == GATES[0]) & (pl.col("status") != "active") & (pl.col("outcome") != "failed")
    state = (
        pl.when(pl.col("outcome").is_null())
        .then(pl.lit("open"))
        .when(gone)
        .then(pl.lit("failed"))
        .when(pl.col("expires_on") < books.as_of)
        .then(pl.lit("expired"))
        .otherwise("outcome")
    )
    reason = pl.when(gone & pl.col("outcome").is_not_null()).then(pl.lit("status:") + pl.col("status"))
    return told.with_columns(until.alias("expires_on")).with_columns(
        state.alias("state"), reason.otherwise("reason").alias("reason")
    )


def known_customers(books: Books) -> pl.LazyFrame:
    """customer_id, sorted: who ever traded with us, stands in the customers table, or asks for credit."""
    names = ("customers", "screenings", "admissions")
    ids = [books.journal.customers.lazy().select("customer_id"), *(books.table(n).select("customer_id") for n in names)]
    return pl.concat(ids).unique().sort("customer_id")


def _days(terms: Screening, step: str) -> int:
    return int(getattr(terms, f"{step}_days"))


def _held(step: pl.Expr) -> pl.Expr:
    """Of the steps that files can hold: whether they do."""
    holds = step.is_in(["registry", "statements", "reputation", "credit_report", "litigation", "ratios"])
    return pl.when(holds).then(pl.col("held").fill_null(False))


def _at_hand(books: Books, terms: Screening) -> pl.LazyFrame:
    """customer_id, step, held: what the files hold for each step, as fresh as the step wants it."""

    def fresh(table: str, day: str, step: str) -> pl.LazyFrame:
        return books.table(table).filter(pl.col(day) >= books.as_of - timedelta(days=_days(terms, step)))

    years = (
        books.table("statements")
        .rename({"entity_id": "customer_id"})
        .filter(pl.col("line") == "total_assets")
        .group_by("customer_id")
        .agg(pl.col("period_end").unique().sort().alias("ends"))
        .with_columns(pl.col("ends").list.max().alias("last"), pl.col("ends").list.len().alias("many"))
        .filter(pl.col("last") >= books.as_of - timedelta(days=terms.statements_days))
    )
    covered = (pl.col("last") - pl.col("ends").list.min()).dt.total_days() >= 365 * (terms.statement_years - 1) - 5
    spoken = fresh("trade_references", "told_on", "reputation").group_by("customer_id").agg(pl.len().alias("many"))
    parts = {
        "registry": fresh("registrations", "told_on", "registry").select("customer_id"),
        "statements": years.filter(covered).select("customer_id"),
        "reputation": spoken.filter(pl.col("many") >= terms.references).select("customer_id"),
        "credit_report": fresh("opinions", "told_on", "credit_report").select("customer_id"),
        "litigation": fresh("registrations", "told_on", "litigation").select("customer_id"),
        "ratios": years.select("customer_id"),
    }
    held = [
        frame.unique().select("customer_id", pl.lit(step).alias("step"), pl.lit(True).alias("held"))
        for step, frame in parts.items()
    ]
    return pl.concat(held)

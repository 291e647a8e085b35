"""Figures of the credit desk: grades, exposure, limits, reviews and warnings as plain values: part of ``assess``.

Amounts are decimal text in the main unit of the books' currency; shares, chances and points are numbers.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from solvent.credit.credit import Credit
from solvent.credit.limits.settlement import Settling, settlement
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.states import Exposed
from solvent.decisions.warnings.engine import Findings
from solvent.documents.values import amount, plain, records
from solvent.snapshot import Snapshot

Json = Any
OWED = ("not_due", "overdue", "delivered", "ordered", "deposit", "unallocated", "credit_note", "exposure", "insured")
MONEY = ("exposure", "overdue", "limit", "insured", "uninsured", "proposed_limit")


def credit_figures(snapshot: Snapshot, known: Credit) -> dict[str, Json]:
    """Who is how good, what is owed against which limit, and what there is to go through."""
    currency = snapshot.books.currency
    owing = exposures(snapshot.books, terms=snapshot.policy.terms(Exposed)).table
    graded, granted = known.grades.table, known.limits.table
    told = (
        graded.select(
            "customer_id", "grade", "tier", "yearly_default_chance", "points", "ability", "willingness", "known_share",
            "basis", "capped_by",
        )
        .join(
            owing.select("customer_id", "exposure", "overdue", "limit", "used_share", "watch", "over", "insured",
                         "uninsured"),
            on="customer_id",
            how="full",
            coalesce=True,
        )
        .join(
            granted.select("customer_id", pl.col("amount").alias("proposed_limit"), "move", "why"),
            on="customer_id",
            how="left",
        )
        .join(
            settlement(snapshot.books, graded, snapshot.policy.terms(Settling)).select("customer_id", "settlement"),
            on="customer_id",
            how="left",
        )
        .sort("exposure", "customer_id", descending=[True, False], nulls_last=True)
    )  # fmt: skip
    grades = told.group_by("grade").agg(pl.len().alias("customers"), pl.col("exposure").sum()).drop_nulls("grade")
    whole = owing.select(pl.col(name).sum() for name in OWED).row(0, named=True)
    states = known.files.parts.group_by("part", "state").agg(pl.len().alias("customers")).sort("part", "state")
    return {
        "by_grade": records(grades.sort("grade"), currency, ("exposure",)),
        "exposure": {name: amount(value, currency) for name, value in whole.items()},
        "over_limit": int(owing.get_column("over").fill_null(value=False).sum()),
        "to_watch": int(owing.get_column("watch").fill_null(value=False).sum()),
        "without_limit": int(owing.get_column("limit").null_count()),
        "customers": records(told, currency, MONEY),
        "files": records(states, currency, ()),
        "reviews_due": [
            {name: plain(value) for name, value in row.items()} for row in known.reviews.iter_rows(named=True)
        ],
    }


def warning_figures(findings: Findings, currency: str) -> dict[str, Json]:
    """What every rule found, the worst first, with facts and the rows it rests on; which rules were silent or off."""
    return {
        "findings": [
            {**{name: plain(value) for name, value in row.items()}, "facts": _facts(row["facts"], currency)}
            for row in findings.table.iter_rows(named=True)
        ],
        "ran": list(findings.ran),
        "off": list(findings.off),
        "silent": list(findings.silent),
    }


def _facts(told: str, currency: str) -> dict[str, Json]:
    """A rule's facts; amounts, which are told in minor units there, as decimal text."""
    facts: dict[str, Json] = json.loads(told)
    return {name: amount(value, currency) if name.endswith("_amount") else value for name, value in facts.items()}

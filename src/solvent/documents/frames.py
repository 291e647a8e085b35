"""Frames: an assessment as lists that people go through: customers, open items, findings; a row is a thing to see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import polars as pl

from solvent.assessment import Assessment
from solvent.decisions.limits.exposure import exposures
from solvent.documents.credit.frames import credit_frames
from solvent.documents.paid import paid
from solvent.documents.receivables import receivables_frames
from solvent.documents.working_capital import working_capital_frames
from solvent.measures.sums import Figure
from solvent.payment.payment import Payment
from solvent.snapshot import Snapshot

BANDS = {"likely_from_on": 0.1, "likely_on": 0.5, "likely_until_on": 0.9}
"""Day by which a share of like items that are paid at all will be paid."""


def frames(assessment: Assessment) -> Mapping[str, pl.DataFrame]:
    """The lists, by name; money in minor units of the books' currency unless a row names its own.

    customers: a row a customer: its name and what it is cut by, what it owes, its grade, its limit, how it pays.
    items: a row an open item: what is left of it, and when it is likely to be paid. findings: as the engine gives them.
    paid: a row a payment, as ``paid`` gives them. explained: a row an input of a figure, as ``explained`` gives them.
    What is known of credit: ``documents.credit.frames.credit_frames``.
    The lists of receivables are those of ``receivables_frames``, of working capital ``working_capital_frames``.
    """
    snapshot = assessment.snapshot
    told = {
        "customers": customers(snapshot),
        "findings": assessment.findings.table,
        "paid": paid(snapshot.books),
        "explained": explained(snapshot),
        **receivables_frames(snapshot),
        **working_capital_frames(snapshot),
    }
    if snapshot.credit is not None:
        told |= credit_frames(snapshot.books, snapshot.credit, snapshot.policy)
    if snapshot.payment is not None:
        told["items"] = items(snapshot, snapshot.payment)
    return told


def explained(snapshot: Snapshot) -> pl.DataFrame:
    """What each figure of the measures rests on.

    Returns:
        figure (its name; those of a family after a point: ``dso.simple``), value (Float64; empty: it cannot be
        computed), variant (the formula's name), input, told (JSON of the input's value; empty text: it has none),
        why (JSON: code and facts of the problem where there is no value).
    """
    measures, rows = snapshot.measures, []
    for held in fields(measures):
        member = getattr(measures, held.name)
        family = member if isinstance(member, Mapping) else {"": member}
        for name, figure in family.items():
            if not isinstance(figure, Figure):
                continue
            called = f"{held.name}.{name}" if name else held.name
            why = None
            if figure.why is not None:
                why = json.dumps([figure.why.code, dict(figure.why.facts)], default=str)
            inputs = [(one, json.dumps(value, default=str)) for one, value in figure.inputs.items()]
            rows += [(called, figure.value, figure.variant, *one, why) for one in inputs or [("", "")]]
    columns = ("variant", "input", "told", "why")
    schema = {"figure": pl.String, "value": pl.Float64, **dict.fromkeys(columns, pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def customers(snapshot: Snapshot) -> pl.DataFrame:
    """Every customer that anything is known of, the largest exposure first."""
    books, measures = snapshot.books, snapshot.measures
    named = (
        books.table("customers")
        .unique("customer_id", keep="first", maintain_order=True)
        .select("customer_id", "name", "country", "region", "industry", "salesperson", "terms_days")
        .collect()
    )
    paying = measures.behaviour.select(
        "customer_id",
        "delay_days",
        "recent_delay_days",
        "oldest_overdue_days",
        "payment_index",
        "late_share",
        "first_on",
    )
    owing = exposures(books).table.drop("group_id")
    told = paying.join(owing, on="customer_id", how="full", coalesce=True).join(
        named, on="customer_id", how="full", coalesce=True
    )
    if snapshot.credit is not None:
        graded = snapshot.credit.grades.table.select(
            "customer_id", "grade", "tier", "yearly_default_chance", "ability", "willingness", "basis", "capped_by",
            "known_share", "own_grade",
        )  # fmt: skip
        told = told.join(graded, on="customer_id", how="left")
    name = pl.coalesce("name", "customer_id").alias("name")
    return told.with_columns(name).sort("exposure", "customer_id", descending=[True, False], nulls_last=True)


def items(snapshot: Snapshot, payment: Payment) -> pl.DataFrame:
    """Every open item with what is left of it, days past due, and the days between which it is likely to be paid.

    likely_on and its band: of items that are paid at all; empty where payment is not expected. late_share: the chance
    that it is paid late or never.
    """
    books, open_items = snapshot.books, payment.open
    names = books.table("customers").unique("customer_id", keep="first").select("customer_id", "name").collect()
    days = [
        pl.Series(name, np.where(np.isfinite(told := open_items.delay_at(share)), told, np.nan)).alias(name)
        for name, share in BANDS.items()
    ]
    frame = open_items.items.select("customer_no", "item_id", "issued_on", "due_on", "currency", "open")
    frame = frame.with_columns(*days, pl.Series("late_share", open_items.late_share()))
    due = pl.col("due_on")
    return (
        frame.join(books.journal.customers, on="customer_no", how="left")
        .join(names, on="customer_id", how="left")
        .with_columns(
            pl.coalesce("name", "customer_id").alias("name"),
            (pl.lit(books.as_of) - due).dt.total_days().alias("days_past_due"),
            *(
                pl.when(pl.col(name).is_finite())
                .then(due + pl.duration(days=pl.col(name).fill_nan(0).cast(pl.Int64)))
                .alias(name)
                for name in BANDS
            ),
        )
        .filter(pl.col("open") != 0)
        .drop("customer_no")
        .sort("due_on", "item_id")
    )

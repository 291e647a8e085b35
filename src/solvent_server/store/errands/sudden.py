"""Sudden: what an import, a match or another system brought, and whether cash is to be looked at again at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from solvent.base.money import digits, minor
from solvent.books.books import DAY_OF
from solvent.decisions.liquidity.watch.movements import SUMS, Sudden, sudden
from solvent_server.store import database, facts
from solvent_server.store.errands import queue
from solvent_server.store.keeping import assessments
from solvent_server.store.models import Batch, Company
from solvent_server.store.policy.standing import policy_of


def ask_after(company: Company, batch_id: int, actor: str, *, small: bool = True) -> None:
    """Have the company assessed after a batch: where it brought a large sum, shortly at once and then in full.

    Args:
        small: after small sums too; False for what comes in row by row, of which the night's assessment is enough.
    """
    is_large = large(company, batch_id) is not None
    if is_large:
        queue.ask_assess(company, actor, short=True)
    if is_large or small:
        queue.ask_assess(company, actor)


def large(company: Company, batch_id: int) -> int | None:
    """The largest sum that a batch brought, in minor units of the newest assessment, where it is large; else None.

    Before the first assessment nothing is large: there is nothing yet that it could overturn.
    """
    kept = assessments.latest(company.code)
    batch = Batch.objects.filter(company=company, id=batch_id).first()
    spend = None if kept is None else kept.report.get("monthly_spend")
    if kept is None or batch is None or spend is None:
        return None
    rows = {
        name: database.read(
            f"fact_{name}", {"currency": pl.String, "amount": pl.Int64, DAY_OF[name]: pl.Date},
            "WHERE batch_id = ?", [batch.id],
        )
        for name in SUMS if name in batch.digests
    }  # fmt: skip
    if not rows:
        return None
    terms = policy_of(company, kept.as_of).terms(Sudden)
    return sudden(rows, kept.as_of, minor(Decimal(spend), kept.currency), _worth(company, kept.currency), terms)


def _worth(company: Company, base: str) -> Mapping[str, float]:
    """What one minor unit of each currency is in minor units of the company's own, by the newest rate told."""
    columns = {"currency": pl.String, "quote": pl.String, "day_on": pl.Date, "rate": pl.Float64}
    told = {base: 1.0}
    for row in facts.standing("fx_rates", company.pk, columns).sort("day_on").iter_rows(named=True):
        if row["quote"] == base:
            told[row["currency"]] = row["rate"] * 10.0 ** (digits(base) - digits(row["currency"]))
        elif row["currency"] == base:
            told[row["quote"]] = 10.0 ** (digits(base) - digits(row["quote"])) / row["rate"]
    return told

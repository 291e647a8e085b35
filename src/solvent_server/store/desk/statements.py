"""Statements: what a person copies out of a customer's statement of one period, as rows of the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent.books.customers import LINES, OWN
from solvent_server.store import batches
from solvent_server.store.batches import Committed
from solvent_server.store.desk.decided import refuse_unknown
from solvent_server.store.models import Company


@dataclass(frozen=True)
class Period:
    """Of what a statement tells. months: how long it is, for the lines that flow. currency: of every line."""

    end: date
    months: int
    currency: str


def enter(
    company: Company,
    customer_id: str,
    period: Period,
    lines: Mapping[str, int],
    *,
    actor: str,
    today: date | None = None,
) -> Committed:
    """The lines of one period, minor units; a line that was entered before is corrected, undone like any import.

    Raises:
        SolventError: nobody in the books is called so, no line is told, the period is not over, or total assets are not
            total liabilities and equity.
    """
    day = today or datetime.now(UTC).date()
    if customer_id == OWN:
        raise SolventError("desk.nobody", "", name=customer_id)
    refuse_unknown(company, customer_id, None)
    told = {name: amount for name, amount in lines.items() if name in LINES}
    if not told:
        raise SolventError("desk.statement_empty", "")
    if period.end > day:
        raise SolventError("desk.statement_ahead", "", day=period.end.isoformat())
    both = [told.get(name) for name in ("total_assets", "total_liabilities", "equity")]
    assets, debts, own = both
    if assets is not None and debts is not None and own is not None and assets != debts + own:
        raise SolventError("desk.statement_balance", "", gap_amount=abs(assets - debts - own), currency=period.currency)
    rows = [
        {
            "entity_id": customer_id, "period_end": period.end, "months": period.months, "line": name,
            "currency": period.currency, "amount": amount, "recorded_on": day,
        }
        for name, amount in told.items()
    ]  # fmt: skip
    schema = TABLES["statements"].schema
    return batches.record(company, {"statements": pl.DataFrame(rows, schema=schema)}, kind="person", actor=actor)

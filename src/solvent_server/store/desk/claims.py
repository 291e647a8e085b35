"""Claims: what people enter about what is owed: disputes with reason, amount and owner, and plans to pay in parts.

A plan is so many promises under one number: each says how much comes by which day, on the customer's account. All go
into the books in one transaction with its line in the trail, and come out of them again with ``batches.undo``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent_server.store import batches, database
from solvent_server.store.batches import Committed
from solvent_server.store.desk import notes
from solvent_server.store.desk.ledgers import rows_by
from solvent_server.store.models import Batch, Company
from solvent_server.store.models.notes import DISPUTE, OWNER, PLAN, REMARK

MARK = "plan-"
"""How the numbers of promises begin that are instalments of a plan: ``plan-NUMBER/01``."""
MOST = 60
"""Instalments of a plan."""


@dataclass(frozen=True)
class Instalment:
    """So much by a day; minor units of the plan's currency."""

    on: date
    amount: int


def dispute(
    company: Company, item_id: str, *, reason: str, amount: int | None, owner: str, actor: str,
    today: date | None = None,
) -> Committed:  # fmt: skip
    """A customer says that it does not owe an item, or not so much.

    Args:
        amount: in dispute, minor units of the item; None: all of it. owner: who looks after it; empty: nobody yet.

    Raises:
        SolventError: the item is not known or disputed already, no reason is given, or more is disputed than it is of.
    """
    day = today or datetime.now(UTC).date()
    if not reason.strip():
        raise SolventError("desk.reason")
    found = rows_by("open_items", company, "key", [item_id])
    if not found.height:
        raise SolventError("claims.item_unknown", "", item=item_id)
    if amount is not None and not 0 < amount <= found.item(0, "amount"):
        raise SolventError("claims.amount", "", item=item_id)
    with database.writing():
        if rows_by("disputes", company, "item_id", [item_id]).filter(pl.col("closed_on").is_null()).height:
            raise SolventError("claims.disputed_already", "", item=item_id)
        number = f"dispute-{_number(item_id, reason, day, datetime.now(UTC))}"
        row = {"dispute_id": number, "item_id": item_id, "opened_on": day, "reason": reason.strip(),
               "amount": amount, "recorded_on": day}  # fmt: skip
        done = _recorded(company, "disputes", [row], actor, f"dispute of {item_id}")
        if owner.strip():
            notes.write(company, DISPUTE, number, owner.strip(), kind=OWNER, actor=actor)
    return done


def close_dispute(
    company: Company, dispute_id: str, *, outcome: str, actor: str, today: date | None = None
) -> Committed:
    """The dispute is settled; outcome: how, in a person's words.

    Raises:
        SolventError: there is no such dispute, it is closed already, or nobody says how it ended.
    """
    day = today or datetime.now(UTC).date()
    if not outcome.strip():
        raise SolventError("desk.reason")
    with database.writing():
        found = rows_by("disputes", company, "key", [dispute_id])
        if not found.height or found.item(0, "closed_on") is not None:
            raise SolventError("claims.not_running", "", dispute=dispute_id)
        row = found.row(0, named=True)
        begun = row["opened_on"]
        row |= {"closed_on": max(day, begun) if begun else day, "recorded_on": day}
        row.pop("batch_id")
        done = _recorded(company, "disputes", [row], actor, f"dispute {dispute_id} closed")
        notes.write(company, DISPUTE, dispute_id, outcome.strip(), kind=REMARK, actor=actor)
    return done


def plan(
    company: Company, customer_id: str, currency: str, instalments: Sequence[Instalment], *, actor: str,
    remark: str = "", today: date | None = None,
) -> tuple[str, Committed]:  # fmt: skip
    """A customer will pay what it owes in instalments; the plan's number and its import.

    Raises:
        SolventError: nothing is owed in the currency, or the instalments are none, too many, of nothing, in the past,
            in no order, or more than is owed.
    """
    day = today or datetime.now(UTC).date()
    days = [one.on for one in instalments]
    if not 0 < len(days) <= MOST:
        raise SolventError("claims.no_instalments", "", most=MOST)
    if any(one.amount <= 0 for one in instalments):
        raise SolventError("claims.instalment_amount")
    if days != sorted(set(days)) or days[0] < day:
        raise SolventError("claims.instalment_days")
    owed = owed_by(company, customer_id).get(currency, 0)
    if sum(one.amount for one in instalments) > owed:
        raise SolventError("claims.more_than_owed", "", customer=customer_id)
    number = _number(customer_id, str(days), day, datetime.now(UTC))
    rows = [
        {"promise_id": f"{MARK}{number}/{place:02d}", "customer_id": customer_id, "made_on": day, "promised_on": one.on,
         "currency": currency, "amount": one.amount, "recorded_on": day}
        for place, one in enumerate(instalments, 1)
    ]  # fmt: skip
    with database.writing():
        done = _recorded(company, "promises", rows, actor, f"payment plan of {customer_id}")
        if remark.strip():
            notes.write(company, PLAN, number, remark.strip(), kind=REMARK, actor=actor)
    return number, done


def end_plan(company: Company, number: str, *, reason: str, actor: str, today: date | None = None) -> Committed:
    """A plan no longer stands: its instalments to come are taken back; those whose day has come stay as they were.

    Raises:
        SolventError: there is no such plan, none of it is to come, or nobody says why.
    """
    day = today or datetime.now(UTC).date()
    if not reason.strip():
        raise SolventError("desk.reason")
    with database.writing():
        found = rows_by("promises", company, "key", [f"{MARK}{number}/{place:02d}" for place in range(1, MOST + 1)])
        ahead = found.filter((pl.col("promised_on") >= day) & pl.col("withdrawn_on").is_null())
        if not ahead.height:
            raise SolventError("claims.no_plan", "", plan=number)
        rows = [{**row, "withdrawn_on": day, "recorded_on": day} for row in ahead.drop("batch_id").to_dicts()]
        done = _recorded(company, "promises", rows, actor, f"payment plan {number} ended")
        notes.write(company, PLAN, number, reason.strip(), kind=REMARK, actor=actor)
    return done


def owed_by(company: Company, customer_id: str) -> Mapping[str, int]:
    """What stands open on a customer's items, by currency, minor units."""
    items = rows_by("open_items", company, "customer_id", [customer_id])
    applied = rows_by("allocations", company, "item_id", items.get_column("item_id").to_list())
    paid = applied.group_by("item_id").agg(pl.col("amount").sum().alias("paid"))
    left = items.join(paid, on="item_id", how="left").select(
        "currency", (pl.col("amount") - pl.col("paid").fill_null(0)).clip(0).alias("open")
    )
    sums = left.group_by("currency").agg(pl.col("open").sum()).filter(pl.col("open") > 0).sort("currency")
    return dict(sums.iter_rows())


def entered(company: Company, number: int) -> bool:
    """True for imports by which somebody entered a dispute or a plan here, and that count."""
    one = Batch.objects.filter(company=company, id=number, kind="person", state="committed").first()
    return one is not None and set(one.counts) <= {"disputes", "promises"}


def _recorded(company: Company, table: str, rows: Sequence[Mapping[str, Any]], actor: str, reason: str) -> Committed:
    schema = TABLES[table].schema
    frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)
    return batches.record(company, {table: frame}, kind="person", actor=actor, reason=reason)


def _number(*told: object) -> str:
    return blake2b("\x1f".join(map(str, told)).encode(), digest_size=4).hexdigest()

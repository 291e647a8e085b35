"""Claims: what people enter about what is owed: disputes with reason, amount and owner, and plans to pay in parts.

A plan is so many promises under one number: each says how much comes by which day, on the customer's account. All go
into the books in one transaction with its line in the trail, and come out of them again with ``batches.undo``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.base.terms import Terms, term
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
class Planned(Terms, key="server.plans"):
    """How a payment plan is drafted out of what a customer can pay; whoever agrees on it changes the draft."""

    months: int = term(6, unit="full months of receipts", source="own choice: half a year")
    share: float = term(
        0.25, unit="share of what it pays in a month that it can pay on top", most=1,
        source="own choice: new invoices are to be paid too",
    )  # fmt: skip
    least: int = term(2, unit="instalments", least=1, most=60, source="own choice: one is a promise")
    most: int = term(12, unit="instalments", least=1, most=60, source="own choice: one year")


DEFAULTS = Planned()


@dataclass(frozen=True)
class Draft:
    """A plan as it might be agreed. monthly: what the customer paid a month of late; of: what the parts add up to."""

    parts: Sequence[Instalment]
    monthly: int
    of: int


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


def promise(
    company: Company, item_id: str, *, on: date, amount: int | None, actor: str, today: date | None = None
) -> Committed:
    """A customer says by when it pays an item, on the phone say; what it said of it before no longer stands.

    Args:
        amount: minor units of the item; None: all that is open of it.

    Raises:
        SolventError: the item is not known or nothing is open of it, the day is over, or more is promised than is open.
    """
    day = today or datetime.now(UTC).date()
    found = rows_by("open_items", company, "key", [item_id])
    if not found.height:
        raise SolventError("claims.item_unknown", "", item=item_id)
    item = found.row(0, named=True)
    paid = int(rows_by("allocations", company, "item_id", [item_id]).get_column("amount").sum())
    if (amount is not None and not 0 < amount <= item["amount"] - paid) or item["amount"] <= paid:
        raise SolventError("claims.promised_amount", "", item=item_id)
    if on < day:
        raise SolventError("claims.promised_day")
    number = _number(item_id, str(on), day, datetime.now(UTC))
    row = {"promise_id": f"promise-{number}", "customer_id": item["customer_id"], "item_id": item_id, "made_on": day,
           "promised_on": on, "currency": item["currency"], "amount": amount, "recorded_on": day}  # fmt: skip
    said = rows_by("promises", company, "item_id", [item_id]).drop("batch_id")
    stands = said.filter((pl.col("promised_on") >= day) & pl.col("withdrawn_on").is_null())
    before = [{**one, "withdrawn_on": day, "recorded_on": day} for one in stands.to_dicts()]
    return _recorded(company, "promises", [row, *before], actor, f"promise to pay {item_id}")


def plan(
    company: Company, customer_id: str, currency: str, instalments: Sequence[Instalment], *, actor: str,
    remark: str = "", instead: str = "", today: date | None = None,
) -> tuple[str, Committed]:  # fmt: skip
    """A customer will pay what it owes in instalments; the plan's number and its import.

    Args:
        instead: number of the plan that it replaces: what is to come of that is taken back in the same act.

    Raises:
        SolventError: nothing is owed in the currency, or the instalments are none, too many, of nothing, in the past,
            in no order, or with those of other plans more than is owed.
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
    ahead = _ahead(company, customer_id, day)
    old = pl.col("promise_id").str.starts_with(f"{MARK}{instead}/") if instead else pl.lit(value=False)
    others = ahead.filter(~old & (pl.col("currency") == currency)).get_column("amount").sum()
    if (new := sum(one.amount for one in instalments)) > owed:
        raise SolventError("claims.more_than_owed", "", customer=customer_id)
    if new + others > owed:
        raise SolventError("claims.planned_already", "", customer=customer_id)
    number = _number(customer_id, str(days), day, datetime.now(UTC))
    rows = [
        {"promise_id": f"{MARK}{number}/{place:02d}", "customer_id": customer_id, "made_on": day, "promised_on": one.on,
         "currency": currency, "amount": one.amount, "recorded_on": day}
        for place, one in enumerate(instalments, 1)
    ]  # fmt: skip
    rows += [{**row, "withdrawn_on": day, "recorded_on": day} for row in ahead.filter(old).to_dicts()]
    with database.writing():
        done = _recorded(company, "promises", rows, actor, f"payment plan of {customer_id}")
        if remark.strip():
            notes.write(company, PLAN, number, remark.strip(), kind=REMARK, actor=actor)
    return number, done


def draft(
    company: Company, customer_id: str, currency: str, *, left: int | None = None, terms: Planned = DEFAULTS,
    today: date | None = None,
) -> Draft:  # fmt: skip
    """A plan out of what a customer can pay: what is overdue in equal monthly parts, the last with the rest.

    What it can pay on top of its new invoices is a share of what it paid a month of late; where it paid nothing, half
    as many parts as there may be. Where nothing is overdue it is about all that is owed.

    Args:
        left: minor units that the plan is to be of instead, what is left of a broken one say; at most what is owed.
    """
    day = today or datetime.now(UTC).date()
    owed = owed_by(company, customer_id).get(currency, 0)
    whole = min(left, owed) if left else owed_by(company, customer_id, before=day).get(currency, 0) or owed
    until = _month(day, 0)
    came = rows_by("receipts", company, "customer_id", [customer_id]).filter(
        (pl.col("currency") == currency) & pl.col("received_on").is_between(_month(day, -terms.months), until, "left")
    )
    monthly = max(int(came.get_column("amount").sum()), 0) // max(terms.months, 1)
    can = int(monthly * terms.share)
    most = max(terms.least, terms.most)
    count = min(max(-(-whole // can) if can else most // 2, terms.least), most)
    count = max(min(count, whole), 1)
    part = whole // count
    amounts = [part] * (count - 1) + [whole - part * (count - 1)]
    days = [min(_month(day, place + 1).replace(day=1) + timedelta(days=day.day - 1), _month(day, place + 2) - _DAY)
            for place in range(count)]  # fmt: skip
    return Draft([Instalment(on, amount) for on, amount in zip(days, amounts) if amount > 0], monthly, whole)


_DAY = timedelta(days=1)


def _month(day: date, later: int) -> date:
    """The first day of a month so many months later."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _ahead(company: Company, customer_id: str, day: date) -> pl.DataFrame:
    """Instalments of a customer's plans that are to come."""
    rows = rows_by("promises", company, "customer_id", [customer_id]).drop("batch_id")
    return rows.filter(
        pl.col("promise_id").str.starts_with(MARK) & (pl.col("promised_on") >= day) & pl.col("withdrawn_on").is_null()
    )


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


def owed_by(company: Company, customer_id: str, before: date | None = None) -> Mapping[str, int]:
    """What stands open on a customer's items, by currency, minor units; before: only those due before this day."""
    items = rows_by("open_items", company, "customer_id", [customer_id])
    items = items if before is None else items.filter(pl.col("due_on") < before)
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

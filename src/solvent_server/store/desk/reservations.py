"""Reservations: so much of a limit held for one order while it is on its way into the books.

Looking whether there is room and taking it is one transaction, and there is one writer at a time: on SQLite because
its transactions begin as the only writer, on PostgreSQL by the lock that every writer of the trail takes. A lock for
each customer or group would not let anybody through sooner, for each reservation has its line in the trail.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.decisions.limits.reserving import Reserving
from solvent_server.store import access, audit, database, facts
from solvent_server.store.models import Batch, Company, Reservation
from solvent_server.store.models.desk import EXPIRED, HELD, ORDERED, RELEASED

DEFAULTS = Reserving()
IN_BOOKS = "in_books"
"""The state of a reservation whose order the books hold: it counts there, and here no longer."""
FRAME: Mapping[str, Any] = {
    "reservation": pl.Int64,
    "customer_id": pl.String,
    "order_id": pl.String,
    "currency": pl.String,
    "amount": pl.Int64,
    "expires_at": pl.Datetime("us"),
}
_MOVING = {
    "open_items", "receipts", "credit_notes", "allocations", "orders", "deliveries", "fx_rates", "customers", "groups",
    "limits", "approvals",
}  # fmt: skip
"""Tables that exposure and limits are made of."""


@dataclass(frozen=True)
class Seen:
    """The state of the books that limits and exposure were taken from: its newest commit, and its day."""

    known_at: datetime | None
    as_of: date


@dataclass(frozen=True)
class Room:
    """One limit that must not be exceeded: whose it is, for whom it counts, and how much of it is taken without us.

    name: the customer or group. customers: all whose orders count against it. limit and exposure (without any
    reservation): minor units of the company's own currency.
    """

    name: str
    customers: Collection[str]
    limit: int
    exposure: int


@dataclass(frozen=True)
class Answer:
    """What became of a request. granted: it is held. free: what was left before it, of the room with least in it.

    short_in: the room in which there is not enough; empty where it is granted. reservation: None where it is not.
    """

    granted: bool
    free: int
    short_in: str = ""
    reservation: Reservation | None = None


def reserve(
    company: Company, customer_id: str, amount: int, rooms: Sequence[Room], *, seen: Seen, key: str, currency: str,
    order_id: str = "", actor: str, terms: Reserving = DEFAULTS, now: datetime | None = None,
) -> Answer:  # fmt: skip
    """Hold so much for an order, if every limit has the room: looked and taken in one transaction.

    Asked again under the same key, the answer is the same reservation, in whatever state it is by now.

    Args:
        amount: minor units of ``currency``, the company's own.
        rooms: every limit that counts for this customer: its own, and those of the groups it belongs to.
        seen: of which books the rooms were told.
        key: names this request, and no other.

    Raises:
        SolventError: the books have moved since ``seen``; the key was another request's; something is held for the
            order already; the amount is not positive, or no limit is named.
    """
    if amount <= 0 or not rooms:
        raise SolventError("store.reserve.nothing", "", customer=customer_id)
    with database.writing():
        now = now or datetime.now(UTC)
        before = Reservation.objects.filter(company=company, key=key).first()
        if before is not None:
            same = (before.customer_id, before.order_id, before.amount, before.currency)
            if same != (customer_id, order_id, amount, currency):
                raise SolventError("store.reserve.key_taken", "", key=key, reservation=before.id)
            return Answer(True, 0, "", before)
        if _moved(company, seen.known_at):
            raise SolventError("store.reserve.moved")
        _refuse_held(company, order_id, now, actor)
        counting = held(company, seen.as_of, now)
        room, free = min(((one, _free(one, counting)) for one in rooms), key=lambda told: told[1])
        if free < amount:
            return Answer(False, free, room.name)
        row = Reservation.objects.create(
            company=company, customer_id=customer_id, order_id=order_id, currency=currency, amount=amount, state=HELD,
            key=key, asked_by=access.person(actor), held_at=now, expires_at=now + timedelta(hours=terms.hold_hours),
        )  # fmt: skip
        _line(row, actor)
        return Answer(True, free, "", row)


def release(company: Company, number: int, *, actor: str, reason: str = "", now: datetime | None = None) -> Reservation:
    """Let go of what was held.

    Raises:
        SolventError: nothing is held under this number any more.
    """
    with database.writing():
        row = _live(company, number, now or datetime.now(UTC))
        return _ended(row, RELEASED, actor, reason)


def to_order(
    company: Company,
    number: int,
    order_id: str,
    *,
    actor: str,
    terms: Reserving = DEFAULTS,
    now: datetime | None = None,
) -> Reservation:
    """The order is taken: what was held stays held until the books have it, for so many days at most.

    Raises:
        SolventError: nothing is held under this number any more, or for another order.
    """
    with database.writing():
        now = now or datetime.now(UTC)
        row = _live(company, number, now)
        if not order_id or row.order_id not in ("", order_id):
            raise SolventError("store.reserve.other_order", "", reservation=number, order=row.order_id or "-")
        if not row.order_id:
            _refuse_held(company, order_id, now, actor)
        row.state, row.order_id, row.expires_at = ORDERED, order_id, now + timedelta(days=terms.order_days)
        row.save()
        _line(row, actor)
        return row


@database.told()
def held(company: Company, as_of: date, now: datetime | None = None) -> pl.DataFrame:
    """What counts against limits beside the books of a day: a row a reservation, as FRAME.

    An order that the books hold on that day counts there and not here; taken out of them again it counts here.
    """
    rows = Reservation.objects.filter(
        company=company, state__in=(HELD, ORDERED), expires_at__gt=now or datetime.now(UTC)
    ).order_by("id")
    told = rows.values_list("id", "customer_id", "order_id", "currency", "amount", "expires_at")
    frame = pl.DataFrame([(*row[:5], row[5].replace(tzinfo=None)) for row in told], schema=FRAME, orient="row")
    return frame.filter(~pl.col("order_id").is_in(_in_books(company, frame.get_column("order_id"), as_of)))


@database.told()
def listed(company: Company, as_of: date, now: datetime | None = None) -> list[tuple[Reservation, str]]:
    """Every reservation with the state that counts, the newest first."""
    now = now or datetime.now(UTC)
    rows = list(Reservation.objects.filter(company=company).order_by("-id"))
    there = set(_in_books(company, pl.Series([row.order_id for row in rows], dtype=pl.String), as_of))
    return [(row, _state(row, there, now)) for row in rows]


def _state(row: Reservation, there: Collection[str], now: datetime) -> str:
    if row.state not in (HELD, ORDERED):
        return row.state
    if row.order_id in there:
        return IN_BOOKS
    return EXPIRED if row.expires_at <= now else row.state


def _in_books(company: Company, orders: pl.Series, as_of: date) -> list[str]:
    """Those of some orders that the books hold on a day."""
    asked = orders.filter(orders != "").unique()
    if not asked.len():
        return []
    stands = facts.standing_keys("orders", company.pk, asked).filter(pl.col("id").is_not_null())
    found = []
    for key, number in stands.select("key", "id").iter_rows():
        if database.rows("SELECT 1 FROM fact_orders WHERE id = %s AND ordered_on <= %s", [number, as_of.isoformat()]):
            found.append(key)
    return found


def _free(room: Room, counting: pl.DataFrame) -> int:
    mine = counting.filter(pl.col("customer_id").is_in(list(room.customers)))
    return room.limit - room.exposure - int(mine.get_column("amount").sum())


def _moved(company: Company, known_at: datetime | None) -> bool:
    """True where something was committed since that exposure or limits may hang on."""
    later = Batch.objects.filter(company=company, committed_at__isnull=False)
    if known_at is not None:
        later = later.filter(committed_at__gt=known_at)
    for kind, counts in later.values_list("kind", "counts"):
        for table, count in counts.items():
            takes_back = kind in ("undo", "person", "match")
            if table in _MOVING and (takes_back or count["new"] or count["changed"]):
                return True
    return False


def _refuse_held(company: Company, order_id: str, now: datetime, actor: str) -> None:
    """An order is held once; what has run out for it is ended first."""
    if not order_id:
        return
    for row in Reservation.objects.filter(company=company, order_id=order_id, state__in=(HELD, ORDERED)):
        if row.expires_at > now:
            raise SolventError("store.reserve.order_held", "", order=order_id, reservation=row.id)
        _ended(row, EXPIRED, actor, "")


def _live(company: Company, number: int, now: datetime) -> Reservation:
    row = Reservation.objects.filter(company=company, id=number).select_related("company").first()
    if row is None or row.state not in (HELD, ORDERED) or row.expires_at <= now:
        state = "unknown" if row is None else _state(row, (), now)
        raise SolventError("store.reserve.not_held", "", reservation=number, state=state)
    return row


def _ended(row: Reservation, state: str, actor: str, reason: str) -> Reservation:
    row.state, row.ended_by, row.ended_at, row.reason = state, access.person(actor), datetime.now(UTC), reason
    row.save()
    _line(row, actor)
    return row


def _line(row: Reservation, actor: str) -> None:
    subject = f"reservation {row.id}"
    audit.append(
        actor, f"reservation.{row.state}", subject, audit.of_row(row), company=row.company.code, at=audit.moment()
    )

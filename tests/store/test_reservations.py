"""Reservations: looked and taken in one step, orders racing for a limit never exceed it, and nothing is half."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from support import Place, frames, item
from test_faults import child, company_of, failing, heard, sound
from test_together import at_once

from solvent.base.problem import SolventError
from solvent_server.store import database

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def desk() -> Any:
    from solvent_server.store.desk import reservations  # noqa: PLC0415 (needs Django set up)

    return reservations


def seen(company: Any, as_of: date = DAY) -> Any:
    from solvent_server.store import books  # noqa: PLC0415

    return desk().Seen(books.last_commit(company), as_of)


def reserve(company: Any, key: str, amount: int, limit: int, *, exposure: int = 0, **more: Any) -> Any:
    customer = more.pop("customer", "lantern")
    rooms = more.pop("rooms", None) or [desk().Room(customer, [customer], limit, exposure)]
    told = {
        "seen": more.pop("seen", None) or seen(company),
        "currency": "CNY",
        "actor": "sal (command line)",
        "now": NOW,
        **more,
    }
    return desk().reserve(company, customer, amount, rooms, key=key, **told)


def in_force(company: Any, now: datetime = NOW, as_of: date = DAY) -> int:
    return int(desk().held(company, as_of, now)["amount"].sum())


def order(company: Any, name: str, amount: int = 60, day: date = DAY) -> int:
    from solvent_server.store import batches  # noqa: PLC0415

    row = {"order_id": name, "customer_id": "lantern", "ordered_on": day, "amount": amount}
    return int(batches.record(company, frames(orders=[row]), kind="person", actor="test").batch)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_to_the_last_unit(place: Place) -> None:
    company = company_of("own")
    assert reserve(company, "a", 60, 100, exposure=40).granted
    full = reserve(company, "b", 1, 100, exposure=40)
    assert (full.granted, full.free, full.short_in, full.reservation) == (False, 0, "lantern", None)
    assert reserve(company, "c", 1, 101, exposure=40).granted
    assert not reserve(company, "d", 1, 101, exposure=41).granted
    assert reserve(company, "e", 100, 100, customer="quay").granted, "another customer's room is its own"
    assert in_force(company) == 161
    assert sound()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_the_same_request_again_is_the_same_reservation(place: Place) -> None:
    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    company = company_of("own")
    one = reserve(company, "a", 60, 100, order_id="O1")
    lines = AuditLine.objects.count()
    two = reserve(company, "a", 60, 100, order_id="O1")
    assert one.reservation.id == two.reservation.id
    assert AuditLine.objects.count() == lines
    for change in ({"amount": 61}, {"order_id": "O2"}, {"currency": "EUR"}):
        told = {"amount": 60, "order_id": "O1", **change}
        with pytest.raises(SolventError, match="key_taken"):
            reserve(company, "a", told.pop("amount"), 100, **told)
    with pytest.raises(SolventError, match="order_held"):
        reserve(company, "b", 10, 100, order_id="O1")
    desk().release(company, one.reservation.id, actor="sal", now=NOW)
    assert reserve(company, "a", 60, 100, order_id="O1").reservation.state == "released"
    assert reserve(company, "b", 10, 100, order_id="O1").granted
    assert in_force(company) == 10


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_is_held_ends(place: Place) -> None:
    company = company_of("own")
    held = reserve(company, "a", 60, 100, order_id="O1", terms=desk().Reserving(hold_hours=2)).reservation
    end = NOW + timedelta(hours=2)
    assert in_force(company, end - timedelta(seconds=1)) == 60
    assert in_force(company, end) == 0
    assert not reserve(company, "b", 50, 100, now=end - timedelta(seconds=1)).granted
    assert reserve(company, "c", 100, 100, now=end).granted
    with pytest.raises(SolventError, match="not_held"):
        desk().to_order(company, held.id, "O1", actor="sal", now=end)
    again = reserve(company, "d", 60, 160, order_id="O1", now=end)
    assert again.granted
    states = {row.key: state for row, state in desk().listed(company, DAY, end)}
    assert states == {"a": "expired", "c": "held", "d": "held"}
    assert sound()


def test_an_order_is_in_one_state_only(place: Place) -> None:
    """Held, then taken, then in the books: it counts once all the way, and again here when it is taken out of them."""
    from solvent_server.store import batches  # noqa: PLC0415

    company = company_of("own")
    held = reserve(company, "a", 60, 100).reservation
    with pytest.raises(SolventError, match="other_order"):
        desk().to_order(company, held.id, "", actor="sal", now=NOW)
    desk().to_order(company, held.id, "O1", actor="sal", now=NOW)
    later = NOW + timedelta(days=13)
    assert in_force(company, later) == 60, "taken, and not in the books yet"
    with pytest.raises(SolventError, match="other_order"):
        desk().to_order(company, held.id, "O2", actor="sal", now=NOW)
    with pytest.raises(SolventError, match="order_held"):
        reserve(company, "b", 10, 100, order_id="O1")
    batch = order(company, "O1")
    assert in_force(company, later) == 0
    assert in_force(company, later, DAY - timedelta(days=1)) == 60, "in the books of the day before it is not"
    assert {state for _, state in desk().listed(company, DAY, later)} == {"in_books"}
    batches.undo(company, batch, "test", "wrong file")
    assert in_force(company, later) == 60
    assert in_force(company, NOW + timedelta(days=14)) == 0, "nothing is held for good"
    assert sound()


def test_books_that_moved_since_are_told(place: Place) -> None:
    from solvent_server.store import batches  # noqa: PLC0415

    company = company_of("own")
    before = seen(company)
    order(company, "O9")
    with pytest.raises(SolventError, match=r"reserve\.moved"):
        reserve(company, "a", 60, 100, seen=before)
    before = seen(company)
    row = {"review_id": "r", "kind": "risk", "done_on": DAY}
    batches.record(company, frames(reviews=[row]), kind="person", actor="test")
    assert reserve(company, "a", 60, 100, seen=before).granted, "a review moves nobody's exposure"
    batches.record(company, frames(open_items=[item(1)]), kind="person", actor="test")
    before = seen(company)
    batches.withdraw(company, {"open_items": ["i1"]}, actor="test", reason="")
    with pytest.raises(SolventError, match=r"reserve\.moved"):
        reserve(company, "b", 1, 100, seen=before)
    for amount, rooms in ((0, None), (-1, None), (1, [])):
        with pytest.raises(SolventError, match=r"reserve\.nothing"):
            desk().reserve(
                company, "lantern", amount, [desk().Room("lantern", ["lantern"], 9, 0)] if rooms is None else rooms,
                seen=seen(company), key="z", currency="CNY", actor="sal",
            )  # fmt: skip


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_group_shares_one_limit(place: Place) -> None:
    company = company_of("own")

    def asked(key: str, customer: str, amount: int) -> Any:
        rooms = [
            desk().Room(customer, [customer], 80, 0), desk().Room("harbour", ["lantern", "quay"], 100, 0),
        ]  # fmt: skip
        return reserve(company, key, amount, 0, customer=customer, rooms=rooms)

    assert asked("a", "lantern", 80).granted
    short = asked("b", "quay", 21)
    assert (short.granted, short.short_in, short.free) == (False, "harbour", 20)
    assert asked("c", "quay", 20).granted
    own = asked("d", "lantern", 1)
    assert (own.granted, own.free) == (False, 0)


def test_twenty_threads_race_for_one_limit(place: Place) -> None:
    """Room for seven of twenty; members of a group race for the group's room at the same time."""
    company = company_of("own")
    told: list[Any] = []
    start = threading.Barrier(20)

    def clerk(number: int) -> None:
        database.connect(place.data, place.url)
        customer = "lantern" if number % 2 else "quay"
        rooms = [desk().Room(customer, [customer], 500, 0), desk().Room("harbour", ["lantern", "quay"], 709, 0)]
        start.wait()
        try:
            told.append(reserve(company, f"k{number}", 100, 0, customer=customer, rooms=rooms).granted)
        except Exception as error:
            told.append(error)
        database.close()

    threads = [threading.Thread(target=clerk, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, told)) == ["False"] * 13 + ["True"] * 7
    assert in_force(company) == 700
    assert sound()


def test_processes_race_for_one_limit(place: Place, request: pytest.FixtureRequest) -> None:
    company = company_of("own")
    processes, each = (20, 5) if request.config.getoption("--all") else (4, 5)
    told = at_once(place, [("reserves", company.code, mine, each, 100, 799) for mine in range(processes)])
    granted = [name for words in told for name in words[-1]["granted"]]
    assert len(granted) == len(set(granted)) == 7
    assert in_force(company, datetime.now(UTC)) == 700
    assert sound()


def test_killed_in_the_middle_nothing_is_half(place: Place) -> None:
    """kill -9 while one process reserves: as many are held as the trail tells of, and the others go on."""
    from solvent_server.store.models import AuditLine, Reservation  # noqa: PLC0415

    company = company_of("own")
    database.close()
    with child(place, "reserves", company.code, 1, 5_000, 1, 10**9) as process:
        assert next(heard(process))["said"] == "ready"
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        database.connect(place.data, place.url)
        while not Reservation.objects.count():
            pass
        process.kill()
    count = Reservation.objects.count()
    assert 0 < count == AuditLine.objects.filter(action="reservation.held").count()
    assert in_force(company, datetime.now(UTC)) == count
    assert reserve(company, "mine", 5, 10**9).granted
    assert sound()


def test_any_call_may_fail_and_nothing_is_half(place: Place, request: pytest.FixtureRequest) -> None:
    from solvent_server.store.models import Reservation  # noqa: PLC0415

    company = company_of("own")
    order(company, "O9")
    reserve(company, "first", 1, 10**6, order_id="O8")
    step = 1 if request.config.getoption("--all") else 3
    told = seen(company)
    for at in range(1, 200, step):
        have = Reservation.objects.count()
        with failing(at) as counted:
            try:
                reserve(company, f"k{at}", 1, 10**6, seen=told, order_id=f"P{at}")
            except SolventError as error:
                assert error.problem.code == "store.database", error  # noqa: PT017
                assert Reservation.objects.count() == have
                continue
        if counted[0] < at:
            break
    assert at > 6
    assert sound()


def test_the_database_holds_an_order_once(place: Place) -> None:
    from solvent_server.store.models import Reservation  # noqa: PLC0415

    company = company_of("own")
    row = reserve(company, "a", 60, 100, order_id="O1").reservation

    def refused(**change: Any) -> None:
        cells = {
            "company": company, "customer_id": "lantern", "order_id": "O2", "currency": "CNY", "amount": 1,
            "state": "held", "key": "z", "asked_by": "x", "held_at": NOW, "expires_at": NOW, **change,
        }  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            Reservation.objects.create(**cells)

    refused(order_id="O1")
    refused(order_id="O1", state="ordered")
    refused(key="a")
    refused(amount=0)
    refused(state="lost")
    refused(state="ordered", order_id="")
    Reservation.objects.filter(id=row.id).update(amount=1)
    assert not sound(), "the trail tells of another amount"

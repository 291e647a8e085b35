"""Every document in one state: a document that moves through its states never counts twice and never vanishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.decisions.limits.exposure import exposures
from solvent.decisions.limits.states import documents, doubts
from thorough import cases

DAY = date(2026, 6, 30)
ORDER = "order_id customer_id ordered_on amount\nO1 lantern 2026-06-01 100"
DELIVERY = "delivery_id order_id customer_id delivered_on amount\nD1 O1 lantern 2026-06-10 {0}"
ITEM = "item_id customer_id issued_on due_on amount delivery_id order_id\nI1 lantern 2026-06-11 {0} {1} {2} O1"


def parts(books: Books) -> dict[str, float]:
    """What is not nothing of the one customer's exposure, in main units."""
    row = exposures(books).table.row(0, named=True)
    names = ("not_due", "overdue", "delivered", "ordered", "deposit", "unallocated", "credit_note", "later", "exposure")
    return {name: row[name] / 100 for name in names if row[name]}


class Account:
    """One order as it goes through its states, and what must be exposed: what was ordered less what was paid."""

    def __init__(self, amount: int) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self.day = DAY - timedelta(days=40)
        self.amount, self.exposed = amount, amount
        self.open: dict[str, int] = {}
        self.free: dict[str, tuple[int, str | None]] = {}
        self.delivered: dict[str, int] = {}
        self.billed_ahead = 0
        self.number = 0
        self.add("orders", order_id="O1", ordered_on=self.day, amount=amount)

    def add(self, table: str, **cells: Any) -> None:
        self.rows[table].append({"customer_id": "lantern", "currency": "CNY", "recorded_on": self.day, **cells})

    def next(self, what: str) -> str:
        self.number += 1
        self.day += timedelta(days=1)
        return f"{what}{self.number}"

    def deliver(self, share: float) -> None:
        left = self.amount - sum(self.delivered.values())
        part = max(round(left * share), 1)
        if left > 0:
            name = self.next("D")
            self.delivered[name] = part
            self.add("deliveries", delivery_id=name, order_id="O1", delivered_on=self.day, amount=part)

    def unbilled(self, name: str) -> int:
        return self.delivered[name] - sum(
            row["amount"] for row in self.rows["open_items"] if row["delivery_id"] == name and not row.get("dead")
        )

    def bill(self, share: float) -> None:
        """An invoice of part of a delivery, in one or two instalments."""
        for name in self.delivered:
            left = self.unbilled(name)
            if left > 0 and not self.billed_ahead:
                part = max(round(left * share), 1)
                self.item(part // 2, name)
                self.item(part - part // 2, name)
                return

    def bill_ahead(self, share: float) -> None:
        """An invoice that names only the order; once there is one, nothing else bills deliveries."""
        if any(row["delivery_id"] for row in self.rows["open_items"]):
            return
        left = self.amount - self.billed_ahead
        part = round(left * share)
        if part > 0:
            self.billed_ahead += part
            self.item(part, None)

    def item(self, amount: int, delivery: str | None) -> None:
        if amount > 0:
            name = self.next("I")
            due = self.day + timedelta(days=7)
            self.open[name] = amount
            cells = {"item_id": name, "invoice_id": name, "issued_on": self.day, "due_on": due, "amount": amount}
            self.add("open_items", **cells, delivery_id=delivery, order_id="O1")

    def pay(self, share: float) -> None:
        for name, left in self.open.items():
            part = round(left * share)
            if part > 0:
                receipt = self.next("R")
                self.add("receipts", receipt_id=receipt, received_on=self.day, amount=part)
                self.settle(name, "receipt", receipt, part)
                self.open[name] -= part
                self.exposed -= part
                return

    def settle(self, item: str, source: str, number: str, amount: int) -> None:
        cells = {"item_id": item, "source": source, "source_id": number, "allocated_on": self.day, "amount": amount}
        self.add("allocations", allocation_id=f"A{self.next('')}", **cells)

    def pay_loose(self, share: float) -> None:
        part = max(round(self.amount * share / 10), 1)
        self.add("receipts", receipt_id=self.next("R"), received_on=self.day, amount=part)
        self.exposed -= part

    def refund(self, share: float) -> None:
        part = max(round(self.amount * share / 10), 1)
        self.add("receipts", receipt_id=self.next("R"), received_on=self.day, amount=-part)
        self.exposed += part

    def cancel(self, share: float) -> None:
        """A credit note takes back an unpaid invoice in full: what it billed is to be billed again."""
        for row in self.rows["open_items"]:
            name = row["item_id"]
            if row["amount"] == self.open[name] and row["delivery_id"] and not row.get("dead"):
                note = self.next("C")
                self.add("credit_notes", credit_note_id=note, issued_on=self.day, amount=row["amount"])
                self.settle(name, "credit_note", note, row["amount"])
                self.open[name], row["dead"] = 0, True
                return

    def books(self) -> Books:
        frames = {
            name: pl.DataFrame(
                [{key: value for key, value in row.items() if key in TABLES[name].columns} for row in rows],
                schema_overrides={k: v for k, v in TABLES[name].schema.items() if any(k in row for row in rows)},
                infer_schema_length=None,
            ).lazy()
            for name, rows in self.rows.items()
            if rows
        }
        tables = {name: TABLES[name].conform(frame) for name, frame in frames.items()}
        return open_books(Ledger(tables, currency="CNY"), DAY)


MOVES = ("deliver", "bill", "bill_ahead", "pay", "pay_loose", "refund", "cancel")


@settings(max_examples=cases(25, 200), deadline=None)
@given(
    amount=st.integers(1, 10**9),
    moves=st.lists(st.tuples(st.sampled_from(MOVES), st.floats(0.1, 1.0)), max_size=9),
)
def test_an_order_through_its_states_counts_once(amount: int, moves: list[tuple[str, float]]) -> None:
    account = Account(amount)
    for move, share in moves:
        getattr(account, move)(share)
    books = account.books()
    table = exposures(books).table
    assert table.row(0, named=True)["exposure"] == account.exposed
    assert documents(books, ["lantern"]).get_column("amount").sum() == account.exposed


def test_each_step_is_in_one_state(books_of: Callable[..., Books]) -> None:
    deliveries = DELIVERY.format(100)
    item = ITEM.format("2026-07-31", 100, "D1")
    paid = {
        "receipts": "receipt_id customer_id received_on amount\nR1 lantern 2026-06-20 100",
        "allocations": "allocation_id item_id source source_id allocated_on amount\nA I1 receipt R1 2026-06-20 100",
    }
    assert parts(books_of("2026-06-30", orders=ORDER)) == {"ordered": 100, "exposure": 100}
    delivered = books_of("2026-06-30", orders=ORDER, deliveries=deliveries)
    assert parts(delivered) == {"delivered": 100, "exposure": 100}
    billed = books_of("2026-06-30", orders=ORDER, deliveries=deliveries, open_items=item)
    assert parts(billed) == {"not_due": 100, "exposure": 100}
    late = ITEM.format("2026-06-29", 100, "D1")
    overdue = books_of("2026-06-30", orders=ORDER, deliveries=deliveries, open_items=late)
    assert parts(overdue) == {"overdue": 100, "exposure": 100}
    assert parts(books_of("2026-06-30", orders=ORDER, deliveries=deliveries, open_items=item, **paid)) == {}
    back = {**paid, "receipts": paid["receipts"] + "\nR2 lantern 2026-06-25 -100"}
    refunded = books_of("2026-06-30", orders=ORDER, deliveries=deliveries, open_items=item, **back)
    assert parts(refunded) == {"unallocated": 100, "exposure": 100}


def test_due_today_is_not_overdue(books_of: Callable[..., Books]) -> None:
    item = ITEM.format("2026-06-30", 100, "-").replace(" O1", " -")
    assert parts(books_of("2026-06-30", open_items=item)) == {"not_due": 100, "exposure": 100}
    assert parts(books_of("2026-07-01", open_items=item)) == {"overdue": 100, "exposure": 100}


def test_part_of_an_order_in_each_state(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-06-30", orders=ORDER, deliveries=DELIVERY.format(70), open_items=ITEM.format("2026-07-31", 50, "D1")
    )
    assert parts(books) == {"ordered": 30, "delivered": 20, "not_due": 50, "exposure": 100}


@pytest.mark.parametrize(("delivered", "billed", "ordered"), [(60, 60, 40), (60, 100, 0), (60, 110, 0), (100, 110, 0)])
def test_what_is_billed_beyond_a_delivery_is_no_longer_ordered(
    books_of: Callable[..., Books], delivered: int, billed: int, ordered: int
) -> None:
    books = books_of(
        "2026-06-30",
        orders=ORDER,
        deliveries=DELIVERY.format(delivered),
        open_items=ITEM.format("2026-07-31", billed, "D1"),
    )
    told = parts(books)
    assert (told.get("ordered", 0), told["not_due"], told["exposure"]) == (ordered, billed, ordered + billed)


def test_billed_before_delivery_and_then_delivered(books_of: Callable[..., Books]) -> None:
    ahead = ITEM.format("2026-07-31", 60, "-")
    assert parts(books_of("2026-06-30", orders=ORDER, open_items=ahead)) == {
        "ordered": 40,
        "not_due": 60,
        "exposure": 100,
    }
    books = books_of("2026-06-30", orders=ORDER, open_items=ahead, deliveries=DELIVERY.format(80))
    assert parts(books) == {"ordered": 20, "delivered": 20, "not_due": 60, "exposure": 100}


@pytest.mark.parametrize(
    ("wanted", "state"), [("2026-09-27", "ordered"), ("2026-09-28", "ordered"), ("2026-09-29", "later")]
)
def test_the_credit_horizon(books_of: Callable[..., Books], wanted: str, state: str) -> None:
    orders = f"order_id customer_id ordered_on wanted_on amount\nO1 lantern 2026-06-01 {wanted} 100"
    told = parts(books_of("2026-06-30", orders=orders))
    assert told == ({"ordered": 100, "exposure": 100} if state == "ordered" else {"later": 100})


@pytest.mark.parametrize(("day", "counts"), [("2026-06-29", False), ("2026-06-30", False), ("2026-07-01", True)])
def test_a_closed_order_is_over(books_of: Callable[..., Books], day: str, counts: bool) -> None:
    orders = f"order_id customer_id ordered_on closed_on amount\nO1 lantern 2026-06-01 {day} 100"
    assert bool(parts(books_of("2026-06-30", orders=orders))) is counts


def test_a_deposit_counts_once_whether_paid_or_not(books_of: Callable[..., Books]) -> None:
    orders = "order_id customer_id ordered_on amount deposit_amount\nO1 lantern 2026-06-01 100 30"
    cash = "receipt_id customer_id received_on amount\nR1 lantern 2026-06-02 {0}"
    assert parts(books_of("2026-06-30", orders=orders))["exposure"] == 70
    for money, exposed in ((20, 70), (30, 70), (50, 50)):
        books = books_of("2026-06-30", orders=orders, receipts=cash.format(money))
        assert parts(books)["exposure"] == exposed
    half = books_of("2026-06-30", orders=orders, receipts=cash.format(30), deliveries=DELIVERY.format(50))
    assert parts(half) == {"ordered": 50, "deposit": -15, "delivered": 50, "unallocated": -15, "exposure": 70}
    whole = books_of("2026-06-30", orders=orders, receipts=cash.format(30), deliveries=DELIVERY.format(100))
    assert parts(whole) == {"delivered": 100, "unallocated": -30, "exposure": 70}


def test_a_deposit_invoice_stands_for_the_deposit(books_of: Callable[..., Books]) -> None:
    orders = "order_id customer_id ordered_on amount deposit_amount\nO1 lantern 2026-06-01 100 30"
    item = ITEM.format("2026-07-31", 30, "-")
    assert parts(books_of("2026-06-30", orders=orders, open_items=item)) == {
        "ordered": 70,
        "not_due": 30,
        "exposure": 100,
    }
    paid = books_of(
        "2026-06-30",
        orders=orders,
        open_items=item,
        receipts="receipt_id customer_id received_on amount\nR1 lantern 2026-06-20 30",
        allocations="allocation_id item_id source source_id allocated_on amount\nA I1 receipt R1 2026-06-20 30",
    )
    assert parts(paid) == {"ordered": 70, "exposure": 70}


@pytest.mark.parametrize(
    ("noted", "closed", "left"),
    [("2026-06-30", "-", 100), ("2026-05-02", "-", 100), ("2026-05-01", "-", 0), ("2026-06-20", "2026-06-25", 0)],
)
def test_a_cancelled_invoice_is_billed_again_or_the_goods_came_back(
    books_of: Callable[..., Books], noted: str, closed: str, left: int
) -> None:
    books = books_of(
        "2026-06-30",
        orders=f"order_id customer_id ordered_on closed_on amount\nO1 lantern 2026-04-01 {closed} 100",
        deliveries="delivery_id order_id customer_id delivered_on amount\nD1 O1 lantern 2026-04-02 100",
        open_items="item_id customer_id issued_on due_on amount delivery_id\nI1 lantern 2026-04-03 2026-07-31 100 D1",
        credit_notes=f"credit_note_id customer_id issued_on amount\nC1 lantern {noted} 100",
        allocations=f"allocation_id item_id source source_id allocated_on amount\nA I1 credit_note C1 {noted} 100",
    )
    assert parts(books).get("exposure", 0) == left
    assert parts(books).get("delivered", 0) == left


def test_without_links_only_what_is_newer_counts_and_it_is_said(books_of: Callable[..., Books]) -> None:
    orders = ORDER + "\nO2 lantern 2026-06-20 40"
    deliveries = DELIVERY.format(100).replace(" O1 ", " - ") + "\nD2 - lantern 2026-06-15 7"
    items = "item_id customer_id issued_on due_on amount\nI1 lantern 2026-06-11 2026-07-31 100"
    books = books_of("2026-06-30", orders=orders, deliveries=deliveries, open_items=items)
    assert parts(books) == {"ordered": 40, "delivered": 7, "not_due": 100, "exposure": 147}
    codes = {problem.code for problem in doubts(books)}
    assert codes == {"orders.exposure.deliveries_not_linked", "orders.exposure.orders_not_linked"}


def test_an_open_items_list_alone_is_enough(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-06-30", open_items="item_id customer_id issued_on due_on amount\nI lantern 2026-05-01 2026-05-31 9"
    )
    assert parts(books) == {"overdue": 9, "exposure": 9}
    assert not doubts(books)


def test_an_invoice_in_another_currency_bills_its_delivery(books_of: Callable[..., Books]) -> None:
    books = books_of(
        "2026-06-30",
        deliveries="delivery_id customer_id delivered_on amount currency\nD1 lantern 2026-06-10 700 CNY",
        open_items="item_id customer_id issued_on due_on amount currency delivery_id\n"
        "I lantern 2026-06-11 2026-07-11 50 USD D1",
        fx_rates="day_on currency quote rate\n2026-06-01 USD CNY 7",
    )
    assert parts(books) == {"not_due": 350, "delivered": 350, "exposure": 700}

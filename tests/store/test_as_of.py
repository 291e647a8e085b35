"""As of: the books as known at any moment of the past are what a store that stopped there would show."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from support import Place, frames, intake

from solvent.base.problem import SolventError
from solvent.books.books import TABLES, Ledger, open_books
from solvent.intake.intake import Source
from solvent.measures.aging import aging
from solvent_server.store import database

START = date(2026, 1, 1)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """One thing done: a file, a decision, something withdrawn, or the undoing of an earlier step."""

    what: str
    tables: Mapping[str, Any]
    of: int = 0


class Made:
    """Random small ledgers: the same keys come again and again, sometimes with other content."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def rows(self) -> dict[str, Rows]:
        draw = self.draw
        told: dict[str, Rows] = {}
        for name, make in (
            ("open_items", self._item), ("receipts", self._receipt), ("allocations", self._allocation),
            ("bank_lines", self._line), ("credit_notes", self._credit),
        ):  # fmt: skip
            keys = sorted(draw.sample(range(12), draw.randint(0, 6)))
            draw.shuffle(keys)
            if keys:
                told[name] = [make(key) for key in keys]
        return told

    def _day(self, key: int) -> date:
        return START + timedelta(days=key * 7 + self.draw.randint(0, 1))

    def _own(self, key: int) -> dict[str, Any]:
        """Content depends on the key and, once in three times, on chance: so most rows come again unchanged."""
        day = START + timedelta(days=key * 7) if self.draw.random() < 0.67 else self._day(key)
        amount = 1000 + key * 111 if self.draw.random() < 0.67 else self.draw.randint(1, 9000)
        return {"customer_id": f"c{key % 3}", "amount": amount, "day": day}

    def _item(self, key: int) -> dict[str, Any]:
        own = self._own(key)
        day = own.pop("day")
        terms = timedelta(days=30 if key % 2 else 60)
        return {
            **own, "item_id": f"i{key}", "invoice_id": f"i{key}", "issued_on": day, "due_on": day + terms,
            "salesperson": self.draw.choice([None, "", "王芳"]) if key == 3 else None,
        }  # fmt: skip

    def _receipt(self, key: int) -> dict[str, Any]:
        own = self._own(key)
        return {**own, "receipt_id": f"r{key}", "received_on": own.pop("day") + timedelta(days=40)}

    def _credit(self, key: int) -> dict[str, Any]:
        own = self._own(key)
        return {**own, "credit_note_id": f"n{key}", "issued_on": own.pop("day")}

    def _allocation(self, key: int) -> dict[str, Any]:
        own = self._own(key)
        day = own.pop("day") + timedelta(days=40)
        return {
            "allocation_id": f"a{key}", "item_id": f"i{key}", "source": "receipt", "source_id": f"r{key}",
            "allocated_on": day, "amount": own["amount"] // 2 + 1,
        }  # fmt: skip

    def _line(self, key: int) -> dict[str, Any]:
        own = self._own(key)
        amount = own["amount"] * (-1 if key % 4 == 0 else 1)
        return {"line_id": f"l{key}", "account_id": "bank", "booked_on": own["day"], "amount": amount}

    def step(self, done: int) -> Step:
        what = self.draw.choices(["bring", "record", "withdraw", "undo"], [6, 2, 1, 4])[0]
        if what == "undo" and done:
            return Step(what, {}, self.draw.randrange(done))
        if what == "withdraw":
            return Step(what, {"allocations": [f"a{self.draw.randrange(12)}"], "open_items": ["i11"]})
        return Step("record" if what == "record" else "bring", self.rows())


def do(company: Any, step: Step, number: int, batch_of: Mapping[int, int]) -> int:
    """Do a step on the store that is connected; gives its batch."""
    from solvent_server.store import batches  # noqa: PLC0415 (needs Django set up)

    if step.what == "undo":
        return batches.undo(company, batch_of[step.of], "test", "").batch
    if step.what == "withdraw":
        return batches.withdraw(company, step.tables, actor="test", reason="").batch
    if step.what == "record":
        return batches.record(company, frames(**step.tables), kind="person", actor="test").batch
    source = Source(f"f{number}", str(number).encode())
    staged = batches.stage(company, intake(**step.tables), original=source, kind="ledger", actor="test")
    return batches.commit(company, staged.batch, "test").batch


def content(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that has any, in the order of its key."""
    told = {name: ledger.table(name).collect().sort(TABLES[name].key).rows() for name in ledger.tables}
    return {name: rows for name, rows in told.items() if rows}


def figures(ledger: Ledger) -> Sequence[pl.DataFrame]:
    """Ageing of three days, as a whole and by customer."""
    days = [START + timedelta(days=days) for days in (45, 90, 150)]
    return [aging(open_books(ledger, day), by).sort(pl.all()) for day in days for by in (None, "customer")]


def test_the_past_is_what_a_store_that_stopped_there_shows(
    place: Place, another: Callable[[str], Place], request: pytest.FixtureRequest
) -> None:
    from solvent_server.store import books, work  # noqa: PLC0415

    rounds, moments = (20, 10) if request.config.getoption("--all") else (1, 3)
    compared = 0
    for seed in range(rounds):
        database.connect(place.data, place.url)
        company = work.set_company(f"c{seed}", "test", currency="CNY")
        made = Made(seed)
        steps: list[tuple[Step, datetime]] = []
        batch_of: dict[int, int] = {}
        while len(steps) < 18:
            step = made.step(len(steps))
            try:
                batch_of[len(steps)] = do(company, step, len(steps), batch_of)
            except SolventError as error:
                if not error.problem.code.startswith("store.undo."):
                    raise
                continue
            last = books.last_commit(company)
            assert last is not None
            steps.append((step, last))
        stops = sorted(made.draw.sample(range(len(steps)), moments))
        seen = {stop: books.ledger(company, _between(steps, stop, made.draw)) for stop in stops}
        told = {stop: (content(ledger), figures(ledger)) for stop, ledger in seen.items()}

        another("sqlite")
        fresh, again = work.set_company("fresh", "test", currency="CNY"), {}
        for number, (step, _) in enumerate(steps):
            again[number] = do(fresh, step, number, again)
            if number in stops:
                ledger = books.ledger(fresh)
                assert content(ledger) == told[number][0], f"seed {seed}, after step {number}"
                for figure, other in zip(figures(ledger), told[number][1], strict=True):
                    assert figure.equals(other), f"seed {seed}, after step {number}"
                compared += 1
    assert compared == rounds * moments


def _between(steps: Sequence[tuple[Step, datetime]], stop: int, draw: random.Random) -> datetime:
    """A moment at or after a step and before the next one."""
    at = steps[stop][1]
    if stop + 1 == len(steps):
        return at
    return at + (steps[stop + 1][1] - at) * draw.random() * 0.999

"""A process of its own that works on a store: it can be killed, starved, or run beside others.

Each word it says is one line of JSON: ``ready`` when the work begins, ``done`` when it was told that all is in the
books, ``refused`` with the code of the error.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import COUNTS, REJECTED, Intake, Source
from solvent_server.store import database


def say(word: str, **facts: Any) -> None:
    print(json.dumps({"said": word, **facts}), flush=True)


def items(first: int, count: int, amount: int = 100) -> pl.DataFrame:
    """Open items with numbers from ``first`` on."""
    day = date(2026, 3, 10)
    numbers = pl.int_range(first, first + count, eager=True).cast(pl.String)
    frame = pl.DataFrame({"item_id": "i" + numbers, "invoice_id": "i" + numbers}).with_columns(
        customer_id=pl.lit("lantern"), issued_on=day, due_on=date(2026, 4, 10), currency=pl.lit("CNY"), amount=amount,
        recorded_on=day,
    )  # fmt: skip
    return TABLES["open_items"].conform(frame.lazy()).collect()


def bring(company: Any, name: str, frame: pl.DataFrame, padding: int = 0) -> int:
    """Stage and commit rows as the file of that name, of so many bytes at least; gives the batch."""
    from solvent_server.store import batches  # noqa: PLC0415 (needs Django set up)

    told = Intake(
        Ledger({"open_items": frame.lazy()}, "CNY"), pl.DataFrame(schema=COUNTS), pl.DataFrame(schema=REJECTED)
    )
    source = Source(name, name.encode().ljust(padding))
    staged = batches.stage(company, told, original=source, kind="ledger", actor="test")
    return staged.batch if staged.already else batches.commit(company, staged.batch, "test").batch


def brings(code: str, name: str, count: int, tries: int = 1, padding: int = 0) -> None:
    """One large import, tried so often."""
    from solvent_server.store import access  # noqa: PLC0415

    frame = items(0, count)
    company = access.company_of(code)
    for _ in range(tries):
        say("ready")
        try:
            say("done", batch=bring(company, name, frame, padding))
        except SolventError as error:
            say("refused", code=error.problem.code, facts=dict(error.problem.facts))


def writes(code: str, mine: int, count: int) -> None:
    """Many small batches of its own, and between them files that every other process brings too."""
    from solvent_server.store import access  # noqa: PLC0415

    company = access.company_of(code)
    say("ready")
    sys.stdin.readline()
    for number in range(count):
        try:
            bring(company, f"own {mine} {number}", items(mine * 1_000_000 + number * 10, 3))
            bring(company, f"shared {number}", items(10_000_000 + number * 10, 3))
        except SolventError as error:
            say("refused", code=error.problem.code, facts=dict(error.problem.facts))
    say("done")


def undoes(code: str, batch: int) -> None:
    """Undo a batch as soon as a line comes in."""
    from solvent_server.store import access, batches  # noqa: PLC0415

    company = access.company_of(code)
    say("ready")
    sys.stdin.readline()
    try:
        say("done", batch=batches.undo(company, batch, "test", "").batch)
    except SolventError as error:
        say("refused", code=error.problem.code)


def reserves(code: str, mine: int, count: int, amount: int, limit: int) -> None:
    """As many orders of one customer as it is told, one after the other, as soon as a line comes in."""
    from solvent_server.store import access, books  # noqa: PLC0415
    from solvent_server.store.desk.reservations import Room, Seen, reserve  # noqa: PLC0415

    company = access.company_of(code)
    say("ready")
    sys.stdin.readline()
    granted = []
    for number in range(count):
        seen = Seen(books.last_commit(company), date(2026, 3, 10))
        room, name = Room("lantern", ["lantern"], limit, 0), f"{mine}-{number}"
        answer = reserve(
            company, "lantern", amount, [room], seen=seen, key=name, order_id=name, currency="CNY", actor=f"clerk{mine}"
        )
        granted += [name] if answer.granted else []
    say("done", granted=granted)


def opens() -> None:
    """Set the store up if it is new, as every command does."""
    say("ready")
    sys.stdin.readline()
    if database.state() == "new":
        database.migrate()
    say("done", state=database.state())


if __name__ == "__main__":
    what, data, url, *words = sys.argv[1:]
    database.connect(Path(data), url)
    if what == "limited":
        limit, *words = words
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
        what = "brings"
    numbers = [int(word) if word.isdigit() else word for word in words]
    {"brings": brings, "writes": writes, "undoes": undoes, "opens": opens, "reserves": reserves}[what](*numbers)

"""Faults: killed, starved, cut off, or failing at any call, the store holds all of a batch or nothing of it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from child import bring, items
from django.db import OperationalError, connection
from support import Place

import pace
from solvent.base.problem import SolventError
from solvent_server.store import database

CHILD = Path(__file__).with_name("child.py")
ROWS = 20_000


def child(place: Place, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), str(words[0]), str(place.data), place.url, *map(str, words[1:])]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def heard(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def company_of(code: str) -> Any:
    from solvent_server.store import work  # noqa: PLC0415 (needs Django set up)

    return work.set_company(code, "test", currency="CNY")


def count(company: Any) -> int:
    from solvent_server.store import books  # noqa: PLC0415

    return books.ledger(company).table("open_items").collect().height


def sound() -> bool:
    """True where the database is whole and every check of the store passes."""
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    if connection.vendor == "sqlite":
        assert database.rows("PRAGMA integrity_check", []) == [("ok",)]
    return not [outcome for outcome in checks.check_store() if outcome.breaches]


def test_killed_at_any_moment(place: Place, request: pytest.FixtureRequest) -> None:
    """kill -9 somewhere in a large import: nothing of it or all of it, and the file can come again."""
    draw = random.Random(7)
    rounds = 50 if request.config.getoption("--all") else 2
    told = {"nothing": 0, "all": 0}
    took = 2.0
    for round_ in range(rounds):
        company = company_of(f"c{round_}")
        process = child(place, "brings", company.code, "large", ROWS)
        words = heard(process)
        assert next(words)["said"] == "ready"
        start = time.perf_counter()
        try:
            process.wait(draw.uniform(0, took * 1.05))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        acknowledged = any(word["said"] == "done" for word in words)
        if process.wait() == 0:
            took = min(took, time.perf_counter() - start)
        process.stdout.close()  # type: ignore[union-attr]
        process.stdin.close()  # type: ignore[union-attr]
        have = count(company)
        assert have in (0, ROWS), f"round {round_}: {have} rows are in the books"
        assert have == ROWS or not acknowledged, f"round {round_}: told to be in the books, and is not"
        told["all" if have else "nothing"] += 1
        bring(company, "large", items(0, ROWS))
        assert count(company) == ROWS
    assert sound()
    print(f"{connection.vendor}: {told}")


@contextmanager
def failing(at: int) -> Iterator[list[int]]:
    """Every call of the database is counted, and the one with number ``at`` fails."""
    counted = [0]

    def tick() -> None:
        counted[0] += 1
        if counted[0] == at:
            raise OperationalError("injected")

    def ticking(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            tick()
            return call(*args, **kwargs)

        return run

    with (
        pytest.MonkeyPatch.context() as patch,
        connection.execute_wrapper(lambda execute, *args: ticking(execute)(*args)),
    ):
        for name in ("read", "write"):
            patch.setattr(database, name, ticking(getattr(database, name)))
        patch.setattr(connection, "_commit", ticking(connection._commit))
        yield counted


def test_any_call_may_fail(place: Place, request: pytest.FixtureRequest) -> None:
    """The n-th call of the database fails, for each n: a batch is there whole or not at all, and an undo likewise."""
    from solvent_server.store import batches  # noqa: PLC0415

    company = company_of("own")
    step = 1 if request.config.getoption("--all") else 10
    failed = 0

    def tried(does: Callable[[], Any], at: int, before: dict[str, int], after: dict[str, int]) -> bool:
        nonlocal failed
        with failing(at) as counted:
            try:
                does()
            except SolventError as error:
                assert error.problem.code == "store.database", error  # noqa: PT017
                assert "injected" in str(error.problem.facts["error"])  # noqa: PT017
                failed += 1
                done = False
            else:
                done = counted[0] < at
                assert done, f"call {at} failed, and nobody was told"
        assert stands(company) == (after if done else before), f"call {at}"
        return done

    bring(company, "first", items(0, 5))
    first = dict.fromkeys(stands(company), 100)
    second = {**first, "i3": 200, "i4": 200, "i5": 200}
    for at in range(1, 1000, step):
        name = f"file {at}"
        done = tried(lambda name=name: bring(company, name, items(3, 3, 200)), at, first, second)  # type: ignore[misc]
        batch = bring(company, name, items(3, 3, 200))
        assert stands(company) == second
        tried(lambda batch=batch: batches.undo(company, batch, "test", ""), at, second, first)  # type: ignore[misc]
        if stands(company) == second:
            batches.undo(company, batch, "test", "")
        assert stands(company) == first
        tried(
            lambda: batches.record(company, {"open_items": items(3, 3, 200)}, kind="person", actor="test"),
            at, first, second,
        )  # fmt: skip
        if stands(company) == second:
            batches.record(company, {"open_items": items(3, 2)}, kind="person", actor="test")
            batches.withdraw(company, {"open_items": ["i5"]}, actor="test", reason="")
        assert stands(company) == first
        if done:
            break
    assert failed >= 40 // step
    assert sound()


def stands(company: Any) -> dict[str, int]:
    from solvent_server.store import books  # noqa: PLC0415

    table = books.ledger(company).table("open_items").collect()
    assert not table["item_id"].is_duplicated().any()
    return dict(table.sort("item_id").select("item_id", "amount").iter_rows())


FULL = {"the original": 40_000, "the parked rows": 55_000, "a little of the database": 800_000, "most": 2_500_000}


@pytest.mark.parametrize("full", list(FULL))
def test_a_full_disk_is_told_and_leaves_nothing(place: Place, full: str) -> None:
    """No file may grow beyond a limit: it is told, nothing of the file counts, and with room again it goes in."""
    company = company_of("own")
    if connection.vendor == "postgresql" and FULL[full] > 60_000:
        pytest.skip("the limit holds for the client, and the server writes the database")
    database.close()
    with child(place, "limited", FULL[full], company.code, "large", ROWS, 1, 50_000) as process:
        words = list(heard(process))
    assert process.returncode == 0
    assert [word["said"] for word in words] == ["ready", "refused"], words
    assert words[-1]["code"] in ("store.database", "store.disk"), words
    assert words[-1]["facts"]["error"]
    assert not list(place.data.rglob("*.part"))
    assert count(company) == 0
    assert sound()
    bring(company, "large", items(0, ROWS), 50_000)
    assert count(company) == ROWS


def test_a_witness_that_finds_no_room_costs_nothing_but_its_line(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch is in the books already: it is acknowledged, and the trail is sound with and after it."""
    from solvent_server.store import audit  # noqa: PLC0415

    company = company_of("own")
    write = os.write

    def no_room(handle: int, data: bytes) -> int:
        if fails == "at once":
            raise OSError(28, "No space left on device")
        return write(handle, data[:30])

    for fails in ("at once", "in the middle"):
        with monkeypatch.context() as patch:
            patch.setattr(audit.os, "write", no_room)
            bring(company, fails, items(len(fails), 3))
        assert sound()
    bring(company, "afterwards", items(100, 3))
    assert count(company) == 9
    assert sound()
    assert len((place.data / audit.WITNESS).read_text("ascii").splitlines()) == 2


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_server_that_drops_us_leaves_nothing(place: Place, request: pytest.FixtureRequest) -> None:
    """The backend is terminated while rows go in; the same process goes on afterwards."""
    for round_ in range(20 if request.config.getoption("--all") else 1):
        company = company_of(f"c{round_}")
        with child(place, "brings", company.code, "large", ROWS, 2) as process:
            words = heard(process)
            assert next(words)["said"] == "ready"
            until = time.monotonic() + pace.NEVER
            ended: list[tuple[Any, ...]] = []
            while not ended and time.monotonic() < until:
                ended = database.rows(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND query LIKE %s AND state = 'active' AND pid <> pg_backend_pid()",
                    ["COPY %"],
                )
            assert ended, "the import was never seen"
            word = next(words)
            assert (word["said"], word["code"]) == ("refused", "store.database"), word
            assert count(company) == 0
            assert [word["said"] for word in words] == ["ready", "done"]
        assert count(company) == ROWS
    assert sound()

"""Faults: killed, failing and crowded; nothing is ever half there, lost after it was acknowledged, or there twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from support import Place, frames, intake, item, line

from solvent.base.problem import SolventError
from solvent.intake.intake import Source
from solvent_server.store import database

HERE = Path(__file__).parent
CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
import support
from solvent_server.store import database
database.connect(Path({data!r}), {url!r})
from solvent_server.store import batches, work
from solvent.intake.intake import Source
{body}
"""
IMPORT = """
company = work.only_company("CNY", actor="child")
rows = support.intake(open_items=[support.item(n) for n in range(20_000)])
staged = batches.stage(company, rows, original=Source("big", b"big"), kind="ledger", actor="child")
print("staged", flush=True)
batches.commit(company, staged.batch, "child")
print("done", flush=True)
"""
WRITER = """
company = work.only_company("CNY", actor="child")
for n in range({rounds}):
    key = {writer} * 1000 + n
    batches.record(company, support.frames(open_items=[support.item(key)]), kind="person", actor="writer {writer}")
"""


def child(place: Place, body: str) -> subprocess.Popen[str]:
    code = CHILD.format(here=str(HERE), data=str(place.data), url=place.url, body=body)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def reconnect(place: Place) -> None:
    database.close()
    database.connect(place.data, place.url)


def items() -> int:
    from solvent_server.store import books, work  # noqa: PLC0415

    return books.ledger(work.only_company("CNY", actor="test")).table("open_items").collect().height


def broken() -> Sequence[str]:
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    return [f"{one.name}: {one.subjects}" for one in checks.check_store() if one.breaches]


def test_killed_at_a_random_moment(place: Place, request: pytest.FixtureRequest) -> None:
    """kill -9 while 20,000 rows are imported: all or none, and the file finishes the job afterwards."""
    from solvent_server.store import batches, work  # noqa: PLC0415

    rounds = 50 if request.config.getoption("--all") else 3
    draw, killed = random.Random(5), 0
    company = work.only_company("CNY", actor="test")
    database.close()
    for round_ in range(rounds):
        running = child(place, IMPORT)
        assert running.stdout is not None
        staged = running.stdout.readline()
        time.sleep(draw.uniform(0.0, 1.2))
        running.send_signal(signal.SIGKILL)
        said = staged + running.stdout.read()
        running.communicate()
        reconnect(place)
        there = items()
        assert there in (0, 20_000), f"round {round_}: {there} of 20,000 rows"
        assert there == 20_000 or "done" not in said, "acknowledged and lost"
        killed += there == 0
        rows = intake(open_items=[item(number) for number in range(20_000)])
        again = batches.stage(company, rows, original=Source("big", b"big"), kind="ledger", actor="test")
        if not again.already:
            batches.commit(company, again.batch, "test")
        assert items() == 20_000
        batches.undo(company, again.batch, "test", "the next round")
        assert items() == 0
    assert broken() == []
    if connection.vendor == "sqlite":
        assert database.rows("PRAGMA integrity_check", []) == [("ok",)]
    print(f"kill -9 on {connection.vendor}: tried {rounds}, {killed} before the commit, bad 0")


@contextmanager
def failing_at(number: int) -> Iterator[list[int]]:
    """The n-th call of the database fails, whichever it is."""
    count = [0]

    def wrap(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        count[0] += 1
        if count[0] == number:
            raise OperationalError("injected")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrap):
        yield count


@pytest.mark.parametrize("what", ["commit", "undo", "record"])
def test_any_call_may_fail(place: Place, request: pytest.FixtureRequest, what: str) -> None:
    """All or nothing, whichever call of the database fails; afterwards it works."""
    from solvent_server.store import batches, work  # noqa: PLC0415

    step = 1 if request.config.getoption("--all") else 7
    company = work.only_company("CNY", actor="test")
    base = intake(open_items=[item(1)], bank_lines=[line(1)])
    first = batches.stage(company, base, original=Source("a", b"a"), kind="ledger", actor="test")
    batches.commit(company, first.batch, "test")
    number = 1
    while True:
        change = intake(open_items=[item(1, 100 + number), item(number + 1)], bank_lines=[line(number + 1)])
        staged = batches.stage(company, change, original=Source(str(number), b"%d" % number), kind="ledger", actor="t")
        if what == "undo":
            batches.commit(company, staged.batch, "test")
        before = _state(company)
        try:
            with failing_at(number) as count:
                _do(what, company, staged.batch, number)
        except (SolventError, OperationalError):
            assert count[0] == number
            assert _state(company) == before, f"call {number} left something behind"
            _do(what, company, staged.batch, number)
        else:
            break
        assert _state(company) != before
        number += step
    assert number > step
    assert broken() == []


def _do(what: str, company: Any, batch: int, number: int) -> None:
    from solvent_server.store import batches  # noqa: PLC0415

    if what == "commit":
        batches.commit(company, batch, "test")
    elif what == "undo":
        batches.undo(company, batch, "test", "")
    else:
        batches.record(company, frames(open_items=[item(9000 + number)]), kind="person", actor="test")


def _state(company: Any) -> tuple[Any, ...]:
    """Everything that counts, and how much was ever written."""
    from solvent_server.store import books  # noqa: PLC0415
    from solvent_server.store.models import AuditLine, Retraction  # noqa: PLC0415

    kept = books.ledger(company)
    rows = [kept.table(name).collect().rows() for name in ("open_items", "bank_lines")]
    return (*(sorted(map(str, part)) for part in rows), AuditLine.objects.count(), Retraction.objects.count())


def test_eight_writers_at_once(place: Place) -> None:
    """No "database is locked", no gap in the trail, every row there once."""
    from solvent_server.store import work  # noqa: PLC0415

    work.only_company("CNY", actor="test")
    database.close()
    writers = [child(place, WRITER.format(writer=number, rounds=5)) for number in range(1, 9)]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    reconnect(place)
    assert items() == 40
    assert broken() == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_leaves_nothing(place: Place) -> None:
    """The file may not grow: the import fails with a sentence, and works once there is room."""
    body = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from solvent.base.problem import SolventError
company = work.only_company("CNY", actor="child")
rows = support.intake(open_items=[support.item(n) for n in range(60_000)])
staged = batches.stage(company, rows, original=Source("big", b"big"), kind="ledger", actor="child")
resource.setrlimit(resource.RLIMIT_FSIZE, (6_000_000, 6_000_000))
try:
    batches.commit(company, staged.batch, "child")
except SolventError as error:
    print(error.problem.code)
"""
    told, errors = child(place, body).communicate(timeout=120)
    assert told.strip() in ("store.database", "store.disk"), errors
    reconnect(place)
    assert items() == 0
    assert broken() == []


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_server_process_that_is_ended_leaves_nothing(place: Place) -> None:
    import psycopg  # noqa: PLC0415

    running = child(place, IMPORT)
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(0.4)
    with psycopg.connect(place.url, autocommit=True) as link:
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    said, _ = running.communicate(timeout=120)
    reconnect(place)
    assert items() == (20_000 if "done" in said else 0)
    assert broken() == []

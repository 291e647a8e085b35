"""Workers: one that is killed leaves its errand to the next, a store that is away is waited for, the log says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError

from solvent_server.commands import serve
from solvent_server.store import database

BUSY = """
import sys, time
from pathlib import Path
from solvent_server.store import database
database.connect(Path(sys.argv[1]))
from solvent_server.store.errands import queue
print(queue.next_one().id, flush=True)
time.sleep(600)
"""


def test_the_errand_of_a_worker_that_was_killed_is_begun_at_once(company: Any) -> None:
    from solvent_server.store.errands import heartbeat, queue  # noqa: PLC0415 (needs the store)

    asked = queue.ask_assess(company, "test")
    program = [sys.executable, "-c", BUSY, str(database.folder())]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == str(asked.id)
        assert heartbeat.at_work() == {f"errand-{asked.id}"}
        assert queue.next_one() is None, "somebody works at it"
        assert queue.is_busy(company)
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert not queue.is_busy(company)
    assert queue.next_one().id == asked.id


def test_a_worker_elsewhere_is_gone_when_its_beats_end(company: Any) -> None:
    from solvent_server.store.errands import heartbeat  # noqa: PLC0415 (needs the store)

    place = database.folder() / "workers"
    place.mkdir()
    beat = place / "12@elsewhere.1"
    for file in (beat, place / "12@elsewhere.1+errand-9"):
        file.touch()
    assert heartbeat.at_work() == {"errand-9"}, "numbers of processes elsewhere say nothing here"
    for age, there in ((heartbeat.GONE - 5, True), (heartbeat.GONE + 5, False)):
        moment = (place / "12@elsewhere.1+errand-9").stat().st_mtime - age
        os.utime(beat, (moment, moment))
        assert ("errand-9" in heartbeat.at_work()) is there


def test_a_store_that_is_away_is_waited_for_and_told_once(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from solvent_server.jobs import clock, worker  # noqa: PLC0415 (needs the store)

    looks: list[int] = []
    said: list[str] = []
    ensure = clock.clock.ensure

    def away(*_: object) -> None:
        raise OperationalError("connection refused")

    def turns() -> bool:
        looks.append(len(looks))
        if len(looks) == 4:
            monkeypatch.setattr(clock.clock, "ensure", ensure)
        return len(looks) > 6

    monkeypatch.setattr(worker, "PAUSE", 0.0)
    monkeypatch.setattr(worker, "LOOK", 0.0)
    monkeypatch.setattr(clock.clock, "ensure", away)
    monkeypatch.setattr(worker.hooks, "beside", lambda _: None)
    monkeypatch.setattr(worker._LOG, "warning", said.append)
    worker.work(turns)
    assert len(said) == 2, "once that it is away, once that it is back"
    assert "does not answer" in said[0]
    assert "answers again" in said[1]


def test_an_errand_whose_end_the_store_did_not_take_is_begun_again(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvent.base.problem import SolventError  # noqa: PLC0415
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)
    from solvent_server.store.errands import queue  # noqa: PLC0415

    def away(*_: object, **__: object) -> None:
        raise SolventError("store.database", "", error="connection lost")

    asked = queue.ask_assess(company, "test")
    with monkeypatch.context() as lost:
        lost.setattr(queue, "_ended", away)
        with pytest.raises(SolventError, match=r"store\.database"):
            worker.do_next()
    assert queue.next_one().id == asked.id


def test_what_broke_is_in_the_log_with_its_place(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)
    from solvent_server.store.errands import queue  # noqa: PLC0415

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("over nothing")

    queue.ask_assess(company, "test")
    monkeypatch.setattr(worker, "assess_company", broken)
    said: list[str] = []
    monkeypatch.setattr(worker._LOG, "exception", lambda *_: said.append(traceback.format_exc()))
    assert worker.do_next()
    assert "over nothing" in said[0]


def test_a_worker_beside_the_pages_that_ends_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    over, begun = Event(), []

    class Process:
        exitcode = -9

        def __init__(self, target: Callable[..., None], args: tuple[str], daemon: bool) -> None:
            begun.append(args)

        def start(self) -> None:
            if len(begun) == 3:
                over.set()

        def join(self) -> None: ...

    monkeypatch.setattr(serve, "AGAIN", 0.0)
    monkeypatch.setattr(serve, "get_context", lambda _: type("Context", (), {"Process": Process}))
    serve._keep_working("data", over)
    assert begun == [("data",)] * 3


def test_an_assessment_that_finds_no_room_leaves_nothing(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from solvent.base.problem import SolventError  # noqa: PLC0415
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)

    def full(folder: Any, *_: object) -> None:
        folder.mkdir(parents=True)
        (folder / "report.json").write_text("{", "utf-8")
        raise OSError(28, "No space left on device")

    class Made:
        class snapshot:  # noqa: N801
            from datetime import date  # noqa: PLC0415

            as_of = date(2026, 10, 31)

    monkeypatch.setattr(assessments, "_write", full)
    with pytest.raises(SolventError, match=r"store\.disk"):
        assessments.keep("own", Made, "2026-11-01T06:00:00+00:00")  # type: ignore[arg-type]
    assert list((database.folder() / "assessments" / "own").iterdir()) == []

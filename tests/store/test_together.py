"""Together: several processes at one store, reading while others write, and a clock that goes backwards."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from child import bring, items
from django.db import connection
from support import Place, frames, intake, item, line
from test_faults import child, company_of, count, heard, sound, stands

from solvent.base.problem import SolventError
from solvent.intake.intake import Source
from solvent_server.store import database


def at_once(place: Place, words: Sequence[Sequence[object]]) -> list[list[dict[str, Any]]]:
    """Processes that begin their work at the same moment; what each of them said after ``ready``."""
    database.close()
    with ExitStack() as closing:
        running = [closing.enter_context(child(place, *one)) for one in words]
        said = [heard(process) for process in running]
        for one in said:
            assert next(one)["said"] == "ready"
        for process in running:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        told = [list(one) for one in said]
    assert [process.returncode for process in running] == [0] * len(running)
    database.connect(place.data, place.url)
    return told


def test_many_processes_write_at_once(place: Place, request: pytest.FixtureRequest) -> None:
    """Files of their own and files that all of them bring: each is in the books once, nobody is turned away."""
    from solvent_server.store.models import AuditLine, Batch  # noqa: PLC0415 (needs Django set up)

    rounds, writers = (125, 8) if request.config.getoption("--all") else (4, 4)
    company = company_of("own")
    told = at_once(place, [("writes", company.code, writer, rounds) for writer in range(writers)])
    for words in told:
        assert words[-1]["said"] == "done"
        # whoever comes second to a file that somebody else has just committed is told so, and of nothing else
        assert {word["code"] for word in words[:-1]} <= {"store.batch.not_staged", "store.batch.not_parked"}
    assert Batch.objects.filter(state="staged").count() == 0
    assert Batch.objects.filter(state="committed").count() == (writers + 1) * rounds
    assert AuditLine.objects.count() == (writers + 1) * rounds + 1
    assert count(company) == (writers + 1) * 3 * rounds
    assert sound()


def test_two_undo_the_same_at_once(place: Place) -> None:
    company = company_of("own")
    bring(company, "first", items(0, 3))
    batch = bring(company, "second", items(0, 3, 200))
    told = at_once(place, [("undoes", company.code, batch)] * 3)
    assert sorted(words[0]["said"] for words in told) == ["done", "refused", "refused"]
    assert {words[0]["code"] for words in told if words[0]["said"] == "refused"} == {"store.undo.not_committed"}
    assert stands(company) == {"i0": 100, "i1": 100, "i2": 100}
    assert sound()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_new_store_is_set_up_once_by_many(
    kind: str, tmp_path: Any, request: pytest.FixtureRequest, templates: dict[str, Any]
) -> None:
    """Commands that are the first ever, at the same moment."""
    from support import run_sql, with_name  # noqa: PLC0415

    from solvent_server.store.keeping import checks  # noqa: PLC0415

    url = ""
    if kind == "postgresql":
        server = request.getfixturevalue("server")
        run_sql(server, "CREATE DATABASE at_once")
        url = with_name(server, "at_once")
    place = Place(tmp_path / "data", url)
    told = at_once(place, [("opens",)] * 3)
    assert [words[-1] for words in told] == [{"said": "done", "state": "ready"}] * 3
    assert not [outcome for outcome in checks.check_store() if outcome.breaches]
    database.close()
    if url:
        run_sql(server, "DROP DATABASE at_once WITH (FORCE)")


def test_the_same_file_read_twice_at_once_is_never_mixed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two readings of one file, by different rules: what is committed is the one or the other."""
    from solvent_server.store import batches, books  # noqa: PLC0415
    from solvent_server.store.keeping import parking  # noqa: PLC0415

    company = company_of("own")

    def reading(amount: int) -> Any:
        return intake(open_items=[item(1, amount)], bank_lines=[line(1, amount)], receipts=[])

    def stage(amount: int) -> int:
        source = Source("one", b"one")
        return batches.stage(company, reading(amount), original=source, kind="ledger", actor="test").batch

    nested: list[int] = []
    write = parking.BytesIO

    def meanwhile() -> Any:
        """While the second of the tables is written, somebody else stages the same file."""
        nested.append(0)
        if len(nested) == 2:
            stage(200)
        return write()

    monkeypatch.setattr(parking, "BytesIO", meanwhile)
    batch = stage(100)
    monkeypatch.undo()
    batches.commit(company, batch, "test")
    kept = books.ledger(company)
    amounts = {kept.table(name).collect()["amount"].item() for name in ("open_items", "bank_lines")}
    assert len(amounts) == 1
    with pytest.raises(SolventError, match="not_staged"):
        batches.commit(company, batch, "test")


def test_what_was_left_lying_by_somebody_killed_is_swept(place: Place) -> None:
    from solvent_server.store import batches  # noqa: PLC0415
    from solvent_server.store.keeping import parking  # noqa: PLC0415

    company = company_of("own")
    waiting = batches.stage(
        company, intake(open_items=[item(1)]), original=Source("a", b"a"), kind="ledger", actor="test"
    )
    done = bring(company, "b", items(5, 1))
    parking.park(done, frames(open_items=[item(5)]), intake().documents)
    assert sorted(path.name for path in (place.data / "staged").iterdir()) == sorted([str(waiting.batch), str(done)])
    bring(company, "c", items(7, 1))
    assert [path.name for path in (place.data / "staged").iterdir()] == [str(waiting.batch)]
    batches.commit(company, waiting.batch, "test")
    assert count(company) == 3


def test_a_reader_sees_no_half_of_what_is_being_written(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Books, checks and a moment that was taken while rows went in, before and after they are committed."""
    from solvent_server.store import books, facts  # noqa: PLC0415
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    company = company_of("own")
    bring(company, "first", items(0, 5))
    before = stands(company)
    seen: list[Any] = []
    insert = facts.insert

    def reader() -> None:
        database.connect(place.data, place.url)
        moment = datetime.now(UTC)
        table = books.ledger(company, moment).table("open_items").collect()
        seen.append((moment, dict(table.select("item_id", "amount").iter_rows()), stands(company)))
        seen.append([outcome for outcome in checks.check_store() if outcome.breaches])
        database.close()

    def looked_at(*args: Any) -> None:
        insert(*args)
        thread = threading.Thread(target=reader)
        thread.start()
        thread.join()

    monkeypatch.setattr(facts, "insert", looked_at)
    bring(company, "second", items(3, 5, 200))
    (moment, then, now), breaches = seen
    assert then == now == before
    assert breaches == []
    table = books.ledger(company, moment).table("open_items").collect()
    assert dict(table.select("item_id", "amount").iter_rows()) == before, "the past has changed"
    assert len(stands(company)) == 8


def test_checks_of_a_store_that_is_written_to_find_nothing(place: Place) -> None:
    """Batches that come while the checks run are no breach."""
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    company = company_of("own")
    bring(company, "first", items(0, 50))
    database.close()
    with child(place, "writes", company.code, 1, 40) as process:
        words = heard(process)
        assert next(words)["said"] == "ready"
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        rounds = 0
        while process.poll() is None:
            breaches = [outcome for outcome in checks.check_store() if outcome.breaches]
            assert breaches == []
            rounds += 1
        assert rounds > 1
        assert next(words) == {"said": "done"}


def test_a_clock_set_back_turns_nothing_around(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from solvent_server.store import audit, books  # noqa: PLC0415

    company = company_of("own")
    past = [(None, {})]

    class Clock(datetime):
        back = timedelta(0)

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) - cls.back

    monkeypatch.setattr(audit, "datetime", Clock)
    for step, back in enumerate([0, 3600, 7 * 86_400, 0, -86_400, 0]):
        Clock.back = timedelta(seconds=back)
        bring(company, f"f{step}", items(0, 3, 100 + step))
        past.append((books.last_commit(company), stands(company)))
    moments = [moment for moment, _ in past[1:]]
    assert moments == sorted(set(moments))
    for moment, stood in past[1:]:
        told = books.ledger(company, moment).table("open_items").collect()
        assert dict(told.select("item_id", "amount").iter_rows()) == stood
    assert sound()


def test_a_database_that_is_not_there_is_told(place: Place, tmp_path: Any) -> None:
    from solvent_server.store import batches  # noqa: PLC0415

    company = company_of("own")
    if connection.vendor == "postgresql":
        database.connect(tmp_path / "other", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    else:
        (tmp_path / "other" / "solvent.sqlite3").mkdir(parents=True)
        database.connect(tmp_path / "other")
    with pytest.raises(SolventError, match=r"store\.database"):
        database.state()
    with pytest.raises(SolventError, match=r"store\.database"):
        batches.record(company, frames(open_items=[item(1)]), kind="person", actor="test")
    database.connect(place.data, place.url)

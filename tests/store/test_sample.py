"""The sample company is taken away whole, with a line in the trail, and nothing of anybody else goes with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import pytest
from django.db import DatabaseError, connection, transaction
from support import Place, intake, item, line

from solvent.base.problem import SolventError
from solvent.intake.intake import Source
from solvent_server.store import database

Load = Callable[..., int]


def wrong() -> dict[str, object]:
    from solvent_server.store.keeping import checks  # noqa: PLC0415 (needs Django set up)

    return {outcome.name: outcome.subjects for outcome in checks.check_store() if outcome.breaches}


def heights() -> dict[str, int]:
    from solvent_server.store.start import sample  # noqa: PLC0415

    with connection.cursor() as cursor:
        told = {}
        for table in sample.belongs():
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            told[table] = cursor.fetchone()[0]
    return told


def imported(company: object, name: str, **tables: object) -> int:
    from solvent_server.store import batches  # noqa: PLC0415

    staged = batches.stage(company, intake(**tables), original=Source(name, name.encode()), kind="ledger", actor="test")
    return batches.commit(company, staged.batch, "test").batch


def made(code: str = "sample", people: tuple[str, ...] = ()) -> object:
    """A sample company with something in every kind of table: facts, corrections, files, errands, cases, a schedule."""
    from django.contrib.auth.models import User  # noqa: PLC0415

    from solvent_server.store import batches, work  # noqa: PLC0415
    from solvent_server.store.errands import queue  # noqa: PLC0415
    from solvent_server.store.models import Member, Schedule, ScheduledRun  # noqa: PLC0415
    from solvent_server.store.start import sample  # noqa: PLC0415

    company = work.set_company(code, "test", names=["Sample"], currency="CNY")
    for name in people:
        person = User.objects.filter(username=name).first() or User.objects.create_user(name)
        Member.objects.create(user=person, company=company, role="cfo")
    sample.mark(company, "test", people=people)
    first = imported(company, "shared.csv", open_items=[item(1), item(2)])
    imported(company, f"{code}.csv", open_items=[item(1, 70), item(3)], bank_lines=[line(1)])  # corrects and sees again
    batches.undo(company, imported(company, f"{code}-2.csv", open_items=[item(9)]), "test", "wrong file")
    assert first
    queue.ask_read(company, Source("waiting.csv", code.encode()), "test")
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    by_clock = Schedule.objects.create(company=company, what="assess", hour=5, since=moment)
    ScheduledRun.objects.create(schedule=by_clock, actor="test", started_at=moment, state="done")
    return company


def test_all_of_it_goes_and_nothing_else(place: Place, load: Load) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415

    from solvent_server.store import audit, books, work  # noqa: PLC0415
    from solvent_server.store.keeping import originals  # noqa: PLC0415
    from solvent_server.store.models import AuditLine, Member, Original  # noqa: PLC0415
    from solvent_server.store.start import sample  # noqa: PLC0415

    load("shared.csv", open_items=[item(1)])
    own = work.only_company(actor="test")
    both, *_ = [User.objects.create_user(name) for name in ("both", "only", "goes on")]
    Member.objects.create(user=both, company=own, role="cfo")
    before, kept = heights(), books.ledger(own).table("open_items").collect()
    company = made(people=("both", "only", "goes on"))
    folder = database.folder() / "assessments" / "sample"
    folder.mkdir(parents=True)
    (folder / "sheet.json").write_text("{}")
    assert not wrong()
    lines = AuditLine.objects.count()
    mine = set(Original.objects.exclude(name="shared.csv").values_list("sha256", flat=True))
    assert len(mine) == 3

    told = sample.take_away(company, "goes on")

    assert heights() == before
    assert told.rows["fact_open_items"] == 5
    assert told.rows["store_company"] == 1
    assert told.originals == 3
    assert told.people == ["only"]
    assert set(User.objects.values_list("username", flat=True)) == {"both", "goes on"}
    assert books.ledger(own).table("open_items").collect().equals(kept)
    assert not folder.exists()
    assert not any(originals.place_of(sha).exists() for sha in mine)
    assert originals.place_of(Original.objects.get().sha256).exists(), "the other company has this file too"
    assert AuditLine.objects.count() == lines + 1
    assert AuditLine.objects.order_by("-seq").first().action == audit.REMOVED
    assert not wrong()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM fact_open_items")


def test_it_can_be_made_and_removed_again_under_the_same_name(place: Place) -> None:
    from solvent_server.store.start import sample  # noqa: PLC0415

    for _ in range(2):
        company = made()
        assert not wrong()
        sample.take_away(company, "test")
        assert not wrong()
    made()
    assert not wrong()


def test_a_company_that_holds_anything_becomes_no_sample_and_stays(place: Place, load: Load) -> None:
    from solvent_server.store import work  # noqa: PLC0415
    from solvent_server.store.start import sample  # noqa: PLC0415

    load("a", open_items=[item(1)])
    own = work.only_company(actor="test")
    with pytest.raises(SolventError, match=r"store\.sample\.too_late"):
        sample.mark(own, "test")
    with pytest.raises(SolventError, match=r"store\.sample\.none"):
        sample.take_away(own, "test")
    assert not wrong()


def test_it_stays_whole_while_something_is_done_for_it_or_where_it_fails(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvent_server.store import audit, guards  # noqa: PLC0415
    from solvent_server.store.errands import queue  # noqa: PLC0415
    from solvent_server.store.start import sample  # noqa: PLC0415

    company = made()
    errand = queue.next_one()
    before = heights()
    with pytest.raises(SolventError, match=r"store\.sample\.busy"):
        sample.take_away(company, "test")
    queue.done(errand, {})

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr(audit, "append", fails)
    with pytest.raises(SolventError):
        sample.take_away(company, "test")
    monkeypatch.undo()
    assert heights() == before
    assert not guards.missing()
    assert not wrong()


def test_a_removal_that_was_not_of_a_sample_is_told(place: Place, load: Load) -> None:
    """Who takes rows out by hand cannot cover it with a line that says it was the sample."""
    from solvent_server.store import audit, guards, work  # noqa: PLC0415

    load("a", open_items=[item(1)])
    own = work.only_company(actor="test")
    with database.writing():
        with guards.lifted(), connection.cursor() as cursor:
            for table in ("fact_open_items", "store_batch"):
                cursor.execute(f'DELETE FROM "{table}"')
        for action in (audit.SAMPLE, audit.REMOVED):
            audit.append("test", action, f"company {own.code}", {}, company=own.code, at=audit.moment())
    found = wrong()
    assert any(str(subject).startswith("store.audit.removed") for subject in found["store.trail"])
    assert found["store.batches"]


def test_every_table_is_of_a_company_or_is_known_to_be_of_none(place: Place) -> None:
    """A table that comes later goes with the sample too, or somebody says why not."""
    from solvent_server.store.keeping import backup  # noqa: PLC0415
    from solvent_server.store.start import sample  # noqa: PLC0415

    of_nobody = {name for name in backup.tables() if name.startswith("store_")} - set(sample.belongs())
    assert of_nobody == {"store_auditline", "store_original", "store_firstpassword"}
    assert pl.Series(list(sample.belongs())).is_unique().all()

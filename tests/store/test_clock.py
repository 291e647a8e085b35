"""What is done by the clock: when it is due, caught up once, done by one worker, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support import Place, item, line

from solvent.base.problem import SolventError
from solvent_server.store import database

Load = Callable[..., int]
SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


def schedule(**told: Any) -> Any:
    from solvent_server.store.models import Schedule  # noqa: PLC0415 (needs Django set up)

    return Schedule(**{"what": "sweep", "hour": 5, "since": MONDAY - timedelta(days=30), **told})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)),
        (datetime(2026, 11, 2, 5, 0, 1, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)),
    ],
)
def test_the_newest_moment_is_at_the_minute_and_not_before(now: datetime, expected: datetime) -> None:
    from solvent_server.store.errands import clock  # noqa: PLC0415

    assert clock.latest(schedule(), now, UTC) == expected
    assert clock.following(schedule(), now, UTC) == expected + timedelta(days=1)


def test_an_hour_is_that_of_the_place_also_when_clocks_change() -> None:
    from solvent_server.store.errands import clock  # noqa: PLC0415

    now = datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert clock.latest(schedule(), now, SHANGHAI) == datetime(2026, 10, 24, 21, tzinfo=UTC)
    summer, winter = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert clock.latest(schedule(), summer, LONDON) == datetime(2026, 10, 24, 4, tzinfo=UTC)
    assert clock.latest(schedule(), winter, LONDON) == datetime(2026, 10, 25, 5, tzinfo=UTC)


def test_days_of_the_week_and_of_the_month() -> None:
    from solvent_server.store.errands import clock  # noqa: PLC0415

    now = MONDAY + timedelta(hours=12)
    assert clock.latest(schedule(days=0b001_0000), now, UTC) == datetime(2026, 10, 30, 5, tzinfo=UTC), "Friday"
    assert clock.latest(schedule(day_of_month=28), now, UTC) == datetime(2026, 10, 28, 5, tzinfo=UTC)
    assert clock.following(schedule(day_of_month=1), now, UTC) == datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert clock.following(schedule(on=False), now, UTC) is None


def test_missed_times_are_caught_up_once_and_none_before_it_was_made() -> None:
    from solvent_server.store.errands import clock  # noqa: PLC0415

    now = MONDAY + timedelta(hours=12)
    off_for_days = schedule(last_for=datetime(2026, 10, 28, 5, tzinfo=UTC))
    assert clock.due(off_for_days, now, UTC) == datetime(2026, 11, 2, 5, tzinfo=UTC)
    off_for_days.last_for = clock.due(off_for_days, now, UTC)
    assert clock.due(off_for_days, now, UTC) is None
    assert clock.due(schedule(since=MONDAY + timedelta(hours=5)), now, UTC) is None
    assert clock.due(schedule(since=MONDAY + timedelta(hours=4)), now, UTC) is not None
    assert clock.due(schedule(on=False), now, UTC) is None


def test_one_worker_begins_it_and_a_change_is_in_the_trail(place: Place, load: Load) -> None:
    from solvent_server.store import work  # noqa: PLC0415
    from solvent_server.store.errands import clock, heartbeat  # noqa: PLC0415
    from solvent_server.store.models import AuditLine, ScheduledRun  # noqa: PLC0415

    load("a", open_items=[item(1)])
    own = work.only_company(actor="test")
    clock.ensure([own], MONDAY)
    clock.ensure([own], MONDAY + timedelta(days=9))
    every = clock.of_company(own)
    assert [one.what for one in every] == ["assess", "backtest", "sweep", "backup"]
    now = MONDAY + timedelta(days=1, hours=2, minutes=45)
    first = clock.begin(now, UTC)
    assert (first.schedule.what, first.actor) == ("backup", clock.CLOCK)
    begun = [clock.begin(now, UTC) for _ in range(4)]
    assert [one.schedule.what for one in begun if one] == ["sweep", "assess"], "Monday's, caught up"
    clock.ask_now(first.schedule, "anna")
    assert clock.begin(now, UTC) is None, "it is still being done"
    clock.done(first, {"rows": 3})
    again = clock.begin(now, UTC)
    assert (again.schedule.what, again.actor, again.planned_for) == ("backup", "anna", None)
    heartbeat.stop()
    assert clock.begin_again() == 3, "their worker is gone"
    assert set(ScheduledRun.objects.values_list("state", flat=True)) == {"done", "failed"}
    more = [clock.begin(now, UTC) for _ in range(3)]
    assert [one.schedule.what for one in more if one] == ["sweep", "assess"], "once more what the clock had begun"
    heartbeat.stop()
    clock.begin_again()
    assert clock.begin(now, UTC) is None, "and not for ever"
    kept = clock.change(every[0], "anna", company=own, hour=6, days=0b001_1111)
    assert kept.since > MONDAY
    assert AuditLine.objects.order_by("-seq").first().action == "schedule.set"
    for wrong in ({"hour": 24}, {"minute": 60}, {"days": 0}, {"days": 128}, {"keep": 0}):
        with pytest.raises(SolventError, match=r"store\.schedule\.odd"):
            clock.change(every[0], "anna", company=own, **wrong)


def test_the_night_makes_backups_and_keeps_the_newest(place: Place, load: Load) -> None:
    from solvent_server.jobs import clock as jobs  # noqa: PLC0415
    from solvent_server.store.errands import clock, readings  # noqa: PLC0415
    from solvent_server.store.keeping import backups, checks  # noqa: PLC0415
    from solvent_server.store.models import Schedule, ScheduledRun  # noqa: PLC0415

    load("a", open_items=[item(1)])
    jobs.tick(MONDAY, UTC)
    Schedule.objects.exclude(what__in=("backup", "sweep")).update(on=False)
    Schedule.objects.filter(what="backup").update(keep=2)
    (database.folder() / "backups").mkdir()
    for day in (1, 2, 3):
        (database.folder() / "backups" / f"solvent-2026-10-0{day}T000000.zip").write_bytes(b"old")
    (database.folder() / "backups" / "my own.zip").write_bytes(b"mine")
    (database.folder() / "readings" / "77").mkdir(parents=True)
    now = MONDAY + timedelta(days=1, hours=4)
    assert [jobs.tick(now, UTC) for _ in range(3)] == [True, True, False]
    assert set(ScheduledRun.objects.values_list("state", flat=True)) == {"done"}
    assert [one.name for one in backups.every()][1:] == ["solvent-2026-10-03T000000.zip"]
    assert (database.folder() / "backups" / "my own.zip").exists()
    assert readings.lying() == []
    assert ScheduledRun.objects.get(schedule__what="backup").told["rows"] > 0
    assert clock.following(Schedule.objects.get(what="backup"), now, UTC) > now
    assert not [one for one in checks.check_store() if one.breaches]


def test_what_goes_wrong_by_night_is_told_in_the_morning(
    place: Place, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvent_server.jobs import clock as jobs  # noqa: PLC0415
    from solvent_server.store.models import Schedule, ScheduledRun  # noqa: PLC0415

    load("a", bank_lines=[line(1)])
    jobs.tick(MONDAY, UTC)
    Schedule.objects.exclude(what="assess").update(on=False)
    now = MONDAY + timedelta(days=1, hours=6)
    assert jobs.tick(now, UTC)
    told = ScheduledRun.objects.get()
    assert (told.state, told.told["code"]) == ("failed", "books.empty"), told.told

    def breaks(_: object) -> dict[str, object]:
        raise MemoryError

    monkeypatch.setitem(jobs.DO, "assess", breaks)
    assert jobs.tick(now + timedelta(days=1), UTC)
    assert ScheduledRun.objects.order_by("-id").first().told["facts"] == {"error": "MemoryError"}


@pytest.mark.parametrize(("amount", "expected"), [(249_99, False), (250_00, True), (250_01, True)])
def test_a_large_sum_asks_for_a_short_assessment_at_once(
    place: Place, load: Load, monkeypatch: pytest.MonkeyPatch, amount: int, expected: bool
) -> None:
    """A quarter of a month's spending of 1,000.00, told after the last assessment."""
    from dataclasses import dataclass, field  # noqa: PLC0415
    from datetime import date  # noqa: PLC0415

    from solvent_server.store import work  # noqa: PLC0415
    from solvent_server.store.errands import sudden  # noqa: PLC0415
    from solvent_server.store.models import Errand  # noqa: PLC0415

    @dataclass
    class Kept:
        as_of: date = date(2026, 3, 10)
        currency: str = "CNY"
        report: dict[str, str] = field(default_factory=lambda: {"monthly_spend": "1000.00"})

    monkeypatch.setattr(sudden.assessments, "latest", lambda code: Kept())
    before = {"booked_on": date(2026, 1, 5), "amount": -900_00}
    batch = load("a", bank_lines=[line(1, -amount), {**line(2), **before}], open_items=[item(1, 5)])
    own = work.only_company(actor="test")
    sudden.ask_after(own, batch, "anna")
    sudden.ask_after(own, batch, "anna")
    asked = [bool(one.asked.get("short")) for one in Errand.objects.order_by("id")]
    assert asked == ([True, False] if expected else [False])
    rate = {"currency": "JPY", "quote": "CNY", "day_on": date(2026, 3, 1), "rate": 0.05}
    yen = {"receipt_id": "r", "customer_id": "lantern", "received_on": date(2026, 3, 9), "currency": "JPY"}
    later = load("b", fx_rates=[rate], receipts=[{**yen, "amount": 5_000}])
    assert sudden.large(own, later) == 250_00, "5,000 yen at 0.05"
    odd = load("c", receipts=[{**yen, "receipt_id": "s", "amount": 10**9, "currency": "USD"}])
    assert sudden.large(own, odd) is None, "no rate tells what it is worth"


def test_a_short_assessment_has_few_paths_and_every_other_term_as_decided() -> None:
    from datetime import date  # noqa: PLC0415

    from solvent.base.terms import Policy  # noqa: PLC0415
    from solvent.decisions.liquidity.watch.movements import Movements, Sudden  # noqa: PLC0415
    from solvent.simulation.horizon import Outlooked  # noqa: PLC0415
    from solvent_server.jobs.daily import shortened  # noqa: PLC0415

    day = date(2026, 3, 10)
    own = Policy(day, {Outlooked.key: [(day, {"paths": 20_000})], Movements.key: [(day, {"days": 3})]})
    short = shortened(own)
    assert short.terms(Outlooked).paths == Sudden().paths < own.terms(Outlooked).paths
    assert short.terms(Movements) == own.terms(Movements)

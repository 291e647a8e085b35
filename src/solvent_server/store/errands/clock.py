"""Clock: what is to be done by the clock, when it is due, who began it, and what came of it.

A moment that was missed, because the machine was off, is caught up once, however many of them there were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from solvent.base.problem import Problem, SolventError
from solvent_server.store import audit, database
from solvent_server.store.errands import heartbeat
from solvent_server.store.models import Company, Schedule, ScheduledRun
from solvent_server.store.models.schedule import (
    ASSESS,
    BACKTEST,
    BACKUP,
    DONE,
    EVERY_DAY,
    FAILED,
    RUNNING,
    SWEEP,
)  # fmt: skip

USUAL: Mapping[str, Mapping[str, Any]] = {
    BACKUP: {"hour": 2, "minute": 30, "keep": 14},
    SWEEP: {"hour": 3, "minute": 30},
    BACKTEST: {"hour": 4, "day_of_month": 1},
    ASSESS: {"hour": 5},
}
"""When each is done unless somebody says otherwise: before people come, and the backup before what changes things."""
SHOWN = 200
"""So many runs of each are kept."""
CLOCK = "solvent (by the clock)"
"""Who the trail says did what was done by the clock."""


def of_company(company: Company) -> Sequence[Schedule]:
    """What is done for a company and for the whole store; what is not there yet is made."""
    ensure([company])
    told = list(Schedule.objects.filter(company=company)) + list(Schedule.objects.filter(company__isnull=True))
    return sorted(told, key=lambda one: list(USUAL).index(one.what), reverse=True)


def ensure(companies: Sequence[Company], now: datetime | None = None) -> None:
    """Make what is missing of the schedules that every company, and the store, has."""
    have = set(Schedule.objects.values_list("what", "company_id"))
    wanted = [(BACKUP, None), (SWEEP, None), *((what, one) for one in companies for what in (ASSESS, BACKTEST))]
    missing = [(what, one) for what, one in wanted if (what, one.pk if one else None) not in have]
    if not missing:
        return
    with database.writing():
        for what, one in missing:
            told = {**USUAL[what], "since": now or datetime.now(UTC)}
            Schedule.objects.get_or_create(what=what, company=one, defaults=told)


def change(schedule: Schedule, actor: str, *, company: Company, **told: Any) -> Schedule:
    """Change when something is done. From now on counts the new time; what the old one missed is not caught up.

    Args:
        told: any of ``hour``, ``minute``, ``days``, ``day_of_month``, ``keep``, ``on``.

    Raises:
        SolventError: an hour, a day or a number that there is not.
    """
    _refuse(told)
    with database.writing():
        for name, value in told.items():
            setattr(schedule, name, value)
        schedule.since = datetime.now(UTC)
        schedule.save()
        facts = {name: getattr(schedule, name) for name in ("what", *KEPT)}
        audit.append(actor, "schedule.set", f"schedule {schedule.pk}", facts, company=company.code, at=audit.moment())
    return schedule


KEPT = ("hour", "minute", "days", "day_of_month", "keep", "on")
_LIMITS = {"hour": (0, 23), "minute": (0, 59), "days": (1, EVERY_DAY), "day_of_month": (1, 28), "keep": (1, 3650)}


def _refuse(told: Mapping[str, Any]) -> None:
    for name, (least, most) in _LIMITS.items():
        value = told.get(name)
        if value is not None and not least <= value <= most:
            raise SolventError("store.schedule.odd", "", name=name, value=value, least=least, most=most)


def ask_now(schedule: Schedule, actor: str) -> None:
    """Have it done as soon as a worker is free, whatever the clock says."""
    with database.writing():
        Schedule.objects.filter(pk=schedule.pk).update(asked_at=datetime.now(UTC), asked_by=actor)


def latest(schedule: Schedule, now: datetime, zone: tzinfo | None = None) -> datetime | None:
    """The newest moment up to now at which it is to be done; None: none in the last 62 days.

    Args:
        zone: in which the hour is told; None: the zone of the machine.
    """
    today = now.astimezone(zone).date()
    for back in range(62):
        day = today - timedelta(days=back)
        if not _on_day(schedule, day):
            continue
        moment = datetime.combine(day, time(schedule.hour, schedule.minute))
        known = moment.replace(tzinfo=zone) if zone is not None else moment.astimezone()
        if known <= now:
            return known.astimezone(UTC)
    return None


def following(schedule: Schedule, now: datetime, zone: tzinfo | None = None) -> datetime | None:
    """The next moment after now at which it is to be done; None: it is switched off."""
    if not schedule.on:
        return None
    today = now.astimezone(zone).date()
    for ahead in range(62):
        day = today + timedelta(days=ahead)
        moment = datetime.combine(day, time(schedule.hour, schedule.minute))
        known = moment.replace(tzinfo=zone) if zone is not None else moment.astimezone()
        if _on_day(schedule, day) and known > now:
            return known.astimezone(UTC)
    return None


def _on_day(schedule: Schedule, day: date) -> bool:
    if schedule.day_of_month is not None:
        return day.day == schedule.day_of_month
    return bool(schedule.days >> day.weekday() & 1)


def due(schedule: Schedule, now: datetime, zone: tzinfo | None = None) -> datetime | None:
    """The moment for which it is to be begun now; None: it is not due."""
    moment = latest(schedule, now, zone) if schedule.on else None
    after = schedule.since if schedule.last_for is None else max(schedule.since, schedule.last_for)
    return moment if moment is not None and moment > after else None


def begin(now: datetime | None = None, zone: tzinfo | None = None) -> ScheduledRun | None:
    """Begin the first thing that is due or asked for; of several workers one gets it. None: there is nothing to do."""
    moment = now or datetime.now(UTC)
    ready = [one for one in Schedule.objects.order_by("id") if one.asked_at or due(one, moment, zone)]
    if not ready:
        return None
    with database.writing():
        for one in Schedule.objects.filter(id__in=[one.id for one in ready]).select_related("company").order_by("id"):
            planned = due(one, moment, zone)
            if (planned is None and one.asked_at is None) or one.runs.filter(state=RUNNING).exists():
                continue
            actor = CLOCK if planned is not None else one.asked_by
            one.last_for, one.asked_at, one.asked_by = planned or one.last_for, None, ""
            one.save(update_fields=["last_for", "asked_at", "asked_by"])
            run = ScheduledRun.objects.create(schedule=one, planned_for=planned, actor=actor, started_at=moment)
            heartbeat.begin(_mark(run.pk))
            return run
    return None


def begin_again(now: datetime | None = None) -> int:
    """Runs whose worker is gone have failed; what the clock had begun is begun once more. Gives how many."""
    moment = now or datetime.now(UTC)
    with database.told():
        if not _left():
            return 0
    with database.writing():
        left = _left()
        for run in left:
            run.state, run.ended_at = FAILED, moment
            run.told = {"code": "jobs.errand.lost", "place": "", "facts": {"count": "1"}}
            run.save(update_fields=["state", "ended_at", "told"])
            if run.planned_for is not None:
                Schedule.objects.filter(pk=run.schedule_id).update(asked_at=moment, asked_by=CLOCK)
    return len(left)


def is_busy(company: Company) -> bool:
    """True while a worker does something for the company by the clock."""
    begun = ScheduledRun.objects.filter(state=RUNNING, schedule__company=company)
    going = heartbeat.at_work()
    return any(_mark(number) in going for number in begun.values_list("pk", flat=True))


def _left() -> list[ScheduledRun]:
    """Runs that were begun by workers that are gone."""
    every = list(ScheduledRun.objects.filter(state=RUNNING))
    going = heartbeat.at_work() if every else set()
    return [run for run in every if _mark(run.pk) not in going]


def _mark(number: int) -> str:
    return f"run-{number}"


def done(run: ScheduledRun, told: Mapping[str, Any]) -> None:
    """It is done; what came of it."""
    _ended(run, DONE, told)


def failed(run: ScheduledRun, problem: Problem) -> None:
    """It could not be done, and why."""
    facts = {name: str(value) for name, value in problem.facts.items()}
    _ended(run, FAILED, {"code": problem.code, "place": problem.place, "facts": facts})


def _ended(run: ScheduledRun, state: str, told: Mapping[str, Any]) -> None:
    with database.writing():
        ScheduledRun.objects.filter(pk=run.pk).update(state=state, told=dict(told), ended_at=datetime.now(UTC))
        old = ScheduledRun.objects.filter(schedule=run.schedule_id).order_by("-id").values_list("id", flat=True)[SHOWN:]
        ScheduledRun.objects.filter(id__in=list(old)).delete()


def history(company: Company, most: int = 50) -> Sequence[ScheduledRun]:
    """What was done for a company and for the whole store, the newest first."""
    runs = ScheduledRun.objects.select_related("schedule").order_by("-id")
    mine = runs.filter(schedule__company=company) | runs.filter(schedule__company__isnull=True)
    return list(mine[:most])

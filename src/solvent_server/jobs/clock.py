"""Clock: does what is due by the clock: assessments, back-tests, backups, and clearing up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from solvent.base.problem import Problem, SolventError
from solvent_server.jobs.daily import assess_company, back_test
from solvent_server.store import database
from solvent_server.store.errands import clock, heartbeat, readings
from solvent_server.store.keeping import backups, parking
from solvent_server.store.models import Batch, Company, Errand, Schedule
from solvent_server.store.models.schedule import ASSESS, BACKTEST, BACKUP, SWEEP

Done = Mapping[str, Any]
_LOG = logging.getLogger("solvent.work")


def tick(now: datetime | None = None, zone: tzinfo | None = None) -> bool:
    """Do one thing that is due. Returns False where there is none; never raises for what goes wrong in it."""
    with database.told():
        clock.begin_again(now)
        clock.ensure(list(Company.objects.all()), now)
        run = clock.begin(now, zone)
    if run is None:
        return False
    try:
        clock.done(run, DO[run.schedule.what](run.schedule))
    except SolventError as error:
        clock.failed(run, error.problem)
    except Exception as error:  # one thing must not end the worker of all
        _LOG.exception("%s by the clock broke", run.schedule.what)
        clock.failed(run, Problem("jobs.errand.broke", "", {"error": type(error).__name__}))
    finally:
        heartbeat.end()
    return True


def _assess(schedule: Schedule) -> Done:
    if not _has_books(schedule.company):
        return {"nothing": True}
    return {"as_of": assess_company(schedule.company).as_of.isoformat()}


def _back_test(schedule: Schedule) -> Done:
    if not _has_books(schedule.company):
        return {"nothing": True}
    back_test(schedule.company)
    return {}


def _has_books(company: Company) -> bool:
    return Batch.objects.filter(company=company, committed_at__isnull=False).exists()


def _backup(schedule: Schedule) -> Done:
    """One more backup beside the others, and of these the newest."""
    made, manifest = backups.make(datetime.now(UTC), actor=clock.CLOCK)
    with database.told():
        for old in backups.every()[schedule.keep or clock.USUAL[BACKUP]["keep"] :]:
            old.path.unlink()
        for left in made.path.parent.glob("solvent-*.zip.part"):  # somebody was killed while writing
            left.unlink()
    rows = sum(int(table["rows"]) for table in manifest["tables"].values())
    return {"file": made.name, "rows": rows, "bytes": made.size}


def _sweep(schedule: Schedule) -> Done:
    """What was read of files and is waited for no more."""
    parking.sweep()
    lying = readings.lying()
    gone = set(lying) - set(Errand.objects.filter(id__in=lying).values_list("id", flat=True))
    for errand in gone:
        readings.clear(errand)
    return {"cleared": len(gone)}


DO: Mapping[str, Callable[[Schedule], Done]] = {
    ASSESS: _assess, BACKTEST: _back_test, BACKUP: _backup, SWEEP: _sweep,
}  # fmt: skip
"""What is done for each kind of schedule."""

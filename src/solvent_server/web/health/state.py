"""State: how the store, its workers, its disk and its assessments do, as numbers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count

from solvent.base.problem import SolventError
from solvent_server.store import database
from solvent_server.store.errands import heartbeat
from solvent_server.store.keeping import assessments, backups
from solvent_server.store.models import Company, Errand, Schedule
from solvent_server.store.models.errands import WAITING
from solvent_server.store.models.schedule import FAILED

ROOM = 200_000_000
"""Bytes that the disk must have left: an upload, its rows and an assessment of them."""


@dataclass(frozen=True)
class Ready:
    """Whether pages can be answered and work is done. worker: seconds since a worker was heard of; None: never.

    assessed: seconds since the newest assessment of each company; None: none yet.
    """

    database: bool
    migrated: bool
    worker: float | None
    free: int
    assessed: Mapping[str, float | None]

    @property
    def parts(self) -> Mapping[str, bool]:
        """What readiness rests on. An old assessment is told and keeps nobody from working."""
        return {
            "database": self.database,
            "migrations": self.migrated,
            "worker": self.worker is not None and self.worker < heartbeat.GONE,
            "disk": self.free >= ROOM,
        }

    @property
    def well(self) -> bool:
        """True where all of it is."""
        return all(self.parts.values())


def ready() -> Ready:
    """Look once at everything; a database that does not answer is told, and not raised."""
    free = shutil.disk_usage(database.folder()).free
    try:
        migrated = database.state() == "ready"
        with database.told():
            codes = list(Company.objects.order_by("code").values_list("code", flat=True)) if migrated else []
    except SolventError:
        return Ready(database=False, migrated=False, worker=heartbeat.age(), free=free, assessed={})
    now = datetime.now(UTC)
    return Ready(True, migrated, heartbeat.age(), free, {code: _since_assessed(code, now) for code in codes})


def _since_assessed(code: str, now: datetime) -> float | None:
    kept = assessments.latest(code)
    if kept is None:
        return None
    made = datetime.fromisoformat(kept.sheet["made_at"])
    return (now - (made if made.tzinfo else made.replace(tzinfo=UTC))).total_seconds()


def errands() -> Sequence[tuple[str, str, int]]:
    """How many errands of each kind there are in each state."""
    rows = Errand.objects.values_list("what", "state").annotate(count=Count("id")).order_by("what", "state")
    return [(what, state, count) for what, state, count in rows]


def waiting() -> float:
    """Seconds for which the oldest errand has waited; 0: none waits."""
    oldest = Errand.objects.filter(state=WAITING).order_by("id").values_list("asked_at", flat=True).first()
    return 0.0 if oldest is None else (datetime.now(UTC) - oldest).total_seconds()


def failing() -> Mapping[str, int]:
    """Schedules whose newest run failed, by what they do."""
    told: dict[str, int] = {}
    for one in Schedule.objects.filter(on=True):
        newest = one.runs.order_by("-id").values_list("state", flat=True).first()
        told[one.what] = told.get(one.what, 0) + (newest == FAILED)
    return told


def since_backup() -> float | None:
    """Seconds since the newest backup in the data folder; None: there is none."""
    every = backups.every()
    return (datetime.now(UTC) - every[0].at).total_seconds() if every else None

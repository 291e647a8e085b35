"""Queue: errands in the order in which they were asked for; each is done by one worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from solvent.base.problem import Problem, SolventError
from solvent.intake.intake import Source
from solvent_server.store import database
from solvent_server.store.errands import heartbeat, readings
from solvent_server.store.keeping import originals, parking
from solvent_server.store.models import Batch, Company, Errand
from solvent_server.store.models.errands import ASSESS, DONE, FAILED, FETCH, LOAD, READ, RUNNING, SAMPLE, WAITING

TRIES = 3
"""So often an errand is begun whose worker is gone before it is done; then it may be what ends workers."""


def ask_read(company: Company, source: Source, actor: str, **asked: str) -> Errand:
    """Keep a file, and have it read; what is in it is looked at by nobody before the guard has it.

    Args:
        asked: ``account`` and ``currency``, where the file does not tell them itself.
    """
    with database.told():
        kept = originals.keep(source)
    return _asked(company, READ, actor, {**asked, "name": source.name}, original=kept)


def ask_again(
    company: Company, errand_id: int, actor: str, formats: Sequence[str], profiles: Sequence[str] = ()
) -> Errand:
    """Have a file read again as somebody corrected it; the reading before is forgotten.

    Args:
        formats, profiles: texts of formats of lists and of profiles of banks (TOML), which go before all others.

    Raises:
        SolventError: there is no such file, or what was read of it is loaded already.
    """
    before = one(company, errand_id)
    if before is None or before.what != READ or before.original is None:
        raise SolventError("store.errand.unknown", "", errand=errand_id)
    if before.batch is not None and before.batch.state != "staged":
        raise SolventError("store.batch.not_staged", "", batch=before.batch.id, state=before.batch.state)
    discard(company, errand_id)
    asked = {**before.asked, "formats": list(formats), "profiles": list(profiles)}
    return _asked(company, READ, actor, asked, original=before.original)


def taught(company: Company, what: str, before: Errand | None = None) -> list[str]:
    """The formats or profiles by which files of the company were corrected and then loaded, the oldest first.

    Args:
        what: ``formats`` or ``profiles``.
        before: only what files before this one taught.
    """
    read = Errand.objects.filter(company=company, what=READ, batch__state="committed", asked__has_key=what)
    if before is not None:
        read = read.filter(id__lt=before.id)
    return [text for asked in read.order_by("id").values_list("asked", flat=True) for text in asked[what]]


def ask_load(company: Company, batch_id: int, actor: str) -> Errand:
    """Have a staged batch loaded, once; who asks again gets the errand that waits or runs.

    Raises:
        SolventError: the company has no such batch waiting.
    """
    batch = Batch.objects.filter(company=company, id=batch_id).first()
    if batch is None:
        raise SolventError("store.batch.unknown", "", batch=batch_id)
    if batch.state != "staged":
        raise SolventError("store.batch.not_staged", "", batch=batch_id, state=batch.state)
    return _running(company, LOAD, batch) or _asked(company, LOAD, actor, {}, batch=batch)


def ask_assess(company: Company, actor: str, *, short: bool = False) -> Errand:
    """Have the company assessed; an errand that still waits will see all that is loaded by now, and is enough.

    Args:
        short: on few paths, for a first answer at once; the whole one is to follow.
    """
    waiting = [
        one
        for one in Errand.objects.filter(company=company, what=ASSESS, state=WAITING)
        if bool(one.asked.get("short")) == short
    ]
    return waiting[0] if waiting else _asked(company, ASSESS, actor, {"short": True} if short else {})


def ask_sample(company: Company, actor: str) -> Errand:
    """Have the books of the sample company made; one errand does it, however often it is asked for."""
    going = Errand.objects.filter(company=company, what=SAMPLE, state__in=(WAITING, RUNNING)).first()
    return going or _asked(company, SAMPLE, actor, {"seed": 1})


def usual_seconds(company: Company, what: str, *, short: bool = False) -> float | None:
    """How long an errand of its kind took when it was done last; None: never yet."""
    past = Errand.objects.filter(company=company, what=what, state=DONE, ended_at__isnull=False).order_by("-id")[:10]
    for one in past:
        if one.started_at is not None and bool(one.asked.get("short")) == short:
            return float((one.ended_at - one.started_at).total_seconds())
    return None


def ask_fetch(company: Company, connection: int, actor: str, *, trial: bool = False, changed: bool = False) -> Errand:
    """Have a live system asked, once; who asks again gets the errand that waits or runs.

    Args:
        trial: only see whether it answers. changed: only what changed since the last fetch.
    """
    asked = {"connection": connection, "trial": trial, "changed": changed}
    open_ones = Errand.objects.filter(company=company, what=FETCH, state__in=(WAITING, RUNNING))
    return open_ones.filter(asked__connection=connection).first() or _asked(company, FETCH, actor, asked)


def ask_upkeep(company: Company, what: str, actor: str) -> Errand:
    """Have a backup made or the store checked, once; who asks again gets the errand that waits or runs."""
    found = Errand.objects.filter(what=what, state__in=(WAITING, RUNNING)).first()
    return found or _asked(company, what, actor, {})


def newest_fetch(company: Company, connection: int) -> Errand | None:
    """The newest errand that asked a live system."""
    return Errand.objects.filter(company=company, what=FETCH, asked__connection=connection).order_by("-id").first()


def next_one(now: datetime | None = None) -> Errand | None:
    """The oldest errand that waits, now begun by whoever asks; None: there is nothing to do."""
    begin_again()
    with database.told():
        if not Errand.objects.filter(state=WAITING).exists():
            return None
    with database.writing():
        found = Errand.objects.filter(state=WAITING).select_related("company").order_by("id").first()
        if found is not None:
            found.state, found.started_at = RUNNING, now or datetime.now(UTC)
            found.save(update_fields=["state", "started_at"])
            heartbeat.begin(_mark(found.pk))
    return found


def begin_again() -> int:
    """Errands whose worker is gone wait again, or have failed where that happened too often; gives how many."""
    with database.told():
        if not _left():
            return 0
    with database.writing():
        left = _left()
        for errand in left:
            times = int(errand.asked.get("again", 0)) + 1
            errand.asked, errand.state = {**errand.asked, "again": times}, WAITING
            if times >= TRIES:
                errand.state, errand.ended_at = FAILED, datetime.now(UTC)
                errand.told = {"code": "jobs.errand.lost", "place": "", "facts": {"count": str(times)}}
            errand.save(update_fields=["asked", "state", "told", "ended_at"])
    return len(left)


def is_busy(company: Company) -> bool:
    """True while a worker does an errand of the company."""
    return len(_left(company)) < Errand.objects.filter(company=company, state=RUNNING).count()


def _left(company: Company | None = None) -> list[Errand]:
    """Errands that were begun by workers that are gone."""
    begun = Errand.objects.filter(state=RUNNING)
    every = list(begun if company is None else begun.filter(company=company))
    going = heartbeat.at_work() if every else set()
    return [errand for errand in every if _mark(errand.pk) not in going]


def _mark(number: int) -> str:
    return f"errand-{number}"


def step(errand: Errand, name: str) -> None:
    """What is being done now, for those who wait."""
    with database.told():
        Errand.objects.filter(id=errand.id).update(told={"step": name})


def done(errand: Errand, told: Mapping[str, Any], batch_id: int | None = None) -> None:
    """It is done; ``told`` is what came of it."""
    _ended(errand, DONE, told, batch_id)


def failed(errand: Errand, problem: Problem) -> None:
    """It could not be done, and why."""
    facts = {name: str(value) for name, value in problem.facts.items()}
    _ended(errand, FAILED, {"code": problem.code, "place": problem.place, "facts": facts}, None)


def one(company: Company, errand_id: int) -> Errand | None:
    """An errand of the company."""
    return Errand.objects.filter(company=company, id=errand_id).select_related("batch", "original").first()


def newest(company: Company, what: str) -> Errand | None:
    """The newest errand of its kind."""
    return Errand.objects.filter(company=company, what=what).order_by("-id").first()


def reading_of(batch: Batch) -> Errand | None:
    """The errand by which a batch was read."""
    return Errand.objects.filter(company=batch.company_id, what=READ, batch=batch).order_by("-id").first()


def discard(company: Company, errand_id: int) -> None:
    """Forget what was read of a file that shall not be loaded; the file itself stays among the originals."""
    with database.writing():
        found = one(company, errand_id)
        if found is None or found.what != READ:
            raise SolventError("store.errand.unknown", "", errand=errand_id)
        Errand.objects.filter(id=found.id).update(told={**found.told, "discarded": True})
    readings.clear(found.id)
    if found.batch is not None and found.batch.state == "staged":
        parking.clear(found.batch.id)


def _running(company: Company, what: str, batch: Batch) -> Errand | None:
    return Errand.objects.filter(company=company, what=what, batch=batch, state__in=(WAITING, RUNNING)).first()


def _asked(company: Company, what: str, actor: str, asked: Mapping[str, Any], **more: Any) -> Errand:
    with database.writing():
        return Errand.objects.create(
            company=company, what=what, actor=actor, asked=dict(asked), asked_at=datetime.now(UTC), **more
        )


def _ended(errand: Errand, state: str, told: Mapping[str, Any], batch_id: int | None) -> None:
    with database.writing():
        Errand.objects.filter(id=errand.id).update(
            state=state, told=dict(told), ended_at=datetime.now(UTC), batch_id=batch_id or errand.batch_id
        )

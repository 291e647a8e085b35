"""Queue: errands in the order in which they were asked for; each is done by one worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from solvent.base.problem import Problem, SolventError
from solvent.intake.intake import Source
from solvent_server.store import database
from solvent_server.store.errands import readings
from solvent_server.store.keeping import originals, parking
from solvent_server.store.models import Batch, Company, Errand
from solvent_server.store.models.errands import ASSESS, DONE, FAILED, FETCH, LOAD, READ, RUNNING, SAMPLE, WAITING

LOST_AFTER = timedelta(minutes=30)
"""No errand runs so long: the worker that began it is gone, and another one may begin it again."""


def ask_read(company: Company, source: Source, actor: str, **asked: str) -> Errand:
    """Keep a file, and have it read; what is in it is looked at by nobody before the guard has it.

    Args:
        asked: ``account`` and ``currency``, where the file does not tell them itself.
    """
    with database.told():
        kept = originals.keep(source)
    return _asked(company, READ, actor, {**asked, "name": source.name}, original=kept)


def ask_again(company: Company, errand_id: int, actor: str, formats: Sequence[str]) -> Errand:
    """Have a file read again as somebody corrected it; the reading before is forgotten.

    Args:
        formats: texts of formats (TOML), which go before all others.

    Raises:
        SolventError: there is no such file, or what was read of it is loaded already.
    """
    before = one(company, errand_id)
    if before is None or before.what != READ or before.original is None:
        raise SolventError("store.errand.unknown", "", errand=errand_id)
    if before.batch is not None and before.batch.state != "staged":
        raise SolventError("store.batch.not_staged", "", batch=before.batch.id, state=before.batch.state)
    discard(company, errand_id)
    return _asked(company, READ, actor, {**before.asked, "formats": list(formats)}, original=before.original)


def formats_of(company: Company) -> list[str]:
    """The formats by which files of the company were corrected and then loaded, the oldest first."""
    read = Errand.objects.filter(company=company, what=READ, batch__state="committed", asked__has_key="formats")
    return [text for asked in read.order_by("id").values_list("asked", flat=True) for text in asked["formats"]]


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
    moment = now or datetime.now(UTC)
    with database.writing():
        Errand.objects.filter(state=RUNNING, started_at__lt=moment - LOST_AFTER).update(state=WAITING)
        found = Errand.objects.filter(state=WAITING).select_related("company").order_by("id").first()
        if found is not None:
            found.state, found.started_at = RUNNING, moment
            found.save(update_fields=["state", "started_at"])
    return found


def begin_again() -> int:
    """Errands that a worker before left half done wait again; for a worker that knows itself to be the only one."""
    with database.writing():
        return Errand.objects.filter(state=RUNNING).update(state=WAITING)


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

"""Worker: does what pages have asked for, one errand after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic, sleep

from solvent.base.problem import Problem, SolventError
from solvent.files.load import read_formats, read_profiles
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.intake import Source
from solvent.intake.ledger.format import Format
from solvent_server.jobs import clock, heart, hooks, sample, upkeep
from solvent_server.jobs.daily import assess_company
from solvent_server.jobs.intake import take
from solvent_server.store import batches, database
from solvent_server.store.errands import heartbeat, queue, readings, sudden
from solvent_server.store.keeping import originals
from solvent_server.store.models import Errand
from solvent_server.store.models.errands import ASSESS, BACKUP, CHECK, FETCH, LOAD, READ, SAMPLE

_LOG = logging.getLogger("solvent.work")
PAUSE = 0.5
"""Seconds between two looks into an empty queue."""
LOOK = 2.0
"""Seconds between two looks at the clock."""


def work(until: Callable[[], bool] = lambda: False) -> None:
    """Do errands, and tell web-hooks, until told to stop."""
    hooks.beside(until)
    looked, away = -LOOK, False
    with heart.beating():
        while not until():
            try:
                did = do_next()
                if not did and monotonic() - looked >= LOOK:
                    looked = monotonic()
                    did = clock.tick()
                away = _told(away, None)
            except SolventError as error:  # the store itself does not answer: look again
                did, away = False, _told(away, error)
            if not did:
                database.close()
                sleep(PAUSE)


def _told(away: bool, error: SolventError | None) -> bool:
    """Say once in the log that the store is away, and once that it is back."""
    if away != (error is not None):
        _LOG.warning("the store answers again" if error is None else f"the store does not answer: {error}")
    return error is not None


def work_off() -> None:
    """Do every errand that waits."""
    with heart.beating():
        while do_next():
            continue


def do_next() -> bool:
    """Do the oldest errand that waits. Returns False where there is none; never raises for anything in a file."""
    errand = queue.next_one()
    if errand is None:
        return False
    try:
        DO[errand.what](errand)
    except SolventError as error:
        queue.failed(errand, error.problem)
    except Exception as error:  # one errand must not end the worker of all
        _LOG.exception("errand %s (%s) broke", errand.pk, errand.what)
        queue.failed(errand, Problem("jobs.errand.broke", "", {"error": type(error).__name__}))
    finally:  # where the store did not take what came of it, it is begun again
        heartbeat.end()
    return True


def _read(errand: Errand) -> None:
    assert errand.original is not None
    queue.step(errand, "reading")
    data = originals.place_of(errand.original.sha256).read_bytes()
    taken = take(
        errand.company, Source(errand.asked["name"], data), actor=errand.actor,
        account_id=errand.asked.get("account", ""), currency=errand.asked.get("currency") or None,
        formats=[*read_formats(), *(Format.parse(text, "") for text in _taught(errand, "formats"))],
        profiles=[*read_profiles(), *(Profile.parse(text, "") for text in _taught(errand, "profiles"))],
    )  # fmt: skip
    readings.keep(errand.id, taken.intake, list(taken.problems))
    staged = taken.staged
    told = {
        "kind": taken.kind,
        "already": staged is not None and staged.already,
        "committed_at": staged.committed_at.isoformat() if staged is not None and staged.committed_at else None,
        "rejected": taken.intake.rejected.height,
    }
    queue.done(errand, told, staged.batch if staged is not None else None)


def _taught(errand: Errand, what: str) -> list[str]:
    """What people corrected in files of this company, and what they say of this one, which goes before all."""
    return [*queue.taught(errand.company, what), *errand.asked.get(what, ())]


def _load(errand: Errand) -> None:
    assert errand.batch_id is not None
    queue.step(errand, "loading")
    done = batches.commit(errand.company, errand.batch_id, errand.actor)
    # whoever waits for the loading sees at its end that the assessment is asked for, and waits on for that
    sudden.ask_after(errand.company, errand.batch_id, errand.actor)
    queue.done(errand, {"counts": {name: dict(count) for name, count in done.counts.items()}})


def _assess(errand: Errand) -> None:
    queue.step(errand, "assessing")
    kept = assess_company(errand.company, short=bool(errand.asked.get("short")))
    queue.done(errand, {"as_of": kept.as_of.isoformat()})


def _sample(errand: Errand) -> None:
    def step(name: str, does: Callable[[], object]) -> None:
        queue.step(errand, name)
        does()

    sample.fill(errand.company, step, seed=int(errand.asked.get("seed", 1)), actor=errand.actor)
    queue.done(errand, {})


DO = {
    READ: _read, LOAD: _load, ASSESS: _assess, FETCH: upkeep.fetch, BACKUP: upkeep.back_up, CHECK: upkeep.check,
    SAMPLE: _sample,
}  # fmt: skip
"""What is done for each kind of errand."""

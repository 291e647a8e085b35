"""Worker: does what pages have asked for, one errand after the other."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep

from solvent.base.problem import Problem, SolventError
from solvent.intake.intake import Source
from solvent_server.jobs.daily import assess_company
from solvent_server.jobs.intake import take
from solvent_server.store import batches, database
from solvent_server.store.errands import queue, readings
from solvent_server.store.keeping import originals
from solvent_server.store.models import Errand
from solvent_server.store.models.errands import ASSESS, LOAD, READ

PAUSE = 0.5
"""Seconds between two looks into an empty queue."""


def work(until: Callable[[], bool] = lambda: False, *, alone: bool = False) -> None:
    """Do errands until told to stop.

    Args:
        alone: no other worker serves this store, so what stands as begun was left by one that is gone.
    """
    if alone:
        queue.begin_again()
    while not until():
        try:
            did = do_next()
        except SolventError:  # the store itself does not answer: look again
            did = False
        if not did:
            database.close()
            sleep(PAUSE)


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
        queue.failed(errand, Problem("jobs.errand.broke", "", {"error": type(error).__name__}))
    return True


def _read(errand: Errand) -> None:
    assert errand.original is not None
    queue.step(errand, "reading")
    data = originals.place_of(errand.original.sha256).read_bytes()
    taken = take(
        errand.company, Source(errand.asked["name"], data), actor=errand.actor,
        account_id=errand.asked.get("account", ""), currency=errand.asked.get("currency") or None,
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


def _load(errand: Errand) -> None:
    assert errand.batch_id is not None
    queue.step(errand, "loading")
    done = batches.commit(errand.company, errand.batch_id, errand.actor)
    queue.done(errand, {"counts": {name: dict(count) for name, count in done.counts.items()}})
    queue.ask_assess(errand.company, errand.actor)


def _assess(errand: Errand) -> None:
    queue.step(errand, "assessing")
    kept = assess_company(errand.company)
    queue.done(errand, {"as_of": kept.as_of.isoformat()})


DO = {READ: _read, LOAD: _load, ASSESS: _assess}
"""What is done for each kind of errand."""

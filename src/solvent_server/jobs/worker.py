"""Worker: does what pages have asked for, one errand after the other."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from solvent.base.problem import Problem, SolventError
from solvent.files.load import read_formats, read_profiles
from solvent.intake.intake import Source
from solvent.intake.ledger.format import Format
from solvent_server.jobs import clock, heart, hooks, sample, upkeep
from solvent_server.jobs.daily import assess_company
from solvent_server.jobs.intake import take
from solvent_server.store import batches, database
from solvent_server.store.errands import clock as by_clock
from solvent_server.store.errands import queue, readings, sudden
from solvent_server.store.keeping import originals
from solvent_server.store.models import Errand
from solvent_server.store.models.errands import ASSESS, BACKUP, CHECK, FETCH, LOAD, READ, SAMPLE

PAUSE = 0.5
"""Seconds between two looks into an empty queue."""
LOOK = 2.0
"""Seconds between two looks at the clock."""


def work(until: Callable[[], bool] = lambda: False, *, alone: bool = False) -> None:
    """Do errands, and tell web-hooks, until told to stop.

    Args:
        alone: no other worker serves this store, so what stands as begun was left by one that is gone.
    """
    if alone:
        queue.begin_again()
        by_clock.begin_again()
    heart.beat(until)
    hooks.beside(until)
    looked = -LOOK
    while not until():
        try:
            did = do_next()
            if not did and monotonic() - looked >= LOOK:
                looked = monotonic()
                did = clock.tick()
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
        formats=[*read_formats(), *_taught(errand)], profiles=read_profiles(),
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


def _taught(errand: Errand) -> list[Format]:
    """What people corrected in files of this company, and what they say of this one, which goes before all."""
    texts = [*queue.formats_of(errand.company), *errand.asked.get("formats", ())]
    return [Format.parse(text, errand.asked["name"]) for text in texts]


def _load(errand: Errand) -> None:
    assert errand.batch_id is not None
    queue.step(errand, "loading")
    done = batches.commit(errand.company, errand.batch_id, errand.actor)
    queue.done(errand, {"counts": {name: dict(count) for name, count in done.counts.items()}})
    sudden.ask_after(errand.company, errand.batch_id, errand.actor)


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

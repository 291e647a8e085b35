"""Batches: what comes in is staged, looked at, and then committed whole or not at all; and can be undone.

A row whose key is not there is new. A row whose key is there and says the same is known, and the batch is noted as
having seen it. One that says something else is a correction: the old row is retracted and the new one inserted as its
next version. Nothing is ever updated. Rows are compared before the lock and written inside it, so that others wait
only for the writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from solvent.base.problem import Fact, Problem, SolventError
from solvent.books.books import TABLES
from solvent.intake.intake import Intake, Source
from solvent_server.store import audit, changes, database, facts
from solvent_server.store.changes import Change, Changes, Counts, Frames
from solvent_server.store.keeping import originals, parking
from solvent_server.store.models import Batch, Company
from solvent_server.store.references import built_on, mine_of


@dataclass(frozen=True)
class Staged:
    """A batch that waits. already: it was committed before, and nothing is to be done.

    problems: rows that break a law of their table or share a key with another; they were left out.
    """

    batch: int
    already: bool
    committed_at: datetime | None = None
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Preview:
    """What a commit would do now.

    counts: table to ``new``, ``known``, ``changed``. changed: table, key, column, old, new (as text), the first few
    hundred. documents: statements and invoices, as DOCUMENTS says.
    """

    batch: int
    counts: Counts
    changed: pl.DataFrame
    documents: pl.DataFrame


@dataclass(frozen=True)
class Committed:
    """What a commit did."""

    batch: int
    counts: Counts
    at: datetime


def stage(company: Company, intake: Intake, *, original: Source, kind: str, account_id: str = "", actor: str) -> Staged:
    """Keep the file and what was read of it, until it is committed.

    The same file of the same kind and account that is committed already, or staged already, is found again.
    """
    tables, problems = _sound({name: frame.collect() for name, frame in intake.ledger.tables.items() if name in TABLES})
    with database.told():
        parking.sweep()
        kept = originals.keep(original)
    with database.writing():
        like = Batch.objects.filter(company=company, original=kept, kind=kind, account_id=account_id)
        done = like.filter(state="committed").order_by("-id").first()
        if done is not None:
            return Staged(done.id, True, done.committed_at)
        batch = like.filter(state="staged").order_by("-id").first()
        if batch is None:
            batch = Batch.objects.create(
                company=company, kind=kind, name=original.name, original=kept, account_id=account_id,
                state="staged", actor=actor, created_at=datetime.now(UTC),
            )  # fmt: skip
    try:
        with database.told():
            parking.park(batch.id, tables, intake.documents)
    except SolventError:
        # whoever brought the same file may have committed it meanwhile, and cleared up where we were writing
        done = Batch.objects.filter(id=batch.id, state="committed").first()
        if done is None:
            raise
        return Staged(done.id, True, done.committed_at)
    return Staged(batch.id, False, problems=problems)


def preview(company: Company, batch_id: int) -> Preview:
    """Compare a staged batch with what stands now."""
    with database.told():
        _staged(company, batch_id)
        tables, documents = parking.parked(batch_id)
        planned = changes.plan(company.pk, tables, of_file=True)
        return Preview(batch_id, planned.counts, changes.differences(planned), documents)


def commit(company: Company, batch_id: int, actor: str) -> Committed:
    """Put a staged batch into the books, whole or not at all."""
    with database.told():
        _staged(company, batch_id)
        tables, documents = parking.parked(batch_id)
        planned = changes.plan(company.pk, tables, of_file=True)
    with database.writing():
        batch = _staged(company, batch_id)
        if planned.basis != changes.basis(company.pk):
            planned = changes.plan(company.pk, tables, of_file=True)
        planned = changes.superseding(company.pk, planned, documents)
        done = _written(batch, planned, documents, actor)
    parking.clear(batch_id)
    return done


def record(company: Company, tables: Frames, *, kind: str, actor: str, reason: str = "") -> Committed:
    """Rows that a person or a rule decided, in one transaction.

    Raises:
        SolventError: a row breaks a law of its table; nothing is written.
    """
    good, problems = _sound(tables)
    if problems:
        raise SolventError(problems[0].code, problems[0].place, **problems[0].facts)
    with database.told():
        planned = changes.plan(company.pk, good)
    with database.writing():
        if planned.basis != changes.basis(company.pk):
            planned = changes.plan(company.pk, good)
        return _written(_opened(company, kind, actor, reason), planned, None, actor)


def withdraw(company: Company, keys: Mapping[str, Sequence[str]], *, actor: str, reason: str) -> Committed:
    """Rows that shall no longer count, by table and key: how a match or another decision is taken back."""
    with database.writing():
        told = {}
        for name, wanted in keys.items():
            stands = facts.standing_keys(name, company.pk, pl.Series("key", list(wanted), dtype=pl.String))
            gone = stands.get_column("id").drop_nulls().to_list()
            told[name] = Change(changes.no_rows(name), gone, (), 0)
        planned = Changes(changes.basis(company.pk), told)
        return _written(_opened(company, "person", actor, reason), planned, None, actor, {"withdrawn": dict(keys)})


def undo(company: Company, batch_id: int, actor: str, reason: str) -> Committed:
    """Take a committed batch back: its rows no longer count, and what it had corrected counts again.

    Rows that another import has brought too stay.

    Raises:
        SolventError: it is not committed, it is an undo itself, or something was built on it.
    """
    with database.writing():
        batch = _batch(company, batch_id)
        if batch.state != "committed" or batch.kind == "undo":
            raise SolventError("store.undo.not_committed", "", batch=batch_id, state=batch.state)
        mine = {name: frame for name in TABLES if (frame := mine_of(name, batch)).height}
        built = built_on(batch, mine)
        if built is not None:
            raise SolventError("store.undo.built_on", "", batch=batch_id, **built)
        back = _opened(company, "undo", actor, reason)
        back.undoes = batch
        back.save(update_fields=["undoes"])
        told = {}
        for name, frame in mine.items():
            again = changes.again(name, frame.get_column("again").drop_nulls(), company.pk)
            gone = frame.get_column("id").drop_nulls().to_list()
            if gone or again.height:
                told[name] = Change(again, gone, (), again.height)
        Batch.objects.filter(id=batch.id).update(state="undone")
        return _written(back, Changes(changes.basis(company.pk), told), None, actor, {"undoes": batch.id})


def _sound(tables: Frames) -> tuple[Frames, Sequence[Problem]]:
    """The rows that keep their table's laws, and a problem for each kind of row that does not."""
    good, problems = {}, []
    for name, frame in tables.items():
        shaped = TABLES[name].conform(frame.lazy()).collect()
        kept, refused = facts.sound(name, shaped)
        good[name] = kept
        for rule, rows in refused.partition_by("rule", as_dict=True).items():
            first = str(rows.item(0, "key")).replace("\x1f", " ")
            told: dict[str, Fact] = {"rule": str(rule[0]), "count": rows.height, "first": first}
            problems.append(Problem("store.rows.refused", name, told))
    return good, problems


def _opened(company: Company, kind: str, actor: str, reason: str) -> Batch:
    return Batch.objects.create(
        company=company, kind=kind, state="staged", actor=actor, reason=reason, created_at=datetime.now(UTC)
    )


def _written(
    batch: Batch, planned: Changes, documents: pl.DataFrame | None, actor: str, told: Mapping[str, Any] | None = None
) -> Committed:
    """Everything of a batch, and the line in the trail by which ``checks`` can tell that it is all there.

    The moment is taken last: who reads the books as of now, while the rows go in, reads a past that stays as it was.
    """
    for name, change in planned.tables.items():
        facts.insert(name, change.insert, batch.company_id, batch.id)
    retracted = {name: change.retract for name, change in planned.tables.items()}
    seen = {name: change.seen for name, change in planned.tables.items()}
    facts.mark("store_retraction", retracted, batch.id)
    facts.mark("store_sighting", seen, batch.id)
    records = changes.keep_documents(batch.id, documents)
    printed = {
        name: facts.fingerprint(change.insert.select(facts.PRINTED))
        for name, change in planned.tables.items()
        if change.insert.height
    }
    at = audit.moment()
    batch.state, batch.committed_at, batch.counts, batch.digests = "committed", at, dict(planned.counts), printed
    batch.save(update_fields=["state", "committed_at", "counts", "digests"])
    line = {
        **(told or {}),
        "kind": batch.kind,
        "name": batch.name,
        "original": batch.original_id or "",
        "reason": batch.reason,
        "counts": planned.counts,
        "printed": printed,
        "retracted": changes.marks_print(retracted),
        "seen": changes.marks_print(seen),
        "documents": records,
    }
    action = "undo" if batch.kind == "undo" else f"commit.{batch.kind}"
    audit.append(actor, action, f"batch {batch.id}", line, company=batch.company.code, at=at)
    return Committed(batch.id, planned.counts, at)


def _batch(company: Company, batch_id: int) -> Batch:
    batch = Batch.objects.select_related("company").filter(id=batch_id, company=company).first()
    if batch is None:
        raise SolventError("store.batch.unknown", "", batch=batch_id)
    return batch


def _staged(company: Company, batch_id: int) -> Batch:
    batch = _batch(company, batch_id)
    if batch.state != "staged":
        raise SolventError("store.batch.not_staged", "", batch=batch_id, state=batch.state)
    return batch

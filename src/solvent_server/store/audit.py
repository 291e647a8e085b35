"""Audit: one line for each write, each holding the hash of the line before, and a witness outside of the database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction

from solvent_server.store import database
from solvent_server.store.models import AuditLine, Batch

FIRST = "0" * 64
WITNESS = "audit.heads"
SAMPLE, REMOVED = "company.sample", "company.removed"
_COLUMNS = ("seq", "at", "actor", "company", "action", "subject", "facts", "previous", "hash")


@dataclass(frozen=True)
class Finding:
    """Something in the trail that is not as it was written. code names what; seq where; facts the rest."""

    code: str
    seq: int
    facts: Mapping[str, Any]


def moment() -> datetime:
    """Now, and in any case later than every committed batch: a clock set back does not turn history around."""
    last = (
        Batch.objects.filter(committed_at__isnull=False).order_by("-committed_at").values_list("committed_at").first()
    )
    now = datetime.now(UTC)
    return now if last is None or now > last[0] else last[0] + timedelta(microseconds=1)


def append(actor: str, action: str, subject: str, facts: Mapping[str, Any], *, company: str, at: datetime) -> None:
    """One line, in the caller's transaction and under its lock; the witness hears of it once that has committed."""
    last = AuditLine.objects.order_by("-seq").values_list("seq", "hash").first()
    seq, previous = (1, FIRST) if last is None else (last[0] + 1, last[1])
    told = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    row = (seq, at.isoformat(), actor, company, action, subject, told, previous)
    line = AuditLine(**dict(zip(_COLUMNS, (*row, digest(row)))))
    line.save(force_insert=True)
    place, hashed = database.folder() / WITNESS, line.hash
    transaction.on_commit(lambda: _witness(place, seq, hashed))


def of_row(row: Any) -> dict[str, Any]:
    """A row that people change, as the facts of its line: every column, so that the two can be compared, less those
    that move by themselves, which the model names as ``MOVES``."""
    moves = getattr(row, "MOVES", ())
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.attname not in moves}


def same_row(row: Any, facts: str) -> bool:
    """True where a row says what its line in the trail told of it."""
    told: dict[str, Any] = json.loads(json.dumps(of_row(row), ensure_ascii=False, default=str))
    return told == json.loads(facts)


def digest(row: Sequence[Any]) -> str:
    """The hash of a line: of its columns up to ``previous``, told unmistakably."""
    return sha256(json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _witness(place: Path, seq: int, hashed: str) -> None:
    """The batch is in the books already: a disk that is full now loses a line of the witness, whole, and no more."""
    line = f"{seq} {hashed}\n".encode("ascii")
    with suppress(OSError):
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(handle).st_size
            if os.write(handle, line) < len(line):
                os.ftruncate(handle, before)
            os.fsync(handle)
        finally:
            os.close(handle)


def head() -> tuple[int, str]:
    """The number and hash of the last line."""
    last = AuditLine.objects.order_by("-seq").values_list("seq", "hash").first()
    return (0, FIRST) if last is None else (last[0], last[1])


def witnessed() -> Sequence[str] | None:
    """The lines of the witness; None where there is none."""
    place = database.folder() / WITNESS
    return place.read_text("ascii", errors="replace").splitlines() if place.exists() else None


def verify(witness: Sequence[str] | None = None) -> list[Finding]:
    """Every line that was changed, put in, taken out or moved, the end cut off included; empty where all is well.

    Args:
        witness: what ``witnessed`` gave before the state that is read here; None: ask now. Asked first, it cannot
            have seen a line that comes while the others are read.
    """
    witness = witnessed() if witness is None else witness
    found: list[Finding] = []
    expected, previous, hashes = 1, FIRST, {}
    for row in _lines():
        seq, hashed = row[0], row[8]
        if seq != expected:
            found.append(Finding("store.audit.gap", seq, {"expected": expected}))
            expected = seq
        if row[7] != previous:
            found.append(Finding("store.audit.unchained", seq, {}))
        if digest(row[:8]) != hashed:
            found.append(Finding("store.audit.changed", seq, {}))
        hashes[seq] = hashed
        expected, previous = expected + 1, hashed
    found += _against_witness(hashes, witness)
    return found + removed()[1]


def _lines() -> Iterator[tuple[Any, ...]]:
    yield from AuditLine.objects.order_by("seq").values_list(*_COLUMNS).iterator(chunk_size=20_000)


def _against_witness(hashes: Mapping[int, str], witness: Sequence[str] | None) -> list[Finding]:
    """The witness is written after the commit, so it may lack a line; the database may lack none that it saw."""
    if witness is None:
        return [Finding("store.audit.no_witness", 0, {})] if hashes else []
    found = []
    for count, line in enumerate(witness, start=1):
        number, _, hashed = line.partition(" ")
        if not number.isdigit() or len(hashed) != 64:
            found.append(Finding("store.audit.witness", count, {}))
        elif int(number) not in hashes:
            found.append(Finding("store.audit.cut", int(number), {}))
        elif hashes[int(number)] != hashed:
            found.append(Finding("store.audit.replaced", int(number), {}))
    return found


def told_batches() -> dict[int, dict[str, Any]]:
    """What the trail says of each batch: the facts of its line, with ``at``."""
    told: dict[int, dict[str, Any]] = {}
    rows = standing().filter(subject__startswith="batch ").values_list("subject", "facts", "at")
    for subject, text, at in rows:
        told[int(subject.removeprefix("batch "))] = {**json.loads(text), "at": at}
    return told


def standing() -> Any:
    """The lines that tell of what is still to be there: all but those of a sample company up to its removal."""
    lines = AuditLine.objects.all()
    for company, seq in removed()[0].items():
        lines = lines.exclude(company=company, seq__lte=seq)
    return lines


def removed() -> tuple[Mapping[str, int], list[Finding]]:
    """The line by which each company went last; and removals of what had never been marked as a sample in time."""
    gone: dict[str, int] = {}
    found = []
    marked: dict[str, int] = {}
    lines = AuditLine.objects.filter(action__in=(SAMPLE, REMOVED)).order_by("seq")
    for seq, company, action in lines.values_list("seq", "company", "action"):
        if action == SAMPLE:
            marked.setdefault(company, seq)
            continue
        before = marked.pop(company, seq)
        loaded = AuditLine.objects.filter(
            company=company, subject__startswith="batch ", seq__gt=gone.get(company, 0), seq__lt=before
        )
        if before == seq or loaded.exists():
            found.append(Finding("store.audit.removed", seq, {"company": company}))
        else:
            gone[company] = seq
    return gone, found

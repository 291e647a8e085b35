"""Traced: every version of a row of the books, and of each the import that brought it and its very place there.

Nothing is kept for this. The original is read again, behind the same walls and by the same readers, when somebody
asks: docs/decisions/0025-a-place-is-found-when-asked-for.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from solvent.books.books import TABLES
from solvent.files.guard.find import find_guarded
from solvent.files.load import read_formats, read_profiles
from solvent.intake.bank.table.layout.profile import Profile
from solvent.intake.intake import Source
from solvent.intake.ledger.format import Format
from solvent.intake.sources.places import Place, Row
from solvent.intake.sources.take import Desk
from solvent_server.store import books, database, facts
from solvent_server.store.errands import queue
from solvent_server.store.keeping import originals
from solvent_server.store.models import Batch, Company, Sighting

KEY_APART = "\x1f"
BY_HAND = ("person", "match")
"""Kinds of batches that no file brought."""


@dataclass(frozen=True)
class Version:
    """One version of a row.

    number: from 1. batch: that wrote it. brought: that brought what it says, where an undo only put it back. gone_in:
    the batch by which it counts no more; None: it stands. seen: later imports that said the same. says: the row itself.
    """

    number: int
    batch: Batch
    brought: Batch
    gone_in: Batch | None
    seen: Sequence[Batch]
    says: Mapping[str, Any]


@database.told()
def versions_of(company: Company, table: str, key: str) -> list[Version]:
    """Every version of a row, the newest first; none where the company never had such a row.

    Args:
        key: the cells of the table's key as text, with KEY_APART between.
    """
    every = facts.versions(table, company.pk, pl.Series("key", [key], dtype=pl.String)).sort("version", descending=True)
    if every.is_empty():
        return []
    ids = every.get_column("id").to_list()
    marks = ", ".join("?" for _ in ids)
    says = database.read(f"fact_{table}", {"id": pl.Int64, **TABLES[table].schema}, f"WHERE id IN ({marks})", ids)
    told = {row["id"]: {name: cell for name, cell in row.items() if name != "id"} for row in says.to_dicts()}
    sighted: dict[int, list[int]] = {}
    marks_of = Sighting.objects.filter(table=table, fact__in=ids).order_by("id")
    for fact, batch in marks_of.values_list("fact", "batch_id"):
        sighted.setdefault(fact, []).append(batch)
    wanted = {*every["batch_id"], *every["gone_in"].drop_nulls(), *(one for many in sighted.values() for one in many)}
    batches = Batch.objects.filter(company=company).select_related("original").in_bulk(wanted)
    rows = every.to_dicts()
    return [
        Version(
            row["version"], batches[row["batch_id"]], batches[_brought(row, rows, batches)],
            None if row["gone_in"] is None else batches[row["gone_in"]],
            [batches[one] for one in sighted.get(row["id"], ())], told[row["id"]],
        )
        for row in rows
    ]  # fmt: skip


def _brought(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], batches: Mapping[int, Batch]) -> int:
    """The batch that brought what a version says: the oldest with a file, where an undo put it back."""
    alike = [one["batch_id"] for one in rows if one["digest"] == row["digest"] and one["version"] <= row["version"]]
    told = [one for one in alike if batches[one].kind != "undo"]
    return int(row["batch_id"] if batches[row["batch_id"]].kind != "undo" or not told else told[0])


def places_of(batch: Batch, table: str, key: str) -> list[Place] | None:
    """Where in the original of an import a row stands; None where the original cannot be read again.

    Takes as long as the import did: whoever asks waits for it.
    """
    if batch.original is None:
        return None
    try:
        data = originals.place_of(batch.original.sha256).read_bytes()
    except OSError:
        return None
    source = Source(batch.name or batch.original.name, data)
    sent = _sent(source, table, key)
    if sent is not None:
        return sent
    errand = queue.reading_of(batch)
    asked: Mapping[str, Any] = errand.asked if errand is not None else {}
    formats, profiles = (
        [*queue.taught(batch.company, what, before=errand), *asked.get(what, ())] for what in ("formats", "profiles")
    )
    desk = Desk(
        [*read_formats(), *(Format.parse(text, "") for text in formats)],
        [*read_profiles(), *(Profile.parse(text, "") for text in profiles)],
    )
    known = books.known_with(batch.company, asked.get("currency") or None, batch.account_id)
    return find_guarded(source, known, (table, key), desk)


def _sent(source: Source, table: str, key: str) -> list[Place] | None:
    """The place of a row that a program sent over the API; None where the original is no such request."""
    if not source.data.startswith(b'{"rows": ['):
        return None
    told = json.loads(source.data)
    if told.get("table") != table:
        return []
    rows: list[dict[str, Any]] = told["rows"]
    at = [n for n, row in enumerate(rows, 1) if KEY_APART.join(str(row.get(c) or "") for c in TABLES[table].key) == key]
    near = [n for n in range(1, len(rows) + 1) if any(abs(n - one) < 4 for one in at)]
    columns = tuple(dict.fromkeys(name for n in near for name in rows[n - 1]))
    cells = [[str(v) if (v := rows[n - 1].get(name)) is not None else "" for name in columns] for n in near]
    shown = [Row(n, n in at, one) for n, one in zip(near, cells)]
    return [Place("records", source.name, "rows", table, 0, columns, {name: name for name in columns}, shown, len(at))]

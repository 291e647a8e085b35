"""Checks: is the store as it was written? The trail, what stands behind each batch, the guards, the originals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import polars as pl

from solvent.books.books import TABLES
from solvent.books.checks import Outcome
from solvent_server.store import audit, changes, database, facts, guards
from solvent_server.store.keeping import cases, originals
from solvent_server.store.models import (
    Authority,
    Batch,
    Company,
    Hook,
    Note,
    Original,
    PolicyChange,
    Proposal,
    Reservation,
    RoleChange,
    Token,
)  # fmt: skip

TOLD: Mapping[str, Any] = {
    "authority": Authority,
    "proposal": Proposal,
    "reservation": Reservation,
    "note": Note,
    "policy": PolicyChange,
    "role": RoleChange,
    "token": Token,
    "hook": Hook,
}
"""Rows that people change, by the word that their lines in the trail begin with."""


def check_store(*, shown: int = 5) -> Sequence[Outcome]:
    """Every check of the store, in order."""
    witness = audit.witnessed()
    told: Sequence[tuple[str, Callable[[], Sequence[str]]]] = (
        ("store.trail", lambda: _trail(witness)),
        ("store.batches", _batches),
        ("store.facts", _facts),
        ("store.versions", _versions),
        ("store.companies", _companies),
        ("store.guards", guards.missing),
        ("store.originals", _originals),
        ("store.desk", _desk),
        ("store.cases", cases.wrong),
    )
    outcomes = []
    with database.told(), database.still():
        for name, find in told:
            subjects = list(find())
            outcomes.append(Outcome(name, "error", len(subjects), tuple(subjects[:shown])))
    return outcomes


def _trail(witness: Sequence[str] | None) -> Sequence[str]:
    return [f"{finding.code} {finding.seq}" for finding in audit.verify(witness)]


def _batches() -> Sequence[str]:
    """Batches of which the trail tells something else: their moment, their state, what they retracted or saw."""
    trail = audit.told_batches()
    undone = {line.get("undoes") for line in trail.values()}
    marks = {table: _marks(table) for table in ("store_retraction", "store_sighting")}
    found = set()
    for batch in Batch.objects.all():
        line = trail.pop(batch.id, None)
        if batch.state == "staged":
            if line is not None or batch.committed_at is not None:
                found.add(f"batch {batch.id}")
            continue
        state = "undone" if batch.id in undone else "committed"
        sound = (
            line is not None
            and batch.state == state
            and batch.committed_at is not None
            and batch.committed_at.isoformat() == line.get("at")
            and batch.digests == line.get("printed")
            and marks["store_retraction"].pop(batch.id, "") == line.get("retracted")
            and marks["store_sighting"].pop(batch.id, "") == line.get("seen")
            and changes.documents_print(batch.id) == line.get("documents")
        )
        if not sound:
            found.add(f"batch {batch.id}")
    left = {*trail, *marks["store_retraction"], *marks["store_sighting"]}
    found |= {f"batch {batch}" for batch in left}
    return sorted(found)


def _marks(table: str) -> dict[int, str]:
    """The fingerprint of each batch's retractions or sightings."""
    rows = database.read(table, {"batch_id": pl.Int64, "table": pl.String, "fact": pl.Int64})
    told = {}
    for key, frame in rows.partition_by("batch_id", as_dict=True).items():
        by_table = frame.partition_by("table", as_dict=True)
        told[int(key[0])] = changes.marks_print(
            {str(name[0]): part["fact"].to_list() for name, part in by_table.items()}
        )
    return told


def _facts() -> Sequence[str]:
    """Batches whose rows are not those that the trail tells of."""
    trail = audit.told_batches()
    found: set[str] = set()
    for name in TABLES:
        found |= set(_wrong(name, trail))
    return sorted(found)


def _wrong(name: str, trail: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    columns = {"batch_id": pl.Int64, "key": pl.String, "version": pl.Int64, "digest": pl.String, **TABLES[name].schema}
    rows = database.read(f"fact_{name}", columns)
    again = facts.keyed(name, rows.select(list(TABLES[name].columns)))
    odd = rows.filter(
        (rows.get_column("digest") != again.get_column("digest")) | (rows.get_column("key") != again.get_column("key"))
    )
    yield from (f"batch {batch} {name}" for batch in odd.get_column("batch_id").unique())
    have = {
        int(batch[0]): facts.fingerprint(frame.select(facts.PRINTED))
        for batch, frame in rows.partition_by("batch_id", as_dict=True).items()
    }
    want = {batch: line["printed"][name] for batch, line in trail.items() if name in line.get("printed", {})}
    yield from (f"batch {batch} {name}" for batch in set(have) | set(want) if have.get(batch) != want.get(batch))


def _versions() -> Sequence[str]:
    """Keys of which more than one version counts."""
    found = []
    for company in Company.objects.all():
        for name in TABLES:
            rows = facts.standing(name, company.pk, {"key": pl.String})
            doubled = rows.filter(pl.col("key").is_duplicated()).get_column("key").unique().sort()
            found += [f"{company.code} {name} {key}" for key in doubled.head(20)]
    return found


def _companies() -> Sequence[str]:
    """Facts of one company in a batch of another."""
    found: set[str] = set()
    owners = dict(Batch.objects.values_list("id", "company_id"))
    for name in TABLES:
        pairs = database.read(f"fact_{name}", {"batch_id": pl.Int64, "company_id": pl.Int64}).unique()
        found |= {f"batch {batch} {name}" for batch, company in pairs.iter_rows() if owners.get(batch) != company}
    return sorted(found)


def _originals() -> Sequence[str]:
    """Originals that are missing or are not what they were."""
    found = []
    for sha, name in Original.objects.values_list("sha256", "name"):
        path = originals.place_of(sha)
        if not path.exists() or sha256(path.read_bytes()).hexdigest() != sha:
            found.append(f"{name} {sha[:12]}")
    return found


def _desk() -> Sequence[str]:
    """Rows of TOLD that are not as the newest line of the trail on each tells."""
    found = []
    for word, model in TOLD.items():
        lines = audit.standing().filter(subject__startswith=f"{word} ").order_by("seq")
        told = {subject: (company, text) for subject, company, text in lines.values_list("subject", "company", "facts")}
        for row in model.objects.select_related("company"):
            company, text = told.pop(f"{word} {row.pk}", ("", "null"))
            if company != row.company.code or not audit.same_row(row, text):
                found.append(f"{word} {row.pk}")
        found += list(told)
    return sorted(found)

"""Checks: is the store as it was written? The trail, the facts behind each batch, the originals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import polars as pl

from solvent.books.checks import Outcome
from solvent_server.store import audit, database, facts, originals
from solvent_server.store.models import Batch, Company, Original


def check_store(*, shown: int = 5) -> Sequence[Outcome]:
    """Every check of the store, in order."""
    told: Sequence[tuple[str, Callable[[], Sequence[str]]]] = (
        ("store.trail", _trail),
        ("store.facts", _facts),
        ("store.versions", _versions),
        ("store.originals", _originals),
        ("store.companies", _companies),
    )
    outcomes = []
    for name, find in told:
        subjects = list(find())
        outcomes.append(Outcome(name, "error", len(subjects), tuple(subjects[:shown])))
    return outcomes


def _trail() -> Sequence[str]:
    return [f"{finding.code} {finding.seq}" for finding in audit.verify()]


def _facts() -> Sequence[str]:
    """Batches whose rows are not those that the trail tells of."""
    from solvent_server.store.models import FACTS  # noqa: PLC0415 (needs Django set up)

    told = {batch.id: batch.digests for batch in Batch.objects.filter(committed_at__isnull=False)}
    found: set[str] = set()
    trail = audit.told_digests()
    for batch, digests in told.items():
        if trail.get(batch) != digests:
            found.add(f"batch {batch}")
    for name in FACTS:
        found |= _wrong(name, told)
    return sorted(found)


def _wrong(name: str, told: dict[int, dict[str, str]]) -> set[str]:
    from solvent.books.books import TABLES  # noqa: PLC0415

    columns = {"batch_id": pl.Int64, "key": pl.String, "digest": pl.String, **TABLES[name].schema}
    rows = database.read(f"fact_{name}", columns)
    found = set()
    again = facts.keyed(name, rows.select(list(TABLES[name].columns)))
    odd = rows.filter(
        (rows.get_column("digest") != again.get_column("digest")) | (rows.get_column("key") != again.get_column("key"))
    )
    found |= {f"batch {batch} {name}" for batch in odd.get_column("batch_id").unique()}
    have = {
        int(batch[0]): facts.total_digest(frame.get_column("digest"))
        for batch, frame in rows.select("batch_id", "digest").partition_by("batch_id", as_dict=True).items()
    }
    want = {batch: digests[name] for batch, digests in told.items() if name in digests}
    found |= {f"batch {batch} {name}" for batch in set(have) | set(want) if have.get(batch) != want.get(batch)}
    return found


def _versions() -> Sequence[str]:
    """Keys of which more than one version counts."""
    found = []
    for company in Company.objects.all():
        for name in _tables():
            rows = facts.standing(name, company.pk, {"key": pl.String})
            doubled = rows.filter(pl.col("key").is_duplicated()).get_column("key").unique().sort()
            found += [f"{company.code} {name} {key}" for key in doubled.head(20)]
    return found


def _tables() -> Sequence[str]:
    from solvent.books.books import TABLES  # noqa: PLC0415

    return list(TABLES)


def _originals() -> Sequence[str]:
    """Originals that are missing or are not what they were."""
    found = []
    for sha, name in Original.objects.values_list("sha256", "name"):
        path = originals.place_of(sha)
        if not path.exists() or sha256(path.read_bytes()).hexdigest() != sha:
            found.append(f"{name} {sha[:12]}")
    return found


def _companies() -> Sequence[str]:
    """Facts of one company in a batch of another."""
    found: set[str] = set()
    owners = dict(Batch.objects.values_list("id", "company_id"))
    for name in _tables():
        pairs = database.read(f"fact_{name}", {"batch_id": pl.Int64, "company_id": pl.Int64}).unique()
        found |= {f"batch {row[0]} {name}" for row in pairs.iter_rows() if owners.get(row[0]) != row[1]}
    return sorted(found)

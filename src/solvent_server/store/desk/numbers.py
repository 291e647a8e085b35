"""Numbers: what matching writes stands under numbers of its own, and never takes one that something stands under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from solvent.books.books import TABLES
from solvent_server.store import facts
from solvent_server.store.models import Company

Rows = Mapping[str, pl.DataFrame]


def unheard_of(company: Company, rows: Rows) -> Rows:
    """The rows under numbers that nothing stands under: the rest of a receipt may go to the same invoice again.

    Under a number that stands they would not come beside what it says but in its place.
    """
    told = dict(rows)
    for name in ("receipts", "allocations", "bank_matches"):
        if name not in told:
            continue
        (key,) = TABLES[name].key
        keys = told[name].get_column(key)
        stands = facts.standing_keys(name, company.pk, keys).filter(pl.col("id").is_not_null())
        new = _numbered(company, name, stands.get_column("key").to_list())
        if new:
            told = {table: _renamed(frame, name, key, new) for table, frame in told.items()}
    return told


def _numbered(company: Company, name: str, taken: Sequence[str]) -> Mapping[str, str]:
    """For each number that is taken the first like it that never was."""
    new = {}
    for key in taken:
        tried = [f"{key}#{count}" for count in range(2, 40)]
        known = set(facts.versions(name, company.pk, pl.Series("key", tried)).get_column("key"))
        new[key] = next(one for one in tried if one not in known)
    return new


def _renamed(frame: pl.DataFrame, name: str, key: str, new: Mapping[str, str]) -> pl.DataFrame:
    columns = [key] if key in frame.columns else []
    if name == "receipts":
        columns += [column for column in ("source_id", "target_id") if column in frame.columns]
    return frame.with_columns(pl.col(column).replace(dict(new)) for column in dict.fromkeys(columns))

"""Decided: what a person found or did about a customer, as rows of the books: screenings, reviews, references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent_server.store import batches, database, facts
from solvent_server.store.access import person
from solvent_server.store.batches import Committed
from solvent_server.store.models import Company

ENTERED: Mapping[str, str] = {
    "screenings": "reviewer",
    "reviews": "reviewer",
    "admissions": "decided_by",
    "events": "source",
    "trade_references": "",
    "opinions": "",
}
"""Tables into which one person enters rows, and the column that names who, where there is one."""
_NUMBERED = {"screenings", "reviews", "events", "trade_references", "opinions"}
Cells = Mapping[str, Any]


def enter(
    company: Company, table: str, cells: Cells, *, actor: str, reason: str = "", today: date | None = None
) -> Committed:
    """One row that a person enters, in one transaction with its line in the trail; undone like any import.

    The same row entered twice is one row. A request for credit that was entered before keeps what it said where the
    new cells are silent: so it is decided later.

    Args:
        cells: column to value as the table has them: money in minor units. Who entered it and the day are filled in.

    Raises:
        SolventError: the row breaks a law of its table, or the table is not one into which people write alone.
    """
    if table not in ENTERED:
        raise SolventError("store.desk.not_entered", "", table=table, known=", ".join(ENTERED))
    with database.writing():
        row = _filled(company, table, cells, person(actor))
        row["recorded_on"] = today or datetime.now(UTC).date()
        return batches.record(company, {table: frame(table, row)}, kind="person", actor=actor, reason=reason)


def _filled(company: Company, table: str, cells: Cells, who: str) -> dict[str, Any]:
    """The cells with the row's number, who entered it, and what a request for credit said before."""
    row = {name: value for name, value in cells.items() if value is not None}
    by = ENTERED[table]
    if by == "reviewer" or (by == "decided_by" and row.get("decision") is not None):
        row.setdefault(by, who)
    if table in _NUMBERED:
        row.setdefault(TABLES[table].key[0], _number(table, row))
    elif all(row.get(column) is not None for column in TABLES[table].key):
        row = {**before(company, table, row), **row}
    return row


def _number(table: str, row: Cells) -> str:
    """A number out of what the row says: whoever enters it again finds it there."""
    told = "\x1f".join(f"{name}={row[name]}" for name in sorted(row))
    return f"{table}-{blake2b(told.encode(), digest_size=6).hexdigest()}"


def before(company: Company, table: str, row: Cells) -> dict[str, Any]:
    """What stands now under the key of a row; nothing where nothing does."""
    keyed = facts.keyed(table, frame(table, {name: row.get(name) for name in TABLES[table].key}))
    stands = facts.standing_keys(table, company.pk, keyed.get_column("key")).get_column("id").drop_nulls()
    if not stands.len():
        return {}
    found = database.read(f"fact_{table}", TABLES[table].schema, "WHERE id = ?", [stands.item()])
    return found.row(0, named=True)


def frame(table: str, row: Cells) -> pl.DataFrame:
    """One row as the table has it; days may come as ISO text.

    Raises:
        SolventError: a column that the table does not have, or a value of another kind.
    """
    schema = TABLES[table].schema
    unknown = sorted(set(row) - set(schema))
    if unknown:
        raise SolventError("store.desk.column_unknown", "", table=table, column=unknown[0], known=", ".join(schema))
    told = {}
    for name, dtype in schema.items():
        value = row.get(name)
        try:
            cell = date.fromisoformat(value) if dtype == pl.Date and isinstance(value, str) else value
            told[name] = pl.Series(name, [cell], dtype=dtype, strict=True)
        except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
            raise SolventError("store.desk.cell", "", table=table, column=name, value=str(value)) from error
    return pl.DataFrame(told)


@database.told()
def refuse_unknown(company: Company, customer_id: str | None, group_id: str | None) -> None:
    """Refuse a customer or a group that nothing in the books has ever named: most likely a slip of the pen."""
    places = (
        (("groups", "key"), ("customers", "group_id"))
        if group_id
        else (("customers", "key"), ("admissions", "customer_id"), ("open_items", "customer_id"))
    )
    for table, column in places:
        sql = f'SELECT 1 FROM "fact_{table}" WHERE company_id = %s AND "{column}" = %s LIMIT 1'
        if database.rows(sql, [company.pk, group_id or customer_id]):
            return
    raise SolventError("store.desk.nobody", "", name=str(group_id or customer_id))

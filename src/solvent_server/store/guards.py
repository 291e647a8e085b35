"""Guards: triggers by which neither database lets a fact, a retraction or a line of the trail be changed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_FUNCTION = """
CREATE OR REPLACE FUNCTION solvent_never() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME; END
$$ LANGUAGE plpgsql
"""


def guard(schema_editor: Any, tables: Sequence[str]) -> None:
    """Put the triggers on tables; those already there are made anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_FUNCTION, params=None)
    for table in tables:
        for statement in _statements(table, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)


def _statements(table: str, vendor: str) -> Sequence[str]:
    if vendor == "postgresql":
        return (
            f'DROP TRIGGER IF EXISTS "{table}_never" ON "{table}"',
            f'CREATE TRIGGER "{table}_never" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION solvent_never()",
        )
    told: list[str] = []
    for event in ("UPDATE", "DELETE"):
        name = f"{table}_no_{event.lower()}"
        told.append(f'DROP TRIGGER IF EXISTS "{name}"')
        told.append(
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed or deleted'); END"
        )
    return told

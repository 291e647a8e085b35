"""Guards: triggers by which neither database lets a fact, or what is told of one, change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

TRAIL = "store_auditline"
_FUNCTION = """
CREATE OR REPLACE FUNCTION solvent_never() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME; END
$$ LANGUAGE plpgsql
"""


def guarded() -> Mapping[str, Sequence[Sequence[str]]]:
    """The tables whose rows are only ever inserted, and the columns by which each row is the only one."""
    told: dict[str, Sequence[Sequence[str]]] = {
        "store_auditline": [("seq",), ("previous",), ("hash",)],
        "store_authority": [("id",)],
        "store_casestep": [("id",), ("company_id", "step")],
        "store_note": [("id",), ("strikes_id",)],
        "store_retraction": [("id",), ("table", "fact")],
        "store_sighting": [("id",)],
        "store_statementrecord": [("id",)],
    }
    for model in apps.get_app_config("store").get_models():
        if model._meta.db_table.startswith("fact_"):
            told[model._meta.db_table] = [("id",), ("company_id", "key", "version")]
    return told


def install() -> None:
    """Put every guard up, anew where it is there already."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table, keys in guarded().items():
            for name, statement in _triggers(table, keys).items():
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
                cursor.execute(statement)


@contextmanager
def lifted() -> Iterator[None]:
    """No guard is up inside, but for those of the trail; for the taking away of a sample company and nothing else.

    Guards are part of the open transaction as rows are: nobody else sees them down, and where it fails they never were.
    """
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        for table, keys in guarded().items():
            if table == TRAIL:
                continue
            for name in _triggers(table, keys):
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
    yield
    install()


def names() -> Sequence[str]:
    """The names of all guards."""
    return sorted(name for table, keys in guarded().items() for name in _triggers(table, keys))


def missing() -> Sequence[str]:
    """Guards that are not up."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        have = {str(row[0]) for row in cursor.fetchall()}
    return [name for name in names() if name not in have]


def _triggers(table: str, keys: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """Name and statement of each trigger of a table.

    SQLite deletes without a trigger where an INSERT replaces a row: there a row that is there already is refused too.
    """
    never = f"'rows of {table} are never changed or deleted'"
    if connection.vendor == "postgresql":
        return {
            f"{table}_never": f'CREATE TRIGGER "{table}_never" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION solvent_never()"
        }
    told = {
        f"{table}_no_{event.lower()}": f'CREATE TRIGGER "{table}_no_{event.lower()}" BEFORE {event} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, {never}); END"
        for event in ("UPDATE", "DELETE")
    }
    there = " OR ".join(
        'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'.format(
            table=table, same=" AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        )
        for columns in keys
    )
    told[f"{table}_no_replace"] = (
        f'CREATE TRIGGER "{table}_no_replace" BEFORE INSERT ON "{table}" WHEN {there} '
        f"BEGIN SELECT RAISE(ABORT, {never}); END"
    )
    return told

"""Database: which one this process talks to, and how facts go in and out of it as columns."""

from __future__ import annotations

import atexit
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django
import polars as pl
from django.conf import settings as configured
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from solvent.base.problem import SolventError
from solvent_server.settings import data_folder, settings
from solvent_server.store import guards

_place: dict[str, Path] = {}
_LOCK = 0x50_17_E4
_BLOCK = 100_000
_LAST = 2**63 - 1
_reading = threading.local()


def connect(data: Path | None = None, url: str = "") -> None:
    """Talk to this database from now on; a second call switches to another one."""
    folder = data or data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    told = settings(folder, url)
    if not configured.configured:
        configured.configure(**told)
        django.setup()
    else:
        connections["default"].close()
        connections.databases["default"].update(_defaults(told["DATABASES"]["default"]))
        if hasattr(connections._connections, "default"):
            del connections["default"]
    _place["data"] = folder


def _defaults(told: dict[str, Any]) -> dict[str, Any]:
    plain = {"OPTIONS": {}, "USER": "", "PASSWORD": "", "HOST": "", "PORT": "", "CONN_MAX_AGE": 0}
    return {**plain, "CONN_HEALTH_CHECKS": False, **told}


def close() -> None:
    """Close this thread's connection; the next use opens a new one."""
    _let_go()
    connection.close()


def folder() -> Path:
    """The data folder of the database in use."""
    return _place["data"]


def migrate() -> None:
    """Make or bring up to date every table and its guards."""
    with told(), _alone():
        call_command("migrate", verbosity=0, interactive=False)
        with transaction.atomic():
            guards.install()


def state() -> str:
    """``new``: without any table of ours; ``ready``; ``behind``: migrations wait; ``ahead``: of a newer version."""
    with told():
        executor = MigrationExecutor(connection)
    known, done = set(executor.loader.disk_migrations), set(executor.loader.applied_migrations)
    ours = {place for place in done if place[0] == "store"}
    if not ours:
        return "new"
    if ours - known:
        return "ahead"
    return "ready" if {place for place in known if place[0] == "store"} <= done else "behind"


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else sets this store up meanwhile: several may be the first to use it."""
    if on_postgresql():
        rows("SELECT pg_advisory_lock(%s)", [_LOCK + 1])
        try:
            yield
        finally:
            rows("SELECT pg_advisory_unlock(%s)", [_LOCK + 1])
        return
    lock = sqlite3.connect(f"{uri()}.setup", timeout=600, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        lock.close()


@contextmanager
def still() -> Iterator[None]:
    """Everything that is read inside is of one moment, while others go on writing."""
    connection.ensure_connection()
    if on_postgresql():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            _let_go()
            _reading.snapshot = cursor.fetchone()[0]
            try:
                yield
            finally:
                _reading.snapshot = None
                _let_go()
        return
    mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        connection.transaction_mode = mode


def on_postgresql() -> bool:
    """True where the database is PostgreSQL."""
    return connection.vendor == "postgresql"


@contextmanager
def told() -> Iterator[None]:
    """What the database complains of as a SolventError that a person can read."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        connection.close_if_unusable_or_obsolete()
        raise SolventError("store.database", str(folder()), error=_first_line(error)) from error
    except OSError as error:
        raise SolventError("store.disk", str(error.filename or folder()), error=error.strerror or str(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


@contextmanager
def writing() -> Iterator[None]:
    """One transaction that nothing else writes beside: all of it counts, or none.

    SQLite's transactions begin as the only writer; on PostgreSQL all writers hold one lock to the transaction's end.
    """
    with told(), transaction.atomic():
        if on_postgresql():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


def uri() -> str:
    """The address of the database for readers of their own."""
    told = connection.settings_dict
    if not on_postgresql():
        return str(told["NAME"])
    params = connection.get_connection_params()
    parts = {name: value for name, value in params.items() if isinstance(value, str | int)}
    return " ".join(f"{name}='{_quoted(str(value))}'" for name, value in parts.items() if value)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def read(table: str, columns: dict[str, Any], where: str = "", values: Sequence[Any] = ()) -> pl.DataFrame:
    """Rows of one table as columns, without a Python object a cell.

    Args:
        columns: name to Polars type; what comes back has exactly these.
        where: SQL with ``?`` for each of ``values``, whole numbers and texts only.

    On PostgreSQL this is a connection of its own: what the open transaction has written is not seen.
    """
    if on_postgresql():
        return _read_postgresql(table, columns, where, values)
    return _read_sqlite(table, columns, where, values)


def rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """A few rows over this transaction's own connection; ``%s`` for each of ``values``."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def _read_sqlite(table: str, columns: dict[str, Any], where: str, values: Sequence[Any]) -> pl.DataFrame:
    """Each block of rows comes as one JSON array a column, which Polars takes apart: no Python object a cell.

    Another SQLite library in this process, as ADBC brings, would break the locks of this one (POSIX drops all locks
    of a file when any handle of the process on it is closed), so the standard library's is the only one. A large table
    is read in blocks side by side, over connections of their own, as far as this transaction has not written to it.
    """
    source = f'FROM "{table}" NOT INDEXED {where} {"AND" if where else "WHERE"} id BETWEEN ? AND ?'
    starts = _starts(table)

    def block(start: int, end: int, link: Any) -> pl.DataFrame:
        """Columns that are empty in a whole block, as many are, are only looked at and not carried."""
        link.create_function("exactly", 1, _exactly, deterministic=True)
        asked = [*values, start, end]
        if not link.in_transaction:  # both looks see the same rows
            link.execute("BEGIN")
            try:
                return block(start, end, link)
            finally:
                link.execute("ROLLBACK")
        looks = ", ".join(f'EXISTS (SELECT 1 {source} AND "{name}" IS NOT NULL)' for name in columns)
        filled = link.execute(f"SELECT {looks}", asked * len(columns)).fetchone()
        full = {name: dtype for (name, dtype), some in zip(columns.items(), filled) if some}
        told = ", ".join(["COUNT(*)", *(f"json_group_array({_told(*column)})" for column in full.items())])
        try:
            count, *cells = link.execute(f"SELECT {told} {source}", asked).fetchone()
        except sqlite3.DataError:  # more text than one value may hold: half of it at a time
            if start == end:
                raise
            middle = (start + end) // 2
            return pl.concat([block(start, middle, link), block(middle + 1, end, link)])
        carried = {name: _apart(name, text, dtype) for (name, dtype), text in zip(full.items(), cells)}
        bare = (pl.repeat(None, count, dtype=dtype, eager=True).alias(name) for name, dtype in columns.items())
        return pl.DataFrame([carried.get(one.name, one) for one in bare])

    with connection.wrap_database_errors:
        if len(starts) <= 2 or connection.in_atomic_block:
            inner = connection.connection
            frames = [block(start, _end(start), inner) for start in starts]
        else:
            with ThreadPoolExecutor(2) as pool:
                frames = list(pool.map(lambda start: _apart_from(block, start), starts))
    return pl.concat(frames) if frames else pl.DataFrame(schema=columns)


def _starts(table: str) -> list[int]:
    """The first id of each block of a table; where ids are far apart, what lies between costs nothing."""
    starts: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT MIN(id) FROM "{table}"')
        while (first := cursor.fetchone()[0]) is not None:
            starts.append(first)
            if _end(first) == _LAST:
                break
            cursor.execute(f'SELECT MIN(id) FROM "{table}" WHERE id > %s', [_end(first)])
    return starts


def _end(start: int) -> int:
    return min(start + _BLOCK - 1, _LAST)


def _apart_from(block: Callable[[int, int, Any], pl.DataFrame], start: int) -> pl.DataFrame:
    """A block over a read-only connection of its own."""
    link = sqlite3.connect(f"file:{quote(uri())}?mode=ro", uri=True, timeout=20)
    try:
        return block(start, _end(start), link)
    finally:
        link.close()


def _told(name: str, dtype: Any) -> str:
    return f'exactly("{name}")' if dtype == pl.Float64 else f'"{name}"'


def _exactly(cell: float | None) -> str | None:
    """A number as text that gives the same number back; SQLite's own printing does not for all of them."""
    return None if cell is None else repr(cell)


def _apart(name: str, text: str, dtype: Any) -> pl.Series:
    inner = dtype if dtype in (pl.Int64, pl.Int32) else pl.Int64 if dtype == pl.Boolean else pl.String
    cells = pl.Series(name, [text]).str.json_decode(pl.List(inner)).explode()
    if dtype == pl.Date:
        return cells.str.to_date("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime):
        return cells.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
    return cells if cells.dtype == dtype else cells.cast(dtype)


def _read_postgresql(table: str, columns: dict[str, Any], where: str, values: Sequence[Any]) -> pl.DataFrame:
    import adbc_driver_postgresql.dbapi as adbc  # noqa: PLC0415 (only where it is needed)

    told = ", ".join(f'"{name}"' for name in columns)
    for place in range(1, len(values) + 1):
        where = where.replace("?", f"${place}", 1)
    sql = f'SELECT {told} FROM "{table}" {where}'
    try:
        frame = _fetched(sql, values)
    except adbc.Error as error:
        if getattr(_reading, "snapshot", None):
            raise OperationalError(str(error)) from error
        _let_go()  # the server may have been started again since
        try:
            frame = _fetched(sql, values)
        except adbc.Error as error:
            raise OperationalError(str(error)) from error
    return frame.select(_plain(frame, name, dtype) for name, dtype in columns.items())


def _fetched(sql: str, values: Sequence[Any]) -> pl.DataFrame:
    """An answer over this thread's own connection for reading, which is kept."""
    import adbc_driver_postgresql.dbapi as adbc  # noqa: PLC0415 (only where it is needed)

    address = uri()
    if getattr(_reading, "address", None) != address:
        _let_go()
        snapshot = getattr(_reading, "snapshot", None)
        _reading.link, _reading.address = adbc.connect(address, autocommit=not snapshot), address
        if snapshot:
            with _reading.link.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
    with _reading.link.cursor() as cursor:
        cursor.execute(sql, tuple(values) or None)
        return pl.DataFrame(cursor.fetch_arrow())


@atexit.register
def _let_go() -> None:
    """Close this thread's connection for reading."""
    link, _reading.link, _reading.address = getattr(_reading, "link", None), None, None
    if link is not None:
        with suppress(Exception):  # it may be broken, which is why it is let go
            link.close()


def _plain(frame: pl.DataFrame, name: str, dtype: Any) -> pl.Expr:
    have = frame.schema[name]
    if isinstance(have, pl.Datetime) and have.time_zone:
        return pl.col(name).dt.convert_time_zone("UTC").dt.replace_time_zone(None).cast(dtype)
    return pl.col(name).cast(dtype)


def write(table: str, frame: pl.DataFrame) -> None:
    """Insert a frame in the open transaction, in one go."""
    if not frame.height:
        return
    names = ", ".join(f'"{name}"' for name in frame.columns)
    if on_postgresql():
        with connection.wrap_database_errors, connection.cursor() as cursor:
            copy = f'COPY "{table}" ({names}) FROM STDIN (FORMAT csv)'
            with cursor.copy(copy) as pipe:
                for part in frame.iter_slices(100_000):
                    pipe.write(part.write_csv(include_header=False, quote_style="non_numeric"))
        return
    marks = ", ".join("?" for _ in frame.columns)
    ready = frame.select(_sqlite_cell(name, dtype) for name, dtype in frame.schema.items())
    with connection.wrap_database_errors, connection.cursor() as cursor:
        inner = cursor.cursor if hasattr(cursor, "cursor") else cursor
        insert = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'
        for part in ready.iter_slices(50_000):
            _many(inner, insert, part)


def _many(cursor: Any, insert: str, part: pl.DataFrame) -> None:
    sqlite3.Cursor.executemany(cursor, insert, part.rows())


def _sqlite_cell(name: str, dtype: Any) -> pl.Expr:
    if dtype == pl.Date:
        return pl.col(name).dt.strftime("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime):
        return pl.col(name).dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
    if dtype == pl.Boolean:
        return pl.col(name).cast(pl.Int64)
    return pl.col(name)

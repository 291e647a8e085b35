"""Setting up: migrations say what the models say, run on both databases, and the key is its owner's alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from support import Place, frames, item

from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent_server import settings
from solvent_server.store import database

Load = Callable[..., int]


def test_the_migrations_say_what_the_models_say(place: Place) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    assert database.state() == "ready"


def test_migrating_again_changes_nothing_and_puts_the_guards_up(place: Place, load: Load) -> None:
    from solvent_server.store import guards  # noqa: PLC0415 (needs Django set up)
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    load("a", open_items=[item(1)])
    name = guards.names()[0]
    table = name.rpartition("_no_")[0] or name.rpartition("_never")[0]
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if database.on_postgresql() else ""))
    assert list(guards.missing()) == [name]
    database.migrate()
    assert not guards.missing()
    assert not [outcome for outcome in checks.check_store() if outcome.breaches]


def test_a_store_of_another_version_is_told(place: Place) -> None:
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415

    database.migrate()
    applied = MigrationRecorder.Migration.objects.filter(app="store")
    MigrationRecorder.Migration.objects.create(app="store", name="9999_of_tomorrow")
    assert database.state() == "ahead"
    applied.filter(name="9999_of_tomorrow").delete()
    applied.order_by("-id").first().delete()
    assert database.state() in ("behind", "new")


def test_a_store_of_before_is_brought_up_to_date_with_all_that_is_in_it(place: Place, load: Load) -> None:
    """Tables that came later are added, guarded from the first row, and nothing that stood there changes."""
    from solvent_server.store import books, guards, work  # noqa: PLC0415
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    call_command("migrate", "store", "0001", verbosity=0)
    assert database.state() == "behind"
    with connection.cursor() as cursor:
        have = connection.introspection.table_names(cursor)
    assert "fact_open_items" in have
    assert not {"fact_facilities", "fact_promises"} & set(have)
    database.migrate()
    assert database.state() == "ready"
    assert not guards.missing()
    day = item(1)["issued_on"]
    said = {"promise_id": "p", "customer_id": "lantern", "item_id": "i1", "made_on": day, "promised_on": day}
    line = {"facility_id": "f", "told_on": day, "kind": "overdraft", "amount": 900, "drawn": 100, "committed": True}
    load("a", open_items=[item(1)], promises=[said], facilities=[line])
    kept = books.ledger(work.only_company(actor="test"))
    assert {name: kept.table(name).collect().height for name in kept.tables} == {
        "open_items": 1, "promises": 1, "facilities": 1,
    }  # fmt: skip
    for table in ("fact_facilities", "fact_promises"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET amount = 1")
    assert not [outcome for outcome in checks.check_store() if outcome.breaches]


def test_a_store_with_rows_gets_the_tables_of_the_credit_desk(place: Place) -> None:
    """Rows, corrections and an undo made before; then the new columns and tables; nothing that stood there changes."""
    from solvent_server.store import batches, books, guards, work  # noqa: PLC0415
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    call_command("migrate", "store", "0002", verbosity=0)
    company = work.set_company("own", "test", currency="CNY")
    before_it(company)
    database.migrate()
    assert database.state() == "ready"
    assert not guards.missing()
    assert not [outcome for outcome in checks.check_store() if outcome.breaches]
    told = books.ledger(company).table("orders").collect()
    assert told.select("order_id", "amount", "wanted_on").rows() == [("O1", 500, None)]
    day = item(1)["issued_on"]
    again = {"order_id": "O1", "customer_id": "lantern", "ordered_on": day, "amount": 500}
    assert batches.record(company, frames(orders=[again]), kind="person", actor="t").counts["orders"]["known"] == 1
    wanted = {**again, "wanted_on": day, "deposit_amount": 100}
    done = batches.record(company, frames(orders=[wanted]), kind="person", actor="t")
    assert done.counts["orders"]["changed"] == 1
    assert books.ledger(company).table("orders").collect()["deposit_amount"].to_list() == [100]
    batches.undo(company, done.batch, "t", "")
    assert books.ledger(company).table("orders").collect()["deposit_amount"].to_list() == [None]
    assert not [outcome for outcome in checks.check_store() if outcome.breaches]


def before_it(company: Any) -> None:
    """Orders as the store before wrote them: by the columns that its table had, with their digests and trail."""
    from solvent_server.store import batches, changes, facts  # noqa: PLC0415

    new, whole = {"wanted_on", "closed_on", "deposit_amount"}, TABLES["orders"]
    old = replace(whole, columns={name: column for name, column in whole.columns.items() if name not in new}, laws={})
    day = item(1)["issued_on"]
    row = {"order_id": "O1", "customer_id": "lantern", "ordered_on": day, "amount": 500, "currency": "CNY"}
    with pytest.MonkeyPatch.context() as patch:
        for room in (batches, facts, changes):
            patch.setattr(room, "TABLES", {"orders": old})
        patch.setattr(batches, "built_on", lambda batch, mine: None)  # it asks tables of today
        for amount in (400, 500, 600):
            told = old.conform(pl.DataFrame([{**row, "amount": amount, "recorded_on": day}]).lazy()).collect()
            last = batches.record(company, {"orders": told}, kind="person", actor="t")
        batches.undo(company, last.batch, "t", "")


def test_an_import_stays_while_a_promise_is_about_it(place: Place, load: Load) -> None:
    from solvent_server.store import batches, work  # noqa: PLC0415

    day = item(1)["issued_on"]
    buyers = load("a", customers=[{"customer_id": "lantern"}])
    items = load("b", open_items=[item(1)])
    said = {"promise_id": "p", "customer_id": "lantern", "made_on": day, "promised_on": day}
    promises = load("c", promises=[{**said, "item_id": "i1"}])
    company = work.only_company(actor="test")
    for batch, table in ((items, "open_items"), (buyers, "customers")):
        with pytest.raises(SolventError, match="built_on") as refused:
            batches.undo(company, batch, "test", "")
        assert refused.value.problem.facts["table"] == table
        assert refused.value.problem.facts["by"] == "promises"
    for batch in (promises, items, buyers):
        batches.undo(company, batch, "test", "")


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    key = settings.secret_key(tmp_path / "data")
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert len(key) >= 50
    assert settings.secret_key(tmp_path / "data") == key
    assert settings.secret_key(tmp_path / "other") != key


@pytest.mark.parametrize(
    ("url", "want"),
    [
        ("postgresql://u:p%40ss@db:5433/books", ("u", "p@ss", "db", "5433", "books")),
        ("postgres:///books?host=/run/pg&user=u", ("u", "", "/run/pg", "", "books")),
    ],
)
def test_an_address_is_taken_apart(url: str, want: tuple[str, ...], tmp_path: Path) -> None:
    told = settings.database(url, tmp_path)
    assert tuple(told[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")) == want

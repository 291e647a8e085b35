"""The trail: every write told and chained; every tampering found; nothing changed behind the guards."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from support import Place, item, line

Load = Callable[..., int]


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def drop_guards() -> None:
    from solvent_server.store import guards  # noqa: PLC0415

    for name in guards.names():
        table = name.rpartition("_no_" if connection.vendor == "sqlite" else "_never")[0]
        on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
        run(f'DROP TRIGGER "{name}"{on}')


def findings() -> set[str]:
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    return {one.name for one in checks.check_store() if one.breaches}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact_open_items SET amount = 1",
        "DELETE FROM fact_open_items",
        "DELETE FROM store_auditline",
        "UPDATE store_auditline SET actor = 'nobody'",
        "DELETE FROM store_retraction",
        "DELETE FROM store_sighting",
        "UPDATE store_statementrecord SET closing = 1",
    ],
)
def test_the_guards_hold(place: Place, load: Load, statement: str) -> None:
    load("a", open_items=[item(1)])
    load("b", open_items=[item(1, 120)])
    table = statement.split()[1] if statement.startswith("UPDATE") else statement.split()[2]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        rows = cursor.fetchone()[0]
    if rows or connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            run(statement)
    assert findings() == set()


def test_a_row_cannot_be_replaced(place: Place, load: Load) -> None:
    load("a", open_items=[item(1)])
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has no REPLACE")
    with pytest.raises(DatabaseError, match="never changed"):
        run("REPLACE INTO fact_open_items SELECT * FROM fact_open_items")
    assert findings() == set()


TAMPERINGS = {
    "fact amount": ("UPDATE fact_open_items SET amount = amount + 1 WHERE id = {fact}", "store.facts"),
    "fact recorded": ("UPDATE fact_open_items SET recorded_on = '2020-01-01' WHERE id = {fact}", "store.facts"),
    "fact gone": ("DELETE FROM fact_bank_lines WHERE id = {line}", "store.facts"),
    "fact other company": ("UPDATE fact_open_items SET company_id = {other} WHERE id = {fact}", "store.companies"),
    "retraction put in": (
        "INSERT INTO store_retraction (\"table\", fact, batch_id) VALUES ('bank_lines', {line}, 1)",
        "store.batches",
    ),
    "retraction gone": ("DELETE FROM store_retraction", "store.batches"),
    "batch moment": ("UPDATE store_batch SET committed_at = '2001-01-01 00:00:00' WHERE id = 1", "store.batches"),
    "batch state": ("UPDATE store_batch SET state = 'undone' WHERE id = 1", "store.batches"),
    "line actor": ("UPDATE store_auditline SET actor = 'x' WHERE seq = {seq}", "store.trail"),
    "line facts": ("UPDATE store_auditline SET facts = '{{}}' WHERE seq = {seq}", "store.trail"),
    "line gone": ("DELETE FROM store_auditline WHERE seq = {seq}", "store.trail"),
    "tail cut": ("DELETE FROM store_auditline WHERE seq >= {seq}", "store.trail"),
    "moved": ("UPDATE store_auditline SET seq = seq + 1000 WHERE seq = {seq}", "store.trail"),
}


@pytest.mark.parametrize("name", sorted(TAMPERINGS))
def test_tampering_is_found(place: Place, load: Load, name: str) -> None:
    from solvent_server.store import work  # noqa: PLC0415

    other = work.set_company("own", "test", currency="CNY").pk + 1
    for number in range(4):
        load(f"f{number}", open_items=[item(number), item(100)], bank_lines=[line(number)])
    load("g", open_items=[item(100, 5)])
    work.set_company("second", "test")
    assert findings() == set()
    drop_guards()
    ids = {"fact": 1, "line": 1, "seq": random.Random(name).randint(2, 5), "other": other}
    run(TAMPERINGS[name][0].format(**ids))
    assert TAMPERINGS[name][1] in findings()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_five_hundred_lines_tampered_at_random(place: Place, request: pytest.FixtureRequest) -> None:
    """Flip, delete, swap, insert, cut: each on its own copy of a sound trail."""
    from solvent_server.store import audit, work  # noqa: PLC0415
    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    rounds = 500 if request.config.getoption("--all") else 50
    for number in range(30):
        work.set_company(f"c{number}", "test", names=[f"公司{number}"])
    assert audit.verify() == []
    drop_guards()
    sound = list(AuditLine.objects.order_by("seq").values())
    draw = random.Random(11)
    for round_ in range(rounds):
        _tamper(draw, round_ % 5)
        assert audit.verify(), f"round {round_} not found"
        AuditLine.objects.all().delete()
        AuditLine.objects.bulk_create(AuditLine(**row) for row in sound)
    assert audit.verify() == []


def _tamper(draw: random.Random, kind: int) -> None:
    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    seq = draw.randint(1, 29)
    lines: Any = AuditLine.objects
    if kind == 0:
        column = draw.choice(["at", "actor", "company", "action", "subject", "facts"])
        text = getattr(lines.get(seq=seq), column)
        place = draw.randrange(len(text))
        lines.filter(seq=seq).update(**{column: text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]})
    elif kind == 1:
        lines.filter(seq=seq).delete()
    elif kind == 2:
        one, two = lines.get(seq=seq), lines.get(seq=seq + 1)
        lines.filter(seq=seq).update(facts=two.facts)
        lines.filter(seq=seq + 1).update(facts=one.facts)
    elif kind == 3:
        lines.create(seq=31, at="", actor="x", company="", action="", subject="", facts="{}", previous="a", hash="b")
    else:
        lines.filter(seq__gt=seq).delete()


def test_the_witness_is_watched_too(place: Place, load: Load) -> None:
    load("a", open_items=[item(1)])
    heads = place.data / "audit.heads"
    text = heads.read_text("ascii")
    for wrong in ("garbage\n", text[:-10] + "\n", text.replace("1 ", "9 ", 1)):
        heads.write_text(wrong, "ascii")
        assert "store.trail" in findings()
    heads.write_text(text, "ascii")
    assert findings() == set()
    heads.unlink()
    assert "store.trail" in findings()


def test_a_missing_guard_and_a_changed_original_are_told(place: Place, load: Load) -> None:
    load("a", open_items=[item(1)])
    drop_guards()
    assert findings() == {"store.guards"}
    next((place.data / "originals").glob("*/*")).write_bytes(b"other")
    assert findings() == {"store.guards", "store.originals"}

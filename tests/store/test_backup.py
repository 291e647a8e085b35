"""Backup: everything in one file while others work, and back again, on the same database or on the other."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest
from child import bring, items
from support import Place, frames, line
from test_as_of import content
from test_cases import play
from test_faults import child, company_of, count, heard, sound

from solvent.base.problem import SolventError
from solvent_server.store import database
from thorough import cases

DESK = ("store_authority", "store_reservation", "store_case", "store_casestep")
DAY = date(2026, 12, 31)


def keeping() -> Any:
    from solvent_server.store.keeping import backup  # noqa: PLC0415 (needs Django set up)

    return backup


def whole(code: str) -> tuple[Any, ...]:
    """All that a store holds of a company, now and at each of its moments, and the head of its trail."""
    from solvent_server.store import access, audit, books  # noqa: PLC0415
    from solvent_server.store.models import Batch  # noqa: PLC0415

    company = access.company_of(code)
    moments = Batch.objects.filter(committed_at__isnull=False).order_by("committed_at")
    states = [content(books.ledger(company, moment)) for moment in moments.values_list("committed_at", flat=True)]
    batches = list(Batch.objects.order_by("id").values_list("id", "state", "name", "counts", "digests", "undoes_id"))
    kept = [database.read(name, keeping()._schema(name)).sort("id") for name in DESK]
    desk = [frame.with_columns(pl.col(pl.Datetime).cast(pl.Datetime("us"))).rows() for frame in kept]
    return audit.head(), states, batches, desk, (company.name, company.names, company.tax_ids, company.currency)


def filled() -> str:
    """A company with everything that a store can hold: corrections, an undo, a withdrawal, odd texts, a statement."""
    from solvent_server.store import batches, work  # noqa: PLC0415

    company = work.set_company("own", "test", names=["某公司", 'Own "Ltd"'], tax_ids=["9131"], currency="CNY")
    bring(company, "first", items(0, 40))
    second = bring(company, "second", items(30, 20, 250))
    bring(company, "third", items(45, 20, 250))
    batches.record(
        company, frames(bank_lines=[line(1, -5, reference="a\n\\.\n\u2028 'x'"), line(2)]), kind="person", actor="王芳"
    )
    batches.withdraw(company, {"bank_lines": ["l2"]}, actor="test", reason="not ours")
    batches.undo(company, second, "test", "wrong file")
    at_the_desk(company)
    return company.code


def at_the_desk(company: Any) -> None:
    """Authorities, proposals in several states, what is held of limits, and cases with their history."""
    from solvent_server.store import batches, books  # noqa: PLC0415
    from solvent_server.store.desk import proposals, reservations  # noqa: PLC0415

    day = date(2026, 3, 10)
    batches.record(company, frames(customers=[{"customer_id": "lantern"}]), kind="person", actor="test")
    proposals.give_authority(company, "anna", "CNY", 100, actor="cfo")
    for amount in (100, 300, 400):
        told = {"customer_id": "lantern", "kind": "total", "currency": "CNY", "amount": amount, "valid_until": DAY}
        asked = proposals.propose(company, "limits", told, actor="anna", reason='"新\n', today=day)
    proposals.refuse(company, asked.id, actor="bai", reason="too much")
    room = reservations.Room("lantern", ["lantern"], 100, 0)
    seen = reservations.Seen(books.last_commit(company), day)
    for key in ("a", "b"):
        held = reservations.reserve(
            company, "lantern", 30, [room], seen=seen, key=key, currency="CNY", order_id=key, actor="sal"
        )
    assert held.reservation is not None
    reservations.release(company, held.reservation.id, actor="sal", reason="gone")
    play(company, day, lantern=2, quay=3)
    play(company, date(2026, 3, 11), lantern=3)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_comes_back_on_either_database(
    place: Place, another: Callable[[str], Place], kind: str, tmp_path: Path
) -> None:
    code = filled()
    before = whole(code)
    manifest = keeping().backup(tmp_path / "all.zip")
    assert manifest["head"] == {"seq": before[0][0], "hash": before[0][1]}
    other = another(kind)
    assert keeping().restore(tmp_path / "all.zip") == manifest
    assert whole(code) == before
    assert sound()
    assert (other.data / "audit.heads").stat().st_mode & 0o777 == 0o600
    bring(company_of(code), "afterwards", items(900, 3))
    assert sound()
    with pytest.raises(SolventError, match="not_empty"):
        keeping().restore(tmp_path / "all.zip")


def test_a_backup_of_a_store_at_work(place: Place, another: Callable[[str], Place], tmp_path: Path) -> None:
    """While another process imports: one state, whole batches, and nobody waits for anybody."""
    company = company_of("own")
    bring(company, "first", items(0, 2_000))
    database.close()
    with child(place, "writes", company.code, 1, cases(10, 30)) as process:
        words = heard(process)
        assert next(words)["said"] == "ready"
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        taken = []
        while process.poll() is None:
            taken.append(tmp_path / f"{len(taken)}.zip")
            keeping().backup(taken[-1])
        assert next(words) == {"said": "done"}
    assert taken, "one at least was begun while the other process was at work"
    for file in (taken[0], taken[-1]):
        another("sqlite")
        keeping().restore(file)
        assert sound()
        assert count(company_of("own")) % 3 == 2_000 % 3


def test_nobody_waits_for_a_backup(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch goes in while the backup is in the middle of its tables; the backup does not hold it."""
    company = company_of("own")
    bring(company, "first", items(0, 5))
    out, done = keeping()._table_out, []

    def writer() -> None:
        database.connect(place.data, place.url)
        bring(company, "meanwhile", items(10, 5))
        done.append(True)
        database.close()

    def slowly(archive: Any, table: str) -> Any:
        if table == "store_batch":
            thread = threading.Thread(target=writer)
            thread.start()
            thread.join()
            assert done
        return out(archive, table)

    monkeypatch.setattr(keeping(), "_table_out", slowly)
    manifest = keeping().backup(tmp_path / "all.zip")
    assert manifest["tables"]["store_batch"]["rows"] == 1
    assert manifest["tables"]["fact_open_items"]["rows"] == 5
    assert count(company) == 10


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_damaged_backup_is_refused_whole(
    place: Place, another: Callable[[str], Place], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Any bit turned and any end cut off: refused, with nothing taken; or it changed nothing that counts."""
    from solvent_server.store.models import AuditLine, Batch, Company  # noqa: PLC0415

    code = filled()
    before = whole(code)
    keeping().backup(tmp_path / "all.zip")
    data = (tmp_path / "all.zip").read_bytes()
    draw = random.Random(3)
    rounds = 2_000 if request.config.getoption("--all") else 36
    hurt = [data[: draw.randrange(len(data))] for _ in range(rounds // 6)]
    for round_ in range(rounds):
        where = draw.randrange(len(data)) if round_ % 2 else len(data) - 1 - draw.randrange(3_000)
        changed = bytearray(data)
        changed[where] ^= 1 << draw.randrange(8)
        hurt.append(bytes(changed))
    another("sqlite")
    refused = 0
    for number, content_ in enumerate(hurt):
        file = tmp_path / "hurt.zip"
        file.write_bytes(content_)
        try:
            keeping().restore(file)
        except SolventError as error:
            if error.problem.code != "store.restore.damaged":
                raise
            refused += 1
            assert not any(model.objects.exists() for model in (Company, Batch, AuditLine)), number
        else:
            assert whole(code) == before, number
            another("sqlite")
    assert refused >= len(hurt) // 2
    keeping().restore(tmp_path / "all.zip")
    assert whole(code) == before
    assert sound()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_an_earlier_version_comes_back(
    place: Place, another: Callable[[str], Place], kind: str, tmp_path: Path
) -> None:
    """Without the tables and columns that came later; a column that has to be filled is missed."""
    from solvent_server.store import batches, books  # noqa: PLC0415

    company = company_of("own")
    row = {"order_id": "O1", "customer_id": "lantern", "ordered_on": date(2026, 3, 10), "amount": 500}
    batches.record(company, frames(orders=[row]), kind="person", actor="test")
    keeping().backup(tmp_path / "now.zip")
    later = {"wanted_on", "closed_on", "deposit_amount"}
    earlier(tmp_path / "now.zip", tmp_path / "then.zip", later)
    earlier(tmp_path / "now.zip", tmp_path / "bad.zip", {"order_id"})
    another(kind)
    with pytest.raises(SolventError, match=r"store\.restore\.damaged"):
        keeping().restore(tmp_path / "bad.zip")
    keeping().restore(tmp_path / "then.zip")
    told = books.ledger(company_of("own")).table("orders").collect()
    assert told.select("order_id", "amount", *sorted(later)).rows() == [("O1", 500, None, None, None)]
    assert sound()


def earlier(source: Path, target: Path, less: set[str]) -> None:
    """The backup without some columns of orders, and without the tables of the desk."""
    with ZipFile(source) as old, ZipFile(target, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        for name in [name for name in manifest["tables"] if name in DESK or name == "fact_limits"]:
            del manifest["tables"][name]
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("tables/fact_orders/"):
                memory = BytesIO()
                pl.read_parquet(BytesIO(data)).drop(less).write_parquet(memory)
                data = memory.getvalue()
                manifest["tables"]["fact_orders"]["parts"] = [sha256(data).hexdigest()]
            if name != "manifest.json":
                new.writestr(name, data)
        new.writestr("manifest.json", json.dumps(manifest))


def test_names_in_a_backup_lead_nowhere_else(place: Place, tmp_path: Path) -> None:
    """A backup that names an original by a path is refused, and nothing is made outside."""
    inner = place.data / "originals"
    for name in ("../../outside/x", "..", "/tmp/outside", "ab" * 31, "Z" * 64):
        with ZipFile(tmp_path / "bad.zip", "w") as archive:
            archive.writestr(f"originals/{name}", b"x")
            told = {"format": 1, "tables": {}, "originals": {name: 1}, "head": {"seq": 0, "hash": "0" * 64}}
            archive.writestr("manifest.json", json.dumps(told))
        with pytest.raises(SolventError, match=r"store\.restore\.damaged"):
            keeping().restore(tmp_path / "bad.zip")
        assert not inner.exists() or not list(inner.iterdir())
        assert not (place.data / "outside").exists()
        assert not (tmp_path / "outside").exists()

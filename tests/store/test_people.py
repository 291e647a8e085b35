"""Roles by two people where there are two, first passwords, sessions; secrets sealed and never told."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, transaction
from support import Place
from test_faults import company_of, sound

from solvent.base.problem import SolventError

SECRET = "key-5b1f:very-hidden-7c90"
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture
def company(place: Place) -> Any:
    return company_of("own")


def roles() -> Any:
    from solvent_server.store.people import roles as room  # noqa: PLC0415 (needs Django set up)

    return room


def accounts() -> Any:
    from solvent_server.store.people import accounts as room  # noqa: PLC0415

    return room


def give(company: Any, name: str, role: str) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415

    from solvent_server.store.models import Member  # noqa: PLC0415

    person, _ = User.objects.get_or_create(username=name)
    Member.objects.create(user=person, company=company, role=role)


def held(company: Any) -> dict[str, str]:
    return {one.name: one.role for one in roles().people(company)}


def test_where_two_settle_roles_a_change_waits_for_the_second(company: Any) -> None:
    for name, role in (("ada", "administrator"), ("carl", "cfo"), ("dora", "sales")):
        give(company, name, role)
    asked = roles().ask(company, "dora", "credit_analyst", actor="ada", reason="moves")
    assert asked.state == "waiting"
    assert held(company)["dora"] == "sales"
    for who in ("ada", "dora", "nobody", "ada (command line)"):
        with pytest.raises(SolventError, match="second_person"):
            roles().approve(company, asked.id, actor=who)
    with pytest.raises(SolventError, match=r"people\.waits"):
        roles().ask(company, "dora", "collector", actor="carl")
    assert roles().approve(company, asked.id, actor="carl").state == "approved"
    assert held(company)["dora"] == "credit_analyst"
    gone = roles().ask(company, "dora", "none", actor="carl")
    assert roles().refuse(company, gone.id, actor="ada", answer="she stays").state == "refused"
    assert held(company)["dora"] == "credit_analyst"
    assert sound()


def test_the_database_itself_wants_two_people(company: Any) -> None:
    from solvent_server.store.models import RoleChange  # noqa: PLC0415

    at = datetime.fromisoformat("2026-03-10T08:00:00+00:00")
    row = {"company": company, "person": "dora", "role": "cfo", "before": "none", "asked_by": "ada", "asked_at": at}
    for wrong in (
        {"state": "approved", "decided_by": "ada"}, {"state": "approved", "decided_by": "dora"},
        {"state": "approved", "decided_by": ""}, {"state": "given", "decided_by": "carl"},
        {"state": "alone", "person": "ada"},
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            RoleChange.objects.create(**{**row, **wrong})
    RoleChange.objects.create(**row, state="waiting")
    with pytest.raises(DatabaseError), transaction.atomic():
        RoleChange.objects.create(**row, state="waiting")


@SQLITE
def test_where_nobody_else_settles_roles_it_counts_at_once_and_says_so(company: Any) -> None:
    give(company, "ada", "administrator")
    give(company, "dora", "sales")
    assert roles().ask(company, "dora", "cfo", actor="ada").state == "alone"
    assert held(company) == {"ada": "administrator", "dora": "cfo"}
    assert roles().ask(company, "dora", "sales", actor="ada").state == "alone", "who it is about is no second person"
    with pytest.raises(SolventError, match="own_role"):
        roles().ask(company, "ada", "cfo", actor="ada (command line)")
    give(company, "eve", "auditor")
    with pytest.raises(SolventError, match=r"people\.last"):
        roles().ask(company, "ada", "none", actor="eve")
    with pytest.raises(SolventError, match="role_unknown"):
        roles().ask(company, "dora", "king", actor="ada")
    assert [one.state for one in roles().history(company)] == ["alone", "alone"]
    assert sound()


@SQLITE
def test_two_who_take_each_others_role_away_do_not_lock_the_company(company: Any) -> None:
    for name in ("ada", "bert", "carl"):
        give(company, name, "administrator")
    first = roles().ask(company, "bert", "none", actor="ada")
    second = roles().ask(company, "carl", "none", actor="ada")
    third = roles().ask(company, "ada", "none", actor="bert")
    roles().approve(company, first.id, actor="carl")
    with pytest.raises(SolventError, match="second_person"):
        roles().approve(company, second.id, actor="bert")
    roles().approve(company, third.id, actor="carl")
    assert held(company) == {"carl": "administrator"}
    with pytest.raises(SolventError, match="second_person"):
        roles().approve(company, second.id, actor="carl")


@SQLITE
def test_a_first_password_is_told_once_and_kept_nowhere(place: Place, company: Any) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415

    from solvent_server.store.models import AuditLine  # noqa: PLC0415

    give(company, "ada", "administrator")
    told = accounts().new_person(company, "dora", actor="ada")
    dora = User.objects.get(username="dora")
    assert dora.check_password(told)
    assert accounts().must_change(dora)
    assert not any(told in "".join(map(str, row)) for row in AuditLine.objects.values_list())
    assert told.encode() not in (place.data / "solvent.sqlite3").read_bytes()
    for name, code in (("dora", "taken"), ("DORA", "taken"), ("a b", r"people\.name"), ("", r"people\.name")):
        with pytest.raises(SolventError, match=code):
            accounts().new_person(company, name, actor="ada")
    accounts().has_changed(dora)
    assert not accounts().must_change(dora)
    assert len({accounts()._made_up() for _ in range(200)}) == 200


@SQLITE
def test_nobody_resets_the_password_of_somebody_who_has_a_role_elsewhere(company: Any) -> None:
    other = company_of("other")
    for name, role, where in (
        ("ada", "administrator", company), ("dora", "sales", company), ("dora", "cfo", other), ("carl", "cfo", company),
    ):  # fmt: skip
        give(where, name, role)
    with pytest.raises(SolventError, match="elsewhere"):
        accounts().new_password(company, "dora", actor="ada")
    with pytest.raises(SolventError, match="own_password"):
        accounts().new_password(company, "ada", actor="ada")
    with pytest.raises(SolventError, match=r"people\.unknown"):
        accounts().new_password(other, "carl", actor="ada")
    give(other, "ada", "administrator")
    assert accounts().new_password(company, "dora", actor="ada")


def test_a_secret_is_in_no_table_no_line_and_no_backup(place: Place, company: Any, tmp_path: Any) -> None:
    from solvent_server.store.keeping import connections, vault  # noqa: PLC0415
    from solvent_server.store.keeping.backup import backup  # noqa: PLC0415
    from solvent_server.store.models import AuditLine, Connection  # noqa: PLC0415

    url = "https://books.example.com"
    made = connections.add(company, name="books", system="erpnext", url=url, secret=SECRET, actor="ada")
    assert vault.unseal(Connection.objects.get(id=made.id).sealed) == SECRET
    connections.change_secret(company, made.id, SECRET + "2", actor="ada")
    rotated = connections.seal_anew(actor="ada")
    sealed = Connection.objects.get(id=made.id).sealed
    assert (rotated, sealed.partition(":")[0], vault.unseal(sealed)) == (1, "2", SECRET + "2")
    lines = [json.loads(facts) for facts in AuditLine.objects.values_list("facts", flat=True)]
    assert all(SECRET not in json.dumps(one) and sealed not in json.dumps(one) for one in lines)
    assert any(one.get("sealed") == "1" for one in lines), "the trail tells under which key it lies"
    file = tmp_path / "all.zip"
    backup(file)
    with ZipFile(file) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    keys = (place.data / vault.KEYS).read_text()
    assert SECRET.encode() not in inside
    assert all(key.encode() not in inside for _, key in json.loads(keys))
    assert (place.data / vault.KEYS).stat().st_mode & 0o077 == 0


@SQLITE
def test_without_its_key_a_secret_is_asked_for_again(place: Place, company: Any) -> None:
    from solvent_server.store.keeping import connections, vault  # noqa: PLC0415

    made = connections.add(
        company, name="books", system="odoo", url="http://localhost:8069", secret=SECRET, actor="ada"
    )  # fmt: skip
    with pytest.raises(SolventError, match="damaged"):
        vault.unseal(made.sealed[:-4] + "AAA=")
    (place.data / vault.KEYS).unlink()
    with pytest.raises(SolventError, match="no_key"):
        vault.unseal(made.sealed)


@SQLITE
@pytest.mark.parametrize(
    "url",
    [
        "http://books.example.com", "ftp://books.example.com", "https://ann:key@books.example.com", "books.example.com",
        "https://books.example.com/?key=1", "https://books.example.com:port", "https://", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_an_address_that_is_not_safe_is_refused(company: Any, url: str) -> None:
    from solvent_server.store.keeping import connections  # noqa: PLC0415

    with pytest.raises(SolventError, match=r"connection\.address"):
        connections.add(company, name="books", system="odoo", url=url, secret=SECRET, actor="ada")

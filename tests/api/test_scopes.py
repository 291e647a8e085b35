"""Who may ask what: every operation, every scope, one's own company and another's; generated from the description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from solvent_server.store import access
from solvent_server.store.connect.tokens import SCOPES

PARTS = {
    "customer_id": "C0001", "case_id": "no such alarm", "number": "1", "name": "latest", "frame": "customers",
}  # fmt: skip


def operations() -> Iterator[tuple[str, str, str]]:
    """Method, address within a company and scope of every operation that asks for a token."""
    from solvent_server.api.api import described  # noqa: PLC0415 (needs the store)

    for place, methods in described()["paths"].items():
        for method, one in methods.items():
            if one["x-scope"] != "signature":
                yield method, place, one["x-scope"]


def filled(place: str, company: str) -> str:
    for name, value in {"company": company, **PARTS}.items():
        place = place.replace(f"{{{name}}}", value)
    assert "{" not in place, f"tell the test what to put into {place}"
    return place


def ask(asker, method: str, address: str):
    return asker.get(address) if method == "get" else asker.post(address, {}, key="matrix")


def test_every_operation_says_what_it_needs(site) -> None:
    found = list(operations())
    assert len(found) >= 25
    assert {scope for *_, scope in found} == set(SCOPES)


def test_an_operation_without_a_door_has_no_rule(site) -> None:
    """The test of all addresses fails on a view without ``action``; a doorway gives none where a method has none."""
    from solvent_server.api.api import Doorway  # noqa: PLC0415 (needs the store)

    def view(request, **named):
        return None

    assert Doorway({"GET": view}, {"GET": "see"}).view().action == "see"
    assert not hasattr(Doorway({"GET": view, "POST": view}, {"GET": "see"}).view(), "action")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_own_operations_and_no_other(asker, scope: str) -> None:
    inside, outside = asker("cfo", scope), asker("cfo-elsewhere", scope, company="foreign")
    for method, place, needed in operations():
        told = ask(inside, method, filled(place, "own"))
        assert (told.status_code == 403) == (scope != needed), (place, told.status_code)
        assert told.status_code < 500, place
        foreign = ask(outside, method, filled(place, "own"))
        assert foreign.status_code == 404, place
        nowhere = ask(inside, method, filled(place, "nowhere"))
        mine = ask(inside, method, filled(place, "foreign"))
        assert (mine.status_code, mine.content) == (nowhere.status_code, nowhere.content), place


@pytest.mark.parametrize("role", access.ROLES)
def test_no_scope_reaches_beyond_the_role(token, role: str) -> None:
    from solvent.base.problem import SolventError  # noqa: PLC0415

    for scope, action in SCOPES.items():
        if action in access.ROLES[role]:
            assert token(role, scope)[0].scopes == [scope]
        else:
            with pytest.raises(SolventError, match=r"store\.token\.beyond"):
                token(role, scope)


def test_what_a_role_loses_the_token_loses_at_once(site, asker) -> None:
    from solvent_server.store.models import Member  # noqa: PLC0415 (needs the store)

    member = Member.objects.get(user__username="treasurer", company__code="own")
    cash = asker("treasurer", "cash")
    assert cash.get("/outlook").status_code == 200
    try:
        Member.objects.filter(id=member.id).update(role="sales")
        assert cash.get("/outlook").status_code == 403
        Member.objects.filter(id=member.id).delete()
        assert cash.get("/outlook").status_code == 403
    finally:
        member.save()
    assert cash.get("/outlook").status_code == 200


def test_a_token_that_does_not_count_lets_nobody_in(site, token, asker) -> None:
    from asking import Asker  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent_server.store.connect import tokens  # noqa: PLC0415
    from solvent_server.store.models import Token  # noqa: PLC0415

    row, secret = token("cfo", "read", days=1)
    open_door = Asker(secret)
    assert open_door.get("/data").status_code == 200
    Token.objects.filter(id=row.id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    late = open_door.get("/data")
    assert (late.status_code, late.json()["code"]) == (401, "api.token")
    assert late.headers["WWW-Authenticate"] == "Bearer"
    Token.objects.filter(id=row.id).update(expires_at=None)
    User.objects.filter(username="cfo").update(is_active=False)
    assert open_door.get("/data").status_code == 401
    User.objects.filter(username="cfo").update(is_active=True)
    assert open_door.get("/data").status_code == 200
    tokens.revoke(row.company, row.id, actor="test")
    for wrong in (secret, secret + "x", "solvent_", "", "x" * 5_000, None):
        assert Asker(wrong).get("/data").status_code == 401


def test_the_secret_is_kept_nowhere(token) -> None:
    from solvent_server.store.models import AuditLine, Token  # noqa: PLC0415 (needs the store)

    row, secret = token("cfo", "read")
    kept = json.dumps(list(Token.objects.filter(id=row.id).values()), default=str)
    line = AuditLine.objects.get(subject=f"token {row.id}")
    assert secret not in kept + line.facts
    assert (line.action, line.actor) == ("token.made", "test")


def test_a_list_that_tells_of_cash_needs_the_scope_of_cash(asker) -> None:
    cfo, reader = asker("cfo"), asker("cfo", "read")
    whole, part = (set(one.get("/assessments/latest").json()["frames"]) for one in (cfo, reader))
    from solvent_server.api.assessments import DESK, SEEN  # noqa: PLC0415 (needs the store)

    assert whole - part == {"flows", "explained"}, "a new list has to be told who may see it"
    assert whole <= SEEN | DESK | {"flows", "explained"}
    assert reader.get("/assessments/latest/frames/flows").status_code == 404
    assert "reviews" not in asker("sales", "read").get("/assessments/latest").json()["frames"]


def test_too_often_is_told_when_to_come_back(asker) -> None:
    busy = asker("cfo", "read", rate=3)
    answers = [busy.get("/data") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20
    assert answers[-1].json()["code"] == "api.rate"
    assert asker("cfo", "read").get("/data").status_code == 200


def test_a_token_that_nobody_made_is_seen_by_the_checks(token) -> None:
    from solvent_server.store.connect import hooks, tokens  # noqa: PLC0415 (needs the store)
    from solvent_server.store.keeping import checks  # noqa: PLC0415
    from solvent_server.store.models import Token  # noqa: PLC0415

    def found() -> list[str]:
        return [one for told in checks.check_store() if told.name == "store.desk" for one in told.subjects]

    row, _ = token("cfo", "read")
    hook, _ = hooks.make_in(row.company, "checked", "cfo", actor="test")
    tokens.used(row)
    assert found() == []
    Token.objects.filter(id=row.id).update(scopes=["read", "cash"])
    type(hook).objects.filter(id=hook.id).update(salt="0" * 64)
    assert found() == [f"hook {hook.id}", f"token {row.id}"]
    Token.objects.filter(id=row.id).update(scopes=["read"])
    type(hook).objects.filter(id=hook.id).update(salt=hook.salt)
    tokens.revoke(row.company, row.id, actor="test")
    hooks.revoke(row.company, hook.id, actor="test")
    assert found() == []

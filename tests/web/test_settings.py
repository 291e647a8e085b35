"""Settings: policy by two people, people and their ways in, connections and their secrets, the trail, backups."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook
from test_access import of_a_company

from companies import company as sample
from companies import company_books
from solvent_server.store import access, database

Of = Callable[..., object]
HOME = "/c/settled/settings"
SECRET = "key-5b1f:very-hidden-7c90"
OWN = "correct-horse-battery-9"
TERM = f"{HOME}/policy/of/measures.behaviour/delay_days/"


@pytest.fixture(scope="module")
def settled(site: Path) -> object:
    """A company with somebody in every role, and nothing in its books."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent_server.store import work  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    database.connect(site)
    company = work.set_company("settled", "test", names=["Lantern Settled"], currency="CNY")
    for role in access.ROLES:
        Member.objects.create(user=User.objects.get(username=role), company=company, role=role)
    return company


@pytest.fixture
def second(site: Path, settled: object) -> Iterator[str]:
    """One more who settles roles, with a password."""
    from django.contrib.auth.models import User  # noqa: PLC0415

    from solvent_server.store.models import Member  # noqa: PLC0415

    database.connect(site)
    person = User.objects.create_user("second", password=OWN)
    Member.objects.create(user=person, company=settled, role="administrator")
    yield "second"
    person.delete()


def said(answer: object) -> str:
    """The page to which a post leads."""
    assert answer.status_code in (200, 302), answer.content[:500]
    page = answer.client.get(answer.headers["Location"]) if answer.status_code == 302 else answer
    assert page.status_code == 200
    return str(page.content.decode())


def proposed(client: Of, value: str, who: str = "treasurer", **more: str) -> object:
    form = {"value": value, "valid_from": "2026-12-01", "reason": "shorter terms", "do": "propose", **more}
    return client(who).post(TERM, form)


def waiting(company: object) -> list[int]:
    from solvent_server.store.policy import changes  # noqa: PLC0415

    return [one.id for one in changes.waiting(company)]


def test_every_role_begins_where_its_work_is(client: Of, site: Path) -> None:
    firsts = {role: client(role).get("/?company=own").headers["Location"] for role in access.ROLES}
    assert firsts["cfo"] == firsts["treasurer"] == firsts["sales"] == "/c/own/"
    assert firsts["credit_manager"] == firsts["credit_analyst"] == firsts["logistics"] == "/c/own/desk/"
    assert firsts["collector"] == "/c/own/receivables/"
    assert firsts["auditor"] == "/c/own/settings/trail/"
    assert firsts["administrator"] == "/c/own/settings/"
    for role, first in firsts.items():
        assert client(role).get(first, follow=True).status_code == 200, role
    assert client("nobody").get("/").status_code == 403


def test_an_administrator_sees_no_business_data(client: Of, site: Path) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    kept = assessments.latest("own")
    names = set(kept.frame("customers").select(pl.col("name").drop_nulls()).collect().to_series().to_list())
    looked = 0
    for language in ("en", "zh"):
        for address, view in of_a_company():
            if view.action not in access.ROLES["administrator"]:
                continue
            answer = client("administrator", language).get(address)
            if answer.status_code != 200:
                continue
            text = answer.content.decode()
            looked += 1
            assert not [name for name in names if name in text], address
            assert "C0001" not in text, address
            assert "/customers/" not in text, address
    assert looked >= 12
    assert any(name in client("cfo").get("/c/own/customers/").content.decode() for name in names), "the test can fail"


def test_a_change_of_policy_waits_for_a_second_person_and_then_counts(client: Of, settled: object) -> None:
    from solvent_server.store.policy import standing  # noqa: PLC0415

    text = said(proposed(client, "9"))
    assert "pending" in text
    assert "shorter terms" in text
    assert standing.held(settled, standing.date(2026, 12, 1)) == {}
    number = waiting(settled)[0]
    for who in ("treasurer", "credit_analyst", "auditor"):
        text = said(client(who).post(f"{HOME}/policy/changes/{number}/", {"do": "approve"}))
        assert 'role="alert"' in text
    assert waiting(settled) == [number]
    assert client("sales").post(f"{HOME}/policy/changes/{number}/", {"do": "approve"}).status_code == 404
    page = client("cfo", "zh").get(f"{HOME}/policy/changes/").content.decode()
    assert "批准" in page
    assert "待第二人批准" in page
    said(client("cfo").post(f"{HOME}/policy/changes/{number}/", {"do": "approve"}))
    held = standing.held(settled, standing.date(2026, 12, 1))[("measures.behaviour", "delay_days")]
    assert (held.value, held.by) == (9, "treasurer + cfo")
    file = client("auditor").get(f"{HOME}/policy/file/").content.decode()
    assert '[["measures.behaviour"]]\nsince = 2026-12-01\ndelay_days = 9' in file
    said(client("cfo").post(f"{HOME}/policy/changes/{number}/", {"do": "undo", "reason": "a slip"}))
    back = waiting(settled)[0]
    said(client("credit_manager").post(f"{HOME}/policy/changes/{back}/", {"do": "approve"}))
    assert standing.held(settled, standing.date(2026, 12, 1)) == {}


def test_what_cannot_be_a_value_is_told_beside_the_form(client: Of, settled: object) -> None:
    for value, wanted in (("-1", "the least is 0"), ("nine", "cannot be read"), ("15", "already"), ("9.5", "cannot")):
        answer = proposed(client, value)
        assert answer.status_code == 400
        assert wanted in answer.content.decode()
        assert f'value="{value}"' in answer.content.decode(), "what was typed is kept"
    assert proposed(client, "9", reason=" ").status_code == 400
    assert proposed(client, "9", valid_from="soon").status_code == 400
    assert proposed(client, "9", who="credit_analyst").status_code == 404
    assert client("cfo").get(f"{HOME}/policy/of/measures.nothing/").status_code == 404
    assert client("cfo").get(f"{HOME}/policy/of/server.live/").status_code == 404
    assert waiting(settled) == []


def test_a_share_beyond_its_bound_is_told_in_per_cent(client: Of, settled: object) -> None:
    address = f"{HOME}/policy/of/measures.concentration/single_share/"
    form = {"value": "150%", "valid_from": "2026-12-01", "reason": "x", "do": "propose"}
    answer = client("treasurer").post(address, form)
    assert answer.status_code == 400
    assert "cannot be 150%; the most is 100%" in answer.content.decode()


def test_terms_are_found_by_words_of_both_languages(client: Of, settled: object) -> None:
    for word, language in (("delay_days", "en"), ("Where the buckets end", "en"), ("账龄分段", "zh")):
        text = client("cfo", language).get(f"{HOME}/policy/", {"q": word}).content.decode()
        assert re.search(r"measures\.(behaviour|aging)\.", text), word
    assert "No term is called so" in client("cfo").get(f"{HOME}/policy/", {"q": "zzz"}).content.decode()


def test_terms_are_told_in_the_readers_language(client: Of, settled: object) -> None:
    term = client("cfo", "zh").get(TERM).content.decode()
    assert "平均迟付天数，超过即为信号" in term
    assert 'lang="en"' not in re.sub(r"<button[^>]*>English", "", term)
    family = client("cfo", "zh").get(f"{HOME}/policy/of/credit.altman/").content.decode()
    assert "``" not in family
    assert "<code>distress</code>" in family
    assert "<code>" not in re.search(r"<title>.*?</title>", family)[0]


def test_a_policy_file_becomes_proposals_or_nothing(client: Of, settled: object) -> None:
    def send(text: bytes) -> str:
        file = SimpleUploadedFile("policy.toml", text, content_type="application/toml")
        return said(client("treasurer").post(f"{HOME}/policy/import/", {"file": file, "reason": "from the books"}))

    for wrong in (b"\xff\xfe\x00", b"[[", b'[["measures.behaviour"]]\ndelay_days = -2\n', b"x" * 600_000):
        assert 'role="alert"' in send(wrong)
    assert waiting(settled) == []
    assert "waiting for a second person: 2." in send(
        b'[["measures.behaviour"]]\nsince = 2026-12-24\ndelay_days = 8\n'
        b'[["measures.concentration"]]\nsingle_share = 0.2\n'
    )
    for number in waiting(settled):
        client("treasurer").post(f"{HOME}/policy/changes/{number}/", {"do": "refuse", "reason": "a trial"})
    assert waiting(settled) == []


@pytest.fixture(scope="module")
def booked(site: Path) -> object:
    """A company with books, so that it can be assessed."""
    from solvent_server.store import batches, work  # noqa: PLC0415

    database.connect(site)
    company = work.set_company("booked", "test", names=["Lantern Booked"], currency="CNY")
    tables = {name: frame for name, frame in sample(4, "stall").tables.items() if frame.height}
    batches.record(company, tables, kind="person", actor="test")
    return company


def test_the_next_assessment_takes_up_what_is_approved_and_nothing_that_waits(booked: object) -> None:
    from solvent_server.jobs.daily import assess_company  # noqa: PLC0415
    from solvent_server.store.desk.at_hand import at_hand  # noqa: PLC0415
    from solvent_server.store.policy import changes  # noqa: PLC0415

    def decided(family: str, term: str, value: object, day: object) -> None:
        asked = changes.propose(booked, family, term, value, valid_from=day, reason="x", actor="anna")
        changes.approve(booked, asked.id, actor="bai")

    old = company_books(4, "stall").as_of - timedelta(30)
    decided("simulation.horizon", "paths", 100, changes.date.min)
    before = assess_company(booked, as_of=old)
    first = assess_company(booked)
    asked = changes.propose(
        booked, "measures.aging", "edges", [10, 20, 30, 40], valid_from=first.as_of, reason="x", actor="anna"
    )  # fmt: skip
    again = assess_company(booked)
    assert again.sheet["policy"] == first.sheet["policy"], "what waits changes nothing"
    at = at_hand(booked, first.as_of, 1)
    changes.approve(booked, asked.id, actor="bai")
    then = assess_company(booked)
    assert then.sheet["policy"] != first.sheet["policy"]
    assert "measures.aging" in then.report["policy"]
    assert at_hand(booked, first.as_of, 1) is not at, "an order check sees the new policy at once"
    assert at_hand(booked, first.as_of, 1).policy.overrides != at.policy.overrides
    once_more = assess_company(booked, as_of=old)
    assert once_more.sheet["policy"] == before.sheet["policy"]
    changed = {"policy"}  # the file of all changes; what holds on the day is the same
    assert {name: told for name, told in once_more.report.items() if name not in changed} == {
        name: told for name, told in before.report.items() if name not in changed
    }


def test_what_is_sensitive_asks_who_it_is_and_goes_on_where_it_was(client: Of, settled: object, second: str) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415

    User.objects.create_user("plain")

    def since(seconds: float) -> object:
        made = client(second)
        session = made.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() - seconds}]
        session.save()
        return made

    limit = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    address, form = f"{HOME}/people/add/", {"name": "plain", "known": "yes", "role": "sales"}
    late = since(limit + 1)
    asked = late.post(address, form)
    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert _role("plain", settled) == "none"
    wrong = late.post(asked.headers["Location"], {"password": "not-the-one"})
    assert wrong.status_code == 200
    done = late.post(asked.headers["Location"], {"password": OWN})
    assert done.headers["Location"] == f"{HOME}/people/", "it was done, and leads on as if nobody had asked"
    assert "plain" in said(done)
    early = since(limit - 30).post(f"{HOME}/people/of/plain/", {"do": "sessions"})
    assert early.headers["Location"] == f"{HOME}/people/"
    for address, form in (
        (f"{HOME}/policy/changes/1/", {"do": "approve"}), (f"{HOME}/connections/", {"name": "x", "secret": SECRET}),
        (f"{HOME}/people/changes/1/", {"do": "approve"}), (f"{HOME}/companies/", {"names": "x"}),
    ):  # fmt: skip
        answer = since(limit + 1).post(address, form, HTTP_REFERER=f"http://testserver{HOME}/connections/")
        if "policy" in address:
            assert answer.status_code == 404, "rights come before the question who it is"
        else:
            assert answer.headers["Location"].startswith("/accounts/reauthenticate/"), address
        if "secret" in form:
            assert answer.headers["Location"].endswith("?next=%2Fc%2Fsettled%2Fsettings%2Fconnections%2F")
            assert SECRET not in str(dict(answer.client.session)), "a secret waits in no session"


def test_who_has_no_password_is_told_what_to_do(client: Of, settled: object, second: str) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415

    person = User.objects.get(username=second)
    person.set_unusable_password()
    person.save()
    visitor, address = client(second), f"{HOME}/people/add/"
    session = visitor.session
    session["account_authentication_methods"] = []
    session.save()
    answer = visitor.post(
        address, {"name": "plain", "known": "yes", "role": "sales"}, HTTP_REFERER=f"http://testserver{HOME}/people/"
    )
    assert answer.headers["Location"] == f"{HOME}/people/"
    assert "your account has no password to do so. Ask whoever administers" in said(answer)
    taken = visitor.get(f"{HOME}/backups/solvent-2026-01-01T000000.zip/", follow=True)
    assert "has no password" in taken.content.decode()


def test_recovery_codes_are_shown_and_a_lost_password_is_no_mail(client: Of, second: str) -> None:
    from allauth.mfa.models import Authenticator  # noqa: PLC0415
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: PLC0415
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    person = User.objects.get(username=second)
    TOTP.activate(person, generate_totp_secret())
    codes = RecoveryCodes.activate(person).get_unused_codes()
    visitor = client(second)
    session = visitor.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    page = visitor.get("/accounts/2fa/recovery-codes/").content.decode()
    assert len(codes) == 10
    assert all(one in page for one in codes)
    Authenticator.objects.filter(user=person).delete()
    lost = Client(headers={"accept-language": "zh-CN"}).get("/accounts/password/reset/").content.decode()
    assert "管理员" in lost
    assert "email" not in lost
    assert 'href="/accounts/login/"' in lost


def _role(name: str, company: object) -> str:
    from solvent_server.store.models import Member  # noqa: PLC0415

    return Member.objects.filter(user__username=name, company=company).values_list("role", flat=True).first() or "none"


def test_somebody_new_changes_the_first_password_before_anything(client: Of, settled: object) -> None:
    from django.test import Client  # noqa: PLC0415

    answer = client("administrator").post(f"{HOME}/people/add/", {"name": "newcomer", "role": "sales"})
    once = re.search(r'class="once">([^<]+)<', answer.content.decode())
    assert once is not None
    assert answer["Cache-Control"] == "no-store"
    assert once[1] not in client("administrator").get(f"{HOME}/people/").content.decode()
    assert _role("newcomer", settled) == "none", "the cfo is the second person"
    from solvent_server.store.people import roles  # noqa: PLC0415

    change = roles.history(settled, waiting=True)[0]
    assert "newcomer" in said(client("cfo").post(f"{HOME}/people/changes/{change.id}/", {"do": "approve"}))
    assert _role("newcomer", settled) == "sales"
    new = Client()
    new.post("/accounts/login/", {"login": "newcomer", "password": once[1]})
    for address in ("/c/settled/", "/account/", "/"):
        assert new.get(address).headers["Location"] == "/accounts/password/change/", address
    changed = new.post("/accounts/password/change/", {"oldpassword": once[1], "password1": OWN, "password2": OWN})
    assert changed.headers["Location"] == "/"
    assert new.get("/account/").status_code == 200
    again = Client()
    again.post("/accounts/login/", {"login": "newcomer", "password": OWN})
    assert again.get("/account/").status_code == 200
    text = said(client("administrator").post(f"{HOME}/people/of/newcomer/", {"do": "sessions"}))
    assert "Sessions of newcomer that were ended: 2." in text
    assert again.get("/account/").headers["Location"].startswith("/accounts/login/")


def test_a_secret_is_on_no_page_and_in_no_log(client: Of, settled: object, caplog: pytest.LogCaptureFixture) -> None:
    from solvent_server.jobs import worker  # noqa: PLC0415
    from solvent_server.store.keeping import connections  # noqa: PLC0415
    from solvent_server.store.models import AuditLine, Errand  # noqa: PLC0415

    form = {"name": "books", "system": "erpnext", "url": "http://127.0.0.1:9", "secret": SECRET}
    with caplog.at_level(logging.DEBUG):
        text = said(client("administrator").post(f"{HOME}/connections/", form))
        wrong = client("administrator").post(f"{HOME}/connections/", {**form, "url": "http://books.example.com"})
        assert wrong.status_code == 400
        worker.upkeep.TRIAL = worker.upkeep.LiveTerms(tries=1, seconds=2.0)
        while worker.do_next():
            continue
    page = client("administrator").get(f"{HOME}/connections/").content.decode()
    assert "tier-red" in page, "nobody answers there, and the page says so"
    sealed = connections.connections(settled)[0].sealed
    every = [text, wrong.content.decode(), page, caplog.text, *map(str, Errand.objects.values_list("asked", "told"))]
    every += [str(row) for row in AuditLine.objects.values_list()]
    for address, _ in of_a_company():
        answer = client("administrator").get(address.replace("/c/own/", "/c/settled/"))
        every.append(answer.content.decode() if not answer.streaming else "")
    assert not [one[:80] for one in every if SECRET in one or sealed in one]
    number = connections.connections(settled)[0].pk
    assert client("administrator").post(f"/c/own/settings/connections/{number}/", {"do": "remove"}).status_code == 302
    assert connections.one(settled, number), "another company's administrator removes nothing"
    client("administrator").post(f"{HOME}/connections/{number}/", {"do": "remove"})
    assert connections.connections(settled) == []


def test_what_is_fetched_comes_to_the_import_page(client: Of, settled: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from solvent.intake.intake import Source  # noqa: PLC0415
    from solvent_server.jobs import worker  # noqa: PLC0415
    from solvent_server.store.errands import queue  # noqa: PLC0415
    from solvent_server.store.keeping import connections  # noqa: PLC0415

    asked = []

    def fetch(place: object, secret: str, since: object, *, terms: object) -> Source:
        asked.append((place.url, secret, since))
        return Source("books.json", b'{"nothing": true}')

    monkeypatch.setitem(worker.upkeep.FETCHERS, "odoo", fetch)
    made = connections.add(
        settled, name="live", system="odoo", url="https://odoo.example.com", secret=SECRET, actor="test"
    )  # fmt: skip
    said(client("administrator").post(f"{HOME}/connections/{made.pk}/", {"do": "all"}))
    assert worker.do_next()
    told = queue.newest_fetch(settled, made.pk)
    assert told.state == "done"
    read = queue.one(settled, told.told["read"])
    assert (read.what, read.asked["name"]) == ("read", "books.json")
    worker.do_next()
    said(client("administrator").post(f"{HOME}/connections/{made.pk}/", {"do": "changed"}))
    assert worker.do_next()
    worker.do_next()
    assert [one[:2] for one in asked] == [("https://odoo.example.com", SECRET)] * 2
    assert asked[0][2] is None
    assert asked[1][2] is not None, "the second time only what changed since the first"
    connections.remove(settled, made.pk, actor="test")


def test_the_trail_is_whole_filtered_and_told_by_role(client: Of, settled: object) -> None:
    text = said(client("auditor").post(f"{HOME}/trail/verify/"))
    assert "Whole" in text
    assert "tier-red" not in text
    assert client("sales").get(f"{HOME}/trail/").status_code == 404
    actions = {
        role: set(
            re.findall(r'<code class="why">([a-z_.]+)</code>', client(role).get(f"{HOME}/trail/").content.decode())
        )
        for role in ("auditor", "administrator")
    }
    from solvent_server.web.settings.trail import SYSTEM  # noqa: PLC0415

    chinese = client("auditor", "zh").get(f"{HOME}/trail/").content.decode()
    bare = re.findall(r'<td><code class="why">([a-z_.]+)</code>', chinese)
    assert not bare, "an action without words"
    assert "公司：已修改" in chinese
    assert any(not one.startswith(SYSTEM) for one in actions["auditor"])
    assert actions["administrator"]
    assert all(one.startswith(SYSTEM) for one in actions["administrator"])
    one = client("auditor").get(f"{HOME}/trail/", {"action": "company.set"}).content.decode()
    assert "company settled" in one
    assert "company own" not in one, "another company's lines are another's"
    assert "No line fits" in client("auditor").get(f"{HOME}/trail/", {"until": "2001-01-01"}).content.decode()
    answer = client("auditor").get(f"{HOME}/trail/", {"format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode("utf-8-sig").startswith("seq,at,actor,company,action,subject,facts,previous,hash")
    answer = client("auditor").get(f"{HOME}/trail/", {"format": "xlsx", "action": "company.set"})
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0][3:5] == ["What", "Action"]
    assert {tuple(row[3:5]) for row in rows[1:]} == {("Company: changed", "company.set")}


def test_a_backup_is_made_listed_and_given_to_whoever_keeps_every_company(
    client: Of, site: Path, settled: object
) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415

    from solvent_server.jobs import worker  # noqa: PLC0415
    from solvent_server.store.models import Company, Member  # noqa: PLC0415

    for do in ("backup", "check"):
        said(client("administrator").post(f"{HOME}/backups/ask/", {"do": do}))
    while worker.do_next():
        continue
    page = client("administrator").get(f"{HOME}/backups/").content.decode()
    name = re.search(r"solvent-[0-9T-]+\.zip", page)
    assert name is not None
    assert "All is as it was written" in page, re.sub(r"<[^>]+>", " ", page)[-1500:]
    refused = client("administrator").get(f"{HOME}/backups/{name[0]}/")
    assert refused.headers["Location"] == f"{HOME}/backups/", "it holds companies that are not his"
    person = User.objects.get(username="administrator")
    given = [
        Member.objects.create(user=person, company=one, role="administrator")
        for one in Company.objects.exclude(member__user=person)
    ]  # fmt: skip
    answer = client("administrator").get(f"{HOME}/backups/{name[0]}/")
    assert "manifest.json" in ZipFile(BytesIO(b"".join(answer.streaming_content))).namelist()
    for odd in ("solvent-2026-01-01T000000.zip", "..%2Fsecret.key", "secret.key"):
        assert client("administrator").get(f"{HOME}/backups/{odd}/").status_code in (302, 404)
    for one in given:
        one.delete()


def test_a_companys_names_and_tax_numbers_are_an_administrators(client: Of, settled: object) -> None:
    form = {"names": "Lantern Settled\n灯笼有限公司\n灯笼有限公司\n", "tax_ids": "91330201 ma2abc\n"}
    assert "An administrator" in said(client("cfo").post(f"{HOME}/companies/", form))
    said(client("administrator").post(f"{HOME}/companies/", form))
    settled.refresh_from_db()
    assert (settled.names, settled.tax_ids) == (["Lantern Settled", "灯笼有限公司"], ["91330201MA2ABC"])
    assert "灯笼有限公司" in client("cfo").get(f"{HOME}/companies/").content.decode()


def test_the_pages_of_log_in_and_account_are_in_the_readers_language(client: Of, second: str) -> None:
    from django.test import Client  # noqa: PLC0415

    for language, word in (("zh-CN", "登录"), ("en-GB", "Sign In")):
        page = Client(headers={"accept-language": language}).get("/accounts/login/").content.decode()
        assert word in page
        assert f'lang="{language[:2] if language[:2] == "en" else "zh-CN"}"' in page
        assert "style=" not in page
        assert page.count("<label") == 2
    for address in ("reauthenticate", "password/change", "2fa", "sessions"):
        chinese = client(second, "zh").get(f"/accounts/{address}/", follow=True).content.decode()
        assert re.search(r"<h1>\s*[\u4e00-\u9fff]", chinese), address
        assert "style=" not in chinese
    own = client("administrator", "zh").get("/account/").content.decode()
    assert "我的账户" in own
    assert "系统管理员" in own


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116.0 MicroMessenger/8.0.49", "WeChat, Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_told_by_its_name_and_machine(site: Path, agent: str, told: str) -> None:
    from solvent_server.web.settings.own import browser_of  # noqa: PLC0415 (needs the settings)

    assert browser_of(agent) == told

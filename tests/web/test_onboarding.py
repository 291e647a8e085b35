"""Beginning: the first visit by a key, five steps that follow the books, files to fill in, the sample come and gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from solvent.books.books import Ledger
from solvent.files.language import Language
from solvent.intake.intake import Source
from solvent_server.store import database
from stores import empty_store

PASSWORD = "quiet harbour 27"


@pytest.fixture
def empty() -> Iterator[Path]:
    """A store in which nobody and nothing is."""
    with TemporaryDirectory(prefix="solvent-start-") as folder:
        data = Path(folder) / "data"
        empty_store(data)
        database.connect(data)
        yield data
        database.close()


@pytest.fixture
def visitor(empty: Path) -> object:
    from django.test import Client  # noqa: PLC0415 (needs the store)

    return Client(headers={"accept-language": "en-GB"})


def visited(visitor: object, **told: str) -> object:
    return visitor.post("/first/", {"name": "anna", "password": PASSWORD, "role": "cfo", **told})


def test_the_first_person_needs_the_key_and_there_is_one_first_person(visitor: object, empty: Path) -> None:
    from allauth.usersessions.models import UserSession  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from solvent_server.store.keeping import checks  # noqa: PLC0415
    from solvent_server.store.models import AuditLine, Member  # noqa: PLC0415
    from solvent_server.store.start import first  # noqa: PLC0415

    assert visitor.get("/").headers["Location"] == "/first/"
    assert visited(visitor, key="").status_code == 422, "no key was made yet"
    old, key = first.new_key(), first.new_key()
    assert (empty / "first.key").stat().st_mode & 0o077 == 0
    assert key not in (empty / "first.key").read_text()
    for wrong in (old, key[:-1], "", "0" * 64, (empty / "first.key").read_text()):
        assert visited(visitor, key=wrong).status_code == 422
    assert visited(visitor, key=key, role="auditor").status_code == 422
    assert visited(visitor, key=key, password="12345678").status_code == 422
    assert not User.objects.exists()

    page = visitor.get("/first/").content.decode()
    assert page.count("<label") == 5
    assert 'class="brand"' in page
    assert visited(visitor, key=f" {key} ").headers["Location"] == "/first/company/"
    assert first.new_key() is None
    assert [one.user.username for one in UserSession.objects.all()] == ["anna"], "the first session is one like others"
    shown = visitor.session["account_authentication_methods"]
    assert [one["method"] for one in shown] == ["password"], "who has just typed a password is not asked again"
    second = Client()
    assert visited(second, key=key, name="eve").headers["Location"] == "/"
    assert list(User.objects.values_list("username", flat=True)) == ["anna"]

    assert visitor.post("/first/company/", {"name": "Lantern", "currency": "RMB"}).status_code == 422
    made = visitor.post("/first/company/", {"name": "Lantern Works", "currency": "cny", "tax_id": "123"})
    assert made.headers["Location"] == "/c/lantern-works/start/"
    assert Member.objects.get().role == "cfo"
    assert visitor.get("/first/company/").headers["Location"] == "/", "a second company is not made by this door"
    page = visitor.get("/c/lantern-works/").content.decode()
    assert 'href="/c/lantern-works/start/"' in page
    assert {"member.first", "company.set", "member.set"} == set(AuditLine.objects.values_list("action", flat=True))
    assert not [one for one in checks.check_store() if one.breaches]


def test_a_second_person_makes_no_company(visitor: object, empty: Path) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from solvent_server.store.start import first  # noqa: PLC0415

    visited(visitor, key=first.new_key())
    other = Client()
    other.force_login(User.objects.create_user("eve"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert other.get("/").status_code == 403
    assert other.post("/first/company/", {"name": "Eve", "currency": "CNY"}).headers["Location"] == "/"


@pytest.mark.parametrize("code", ["en", "zh"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_filled_in_as_its_own_hints_say_loads_whole(code: str, kind: str) -> None:
    from solvent.intake.intake import Known  # noqa: PLC0415
    from solvent.intake.sources.take import take_in  # noqa: PLC0415
    from solvent_server.web.start.sheets import SHEETS, filled  # noqa: PLC0415

    language, held = Language(code), dict[str, Ledger]()
    for name, sheet in SHEETS.items():
        example = [cell.example for cell in sheet.columns]
        rows = [[cell.example for cell in sheet.above], example] if sheet.above else [example]
        read = take_in(Source(f"{name}.{kind}", filled(sheet, language, kind, rows)), Known(currency="CNY"))
        assert read.rejected.is_empty(), (name, read.rejected)
        held[name] = read.ledger
    item = held["open-items"].table("open_items").collect().row(0, named=True)
    assert (item["item_id"], item["customer_id"], item["amount"], item["currency"]) == ("F1001", "C001", 120000, "CNY")
    assert item["due_on"].isoformat() == "2026-02-04"
    receipt = held["receipts"].table("receipts").collect().row(0, named=True)
    assert (receipt["receipt_id"], receipt["amount"], receipt["received_on"].isoformat()) == (
        "R1001",
        120000,
        "2026-02-03",
    )
    line = held["bank-statement"].table("bank_lines").collect().row(0, named=True)
    assert (line["account_id"], line["amount"], line["counterparty"]) == ("6222000011112222", 200000, "Lantern Ltd")
    assert held["bank-statement"].table("balances").collect().height


def test_an_empty_file_to_fill_in_loads_nothing_and_is_safe_to_open(client: Callable[..., object]) -> None:
    from solvent_server.web.start.sheets import SHEETS  # noqa: PLC0415

    for name in SHEETS:
        for kind in ("csv", "xlsx"):
            answer = client("cfo").get(f"/c/own/start/sheets/{name}.{kind}")
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.{kind}"'
    assert client("cfo").get("/c/own/start/sheets/salaries.csv").status_code == 404
    assert client("cfo").get("/c/own/start/sheets/receipts.exe").status_code == 404


def test_the_steps_follow_the_books(visitor: object, empty: Path) -> None:
    from solvent_server.jobs import worker  # noqa: PLC0415
    from solvent_server.store import access, batches  # noqa: PLC0415
    from solvent_server.store.models import Batch  # noqa: PLC0415
    from solvent_server.store.start import first  # noqa: PLC0415

    visited(visitor, key=first.new_key())
    visitor.post("/first/company/", {"name": "Lantern", "currency": "CNY"})

    def done() -> list[str]:
        page = visitor.get("/c/lantern/start/").content.decode()
        return [
            name for name, state in re.findall(r'id="step-(\w+)".*?class="is-(done|open)"', page) if state == "done"
        ]

    assert done() == ["company"]
    rows = "Customer number,Customer name,Invoice number,Invoice date,Due date,Currency,Amount\n"
    rows += "C1,Lantern,F1,2026-01-05,2026-02-04,CNY,12.00\n"
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    visitor.post("/c/lantern/imports/", {"files": [SimpleUploadedFile("items.csv", rows.encode())]})
    going = visitor.get("/c/lantern/start/").content.decode()
    assert 'hx-trigger="every 1s"' in going
    assert "items.csv" in going
    assert worker.do_next()
    batch = Batch.objects.get()
    batches.commit(access.company_of("lantern"), batch.id, "anna")
    assert done() == ["company", "receivables"]
    polled = visitor.get("/c/lantern/start/", headers={"hx-request": "true"})
    assert polled.headers["HX-Refresh"] == "true", "nothing is going on any more: the page is shown anew"
    visitor.post("/c/lantern/start/", {"do": "company", "name": "灯笼厂", "currency": "eur", "tax_ids": "1，2, 3"})
    company = access.company_of("lantern")
    assert (company.name, company.currency, company.tax_ids) == ("灯笼厂", "EUR", ["1", "2", "3"])
    visitor.post("/c/lantern/start/", {"do": "company", "name": "", "currency": "EUR"})
    assert access.company_of("lantern").name == "灯笼厂"
    batches.undo(company, batch.id, "anna", "wrong")
    assert done() == ["company"]


def test_the_sample_comes_with_one_click_and_goes_with_one(
    visitor: object, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvent.files.sample import Plan, generate  # noqa: PLC0415
    from solvent_server.jobs import sample as jobs  # noqa: PLC0415
    from solvent_server.jobs import worker  # noqa: PLC0415
    from solvent_server.store import access  # noqa: PLC0415
    from solvent_server.store.keeping import assessments, checks  # noqa: PLC0415
    from solvent_server.store.models import Company, Errand  # noqa: PLC0415
    from solvent_server.store.start import first  # noqa: PLC0415

    small = generate(Plan(size="stall", seed=4))
    monkeypatch.setattr(jobs, "generate", lambda plan: small)
    monkeypatch.setattr(jobs, "assess_company", lambda company: None)
    visited(visitor, key=first.new_key())
    assert visitor.post("/first/company/", {"do": "sample"}).headers["Location"] == "/c/sample/start/"
    assert worker.do_next()
    assert Errand.objects.get().state == "done", Errand.objects.get().told
    page = visitor.get("/c/sample/start/").content.decode()
    assert "This is the sample company" in page
    assert page.count('class="is-done"') == 3, "company, receivables, bank"
    visitor.post("/c/sample/start/", {"do": "sample"})
    assert Company.objects.count() == 1, "there is one sample"

    session = visitor.session
    session["account_authentication_methods"] = []
    session.save()
    asked = visitor.post("/c/sample/start/remove/", {"sure": "yes"})
    assert "/accounts/reauthenticate/" in asked.headers["Location"], "it is sensitive: who does it shows who he is"
    assert Company.objects.exists()
    visitor.post("/accounts/login/", {"login": "anna", "password": PASSWORD})
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    visitor.post("/c/sample/start/remove/", {})
    if Company.objects.exists():
        assert visitor.post("/c/sample/start/remove/", {"sure": "yes"}).headers["Location"] == "/"
    assert not Company.objects.exists()
    assert assessments.latest("sample") is None
    assert not [one for one in checks.check_store() if one.breaches]
    assert visitor.get("/").headers["Location"] == "/first/company/"
    assert visitor.get("/c/sample/").status_code == 404
    assert not access.companies(1)


def test_a_company_of_ones_own_is_not_removed_by_the_door_of_the_sample(client: Callable[..., object]) -> None:
    visitor = client("cfo")
    assert visitor.get("/c/own/start/remove/").headers["Location"] == "/c/own/start/"
    assert visitor.post("/c/own/start/remove/", {"sure": "yes"}).headers["Location"] == "/c/own/start/"
    assert client("treasurer").post("/c/own/start/remove/", {"sure": "yes"}).status_code == 404
    assert client("cfo").get("/c/own/").status_code == 200


@pytest.mark.parametrize("name", ["cfo", "credit_analyst", "administrator"])
def test_the_steps_are_all_in_one_language(client: Callable[..., object], name: str) -> None:
    from solvent_server.store import access  # noqa: PLC0415

    page = client(name, "zh").get("/c/own/start/").content.decode()
    main = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")])
    main = re.sub(r"Lantern (Works|Ltd)|MT940|CAMT|OFX|Excel|CSV|CNY|EUR|USD|English|[\w.@-]*\d[\w-]*", " ", main)
    left = set(re.findall(r"[A-Za-z_]{3,}", main)) - set(access.ROLES)
    assert not left

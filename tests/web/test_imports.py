"""Imports by the pages: a file is read behind the guard, looked at, loaded once, and taken back with a reason."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

HOME = "/c/imports/imports/"
GOOD = (
    "客户编号,发票号,开票日期,到期日,币种,金额\n"
    "K1,X-1,2026-09-01,2026-10-01,CNY,1200.50\n"
    "K1,X-2,2026-09-02,2026-10-02,CNY,99.00\n"
    "K2,X-3,2026-09-03,2026-10-03,CNY,7.00\n"
)


@pytest.fixture
def importer(site, client) -> Iterator[Callable[[str], object]]:
    """Clients of a company of their own, so that nothing of what is loaded here is seen elsewhere."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent_server.store import access, work  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    company = work.set_company("imports", "test", names=["Imports"], currency="CNY")
    for role in access.ROLES:
        person, _ = User.objects.get_or_create(username=f"{role}-imports")
        Member.objects.get_or_create(user=person, company=company, role=role)
    yield lambda role="cfo", language="en": client(f"{role}-imports", language)
    for batch in reversed(list(committed())):
        from solvent_server.store import batches  # noqa: PLC0415

        batches.undo(company, batch.id, "test", "cleared away")
    drop_waiting()


def committed():
    from solvent_server.store.models import Batch  # noqa: PLC0415

    return Batch.objects.filter(company__code="imports", state="committed").exclude(kind="undo").order_by("id")


def drop_waiting() -> None:
    from solvent_server.store.models import Errand  # noqa: PLC0415

    Errand.objects.filter(company__code="imports", state="waiting").delete()


def work_once() -> bool:
    from solvent_server.jobs import worker  # noqa: PLC0415

    return worker.do_next()


def sent(one, name: str, data: bytes | str, **more: str) -> str:
    """Send a file, let it be read, and give its page's address."""
    file = BytesIO(data.encode() if isinstance(data, str) else data)
    file.name = name
    answer = one.post(HOME, {"files": file, **more})
    assert answer.status_code == 302
    page = answer.headers["Location"]
    waiting = one.get(page).content.decode()
    assert "hx-trigger" in waiting
    assert "hx-get" in waiting
    assert work_once()
    return page


def shown(one, page: str) -> str:
    answer = one.get(page)
    assert answer.status_code == 200
    told = answer.content.decode()
    assert not re.search(r"<[^>]+ (style|on\w+)=", told)
    return told


def load(one, page: str) -> str:
    one.post(page, {"do": "load"})
    assert work_once()
    return shown(one, page)


def test_a_good_file_is_read_looked_at_loaded_and_taken_back(importer) -> None:
    from solvent_server.store import books  # noqa: PLC0415
    from solvent_server.store.models import AuditLine, Company, Errand  # noqa: PLC0415

    one, company = importer(), Company.objects.get(code="imports")
    page = sent(one, "items.csv", GOOD)
    seen = shown(one, page)
    assert "Recognised as a ledger." in seen
    for told in (
        "客户编号",
        "number of the customer",
        "utf-8",
        "X-1",
        "1,200.50",
        "3 rows read, 3 loaded, 0 rejected.",
    ):
        assert told in seen, told
    assert not committed().exists()
    assert "Loaded as import" in load(one, page)
    (batch,) = committed()
    assert batch.actor == "cfo-imports"
    assert books.ledger(company).tables["open_items"].collect().height == 3
    assert Errand.objects.filter(company=company, what="assess", state="waiting").count() == 1
    drop_waiting()

    place = f"{HOME}{batch.id}/"
    assert "Take it back" in shown(one, place)
    one.post(place, {"reason": " "})
    assert committed().exists(), "without a reason nothing is taken back"
    one.post(place, {"reason": "wrong month"})
    assert not committed().exists()
    assert "open_items" not in books.ledger(company).tables
    assert "wrong month" in shown(one, place)
    line = AuditLine.objects.filter(company="imports", action="undo").order_by("-seq").first()
    assert line.actor == "cfo-imports"
    assert "wrong month" in line.facts


def test_the_same_file_again_does_nothing(importer) -> None:
    one = importer()
    load(one, sent(one, "items.csv", GOOD))
    drop_waiting()
    again = sent(one, "copy of items.csv", GOOD)
    seen = shown(one, again)
    assert "Already imported on" in seen
    assert 'value="load"' not in seen
    assert committed().count() == 1


def test_rejected_rows_come_back_as_a_file_that_can_be_corrected(importer) -> None:
    one = importer()
    page = sent(one, "items.csv", GOOD + "K3,=X-4,no day,2026-10-04,CNY,5.00\n")
    seen = shown(one, page)
    assert "Rows that were not taken: 1" in seen
    assert "no day is no day; write it as" in seen
    answer = one.get(page + "rejected/")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][4:] == ["客户编号", "发票号", "开票日期", "到期日", "币种", "金额"]
    assert rows[1][4:] == ["K3", "'=X-4", "no day", "2026-10-04", "CNY", "5.00"]


def test_a_hostile_file_is_refused_with_a_reason_and_nothing_is_staged(importer) -> None:
    from solvent_server.store.models import Batch  # noqa: PLC0415

    bomb = BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", b" " * 300_000_000)
    hostile = {
        "bomb.xlsx": bomb.getvalue(),
        "laugh.xml": b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>',
        "program.csv": b"MZ\x90\x00" + bytes(2_000),
    }
    one, before = importer(), Batch.objects.count()
    for name, data in hostile.items():
        page = sent(one, name, data)
        seen = shown(one, page)
        assert "Nothing of this file can be loaded." in seen, name
        assert f"<li>{name}" in seen, name
        assert 'value="load"' not in seen
        one.post(page, {"do": "load"})
        assert not work_once(), "there is nothing to load"
        assert "could not be read" in shown(one, HOME)
        one.post(page, {"do": "discard"})
    assert Batch.objects.count() == before


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ('"><script>alert(1)</script>.csv', "&lt;script&gt;"),
        ("{{ 7*7 }}.csv", "{{ 7*7 }}"),
        ("..\\..\\secret.csv", "<h1>secret.csv</h1>"),
    ],
)
def test_names_of_files_are_only_text(importer, told: str, kept: str) -> None:
    one = importer()
    page = sent(one, told, GOOD.replace("X-", f"Y{len(told)}-"))
    seen = shown(one, page)
    assert "<script>alert" not in seen
    assert kept in seen or "script" in told
    one.post(page, {"do": "discard"})


def test_a_file_put_aside_cannot_be_loaded(importer) -> None:
    from solvent_server.store import database  # noqa: PLC0415
    from solvent_server.store.models import Batch  # noqa: PLC0415

    one = importer()
    page = sent(one, "items.csv", GOOD.replace("X-", "Z-"))
    parked = database.folder() / "staged" / str(Batch.objects.latest("id").id)
    assert parked.is_dir()
    one.post(page, {"do": "discard"})
    assert not parked.exists(), "what was read of it is cleared away"
    assert "not loaded" in shown(one, page)
    one.post(page, {"do": "load"})
    assert not work_once()
    assert not committed().exists()


def test_too_large_and_too_many_are_refused_at_the_door(importer, monkeypatch) -> None:
    from dataclasses import replace  # noqa: PLC0415

    from solvent_server.store.models import Errand  # noqa: PLC0415
    from solvent_server.web.imports import views  # noqa: PLC0415

    one, before = importer(), Errand.objects.count()
    monkeypatch.setattr(views, "GUARD", replace(views.GUARD, file_bytes=100))
    file = BytesIO(GOOD.encode())
    file.name = "items.csv"
    one.post(HOME, {"files": file})
    one.post(HOME, {"files": []})
    one.post(HOME, {"files": [BytesIO(b"a,b") for _ in range(21)]})
    one.post(HOME, {"files": BytesIO(b"a,b"), "currency": "12"})
    assert Errand.objects.count() == before


def test_who_may_load_and_who_may_take_back(importer) -> None:
    assert importer("sales").get(HOME).status_code == 404
    assert importer("sales").post(HOME, {}).status_code == 404
    analyst = importer("credit_analyst")
    load(analyst, sent(analyst, "items.csv", GOOD.replace("X-", "W-")))
    (batch,) = committed()
    place = f"{HOME}{batch.id}/"
    assert "Take it back" not in shown(analyst, place)
    assert analyst.post(place, {"reason": "no right to"}).status_code == 404
    assert committed().exists()


def test_a_file_of_another_company_is_not_there(importer, client) -> None:
    one = importer()
    page = sent(one, "items.csv", GOOD.replace("X-", "V-"))
    number = page.rstrip("/").rsplit("/", 1)[1]
    for address in (f"/c/own/imports/files/{number}/", f"/c/own/imports/files/{number}/rejected/"):
        assert client("cfo").get(address).status_code == 404
        assert client("cfo").get(address.replace("own", "imports")).status_code == 404
    one.post(page, {"do": "discard"})


def test_the_assessment_is_asked_for_made_and_told(importer) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    one = importer()
    load(one, sent(one, "items.csv", GOOD.replace("X-", "U-")))
    assert "The assessment waits for its turn." in shown(one, HOME)
    one.post(HOME, {"do": "assess"})
    assert work_once()
    assert not work_once(), "who asks twice while it waits gets one"
    assert "Assessed as of" in shown(one, HOME)
    assert assessments.latest("imports") is not None


def test_an_errand_of_a_worker_that_is_gone_is_begun_again(importer) -> None:
    from solvent_server.store.errands import heartbeat, queue  # noqa: PLC0415
    from solvent_server.store.models import Company  # noqa: PLC0415

    asked = queue.ask_assess(Company.objects.get(code="imports"), "test")
    assert queue.next_one().id == asked.id
    assert queue.next_one() is None, "it is being done"
    heartbeat.stop()
    assert queue.next_one().id == asked.id
    heartbeat.stop()
    assert queue.next_one().id == asked.id
    heartbeat.stop()
    assert queue.next_one() is None, "what ends three workers is not begun a fourth time"
    asked.refresh_from_db()
    assert (asked.state, asked.told["code"]) == ("failed", "jobs.errand.lost")
    assert "3 times" in shown(importer(), HOME)
    drop_waiting()


def test_a_broken_errand_is_told_and_the_next_one_is_done(importer, monkeypatch) -> None:
    from solvent_server.jobs import worker  # noqa: PLC0415

    one = importer()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    file = BytesIO(GOOD.replace("X-", "T-").encode())
    file.name = "items.csv"
    page = one.post(HOME, {"files": file}).headers["Location"]
    with monkeypatch.context() as patch:
        patch.setattr(worker, "take", broken)
        assert work_once()
    assert "something broke while it was worked on (ZeroDivisionError)" in shown(one, page)
    assert "Recognised as a ledger." in shown(one, sent(one, "items.csv", GOOD.replace("X-", "T-")))


STRANGE = 'Customer,Vbn,Plm,Due,Rst\nK1,Y-1,03/04/2026,03/05/2026,"1.200,50"\nK2,Y-2,04/04/2026,04/05/2026,"99,00"\n'
AS_IT_IS = {
    "sheet": "",
    "header": "1",
    "role": "documents",
    "order": "dmy",
    "mark": ",",
    "unit": "1",
    "currency": "EUR",
}
MEANT = {"Customer": "customer_id", "Vbn": "invoice_id", "Plm": "issued_on", "Due": "due_on", "Rst": "amount"}


def fields_of(one, page: str, asked: str = "", **meant: str) -> dict[str, str]:
    """What the form of the layout sends, with the columns as they are told; a column that is not told is left out."""
    form = shown(one, f"{page}layout/{asked}")
    names = re.findall(r'<select name="(column\d+)" aria-label="Meaning of column ([^"]*)"', form)
    assert names
    return {**AS_IT_IS, **{name: meant.get(text, "") for name, text in names}}


def test_columns_are_said_by_hand_and_the_next_file_is_read_alike(importer) -> None:
    from solvent_server.store import books  # noqa: PLC0415
    from solvent_server.store.models import Company  # noqa: PLC0415

    one, company = importer(), Company.objects.get(code="imports")
    page = sent(one, "strange.csv", STRANGE)
    seen = shown(one, page)
    assert "Nothing of this file can be loaded" in seen
    assert "Say how it is to be read" in seen
    assert "Rows that were not taken" not in seen, "the sheet is told once, not each of its rows"
    answer = one.post(f"{page}layout/", fields_of(one, page, **MEANT))
    again = answer.headers["Location"]
    assert again != page
    assert work_once()
    seen = shown(one, again)
    assert "2 rows read, 2 loaded, 0 rejected." in seen
    assert "1,200.50" in seen
    assert not committed().exists()
    load(one, again)
    drop_waiting()
    items = books.ledger(company).tables["open_items"].collect().sort("item_id")
    assert items.get_column("amount").to_list() == [120_050, 9_900]
    assert items.get_column("currency").to_list() == ["EUR", "EUR"]
    assert [day.isoformat() for day in items.get_column("due_on")] == ["2026-05-03", "2026-05-04"]

    alike = sent(one, "strange-2.csv", STRANGE.replace("Y-", "Z-"))
    assert "2 rows read, 2 loaded, 0 rejected." in shown(one, alike)
    one.post(alike, {"do": "discard"})


def test_a_file_of_which_no_word_is_known_is_shown_guessed_and_read_as_it_is_said(importer) -> None:
    rows = "".join(f'Q{n % 2} Gmbh,Y-{n},0{n}.04.2026,0{n}.05.2026,"{n}.200,50"\n' for n in range(1, 6))
    one = importer()
    page = sent(one, "fremd.csv", "Bericht 7,,,,\n\nQwx,Vbn,Plm,Zzt,Rst\n" + rows)
    assert "Say how it is to be read" in shown(one, page)
    form = shown(one, f"{page}layout/")
    for told in ("Bericht 7", "Q1 Gmbh", "1.200,50", 'value="3" data-send checked'):
        assert told in form
    chosen = re.findall(r"<select name=.column\d+.*?</select>", form, re.DOTALL)
    guessed = [re.search(r'value="(\w*)" selected', one)[1] for one in chosen]
    assert guessed == ["customer_name", "invoice_id", "issued_on", "due_on", "amount"]
    assert "cannot be the header" in shown(one, f"{page}layout/?header=4")
    asked = {**AS_IT_IS, "header": "3", **{f"column{place}": field for place, field in enumerate(guessed)}}
    again = one.post(f"{page}layout/", asked).headers["Location"]
    assert work_once()
    assert "5 rows read, 5 loaded, 0 rejected." in shown(one, again)
    one.post(again, {"do": "discard"})


def test_a_bank_statement_of_which_no_word_is_known_is_read_and_remembered(importer) -> None:
    from solvent_server.store import books  # noqa: PLC0415
    from solvent_server.store.models import Company  # noqa: PLC0415

    told = "Zzday,Zzway,Zzsum,Zzleft\n2026-09-01,Shop,-12.50,87.50\n2026-09-02,K1 pays,30.00,117.50\n"
    one = importer()
    page = sent(one, "strange-bank.csv", told)
    form = f"{page}layout/?role=bank_statement"
    assert "Our own account" in shown(one, form)
    chosen = re.findall(r"<select name=.column\d+.*?</select>", shown(one, form), re.DOTALL)
    guessed = [(re.search(r'value="(\w*)" selected', select) or ["", ""])[1] for select in chosen]
    assert (guessed[0], guessed[2], guessed[3]) == ("booked_on", "amount", "balance")
    asked = {"sheet": "", "header": "1", "role": "bank_statement", "currency": "CNY", "account": "A-77",
             "column0": "booked_on", "column1": "memo", "column2": "amount", "column3": "balance"}  # fmt: skip
    again = one.post(f"{page}layout/", asked).headers["Location"]
    assert work_once()
    load(one, again)
    drop_waiting()
    tables = books.ledger(Company.objects.get(code="imports")).tables
    assert tables["bank_lines"].collect().sort("booked_on")["amount"].to_list() == [-1_250, 3_000]
    assert tables["balances"].collect().sort("day_on")["amount"].to_list()[-1] == 11_750
    later = told.replace("2026-09-01", "2026-09-03").replace("2026-09-02", "2026-09-04").replace("87.50", "105.00")
    seen = shown(one, sent(one, "strange-bank-2.csv", later.replace("117.50", "135.00")))
    assert "Recognised as bank statements." in seen
    assert "2 rows read, 2 loaded, 0 rejected." in seen


def test_a_correction_that_cannot_be_is_told_and_loses_nothing_of_what_was_chosen(importer) -> None:
    from solvent_server.store.models import Errand  # noqa: PLC0415

    one = importer()
    page = sent(one, "strange.csv", STRANGE)
    before = Errand.objects.count()
    for sent_in, told in (
        (fields_of(one, page), "no column has a meaning"),
        (fields_of(one, page, Customer="amount", Rst="amount"), "would both be amount with tax"),
        (fields_of(one, page, Customer="no_such_field"), "cannot be no such field"),
        (fields_of(one, page, Customer="customer_id", Plm="issued_on"), "needs a column that is amount with tax or"),
        ({**fields_of(one, page, **MEANT), "currency": "E1"}, "CNY, USD, EUR"),
    ):
        answer = one.post(f"{page}layout/", sent_in)
        seen = answer.content.decode()
        assert answer.status_code == 422
        assert told in seen, told
        for name, field in sent_in.items():
            if name.startswith("column") and field not in ("", "no_such_field"):
                assert re.search(rf'name="{name}"[^>]*>.*?value="{field}" selected', seen, re.DOTALL)
        assert Errand.objects.count() == before
    one.post(page, {"do": "discard"})
    assert one.get(f"{page}layout/").status_code == 404


def test_what_is_loaded_is_read_no_other_way(importer) -> None:
    from solvent_server.store.models import Errand  # noqa: PLC0415

    one = importer()
    page = sent(one, "items.csv", GOOD)
    assert "Read it otherwise" in shown(one, page)
    sent_in = fields_of(one, page)
    load(one, page)
    drop_waiting()
    assert "Read it otherwise" not in shown(one, page)
    before = Errand.objects.count()
    assert one.post(f"{page}layout/", sent_in).status_code == 404
    assert Errand.objects.count() == before


def test_what_a_file_would_correct_is_told_in_amounts_and_days(importer) -> None:
    one = importer()
    load(one, sent(one, "items.csv", GOOD))
    drop_waiting()
    seen = shown(one, sent(one, "again.csv", GOOD.replace("1200.50", "1300.75").replace("2026-10-02", "2026-10-12")))
    for told in ("1,200.50", "1,300.75", "2 Oct 2026", "12 Oct 2026"):
        assert f"<td>{told}</td>" in seen
    assert "130075" not in seen

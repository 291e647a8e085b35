"""The trace: from a row of the books to its very place in the file, through corrections and undoing, or to a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO

import polars as pl
import pytest

from solvent.books.books import TABLES, Ledger
from solvent.intake.intake import COUNTS, REJECTED, Intake, Source
from solvent.intake.sources.places import places_in
from solvent.intake.sources.take import take_in

HEAD = "客户编号,发票号,开票日期,到期日,币种,金额\n"
ROWS = [f"K{n % 2},T-{n},2026-09-{n:02d},2026-10-{n:02d},CNY,{100 + n}.50\n" for n in range(1, 13)]
ITEM = "/c/trace/origin/open_items/"


@pytest.fixture
def of_company(site, client) -> Iterator[Callable[..., object]]:
    """Clients of a company of their own."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent_server.store import access, batches, work  # noqa: PLC0415
    from solvent_server.store.models import Batch, Errand, Member  # noqa: PLC0415

    company = work.set_company("trace", "test", names=["Trace"], currency="CNY")
    for role in access.ROLES:
        person, _ = User.objects.get_or_create(username=f"{role}-trace")
        Member.objects.get_or_create(user=person, company=company, role=role)
    yield lambda role="auditor", language="en": client(f"{role}-trace", language)
    for batch in Batch.objects.filter(company=company, state="committed").exclude(kind="undo").order_by("-id"):
        batches.undo(company, batch.id, "test", "cleared away")
    Errand.objects.filter(company=company, state="waiting").delete()


@pytest.fixture
def without_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process: a child for each takes half a second, and its walls are tested elsewhere."""
    from solvent_server.jobs import intake  # noqa: PLC0415 (needs the store)
    from solvent_server.store.errands import traced  # noqa: PLC0415

    monkeypatch.setattr(intake, "read_guarded", take_in)
    monkeypatch.setattr(traced, "find_guarded", lambda source, known, row, desk: places_in(source, known, desk, *row))


def loaded(one, name: str, text: str) -> int:
    """Bring a file in and load it; the number of its import."""
    from solvent_server.jobs import worker  # noqa: PLC0415
    from solvent_server.store.models import Batch, Errand  # noqa: PLC0415

    file = BytesIO(text.encode())
    file.name = name
    page = one.post("/c/trace/imports/", {"files": file}).headers["Location"]
    assert worker.do_next()
    one.post(page, {"do": "load"})
    assert worker.do_next()
    Errand.objects.filter(company__code="trace", state="waiting").delete()
    return int(Batch.objects.filter(company__code="trace", state="committed").latest("id").id)


def seen(one, address: str, key: str, **asked: object) -> str:
    answer = one.get(address, {"key": key, **asked})
    assert answer.status_code == 200
    told = answer.content.decode()
    assert not re.search(r"<[^>]+ (style|on\w+)=", told)
    return told


def marked(told: str) -> list[str]:
    """The cells of the marked rows, their place first."""
    rows = re.findall(r'<tr class="here".*?</tr>', told, re.DOTALL)
    return [re.sub(r"\s*<[^>]+>\s*", "|", row).strip("|").replace("||", "|") for row in rows]


def test_a_row_opens_to_its_place_with_its_neighbours_and_columns(of_company) -> None:
    first = loaded(of_company("cfo"), "九月.csv", HEAD + "".join(ROWS))
    one = of_company()
    at_once = seen(one, ITEM, "T-7")
    assert 'hx-trigger="load"' in at_once, "the page is there before the file was read again"
    assert f"Import {first}" in at_once
    assert "cfo-trace" in at_once
    told = seen(one, ITEM, "T-7", now=1)
    assert marked(told) == ["▶ 8|K1|T-7|2026-09-07|2026-10-07|CNY|107.50"]
    assert re.findall(r'<th scope="row" class="right">(?:▶ )?(\d+)</th>', told) == [str(n) for n in range(5, 12)]
    for text in ("九月.csv › row 8", "due day", "amount with tax", "107.50 CNY"):
        assert text in told
    part = one.get(ITEM, {"key": "T-7", "part": 1}, headers={"HX-Request": "true"}).content.decode()
    assert marked(part) == marked(told)
    assert "<html" not in part


@pytest.mark.usefixtures("without_walls")
def test_a_correction_points_to_the_import_that_stands_and_names_the_earlier_one(of_company) -> None:
    from solvent_server.store import batches  # noqa: PLC0415
    from solvent_server.store.models import Company  # noqa: PLC0415

    accountant, one = of_company("cfo"), of_company()
    first = loaded(accountant, "first.csv", HEAD + "".join(ROWS))
    second = loaded(accountant, "second.csv", HEAD + ROWS[4].replace("105.50", "155.00") + ROWS[5])
    told = seen(one, ITEM, "T-5", now=1)
    assert marked(told) == ["▶ 2|K1|T-5|2026-09-05|2026-10-05|CNY|155.00"]
    assert f"corrected by import {second}" in told
    assert re.search(r"<s>105.50 CNY</s> → 155.00 CNY", told)
    assert f"told again by imports {second}" in seen(one, ITEM, "T-6")
    newest = int(re.search(r"version=(\d+)", told)[1])
    before = seen(one, ITEM, "T-5", version=newest - 1, now=1)
    assert "This version no longer counts" in before
    assert marked(before) == ["▶ 6|K1|T-5|2026-09-05|2026-10-05|CNY|105.50"]
    batches.undo(Company.objects.get(code="trace"), second, "anna", "wrong file")
    told = seen(one, ITEM, "T-5", now=1)
    assert marked(told) == ["▶ 6|K1|T-5|2026-09-05|2026-10-05|CNY|105.50"]
    assert f"Import {first}" in told
    assert "put back by import" in told


@pytest.mark.usefixtures("without_walls")
def test_what_a_person_or_a_program_entered_says_so(of_company) -> None:
    from solvent_server.store import batches  # noqa: PLC0415
    from solvent_server.store.models import Company  # noqa: PLC0415

    company, one = Company.objects.get(code="trace"), of_company()
    rows = {"customer_id": ["H-1"], "name": ["Hand"], "recorded_on": [date(2026, 9, 1)]}
    frame = TABLES["customers"].conform(pl.LazyFrame(rows)).collect()
    batches.record(company, {"customers": frame}, kind="person", actor="anna", reason="by phone")
    told = seen(one, "/c/trace/origin/customers/", "H-1")
    for text in ("No file stands behind it", "entered by a person", "anna", "by phone"):
        assert text in told
    assert "hx-get" not in told.split("<main")[1].split("What the books say")[0]

    data = b'{"rows": [{"customer_id": "P-1", "name": "A"}, {"customer_id": "P-2", "name": "B"}], "table": "customers"}'
    sent = pl.DataFrame({"customer_id": ["P-1", "P-2"], "name": ["A", "B"], "recorded_on": [date(2026, 9, 1)] * 2})
    tables = {"customers": TABLES["customers"].conform(sent.lazy())}
    intake = Intake(Ledger(tables, "CNY"), pl.DataFrame(schema=COUNTS), pl.DataFrame(schema=REJECTED))
    who = "anna (api: shop)"
    staged = batches.stage(company, intake, original=Source("api-customers-1.json", data), kind="source", actor=who)
    batches.commit(company, staged.batch, who)
    told = seen(one, "/c/trace/origin/customers/", "P-2", now=1)
    assert marked(told) == ["▶ 2|P-2|B"]
    assert "sent by a program" in told


@pytest.mark.usefixtures("without_walls")
def test_cash_opens_only_to_those_who_may_see_cash_and_nothing_to_others(of_company, client) -> None:
    text = "account_id,day_on,currency,amount\nA1,2026-09-01,CNY,5.00\nA1,2026-09-02,CNY,6.00\n"
    loaded(of_company("cfo"), "balances.csv", text)
    at = {"key": ["A1", "2026-09-02"]}
    told = of_company("treasurer").get("/c/trace/origin/balances/", {**at, "now": 1})
    assert marked(told.content.decode()) == ["▶ 3|A1|2026-09-02|CNY|6.00"]
    assert of_company("sales").get("/c/trace/origin/balances/", at).status_code == 404
    assert of_company().get("/c/trace/origin/balances/", {"key": "A9"}).status_code == 404
    assert of_company().get("/c/trace/origin/nothing/", at).status_code == 404
    assert client("cfo-elsewhere").get("/c/trace/origin/balances/", at).status_code == 404


@pytest.mark.usefixtures("without_walls")
def test_an_original_that_is_gone_is_told(of_company) -> None:
    from solvent_server.store.keeping import originals  # noqa: PLC0415
    from solvent_server.store.models import Batch  # noqa: PLC0415

    number = loaded(of_company("cfo"), "gone.csv", HEAD + "".join(ROWS).replace("T-", "G-"))
    path = originals.place_of(Batch.objects.get(id=number).original_id)
    kept = path.read_bytes()
    path.unlink()
    try:
        assert "The original cannot be read again" in seen(of_company(), ITEM, "G-3", now=1)
    finally:
        path.write_bytes(kept)


def test_a_figure_shows_its_largest_rows_and_each_has_its_way(client) -> None:
    told = client("cfo").get("/c/own/figure/overdue/").content.decode()
    ways = re.findall(r'href="(/c/own/origin/[^"]+)"', told)
    assert len(ways) > 5
    assert all("/origin/open_items/" in one or "/origin/receipts/" in one for one in ways)
    assert "Rows behind it" not in client("cfo").get("/c/own/figure/lowest/").content.decode()

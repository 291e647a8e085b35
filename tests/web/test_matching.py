"""Pages of the matching desk, invoices, receipts, statements, disputes, plans, notes and explained figures, in use."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import polars as pl
import pytest

from solvent.books.books import TABLES

DAY = date(2026, 3, 10)
HOME = "/c/placing/"


def frames(**tables: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    told = {}
    for name, rows in tables.items():
        columns = TABLES[name].columns
        filled = [{"recorded_on": DAY, **({"currency": "CNY"} if "currency" in columns else {}), **row} for row in rows]
        told[name] = pl.DataFrame(
            {column: [row.get(column) for row in filled] for column in columns}, schema=TABLES[name].schema
        )
    return told


def item(number: str, amount: int, customer: str = "lantern") -> dict[str, Any]:
    return {"item_id": number, "invoice_id": number, "customer_id": customer, "issued_on": DAY,
            "due_on": DAY + timedelta(days=30), "amount": amount}  # fmt: skip


def line(number: str, amount: int, **cells: Any) -> dict[str, Any]:
    return {"line_id": number, "account_id": "bank", "booked_on": DAY, "amount": amount, **cells}


@pytest.fixture(scope="module")
def placing(site: Any) -> Any:
    """A company with open invoices and money that came in, and people of every kind in it."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent_server.store import batches, work  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    company = work.set_company("placing", "test", names=["Placing Ltd"], currency="CNY")
    for role in ("cfo", "collector", "sales", "auditor"):
        Member.objects.create(user=User.objects.get(username=role), company=company, role=role)
    names = [{"customer_id": one, "name": f"{one} <trading>", "country": code}
             for one, code in (("lantern", "CN"), ("orchard", "DE"))]  # fmt: skip
    batches.record(
        company,
        frames(
            customers=names,
            open_items=[
                item("i1", 10_000),
                item("i2", 25_000),
                item("o1", 7_000, "orchard"),
                item("o2", 100, "orchard"),
            ],
            bank_lines=[
                line("l1", 10_000, counterparty="lantern <trading>", reference="i1"),
                line("l2", 20_000, counterparty="lantern <trading>"),
                line("l3", 333, counterparty="<script>alert(1)</script>"),
                line("l4", 7_000, counterparty="nobody we know"),
            ],
        ),
        kind="person",
        actor="test",
    )
    return company


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def hidden(page: str, name: str, form: str) -> str:
    """The value of a hidden field in the form with this address."""
    inside = page[page.index(f'action="{form}"') :]
    found = re.search(rf'name="{name}" value="([^"]*)"', inside[: inside.index("</form>")])
    assert found, (form, name)
    return found.group(1)


def lines_on_desk(page: str) -> list[str]:
    return re.findall(r'data-pick="([^"]+)"', page)


def test_the_desk_from_accepting_to_taking_back(placing: Any, client: Callable[..., Any]) -> None:
    who = client("collector")
    page = text(who.get(f"{HOME}matching/"))
    assert set(lines_on_desk(page)) == {"l1", "l2", "l3", "l4"}
    page = text(who.get(f"{HOME}matching/?line=l1"))
    assert "the amount of one open item" in page
    mark = hidden(page, "mark", f"{HOME}matching/accept/")
    answer = who.post(f"{HOME}matching/accept/", {"line": "l1", "mark": mark, "following": "l2"}, follow=True)
    page = text(answer)
    assert "l1 (100.00 CNY, lantern <trading>) is placed." in page
    assert 'data-line="l2"' in page  # the next one is shown
    assert "l1" not in lines_on_desk(page)
    again = who.post(f"{HOME}matching/accept/", {"line": "l1", "mark": mark})
    assert "placed already" in text(again)
    batch = re.search(r'name="batch" value="(\d+)"', page)
    assert batch
    page = text(who.post(f"{HOME}matching/undo/", {"batch": batch.group(1)}, follow=True))
    assert "l1" in lines_on_desk(page)


def test_a_large_sum_has_cash_looked_at_again_and_a_small_one_has_not(
    placing: Any, client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvent_server.store.errands import sudden  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import Errand  # noqa: PLC0415

    who, asked = client("collector"), Errand.objects.filter(company=placing, what="assess")
    before = asked.count()
    for size, more in ((None, 0), (9_999, 2)):
        monkeypatch.setattr(sudden, "large", lambda company, batch, told=size: told)
        row = {"line": "l3", "customer": "orchard", "do": "account"}
        page = text(who.post(f"{HOME}matching/place/", row, follow=True))
        assert asked.count() == before + more, "shortly at once, and in full"
        batch = re.search(r'name="batch" value="(\d+)"', page)
        assert batch
        who.post(f"{HOME}matching/undo/", {"batch": batch.group(1)})
        assert asked.count() == before + more, "one that waits is enough"
    asked.delete()


def test_the_address_of_an_act_leads_back_to_the_desk(placing: Any, client: Callable[..., Any]) -> None:
    """After something wrong the desk stands under it: a filter, another language or a new tab ask for it again."""
    who = client("collector")
    for act in ("accept", "place", "other", "sure", "undo", "assess"):
        answer = who.get(f"{HOME}matching/{act}/?what=all&line=l2")
        assert (answer.status_code, answer["Location"]) == (302, f"{HOME}matching/?what=all&line=l2")


def test_every_region_of_the_desk_has_a_name_of_its_own(placing: Any, client: Callable[..., Any]) -> None:
    for language in ("en", "zh"):
        page = text(client("collector", language=language).get(f"{HOME}matching/?line=l1"))
        names = re.findall(r'<(?:section|div)[^>]*(?:role="region"|<section)[^>]*aria-label="([^"]+)"', page)
        names += re.findall(r'<section[^>]*aria-label="([^"]+)"', page)
        assert len(names) >= 4
        assert len(set(names)) == len(names), names


def test_split_by_hand_with_what_is_wrong_said(placing: Any, client: Callable[..., Any]) -> None:
    who = client("collector")
    rows = {"line": "l2", "customer": "lantern", "do": "items", "item.1": "i2", "amount.1": "250.01", "following": ""}
    page = text(who.post(f"{HOME}matching/place/", rows))
    assert "more is entered than came in" in page.lower()
    assert 'value="250.01"' in page  # what was typed is still there
    assert "no amount is entered" in text(who.post(f"{HOME}matching/place/", {**rows, "amount.1": ""})).lower()
    assert "is no amount" in text(who.post(f"{HOME}matching/place/", {**rows, "amount.1": "many"}))
    page = text(who.post(f"{HOME}matching/place/", {**rows, "amount.1": "\uff11\uff19\uff10"}, follow=True))
    assert "l2 (200.00 CNY, lantern <trading>) is placed." in page  # digits of a Chinese keyboard
    assert "60.00 CNY" in text(who.get(f"{HOME}receivables/invoice/i2/"))
    batch = who.session["desk_last"]["batch"]
    text(who.post(f"{HOME}matching/undo/", {"batch": str(batch)}, follow=True))
    page = text(who.get(f"{HOME}receivables/invoice/i2/"))
    assert "250.00 CNY" in page  # all of it is open again


def test_money_of_nobody_is_found_a_customer_or_put_aside(placing: Any, client: Callable[..., Any]) -> None:
    who = client("collector")
    page = text(who.get(f"{HOME}matching/?line=l3"))
    assert "<script>alert(1)" not in who.get(f"{HOME}matching/?line=l3").content.decode()
    found = text(who.get(f"{HOME}matching/candidates/?line=l4&find=70.00"))
    assert "o1" in found
    assert "orchard" in text(who.get(f"{HOME}matching/candidates/?line=l4&find=ORCH"))
    assert "i2" in text(who.get(f"{HOME}matching/candidates/?line=l4&find=i2"))
    page = text(who.get(f"{HOME}matching/?line=l4&customer=orchard&item=o1"))
    assert 'value="70.00"' in page
    answer = who.post(f"{HOME}matching/other/", {"line": "l3", "category": "tax_refund", "reason": ""})
    assert "a reason has to be given" in text(answer).lower()
    page = text(
        who.post(f"{HOME}matching/other/", {"line": "l3", "category": "tax_refund", "reason": "twice"}, follow=True)
    )
    assert "l3" not in lines_on_desk(page)
    text(who.post(f"{HOME}matching/undo/", {"batch": str(who.session["desk_last"]["batch"])}, follow=True))


def test_only_acts_of_the_desk_are_taken_back_there(placing: Any, client: Callable[..., Any]) -> None:
    from solvent_server.store.models import Batch  # noqa: PLC0415 (needs the store)

    first = Batch.objects.filter(company=placing).order_by("id").first()
    page = text(client("collector").post(f"{HOME}matching/undo/", {"batch": str(first.id)}))
    assert "import" in page
    first.refresh_from_db()
    assert first.state == "committed"


def test_filters_and_files_of_the_desk(placing: Any, client: Callable[..., Any]) -> None:
    who = client("cfo")
    assert lines_on_desk(text(who.get(f"{HOME}matching/?q=nobody"))) == ["l4"]
    answer = who.get(f"{HOME}matching/?format=csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "nobody we know" in answer.content.decode("utf-8-sig")


def test_an_invoice_and_its_receipt_know_each_other(placing: Any, client: Callable[..., Any]) -> None:
    from solvent_server.web.matching import acts  # noqa: PLC0415 (needs the store)

    acts.place(placing, "l4", "orchard", [acts.Paid("o1", 7_000)], "test")
    who = client("cfo")
    page = text(who.get(f"{HOME}receivables/invoice/o1/"))
    assert "0.00 CNY" in page
    assert f"{HOME}receivables/receipt/bank:l4/" in page or f"{HOME}receivables/receipt/bank%3Al4/" in page
    page = text(who.get(f"{HOME}receivables/receipt/bank:l4/"))
    assert "nobody we know" in page  # the statement line
    assert f"{HOME}receivables/invoice/o1/" in page
    text(who.post(f"{HOME}receivables/receipt-back/bank:l4/", follow=True))
    assert who.get(f"{HOME}receivables/receipt/bank:l4/").status_code == 404
    assert "70.00 CNY" in text(who.get(f"{HOME}receivables/invoice/o1/"))


@pytest.mark.parametrize(("customer", "title"), [("lantern", "对账单"), ("orchard", "Statement of account:")])
def test_a_statement_is_in_the_customers_language(
    placing: Any, client: Callable[..., Any], customer: str, title: str
) -> None:
    who, days = client("cfo"), "from=2026-01-01&until=2026-12-31"
    assert title in text(who.get(f"{HOME}receivables/statement/{customer}/?{days}&format=print"))
    page = text(who.get(f"{HOME}receivables/statement/{customer}/?{days}"))
    assert title in page


def test_a_statement_ties_to_the_ledger_as_a_file(placing: Any, client: Callable[..., Any]) -> None:
    import csv  # noqa: PLC0415 (here only)
    import io  # noqa: PLC0415

    from solvent.books.books import open_books  # noqa: PLC0415
    from solvent_server.store import books as stored  # noqa: PLC0415 (needs the store)

    who = client("cfo")
    address = f"{HOME}receivables/statement/lantern/?from=2026-01-01&until=2026-12-31&lang=en&format="
    rows = list(csv.reader(io.StringIO(who.get(f"{address}csv").content.decode("utf-8-sig"))))
    journal = open_books(stored.ledger(placing), date(2026, 12, 31)).journal
    open_ = journal.open_items(date(2026, 12, 31)).collect().join(journal.customers, on="customer_no")
    owed = int(open_.filter(pl.col("customer_id") == "lantern").get_column("amount").sum())
    assert rows[-1][-1] == f"{owed / 100:.2f}"
    assert who.get(f"{address}xlsx").content[:2] == b"PK"
    assert "comes after the last" in text(
        who.get(f"{HOME}receivables/statement/lantern/?from=2026-05-01&until=2026-04-01")
    )
    assert who.get(f"{HOME}receivables/statement/unheard/").status_code == 404


def test_a_dispute_begins_ends_and_comes_out_again(placing: Any, client: Callable[..., Any]) -> None:
    who, page_ = client("collector"), f"{HOME}receivables/invoice/i2/"
    answer = who.post(f"{HOME}receivables/dispute/i2/", {"reason": "quality", "amount": "300.00"}, follow=True)
    assert "more is disputed" in text(answer).lower()
    told = {"reason": "wet <b>boxes", "amount": "12.50", "owner": "mia"}
    page = text(who.post(f"{HOME}receivables/dispute/i2/", told, follow=True))
    assert "12.50 CNY" in page
    assert "mia" in page
    assert "<b>boxes" not in who.get(page_).content.decode()
    assert "disputed already" in text(who.post(f"{HOME}receivables/dispute/i2/", told, follow=True))
    number = re.search(r"receivables/dispute-close/([^/\"]+)/", page)
    assert number
    page = text(who.post(f"{HOME}receivables/dispute-close/{number.group(1)}/", {"outcome": "credited"}, follow=True))
    assert "In dispute" not in page
    page = text(who.post(f"{HOME}receivables/undo/", {"back": "i2"}, follow=True))
    assert "In dispute" in page  # the closing was taken back
    text(who.post(f"{HOME}receivables/dispute-close/{number.group(1)}/", {"outcome": "credited"}, follow=True))


def test_a_promise_on_the_phone_takes_the_place_of_the_one_before(placing: Any, client: Callable[..., Any]) -> None:
    from solvent_server.store.desk.ledgers import rows_by  # noqa: PLC0415 (needs the store)

    who, page_ = client("collector"), f"{HOME}receivables/invoice/i2/"

    def said() -> list[tuple[Any, ...]]:
        rows = rows_by("promises", placing, "item_id", ["i2"]).filter(pl.col("withdrawn_on").is_null())
        return rows.select("promised_on", "amount", "currency").rows()

    assert "The customer promises to pay" in text(who.get(page_))
    for wrong, why in (({"on": "2026-01-01"}, "day is over"), ({"on": ""}, "day"),
                       ({"on": "2099-01-05", "amount": "251"}, "more is promised")):  # fmt: skip
        assert why in text(who.post(f"{HOME}receivables/promise/i2/", wrong, follow=True))
    assert said() == []
    assert "is promised by" in text(who.post(f"{HOME}receivables/promise/i2/", {"on": "2099-01-05"}, follow=True))
    assert said() == [(date(2099, 1, 5), None, "CNY")]
    page = text(who.post(f"{HOME}receivables/promise/i2/", {"on": "2099-02-05", "amount": "50"}, follow=True))
    assert "promise taken back" in page
    assert said() == [(date(2099, 2, 5), 5_000, "CNY")]
    rows = who.get(f"{HOME}receivables/promises/?format=csv").content.decode("utf-8-sig").splitlines()
    assert sorted(row.split(",")[4] for row in rows[1:]) == ["not yet due", "taken back"]
    assert "lantern <trading>" in text(who.get(f"{HOME}receivables/promises/?state=ahead"))
    who.post(f"{HOME}receivables/undo/", {"back": "i2"})
    assert said() == [(date(2099, 1, 5), None, "CNY")], "one act: the one before stands again"
    assert who.post(f"{HOME}receivables/promise/unheard/", {"on": "2099-01-05"}).status_code == 404


def test_a_plan_is_agreed_and_ended(placing: Any, client: Callable[..., Any]) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 (here only)

    who, today = client("collector"), datetime.now(UTC).date()
    page = text(who.get(f"{HOME}receivables/plan/lantern/"))
    drafted = [float(one) for one in re.findall(r'name="amount\.\d+"[^>]*value="([\d.]+)"', page)]
    assert round(sum(drafted), 2) == 350.00  # all that is owed, to the cent
    days = [(today + timedelta(days=place * 30)).isoformat() for place in (1, 2)]
    rows = {"currency": "CNY", "on.1": days[0], "amount.1": "100", "on.2": days[1], "amount.2": "900"}
    assert "more than lantern owes" in text(who.post(f"{HOME}receivables/plan/lantern/", rows))
    swapped = {**rows, "on.1": days[1], "on.2": days[0], "amount.2": "50"}
    assert "later day" in text(who.post(f"{HOME}receivables/plan/lantern/", swapped))
    page = text(
        who.post(
            f"{HOME}receivables/plan/lantern/", {**rows, "amount.2": "50", "remark": "agreed by phone"}, follow=True
        )
    )
    assert "150.00 CNY" in page
    assert "agreed by phone" in page
    number = re.search(r"receivables/plan-end/([0-9a-f]+)/", page)
    assert number
    page = text(who.post(f"{HOME}receivables/plan-end/{number.group(1)}/", {"reason": "paid at once"}, follow=True))
    assert page.count("taken back") >= 2


def test_a_revised_plan_takes_the_place_of_a_broken_one(placing: Any, client: Callable[..., Any]) -> None:
    from solvent_server.store.desk import claims  # noqa: PLC0415 (needs the store)
    from solvent_server.store.desk.ledgers import rows_by  # noqa: PLC0415

    who, start = client("collector"), date(2026, 4, 1)
    parts = [claims.Instalment(start, 5_000), claims.Instalment(date(2099, 1, 1), 2_000)]
    number, _ = claims.plan(placing, "orchard", "CNY", parts, actor="collector", today=start)
    page = text(who.get(f"{HOME}receivables/plans/"))
    assert f"instead={number}" in page, "its first day is over, and nothing came"
    page = text(who.get(f"{HOME}receivables/plan/orchard/?instead={number}&currency=CNY"))
    drafted = [float(one) for one in re.findall(r'name="amount\.\d+"[^>]*value="([\d.]+)"', page)]
    assert round(sum(drafted), 2) == 70.00, "all that is left of it"
    rows = {"currency": "CNY", "on.1": "2099-02-01", "amount.1": "70"}
    assert "other plans of orchard" in text(who.post(f"{HOME}receivables/plan/orchard/", rows))
    page = text(who.post(f"{HOME}receivables/plan/orchard/", {**rows, "instead": number}, follow=True))
    assert "stands." in page

    def standing() -> list[tuple[date, int]]:
        told = rows_by("promises", placing, "customer_id", ["orchard"]).filter(pl.col("withdrawn_on").is_null())
        return sorted(told.select("promised_on", "amount").iter_rows())

    assert standing() == [(start, 5_000), (date(2099, 2, 1), 7_000)]
    who.post(f"{HOME}receivables/undo/")
    assert standing() == [(start, 5_000), (date(2099, 1, 1), 2_000)], "one act, and one undo"
    claims.end_plan(placing, number, reason="over", actor="collector")


def test_an_instalment_is_kept_by_all_that_came_up_to_its_day() -> None:
    from solvent_server.web.receivables.claims import state_of  # noqa: PLC0415 (needs the store)

    money = pl.DataFrame({"received_on": [DAY + timedelta(days=5), DAY + timedelta(days=35)], "amount": [150, 49]})
    first = {"made_on": DAY, "promised_on": DAY + timedelta(days=30), "amount": 100, "withdrawn_on": None}
    second = {**first, "promised_on": DAY + timedelta(days=60)}
    today = DAY + timedelta(days=61)
    assert state_of(first, 100, money, today) == "kept"
    assert state_of(second, 200, money, today) == "kept"  # 199 of 200: within the tolerance of one per cent
    assert state_of(second, 202, money, today) == "partly"
    assert state_of(second, 300, money, today) == "broken"
    assert state_of(second, 300, money, DAY + timedelta(days=60)) == "ahead"  # the day is not over
    assert state_of({**second, "withdrawn_on": DAY}, 300, money, today) == "withdrawn"


def test_a_note_stays_and_is_struck_by_whom_it_is_of(site: Any, client: Callable[..., Any]) -> None:
    who, page_ = client("collector"), "/c/own/customers/C0001/"
    page = text(who.post("/c/own/customer-note/C0001/", {"text": "asks for <i>time</i>"}, follow=True))
    assert "asks for <i>time</i>" in page
    assert "<i>time" not in who.get(page_).content.decode()
    number = re.search(r"customer-notes/(\d+)/strike/", page)
    assert number
    strike = f"/c/own/customer-notes/{number.group(1)}/strike/"
    refused = text(client("sales").post(strike, {"customer": "C0001", "reason": "no"}, follow=True))
    assert "collector wrote this note" in refused
    page = text(who.post(strike, {"customer": "C0001", "reason": "another customer"}, follow=True))
    assert "taken back by collector: another customer" in page
    assert "<s>asks for" in page
    assert who.post("/c/own/customer-note/NOBODY/", {"text": "x"}).status_code == 404


def test_every_figure_opens_to_what_it_rests_on(site: Any, client: Callable[..., Any]) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)
    from solvent_server.web.figures.known import INPUTS, KNOWN  # noqa: PLC0415

    kept = assessments.latest("own")
    assert kept is not None
    table = kept.frame("explained").collect()
    shown = {known.measure for known in KNOWN.values() if known.measure}
    assert shown <= set(table.get_column("figure"))
    asked = set(table.filter(pl.col("figure").is_in(list(shown))).get_column("input"))
    assert asked <= set(INPUTS), "an input without a name in words"
    for name, known in KNOWN.items():
        page = text(client("cfo").get(f"/c/own/figure/{name}/"))
        assert known.formula in page
        assert known.source in page
        assert "The rows behind it" in page
    row = table.filter(pl.col("figure") == "dso.simple")
    inputs = {one: float(told) for one, told in row.select("input", "told").iter_rows()}
    assert row.item(0, "value") == pytest.approx(inputs["receivables"] / inputs["sales"] * inputs["days"])
    assert client("cfo").get("/c/own/figure/unheard/").status_code == 404
    assert client("sales").get("/c/own/figure/cash/").status_code == 404
    assert client("sales").get("/c/own/figure/dso/").status_code == 200


def test_lists_of_invoices_and_receipts_tie(site: Any, client: Callable[..., Any]) -> None:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)

    kept = assessments.latest("own")
    assert kept is not None
    invoices, items = kept.frame("invoices").collect(), kept.frame("receivables").collect()
    owed = items.filter(pl.col("kind") == "invoice").group_by("currency").agg(pl.col("open").sum()).sort("currency")
    told = invoices.group_by("currency").agg(pl.col("open").sum()).filter(pl.col("open") != 0).sort("currency")
    assert told.equals(owed)
    rests = items.filter(pl.col("kind") == "receipt").get_column("open").sum()
    assert kept.frame("receipts").collect().get_column("unplaced").sum() == -rests
    page = text(client("sales").get("/c/own/receivables/invoices/?state=paid"))
    assert f"of {invoices.filter(pl.col('state') == 'paid').height}" in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_in_both_languages(placing: Any, client: Callable[..., Any], language: str) -> None:
    who = client("cfo", language)
    for address in ("matching/", "receivables/plans/", "receivables/plan/lantern/", "receivables/invoice/i1/"):
        page = text(who.get(HOME + address))
        assert ("匹配" in page) == (language == "zh"), address

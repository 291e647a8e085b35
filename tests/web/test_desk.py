"""The credit desk: orders checked and held, limits and approvals by two people, reviews, admissions; hostile words."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from companies import company as company_of
from solvent.decisions.limits.order.check import check_order
from solvent.decisions.limits.order.rule import OrderAsked
from solvent_server.store import access, database

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"
Of = Callable[..., object]


@pytest.fixture(scope="module")
def filled(site: Path) -> object:
    """A company of its own, with the facts that the assessment kept for the first one was made from."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent_server.store import batches, work  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    database.connect(site)
    company = work.set_company("shop", "test", names=["Lantern Shop"], currency="CNY")
    for role in access.ROLES:
        Member.objects.create(user=User.objects.get(username=role), company=company, role=role)
    tables = {name: frame for name, frame in company_of(4, "stall").tables.items() if frame.height}
    batches.record(company, tables, kind="person", actor="test")
    shutil.copytree(site / "assessments" / "own", site / "assessments" / "shop")
    return company


@pytest.fixture(scope="module")
def calm(filled) -> tuple[str, int]:
    """A customer with much room in its limit and nothing against it, and that room, minor units."""
    from solvent_server.store.desk.at_hand import at_hand  # noqa: PLC0415
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    kept = assessments.latest("shop")
    assert kept is not None
    books = at_hand(filled, kept.as_of, int(kept.sheet["seed"]))
    room = (pl.col("limit") - pl.col("exposure")).alias("room")
    rows = books.owed.table.filter(pl.col("limit") > pl.col("exposure")).select("customer_id", room)
    for customer, left in rows.sort("room", descending=True).iter_rows():
        asked = OrderAsked(customer, left * 3 // 4, "CNY")
        if check_order(asked, books.look(filled, customer), books.policy, ways=False).outcome == "yes":
            return customer, left
    raise AssertionError("the sample has nobody whom one may sell to")


def check(client: Of, who: str, customer: str, amount: object, language: str = "en", **more: object) -> str:
    asked = {"customer": customer, "amount": amount, **more}
    return client(who, language).get("/c/shop/desk/verdict/", asked).content.decode()


def told(answer: object) -> list[str]:
    """What was said, the newest first."""
    return [str(message) for message in answer.wsgi_request._messages][::-1]


def test_an_order_is_answered_with_every_rule(client, calm) -> None:
    customer, room = calm
    small, large = check(client, "sales", customer, room // 100 // 20), check(client, "sales", customer, room)
    assert "Yes: the order may go ahead" in small
    assert "No: the order may not go ahead" in large or "Only with approval" in large
    for page in (small, large):
        assert "credit limit" in page
        assert "exposure with the order" in page
    assert "over the limit of" in large
    ways = client("sales").get("/c/shop/desk/ways/", {"customer": customer, "amount": room}).content.decode()
    assert "What would release it" in ways
    assert "deposit" in ways
    chinese = check(client, "sales", customer, room, "zh")
    assert "信用额度" in chinese
    assert "credit limit" not in chinese


def test_a_way_that_is_said_to_pass_passes(client, calm) -> None:
    customer, room = calm
    ways = client("sales").get("/c/shop/desk/ways/", {"customer": customer, "amount": room // 50}).content.decode()
    links = re.findall(r'href="([^"]+)">(a deposit|a smaller|the whole)', ways)
    assert links
    for to, _ in links:
        page = client("sales").get(to.replace("&amp;", "&")).content.decode()
        assert "Yes: the order may go ahead" in page, to


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"customer": "nobody at all", "amount": "5"}, "no customer is called"),
        ({"amount": "many"}, "is no amount"),
        ({"amount": "5", "currency": "ZZZ"}, "is no currency"),
        ({"amount": "5", "deposit": "200%"}, "is no deposit"),
        ({"amount": "5", "terms": "-3"}, "is no whole number"),
        ({"amount": "5", "wanted_on": "soon"}, "is no day"),
        ({"amount": "1e400"}, "is no amount"),
        ({"amount": "NaN"}, "is no amount"),
        ({"amount": "0.001"}, "decimals"),
        ({"amount": HOSTILE}, ESCAPED[:20]),
        ({"customer": HOSTILE, "amount": "5"}, ESCAPED[:20]),
    ],
)
def test_what_cannot_be_read_is_said_in_words(client, calm, asked, says) -> None:
    page = check(client, "sales", **{"customer": calm[0], "amount": "5", **asked})
    assert says in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_room_is_held_once_and_counts_at_once(client, calm) -> None:
    customer, room = calm
    half = room * 3 // 400
    form = {"customer": customer, "amount": half, "key": "one form"}
    sales = client("sales")
    assert "Held as number" in told(sales.post("/c/shop/desk/reserve/", form))[0]
    assert sales.post("/c/shop/desk/reserve/", form).status_code == 302
    page = sales.get("/c/shop/desk/").content.decode()
    numbers = re.findall(r"/desk/release/(\d+)/", page)
    assert len(numbers) == 1, "the same form sent twice holds once"
    assert "Yes: the order" not in check(client, "credit_manager", customer, half), "what is held is taken"
    elsewhere = client("logistics").post(f"/c/shop/desk/release/{numbers[0]}/")
    assert "nothing is held" in told(elsewhere)[0].lower(), "somebody else's is not let go of"
    assert "is released" in told(sales.post(f"/c/shop/desk/release/{numbers[0]}/"))[0]
    assert "Yes: the order" in check(client, "credit_manager", customer, half)


def test_nothing_is_held_without_a_yes(client, calm) -> None:
    customer, room = calm
    answer = client("sales").post("/c/shop/desk/reserve/", {"customer": customer, "amount": room, "key": "no"})
    assert "does not say yes" in told(answer)[0]


def test_an_order_against_the_rules_takes_two_people(client, calm) -> None:
    customer, room = calm
    form = {"customer": customer, "amount": room, "reason": HOSTILE}
    assert (
        "a reason has to be given"
        in told(client("credit_manager").post("/c/shop/desk/ask/", {**form, "reason": " "}))[0]
    )
    said = told(client("credit_manager").post("/c/shop/desk/ask/", form))[0]
    number = re.search(r"\d+", said).group()
    queue = client("cfo").get("/c/shop/desk/approvals/").content.decode()
    assert ESCAPED in queue
    assert "<script>alert" not in queue
    address = f"/c/shop/desk/approvals/{number}/"
    own = client("credit_manager")
    assert "a second person has to approve" in told(own.post(address, {"do": "approve"}))[0]
    assert "Yours: a second person" in own.get("/c/shop/desk/approvals/").content.decode()
    for nobody in ("sales", "credit_analyst"):
        assert "may not approve" in told(client(nobody).post(address, {"do": "approve"}))[0]
        assert "may not approve" in told(client(nobody).post(address, {"do": "refuse", "reason": "no"}))[0]
    assert client("auditor").post(address, {"do": "approve"}).status_code == 404
    assert "is approved" in told(client("cfo").post(address, {"do": "approve"}))[0]
    assert "Yes: the order" in check(client, "sales", customer, room), "what two people approved passes"
    assert "does not wait" in told(client("cfo").post(address, {"do": "refuse", "reason": "late"}))[0]


def test_a_request_is_refused_with_a_reason_or_taken_back(client, calm) -> None:
    customer, room = calm
    for who, by, says in (("sales", "cfo", "is refused"), ("sales", "sales", "is taken back")):
        said = told(client(who).post("/c/shop/desk/ask/", {"customer": customer, "amount": room * 2, "reason": "big"}))[
            0
        ]
        address = f"/c/shop/desk/approvals/{re.search(r'[0-9]+', said).group()}/"
        assert "reason has to be given" in told(client(by).post(address, {"do": "refuse", "reason": ""}))[0]
        assert says in told(client(by).post(address, {"do": "refuse", "reason": "not now"}))[0]


def test_a_limit_is_decided_by_two_people(client, calm, filled) -> None:
    customer, _ = calm
    address = f"/c/shop/desk/limits/{customer}/"
    page = client("credit_manager").get(address).content.decode()
    assert "Methods side by side" in page
    day = re.search(r'name="valid_from" value="([^"]+)"', page).group(1)
    form = {
        "amount": "9,000,000",
        "currency": "CNY",
        "terms": "30",
        "deposit": "0",
        "valid_from": day,
        "reason": "grew",
    }
    assert "a reason has to be given" in client("credit_manager").post(address, {**form, "reason": ""}).content.decode()
    assert client("auditor").post(address, form).status_code == 404
    said = told(client("credit_manager").post(address, form))[0]
    number = re.search(r"\d+", said).group()
    assert "above your own authority" in said
    before = check(client, "sales", customer, 1)
    assert "9,000,000.00" not in before, "it does not count yet"
    same = told(client("credit_manager").post(f"/c/shop/desk/approvals/{number}/", {"do": "approve"}))[0]
    assert "second person" in same
    assert "9,000,000.00" not in check(client, "sales", customer, 1)
    assert "is approved" in told(client("cfo").post(f"/c/shop/desk/approvals/{number}/", {"do": "approve"}))[0]
    assert "9,000,000.00" in check(client, "sales", customer, 1), "the next check sees it, without a new assessment"


def test_lists_filter_and_export(client, filled) -> None:
    cfo = client("cfo")
    assert "Customer,Grade,Proposal" in cfo.get("/c/shop/desk/limits/?format=csv").content.decode("utf-8-sig")
    assert "No limit fits" in cfo.get("/c/shop/desk/limits/?q=zzzz").content.decode()
    due = cfo.get("/c/shop/desk/reviews/?when=due&kind=file").content.decode()
    assert "credit file" in due
    assert "within a week</td>" not in due


def test_a_review_is_put_down(client, calm, filled) -> None:
    from solvent.books.books import TABLES  # noqa: PLC0415
    from solvent_server.store import facts  # noqa: PLC0415

    analyst = client("credit_analyst")
    form = {"customer": calm[0], "kind": "file", "done_on": "2026-10-30", "note": HOSTILE}
    assert "put down" in told(analyst.post("/c/shop/desk/reviews/", form))[0]
    rows = facts.standing("reviews", filled.pk, TABLES["reviews"].schema).filter(pl.col("note") == HOSTILE)
    assert rows.select("customer_id", "reviewer").rows() == [(calm[0], "credit_analyst")]
    assert "none of the choices" in told(analyst.post("/c/shop/desk/reviews/", {**form, "kind": "x"}))[0]
    assert client("auditor").post("/c/shop/desk/reviews/", form).status_code == 404


def test_an_admission_passes_its_gates_first(client, filled) -> None:
    manager, name = client("credit_manager"), f"N-1 {HOSTILE}"[:60]

    def send(**form: str) -> str:
        return told(manager.post("/c/shop/desk/admissions/", {"customer": name, **form}))[0]

    asked = {"asked_on": "2026-10-20"}
    assert "counts from now on" in send(do="ask", amount="20000", terms="30", **asked)
    page = manager.get("/c/shop/desk/admissions/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "20,000.00" in page
    assert "cannot be admitted yet" in send(do="decide", decision="admitted", **asked)
    for step in ("registry", "statements", "reputation"):
        assert "counts from now on" in send(do="step", step=step, outcome="passed")
    assert "counts from now on" in send(do="decide", decision="admitted", decided_on="2026-10-31", **asked)
    assert "Nobody waits for credit" in manager.get("/c/shop/desk/admissions/").content.decode()


def test_sales_sees_the_check_and_nothing_else_of_the_desk(client, filled) -> None:
    sales = client("sales")
    page = sales.get("/c/shop/desk/").content.decode()
    assert "Order check" in page
    assert "/desk/approvals/" not in page
    for closed in ("approvals/", "limits/", "reviews/", "admissions/"):
        assert sales.get(f"/c/shop/desk/{closed}").status_code == 404
    assert "Credit desk" not in client("purchasing").get("/c/shop/").content.decode()


def test_whoever_approves_sees_the_desk() -> None:
    for may in access.ROLES.values():
        assert "approve" not in may or "desk" in may
        assert "propose" not in may or "desk" in may


def seen(**changes: object) -> object:
    """A customer with 40 and 5 days overdue items, near its limit; amounts in minor units."""
    from datetime import date  # noqa: PLC0415

    from solvent.decisions.limits.order.rule import Look as Seen  # noqa: PLC0415

    told = {
        "as_of": date(2026, 10, 31), "currency": "CNY", "customer_id": "C1", "exposure": 90_000, "limit": 100_000,
        "undecided": False, "overdue": ((40, 50_000), (2, 10_000)), "open": 90_000, "last_paid_on": date(2026, 10, 1),
        "grade": "B", "parts": {"overdue": 60_000, "not_due": 30_000},
    }  # fmt: skip
    return Seen(**{**told, **changes})


@pytest.mark.parametrize(
    ("amount", "changes", "first", "then"),
    [
        (5_000, {}, "the one item that is more than 18 days overdue: CNY\u00a0500.00", "then the order may go ahead"),
        (70_000, {}, "all 2 overdue items: CNY\u00a0600.00", "then the order may go ahead"),
        (150_000, {}, "the one item that is more than 18 days overdue: CNY\u00a0500.00", "that is not enough yet"),
        (70_000, {"overdue": (), "parts": {}}, "a limit of at least CNY\u00a01,600.00", "then the order may go ahead"),
        (5_000, {"grade": "E"}, "the one item that is more than 18 days", "that is not enough yet"),
    ],
)
def test_what_is_said_to_release_an_order_releases_it(amount, changes, first, then) -> None:
    from types import SimpleNamespace  # noqa: PLC0415

    from solvent.base.terms import Policy  # noqa: PLC0415
    from solvent.files.language import Language  # noqa: PLC0415
    from solvent_server.web.desk.release import ways_out  # noqa: PLC0415

    looked, asked = seen(**changes), OrderAsked("C1", amount, "CNY")
    policy = Policy(looked.as_of, {})
    english = Language("en")
    look = SimpleNamespace(
        say=english.say, language=english, address=lambda *parts: "/".join(parts), may=lambda _: True
    )
    verdict = check_order(asked, looked, policy, ways=False)
    assert verdict.outcome != "yes"
    ways = ways_out(asked, looked, verdict, policy, look)
    assert first in ways[0].text
    assert ways[0].then == then
    assert (ways[0].left == "") == (then == "then the order may go ahead")
    grade = [way.text for way in ways if "advice sheet" in way.text]
    assert bool(grade) == (looked.grade == "E")


def test_an_answer_without_cash_says_why_and_asks_again(client, calm, filled) -> None:
    from solvent_server.store.desk import at_hand  # noqa: PLC0415

    at_hand._KEPT.clear()
    early = check(client, "sales", calm[0], 1)
    assert "The paths of cash are being made" in early
    again = re.search(r'hx-get="([^"]+desk/ready/[^"]+)"', early).group(1).replace("&amp;", "&")
    ready = client("sales").get(again).content.decode()
    assert "/desk/verdict/?" in ready
    sales, cfo = check(client, "sales", calm[0], 1), check(client, "cfo", calm[0], 1)
    assert "being made" not in sales
    gap = [
        next(row for row in page.split("<tr") if "chance of a cash gap" in row).split("</tr>")[0]
        for page in (sales, cfo)
    ]
    assert "%" not in gap[0], "whoever may not see cash reads no chance"
    assert "%" in gap[1]
    assert "Chance of falling under the floor" in cfo
    assert "Chance of falling under the floor" not in sales


def test_the_desk_says_what_waits(client, filled) -> None:
    customer = filled_customers(filled)[0]
    said = told(client("sales").post("/c/shop/desk/ask/", {"customer": customer, "amount": 9_000_000, "reason": "big"}))
    number = re.search(r"\d+", said[0]).group()
    page = client("credit_manager").get("/c/shop/desk/").content.decode()
    assert re.search(r'Approvals <b class="count">\d+</b>', page)
    assert re.search(r'Reviews <b class="count">\d+</b>', page)
    queue = client("credit_manager").get("/c/shop/desk/approvals/").content.decode()
    card = next(part for part in queue.split('<li class="card waiting">') if f"/approvals/{number}/" in part)
    assert f'/c/shop/customers/{customer}/">' in card
    assert f">{customer}</a>" not in card, "people know customers by their names"
    assert "Exposure against the limit" in card
    client("sales").post(f"/c/shop/desk/approvals/{number}/", {"do": "refuse", "reason": "done"})


def filled_customers(company: object) -> list[str]:
    from solvent_server.store.keeping import assessments  # noqa: PLC0415

    kept = assessments.latest(company.code)
    rows = kept.frame("customers").filter(pl.col("name") != pl.col("customer_id")).select("customer_id").collect()
    return rows.get_column("customer_id").to_list()


SHEET = {"period_end": "2025-12-31", "months": "12", "currency": "CNY", "total_assets": "1,000", "equity": "400",
         "total_liabilities": "600", "current_assets": "500", "current_liabilities": "300", "sales": "2000",
         "net_profit": "-50.5"}  # fmt: skip


def test_a_file_is_worked_through_from_statement_to_grade(client, filled) -> None:
    manager, analyst = client("credit_manager"), client("credit_analyst")
    manager.post("/c/shop/desk/admissions/", {"do": "ask", "customer": "N-7", "asked_on": "2026-10-18"})
    address, grade = "/c/shop/desk/file/N-7/", "/c/shop/desk/graded/N-7/"
    assert 'href="/c/shop/desk/file/N-7/"' in manager.get("/c/shop/desk/admissions/").content.decode()
    assert "No statement is in the books yet" in analyst.get(address).content.decode()
    assert "-2.5%" not in analyst.get(grade).content.decode()
    assert "is put down" in told(analyst.post(address, SHEET))[0]
    page = analyst.get(f"{address}?period=2025-12-31").content.decode()
    assert "CNY -50.50" in page
    assert 'name="net_profit" inputmode="decimal" autocomplete="off" value="-50.50"' in page
    explained = analyst.get(grade).content.decode()
    assert re.search(r'<span class="grade">[A-E]</span>', explained)
    assert "-2.5%" in explained
    step = {"do": "step", "customer": "N-7", "step": "registry", "outcome": "passed", "back": "file"}
    assert analyst.post("/c/shop/desk/admissions/", step).headers["Location"] == address


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"equity": "400.01"}, "differ by CNY 0.01"),
        ({"period_end": "2999-12-31"}, "still to come"),
        ({"period_end": "soon"}, "is no day"),
        ({"sales": "many"}, "is no amount"),
        ({name: "" for name in SHEET if name not in ("period_end", "months", "currency")}, "no line is filled in"),
    ],
)
def test_a_statement_that_cannot_be_right_is_not_put_down(client, calm, change, says) -> None:
    answer = client("credit_analyst").post(f"/c/shop/desk/file/{calm[0]}/", {**SHEET, **change})
    assert answer.status_code == 400
    assert says in answer.content.decode()


def test_files_are_of_known_customers_and_for_the_desk(client, calm) -> None:
    assert client("credit_analyst").get("/c/shop/desk/file/nobody/").status_code == 404
    assert client("credit_analyst").get("/c/shop/desk/file/own/").status_code == 404
    assert client("auditor").get(f"/c/shop/desk/file/{calm[0]}/").status_code == 200
    assert client("auditor").post(f"/c/shop/desk/file/{calm[0]}/", SHEET).status_code == 404
    assert client("sales").get(f"/c/shop/desk/file/{calm[0]}/").status_code == 404


@pytest.mark.parametrize("where", ["", "reviews/", "admissions/", "limits/{customer}/", "file/{customer}/"])
def test_each_page_that_makes_something_begins_with_n(client, calm, where) -> None:
    page = client("credit_manager").get(f"/c/shop/desk/{where.format(customer=calm[0])}").content.decode()
    assert page.count('data-key="n"') == 1

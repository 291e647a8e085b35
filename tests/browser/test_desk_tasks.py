"""Tasks at the credit desk: an order is asked for, held, let through by two; limits, reviews and admissions."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from seen import PHONE

pytestmark = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="package")
def calm(served: Any) -> tuple[str, str, int]:
    """A customer with much room in its limit and nothing against it: number, name, the room in main units."""
    from solvent.decisions.limits.order.check import check_order  # noqa: PLC0415
    from solvent.decisions.limits.order.rule import OrderAsked  # noqa: PLC0415
    from solvent_server.store.desk.at_hand import at_hand  # noqa: PLC0415 (needs the store)

    books = at_hand(served.company, served.kept.as_of, int(served.kept.sheet["seed"]))
    room = (pl.col("limit") - pl.col("exposure")).alias("room")
    rows = books.owed.table.filter(pl.col("limit") > pl.col("exposure")).select("customer_id", room)
    for customer, left in rows.sort("room", descending=True).iter_rows():
        asked = OrderAsked(customer, left // 2, "CNY")
        if check_order(asked, books.look(served.company, customer), books.policy, ways=False).outcome == "yes":
            name = served.kept.frame("customers").filter(pl.col("customer_id") == customer).collect().item(0, "name")
            return customer, name, left // 100
    raise AssertionError("the sample has nobody whom one may sell to")


def test_by_keys_an_order_is_checked_and_room_is_held(sit: Any, served: Any, calm: Any, language: str) -> None:
    from solvent_server.store.models import Reservation  # noqa: PLC0415 (needs the store)

    seen = sit("sales", language)
    seen.open("desk/")
    seen.tab_to("[name=customer]")
    seen.page.keyboard.type(calm[0])
    seen.keys("Tab")
    seen.page.keyboard.type(str(calm[2] // 100))
    seen.keys("Enter")
    seen.page.locator("#verdict .outcome").wait_for()
    assert seen.say("Yes: the order may go ahead") in seen.text("#verdict")
    seen.settle()
    seen.tab_to("form[action$='/desk/reserve/'] button")
    seen.keys("Enter")
    seen.page.get_by_role("status").first.wait_for()
    held = Reservation.objects.filter(customer_id=calm[0], asked_by="sales", state="held")
    assert [row.amount for row in held] == [calm[2] // 100 * 100]
    seen.tab_to(f"form[action$='/desk/release/{held[0].id}/'] button")
    seen.keys("Enter")
    seen.page.locator(f"form[action$='/desk/release/{held[0].id}/']").wait_for(state="detached")
    assert not Reservation.objects.filter(customer_id=calm[0], state="held").exists()


def proposed(served: Any, customer: str, amount: int) -> int:
    """A limit that an analyst asks for and that waits for a second person."""
    from datetime import timedelta  # noqa: PLC0415

    from solvent_server.store.desk import proposals  # noqa: PLC0415 (needs the store)

    day = served.kept.as_of
    cells = {
        "customer_id": customer, "kind": "total", "amount": amount, "currency": "CNY", "terms_days": 30,
        "valid_from": day + timedelta(days=1), "reason": "grew",
    }  # fmt: skip
    return int(proposals.propose(served.company, "limits", cells, actor="credit_analyst", today=day).id)


def test_on_a_phone_a_limit_is_approved_by_the_second(sit: Any, served: Any, calm: Any, language: str) -> None:
    from solvent_server.store.models import Proposal  # noqa: PLC0415 (needs the store)

    number = proposed(served, calm[0], calm[2] * 1000 + (language == "zh"))
    seen = sit("credit_manager", language, size=PHONE)
    page = seen.open("desk/approvals/")
    form = page.locator(f"form[action$='/approvals/{number}/']")
    form.locator("button[value=approve]").click()
    page.get_by_role("status").first.wait_for()
    now = Proposal.objects.get(id=number)
    assert (now.state, now.asked_by, now.decided_by) == ("approved", "credit_analyst", "credit_manager")


def test_by_keys_a_limit_is_refused_with_a_reason(sit: Any, served: Any, calm: Any, language: str) -> None:
    from solvent_server.store.models import Proposal  # noqa: PLC0415 (needs the store)

    number = proposed(served, calm[0], calm[2] * 2000 + (language == "zh"))
    seen = sit("cfo", language)
    seen.open("desk/approvals/")
    seen.tab_to(f"form[action$='/approvals/{number}/'] [name=reason]")
    seen.page.keyboard.type("after the statements of the year")
    seen.keys("Tab", "Enter")
    seen.page.get_by_role("status").first.wait_for()
    now = Proposal.objects.get(id=number)
    assert (now.state, now.decided_by, now.reason) == ("refused", "cfo", "after the statements of the year")


def test_a_limit_above_ones_authority_waits(sit: Any, served: Any, calm: Any, language: str) -> None:
    from solvent_server.store.models import Proposal  # noqa: PLC0415 (needs the store)

    amount = 90_000_000 + (language == "zh")
    seen = sit("credit_manager", language)
    page = seen.open(f"desk/limits/{calm[0]}/")
    page.locator("[name=amount]").fill(f"{amount:,}")
    page.locator("[name=terms]").fill("45")
    page.locator("[name=reason]").fill("a year of prompt payment")
    page.get_by_role("button", name=seen.say("Decide"), exact=True).click()
    page.get_by_role("status").first.wait_for()
    told = Proposal.objects.filter(state="waiting", asked_by="credit_manager").latest("id")
    assert (told.row["amount"], told.row["customer_id"]) == (amount * 100, calm[0])


def test_on_a_phone_an_order_is_checked_at_the_customers(sit: Any, served: Any, calm: Any, language: str) -> None:
    seen = sit("sales", language, size=PHONE)
    page = seen.open(f"customers/{calm[0]}/")
    page.get_by_role("link", name=seen.say("Check an order")).click()
    seen.arrive("/desk/")
    page.locator("[name=amount]").fill(str(calm[2] * 3))
    page.get_by_role("button", name=seen.say("Check"), exact=True).click()
    page.locator("#verdict .outcome").wait_for()
    seen.settle()
    said = seen.text("#verdict .outcome")
    assert seen.say("Yes: the order may go ahead") not in said
    limit = served.kept.frame("customers").filter(pl.col("customer_id") == calm[0]).collect().item(0, "limit")
    assert seen.language.money(limit, "CNY") in seen.text("#verdict") or limit is None


def test_by_keys_a_review_is_put_down(sit: Any, served: Any, calm: Any, language: str) -> None:
    from solvent.books.books import TABLES  # noqa: PLC0415
    from solvent_server.store import facts  # noqa: PLC0415 (needs the store)

    seen, note = sit("credit_analyst", language), f"nothing new ({language})"
    seen.open("desk/reviews/")
    seen.tab_to("form.stack [name=customer]", 250)
    seen.page.keyboard.type(calm[0])
    seen.tab_to("[name=note]")
    seen.page.keyboard.type(note)
    seen.keys("Tab", "Enter")
    seen.page.get_by_role("status").first.wait_for()
    rows = facts.standing("reviews", served.company.pk, TABLES["reviews"].schema).filter(pl.col("note") == note)
    assert rows.select("customer_id", "reviewer").rows() == [(calm[0], "credit_analyst")]


def test_a_new_customer_passes_its_gates(sit: Any, served: Any, language: str) -> None:
    from solvent.books.books import TABLES  # noqa: PLC0415
    from solvent_server.store import facts  # noqa: PLC0415 (needs the store)

    seen, name = sit("credit_manager", language), f"N-{language}"
    page = seen.open("desk/admissions/")
    form = page.locator("form.stack:has(input[name=do][value=ask])")
    form.locator("[name=customer]").fill(name)
    form.locator("[name=amount]").fill("20000")
    form.get_by_role("button").click()
    card = page.locator("li.card", has=page.get_by_role("heading", name=re.compile(rf"^{name}\b")))
    for step in ("registry", "statements", "reputation"):
        card.locator("summary").first.click()
        card.locator("select[name=step]").select_option(step)
        card.locator("form:has(input[value=step]) button").click()
        page.get_by_role("status").first.wait_for()
    card.locator("summary").nth(1).click()
    card.locator("select[name=decision]").select_option("admitted")
    card.locator("form:has(input[value=decide]) button").click()
    card.wait_for(state="detached")
    rows = facts.standing("admissions", served.company.pk, TABLES["admissions"].schema)
    assert rows.filter(pl.col("customer_id") == name)["decision"].to_list() == ["admitted"]

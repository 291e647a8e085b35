"""ERPNext: a live server's books come in once, exactly, and tie to its own outstanding amounts to the cent."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.books.books import open_books
from solvent.books.checks import run_checks
from solvent.files.guard.read import read_guarded
from solvent.intake.erp.erpnext.importer import ErpNext
from solvent.intake.intake import Intake, Known
from solvent.intake.sources.conformance import adds_up, check
from solvent.intake.sources.take import kind_of, take_in
from solvent_server.connectors.erpnext import fetch
from solvent_server.connectors.wire import LiveTerms, Settings
from thorough import cases

KEY = "key:secret"
DAY = date(2027, 12, 31)
FAST = LiveTerms(wait_seconds=0.01, most_wait_seconds=0.02, seconds=60.0)


def taken(server: Any, **terms: Any) -> Intake:
    source = fetch(Settings(server.url), KEY, terms=terms.pop("terms", FAST))
    return take_in(source, Known(), importers=[ErpNext()])


def open_by_invoice(intake: Intake) -> dict[str, Decimal]:
    items = intake.ledger.table("open_items").select("item_id", "invoice_id")
    books = open_books(intake.ledger, DAY)
    rows = books.journal.open_items(DAY).join(items, on="item_id").collect()
    sums = rows.group_by("invoice_id", "currency").agg(pl.col("amount").sum())
    return {name: decimal(amount, currency) for name, currency, amount in sums.iter_rows()}


def test_every_invoice_stands_open_as_the_server_says(erpnext: Any) -> None:
    intake = taken(erpnext)
    assert kind_of(intake) == "source"
    assert adds_up(intake) == []
    made = erpnext.made
    found = open_by_invoice(intake)
    wrong = {
        name: (found.get(name, Decimal(0)), amount)
        for name, amount in made.outstanding.items()
        if found.get(name, Decimal(0)) != amount
    }
    assert not wrong
    assert len(made.outstanding) > 250
    told = [problem for problem in intake.ledger.problems if problem.code == "sources.erp.outstanding_differs"]
    assert not told


def test_every_customers_account_is_the_servers_own(erpnext: Any) -> None:
    intake = taken(erpnext)
    journal = open_books(intake.ledger, DAY).journal
    rows = journal.standing(DAY).join(journal.customers.lazy(), on="customer_no").collect()
    found = {
        (customer, currency): decimal(amount, currency)
        for customer, currency, amount in rows.group_by("customer_id", "currency")
        .agg(pl.col("amount").sum())
        .iter_rows()
    }
    assert {key: amount for key, amount in found.items() if amount} == {
        key: amount for key, amount in erpnext.made.account.items() if amount
    }


def test_bills_stand_open_as_the_server_says(erpnext: Any) -> None:
    intake = taken(erpnext)
    bills = intake.ledger.tables["bills"].collect().with_columns(name=pl.col("bill_id").str.split(":").list.first())
    paid = intake.ledger.tables["bill_payments"].collect().group_by("bill_id").agg(pl.col("amount").sum().alias("paid"))
    rest = bills.join(paid, on="bill_id", how="left").with_columns(left=pl.col("amount") - pl.col("paid").fill_null(0))
    found = {
        name: decimal(left, currency)
        for name, currency, left in rest.group_by("name", "currency").agg(pl.col("left").sum()).iter_rows()
    }
    assert found == erpnext.made.supplier_open


def test_the_books_pass_every_check_that_is_an_error(erpnext: Any) -> None:
    outcomes = run_checks(open_books(taken(erpnext).ledger, DAY))
    assert [
        (outcome.name, outcome.subjects) for outcome in outcomes if outcome.level == "error" and outcome.breaches
    ] == []


def test_in_the_companys_own_money_every_booking_closes_with_its_document(erpnext: Any) -> None:
    """An invoice in dollars that is paid in full leaves no yuan behind, whatever the rate on the day of payment."""
    books = open_books(taken(erpnext).ledger, DAY)
    rows = books.journal.standing(DAY).group_by("item_id").agg(pl.col("amount").sum(), pl.col("booked").sum()).collect()
    assert rows.filter((pl.col("amount") == 0) & (pl.col("booked") != 0)).is_empty()


def test_the_original_conforms_and_passes_the_guard(erpnext: Any) -> None:
    source = fetch(Settings(erpnext.url), KEY, terms=FAST)
    guarded = read_guarded(source, Known())
    plain = take_in(source, Known(), importers=[ErpNext()])
    assert guarded.counts.equals(plain.counts)
    assert guarded.ledger.tables.keys() == plain.ledger.tables.keys()


def test_the_importer_conforms(small_erpnext: Any) -> None:
    assert check(ErpNext(), [fetch(Settings(small_erpnext.url), KEY, terms=FAST)], mutations=cases(8, 24)) == []


def test_fetching_twice_gives_the_same_bytes(small_erpnext: Any) -> None:
    first, second = (fetch(Settings(small_erpnext.url), KEY, terms=FAST) for _ in range(2))
    assert first == second
    assert b"secret" not in first.data


def test_pages_of_any_length_give_the_same_records(small_erpnext: Any) -> None:
    whole = fetch(Settings(small_erpnext.url), KEY, terms=FAST).data
    small_erpnext.most = 3
    short = LiveTerms(page=7, chunk=4, wait_seconds=0.01)
    assert fetch(Settings(small_erpnext.url), KEY, terms=short).data == whole


def test_a_server_that_hides_child_tables_is_asked_document_by_document(small_erpnext: Any) -> None:
    whole = taken(small_erpnext)
    small_erpnext.no_children = True
    hidden = taken(small_erpnext)
    assert {name: len(frame.collect()) for name, frame in hidden.ledger.tables.items()} == {
        name: len(frame.collect()) for name, frame in whole.ledger.tables.items()
    }
    assert open_by_invoice(hidden) == open_by_invoice(whole)


def test_an_older_server_is_asked_without_the_newer_fields(small_erpnext: Any) -> None:
    whole = open_by_invoice(taken(small_erpnext))
    small_erpnext.unknown = {"update_outstanding_for_self", "base_payment_amount"}
    intake = taken(small_erpnext)
    assert sum(open_by_invoice(intake).values()) == sum(whole.values())
    assert adds_up(intake) == []


def test_what_changed_comes_with_all_that_it_touches(erpnext: Any) -> None:
    """A second fetch since a moment gives rows that the first has too, word for word, and all that is new."""
    first = taken(erpnext)
    since = datetime.fromisoformat(erpnext.made.clock.isoformat())
    for _ in range(15):
        erpnext.made.step()
    later = take_in(fetch(Settings(erpnext.url), KEY, since, terms=FAST), Known(), importers=[ErpNext()])
    whole = taken(erpnext)
    assert adds_up(later) == []
    for name in ("open_items", "receipts", "credit_notes", "allocations", "bills", "bill_payments"):
        everything = whole.ledger.table(name).collect()
        told = later.ledger.table(name).collect()
        key = everything.columns
        assert told.join(everything, on=key, how="anti", nulls_equal=True).is_empty(), name
        have = pl.concat([first.ledger.table(name).collect(), told]).unique()
        assert everything.join(have, on=key, how="anti", nulls_equal=True).is_empty(), name
    assert later.ledger.table("open_items").collect().height < whole.ledger.table("open_items").collect().height / 3


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        (["401"], "sources.live.key"),
        (["403"], "sources.live.forbidden"),
        (["404"], "sources.live.missing"),
        (["page"], "sources.live.answer"),
        (["shape"], "sources.live.answer"),
        (["away"], "sources.live.redirected"),
        (["huge"], "sources.live.too_large"),
        (["500"] * 4, "sources.live.trouble"),
        (["429"] * 3, "sources.live.trouble"),
        (["cut"] * 3, "sources.live.unreachable"),
        (["slow"] * 3, "sources.live.unreachable"),
        (["drip"] * 3, "sources.live.unreachable"),
    ],
)
def test_what_goes_wrong_is_told_in_words(small_erpnext: Any, faults: list[str], code: str) -> None:
    waited_for = 0.25 if {"slow", "drip"} & {*faults} else 60.0
    terms = LiveTerms(wait_seconds=0.01, most_wait_seconds=0.02, seconds=waited_for, tries=3, answer_bytes=2_000_000)
    small_erpnext.faults = ["", "", *faults]
    with pytest.raises(SolventError) as caught:
        fetch(Settings(small_erpnext.url), KEY, terms=terms)
    assert caught.value.problem.code == code
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("fault", ["429", "500", "502", "503", "cut"])
def test_passing_trouble_is_waited_out(small_erpnext: Any, fault: str) -> None:
    whole = fetch(Settings(small_erpnext.url), KEY, terms=FAST).data
    small_erpnext.faults = ["", fault, "", fault, fault]
    assert fetch(Settings(small_erpnext.url), KEY, terms=FAST).data == whole


def test_the_key_goes_to_no_open_address_and_no_unreachable_one() -> None:
    with pytest.raises(SolventError) as caught:
        fetch(Settings("http://books.example.com"), KEY)
    assert caught.value.problem.code == "sources.live.not_safe"
    with pytest.raises(SolventError) as caught:
        fetch(Settings("http://127.0.0.1:9"), KEY, terms=LiveTerms(tries=2, wait_seconds=0.01))
    assert caught.value.problem.code == "sources.live.unreachable"


def test_a_wrong_key_a_list_out_of_reach_and_the_wrong_company(small_erpnext: Any) -> None:
    with pytest.raises(SolventError) as caught:
        fetch(Settings(small_erpnext.url), "wrong:key", terms=FAST)
    assert caught.value.problem.code == "sources.live.key"
    with pytest.raises(SolventError) as caught:
        fetch(Settings(small_erpnext.url, company="Somebody Else"), KEY, terms=FAST)
    assert caught.value.problem.facts["companies"] == "Solvent Trading"
    small_erpnext.forbidden = {"Payment Entry"}
    with pytest.raises(SolventError) as caught:
        fetch(Settings(small_erpnext.url), KEY, terms=FAST)
    assert (caught.value.problem.code, caught.value.problem.facts["list"]) == (
        "sources.live.forbidden",
        "Payment Entry",
    )

"""Odoo: a live server's books come in once, exactly, and tie to its own residuals to the cent, on either protocol."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from solvent.base.money import decimal
from solvent.base.problem import SolventError
from solvent.books.books import open_books
from solvent.books.checks import run_checks
from solvent.files.guard.read import read_guarded
from solvent.intake.erp.odoo.importer import Odoo
from solvent.intake.intake import Intake, Known, Source
from solvent.intake.sources.conformance import adds_up, check
from solvent.intake.sources.take import kind_of, take_in
from solvent_server.connectors.odoo import fetch
from solvent_server.connectors.wire import LiveTerms, Settings
from thorough import cases

KEY = "key:secret"
DAY = date(2027, 12, 31)
FAST = LiveTerms(wait_seconds=0.01, most_wait_seconds=0.02, seconds=60.0)


def settings(server: Any, **more: str) -> Settings:
    return Settings(server.url, database="trading", **more)


def taken(server: Any, **more: Any) -> Intake:
    return take_in(fetch(settings(server), KEY, terms=FAST, **more), Known(), importers=[Odoo()])


def residuals(server: Any, kind: str) -> dict[str, tuple[Decimal, Decimal]]:
    """By entry: what Odoo says is left of its lines on one side, in their currency and in the company's."""
    kinds = {"asset_receivable": "out_invoice", "liability_payable": "in_invoice"}
    moves = {row["id"]: row for row in server.made.records["account.move"]}
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for row in server.made.records["account.move.line"]:
        move = moves[row["move_id"][0]]
        if row["account_type"] == kind and move["move_type"] == kinds[kind]:
            have = sums.get(move["name"], (Decimal(0), Decimal(0)))
            sums[move["name"]] = (have[0] + row["_open"], have[1] + row["_base"])
    return sums


def test_every_invoice_stands_open_as_the_server_says_in_both_currencies(odoo: Any) -> None:
    intake = taken(odoo)
    assert kind_of(intake) == "source"
    assert adds_up(intake) == []
    items = intake.ledger.table("open_items").select("item_id", "invoice_id")
    rows = open_books(intake.ledger, DAY).journal.open_items(DAY).join(items, on="item_id").collect()
    sums = rows.group_by("invoice_id", "currency").agg(pl.col("amount").sum(), pl.col("booked").sum())
    found = {
        name: (decimal(amount, currency), decimal(booked, "CNY")) for name, currency, amount, booked in sums.iter_rows()
    }
    told = residuals(odoo, "asset_receivable")
    nothing = (Decimal(0), Decimal(0))
    assert {
        name: (found.get(name, nothing), left) for name, left in told.items() if found.get(name, nothing) != left
    } == {}
    assert len(told) > 280
    assert not [problem for problem in intake.ledger.problems if problem.code == "sources.erp.outstanding_differs"]


def test_every_customers_account_is_the_servers_own(odoo: Any) -> None:
    """All receivable lines of a customer, money on account and credits included."""
    journal = open_books(taken(odoo).ledger, DAY).journal
    rows = journal.standing(DAY).join(journal.customers.lazy(), on="customer_no").collect()
    found = {
        (customer, currency): (decimal(amount, currency), decimal(booked, "CNY"))
        for customer, currency, amount, booked in rows.group_by("customer_id", "currency")
        .agg(pl.col("amount").sum(), pl.col("booked").sum())
        .iter_rows()
    }
    told: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for row in odoo.made.records["account.move.line"]:
        if row["account_type"] == "asset_receivable":
            key = (str(row["partner_id"][0]), row["currency_id"][1])
            have = told.get(key, (Decimal(0), Decimal(0)))
            told[key] = (have[0] + row["_open"], have[1] + row["_base"])
    nothing = (Decimal(0), Decimal(0))
    assert {k: v for k, v in found.items() if v != nothing} == {k: v for k, v in told.items() if v != nothing}


def test_bills_stand_open_as_the_server_says(odoo: Any) -> None:
    intake = taken(odoo)
    bills = intake.ledger.tables["bills"].collect()
    paid = intake.ledger.tables["bill_payments"].collect().group_by("bill_id").agg(pl.col("amount").sum().alias("paid"))
    rest = bills.join(paid, on="bill_id", how="left").with_columns(left=pl.col("amount") - pl.col("paid").fill_null(0))
    found = {
        name: decimal(left, currency) for name, currency, left in rest.select("bill_id", "currency", "left").iter_rows()
    }
    assert found == {name: -left for name, (left, _) in residuals(odoo, "liability_payable").items()}


def test_the_books_pass_every_check_that_is_an_error(odoo: Any) -> None:
    outcomes = run_checks(open_books(taken(odoo).ledger, DAY))
    assert [
        (outcome.name, outcome.subjects) for outcome in outcomes if outcome.level == "error" and outcome.breaches
    ] == []


def test_the_importer_conforms_and_passes_the_guard(odoo_of: Callable[..., Any]) -> None:
    server = odoo_of()
    source = fetch(settings(server), KEY, terms=FAST)
    assert check(Odoo(), [source], mutations=cases(8, 24)) == []
    guarded, plain = read_guarded(source, Known()), take_in(source, Known(), importers=[Odoo()])
    assert guarded.counts.equals(plain.counts)


def test_a_server_of_before_19_gives_the_same_books_over_xml_rpc(odoo_of: Callable[..., Any]) -> None:
    newer, older = odoo_of(), odoo_of(older=True)
    told = taken(newer)
    source = fetch(settings(older, login=older.LOGIN), KEY, terms=FAST)
    intake = take_in(source, Known(), importers=[Odoo()])
    assert b"secret" not in source.data
    for name, frame in told.ledger.tables.items():
        assert frame.collect().equals(intake.ledger.tables[name].collect()), name


def test_pages_of_any_length_give_the_same_records(odoo_of: Callable[..., Any]) -> None:
    server = odoo_of()
    whole = fetch(settings(server), KEY, terms=FAST).data
    assert fetch(settings(server), KEY, terms=LiveTerms(page=7)).data == whole


def test_what_changed_comes_with_all_that_it_touches(odoo: Any) -> None:
    first = taken(odoo)
    since = odoo.made.clock
    for _ in range(12):
        odoo.made.step()
    later, whole = taken(odoo, since=since), taken(odoo)
    assert adds_up(later) == []
    for name in ("open_items", "receipts", "credit_notes", "allocations", "bills", "bill_payments"):
        everything, told = whole.ledger.table(name).collect(), later.ledger.table(name).collect()
        key = everything.columns
        assert told.join(everything, on=key, how="anti", nulls_equal=True).is_empty(), name
        have = pl.concat([first.ledger.table(name).collect(), told]).unique()
        assert everything.join(have, on=key, how="anti", nulls_equal=True).is_empty(), name
    assert later.ledger.table("open_items").collect().height < whole.ledger.table("open_items").collect().height / 2


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        (["403"], "sources.live.forbidden"),
        (["404"], "sources.live.missing"),
        (["422"], "sources.live.answer"),
        (["page"], "sources.live.answer"),
        (["shape"], "sources.live.answer"),
        (["away"], "sources.live.redirected"),
        (["500"] * 3, "sources.live.trouble"),
        (["slow"] * 3, "sources.live.unreachable"),
    ],
)
def test_what_goes_wrong_is_told_in_words(odoo_of: Callable[..., Any], faults: list[str], code: str) -> None:
    server = odoo_of(invoices=3)
    server.faults = ["", *faults]
    waited_for = 0.25 if "slow" in faults else 60.0
    with pytest.raises(SolventError) as caught:
        fetch(settings(server), KEY, terms=LiveTerms(wait_seconds=0.01, seconds=waited_for, tries=3))
    assert caught.value.problem.code == code


def test_a_key_that_is_not_accepted_on_either_protocol(odoo_of: Callable[..., Any]) -> None:
    for server, more in ((odoo_of(invoices=1), {}), (odoo_of(invoices=1, older=True), {"login": "books@example.com"})):
        with pytest.raises(SolventError) as caught:
            fetch(settings(server, **more), "wrong", terms=FAST)
        assert caught.value.problem.code == "sources.live.key"
    older = odoo_of(invoices=1, older=True)
    older.forbidden = {"account.move.line"}
    with pytest.raises(SolventError) as caught:
        fetch(settings(older, login=older.LOGIN), KEY, terms=FAST)
    assert caught.value.problem.code == "sources.live.forbidden"


def test_an_original_that_was_cut_off_is_refused(odoo_of: Callable[..., Any]) -> None:
    source = fetch(settings(odoo_of(invoices=3)), KEY, terms=FAST)
    cut = take_in(Source(source.name, source.data[:-40]), Known(), importers=[Odoo()])
    assert [problem.code for problem in cut.ledger.problems] == ["sources.original.unreadable"]

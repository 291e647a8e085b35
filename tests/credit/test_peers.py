"""Peers: what a tape tells and keeps back, who can match it, and what becomes of it on the other side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import SolventError
from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.credit.peers import DEFAULTS, FORM, TAPE, Peers, Told, peer_references, peer_tape
from solvent.measures.trade.behaviour import behaviour
from thorough import cases

BooksOf = Callable[..., Books]
SECRET = "a secret among us"
FACTORIES, SHOPS = "factory", "shop"


def firm(
    place: int, *, industry: str = SHOPS, country: str = "CN", amount: int = 50_000, late: int = 0
) -> dict[str, object]:
    return {"id": f"q{place}", "industry": industry, "country": country, "amount": amount * 100, "late": late}


def books(*firms: dict[str, object], number: str = "91350100M000{}") -> Books:
    """Each firm with four invoices of its amount, paid so many days late."""
    day = date(2026, 1, 1)
    customers, items, receipts, settled = [], [], [], []
    for one in firms:
        who, own = one["id"], {"customer_id": one["id"], "recorded_on": day}
        customers.append({**own, "name": f"Name of {who}", "tax_id": number.format(who), **{
            name: one[name] for name in ("country", "industry")}})  # fmt: skip
        for month in (1, 3, 5, 8):
            key, due = f"{who}-{month}", date(2026, month, 20)
            paid = date.fromordinal(due.toordinal() + int(str(one["late"])))
            money = {"currency": "CNY", "amount": one["amount"]}
            issued = {"issued_on": date(2026, month, 1), "due_on": due}
            items.append({**own, **money, **issued, "item_id": key, "invoice_id": key})
            receipts.append({**own, **money, "receipt_id": key, "received_on": paid})
            settled.append({**money, "recorded_on": day, "allocation_id": key, "item_id": key, "source": "receipt",
                            "source_id": key, "allocated_on": paid})  # fmt: skip
    rows = {"customers": customers, "open_items": items, "receipts": receipts, "allocations": settled}
    tables = {name: TABLES[name].conform(pl.LazyFrame(told)) for name, told in rows.items()}
    return open_books(Ledger(tables, currency="CNY"), date(2026, 12, 31))


def tape(made: Books, secret: str = SECRET, terms: Peers = DEFAULTS) -> Told:
    return peer_tape(made, behaviour(made), secret, terms)


def test_the_tape_names_nobody_and_is_in_no_order_of_ours() -> None:
    made = books(*(firm(place) for place in range(5)))
    told = tape(made).tape
    assert told.columns == list(TAPE)
    assert told.height == 5
    text = told.write_csv()
    assert not [one for place in range(5) for one in (f"q{place}", "Name", "91350100") if one in text]
    assert told.get_column("match").is_sorted()
    row = told.drop("match").unique().row(0, named=True)
    assert row == {
        "tape": FORM, "told_on": date(2026, 12, 31), "country": "CN", "industry": SHOPS, "years_band": "..1",
        "currency": "CNY", "amount_band": "10000..100000", "beyond_terms_band": "-5..5", "terms_band": "1..31",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "late", "amounts", "days"),
    [
        (9_999, 4, "..10000", "-5..5"),
        (10_000, 5, "10000..100000", "5..15"),
        (99_999, 14, "10000..100000", "5..15"),
        (100_000, 15, "100000..1000000", "15..30"),
        (10_000_000, 90, "10000000..", "90.."),
    ],
)
def test_bands_begin_at_their_lines(amount: int, late: int, amounts: str, days: str) -> None:
    """The four invoices are paid before the next one is issued if they are under 39 days late."""
    made = books(*(firm(place, amount=amount, late=late) for place in range(5)))
    row = tape(made).tape.row(0, named=True)
    if late < 39:
        assert row["amount_band"] == amounts
    assert row["beyond_terms_band"] == days


def test_a_cell_that_few_share_loses_industry_then_country_then_its_row() -> None:
    five = [firm(place) for place in range(5)]
    four = [firm(place, industry=FACTORIES) for place in range(10, 14)]
    assert tape(books(*five, *four)).tape.get_column("industry").to_list().count(FACTORIES) == 0
    told = tape(books(*five, *four))
    assert (told.tape.height, told.alone) == (5, 4), "four of an industry are too few even without it"
    more = [*four, firm(20, industry="farm")]
    told = tape(books(*five, *more))
    assert (told.tape.height, told.alone) == (10, 0)
    assert told.tape.get_column("industry").null_count() == 5
    assert told.tape.get_column("country").null_count() == 0
    abroad = [*four, firm(20, industry="farm", country="DE")]
    told = tape(books(*five, *abroad))
    assert (told.tape.height, told.alone) == (10, 0)
    assert told.tape.get_column("country").null_count() == 5


def test_an_amount_that_names_itself_is_left_out() -> None:
    one_large = [firm(0, amount=90_000), *(firm(place, amount=18_000) for place in range(1, 6))]
    told = tape(books(*one_large)).tape
    assert told.get_column("amount_band").null_count() == 0, "half of all is not more than half"
    one_larger = [firm(0, amount=90_100), *one_large[1:]]
    assert tape(books(*one_larger)).tape.get_column("amount_band").null_count() == 1


def test_who_has_no_number_or_too_little_trade_is_counted() -> None:
    made = books(*(firm(place) for place in range(5)))
    named = made.table("customers").with_columns(pl.when(pl.col("customer_id") != "q0").then("tax_id").alias("tax_id"))
    blind = replace(made, tables={**made.tables, "customers": named})
    told = tape(blind, terms=replace(DEFAULTS, fewest=4))
    assert (told.tape.height, told.unnamed) == (4, 1)
    told = tape(made, terms=replace(DEFAULTS, payments=5))
    assert (told.tape.height, told.untraded) == (0, 5)


@settings(max_examples=cases(12, 60), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([SHOPS, FACTORIES, "farm"]), st.sampled_from(["CN", "DE"]),
                  st.sampled_from([5_000, 50_000, 500_000])),
        min_size=1,
        max_size=24,
    ),
    st.integers(2, 6),
)  # fmt: skip
def test_no_cell_is_shared_by_fewer(firms: list[tuple[str, str, int]], fewest: int) -> None:
    made = books(*(firm(at, industry=i, country=c, amount=a) for at, (i, c, a) in enumerate(firms)))
    told = tape(made, terms=replace(DEFAULTS, fewest=fewest, largest_share=1.0))
    assert told.tape.height + told.alone == len(firms)
    sizes = told.tape.group_by("country", "industry", "amount_band", "terms_band").len().get_column("len")
    assert all(size >= fewest for size in sizes)


def test_only_who_knows_number_and_secret_can_match() -> None:
    made = books(*(firm(place, late=20) for place in range(5)))
    told = tape(made).tape
    heard = peer_references(made, told, SECRET, "peer A")
    assert heard.references.height == 5
    assert heard.strangers == 0
    wrong = peer_references(made, told, SECRET + "!", "peer A")
    assert (wrong.references.height, wrong.strangers) == (0, 5)
    others = books(*(firm(place) for place in range(5)), number="91350100X000{}")
    assert peer_references(others, told, SECRET, "peer A").strangers == 5
    spaced = books(*(firm(place) for place in range(5)), number="9135 0100-m000{}")
    assert peer_references(spaced, told, SECRET, "peer A").strangers == 0, "blanks, dashes and capitals do not matter"


def test_what_is_heard_is_a_trade_reference_of_the_safe_end() -> None:
    made = books(*(firm(place, late=20) for place in range(5)))
    heard = peer_references(made, tape(made).tape, SECRET, "peer A")
    frame = TABLES["trade_references"].conform(heard.references.lazy()).collect()
    assert frame.filter(pl.any_horizontal(*TABLES["trade_references"].broken().values())).is_empty()
    row = frame.row(0, named=True)
    kept = ("told_by", "high_credit", "terms_days", "beyond_terms_days", "opinion")
    assert [row[name] for name in kept] == ["peer A", 1_000_000, 1, 30.0, "fair"]
    for late, opinion in ((4, "good"), (29, "fair"), (30, "poor")):
        made = books(*(firm(place, late=late) for place in range(5)))
        said = peer_references(made, tape(made).tape, SECRET, "p").references
        assert said.get_column("opinion").unique().to_list() == [opinion]


def test_what_is_wrong_is_refused() -> None:
    made = books(*(firm(place) for place in range(5)))
    told = tape(made).tape
    with pytest.raises(SolventError, match=r"peers\.secret_short"):
        tape(made, "s" * 15)
    tape(made, "s" * 16)
    with pytest.raises(SolventError, match=r"peers\.tape_form"):
        peer_references(made, told.drop("match"), SECRET, "p")
    with pytest.raises(SolventError, match=r"peers\.tape_form"):
        peer_references(made, told.with_columns(pl.lit("other/1").alias("tape")), SECRET, "p")
    later = told.with_columns(pl.lit(date(2027, 1, 1)).alias("told_on"))
    heard = peer_references(made, later, SECRET, "p")
    assert heard.references.is_empty()
    assert [problem.code for problem in heard.problems] == ["peers.from_the_future"]

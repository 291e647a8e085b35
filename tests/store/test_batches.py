"""Batches: new, known, corrected; undone; and never half."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pytest
from support import Place, frames, intake, item, line

from solvent.base.problem import SolventError
from solvent.intake.intake import Source

Load = Callable[..., int]


def store() -> Any:
    """The modules of the store, which need Django set up."""
    from solvent_server.store import batches, books, work  # noqa: PLC0415

    return batches, books, work


def standing(table: str) -> pl.DataFrame:
    _, books, work = store()
    return books.ledger(work.only_company(actor="test")).table(table).collect()


def amounts() -> Mapping[str, int]:
    return dict(standing("open_items").sort("item_id").select("item_id", "amount").iter_rows())


def test_what_goes_in_comes_out(place: Place, load: Load) -> None:
    rows = [item(1, 100), item(2, 2**62, salesperson="王芳", booked_amount=-5), item(3, 7, order_id="", currency="JPY")]
    load(
        "a",
        open_items=rows,
        fx_rates=[{"currency": "USD", "quote": "CNY", "day_on": item(1)["issued_on"], "rate": 0.1 + 0.2}],
    )
    told = standing("open_items").sort("item_id")
    assert told.equals(frames(open_items=rows)["open_items"].sort("item_id"))
    assert standing("fx_rates")["rate"].to_list() == [0.1 + 0.2]


def test_a_file_counts_once(place: Place, load: Load) -> None:
    batches, _, work = store()
    batch = load("a", open_items=[item(1)])
    again = batches.stage(
        work.only_company(actor="test"), intake(open_items=[item(1)]), original=Source("a", b"a"), kind="ledger",
        actor="test",
    )  # fmt: skip
    assert again.already
    assert again.batch == batch


def test_an_overlapping_file_adds_what_is_new(place: Place, load: Load) -> None:
    batches, _, work = store()
    load("a", open_items=[item(1), item(2)])
    company = work.only_company(actor="test")
    staged = batches.stage(
        company, intake(open_items=[item(3), item(2), item(1, 120)]), original=Source("b", b"b"), kind="ledger",
        actor="test",
    )  # fmt: skip
    preview = batches.preview(company, staged.batch)
    assert preview.counts == {"open_items": {"new": 1, "known": 1, "changed": 1}}
    assert preview.changed.select("key", "column", "old", "new").rows() == [("i1", "amount", "100", "120")]
    assert batches.commit(company, staged.batch, "test").counts == preview.counts
    assert amounts() == {"i1": 120, "i2": 100, "i3": 100}


def test_rows_that_break_a_law_stay_outside_and_are_told(place: Place) -> None:
    batches, _, work = store()
    company = work.only_company("CNY", actor="test")
    bad = [item(1), item(2, -5), item(3, customer_id=None), item(1), item(4), item(4, 5)]
    staged = batches.stage(company, intake(open_items=bad), original=Source("a", b"a"), kind="ledger", actor="test")
    assert sorted((one.facts["rule"], one.facts["count"]) for one in staged.problems) == [
        ("amount_not_positive", 1), ("empty.customer_id", 1), ("key.doubled", 1),
    ]  # fmt: skip
    batches.commit(company, staged.batch, "test")
    assert amounts() == {"i1": 100, "i4": 100}
    with pytest.raises(SolventError, match=r"store\.rows\.refused"):
        batches.record(company, frames(open_items=[item(9, 0)]), kind="person", actor="test")


def test_undo_takes_back_and_the_file_can_come_again(place: Place, load: Load) -> None:
    batches, books, work = store()
    first = load("a", open_items=[item(1)], bank_lines=[line(1)])
    company = work.only_company(actor="test")
    done = batches.undo(company, first, "test", "wrong file")
    assert not books.ledger(company).tables
    with pytest.raises(SolventError, match="not_committed"):
        batches.undo(company, first, "test", "twice")
    with pytest.raises(SolventError, match="not_committed"):
        batches.undo(company, done.batch, "test", "an undo")
    load("a", open_items=[item(1)], bank_lines=[line(1)])
    assert amounts() == {"i1": 100}


def test_undo_is_refused_where_something_was_built(place: Place, load: Load) -> None:
    batches, _, work = store()
    first = load("a", open_items=[item(1)])
    paid = {"allocation_id": "x", "item_id": "i1", "source": "write_off", "allocated_on": item(1)["issued_on"]}
    second = load("b", allocations=[{**paid, "amount": 40}])
    company = work.only_company(actor="test")
    with pytest.raises(SolventError) as refused:
        batches.undo(company, first, "test", "")
    assert refused.value.problem.facts["other"] == "x"
    batches.undo(company, second, "test", "")
    batches.undo(company, first, "test", "")
    assert amounts() == {}


def test_undo_of_a_correction_brings_the_row_before_back(place: Place, load: Load) -> None:
    batches, _, work = store()
    paid = {"allocation_id": "x", "item_id": "i1", "source": "write_off", "allocated_on": item(1)["issued_on"]}
    first = load("a", open_items=[item(1), item(2)], allocations=[{**paid, "amount": 4}])
    second = load("b", open_items=[item(1, 150)])
    company = work.only_company(actor="test")
    with pytest.raises(SolventError, match="built_on"):
        batches.undo(company, first, "test", "")
    batches.undo(company, second, "test", "")
    assert amounts() == {"i1": 100, "i2": 100}
    batches.undo(company, first, "test", "")
    assert amounts() == {}


def test_a_corrected_allocation_does_not_hold_its_import_for_ever(place: Place, load: Load) -> None:
    batches, _, work = store()
    paid = {"allocation_id": "x", "item_id": "i1", "source": "write_off", "allocated_on": item(1)["issued_on"]}
    first = load("a", open_items=[item(1)], allocations=[{**paid, "amount": 40}])
    second = load("b", allocations=[{**paid, "amount": 50}])
    company = work.only_company(actor="test")
    batches.undo(company, second, "test", "")
    batches.undo(company, first, "test", "")
    assert amounts() == {}


def test_what_two_files_brought_stays_when_one_is_undone(place: Place, load: Load) -> None:
    batches, _, work = store()
    january = load("jan", bank_lines=[line(1)])
    both = load("jan-feb", bank_lines=[line(1), line(2)])
    company = work.only_company(actor="test")
    batches.undo(company, january, "test", "")
    assert standing("bank_lines")["line_id"].sort().to_list() == ["l1", "l2"]
    batches.undo(company, both, "test", "")
    assert standing("bank_lines").is_empty()


def test_rows_can_be_withdrawn_by_key(place: Place, load: Load) -> None:
    batches, _, work = store()
    load("a", open_items=[item(1), item(2)])
    batches.withdraw(work.only_company(actor="test"), {"open_items": ["i1"]}, actor="test", reason="not ours")
    assert amounts() == {"i2": 100}
    load("b", open_items=[item(1, 70)])
    assert amounts() == {"i1": 70, "i2": 100}


def test_companies_never_see_each_other(place: Place) -> None:
    batches, books, work = store()
    one, two = (work.set_company(code, "test", currency="CNY") for code in ("one", "two"))
    done = batches.record(one, frames(open_items=[item(1)]), kind="person", actor="test")
    batches.record(two, frames(open_items=[item(1, 5)]), kind="person", actor="test")
    assert books.ledger(one).table("open_items").collect()["amount"].to_list() == [100]
    assert books.ledger(two).table("open_items").collect()["amount"].to_list() == [5]
    with pytest.raises(SolventError, match=r"batch\.unknown"):
        batches.undo(two, done.batch, "test", "")
    with pytest.raises(SolventError, match=r"company\.which"):
        work.only_company(actor="test")


def test_text_of_every_kind_survives(place: Place, load: Load) -> None:
    names = [
        "",
        " ",
        'a"b',
        "a,b",
        "a\nb",
        "\\N",
        "\\.",
        "NULL",
        "=1+1",
        "海锚\u3000设备",
        "🧾",
        "'",
        "a\tb",
        "x" * 5000,
    ]
    load("a", customers=[{"customer_id": f"c{place}", "name": name} for place, name in enumerate(names)])
    told = dict(standing("customers").select("customer_id", "name").iter_rows())
    assert [told[f"c{place}"] for place in range(len(names))] == names
    load("b", customers=[{"customer_id": "nul", "name": "a\x00b\x1fc"}, {"customer_id": "none"}])
    told = dict(standing("customers").select("customer_id", "name").iter_rows())
    assert told["nul"] == "a\ufffdb\ufffdc"
    assert told["none"] is None


def test_a_list_that_tells_less_of_a_customer_empties_nothing(load: Any) -> None:
    load("a", customers=[{"customer_id": "lantern", "name": "Lantern", "country": "CN", "terms_days": 30}])
    load("b", customers=[{"customer_id": "lantern", "name": "Lantern Ltd"}])
    row = standing("customers").row(0, named=True)
    assert (row["name"], row["country"], row["terms_days"]) == ("Lantern Ltd", "CN", 30)
    load("c", customers=[{"customer_id": "lantern", "country": "DE"}])
    row = standing("customers").row(0, named=True)
    assert (row["name"], row["country"], row["terms_days"]) == ("Lantern Ltd", "DE", 30)

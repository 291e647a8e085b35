"""Matching desk: each act is in the books whole, the desk says what the books say, two people place nothing twice."""

from __future__ import annotations

import threading
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import polars as pl
import pytest
from support import DAY, Place, item, line

from solvent.base.problem import SolventError
from solvent.books.books import open_books
from solvent.intake.matching.match import match
from solvent.intake.matching.question import question
from solvent_server.store import database

Load = Callable[..., int]


def customers(*names: str) -> list[dict[str, Any]]:
    return [{"customer_id": name, "name": f"{name} trading"} for name in names]


@pytest.fixture
def desk(place: Place, load: Load) -> Iterator[Any]:
    """A small ledger and five receipts: two sure, one to confirm, one that nothing fits, one of nobody."""
    load(
        "ledger",
        customers=customers("lantern", "orchard"),
        open_items=[
            item(1, 10_000), item(2, 25_000, due_on=date(2026, 4, 1)), item(3, 40_000),
            item(4, 7_000, customer_id="orchard"), item(5, 9_000, customer_id="orchard"),
            item(6, 5_000, customer_id="orchard", currency="EUR"),
        ],
        bank_lines=[
            line(1, 10_000, counterparty="lantern trading", reference="i1"),
            line(2, 7_000, counterparty="orchard trading", reference="i4"),
            line(3, 30_000, counterparty="lantern trading"),
            line(4, 8_888, counterparty="A stranger"),
            line(5, 100, counterparty="Tax office"),
        ],
    )  # fmt: skip
    from solvent_server.store import work  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching import laid  # noqa: PLC0415

    laid.forget()
    yield work.only_company("CNY", actor="test")
    laid.forget()


def as_the_books(company: Any) -> None:
    """The desk is what reading the books anew gives: everything but the order of payers, who only ever help."""
    from solvent_server.store import books as stored  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching.laid import laid  # noqa: PLC0415

    here = laid(company)
    ledger = stored.ledger(company)
    lines = ledger.table("bank_lines").select(pl.col("booked_on").max()).collect().item()
    anew = question(open_books(ledger, max(lines, ledger.last_day())))
    assert here.commit == stored.last_commit(company)
    for name in ("money", "items", "recorded", "bills", "paid_bills", "flows", "customers"):
        mine, theirs = (getattr(one, name) for one in (here.asked, anew))
        assert mine.sort(pl.all()).equals(theirs.sort(pl.all())), name


def owed(company: Any) -> dict[str, int]:
    from solvent_server.store import books as stored  # noqa: PLC0415 (needs Django set up)

    books = open_books(stored.ledger(company), date(2026, 12, 31))
    rows = books.journal.open_items(books.as_of).collect()
    return dict(rows.select("item_id", "amount").iter_rows())


@pytest.mark.parametrize("many", [2_000, 0], ids=["all-anew", "some-anew"])
def test_each_act_is_in_the_books_and_comes_back_out(desk: Any, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether all that lies there is matched anew after each act, or only what the act touches."""
    from solvent_server.store.models import AuditLine  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching import acts  # noqa: PLC0415
    from solvent_server.web.matching import laid as lying  # noqa: PLC0415
    from solvent_server.web.matching.laid import laid  # noqa: PLC0415

    monkeypatch.setattr(lying, "MANY", many)
    before = owed(desk)
    assert laid(desk).row("l1")["decision"] == "automatic"
    done = [acts.accept(desk, "l1", "anna", laid(desk).mark("l1")).batch]
    assert "i1" not in owed(desk)
    as_the_books(desk)
    paid = [acts.Paid("i2", 20_000), acts.Paid("i3", 8_000)]
    done.append(acts.place(desk, "l3", "lantern", paid, "berta").batch)
    assert (owed(desk)["i2"], owed(desk)["i3"], owed(desk)["bank:l3"]) == (5_000, 32_000, -2_000)
    as_the_books(desk)
    done.append(acts.place(desk, "bank:l3", "lantern", [acts.Paid("i2", 2_000, 250, "discount")], "berta").batch)
    assert owed(desk)["i2"] == 2_750
    assert "bank:l3" not in owed(desk)
    as_the_books(desk)
    done.append(acts.place(desk, "l4", "orchard", [], "berta").batch)
    assert owed(desk)["bank:l4"] == -8_888
    as_the_books(desk)
    done.append(acts.put_aside(desk, "l5", "tax_refund", "assessed twice", "berta").batch)
    assert laid(desk).row("l5") is None
    as_the_books(desk)
    told = AuditLine.objects.filter(subject__in=[f"batch {one}" for one in done]).values_list("actor", flat=True)
    assert sorted(told) == ["anna", "berta", "berta", "berta", "berta"]
    for one in reversed(done):
        acts.undo(desk, one, "berta")
        as_the_books(desk)
    assert owed(desk) == before
    acts.accept(desk, "l1", "anna", laid(desk).mark("l1"))  # once more, after it was taken back
    assert "i1" not in owed(desk)


def test_all_sure_ones_at_once_and_only_these(desk: Any) -> None:
    from solvent_server.web.matching import acts  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching.laid import laid  # noqa: PLC0415

    sure = set(laid(desk).money.filter(pl.col("decision") == "automatic").get_column("source_id"))
    assert {"l1", "l2"} <= sure
    done, many = acts.accept_sure(desk, "anna")
    assert many == len(sure)
    left = set(laid(desk).money.get_column("source_id"))
    assert not left & sure
    assert done is not None
    assert acts.accept_sure(desk, "anna") == (None, 0)
    as_the_books(desk)


@pytest.mark.parametrize(
    ("line_id", "customer", "paid", "code"),
    [
        ("l9", "lantern", [], "matching.placed_already"),
        ("l3", "nobody", [], "store.desk.nobody"),
        ("l3", "lantern", [("i1", 10_001)], "matching.more_than_open"),
        ("l3", "lantern", [("i1", 0)], "matching.more_than_open"),
        ("l3", "lantern", [("i3", 30_001)], "matching.more_than_came"),
        ("l3", "lantern", [("i1", 1), ("i1", 2)], "matching.named_twice"),
        ("l3", "lantern", [("i9", 1)], "matching.item_not_open"),
        ("l3", "orchard", [("i6", 1)], "matching.other_currency"),
        ("l3", "lantern", [("i1", 9_000, 500, "present")], "matching.code_unknown"),
        ("l3", "lantern", [("i1", 9_000, 501, "discount")], "matching.write_off"),
    ],
)
def test_what_cannot_be_placed_changes_nothing(
    desk: Any, line_id: str, customer: str, paid: list[tuple[Any, ...]], code: str
) -> None:
    from solvent_server.store import books as stored  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching import acts  # noqa: PLC0415

    before = stored.last_commit(desk)
    with pytest.raises(SolventError) as told:
        acts.place(desk, line_id, customer, [acts.Paid(*one) for one in paid], "anna")
    assert told.value.problem.code == code
    assert stored.last_commit(desk) == before


def test_a_rest_of_five_per_cent_is_closed_and_not_more(desk: Any) -> None:
    from solvent_server.web.matching import acts  # noqa: PLC0415 (needs Django set up)

    acts.place(desk, "l3", "lantern", [acts.Paid("i1", 9_500, 500, "fee")], "anna")
    assert "i1" not in owed(desk)


def test_a_receipt_is_taken_off_what_it_paid(desk: Any) -> None:
    from solvent_server.web.matching import acts  # noqa: PLC0415 (needs Django set up)

    before = owed(desk)
    acts.place(desk, "l3", "lantern", [acts.Paid("i1", 9_900, 100, "rounding"), acts.Paid("i2", 20_100)], "anna")
    acts.take_back(desk, "bank:l3", "anna")
    assert owed(desk) == before
    as_the_books(desk)
    with pytest.raises(SolventError):
        acts.take_back(desk, "bank:l3", "anna")


def test_one_who_comes_second_is_told_so(desk: Any) -> None:
    from solvent_server.web.matching import acts  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching.laid import laid  # noqa: PLC0415

    seen = laid(desk).mark("l1")
    acts.accept(desk, "l1", "anna", seen)
    with pytest.raises(SolventError) as told:
        acts.accept(desk, "l1", "berta", seen)
    assert told.value.problem.code == "matching.placed_already"
    with pytest.raises(SolventError) as told:
        acts.place(desk, "l3", "lantern", [acts.Paid("i1", 10_000)], "berta")
    assert told.value.problem.code == "matching.item_not_open"


def test_what_was_not_seen_is_not_accepted(desk: Any) -> None:
    """Somebody pays most of the invoice first: what the desk would propose now is not what the other one looked at."""
    from solvent_server.web.matching import acts  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching.laid import laid  # noqa: PLC0415

    seen = laid(desk).mark("l1")
    acts.place(desk, "l4", "lantern", [acts.Paid("i1", 8_888)], "carl")
    with pytest.raises(SolventError) as told:
        acts.accept(desk, "l1", "anna", seen)
    assert told.value.problem.code in {"matching.changed", "matching.nothing_proposed"}


def test_two_people_at_once_place_nothing_twice(place: Place, desk: Any) -> None:
    """Everybody wants the same line and the same invoice at the same moment: one gets it, the others are told."""
    from solvent_server.web.matching import acts  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching.laid import laid  # noqa: PLC0415

    seen = laid(desk).mark("l1")
    ready = threading.Barrier(6)
    said: list[str] = []
    wanted: list[Callable[[], Any]] = [
        *[lambda: acts.accept(desk, "l1", "anna", seen)] * 2,
        *[lambda: acts.place(desk, "l3", "lantern", [acts.Paid("i3", 30_000)], "berta")] * 2,
        *[lambda: acts.place(desk, "l4", "lantern", [acts.Paid("i1", 8_888)], "carl")] * 2,
    ]

    def work(act: Callable[[], Any]) -> None:
        ready.wait()
        try:
            act()
            said.append("done")
        except SolventError as error:
            said.append(error.problem.code)
        finally:
            with suppress(Exception):
                database.close()

    threads = [threading.Thread(target=work, args=(act,)) for act in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "matching.too_busy" not in said
    assert said.count("done") == 2, said  # l3 once; and of l1 and l4, which both want i1, one
    rests = owed(desk)
    assert rests["i3"] == 10_000
    assert rests.get("i1", 0) in {0, 1_112}
    as_the_books(desk)


def test_the_command_too_puts_a_rest_on_the_same_invoice_again(desk: Any) -> None:
    """Of 100.00 a person put 40.00 on i1; what the command accepts of the rest comes beside it, not in its place."""
    from solvent_server.commands.match import _apply, _books  # noqa: PLC0415 (needs Django set up)
    from solvent_server.web.matching import acts  # noqa: PLC0415

    acts.place(desk, "l1", "lantern", [acts.Paid("i1", 4_000)], "anna")
    assert owed(desk)["i1"] == 6_000
    asked = question(_books(desk, None))
    made = _apply(desk, Namespace(apply=False, accept=["bank:l1"], reason=""), match(asked), asked)
    assert len(made) == 1
    assert "i1" not in owed(desk)


def test_a_statement_that_comes_again_takes_no_word_of_a_person_back(desk: Any, load: Load) -> None:
    """Line 5 is tax; the next file brings it again with others, as it was, and then with another reference."""
    from solvent_server.store.desk import claims  # noqa: PLC0415 (needs Django set up)
    from solvent_server.store.desk.ledgers import rows_by  # noqa: PLC0415
    from solvent_server.web.matching import acts  # noqa: PLC0415
    from solvent_server.web.matching.laid import laid  # noqa: PLC0415

    def told(number: str) -> tuple[str | None, str | None]:
        return rows_by("bank_lines", desk, "key", [number]).select("category", "reference").row(0)

    done = acts.put_aside(desk, "l5", "tax_refund", "told by the office", "anna")
    load("overlap", bank_lines=[line(4, 8_888, counterparty="A stranger"), line(5, 100, counterparty="Tax office"),
                                line(6, 1, counterparty="New")])  # fmt: skip
    assert told("l5")[0] == "tax_refund"
    assert laid(desk).row("l5") is None
    assert laid(desk).row("l6") is not None
    acts.undo(desk, done.batch, "anna")
    assert told("l5")[0] is None, "what the person said was not brought by the file, so it comes out again"
    acts.put_aside(desk, "l5", "tax_refund", "told by the office", "anna")
    for name in ("wordy", "wordy again"):
        load(name, bank_lines=[line(5, 100, counterparty="Tax office", reference="refund")])
        assert told("l5") == ("tax_refund", "refund")
    number = "from the other system"
    said = {"dispute_id": number, "item_id": "i1", "opened_on": date(2026, 3, 1), "reason": "price"}
    load("disputes", disputes=[said])
    claims.close_dispute(desk, number, outcome="settled", actor="anna", today=date(2026, 3, 20))
    load("disputes again", disputes=[said, said | {"dispute_id": "another"}])
    closed = rows_by("disputes", desk, "item_id", ["i1"]).sort("dispute_id").get_column("closed_on").to_list()
    assert closed == [None, date(2026, 3, 20)]


@pytest.mark.parametrize(
    ("came", "amounts"),
    [
        (0, [12_500] * 6),  # nothing to go by: half as many parts as there may be
        (240_000, [9_375] * 8),  # 40,000 a month, a quarter of it on top: 75,000 in parts of at most 10,000
        (1_200_000, [37_500, 37_500]),  # at least two
        (60_000, [6_250] * 12),  # 2,500 on top would take 30 months: at most twelve
    ],
)
def test_a_plan_is_drafted_out_of_what_the_customer_can_pay(
    desk: Any, load: Load, came: int, amounts: list[int]
) -> None:
    """Lantern owes 75,000, all overdue on 31 December; so much came from July to November, and much before that."""
    from solvent_server.store.desk import claims  # noqa: PLC0415 (needs Django set up)

    receipt = {"customer_id": "lantern", "currency": "CNY"}
    rows = [{**receipt, "receipt_id": "old", "received_on": date(2026, 5, 31), "amount": 9_000_000}]
    if came:
        rows += [{**receipt, "receipt_id": f"r{month}", "received_on": date(2026, month, 1), "amount": came // 6}
                 for month in range(6, 12)]  # fmt: skip
    load("receipts", receipts=rows)
    told = claims.draft(desk, "lantern", "CNY", today=date(2026, 12, 31))
    assert [one.amount for one in told.parts] == amounts
    assert (told.of, told.monthly) == (75_000, came // 6)
    days = [one.on for one in told.parts]
    assert days[0] == date(2027, 1, 31)
    assert days[1] == date(2027, 2, 28), "a month that has no such day ends earlier"
    left = claims.draft(desk, "lantern", "CNY", left=30_001, today=date(2026, 12, 31))
    assert sum(one.amount for one in left.parts) == 30_001


def test_the_day_of_the_books_is_that_of_the_last_line(desk: Any) -> None:
    from solvent_server.web.matching.laid import laid  # noqa: PLC0415 (needs Django set up)

    assert laid(desk).money.get_column("day_on").to_list() == [DAY] * 5


def test_notes_and_claims_keep_the_store_sound_and_nothing_of_them_changes(desk: Any) -> None:
    """A note is written and struck, never changed; what was entered comes out with its import; all is well after."""
    from django.db import DatabaseError, transaction  # noqa: PLC0415 (needs Django set up)

    from solvent_server.store import batches  # noqa: PLC0415
    from solvent_server.store.desk import claims, notes  # noqa: PLC0415
    from solvent_server.store.keeping.checks import check_store  # noqa: PLC0415
    from solvent_server.store.models import Note  # noqa: PLC0415

    number = notes.write(desk, "customer", "lantern", "asks for time", actor="anna")
    with pytest.raises(SolventError) as told:
        notes.strike(desk, number, reason="not mine", actor="berta")
    assert told.value.problem.code == "notes.of_another"
    notes.strike(desk, number, reason="another customer", actor="anna (command line)")
    with pytest.raises(SolventError) as told:
        notes.strike(desk, number, reason="again", actor="anna")
    assert told.value.problem.code == "notes.unknown"
    read = notes.notes(desk, "customer", ["lantern"])
    assert [(one.text, one.struck_by, one.why) for one in read] == [("asks for time", "anna", "another customer")]
    for change in (lambda: Note.objects.all().update(text="x"), lambda: Note.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    before = owed(desk)
    done = claims.dispute(desk, "i2", reason="wet", amount=1_000, owner="mia", actor="anna")
    instalments = [claims.Instalment(date(2030, 1, 1), 5_000), claims.Instalment(date(2030, 2, 1), 5_000)]
    planned, made = claims.plan(desk, "lantern", "CNY", instalments, actor="anna", today=DAY)
    assert owed(desk) == before  # neither changes what is owed
    assert claims.entered(desk, done.batch)
    assert claims.entered(desk, made.batch)
    claims.end_plan(desk, planned, reason="paid", actor="anna", today=date(2030, 1, 15))
    rows = claims.rows_by("promises", desk, "customer_id", ["lantern"]).sort("promised_on")
    assert rows.get_column("withdrawn_on").to_list() == [None, date(2030, 1, 15)]  # whose day is over stays as it was
    batches.undo(desk, done.batch, "anna", "a mistake")
    assert not claims.rows_by("disputes", desk, "item_id", ["i2"]).height
    assert not [outcome for outcome in check_store() if outcome.subjects]


def test_rows_found_by_index_are_the_rows_that_stand(desk: Any) -> None:
    """What pages about one customer read is what reading the whole books and looking for it gives."""
    from solvent_server.store import books as stored  # noqa: PLC0415 (needs Django set up)
    from solvent_server.store.desk.ledgers import ledger_of  # noqa: PLC0415
    from solvent_server.web.matching import acts  # noqa: PLC0415

    acts.place(desk, "l3", "lantern", [acts.Paid("i1", 9_900, 100, "fee")], "anna")
    undone = acts.place(desk, "l4", "orchard", [acts.Paid("i4", 7_000)], "anna")
    acts.undo(desk, undone.batch, "anna")
    whole = stored.ledger(desk)
    for customer in ("lantern", "orchard"):
        mine = ledger_of(desk, customer)
        for name in ("open_items", "receipts", "customers"):
            every = whole.table(name).filter(pl.col("customer_id") == customer).collect()
            assert mine.table(name).collect().sort(pl.all()).equals(every.sort(pl.all())), name
    applied = whole.table("allocations").collect()
    assert ledger_of(desk, "lantern").table("allocations").collect().sort(pl.all()).equals(applied.sort(pl.all()))

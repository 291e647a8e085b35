"""The back-test of rules against histories of which the right answer is counted by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from solvent.base.terms import Policy, Terms, term
from solvent.books.books import TABLES, Ledger, open_books
from solvent.decisions.warnings.backtest import TESTED, backtest_rules, opener
from solvent.decisions.warnings.rule import READING, Lines, Rule
from solvent.decisions.warnings.troubles import Trouble, outcomes, troubles
from solvent.decisions.warnings.view import View

ENDS = [date(2025, m, d) for m, d in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))]
LAST = date(2026, 1, 31)


@dataclass(frozen=True)
class Made(Terms, key="warnings.made_up_past"):
    """Lines of a made-up rule."""

    yellow: float = term(0.5, unit="level", source="own choice: a test")


def ledger(**tables: list[dict[str, Any]]) -> Ledger:
    """A ledger out of rows; what is recorded on its own day is known at once."""
    frames = {}
    for name, rows in tables.items():
        day = {"open_items": "issued_on", "receipts": "received_on", "allocations": "allocated_on"}.get(name)
        filled = [{"currency": "CNY", "recorded_on": row.get(day, date(2000, 1, 1)), **row} for row in rows]
        if name == "open_items":
            filled = [{"invoice_id": row["item_id"], **row} for row in filled]
        frames[name] = TABLES[name].conform(pl.DataFrame(filled, infer_schema_length=None).lazy())
    return Ledger(frames, currency="CNY")


def item(name: str, customer: str, due: date, amount: int = 10_000) -> dict[str, Any]:
    return {
        "item_id": name,
        "customer_id": customer,
        "issued_on": due - timedelta(days=30),
        "due_on": due,
        "amount": amount,
    }


def paid(of: dict[str, Any], on: date, amount: int | None = None, known: date | None = None) -> dict[str, list[Any]]:
    name, late = f"{of['item_id']}-{on}", {} if known is None else {"recorded_on": known}
    told = {"amount": amount or of["amount"], **late}
    receipt = {"receipt_id": name, "customer_id": of["customer_id"], "received_on": on}
    used = {"allocation_id": name, "item_id": of["item_id"], "source": "receipt", "source_id": name, "allocated_on": on}
    return {"receipts": [{**receipt, **told}], "allocations": [{**used, **told}]}


def all_of(*parts: dict[str, list[dict[str, Any]]]) -> Ledger:
    tables: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        for name, rows in part.items():
            tables.setdefault(name, []).extend(rows)
    return ledger(**tables)


def speaking(days: dict[str, list[date]], about: str = "customer") -> Rule:
    """A rule that speaks of these subjects on these days, and reads every customer of the journal."""

    def read(view: View, _: Made) -> pl.DataFrame:
        names = view.books.journal.customers.get_column("customer_id").to_list()
        rows = [(name, 1.0 if view.as_of in days.get(name, []) else 0.0, []) for name in names]
        return pl.DataFrame(rows, READING, orient="row")

    return Rule(
        about=about, layer="top", crossed="over", unit="level", owner="credit", terms=Made,  # type: ignore[arg-type]
        lines=lambda terms: Lines(terms.yellow), read=read,
    )  # fmt: skip


@pytest.fixture
def story() -> Ledger:
    """Bad is 60 days late on 31 July 2025, Good always pays in time, Slow pays 59 days late."""
    bad, good, slow = (item(name, name, date(2025, 6, 1)) for name in ("bad", "good", "slow"))
    first = {"open_items": [bad, good, slow, *(item(f"{n}0", n, date(2025, 1, 5)) for n in ("bad", "good", "slow"))]}
    early = [paid(item(f"{n}0", n, date(2025, 1, 5)), date(2025, 1, 5)) for n in ("bad", "good", "slow")]
    return all_of(
        first, *early, paid(good, date(2025, 6, 1)), paid(slow, date(2025, 7, 30)), paid(bad, date(2025, 12, 1))
    )


def played(story: Ledger, rules: dict[str, Rule]) -> dict[str, dict[str, Any]]:
    today = open_books(story, LAST)
    frame, problems = backtest_rules(opener(story), today, Policy(LAST), ENDS, rules)
    assert not problems
    assert dict(frame.schema) == dict(TESTED)
    return {row["rule"]: row for row in frame.iter_rows(named=True)}


def test_an_early_warning(story: Ledger) -> None:
    row = played(story, {"r": speaking({"bad": ENDS[3:6]})})["r"]
    assert (row["days"], row["warnings"], row["decided"], row["hits"], row["false_alarm_share"]) == (9, 1, 1, 1, 0.0)
    assert (row["troubles"], row["found"], row["median_lead_days"]) == (1, 1, 92.0)
    assert (row["found_early_share"], row["found_ahead_share"], row["missed_share"]) == (1.0, 1.0, 0.0)
    assert (row["never_troubled"], row["quiet_share"], row["in_trouble"]) == (2, 1.0, 0)


def test_a_false_alarm_and_a_missed_trouble(story: Ledger) -> None:
    row = played(story, {"r": speaking({"good": [ENDS[2]]})})["r"]
    assert (row["warnings"], row["decided"], row["hits"], row["false_alarm_share"]) == (1, 1, 0, 1.0)
    assert (row["troubles"], row["found"], row["median_lead_days"], row["missed_share"]) == (1, 0, None, 1.0)
    assert row["quiet_share"] == 0.5


@pytest.mark.parametrize(("first", "early", "ahead"), [(ENDS[5], 1.0, 0.0), (ENDS[4], 1.0, 1.0), (ENDS[6], 0.0, 0.0)])
def test_how_far_ahead(story: Ledger, first: date, early: float, ahead: float) -> None:
    """The trouble is on 31 July: 30 June is 31 days ahead, 31 May 61, the day itself is no warning."""
    row = played(story, {"r": speaking({"bad": [first]})})["r"]
    assert (row["found_early_share"], row["found_ahead_share"]) == (early, ahead)


def test_what_is_said_after_the_trouble_is_told_apart(story: Ledger) -> None:
    row = played(story, {"r": speaking({"bad": [ENDS[7]]})})["r"]
    assert (row["warnings"], row["in_trouble"], row["decided"], row["false_alarm_share"]) == (1, 1, 0, None)


def test_a_warning_of_which_nothing_is_known_yet_is_not_judged(story: Ledger) -> None:
    """120 days from the last end of September reach to 28 January; a day more and it would be open."""
    today = open_books(story, date(2026, 1, 27))
    frame, _ = backtest_rules(opener(story), today, Policy(LAST), ENDS, {"r": speaking({"good": [ENDS[8]]})})
    assert frame.select("warnings", "decided").row(0) == (1, 0)
    today = open_books(story, date(2026, 1, 28))
    frame, _ = backtest_rules(opener(story), today, Policy(LAST), ENDS, {"r": speaking({"good": [ENDS[8]]})})
    assert frame.select("warnings", "decided").row(0) == (1, 1)


def test_one_silent_look_does_not_end_a_warning_two_do(story: Ledger) -> None:
    rows = played(story, {"one": speaking({"good": [ENDS[0], ENDS[2]]}), "two": speaking({"good": [ENDS[0], ENDS[3]]})})
    assert (rows["one"]["warnings"], rows["two"]["warnings"]) == (2, 2)
    weekly = [ENDS[0] + timedelta(days=7 * n) for n in range(6)]
    books = opener(story)
    rule = speaking({"good": [weekly[0], weekly[2]]})
    frame, _ = backtest_rules(books, open_books(story, LAST), Policy(LAST), weekly, {"r": rule})
    assert frame.item(0, "warnings") == 1


def test_rules_without_a_past_and_subjects_without_an_outcome(story: Ledger) -> None:
    rules = {"never": replace(speaking({}), past=False), "segment": speaking({"good": [ENDS[2]]}, about="industry")}
    rows = played(story, rules)
    assert set(rows) == {"segment"}
    assert (rows["segment"]["warnings"], rows["segment"]["decided"], rows["segment"]["quiet_share"]) == (1, None, None)


def test_days_before_anything_was_sold_are_passed_over(story: Ledger) -> None:
    today, days = open_books(story, LAST), [date(2020, 1, 31), *ENDS]
    frame, _ = backtest_rules(opener(story), today, Policy(LAST), days, {"r": speaking({})})
    assert frame.item(0, "days") == len(ENDS)
    assert backtest_rules(opener(story), today, Policy(LAST), days[:1], {"r": speaking({})})[0].is_empty()


@pytest.mark.parametrize("late", [False, True])
def test_past_days_know_only_what_was_known(late: bool) -> None:
    """A payment of 10 March that was recorded in April is unknown at the end of March."""
    one, two = item("a", "a", date(2025, 3, 1)), item("b", "b", date(2025, 3, 1))
    known = date(2025, 4, 9) if late else None
    made = all_of({"open_items": [one, two]}, paid(one, date(2025, 3, 10), known=known), paid(two, date(2025, 5, 1)))
    opened = opener(made)
    for day in (date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)):
        ours, plain = opened(day), open_books(made, day, known_on=day)
        assert (
            ours.journal.open_items(day)
            .select("item_id", "amount")
            .collect()
            .sort("item_id")
            .equals(plain.journal.open_items(day).select("item_id", "amount").collect().sort("item_id"))
        )
        assert (
            ours.journal.customers.get_column("customer_id")
            .sort()
            .equals(plain.journal.customers.get_column("customer_id").sort())
        )
    assert opened(date(2025, 3, 31)).journal.open_items(date(2025, 3, 31)).collect().height == (2 if late else 1)


@pytest.mark.parametrize(("days", "trouble"), [(59, False), (60, False), (61, True)])
def test_sixty_days_late_is_trouble(days: int, trouble: bool) -> None:
    """Paid on the sixtieth day it is not open at its end."""
    one = item("a", "a", date(2025, 3, 1))
    made = all_of({"open_items": [one]}, paid(one, date(2025, 3, 1) + timedelta(days=days)))
    found = troubles(open_books(made, LAST))
    assert found.height == trouble
    if trouble:
        assert found.row(0) == ("a", date(2025, 4, 30), "late", True, 10_000)


@pytest.mark.parametrize(("rest", "trouble"), [(500, False), (501, True)])
def test_a_small_rest_is_no_trouble(rest: int, trouble: bool) -> None:
    one = item("a", "a", date(2025, 3, 1))
    made = all_of({"open_items": [one]}, paid(one, date(2025, 3, 1), 10_000 - rest))
    assert troubles(open_books(made, LAST)).height == trouble


def test_written_off_disputed_and_again() -> None:
    gone = item("w", "w", date(2025, 3, 1))
    quarrel = item("q", "q", date(2025, 3, 1))
    again = [item(f"s{n}", "s", day) for n, day in enumerate((date(2025, 1, 1), date(2025, 2, 1), date(2025, 8, 1)))]
    off = {
        "allocations": [
            {
                "allocation_id": "w",
                "item_id": "w",
                "source": "write_off",
                "allocated_on": date(2025, 3, 20),
                "amount": 10_000,
            }
        ]
    }
    dispute = {"disputes": [{"dispute_id": "d", "item_id": "q", "opened_on": date(2025, 3, 5)}]}
    made = all_of({"open_items": [gone, quarrel, *again]}, off, dispute)
    books = open_books(made, LAST)
    found = troubles(books, Trouble(clear_days=90))
    assert found.select("customer_id", "trouble_on", "kind", "first").rows() == [
        ("s", date(2025, 3, 2), "late", True),
        ("w", date(2025, 3, 20), "written_off", True),
        ("s", date(2025, 9, 30), "late", False),
    ]
    assert dict(outcomes(books).owes.iter_rows()) == {"q": 10_000, "s": 30_000}


def test_the_company_is_held_against_its_floor() -> None:
    """Fixed cost of 100 a month makes a floor of 300; cash falls under it on 15 August."""
    lines = [
        {"line_id": f"L{m}", "account_id": "A", "booked_on": ENDS[m - 1], "amount": -10_000, "category": "rent"}
        for m in range(1, 10)
    ]
    lines.append(
        {
            "line_id": "X",
            "account_id": "A",
            "booked_on": date(2025, 8, 15),
            "amount": -505_000,
            "category": "other_operating",
        }
    )
    account = [{"account_id": "A", "name": "A"}]
    balance = [{"account_id": "A", "day_on": date(2025, 1, 1), "amount": 600_000}]
    one = item("a", "a", date(2025, 1, 31))
    bank = {"bank_lines": lines, "bank_accounts": account, "balances": balance}
    made = all_of({"open_items": [one]}, bank, paid(one, date(2025, 2, 1)))
    own = speaking({"own": [ENDS[5]]}, about="company")
    read = own.read

    def company(view: View, terms: Made) -> pl.DataFrame:
        every = read(view, terms).with_columns(pl.lit("own").alias("subject"))
        return every.with_columns(pl.lit(float(view.as_of == ENDS[5])).alias("value"))

    row = played(made, {"r": replace(own, read=company)})["r"]
    assert (row["troubles"], row["found"], row["median_lead_days"], row["hits"]) == (1, 1, 46.0, 1)

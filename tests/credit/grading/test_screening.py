"""Screening: each state of each gate, their order, the admission days and the quick screen, at their lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.books.credit.registry import STEPS
from solvent.credit.grading.admission import Admission, admission_days
from solvent.credit.grading.quick import FACTS, Quick, judged, quick_screen
from solvent.credit.grading.screening import GATES, Screened, admitted, screened
from solvent.credit.ratios import ratios
from solvent.measures.trade.behaviour import behaviour

BooksOf = Callable[..., Books]
DAY = date(2026, 10, 31)
CUSTOMERS = "customer_id name\nlantern Lantern"
HEAD = "screening_id customer_id step outcome told_on expires_on reviewer reason\n"


def screen(books: Books) -> Screened:
    return screened(books, Policy(books.as_of))


def states(books: Books) -> dict[str, str]:
    return dict(screen(books).steps.select("step", "state").iter_rows())


def table(books: Books) -> dict[str, Any]:
    return screen(books).table.row(0, named=True)


def passed(*steps: str, day: str = "2026-10-01") -> str:
    return HEAD + "\n".join(f"{step} lantern {step} passed {day} - - -" for step in steps)


def test_steps_come_in_order_and_the_next_one_is_the_first_that_is_not_done(books_of: BooksOf) -> None:
    assert GATES == ("registry", "statements", "reputation")
    for done in range(4):
        books = books_of("2026-10-31", customers=CUSTOMERS, screenings=passed(*STEPS[:done]))
        assert screen(books).steps["step"].to_list() == list(STEPS)
        found = table(books)
        assert found["gates_done"] == done
        assert found["admitted"] == (done == 3)
        assert found["next_step"] == STEPS[done]
    every = table(books_of("2026-10-31", customers=CUSTOMERS, screenings=passed(*STEPS)))
    assert (every["next_step"], every["admitted"]) == (None, True)


def test_a_gate_left_out_is_next_though_a_later_one_is_passed(books_of: BooksOf) -> None:
    found = table(books_of("2026-10-31", customers=CUSTOMERS, screenings=passed("registry", "reputation")))
    assert (found["admitted"], found["next_step"], found["gates_done"]) == (False, "statements", 2)


def test_a_step_is_good_through_its_last_day(books_of: BooksOf) -> None:
    for last, state in (("2026-10-31", "passed"), ("2026-10-30", "expired")):
        rows = HEAD + f"1 lantern registry passed 2026-01-01 {last} - -"
        assert states(books_of("2026-10-31", customers=CUSTOMERS, screenings=rows))["registry"] == state
    for days, state in ((365, "passed"), (366, "expired")):
        told = (DAY - timedelta(days=days)).isoformat()
        books = books_of("2026-10-31", customers=CUSTOMERS, screenings=passed("registry", day=told))
        assert states(books)["registry"] == state


def test_the_newest_outcome_counts_and_a_waiver_admits_with_its_reason(books_of: BooksOf) -> None:
    rows = passed("registry", "reputation") + (
        "\na lantern statements failed 2026-10-01 - - thin\nb lantern statements waived 2026-10-02 - chen known"
    )
    books = books_of("2026-10-31", customers=CUSTOMERS, screenings=rows)
    assert states(books)["statements"] == "waived"
    step = screen(books).steps.row(1, named=True)
    assert (step["reason"], step["reviewer"]) == ("known", "chen")
    assert table(books)["admitted"]
    earlier = books_of("2026-10-01", customers=CUSTOMERS, screenings=rows)
    assert states(earlier)["statements"] == "failed"
    assert table(earlier)["failed"]


def test_a_register_that_says_otherwise_fails_the_gate(books_of: BooksOf) -> None:
    told = {"customers": CUSTOMERS, "screenings": passed(*GATES)}
    for state, wanted in (("active", "passed"), ("revoked", "failed")):
        books = books_of("2026-10-31", **told, registrations=f"customer_id told_on status\nlantern 2026-10-15 {state}")
        assert states(books)["registry"] == wanted
        assert table(books)["admitted"] == (wanted == "passed")
    assert screen(books).steps.item(0, "reason") == "status:revoked"


def test_what_the_files_hold_is_told_beside_an_open_step(books_of: BooksOf) -> None:
    books = books_of(
        "2026-10-31",
        customers=CUSTOMERS,
        registrations="customer_id told_on status\nlantern 2026-10-15 active",
        trade_references="reference_id customer_id told_by told_on opinion\n1 lantern mill 2026-01-01 good",
        statements="entity_id period_end months line amount\n"
        "lantern 2024-12-31 12 total_assets 100\nlantern 2025-12-31 12 total_assets 100",
    )
    held = dict(screen(books).steps.select("step", "at_hand").iter_rows())
    assert held == {
        "registry": True, "statements": True, "reputation": True, "credit_report": False, "litigation": True,
        "ratios": True, "supply_chain": None, "management": None,
    }  # fmt: skip
    one_year = books_of(
        "2026-10-31",
        customers=CUSTOMERS,
        statements="entity_id period_end months line amount\nlantern 2025-12-31 12 total_assets 100",
    )
    held = dict(screen(one_year).steps.select("step", "at_hand").iter_rows())
    assert (held["statements"], held["ratios"]) == (False, True)


def test_the_short_way_says_the_same_as_the_long_one(books_of: BooksOf) -> None:
    rows = passed(*GATES) + "\nx harbour registry failed 2026-10-01 - - gone"
    books = books_of("2026-10-31", customers=CUSTOMERS + "\nmill Mill", screenings=rows)
    long = screen(books).table.select("customer_id", "admitted", "failed", "in_use")
    short = admitted(books, Policy(DAY)).sort("customer_id").collect()
    assert long.equals(short)
    assert long["customer_id"].to_list() == ["harbour", "lantern", "mill"]
    assert not admitted(books_of("2026-10-31", customers=CUSTOMERS), Policy(DAY)).collect().item(0, "in_use")


ASKED = """
customer_id asked_on   decided_on decision
a           2025-01-01 2025-01-21 admitted
b           2025-02-01 2025-02-11 admitted
c           2026-03-01 2026-03-09 admitted
d           2026-04-01 2026-04-11 refused
e           2026-05-01 -          -
f           2026-06-01 2026-06-02 withdrawn
g           2026-10-30 2026-11-02 admitted
"""


def test_admission_days_against_the_time_before(books_of: BooksOf) -> None:
    found = admission_days(books_of("2026-10-31", admissions=ASKED))
    assert found.value == 9.0
    assert dict(found.inputs) == {
        "median_days": 9.0, "decided": 2, "admitted": 1, "refused": 1, "before_days": 15.0, "open": 2,
        "oldest_open_days": 183, "change": pytest.approx(-0.4), "target_change": -0.4, "reached": 1,
    }  # fmt: skip
    slower = admission_days(books_of("2026-10-31", admissions=ASKED.replace("2026-04-11", "2026-04-12")))
    assert slower.inputs["reached"] == 0
    told = admission_days(books_of("2026-10-31", admissions=ASKED), Admission(reference_days=10.0))
    assert told.inputs["change"] == pytest.approx(-0.1)


def test_admission_days_of_nothing_are_not_zero(books_of: BooksOf) -> None:
    found = admission_days(books_of("2026-10-31", customers=CUSTOMERS))
    assert (found.value, found.inputs["open"]) == (None, 0)
    assert found.why is not None
    assert found.why.code == "credit.grading.no_admissions"


@pytest.mark.parametrize("name", FACTS)
def test_the_quick_screen_at_its_lines(name: str) -> None:
    first, second = getattr(Quick(), name)
    sign = -1 if first > second else 1
    values = [first - sign * 1e-9, first, second - sign * 1e-9, second]
    facts = pl.DataFrame({"customer_id": list("abcd"), name: values})
    assert judged(facts)[f"{name}_points"].to_list() == [0, 1, 1, 2]


def quick(**facts: Any) -> dict[str, Any]:
    return judged(pl.DataFrame({"customer_id": ["a"], **{name: [value] for name, value in facts.items()}})).row(
        0, named=True
    )


def test_the_quick_screen_answers() -> None:
    good = {"age_years": 9.0, "capital_times": 5.0, "current_ratio": 2.0}
    assert quick(**good)["answer"] == "pass"
    assert quick(age_years=9.0, capital_times=5.0)["answer"] == "look"
    assert quick(**good, status="revoked")["answer"] == "refuse"
    assert quick(**good, status="active")["answer"] == "pass"
    assert quick(**good, payment_index=60.0)["answer"] == "look"
    assert quick(age_years=0.5, capital_times=0.1, current_ratio=0.5)["answer"] == "refuse"
    assert quick(age_years=2.0, capital_times=0.5, current_ratio=1.2)["answer"] == "look"
    nothing = judged(pl.DataFrame({"customer_id": ["a"]})).row(0, named=True)
    assert (nothing["answer"], nothing["known"], nothing["most"]) == ("look", 0, 0)


def test_the_quick_screen_out_of_the_books(books_of: BooksOf) -> None:
    books = books_of(
        "2026-10-31",
        customers=CUSTOMERS,
        registrations="customer_id told_on status founded_on\nlantern 2026-10-15 active 2020-01-01",
        trade_references="reference_id customer_id told_by told_on opinion\n1 lantern mill 2026-01-01 good",
    )
    found = quick_screen(books, behaviour(books), ratios(books), Policy(DAY)).row(0, named=True)
    assert (found["age_years_points"], found["reference_days_points"], found["known"]) == (2, 2, 2)
    assert found["answer"] == "look"

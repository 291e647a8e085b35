"""Policy book: it says what the terms say, to staff and to customers; each rule of change on both sides of its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.books.books import TABLES, Books, Ledger, open_books
from solvent.credit.credit import Credit, credit
from solvent.decisions.warnings.rule import rules
from solvent.documents.content import Document, Points, Table
from solvent.documents.policy_book.book import policy_book
from solvent.documents.policy_book.changes import Change, policy_changes
from solvent.files.language import Language
from solvent.files.pages.markdown import markdown
from solvent.files.pages.told import told
from solvent.files.sentences.documents import TEXTS
from solvent.measures.trade.behaviour import behaviour

BooksOf = Callable[..., Books]
DAY = date(2026, 6, 30)


def table(document: Document, caption: str) -> Table:
    return next(block for block in document.blocks if isinstance(block, Table) and block.caption == caption)


def points(document: Document) -> dict[str, Mapping[str, Any]]:
    found = [point for block in document.blocks if isinstance(block, Points) for point in block.points]
    return {code: {name: fact.value for name, fact in facts.items()} for code, facts in found}


def changed(books: Books, policy: Policy | None = None, graded: Credit | None = None) -> list[Change]:
    policy, paying = policy or Policy(books.as_of), behaviour(books)
    return list(policy_changes(books, graded or credit(books, paying, policy), paying, policy))


def of(rule: str, changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.rule == rule]


def test_the_book_says_what_the_terms_say() -> None:
    overrides = {
        "credit.limits.terms": [(date(2026, 1, 1), {"days": (50, 40, 20, 10, 0), "longest_days": 55})],
        "credit.grading.grade": [(date(2026, 1, 1), {"yearly_chances": (0.001, 0.01, 0.02, 0.05, 0.2)})],
        "warnings.payment_delay": [(date(2026, 1, 1), {"yellow": 12.0})],
        "warnings.engine": [(date(2026, 1, 1), {"off": "order_jump, bust_out"})],
        "credit.limits.granting": [(date(2026, 1, 1), {"newcomers": "prepay"})],
    }
    book = policy_book(Policy(DAY, overrides), "CNY")
    assert [row[1].value for row in table(book, "policy.terms.table").rows] == [50, 40, 20, 10, 0]
    assert [row[3].value for row in table(book, "policy.terms.table").rows] == [55, 55, 20, 10, 0]
    assert [row[2].value for row in table(book, "policy.grades.table").rows] == [0.001, 0.01, 0.02, 0.05, 0.2]
    warned = {row[0].value: row for row in table(book, "policy.warnings.table").rows}
    assert set(warned) == {f"rule.{name}" for name in rules()} - {"rule.order_jump", "rule.bust_out"}
    assert warned["rule.payment_delay"][2].value == 12.0
    before = policy_book(Policy(date(2025, 12, 31), overrides), "CNY")
    assert [row[1].value for row in table(before, "policy.terms.table").rows] == [60, 45, 30, 15, 0]
    assert any(getattr(block, "code", "") == "policy.newcomers.prepay" for block in book.blocks)


def test_customers_are_told_less() -> None:
    book = policy_book(Policy(DAY), "CNY", "customers", company="Lamp Ltd", changes=[])
    captions = {block.caption for block in book.blocks if isinstance(block, Table)}
    assert captions == {"policy.terms.table"}
    assert {row[0].kind for row in table(book, "policy.terms.table").rows} == {"word"}
    page = markdown(told(book, Language("en")))
    assert "Lamp Ltd" in page
    assert not [word for word in ("chance to fail", "insurer", "Proposed changes", "Authority") if word in page]


@pytest.mark.parametrize("preset", [{}, {"credit.limits.granting": [(date.min, {"newcomers": "deposit"})]}])
@pytest.mark.parametrize("audience", ["staff", "customers"])
def test_the_book_in_both_languages(audience: Any, preset: Any) -> None:
    for language in ("en", "zh"):
        page = markdown(told(policy_book(Policy(DAY, preset), "CNY", audience), Language(language)))
        assert "policy." not in page
        assert "{" not in page


def test_an_amount_is_one_of_the_books_currency() -> None:
    for currency, minor in (("CNY", 10_000_000), ("JPY", 100_000), ("KWD", 100_000_000)):
        told_amount = points(policy_book(Policy(DAY), currency))["policy.authority.limit"]["amount"]
        assert told_amount == minor


def firms(rows: Sequence[tuple[str, int, str, str | None]], **more: pl.DataFrame) -> Books:
    """One item for each customer, amount, due day and day paid (None: never)."""
    known, items, receipts, settled, customers = date(2024, 1, 1), [], [], [], []
    for place, (who, amount, due, paid) in enumerate(rows):
        own = {"customer_id": who, "currency": "CNY", "amount": amount, "recorded_on": known}
        due_on = date.fromisoformat(due)
        key = {"item_id": f"i{place}", "invoice_id": f"i{place}"}
        items.append({**own, **key, "issued_on": date.fromordinal(due_on.toordinal() - 30), "due_on": due_on})
        customers.append({"customer_id": who, "industry": who.split("-")[0], "recorded_on": known,
                          "since_on": date(2020, 1, 1)})  # fmt: skip
        if paid is not None:
            day = date.fromisoformat(paid)
            receipts.append({**own, "receipt_id": f"r{place}", "received_on": day})
            settled.append({"allocation_id": f"a{place}", "item_id": f"i{place}", "source": "receipt", "amount": amount,
                            "source_id": f"r{place}", "allocated_on": day, "recorded_on": known})  # fmt: skip
    frames = {"open_items": items, "receipts": receipts, "allocations": settled, "customers": customers}
    tables = {name: TABLES[name].conform(pl.LazyFrame(told_rows)) for name, told_rows in frames.items() if told_rows}
    tables |= {name: TABLES[name].conform(frame.lazy()) for name, frame in more.items()}
    tables["customers"] = tables["customers"].unique("customer_id", maintain_order=True)
    return open_books(Ledger(tables, currency="CNY"), DAY)


HALVES = {"before": [(2025, month) for month in range(4, 10)],
          "now": [*((2025, month) for month in range(10, 13)), *((2026, month) for month in range(1, 4))]}  # fmt: skip


def halves(bad_now: int, bad_before: int) -> Books:
    """Of 1,000 due in each half-year whose default is known, so many were never paid."""
    rows: list[tuple[str, int, str, str | None]] = []
    for half, bad in (("before", bad_before), ("now", bad_now)):
        for place, (year, month) in enumerate(HALVES[half]):
            due = date(year, month, 15).isoformat()
            rows.append(("shop-a", 500 - bad if place == 0 else 100, due, due))
            if place == 0 and bad:
                rows.append(("shop-b", bad, due, None))
    return firms(rows)


@pytest.mark.parametrize(("bad", "proposed"), [(15, False), (16, True)])
def test_appetite_shrinks_when_more_is_not_paid_in_the_end(bad: int, proposed: bool) -> None:
    """10 of 1,000 before: 15 is half a point more and no more than the line, 16 is over it."""
    found = of("default_rose", changed(halves(bad, 10)))
    assert bool(found) is proposed
    if proposed:
        assert found[0].proposed.value == pytest.approx([0.0313, 0.0156, 0.0063, 0.0019, 0.0], abs=2e-4)
        assert found[0].facts["now"].value == pytest.approx(0.016)
    assert not of("default_rose", changed(halves(10, 16))), "less is no reason"


def test_appetite_never_shrinks_to_less_than_half_at_once() -> None:
    assert of("default_rose", changed(halves(200, 0)))[0].proposed.value == (0.025, 0.0125, 0.005, 0.0015, 0.0)


def test_a_segment_goes_up_by_one_level() -> None:
    levels = pl.DataFrame({"kind": ["industry"], "code": ["shop"], "told_on": [date(2026, 1, 1)], "level": [3],
                           "recorded_on": [date(2026, 1, 1)]})  # fmt: skip
    made = halves(100, 0)
    ranked = replace(made, tables={**made.tables, "risk_levels": TABLES["risk_levels"].conform(levels.lazy())})
    told_with = of("segment_rose", changed(ranked))
    assert [(c.segment.value, c.present.value, c.proposed.value) for c in told_with] == [("shop", 3, 4)]
    top = TABLES["risk_levels"].conform(levels.lazy().with_columns(level=pl.lit(5)))
    assert of("segment_rose", changed(replace(made, tables={**made.tables, "risk_levels": top}))) == []
    assert of("segment_rose", changed(halves(20, 0))) == [], "two points are no more than the line"
    unknown = of("segment_rose", changed(halves(21, 0)))
    assert [(c.present.value, c.proposed.value) for c in unknown] == [(None, 3)]


@pytest.mark.parametrize(("lost", "expected"), [(8, []), (10, [0.4]), (16, [0.25]), (17, [0.24, "deposit"])])
def test_first_limits_shrink_with_first_year_bad_debt(books_of: BooksOf, lost: int, expected: list[Any]) -> None:
    """1,000 sold in the first year: at 0.8 % nothing, over it in that measure, over twice it a deposit as well."""
    items = f"item_id customer_id issued_on due_on amount\na lantern 2026-01-01 2026-01-31 {1000 - lost}\n"
    items += f"b lantern 2026-01-01 2026-01-31 {lost}\n"
    settled = f"allocation_id item_id source source_id allocated_on amount\n1 b write_off - 2026-05-01 {lost}\n"
    books = books_of("2026-06-30", open_items=items, allocations=settled)
    found = [change for change in changed(books) if change.rule.startswith("first_year")]
    shares = [change.proposed.value for change in found if change.rule == "first_year"]
    far = [str(change.proposed.value).partition(".")[2] for change in found if change.rule == "first_year_far"]
    assert [*shares, *far] == expected


def late_firms(count: int, late: int) -> Books:
    """Firms that buy alike each month and pay so many days late."""
    rows = []
    for place in range(count):
        for month in range(1, 13):
            due = date(2025, month, 10)
            rows.append((f"shop-{place}", 1000, due.isoformat(), date.fromordinal(due.toordinal() + late).isoformat()))
    recent = [(f"shop-{place}", 1000, f"2026-0{m}-25", None) for place in range(count) for m in (5,)]
    paid = [(who, amount, due, date.fromordinal(date.fromisoformat(due).toordinal() + late).isoformat())
            for who, amount, due, _ in recent]  # fmt: skip
    return firms([*rows, *paid])


@pytest.mark.parametrize(("count", "late", "expected"), [(5, 15, []), (5, 16, [15]), (4, 20, []), (5, 22, [15])])
def test_terms_of_a_grade_that_pays_late_shrink_at_most_to_a_half(count: int, late: int, expected: list[int]) -> None:
    """Grade C has 30 days: 16 days late leaves 14, which is less than half of it, so 15."""
    books = late_firms(count, late)
    graded = credit(books, behaviour(books), Policy(books.as_of))
    as_c = graded.grades.table.with_columns(pl.lit("C").alias("grade"))
    fixed = Credit(**{**graded.__dict__, "grades": type(graded.grades)(as_c, graded.grades.reasons, ())})
    found = of("grade_pays_late", changed(books, graded=fixed))
    assert [(change.segment.value, change.present.value, change.proposed.value) for change in found] == [
        ("C", 30, days) for days in expected
    ]


@pytest.mark.parametrize(
    ("values", "expected"), [((49.9, 49.9, 49.9), [0.125]), ((49.9, 49.9, 50.0), []), ((49.9, 49.9), [])]
)
def test_limits_grow_more_slowly_while_the_economy_shrinks(values: Sequence[float], expected: list[float]) -> None:
    rows = [{"series": "prosperity", "day_on": date(2026, 3 + at, 28), "value": value, "neutral": 50.0,
             "recorded_on": date(2026, 3 + at, 28)} for at, value in enumerate(values)]  # fmt: skip
    books = firms([("shop-a", 1000, "2026-06-15", None)], indices=pl.DataFrame(rows))
    assert [change.proposed.value for change in of("economy_shrinks", changed(books))] == expected


@pytest.mark.parametrize(("level", "was", "expected"), [(4, 3, [("A", "B")]), (5, 4, [("C", "D")]), (4, 4, [])])
def test_a_level_that_rose_outside_lowers_the_cap(level: int, was: int, expected: list[tuple[str, str]]) -> None:
    levels = pl.DataFrame(
        [("industry", "shop", date(2025, 6, 1), was), ("industry", "shop", date(2026, 3, 1), level)],
        ["kind", "code", "told_on", "level"],
        orient="row",
    ).with_columns(pl.col("told_on").alias("recorded_on"))
    books = firms([("shop-a", 1000, "2026-06-15", None)], risk_levels=levels)
    found = of("level_rose", changed(books))
    assert [(change.present.value, change.proposed.value) for change in found] == expected
    aside = firms([("shop-a", 29, "2026-06-15", None), ("farm-a", 971, "2026-06-15", None)], risk_levels=levels)
    assert not of("level_rose", changed(aside)), "too little is open there"


def test_quiet_books_call_for_nothing_and_every_rule_has_its_sentence() -> None:
    books = firms([("shop-a", 1000, "2026-06-15", "2026-06-15")])
    assert changed(books) == []
    page = policy_book(Policy(DAY), "CNY", changes=[])
    assert any(getattr(block, "code", "") == "policy.changes.none" for block in page.blocks)
    named = {code.removeprefix("policy.change.") for code in TEXTS if code.startswith("policy.change.")}
    assert named == {
        "first_year", "first_year_far", "default_rose", "segment_rose", "level_rose", "grade_pays_late",
        "economy_shrinks",
    }  # fmt: skip

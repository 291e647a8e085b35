"""Consistency: each thing that cannot be right, at its line and on both sides of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.file.consistency import statement_findings
from solvent.intake.credit.consistency import Consistency, inconsistencies, told

BooksOf = Callable[..., Books]
LINES = "entity_id period_end months line currency amount\n"


def statement(day: str = "2025-12-31", months: int = 12, who: str = "a", **lines: float) -> str:
    return "".join(f"{who} {day} {months} {line} CNY {amount}\n" for line, amount in lines.items())


def found(books_of: BooksOf, *texts: str) -> list[tuple[str, str | None]]:
    books = books_of("2026-12-31", statements=LINES + "".join(texts))
    findings = statement_findings(books, Policy(books.as_of))
    assert len(told(findings)) == findings.height
    return [(row["kind"], row["line"]) for row in findings.iter_rows(named=True)]


@pytest.mark.parametrize(
    ("equity", "broken"), [(400, False), (401, False), (399, False), (401.01, True), (398.99, True)]
)
def test_a_sheet_balances_within_a_thousandth(books_of: BooksOf, equity: float, broken: bool) -> None:
    text = statement(total_assets=1000, total_liabilities=600, equity=equity)
    assert found(books_of, text) == ([("unbalanced", None)] if broken else [])


@pytest.mark.parametrize(("stock", "broken"), [(101, False), (101.01, True)])
def test_a_part_is_not_beyond_its_whole(books_of: BooksOf, stock: float, broken: bool) -> None:
    text = statement(total_assets=1000, current_assets=100, inventory=stock)
    assert found(books_of, text) == ([("beyond", "inventory")] if broken else [])


def test_parts_are_not_beyond_their_whole_together(books_of: BooksOf) -> None:
    parts = {"cash": 40, "inventory": 40, "trade_receivables": 20}
    assert found(books_of, statement(current_assets=100, **parts)) == []
    assert found(books_of, statement(current_assets=99, **parts)) == [("beyond", "parts")]
    assert found(books_of, statement(total_liabilities=5, current_liabilities=6)) == [("beyond", "current_liabilities")]


def test_signs(books_of: BooksOf) -> None:
    assert found(books_of, statement(inventory=0, ebit=-1, net_profit=-1, equity=-1, retained_earnings=-1)) == []
    assert found(books_of, statement(inventory=-0.01)) == [("negative", "inventory")]


@pytest.mark.parametrize(
    ("retained", "profit", "kinds"),
    [
        (150, 50, []), (120, 50, []), (150.01, 50, [("rise", "retained_earnings")]),
        (-0.01, 50, [("fall", "retained_earnings")]), (0, 50, []), (-20, -120, []),
        (-19, -120, [("rise", "retained_earnings")]),
    ],
)  # fmt: skip
def test_retained_earnings_move_by_the_profit_less_what_is_paid_out(
    books_of: BooksOf, retained: float, profit: float, kinds: list[tuple[str, str]]
) -> None:
    before = statement("2024-12-31", retained_earnings=100)
    assert found(books_of, before, statement(retained_earnings=retained, net_profit=profit)) == kinds
    assert found(books_of, statement(retained_earnings=retained, net_profit=profit)) == []


def test_a_half_year_rolls_forward_from_the_year_before(books_of: BooksOf) -> None:
    before = statement("2024-12-31", retained_earnings=100)
    assert found(books_of, before, statement("2025-06-30", 6, retained_earnings=110, net_profit=10)) == []
    assert found(books_of, before, statement("2025-06-30", 6, retained_earnings=111, net_profit=10))[0][0] == "rise"


def test_gaps_between_periods(books_of: BooksOf) -> None:
    def years(*ends: str, months: int = 12) -> str:
        return "".join(statement(end, months, sales=1) for end in ends)

    assert found(books_of, years("2023-12-31", "2024-12-31", "2025-12-31")) == []
    assert found(books_of, years("2023-12-31", "2025-12-31")) == [("gap", None)]
    assert found(books_of, years("2024-12-31", "2025-03-31", "2025-06-30", months=3)) == []
    assert found(books_of, years("2024-12-31", "2025-03-31", "2025-09-30", months=3)) == [("gap", None)]
    assert found(books_of, years("2024-06-30", "2025-06-30", months=6)) == []


@pytest.mark.parametrize(
    ("before", "now", "factor"),
    [
        (100, 29_999, None),
        (100, 30_000, 1000),
        (1, 1000, 1000),
        (2, 20_500, 10_000),
        (1_000_000, 100, 10_000),
        (0, 9, None),
    ],
)
def test_a_wrong_unit_shows_in_the_year_before(
    books_of: BooksOf, before: float, now: float, factor: int | None
) -> None:
    text = statement("2024-12-31", total_assets=before) + statement(total_assets=now)
    books = books_of("2026-12-31", statements=LINES + text)
    units = inconsistencies(books.table("statements"), Consistency()).filter(kind="unit")
    assert units["factor"].to_list() == ([factor] if factor else [])


def test_customers_are_apart_and_our_own_are_left_out(books_of: BooksOf) -> None:
    text = (
        statement(who="own", inventory=-1) + statement(who="b", inventory=-1) + statement("2024-12-31", total_assets=1)
    )
    books = books_of("2026-12-31", statements=LINES + text + statement(who="c", total_assets=9000))
    findings = statement_findings(books, Policy(books.as_of))
    assert findings["entity_id"].to_list() == ["b"]

"""Customers' ratios: by hand, against the scalar score, over lengths of periods, and with less than everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Books
from solvent.credit.altman import Altman, general
from solvent.credit.altman import Ratios as Five
from solvent.credit.ratios import Ratios, ratios
from thorough import cases

BooksOf = Callable[..., Books]
LINES = "entity_id period_end months line currency amount\n"
FULL = {
    "cash": 20, "trade_receivables": 50, "inventory": 40, "prepayments": 10, "current_assets": 120,
    "total_assets": 400, "trade_payables": 30, "current_liabilities": 80, "total_liabilities": 250,
    "retained_earnings": 60, "equity": 150, "sales": 600, "cogs": 480, "ebit": 36, "net_profit": 24,
}  # fmt: skip


def told(
    lines: dict[str, float], who: str = "a", day: str = "2025-12-31", months: int = 12, currency: str = "CNY"
) -> str:
    return "".join(f"{who} {day} {months} {line} {currency} {amount}\n" for line, amount in lines.items())


def of(books_of: BooksOf, *texts: str, terms: Ratios | None = None, **more: str) -> pl.DataFrame:
    books = books_of("2026-12-31", statements=LINES + "".join(texts), **more)
    return ratios(books, terms or Ratios())


def test_every_ratio_by_hand(books_of: BooksOf) -> None:
    row = of(books_of, told(FULL)).row(0, named=True)
    assert row["customer_id"] == "a"
    expected = {
        "current_ratio": 1.5, "quick_ratio": 70 / 80, "cash_ratio": 0.25, "leverage": 0.625, "equity_share": 0.375,
        "ebit_margin": 0.06, "net_margin": 0.04, "return_on_assets": 0.06, "asset_turnover": 1.5,
        "receivable_days": 50 / 600 * 365, "inventory_days": 40 / 480 * 365, "payable_days": 30 / 480 * 365,
    }  # fmt: skip
    for name, value in expected.items():
        assert row[name] == pytest.approx(value), name
    assert (row["net_worth"], row["working_capital"], row["sales_year"]) == (15_000, 4_000, 60_000)
    assert row["sales_growth"] is None


def test_prepayments_are_quick_where_the_company_says_so(books_of: BooksOf) -> None:
    assert of(books_of, told(FULL), terms=Ratios(less_prepayments=False))["quick_ratio"].item() == pytest.approx(1.0)


def test_flows_are_brought_to_a_year(books_of: BooksOf) -> None:
    quarter = {**FULL, "sales": 150, "cogs": 120, "ebit": 9, "net_profit": 6}
    year, part = of(books_of, told(FULL)), of(books_of, told(quarter, months=3))
    for name in ("return_on_assets", "asset_turnover", "receivable_days", "inventory_days", "altman_z", "sales_year"):
        assert part[name].item() == pytest.approx(year[name].item()), name


def test_growth_is_over_the_same_length_a_year_before(books_of: BooksOf) -> None:
    before = told({**FULL, "sales": 500}, day="2024-12-31") + told({**FULL, "sales": 100}, day="2024-12-30", months=6)
    table = of(books_of, before, told(FULL))
    assert table.filter(period_end=date(2025, 12, 31))["sales_growth"].item() == pytest.approx(0.2)
    assert table.filter(period_end=date(2025, 12, 31))["altman_change"].item() == pytest.approx(0.0)


@settings(max_examples=cases(20, 150), deadline=None)
@given(
    values=st.fixed_dictionaries(
        {
            "current_assets": st.integers(0, 900), "total_assets": st.integers(1, 900),
            "current_liabilities": st.integers(0, 900), "total_liabilities": st.integers(1, 900),
            "retained_earnings": st.integers(-900, 900), "equity": st.integers(-900, 900),
            "ebit": st.integers(-900, 900),
        }
    ),
    months=st.sampled_from([3, 6, 12]),
)  # fmt: skip
def test_the_score_is_the_scalar_one(books_of: BooksOf, values: dict[str, float], months: int) -> None:
    row = of(books_of, told(values, months=months)).row(0, named=True)
    assets = values["total_assets"]
    scalar = general(
        Five(
            (values["current_assets"] - values["current_liabilities"]) / assets,
            values["retained_earnings"] / assets,
            values["ebit"] / assets * 12 / months,
            values["equity"] / values["total_liabilities"],
        )
    )
    assert scalar is not None
    assert row["altman_z"] == pytest.approx(scalar.score)
    assert row["altman_zone"] == scalar.zone


@pytest.mark.parametrize(("ebit", "zone"), [(0.0, "distress"), (0.01, "grey"), (1.5, "grey"), (1.51, "safe")])
def test_zones_at_their_lines(books_of: BooksOf, ebit: float, zone: str) -> None:
    """With nothing but earnings the score is 6.72 times them, so the lines are set there."""
    lines = {
        "current_assets": 0, "current_liabilities": 0, "total_assets": 100, "retained_earnings": 0, "equity": 0,
        "total_liabilities": 100, "ebit": ebit,
    }  # fmt: skip
    low, high = 6.72 * 0.01 / 100, 6.72 * 1.51 / 100
    books = books_of("2026-12-31", statements=LINES + told(lines))
    assert ratios(books, altman=Altman(general_distress=low, general_safe=high))["altman_zone"].item() == zone


def test_less_is_told_with_less(books_of: BooksOf) -> None:
    row = of(books_of, told({"sales": 100, "net_profit": -5})).row(0, named=True)
    assert row["net_margin"] == pytest.approx(-0.05)
    assert [row[name] for name in ("current_ratio", "leverage", "altman_z", "altman_zone", "net_worth")] == [None] * 5
    row = of(books_of, told({"total_assets": 100, "equity": 30, "current_liabilities": 0})).row(0, named=True)
    assert row["leverage"] == pytest.approx(0.7)
    assert row["current_ratio"] is None
    assert of(books_of).is_empty()


def test_money_is_in_the_books_currency_and_empty_without_a_rate(books_of: BooksOf) -> None:
    rates = "currency quote day_on rate\nEUR CNY 2026-01-01 8\n"
    texts = (told(FULL, "a", currency="EUR"), told(FULL, "b", currency="USD"))
    table = of(books_of, *texts, fx_rates=rates)
    assert table["net_worth"].to_list() == [120_000, None]
    assert table["current_ratio"].to_list() == [1.5, 1.5]


def test_our_own_statements_are_no_customers_and_the_newest_recording_counts(books_of: BooksOf) -> None:
    text = (
        "entity_id period_end months line currency amount recorded_on\n"
        "own 2025-12-31 12 sales CNY 1 2026-01-01\n"
        "a 2025-12-31 12 sales CNY 100 2026-03-01\n"
        "a 2025-12-31 12 sales CNY 90 2026-05-01\n"
    )
    assert ratios(books_of("2026-12-31", statements=text))["sales_year"].to_list() == [9_000]
    assert ratios(books_of("2026-12-31", statements=text, known_on="2026-04-01"))["sales_year"].to_list() == [10_000]


def test_lines_of_another_length_or_currency_are_left_out(books_of: BooksOf) -> None:
    texts = (
        told({"sales": 100, "total_assets": 50}),
        told({"net_profit": 9}, months=3),
        told({"equity": 10}, currency="USD"),
    )
    row = of(books_of, *texts).row(0, named=True)
    assert (row["months"], row["currency"]) == (12, "CNY")
    assert row["net_margin"] is None
    assert row["net_worth"] is None

"""Methods: the golden figures, each method by itself, what it lacks, what caps it, and what they come to."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.credit import credit
from solvent.credit.grading.grade import Grades
from solvent.credit.limits.basis import basis, own_year
from solvent.credit.limits.granting import Granting
from solvent.credit.limits.methods import METHODS, Methods, base_limits, by_method, combined, need
from solvent.credit.ratios import ratios
from solvent.measures.trade.behaviour import behaviour

BooksOf = Callable[..., Books]
PLAIN = Methods(growth=1.0, figures=0)

CELLS: dict[str, object] = {
    "customer_id": "lantern", "grade": "A", "agreed_days": 60, "delay_days": 0.0, "order_days": 0, "monthly": None,
    "net_worth": None, "working_capital": None, "leverage": None, "references": 0, "reference_amount": None,
    "cover": None, "capital": None, "their_sales": None, "employees": None, "payments": 50, "known_days": 900,
    "level_factor": 1.0, "level_by": None, "purchases_year": None, "standing_amount": None,
}  # fmt: skip
SCHEMA = {
    "customer_id": pl.String, "grade": pl.String, "agreed_days": pl.Int64, "delay_days": pl.Float64,
    "order_days": pl.Int64, "monthly": pl.Int64, "net_worth": pl.Int64, "working_capital": pl.Int64,
    "leverage": pl.Float64, "references": pl.Int64, "reference_amount": pl.Int64, "cover": pl.Int64,
    "capital": pl.Int64, "their_sales": pl.Int64, "employees": pl.Int64, "payments": pl.Int64, "known_days": pl.Int64,
    "level_factor": pl.Float64, "level_by": pl.String, "purchases_year": pl.Int64, "standing_amount": pl.Int64,
}  # fmt: skip


def counted(*rows: dict[str, object], year: int | None = None, terms: Methods = PLAIN) -> pl.DataFrame:
    frame = pl.DataFrame([{**CELLS, **row} for row in rows], SCHEMA)
    return combined(by_method(frame, year, "CNY", terms), terms, Granting())


def one(year: int | None = None, terms: Methods = PLAIN, **row: object) -> dict[str, object]:
    return counted(row, year=year, terms=terms).row(0, named=True)


def test_need_is_the_golden_figure() -> None:
    assert one(monthly=12_000_000)["of_need"] == 24_000_000
    assert one(monthly=12_000_000, agreed_days=45, delay_days=15.0)["of_need"] == 24_000_000
    assert one(monthly=12_000_000, agreed_days=30, delay_days=15.0, order_days=15)["of_need"] == 24_000_000
    grown = one(monthly=12_000_000, terms=Methods(growth=1.5, figures=0))
    assert grown["of_need"] == 36_000_000


def test_need_without_agreed_terms_takes_those_of_the_grade() -> None:
    assert one(monthly=100, agreed_days=None, grade="C")["of_need"] == 100
    assert one(monthly=100, agreed_days=None, grade=None)["of_need"] is None


def test_ten_per_cent_of_net_worth_and_of_working_capital() -> None:
    row = one(net_worth=1_000_000, working_capital=400_000)
    assert (row["of_net_worth"], row["of_working_capital"]) == (100_000, 40_000)
    assert (row["target"], row["decided_by"]) == (40_000, "working_capital")


@pytest.mark.parametrize(
    ("leverage", "counts"), [(None, 1.0), (0.69, 1.0), (0.70, 1.0), (0.825, 0.5), (0.95, 0.0), (1.2, 0.0)]
)
def test_thin_capital_counts_less(leverage: float | None, counts: float) -> None:
    assert one(net_worth=1_000_000, leverage=leverage)["of_net_worth"] == pytest.approx(100_000 * counts, abs=1)


def test_negative_net_worth_is_nothing_and_not_unknown() -> None:
    row = one(net_worth=-5_000_000, monthly=1_000_000)
    assert (row["of_net_worth"], row["target"], row["decided_by"]) == (0, 0, "net_worth")


@pytest.mark.parametrize(("count", "amount"), [(2, None), (3, 500), (4, 500)])
def test_references_need_three(count: int, amount: int | None) -> None:
    assert one(references=count, reference_amount=500)["of_references"] == amount


def test_shares_fall_with_the_grade() -> None:
    worth = [one(grade=grade, net_worth=1_000_000)["of_net_worth"] for grade in "ABCDE"]
    assert worth == [100_000, 100_000, 75_000, 50_000, 0]


def test_cover_and_own_risk_cap() -> None:
    year = 100_000_000
    row = one(monthly=12_000_000, grade="B", cover=1_000_000, year=year)
    assert (row["of_insurer"], row["of_own_risk"]) == (3_500_000, 2_500_000)
    assert (row["target"], row["decided_by"]) == (3_500_000, "insurer")
    without = one(monthly=12_000_000, grade="B", year=year)
    assert (without["target"], without["decided_by"]) == (2_500_000, "own_risk")
    below = one(monthly=1_750_000, grade="B", cover=1_000_000, year=year)
    assert (below["target"], below["decided_by"]) == (3_500_000, "need")


def test_the_worst_grade_gets_nothing_however_well_insured() -> None:
    row = one(monthly=12_000_000, grade="E", cover=9_000_000, year=100_000_000)
    assert (row["target"], row["decided_by"]) == (0, "insurer")


def test_levels_take_their_share_before_the_caps() -> None:
    row = one(monthly=100_000, level_factor=0.75, level_by="country")
    assert (row["target"], row["decided_by"], row["method"]) == (150_000, "country", "need")
    assert one(monthly=100_000, level_factor=0.0, level_by="country")["target"] == 0


def test_mean_of_the_methods_that_are_known() -> None:
    terms = Methods(combine="mean", growth=1.0, figures=0)
    row = one(monthly=100_000, net_worth=1_000_000, terms=terms)
    assert (row["target"], row["decided_by"]) == (150_000, "mean")


def test_scale_is_for_new_customers_or_where_nothing_else_is_known() -> None:
    size = {"capital": 10_000_000, "their_sales": 90_000_000, "employees": 3}
    new = one(monthly=1_000_000, payments=4, known_days=179, **size)
    assert (new["of_scale"], new["target"], new["decided_by"]) == (450_000, 450_000, "scale")
    assert one(monthly=1_000_000, payments=5, known_days=179, **size)["decided_by"] == "need"
    assert one(monthly=1_000_000, payments=4, known_days=180, **size)["decided_by"] == "need"
    assert one(**size)["decided_by"] == "scale"


def test_nothing_known_is_undecided_and_not_nothing() -> None:
    row = one(year=100_000_000, cover=500_000)
    assert row["target"] is None
    assert row["decided_by"] is None


@pytest.mark.parametrize(("amount", "kept"), [(83_417, 83_000), (999_999, 990_000), (100, 100), (7, 7), (0, 0)])
def test_two_figures_rounded_down(amount: int, kept: int) -> None:
    row = one(net_worth=amount * 10, terms=Methods(growth=1.0, figures=2))
    assert row["target"] == kept


def test_benchmark_needs_five_of_one_grade_and_size() -> None:
    peers = [{"customer_id": f"p{at}", "standing_amount": 100 * at, "purchases_year": 1_000} for at in range(1, 6)]
    assert counted(*peers)["benchmark"].to_list() == [300] * 5
    assert counted(*peers[:4])["benchmark"].to_list() == [None] * 4
    mixed = counted(*peers[:4], {**peers[4], "grade": "C"})
    assert mixed["benchmark"].to_list() == [None] * 5


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=3, max_size=3),
    st.sampled_from("ABCDE"),
    st.one_of(st.none(), st.integers(0, 10**12)),
    st.integers(1, 10**13),
)
def test_a_limit_is_never_more_than_any_method_or_cap(
    parts: list[int | None], grade: str, cover: int | None, year: int
) -> None:
    row = one(monthly=parts[0], net_worth=parts[1], working_capital=parts[2], grade=grade, cover=cover, year=year)
    told = [row[f"of_{name}"] for name in ("need", "net_worth", "working_capital")]
    known = [value for value in told if value is not None]
    if not known:
        assert row["target"] is None
        return
    cap = row["of_insurer"] if row["of_insurer"] is not None else row["of_own_risk"]
    assert row["target"] == min(*known, cap)  # type: ignore[type-var]


def test_need_as_an_expression_takes_any_growth() -> None:
    assert pl.select(need(pl.lit(120_000), pl.lit(60.0), 1.1)).item() == pytest.approx(264_000)


CUSTOMERS = """
customer_id country industry terms_days since_on
lantern     CN      lamps    60         2020-01-01
harbour     CN      lamps    30         2020-01-01
orchard     CN      ships    30         2026-06-01
"""
ITEMS = """
item_id customer_id issued_on  due_on     amount
a       lantern     2026-01-10 2026-03-11 365000
b       harbour     2026-02-01 2026-03-03 100
"""
STATEMENTS = """
entity_id period_end months line currency amount
lantern 2025-12-31 12 total_assets CNY 1000000
lantern 2025-12-31 12 total_liabilities CNY 600000
lantern 2025-12-31 12 equity CNY 400000
lantern 2025-12-31 12 current_assets CNY 500000
lantern 2025-12-31 12 current_liabilities CNY 300000
"""
REFERENCES = """
reference_id customer_id told_by told_on currency high_credit limit
1 lantern alder 2026-01-01 CNY 10 30000
2 lantern birch 2026-01-01 CNY 20000 -
3 lantern cedar 2026-01-01 CNY - 50000
4 lantern cedar 2026-02-01 CNY - 40000
5 lantern maple 2023-01-01 CNY - 9
"""
LEVELS = """
kind code told_on level
industry ships 2026-01-01 1
industry ships 2026-05-01 5
"""


def test_the_books_are_read_for_every_method(books_of: BooksOf) -> None:
    books = books_of(
        "2026-10-31", customers=CUSTOMERS, open_items=ITEMS, statements=STATEMENTS, trade_references=REFERENCES,
        risk_levels=LEVELS,
    )  # fmt: skip
    policy = Policy(books.as_of)
    paying, told = behaviour(books), ratios(books)
    graded = credit(books, paying, policy).grades
    rows = basis(books, paying, told, graded)
    row = rows.row(by_predicate=pl.col("customer_id") == "lantern", named=True)
    assert (row["purchases_year"], row["monthly"], row["agreed_days"]) == (36_500_000, 3_041_667, 60)
    assert (row["net_worth"], row["working_capital"], row["leverage"]) == (40_000_000, 20_000_000, 0.6)
    assert (row["references"], row["reference_amount"]) == (3, 3_000_000)
    assert own_year(books, rows) == 36_510_000
    ships = rows.row(by_predicate=pl.col("customer_id") == "orchard", named=True)
    assert (ships["level_factor"], ships["level_by"], ships["purchases_year"]) == (0.75, "industry", None)


def test_what_is_missing_is_named(books_of: BooksOf) -> None:
    books = books_of("2026-10-31", customers=CUSTOMERS, open_items=ITEMS)
    found = credit(books, behaviour(books), Policy(books.as_of)).limits
    lacks = dict(
        found.methods.filter(pl.col("customer_id") == "orchard").select("method", "lacks").iter_rows()
    )  # fmt: skip
    assert lacks == {
        "need": "purchases", "net_worth": "statements", "working_capital": "statements", "references": "references",
        "insurer": "buyer_limit", "own_risk": None, "scale": "registry", "benchmark": "peers",
    }  # fmt: skip
    assert found.methods["method"].to_list()[: len(METHODS)] == list(METHODS)
    assert {problem.code for problem in found.problems} == {"limits.undecided", "limits.no_statements"}
    table = found.table.rows_by_key("customer_id", named=True, unique=True)
    assert table["orchard"]["amount"] is None
    assert table["harbour"]["why"] in ("known_first", "first_step")


def test_books_of_nothing_give_no_rows_and_no_crash(books_of: BooksOf) -> None:
    empty = books_of("2026-10-31", open_items="item_id customer_id issued_on due_on amount\n")
    found = credit(empty, behaviour(empty), Policy(empty.as_of)).limits
    assert found.table.height == found.methods.height == 0
    assert found.problems == ()


def test_several_currencies_without_rates_are_no_limit_in_the_wrong_money(books_of: BooksOf) -> None:
    items = "item_id customer_id issued_on due_on currency amount\na lantern 2026-09-01 2026-10-01 USD 1000\n"
    items += "b harbour 2026-09-01 2026-10-01 CNY 1000\n"
    books = books_of("2026-10-31", customers=CUSTOMERS, open_items=items)
    found = credit(books, behaviour(books), Policy(books.as_of)).limits
    assert "limits.no_rate" in {problem.code for problem in found.problems}
    amounts = dict(found.methods.filter(pl.col("method") == "need").select("customer_id", "amount").iter_rows())
    assert amounts["lantern"] is None
    assert amounts["harbour"] is not None


def test_grades_of_nobody_still_give_a_table(books_of: BooksOf) -> None:
    books = books_of("2026-10-31", customers=CUSTOMERS, open_items=ITEMS)
    paying, policy = behaviour(books), Policy(books.as_of)
    whole = credit(books, paying, policy).grades
    none = Grades(whole.table.head(0), whole.reasons.head(0), ())
    table = base_limits(books, paying, ratios(books), none, policy).table
    assert table.select("customer_id", "terms_days", "deposit_share").rows() == [
        ("harbour", 30, None), ("lantern", 60, None), ("orchard", 30, None),
    ]  # fmt: skip

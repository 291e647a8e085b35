"""Exposure and risk by region, industry, country, salesperson, grade and cover: hand numbers, and parts that add up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from solvent.base.problem import SolventError
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.grading.grade import Grades
from solvent.decisions.limits.by_dimension import CUTS, Cut, by_dimension, concentrated
from solvent.decisions.limits.exposure import exposures
from solvent.measures.rolls import provision_matrix

DAY = "2026-06-30"
POLICY = Policy(date(2026, 6, 30))


def made(books_of: Callable[..., Books]) -> Books:
    return books_of(
        DAY,
        customers="""
        customer_id group_id country region industry salesperson insured
        a           G        CN      north  trade    li          yes
        b           G        CN      south  trade    wang        no
        c           -        CN      south  craft    wang        no
        d           -        DE      west   craft    -           no
        e           -        -       -      -        -           -
        """,
        open_items="""
        item_id customer_id issued_on  due_on     amount
        A1      a           2026-05-01 2026-07-31 300
        A2      a           2026-02-01 2026-03-10 100
        B1      b           2026-05-01 2026-06-20 200
        C1      c           2026-05-01 2026-07-31 400
        D1      d           2026-05-01 2026-07-31 500
        """,
        receipts="receipt_id customer_id received_on amount\nR e 2026-06-01 50",
        limits="limit_id customer_id kind amount valid_from\nL a total 500 2026-01-01\nM d total 1000 2026-01-01",
        insurance_policies="policy_id insurer kind starts_on insured_share\nP x domestic 2026-01-01 0.9",
        buyer_limits="limit_id policy_id customer_id amount valid_from decision\nB P a 250 2026-01-01 granted",
    )


GRADED = Grades(
    pl.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "e"],
            "grade": ["A", "B", "B", "E", "A"],
            "yearly_default_chance": [0.01, 0.02, 0.02, 0.4, 0.01],
        }
    ),
    pl.DataFrame(),
    (),
)


def cut(books: Books, by: str, graded: Grades | None = GRADED) -> Cut:
    return by_dimension(books, exposures(books), by, POLICY, graded)


def test_by_country_in_hand_numbers(books_of: Callable[..., Books]) -> None:
    told = cut(made(books_of), "country").table
    assert told.get_column("country").to_list() == ["CN", "DE", None]
    china = told.row(0, named=True)
    assert (china["customers"], china["exposure"], china["overdue"]) == (3, 1000_00, 300_00)
    assert china["overdue_share"] == pytest.approx(0.3)
    assert (china["insured_amount"], china["uninsured_amount"]) == (250_00, 750_00)
    # a: (400 - 225) x 1 % x 45 %, b: 200 x 2 % x 45 %, c: 400 x 2 % x 45 %
    assert china["expected_loss"] == round(175_00 * 0.01 * 0.45) + 1_80 + 3_60
    assert (china["top_id"], china["top_share"]) == ("G", pytest.approx(0.6))
    assert china["hhi"] == pytest.approx(0.36 + 0.16)
    assert (china["limit"], china["used_share"]) == (500_00, pytest.approx(0.8))
    nowhere = told.row(2, named=True)
    assert (nowhere["exposure"], nowhere["customers"], nowhere["top_id"]) == (-50_00, 1, None)


@pytest.mark.parametrize("by", CUTS)
def test_the_parts_add_up_to_the_whole(books_of: Callable[..., Books], by: str) -> None:
    books = made(books_of)
    told, whole = cut(books, by).table, exposures(books).table
    for column in ("exposure", "overdue"):
        assert told.get_column(column).sum() == whole.get_column(column).sum()
    assert told.get_column("insured_amount").sum() == whole.get_column("insured").sum()
    assert told.get_column("exposure_share").sum() == pytest.approx(1.0)
    assert told.get_column("customers").sum() == 5


@pytest.mark.parametrize("by", ["country", "region", "industry"])
def test_the_provision_is_that_of_the_matrix(books_of: Callable[..., Books], by: str) -> None:
    books = made(books_of)
    matrix = provision_matrix(books, by).group_by(by).agg(pl.col("provision").sum())
    both = cut(books, by).table.select(by, "provision").join(matrix, on=by, nulls_equal=True, suffix="_told")
    assert both.height >= 2
    assert both.get_column("provision").to_list() == both.get_column("provision_told").to_list()


def test_by_grade_and_by_cover(books_of: Callable[..., Books]) -> None:
    books = made(books_of)
    grades = cut(books, "grade").table
    assert dict(grades.select("grade", "exposure").rows()) == {"B": 600_00, "E": 500_00, "A": 350_00}
    # The table's rates: of a, 300 current at .005 and 100 that is 112 days late at .5.
    assert dict(grades.select("grade", "provision").rows())["A"] == 1_50 + 50_00
    assert dict(cut(books, "insured").table.select("insured", "exposure").rows()) == {True: 400_00, False: 1050_00}


def test_without_grades_there_is_no_expected_loss_and_that_is_said(books_of: Callable[..., Books]) -> None:
    told = cut(made(books_of), "region", None)
    assert told.table.get_column("expected_loss").null_count() == told.table.height
    assert [problem.code for problem in told.problems] == ["orders.exposure.no_grades"]


def test_the_default_rate_of_each_part(books_of: Callable[..., Books]) -> None:
    """In one country half of what fell due a year ago was never paid, in the other all came on time."""
    books = books_of(
        DAY,
        customers="customer_id country\na CN\nb CN\nc DE",
        open_items="""
        item_id customer_id issued_on  due_on     amount
        A       a           2025-12-01 2025-12-31 100
        B       b           2025-12-01 2025-12-31 100
        C       c           2025-12-01 2025-12-31 100
        """,
        receipts="receipt_id customer_id received_on amount\nR b 2025-12-31 100\nS c 2025-12-31 100",
        allocations="""
        allocation_id item_id source  source_id allocated_on amount
        X             B       receipt R         2025-12-31   100
        Y             C       receipt S         2025-12-31   100
        """,
    )
    told = cut(books, "country", None).table
    assert dict(told.select("country", "default_share").rows()) == {"CN": 0.5, "DE": 0.0}


def test_who_stands_for_most(books_of: Callable[..., Books]) -> None:
    told = concentrated(cut(made(books_of), "country"))
    assert [name["group_id"] for name in told["CN"]] == ["G", "c"]
    assert told["CN"][0]["share"] == pytest.approx(0.6)


def test_a_dimension_that_is_none(books_of: Callable[..., Books]) -> None:
    with pytest.raises(SolventError, match=r"measures\.dimension_unknown"):
        cut(made(books_of), "colour")

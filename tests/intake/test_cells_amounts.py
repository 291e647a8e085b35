"""Amounts: every form of a ledger's money, exactly, and nothing guessed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import TableError
from solvent.intake.ledger.cells.amounts import amount_style, amounts
from thorough import cases

Read = tuple[int | None, str | None, bool]


def one(text: str | None, *, mark: str = ".", digits: int = 2, unit: int = 1, typed: bool = False) -> Read:
    return amounts(pl.Series([text], dtype=pl.String), mark=mark, digits=digits, unit=unit, typed=typed).row(0)


GOOD = {
    "0": 0,
    "1234.5": 123450,
    "1,234.56": 123456,
    "1.234,56": 123456,
    "1 234,56": 123456,
    "1 234.56": 123456,
    "1\u00a0234.56": 123456,
    "1\u2009234.56": 123456,
    "1\u202f234,56": 123456,
    "1'234.56": 123456,
    "1’234.56": 123456,
    "(1,234.56)": -123456,
    "( 1,234.56 )": -123456,
    "1,234.56-": -123456,
    "-1,234.56": -123456,
    "- 5": -500,
    "\u22121": -100,
    "–1": -100,
    "+5": 500,
    "１，２３４．５６": 123456,
    "（５）": -500,
    "￥1,234.56": 123456,
    "¥5": 500,
    "$5.00": 500,
    "€ 5": 500,
    "US$5": 500,
    "CNY1,234.56": 123456,
    "RMB 5": 500,
    "5.5 USD": 550,
    "5 €": 500,
    "5元": 500,
    "5圆整": 500,
    "人民币1,234.56元": 123456,
    "-¥5": -500,
    "¥-5": -500,
    "(¥5)": -500,
    "¥(5)": -500,
    "1.5万元": 1500000,
    "1.5万": 1500000,
    "2亿": 20000000000,
    "3千": 300000,
    "1.23456万元": 1234560,
    "3000\u00a0\u00a0": 300000,
    "'3000": 300000,
    "1.2E+05": 12000000,
    "1e3": 100000,
    "1,23,456.78": 12345678,
    "12,34,56,789": 12345678900,
    "1,234 CR": -123400,
    "1,234 DR": 123400,
    "Cr 5": -500,
    "借 5": 500,
    "贷5.1": 510,
    "借方 5": 500,
    "007": 700,
    ".5": 50,
    "5.": 500,
    "12.500": 1250,
    "1.234.567": 123456700,
    "1,234,567": 123456700,
    "-0.00": 0,
    "55.940000000000005": 5594,
    "999999999999999.99": 99999999999999999,
}


@pytest.mark.parametrize(("text", "minor"), GOOD.items())
def test_what_can_be_read(text: str, minor: int) -> None:
    assert one(text) == (minor, None, False)


@pytest.mark.parametrize(
    "text", ["", " ", "-", "--", "—", "——", "/", "N/A", "n/a", "NULL", "无", "空", "¥ -", "- 元", None, "－", "."]
)
def test_what_means_nothing(text: str | None) -> None:
    assert one(text) == (None, None, False)


BAD = {
    "unreadable": [
        "待确认", "abc", "12.3.4", "1,2,3", "12,5", "1 2345", "1,234,5", "1,23,4567", "-(5)", "(5", "5)", "--5", "+5-",
        "(5) CR", "5%", "10²", "①", "5 ABC", "12-3", "1,234 567.8", "2026-08-01", "5/6", "#REF!", "1.234,5.6", "5 5 5",
        "0x10", "1_000", "٣", "½", "E5", ",", "5kg", "1.5.2026",
    ],
    "too_many_decimals": ["33.333333", "12.345", "0.001", "1e-5", "1.2345678万元", "12,345.678"],
    "too_large": ["9999999999999999", "1000000000000000", "1E400", "1e+15", "6.22202123456789e+18", "1" * 60],
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), [(text, reason) for reason, texts in BAD.items() for text in texts])
def test_what_cannot_be_read(text: str, reason: str) -> None:
    assert one(text) == (None, reason, False)


@pytest.mark.parametrize(
    ("text", "minor"),
    {"1.234,56": 123456, "1,234.56": 123456, "12,5": 1250, "1.234": 123400, "1.234.567,8": 123456780, "1 234,5": 123450}
    .items(),
)  # fmt: skip
def test_a_file_with_decimal_commas(text: str, minor: int) -> None:
    assert one(text, mark=",") == (minor, None, False)


@pytest.mark.parametrize("text", ["12.5", "5.5 USD", "1.23"])
def test_a_decimal_point_among_decimal_commas_is_not_guessed(text: str) -> None:
    assert one(text, mark=",") == (None, "unreadable", False)


TYPED = {
    "55.940000000000005": (5594, False),
    "55.93999999999999": (5594, False),
    "0.30000000000000004": (30, False),
    "100000000000.12001": (10000000000012, False),
    "1.1368683772161603e-13": (0, False),
    "-1.1368683772161603e-13": (0, False),
    "33.333333": (3333, True),
    "66.666667": (6667, True),
    "0.005": (1, True),
    "-0.005": (-1, True),
    "0.0049": (0, True),
    "12.345": (1235, True),
    "12.5": (1250, False),
}


@pytest.mark.parametrize(("text", "read"), TYPED.items())
def test_numbers_out_of_a_workbook(text: str, read: tuple[int, bool]) -> None:
    """Noise of the binary form goes without a word; a real rest is rounded half away from zero, and said."""
    assert one(text, typed=True) == (read[0], None, read[1])


@pytest.mark.parametrize(
    ("text", "digits", "unit", "read"),
    [
        ("1.2345", 2, 10_000, (1234500, None)),
        ("1,234.5678", 2, 10_000, (1234567800, None)),
        ("0.000001", 2, 10_000, (1, None)),
        ("0.0000001", 2, 10_000, (None, "too_many_decimals")),
        ("12345678901.23", 2, 10_000, (12345678901230000, None)),
        ("123456789012", 2, 10_000, (None, "too_large")),
        ("7", 0, 1000, (7000, None)),
        ("7.5", 0, 1, (None, "too_many_decimals")),
        ("7.125", 3, 1, (7125, None)),
        ("999999999999999.999", 3, 1, (999999999999999999, None)),
    ],
)
def test_units_and_decimals_of_a_currency(text: str, digits: int, unit: int, read: tuple[int, str]) -> None:
    assert one(text, digits=digits, unit=unit)[:2] == read


def test_a_unit_that_is_none() -> None:
    with pytest.raises(TableError):
        one("5", unit=12)


def test_an_empty_column_and_one_of_nulls() -> None:
    shape = {"value": pl.Int64, "bad": pl.String, "rounded": pl.Boolean}
    for column in (pl.Series([], dtype=pl.String), pl.Series([None, None]), pl.Series(["x", None])):
        read = amounts(column, mark=".", digits=2)
        assert dict(read.schema) == shape
        assert read.height == len(column)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        ([], "."),
        (["1,234"], "."),
        (["1.234"], "."),
        (["1.234,5"], ","),
        (["12,50", "1,234"], ","),
        (["12.50", "1,234"], "."),
        (["1.234.567"], ","),
        (["1,234,567"], "."),
        (["0,5"], ","),
        (["1 234,56 €"], ","),
        (["(1.234,56)", "5,00-", "12.50"], ","),
        (["12,5"] + ["3.50"] * 5, "."),
        (["1234,567"], ","),
        (["5", None, "x"], "."),
    ],
)
def test_the_decimal_mark_of_a_file(cells: list[str], mark: str) -> None:
    assert amount_style([pl.Series(cells, dtype=pl.String)]) == mark


def test_all_columns_vote() -> None:
    assert amount_style([pl.Series(["1,234"]), pl.Series(["5,5"])]) == ","


WRITTEN = st.integers(-(10**17) + 1, 10**17 - 1)


def style(minor: int, group: str, mark: str) -> str:
    sign, whole, cents = "-" if minor < 0 else "", abs(minor) // 100, abs(minor) % 100
    return f"{sign}{whole:,}".replace(",", group) + f"{mark}{cents:02d}"


@settings(max_examples=cases(60, 600), deadline=None, derandomize=True)
@given(st.lists(WRITTEN, min_size=1, max_size=20), st.sampled_from([",.", ".,", " .", " ,", "'.", "\u00a0,"]))
def test_what_is_written_is_read(minors: list[int], marks: str) -> None:
    """Any amount of up to 15 digits, written in any national style, is the same amount again."""
    texts = [style(minor, marks[0], marks[1]) for minor in minors]
    read = amounts(pl.Series(texts), mark=marks[1], digits=2)
    assert read.get_column("value").to_list() == minors
    assert read.get_column("bad").null_count() == len(minors)


@settings(max_examples=cases(60, 600), deadline=None, derandomize=True)
@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_typed_numbers_are_rounded_as_decimals_are(units: int, places: int) -> None:
    """What Python's decimals round half up, we round alike; with up to nine digits before, no noise rule applies."""
    number = Decimal(units % 10**9 * (1 if units > 0 else -1)).scaleb(-places)
    want = int((number * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    value, bad, rounded = one(f"{number:f}", typed=True)
    assert (value, bad) == (want, None)
    assert rounded == (number * 100 != want and abs(number * 100 - want) >= Decimal("0.0001"))


@settings(max_examples=cases(20, 200), deadline=None, derandomize=True)
@given(st.lists(st.text(st.sampled_from("0123456789.,' -+()¥元万CRE"), max_size=12), min_size=1, max_size=30))
def test_whatever_is_typed_is_an_amount_or_told(texts: list[str]) -> None:
    """A cell is exactly one of: an amount, empty, bad; never two, and never an exception."""
    for typed in (False, True):
        for value, bad, rounded in amounts(pl.Series(texts), mark=".", digits=2, typed=typed).rows():
            assert value is None or bad is None
            assert not rounded or (typed and value is not None)

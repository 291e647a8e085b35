"""Dates: every form of a ledger's days, and the order of day and month by evidence."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.intake.ledger.cells.dates import date_order, dates, moments
from thorough import cases

Read = tuple[date | None, str | None]


def one(text: str | None, order: str = "dmy", *, typed: bool = False) -> Read:
    return dates(pl.Series([text, "x"], dtype=pl.String), order=order, typed=typed).row(0)


AUGUST = date(2026, 8, 1)
FIRST_OF_AUGUST = [
    "2026-08-01", "2026-8-1", "2026/8/1", "2026/08/01", "2026.8.1", "20260801", "2026年8月1日", "2026年08月01日",
    "2026 年 8 月 1 日", "2026-08-01 星期六", "2026年8月1日(周六)", "２０２６－０８－０１", "2026−08−01", "1-Aug-2026",
    "1-AUG-26", "01 August 26", "Aug 1, 2026", "August 1 2026", "1st August 2026", "Sat, 01 Aug 2026", "01.08.2026",
    "1.8.2026", "2026-Aug-01", "01-8月-26", "01-8月 -2026", "2026-08-01T10:20:30", "2026-08-01 10:20", "2026-08-01Z",
    "2026-08-01T10:20:30.123456+08:00", "2026/8/1 0:00", "2026-08-01 00:00:00", "20260801102030",
    "2026年8月1日 下午2:30", "'2026-08-01", "2026-08-01 10:20 AM",
]  # fmt: skip


@pytest.mark.parametrize("text", FIRST_OF_AUGUST)
@pytest.mark.parametrize("order", ["dmy", "mdy", "ymd"])
def test_what_has_one_reading(text: str, order: str) -> None:
    assert one(text, order) == (AUGUST, None)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("8/1/2026", "mdy", AUGUST),
        ("8/1/2026", "dmy", date(2026, 1, 8)),
        ("1-8-2026", "dmy", AUGUST),
        ("8/1/26", "mdy", AUGUST),
        ("1/8/26", "dmy", AUGUST),
        ("26/8/1", "ymd", AUGUST),
        ("26-08-01", "ymd", AUGUST),
        ("26.8.1", "ymd", AUGUST),
        ("01.08.26", "mdy", AUGUST),
        ("26年8月1日", "ymd", AUGUST),
        ("12/31/2026 1:05 PM", "mdy", date(2026, 12, 31)),
        ("29 Feb 2024", "dmy", date(2024, 2, 29)),
    ],
)
def test_what_the_order_decides(text: str, order: str, day: date) -> None:
    assert one(text, order) == (day, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-02-30", "impossible"),
        ("2026-13-01", "impossible"),
        ("20261301", "impossible"),
        ("2023-02-29", "impossible"),
        ("2026-00-10", "impossible"),
        ("8/13/2026", "impossible"),
        ("31.04.2026", "impossible"),
        ("2026-08-01 25:00", "impossible"),
        ("2026-08-01T10:61:00", "impossible"),
        ("1989-12-31", "out_of_range"),
        ("2061-01-01", "out_of_range"),
        ("20610101", "out_of_range"),
        ("1/8/75", "out_of_range"),
        ("2026-08", "unreadable"),
        ("2026年8月", "unreadable"),
        ("202608", "unreadable"),
        ("8月1日", "unreadable"),
        ("Aug 2026", "unreadable"),
        ("01082026", "unreadable"),
        ("26-8-1", "unreadable"),
        ("待确认", "unreadable"),
        ("46235", "unreadable"),
        ("2026-08-01-02", "unreadable"),
        ("2026-08-0l", "unreadable"),
        ("1 Foo 2026", "unreadable"),
        ("10:30", "unreadable"),
    ],
)
def test_what_is_bad(text: str, reason: str) -> None:
    assert one(text) == (None, reason)


@pytest.mark.parametrize(("text", "good"), [("1990-01-01", True), ("2060-12-31", True), ("1990/1/1", True)])
def test_the_first_and_last_day(text: str, good: bool) -> None:
    assert (one(text)[1] is None) == good


NOTHING = ["", "-", "/", "N/A", "无", None, "0", "0000-00-00", "0000/00/00", "00000000", "00.00.0000", "00:00:00"]
NOTHING += ["1900-01-00", "1900-01-01", "1900/1/0", "1900-01-01 00:00:00", "0001-01-01"]
NOTHING += ["9999-12-31", "31.12.9999", "99991231"]


@pytest.mark.parametrize("text", NOTHING)
def test_placeholders_are_empty(text: str | None) -> None:
    assert one(text) == (None, None)


@pytest.mark.parametrize(
    ("serial", "read"),
    [
        ("46235", (AUGUST, None)),
        ("46235.5", (AUGUST, None)),
        ("46235.0", (AUGUST, None)),
        ("58806", (date(2060, 12, 31), None)),
        ("58807", (None, "out_of_range")),
        ("20000", (None, "out_of_range")),
        ("80000", (None, "out_of_range")),
        ("19999", (None, "unreadable")),
        ("80001", (None, "unreadable")),
    ],
)
def test_serials_of_a_workbook(serial: str, read: Read) -> None:
    assert one(serial, typed=True) == read


def test_a_text_column_of_serials_alone() -> None:
    """A column of five-digit numbers is one of serials; with any written date among them it is not."""
    assert dates(pl.Series(["46235", None, "-"]), order="dmy", typed=False).row(0) == (AUGUST, None)
    mixed = dates(pl.Series(["46235", "2026-08-01"]), order="dmy", typed=False)
    assert mixed.rows() == [(None, "unreadable"), (AUGUST, None)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-01T10:20:30", "2026-08-01T10:20:30"),
        ("2026-08-01 10:20", "2026-08-01T10:20:00"),
        ("2026-08-01T23:00:00.9+08:00", "2026-08-01T23:00:00"),
        ("2026年8月1日14:30", "2026-08-01T14:30:00"),
        ("2026年8月1日 下午2:30", "2026-08-01T14:30:00"),
        ("2026-08-01 14时30分", "2026-08-01T14:30:00"),
        ("1/8/2026 12:05 AM", "2026-08-01T00:05:00"),
        ("1/8/2026 12:05 PM", "2026-08-01T12:05:00"),
        ("20260801102030", "2026-08-01T10:20:30"),
        ("202608011020", "2026-08-01T10:20:00"),
        ("2026-08-01", None),
        ("2026-08-01 00:00:00", None),
        ("", None),
    ],
)
def test_moments(text: str, moment: str | None) -> None:
    read = moments(pl.Series([text]), order="dmy", typed=False)
    assert read.row(0) == (datetime.fromisoformat(moment) if moment else None, None)
    assert read.schema["value"] == pl.Datetime("us")


def test_a_moment_out_of_a_workbook() -> None:
    read = moments(pl.Series(["46235.75"]), order="dmy", typed=True)
    assert read.row(0) == (datetime.fromisoformat("2026-08-01T18:00:00"), None)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ([], ("ymd", True)),
        (["2026-08-01", "01.08.2026", "20260801"], ("ymd", True)),
        (["1/8/2026", "2/8/2026"], ("dmy", False)),
        (["1/8/2026", "13/8/2026"], ("dmy", True)),
        (["1/8/2026", "8/13/2026"], ("mdy", True)),
        (["13/8/2026", "8/13/2026"], ("dmy", False)),
        (["13/8/2026", *(f"{month}/{day}/2026" for month in range(1, 6) for day in (13, 14, 15, 16))], ("mdy", True)),
        (["13/8/2026", *(f"{month}/{day}/2026" for month in range(1, 6) for day in (13, 14, 15))], ("mdy", False)),
        (["1/31/2026 10:20"], ("mdy", True)),
        (["26-8-1"], ("ymd", True)),
        (["26/08/01"], ("ymd", False)),
        (["26-08-01", "26-08-02", "26-08-13", "26-08-28"], ("ymd", True)),
        (["01/02/26", "28/02/26", "14/02/26", "03/02/26"], ("dmy", True)),
        (["8/31/26"], ("mdy", True)),
    ],
)
def test_the_order_of_a_file(cells: list[str], order: tuple[str, bool]) -> None:
    assert date_order([pl.Series(cells, dtype=pl.String)]) == order


def test_all_columns_are_evidence() -> None:
    assert date_order([pl.Series(["1/8/2026"]), pl.Series(["8/13/2026"])]) == ("mdy", True)


FORMS = {
    "%Y-%m-%d": "ymd", "%Y/%m/%d": "ymd", "%Y%m%d": "ymd", "%Y年%m月%d日": "ymd", "%d.%m.%Y": "mdy", "%d/%m/%Y": "dmy",
    "%m/%d/%Y": "mdy", "%d-%b-%Y": "ymd", "%B %d, %Y": "dmy", "%y-%m-%d": "ymd", "%d/%m/%y": "dmy",
}  # fmt: skip


@settings(max_examples=cases(50, 500), deadline=None, derandomize=True)
@given(
    st.lists(st.dates(date(1990, 1, 1), date(2060, 12, 31)), min_size=1, max_size=20), st.sampled_from(sorted(FORMS))
)
def test_what_is_written_is_read(days: list[date], form: str) -> None:
    """Any day in any form is the same day again (two-digit years: those of this century up to 2060)."""
    days = [day for day in days if "%y" not in form or day.year >= 2000]
    read = dates(pl.Series([day.strftime(form) for day in days], dtype=pl.String), order=FORMS[form], typed=False)
    assert read.get_column("value").to_list() == days


@settings(max_examples=cases(40, 400), deadline=None, derandomize=True)
@given(st.integers(32874, 58806))
def test_serials_count_days(serial: int) -> None:
    assert one(str(serial), typed=True)[0] == date(1899, 12, 30) + timedelta(days=serial)


@settings(max_examples=cases(15, 150), deadline=None, derandomize=True)
@given(
    st.lists(st.text(st.sampled_from("0123456789-/.年月日 :TZJanAug星期六下午"), max_size=20), min_size=1, max_size=30),
    st.booleans(),
)
def test_whatever_is_typed_is_a_day_or_told(texts: list[str], typed: bool) -> None:
    """A cell is exactly one of: a day of our years, empty, bad; its moment is of the same day and as bad."""
    cells = pl.Series(texts)
    for order in ("dmy", "mdy", "ymd"):
        days, instants = dates(cells, order=order, typed=typed), moments(cells, order=order, typed=typed)
        for (day, bad), (moment, same) in zip(days.rows(), instants.rows(), strict=True):
            assert day is None or bad is None
            assert day is None or date(1990, 1, 1) <= day <= date(2060, 12, 31)
            assert same == bad
            assert moment is None or moment.date() == day

"""Names of bank lines: the same line the same name, in every file, order and encoding; another line another name."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pace
from solvent.intake.bank.cells import lines_of
from solvent.intake.bank.identity import line_ids
from thorough import cases

Row = tuple[int, int, str, str, str]
"""Day of March, amount, reference, bank's reference, the other account."""


def frame(rows: list[Row], account: str = "A1") -> pl.DataFrame:
    told = [
        (place, date(2026, 3, day), None, "EUR", amount, "Someone", other, text, bank, None, "")
        for place, (day, amount, text, bank, other) in enumerate(rows, start=1)
    ]
    return lines_of(told).with_columns(pl.lit(account).alias("account_id"))


def ids(rows: list[Row]) -> list[str]:
    return line_ids(frame(rows)).to_list()


PLAIN: Row = (3, 500, "Invoice 7", "B1", "DE02")


def test_a_name_shows_account_and_day() -> None:
    (name,) = ids([PLAIN])
    assert name.startswith("A1/2026-03-03/")
    assert len(name) == len("A1/2026-03-03/") + 20


def test_a_name_never_changes() -> None:
    """Names stand in databases: a change of the rule would double every line that is imported again."""
    assert ids([PLAIN, PLAIN]) == ["A1/2026-03-03/69478e55e11a71e2a737", "A1/2026-03-03/69478e55e11a71e2a737~2"]


@pytest.mark.parametrize(
    "other",
    [(4, 500, "Invoice 7", "B1", "DE02"), (3, 501, "Invoice 7", "B1", "DE02"), (3, -500, "Invoice 7", "B1", "DE02"),
     (3, 500, "Invoice 8", "B1", "DE02"), (3, 500, "Invoice 7", "B2", "DE02"), (3, 500, "Invoice 7", "B1", "DE03"),
     (3, 500, "", "Invoice 7 B1", "DE02"), (3, 500, "发票 7", "B1", "DE02")],
)  # fmt: skip
def test_whatever_differs_gives_another_name(other: Row) -> None:
    first, second = ids([PLAIN, other])
    assert first != second


def test_account_currency_and_a_printed_balance_tell_lines_apart() -> None:
    base = frame([PLAIN])
    others = [
        base.with_columns(pl.lit("A2").alias("account_id")),
        base.with_columns(pl.lit("USD").alias("currency")),
        base.with_columns(pl.lit(100, dtype=pl.Int64).alias("balance")),
        base.with_columns(pl.lit(0, dtype=pl.Int64).alias("balance")),
    ]
    assert len({line_ids(one)[0] for one in (base, *others)}) == 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Invoice 7", "INVOICE  7"),
        ("Müller", "Mu\u0308ller"),
        ("RF18 5390 0754", "RF18-53900754"),
        ("Ⅶ１２", "vii12"),
        ("a\u00a0b", "ab"),
    ],
)
def test_blanks_marks_and_forms_of_letters_do_not_count(one: str, other: str) -> None:
    assert ids([(3, 5, one, "", "")]) == ids([(3, 5, other, "", "")])


def test_what_may_change_later_is_no_part_of_the_name() -> None:
    base = frame([PLAIN])
    changed = base.with_columns(
        pl.lit("Other name").alias("counterparty"), pl.lit("transfer").alias("category"), pl.lit(99).alias("row")
    )
    assert line_ids(base).to_list() == line_ids(changed).to_list()


ROWS = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(-2, 2), st.sampled_from(["", "x"]), st.sampled_from(["", "1"]), st.just("")
    ),
    max_size=30,
)


@given(rows=ROWS, seed=st.integers(0, 9))
@settings(max_examples=cases(20, 200), deadline=None)
def test_any_order_gives_the_same_names_and_none_twice(rows: list[Row], seed: int) -> None:
    mixed = random.Random(seed).sample(rows, len(rows))
    assert sorted(ids(rows)) == sorted(ids(mixed))
    assert len(set(ids(rows))) == len(rows)


@given(rows=ROWS, cut=st.integers(0, 4), back=st.integers(0, 2))
@settings(max_examples=cases(20, 200), deadline=None)
def test_an_overlapping_file_adds_only_what_is_new(rows: list[Row], cut: int, back: int) -> None:
    """Two files of whole days that overlap by some days name together exactly the lines of the whole."""
    first = [row for row in rows if row[0] <= cut]
    second = [row for row in rows if row[0] > cut - back]
    assert set(ids(first)) | set(ids(second)) == set(ids(rows))


def test_lines_are_counted_anew_in_each_series() -> None:
    both = pl.concat([frame([PLAIN, PLAIN]), frame([PLAIN])])
    named = line_ids(both.with_columns(pl.Series("series", [1, 1, 2])), "series").to_list()
    assert named[0] == named[2]
    assert named[1] == f"{named[0]}~2"


def test_a_hundred_thousand_lines_take_about_a_second() -> None:
    count = 100_000
    days = [date(2026, 1, 1) + timedelta(days=place % 365) for place in range(count)]
    lines = pl.DataFrame(
        {
            "account_id": ["DE89370400440532013000"] * count,
            "booked_on": days,
            "currency": ["EUR"] * count,
            "amount": list(range(count)),
            "counterparty_account": ["DE02120300000000202051"] * count,
            "reference": [f"Invoice {place}, with thanks" for place in range(count)],
            "bank_reference": [f"B{place}" for place in range(count)],
            "balance": pl.Series([None] * count, dtype=pl.Int64),
        }
    )
    with pace.within(3):
        assert line_ids(lines).n_unique() == count

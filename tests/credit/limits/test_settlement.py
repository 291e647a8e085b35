"""How a customer had better pay: at and over each level of its country, and by its grade."""

from datetime import date

import polars as pl
import pytest

from solvent.books.books import TABLES, Ledger, open_books
from solvent.credit.limits.settlement import METHODS, Settling, settlement

DAY = date(2026, 3, 2)


def books(level: int | None, told_on: date = DAY):
    rows = {"customers": [{"customer_id": "lantern", "country": "XX", "recorded_on": DAY}]}
    old = {"kind": "country", "code": "XX", "told_on": date(2020, 1, 1), "level": 5, "recorded_on": DAY}
    if level is not None:
        rows["risk_levels"] = [old, {**old, "told_on": told_on, "level": level}]
    tables = {name: TABLES[name].conform(pl.DataFrame(told).lazy()) for name, told in rows.items()}
    return open_books(Ledger(tables, "CNY"), DAY)


def asked(level: int | None, grade: str, **decided: int) -> str | None:
    graded = pl.DataFrame({"customer_id": ["lantern"], "grade": [grade]})
    return settlement(books(level), graded, Settling(**decided)).item(0, "settlement")


@pytest.mark.parametrize(("level", "place"), [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3)])
def test_the_level_of_the_country_decides(level: int, place: int) -> None:
    assert asked(level, "B") == METHODS[place]
    assert asked(level, "D") == METHODS[place + 1], "a weak customer is asked for the next safer way"
    assert asked(level, "E") == "cash_in_advance"


def test_a_policy_moves_the_lines() -> None:
    assert asked(3, "A", open_account=3) == "open_account"


def test_without_a_level_nothing_is_advised_but_what_the_grade_asks() -> None:
    assert asked(None, "B") is None
    assert asked(None, "E") == "cash_in_advance"


def test_the_newest_level_counts_and_one_to_come_does_not() -> None:
    graded = pl.DataFrame({"customer_id": ["lantern"], "grade": ["A"]})
    assert settlement(books(1), graded).item(0, "settlement") == "open_account"
    later = settlement(books(1, date(2026, 3, 3)), graded)
    assert later.item(0, "settlement") == "confirmed_letter_of_credit"

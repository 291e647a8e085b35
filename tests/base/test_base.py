"""The words and tools of the ground floor, at their edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.calendar import days_off, month_end, month_ends, months_before, quarter_ends, workdays_between
from solvent.base.money import converted, decimal, digits, half_up, minor
from solvent.base.problem import PolicyError, TableError
from solvent.base.table import Column, Law, Table
from solvent.base.terms import FAMILIES, Bounds, Policy, Terms, bounds_of, term


@pytest.mark.parametrize(("amount", "text"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00")])
def test_a_half_is_rounded_away_from_zero(amount: str, text: str) -> None:
    assert str(decimal(minor(Decimal(amount), "CNY"), "CNY")) == text


@given(st.integers(-(10**15), 10**15), st.sampled_from(["CNY", "JPY", "KWD", "XXX"]))
def test_money_goes_there_and_back(amount: int, currency: str) -> None:
    assert minor(decimal(amount, currency), currency) == amount


@given(st.integers(-(10**9), 10**9))
def test_half_up_of_an_expression_agrees_with_decimal(tenths: int) -> None:
    told = pl.select(half_up(pl.lit(tenths / 10))).item()
    assert told == int(Decimal(tenths).scaleb(-1).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


def test_conversion_is_of_sums_and_leaves_no_rate_empty() -> None:
    frame = pl.LazyFrame({"currency": ["CNY", "USD", "KWD"], "amount": [2**53 + 1, 101, 5]})
    rates = pl.DataFrame({"currency": ["CNY", "USD"], "factor": [1.0, 7.1636]})
    told = converted(frame, rates, "amount").collect()
    assert told.get_column("amount").to_list() == [2**53 + 1, 724, None]
    assert told.columns == ["amount"]


def test_currencies_count_in_their_own_decimals() -> None:
    assert [digits(code) for code in ("CNY", "JPY", "KWD", "XXX")] == [2, 0, 3, 2]


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 60))
def test_so_many_months_before(day: date, months: int) -> None:
    earlier = months_before(day, months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    assert earlier.day == min(day.day, month_end(earlier).day)


def test_month_and_quarter_ends_that_are_over() -> None:
    assert month_ends(date(2026, 2, 28), 2) == (date(2026, 1, 31), date(2026, 2, 28))
    assert month_ends(date(2026, 2, 27), 2) == (date(2025, 12, 31), date(2026, 1, 31))
    assert quarter_ends(date(2026, 3, 30), 2) == (date(2025, 9, 30), date(2025, 12, 31))


def test_chinese_make_up_workdays_count_as_workdays() -> None:
    """20 September and 10 October 2026 are worked for the autumn holidays; 1 to 7 October are not."""
    off = days_off("CN", 2026, 2026)
    assert date(2026, 9, 20) not in off
    assert date(2026, 10, 10) not in off
    assert {date(2026, 10, day) for day in range(1, 8)} <= off


def test_workdays_between_agrees_with_a_count_by_hand() -> None:
    first = date(2026, 9, 15)
    days = [first + timedelta(days=offset) for offset in range(40)]
    off = days_off("CN", 2026, 2026)
    frame = pl.DataFrame({"start": [first] * 40, "end": days})
    told = frame.select(
        workdays_between(pl.col("start"), pl.col("end"), country="CN", years=(2026, 2026)).alias("n")
    ).get_column("n")
    by_hand = [sum(day not in off for day in days[1 : place + 1]) for place in range(40)]
    assert told.to_list() == by_hand


def test_a_country_without_a_calendar_has_weekends_only() -> None:
    off = days_off("Atlantis", 2026, 2026)
    assert off == {day for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(365)) if day.weekday() >= 5}


@dataclass(frozen=True)
class Trial(Terms, key="tests.trial"):
    """A family for these tests."""

    line: float = term(0.25, unit="share", source="a test")
    edges: tuple[int, ...] = term((30, 60), unit="days", source="a test")
    country: str = term("CN", unit="country", form="country", source="a test")
    chance: float = term(0.1, unit="chance", most=1, source="a test")
    shift: float = term(-1.0, unit="points", least=None, source="a test")
    since: str = term("2026-03-10", unit="first day", form="day", source="a test")
    how: str = term("least", unit="a way", choices=("least", "mean"), source="a test")
    rising: tuple[int, ...] = term((1, 2), unit="edges", most=9, rising=True, source="a test")
    yes: bool = term(True, unit="yes or no", source="a test")
    words: tuple[str, ...] = term(("a",), unit="words", source="a test")


def test_policy_counts_from_its_day_and_term_by_term() -> None:
    told = {"tests.trial": [(date(2026, 4, 1), {"line": 1}), (date(2026, 1, 1), {"line": 0.2, "edges": [15]})]}
    assert Policy(date(2025, 12, 31), told).terms(Trial) == Trial()
    assert Policy(date(2026, 3, 31), told).terms(Trial) == Trial(line=0.2, edges=(15,))
    later = Policy(date(2026, 4, 1), told).terms(Trial)
    assert later == Trial(line=1.0, edges=(15,))
    assert isinstance(later.line, float)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"tests.tryal": [(date.min, {})]}, "policy.family_unknown"),
        ({"tests.trial": [(date.min, {"lyne": 0.2})]}, "policy.term_unknown"),
        ({"tests.trial": [(date.min, {"line": "much"})]}, "policy.value_kind"),
        ({"tests.trial": [(date.min, {"line": True})]}, "policy.value_kind"),
        ({"tests.trial": [(date.min, {"edges": []})]}, "policy.value_kind"),
        ({"tests.trial": [(date.min, {"edges": [1.5]})]}, "policy.value_kind"),
        ({"tests.trial": [(date.min, {"line": -0.01})]}, "policy.least"),
        ({"tests.trial": [(date.min, {"line": float("nan")})]}, "policy.least"),
        ({"tests.trial": [(date.min, {"line": float("inf")})]}, "policy.least"),
        ({"tests.trial": [(date.min, {"line": 2**53 + 2})]}, "policy.most"),
        ({"tests.trial": [(date.min, {"shift": -(2.0**54)})]}, "policy.most"),
        ({"tests.trial": [(date.min, {"chance": 1.001})]}, "policy.most"),
        ({"tests.trial": [(date.min, {"edges": [30, -1]})]}, "policy.least"),
        ({"tests.trial": [(date.min, {"rising": [1, 10]})]}, "policy.most"),
        ({"tests.trial": [(date.min, {"rising": [2, 2]})]}, "policy.rising"),
        ({"tests.trial": [(date.min, {"country": "China"})]}, "policy.country"),
        ({"tests.trial": [(date.min, {"since": "2026-02-30"})]}, "policy.day"),
        ({"tests.trial": [(date.min, {"since": "20260310"})]}, "policy.day"),
        ({"tests.trial": [(date.min, {"how": "most"})]}, "policy.choice"),
        ({"tests.trial": [(date.min, {"words": ["a", "b\x07"]})]}, "policy.word"),
        ({"tests.trial": [(date.min, {"words": ["a" * 501]})]}, "policy.word"),
    ],
)
def test_what_policy_does_not_allow_is_refused_by_name(
    told: dict[str, list[tuple[date, dict[str, object]]]], code: str
) -> None:
    with pytest.raises(PolicyError) as raised:
        Policy(date(2026, 1, 1), told)
    assert raised.value.problem.code == code


def test_the_bounds_themselves_are_allowed() -> None:
    good = {
        "line": 0, "chance": 1, "shift": -(2.0**53), "edges": [3, 2], "rising": [0, 9], "country": "DE",
        "since": "2024-02-29", "how": "mean", "yes": False, "words": ["a" * 500],
    }  # fmt: skip
    told = Policy(date(2026, 1, 1), {"tests.trial": [(date.min, good)]}).terms(Trial)
    assert (told.line, told.chance, told.rising, told.how, told.yes) == (0.0, 1.0, (0, 9), "mean", False)
    assert bounds_of(Trial, "chance") == Bounds(0, 1)
    assert bounds_of(Trial, "how").least is None


def test_a_family_is_known_by_its_key() -> None:
    assert FAMILIES["tests.trial"] is Trial


TABLE = Table(
    "rungs",
    "A rung.",
    key=("rung",),
    columns={"rung": Column(pl.Int64, "which"), "note": Column(pl.String, "what", empty=True)},
    laws={"upward": Law(pl.col("rung") > 0, "a rung is above the ground")},
)


def test_a_table_conforms_what_it_can_and_refuses_the_rest() -> None:
    told = TABLE.conform(pl.LazyFrame({"rung": [1], "more": ["x"]})).collect()
    assert told.schema == {"rung": pl.Int64, "note": pl.String}
    with pytest.raises(TableError):
        TABLE.conform(pl.LazyFrame({"note": ["x"]}))


def test_a_table_tells_which_rule_a_row_breaks() -> None:
    frame = pl.DataFrame({"rung": [1, 1, 0, None], "note": [None] * 4}, schema=TABLE.schema)
    broken = {name: frame.filter(rule).height for name, rule in TABLE.broken().items()}
    assert broken == {"empty.rung": 1, "key.doubled": 1, "upward": 1}

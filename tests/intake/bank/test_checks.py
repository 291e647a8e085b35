"""What speaks against a statement, at its lines: adding up, the chain, the account, its currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.problem import Problem
from solvent.intake.bank.cells import Fault, lines_of, rejected_of
from solvent.intake.bank.checks import judged, proved
from solvent.intake.bank.statement import Statement
from solvent.intake.intake import Known
from thorough import cases

IBAN = "DE89370400440532013000"
DAY = date(2026, 3, 2)


def lines(*told: tuple[int, int] | tuple[int, int, int | None], currency: str = "EUR") -> pl.DataFrame:
    """Lines of (day of March, amount) and the balance beside it."""
    rows = []
    for row, (day, amount, *rest) in enumerate(told, start=1):
        balance = rest[0] if rest else None
        rows.append((row, date(2026, 3, day), None, currency, amount, "", "", "", "", balance, ""))
    return lines_of(rows)


def statement(
    opening: int | None, closing: int | None, *told: tuple[int, int], first: int = 2, last: int = 31, **more: object
) -> Statement:
    made = Statement(
        source="a.sta",
        part=1,
        kind="statement",
        format="mt940",
        account_id=IBAN,
        currency="EUR",
        lines=lines(*told),
        from_on=date(2026, 3, first),
        to_on=date(2026, 3, last),
        opening=opening,
        opening_on=date(2026, 3, 1) + timedelta(days=first - 2),
        closing=closing,
        closing_on=date(2026, 3, last) if closing is not None else None,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def known(*points: tuple[int, int], accounts: dict[str, str] | None = None) -> Known:
    closings = pl.DataFrame(
        [(IBAN, date(2026, 3, day), amount) for day, amount in points],
        schema={"account_id": pl.String, "day_on": pl.Date, "amount": pl.Int64},
        orient="row",
    )
    return Known(accounts={IBAN: "EUR"} if accounts is None else accounts, closings=closings)


def codes(told: Sequence[Statement], books: Known | None = None) -> list[str | None]:
    return [result.reason.code if result.reason else None for result in judged(told, books or known())]


def facts(told: Statement, books: Known | None = None) -> dict[str, object]:
    (result,) = judged([told], books or known())
    assert result.reason is not None
    return dict(result.reason.facts)


@pytest.mark.parametrize(
    ("closing", "code"), [(150, None), (149, "bank.statement.does_not_add_up"), (151, "bank.statement.does_not_add_up")]
)
def test_opening_and_lines_give_closing_to_the_cent(closing: int, code: str | None) -> None:
    assert codes([statement(100, closing, (3, 70), (4, -20))]) == [code]


def test_the_reason_shows_the_amounts() -> None:
    assert facts(statement(10000, 14900, (3, 5000))) == {
        "opening": "100.00",
        "lines": "50.00",
        "closing": "149.00",
        "difference": "-1.00",
        "currency": "EUR",
    }


def test_sums_beyond_sixty_four_bits_do_not_run_over() -> None:
    great = 9 * 10**15
    many = lines(*[(3, great)] * 2100)
    assert codes([statement(0, 0, lines=many)]) == ["bank.statement.does_not_add_up"]


def test_balances_beside_the_lines_follow_from_them() -> None:
    right = lines((3, 70, 170), (4, -20, 150))
    assert codes([statement(100, 150, lines=right)]) == [None]
    assert codes([statement(100, 150, lines=right.reverse())]) == [None]
    assert codes([statement(100, 150, lines=lines((3, 70, 171), (4, -20, 150)))]) == ["bank.statement.balance_breaks"]
    assert codes([statement(100, 150, lines=lines((3, 70, 270), (4, -20, 250)))]) == ["bank.statement.balance_breaks"]


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ((1, 100), None),
        ((1, 99), "bank.statement.gap"),
        ((1, 101), "bank.statement.gap"),
        ((2, 100), None),
        ((3, 170), None),
        ((3, 100), None),
        ((3, 169), "bank.statement.overlap_differs"),
        ((10, 150), None),
        ((10, 151), "bank.statement.overlap_differs"),
        ((31, 150), None),
        ((31, 149), "bank.statement.overlap_differs"),
    ],
)
def test_it_goes_on_from_where_the_account_stood(point: tuple[int, int], code: str | None) -> None:
    """Known the day before, on the first day, within, on the last day."""
    assert codes([statement(100, 150, (3, 70), (4, -20))], known(point)) == [code]


def test_an_older_statement_than_the_books_know_has_nothing_to_go_on_from() -> None:
    old = statement(100, 150, (3, 50), last=20)
    assert codes([old], known((21, 999))) == [None]


def test_days_without_movement_between_two_statements_are_no_gap() -> None:
    assert codes([statement(100, 150, (20, 50), first=20)], known((1, 100))) == [None]
    told = facts(statement(100, 150, (20, 50), first=20), known((1, 40)))
    assert told == {
        "day": "2026-03-01",
        "known": "0.40",
        "opening": "1.00",
        "difference": "0.60",
        "from": "2026-03-20",
        "currency": "EUR",
    }


def test_several_statements_of_one_day_follow_each_other() -> None:
    first, second = statement(100, 130, (3, 30), first=3, last=3), statement(130, 110, (3, -20), first=3, last=3)
    assert codes([first, second]) == [None, None]
    assert codes([first, replace(second, opening=131, closing=111)]) == [None, "bank.statement.overlap_differs"]
    third, fourth = statement(110, 111, (3, 1), first=3, last=3), statement(111, 120, (3, 4), (4, 5), first=3, last=4)
    every = [first, second, third, fourth]
    assert codes(every, known((2, 100))) == codes(every[::-1], known((2, 100))) == [None] * 4
    assert [result.series for result in judged(every[::-1], known())] == [1] * 4
    assert codes([first, third, fourth], known((2, 100)))[1] == "bank.statement.overlap_differs"
    assert codes([first], known((2, 100), (3, 120))) == [None]
    assert codes([first], known((2, 99), (3, 120))) == ["bank.statement.overlap_differs"]


def test_an_account_that_is_swept_every_evening_is_told_apart_from_a_statement_that_stands_twice() -> None:
    swept = statement(0, 0, (3, 30), (3, -30), first=3, last=3)
    other = replace(swept, lines=lines((3, 20), (3, -20)))
    assert [result.series for result in judged([swept, swept], known())] == [1, 2]
    assert [result.series for result in judged([swept, other], known())] == [1, 1]


def test_statements_of_a_file_are_a_chain_in_any_order() -> None:
    one = statement(100, 150, (3, 50), last=10)
    two = statement(150, 120, (12, -30), first=11, last=20)
    three = statement(120, 125, (22, 5), first=21)
    assert codes([three, one, two]) == [None, None, None]
    assert codes([three, one, replace(two, closing=119)]) == [
        "bank.statement.gap",
        None,
        "bank.statement.does_not_add_up",
    ]
    series = [result.series for result in judged([three, one, two], known())]
    assert series == [1, 1, 1]
    again = statement(150, 125, (12, -30), (22, 5), first=11)
    assert [result.series for result in judged([one, two, again], known())] == [1, 1, 2]


@given(
    amounts=st.lists(st.lists(st.integers(-500, 500), max_size=4), min_size=1, max_size=28),
    cuts=st.sets(st.integers(1, 27), max_size=6),
    wrong=st.integers(0, 6),
)
@settings(max_examples=cases(20, 200), deadline=None)
def test_whatever_the_cuts_a_whole_history_is_accepted_and_a_hole_is_found(
    amounts: list[list[int]], cuts: set[int], wrong: int
) -> None:
    days = {place + 2: day for place, day in enumerate(amounts)}
    edges = [2, *sorted(cut + 2 for cut in cuts if cut < len(amounts)), len(amounts) + 2]
    parts, stood = [], 100
    for first, last in pairwise(edges):
        told = [(day, amount) for day in range(first, last) for amount in days[day]]
        after = stood + sum(amount for _, amount in told)
        parts.append(statement(stood, after, *told, first=first, last=last - 1))
        stood = after
    assert codes(parts, known((1, 100))) == [None] * len(parts)
    if 0 < wrong < len(parts):
        missing = parts[wrong - 1]
        left = parts[: wrong - 1] + parts[wrong:]
        same = missing.opening == missing.closing
        assert codes(left, known((1, 100)))[wrong - 1] == (None if same else "bank.statement.gap")


@pytest.mark.parametrize(
    ("told", "books", "code"),
    [
        (statement(100, 150, (3, 50)), known(accounts={}), None),
        (statement(100, 150, (3, 50)), known(accounts={IBAN: "USD"}), "bank.statement.account_currency"),
        (statement(100, 150, (3, 50)), known(accounts={IBAN: "XXX"}), None),
        (statement(100, 150, (3, 50), account_id=""), known(accounts={}), "bank.statement.account_missing"),
        (statement(100, 150, (3, 50), account_id=""), known(), None),
        (
            statement(100, 150, (3, 50), account_id=""),
            known(accounts={IBAN: "EUR", "2": "EUR"}),
            "bank.statement.account_missing",
        ),
        (statement(100, 150, lines=lines((3, 50), currency="USD")), known(accounts={}), "bank.statement.currencies"),
        (statement(100, 150, lines=lines((3, 50), currency="USD")), known(), "bank.statement.account_currency"),
    ],
)
def test_account_and_currency_match(told: Statement, books: Known, code: str | None) -> None:
    assert codes([told], books) == [code]


def test_a_new_account_is_accepted_and_told() -> None:
    (result,) = judged([statement(100, 150, (3, 50))], known(accounts={}))
    assert result.new
    assert [problem.code for problem in result.problems] == ["bank.account.new"]
    first, second = judged([statement(100, 150, (3, 50), last=9), statement(150, 150, first=10)], known(accounts={}))
    assert (first.new, second.new) == (True, False)


@pytest.mark.parametrize(
    ("number", "bank", "account"),
    [
        ("0532013000", "37040044", IBAN),
        ("532013000", "37040044", IBAN),
        ("0532013000", "37040045", "0532013000"),
        ("0532013000", "", IBAN),
        ("3000", "37040044", "3000"),
        ("9999999999", "37040044", "9999999999"),
    ],
)
def test_another_way_of_writing_a_known_account(number: str, bank: str, account: str) -> None:
    (result,) = judged([statement(100, 150, (3, 50), account_id=number, bank=bank)], known())
    assert result.statement.account_id == account
    assert ("bank.account.taken_as" in {problem.code for problem in result.problems}) == (account == IBAN)


def test_one_number_in_two_currencies_is_two_accounts() -> None:
    euro = statement(100, 150, (3, 50))
    dollar = statement(7, 8, currency="USD", lines=lines((3, 1), currency="USD"))
    results = judged([euro, dollar], known(accounts={}))
    assert [(result.statement.account_id, result.reason) for result in results] == [(IBAN, None), (f"{IBAN}/USD", None)]
    assert codes([dollar], known(accounts={IBAN: "EUR", f"{IBAN}/USD": "USD"})) == [None]
    assert codes([dollar]) == ["bank.statement.account_currency"]


def test_a_file_without_a_currency_takes_that_of_the_account() -> None:
    (result,) = judged([statement(100, 150, currency="XXX", lines=lines((3, 50), currency="XXX"))], known())
    assert (result.reason, result.statement.currency) == (None, "EUR")
    assert result.statement.lines["currency"].to_list() == ["EUR"]


def test_what_cannot_be_proved_is_taken_and_told() -> None:
    for opening, closing in ((None, 150), (100, None), (None, None)):
        (result,) = judged([statement(opening, closing, (3, 50))], known())
        assert result.reason is None
        assert [problem.code for problem in result.problems] == ["bank.statement.not_proved"]
        assert not proved(result.statement)


@pytest.mark.parametrize(
    ("point", "closing", "on", "code"),
    [
        ((1, 100), 150, 31, None),
        ((1, 100), 151, 31, "bank.statement.closing_differs"),
        ((10, 100), 100, 31, None),
        ((10, 100), 101, 31, "bank.statement.closing_differs"),
        ((5, 100), 150, 31, None),
    ],
)
def test_a_closing_balance_without_an_opening_goes_on_from_the_books(
    point: tuple[int, int], closing: int, on: int, code: str | None
) -> None:
    told = statement(None, closing, (5, 50), closing_on=date(2026, 3, on))
    assert codes([told], known(point)) == [code]
    later = replace(told, closing=closing + 7, to_on=date(2026, 3, 30))
    assert codes([later], known(point)) == [None]


def test_rows_that_cannot_be_read_leave_a_statement_unproved() -> None:
    fault = rejected_of("a.sta", [Fault(1, "", "x", Problem("bank.line.day", "", {"value": "x"}))])
    assert codes([statement(None, 150, (3, 50), rejected=fault)]) == ["bank.statement.rows_unreadable"]
    assert codes([statement(100, 151, (3, 50), rejected=fault)]) == ["bank.statement.rows_unreadable"]
    assert codes([statement(100, 150, (3, 50), rejected=fault)]) == [None]


def test_a_readers_own_doubt_counts() -> None:
    twice = Problem("bank.mt940.balance_twice", "a.sta:9", {"field": ":62F:"})
    assert codes([statement(100, 150, (3, 50), problems=(twice,))]) == ["bank.mt940.balance_twice"]
    sums = Problem("bank.statement.sums_differ", "a.sta", {})
    assert codes([statement(100, 150, (3, 50), problems=(sums,))]) == [None]
    assert codes([statement(None, None, (3, 50), problems=(sums,), kind="interim")]) == ["bank.statement.sums_differ"]


def test_lines_outside_the_period_are_told() -> None:
    (result,) = judged([statement(100, 150, (3, 20), (9, 30), last=8)], known())
    assert result.reason is None
    assert [(problem.code, problem.facts["count"]) for problem in result.problems] == [
        ("bank.statement.outside_period", 1)
    ]


def test_interim_reports_and_notices_are_no_links_of_the_chain() -> None:
    interim = statement(None, None, (3, 50), kind="interim", last=9)
    whole = statement(100, 150, (3, 50))
    results = judged([interim, whole], known((1, 100)))
    assert [result.reason for result in results] == [None, None]
    assert [problem.code for problem in results[0].problems] == ["bank.statement.interim"]
    notice = judged([replace(interim, kind="notice")], known())[0]
    assert [problem.code for problem in notice.problems] == ["bank.statement.notice"]

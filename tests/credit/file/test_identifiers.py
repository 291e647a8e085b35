"""Identifiers: published examples of each number, one digit off, and numbers and names against each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Books
from solvent.credit.file.identifiers import identifier_findings, told
from thorough import cases

BooksOf = Callable[..., Books]
SOUND = {
    "registration_no": "91110000600037341L", "vat_id": "DE136695976", "lei": "213800KUD8LAJWSQ9D15",
    "iban": "DE89370400440532013000",
}  # fmt: skip
"""Published examples."""


def kinds(books_of: BooksOf, registrations: str = "", customers: str = "") -> list[tuple[str, str, str, str | None]]:
    head = "customer_id told_on legal_name registration_no vat_id lei iban\n"
    texts = {"registrations": head + registrations} if registrations else {}
    if customers:
        texts["customers"] = "customer_id name tax_id country\n" + customers
    found = identifier_findings(books_of("2026-06-30", **texts))
    return [(row["field"], row["kind"], row["value"], row["right"]) for row in found.iter_rows(named=True)]


def test_sound_numbers_bring_nothing(books_of: BooksOf) -> None:
    assert kinds(books_of, f"a 2026-01-01 - {' '.join(SOUND.values())}\n") == []
    assert kinds(books_of, f"a 2026-01-01 - 9111-0000-6000-3734-1L - - {SOUND['iban'].lower()}\n") == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("registration_no", "91110000600037341M"),
        ("lei", "213800KUD8LAJWSQ9D16"),
        ("iban", "DE88370400440532013000"),
    ],
)
def test_a_wrong_check_digit_is_told_with_the_right_one(books_of: BooksOf, field: str, wrong: str) -> None:
    cells = {name: wrong if name == field else "-" for name in SOUND}
    assert kinds(books_of, f"a 2026-01-01 - {' '.join(cells.values())}\n") == [
        (field, "check_digit", wrong, SOUND[field])
    ]


@pytest.mark.parametrize(
    ("field", "wrong", "kind"),
    [
        ("vat_id", "DE136695977", "check_digit"), ("vat_id", "DE13669597", "length"),
        ("lei", "213800KUD8LAJWSQ9D1", "length"),
        ("iban", "ZZ89370400440532013000", "parts"),
    ],
)  # fmt: skip
def test_what_else_is_wrong_is_told_by_its_kind(books_of: BooksOf, field: str, wrong: str, kind: str) -> None:
    cells = {name: wrong if name == field else "-" for name in SOUND}
    found = kinds(books_of, f"a 2026-01-01 - {' '.join(cells.values())}\n")
    assert [(one[0], one[2]) for one in found] == [(field, wrong)]
    assert found[0][1] in (kind, "check_digit", "characters")


def test_numbers_of_other_countries_are_left_alone(books_of: BooksOf) -> None:
    assert kinds(books_of, "a 2026-01-01 - HRB12345 US1234567 - -\n", "a Kite 12-3456789 US\n") == []


@settings(max_examples=cases(20, 100), deadline=None)
@given(place=st.integers(0, 19), digit=st.sampled_from("0123456789"), letter=st.sampled_from("ABCDEFGHJKLMNPQRSTUV"))
def test_a_digit_typed_for_a_digit_in_an_lei_is_always_found(
    books_of: BooksOf, place: int, digit: str, letter: str
) -> None:
    lei = SOUND["lei"]
    put = digit if lei[place].isdigit() else letter
    typed = lei[:place] + put + lei[place + 1 :]
    assert bool(kinds(books_of, f"a 2026-01-01 - - - {typed} -\n")) is (typed != lei)


def test_the_tax_number_against_the_register(books_of: BooksOf) -> None:
    other = "91310115MA1H9YGX1T"
    found = kinds(books_of, "a 2026-01-01 - 91110000600037341L - - -\n", f"a - {other} CN\n")
    assert ("tax_id", "differs", other, "91110000600037341L") in found
    assert kinds(books_of, "a 2026-01-01 - 91110000600037341L - - -\n", "a - 91110000600037341L CN\n") == []
    assert kinds(books_of, "a 2026-01-01 - - DE136695976 - -\n", "a - DE136695976 DE\n") == []


def test_names_are_compared_without_their_dress(books_of: BooksOf) -> None:
    sound = kinds(books_of, "a 2026-01-01 KITE·Company·Limited - - - -\n", "a Kite·Co.,Ltd. - GB\n")
    assert sound == []
    assert kinds(books_of, "a 2026-01-01 Kite·Trading - - - -\n", "a Kite - GB\n") == [
        ("name", "name", "Kite", "Kite·Trading")
    ]


def test_the_newest_extract_counts(books_of: BooksOf) -> None:
    rows = "a 2025-01-01 - 91110000600037341M - - -\na 2026-01-01 - 91110000600037341L - - -\n"
    assert kinds(books_of, rows) == []


def test_a_number_of_two_customers_is_told_of_both(books_of: BooksOf) -> None:
    rows = "".join(f"{who} 2026-01-01 - 91110000600037341L - - -\n" for who in "ba")
    assert kinds(books_of, rows) == [("registration_no", "shared", "91110000600037341L", "a, b")] * 2


def test_every_finding_becomes_a_problem_with_its_place(books_of: BooksOf) -> None:
    head = "customer_id told_on legal_name registration_no vat_id lei iban\n"
    rows = head + "a 2026-01-01 Wrong 91110000600037341M DE1 - ZZ11\nb 2026-01-01 - 91110000600037341M - - -\n"
    customers = "customer_id name tax_id country\na Kite 91110000600037341L CN\n"
    found = identifier_findings(books_of("2026-06-30", registrations=rows, customers=customers))
    problems = told(found)
    assert len(problems) == found.height >= 6
    assert {problem.place.split(":")[1] for problem in problems} == {"a", "b"}
    assert all(problem.facts["value"] for problem in problems)

"""File: the age and fill of every part, each line at, just under and just over, and what to get next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.books.customers import LINES
from solvent.credit.file.file import PARTS, CreditFiles, File, credit_files
from solvent.credit.file.registers import _ORDER, REGISTERS, STEPS
from solvent.files.sentences.credit import credit_file as words

BooksOf = Callable[..., Books]
TODAY = date(2026, 6, 30)
ITEMS = "item_id customer_id issued_on due_on amount\n1 a 2026-05-01 2026-06-01 5\n"


def files(books_of: BooksOf, known_on: str | None = None, **tables: str) -> CreditFiles:
    books = books_of(TODAY.isoformat(), known_on=known_on, open_items=ITEMS, **tables)
    return credit_files(books, Policy(books.as_of))


def part(found: CreditFiles, name: str, who: str = "a") -> dict[str, Any]:
    return found.parts.filter(customer_id=who, part=name).row(0, named=True)


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def test_an_open_items_list_alone_gives_a_file_and_what_to_get_next(books_of: BooksOf) -> None:
    found = files(books_of)
    assert found.parts["part"].to_list() == list(PARTS)
    assert set(found.parts["state"]) == {"missing"}
    assert found.parts["filled_share"].sum() == 0
    assert found.problems == ()
    assert found.next_steps["place"].to_list() == list(range(1, 9))
    assert found.next_steps["part"].to_list() == list(_ORDER)
    assert found.next_steps.row(1, named=True)["step"] == "look_up_register"
    assert found.next_steps.row(1, named=True)["link"].startswith("https://")


def test_links_follow_the_country(books_of: BooksOf) -> None:
    customers = "customer_id country\na CN\nb 中国\nc ZZ\nd -\ne de\n"
    links = files(books_of, customers=customers).next_steps.filter(part="registry")["link"].to_list()
    assert links[0] == links[1] == REGISTERS["CN"]
    assert links[2] == links[3] == "https://search.gleif.org"
    assert links[4] == REGISTERS["DE"]
    assert all(link.startswith("https://") and len(code) == 2 for code, link in REGISTERS.items())


LINE = File()
CASES = [
    ("registry", LINE.registry_days, "registrations", "customer_id told_on\na {day}\n"),
    (
        "statements", LINE.statements_days, "statements",
        "entity_id period_end months line currency amount\na {day} 12 sales CNY 1\n",
    ),
    ("reputation", LINE.reputation_days, "trade_references", "reference_id customer_id told_by told_on\n1 a x {day}\n"),
    ("reputation", LINE.reputation_days, "opinions", "opinion_id customer_id agency told_on\n1 a x {day}\n"),
    ("events", LINE.events_days, "events", "event_id customer_id happened_on kind\n1 a {day} penalty\n"),
    ("events", LINE.events_days, "registrations", "customer_id told_on\na {day}\n"),
    ("payment", LINE.payment_days, "receipts", "receipt_id customer_id received_on amount\n1 a {day} 5\n"),
    (
        "screening", LINE.screening_days, "screenings",
        "screening_id customer_id step outcome told_on\n1 a registry passed {day}\n",
    ),
    ("limit", LINE.limit_days, "limits", "limit_id customer_id group_id kind amount valid_from\n1 a - total 5 {day}\n"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("more", "state"), [(-1, "fresh"), (0, "fresh"), (1, "old")])
def test_each_part_grows_old_strictly_after_its_days(
    books_of: BooksOf, case: tuple[str, int, str, str], more: int, state: str
) -> None:
    name, days, table, text = case
    row = part(files(books_of, **{table: text.format(day=ago(days + more))}), name)
    assert (row["state"], row["age_days"]) == (state, days + more)
    assert 0 <= row["filled_share"] <= 1


def test_what_ends_by_itself_is_old_the_day_after(books_of: BooksOf) -> None:
    for until, state in ((0, "fresh"), (1, "old")):
        day = ago(until)
        found = files(
            books_of,
            screenings="screening_id customer_id step outcome told_on expires_on\n"
            f"1 a registry passed {ago(9)} {day}\n",
            contracts=f"contract_id customer_id signed_on ends_on terms_days\n1 a {ago(9)} {day} 30\n",
            limits=f"limit_id customer_id group_id kind amount valid_from valid_until\n1 a - total 5 {ago(9)} {day}\n",
            opinions=f"opinion_id customer_id agency told_on valid_until\n1 a x {ago(9)} {day}\n",
        )
        assert {part(found, name)["state"] for name in ("screening", "contract", "limit", "reputation")} == {state}


def test_two_full_years_make_the_statements_whole(books_of: BooksOf) -> None:
    head = "entity_id period_end months line currency amount\n"

    def year(end: str) -> str:
        return "".join(f"a {end} 12 {line} CNY 1\n" for line in LINES if line != "purchases")

    assert part(files(books_of, statements=head + year("2025-12-31")), "statements")["filled_share"] == 0.5
    both = head + year("2025-12-31") + year("2024-12-31") + year("2023-12-31") + "a 2025-06-30 6 sales CNY 1\n"
    assert part(files(books_of, statements=both), "statements")["filled_share"] == 1.0


def test_three_voices_and_five_payments_make_their_parts_whole(books_of: BooksOf) -> None:
    voices = "reference_id customer_id told_by told_on\n" + "".join(f"{n} a x{n} {ago(3)}\n" for n in range(2))
    opinion = f"opinion_id customer_id agency told_on\n1 a x {ago(3)}\n"
    assert part(files(books_of, trade_references=voices), "reputation")["filled_share"] == pytest.approx(2 / 3)
    assert part(files(books_of, trade_references=voices, opinions=opinion), "reputation")["filled_share"] == 1.0
    for count, share in ((4, 0.8), (5, 1.0), (6, 1.0)):
        paid = "receipt_id customer_id received_on amount\n" + "".join(f"{n} a {ago(3)} 5\n" for n in range(count))
        assert part(files(books_of, receipts=paid), "payment")["filled_share"] == pytest.approx(share)


def test_a_groups_limit_is_its_members_and_other_kinds_are_not_the_limit(books_of: BooksOf) -> None:
    customers = "customer_id group_id\na G\nb -\n"
    limits = f"limit_id customer_id group_id kind amount valid_from\n1 - G total 5 {ago(3)}\n2 b - orders 5 {ago(3)}\n"
    found = files(books_of, customers=customers, limits=limits)
    assert (part(found, "limit")["state"], part(found, "limit", "b")["state"]) == ("fresh", "missing")


def test_a_past_day_knows_what_was_known_then(books_of: BooksOf) -> None:
    text = f"customer_id told_on recorded_on\na {ago(20)} {ago(1)}\n"
    assert part(files(books_of, registrations=text), "registry")["state"] == "fresh"
    assert part(files(books_of, known_on=ago(2), registrations=text), "registry")["state"] == "missing"


def test_troubles_are_told_and_the_rest_is_counted(books_of: BooksOf) -> None:
    rows = "customer_id told_on lei\n" + "".join(f"c{n:03} {ago(3)} 213800KUD8LAJWSQ9D{n:02}\n" for n in range(20))
    books = books_of(TODAY.isoformat(), open_items=ITEMS, registrations=rows)
    found = credit_files(books, Policy(TODAY, {"credit.file": [(date(2026, 1, 1), {"shown": 4})]}))
    assert found.identifiers.height == 19
    assert [problem.code for problem in found.problems] == ["credit.file.check_digit"] * 4 + ["credit.file.more"]
    assert found.problems[-1].facts["count"] == 15


def test_every_part_state_and_step_has_its_words() -> None:
    assert set(words.PARTS) == set(PARTS) == set(STEPS)
    assert set(words.STEPS) == set(STEPS.values())
    assert set(words.STATES) == {"fresh", "old", "missing"}

"""Groups: trees, circles, strangers, and one name through groups, owners and numbers, against a plain walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.books.books import Books
from solvent.credit.file.groups import Groups, groups
from thorough import cases

BooksOf = Callable[..., Books]


def of(books_of: BooksOf, parents: dict[str, str], grouped: dict[str, str] | None = None) -> Groups:
    rows = "".join(f"{who} 2026-01-01 {parent}\n" for who, parent in parents.items())
    names = sorted({*parents, *(grouped or {})})
    customers = "".join(f"{who} {(grouped or {}).get(who, '-')}\n" for who in names)
    return groups(
        books_of(
            "2026-06-30", registrations="customer_id told_on parent_id\n" + rows,
            customers="customer_id group_id\n" + customers,
        )
    )  # fmt: skip


def rows(found: Groups) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in found.table.iter_rows(named=True)}


def test_a_chain_leads_to_its_end(books_of: BooksOf) -> None:
    told = rows(of(books_of, {"a": "b", "b": "c", "c": "-", "d": "-"}))
    assert [(told[who]["ultimate_id"], told[who]["steps"]) for who in "abcd"] == [
        ("c", 2),
        ("c", 1),
        ("c", 0),
        ("d", 0),
    ]
    assert [told[who]["members"] for who in "abcd"] == [3, 3, 3, 1]
    assert [told[who]["name_id"] for who in "abcd"] == ["c", "c", "c", "d"]


def test_a_circle_is_found_and_told_once(books_of: BooksOf) -> None:
    found = of(books_of, {"a": "c", "b": "a", "c": "b", "d": "a", "e": "-"})
    told = rows(found)
    assert [told[who]["circle"] for who in "abcde"] == [True, True, True, True, False]
    assert [told[who]["ultimate_id"] for who in "abcde"] == ["a", "a", "a", "a", "e"]
    (problem,) = found.problems
    assert problem.code == "credit.file.owner_circle"
    assert problem.facts["members"] == "a, b, c, d"


def test_a_parent_that_is_no_customer_is_told(books_of: BooksOf) -> None:
    found = of(books_of, {"a": "zzz"})
    assert [problem.code for problem in found.problems] == ["credit.file.parent_unknown"]
    assert rows(found)["a"]["ultimate_id"] == "a"


def test_a_group_is_one_name_and_so_is_who_owns_a_member(books_of: BooksOf) -> None:
    told = rows(of(books_of, {"a": "p", "p": "-", "q": "b"}, {"a": "G1", "b": "G1", "c": "G2"}))
    assert {who for who, row in told.items() if row["name_id"] == "G1"} == {"a", "b", "p", "q"}
    assert told["c"]["name_id"] == "G2"


def test_customers_with_one_number_are_one_name(books_of: BooksOf) -> None:
    text = "customer_id told_on registration_no lei\na 2026-01-01 HRB-1 -\nb 2026-01-01 hrb1 X1\n"
    text += "c 2026-01-01 - x1\nd 2026-01-01 - -\n"
    told = rows(groups(books_of("2026-06-30", registrations=text)))
    assert {told[who]["name_id"] for who in "abc"} == {"a"}
    assert told["d"]["members"] == 1


def test_who_was_only_invoiced_stands_alone(books_of: BooksOf) -> None:
    items = "item_id customer_id issued_on due_on amount\n1 kite 2026-01-01 2026-02-01 5\n"
    told = rows(groups(books_of("2026-06-30", open_items=items)))
    assert told["kite"]["name_id"] == "kite"


@settings(max_examples=cases(20, 150), deadline=None)
@given(
    owners=st.lists(st.integers(-1, 11), min_size=1, max_size=12),
    teams=st.lists(st.integers(0, 9), min_size=12, max_size=12),
)
def test_against_a_plain_walk(books_of: BooksOf, owners: list[int], teams: list[int]) -> None:
    names = [f"c{place:02}" for place in range(len(owners))]
    parents = {
        names[place]: names[owner] if 0 <= owner < len(owners) and owner != place else "-"
        for place, owner in enumerate(owners)
    }
    grouped = {name: f"G{team}" for name, team in zip(names, teams) if team < 3}
    told = rows(of(books_of, parents, grouped))
    for name in names:
        walk = [name]
        while parents[walk[-1]] != "-" and parents[walk[-1]] not in walk:
            walk.append(parents[walk[-1]])
        ring = walk[walk.index(parents[walk[-1]]) :] if parents[walk[-1]] != "-" else []
        assert told[name]["circle"] is bool(ring)
        assert told[name]["ultimate_id"] == (min(ring) if ring else walk[-1])
        assert told[name]["steps"] == (0 if ring else len(walk) - 1)
    ties = [{name, parents[name]} - {"-"} for name in names]
    ties += [{name for name in names if grouped.get(name) == group} for group in set(grouped.values())]
    for name in names:
        reached, grown = {name}, True
        while grown:
            new = set().union(*(tie for tie in ties if tie & reached), reached)
            reached, grown = new, new != reached
        assert {other for other in names if told[other]["name_id"] == told[name]["name_id"]} == reached

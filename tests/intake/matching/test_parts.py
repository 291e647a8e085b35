"""The parts of matching alone: sums of sets against every set, numbers in texts, and names."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pace
from solvent.base.problem import PolicyError
from solvent.intake.matching.choice import Matching
from solvent.intake.matching.names import is_person, plain_name
from solvent.intake.matching.references import named, numbers
from solvent.intake.matching.subsets import MOST, exact, few
from thorough import cases

AMOUNTS = st.lists(st.integers(1, 60), min_size=1, max_size=10)


def every_set(amounts: list[int], target: int, most: int) -> list[tuple[int, ...]]:
    """All sets of places whose amounts make the target, by trying each."""
    places = range(len(amounts))
    sets = (chosen for size in range(1, most + 1) for chosen in combinations(places, size))
    return [chosen for chosen in sets if sum(amounts[place] for place in chosen) == target]


@settings(max_examples=cases(60, 600), deadline=None)
@given(amounts=AMOUNTS, target=st.integers(1, 250))
def test_sums_are_those_of_every_set(amounts: list[int], target: int) -> None:
    every = every_set(amounts, target, len(amounts))
    found = exact(amounts, target)
    assert (found is None) == (not every)
    if found is not None:
        assert found == (min(every, key=lambda places: (len(places), places)), min(len(every), 1000))
    assert few(amounts, target) == len(every_set(amounts, target, 3))


def test_the_largest_set_is_searched_in_bounded_time() -> None:
    draw = Random(5)
    amounts = [draw.randrange(10_000, 10_000_000) for _ in range(MOST)]
    chosen = sorted(draw.sample(range(MOST), 9))
    with pace.within(2):
        found = exact(amounts, sum(amounts[place] for place in chosen))
    assert found is not None
    assert sum(amounts[place] for place in found[0]) == sum(amounts[place] for place in chosen)
    assert exact([*amounts, 1], amounts[0]) is None


OPEN = ["INV-2026-000288", "RE-2026/00123", "1001", "1002", "1003", "1005", "A-77", "24112000000012345678"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INV-2026-000288", [0]),
        ("inv2026000288", [0]),
        ("000288", [0]),
        ("INV 2026 000288 货款", [0]),
        ("Rechnung RE 2026-123 vom 03.04.2026", [1]),
        ("RE202600123", [1]),
        ("1001-1003", [2, 3, 4]),
        ("1001至1003", [2, 3, 4]),
        ("1001/1003", [2, 4]),
        ("1001/02/05", [2, 3, 5]),
        ("1001、1005号发票", [2, 5]),
        ("发票24112000000012345678", [7]),
        ("2026-10-01", []),
        ("1001.00 EUR", []),
        ("EUR 1.001,00", []),
        ("￥1,001.00", []),
        ("账号 62221001", []),
        ("DE89 3704 0044 0532 1001 00", []),
        ("99991001", []),
        ("10011", []),
        ("1001-9003", [2]),
        ("", []),
        (None, []),
    ],
)
def test_numbers_are_found_in_texts_and_nothing_else_is(text: str | None, found: list[int]) -> None:
    hits = named(text, numbers(OPEN))
    assert sorted(hits.full | hits.digits) == found


def test_last_digits_are_told_apart_from_numbers() -> None:
    hits = named("尾号5678", numbers(OPEN))
    assert (hits.full, hits.digits, hits.tail) == (frozenset(), frozenset(), frozenset({7}))


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("3月货款", {(0, 3)}),
        ("2026年3-4月货款", {(2026, 3), (2026, 4)}),
        ("1月至3月", {(0, 1), (0, 2), (0, 3)}),
        ("Invoices March", {(0, 3)}),
        ("3月15日", set()),
        ("2026-03-15", set()),
    ],
)
def test_a_month_is_named_and_a_day_is_not(text: str, months: set[tuple[int, int]]) -> None:
    assert named(text, numbers(OPEN)).months == months


@settings(max_examples=cases(40, 400), deadline=None)
@given(text=st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    named(text, numbers(OPEN))
    plain_name(text)
    is_person(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("上海市海锚设备有限责任公司", "上海海锚设备有限公司", True),
        ("浙江省杭州市華信電子有限公司", "杭州华信电子有限公司", True),
        ("华信电子（上海）有限公司", "华信电子(上海)有限公司", True),
        ("Müller & Söhne G.m.b.H.", "MULLER SOHNE GMBH", True),
        ("Castel S.A.", "CASTEL SA", True),
        ("华信电子有限公司", "华信电器有限公司", False),
        ("华信集团有限公司", "华信有限公司", False),
        ("Nordtech Ltd", "Nordtex Ltd", False),
    ],
)
def test_names_are_one_in_their_spellings_only(one: str, other: str, same: bool) -> None:
    assert (plain_name(one) == plain_name(other)) is same


@pytest.mark.parametrize(("text", "person"), [("王小明", True), ("欧阳小明", True), ("永辉超市部", False), ("海尔公司", False), ("Wang", False), (None, False)])  # fmt: skip
def test_a_person_is_told_from_a_firm(text: str | None, person: bool) -> None:
    assert is_person(text) is person


@pytest.mark.parametrize(
    "terms",
    [
        {"automatic_score": 0.5, "proposal_score": 0.6},
        {"automatic_score": 1.1},
        {"proposal_score": 0.0},
        {"discount_share": 1.0},
        {"exchange_share": -0.1},
        {"fee_minor": -1},
        {"days_apart": -1},
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: dict[str, float]) -> None:
    with pytest.raises(PolicyError):
        Matching(**terms)  # type: ignore[arg-type]

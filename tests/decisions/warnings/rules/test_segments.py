"""Rules about names, countries, regions, industries and indices: each line from both sides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

DAY = date(2026, 6, 30)
CUSTOMERS = [{"customer_id": "lantern", "country": "PL", "region": "east", "industry": "lamps"}]
RULES = {
    "country": ("country_level", "PL"),
    "region": ("region_level", "east"),
    "industry": ("industry_level", "lamps"),
}


def level(kind: str, code: str, ago: int, level: int, outlook: str | None = None) -> dict[str, object]:
    day = DAY - timedelta(days=ago)
    return {"kind": kind, "code": code, "told_on": day, "level": level, "outlook": outlook}


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize(
    ("levels", "value", "tier"),
    [
        ([(200, 2, "steady"), (10, 2, "steady")], 0, 0),
        ([(200, 2, "steady"), (10, 2, "worse")], 0.5, 1),
        ([(200, 2, None), (10, 3, None)], 1, 2),
        ([(200, 2, "steady"), (10, 3, "worse")], 1.5, 2),
        ([(200, 2, None), (10, 4, None)], 2, 3),
        ([(200, 3, None), (10, 2, None)], 0, 0),
        ([(200, 2, None), (89, 3, None)], 1, 2),
        ([(200, 2, None), (90, 3, None)], 0, 0),
        ([(200, 2, "worse"), (10, 2, "worse")], 0, 0),
        ([(10, 4, "steady")], 0, 0),
    ],
    ids=["same", "outlook", "one", "one and outlook", "two", "better", "just news", "no news", "no turn", "first told"],
)  # fmt: skip
def test_a_level_that_rises_is_told_with_what_is_at_stake(told, books_with, paying, *, kind, levels, value, tier):
    rule, code = RULES[kind]
    rows = [level(kind, code, *cells) for cells in levels]
    books = books_with(**paying([(-5, None)]), customers=CUSTOMERS, risk_levels=rows)
    found = told(books, rule, code)
    assert (found.value, found.tier) == (value, tier)
    assert (found.facts["open_amount"], found.facts["customers"]) == (10_000, 1)
    assert found.evidence[-1] == "open_items:lantern0"


def test_a_country_without_customers_is_not_read(told, books_with):
    books = books_with(customers=CUSTOMERS, risk_levels=[level("country", "DE", 200, 1), level("country", "DE", 5, 5)])
    assert told(books, "country_level", "DE").value is None
    assert told(books_with(customers=CUSTOMERS), "country_level", "PL").value is None


def index(values: list[float], kind: str | None = "industry") -> list[dict[str, object]]:
    return [
        {"series": "pmi", "kind": kind, "code": "lamps" if kind else None, "value": value, "neutral": 50.0,
         "day_on": date(2026, 6, 1) - timedelta(days=30 * back)}
        for back, value in enumerate(reversed(values))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "value", "tier"),
    [
        ([51, 51, 51, 50], 0, 0),
        ([51, 51, 51, 49.9], 0.002, 1),
        ([51, 51, 51, 47.5], 0.05, 1),
        ([51, 51, 51, 47.4], 0.052, 2),
        ([49, 48, 47, 48], 0, 0),
        ([49, 48, 47, 47], 0, 0),
        ([48, 47], None, None),
    ],
    ids=["neutral", "just under", "at orange", "over", "rises", "stands", "too few"],
)
def test_an_index_is_under_neutral_and_falls(told, books_with, values, value, tier):
    books = books_with(customers=CUSTOMERS, indices=index(values))
    found = told(books, "index_fall", "lamps")
    assert found.value == (None if value is None else pytest.approx(value))
    assert found.tier == tier
    assert told(books, "economy_fall").value is None
    whole = books_with(customers=CUSTOMERS, indices=index(values, None))
    assert told(whole, "economy_fall").tier == tier
    assert told(whole, "index_fall", "lamps").value is None


@pytest.mark.parametrize(("sold", "tier"), [(2_500, 0), (2_501, 2), (5_000, 2), (5_001, 3)])
def test_concentration_is_over_a_quarter_with_groups_as_one(told, books_with, sold, tier):
    def item(name: str, customer: str, amount: int) -> dict[str, object]:
        return {"item_id": name, "customer_id": customer, "issued_on": date(2026, 5, 1), "due_on": date(2026, 7, 1),
                "amount": amount}  # fmt: skip

    customers = [{"customer_id": name, "group_id": "g"} for name in ("lantern", "harbour")]
    items = [item("a", "lantern", sold - 1_000), item("b", "harbour", 1_000)]
    items += [item(f"c{place}", f"other{place}", (10_000 - sold) // 10) for place in range(10)]
    items[-1]["amount"] += (10_000 - sold) % 10
    books = books_with(customers=customers, open_items=items)
    found = told(books, "concentration", "g")
    assert found.value == pytest.approx(sold / 10_000)
    assert found.tier == tier
    assert found.facts["customers"] == 2
    assert set(found.evidence) == {"open_items:a", "open_items:b"}

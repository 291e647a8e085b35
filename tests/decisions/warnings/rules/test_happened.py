"""Rules about what others tell: registers, courts, insurers, statements, related parties; each line from both sides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from solvent.books.credit.events import EVENT_KINDS
from solvent.decisions.warnings.rule import rules

DAY = date(2026, 6, 30)
CUSTOMER = [{"customer_id": "lantern"}]


def event(kind: str, ago: int = 5, severity: int | None = None, customer: str = "lantern") -> dict[str, object]:
    day = DAY - timedelta(days=ago)
    return {"event_id": f"{kind}{ago}", "customer_id": customer, "kind": kind, "happened_on": day, "severity": severity}


@pytest.mark.parametrize(
    ("rule", "kind", "value", "tier"),
    [
        ("registry_change", "address_changed", 1, 0),
        ("registry_change", "capital_raised", 1, 0),
        ("registry_change", "capital_reduced", 2, 1),
        ("registry_change", "legal_representative_changed", 2, 1),
        ("registry_change", "shareholder_changed", 2, 1),
        ("registry_change", "deregistered", 3, 2),
        ("litigation", "lawsuit_as_plaintiff", 1, 0),
        ("litigation", "lawsuit_as_defendant", 2, 1),
        ("litigation", "enforcement_opened", 3, 2),
        ("litigation", "dishonest_debtor", 3, 2),
        ("insolvency", "bankrupt", 3, 3),
        ("insolvency", "insolvency_filed", 3, 3),
        ("adverse_news", "penalty", 1, 0),
        ("adverse_news", "tax_arrears", 2, 1),
        ("adverse_news", "audit_qualified", 3, 2),
        ("agency_warning", "agency_downgrade", 2, 1),
        ("agency_warning", "insurer_warning", 3, 2),
        ("suppliers_buyers_lost", "supplier_lost", 1, 1),
        ("suppliers_buyers_lost", "buyer_lost", 1, 1),
    ],
)
def test_each_kind_of_event_has_its_severity(told, books_with, *, rule, kind, value, tier):
    books = books_with(customers=[*CUSTOMER, {"customer_id": "quiet"}], events=[event(kind)])
    found = told(books, rule, "lantern")
    assert (found.value, found.tier) == (value, tier)
    assert found.evidence == [f"events:{kind}5"]
    calm = told(books, rule, "quiet")
    assert (calm.value, calm.tier) == (0, 0)


def test_every_kind_of_event_belongs_to_a_rule_or_is_good_news():
    known = {"supplier_lost", "buyer_lost"}
    for rule in rules().values():
        terms = rule.terms()
        for name in ("noted", "serious", "grave"):
            known |= set(getattr(terms, name, ()))
    assert known >= set(EVENT_KINDS) - {"agency_upgrade"}
    assert known <= set(EVENT_KINDS)


def test_an_own_severity_goes_before_that_of_the_kind_and_the_worst_counts(told, books_with):
    rows = [event("address_changed", severity=3), event("capital_reduced", 2)]
    found = told(books_with(customers=CUSTOMER, events=rows), "registry_change", "lantern")
    assert (found.value, found.facts["kind"], found.facts["count"]) == (3, "address_changed", 2)


@pytest.mark.parametrize(
    ("rule", "kind", "days"),
    [("registry_change", "capital_reduced", 120), ("litigation", "judgment_against", 180),
     ("adverse_news", "negative_news", 90), ("agency_warning", "insurer_warning", 120)],
)  # fmt: skip
def test_news_is_news_for_so_many_days(told, books_with, rule, kind, days):
    fresh, old = (books_with(customers=CUSTOMER, events=[event(kind, ago)]) for ago in (days - 1, days))
    assert told(fresh, rule, "lantern").tier > 0
    assert told(old, rule, "lantern").tier == 0


def test_without_events_and_registers_nothing_is_said(told, books_with):
    books = books_with(customers=CUSTOMER)
    for rule in ("registry_change", "litigation", "insolvency", "adverse_news", "agency_warning", "limit_withdrawn"):
        assert told(books, rule, "lantern").value is None


def extract(ago: int, **cells: object) -> dict[str, object]:
    return {"customer_id": "lantern", "told_on": DAY - timedelta(days=ago), **cells}


def test_two_extracts_of_a_register_tell_what_changed(told, books_with):
    same = {"capital": 500, "currency": "CNY", "legal_representative": "Wang", "status": "active"}
    quiet = [extract(200, **same), extract(10, **same)]
    assert told(books_with(customers=CUSTOMER, registrations=quiet), "registry_change", "lantern").value == 0
    for change, kind in (
        ({"capital": 100}, "capital_reduced"),
        ({"legal_representative": "Li"}, "legal_representative_changed"),
    ):
        rows = [extract(200, **same), extract(10, **(same | change))]
        found = told(books_with(customers=CUSTOMER, registrations=rows), "registry_change", "lantern")
        assert (found.value, found.facts["kind"]) == (2, kind)
        assert found.evidence == [f"registrations:lantern/{DAY - timedelta(days=10)}"]
    struck = [extract(200, **same), extract(10, **(same | {"status": "deregistered"}))]
    assert told(books_with(customers=CUSTOMER, registrations=struck), "insolvency", "lantern").tier == 3


def test_an_empty_cell_of_a_register_is_no_change_and_a_change_is_told_once(told, books_with):
    rows = [extract(200, legal_representative="Wang"), extract(50), extract(10, legal_representative="Wang")]
    assert told(books_with(customers=CUSTOMER, registrations=rows), "registry_change", "lantern").value == 0
    rows[2]["legal_representative"] = "Li"
    known = [event("legal_representative_changed", 12)]
    both = books_with(customers=CUSTOMER, registrations=rows, events=known)
    assert told(both, "registry_change", "lantern").facts["count"] == 1


@pytest.mark.parametrize(("chance", "tier"), [(0.0299, 0), (0.03, 1)])
def test_a_worse_opinion_of_the_same_agency_is_a_downgrade(told, books_with, chance, tier):
    def opinion(ago: int, chance: float | None, agency: str = "a", amount: int | None = None) -> dict[str, object]:
        return {"opinion_id": f"{agency}{ago}", "customer_id": "lantern", "agency": agency, "amount": amount,
                "told_on": DAY - timedelta(days=ago), "yearly_default_chance": chance}  # fmt: skip

    rows = [opinion(100, 0.02), opinion(10, chance), opinion(5, 0.4, "other")]
    found = told(books_with(customers=CUSTOMER, opinions=rows), "agency_warning", "lantern")
    assert found.tier == tier
    refused = [opinion(100, None, amount=500), opinion(10, None, amount=0)]
    assert told(books_with(customers=CUSTOMER, opinions=refused), "agency_warning", "lantern").tier == 2


@pytest.mark.parametrize(("count", "tier"), [(1, 1), (2, 2)])
def test_suppliers_and_buyers_lost_are_counted(told, books_with, count, tier):
    rows = [event("supplier_lost"), event("buyer_lost", 179)][:count]
    found = told(books_with(customers=CUSTOMER, events=rows), "suppliers_buyers_lost", "lantern")
    assert (found.value, found.tier) == (count, tier)


def cover(limit: str, ago: int, amount: int, decision: str = "granted", **more: object) -> dict[str, object]:
    return {"limit_id": limit, "policy_id": "p", "customer_id": "lantern", "amount": amount, "decision": decision,
            "valid_from": DAY - timedelta(days=ago), **more}  # fmt: skip


@pytest.mark.parametrize(("now", "tier"), [(100, 0), (99, 1), (50, 1), (49, 2), (0, 2)])
def test_cover_that_is_gone_is_told_with_what_is_uncovered(told, books_with, paying, now, tier):
    rows = [cover("old", 200, 100_00), cover("new", 10, now * 100, "reduced")]
    found = told(books_with(**paying([(-5, None)]), buyer_limits=rows), "limit_withdrawn", "lantern")
    assert found.value == pytest.approx(1 - now / 100)
    assert found.tier == tier
    assert found.facts["uncovered_amount"] == 10_000 - now * 100
    assert found.evidence[:2] == ["buyer_limits:new", "buyer_limits:old"]


def test_cover_ends_with_its_last_day_and_is_old_news_after_a_year(told, books_with, paying):
    rows = paying([(-5, None)])
    ends = [cover("old", 200, 100_00, valid_until=DAY)]
    assert told(books_with(**rows, buyer_limits=ends), "limit_withdrawn", "lantern").value == 0
    ended = [cover("old", 200, 100_00, valid_until=DAY - timedelta(days=1))]
    assert told(books_with(**rows, buyer_limits=ended), "limit_withdrawn", "lantern").value == 1
    before = [cover("old", 900, 100_00), cover("new", 364, 0, "withdrawn")]
    assert told(books_with(**rows, buyer_limits=before), "limit_withdrawn", "lantern").value == 1
    before[1]["valid_from"] = DAY - timedelta(days=366)
    assert told(books_with(**rows, buyer_limits=before), "limit_withdrawn", "lantern").value is None
    raised = [cover("old", 200, 50_00), cover("new", 10, 100_00)]
    assert told(books_with(**rows, buyer_limits=raised), "limit_withdrawn", "lantern").value == 0


GROUP = [{"customer_id": name, "group_id": "g"} for name in ("lantern", "harbour", "mill")]


@pytest.mark.parametrize(("ago", "tier"), [(60, 0), (61, 1)])
def test_another_member_that_does_not_pay_is_told_to_the_others(told, books_with, paying, ago, tier):
    books = books_with(**paying([(ago, None)], customer="harbour"), customers=GROUP)
    found = told(books, "related_party", "lantern")
    assert found.tier == tier
    assert told(books, "related_party", "harbour").tier == 0  # its own trouble is not that of another
    if tier:
        assert found.facts["other_id"] == "harbour"
        assert found.evidence == ["open_items:harbour0"]


def test_a_grave_event_of_a_member_is_worse_and_who_stands_alone_is_not_read(told, books_with):
    rows = [event("bankrupt", customer="mill")]
    books = books_with(customers=[*GROUP, {"customer_id": "alone"}], events=rows)
    assert told(books, "related_party", "lantern").tier == 2
    assert told(books, "related_party", "mill").tier == 0
    assert told(books, "related_party", "alone").value is None


def test_a_small_old_item_of_a_member_is_no_trouble(told, books_with, paying):
    rows = paying([(90, None)], customer="harbour", amount=999)
    large = paying([(-5, None)], customer="harbour", amount=9_001)["open_items"][0]
    rows["open_items"].append(large | {"item_id": "large"})
    assert told(books_with(**rows, customers=GROUP), "related_party", "lantern").tier == 0
    rows["open_items"][1]["amount"] = 8_991
    assert told(books_with(**rows, customers=GROUP), "related_party", "lantern").tier == 1


GOOD = {"current_assets": 100, "total_assets": 200, "current_liabilities": 50, "total_liabilities": 100, "equity": 100,
        "sales": 400, "cash": 40, "net_profit": 40, "trade_receivables": 50}  # fmt: skip
WORSE = (
    {"equity": 89},
    {"current_assets": 79},
    {"cash": 23},
    {"sales": 339, "trade_receivables": 42, "net_profit": 34},
    {"net_profit": 27},
    {"trade_receivables": 63},
)


def statements(now: dict[str, int], told_ago: int = 30) -> list[dict[str, object]]:
    rows = []
    for end, lines in ((date(2024, 12, 31), GOOD), (date(2025, 12, 31), now)):
        known = DAY - timedelta(days=told_ago) if end.year == 2025 else date(2025, 3, 1)
        rows += [
            {"entity_id": "lantern", "period_end": end, "months": 12, "line": line, "amount": amount,
             "recorded_on": known} for line, amount in lines.items()
        ]  # fmt: skip
    return rows


@pytest.mark.parametrize("change", WORSE, ids=[next(iter(change)) for change in WORSE])
def test_each_line_that_worsens_is_one_sign(told, books_with, change):
    books = books_with(customers=CUSTOMER, statements=statements(GOOD | change))
    assert told(books, "health_fall", "lantern").value == 1


@pytest.mark.parametrize(
    "change",
    [{"equity": 90}, {"current_assets": 80}, {"cash": 24}, {"net_profit": 28}, {"sales": 340, "trade_receivables": 43}],
    ids=["equity", "current", "cash", "margin", "sales"],
)
def test_a_line_that_worsens_no_more_than_its_term_is_none(told, books_with, change):
    books = books_with(customers=CUSTOMER, statements=statements(GOOD | change))
    assert told(books, "health_fall", "lantern").value == 0


def test_the_larger_part_of_the_signs_is_a_fall_and_a_loss_is_one(told, books_with):
    three = GOOD | WORSE[0] | WORSE[1] | WORSE[2]
    assert told(books_with(statements=statements(three)), "health_fall", "lantern").tier == 0
    four = three | WORSE[5]
    assert told(books_with(statements=statements(four)), "health_fall", "lantern").tier == 1
    six = four | {"net_profit": -1}
    found = told(books_with(statements=statements(six)), "health_fall", "lantern")
    assert (found.value, found.tier) == (6, 2)
    assert found.facts["period_on"] == date(2025, 12, 31)


def test_old_statements_and_a_single_year_say_nothing(told, books_with):
    bad = GOOD | WORSE[0] | WORSE[1] | WORSE[2] | WORSE[5]
    fresh, old = (books_with(statements=statements(bad, ago)) for ago in (179, 180))
    assert told(fresh, "health_fall", "lantern").tier == 1
    assert told(old, "health_fall", "lantern").value is None
    one = [row for row in statements(bad) if row["period_end"] == date(2025, 12, 31)]
    assert told(books_with(statements=one), "health_fall", "lantern").value is None

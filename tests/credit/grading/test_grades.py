"""Grades: a golden company counted by hand, each cap on both sides of its line, thin data, and one that fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from solvent.base.problem import PolicyError
from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.credit.grading.caps import place_of
from solvent.credit.grading.chances import Grading, bands
from solvent.credit.grading.grade import Grades, grades
from solvent.credit.ratios import ratios
from solvent.measures.trade.behaviour import behaviour

BooksOf = Callable[..., Books]
DAY = date(2026, 10, 31)


def grade(books: Books, policy: Policy | None = None, **more: Any) -> Grades:
    return grades(books, behaviour(books), ratios(books), policy or Policy(books.as_of), **more)


def row(graded: Grades, customer: str = "lantern") -> dict[str, Any]:
    return graded.table.row(by_predicate=pl.col("customer_id") == customer, named=True)


def trade(late: int = 0, months: int = 14, customer: str = "lantern", unpaid: int = 0) -> dict[str, str]:
    """One item of 1,000 a month, terms of 30 days, paid so many days late; the last ``unpaid`` not paid at all."""
    items, paid, settled = ["item_id customer_id issued_on due_on amount"], [], []
    paid.append("receipt_id customer_id received_on amount")
    settled.append("allocation_id item_id source source_id allocated_on amount")
    for at in range(months):
        due = DAY - timedelta(days=30 * (months - at) - 20)
        on = due + timedelta(days=late)
        items.append(f"{customer}{at} {customer} {due - timedelta(days=30)} {due} 1000")
        if on <= DAY and at < months - unpaid:
            paid.append(f"r{customer}{at} {customer} {on} 1000")
            settled.append(f"a{customer}{at} {customer}{at} receipt r{customer}{at} {on} 1000")
    return {"open_items": "\n".join(items), "receipts": "\n".join(paid), "allocations": "\n".join(settled)}


def both(*parts: dict[str, str]) -> dict[str, str]:
    told = dict(parts[0])
    for part in parts[1:]:
        told = {name: text + "\n" + "\n".join(part[name].splitlines()[1:]) for name, text in told.items()}
    return told


STATEMENTS = """
entity_id period_end months line                amount
lantern   2025-12-31 12     cash                100
lantern   2025-12-31 12     current_assets      600
lantern   2025-12-31 12     inventory           200
lantern   2025-12-31 12     total_assets        1000
lantern   2025-12-31 12     current_liabilities 400
lantern   2025-12-31 12     total_liabilities   700
lantern   2025-12-31 12     equity              300
lantern   2025-12-31 12     retained_earnings   100
lantern   2025-12-31 12     ebit                60
lantern   2025-12-31 12     sales               2000
lantern   2025-12-31 12     net_profit          40
"""
REGISTERED = """
customer_id told_on    status founded_on capital paid_in employees
lantern     2026-09-01 active 2020-10-31 10000   6000    50
"""


def test_a_golden_company_counted_by_hand(books_of: BooksOf) -> None:
    """Prompt for 14 months, a year's statement, an extract: every point of it added up by hand."""
    books = books_of("2026-10-31", **trade(), statements=STATEMENTS, registrations=REGISTERED)
    graded = grade(books)
    card = graded.card.row(0, named=True)
    assert card["equity_share"] == 0.3
    assert card["current_ratio"] == 1.5
    assert card["quick_ratio"] == 1.0
    assert card["net_margin"] == 0.02
    z = 6.56 * 0.2 + 3.26 * 0.1 + 6.72 * 0.06 + 1.05 * 300 / 700
    assert card["altman_z"] == pytest.approx(z)
    assert card["age_years"] == pytest.approx(6.0, abs=0.01)
    assert card["capital_times"] == pytest.approx(6000 / (1000 * 12), rel=0.2)
    assert card["payment_index"] == 80.0
    assert card["recent_delay_days"] == card["delay_rise_days"] == 0.0
    assert card["on_time_share"] == 1.0
    assert card["default_share"] == 0.0
    assert card["oldest_overdue_days"] == 0.0
    assert card["broken_promises"] is None
    # equity 9, current 8, quick 6, margin 5, Z" 8, no year before 3 + 3, age 4, employees 2, capital 3, no bad news 8,
    # no changes 4, nobody lost 3, no agency 2.5, no insurer 2, no levels 1 + 1.
    assert row(graded)["ability"] == 9 + 8 + 6 + 5 + 8 + 3 + 3 + 4 + 2 + 3 + 8 + 4 + 3 + 2.5 + 2 + 1 + 1
    # index 22, recent 14, rise 12, on time 10, default 6, overdue 10, promises 1.5, known a year 2, references 5,
    # courts 10.
    assert row(graded)["willingness"] == 22 + 14 + 12 + 10 + 6 + 10 + 1.5 + 2 + 5 + 10
    assert row(graded)["grade"] == "A"
    assert row(graded)["tier"] == "green"
    assert row(graded)["basis"] == "expert"
    assert row(graded)["capped_by"] is None
    # Ability 72.5 and willingness 92.5 of a span from 70 to 100.
    low, high = 0.003**2 / (0.003 * 0.01) ** 0.5, (0.003 * 0.01) ** 0.5
    assert row(graded)["yearly_default_chance"] == pytest.approx(high * (low / high) ** ((82.5 - 70) / 30))


def test_reasons_tell_what_is_lost_the_most_first(books_of: BooksOf) -> None:
    graded = grade(books_of("2026-10-31", **trade(late=20), registrations=REGISTERED))
    told = graded.reasons.filter(customer_id="lantern")
    assert told["lost"].is_sorted(descending=True)
    assert (told["lost"] == told["best"] - told["points"]).all()
    assert (told["lost"] > 0).all()
    known = told.filter(pl.col("value").is_not_null())
    assert known.row(0, named=True)["factor"] == "on_time_share"
    lost = told.group_by("axis").agg(pl.col("lost").sum()).sort("axis")["lost"].to_list()
    assert lost == pytest.approx([100 - row(graded)["ability"], 100 - row(graded)["willingness"]])


def test_open_items_only_is_a_narrow_honest_answer(books_of: BooksOf) -> None:
    prompt, late = (grade(books_of("2026-10-31", **trade(late=days))) for days in (0, 50))
    assert row(prompt)["ability"] is None
    assert (row(prompt)["basis"], row(prompt)["grade"]) == ("payment", "B")
    assert row(prompt)["known_share"] < 0.5
    assert row(late)["grade"] in ("C", "D")
    assert row(late)["yearly_default_chance"] > 3 * row(prompt)["yearly_default_chance"]


def test_who_was_never_invoiced_rests_on_nothing(books_of: BooksOf) -> None:
    told = trade()
    graded = grade(books_of("2026-10-31", **told, customers="customer_id name\nharbour Harbour\nlantern Lantern"))
    found = row(graded, "harbour")
    assert (found["ability"], found["willingness"]) == (None, None)
    assert (found["basis"], found["grade"], found["tier"], found["known_share"]) == ("nothing", "C", "yellow", 0.0)
    assert graded.table["customer_id"].to_list() == ["harbour", "lantern"]


def test_nobody_at_all_is_no_crash(books_of: BooksOf) -> None:
    graded = grade(books_of("2026-10-31"))
    assert graded.table.height == graded.reasons.height == 0


def test_two_currencies_without_rates_are_graded_each_by_itself(books_of: BooksOf) -> None:
    told = trade()
    other = trade(customer="harbour", unpaid=6)
    euro = {name: _with_currency(text, "EUR") for name, text in other.items()}
    yuan = {name: _with_currency(text, "CNY") for name, text in told.items()}
    graded = grade(books_of("2026-10-31", **both(yuan, euro)))
    assert row(graded, "harbour")["grade"] == "E"
    assert row(graded, "harbour")["tier"] == "red"
    assert row(graded)["grade"] in ("A", "B", "C")


def _with_currency(text: str, currency: str) -> str:
    head, *lines = text.splitlines()
    return "\n".join([f"{head} currency", *(f"{line} {currency}" for line in lines)])


@pytest.mark.parametrize(("days", "tier"), [(90, "yellow"), (91, "red")])
def test_failed_from_the_day_after_ninety_and_not_before(books_of: BooksOf, days: int, tier: str) -> None:
    told = trade(months=8, unpaid=0)
    due = DAY - timedelta(days=days)
    told["open_items"] += f"\nbad lantern {due - timedelta(days=30)} {due} 3000"
    found = row(grade(books_of("2026-10-31", **told)))
    assert (found["tier"] == "red") == (tier == "red")
    assert (found["capped_by"] == "overdue") == (tier == "red")
    if tier == "red":
        assert found["grade"] == "E"
        assert found["yearly_default_chance"] >= 0.4


def test_a_small_rest_a_dispute_and_a_forgotten_item_are_no_failure(books_of: BooksOf) -> None:
    told = trade(months=24)
    small, old = DAY - timedelta(days=200), DAY - timedelta(days=500)
    rest = f"\nsmall lantern {small - timedelta(days=30)} {small} 90"
    forgotten = f"\nold lantern {old - timedelta(days=30)} {old} 1000"
    fought = f"\nfought lantern {small - timedelta(days=30)} {small} 5000"
    told["open_items"] += rest + forgotten + fought
    disputes = "dispute_id item_id opened_on closed_on\n1 fought 2026-05-01 -"
    calm = grade(books_of("2026-10-31", **told, disputes=disputes))
    assert row(calm)["grade"] != "E"
    assert calm.card.row(0, named=True)["oldest_overdue_days"] == 500.0
    assert row(grade(books_of("2026-10-31", **told)))["grade"] == "E"


def test_a_write_off_is_a_failure_until_it_is_old(books_of: BooksOf) -> None:
    told = trade(months=40)
    for months, failed in ((20, True), (30, False)):
        on = DAY - timedelta(days=int(months * 30.5))
        own = dict(told)
        own["open_items"] += f"\nlost lantern {on - timedelta(days=200)} {on - timedelta(days=150)} 4000"
        own["allocations"] += f"\nw lost write_off - {on} 4000"
        assert (row(grade(books_of("2026-10-31", **own)))["capped_by"] == "overdue") == failed


EVENT = "event_id customer_id happened_on kind severity\n1 lantern {day} {kind} {severity}"


@pytest.mark.parametrize(
    ("kind", "severity", "day", "wanted"),
    [
        ("bankrupt", "-", "2026-10-31", "E"),
        ("dishonest_debtor", "-", "2021-11-01", "E"),
        ("dishonest_debtor", "-", "2021-10-31", "A"),
        ("insolvency_filed", "1", "2026-01-01", "E"),
        ("enforcement_opened", "-", "2024-11-01", "D"),
        ("enforcement_opened", "-", "2024-10-31", "A"),
        ("negative_news", "3", "2026-01-01", "D"),
        ("negative_news", "2", "2026-01-01", "A"),
        ("judgment_against", "-", "2025-11-01", "C"),
        ("judgment_against", "-", "2025-10-31", "A"),
        ("address_changed", "-", "2026-10-01", "A"),
    ],
)
def test_what_an_event_leaves_and_for_how_long(
    books_of: BooksOf, kind: str, severity: str, day: str, wanted: str
) -> None:
    tier = {"A": "green", "C": "yellow", "D": "orange", "E": "red"}[wanted]
    events = EVENT.format(day=day, kind=kind, severity=severity)
    strong = STATEMENTS.replace("40\n", "80\n").replace("equity              300", "equity              450")
    strong = strong.replace("total_liabilities   700", "total_liabilities   550")
    told = {**trade(), "statements": strong, "registrations": REGISTERED, "events": events}
    found = row(grade(books_of("2026-10-31", **told)))
    assert (found["grade"], found["tier"]) == (wanted, tier)
    assert (found["capped_by"] == "event") == (wanted != "A")
    assert found["own_grade"] == "A"
    assert (found["yearly_default_chance"] >= 0.5) == (wanted == "E")


def test_the_state_in_the_register_caps_too(books_of: BooksOf) -> None:
    for state, wanted in (("active", "A"), ("suspended", "D"), ("revoked", "E")):
        told = {**trade(), "statements": STATEMENTS, "registrations": REGISTERED.replace("active", state)}
        assert row(grade(books_of("2026-10-31", **told)))["grade"] == wanted


def test_points_alone_are_never_red(books_of: BooksOf) -> None:
    """Weak on both axes and nothing long overdue: E, and orange."""
    weak = STATEMENTS.replace("equity              300", "equity              -50")
    weak = weak.replace("current_assets      600", "current_assets      200").replace(
        "ebit                60", "ebit -90"
    )
    weak = weak.replace("net_profit          40", "net_profit -100").replace(
        "total_liabilities   700", "total_liabilities 1050"
    )
    weak = weak.replace("retained_earnings   100", "retained_earnings -400")
    events = "event_id customer_id happened_on kind\n" + "\n".join(
        f"{at} lantern 2026-0{at}-01 penalty" for at in range(1, 8)
    )
    events += "\n" + "\n".join(f"c{at} lantern 2026-0{at}-02 lawsuit_as_defendant" for at in range(1, 8))
    told = trade(late=80)
    young = REGISTERED.replace("2020-10-31", "2026-06-01").replace("6000    50", "100     2")
    found = row(grade(books_of("2026-10-31", **told, statements=weak, registrations=young, events=events)))
    assert found["ability"] < 40
    assert found["willingness"] < 40
    assert (found["grade"], found["capped_by"], found["tier"]) == ("E", None, "orange")


@pytest.mark.parametrize(("kind", "level", "wanted"), [
    ("country", 3, "A"), ("country", 4, "B"), ("country", 5, "D"), ("industry", 4, "A"), ("industry", 5, "C"),
    ("region", 4, "A"), ("region", 5, "C"),
])  # fmt: skip
def test_levels_of_country_region_and_industry_cap(books_of: BooksOf, kind: str, level: int, wanted: str) -> None:
    customers = "customer_id country region industry\nlantern FR North toys"
    code = {"country": "FR", "region": "North", "industry": "toys"}[kind]
    levels = f"kind code told_on level\n{kind} {code} 2026-01-01 1\n{kind} {code} 2026-06-01 {level}"
    told = {**trade(), "statements": STATEMENTS, "registrations": REGISTERED, "customers": customers}
    found = row(grade(books_of("2026-10-31", **told, risk_levels=levels)))
    own = {"A": None}.get(wanted, kind)
    assert (found["grade"], found["capped_by"]) == (wanted, own)
    later = levels.replace("2026-06-01", "2026-11-01")
    assert row(grade(books_of("2026-10-31", **told, risk_levels=later)))["capped_by"] is None


def test_a_risky_industry_starts_risky_until_a_level_is_told(books_of: BooksOf) -> None:
    told = trade()

    def level(industry: str, **more: str) -> float | None:
        customers = f"customer_id industry\nlantern {industry}"
        graded = grade(books_of("2026-10-31", **told, customers=customers, **more))
        value: float | None = graded.card.item(0, "industry_level")
        return value

    assert level("Retail") == level("家居制造") == 4.0
    assert level("software") is None
    levels = "kind code told_on level outlook\nindustry Retail 2026-06-01 2 worse"
    assert level("Retail", risk_levels=levels) == 2.5
    index = "series day_on kind code value neutral\nx 2026-09-30 industry Retail {} 50"
    assert level("Retail", risk_levels=levels, indices=index.format("49.9")) == 3.0
    assert level("Retail", risk_levels=levels, indices=index.format("50")) == 2.5


def test_a_newcomer_that_is_not_admitted_is_capped_and_an_old_customer_is_not(books_of: BooksOf) -> None:
    screens = "screening_id customer_id step outcome told_on\n1 {} registry passed 2026-10-01"
    for months, capped in ((6, True), (14, False)):
        told = {**trade(months=months), "statements": STATEMENTS, "registrations": REGISTERED}
        found = row(grade(books_of("2026-10-31", **told, screenings=screens.format("lantern"))))
        assert (found["capped_by"] == "screening") == capped
        assert row(grade(books_of("2026-10-31", **told)))["capped_by"] is None
    failed = screens.format("lantern").replace("passed", "failed")
    told = {**trade(), "statements": STATEMENTS, "registrations": REGISTERED}
    assert row(grade(books_of("2026-10-31", **told, screenings=failed)))["capped_by"] == "screening"


def test_nobody_is_better_than_its_parent_up_the_chain(books_of: BooksOf) -> None:
    told = both(trade(), trade(customer="harbour"), trade(customer="mill", unpaid=6))
    owned = (
        "customer_id told_on parent_id\nlantern 2026-01-01 harbour\nharbour 2026-01-01 mill\nmill 2026-01-01 lantern"
    )
    found = grade(books_of("2026-10-31", **told, registrations=owned))
    assert found.table["grade"].to_list() == ["E", "E", "E"]
    assert [row(found, name)["capped_by"] for name in ("lantern", "harbour", "mill")] == ["group", "group", "overdue"]
    alone = Policy(DAY, {"credit.grading.caps": [(DAY, {"follows_parent": False})]})
    assert row(grade(books_of("2026-10-31", **told, registrations=owned), alone))["grade"] != "E"


def test_events_known_later_do_not_count_earlier(books_of: BooksOf) -> None:
    events = EVENT.format(day="2026-09-01", kind="bankrupt", severity="-") + "\n"
    told = {**trade(), "events": events}
    assert row(grade(books_of("2026-08-31", **told)))["grade"] != "E"
    assert row(grade(books_of("2026-10-31", **told)))["grade"] == "E"


def test_a_learned_chance_moves_the_grade_by_one_step_and_stays_in_its_band(books_of: BooksOf) -> None:
    books = books_of("2026-10-31", **trade(), statements=STATEMENTS, registrations=REGISTERED)
    before = row(grade(books))
    for learned, wanted in ((0.9, "B"), (0.0001, "A")):
        frame = pl.DataFrame({"customer_id": ["lantern"], "chance": [learned]})
        found = row(grade(books, learned=frame))
        assert (found["grade"], found["basis"]) == (wanted, "learned")
        low, high = bands(Grading())["AB".index(wanted)]
        assert low <= found["yearly_default_chance"] <= high
        assert (found["yearly_default_chance"] > before["yearly_default_chance"]) == (learned == 0.9)
    other = pl.DataFrame({"customer_id": ["nobody"], "chance": [0.5]})
    assert row(grade(books, learned=other)) == before


def test_a_policy_with_a_grade_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"policy\.choice credit\.grading\.caps\.overdue_grade"):
        Policy(DAY, {"credit.grading.caps": [(DAY, {"overdue_grade": "F"})]})
    with pytest.raises(PolicyError, match=r"grade_unknown"):
        place_of("F")


def test_promises_are_broken_when_the_money_is_not_there_on_the_day(books_of: BooksOf) -> None:
    told = trade(months=8, unpaid=2)
    promises = """
promise_id customer_id item_id  made_on    promised_on amount withdrawn_on
1          lantern     lantern6 2026-10-01 2026-10-20  -      -
2          lantern     lantern0 2026-03-01 2026-03-30  -      -
3          lantern     -        2026-08-01 2026-09-15  1000   -
4          lantern     -        2026-10-11 2026-10-30  500    -
5          lantern     -        2026-10-11 2026-10-30  500    2026-10-15
6          lantern     -        2026-10-11 2026-11-30  500    -
"""
    card = grade(books_of("2026-10-31", **told, promises=promises)).card.row(0, named=True)
    # 1: the item is not paid. 2 and 3: paid in time. 4: nothing came. 5: taken back. 6: its day has not come.
    assert card["broken_promises"] == 2.0
    more = "7 lantern - 2026-08-01 2026-09-16 1000 -\n"  # a second instalment of 3: the money of the first is spent
    card = grade(books_of("2026-10-31", **told, promises=promises + more)).card.row(0, named=True)
    assert card["broken_promises"] == 3.0

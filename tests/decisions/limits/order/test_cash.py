"""What an order does to cash: its cost, its deposit, its payment by the customer's own law, and the chance of a gap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from solvent.base.terms import Policy
from solvent.books.books import Books
from solvent.decisions.limits.order.cash import CashLook, Laid, OrderCash, cash_look, laid
from solvent.decisions.limits.order.check import check_order, without_cash
from solvent.decisions.limits.order.rule import Look, OrderAsked, case_of, rules
from solvent.measures.measures import measure
from solvent.payment.curves import predict
from solvent.payment.laws import fit
from solvent.payment.payment import learn
from solvent.simulation.company import simulate_company
from solvent.simulation.horizon import Outlooked, weekly
from solvent.simulation.paths import CashPaths
from solvent.snapshot import Snapshot

DAY = date(2026, 10, 30)
PAID = 4000


def fitted(late: int = 10, lost: int = 0):
    """A customer that paid 200 invoices so many days late, and never paid some."""
    issued = [DAY - timedelta(days=900 - 2 * k) for k in range(200 + lost)]
    due = [day + timedelta(days=30) for day in issued]
    ends = ["lost" if k % (200 // lost + 1) == 0 else "paid" for k in range(200 + lost)] if lost else ["paid"] * 200
    items = pl.DataFrame(
        {
            "customer_no": pl.Series([0] * len(issued), dtype=pl.UInt32),
            "issued_on": issued,
            "due_on": due,
            "ended_on": [day + timedelta(days=late) for day in due],
            "end": ends,
        }
    )
    return fit(items, DAY, 1)


def look_at(opening: int = 1_000_00, line: int = 0, count: int = PAID, **cells: Any) -> CashLook:
    ahead = weekly(DAY, 26)
    paths = CashPaths(ahead, "CNY", 1, opening, {"rent": np.zeros((count, 26))}, np.zeros(count))
    told: dict[str, Any] = {
        "paths": paths, "line": line, "fitted": fitted(), "customer_no": 0, "customer_id": "lantern",
        "mood": np.random.default_rng(1).standard_normal(count), "shared": 0.3, "hazard": None,
        "failed": np.zeros(count, dtype=np.bool_),
    }  # fmt: skip
    return CashLook(**{**told, **cells})


def lay(look: CashLook, after: int = 14, terms_days: int = 30, **terms: Any) -> Laid:
    return laid(look, DAY + timedelta(days=after), terms_days, OrderCash(**terms))


@pytest.mark.parametrize(("line", "chance"), [(299_99, 0.0), (300_00, 0.0), (300_01, 1.0)])
def test_the_cost_goes_out_before_the_money_comes(line: int, chance: float) -> None:
    """Of 1,000 an order takes 700 for its goods: 300 are left until it is paid."""
    effect = lay(look_at(line=line)).effect(1_000_00, 0)
    assert (effect.before, effect.after) == (0.0, chance)
    assert effect.lowest_change == -700_00


@pytest.mark.parametrize(("lead", "supplier", "week"), [(14, 0, 0), (7, 0, 0), (0, 0, 1), (14, 30, 4), (60, 0, 0)])
def test_when_the_cost_goes_out(lead: int, supplier: int, week: int) -> None:
    told = lay(look_at(), lead_days=lead, supplier_days=supplier)
    assert int(np.flatnonzero(told.cost)[0]) == week
    assert told.cost[-1] == 0.7


def test_a_deposit_comes_in_and_is_not_paid_again() -> None:
    told = lay(look_at(), lead_days=0)
    assert told.effect(1_000_00, 300_00).lowest_change > told.effect(1_000_00, 0).lowest_change
    full = told.effect(1_000_00, 1_000_00)
    assert (full.after, full.lowest_change) == (0.0, 300_00)


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.9])
def test_payment_follows_the_customers_own_law(shared: float) -> None:
    """Averaged over the paths it is the law again, whatever part of the luck is shared."""
    look = look_at(shared=shared, fitted=fitted(late=20, lost=20))
    told = lay(look)
    due = DAY + timedelta(days=44)
    item = pl.DataFrame({"customer_no": [0], "issued_on": [DAY + timedelta(days=14)], "due_on": [due]})
    law = predict(look.fitted, item, DAY).paid_within([int(day) for day in look.paths.horizon.end_days])[0]
    assert np.abs(told.paid.mean(axis=0) - law).max() < 4 * 0.5 / np.sqrt(PAID)


def test_nothing_is_paid_before_it_is_delivered() -> None:
    """Not by a customer either that pays 40 days before the due day."""
    told = lay(look_at(fitted=fitted(late=-40)))
    assert told.paid[:, 0].sum() == 0
    assert told.paid[:, 1].mean() > 0.5


def test_who_pays_later_on_a_path_pays_this_order_later_there() -> None:
    look = look_at(shared=0.5, fitted=fitted(late=20))
    paid = lay(look).paid.sum(axis=1)
    assert paid[look.mood > 1].mean() < paid[look.mood < -1].mean()


def test_who_fails_on_a_path_never_pays_there() -> None:
    failed = np.arange(PAID) % 5 == 0
    told = lay(look_at(failed=failed, hazard=0.5))
    assert told.paid[failed].sum() == 0
    assert told.effect(1_000_00, 0).paid_share == pytest.approx(told.paid[:, -1].mean())
    assert told.effect(1_000_00, 0).paid_share < 0.8 + 1e-9


def test_the_same_question_has_the_same_answer() -> None:
    first, second = (lay(look_at()).effect(500_00, 0) for _ in range(2))
    assert first.weeks.equals(second.weeks)


def crafted(under: int, count: int = 1000, before: int = 100) -> Look:
    """So many paths fall under the line with an order of 100 that did not without; some are under anyway."""
    spare = np.full(count, 10_000_00.0)
    spare[:before] = -1.0
    spare[before : before + under] = 69_99.0
    ahead = weekly(DAY, 26)
    opening = np.zeros((count, 26))
    opening[:, 0] = spare
    paths = CashPaths(ahead, "CNY", 1, 0, {"other_in": opening}, np.zeros(count))
    look = replace(look_at(count=count), paths=paths)
    return Look(DAY, "CNY", "lantern", exposure=0, limit=10**9, undecided=False, cash=look, agreed_days=30)


@pytest.mark.parametrize(
    ("under", "before", "passed"), [(10, 100, True), (11, 100, False), (11, 88, True), (12, 88, False)]
)
def test_the_rule_doubts_an_order_that_makes_a_gap(under: int, before: int, passed: bool) -> None:
    """A rise of one in a hundred passes, more does not; and a week under a chance of a tenth is no gap."""
    verdict = check_order(OrderAsked("lantern", 100_00, "CNY"), crafted(under, before=before), Policy(DAY))
    told = next(found for found in verdict.findings if found.rule == "cash_gap")
    assert verdict.cash is not None
    assert verdict.cash.rise == pytest.approx(under / 1000)
    assert (told.passed, told.effect) == (passed, "approval")
    assert verdict.outcome == ("yes" if passed else "approval")
    untold = without_cash(verdict)
    gap = next(found for found in untold.findings if found.rule == "cash_gap")
    assert (gap.passed, gap.value, gap.line, dict(gap.why.facts), untold.cash) == (passed, None, None, {}, None)
    assert untold.outcome == verdict.outcome


def test_a_deposit_is_solved_for_the_gap_too() -> None:
    verdict = check_order(OrderAsked("lantern", 100_00, "CNY"), crafted(50), Policy(DAY))
    ways = verdict.softer
    assert ways is not None
    assert 0 < ways.deposit < 100_00
    assert ways.lot == 99_98, "its cost of 69.986 leaves more than nothing of 69.99"


def test_an_order_that_the_books_hold_is_foreseen_already() -> None:
    look = replace(crafted(50), orders={"O1": 100_00}, exposure=100_00)
    held = check_order(OrderAsked("lantern", 100_00, "CNY", order_id="O1"), look, Policy(DAY))
    assert (held.cash, held.outcome) == (None, "yes")


def test_without_paths_the_rule_is_silent() -> None:
    case = case_of(OrderAsked("lantern", 1, "CNY"), Look(DAY, "CNY", "lantern"))
    rule = rules()["cash_gap"]
    assert case is not None
    assert not rule.read(case, rule.terms())


def ledger(books_of: Callable[..., Books], balance: bool = True) -> Books:
    begins = date(2025, 10, 1)
    items, receipts, settled = [], [], []
    for k in range(63):
        issued = begins + timedelta(days=6 * k)
        items.append(f"I{k} lantern {issued} {issued + timedelta(days=30)} 100")
        if issued + timedelta(days=40) <= DAY:
            receipts.append(f"R{k} lantern {issued + timedelta(days=40)} 100")
            settled.append(f"A{k} I{k} receipt R{k} {issued + timedelta(days=40)} 100")
    tables = {
        "open_items": "item_id customer_id issued_on due_on amount\n" + "\n".join(items),
        "receipts": "receipt_id customer_id received_on amount\n" + "\n".join(receipts),
        "allocations": "allocation_id item_id source source_id allocated_on amount\n" + "\n".join(settled),
    }
    if balance:
        tables["bank_accounts"] = "account_id\nmain"
        tables["balances"] = f"account_id day_on amount\nmain {DAY} 5000"
    return books_of(str(DAY), **tables)


def seen(books: Books) -> Snapshot:
    policy = Policy(DAY, {Outlooked.key: [(date.min, {"paths": 300})]})
    payment = learn(books, policy)
    company = simulate_company(books, payment, policy, seed=1)
    return Snapshot(books, policy, measure(books, policy), payment, company.paths, company)


def test_the_look_at_a_customer_out_of_the_simulated_company(books_of: Callable[..., Books]) -> None:
    snapshot = seen(ledger(books_of))
    known, new = cash_look(snapshot, "lantern", 0), cash_look(snapshot, "nobody", 0)
    assert known is not None
    assert new is not None
    assert (known.customer_no, new.customer_no) == (0, None)
    assert known.hazard is not None
    assert new.hazard is None
    effect = laid(known, DAY + timedelta(days=14), 30, OrderCash()).effect(100_00, 0)
    assert effect.paid_share > 0.8
    assert cash_look(snapshot, "lantern", None) is None, "without a floor nothing is held against it"


def test_no_balance_or_no_paths_is_no_effect(books_of: Callable[..., Books]) -> None:
    snapshot = seen(ledger(books_of, balance=False))
    assert snapshot.paths is not None
    assert snapshot.paths.opening is None
    assert cash_look(snapshot, "lantern", 0) is None
    assert cash_look(replace(snapshot, paths=None), "lantern", 0) is None

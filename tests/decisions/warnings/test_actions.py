"""Actions: what is called for by which sign, at which tier, on which ground; and the money at stake on the paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from solvent.assessment import look_ahead
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.decisions.warnings.actions import GROUNDS, PROPOSALS, SIGNS, STAKES, Acting, Proposed, propose
from solvent.decisions.warnings.engine import FINDINGS, READINGS, Findings
from solvent.decisions.warnings.rule import Lines, Rule, rules
from solvent.decisions.warnings.view import View
from solvent.measures.measures import measure
from solvent.simulation.horizon import Outlooked
from solvent.simulation.items.receipts import receipts
from solvent.snapshot import Snapshot

DAY = date(2026, 3, 31)
ITEMS = """
item_id customer_id issued_on due_on amount
I1 LATE 2026-01-01 2026-02-01 1000.00
I2 GOOD 2026-03-01 2026-05-01 3000.00
I3 SMALL 2026-03-01 2026-05-01 10.00
"""
LIMITS = """
limit_id customer_id kind amount valid_from
L1 LATE total 5000.00 2025-01-01
L2 GOOD total 0.00 2025-01-01
"""
ALWAYS = date(1990, 1, 1)


@dataclass(frozen=True)
class Made(Terms, key="warnings.made_up_actions"):
    """Lines of a made-up rule."""

    yellow: float = term(0.5, unit="level", source="own choice: a test")


@pytest.fixture
def view(books_of: Callable[..., Books]) -> View:
    books = books_of(DAY.isoformat(), open_items=ITEMS, limits=LIMITS)
    return View(books, Policy(DAY, {Acting.key: [(ALWAYS, {"bad_grades": "-"})]}))


def found(*rows: tuple[str, str, int], about: str = "customer") -> Findings:
    table = pl.DataFrame(
        [(rule, "top", about, name, tier, 1.0, 1.0, "level", "credit", "{}", []) for rule, name, tier in rows],
        FINDINGS,
        orient="row",
    )
    return Findings(DAY, table, pl.DataFrame(schema=READINGS), (), (), (), ())


def actions(told: Proposed, customer: str) -> dict[str, tuple[int, list[str], int | None]]:
    rows = told.proposals.filter(pl.col("customer_id") == customer)
    return {row["action"]: (row["tier"], row["rules"], row["about_amount"]) for row in rows.iter_rows(named=True)}


def test_a_customer_that_pays_late(view: View) -> None:
    yellow = actions(propose(view, found(("oldest_overdue", "LATE", 1)), {}), "LATE")
    assert yellow == {"collect_first": (1, ["oldest_overdue"], 100_000)}
    orange = actions(propose(view, found(("oldest_overdue", "LATE", 2), ("payment_delay", "LATE", 1)), {}), "LATE")
    assert set(orange) == {"collect_first", "lower_limit", "stricter_terms", "ask_security"}
    assert orange["collect_first"] == (2, ["oldest_overdue", "payment_delay"], 100_000)
    assert orange["lower_limit"] == (2, ["oldest_overdue"], 400_000)
    red = actions(propose(view, found(("oldest_overdue", "LATE", 3)), {}), "LATE")
    assert red["hold_supply"] == (3, ["oldest_overdue"], 0)


def test_nothing_is_proposed_without_ground(view: View) -> None:
    """GOOD owes nothing overdue, has a limit of nothing already, and is not insured; SMALL has no limit yet."""
    good = actions(propose(view, found(("oldest_overdue", "GOOD", 1)), {}), "GOOD")
    assert good == {}
    orange = actions(propose(view, found(("litigation", "GOOD", 2)), {}), "GOOD")
    assert set(orange) == {"collect_first", "stricter_terms", "ask_security"}
    small = actions(propose(view, found(("litigation", "SMALL", 2)), {}), "SMALL")
    assert set(small) == {"collect_first", "stricter_terms", "lower_limit"}
    assert small["lower_limit"][2] is None


@pytest.mark.parametrize(("share", "asked"), [(0.2493, True), (0.2495, False)])
def test_security_is_asked_for_from_its_share_on(view: View, share: float, asked: bool) -> None:
    """LATE owes 1000 of 4010: 24.94 % of all."""
    policy = Policy(DAY, {Acting.key: [(ALWAYS, {"large_share": share, "bad_grades": "-"})]})
    told = propose(View(view.books, policy), found(("litigation", "LATE", 2)), {})
    assert ("ask_security" in actions(told, "LATE")) == asked


def test_a_bad_grade_asks_for_more(view: View) -> None:
    policy = Policy(DAY, {Acting.key: [(ALWAYS, {"bad_grades": "ABCDE"})]})
    bad, plain = View(view.books, policy), found(("order_jump", "LATE", 2), ("timeliness", "GOOD", 1))
    assert "hold_supply" not in actions(propose(view, plain, {}), "LATE")
    assert "hold_supply" in actions(propose(bad, plain, {}), "LATE")
    assert actions(propose(view, plain, {}), "GOOD") == {}
    assert set(actions(propose(bad, plain, {}), "GOOD")) == {"stricter_terms"}


def test_the_insurer_hears_of_what_it_insures(books_of: Callable[..., Books]) -> None:
    policies = """
policy_id insurer kind starts_on insured_share
P1 Sino domestic 2025-01-01 0.9
"""
    covers = """
limit_id policy_id customer_id amount valid_from decision
B1 P1 LATE 400.00 2025-01-01 granted
"""
    books = books_of(DAY.isoformat(), open_items=ITEMS, insurance_policies=policies, buyer_limits=covers)
    view = View(books, Policy(DAY))
    told = propose(view, found(("oldest_overdue", "LATE", 2), ("oldest_overdue", "GOOD", 2)), {})
    assert actions(told, "LATE")["report_to_insurer"] == (2, ["oldest_overdue"], 40_000)
    assert "report_to_insurer" not in actions(told, "GOOD")
    stake = told.stakes.row(by_predicate=pl.col("customer_id") == "LATE", named=True)
    assert (stake["exposure_amount"], stake["insured_amount"], stake["uninsured_amount"]) == (100_000, 40_000, 60_000)


def test_a_rule_of_a_package_proposes_what_it_says_itself_from_orange_on(view: View) -> None:
    own = Rule(
        about="customer", layer="top", crossed="over", unit="level", owner="credit", terms=Made,
        lines=lambda terms: Lines(terms.yellow), read=lambda *_: None, proposes=("lower_limit", "report_to_insurer"),
    )  # fmt: skip
    assert actions(propose(view, found(("own", "LATE", 1)), {"own": own}), "LATE") == {}
    told = actions(propose(view, found(("own", "LATE", 2)), {"own": own}), "LATE")
    assert told == {"lower_limit": (2, ["own"], 400_000)}


def test_only_customers_are_acted_on(view: View) -> None:
    told = propose(view, found(("dso_rise", "own", 3), about="company"), {})
    assert told.proposals.is_empty()
    assert told.stakes.is_empty()
    assert (dict(told.proposals.schema), dict(told.stakes.schema)) == (dict(PROPOSALS), dict(STAKES))


def test_without_rates_nothing_is_added_up(books_of: Callable[..., Books]) -> None:
    items = """
item_id customer_id issued_on due_on currency amount
I1 LATE 2026-01-01 2026-02-01 USD 1000.00
I2 LATE 2026-01-01 2026-02-01 EUR 1000.00
"""
    told = propose(View(books_of(DAY.isoformat(), open_items=items), Policy(DAY)), found(("litigation", "LATE", 3)), {})
    assert told.proposals.is_empty()
    assert [problem.code for problem in told.problems] == ["warnings.actions_no_rate"]


def test_every_rule_on_customers_has_its_kind_of_sign_and_every_action_its_ground() -> None:
    on_customers = {name for name, rule in rules().items() if rule.about == "customer"}
    assert on_customers <= set(SIGNS), on_customers - set(SIGNS)
    assert set(SIGNS) <= on_customers, set(SIGNS) - on_customers
    assert all(action in GROUNDS for rule in rules().values() for action in rule.proposes)


def test_the_money_at_stake_is_that_of_the_paths(books_of: Callable[..., Books]) -> None:
    """What is missing is what the customer alone pays on the same paths; the chance is counted again without it."""
    lines = "line_id account_id booked_on amount category\n" + "\n".join(
        f"R{month} A {day} -1000.00 rent"
        for month, day in enumerate(("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31"))
    )
    tables: dict[str, Any] = {
        "open_items": ITEMS,
        "bank_lines": lines,
        "bank_accounts": "account_id name\nA A",
        "balances": "account_id day_on amount\nA 2026-03-31 4000.00",
    }
    books = books_of(DAY.isoformat(), **tables)
    policy = Policy(DAY, {Outlooked.key: [(ALWAYS, {"paths": 500})]})
    snapshot = look_ahead(Snapshot(books, policy, measure(books, policy)), seed=1)
    view = View(books, policy, snapshot)
    told = propose(view, found(("litigation", "GOOD", 2), ("litigation", "LATE", 1)), {})
    company = snapshot.company
    assert company is not None
    assert view.cash_lines.line == 300_000
    place = list(company.book.names).index("GOOD")
    flows = company.receipts_of([place])
    soon = company.paths.horizon.week_of < 13
    row = told.stakes.row(by_predicate=pl.col("customer_id") == "GOOD", named=True)
    assert row["missing_amount"] == round(float(flows[:, soon].sum(axis=1).mean()))
    assert row["expected_loss_amount"] == round(
        float(receipts(company.book.of([place]), company.moves, company.paths.seed).lost.mean())
    )
    low = company.paths.balance[:, soon].min(axis=1)
    without = (company.paths.balance - np.cumsum(flows, axis=1))[:, soon].min(axis=1)
    assert row["chance"] == pytest.approx(float((low < 300_000).mean()))
    assert row["chance_if_failed"] == pytest.approx(float((without < 300_000).mean()))
    assert row["chance_if_failed"] >= row["chance"]
    few = replace(policy, overrides={**policy.overrides, Acting.key: [(ALWAYS, {"drawn": 1})]})
    less = propose(View(books, few, snapshot), found(("litigation", "GOOD", 2), ("litigation", "LATE", 1)), {})
    assert less.stakes.get_column("missing_amount").is_null().to_list() == [False, True]

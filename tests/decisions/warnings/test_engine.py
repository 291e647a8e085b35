"""The engine: tiers at, under and over each line in all four directions, rounding, and rules that go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pytest

from solvent.base.problem import SolventError
from solvent.base.terms import Policy, Terms, term
from solvent.books.books import Books
from solvent.decisions.warnings.engine import FINDINGS, READINGS, Engine, warn
from solvent.decisions.warnings.rule import READING, Crossed, Lines, Rule, rules
from solvent.decisions.warnings.view import View

DAY = "2026-03-31"
ITEMS = """
item_id customer_id issued_on due_on amount
I1 C1 2026-01-01 2026-02-01 100.00
"""


@dataclass(frozen=True)
class Made(Terms, key="warnings.made_up"):
    """Lines of a made-up rule."""

    yellow: float = term(0.7, unit="share", source="own choice: a test")


def rule(read: Any, crossed: Crossed = "over", lines: Lines | None = None, **told: Any) -> Rule:
    drawn = lines or Lines(0.7, 0.8, 0.9)
    kind = {"about": "customer", "layer": "top", "unit": "share", "owner": "credit", **told}
    return Rule(crossed=crossed, terms=Made, lines=lambda _: drawn, read=read, **kind)


def reading(values: dict[str, float | None], **facts: list[Any]) -> pl.DataFrame:
    base = {"subject": list(values), "value": list(values.values()), "evidence": [["open_items:I1"]] * len(values)}
    return pl.DataFrame(base, READING).with_columns(pl.Series(name, cells) for name, cells in facts.items())


@pytest.fixture
def view(books_of: Callable[..., Books]) -> View:
    books = books_of(DAY, open_items=ITEMS)
    return View(books, Policy(books.as_of))


def tiers(view: View, crossed: Crossed, lines: Lines, values: list[float]) -> list[tuple[int, int]]:
    frame = reading({f"C{place}": value for place, value in enumerate(values)})
    told = warn(view, {"made": rule(lambda *_: frame, crossed, lines)})
    assert not told.problems
    return list(told.readings.select("tier", "held").iter_rows())


def test_over_a_line_means_strictly_over_and_held_means_within_the_margin(view: View) -> None:
    values = [8.9, 9.0, 9.01, 10.0, 10.01, 18.0, 18.01, 20.0, 20.01, 30.01]
    assert tiers(view, "over", Lines(10.0, 20.0, 30.0), values) == [
        (0, 0), (0, 0), (0, 1), (0, 1), (1, 1), (1, 1), (1, 2), (1, 2), (2, 2), (3, 3),
    ]  # fmt: skip


def test_from_a_line_on_under_it_and_down_to_it(view: View) -> None:
    assert tiers(view, "from", Lines(10.0), [8.99, 9.0, 9.99, 10.0]) == [(0, 0), (0, 1), (0, 1), (1, 1)]
    assert tiers(view, "under", Lines(None, 10.0), [9.99, 10.0, 10.99, 11.0]) == [(2, 2), (0, 2), (0, 2), (0, 0)]
    assert tiers(view, "down_to", Lines(10.0), [10.0, 10.01, 11.0, 11.01]) == [(1, 1), (0, 1), (0, 1), (0, 0)]


def test_a_negative_line_has_its_margin_on_the_quiet_side(view: View) -> None:
    assert tiers(view, "under", Lines(-10.0), [-10.01, -10.0, -9.01, -9.0]) == [(1, 1), (0, 1), (0, 1), (0, 0)]


def test_seven_tenths_in_binary_do_not_cross_seven_tenths(view: View) -> None:
    assert 0.1 * 7 > 0.7
    assert tiers(view, "over", Lines(0.7), [0.1 * 7, 0.7, 0.70000001]) == [(0, 1), (0, 1), (1, 1)]
    assert tiers(view, "from", Lines(0.1 + 0.2), [0.3]) == [(1, 1)]


def test_a_finding_says_everything(view: View) -> None:
    frame = reading({"C1": 0.85, "C2": 0.1}, open_amount=[100, 5], due_on=[date(2026, 2, 1), None])
    told = warn(view, {"made": rule(lambda *_: frame)})
    assert dict(told.table.schema) == dict(FINDINGS)
    assert dict(told.readings.schema) == dict(READINGS)
    assert told.readings.height == 2
    row = told.table.row(0, named=True)
    assert told.table.height == 1
    assert json.loads(row.pop("facts")) == {"due_on": "2026-02-01", "open_amount": 100}
    assert row == {
        "rule": "made", "layer": "top", "about": "customer", "subject": "C1", "tier": 2, "value": 0.85, "line": 0.8,
        "unit": "share", "owner": "credit", "evidence": ["open_items:I1"],
    }  # fmt: skip


def test_a_rule_that_fails_stops_no_other(view: View) -> None:
    def fails(*_: Any) -> pl.DataFrame:
        return pl.DataFrame({"a": [1]}).select("b")

    def refuses(*_: Any) -> pl.DataFrame:
        raise SolventError("books.empty")

    good = reading({"C1": 0.75})
    told = warn(
        view,
        {
            "a_fails": rule(fails),
            "b_refuses": rule(refuses),
            "c_shape": rule(lambda *_: pl.DataFrame({"subject": ["C1"]})),
            "d_nothing": rule(lambda *_: None),
            "e_good": rule(lambda *_: good),
        },
    )
    assert told.ran == ("e_good",)
    assert told.silent == ("a_fails", "b_refuses", "c_shape", "d_nothing")
    assert told.table.get_column("rule").to_list() == ["e_good"]
    codes = [problem.code for problem in told.problems]
    assert codes == ["warnings.rule_failed", "warnings.rule_failed", "books.empty", "warnings.rule_shape"]


def test_odd_readings_are_left_out_and_told(view: View) -> None:
    frame = pl.concat([reading({"C1": float("nan"), "C2": None, "C3": 0.75}), reading({"C3": 0.95})])
    told = warn(view, {"made": rule(lambda *_: frame)})
    assert told.table.select("subject", "tier").rows() == [("C3", 3)]
    assert [problem.code for problem in told.problems] == ["warnings.reading_no_number", "warnings.subject_twice"]


def test_of_two_readings_of_one_subject_the_worse_counts_where_low_is_bad(view: View) -> None:
    frame = pl.concat([reading({"C3": 0.95}), reading({"C3": 0.05})])
    told = warn(view, {"made": rule(lambda *_: frame, "under", Lines(0.1))})
    assert told.table.select("subject", "value").rows() == [("C3", 0.05)]


def test_a_rule_switched_off_is_not_asked(view: View) -> None:
    day = date(1990, 1, 1)
    policy = Policy(view.as_of, {Engine.key: [(day, {"off": "made, unheard_of"})]})
    told = warn(View(view.books, policy), {"made": rule(lambda *_: pytest.fail("asked")), "b": rule(lambda *_: None)})
    assert (told.off, told.ran, told.silent) == (("made",), (), ("b",))
    assert [problem.facts["rule"] for problem in told.problems] == ["unheard_of"]


def test_worst_first_then_in_the_order_of_names(view: View) -> None:
    frame = reading({"C2": 0.75, "C1": 0.75, "C3": 0.95})
    told = warn(view, {"b": rule(lambda *_: frame), "a": rule(lambda *_: frame)})
    shown = told.table.select("tier", "rule", "subject").rows()
    assert shown == [(3, "a", "C3"), (3, "b", "C3"), (1, "a", "C1"), (1, "a", "C2"), (1, "b", "C1"), (1, "b", "C2")]


def test_evidence_is_kept_short(view: View) -> None:
    frame = reading({"C1": 0.75}).with_columns(pl.lit([f"open_items:{n}" for n in range(30)]).alias("evidence"))
    told = warn(view, {"made": rule(lambda *_: frame)})
    assert told.table.item(0, "evidence").to_list() == [f"open_items:{n}" for n in range(10)]


def test_every_rule_of_the_house_can_be_asked_of_a_single_invoice(view: View) -> None:
    """Less data makes a narrower answer, never a crash."""
    told = warn(view)
    assert not told.problems
    assert set(told.ran) | set(told.silent) == set(rules())


def test_several_currencies_without_rates_are_no_reason_to_fail(books_of: Callable[..., Books]) -> None:
    items = """
item_id customer_id issued_on due_on currency amount
I1 LATE 2025-01-01 2025-02-01 USD 1000.00
I2 LATE 2026-01-01 2026-02-01 EUR 1000.00
"""
    books = books_of(DAY, open_items=items)
    told = warn(View(books, Policy(books.as_of)))
    assert not told.problems
    assert told.table.filter(pl.col("rule") == "oldest_overdue").get_column("tier").to_list() == [3]


def test_what_rules_share_is_computed_once(view: View) -> None:
    assert view.timeliness["customer"] is view.timeliness["customer"]
    assert view.earlier(30) is view.earlier(30)
    assert view.earlier(30).as_of == date(2026, 3, 1)
    assert view.earlier(89).open_items.height == 1
    assert view.earlier(90).open_items.is_empty()
    assert view.owed is view.owed

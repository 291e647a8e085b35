"""The sample company's planted stories: found in time, by the rules that should find them, and quiet customers quiet.

A quick run looks at one company on its key days; ``--all`` looks at more of them week by week.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from companies import company
from solvent.base.terms import Policy
from solvent.books.books import Ledger, open_books
from solvent.decisions.warnings.engine import warn
from solvent.decisions.warnings.rule import Rule, rules
from solvent.decisions.warnings.troubles import troubles
from solvent.decisions.warnings.view import View
from solvent.files.sample import Sample

POINTED = ("bust_out", "insolvency", "limit_withdrawn", "litigation", "broken_promises", "default_trend")
"""Rules about customers that are to be silent on customers that pay."""


def ledger_of(made: Sample) -> Ledger:
    return Ledger({name: frame.lazy() for name, frame in made.tables.items()}, currency=made.currency)


def found(ledger: Ledger, day: date, known: Mapping[str, Rule]) -> pl.DataFrame:
    """Findings of one day, by what was known on it."""
    told = warn(View(open_books(ledger, day, day), Policy(day)), known)
    assert not told.problems
    return told.table


def story(made: Sample, name: str) -> Any:
    return made.truth["stories"][name]


def on(findings: pl.DataFrame, subject: str) -> dict[str, int]:
    return dict(findings.filter(pl.col("subject") == subject).select("rule", "tier").iter_rows())


def quiet_customers(made: Sample, ledger: Ledger) -> set[str]:
    """Customers that play in no story and never were sixty days late."""
    late = troubles(open_books(ledger))["customer_id"]
    players = {told.get("customer_id") for told in made.truth["stories"].values()}
    return set(made.tables["customers"]["customer_id"]) - set(late) - players


def test_the_stories_of_one_company_on_their_key_days() -> None:
    made = company(201)
    ledger, every = ledger_of(made), rules()
    slow, bust, limit = (story(made, name) for name in ("slow_then_fails", "bust_out", "limit_withdrawn"))
    ahead = on(found(ledger, slow["stop_on"] - timedelta(days=90), every), slow["customer_id"])
    assert {"delay_rise", "oldest_overdue"} <= set(ahead), "three months before it stops it pays later and later"
    month = on(found(ledger, bust["jump_on"] + timedelta(days=35), every), bust["customer_id"])
    assert month["bust_out"] == 3, "a month after, of which nothing is sixty days late yet"
    week = found(ledger, limit["withdrawn_on"] + timedelta(days=1), every)
    assert on(week, limit["customer_id"])["limit_withdrawn"] == 2
    last = found(ledger, made.plan.end_on, every)
    assert on(last, "own")["operating_cash_flow"] == 3, "the squeeze"
    assert on(last, slow["customer_id"])["litigation"] >= 1
    quiet = quiet_customers(made, ledger)
    alarmed = last.filter(pl.col("subject").is_in(sorted(quiet)) & pl.col("rule").is_in(POINTED))
    assert alarmed.is_empty(), alarmed.select("rule", "subject")


def weekly(made: Sample, ledger: Ledger, weeks: int) -> Iterable[tuple[date, pl.DataFrame]]:
    known = {name: rule for name, rule in rules().items() if rule.past and rule.about in ("customer", "company")}
    for back in range(weeks - 1, -1, -1):
        day = made.plan.end_on - timedelta(days=7 * back)
        yield day, found(ledger, day, known)


@pytest.mark.long
@pytest.mark.parametrize("seed", [201, 203])
def test_the_stories_week_by_week(seed: int) -> None:
    made = company(seed)
    ledger = ledger_of(made)
    slow, bust, limit = (story(made, name) for name in ("slow_then_fails", "bust_out", "limit_withdrawn"))
    quiet = sorted(quiet_customers(made, ledger))
    first: dict[tuple[str, str], date] = {}
    alarms: dict[str, int] = {}
    weeks = 39
    for day, findings in weekly(made, ledger, weeks):
        for rule, subject in findings.select("rule", "subject").iter_rows():
            first.setdefault((rule, subject), day)
        calm = findings.filter(pl.col("subject").is_in(quiet))
        for rule, count in calm["rule"].value_counts().iter_rows():
            alarms[rule] = alarms.get(rule, 0) + count

    def lead(rule: str, subject: str, until: date) -> int:
        return (until - first[rule, subject]).days

    assert lead("delay_rise", slow["customer_id"], slow["stop_on"]) >= 30
    assert lead("litigation", slow["customer_id"], slow["stop_on"]) >= 30
    assert lead("bust_out", bust["customer_id"], bust["jump_on"] + timedelta(days=60)) >= 14
    assert lead("limit_withdrawn", limit["customer_id"], limit["withdrawn_on"]) >= -7
    assert ("operating_cash_flow", "own") in first
    share = {rule: count / (weeks * len(quiet)) for rule, count in alarms.items()}
    assert all(share.get(rule, 0.0) <= 0.01 for rule in POINTED), share
    assert share.get("delay_rise", 0.0) <= 0.05, share

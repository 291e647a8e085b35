"""Watch: signs, payments out, unusual movements, the health check and the scoreboard on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from solvent.base.problem import Problem
from solvent.decisions.liquidity.liquidity import Outlook
from solvent.decisions.liquidity.watch.health import Finding
from solvent.files.commands.cash.names import CAUSE, COLOUR, SEVERITY
from solvent.files.language import Language
from solvent.files.screen import Screen
from solvent.files.sentences import SENTENCES
from solvent.payment.scoreboard import Scoreboard

MOST = 8


def signs(told: Outlook, screen: Screen) -> None:
    """The five signs of a break, each with its root cause."""
    language = screen.language
    screen.heading("Signs of a break")
    rows = []
    for sign in told.signs:
        state = "not known" if sign.present is None else "present" if sign.present else "not present"
        cause = "" if sign.cause is None else language.say(CAUSE.get(sign.cause, sign.cause))
        rows.append((_sentence(sign.code, {}, language), language.say(state), cause))
    screen.table(("sign", "state", "root cause"), rows, left=3)


def spending(told: Outlook, screen: Screen, currency: str) -> None:
    """Which bills to pay when."""
    language, plan = screen.language, told.spending
    if plan.bills.is_empty():
        return
    screen.heading("Payments out, planned")
    rows = [
        (
            "-" if row["pay_on"] is None else language.day(row["pay_on"]),
            row["bill_id"],
            row["supplier_name"] or row["supplier_id"] or "",
            language.money(row["amount"], currency),
            language.day(row["due_on"]),
        )
        for row in plan.bills.head(MOST).iter_rows(named=True)
    ]
    screen.table(("pay on", "bill", "supplier", "amount", "due"), rows, left=3)
    if plan.bills.height > MOST:
        screen.line(language.say("… and {count} more; --json tells all.", count=plan.bills.height - MOST), style="dim")
    if plan.feasible is False and plan.missing_on is not None:
        screen.line(
            language.say(
                "No plan keeps cash above the floor on the cautious path: {amount} are missing, first on {day}.",
                amount=language.money(plan.missing, currency),
                day=language.day(plan.missing_on),
            ),
            style="red",
        )


def movements(told: Outlook, screen: Screen) -> None:
    """What was not as usual on the accounts."""
    language, rows_ = screen.language, told.movements.rows
    if rows_.is_empty():
        return
    screen.heading("Unusual movements")
    rows = [
        (
            language.day(row["day_on"]),
            _sentence(row["code"], row, language),
            row["counterparty"] or row["account_id"] or "",
            language.money(row["amount"], row["currency"]),
        )
        for row in rows_.head(MOST).iter_rows(named=True)
    ]
    screen.table(("day", "what", "who", "amount"), rows, left=3)


def health(told: Outlook, screen: Screen, currency: str) -> None:
    """The company's check, the worst first."""
    language = screen.language
    screen.heading("Company health check")
    rows = []
    for finding in told.health:
        colour = finding.severity
        told_action = "" if not finding.action else _sentence(finding.action, {}, language)
        rows.append(
            (
                language.say(SEVERITY[colour]),
                _sentence(finding.code, {}, language),
                _figure(finding.figure, finding, language, currency),
                _figure(finding.line, finding, language, currency),
                told_action,
            )
        )
    screen.coloured(("", "finding", "figure", "line", "next"), rows, [COLOUR[f.severity] for f in told.health])


_BY = {
    "solvent": "Solvent",
    "due_date": "the due date",
    "customer_mean": "due date and the customer's mean delay",
    "conditional": "the customer's longer delays",
}


def board(scored: Scoreboard, screen: Screen) -> None:
    """How good the forecasts of the last month ends were, beside the plain ways."""
    language = screen.language
    if scored.items.is_empty():
        return
    screen.heading("Scoreboard: forecasts of the last month ends, and what came")
    means = scored.items.group_by("by", maintain_order=True).agg(pl.col("mae_days", "crps", "coverage_80").mean())
    leads = {(row["by"], row["lead_weeks"]): row["wape"] for row in scored.leads.iter_rows(named=True)}
    rows = [
        (
            language.say(_BY.get(row["by"], row["by"])),
            language.days(row["mae_days"]),
            language.number(row["crps"]),
            language.share(row["coverage_80"]),
            *(language.share(leads.get((row["by"], week))) for week in (1, 4, 8)),
        )
        for row in means.iter_rows(named=True)
    ]
    heads = ("predicted by", "mean error, days", "CRPS, days", "in the 80 % band", "cash, week 1", "week 4", "week 8")
    screen.table(heads, rows)


def _figure(value: float | None, finding: Finding, language: Language, currency: str) -> str:
    if value is None:
        return "-"
    if finding.unit == "minor units":
        return language.money(round(value), currency)
    if finding.unit in ("share", "chance"):
        return language.share(value)
    return language.number(value)


def _sentence(code: str, facts: Mapping[str, Any], language: Language) -> str:
    """The words of a code of the cash floor."""
    plain = {name: value for name, value in facts.items() if isinstance(value, (int, float, str)) or value is None}
    return language.problem(Problem(code, "", plain)) if code in SENTENCES else code

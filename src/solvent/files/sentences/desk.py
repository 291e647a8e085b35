"""Desk: what the pages of the credit desk say where what was typed cannot be read or done."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "desk.choice": "{value} is none of the choices; choose one of the list",
    "desk.currency": "{value} is no currency; write its three letters, as CNY or EUR",
    "desk.day": "{value} is no day; write it like 2026-03-10",
    "desk.deposit": "{value} is no deposit of this order; write an amount up to the order's, or per cent, as 30%",
    "desk.gate_open": "{customer} cannot be admitted yet: {step} is neither passed nor waived",
    "desk.nobody": "no customer is called {name}; type part of a name, or the number",
    "desk.not_released": "nothing is held for {customer}: the check does not say yes any more; look at its reasons",
    "desk.number": "{value} is no amount; write it like 45000.00",
    "desk.reason": "a reason has to be given",
    "desk.several": "several customers fit {name}; choose one of the list, or type the number",
    "desk.share": "{value} is no share; write per cent from 0 to 100",
    "desk.statement_ahead": "the period ends on {day}, which is still to come; statements tell of what is over",
    "desk.statement_balance": "total assets and total liabilities plus equity differ by {currency} {gap_amount}; "
    "one of the three is wrong",
    "desk.statement_empty": "no line is filled in; copy at least one from the statement",
    "desk.whole": "{value} is no whole number from 0 to {most}",
}

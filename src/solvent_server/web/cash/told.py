"""Told: the plain values of a report as a reader reads them: money, days, shares and the sentences of codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from solvent.base.money import minor
from solvent.base.problem import Problem
from solvent.files.commands.cash.names import CAUSE, FLOW, GROUP, SCENARIO, SEVERITY, STEP
from solvent.files.language import Language
from solvent.files.sentences import SENTENCES

NONE = "–"
NAMES: Mapping[str, Mapping[str, str]] = {
    "flow": FLOW,
    "group": GROUP,
    "cause": CAUSE,
    "scenario": SCENARIO,
    "severity": SEVERITY,
    "step": STEP,
    "by": {
        "solvent": "Solvent",
        "due_date": "the due date",
        "customer_mean": "due date and the customer's mean delay",
        "conditional": "the customer's longer delays",
    },
    "pool": {
        "reserve": "cash reserve of one month of fixed cost",
        "receivables": "assignable insured receivables",
        "lines": "free committed credit lines",
    },
    "compared": {
        **FLOW,
        "customer": "receipts from customers",
        "supplier": "payments to suppliers",
        "uncategorised": "without a category",
        "net": "net cash flow",
    },
}
"""What codes are called, by kind of code."""


@dataclass(frozen=True)
class Told:
    """How one reader is told the figures of one company.

    currency: of the books. Amounts come as decimal text in main units, as the report has them.
    """

    language: Language
    currency: str

    def money(self, told: str | None, currency: str | None = None) -> str:
        """An amount with all its decimals."""
        unit = currency or self.currency
        return NONE if told is None else self.language.money(minor(Decimal(told), unit), unit)

    def brief(self, told: str | float | None) -> str:
        """An amount in few characters."""
        return NONE if told is None else self.language.brief(float(told))

    def day(self, told: str | date | None) -> str:
        """A day in words."""
        return NONE if told is None else self.language.day(_day(told))

    def short(self, told: str | date | None) -> str:
        """Day and month."""
        return NONE if told is None else self.language.short_day(_day(told))

    def share(self, told: float | None) -> str:
        """A share as per cent."""
        return NONE if told is None else self.language.share(told)

    def days(self, told: float | None) -> str:
        """A number of days."""
        return NONE if told is None else self.language.days(told)

    def name(self, kind: str, code: str | None) -> str:
        """What a code of a kind is called; a code without a name stands for itself."""
        return "" if code is None else self.language.say(NAMES[kind].get(code, code.replace("_", " ")))

    def sentence(self, code: str | None, facts: Mapping[str, Any] | None = None) -> str:
        """The words of a code."""
        if not code or code not in SENTENCES:
            return code or ""
        plain = {key: fact for key, fact in (facts or {}).items() if isinstance(fact, (int, float, str))}
        return self.language.problem(Problem(code, "", plain))

    def problem(self, told: Mapping[str, Any] | None) -> str:
        """A problem of the report, in a sentence."""
        return "" if told is None else self.sentence(told["code"], told["facts"])

    def figure(self, value: float | str | None, unit: str) -> str:
        """A figure of the health check or of a sign in its own unit."""
        language = self.language
        if value is None:
            return NONE
        if isinstance(value, str):
            return self.money(value)
        if unit == "minor units":
            return language.money(round(value), self.currency)
        if unit.startswith(("share", "chance")):
            return language.share(value)
        if unit.startswith("days"):
            return language.days(value)
        if unit in ("months", "uses in three months"):
            return language.count(round(value))
        return language.number(value)


def together(text: str) -> str:
    """A sentence in which no line ends between a currency and its amount.

    >>> together("CNY 5.00 are due, USD -3 not").count("\\u00a0")
    2
    """
    return _AMOUNT.sub("\\1\u00a0", text)


_AMOUNT = re.compile(r"\b([A-Z]{3}) (?=[-\u2212]?\d)")


def _day(told: str | date) -> date:
    return told if isinstance(told, date) else date.fromisoformat(told)

"""Words: what the desk's codes are called beside those that the command line names, and reasons with their facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from solvent.base.problem import Fact, Problem
from solvent.decisions.limits.order.rule import Finding
from solvent.files.commands.credit.order_names import EFFECT, EVENT, KIND, REGISTER, RULE
from solvent.files.language import Language

STATES: Mapping[str, str] = {
    "waiting": "waits for a second person",
    "approved": "approved by a second person",
    "alone": "within one's own authority",
    "refused": "was refused",
    "withdrawn": "was taken back",
}
"""What became of a proposal."""
RESERVED: Mapping[str, str] = {
    "held": "held",
    "ordered": "held for an order that was taken",
    "released": "released",
    "expired": "ran out",
    "in_books": "the order is in the books",
}
"""What became of a reservation."""
STAGE: Mapping[str, str] = {
    "order": "take the order",
    "pick": "pick the goods",
    "ship": "ship the goods",
    "invoice": "invoice what was delivered",
}
"""What is asked for."""
VERDICT: Mapping[str, str] = {
    "yes": "Yes: the order may go ahead",
    "no": "No: the order may not go ahead",
    "approval": "Only with approval",
}
SIGN: Mapping[str, str] = {"yes": "●", "no": "■", "approval": "▲"}
BED: Mapping[str, str] = {"yes": "green", "no": "red", "approval": "yellow"}
MARK: Mapping[str, str] = {"passed": "●", "no": "■", "approval": "▲", "warn": "▲"}
NO_CASH: Mapping[str, str] = {
    "soon": "The paths of cash are being made: it takes a few seconds, and the answer shows here by itself.",
    "in_books": "The order is in the books already, so the cash line holds it as it is.",
    "delivered": "What was delivered is invoiced in any case: it changes nothing about cash.",
    "none": "Not looked at: the cash line needs bank balances and a floor. Import balances; then it answers.",
}
"""Why a check says nothing about cash, and what helps."""
_NAMES: Mapping[str, Mapping[str, str]] = {"event": EVENT, "state": REGISTER, "kind": KIND}

_DAYS = ("day", "until")


@dataclass(frozen=True)
class Line:
    """A rule's finding as a reader reads it. mark: its sign; why: in a sentence, empty where the rule is kept."""

    rule: str
    mark: str
    result: str
    value: str
    line: str
    why: str
    passed: bool


def told(problem: Problem, language: Language, currency: str) -> str:
    """A reason in words: amounts with their decimals, codes by their names."""
    facts: dict[str, Fact] = {}
    for name, value in problem.facts.items():
        facts[name] = value
        if name.endswith("_amount"):
            facts[name] = language.money(None if value is None else int(value), currency)
        elif name in _NAMES:
            facts[name] = language.say(_NAMES[name].get(str(value), str(value)))
        elif name in _DAYS and value:
            facts[name] = language.day(date.fromisoformat(str(value)))
    return language.problem(replace(problem, facts=facts))


def line(found: Finding, language: Language, currency: str) -> Line:
    """A finding in words."""
    part = "event" if found.part.startswith("event:") else found.part
    result = "passed" if found.passed else found.effect
    return Line(
        language.say(RULE.get(f"{found.rule}.{part}", found.rule)),
        MARK[result],
        language.say(EFFECT[result]),
        _cell(found.value, found.unit, language, currency),
        _cell(found.line, found.unit, language, currency),
        "" if found.passed else told(found.why, language, currency),
        found.passed,
    )


def _cell(value: float | str | None, unit: str, language: Language, currency: str) -> str:
    if value is None:
        return "–"
    if unit == "money" and isinstance(value, int):
        return language.money(value, currency)
    if unit == "share" and isinstance(value, (int, float)):
        return language.share(float(value))
    if isinstance(value, str) and unit == "day":
        return language.day(date.fromisoformat(value))
    if isinstance(value, str):
        return language.say(EVENT.get(value) or REGISTER.get(value) or value)
    return language.count(int(value))

"""Views of figures: one figure opened: formula, variant, inputs, decided numbers, source, day, and its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl
from django.http import Http404, HttpResponse

from solvent.base.money import minor
from solvent.base.problem import Problem
from solvent.base.terms import terms_of
from solvent_server.web.alarms.rules import policy_of
from solvent_server.web.customers.frames import table_of
from solvent_server.web.figures.behind import largest
from solvent_server.web.figures.known import INPUTS, KNOWN, Known
from solvent_server.web.parts.page import Look, page

CASH = frozenset({"cash", "lowest", "chance"})
"""Figures that only those may open who may see cash."""


@dataclass(frozen=True)
class Explained:
    """A figure as its page tells it. terms: name in the policy, value, unit, source. why: it has no value because."""

    title: str
    value: str
    formula: str
    variant: str
    inputs: Sequence[tuple[str, str]]
    terms: Sequence[tuple[str, str, str, str]]
    source: str
    day: str
    rows: str
    why: str


@page("see")
def figure(look: Look, name: str) -> HttpResponse:
    """One figure, as a page or as the part of another that asks for it."""
    known = KNOWN.get(name)
    if known is None or (name in CASH and not look.may("see_cash")):
        raise Http404
    template = "figures/part.html" if look.request.headers.get("HX-Request") else "figures/one.html"
    small = template == "figures/part.html"
    return look.render(
        template, here="", one=explained(look, known), behind=() if small else largest(look, known), name=name,
    )  # fmt: skip


def explained(look: Look, known: Known) -> Explained:
    """All that is known of how a figure came about."""
    assert look.kept is not None
    table = table_of(look.kept, "explained") if known.measure else None
    rows = [] if table is None else table.filter(pl.col("figure") == known.measure).collect().to_dicts()
    report = look.kept.report
    value = rows[0]["value"] if rows else _value(report, known)
    inputs = [
        (look.say(INPUTS[row["input"]][0]), shown(look, json.loads(row["told"]), INPUTS[row["input"]][1]))
        for row in rows
        if row["input"] in INPUTS
    ]
    inputs += [(look.say(label), shown(look, at(report, path), kind)) for path, label, kind in known.inputs]
    page_, asked = known.rows
    to = look.address(page_) + (f"?{asked}" if asked else "") if page_ else ""
    return Explained(
        look.say(known.title), shown(look, value, known.kind), look.say(known.formula),
        rows[0]["variant"] if rows else "", inputs, _terms(look, known), known.source,
        look.language.day(look.kept.as_of), to, _why(look, rows),
    )  # fmt: skip


def _value(report: Mapping[str, Any], known: Known) -> Any:
    """The value out of the report; of weeks the least."""
    path, _, last = known.report.rpartition(".")
    found = at(report, path) if path else None
    if isinstance(found, list):
        told = [row[last] for row in found[:13] if row.get(last) is not None]
        return min(told, key=float, default=None)
    return at(report, known.report)


def at(report: Mapping[str, Any], path: str) -> Any:
    """What stands in the report under a path with points; None where nothing does."""
    told: Any = report
    for part in path.split("."):
        told = told.get(part) if isinstance(told, Mapping) else None
    return told


def shown(look: Look, value: Any, kind: str) -> str:
    """A value as a reader reads it. Money comes as decimal text of the report, or in minor units of a measure."""
    assert look.kept is not None
    language, currency = look.language, look.kept.currency
    if value is None:
        return "–"
    if kind == "money":
        units = minor(Decimal(value), currency) if isinstance(value, str) else round(value)
        return f"{language.money(units, currency)} {currency}"
    if kind == "share":
        return language.share(float(value))
    if kind == "days":
        return look.say("{days} days", days=language.days(float(value)))
    if kind == "count":
        return language.count(int(value))
    if kind == "number":
        return language.number(float(value), 0 if float(value).is_integer() else 2)
    return str(value)


def _terms(look: Look, known: Known) -> Sequence[tuple[str, str, str, str]]:
    """The decided numbers that the figure obeyed, as they were on the day of the assessment."""
    assert look.kept is not None
    policy, told = policy_of(look.kept), []
    for kind in known.terms:
        decided = policy.terms(kind)
        for name, field in terms_of(kind).items():
            value = getattr(decided, name)
            text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            told.append((f"{kind.key}.{name}", text, field.metadata["unit"], field.metadata["source"]))
    return told


def _why(look: Look, rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows or not rows[0]["why"]:
        return ""
    code, facts = json.loads(rows[0]["why"])
    return look.language.problem(Problem(code, "", facts))

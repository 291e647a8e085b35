"""Rules: the page of every rule in its layer, and of one: what it reads, its lines and terms, how good it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.http import Http404, HttpResponse

from solvent.base.terms import Policy, terms_of
from solvent.decisions.warnings.engine import Engine
from solvent.decisions.warnings.rule import Rule, rules
from solvent.files.language import Language
from solvent.files.notify.words import LAYER, OWNER, figure
from solvent.files.sentences.documents.names import NAMES
from solvent_server.store.keeping import tested
from solvent_server.store.keeping.assessments import Kept
from solvent_server.web.alarms.gathered import TIERS, alive, says, titles, who
from solvent_server.web.charts.warned import backtest
from solvent_server.web.parts.page import Look, page

ABOUT: Mapping[str, str] = {
    "company": "our own company",
    "customer": "each customer",
    "group": "each group of customers",
    "country": "each country",
    "region": "each region",
    "industry": "each industry",
    "facility": "each bank line",
}
SHOWN = 10
"""So many alarms of a rule are shown on its page."""


@dataclass(frozen=True)
class Line:
    """From where a tier begins."""

    tier: str
    crossed: str
    value: str
    unit: str


@dataclass(frozen=True)
class Decided:
    """A number that the company decides. changed: it is not the default."""

    name: str
    value: str
    unit: str
    source: str
    changed: bool


@page("see")
def every_rule(look: Look) -> HttpResponse:
    """Every rule in its layer, with what it finds now."""
    assert look.kept is not None
    known, called, off = rules(), titles(), _off(policy_of(look.kept))
    live = alive(look)
    found = dict(live.group_by("rule").agg(pl.col("tier")).iter_rows())
    layers: list[tuple[str, list[dict[str, Any]]]] = []
    for layer, heading in LAYER.items():
        told = [
            {
                "name": name,
                "title": called.get(name, name),
                "about": ABOUT[rule.about],
                "owner": OWNER[rule.owner],
                "off": name in off,
                "counts": [(tier, found.get(name, []).count(tier)) for tier in reversed(TIERS)],
            }
            for name, rule in known.items()
            if rule.layer == layer
        ]
        layers.append((heading, sorted(told, key=lambda row: [-count for _, count in row["counts"]])))
    return look.render("alarms/rules.html", here="alarms", layers=layers)


@page("see")
def rule(look: Look, rule: str) -> HttpResponse:
    """One rule."""
    assert look.kept is not None
    name, told = rule, rules().get(rule)
    if told is None:
        raise Http404
    policy = policy_of(look.kept)
    rows = alive(look).filter(pl.col("rule") == name).sort("rank", descending=True)
    return look.render(
        "alarms/rule.html",
        here="alarms",
        name=name,
        title=titles().get(name, name),
        reads=reads(told),
        about=ABOUT[told.about],
        layer=LAYER[told.layer],
        owner=OWNER[told.owner],
        off=name in _off(policy),
        past=told.past,
        lines=_lines(told, policy, look.language),
        terms=_terms(told, policy, look.language),
        found=[
            {
                "tier": row["tier"],
                "who": who(row, look.language),
                "says": says(row, look.language, look.kept.currency),
                "to": look.address("alarm", row["case_id"]),
            }
            for row in rows.head(SHOWN).iter_rows(named=True)
        ],
        count=rows.height,
        back=_back(look, name),
    )


def reads(told: Rule) -> str:
    """What a rule reads: the first words of the function that reads it."""
    return " ".join((told.read.__doc__ or "").split("\n\n")[0].split())


def policy_of(kept: Kept) -> Policy:
    """The policy that an assessment was made with."""
    told: Mapping[str, Sequence[Mapping[str, Any]]] = kept.report["policy"]
    overrides = {
        key: [
            (date.fromisoformat(entry["since"]), {name: value for name, value in entry.items() if name != "since"})
            for entry in entries
        ]
        for key, entries in told.items()
    }
    return Policy(kept.as_of, overrides)


def _off(policy: Policy) -> frozenset[str]:
    return frozenset(name.strip() for name in policy.terms(Engine).off.split(",") if name.strip())


def _lines(told: Rule, policy: Policy, language: Language) -> Sequence[Line]:
    drawn = told.lines(policy.terms(told.terms))
    unit = "" if told.unit == "share" else NAMES["unit"].get(told.unit, told.unit)
    return [
        Line(tier, NAMES["crossed"][told.crossed], figure(value, told.unit, language), unit)
        for tier, value in zip(TIERS, (drawn.yellow, drawn.orange, drawn.red))
        if value is not None
    ]


def _terms(told: Rule, policy: Policy, language: Language) -> Sequence[Decided]:
    stand = policy.terms(told.terms)
    rows = []
    for name, term in terms_of(told.terms).items():
        value = getattr(stand, name)
        rows.append(
            Decided(
                f"{told.terms.key}.{name}",
                _value(value, language),
                term.metadata["unit"],
                term.metadata["source"],
                value != term.default,
            )
        )
    return rows


def _value(value: object, language: Language) -> str:
    if isinstance(value, bool):
        return language.say("yes") if value else language.say("no")
    if isinstance(value, int):
        return language.count(value)
    if isinstance(value, float):
        return language.number(value, 0 if value == int(value) else 2)
    if isinstance(value, tuple):
        return ", ".join(_value(part, language) for part in value)
    return str(value)


def _back(look: Look, name: str) -> Mapping[str, Any] | None:
    """The back-test of a rule, where one is kept."""
    kept = tested.latest(look.company.code)
    if kept is None:
        return None
    rows = kept.table.filter(pl.col("rule") == name)
    if not rows.height:
        return None
    row = rows.row(0, named=True)
    return {"as_of": kept.as_of, "chart": backtest(row, look.language), **row}

"""Sections: what one customer's page tells part by part: grade, file, statements, events, findings, contract, group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from solvent.base.money import UNKNOWN
from solvent.books.credit.registry import STEPS
from solvent.books.customers import LINES
from solvent.documents.content import Kind, Value, count, country, day, days, flag, money, rate, share, text, word
from solvent.documents.credit.granted import CLAUSES
from solvent.documents.credit.record import RATIOS
from solvent.files.commands.credit.grade_words import AXIS, CAP, FACTOR, LOOK, STATE, UNIT
from solvent.files.language import Language
from solvent.files.notify.words import sentence, title
from solvent.files.pages.told import shown
from solvent_server.web.customers.frames import rows_of, table_of
from solvent_server.web.parts.page import Look

TIERS = ("green", "yellow", "orange", "red")
SIGN = {"fresh": "●", "old": "▲", "missing": "○"}
STEP_SIGN = {"passed": "●", "waived": "●", "failed": "■", "open": "○", "expired": "▲"}
KINDS: Mapping[str, str] = {
    "event": "event", "limit": "limit", "review": "review", "screening": "screening", "asked": "asked for credit",
    "admission": "admission", "contract": "contract signed", "registry": "register looked up",
}  # fmt: skip
FAMILY: Mapping[str, str] = {
    "event": "event", "limit": "limit_kind", "screening": "screen", "registry": "status",
}  # fmt: skip
MOST = 40
PEERS = 30


@dataclass(frozen=True)
class Points:
    """One factor of the card in words. lost: empty where none are; half: not known, counted neutral."""

    factor: str
    look: str
    value: str
    points: str
    best: str
    lost: str
    unknown: bool
    changeable: bool


def card(look: Look, customer_id: str) -> Sequence[tuple[str, Sequence[Points]]]:
    """The printed card: each axis with its factors, the costliest first."""
    assert look.kept is not None
    return card_of(look, rows_of(look.kept, "card", customer_id))


def card_of(look: Look, rows: Sequence[Mapping[str, Any]]) -> Sequence[tuple[str, Sequence[Points]]]:
    """The printed card out of its rows; none where there are none."""
    language = look.language
    return [
        (
            look.say(name),
            [
                Points(
                    look.say(FACTOR.get(row["factor"], row["factor"])),
                    look.say(LOOK.get(row["look"], row["look"])),
                    value_text(row["value"], row["unit"], language),
                    language.number(row["points"], 1),
                    language.number(row["best"], 1),
                    language.number(row["lost"], 1) if row["lost"] > 0 else "",
                    row["value"] is None,
                    row["changeable"],
                )
                for row in rows
                if row["axis"] == axis
            ],
        )
        for axis, name in AXIS.items()
        if rows
    ]


def reasons(look: Look, customer_id: str, row: Mapping[str, Any]) -> Sequence[str]:
    """The grade's reasons in a sentence each: what caps it, then the factors that cost most."""
    assert look.kept is not None
    return reasons_of(look, row, rows_of(look.kept, "card", customer_id))


def reasons_of(look: Look, row: Mapping[str, Any], points: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """A grade's reasons out of the row of the grade and those of its card."""
    told = []
    if row.get("capped_by"):
        cap = look.say(CAP.get(row["capped_by"], row["capped_by"]))
        told.append(look.say("By points it would be {grade}; what caps it: {cap}.", grade=row["own_grade"], cap=cap))
    costly = [one for one in points if one["lost"] > 0]
    for one in sorted(costly, key=lambda each: -each["lost"])[:5]:
        name, lost = look.say(FACTOR.get(one["factor"], one["factor"])), look.language.number(one["lost"], 1)
        value = value_text(one["value"], one["unit"], look.language)
        told.append(look.say("{factor}: {value}; it costs {lost} points.", factor=name, value=value, lost=lost))
    return told


def value_text(value: float | None, unit: str, language: Language) -> str:
    """A factor's value as a person reads it."""
    if value is None:
        return language.say("not known")
    if unit == "share":
        return language.share(value)
    if unit in UNIT:
        return language.say(UNIT[unit]).format(value=language.number(value, {"days": 0, "years": 1}.get(unit, 2)))
    return language.number(value, 0 if float(value).is_integer() else 2)


def findings(look: Look, customer_id: str) -> Sequence[Mapping[str, str]]:
    """Warnings that stand on the customer, the worst first."""
    assert look.kept is not None
    rows = [one for one in rows_of(look.kept, "findings", customer_id, "subject") if one["about"] == "customer"]
    language, currency = look.language, look.kept.currency
    return [
        {
            "tier": TIERS[min(row["tier"], 3)], "rule": row["rule"], "title": title(row["rule"], language),
            "says": sentence(row["rule"], row["facts"], language, currency),
            "next": sentence(row["rule"], row["facts"], language, currency, ".next"),
        }
        for row in sorted(rows, key=lambda one: -one["tier"])
    ]  # fmt: skip


def timeline(look: Look, customer_id: str) -> Sequence[Mapping[str, str]]:
    """What happened, the newest first."""
    assert look.kept is not None
    language = look.language
    told = []
    for row in rows_of(look.kept, "timeline", customer_id)[:MOST]:
        family = FAMILY.get(row["kind"])
        what = ""
        if row["what"]:
            what = (
                shown(word(family, row["what"]), language) if family else look.say(OURS.get(row["what"], row["what"]))
            )
        amount = "" if row["amount"] is None else shown(money(row["amount"], row["currency"]), language)
        detail = row["detail"] or ""
        if row["kind"] == "screening":
            outcome, _, why = detail.partition(" ")
            detail = " · ".join(part for part in (look.say(STATE.get(outcome, outcome)), why) if part)
        told.append(
            {
                "on": language.day(row["on"]), "kind": look.say(KINDS[row["kind"]]), "what": what, "amount": amount,
                "who": row["who"] or "", "detail": detail,
            }
        )  # fmt: skip
    return told


OURS: Mapping[str, str] = {
    "file": "credit file", "terms": "terms and discounts", "payment_record": "payment record",
    "risk": "country, region and industry risks", "limit": "credit limit",
    "admitted": "admitted", "refused": "refused", "withdrawn": "withdrawn",
}  # fmt: skip
"""What reviews and decisions on admission are called."""


def register(look: Look, customer_id: str) -> Sequence[tuple[str, str]]:
    """What the newest extract of the register says."""
    assert look.kept is not None
    found = rows_of(look.kept, "register", customer_id)
    if not found:
        return []
    row = found[0]
    currency = row["currency"] or UNKNOWN
    cells: dict[str, Value] = {
        "legal_name": text(row["legal_name"]), "status": word("status", row["status"]),
        "legal_form": text(row["legal_form"]), "founded_on": day(row["founded_on"]),
        "legal_representative": text(row["legal_representative"]), "capital": money(row["capital"], currency),
        "paid_in": money(row["paid_in"], currency), "employees": count(row["employees"]),
        "industry_code": text(row["industry_code"]), "address": text(row["address"]),
        "registration_no": text(row["registration_no"]), "parent_name": text(row["parent_name"] or row["parent_id"]),
        "told_on": day(row["told_on"]), "source": text(row["source"]),
    }  # fmt: skip
    language = look.language
    heads = {"told_on": look.say("Extract of"), "source": look.say("Source")}
    return [
        (heads.get(name) or shown(word("field", name), language), shown(value, language))
        for name, value in cells.items()
        if value.value is not None
    ]


def file_parts(look: Look, customer_id: str) -> Sequence[Mapping[str, str]]:
    """How old and complete each part of the file is, and what to get next for it."""
    assert look.kept is not None
    language = look.language
    steps = {row["part"]: row for row in reversed(rows_of(look.kept, "next_steps", customer_id))}
    told = []
    for row in rows_of(look.kept, "parts", customer_id):
        step = steps.get(row["part"], {})
        link = str(step.get("link") or "")
        told.append(
            {
                "part": shown(word("part", row["part"]), language),
                "state": shown(word("state", row["state"]), language),
                "sign": SIGN.get(row["state"], "○"), "newest": shown(day(row["newest_on"]), language),
                "filled": language.share(row["filled_share"]),
                "next": shown(word("step", step["step"]), language) if step else "",
                "link": link if link.startswith("https://") else "",
            }
        )  # fmt: skip
    return told


def screening(look: Look, customer_id: str) -> Sequence[Mapping[str, Any]]:
    """The steps of the screening."""
    assert look.kept is not None
    language = look.language
    rows = {row["step"]: row for row in rows_of(look.kept, "steps", customer_id)}
    return [
        {
            "step": look.say(LOOK[step]), "gate": row["gate"], "sign": STEP_SIGN[row["state"]],
            "state": look.say(STATE[row["state"]]), "told": shown(day(row["told_on"]), language),
            "until": shown(day(row["expires_on"]), language), "who": row["reviewer"] or "",
        }
        for step in STEPS
        if (row := rows.get(step)) is not None
    ]  # fmt: skip


@dataclass(frozen=True)
class Side:
    """Figures of two years side by side: the ends of the periods, then a row a line."""

    ends: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


def statements(look: Look, customer_id: str) -> tuple[Side | None, Side | None]:
    """The customer's statements and their ratios; None where there are none."""
    assert look.kept is not None
    return sides(look, *(rows_of(look.kept, name, customer_id) for name in ("sheets", "ratios")))


def sides(
    look: Look, sheets: Sequence[Mapping[str, Any]], ratios: Sequence[Mapping[str, Any]]
) -> tuple[Side | None, Side | None]:
    """Statements and ratios side by side, a row a period each."""
    language = look.language
    lines = [
        (shown(word("line", name), language), [shown(money(one[name], one["currency"]), language) for one in sheets])
        for name in LINES
        if any(one.get(name) is not None for one in sheets)
    ]
    cells: list[tuple[str, Sequence[str]]] = [
        (shown(word("ratio", name), language), [shown(Value(kind, one.get(name)), language) for one in ratios])
        for name, kind in RATIOS.items()
        if any(one.get(name) is not None for one in ratios)
    ]
    if any(one.get("altman_zone") for one in ratios):
        zones = [shown(word("zone", one.get("altman_zone")), language) for one in ratios]
        cells.append((shown(word("ratio", "altman_zone"), language), zones))
    ends = [[shown(day(one["period_end"]), language) for one in told] for told in (sheets, ratios)]
    return (Side(ends[0], lines) if lines else None, Side(ends[1], cells) if cells else None)


def clauses(look: Look, customer_id: str) -> Sequence[Mapping[str, str]]:
    """What is missing, unclear or worse than it ought to be in its contracts, the heaviest first."""
    assert look.kept is not None
    language = look.language
    rows = sorted(rows_of(look.kept, "clauses", customer_id), key=lambda one: -one["weight"])
    return [
        {
            "contract": row["contract_id"] or "–",
            "finding": shown(word("finding", row["kind"] if row["sure"] else f"{row['kind']}_perhaps"), language),
            "clause": shown(word("field", row["clause"]), language) if row["clause"] else "–",
            "told": _clause(row["clause"], row["told"], language),
            "wanted": _clause(row["clause"], row["wanted"], language),
            "weight": shown(word("weight", str(row["weight"])), language),
        }
        for row in rows
    ]  # fmt: skip


def _clause(name: str | None, value: float | None, language: Language) -> str:
    kind: Kind = CLAUSES.get(name or "", "number")
    if value is None or kind in ("text", "country"):
        return "–"
    made = {"flag": lambda: flag(bool(value)), "count": lambda: count(round(value)), "rate": lambda: rate(value),
            "days": lambda: days(value), "share": lambda: share(value)}  # fmt: skip
    return shown(made.get(kind, lambda: Value(kind, value))(), language)


def facts(look: Look, row: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """What our own record says of the customer."""
    language = look.language
    cells = {
        "country": country(row.get("country")), "region": text(row.get("region")),
        "industry": text(row.get("industry")), "salesperson": text(row.get("salesperson")),
        "terms_days": days(row.get("terms_days")),
    }  # fmt: skip
    return [
        (shown(word("field", name), language), shown(value, language))
        for name, value in cells.items()
        if value.value is not None
    ]


def members(look: Look, customer_id: str) -> Sequence[Mapping[str, Any]]:
    """The others of its connected group, with grade and exposure, the largest first."""
    assert look.kept is not None
    tree = table_of(look.kept, "members")
    mine = rows_of(look.kept, "members", customer_id)
    if tree is None or not mine or (mine[0]["members"] or 1) < 2:
        return []
    others = tree.filter(pl.col("name_id") == mine[0]["name_id"], pl.col("customer_id") != customer_id)
    known = look.kept.frame("customers").select("customer_id", "grade", "tier", "exposure", "overdue", "limit")
    rows = others.join(known, on="customer_id", how="left").sort("exposure", descending=True, nulls_last=True)
    language, currency = look.language, look.kept.currency
    return [
        {
            "customer_id": row["customer_id"], "name": row["name"], "grade": row["grade"] or "–", "tier": row["tier"],
            "exposure": language.money(row["exposure"], currency), "limit": language.money(row["limit"], currency),
            "parent": row["customer_id"] == mine[0]["parent_id"],
        }
        for row in rows.head(PEERS).collect().iter_rows(named=True)
    ]  # fmt: skip

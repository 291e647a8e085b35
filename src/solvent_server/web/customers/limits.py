"""Limits: one customer's limit as its pages show it: each method, what is proposed and why, what was decided before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from solvent.files.commands.credit.limit_names import LACKS, METHOD, MOVE, WHY
from solvent_server.web.customers.frames import rows_of
from solvent_server.web.parts.page import Look


@dataclass(frozen=True)
class Method:
    """One method: its amount in words, what it lacks, whether it decides."""

    name: str
    amount: str
    lacks: str
    decides: bool


@dataclass(frozen=True)
class Limited:
    """All that is shown of a customer's limit. facts: what is proposed, line by line."""

    move: str
    why: str
    proposed: str
    standing: str
    methods: Sequence[Method]
    facts: Sequence[tuple[str, str]]
    past: Sequence[Mapping[str, str]]


def limit_of(look: Look, customer_id: str) -> Limited | None:
    """The customer's limit; None where the assessment says nothing of it."""
    assert look.kept is not None
    found = rows_of(look.kept, "limits", customer_id)
    if not found:
        return None
    row, language, currency = found[0], look.language, look.kept.currency

    def money(value: int | None, none: str) -> str:
        return look.say(none) if value is None else f"{currency}\u00a0{language.money(value, currency)}"

    by = row["decided_by"]
    methods = [
        Method(
            look.say(METHOD.get(one["method"], one["method"])),
            "–" if one["amount"] is None else language.money(one["amount"], currency),
            look.say(LACKS.get(one["lacks"], one["lacks"])) if one["lacks"] else "",
            one["method"] in (by, row["method"]),
        )
        for one in rows_of(look.kept, "methods", customer_id)
    ]
    told = [
        ("The methods allow", money(row["allowed"], "undecided")),
        ("Set by", look.say(METHOD.get(by, by)) if by else "–"),
        ("Terms, days", "–" if row["terms_days"] is None else language.count(row["terms_days"])),
        ("Deposit", language.share(row["deposit_share"])),
    ]
    if row["trial_amount"] is not None:
        told.append(("Largest trial order", money(row["trial_amount"], "–")))
    if row["points"] is not None:
        told.append(("Credit points", language.number(row["points"], 0)))
    told.append(("A second person must approve", look.say("yes" if row["second_person"] else "no")))
    return Limited(
        look.say(MOVE[row["move"]]), look.say(WHY[row["why"]]), money(row["amount"], "undecided"),
        money(row["standing_amount"], "undecided"), methods, [(look.say(name), value) for name, value in told],
        _past(look, customer_id),
    )  # fmt: skip


def _past(look: Look, customer_id: str) -> list[Mapping[str, str]]:
    """What was decided before, the newest first."""
    assert look.kept is not None
    language = look.language

    def day(value: date | None) -> str:
        return "–" if value is None else language.day(value)

    def cell(row: Mapping[str, Any]) -> Mapping[str, str]:
        return {
            "number": row["limit_id"], "since": day(row["counts_from"]), "until": day(row["counts_until"]),
            "amount": f"{row['currency']}\u00a0{language.money(row['amount'], row['currency'])}",
            "terms": "–" if row["terms_days"] is None else language.count(row["terms_days"]),
            "change": "–" if row["change_share"] is None else language.share(row["change_share"]),
            "by": row["decided_by"] or "–", "approved": row["approved_by"] or "–", "reason": row["reason"] or "",
        }  # fmt: skip

    return [cell(row) for row in reversed(rows_of(look.kept, "decisions", customer_id))]

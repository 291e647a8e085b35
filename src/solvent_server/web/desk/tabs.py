"""Tabs: the pages of the desk with what waits on each, and a proposal as each of them shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from solvent_server.store import facts
from solvent_server.store.desk import proposals
from solvent_server.store.keeping.assessments import Kept
from solvent_server.store.models import Proposal
from solvent_server.web.customers.frames import table_of
from solvent_server.web.parts.page import Look

PAGES: Sequence[tuple[str, str, str]] = (
    ("desk", "Order check", "order"),
    ("desk_approvals", "Approvals", "desk"),
    ("desk_limits", "Limits", "desk"),
    ("desk_reviews", "Reviews", "desk"),
    ("desk_admissions", "Admissions", "desk"),
)
"""Name of the page, what it is called, what one must be allowed to do."""


@dataclass(frozen=True)
class Tab:
    """One page of the desk."""

    says: str
    address: str
    here: bool
    count: str = ""


def tabs(look: Look, here: str) -> Sequence[Tab]:
    """The pages that this person may open, each with how much waits there."""
    waits = _waiting(look) if look.may("desk") else {}
    return [
        Tab(look.say(says), look.address(name), name == here, look.language.count(count) if count else "")
        for name, says, act in PAGES
        if look.may(act)
        for count in (waits.get(name, 0),)
    ]


def _waiting(look: Look) -> Mapping[str, int]:
    """What waits, by the page that shows it: proposals of others, reviews that are due, requests for credit."""
    assert look.kept is not None
    mine = look.request.user.get_username()
    asked = facts.standing("admissions", look.company.pk, {"decision": pl.String})
    return {
        "desk_approvals": sum(one.asked_by != mine for one in proposals.proposals(look.company, waiting=True)),
        "desk_reviews": _due(look.kept),
        "desk_admissions": asked.get_column("decision").null_count(),
    }


@lru_cache(maxsize=32)
def _due(kept: Kept) -> int:
    """Reviews that are due by the day of the assessment."""
    frame = table_of(kept, "reviews")
    return 0 if frame is None else int(frame.filter(pl.col("overdue_days") >= 0).select(pl.len()).collect().item())


def called(look: Look, customers: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """Rows of the list of customers by their numbers; a name of blanks is left out."""
    assert look.kept is not None
    wanted = look.kept.frame("customers").filter(pl.col("customer_id").is_in(list(customers))).collect()
    return {row["customer_id"]: row for row in wanted.iter_rows(named=True)}


def name_of(rows: Mapping[str, Mapping[str, Any]], customer_id: str) -> str:
    """What a customer is called: by its number where it has no name."""
    return str(rows.get(customer_id, {}).get("name") or "").strip() or customer_id


@dataclass(frozen=True)
class Desk:
    """A proposal in words. what: a limit, or an order to be let through; mine: whoever looks proposed it."""

    number: int
    what: str
    customer_id: str
    amount: str
    since: str
    until: str
    who: str
    day: str
    state: str
    reason: str
    decided_by: str
    mine: bool

    @classmethod
    def of(cls, one: Proposal, look: Look, states: Mapping[str, str]) -> Desk:
        """The proposal as this person sees it."""
        row, language = one.row, look.language
        since, until = row.get("valid_from") or row.get("approved_on"), row.get("valid_until") or row.get("until_on")
        order = row.get("order_id")
        what = look.say("limit")
        if one.table == "approvals":
            what = look.say("order {number}", number=order) if order else look.say("any order")
        return cls(
            one.id,
            what,
            str(row.get("customer_id") or row.get("group_id") or ""),
            f"{row['currency']}\u00a0{language.money(row['amount'], row['currency'])}",
            language.day(date.fromisoformat(since)) if since else "–",
            language.day(date.fromisoformat(until)) if until else "–",
            one.asked_by,
            language.day(one.asked_at.date()),
            look.say(states[one.state]),
            one.reason or str(row.get("reason") or ""),
            one.decided_by,
            one.asked_by == look.request.user.get_username(),
        )

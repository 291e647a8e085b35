"""Tabs: the pages of the desk, and a proposal as each of them shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from solvent_server.store.models import Proposal
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


def tabs(look: Look, here: str) -> Sequence[Tab]:
    """The pages that this person may open."""
    return [Tab(look.say(says), look.address(name), name == here) for name, says, act in PAGES if look.may(act)]


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
            f"{row['currency']} {language.money(row['amount'], row['currency'])}",
            language.day(date.fromisoformat(since)) if since else "–",
            language.day(date.fromisoformat(until)) if until else "–",
            one.asked_by,
            language.day(one.asked_at.date()),
            look.say(states[one.state]),
            one.reason or str(row.get("reason") or ""),
            one.decided_by,
            one.asked_by == look.request.user.get_username(),
        )

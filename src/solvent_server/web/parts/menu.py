"""Menu: which rooms there are, and which of them a role is shown first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from solvent_server.store import access


@dataclass(frozen=True)
class Entry:
    """One line of the menu. says: its English name, translated where it is shown."""

    name: str
    says: str
    icon: str
    address: str


ROOMS: Sequence[tuple[str, str, str, str]] = (
    ("today", "Today", "sun", "see"),
    ("alarms", "Radar and alarms", "bell-alert", "see"),
    ("cash", "Cash", "banknotes", "see_cash"),
    ("receivables", "Receivables", "document-text", "see"),
    ("working_capital", "Working capital", "arrow-path", "see"),
    ("matching", "Matching desk", "arrows-right-left", "match"),
    ("customers", "Customers", "building-office", "see"),
    ("desk", "Credit desk", "scale", "order"),
    ("reports", "Reports", "document-chart-bar", "see"),
    ("imports", "Import", "arrow-up-tray", "import"),
    ("settings", "Settings", "cog-6-tooth", "settings"),
)
"""Name of the page, what it is called, its icon, what one must be allowed to do."""


FIRST: Mapping[str, str] = {
    "credit_manager": "desk",
    "credit_analyst": "desk",
    "logistics": "desk",
    "collector": "receivables",
    "auditor": "trail",
    "administrator": "settings",
}
"""The page that a role begins with; ``today`` where none is named.

Who decides about cash or reads a little of everything begins with Today. At the credit desk an order waits for an
answer, in the warehouse too; a collector begins with what is overdue; an auditor with who did what; an administrator
sees nothing of the business and begins where people and connections are kept.
"""


def first_page(role: str) -> str:
    """The name of the page that a role begins with."""
    return FIRST.get(role, "today")


def menu(role: str, company: str) -> Sequence[Entry]:
    """The rooms that a role may enter, in order."""
    may = access.ROLES.get(role, frozenset())
    return [Entry(name, says, icon, reverse(name, args=(company,))) for name, says, icon, act in ROOMS if act in may]

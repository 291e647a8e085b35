"""Menu: which rooms there are, and which of them a role is shown first."""

from __future__ import annotations

from collections.abc import Sequence
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
    ("customers", "Customers", "building-office", "see"),
    ("desk", "Credit desk", "scale", "order"),
    ("imports", "Import", "arrow-up-tray", "import"),
)
"""Name of the page, what it is called, its icon, what one must be allowed to do."""


def menu(role: str, company: str) -> Sequence[Entry]:
    """The rooms that a role may enter, in order."""
    may = access.ROLES.get(role, frozenset())
    return [Entry(name, says, icon, reverse(name, args=(company,))) for name, says, icon, act in ROOMS if act in may]

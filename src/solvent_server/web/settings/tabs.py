"""Tabs: the pages of the settings that a role may see, and small words that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.urls import NoReverseMatch

from solvent_server.web.parts.page import Look

PAGES: Sequence[tuple[str, str, str]] = (
    ("policy", "Policy", "policy"),
    ("people", "People", "people"),
    ("entities", "Companies", "settings"),
    ("connections", "Connections", "administer"),
    ("trail", "Audit trail", "trail"),
    ("backups", "Backups and checks", "administer"),
    ("connect", "Programs", "administer"),
    ("schedule", "Schedule", "administer"),
)
"""Name of the page, what it is called, what one must be allowed to do; a page that does not stand is left out."""

ROLES = {
    "cfo": "Chief financial officer",
    "treasurer": "Treasurer",
    "credit_manager": "Credit manager",
    "credit_analyst": "Credit analyst",
    "collector": "Collector",
    "sales": "Sales",
    "purchasing": "Purchasing",
    "logistics": "Logistics",
    "legal": "Legal",
    "auditor": "Auditor",
    "administrator": "System administrator",
    "none": "no role",
}
"""What each role is called."""
STATES = {
    "waiting": "waits for a second person",
    "approved": "approved",
    "alone": "by one person alone",
    "refused": "refused",
    "withdrawn": "taken back",
}


@dataclass(frozen=True)
class Tab:
    """One of the pages. here: the one that is shown."""

    says: str
    to: str
    here: bool


def tabs(look: Look, here: str) -> Sequence[Tab]:
    """The pages that the role may see, in order."""
    told = []
    for name, says, action in PAGES:
        if not look.may(action):
            continue
        try:
            told.append(Tab(look.say(says), look.address(name), name == here))
        except NoReverseMatch:
            continue
    return told


def first_tab(look: Look) -> str:
    """The name of the first page that the role may see."""
    return next(name for name, _, action in PAGES if look.may(action))


def moment(at: datetime | str | None) -> str:
    """A moment to the minute, of the same clock for everybody; a dash where there is none."""
    if at is None:
        return "–"
    told = datetime.fromisoformat(at) if isinstance(at, str) else at
    return told.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def size(count: int) -> str:
    """Bytes in the unit that people read."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"

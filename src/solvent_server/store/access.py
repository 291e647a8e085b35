"""Access: who may see and do what, company by company. Without a role in a company nobody sees anything of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from solvent.base.problem import SolventError
from solvent_server.store import database
from solvent_server.store.models import Company, Member

COMMAND_LINE = " (command line)"
"""What the trail adds to the name of an account of the machine."""
WAY = re.compile(r" \((command line|api: [^()]*)\)$")
"""By which way somebody acts, as the trail adds it to the name."""

READ = frozenset({"see"})
HANDLE = READ | {"handle"}
WORK = HANDLE | {"import", "match", "undo"}
CHECK = frozenset({"order"})
"""To check orders, hold room for them and ask for approval."""
DESK = CHECK | {"desk", "propose"}
"""To see the whole credit desk, and to put decisions down there."""
CASH = frozenset({"see_cash"})
"""To see bank balances, the cash line and what it would take to break it."""
POLICY = frozenset({"settings", "policy"})
"""To see the settings, and in them the policy."""
SETTLE = POLICY | {"set_policy"}
"""To propose another policy; it counts once somebody who approves has approved it."""
PEOPLE = frozenset({"settings", "people", "set_people"})
"""To see who has which role, and to change it, by two people where there are two."""
START = frozenset({"start"})
"""To see the five steps by which a company begins."""
BEGIN = START | {"sample"}
"""And to take the sample company away."""
ROLES: Mapping[str, frozenset[str]] = {
    "cfo": WORK | CASH | {"approve"} | DESK | SETTLE | PEOPLE | BEGIN,
    "treasurer": WORK | CASH | CHECK | SETTLE | START,
    "credit_manager": WORK | CASH | {"approve"} | DESK | SETTLE | START,
    "credit_analyst": HANDLE | {"import"} | DESK | POLICY | START,
    "collector": HANDLE | {"match"},
    "sales": HANDLE | CHECK,
    "purchasing": READ,
    "logistics": READ | CHECK,
    "legal": HANDLE,
    "auditor": READ | CASH | {"audit", "trail", "desk"} | POLICY | {"people"},
    "administrator": frozenset({"administer", "trail"}) | PEOPLE | BEGIN,
}
"""Role to what it may do. An administrator keeps the system and sees no business data."""


def companies(user: Any) -> list[Company]:
    """The companies of which a person may see something."""
    seeing = [role for role, may_do in ROLES.items() if "see" in may_do]
    return list(Company.objects.filter(member__user=user, member__role__in=seeing).distinct().order_by("code"))


def places(user: Any) -> list[Member]:
    """Where a person has a role at all, with the company; those of which he sees something first."""
    found = Member.objects.filter(user=user, role__in=list(ROLES)).select_related("company", "company__sample")
    return sorted(found.order_by("company__code"), key=lambda one: "see" not in ROLES[one.role])


def may(user: Any, action: str, company: Company) -> bool:
    """True where the person's role in the company allows it."""
    role = Member.objects.filter(user=user, company=company).values_list("role", flat=True).first()
    return role is not None and action in ROLES.get(role, frozenset())


def person(actor: str) -> str:
    """Who acts, by whatever way: ``anna (command line)``, ``anna (api: shop)`` and ``anna`` are one pair of eyes."""
    return WAY.sub("", actor).strip()


def may_approve(actor: str, company: Company) -> bool:
    """True for whoever may approve what somebody else decided; where nobody has a role yet, for everybody."""
    members = Member.objects.filter(company=company)
    if not members.exists():
        return True
    roles = members.filter(user__username=person(actor)).values_list("role", flat=True)
    return any("approve" in ROLES.get(role, frozenset()) for role in roles)


@database.told()
def company_of(code: str) -> Company:
    """The company of a code.

    Raises:
        SolventError: there is none; says which there are.
    """
    found = Company.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Company.objects.order_by("code").values_list("code", flat=True))
        raise SolventError("store.company.unknown", "", company=code, known=known or "-")
    return found

"""Roles: who may do what in a company, changed by two people where there are two who may.

Those who may are administrators and chief financial officers. Where a second of them is there, a change waits for him;
where there is none it counts at once, and stands in the list as made by one person alone. Nobody changes his own role,
nor approves a role of his own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from solvent.base.problem import SolventError
from solvent_server.store import access, audit, database
from solvent_server.store.models import Company, FirstPassword, Member, RoleChange
from solvent_server.store.models.desk import ALONE, APPROVED, REFUSED, WAITING, WITHDRAWN

NONE = "none"
KEEPS_PEOPLE = "set_people"
"""The action of those who settle roles."""


@dataclass(frozen=True)
class Person:
    """Somebody with a role here. first: somebody else has set the password and it was not changed yet."""

    user: User
    role: str
    first: bool

    @property
    def name(self) -> str:
        """The name to log in with."""
        return str(self.user.get_username())


@database.told()
def people(company: Company) -> list[Person]:
    """Everybody with a role in a company, by name."""
    rows = Member.objects.filter(company=company).select_related("user").order_by("user__username")
    first = set(FirstPassword.objects.filter(user__member__company=company).values_list("user_id", flat=True))
    return [Person(row.user, row.role, row.user_id in first) for row in rows]


@database.told()
def keepers(company: Company) -> list[str]:
    """The names of those who settle roles in a company."""
    able = [role for role, may_do in access.ROLES.items() if KEEPS_PEOPLE in may_do]
    rows = Member.objects.filter(company=company, role__in=able, user__is_active=True)
    return sorted(rows.values_list("user__username", flat=True))


def ask(company: Company, name: str, role: str, *, actor: str, reason: str = "") -> RoleChange:
    """Ask for a role for somebody, another one, or (``none``) that he has none any more.

    Raises:
        SolventError: no such role or person, it is the asker's own, it is the role already, another change waits, or
            nobody would be left who settles roles.
    """
    if role not in (*access.ROLES, NONE):
        raise SolventError("store.role_unknown", "", role=role, known=", ".join(access.ROLES))
    who = access.person(actor)
    with database.writing():
        person = User.objects.filter(username=name).first()
        if person is None:
            raise SolventError("store.people.unknown", "", name=name)
        if name == who:
            raise SolventError("store.people.own_role", "", name=name)
        before = Member.objects.filter(user=person, company=company).values_list("role", flat=True).first() or NONE
        if before == role:
            raise SolventError("store.people.same", "", name=name)
        if RoleChange.objects.filter(company=company, person=name, state=WAITING).exists():
            raise SolventError("store.people.waits", "", name=name)
        _refuse_to_lock_out(company, name, role)
        change = RoleChange.objects.create(
            company=company, person=name, role=role, before=before, reason=reason.strip()[:2000], state=WAITING,
            asked_by=who, asked_at=audit.moment(),
        )  # fmt: skip
        if not set(keepers(company)) - {who, name}:
            change.state, change.decided_at = ALONE, audit.moment()
            change.save()
            _give(change)
        _line(change, actor)
    return change


def approve(company: Company, number: int, *, actor: str) -> RoleChange:
    """Approve what somebody else asked for: the role counts at once.

    Raises:
        SolventError: it does not wait any more, or whoever approves asked for it, is the one it is about, or settles
            no roles here.
    """
    who = access.person(actor)
    with database.writing():
        change = _waiting(company, number)
        if who in (change.asked_by, change.person) or who not in keepers(company):
            raise SolventError("store.people.second_person", "", name=who)
        _refuse_to_lock_out(company, change.person, change.role)
        change.state, change.decided_by, change.decided_at = APPROVED, who, audit.moment()
        change.save()
        _give(change)
        _line(change, actor)
    return change


def refuse(company: Company, number: int, *, actor: str, answer: str) -> RoleChange:
    """Refuse it, or take back one's own; a reason is asked for.

    Raises:
        SolventError: it does not wait any more, no reason is given, or whoever refuses settles no roles here.
    """
    if not answer.strip():
        raise SolventError("store.policy.reason")
    who = access.person(actor)
    with database.writing():
        change = _waiting(company, number)
        own = who == change.asked_by
        if not own and who not in keepers(company):
            raise SolventError("store.people.second_person", "", name=who)
        change.state = WITHDRAWN if own else REFUSED
        change.decided_by, change.decided_at, change.answer = who, audit.moment(), answer.strip()[:2000]
        change.save()
        _line(change, actor)
    return change


@database.told()
def history(company: Company, *, waiting: bool = False) -> list[RoleChange]:
    """What was asked for, the newest first; only what waits where asked."""
    found = RoleChange.objects.filter(company=company).order_by("-id")
    return list(found.filter(state=WAITING) if waiting else found)


def _give(change: RoleChange) -> None:
    person = User.objects.get(username=change.person)
    Member.objects.filter(user=person, company=change.company).delete()
    if change.role != NONE:
        Member.objects.create(user=person, company=change.company, role=change.role)


def _refuse_to_lock_out(company: Company, name: str, role: str) -> None:
    able = KEEPS_PEOPLE in access.ROLES.get(role, frozenset())
    if not able and keepers(company) == [name]:
        raise SolventError("store.people.last", "", name=name)


def _line(change: RoleChange, actor: str) -> None:
    audit.append(
        actor, f"role.{change.state}", f"role {change.pk}", audit.of_row(change), company=change.company.code,
        at=audit.moment(),
    )  # fmt: skip


def _waiting(company: Company, number: int) -> RoleChange:
    change = RoleChange.objects.filter(company=company, id=number).select_related("company").first()
    if change is None or change.state != WAITING:
        raise SolventError("store.people.not_waiting", "", number=number)
    return change

"""Accounts: the ways in: a new person with a first password, sessions that are open, and the second factor.

A first password is made here, shown once to whoever asked for it, and kept nowhere but as the hash that every password
is; the person must change it before any page answers.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User

from solvent.base.problem import SolventError
from solvent_server.store import access, audit, database
from solvent_server.store.models import Company, FirstPassword, Member
from solvent_server.store.people.roles import KEEPS_PEOPLE

NAME = re.compile(r"[\w.@+-]{2,150}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like others."""


@dataclass(frozen=True)
class Ways:
    """How somebody comes in. factor: a second factor is set up; sessions: how many are open; seen: the newest."""

    factor: bool
    sessions: int
    seen: datetime | None


def new_person(company: Company, name: str, *, actor: str) -> str:
    """Make a person without any role yet; gives the first password, which is not to be had again.

    Raises:
        SolventError: the name is taken or cannot be one.
    """
    if not NAME.fullmatch(name):
        raise SolventError("store.people.name", "", name=name[:40])
    told = _made_up()
    with database.writing():
        if User.objects.filter(username__iexact=name).exists():
            raise SolventError("store.people.taken", "", name=name)
        person = User(username=name)
        person.set_password(told)
        person.save()
        _first(company, person, "person.added", actor)
    return told


def new_password(company: Company, name: str, *, actor: str) -> str:
    """Another first password for somebody who has lost his; his open sessions end. His second factor stays.

    Raises:
        SolventError: no such person here, it is one's own, or he has a role in a company where the actor settles none.
    """
    person = _here(company, name, actor)
    if name == access.person(actor):
        raise SolventError("store.people.own_password", "", name=name)
    told = _made_up()
    with database.writing():
        person.set_password(told)
        person.save(update_fields=["password"])
        _end(person)
        _first(company, person, "person.password", actor)
    return told


def end_sessions(company: Company, name: str, *, actor: str) -> int:
    """End every open session of somebody; gives how many.

    Raises:
        SolventError: no such person here.
    """
    person = _here(company, name, actor)
    with database.writing():
        count = _end(person)
        told = {"name": name, "sessions": count}
        audit.append(actor, "person.sessions", f"person {name}", told, company=company.code, at=audit.moment())
    return count


def must_change(user: User) -> bool:
    """True where somebody else has set the password and the person has not changed it yet."""
    return FirstPassword.objects.filter(user=user).exists()


def has_changed(user: User) -> None:
    """The person has set a password of his own."""
    with database.writing():
        if FirstPassword.objects.filter(user=user).delete()[0]:
            name = user.get_username()
            told = {"name": name}
            audit.append(name, "person.own_password", f"person {name}", told, company="", at=audit.moment())


@database.told()
def ways(users: Sequence[User]) -> dict[int, Ways]:
    """How each of some people comes in, by the person's number."""
    factors = set(
        Authenticator.objects.filter(user__in=users, type=Authenticator.Type.TOTP).values_list("user_id", flat=True)
    )
    told: dict[int, list[datetime]] = {}
    for session in UserSession.objects.filter(user__in=users):
        if session.exists():
            told.setdefault(session.user_id, []).append(session.last_seen_at)
    return {
        user.pk: Ways(user.pk in factors, len(told.get(user.pk, [])), max(told.get(user.pk, []), default=None))
        for user in users
    }


def _here(company: Company, name: str, actor: str) -> User:
    """The person, where the actor settles the roles of every company in which the person has one."""
    person = User.objects.filter(username=name, member__company=company).first()
    if person is None:
        raise SolventError("store.people.unknown", "", name=name)
    able = [role for role, may_do in access.ROLES.items() if KEEPS_PEOPLE in may_do]
    theirs = set(Member.objects.filter(user=person).values_list("company_id", flat=True))
    ours = Member.objects.filter(user__username=access.person(actor), role__in=able).values_list(
        "company_id", flat=True
    )
    if theirs - set(ours):
        raise SolventError("store.people.elsewhere", "", name=name)
    return person


def _first(company: Company, person: User, action: str, actor: str) -> None:
    name = person.get_username()
    FirstPassword.objects.update_or_create(
        user=person, defaults={"given_by": access.person(actor), "given_at": audit.moment()}
    )
    audit.append(actor, action, f"person {name}", {"name": name}, company=company.code, at=audit.moment())


def _end(person: User) -> int:
    count = 0
    for session in UserSession.objects.filter(user=person):
        count += session.exists()
        session.end()
    return count


def _made_up() -> str:
    """Sixteen letters and figures in fours: about 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))

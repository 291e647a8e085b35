"""Named: what tokens and hooks have in common: a name in a company, a person in whose name they act, made by somebody
and some day revoked by somebody, with a line in the trail for each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from django.contrib.auth.models import User

from solvent.base.problem import SolventError
from solvent_server.store import audit, database
from solvent_server.store.models import Company, Hook, Token

Named = TypeVar("Named", Token, Hook)
_NAME = re.compile(r"[^\W_][\w .-]{0,63}")


def refuse_name(name: str) -> None:
    """Refuse what is no name.

    Raises:
        SolventError: it is none.
    """
    if not _NAME.fullmatch(name):
        raise SolventError("store.connect.name", "", name=name[:64])


def refuse_taken(kind: type[Named], company: Company, name: str) -> None:
    """Refuse a name that another one in force has.

    Raises:
        SolventError: it is taken.
    """
    if kind.objects.filter(company=company, name=name, revoked_at__isnull=True).exists():
        raise SolventError("store.connect.taken", "", name=name)


def member(company: Company, person: str) -> User:
    """Somebody who has a role in the company.

    Raises:
        SolventError: nobody of that name has.
    """
    user = User.objects.filter(username=person, member__company=company, is_active=True).first()
    if user is None:
        raise SolventError("store.connect.nobody", "", person=person[:80])
    return user


def revoked(kind: type[Named], company: Company, number: int, actor: str) -> Named | None:
    """One that is in force, revoked now; None: there is none of that number."""
    with database.writing():
        row = kind.objects.filter(company=company, id=number).select_related("company", "user").first()
        if row is None or row.revoked_at is not None:
            return None
        row.revoked_by, row.revoked_at = actor, audit.moment()
        row.save(update_fields=["revoked_by", "revoked_at"])
        line(row, "revoked", actor)
    return row


@database.told()
def every(kind: type[Named], company: Company) -> Sequence[Named]:
    """All of a company, those in force first, the newest first."""
    found = kind.objects.filter(company=company).select_related("user").order_by("-id")
    return sorted(found, key=lambda row: row.revoked_at is not None)


def actor_of(row: Token | Hook) -> str:
    """How the trail names who acts by it."""
    return f"{row.user.get_username()} (api: {row.name})"


def line(row: Token | Hook, done: str, actor: str) -> None:
    """A line of the trail: what was done to it, and by whom."""
    kind, told, company = type(row).__name__.lower(), audit.of_row(row), row.company.code
    audit.append(actor, f"{kind}.{done}", f"{kind} {row.pk}", told, company=company, at=audit.moment())

"""Tokens: what another system shows to be let in. Each acts as one person and may never do more than that person may.

The secret is told once, when the token is made; what is kept is its hash.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from solvent.base.problem import SolventError
from solvent_server.store import access, audit, database
from solvent_server.store.connect import named
from solvent_server.store.models import Company, Token

SCOPES: Mapping[str, str] = {
    "read": "see",
    "cash": "see_cash",
    "alarms": "handle",
    "orders": "order",
    "data": "import",
}
"""What a token may be made for, and the action of ``access.ROLES`` that it stands for."""
RATE = 120
"""Calls a minute, unless somebody says otherwise."""
MOST_RATE = 6_000
MARK = "solvent_"
"""How every secret begins, so that one that lies about is known for what it is."""
USED_AFTER = timedelta(minutes=1)


def make(
    company: Company, name: str, person: str, scopes: Collection[str], *, actor: str, rate: int = RATE,
    days: int | None = None,
) -> tuple[Token, str]:  # fmt: skip
    """A new token and its secret, which is never told again.

    Args:
        person: as whom it acts, by log-in name. days: for so many; None: until it is revoked.

    Raises:
        SolventError: a name that is none or is taken, nobody of that name in the company, a scope that is not known
            or that the person's role does not reach, a rate that is none.
    """
    named.refuse_name(name)
    if not 0 < rate <= MOST_RATE:
        raise SolventError("store.token.rate", "", rate=rate, most=MOST_RATE)
    if days is not None and not 0 < days <= 3_650:
        raise SolventError("store.token.days", "", days=days)
    wanted = sorted(set(scopes))
    strange = [scope for scope in wanted if scope not in SCOPES]
    if strange or not wanted:
        raise SolventError("store.token.scope", "", scope=strange[0] if strange else "-", known=", ".join(SCOPES))
    with database.writing():
        user = named.member(company, person)
        beyond = [scope for scope in wanted if not access.may(user, SCOPES[scope], company)]
        if beyond:
            raise SolventError("store.token.beyond", "", person=person, scope=", ".join(beyond))
        named.refuse_taken(Token, company, name)
        secret, now = MARK + secrets.token_urlsafe(32), audit.moment()
        token = Token.objects.create(
            company=company, user=user, name=name, sha256=_hash(secret), scopes=wanted, rate=rate, made_by=actor,
            made_at=now, expires_at=None if days is None else now + timedelta(days=days),
        )  # fmt: skip
        named.line(token, "made", actor)
    return token, secret


def revoke(company: Company, number: int, *, actor: str) -> Token:
    """From now on nobody is let in by it.

    Raises:
        SolventError: the company has no such token, or it was revoked before.
    """
    token = named.revoked(Token, company, number, actor)
    if token is None:
        raise SolventError("store.token.unknown", "", token=number)
    return token


def every(company: Company) -> Sequence[Token]:
    """The tokens of a company, those in force first, the newest first."""
    return named.every(Token, company)


@database.told()
def found(secret: str, now: datetime | None = None) -> Token | None:
    """The token of a secret; None: there is none that counts now. One whose person may log in no more counts not."""
    if not secret.startswith(MARK) or len(secret) > 200:
        return None
    token = Token.objects.filter(sha256=_hash(secret)).select_related("company", "user").first()
    if token is None or token.revoked_at is not None or not token.user.is_active:
        return None
    now = now or datetime.now(UTC)
    return token if token.expires_at is None or token.expires_at > now else None


def may(token: Token, scope: str) -> bool:
    """True where the token is for it, and the person's role of this moment reaches so far."""
    return scope in token.scopes and access.may(token.user, SCOPES[scope], token.company)


def used(token: Token, now: datetime | None = None) -> None:
    """Note that it was used, at most once a minute."""
    now = now or datetime.now(UTC)
    if token.used_at is None or now - token.used_at >= USED_AFTER:
        Token.objects.filter(id=token.id).update(used_at=now)


def plain(token: Token) -> Mapping[str, Any]:
    """A token as it may be shown, without its hash."""
    return {
        "token": token.id,
        "name": token.name,
        "person": token.user.get_username(),
        "scopes": list(token.scopes),
        "rate": token.rate,
        "made_by": token.made_by,
        "made_at": token.made_at.isoformat(),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
        "used_at": token.used_at.isoformat() if token.used_at else None,
    }


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

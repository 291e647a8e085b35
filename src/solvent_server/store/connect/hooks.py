"""Hooks: addresses that are told of events, and doors at which events come in, each with a secret to sign by.

The secret is made of the installation's own key and the hook's salt, and kept nowhere: neither a copy of the database
nor the key alone tells it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from solvent.base.problem import SolventError
from solvent_server.store import access, audit, database
from solvent_server.store.connect import named
from solvent_server.store.keeping import assessments
from solvent_server.store.models import Company, Hook
from solvent_server.store.models.api import IN, OUT

EVENTS: Mapping[str, str] = {
    "assessment.made": "see",
    "alarm.opened": "see",
    "alarm.changed": "see",
    "alarm.closed": "see",
    "approval.asked": "order",
    "approval.decided": "order",
    "import.loaded": "import",
}
"""What a hook may be told of, and the action of ``access.ROLES`` that its person needs for it."""
COMES_IN = "import"
"""The action that the person of an incoming hook needs."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def make_out(
    company: Company, name: str, person: str, url: str, events: Collection[str], *, actor: str
) -> tuple[Hook, str]:
    """A hook that is told of events, and the secret by which its messages are signed.

    Raises:
        SolventError: an address to which nothing may be sent, an event that is not known or that the person may not
            see, a name that is none or is taken, nobody of that name in the company.
    """
    refuse_address(url)
    wanted = sorted(set(events))
    strange = [event for event in wanted if event not in EVENTS]
    if strange or not wanted:
        raise SolventError("store.hook.event", "", event=strange[0] if strange else "-", known=", ".join(EVENTS))
    return _made(company, name, person, actor, way=OUT, url=url, events=wanted, actions=[EVENTS[one] for one in wanted])


def make_in(company: Company, name: str, person: str, *, actor: str) -> tuple[Hook, str]:
    """A door at which events come in, and the secret by which the sender signs.

    Raises:
        SolventError: a name that is none or is taken, nobody of that name in the company who may import.
    """
    return _made(company, name, person, actor, way=IN, url="", events=[], actions=[COMES_IN])


def _made(
    company: Company, name: str, person: str, actor: str, *, way: str, url: str, events: list[str],
    actions: Sequence[str],
) -> tuple[Hook, str]:  # fmt: skip
    named.refuse_name(name)
    with database.writing():
        user = named.member(company, person)
        if not all(access.may(user, action, company) for action in actions):
            raise SolventError("store.hook.beyond", "", person=person)
        named.refuse_taken(Hook, company, name)
        newest = assessments.latest(company.code)
        hook = Hook.objects.create(
            company=company, user=user, name=name, way=way, url=url, events=events, salt=secrets.token_hex(32),
            made_by=actor, made_at=audit.moment(), heard=audit.head()[0] + 1,
            told="" if newest is None else newest.folder.name,
        )  # fmt: skip
        named.line(hook, "made", actor)
    return hook, secret_of(hook)


def revoke(company: Company, number: int, *, actor: str) -> Hook:
    """From now on nothing goes out to it, or comes in at it.

    Raises:
        SolventError: the company has no such hook, or it was revoked before.
    """
    hook = named.revoked(Hook, company, number, actor)
    if hook is None:
        raise SolventError("store.hook.unknown", "", hook=number)
    return hook


def every(company: Company) -> Sequence[Hook]:
    """The hooks of a company, those in force first, the newest first."""
    return named.every(Hook, company)


@database.told()
def incoming(number: int, code: str) -> Hook | None:
    """The door of a number that stands open now, in the company of a code."""
    hook = Hook.objects.filter(id=number, way=IN, revoked_at__isnull=True).select_related("company", "user").first()
    if hook is None or hook.company.code != code or not hook.user.is_active:
        return None
    return hook if access.may(hook.user, COMES_IN, hook.company) else None


def secret_of(hook: Hook) -> str:
    """The secret by which messages of this hook are signed."""
    key = str(settings.SECRET_KEY).encode()
    return "hook_" + hmac.new(key, f"solvent hook {hook.salt}".encode(), hashlib.sha256).hexdigest()


def hosts() -> Sequence[str]:
    """The hosts to which messages may go; nothing goes anywhere else."""
    return [str(host).lower() for host in settings.SOLVENT_HOOK_HOSTS]


def private() -> bool:
    """True where addresses of this machine and of the inner network may be told."""
    return bool(settings.SOLVENT_HOOK_PRIVATE)


def refuse_address(url: str) -> None:
    """Refuse an address to which nothing may be sent.

    Raises:
        SolventError: it is none, not https, carries a password, or its host is not one of those allowed.
    """
    try:
        parts = urlsplit(url)
        host, told = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, told, parts = "", None, urlsplit("")
    own = parts.scheme == "http" and private() and host in LOOPBACK
    clean = url.isascii() and url.isprintable() and " " not in url and len(url) <= 2_000
    if not clean or not host or (parts.scheme != "https" and not own) or parts.username or parts.fragment or told == 0:
        raise SolventError("store.hook.address")
    if host not in hosts():
        raise SolventError("store.hook.host", "", host=host)


def plain(hook: Hook) -> Mapping[str, Any]:
    """A hook as it may be shown, without its salt."""
    return {
        "hook": hook.id,
        "name": hook.name,
        "way": hook.way,
        "person": hook.user.get_username(),
        "url": hook.url,
        "events": list(hook.events),
        "made_by": hook.made_by,
        "made_at": hook.made_at.isoformat(),
        "revoked_at": hook.revoked_at.isoformat() if hook.revoked_at else None,
    }

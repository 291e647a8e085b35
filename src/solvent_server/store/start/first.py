"""First: the key by which the first person of a new installation lets himself in. It is shown once, where the server
was started, counts for one person, and is kept as its hash only. Nobody signs up without it.
"""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from solvent.base.money import is_currency
from solvent.base.problem import SolventError
from solvent_server.store import access, audit, database, work
from solvent_server.store.models import Company, Member

ROLES = ("cfo", "administrator")
"""What the first person may be: both may give others their roles."""
_KEY = "first.key"


@database.told()
def nobody() -> bool:
    """True as long as there is no person at all."""
    return not User.objects.exists()


def new_key() -> str | None:
    """A key in place of any before it; None: there is somebody already."""
    if not nobody():
        _place().unlink(missing_ok=True)
        return None
    key = "-".join(secrets.token_hex(4) for _ in range(4))
    with os.fdopen(os.open(_place(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(_hashed(key))
    return key


def is_key(told: str) -> bool:
    """True for the key that counts now."""
    try:
        kept = _place().read_text("ascii")
    except OSError:
        return False
    return len(kept) == 64 and hmac.compare_digest(kept, _hashed(told.strip()))


def let_in(key: str, name: str, password: str, *, role: str) -> User:
    """The first person, who may then make the company.

    Raises:
        SolventError: the key is none, somebody was quicker, or name, password or role will not do.
    """
    with database.writing():
        if not nobody() or not is_key(key):
            raise SolventError("store.first.key", "")
        if role not in ROLES or not name.strip() or len(name) > 150:
            raise SolventError("store.first.name", "")
        person = User(username=name.strip())
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise SolventError("store.password_weak", "", reason=" ".join(error.messages)) from error
        person.set_password(password)
        person.save()
        told = {"name": person.username, "role": role, "password": True}
        audit.append(person.username, "member.first", f"person {person.username}", told, company="", at=audit.moment())
        _place().unlink(missing_ok=True)
    return person


def make_company(person: User, name: str, currency: str, tax_id: str, *, role: str) -> Company:
    """The company of a person who has none yet, where there is none at all; he has his role in it.

    Raises:
        SolventError: there is one already, or the currency is none.
    """
    if not is_currency(currency):
        raise SolventError("store.company.currency", "", currency=currency[:8])
    with database.writing():
        if role not in ROLES or not may_make_one(person):
            raise SolventError("store.first.company", "")
        code = slugify(name)[:40] or "own"
        company = work.set_company(
            code, person.username, names=[name.strip() or code], tax_ids=[tax_id.strip()] if tax_id.strip() else [],
            currency=currency,
        )  # fmt: skip
        Member.objects.create(user=person, company=company, role=role)
        told = {"name": person.username, "role": role, "password": False}
        audit.append(person.username, "member.set", f"person {person.username}", told, company=code, at=audit.moment())
    return company


def may_make_one(person: User) -> bool:
    """True where no company but the sample is there, for the first person and for whoever leads or keeps the sample."""
    if Company.objects.filter(sample__isnull=True).exists():
        return False
    roles = {one.role for one in access.places(person)}
    return roles <= set(ROLES) and (bool(roles) or User.objects.order_by("id").first() == person)


def _hashed(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _place() -> Path:
    return database.folder() / _KEY

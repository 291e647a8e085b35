"""People: those whom the sample company is shown to, all with one password that is made anew at each start."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from solvent_server.store import audit, database


def ensure(names: Sequence[str], password: str, actor: str) -> None:
    """Make them where they are not there yet, and give them the password. For a store of samples only."""
    hashed = make_password(password)  # once: it is slow on purpose
    with database.writing():
        for name in names:
            person = User.objects.filter(username=name).first() or User(username=name)
            person.password, person.is_active = hashed, True
            person.save()
        told = {"names": list(names), "password": True}
        audit.append(actor, "member.demo", "people of the sample", told, company="", at=audit.moment())

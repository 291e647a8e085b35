"""Connections: live systems that records are fetched from: where they are, and their keys, which nobody sees again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from solvent.base.problem import SolventError
from solvent_server.store import access, audit, database
from solvent_server.store.keeping import vault
from solvent_server.store.models import Company, Connection
from solvent_server.store.models.settings import SYSTEMS

LOCAL = ("localhost", "127.0.0.1", "::1")
MASKED = "sealed"


@database.told()
def connections(company: Company) -> list[Connection]:
    """Those of a company, by name."""
    return list(Connection.objects.filter(company=company).order_by("name"))


@database.told()
def one(company: Company, number: int) -> Connection | None:
    """One of them."""
    return Connection.objects.filter(company=company, id=number).select_related("company").first()


def add(
    company: Company, *, name: str, system: str, url: str, secret: str, actor: str, there: str = "",
    database_name: str = "", login: str = "",
) -> Connection:  # fmt: skip
    """A new connection. What is in the address beside host and path is refused: a key does not belong there.

    Raises:
        SolventError: the name is taken or empty, the system unknown, the address not safe, or the secret empty.
    """
    name, url = name.strip(), url.strip()
    if not name or Connection.objects.filter(company=company, name=name).exists():
        raise SolventError("store.connection.name", "", name=name or "-")
    if system not in SYSTEMS:
        raise SolventError("store.connection.system", "", system=system, known=", ".join(SYSTEMS))
    if not _safe(url):
        raise SolventError("store.connection.address", "", host=urlsplit(url).hostname or "-")
    if not secret.strip():
        raise SolventError("store.connection.secret", "")
    with database.writing():
        row = Connection.objects.create(
            company=company, name=name, system=system, url=url, there=there.strip(), database=database_name.strip(),
            login=login.strip(), sealed=vault.seal(secret.strip()), made_by=access.person(actor),
            made_at=audit.moment(),
        )  # fmt: skip
        _line(row, "connection.added", actor)
    return row


def change_secret(company: Company, number: int, secret: str, *, actor: str) -> Connection:
    """Another key for the same system.

    Raises:
        SolventError: there is no such connection, or the secret is empty.
    """
    if not secret.strip():
        raise SolventError("store.connection.secret", "")
    with database.writing():
        row = _there(company, number)
        row.sealed = vault.seal(secret.strip())
        row.save(update_fields=["sealed"])
        _line(row, "connection.secret", actor)
    return row


def remove(company: Company, number: int, *, actor: str) -> None:
    """Forget a connection and its key; what it has brought stays.

    Raises:
        SolventError: there is no such connection.
    """
    with database.writing():
        row = _there(company, number)
        _line(row, "connection.removed", actor)
        row.delete()


def fetched(connection: Connection, at: datetime) -> None:
    """Records came at this moment; the next fetch may ask for what changed since."""
    with database.writing():
        Connection.objects.filter(id=connection.id).update(fetched_at=at)


def seal_anew(*, actor: str) -> int:
    """A new key for the vault, and every secret sealed under it; gives how many."""
    number = vault.add_key()
    with database.writing():
        rows = list(Connection.objects.order_by("id"))
        for row in rows:
            row.sealed = vault.seal(vault.unseal(row.sealed))
            row.save(update_fields=["sealed"])
        told = {"key": number, "secrets": len(rows)}
        audit.append(actor, "key.rotated", "vault", told, company="", at=audit.moment())
    return len(rows)


def _safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    good = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    return bool(parts.hostname) and bare and good and url.isprintable() and " " not in url


def _there(company: Company, number: int) -> Connection:
    row = one(company, number)
    if row is None:
        raise SolventError("store.connection.unknown", "", number=number)
    return row


def _line(row: Connection, action: str, actor: str) -> None:
    """Everything but the secret, and under which key that lies."""
    told: dict[str, Any] = {**audit.of_row(row), MASKED: row.sealed.partition(":")[0]}
    audit.append(actor, action, f"connection {row.pk}", told, company=row.company.code, at=audit.moment())

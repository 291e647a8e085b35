"""Vault: secrets of other systems, sealed before they reach the database; the keys lie in the data folder beside it.

A backup holds what is sealed and not the keys: on another machine each secret has to be entered again, and a backup
that gets lost gives nothing away. A sealed text begins with the number of its key, so that keys can be changed.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from solvent.base.problem import SolventError
from solvent_server.store import database

KEYS = "vault.keys"


def seal(secret: str) -> str:
    """The secret as it may be kept: ``number:sealed``, under the newest key, which is made at first use."""
    number, key = _keys(make=True)[-1]
    return f"{number}:{Fernet(key).encrypt(secret.encode()).decode('ascii')}"


def unseal(sealed: str) -> str:
    """The secret again, for the one moment in which it is sent to the system it belongs to.

    Raises:
        SolventError: its key is not in the data folder, or the text was changed.
    """
    number, _, token = sealed.partition(":")
    key = dict(_keys()).get(number)
    if key is None:
        raise SolventError("store.vault.no_key", "", key=number)
    try:
        return Fernet(key).decrypt(token.encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise SolventError("store.vault.damaged", "") from error


def add_key() -> str:
    """One more key, under which everything is sealed from now on; gives its number. The older ones still open."""
    keys = _keys()
    number = str(int(keys[-1][0]) + 1 if keys else 1)
    _write([*keys, (number, Fernet.generate_key().decode("ascii"))])
    return number


def _place() -> Path:
    return database.folder() / KEYS


def _keys(*, make: bool = False) -> list[tuple[str, str]]:
    """Number and key, the oldest first."""
    place = _place()
    if not place.exists():
        if not make:
            return []
        _write([("1", Fernet.generate_key().decode("ascii"))])
    told: list[list[str]] = json.loads(place.read_text("ascii"))
    return [(number, key) for number, key in told]


def _write(keys: list[tuple[str, str]]) -> None:
    """Whole or not at all, readable by its owner only."""
    place = _place()
    part = place.with_name(f"{KEYS}.{secrets.token_hex(4)}.part")
    with database.told():
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            json.dump(keys, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)

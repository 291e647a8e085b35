"""Settings: read from the environment; the defaults run on a bare checkout."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from solvent.base.problem import SolventError

SQLITE_START = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA temp_store=MEMORY;"
    "PRAGMA cache_size=-65536;PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=67108864"
)


def data_folder() -> Path:
    """Where originals, the key and by default the database lie: SOLVENT_DATA, else the user's data folder."""
    told = os.environ.get("SOLVENT_DATA")
    if told:
        return Path(told)
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "solvent"


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's settings of one database.

    Args:
        url: ``sqlite:///file``, ``postgresql://user:password@host:port/name`` (``?host=`` for a socket's folder,
            ``?sslmode=`` and the like), or empty for a file in the data folder.
    """
    if not url:
        return _sqlite(str(data / "solvent.sqlite3"))
    parts = urlparse(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path.removeprefix("/") if parts.path.startswith("//") else parts.path))
    if parts.scheme not in ("postgres", "postgresql"):
        raise SolventError("store.database_url", "", scheme=parts.scheme)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host, port, user = asked.pop("host", ""), asked.pop("port", ""), asked.pop("user", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or "") or user,
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host or parts.hostname or "",
        "PORT": str(parts.port or port),
        "OPTIONS": asked,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_START},
        "CONN_MAX_AGE": 600,
    }


def secret_key(data: Path) -> str:
    """The key of this installation, made at first use and readable by its owner only."""
    path = data / "secret.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text("ascii")


def settings(data: Path, url: str) -> dict[str, Any]:
    """Every setting of Django that is not its default."""
    return {
        "SECRET_KEY": secret_key(data),
        "DATABASES": {"default": database(url, data)},
        "INSTALLED_APPS": ["django.contrib.contenttypes", "django.contrib.auth", "solvent_server.store"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LANGUAGE_CODE": "en",
    }

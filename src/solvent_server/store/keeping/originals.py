"""Originals: every file as it came, kept under its hash."""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from pathlib import Path

from solvent.intake.intake import Source
from solvent_server.store import database
from solvent_server.store.models import Original


def place_of(sha: str) -> Path:
    """Where the bytes of an original lie."""
    return database.folder() / "originals" / sha[:2] / sha


def keep(source: Source) -> Original:
    """Keep a file; the same bytes are kept once. They are on the disk before the row says so."""
    sha = sha256(source.data).hexdigest()
    path = place_of(sha)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{sha}.{secrets.token_hex(4)}.part")
        try:
            with part.open("wb") as file:
                file.write(source.data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return Original.objects.get_or_create(sha256=sha, defaults={"name": source.name, "size": len(source.data)})[0]

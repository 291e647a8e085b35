"""Originals: every file as it came, kept under its hash."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
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
    _written(sha, source)
    with database.writing():
        kept = Original.objects.get_or_create(sha256=sha, defaults={"name": source.name, "size": len(source.data)})[0]
        _written(sha, source)  # the last that used these bytes may have gone meanwhile, and the file with it
    return kept


def _written(sha: str, source: Source) -> None:
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


def forget(hashes: Iterable[str]) -> None:
    """Take the bytes away of files that nothing in the store tells of any more."""
    with database.writing():
        wanted = set(hashes)
        told = set(Original.objects.filter(sha256__in=wanted).values_list("sha256", flat=True))
        for sha in wanted - told:
            place_of(sha).unlink(missing_ok=True)

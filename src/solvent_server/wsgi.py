"""Wsgi: the application as a server starts it: the store of the environment, and all addresses."""

from __future__ import annotations

import os
from typing import Any


def application() -> Any:
    """The WSGI application over the store that SOLVENT_DATA and SOLVENT_DATABASE_URL name."""
    from solvent_server.store import database  # noqa: PLC0415 (Django is an extra)

    database.connect(None, os.environ.get("SOLVENT_DATABASE_URL", ""))
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415 (needs the settings)

    return WSGIHandler()

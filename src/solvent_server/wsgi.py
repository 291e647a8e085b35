"""Wsgi: the application as a server starts it: the store of the environment, and all addresses."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any


def application() -> Any:
    """The WSGI application over the store that SOLVENT_DATA and SOLVENT_DATABASE_URL name."""
    from solvent_server.store import database  # noqa: PLC0415 (Django is an extra)

    database.connect(None, os.environ.get("SOLVENT_DATABASE_URL", ""))
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415 (needs the settings)

    import_module("solvent_server.urls")  # every page is there before the first visitor asks for one

    return WSGIHandler()

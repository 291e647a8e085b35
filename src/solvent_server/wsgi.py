"""Wsgi: the application as a server starts it: the store of the environment, and all addresses."""

from __future__ import annotations

import gc
import os
from importlib import import_module
from typing import Any

import polars as pl

from solvent.files.language import catalogue
from solvent.files.policy_file import families


def application() -> Any:
    """The WSGI application over the store that SOLVENT_DATA and SOLVENT_DATABASE_URL name."""
    from solvent_server.store import database  # noqa: PLC0415 (Django is an extra)

    database.connect(None, os.environ.get("SOLVENT_DATABASE_URL", ""))
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415 (needs the settings)

    import_module("solvent_server.urls")  # every page is there before the first visitor asks for one
    catalogue(), families()
    pl.Config.set_engine_affinity("in-memory")  # pages ask small frames many small things: half the time of streaming
    made = WSGIHandler()
    gc.collect()
    gc.freeze()  # what stands now stands for good: to look through it for waste would stop every answer for 0.2 s
    return made

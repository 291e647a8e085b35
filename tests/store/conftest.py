"""Fixtures of the store's tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from support import another, load, place, server, templates

__all__ = ["another", "load", "place", "server", "templates"]

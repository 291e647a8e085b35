"""An empty store with one company, for what workers do."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from solvent_server.store import database
from stores import empty_store

FIRST = TemporaryDirectory(prefix="solvent-tests-")
database.connect(Path(FIRST.name))
atexit.register(FIRST.cleanup)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Any]:
    """A company without books, in a store of its own."""
    empty_store(tmp_path / "data")
    database.connect(tmp_path / "data")
    from solvent_server.store import work  # noqa: PLC0415 (needs the store)

    yield work.set_company("own", "test", names=["Lantern Works"], currency="CNY")
    database.close()

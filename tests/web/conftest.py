"""A store with two companies of which one is assessed, people in every role, and a browser's client for each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from solvent_server.store import database
from stores import empty_store, file_waits, logged_in, staffed, with_assessment

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def site() -> Iterator[Path]:
    """The data folder of a small company, assessed: own; and of another, foreign, that has no assessment."""
    with TemporaryDirectory(prefix="solvent-web-") as folder:
        empty_store(Path(folder))
        database.connect(Path(folder))
        from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

        own = with_assessment(staffed("own", "Lantern Works"))
        staffed("foreign", "Elsewhere", after="-elsewhere")
        User.objects.create_user("nobody")
        file_waits(own, "12.50")
        yield Path(folder)
        database.close()


@pytest.fixture
def client(site: Path) -> Callable[..., object]:
    """``client("cfo")``: somebody who is logged in, reading English; ``client("cfo", "zh")``: Chinese."""
    from django.test import Client  # noqa: PLC0415 (needs the store)

    database.connect(site)

    def of(name: str | None, language: str = "en") -> Client:
        made = Client(headers={"accept-language": "zh-CN" if language == "zh" else "en-GB"})
        return made if name is None else logged_in(made, name)

    return of

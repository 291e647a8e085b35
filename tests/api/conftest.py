"""A store with a company whose books are in it and assessed, another company, people, and tokens for both."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from solvent_server.store import database
from stores import empty_store, staffed, with_assessment, with_books, with_cases

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def site() -> Iterator[Path]:
    """The data folder of a small company, loaded and assessed: own; and of another, foreign."""
    with TemporaryDirectory(prefix="solvent-api-") as folder:
        empty_store(Path(folder))
        database.connect(Path(folder))
        with_cases(with_assessment(with_books(staffed("own", "Lantern Works"))))
        staffed("foreign", "Elsewhere", after="-elsewhere")
        yield Path(folder)
        database.close()


@pytest.fixture
def token(site: Path) -> Callable[..., tuple[Any, str]]:
    """``token("cfo", "read", "cash")``: a token of a person's, with its secret."""
    from solvent_server.store.connect import tokens  # noqa: PLC0415 (needs the store)
    from solvent_server.store.models import Company, Token  # noqa: PLC0415

    database.connect(site)

    def made(person: str, *scopes: str, company: str = "own", **more: Any) -> tuple[Any, str]:
        more.setdefault("rate", 6_000)
        name = f"t{Token.objects.count()}"
        return tokens.make(Company.objects.get(code=company), name, person, scopes, actor="test", **more)

    return made


@pytest.fixture
def asker(token: Callable[..., tuple[Any, str]]) -> Callable[..., Any]:
    """``asker("cfo", "read")``: a client with a token of its own; no scope: every one that the role reaches."""
    from asking import Asker  # noqa: PLC0415

    from solvent_server.store import access  # noqa: PLC0415 (needs the store)
    from solvent_server.store.connect.tokens import SCOPES  # noqa: PLC0415

    def made(person: str = "cfo", *scopes: str, language: str = "en", **more: Any) -> Asker:
        role = person.removesuffix("-elsewhere")
        reached = scopes or [scope for scope, action in SCOPES.items() if action in access.ROLES[role]]
        return Asker(token(person, *reached, **more)[1], language)

    return made

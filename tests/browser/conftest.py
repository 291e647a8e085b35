"""A real browser in front of a real server: a small assessed company, people in every role, windows for each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import Browser, sync_playwright

from solvent_server.store import database
from stores import file_waits, logged_in, staffed, with_assessment, with_books, with_cases

sys.path.insert(0, str(Path(__file__).parent))

from seen import TYPE, Seen, chromium, launch, windows
from serving import new_store, serving

NAME = "灯塔工坊"
CODE = "lantern"
OTHER = "harbour"
"""A second company, without an assessment, into which files are brought."""
SECRET = "a long lantern 7"
"""Of anna, who logs in herself, where all others come logged in."""


@dataclass(frozen=True)
class Served:
    """A server that answers. url: where; folder: its data; cookie_of: name to the cookie of a log-in."""

    url: str
    folder: Path
    cookie_of: dict[str, str]

    def at(self, company: str = CODE) -> str:
        return f"{self.url}/c/{company}/"

    @property
    def company(self) -> Any:
        return self.called(CODE)

    def called(self, code: str) -> Any:
        from solvent_server.store.models import Company  # noqa: PLC0415 (needs the store)

        return Company.objects.get(code=code)

    @property
    def kept(self) -> Any:
        from solvent_server.store.keeping import assessments  # noqa: PLC0415

        return assessments.latest(CODE)


@pytest.fixture(scope="package")
def served() -> Iterator[Served]:
    if chromium() is None:
        pytest.skip(f"no chromium on this machine; for the tests in a browser type: {TYPE}")
    with TemporaryDirectory(prefix="solvent-browser-") as folder, pytest.MonkeyPatch.context() as patch:
        # The browser is driven by a loop in this very thread, which Django takes for a server's.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        own, cookies = _companies(Path(folder))
        with serving(Path(folder)) as answers:
            with_cases(with_assessment(with_books(own)))  # the server sets itself up meanwhile
            yield Served(answers(), Path(folder), cookies)
        database.close()


def _companies(folder: Path) -> tuple[Any, dict[str, str]]:
    """The companies with their people; gives the one to assess, and name to cookie."""
    new_store(folder)
    from django.test import Client  # noqa: PLC0415 (needs the store)

    from solvent_server.store import access, work  # noqa: PLC0415

    own = staffed(CODE, NAME)
    staffed(OTHER, "海港贸易", after=f"-{OTHER}")
    # As after a log-in by password, so that what is sensitive may be done for as long as the tests take.
    long = time() + 36_000
    names = [f"{role}{after}" for role in access.ROLES for after in ("", f"-{OTHER}")]
    cookies = {name: logged_in(Client(), name, at=long).cookies["sessionid"].value for name in names}
    file_waits(own, "12.50", "80", "7.25", "300", "no")
    work.set_member(own, "anna", "cfo", SECRET, "test")
    return own, cookies


@pytest.fixture(scope="package")
def browser(served: Served) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = launch(playwright, served.folder)
        yield made
        made.close()


@pytest.fixture
def sit(browser: Browser, served: Served) -> Iterator[Callable[..., Seen]]:
    """``sit("cfo", "zh", size=PHONE)``: somebody before a window; in the end nothing may have gone wrong in any."""
    database.connect(served.folder)
    with ExitStack() as closing:
        made: list[Seen] = []

        def of(who: str | None, language: str = "en", company: str = CODE, **how: Any) -> Seen:
            name = how.pop("cookie", who if company == CODE else f"{who}-{company}")
            cookie = served.cookie_of[name] if who else ""
            at = how.pop("at", served.at(company))
            window = closing.enter_context(contextmanager(windows)(browser, at, cookie, language, **how))
            made.append(window)
            return window

        yield of
        assert [wrong for window in made for wrong in window.wrong] == []
        assert [slow for window in made for slow in window.too_slow()] == []

"""A real browser in front of a real server: a small assessed company, people in every role, windows for each."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, time
from typing import Any

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import Browser, sync_playwright

from pace import NEVER
from solvent.assessment import assess
from solvent.base.terms import Policy
from solvent.books.books import open_books
from solvent.files.sample import Plan, generate
from solvent.simulation.horizon import Outlooked
from solvent_server.store import database

sys.path.insert(0, str(Path(__file__).parent))
FIRST = TemporaryDirectory(prefix="solvent-tests-")
database.connect(Path(FIRST.name))
atexit.register(FIRST.cleanup)

from seen import TYPE, Seen, chromium, launch, windows  # noqa: E402 (its folder has to be told first)

NAME = "灯塔工坊"
CODE = "lantern"
OTHER = "harbour"
"""A second company, without an assessment, into which files are brought."""


@dataclass(frozen=True)
class Served:
    """A server that answers. url: where; folder: its data; cookie_of: role to the cookie of a log-in."""

    url: str
    folder: Path
    cookie_of: dict[str, str]

    def at(self, company: str = CODE) -> str:
        return f"{self.url}/c/{company}/"

    @property
    def company(self) -> Any:
        from solvent_server.store.models import Company  # noqa: PLC0415 (needs the store)

        return Company.objects.get(code=CODE)

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
        cookies = _company(Path(folder))
        with _serving(Path(folder)) as url:
            yield Served(url, Path(folder), cookies)
        database.close()


def _company(folder: Path) -> dict[str, str]:
    """Make the companies; gives role to cookie."""
    database.connect(folder)
    database.migrate()
    from allauth.account.internal.flows import login  # noqa: PLC0415 (needs the store)
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from solvent_server.jobs.daily import play  # noqa: PLC0415
    from solvent_server.store import access, batches, books, work  # noqa: PLC0415
    from solvent_server.store.keeping import assessments  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    own = work.set_company(CODE, "test", names=[NAME], currency="CNY")
    other = work.set_company(OTHER, "test", names=["海港贸易"], currency="CNY")
    tables = {name: frame for name, frame in generate(Plan(size="stall", seed=4)).tables.items() if frame.height}
    batches.record(own, tables, kind="person", actor="test")
    opened = open_books(books.ledger(own))
    run = assess(opened, Policy(opened.as_of, {Outlooked.key: [(opened.as_of, {"paths": 500})]}), seed=1)
    assessments.keep(CODE, run, "2026-11-01T06:00:00")
    play(own, run)
    cookies = {}
    for role in access.ROLES:
        person = User.objects.create_user(role)
        Member.objects.create(user=person, company=own, role=role)
        Member.objects.create(user=User.objects.create_user(f"{role}-{OTHER}"), company=other, role=role)
        for name in (role, f"{role}-{OTHER}"):
            client = Client()
            client.force_login(
                User.objects.get(username=name), backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            # As after a log-in by password, so that what is sensitive may be done for as long as the tests take.
            session = client.session
            session["account_authentication_methods"] = [{"method": "password", "at": time() + 36_000}]
            session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
            session.save()
            cookies[name] = client.cookies["sessionid"].value
    _one_file_read(own)
    # The log-ins above are signed with this process's key: the server has to know it.
    (folder / "secret.key").write_text(settings.SECRET_KEY, "ascii")
    work.set_member(own, "anna", "cfo", "a long lantern 7", "test")
    return cookies


def _one_file_read(own: Any) -> None:
    """A file that was read and waits, so that its page has something to show."""
    from solvent.intake.intake import Source  # noqa: PLC0415
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)
    from solvent_server.store.errands import queue  # noqa: PLC0415

    rows = "customer_id,invoice_id,issued_on,due_on,currency,amount\nC0001,W-1,2026-10-01,2026-11-15,CNY,no\n"
    queue.ask_read(own, Source("waiting.csv", rows.encode()), "test")
    assert worker.do_next()


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """``solvent serve`` in a process of its own, on a free port, until the tests end."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    log = folder / "serve.log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "solvent.files.cli", "serve", "--data", str(folder), "--port", str(port)],
            stdout=told,
            stderr=subprocess.STDOUT,
            env={**os.environ, "POLARS_MAX_THREADS": "2"},
        )
    try:
        until = monotonic() + NEVER
        while not _answers(port):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
            assert process.poll() is None, log.read_text()
            assert monotonic() < until, log.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(NEVER / 30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


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
            window = closing.enter_context(
                contextmanager(windows)(browser, served.at(company), cookie, language, **how)
            )
            made.append(window)
            return window

        yield of
        assert [wrong for window in made for wrong in window.wrong] == []
        assert [slow for window in made for slow in window.too_slow()] == []

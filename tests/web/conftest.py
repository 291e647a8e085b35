"""A store with two companies of which one is assessed, people in every role, and a browser's client for each."""

from __future__ import annotations

import atexit
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from companies import company_books
from solvent.assessment import assess
from solvent.base.terms import Policy
from solvent.simulation.horizon import Outlooked
from solvent_server.store import database
from stores import empty_store

sys.path.insert(0, str(Path(__file__).parent))
FIRST = TemporaryDirectory(prefix="solvent-tests-")
database.connect(Path(FIRST.name))
atexit.register(FIRST.cleanup)


@pytest.fixture(scope="session")
def site() -> Iterator[Path]:
    """The data folder of a small company, assessed: own; and of another, foreign, that has no assessment."""
    with TemporaryDirectory(prefix="solvent-web-") as folder:
        empty_store(Path(folder))
        database.connect(Path(folder))
        from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

        from solvent_server.store import access, work  # noqa: PLC0415
        from solvent_server.store.keeping import assessments  # noqa: PLC0415
        from solvent_server.store.models import Member  # noqa: PLC0415

        own = work.set_company("own", "test", names=["Lantern Works"], currency="CNY")
        foreign = work.set_company("foreign", "test", names=["Elsewhere"], currency="CNY")
        for role in access.ROLES:
            for name, company in ((role, own), (f"{role}-elsewhere", foreign)):
                person = User.objects.create_user(name)
                Member.objects.create(user=person, company=company, role=role)
        User.objects.create_user("nobody")
        books = company_books(4, "stall")
        few = {Outlooked.key: [(books.as_of, {"paths": 500})]}
        assessments.keep("own", assess(books, Policy(books.as_of, few), seed=1), "2026-11-01T06:00:00")
        _one_file_read(own)
        yield Path(folder)
        database.close()


def _one_file_read(own: object) -> None:
    """A file that was read and waits, so that the pages of a file and of an import have something to show."""
    from solvent.intake.intake import Source  # noqa: PLC0415
    from solvent_server.jobs import worker  # noqa: PLC0415 (needs the store)
    from solvent_server.store.errands import queue  # noqa: PLC0415

    rows = "customer_id,invoice_id,issued_on,due_on,currency,amount\nC0001,W-1,2026-10-01,2026-11-15,CNY,12.50\n"
    queue.ask_read(own, Source("waiting.csv", rows.encode()), "test")
    assert worker.do_next()


@pytest.fixture
def client(site: Path) -> Callable[..., object]:
    """``client("cfo")``: somebody who is logged in, reading English; ``client("cfo", "zh")``: Chinese."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)
    from django.test import Client  # noqa: PLC0415

    database.connect(site)

    def of(name: str | None, language: str = "en") -> Client:
        made = Client(headers={"accept-language": "zh-CN" if language == "zh" else "en-GB"})
        if name is not None:
            made.force_login(
                User.objects.get(username=name), backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            session = made.session
            session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
            session["account_authentication_methods_user"] = session["_auth_user_id"]
            session.save()
        return made

    return of

"""Stores: one that was migrated once in a run, to copy wherever an empty store is asked for; and what is put in.

Whoever reads this is connected to a store, for without one no model can be read.
"""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Any

from companies import assessed, company
from solvent_server.store import database

FIRST = TemporaryDirectory(prefix="solvent-tests-")
database.connect(Path(FIRST.name))
atexit.register(FIRST.cleanup)


@cache
def _migrated() -> Path:
    folder = TemporaryDirectory(prefix="solvent-template-")
    atexit.register(folder.cleanup)
    database.connect(Path(folder.name))
    database.migrate()
    database.close()
    return Path(folder.name) / "solvent.sqlite3"


def empty_store(data: Path) -> None:
    """A migrated store on SQLite with nothing in it in that folder; whatever was connected before is not any more."""
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(_migrated(), data / "solvent.sqlite3")


def staffed(code: str, name: str, *, after: str = "") -> Any:
    """A company with a person in every role, who is called as the role is, with ``after`` behind it."""
    from django.contrib.auth.models import User  # noqa: PLC0415 (needs the store)

    from solvent_server.store import access, work  # noqa: PLC0415
    from solvent_server.store.models import Member  # noqa: PLC0415

    made = work.set_company(code, "test", names=[name], currency="CNY")
    for role in access.ROLES:
        Member.objects.create(user=User.objects.create_user(f"{role}{after}"), company=made, role=role)
    return made


def with_books(of: Any) -> Any:
    """The company with the books of the sample's stall."""
    from solvent_server.store import batches  # noqa: PLC0415 (needs the store)

    rows = {name: frame for name, frame in company(4, "stall").tables.items() if frame.height}
    batches.record(of, rows, kind="source", actor="test")
    return of


def with_assessment(of: Any) -> Any:
    """The company with a kept assessment of these books, whether it has them or not."""
    from solvent_server.store.keeping import assessments  # noqa: PLC0415 (needs the store)

    assessments.keep(of.code, assessed(4, "stall"), "2026-11-01T06:00:00+00:00")
    return of


def with_cases(of: Any) -> Any:
    """The company with the alarms of this assessment as cases."""
    from solvent_server.jobs.daily import play  # noqa: PLC0415 (needs the store)

    play(of, assessed(4, "stall"))
    return of


def file_waits(of: Any, *amounts: str) -> None:
    """A file of open items with these amounts was read and waits, so that pages of files have something to show."""
    from solvent.intake.intake import Source  # noqa: PLC0415 (needs the store)
    from solvent_server.jobs import worker  # noqa: PLC0415
    from solvent_server.store.errands import queue  # noqa: PLC0415

    rows = "customer_id,invoice_id,issued_on,due_on,currency,amount\n"
    rows += "".join(f"C0001,W-{n},2026-10-01,2026-11-15,CNY,{one}\n" for n, one in enumerate(amounts, 1))
    queue.ask_read(of, Source("waiting.csv", rows.encode()), "test")
    assert worker.do_next()


def logged_in(client: Any, name: str, *, at: float = 0.0) -> Any:
    """The client with somebody logged in by password at that moment: now, unless it is told."""
    from allauth.account.internal.flows import login  # noqa: PLC0415 (needs the store)
    from django.contrib.auth.models import User  # noqa: PLC0415

    client.force_login(User.objects.get(username=name), "allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": at or time()}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
    session.save()
    return client

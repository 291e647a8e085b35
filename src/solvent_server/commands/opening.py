"""Opening: the store that a command works on, and the company that is meant. Django is imported here and not before."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import date
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import Ledger
from solvent.books.checks import Outcome
from solvent.files.language import Language

if TYPE_CHECKING:
    from solvent_server.store.models import Company


def add_store(parser: ArgumentParser, language: Language, *, company: bool = True) -> None:
    """Where the data lie, and which company is meant."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=language.say("the data folder; by default SOLVENT_DATA, else the user's own"),
    )
    if company:
        parser.add_argument(
            "--company", metavar="CODE", help=language.say("which company; by default the only one there is")
        )


def open_store(data: Path | None = None, *, migrated: bool = True) -> None:
    """Connect to the store; a new one is set up at once.

    Args:
        migrated: False: it is brought up to date by whoever opens it.

    Raises:
        SolventError: the server's libraries are not installed, or the store is of a newer version.
    """
    try:
        from solvent_server.store import database  # noqa: PLC0415 (Django is an extra)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("solvent", "solvent_server"):
            raise
        raise SolventError("store.extra_missing") from error
    database.connect(data, os.environ.get("SOLVENT_DATABASE_URL", ""))
    state = database.state()
    if state == "ahead":
        raise SolventError("store.newer", str(database.folder()))
    if migrated and state == "new":
        database.migrate()
    elif migrated and state == "behind":
        raise SolventError("store.behind", str(database.folder()))


def company_of(args: Namespace, currency: str | None = None) -> Company:
    """The company of the arguments; the first one is made on first use."""
    from solvent_server.store import access, work  # noqa: PLC0415

    return access.company_of(args.company) if args.company else work.only_company(currency, actor=actor())


def actor() -> str:
    """Who types: the account of the machine, as the trail names it."""
    return f"{_account()} (command line)"


def _account() -> str:
    """The account that runs this process, asked of the system and not of the environment, which anybody may set."""
    try:
        import pwd  # noqa: PLC0415 (not on every system)

        return pwd.getpwuid(os.getuid()).pw_name
    except ModuleNotFoundError:
        return getuser()
    except KeyError:
        return f"user {os.getuid()}"


def stored_ledger() -> Ledger:
    """What the store holds of the company that SOLVENT_COMPANY names, or of the only one there is."""
    open_store()
    from solvent_server.store import access, books, work  # noqa: PLC0415

    code = os.environ.get("SOLVENT_COMPANY", "")
    return books.ledger(access.company_of(code) if code else work.only_company(actor=actor()))


def stored_reservations(as_of: date) -> pl.DataFrame:
    """What is held of limits for orders, beside the books of a day, in the books' own currency."""
    open_store()
    from solvent_server.store import access, work  # noqa: PLC0415
    from solvent_server.store.desk import reservations  # noqa: PLC0415

    code = os.environ.get("SOLVENT_COMPANY", "")
    return reservations.held(access.company_of(code) if code else work.only_company(actor=actor()), as_of)


def check_store() -> Sequence[Outcome]:
    """The checks of the store itself, told by ``solvent check`` where no ledger is named."""
    open_store()
    from solvent_server.store.keeping import checks  # noqa: PLC0415

    return checks.check_store()

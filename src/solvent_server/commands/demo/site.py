"""Site: the sample company in a store of its own beside the user's, with people to be, opened in a browser."""

from __future__ import annotations

import os
import secrets
import sys
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from solvent.base.problem import SolventError
from solvent.files.command import OK
from solvent.files.screen import Screen
from solvent_server.commands.opening import actor, open_store
from solvent_server.commands.serve import PORT, is_free, prepare, serve

if TYPE_CHECKING:
    from solvent_server.store.models import Company

ADDRESS = "127.0.0.1"
FOLDER = "demo"
PORTS = 20
"""So many ports are tried from the usual one on."""
PEOPLE: Mapping[str, str] = {
    "cfo": "cfo",
    "credit": "credit_manager",
    "collector": "collector",
    "treasurer": "treasurer",
    "sales": "sales",
    "admin": "administrator",
}
"""Role by name: the five for whom it is, and whoever keeps the system."""
CALLED: Mapping[str, str] = {
    "cfo": "Chief financial officer",
    "credit": "Credit manager",
    "collector": "Collector",
    "treasurer": "Treasurer",
    "sales": "Sales",
    "admin": "System administrator",
}
SAYS: Mapping[str, str] = {
    "making": "Making the sample company",
    "loading": "Loading its books",
    "assessing": "Assessing them: 10,000 paths of the next 26 weeks",
}


def open_site(screen: Screen, *, seed: int, data: Path | None, port: int | None, browser: bool) -> int:
    """Make what is not there yet, tell how to enter, and serve it until told to stop.

    Raises:
        SolventError: the server's libraries are not installed, or no port is free.
    """
    own = _connect(data)
    language = screen.language
    screen.line(language.say("The demo keeps its data in {place}, apart from your own.", place=own), style="dim")
    _step(screen, "Setting up", prepare)
    company, password = _filled(screen, seed)
    free = _free(port)
    address = f"http://{ADDRESS}:{free}/"
    screen.line()
    screen.line(language.say("Log in as any of these people. They all have the same password, made just now:"))
    screen.table(("name", "role"), [(name, language.say(CALLED[name])) for name in PEOPLE], left=2)
    screen.line(f"  {language.say('Password')}: {password}", style="bold")
    screen.line()

    def ready() -> None:
        opened = browser and _browse(address)
        said = "It is open in your browser: {address}" if opened else "Open {address} in a browser."
        screen.line(language.say(said, address=address), style="bold")
        screen.line(language.say("Stop it with Ctrl+C. Take it away again with: solvent demo --remove"), style="dim")

    assert company is not None
    serve(ADDRESS, free, 1, ready)
    return OK


def remove(screen: Screen, *, data: Path | None) -> int:
    """Take the sample company out of the demo's store, and say what went.

    Raises:
        SolventError: there is none, or the server's libraries are not installed.
    """
    own = _connect(data, make=False)
    from solvent_server.store.models import Company  # noqa: PLC0415 (needs the store)
    from solvent_server.store.start import sample  # noqa: PLC0415

    found = Company.objects.filter(sample__isnull=False).order_by("id").first()
    if found is None:
        raise SolventError("store.sample.none", "", company=sample.CODE)
    told = sample.take_away(found, actor())
    language = screen.language
    said = "The sample company is gone: {rows} rows, {people} people. The trail in {place} keeps a line of it."
    count = language.count(sum(told.rows.values()))
    screen.line(language.say(said, rows=count, people=language.count(len(told.people)), place=own))
    return OK


def _connect(data: Path | None, *, make: bool = True) -> Path:
    """The demo's own store, which is never the user's: a file in a folder of its own, whatever else is set."""
    try:
        from solvent_server.settings import data_folder  # noqa: PLC0415 (Django is an extra)
    except ModuleNotFoundError as error:
        raise SolventError("store.extra_missing") from error
    own = (data or data_folder()) / FOLDER
    if not make and not own.exists():
        raise SolventError("store.sample.none", str(own), company="sample")
    os.environ.pop("SOLVENT_DATABASE_URL", None)
    open_store(own, migrated=False)
    return own


def _filled(screen: Screen, seed: int) -> tuple[Company, str]:
    """The company with its books, and its people with a new password."""
    from solvent_server.jobs import sample as jobs  # noqa: PLC0415 (needs the store)
    from solvent_server.store.start import people, sample  # noqa: PLC0415

    password = "-".join(secrets.token_hex(2) for _ in range(4))
    people.ensure(list(PEOPLE), password, actor())
    company = sample.begin(actor(), PEOPLE, made_for_it=list(PEOPLE))
    jobs.fill(company, lambda name, does: _step(screen, SAYS[name], does), seed=seed, actor=actor())
    return company, password


def _step(screen: Screen, says: str, does: Callable[[], object]) -> None:
    """One step, with a spinner while it goes on and the seconds it took."""
    since = monotonic()
    with screen.working(says):
        does()
    took = screen.language.say("{seconds} s", seconds=screen.language.number(monotonic() - since, 1))
    screen.line(f"✓ {screen.language.say(says)}  {took}", style="green")


def _free(port: int | None) -> int:
    """The port that was asked for, else the first free one from the usual one on."""
    wanted = range(PORT, PORT + PORTS) if port is None else [port]
    for one in wanted:
        if is_free(ADDRESS, one):
            return one
    raise SolventError("store.port_taken", "", port=str(wanted[0]))


def _browse(address: str) -> bool:
    """True where a browser of this desktop has been told; one in the terminal would be in the way."""
    desktop = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    try:
        return desktop and webbrowser.open(address)
    except webbrowser.Error:
        return False

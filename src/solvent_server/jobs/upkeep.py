"""Upkeep: records fetched from a live system, a backup made, the store checked: errands that settings pages ask for."""

from __future__ import annotations

from datetime import UTC, datetime

from solvent.base.problem import SolventError
from solvent_server.connectors import erpnext, odoo
from solvent_server.connectors.wire import LiveTerms, Settings
from solvent_server.store import audit
from solvent_server.store.errands import queue
from solvent_server.store.keeping import backups, checks, connections, vault
from solvent_server.store.models import Errand

FETCHERS = {"erpnext": erpnext.fetch, "odoo": odoo.fetch}
TRIAL = LiveTerms(tries=2, seconds=20.0)
"""How a connection is tried: somebody waits for the answer."""


def fetch(errand: Errand) -> None:
    """Ask a live system, and hand what it gives to the import like any file; a trial asks and hands nothing on.

    Raises:
        SolventError: the connection is gone, its key cannot be opened, or the system does not answer as it should.
    """
    connection = connections.one(errand.company, int(errand.asked["connection"]))
    if connection is None:
        raise SolventError("store.connection.unknown", "", number=int(errand.asked["connection"]))
    queue.step(errand, "asking")
    begun = datetime.now(UTC)
    trial = bool(errand.asked.get("trial"))
    since = begun if trial else connection.fetched_at if errand.asked.get("changed") else None
    place = Settings(connection.url, connection.there, connection.database, connection.login)
    source = FETCHERS[connection.system](
        place, vault.unseal(connection.sealed), since.replace(tzinfo=None) if since else None,
        terms=TRIAL if trial else None,
    )  # fmt: skip
    if trial:
        queue.done(errand, {"trial": True, "bytes": len(source.data)})
        return
    read = queue.ask_read(errand.company, source, errand.actor)
    connections.fetched(connection, begun)
    queue.done(errand, {"bytes": len(source.data), "read": read.pk})


def back_up(errand: Errand) -> None:
    """One more backup beside the earlier ones.

    Raises:
        SolventError: the disk is full, or the store does not answer.
    """
    queue.step(errand, "backing up")
    made, manifest = backups.make(audit.moment(), actor=errand.actor)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    queue.done(errand, {"name": made.name, "rows": rows, "bytes": made.size})


def check(errand: Errand) -> None:
    """Every check of the store, and what each has found."""
    queue.step(errand, "checking")
    found = checks.check_store()
    told = [{"name": one.name, "count": one.breaches, "subjects": list(one.subjects)} for one in found]
    queue.done(errand, {"found": told})

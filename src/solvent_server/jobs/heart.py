"""Heart: beats beside the work, so that a long assessment is not taken for a worker that is gone."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import sleep

from solvent_server.store.errands import heartbeat


def beat(until: Callable[[], bool]) -> None:
    """Beat in a thread of its own until told to stop, or until the process ends."""
    heartbeat.beat()

    def beats() -> None:
        while not until():
            heartbeat.beat()
            sleep(heartbeat.EVERY)
        heartbeat.stop()

    Thread(target=beats, name="heart", daemon=True).start()

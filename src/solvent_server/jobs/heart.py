"""Heart: beats beside the work, so that a long assessment is not taken for a worker that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from solvent_server.store.errands import heartbeat


@contextmanager
def beating() -> Iterator[None]:
    """Beat in a thread of its own as long as work is done inside; whoever is ended in it stops beating too."""
    ended = Event()

    def beats() -> None:
        while not ended.wait(heartbeat.EVERY):
            heartbeat.beat()

    heartbeat.beat()
    heart = Thread(target=beats, name="heart", daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join(heartbeat.EVERY)
        heartbeat.stop()

"""Hooks: what happened is told to the addresses that asked for it, one message after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from time import sleep

from solvent.base.problem import SolventError
from solvent.files.notify.hook import signature
from solvent_server.connectors.post import Sent, send
from solvent_server.store import access, database
from solvent_server.store.connect import answers, deliveries, hooks
from solvent_server.store.models import Delivery

PAUSE = 1.0
"""Seconds between two looks."""
ROUNDS = 3_600
"""Looks between two times of clearing up."""
AGENT = "solvent"
_LOG = logging.getLogger("solvent.hooks")


def beside(until: Callable[[], bool]) -> None:
    """Tell hooks in a thread of its own, so that no slow address keeps an import waiting."""
    Thread(target=tell, args=(until,), daemon=True, name="hooks").start()


def tell(until: Callable[[], bool]) -> None:
    """Tell hooks until told to stop."""
    count = 0
    while not until():
        try:
            if count % ROUNDS == 0:
                answers.sweep()
                deliveries.sweep()
            count += 1
            deliveries.hear()
            if deliver_next():
                continue
        except SolventError:  # the store itself does not answer: look again
            pass
        except Exception:  # one message must not end all others
            _LOG.exception("hooks broke")
        database.close()
        sleep(PAUSE)


def deliver_next(now: datetime | None = None) -> bool:
    """Try the delivery that is due first. Returns False where there is none."""
    one = deliveries.claim(now)
    if one is None:
        return False
    done = _sent(one, now or datetime.now(UTC))
    deliveries.ended(one, status=done.status, error=done.error, now=now)
    return True


def _sent(one: Delivery, now: datetime) -> Sent:
    """One try, signed at this moment; nothing where the hook's person may not see such a thing any more."""
    hook = one.hook
    if not hook.user.is_active or not access.may(hook.user, hooks.EVENTS[one.event], hook.company):
        return Sent(None, "may_not")
    body, stamp = one.body.encode(), str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "X-Solvent-Event": one.event,
        "X-Solvent-Delivery": one.number,
        "X-Solvent-Timestamp": stamp,
        "X-Solvent-Signature": signature(hooks.secret_of(hook), stamp, body),
    }
    return send(hook.url, headers, body, hosts=hooks.hosts(), private=hooks.private())

"""Answers: what was answered under a key, so that a question asked again is answered alike and done once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from solvent.base.problem import SolventError
from solvent_server.store import database
from solvent_server.store.models import Answered, Token
from solvent_server.store.models.api import ANSWERED, WORKING

KEPT_FOR = timedelta(hours=48)
LOST_AFTER = timedelta(minutes=10)
"""No answer takes so long: whoever worked at it is gone, and the question may be asked again."""
LONGEST = 255


@dataclass(frozen=True)
class Given:
    """An answer that was given. kind: its media type."""

    status: int
    body: str
    kind: str


def begin(token: Token, key: str, digest: str, now: datetime | None = None) -> Given | int:
    """The answer that was given under a key; or the number under which the asker now works at it.

    Raises:
        SolventError: the key belongs to another question, or somebody else works at this one right now.
    """
    now = now or datetime.now(UTC)
    with database.told():
        for _ in range(3):
            before = Answered.objects.filter(token=token, key=key).first()
            if before is None:
                try:
                    with transaction.atomic():
                        made = Answered.objects.create(token=token, key=key, digest=digest, state=WORKING, asked_at=now)
                    return int(made.id)
                except IntegrityError:  # somebody else was sooner
                    continue
            if before.asked_at < now - (KEPT_FOR if before.state == ANSWERED else LOST_AFTER):
                Answered.objects.filter(id=before.id, asked_at=before.asked_at, state=before.state).delete()
                continue
            if before.digest != digest:
                raise SolventError("api.key_other", "", key=key[:40])
            if before.state == ANSWERED:
                return Given(int(before.status or 200), before.body, before.kind)
            break
    raise SolventError("api.key_working", "", key=key[:40])


def keep(number: int, given: Given) -> None:
    """What was answered, for whoever asks again."""
    with database.told():
        Answered.objects.filter(id=number).update(state=ANSWERED, status=given.status, body=given.body, kind=given.kind)


def drop(number: int) -> None:
    """Nothing was done: the question may be asked again."""
    with database.told():
        Answered.objects.filter(id=number).delete()


def sweep(now: datetime | None = None) -> int:
    """Take away what is kept no longer; gives how many."""
    with database.told():
        return int(Answered.objects.filter(asked_at__lt=(now or datetime.now(UTC)) - KEPT_FOR).delete()[0])

"""Deliveries: what happened, out of the trail, as messages to the hooks that asked for it; sent, tried again, given up.

The trail has one line for each write, in the write's own transaction: what is read there happened, and nothing that
happened is missing. Each hook remembers the last line that it heard.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F

from solvent.base.problem import SolventError
from solvent_server.store import access, audit, database
from solvent_server.store.connect.hooks import EVENTS
from solvent_server.store.keeping import assessments
from solvent_server.store.models import AuditLine, Case, CaseStep, Company, Delivery, Hook
from solvent_server.store.models.api import DEAD, OUT, SENDING, SENT, WAITING

WAITS = tuple(timedelta(seconds=told) for told in (10, 60, 300, 1_800, 7_200, 21_600, 43_200))
"""How long it is waited before the second try and each one after; after the last it is given up."""
TRIES = len(WAITS) + 1
LEASE = timedelta(minutes=2)
"""No try takes so long: whoever began it is gone."""
KEPT_FOR = timedelta(days=30)
LINES = 500
"""So many lines of the trail are looked at in one transaction."""
PROPOSED: Mapping[str, str] = {
    "proposal.waiting": "approval.asked",
    "proposal.approved": "approval.decided",
    "proposal.refused": "approval.decided",
    "proposal.withdrawn": "approval.decided",
}
LOADED = ("commit.ledger", "commit.bank", "commit.einvoice", "commit.source")
OPENED = ("opened", "reopened")
SILENT = ("told",)
"""What happens to a case and is no news of it."""


@dataclass(frozen=True)
class Event:
    """Something that happened. number: its name, the same for every hook that is told."""

    number: str
    name: str
    at: str
    data: Mapping[str, Any]


@database.told()
def hear(now: datetime | None = None) -> int:
    """Make a delivery of everything that hooks have not heard yet; gives how many."""
    live = list(Hook.objects.filter(way=OUT, revoked_at__isnull=True).select_related("company", "user"))
    if not live:
        return 0
    now, head, made = now or datetime.now(UTC), audit.head()[0], 0
    for hook in live:
        newest = assessments.latest(hook.company.code)
        name = "" if newest is None else newest.folder.name
        if hook.heard < head or name != hook.told:
            made += _heard(hook, name, now)
    return made


def _heard(hook: Hook, newest: str, now: datetime) -> int:
    """What one hook has not heard yet."""
    with database.writing():
        hook = Hook.objects.select_related("company", "user").get(id=hook.id)
        lines = list(AuditLine.objects.filter(company=hook.company.code, seq__gt=hook.heard).order_by("seq")[:LINES])
        head = lines[-1].seq if len(lines) == LINES else audit.head()[0]
        found = [event for line in lines for event in _events(hook.company, line)]
        if newest and newest != hook.told:
            found.append(_assessed(hook.company, newest))
        wanted = [event for event in found if event.name in hook.events and _may(hook, event.name)]
        rows = [
            Delivery(
                hook=hook, number=event.number, event=event.name, body=_body(event, hook.company), made_at=now,
                next_at=now,
            )
            for event in wanted
        ]  # fmt: skip
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        Hook.objects.filter(id=hook.id).update(heard=head, told=newest)
    return len(rows)


def _may(hook: Hook, event: str) -> bool:
    """True while the person in whose name the hook is told may see such a thing."""
    return hook.user.is_active and access.may(hook.user, EVENTS[event], hook.company)


def _events(company: Company, line: AuditLine) -> Iterator[Event]:
    """What a line of the trail tells."""
    if line.action in LOADED:
        told = json.loads(line.facts)
        batch = int(line.subject.removeprefix("batch "))
        data = {"batch": batch, "kind": told["kind"], "name": told["name"], "counts": told["counts"]}
        yield Event(f"import:{batch}", "import.loaded", line.at, data)
    elif line.action in PROPOSED:
        told = json.loads(line.facts)
        data = {"proposal": told["id"], "table": told["table"], "state": told["state"],
                "customer_id": told["row"].get("customer_id")}  # fmt: skip
        yield Event(f"proposal:{told['id']}:{told['state']}", PROPOSED[line.action], line.at, data)
    elif line.subject == "cases":
        told = json.loads(line.facts)
        if told["from"] and told["to"]:
            yield from _steps(company, line, told["from"], told["to"])


def _steps(company: Company, line: AuditLine, first: int, last: int) -> Iterator[Event]:
    """What happened to cases, a message for each step."""
    steps = CaseStep.objects.filter(company=company, step__gte=first, step__lte=last).order_by("step")
    rows = list(steps.values_list("step", "case_id", "what"))
    cases = Case.objects.filter(company=company, case_id__in={row[1] for row in rows})
    known = {case.case_id: case for case in cases}
    for step, case_id, what in rows:
        if what in SILENT:
            continue
        name = "alarm.opened" if what in OPENED else "alarm.closed" if what == "closed" else "alarm.changed"
        data: dict[str, Any] = {"case_id": case_id, "what": what}
        case = known.get(case_id)
        if case is not None:
            data |= {"rule": case.rule, "about": case.about, "subject": case.subject, "tier": case.tier,
                     "state": case.state}  # fmt: skip
        yield Event(f"alarm:{company.pk}:{step}", name, line.at, data)


def _assessed(company: Company, newest: str) -> Event:
    kept = assessments.latest(company.code)
    as_of = newest[:10] if kept is None else kept.as_of.isoformat()
    made_at = "" if kept is None else str(kept.sheet["made_at"])
    return Event(f"assessment:{newest}", "assessment.made", made_at, {"assessment": newest, "as_of": as_of})


def _body(event: Event, company: Company) -> str:
    told = {"id": event.number, "event": event.name, "company": company.code, "at": event.at, "data": event.data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def claim(now: datetime | None = None) -> Delivery | None:
    """The delivery that is due first, now begun by whoever asks; None: there is none."""
    now = now or datetime.now(UTC)
    with database.told():
        due = Delivery.objects.filter(
            state__in=(WAITING, SENDING), next_at__lte=now, hook__revoked_at__isnull=True
        ).select_related("hook", "hook__company", "hook__user").order_by("next_at", "id")  # fmt: skip
        for one in due[:20]:
            mine = Delivery.objects.filter(id=one.id, state=one.state, next_at=one.next_at)
            if mine.update(state=SENDING, next_at=now + LEASE, tries=F("tries") + 1):
                one.tries += 1
                return one
    return None


def ended(one: Delivery, *, status: int | None, error: str, now: datetime | None = None) -> None:
    """What became of a try: it was taken, it is tried again later, or it is given up."""
    now = now or datetime.now(UTC)
    taken = not error and status is not None and 200 <= status < 300
    told: dict[str, Any] = {"status": status, "error": error[:64]}
    if taken:
        told |= {"state": SENT, "ended_at": now}
    elif one.tries >= TRIES:
        told |= {"state": DEAD, "ended_at": now}
    else:
        told |= {"state": WAITING, "next_at": now + WAITS[one.tries - 1]}
    with database.told():
        Delivery.objects.filter(id=one.id).update(**told)


def replay(company: Company, number: int, *, actor: str, now: datetime | None = None) -> Delivery:
    """Send it once more, with all its tries, because somebody asks for it.

    Raises:
        SolventError: the company has no such delivery that has ended, or its hook was revoked.
    """
    with database.writing():
        found = Delivery.objects.filter(id=number, hook__company=company, hook__revoked_at__isnull=True)
        one = found.select_related("hook", "hook__company").first()
        if one is None or one.state not in (SENT, DEAD):
            raise SolventError("store.hook.not_ended", "", delivery=number)
        one.state, one.tries, one.next_at, one.ended_at = WAITING, 0, now or datetime.now(UTC), None
        one.save(update_fields=["state", "tries", "next_at", "ended_at"])
        told = {"delivery": one.id, "hook": one.hook_id, "number": one.number, "event": one.event}
        audit.append(actor, "hook.replayed", f"delivery {one.id}", told, company=company.code, at=audit.moment())
    return one


@database.told()
def listed(company: Company, most: int = 200) -> Sequence[Delivery]:
    """The newest deliveries of a company."""
    return list(Delivery.objects.filter(hook__company=company).select_related("hook").order_by("-id")[:most])


def sweep(now: datetime | None = None) -> int:
    """Take away what was sent long ago; what was given up stays until its hook is looked at."""
    with database.told():
        old = Delivery.objects.filter(state=SENT, ended_at__lt=(now or datetime.now(UTC)) - KEPT_FOR)
        return int(old.delete()[0])

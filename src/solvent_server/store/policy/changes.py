"""Changes: a term of the policy from a day on: proposed by one person, decided by another; until then the old holds.

That the two are not one person is a constraint of the database. Nothing is ever taken out: a change is undone by
another change back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from solvent.base.problem import SolventError
from solvent.base.terms import Override, Policy
from solvent_server.store import access, audit, database
from solvent_server.store.keeping import assessments
from solvent_server.store.models import Company, PolicyChange
from solvent_server.store.models.desk import APPROVED, REFUSED, WAITING, WITHDRAWN
from solvent_server.store.policy import standing
from solvent_server.store.policy.sound import PARTNERS, fits, sound, together

LONGEST_REASON = 2000


def earliest(company: Company) -> date:
    """The first day from which a change may count: the day of the newest assessment; days before stay as told."""
    kept = assessments.latest(company.code)
    return date.min if kept is None else kept.as_of


def propose(
    company: Company, family: str, term: str, value: Any, *, valid_from: date, reason: str, actor: str
) -> PolicyChange:
    """Ask for another value of one term from a day on; the value that holds until somebody else approves stays.

    Args:
        family: empty, with the term ``preset``: stand on another preset; its value None: on none.
        value: None: no own value any more.

    Raises:
        SolventError: no reason, a day that was assessed before, a value that the term refuses or has already, or the
            same is waiting.
        PolicyError: no such family or term, or a value of another kind.
    """
    key = (family, term)
    told = _sound(company, key, value, valid_from, reason)
    with database.writing():
        _refuse_idle(company, key, told, valid_from)
        return _put_down(company, key, told, valid_from=valid_from, reason=reason, actor=actor)


def _sound(company: Company, key: standing.Key, value: Any, day: date, reason: str) -> Any:
    """The value as it may be kept; refused is what has no reason, comes too late, or is none of the term's values."""
    if not reason.strip():
        raise SolventError("store.policy.reason")
    told = None if value is None and standing.known(*key) else _told(*key, value)
    first = earliest(company)
    if day < first:
        raise SolventError("store.policy.past", place_of(key), day=day.isoformat(), first=first.isoformat())
    return told


def _put_down(
    company: Company, key: standing.Key, value: Any, *, valid_from: date, reason: str, actor: str
) -> PolicyChange:
    """The change as one that waits, unless its family does not take it beside what is decided."""
    family, term = key
    if family and value is not None:
        own = standing.held(company, valid_from)
        together(family, {**{one[1]: held.value for one, held in own.items() if one[0] == family}, term: value})
    change = PolicyChange.objects.create(
        company=company, family=family, term=term, value=value,
        before=standing.stands(company, family, term, valid_from), valid_from=valid_from,
        reason=reason.strip()[:LONGEST_REASON], asked_by=access.person(actor), asked_at=audit.moment(),
    )  # fmt: skip
    _line(change, actor)
    return change


def place_of(key: standing.Key) -> str:
    """A term as problems name it: ``measures.aging.edges``."""
    return ".".join(part for part in key if part)


def _told(family: str, term: str, value: Any) -> Any:
    if not family and term != standing.PRESET:
        raise SolventError("store.policy.unknown", term)
    return sound(family, term, value)


def _refuse_idle(company: Company, key: standing.Key, value: Any, day: date) -> None:
    """Refuse what changes nothing: the value that holds on the day and after it, or what waits already."""
    if _waits(company, key, day):
        raise SolventError("store.policy.waits", place_of(key), day=day.isoformat())
    family, term = key
    before = standing.stands(company, family, term, day)
    own = key in standing.held(company, day) if family else before is not None
    later = PolicyChange.objects.filter(company=company, family=family, term=term, state=APPROVED, valid_from__gt=day)
    if not later.exists() and ((value is None and not own) or (value is not None and value == before)):
        raise SolventError("store.policy.same", place_of(key))


def _waits(company: Company, key: standing.Key, day: date) -> bool:
    waiting = PolicyChange.objects.filter(company=company, state=WAITING, valid_from=day)
    return waiting.filter(family=key[0], term=key[1]).exists()


def approve(company: Company, number: int, *, actor: str) -> PolicyChange:
    """Approve what somebody else proposed: it counts from its day on, or from the newest assessed day if that is later.

    Raises:
        SolventError: it does not wait any more, whoever approves proposed it or has no role that approves, or it would
            leave terms that do not agree: then what it must agree with is approved with it, if that waits too.
    """
    who = access.person(actor)
    with database.writing():
        change = _waiting(company, number)
        if who == change.asked_by:
            raise SolventError("store.policy.same_person", "", change=number, person=who)
        if not access.may_approve(actor, company):
            raise SolventError("store.policy.may_not_approve", "", change=number, person=who)
        for one in _agreeing(company, change, who):
            one.valid_from = max(one.valid_from, earliest(company))
            _decided(one, APPROVED, who, "", actor)
    return change


def _agreeing(company: Company, change: PolicyChange, who: str) -> list[PolicyChange]:
    """The change, and with it the one of its partner term that waits for the same day, where only both together fit.

    Raises:
        SolventError: neither it alone nor both leave terms that agree.
    """
    if _fit(company, [change]):
        return [change]
    partner = PARTNERS.get((change.family, change.term))
    if partner is not None:
        beside = PolicyChange.objects.filter(
            company=company, family=partner[0], term=partner[1], state=WAITING, valid_from=change.valid_from
        ).exclude(asked_by=who)
        both = [change, *beside.select_related("company")]
        if _fit(company, both):
            return both
    wanted = place_of(partner) if partner else "measures.rolls.table"
    raise SolventError("store.policy.partner", place_of((change.family, change.term)), partner=wanted)


def _fit(company: Company, more: Sequence[PolicyChange]) -> bool:
    """True where every day on which something changes has terms that agree, with these changes approved too."""
    every = sorted([*standing.approved(company), *more], key=lambda one: one.valid_from)
    told = standing.laid_out(every)
    days = {since for entries in told.values() for since, _ in entries}
    return all(fits(Policy(day, told)) for day in days)


def refuse(company: Company, number: int, *, actor: str, answer: str) -> PolicyChange:
    """Refuse what somebody proposed, or take back one's own; a reason is asked for.

    Raises:
        SolventError: it does not wait any more, no reason is given, or it is somebody else's and whoever refuses has
            no role that decides.
    """
    if not answer.strip():
        raise SolventError("store.policy.reason")
    who = access.person(actor)
    with database.writing():
        change = _waiting(company, number)
        own = who == change.asked_by
        if not own and not access.may_approve(actor, company):
            raise SolventError("store.policy.may_not_approve", "", change=number, person=who)
        _decided(change, WITHDRAWN if own else REFUSED, who, answer.strip()[:LONGEST_REASON], actor)
    return change


def undo(company: Company, number: int, *, actor: str, reason: str, today: date | None = None) -> PolicyChange:
    """Propose the way back: what held before a change, from today on or the first day that is open.

    Raises:
        SolventError: the change was never approved, or what it came from holds already.
    """
    change = PolicyChange.objects.filter(company=company, id=number, state=APPROVED).first()
    if change is None:
        raise SolventError("store.policy.not_approved", "", change=number)
    day = max(today or datetime.now(UTC).date(), earliest(company), change.valid_from)
    back = change.before
    if change.family and not _had_own(company, change):
        back = None
    return propose(company, change.family, change.term, back, valid_from=day, reason=reason, actor=actor)


def _had_own(company: Company, change: PolicyChange) -> bool:
    """True where the term had an own value just before the change."""
    found = [
        one for one in standing.approved(company)
        if (one.family, one.term) == (change.family, change.term) and one.id != change.id
        and (one.valid_from, one.decided_at) < (change.valid_from, change.decided_at)
    ]  # fmt: skip
    return bool(found) and found[-1].value is not None


@database.told()
def history(company: Company, *, family: str | None = None, term: str = "") -> list[PolicyChange]:
    """What was proposed, the newest first; of one term where asked."""
    found = PolicyChange.objects.filter(company=company)
    if family is not None:
        found = found.filter(family=family, **({"term": term} if term else {}))
    return list(found.order_by("-id"))


@database.told()
def waiting(company: Company) -> list[PolicyChange]:
    """What waits for a second person, the oldest first."""
    return list(PolicyChange.objects.filter(company=company, state=WAITING).order_by("id"))


def take_in(
    company: Company, told: Mapping[str, Sequence[Override]], *, reason: str, actor: str, today: date
) -> tuple[int, int]:
    """Propose what a policy file says, term by term, where it differs from what stands.

    A day before the first open one, or none, becomes the first open day. All of it is proposed, or none.

    Returns:
        How many changes were proposed, and how many terms say what holds already.

    Raises:
        PolicyError: a family or a term that does not exist, or a value of another kind.
        SolventError: a value outside of what its term allows.
    """
    first, count, same = earliest(company), 0, 0
    with database.writing():
        for family, entries in sorted(told.items()):
            last: dict[str, Any] = {}
            for since, values in sorted(entries, key=lambda entry: entry[0]):
                day = today if since == first == date.min else max(since, first)
                for term, value in values.items():
                    key = (family, term)
                    kept = _sound(company, key, value, day, reason)
                    before = last.get(term, standing.stands(company, family, term, day))
                    last[term] = kept
                    if kept == before or _waits(company, key, day):
                        same += 1
                        continue
                    _put_down(company, key, kept, valid_from=day, reason=reason, actor=actor)
                    count += 1
    return count, same


def _decided(change: PolicyChange, state: str, who: str, answer: str, actor: str) -> None:
    change.state, change.decided_by, change.decided_at, change.answer = state, who, audit.moment(), answer
    change.save()
    _line(change, actor)


def _line(change: PolicyChange, actor: str) -> None:
    audit.append(
        actor, f"policy.{change.state}", f"policy {change.pk}", audit.of_row(change), company=change.company.code,
        at=audit.moment(),
    )  # fmt: skip


def _waiting(company: Company, number: int) -> PolicyChange:
    change = PolicyChange.objects.filter(company=company, id=number).select_related("company").first()
    if change is None or change.state != WAITING:
        raise SolventError("store.policy.not_waiting", "", change=number, state=change.state if change else "unknown")
    return change

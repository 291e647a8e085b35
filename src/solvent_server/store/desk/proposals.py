"""Proposals: limits, and orders let through: decided by one person, and by a second where it is above the first one's.

Nothing of a proposal counts before it is approved: until then the books hold what stood before. That the two are not
one person is a constraint of the database, here and in the books' own tables.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from solvent.base.problem import SolventError
from solvent.books.books import TABLES
from solvent_server.store import access, audit, batches, database, facts
from solvent_server.store.desk.decided import Cells, frame, refuse_unknown
from solvent_server.store.models import Authority, Batch, Company, Proposal
from solvent_server.store.models.desk import ALONE, APPROVED, REFUSED, WAITING, WITHDRAWN

ASKED = {"limits": "decided_by", "approvals": "asked_by"}
"""Tables into which people propose rows, and the column that names who proposed."""


def give_authority(company: Company, who: str, currency: str, amount: int, *, actor: str) -> None:
    """Say up to how much a person decides alone, in one currency; 0: nothing any more.

    Raises:
        SolventError: nobody gives it to himself, or the amount is negative.
    """
    by = access.person(actor)
    if who == by:
        raise SolventError("store.desk.own_authority", "", person=who)
    if amount < 0:
        raise SolventError("store.desk.cell", "", table="authority", column="amount", value=str(amount))
    with database.writing():
        now = audit.moment()
        row = Authority.objects.create(
            company=company, person=who, currency=currency, amount=amount, given_by=by, given_at=now
        )
        audit.append(actor, "authority.given", f"authority {row.id}", audit.of_row(row), company=company.code, at=now)


@database.told()
def authorities(company: Company) -> list[Authority]:
    """The newest word on each person and currency."""
    newest = {}
    for row in Authority.objects.filter(company=company).order_by("id"):
        newest[row.person, row.currency] = row
    return [newest[key] for key in sorted(newest)]


def authority(company: Company, who: str, currency: str) -> int:
    """Up to how much a person decides alone, minor units; 0 where nobody said anything."""
    said = Authority.objects.filter(company=company, person=who, currency=currency).order_by("-id").first()
    return said.amount if said else 0


def propose(
    company: Company, table: str, cells: Cells, *, actor: str, reason: str = "", today: date | None = None
) -> Proposal:
    """Decide a limit, or ask to let an order through; what is within one's own authority counts at once.

    An amount that is not above one's authority is, and so is whatever gives no more than the limit that counts today:
    no more money, no longer terms, no smaller deposit, for no longer. To let an order through always takes two.

    Args:
        table: a key of ASKED.
        cells: column to value as the table has them; who, when and the row's number are filled in.

    Raises:
        SolventError: the row breaks a law of its table, or names nobody the books know; nothing is written.
    """
    who, day = access.person(actor), today or datetime.now(UTC).date()
    row = {name: value for name, value in cells.items() if value is not None}
    row |= {ASKED[table]: who, "reason": row.get("reason") or reason or None}
    row.setdefault("valid_from" if table == "limits" else "approved_on", day)
    _refuse_unsound(table, row, day)
    refuse_unknown(company, row.get("customer_id"), row.get("group_id"))
    with database.writing():
        now = audit.moment()
        proposal = Proposal.objects.create(
            company=company, table=table, row=_plain(row), state=WAITING, asked_by=who, asked_at=now, reason=reason
        )
        if table == "limits" and _alone(company, row, who, day):
            _into_books(proposal, ALONE, {}, actor, day)
        _line(proposal, actor)
    return proposal


def approve(company: Company, number: int, *, actor: str, reason: str = "", today: date | None = None) -> Proposal:
    """Approve what somebody else proposed: from now on it counts.

    Raises:
        SolventError: it does not wait any more; whoever approves proposed it, has no role that approves, or may not
            decide so much either.
    """
    who = access.person(actor)
    with database.writing():
        proposal = _waiting(company, number)
        if who == proposal.asked_by:
            raise SolventError("store.desk.same_person", "", proposal=number, person=who)
        if not access.may_approve(actor, company) or not _reaches(company, proposal, who):
            raise SolventError("store.desk.may_not_approve", "", proposal=number, person=who)
        proposal.decided_by, proposal.decided_at, proposal.reason = who, audit.moment(), reason or proposal.reason
        _into_books(proposal, APPROVED, {"approved_by": who}, actor, today or datetime.now(UTC).date())
        _line(proposal, actor)
    return proposal


def refuse(company: Company, number: int, *, actor: str, reason: str) -> Proposal:
    """Refuse what somebody proposed, or take back one's own; a reason is asked for.

    Raises:
        SolventError: it does not wait any more, or no reason is given.
    """
    if not reason.strip():
        raise SolventError("store.desk.reason")
    who = access.person(actor)
    with database.writing():
        proposal = _waiting(company, number)
        proposal.state = WITHDRAWN if who == proposal.asked_by else REFUSED
        proposal.decided_by, proposal.decided_at, proposal.reason = who, audit.moment(), reason
        proposal.save()
        _line(proposal, actor)
    return proposal


@database.told()
def proposals(company: Company, *, waiting: bool = False) -> list[Proposal]:
    """What was proposed, the newest first; only what waits where asked."""
    found = Proposal.objects.filter(company=company).order_by("-id")
    return list(found.filter(state=WAITING) if waiting else found)


def counting_limit(company: Company, row: Cells, day: date) -> dict[str, Any] | None:
    """The limit of the same customer or group and kind that counts on a day; None where none does."""
    mine = facts.standing("limits", company.pk, TABLES["limits"].schema).filter(
        pl.col("customer_id").eq_missing(pl.lit(row.get("customer_id"), dtype=pl.String)),
        pl.col("group_id").eq_missing(pl.lit(row.get("group_id"), dtype=pl.String)),
        pl.col("kind") == row.get("kind"),
        pl.col("valid_from") <= day,
        pl.col("valid_until").is_null() | (pl.col("valid_until") >= day),
    )
    newest = mine.sort("valid_from", "recorded_on", "limit_id")
    return newest.row(-1, named=True) if newest.height else None


def _alone(company: Company, row: Cells, who: str, day: date) -> bool:
    """True where a limit is within one's own authority, or gives no more than what counts today."""
    stands = counting_limit(company, row, day)
    longer = stands is not None and (row.get("terms_days") or 0) > (stands["terms_days"] or 0)
    if row["amount"] <= authority(company, who, row["currency"]) and not longer:
        return True
    if stands is None or longer or stands["currency"] != row["currency"] or _day(row["valid_from"]) > day:
        return False
    until = row.get("valid_until")
    ends = stands["valid_until"] is None or (until is not None and _day(until) <= stands["valid_until"])
    deposit = (row.get("deposit_share") or 0.0) >= (stands["deposit_share"] or 0.0)
    return bool(ends and deposit and row["amount"] <= stands["amount"])


def _reaches(company: Company, proposal: Proposal, who: str) -> bool:
    """True where the approver might have decided it alone; where nobody has any authority, for everybody."""
    if not Authority.objects.filter(company=company).exists():
        return True
    row = proposal.row
    stands = counting_limit(company, row, _day(row["valid_from"])) if proposal.table == "limits" else None
    raises = stands is None or stands["currency"] != row["currency"] or row["amount"] > stands["amount"]
    return not raises or row["amount"] <= authority(company, who, row["currency"])


def _refuse_unsound(table: str, row: Cells, day: date) -> None:
    """Refuse now what the books would refuse on approval."""
    second = {"approved_by": "\x02"}  # whoever it will be, it is not who asks
    tried = frame(table, {**row, **second, TABLES[table].key[0]: "new", "recorded_on": day})
    broken = facts.sound(table, tried)[1]
    if broken.height:
        raise SolventError("store.desk.refused", "", table=table, rule=str(broken.item(0, "rule")))


def _into_books(proposal: Proposal, state: str, more: Cells, actor: str, day: date) -> None:
    """The proposal's row into the books, and the proposal with its import."""
    table = proposal.table
    row = {**proposal.row, **more, TABLES[table].key[0]: f"decided-{proposal.id:08d}", "recorded_on": day}
    done = batches.record(
        proposal.company, {table: frame(table, row)}, kind="person", actor=actor,
        reason=f"proposal {proposal.id}: {proposal.reason}".removesuffix(": "),
    )  # fmt: skip
    proposal.state, proposal.batch = state, Batch.objects.get(id=done.batch)
    proposal.save()


def _line(proposal: Proposal, actor: str) -> None:
    subject, company = f"proposal {proposal.id}", proposal.company.code
    audit.append(
        actor, f"proposal.{proposal.state}", subject, audit.of_row(proposal), company=company, at=audit.moment()
    )


def _waiting(company: Company, number: int) -> Proposal:
    proposal = Proposal.objects.filter(company=company, id=number).select_related("company").first()
    if proposal is None or proposal.state != WAITING:
        raise SolventError(
            "store.desk.not_waiting", "", proposal=number, state=proposal.state if proposal else "unknown"
        )
    return proposal


def _plain(row: Cells) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)

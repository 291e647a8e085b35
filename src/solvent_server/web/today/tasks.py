"""Tasks: what waits for somebody in a role: alarms that nobody has seen, approvals, reviews, money without an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import polars as pl

from solvent.base.problem import SolventError
from solvent_server.store.desk.proposals import proposals
from solvent_server.store.keeping.assessments import Kept
from solvent_server.web.cash.told import Told
from solvent_server.web.parts.page import Look

OWNS: Mapping[str, Sequence[str]] = {
    "cfo": ("cfo", "general_manager"),
    "treasurer": ("treasury",),
    "credit_manager": ("credit",),
    "credit_analyst": ("credit",),
    "collector": ("collections",),
    "sales": ("sales",),
}
"""Which owners of alarms a role answers for."""


@dataclass(frozen=True)
class Task:
    """Something to do: how many, what, where. late: it has waited too long."""

    count: str
    text: str
    to: str
    late: bool = False


def tasks(look: Look, told: Told, live: pl.DataFrame) -> Sequence[Task]:
    """What waits for this person's role, what is late first.

    Args:
        live: the alarms that are not closed.
    """
    assert look.kept is not None
    say, count = look.say, look.language.count
    found: list[Task] = []
    waiting = live.filter(pl.col("state") == "open")
    for owner in OWNS.get(look.role, ()):
        to = f"{look.address('alarms')}?{urlencode({'owner': owner, 'state': 'open'})}"
        mine = waiting.filter((pl.col("owner") == owner) | (pl.col("escalated_to") == owner))
        late = mine.filter(pl.col("escalated_on").is_not_null()).height
        if late:
            found.append(Task(count(late), say("Alarms that have waited too long to be seen"), to, late=True))
        if mine.height > late:
            found.append(Task(count(mine.height - late), say("Alarms of yours that nobody has seen yet"), to))
    found += _desk(look)
    found += _books(look, told, look.kept.report)
    return sorted(found, key=lambda task: not task.late)


def _desk(look: Look) -> Sequence[Task]:
    """What waits at the credit desk."""
    assert look.kept is not None
    say, count, found = look.say, look.language.count, []
    if look.may("approve"):
        waiting = [
            one for one in proposals(look.company, waiting=True) if one.asked_by != look.request.user.get_username()
        ]
        if waiting:
            found.append(
                Task(count(len(waiting)), say("Decisions that wait for your approval"), look.address("desk_approvals"))
            )
    if look.may("propose"):
        for name, where, text in (
            ("reviews", pl.col("overdue_days") > 0, say("Reviews of customers that are overdue")),
            ("admissions", pl.lit(value=True), say("Requests of new customers that wait for a decision")),
        ):
            number = _height(look.kept, name, where)
            if number:
                found.append(Task(count(number), text, look.address(f"desk_{name}")))
    return found


def _height(kept: Kept, name: str, where: pl.Expr) -> int:
    """How many rows of a frame; none where an assessment of an earlier version does not have it."""
    try:
        return int(kept.frame(name).filter(where).select(pl.len()).collect().item())
    except SolventError:
        return 0


def _books(look: Look, told: Told, report: Mapping[str, Any]) -> Sequence[Task]:
    """What the books leave open: money without an item, accounts that nobody told of lately."""
    say, count, found = look.say, look.language.count, []
    loose = report["unallocated"]
    if look.may("match") and loose["total"] is not None and float(loose["total"]):
        text = say("Came in and belongs to no item yet, {currency}", currency=told.currency)
        found.append(Task(told.money(loose["total"]), text, look.address("receivable_unplaced")))
    stale = [row for row in report["cash_outlook"]["accounts"] or [] if row["stale"]]
    if stale and look.may("import"):
        text = say(
            "Bank accounts without a fresh balance: {accounts}", accounts=", ".join(row["account_id"] for row in stale)
        )
        found.append(Task(count(len(stale)), text, look.address("imports")))
    return found

"""The audit trail: who wrote what and when, filtered; whether it is whole; and the same as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.db.models import Q, QuerySet
from django.http import HttpResponse

from solvent.base.problem import Problem
from solvent_server.store import audit
from solvent_server.store.models import AuditLine
from solvent_server.web.parts.listing.columns import Column, Lister
from solvent_server.web.parts.listing.files import file_of
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.table import RUNS
from solvent_server.web.settings.tabs import moment, tabs

SIZE = 50
MOST = 100_000
"""Lines of one CSV."""
FILED = 50_000
"""Lines of one workbook, the newest."""
WORKBOOK = Lister(
    (
        Column("seq", "Number", "count"), Column("at", "Moment"), Column("actor", "Who"), Column("says", "What"),
        Column("action", "Action"), Column("subject", "Subject"), Column("facts", "Facts"), Column("hash", "Hash"),
    ),
    "-seq", "",
)  # fmt: skip
SYSTEM = (
    "member.", "role.", "person.", "company.", "connection.", "backup.", "key.", "token.", "hook.", "webhook.",
    "schedule.", "session.", "trail.",
)  # fmt: skip
"""What begins the action of a line about the system and not about the business."""
THINGS = {
    "authority": "Right to decide", "backup": "Backup", "cases": "Alarms", "commit": "Import", "company": "Company",
    "connection": "Connection", "hook": "Web-hook", "key": "Keys of the connections", "mcp": "Assistant",
    "member": "Role", "note": "Note", "peers": "Peers' tape", "person": "Person", "policy": "Policy",
    "proposal": "Proposal", "reservation": "Hold on a limit", "role": "Role", "schedule": "Schedule",
    "token": "Token", "undo": "Import", "view": "Saved view",
}  # fmt: skip
DONE = {
    "added": "added", "alone": "by one person alone", "approved": "approved", "asked": "asked", "demo": "of the sample",
    "exported": "given out", "expired": "run out", "first": "opens the list",
    "member.first": "the first person let in",
    "given": "given", "held": "held", "made": "made", "ordered": "used by an order", "own_password": "own password set",
    "password": "new first password", "played": "carried on by an assessment", "refused": "refused",
    "released": "let go", "removed": "removed", "replayed": "message sent once more", "revoked": "revoked",
    "rotated": "sealed anew", "sample": "made as the sample", "saved": "saved", "secret": "another key",
    "sessions": "sessions ended", "set": "changed", "struck": "taken back", "taken": "downloaded",
    "taken_back": "taken back", "undo": "taken back", "waiting": "waits for a second person", "withdrawn": "taken back",
    "written": "written", "ledger": "of a ledger", "match": "of matching", "person": "entered by a person",
    "source": "of a file", "statement": "of a bank statement", "acknowledge": "acknowledged", "snooze": "put off",
    "rename": "renamed", "share": "shared", "unshare": "no longer shared", "plain": "opens the list no longer",
    "delete": "deleted", "restore": "brought back", "assign": "given to somebody", "close": "closed",
}  # fmt: skip
"""What the two parts of an action say; one that is not here is shown by its code alone."""
ASKED = ("from", "until", "actor", "action", "subject")


@page("trail", assessed=False)
def trail(look: Look) -> HttpResponse:
    """The newest lines first, as the address filters them."""
    asked = {name: look.request.GET.get(name, "").strip()[:200] for name in ASKED}
    lines = _lines(look, asked)
    wanted = look.request.GET.get("format")
    if wanted == "csv":
        return _csv(look, lines)
    if wanted == "xlsx":
        return _workbook(look, lines, asked)
    return _page(look, lines, asked)


@page("trail", assessed=False)
@posted
def verify(look: Look) -> HttpResponse:
    """Is every line as it was written, and is none missing? Told on the same page."""
    found = audit.verify()
    told = [
        f"{one.seq}: {look.language.problem(Problem(one.code, '', {'seq': one.seq, **one.facts}))}"
        for one in found[:20]
    ]  # fmt: skip
    seq, hashed = audit.head()
    result = {
        "good": not found, "count": len(found), "lines": look.language.count(seq), "head": hashed[:16], "told": told,
        "at": moment(datetime.now(UTC)),
    }  # fmt: skip
    asked = dict.fromkeys(ASKED, "")
    return _page(look, _lines(look, asked), asked, result)


def _page(
    look: Look, lines: QuerySet[AuditLine], asked: Mapping[str, str], result: Mapping[str, Any] | None = None
) -> HttpResponse:
    before = look.request.GET.get("before", "")
    shown = lines.filter(seq__lt=int(before)) if before.isdecimal() and len(before) < 16 else lines
    rows = list(shown.order_by("-seq")[: SIZE + 1])
    kept = {name: value for name, value in asked.items() if value}
    mine = _of(look)
    return look.render(
        "settings/trail.html", here="settings", tabs=tabs(look, "trail"), asked=asked, result=result,
        rows=[_told(look, one) for one in rows[:SIZE]], system=not look.may("audit"), filtered=bool(kept),
        older="?" + urlencode({**kept, "before": rows[SIZE - 1].seq}) if len(rows) > SIZE else "",
        newest="?" + urlencode(kept) if before else "", csv="?" + urlencode({**kept, "format": "csv"}),
        excel="?" + urlencode({**kept, "format": "xlsx"}),
        actors=sorted(set(mine.values_list("actor", flat=True).distinct()[:200])),
        actions=[
            (one, said(look, one) or one) for one in sorted(set(mine.values_list("action", flat=True).distinct()[:200]))
        ],
    )  # fmt: skip


def _of(look: Look) -> QuerySet[AuditLine]:
    """The lines that the reader may see: this company's and the whole store's; an administrator's are of the system."""
    lines = AuditLine.objects.filter(company__in=(look.company.code, ""))
    if look.may("audit"):
        return lines
    about = Q()
    for begins in SYSTEM:
        about |= Q(action__startswith=begins)
    return lines.filter(about)


def _lines(look: Look, asked: Mapping[str, str]) -> QuerySet[AuditLine]:
    lines = _of(look)
    first, last = _day(asked["from"]), _day(asked["until"])
    if first:
        lines = lines.filter(at__gte=first.isoformat())
    if last:
        lines = lines.filter(at__lt=(last + timedelta(days=1)).isoformat())
    if asked["actor"]:
        lines = lines.filter(actor=asked["actor"])
    if asked["action"]:
        lines = lines.filter(action=asked["action"])
    if asked["subject"]:
        lines = lines.filter(subject__icontains=asked["subject"])
    return lines


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def said(look: Look, action: str) -> str:
    """An action in words, ``policy.approved`` as Policy: approved; empty where it is not known."""
    thing, _, done = action.partition(".")
    done = action if action in DONE else done or thing
    if thing not in THINGS or done not in DONE:
        return ""
    colon = "：" if look.language.code == "zh" else ": "
    return f"{look.say(THINGS[thing])}{colon}{look.say(DONE[done])}"


def _told(look: Look, one: AuditLine) -> dict[str, Any]:
    return {
        "seq": one.seq, "says": said(look, one.action), "at": moment(one.at), "actor": one.actor,
        "action": one.action, "subject": one.subject,
        "facts": json.dumps(json.loads(one.facts), ensure_ascii=False, indent=1), "hash": one.hash[:12],
        "company": one.company,
    }  # fmt: skip


def _workbook(look: Look, lines: QuerySet[AuditLine], asked: Mapping[str, str]) -> HttpResponse:
    """The newest of the lines as they are filtered, in words beside their codes."""
    names = ("seq", "at", "actor", "action", "subject", "facts", "hash")
    told = list(lines.order_by("-seq").values_list(*names)[:FILED])
    rows = pl.DataFrame(told, schema=dict.fromkeys(names, pl.String) | {"seq": pl.Int64}, orient="row")
    words = {action: said(look, action) for action in rows["action"].unique()}
    rows = rows.with_columns(pl.col("action").replace_strict(words, return_dtype=pl.String).alias("says"))
    about = [(look.say("Filter"), ", ".join(f"{name}: {value}" for name, value in asked.items() if value) or "–")]
    return file_of("xlsx", rows, WORKBOOK, look.language, name=f"trail-{look.company.code}", about=about)


def _csv(look: Look, lines: QuerySet[AuditLine]) -> HttpResponse:
    """The lines as they are filtered, the newest first, with cells that no spreadsheet runs."""
    page = io.StringIO()
    writer = csv.writer(page)
    columns = ("seq", "at", "actor", "company", "action", "subject", "facts", "previous", "hash")
    writer.writerow(columns)
    for row in lines.order_by("-seq").values_list(*columns)[:MOST].iterator(chunk_size=5_000):
        writer.writerow(["'" + cell if isinstance(cell, str) and cell.startswith(RUNS) else cell for cell in row])
    answer = HttpResponse("\ufeff" + page.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="trail-{look.company.code}.csv"'
    return answer

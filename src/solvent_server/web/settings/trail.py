"""The audit trail: who wrote what and when, filtered; whether it is whole; and the same as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponse

from solvent.base.problem import Problem
from solvent_server.store import audit
from solvent_server.store.models import AuditLine
from solvent_server.web.parts.page import Look, page, posted
from solvent_server.web.parts.table import RUNS
from solvent_server.web.settings.tabs import moment, tabs

SIZE = 50
MOST = 100_000
"""Lines of one CSV."""
SYSTEM = (
    "member.", "role.", "person.", "company.", "connection.", "backup.", "key.", "token.", "hook.", "webhook.",
    "schedule.", "session.", "trail.",
)  # fmt: skip
"""What begins the action of a line about the system and not about the business."""
ASKED = ("from", "until", "actor", "action", "subject")


@page("trail", assessed=False)
def trail(look: Look) -> HttpResponse:
    """The newest lines first, as the address filters them."""
    asked = {name: look.request.GET.get(name, "").strip()[:200] for name in ASKED}
    lines = _lines(look, asked)
    if look.request.GET.get("format") == "csv":
        return _csv(look, lines)
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
        rows=[_told(one) for one in rows[:SIZE]], system=not look.may("audit"), filtered=bool(kept),
        older="?" + urlencode({**kept, "before": rows[SIZE - 1].seq}) if len(rows) > SIZE else "",
        newest="?" + urlencode(kept) if before else "", csv="?" + urlencode({**kept, "format": "csv"}),
        actors=sorted(set(mine.values_list("actor", flat=True).distinct()[:200])),
        actions=sorted(set(mine.values_list("action", flat=True).distinct()[:200])),
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


def _told(one: AuditLine) -> dict[str, Any]:
    return {
        "seq": one.seq, "at": moment(one.at), "actor": one.actor, "action": one.action, "subject": one.subject,
        "facts": json.dumps(json.loads(one.facts), ensure_ascii=False, indent=1), "hash": one.hash[:12],
        "company": one.company,
    }  # fmt: skip


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

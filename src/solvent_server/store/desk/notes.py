"""Notes: remarks of people, written once; one that is taken back is struck, and stays in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from solvent.base.problem import SolventError
from solvent_server.store import access, audit, database
from solvent_server.store.models import Company, Note
from solvent_server.store.models.notes import ABOUT, OWNER, REMARK, STRUCK

LONGEST = 4_000


@dataclass(frozen=True)
class Remark:
    """A note as it is read. struck_by, why: who took it back and the reason; empty where it stands."""

    number: int
    about: str
    subject: str
    kind: str
    text: str
    author: str
    at: datetime
    struck_by: str = ""
    why: str = ""


def write(company: Company, about: str, subject: str, text: str, *, actor: str, kind: str = REMARK) -> int:
    """Write a note; its number.

    Args:
        about: one of ABOUT. subject: number of the customer, dispute or plan. kind: a remark, or who looks after it.

    Raises:
        SolventError: nothing is said, or too much.
    """
    assert about in ABOUT, about
    said = text.strip()
    if not said:
        raise SolventError("notes.empty")
    if len(said) > LONGEST:
        raise SolventError("notes.long", "", most=LONGEST)
    with database.writing():
        return _kept(company, Note(about=about, subject=subject, kind=kind, text=said), actor, "note.written")


def strike(company: Company, number: int, *, reason: str, actor: str) -> int:
    """Take a note back; it stays in sight, struck, with the reason.

    Raises:
        SolventError: there is no such note, it is struck already, somebody else wrote it, or no reason is given.
    """
    if not reason.strip():
        raise SolventError("desk.reason")
    with database.writing():
        note = Note.objects.filter(company=company, id=number).exclude(kind=STRUCK).first()
        if note is None or Note.objects.filter(strikes=note).exists():
            raise SolventError("notes.unknown", "", number=number)
        if note.author != access.person(actor):
            raise SolventError("notes.of_another", "", author=note.author)
        row = Note(about=note.about, subject=note.subject, kind=STRUCK, text=reason.strip()[:LONGEST], strikes=note)
        return _kept(company, row, actor, "note.struck")


@database.told()
def notes(company: Company, about: str, subjects: Sequence[str]) -> list[Remark]:
    """The notes on some subjects, the newest first, struck ones too."""
    told = []
    rows = Note.objects.filter(company=company, about=about, subject__in=list(subjects)).exclude(kind=STRUCK)
    for row in rows.select_related("struck_by").order_by("-id"):
        gone = getattr(row, "struck_by", None)
        told.append(
            Remark(
                row.id, row.about, row.subject, row.kind, row.text, row.author, row.at,
                gone.author if gone else "", gone.text if gone else "",
            )
        )  # fmt: skip
    return told


def owners(company: Company, about: str, subjects: Sequence[str]) -> dict[str, str]:
    """Who looks after each subject, as the newest note that stands says."""
    told: dict[str, str] = {}
    for one in notes(company, about, subjects):
        if one.kind == OWNER and not one.struck_by:
            told.setdefault(one.subject, one.text)
    return told


def _kept(company: Company, row: Note, actor: str, action: str) -> int:
    now = audit.moment()
    row.company, row.author, row.at = company, access.person(actor), now
    row.save(force_insert=True)
    audit.append(actor, action, f"note {row.id}", audit.of_row(row), company=company.code, at=now)
    return int(row.id)

"""Saved: views of lists: put by, renamed, shared, made the first, taken away and brought back; each with its line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from solvent.base.problem import SolventError
from solvent_server.store import audit, database
from solvent_server.store.models import Company, SavedView

LONGEST = 80
"""Characters of a name."""
MOST = 50
"""Views that one person may have of one list."""
BACK = timedelta(minutes=15)
"""So long a view that was taken away is offered again."""


def every(company: Company, user: Any) -> Sequence[SavedView]:
    """What this person may open of all lists: own ones first, then what others share, each by name; and what was taken
    away a moment ago, with ``deleted_at``."""
    told = SavedView.objects.filter(company=company).filter(Q(user=user) | Q(shared=True, deleted_at__isnull=True))
    lately = datetime.now(UTC) - BACK
    kept = [view for view in told.select_related("user") if view.deleted_at is None or view.deleted_at > lately]
    return sorted(kept, key=lambda view: (view.user_id != user.pk, view.name.casefold()))


def standing(views: Sequence[SavedView], user: Any, page: str) -> str:
    """What the address of a list asks for when it asks for nothing; empty without a view of that kind.

    Args:
        views: as ``every`` gives them.
    """
    mine = (view for view in views if view.standing and view.page == page and view.user_id == user.pk)
    return next((view.query for view in mine if view.deleted_at is None), "")


@database.told()
def save(company: Company, user: Any, page: str, name: str, query: str, *, shared: bool) -> SavedView:
    """Put a view by; one of the same name is replaced.

    Raises:
        SolventError: it has no name, or a longer one than LONGEST, or there are MOST already.
    """
    called = _name(name)
    with database.writing():
        mine = SavedView.objects.filter(company=company, user=user, page=page, deleted_at__isnull=True)
        view = mine.filter(name=called).first()
        if view is None and mine.count() >= MOST:
            raise SolventError("store.view.too_many", "", most=MOST)
        view = view or SavedView(company=company, user=user, page=page, name=called)
        view.query, view.shared = query, shared
        view.save()
        _line(view, user, "view.saved")
    return view


@database.told()
def change(company: Company, user: Any, number: int, what: str, name: str = "") -> SavedView:
    """Do something with a view of one's own.

    Args:
        what: ``rename`` (to ``name``), ``share``, ``unshare``, ``first`` (the list opens so), ``plain`` (it does not
            any more), ``delete``, ``restore``.

    Raises:
        SolventError: there is no such view of this person, or its new name is taken.
    """
    with database.writing():
        view = SavedView.objects.filter(company=company, user=user, pk=number).first()
        if view is None:
            raise SolventError("store.view.unknown", "")
        mine = SavedView.objects.filter(company=company, user=user, page=view.page, deleted_at__isnull=True)
        if what == "rename":
            view.name = _name(name)
        elif what in ("share", "unshare"):
            view.shared = what == "share"
        elif what in ("first", "plain"):
            mine.exclude(pk=view.pk).filter(standing=True).update(standing=False)
            view.standing = what == "first"
        elif what == "delete":
            view.deleted_at, view.standing = audit.moment(), False
        elif what == "restore":
            view.deleted_at = None
        if view.deleted_at is None and mine.exclude(pk=view.pk).filter(name=view.name).exists():
            raise SolventError("store.view.name_taken", "", name=view.name)
        view.save()
        _line(view, user, f"view.{what}")
    return view


def _name(told: str) -> str:
    name = " ".join(told.split())
    if not name or len(name) > LONGEST:
        raise SolventError("store.view.name", "", longest=LONGEST)
    return name


def _line(view: SavedView, user: Any, action: str) -> None:
    facts = audit.of_row(view)
    audit.append(
        user.get_username(), action, f"view {view.pk}", facts, company=view.company.code, at=audit.moment()
    )  # fmt: skip

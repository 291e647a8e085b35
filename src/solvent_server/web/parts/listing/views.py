"""Views: what a reader has put by of the list that is shown, and what others share of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse

from solvent_server.store.lists import saved
from solvent_server.store.models import SavedView

PASSING = frozenset({"page", "format", "all", "as_of"})
"""What an address may ask for that does not belong to a view."""


@dataclass(frozen=True)
class View:
    """One view: whose it is where it is another's, where it leads, and what it is."""

    number: int
    name: str
    whose: str
    to: str
    mine: bool
    shared: bool
    standing: bool


@dataclass(frozen=True)
class Views:
    """The views of one list.

    page: address of the list within the company. query: what is asked for now, without what passes. opened: name of the
    view that is shown. gone: a view that was taken away a moment ago. standing: one's own view opens first.
    """

    post_to: str
    token: str
    page: str
    query: str
    opened: str
    every: Sequence[View]
    gone: Sequence[View]
    standing: bool


def place_of(path: str, company: str) -> str:
    """The address of a page within its company."""
    return path.removeprefix(reverse("today", args=(company,)))


def lasting(query: str) -> str:
    """What an address asks for, in a fixed order and without what passes."""
    told = sorted((name, value) for name, value in parse_qsl(query) if name not in PASSING)
    return urlencode(told)


def saved_of(look: Any) -> Sequence[SavedView]:
    """All views that the reader may open in this company, asked for once a page."""
    request = look.request
    if getattr(request, "saved_views", None) is None:
        request.saved_views = saved.every(look.company, request.user)
    told: Sequence[SavedView] = request.saved_views
    return told


def views_of(request: HttpRequest) -> Views | None:
    """The views of the list at this address; None where no company's page is shown."""
    look = getattr(request, "look", None)
    if look is None or not request.user.is_authenticated:
        return None
    code = look.company.code
    place, query = place_of(request.path, code), lasting(request.META.get("QUERY_STRING", ""))
    found = [view for view in saved_of(look) if view.page == place]
    told = [
        View(
            view.pk, view.name, "" if view.user_id == request.user.pk else view.user.get_username(),
            f"?{view.query or 'all=1'}", view.user_id == request.user.pk, view.shared,
            view.standing and view.user_id == request.user.pk,
        )
        for view in found
        if view.deleted_at is None
    ]  # fmt: skip
    gone = [View(view.pk, view.name, "", "", True, False, False) for view in found if view.deleted_at is not None]
    opened = next((view.name for view in told if view.to == f"?{query}"), "")
    return Views(
        reverse("list_views", args=(code,)), get_token(request), place, query, opened, told, gone[-1:],
        any(view.standing for view in told),
    )  # fmt: skip

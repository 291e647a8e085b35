"""Page: who looks at what: the person, the company, the language and the newest assessment, settled before any view.

Every address of a company begins with its code. Whoever has no role there gets the same answer as for a company that
does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from solvent.files.language import Language
from solvent_server.store import access
from solvent_server.store.keeping import assessments
from solvent_server.store.models import Company, Member
from solvent_server.web.parts.menu import menu


@dataclass(frozen=True)
class Look:
    """One person looking at one company. kept: its newest assessment; None: nothing was assessed yet."""

    request: HttpRequest
    company: Company
    role: str
    kept: assessments.Kept | None

    @property
    def language(self) -> Language:
        """The reader's language."""
        told: Language = self.request.tongue
        return told

    def say(self, text: str, **facts: object) -> str:
        """The text in the reader's language."""
        return self.language.say(text, **facts)

    def may(self, action: str) -> bool:
        """True where the person's role allows it."""
        return action in access.ROLES.get(self.role, frozenset())

    def address(self, name: str, *parts: Any) -> str:
        """The address of one of this company's pages."""
        return reverse(name, args=(self.company.code, *parts))

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The page; ``here`` marks its place in the menu."""
        told = {
            "look": self,
            "say": self.say,
            "language": self.language,
            "menu": menu(self.role, self.company.code),
            "companies": access.companies(self.request.user),
            "messages": get_messages(self.request),
            **context,
        }
        return render(self.request, template, told, status=status)


View = Callable[..., HttpResponse]


def page(action: str, *, assessed: bool = True) -> Callable[[View], View]:
    """A view of a company for whoever may do ``action`` there.

    Args:
        assessed: True: without an assessment the reader is shown how to get to the first one.
    """

    def settle(view: View) -> View:
        @wraps(view)
        def settled(request: HttpRequest, company: str, *parts: Any, **named: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            member = Member.objects.filter(user=request.user, company__code=company).select_related("company").first()
            if member is None or action not in access.ROLES.get(member.role, frozenset()):
                raise Http404
            look = Look(request, member.company, member.role, assessments.latest(company))
            if assessed and look.kept is None:
                return look.render("start/empty.html", here="")
            return view(look, *parts, **named)

        settled.action = action  # type: ignore[attr-defined]
        return settled

    return settle


def anybody(view: View) -> View:
    """A view for whoever is logged in; it shows nothing of any company but the person's own."""

    @wraps(view)
    def settled(request: HttpRequest, *parts: Any, **named: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *parts, **named)

    settled.action = "log in"  # type: ignore[attr-defined]
    return settled


def everybody(view: View) -> View:
    """A view that needs no log-in: it says nothing about anybody."""
    view.action = "none"  # type: ignore[attr-defined]
    return view


@anybody
def first(request: HttpRequest) -> HttpResponse:
    """To the first page of the person's first company."""
    mine = access.companies(request.user)
    if not mine:
        return render(request, "start/no_company.html", {"say": request.tongue.say}, status=403)
    return redirect("today", mine[0].code)
